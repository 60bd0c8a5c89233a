//! The gate: the only way to the network, and a switch that shuts it.
//!
//! Everything in this crate that sends is reached through a [`Pass`], and a pass is given by an
//! open gate only. Shutting it refuses new passes, tells those that are out to stop, and returns
//! when the last of them is back: from then on no packet leaves. Knows nothing of who asks or why.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use farol_model::leaving::Left;

use crate::{
    list::{ListLookup, Looked},
    look_up::{Asked, HostLookup, Stamper, look_up},
    questions::registry_questions,
    rdap::Registries,
    resolver::Resolver,
};

/// How soon a cancellation is noticed while a registry is silent.
const CANCEL_NOTICED: Duration = Duration::from_millis(50);

/// Whether anything may leave, and how much of it is on its way.
#[derive(Debug, Default)]
pub struct Gate {
    is_shut: AtomicBool,
    n_out: Mutex<usize>,
    back: Condvar,
}

impl Gate {
    /// A gate that is open, or shut from the start.
    pub fn new(is_shut: bool) -> Arc<Self> {
        Arc::new(Self { is_shut: AtomicBool::new(is_shut), ..Self::default() })
    }

    /// Whether it is shut.
    pub fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::SeqCst)
    }

    /// Leave to use the network until the pass is dropped; none while the gate is shut.
    pub fn pass(self: &Arc<Self>) -> Option<Pass> {
        // Counted under the lock, so that shutting sees either the pass or its refusal.
        let mut n_out = self.out();
        if self.is_shut() {
            return None;
        }
        *n_out += 1;
        Some(Pass { gate: Arc::clone(self) })
    }

    /// Shuts the gate and waits until whoever is out has stopped. What they have by then is theirs.
    pub fn shut(&self) {
        let mut n_out = self.out();
        self.is_shut.store(true, Ordering::SeqCst);
        while *n_out > 0 {
            n_out = self.back.wait(n_out).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Opens the gate again.
    pub fn open(&self) {
        self.is_shut.store(false, Ordering::SeqCst);
    }

    fn out(&self) -> MutexGuard<'_, usize> {
        self.n_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to use the network, for as long as it lives.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
}

/// What a look-up brought back.
#[derive(Debug)]
pub struct Brought {
    /// The answers, in the order of the questions.
    pub asked: Vec<Asked>,
    /// Questions that left beside them: the addresses of the registries' own servers.
    pub beside: Vec<Left>,
}

impl Pass {
    /// Whether the gate was shut meanwhile: what is on its way has to stop.
    pub fn is_over(&self) -> bool {
        self.gate.is_shut()
    }

    /// Asks everything about a host: DNS from a resolver, who announces the addresses found, and,
    /// when there are any, the registries; what lies deeper where the look-up says so.
    ///
    /// `progress` is told how many questions are done of how many; `cancelled` is asked often, and
    /// what is done by then is returned. Leaves the machine only towards whom the look-up names;
    /// everything about the answer, silence included, is in the observations.
    pub async fn look_up(
        &self,
        host: &str,
        lookup: &HostLookup<'_>,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
        cancelled: &(dyn Fn() -> bool + Send + Sync),
    ) -> Brought {
        let cancelled = || self.is_over() || cancelled();
        let asked = look_up(host, lookup, progress, &cancelled).await;
        let beside = lookup.registries.map(Registries::take_beside).unwrap_or_default();
        Brought { asked, beside }
    }

    /// Asks about every host of a list; `each` gets a host when all its questions ended.
    ///
    /// A host that was on its way when somebody cancelled, or the gate was shut, is not given; what
    /// had left for such hosts comes back.
    pub async fn look_up_list(
        &self,
        list: &ListLookup<'_>,
        hosts: Vec<String>,
        each: &mut (dyn FnMut(Looked) + Send),
        cancelled: &(dyn Fn() -> bool + Send + Sync),
    ) -> Vec<Asked> {
        let cancelled = || self.is_over() || cancelled();
        list.ask(hosts, each, &cancelled).await
    }

    /// Asks the registry of one subject, as [`crate::registry_subject`] writes it.
    ///
    /// When somebody cancels, or the gate is shut, nothing is given but what left.
    pub async fn ask_registry(
        &self,
        subject: &str,
        registries: &Registries,
        resolver: &Resolver,
        stamp: Stamper<'_>,
        cancelled: &(dyn Fn() -> bool + Send + Sync),
    ) -> Brought {
        let until_cancelled = async {
            while !(self.is_over() || cancelled()) {
                tokio::time::sleep(CANCEL_NOTICED).await;
            }
        };
        let ask = async {
            let mut asked = Vec::new();
            for question in registry_questions(subject) {
                if let Some((object, about)) = question.of_registry() {
                    asked.extend(registries.ask(object, about, resolver, stamp).await);
                }
            }
            asked
        };
        let asked = tokio::select! {
            asked = ask => asked,
            () = until_cancelled => Vec::new(),
        };
        Brought { asked, beside: registries.take_beside() }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        *self.gate.out() -= 1;
        self.gate.back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_shut_gate_gives_no_pass_and_an_open_one_does() {
        let gate = Gate::new(true);
        assert!(gate.pass().is_none());
        gate.open();
        assert!(gate.pass().is_some());
        gate.shut();
        assert!(gate.pass().is_none() && gate.is_shut());
    }

    #[test]
    fn shutting_waits_until_the_last_pass_is_back() {
        let gate = Gate::new(false);
        let (first, second) = (gate.pass().unwrap(), gate.pass().unwrap());
        let (told, heard) = mpsc::channel();
        let shutting = std::thread::spawn({
            let gate = Arc::clone(&gate);
            move || {
                gate.shut();
                told.send(()).unwrap();
            }
        });
        while !first.is_over() {
            std::thread::yield_now();
        }
        assert!(gate.pass().is_none(), "no new pass while the others come back");
        drop(first);
        assert!(heard.try_recv().is_err(), "one is still out");
        drop(second);
        heard.recv().unwrap();
        shutting.join().unwrap();
    }
}
