//! A desk for tests: a practice vault in a folder of its own, with a clock that stands or steps.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use farol_model::time::Timestamp;
use farol_render::MACHINES;
use tempfile::TempDir;

use crate::{Desk, vault};

/// A desk whose clock is so many milliseconds later at every look; with 0 it stands.
pub(crate) fn desk(step_ms: i64) -> (TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let ms = AtomicI64::new(1_795_000_000_000);
    let now = Arc::new(move || Timestamp::from_ms(ms.fetch_add(step_ms, Ordering::Relaxed)));
    let place = vault::Place { dir: dir.path().to_owned(), who: "a test".into(), tell: None, now };
    let desk = vault::create_practice(place, "Ana Investigator", MACHINES).unwrap();
    (dir, desk)
}
