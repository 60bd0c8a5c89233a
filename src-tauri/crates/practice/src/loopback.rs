//! A thread with an event loop, which ends when it is dropped.
//!
//! Both servers run in one each, so that stopping is the same everywhere: the loop ends, and with
//! it every conversation, every answer still held back and every socket.

use std::{
    future::Future,
    io,
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

/// A running server.
#[derive(Debug)]
pub(crate) struct Loopback {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Runs a server on its own thread. `serve` is called within the event loop's context, so
    /// that it can turn sockets into asynchronous ones.
    pub(crate) fn run<F>(name: &str, serve: impl FnOnce() -> io::Result<F>) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serving = {
            let _context = runtime.enter();
            serve()?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(format!("practice-{name}")).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        // The other end waits for just this: to hear something, or to be left alone.
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
