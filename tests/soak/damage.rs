//! Bits, pages and ends of files that are not what they were.

use std::{fs, path::Path, thread, time::Duration};

use farol_store::StoreError;

use crate::{
    Dice, Tally,
    writer::{Acknowledged, PASSPHRASE, Writer, check, copy, open, place},
};

/// The files of a vault, and how often each is damaged in a full run.
pub(crate) const FILES: [(&str, u32); 4] =
    [("farol.vault", 250), ("farol.vault-wal", 150), ("farol.tail", 100), ("vault.json", 50)];

const PAGE: usize = 4096;

/// A vault as a killed writer leaves it, with a WAL, and what it acknowledged.
fn killed() -> (tempfile::TempDir, Acknowledged) {
    loop {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::start(&dir.path().join("vault"), "writing");
        thread::sleep(Duration::from_millis(700));
        writer.child.kill().unwrap();
        writer.child.wait().unwrap();
        let said = writer.said();
        if said.acknowledged.n() > 20 {
            return (dir, said.acknowledged);
        }
    }
}

/// A bit, two pages, or the end.
fn spoil(bytes: &mut Vec<u8>, dice: &mut Dice) -> String {
    let at = |dice: &mut Dice, end: usize| usize::try_from(dice.below(end as u64)).unwrap();
    match dice.below(3) {
        0 => {
            let (byte, bit) = (at(dice, bytes.len()), at(dice, 8));
            bytes[byte] ^= 1 << bit;
            format!("bit {bit} of byte {byte}")
        }
        1 if bytes.len() >= 2 * PAGE => {
            let n_pages = bytes.len() / PAGE;
            let (one, other) = (at(dice, n_pages), at(dice, n_pages));
            for byte in 0..PAGE {
                bytes.swap(one * PAGE + byte, other * PAGE + byte);
            }
            format!("pages {one} and {other}")
        }
        _ => {
            let end = at(dice, bytes.len());
            bytes.truncate(end);
            format!("cut at {end}")
        }
    }
}

pub(crate) fn run(file: &str, n: u32, dice: &mut Dice) -> Tally {
    let (dir, acknowledged) = killed();
    let mut tally = Tally { n_acknowledged: acknowledged.n(), ..Tally::default() };
    for round in 0..n {
        let vault = dir.path().join(format!("copy-{round}"));
        copy(&dir.path().join("vault"), &vault);
        let path = vault.join(file);
        let mut bytes = fs::read(&path).unwrap();
        let what = spoil(&mut bytes, dice);
        fs::write(&path, bytes).unwrap();
        tally.n_tried += 1;
        if let Err(broken) = survives(&vault, &acknowledged, &mut tally.n_refused) {
            tally.broken.push(format!("{what}: {broken}"));
        }
        fs::remove_dir_all(vault).unwrap();
    }
    tally
}

/// Either it opens with everything and its trees are whole, or following the advice brings it back.
fn survives(vault: &Path, acknowledged: &Acknowledged, n_refused: &mut u32) -> Result<(), String> {
    let is_whole = match open(vault) {
        Ok(store) => {
            store.check_behind().is_ok()
                && !store.findings().iter().any(|it| it.asks_for_recovery())
        }
        Err(StoreError::Damaged | StoreError::SetBack { .. }) => false,
        Err(error) => return Err(format!("refused with: {error}")),
    };
    if is_whole {
        return check(vault, acknowledged);
    }
    *n_refused += 1;
    place(vault).recover(PASSPHRASE).map_err(|error| format!("cannot be recovered: {error}"))?;
    check(vault, acknowledged)
}
