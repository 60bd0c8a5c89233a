//! Several hosts at a time: most of what a person waits for is registries, each at its own pace.

use std::{
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::sync_channel,
    },
    thread,
};

use farol_lookup::{Brought, HostLookup, Pass};

use super::{Watch, no_network};
use crate::Failure;

/// Hosts that are asked about at a time.
const AT_A_TIME: usize = 8;

/// How many questions about a host have ended, of how many.
pub(super) struct Steps {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Steps {
    /// Of a host about which so many questions are asked, and those that come up on the way.
    pub(super) fn of(all: usize) -> Self {
        Self { done: AtomicUsize::new(0), all: AtomicUsize::new(all) }
    }

    fn so_far(&self, done: usize, all: usize) {
        self.done.fetch_max(done, Ordering::Relaxed);
        self.all.fetch_max(all, Ordering::Relaxed);
    }

    fn end(&self) {
        self.done.store(self.all.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// Hosts that are asked about together.
pub(super) struct Together<'a> {
    pub(super) pass: &'a Pass,
    pub(super) hosts: &'a [String],
    /// Their places, in the order in which they are begun.
    pub(super) order: Vec<usize>,
    pub(super) steps: Vec<Steps>,
    pub(super) watch: &'a Watch<'a>,
}

impl Together<'_> {
    /// Asks about each; `take` gets one by its place when all its questions ended. A host that was begun
    /// when somebody cancelled, or when `take` refused one, is given with what is done.
    ///
    /// # Errors
    /// What `take` says first; nothing more is begun then.
    pub(super) fn ask(
        &self,
        lookup: &HostLookup<'_>,
        take: &mut dyn FnMut(usize, Brought) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let is_refused = AtomicBool::new(false);
        let is_over = || {
            is_refused.load(Ordering::Relaxed) || (self.watch.cancelled)() || self.pass.is_over()
        };
        let n_begun = AtomicUsize::new(0);
        let next = || {
            let nth = n_begun.fetch_add(1, Ordering::Relaxed);
            self.order.get(nth).copied().filter(|_| !is_over())
        };
        let n_threads = AT_A_TIME.min(self.hosts.len());
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtimes = (0..n_threads).map(|_| runtime()).collect::<Result<Vec<_>, _>>();
        let runtimes = runtimes.map_err(|error| no_network(&error))?;
        let (done, came) = sync_channel(AT_A_TIME);
        let mut refused = None;
        thread::scope(|scope| {
            for runtime in runtimes {
                let (done, next, is_over) = (done.clone(), &next, &is_over);
                scope.spawn(move || {
                    while let Some(n) = next() {
                        let progress = |done, all| {
                            self.steps[n].so_far(done, all);
                            self.tell();
                        };
                        let ask = self.pass.look_up(&self.hosts[n], lookup, &progress, is_over);
                        // Whoever takes is there until the last thread ended.
                        done.send((n, runtime.block_on(ask))).unwrap_or_default();
                    }
                });
            }
            drop(done);
            for (n, brought) in came {
                if let Err(failure) = take(n, brought) {
                    is_refused.store(true, Ordering::Relaxed);
                    refused.get_or_insert(failure);
                }
                self.steps[n].end();
                self.tell();
            }
        });
        refused.map_or(Ok(()), Err)
    }

    fn tell(&self) {
        let sum = |of: fn(&Steps) -> &AtomicUsize| -> usize {
            self.steps.iter().map(|it| of(it).load(Ordering::Relaxed)).sum()
        };
        (self.watch.progress)(sum(|it| &it.done), sum(|it| &it.all));
    }
}
