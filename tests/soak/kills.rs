//! Processes that are killed.

use std::{fs, path::Path, thread, time::Duration};

use crate::{
    Dice, Tally,
    writer::{Acknowledged, Writer, check, copy, create, is_absent, open, texts},
};

/// Kinds of work, and how often each is killed in a full run.
pub(crate) const WORK: [(&str, u32); 10] = [
    ("writing", 300),
    ("creating", 100),
    ("opening", 150),
    ("backing up", 150),
    ("changing the key", 150),
    ("recovering", 100),
    ("putting a backup back", 100),
    ("migrating", 150),
    ("erasing", 150),
    ("disposing of drafts", 150),
];

/// A vault is begun anew after so many kills, so that checking it stays quick.
const N_ON_ONE_VAULT: u32 = 10;

pub(crate) fn run(work: &str, n: u32, dice: &mut Dice) -> Tally {
    let mut tally = Tally::default();
    let mut dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    for round in 0..n {
        if matches!(work, "creating" | "migrating") || round % N_ON_ONE_VAULT == 0 {
            dir = tempfile::tempdir().unwrap();
            acknowledged = Acknowledged::default();
        }
        let vault = dir.path().join("vault");
        if work == "migrating" {
            acknowledged = lay_out_an_old_one(&vault, dice);
        }
        let mut writer = Writer::start(&vault, work);
        let most_ms = match work {
            "creating" => 60,
            "migrating" => 1500,
            _ => 400,
        };
        thread::sleep(Duration::from_micros(dice.below(most_ms * 1000)));
        writer.child.kill().unwrap();
        writer.child.wait().unwrap();
        let said = writer.said();
        tally.n_tried += 1;
        tally.n_acknowledged += said.acknowledged.n();
        if let Some(refusal) = said.refusal {
            tally.broken.push(format!("round {round}: refused: {refusal}"));
        }
        acknowledged.extend(said.acknowledged);
        // A creation that was killed early left nothing to open; the next one has to succeed.
        if acknowledged.n() == 0
            && is_absent(&vault)
            && let Err(error) = create(&vault)
        {
            tally.broken.push(format!("round {round}: cannot be created again: {error}"));
            continue;
        }
        if let Err(broken) = check(&vault, &acknowledged) {
            tally.broken.push(format!("round {round}: {broken}"));
            dir = tempfile::tempdir().unwrap();
            acknowledged = Acknowledged::default();
        }
    }
    tally
}

/// Copies a kept vault of an earlier schema; gives what it has.
fn lay_out_an_old_one(vault: &Path, dice: &mut Dice) -> Acknowledged {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/vaults");
    let named = fs::read_dir(&kept).unwrap().map(|it| it.unwrap().file_name());
    let mut schemas: Vec<u64> = named.filter_map(|it| it.to_str()?.parse().ok()).collect();
    schemas.sort_unstable();
    // The newest is of today's schema.
    schemas.pop();
    let old = schemas[dice.below(schemas.len() as u64) as usize];
    let old = kept.join(old.to_string());
    copy(&old, vault);
    let looked_at = tempfile::tempdir().unwrap();
    copy(&old, looked_at.path());
    let written = texts(&open(looked_at.path()).unwrap()).unwrap();
    assert!(!written.is_empty());
    Acknowledged { written, ..Acknowledged::default() }
}
