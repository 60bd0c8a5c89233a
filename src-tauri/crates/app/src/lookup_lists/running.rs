//! Lists that are being asked right now: how far they are, and how to stop them.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
};

use farol_model::{id::LookupListId, time::Timestamp};

use crate::view::ListStage;

/// Every list of a desk that is being asked.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<Vec<Arc<Run>>>);

/// How a list was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It goes on later.
    Pause = 1,
    /// It ends.
    Cancel = 2,
}

/// A list that is being asked.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: LookupListId,
    stop: AtomicU8,
    pub(super) dns: Stage,
    pub(super) registries: Stage,
}

/// How far a stage came since it was taken up.
#[derive(Debug, Default)]
pub(super) struct Stage {
    is_on: AtomicBool,
    n_done: AtomicU32,
    since: Mutex<Option<Timestamp>>,
    /// What the schedule says, where there is one.
    takes_s: AtomicU32,
}

impl Runs {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Run>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run; none when the list is being asked already.
    pub(super) fn begin(&self, id: LookupListId) -> Option<Arc<Run>> {
        let mut all = self.all();
        if all.iter().any(|it| it.id == id) {
            return None;
        }
        let run = Arc::new(Run {
            id,
            stop: AtomicU8::new(0),
            dns: Stage::default(),
            registries: Stage::default(),
        });
        all.push(Arc::clone(&run));
        Some(run)
    }

    pub(super) fn end(&self, id: LookupListId) {
        self.all().retain(|it| it.id != id);
    }

    pub(super) fn of(&self, id: LookupListId) -> Option<Arc<Run>> {
        self.all().iter().find(|it| it.id == id).cloned()
    }

    /// Tells every list to stop where it is; whether there is none left.
    pub(crate) fn stop_all(&self) -> bool {
        let all = self.all();
        all.iter().for_each(|it| it.stop(Stop::Pause));
        all.is_empty()
    }
}

impl Run {
    pub(super) fn stop(&self, how: Stop) {
        // Whoever cancelled is not overruled by a pause.
        self.stop.fetch_max(how as u8, Ordering::Relaxed);
    }

    pub(super) fn stopped(&self) -> Option<Stop> {
        match self.stop.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Stop::Pause),
            _ => Some(Stop::Cancel),
        }
    }
}

impl Stage {
    pub(super) fn begin(&self, now: Timestamp) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        self.is_on.store(true, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.is_on.store(false, Ordering::Relaxed);
    }

    pub(super) fn add(&self, n: u32) -> u32 {
        self.n_done.fetch_add(n, Ordering::Relaxed) + n
    }

    pub(super) fn will_take(&self, seconds: u32) {
        self.takes_s.store(seconds.max(1), Ordering::Relaxed);
    }

    /// As a screen shows it, from what is kept.
    pub(super) fn show(&self, kept: ListStage, now: Timestamp) -> ListStage {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(since), true) = (since, self.is_on.load(Ordering::Relaxed)) else { return kept };
        let n_done = u64::from(self.n_done.load(Ordering::Relaxed));
        let ms = now.ms().saturating_sub(since.ms()).max(1) as u64;
        let left = u64::from(kept.n_all.saturating_sub(kept.n_done));
        let by_pace = (n_done > 0).then(|| (left * ms).div_ceil(n_done * 1000));
        let scheduled = self.takes_s.load(Ordering::Relaxed);
        ListStage {
            takes_s: if scheduled > 0 { Some(scheduled) } else { by_pace.map(|it| it as u32) },
            a_second: Some((n_done * 1000).div_ceil(ms) as u32),
            ..kept
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_stage_says_how_long_it_takes_at_its_pace() {
        let stage = Stage::default();
        let kept = ListStage { n_done: 300, n_all: 1300, ..ListStage::default() };
        assert_eq!(stage.show(kept, Timestamp::from_ms(0)), kept, "nothing goes on");
        stage.begin(Timestamp::from_ms(10_000));
        stage.add(200);
        let shown = stage.show(kept, Timestamp::from_ms(20_000));
        assert_eq!((shown.takes_s, shown.a_second), (Some(50), Some(20)));
        stage.will_take(700);
        assert_eq!(stage.show(kept, Timestamp::from_ms(20_000)).takes_s, Some(700));
        stage.end();
        assert_eq!(stage.show(kept, Timestamp::from_ms(20_000)), kept);
    }

    #[test]
    fn a_list_runs_once_and_a_cancelled_one_is_not_merely_paused() {
        let runs = Runs::default();
        let id = LookupListId(Uuid::from_u128(1));
        let run = runs.begin(id).unwrap();
        assert!(runs.begin(id).is_none());
        assert_eq!(run.stopped(), None);
        run.stop(Stop::Cancel);
        assert!(!runs.stop_all());
        assert_eq!(run.stopped(), Some(Stop::Cancel));
        runs.end(id);
        assert!(runs.stop_all() && runs.of(id).is_none());
    }
}
