//! The desk before the computer sleeps.

use std::{
    env,
    io::{PipeReader, Read, pipe},
    os::fd::OwnedFd,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use zbus::{connection, interface, object_server::SignalEmitter, zvariant};

use crate::window::{Picks, Window};

/// What of logind the window talks to. Each delay it gives is a pipe, which ends when it is let go.
#[derive(Clone, Default)]
struct Logind {
    delays: Arc<Mutex<Vec<PipeReader>>>,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> zvariant::OwnedFd {
        assert_eq!((what, mode), ("sleep", "delay"));
        let (reader, writer) = pipe().unwrap();
        self.delays.lock().unwrap().push(reader);
        OwnedFd::from(writer).into()
    }

    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, begins: bool) -> zbus::Result<()>;
}

#[tokio::test]
async fn the_desk_is_locked_before_the_computer_sleeps() {
    let bus = env::var("DBUS_SESSION_BUS_ADDRESS").unwrap();
    let logind = Logind::default();
    let path = "/org/freedesktop/login1";
    let connection = connection::Builder::address(bus.as_str())
        .unwrap()
        .serve_at(path, logind.clone())
        .unwrap()
        .name("org.freedesktop.login1")
        .unwrap()
        .build()
        .await
        .unwrap();
    let window = Window::open_beside(&bus, Picks { open: PathBuf::new() }).await;
    window.make_vault().await;
    window.enter_on("recovery-kept").await;
    window.wait_for_text("Nothing waits for you").await;

    let manager = connection.object_server().interface::<_, Logind>(path).await.unwrap();
    Logind::prepare_for_sleep(manager.signal_emitter(), true).await.unwrap();
    window.wait_for_text("The desk is locked").await;
    let mut delay = logind.delays.lock().unwrap().remove(0);
    let let_go = tokio::task::spawn_blocking(move || delay.read(&mut [0]).unwrap());
    assert_eq!(let_go.await.unwrap(), 0, "the computer may sleep now");
    window.close().await;
}
