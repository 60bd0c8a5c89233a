//! Which registry is asked next: one question at a time for each, no sooner than it bears, and those
//! with the longest queue first, because the whole waits for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use farol_lookup::{Quotas, token_ms};
use farol_model::time::Timestamp;

/// How often a subject is tried whose registry put it off.
const MAX_TRIES: u32 = 3;

/// What is left to ask, by server.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// Servers, `None` where no registry is known: such a subject costs nothing.
    waiting: BTreeMap<Option<String>, VecDeque<(String, u32)>>,
    busy: BTreeSet<String>,
}

/// What to do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask about this subject, whose registry this is; how often it was tried before.
    Ask { server: Option<String>, subject: String, n_tries: u32 },
    /// Nothing can be asked for so many milliseconds.
    Wait(u64),
    /// Nothing is left.
    Over,
}

impl Schedule {
    /// Subjects with the servers that they go to.
    pub(super) fn new(subjects: impl IntoIterator<Item = (Option<String>, String)>) -> Self {
        let mut schedule = Self::default();
        for (server, subject) in subjects {
            schedule.waiting.entry(server).or_default().push_back((subject, 0));
        }
        schedule
    }

    /// What to do at a moment; whoever is told to ask says when it is back.
    pub(super) fn next(&mut self, now: Timestamp, quotas: &Quotas) -> Next {
        let free_in = |server: &Option<String>| {
            let quota = server.as_ref().and_then(|it| quotas.of(it, now));
            quota.and_then(|it| it.free_at).map_or(0, |at| at.ms().saturating_sub(now.ms()).max(0))
        };
        let is_busy =
            |server: &Option<String>| server.as_ref().is_some_and(|it| self.busy.contains(it));
        let free = self
            .waiting
            .iter()
            .filter(|(server, queue)| !queue.is_empty() && !is_busy(server))
            .map(|(server, queue)| {
                (free_in(server), std::cmp::Reverse(queue.len()), server.clone())
            })
            .min();
        match free {
            Some((0, _, server)) => {
                let queue = self.waiting.entry(server.clone()).or_default();
                let Some((subject, n_tries)) = queue.pop_front() else { return Next::Over };
                self.busy.extend(server.clone());
                Next::Ask { server, subject, n_tries }
            }
            Some((ms, ..)) => Next::Wait(ms as u64),
            None if self.busy.is_empty() => Next::Over,
            None => Next::Wait(20),
        }
    }

    /// The answer is here.
    pub(super) fn back(&mut self, server: Option<&str>) {
        if let Some(server) = server {
            self.busy.remove(server);
        }
    }

    /// Whether a subject that was put off is tried again; it then stands last in its queue.
    pub(super) fn again(&mut self, server: Option<&str>, subject: &str, n_tries: u32) -> bool {
        if n_tries + 1 >= MAX_TRIES {
            return false;
        }
        let queue = self.waiting.entry(server.map(str::to_owned)).or_default();
        queue.push_back((subject.to_owned(), n_tries + 1));
        true
    }

    /// Seconds until everything is asked.
    pub(super) fn takes_s(&self) -> u32 {
        let takes = |(server, queue): (&Option<String>, &VecDeque<_>)| {
            server.as_ref().map_or(0, |it| queue.len() as i64 * token_ms(it) / 1000)
        };
        self.waiting.iter().map(takes).max().unwrap_or_default() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(server: &str, subject: &str) -> (Option<String>, String) {
        (Some(server.to_owned()), subject.to_owned())
    }

    #[test]
    fn a_server_gets_one_question_at_a_time_and_the_longest_queue_goes_first() {
        let quotas = Quotas::default();
        let now = Timestamp::from_ms(0);
        let mut schedule = Schedule::new([
            at("a.test", "one.test"),
            at("b.test", "two.test"),
            at("b.test", "three.test"),
            (None, "four.local".to_owned()),
        ]);
        let mut next = || match schedule.next(now, &quotas) {
            Next::Ask { subject, .. } => subject,
            other => format!("{other:?}"),
        };
        assert_eq!(next(), "two.test");
        assert_eq!((next(), next()), ("four.local".into(), "one.test".into()));
        assert_eq!(next(), "Wait(20)", "both servers have a question");
        schedule.back(Some("b.test"));
        assert!(matches!(schedule.next(now, &quotas), Next::Ask { .. }));
        schedule.back(Some("a.test"));
        schedule.back(Some("b.test"));
        assert_eq!(schedule.next(now, &quotas), Next::Over);
    }

    #[test]
    fn what_was_put_off_is_tried_three_times() {
        let mut schedule = Schedule::new([at("a.test", "one.test")]);
        let quotas = Quotas::default();
        let mut tries = 0;
        while let Next::Ask { server, subject, n_tries } =
            schedule.next(Timestamp::from_ms(0), &quotas)
        {
            tries += 1;
            schedule.back(server.as_deref());
            schedule.again(server.as_deref(), &subject, n_tries);
        }
        assert_eq!(tries, 3);
    }
}
