//! Many deadlines at once: a timer wheel.
//!
//! Putting one in and taking it out costs the same however many there are. Times are rounded up to
//! the next tick, so nothing is due too early.

use std::time::Duration;

use tokio::time::Instant;

const TICK: Duration = Duration::from_millis(4);
const N_SLOTS: usize = 1024;

/// Deadlines of things that are named by `T`.
#[derive(Debug)]
pub(super) struct Wheel<T> {
    started: Instant,
    /// The first tick that was not looked at.
    next: u64,
    slots: Vec<Vec<(u64, T)>>,
    n_waiting: usize,
}

impl<T> Wheel<T> {
    pub(super) fn new(now: Instant) -> Self {
        let slots = (0..N_SLOTS).map(|_| Vec::new()).collect();
        Self { started: now, next: 0, slots, n_waiting: 0 }
    }

    pub(super) fn put(&mut self, due: Instant, what: T) {
        let ticks = (due - self.started).as_micros().div_ceil(TICK.as_micros());
        let tick = u64::try_from(ticks).unwrap_or(u64::MAX).max(self.next);
        self.slots[slot(tick)].push((tick, what));
        self.n_waiting += 1;
    }

    /// Takes out everything that is due.
    pub(super) fn take(&mut self, now: Instant, due: &mut Vec<T>) {
        let passed = (now - self.started).as_micros() / TICK.as_micros();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        // Further back than one turn, every slot is looked at once.
        let from = self.next.max((passed + 1).saturating_sub(N_SLOTS as u64));
        for tick in from..=passed {
            let slot = &mut self.slots[slot(tick)];
            for at in (0..slot.len()).rev() {
                if slot[at].0 <= passed {
                    due.push(slot.swap_remove(at).1);
                    self.n_waiting -= 1;
                }
            }
        }
        self.next = self.next.max(passed + 1);
    }

    /// When to look again; none when nothing waits.
    pub(super) fn look_again(&self) -> Option<Instant> {
        if self.n_waiting == 0 {
            return None;
        }
        let ahead = (0..N_SLOTS as u64).find(|n| !self.slots[slot(self.next + n)].is_empty())?;
        let ticks = u32::try_from(self.next + ahead).unwrap_or(u32::MAX);
        Some(self.started + TICK * ticks)
    }
}

fn slot(tick: u64) -> usize {
    (tick % N_SLOTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_due_once_and_never_early() {
        let now = Instant::now();
        let at = |ms: u64| now + Duration::from_millis(ms);
        let mut wheel = Wheel::new(now);
        for ms in [0, 3, 5, 400, 4100, 9000, 70_000] {
            wheel.put(at(ms), ms);
        }
        let mut seen = Vec::new();
        let mut clock = 0;
        while let Some(again) = wheel.look_again() {
            clock = clock.max((again - now).as_millis() as u64);
            let mut due = Vec::new();
            wheel.take(again, &mut due);
            assert!(due.iter().all(|ms| *ms <= clock), "{due:?} at {clock}");
            seen.extend(due);
            assert!(clock < 80_000);
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 3, 5, 400, 4100, 9000, 70_000]);
    }

    #[test]
    fn a_long_pause_loses_nothing() {
        let now = Instant::now();
        let mut wheel = Wheel::new(now);
        for ms in 0..10_000 {
            wheel.put(now + Duration::from_millis(ms), ms);
        }
        let mut due = Vec::new();
        wheel.take(now + Duration::from_secs(60), &mut due);
        assert_eq!(due.len(), 10_000);
        assert!(wheel.look_again().is_none());
    }
}
