//! Processes that are killed.

use std::{collections::BTreeSet, thread, time::Duration};

use crate::{
    Dice, Tally,
    writer::{Writer, check, create, is_absent},
};

/// Kinds of work, and how often each is killed in a full run.
pub(crate) const WORK: [(&str, u32); 7] = [
    ("writing", 300),
    ("creating", 100),
    ("opening", 150),
    ("backing up", 150),
    ("changing the key", 150),
    ("recovering", 100),
    ("putting a backup back", 100),
];

/// A vault is begun anew after so many kills, so that checking it stays quick.
const N_ON_ONE_VAULT: u32 = 10;

pub(crate) fn run(work: &str, n: u32, dice: &mut Dice) -> Tally {
    let mut tally = Tally::default();
    let mut dir = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..n {
        if work == "creating" || round % N_ON_ONE_VAULT == 0 {
            dir = tempfile::tempdir().unwrap();
            acknowledged.clear();
        }
        let vault = dir.path().join("vault");
        let mut writer = Writer::start(&vault, work);
        let most_ms = if work == "creating" { 60 } else { 400 };
        thread::sleep(Duration::from_micros(dice.below(most_ms * 1000)));
        writer.child.kill().unwrap();
        writer.child.wait().unwrap();
        let said = writer.said();
        tally.n_tried += 1;
        tally.n_acknowledged += u32::try_from(said.acknowledged.len()).unwrap();
        if let Some(refusal) = said.refusal {
            tally.broken.push(format!("round {round}: refused: {refusal}"));
        }
        acknowledged.extend(said.acknowledged);
        // A creation that was killed early left nothing to open; the next one has to succeed.
        if acknowledged.is_empty()
            && is_absent(&vault)
            && let Err(error) = create(&vault)
        {
            tally.broken.push(format!("round {round}: cannot be created again: {error}"));
            continue;
        }
        if let Err(broken) = check(&vault, &acknowledged) {
            tally.broken.push(format!("round {round}: {broken}"));
            dir = tempfile::tempdir().unwrap();
            acknowledged.clear();
        }
    }
    tally
}
