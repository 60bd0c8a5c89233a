//! The sample desk: fictional escalations at every stage, spread over the last ninety days.
//!
//! Each case is a script in `desk/`, played on a practice vault through the same actions that a
//! person uses, with the desk's clock set to when it happened. Nothing is written past the hall.

/// Plays scripts on a desk.
mod play;
/// How a case is written down.
mod script;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use farol_app::{Code, Desk, Failure, Machines, vault};
use farol_model::time::Timestamp;
use include_dir::{Dir, include_dir};

use crate::{play::Player, script::Script};

static DESK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/desk");

/// Who works at the sample desk.
const INVESTIGATOR: &str = "Ines Farrow";

/// Makes the sample desk in an empty place, a practice vault, and opens it.
///
/// # Errors
/// When a vault is there already, or the disk refuses.
pub fn create(place: vault::Place, machines: Machines) -> Result<Desk, Failure> {
    let until = (place.now)();
    let scripts = scripts()?;
    let begins = scripts.iter().filter_map(|it| it.received_at(until)).min().unwrap_or(until);
    let clock = Arc::new(AtomicI64::new(begins.plus_s(-3600).ms()));
    let hand = Arc::clone(&clock);
    let past = vault::Place {
        now: Arc::new(move || Timestamp::from_ms(hand.load(Ordering::Relaxed))),
        ..place.clone()
    };
    let desk = vault::create_practice(past, INVESTIGATOR, machines)?;
    Player { desk: &desk, clock: &clock, dir: &place.dir }.play(&scripts, until)?;
    drop(desk);
    vault::open(place, None, machines)
}

/// The shipped scripts, in the order of their file names.
fn scripts() -> Result<Vec<Script>, Failure> {
    let mut files: Vec<_> =
        DESK.files().filter(|it| it.path().extension().is_some_and(|it| it == "toml")).collect();
    files.sort_by_key(|it| it.path());
    files
        .into_iter()
        .map(|file| {
            let text = file.contents_utf8().unwrap_or_default();
            toml::from_str(text).map_err(|error| wrong(&file.path().display().to_string(), &error))
        })
        .collect()
}

fn report_file(name: &str) -> Result<&'static [u8], Failure> {
    DESK.get_file(format!("reports/{name}"))
        .map(include_dir::File::contents)
        .ok_or_else(|| wrong(name, &"there is no such report"))
}

/// A script of ours cannot be played; the tests play them all.
fn wrong(what: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        Code::Failed,
        format!("The sample desk cannot be laid out ({what}): {error}."),
        "Nothing of yours was touched. Report it, and begin with a new vault.",
    )
}

#[cfg(test)]
mod tests;
