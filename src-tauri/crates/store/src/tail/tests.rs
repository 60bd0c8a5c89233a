use std::fs;

use tempfile::TempDir;

use farol_model::{finding::Finding, id::CaseId};

use super::{Mark, Part, read::ROWS};
use crate::{
    Store, StoreError,
    tests::{PASSPHRASE, new_store, note, open_case, place},
};

fn open(dir: &TempDir) -> Result<Store, StoreError> {
    Store::open_with_words(place(dir.path()), PASSPHRASE)
}

/// How many notes are on a case; the journal and the tables hold together.
fn notes(store: &Store, case: CaseId) -> usize {
    assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
    assert_eq!(store.rebuild_check().unwrap(), None);
    store.read(|it| it.notes_of(case)).unwrap().len()
}

/// The files of an open vault as a killed program leaves them, in a folder of their own.
fn killed(store: &Store) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["farol.vault", "farol.vault-wal", "farol.tail", "vault.json"] {
        fs::copy(store.place().dir.join(file), dir.path().join(file)).unwrap();
    }
    dir
}

#[test]
fn what_an_older_database_lacks_is_brought_back() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    note(&store, case, "a");
    drop(store);
    let database = dir.path().join("farol.vault");
    let older = fs::read(&database).unwrap();
    let store = open(&dir).unwrap();
    note(&store, case, "b");
    store.write(|tx| tx.keep_original(b"kept").map(|_| ())).map_err(|it: StoreError| it).unwrap();
    note(&store, case, "c");
    drop(store);

    fs::write(&database, older).unwrap();
    let store = open(&dir).unwrap();
    assert_eq!(store.findings(), [Finding::BroughtBack { n_entries: 2 }]);
    assert_eq!(notes(&store, case), 3);
    drop(store);
    assert!(open(&dir).unwrap().findings().is_empty());
}

#[test]
fn what_a_damaged_wal_loses_is_brought_back() {
    for at in [100, 5_000, 40_000] {
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        for n in 0..30 {
            note(&store, case, &n.to_string());
        }
        let dir = killed(&store);
        let wal = dir.path().join("farol.vault-wal");
        let mut bytes = fs::read(&wal).unwrap();
        bytes[at] ^= 1;
        fs::write(&wal, bytes).unwrap();
        let store = open(&dir).unwrap();
        assert!(matches!(store.findings()[..], [Finding::BroughtBack { .. }]), "{at}");
        assert_eq!(notes(&store, case), 30);
    }
}

#[test]
fn a_backup_and_the_tail_are_the_whole_vault() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    let backup = store.back_up().unwrap();
    note(&store, case, "after the backup");
    drop(store);
    fs::write(dir.path().join("farol.vault"), [0x5a; 9_000]).unwrap();
    assert!(matches!(open(&dir).err().unwrap(), StoreError::Damaged));
    let restored = place(dir.path()).put_back(&backup.name, PASSPHRASE).unwrap();
    assert!(restored.set_aside.unwrap().join("farol.tail").exists());
    let store = open(&dir).unwrap();
    assert_eq!(store.findings(), [Finding::BroughtBack { n_entries: 1 }]);
    assert_eq!(notes(&store, case), 1);
}

#[test]
fn an_older_backup_is_put_back_without_the_tail() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    let older = store.back_up().unwrap();
    note(&store, case, "a");
    drop(store);
    let later = crate::Place {
        now: std::sync::Arc::new(|| farol_model::time::Timestamp::from_ms(1_795_000_100_000)),
        ..place(dir.path())
    };
    let store = Store::open_with_words(later, PASSPHRASE).unwrap();
    store.back_up().unwrap();
    note(&store, case, "b");
    drop(store);
    place(dir.path()).put_back(&older.name, PASSPHRASE).unwrap();
    let store = open(&dir).unwrap();
    assert!(store.findings().is_empty());
    assert_eq!(notes(&store, case), 0);
}

#[test]
fn a_database_with_another_history_is_refused_and_left_alone() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    drop(store);
    let database = dir.path().join("farol.vault");
    let tail = dir.path().join("farol.tail");
    let (before, tail_before) = (fs::read(&database).unwrap(), fs::read(&tail).unwrap());
    let store = open(&dir).unwrap();
    note(&store, case, "told here");
    drop(store);
    let kept = fs::read(&tail).unwrap();
    fs::write(&database, &before).unwrap();
    fs::write(&tail, tail_before).unwrap();
    let store = open(&dir).unwrap();
    note(&store, case, "told otherwise");
    note(&store, case, "and more");
    drop(store);
    fs::write(&tail, kept).unwrap();
    let forked = fs::read(&database).unwrap();
    let refused = open(&dir).err().unwrap();
    assert!(matches!(refused, StoreError::SetBack { remembered: 4, .. }), "{refused}");
    assert_eq!(fs::read(&database).unwrap(), forked);
}

#[test]
fn a_damaged_tail_loses_nothing_and_is_written_anew() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    for n in 0..5 {
        note(&store, case, &n.to_string());
    }
    drop(store);
    let tail = dir.path().join("farol.tail");
    let good = fs::read(&tail).unwrap();
    for at in (0..good.len()).step_by(53) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        fs::write(&tail, bytes).unwrap();
        let store = open(&dir).unwrap();
        assert_eq!(notes(&store, case), 5);
        drop(store);
        assert!(open(&dir).unwrap().findings().is_empty(), "byte {at}");
    }
    for end in (0..good.len()).step_by(97) {
        fs::write(&tail, &good[..end]).unwrap();
        assert_eq!(notes(&open(&dir).unwrap(), case), 5, "cut at {end}");
    }
    fs::remove_file(&tail).unwrap();
    assert_eq!(notes(&open(&dir).unwrap(), case), 5);
    assert!(tail.exists());
}

#[test]
fn a_tail_that_missed_a_commit_catches_up() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    drop(store);
    let (database, tail) = (dir.path().join("farol.vault"), dir.path().join("farol.tail"));
    let before = [fs::read(&database).unwrap(), fs::read(&tail).unwrap()];
    let store = open(&dir).unwrap();
    note(&store, case, "a");
    drop(store);
    fs::write(&tail, &before[1]).unwrap();
    assert!(open(&dir).unwrap().findings().is_empty());
    fs::write(&database, &before[0]).unwrap();
    assert_eq!(notes(&open(&dir).unwrap(), case), 1);
}

#[test]
fn a_record_of_rows_is_told_by_its_first_byte() {
    let first = |part: &Part| postcard::to_allocvec(part).unwrap()[0];
    assert_eq!(first(&Part::Rows(Vec::new())), ROWS);
    assert_ne!(first(&Part::End(Mark::START)), ROWS);
}
