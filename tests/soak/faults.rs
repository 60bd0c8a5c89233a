//! A disk that refuses: a shim in front of libc fails one call on a file of the vault.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::{
    Dice, Tally,
    writer::{Writer, check, create, is_absent},
};

/// Kinds of faults, and how many of each are injected in a full run. `all` fails from then on.
pub(crate) const FAULTS: [(&str, u32); 8] = [
    ("write ENOSPC", 130),
    ("write ENOSPC all", 130),
    ("write EIO", 130),
    ("write EIO all", 130),
    ("write SHORT", 130),
    ("write TORN", 130),
    ("sync EIO", 130),
    ("sync EIO all", 130),
];

/// What writers are at when the disk refuses.
const WORK: [&str; 6] =
    ["writing", "backing up", "changing the key", "opening", "erasing", "disposing of drafts"];

/// So many notes does a writer write that no fault stopped.
const N_NOTES: usize = 25;

static SHIM: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("soak/fault.c");
    let shim = std::env::temp_dir().join(format!("farol-fault-{}.so", std::process::id()));
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&shim)
        .arg(source)
        .arg("-ldl")
        .status()
        .expect("a C compiler builds the shim");
    assert!(built.success());
    shim
});

pub(crate) fn run(fault: &str, n: u32, dice: &mut Dice) -> Tally {
    let mut tally = Tally::default();
    for round in 0..n {
        let dir = tempfile::tempdir().unwrap();
        let vault = dir.path().join("vault");
        let mut before = BTreeSet::new();
        if round % 4 != 0 {
            // The others begin with the creation itself.
            drop(create(&vault).unwrap());
            before.insert(String::new());
        }
        let work = WORK[usize::try_from(dice.below(WORK.len() as u64)).unwrap()];
        let at = 1 + dice.below(if fault.starts_with("sync") { 60 } else { 300 });
        let words: Vec<&str> = fault.split(' ').collect();
        let fault = format!("{}:{}:{at}:{}", words[0], words[1], words.get(2).unwrap_or(&"once"));
        let writer = Writer::start_with(&vault, work, N_NOTES, Some((&SHIM, &fault)));
        let said = writer.said();
        tally.n_tried += 1;
        tally.n_acknowledged += said.acknowledged.n();
        let what = format!("{work}, {fault}");
        if let Some(refusal) = &said.refusal {
            tally.n_refused += 1;
            let (message, hint) = refusal.split_once(" | ").unwrap_or((refusal, ""));
            if message.is_empty() || hint.is_empty() {
                tally.broken.push(format!("{what}: nothing is said to do: {refusal}"));
            }
        }
        let half_made = before.is_empty() && is_absent(&vault);
        if half_made && let Err(error) = create(&vault) {
            tally.broken.push(format!("{what}: cannot be created again: {error}"));
            continue;
        }
        if let Err(broken) = check(&vault, &said.acknowledged) {
            tally.broken.push(format!("{what}: {broken}"));
        }
    }
    tally
}
