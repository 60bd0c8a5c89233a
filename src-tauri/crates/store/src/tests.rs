use std::{fs, path::Path, sync::Arc};

use rusqlite::OpenFlags;
use tempfile::TempDir;

use farol_model::{
    case::{Case, CaseFacts, Category, Note, Sensitivity, Severity, Status},
    id::{CaseId, NoteId},
    journal::Action,
    time::Timestamp,
};

use crate::{NewVault, Place, Store, StoreError, connection::connection, slots::Cost};

pub(crate) const QUICK: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
pub(crate) const PASSPHRASE: &str = "correct lamp battery";

pub(crate) const NEW: NewVault<'_> = NewVault {
    passphrase: PASSPHRASE,
    cost: QUICK,
    use_keyring: false,
    member_name: "Ana Investigator",
    practice: false,
};

pub(crate) fn place(dir: &Path) -> Place {
    let now = Timestamp::from_ms(1_795_000_000_000);
    Place { dir: dir.to_owned(), who: "a test".into(), tell: None, now: Arc::new(move || now) }
}

pub(crate) fn new_store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(place(dir.path()), NEW).unwrap();
    (dir, store)
}

pub(crate) fn open_case(store: &Store, title: &str) -> CaseId {
    open_case_as(store, CaseId(uuid::Uuid::now_v7()), title)
}

pub(crate) fn open_case_as(store: &Store, id: CaseId, title: &str) -> CaseId {
    store
        .write(|tx| {
            let case = Case {
                id,
                reference: tx.read().next_reference(tx.now().year())?,
                opened_at: tx.now(),
                opened_by: tx.actor(),
                theirs: None,
                facts: facts(title),
            };
            tx.record(&Action::CaseOpened { case: Box::new(case) })?;
            Ok::<_, StoreError>(id)
        })
        .unwrap()
}

pub(crate) fn facts(title: &str) -> CaseFacts {
    CaseFacts {
        title: title.into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: "credentials are being taken".into(),
        status: Status::New,
        waiting_on: None,
        legal_bases: vec![],
        assignee: None,
        asked_by: None,
        jurisdiction: None,
        sensitivity: Sensitivity::Normal,
        tickets: vec![],
        tags: vec![],
        people: vec![],
        accounts: vec![],
    }
}

pub(crate) fn note(store: &Store, case: CaseId, text: &str) {
    store
        .write(|tx| {
            let note = Note {
                id: NoteId(tx.new_id()),
                written_at: tx.now(),
                written_by: tx.actor(),
                text: text.into(),
            };
            tx.record(&Action::NoteAdded { case, note })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let (dir, store) = new_store();
    let case = open_case(&store, "Phishing of a bank");
    note(&store, case, "the reporter called");
    drop(store);

    let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
    store
        .read(|it| {
            assert_eq!(it.case(case)?.reference.to_string(), "ESC-2026-0001");
            assert_eq!(it.notes_of(case)?[0].text, "the reporter called");
            assert_eq!(it.members()?[0].name, "Ana Investigator");
            let words: Vec<_> = it.story(case)?.into_iter().map(|it| it.header.action).collect();
            assert_eq!(words, ["case_opened", "note_added"]);
            let check = it.verify()?;
            assert_eq!((check.n_entries, check.wrong), (4, None));
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let (dir, store) = new_store();
    drop(store);
    let before = fs::read(dir.path().join("farol.vault")).unwrap();
    let refused = Store::open_with_words(place(dir.path()), "wrong").err().unwrap();
    assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
    assert_eq!(fs::read(dir.path().join("farol.vault")).unwrap(), before);
}

#[test]
fn a_second_opener_is_told_who_holds_the_vault() {
    let (dir, _store) = new_store();
    let refused = Store::open_with_words(place(dir.path()), PASSPHRASE).err().unwrap();
    let StoreError::Held { by } = refused else { panic!("{refused}") };
    assert!(by.starts_with("a test (process "), "{by}");
}

#[test]
fn nothing_is_created_over_half_a_vault() {
    for (keep, missing) in [("vault.json", "farol.vault"), ("farol.vault", "vault.json")] {
        let (dir, store) = new_store();
        drop(store);
        fs::remove_file(dir.path().join(missing)).unwrap();
        if missing == "vault.json" {
            fs::remove_file(dir.path().join("vault.json.copy")).unwrap();
        }
        let kept = fs::read(dir.path().join(keep)).unwrap();
        let created =
            Store::create(place(dir.path()), NewVault { passphrase: "another one", ..NEW });
        assert!(matches!(created.err().unwrap(), StoreError::HalfThere(it) if it == missing));
        let opened = Store::open_with_words(place(dir.path()), PASSPHRASE);
        assert!(matches!(opened.err().unwrap(), StoreError::HalfThere(it) if it == missing));
        assert_eq!(fs::read(dir.path().join(keep)).unwrap(), kept);
    }
}

#[test]
fn a_creation_killed_before_its_last_step_is_finished_at_the_next_start() {
    let (dir, store) = new_store();
    drop(store);
    let at = |name: &str| dir.path().join(name);
    fs::rename(at("farol.vault"), at("farol.vault.new")).unwrap();
    let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
    assert_eq!(store.read(|it| it.members()).unwrap().len(), 1);
}

#[test]
fn without_the_key_there_is_only_noise() {
    let (dir, store) = new_store();
    let case = open_case(&store, "canary-title-7731");
    note(&store, case, "canary-note-7731");
    store
        .write(|tx| tx.keep_original(b"canary-original-7731").map(|_| ()))
        .map_err(|it: StoreError| it)
        .unwrap();
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for canary in [b"canary-".as_slice(), b"SQLite format 3", b"Ana Investigator"] {
            assert!(!bytes.windows(canary.len()).any(|it| it == canary));
        }
    }
}

#[test]
fn a_failed_write_leaves_no_trace() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    let failed: Result<(), StoreError> = store.write(|tx| {
        let after = Box::new(facts("two"));
        let before = Box::new(facts("one"));
        tx.record(&Action::CaseChanged { case, before, after })?;
        Err(StoreError::NotFound("rule"))
    });
    assert!(failed.is_err());
    assert_eq!(store.read(|it| it.case(case)).unwrap().facts.title, "one");
    assert_eq!(store.read(|it| it.verify()).unwrap().n_entries, 3);
}

#[test]
fn an_original_is_stored_once_and_comes_back_byte_for_byte() {
    let (_dir, store) = new_store();
    let bytes = [0_u8, 159, 146, 150, 13, 10];
    let digests = store
        .write(|tx| Ok::<_, StoreError>((tx.keep_original(&bytes)?, tx.keep_original(&bytes)?)))
        .unwrap();
    assert_eq!(digests.0, digests.1);
    assert_eq!(store.read(|it| it.original(digests.0)).unwrap(), bytes);
}

#[test]
fn the_journal_refuses_update_and_delete() {
    let (_dir, store) = new_store();
    let raw = raw(&store);
    for sql in ["UPDATE entry SET at_ms = 0", "DELETE FROM entry"] {
        let refused = raw.execute_batch(sql).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

/// A keyed connection beside the program, as somebody with the key would open it.
pub(crate) fn raw(store: &Store) -> rusqlite::Connection {
    let (path, key) = store.for_tests();
    connection(&path, &key, OpenFlags::default()).unwrap()
}

#[test]
fn a_newer_vault_is_left_alone() {
    let (dir, store) = new_store();
    raw(&store).pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    let refused = Store::open_with_words(place(dir.path()), PASSPHRASE).err().unwrap();
    assert!(matches!(refused, StoreError::TooNew { found: 99, .. }), "{refused}");
}

#[test]
fn a_vault_that_is_closed_has_everything_in_one_file() {
    let (dir, store) = new_store();
    open_case(&store, "one");
    store.read(|it| it.members()).unwrap();
    drop(store);
    assert!(!dir.path().join("farol.vault-wal").exists());
}

#[test]
fn a_damaged_database_is_left_as_it_is_even_with_a_wal_beside_it() {
    let (dir, store) = new_store();
    open_case(&store, "one");
    let wal = fs::read(dir.path().join("farol.vault-wal")).unwrap();
    drop(store);
    let path = dir.path().join("farol.vault");
    fs::write(&path, [0x5a; 20_000]).unwrap();
    fs::write(dir.path().join("farol.vault-wal"), wal).unwrap();
    let refused = Store::open_with_words(place(dir.path()), PASSPHRASE).err().unwrap();
    assert!(matches!(refused, StoreError::Damaged), "{refused}");
    assert!(fs::read(&path).unwrap() == [0x5a; 20_000]);
}

#[test]
fn a_damaged_database_is_not_taken_for_a_wrong_passphrase() {
    let (dir, store) = new_store();
    drop(store);
    let path = dir.path().join("farol.vault");
    let mut bytes = fs::read(&path).unwrap();
    bytes[..4096].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let refused = Store::open_with_words(place(dir.path()), PASSPHRASE).err().unwrap();
    assert!(matches!(refused, StoreError::Damaged), "{refused}");
}

#[test]
fn tables_made_again_from_the_journal_are_the_same() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    note(&store, case, "a");
    // One that could not be removed is in nobody's way.
    let beside = dir.path().join("rebuild.new");
    fs::write(&beside, "noise").unwrap();
    assert_eq!(store.rebuild_check().unwrap(), None);
    let left = fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name());
    let left = left.filter(|it| it.to_string_lossy().starts_with("rebuild")).count();
    assert_eq!(left, usize::from(cfg!(windows)));
    raw(&store).execute_batch("UPDATE case_ SET status = 'closed'").unwrap();
    let difference = store.rebuild_check().unwrap().unwrap();
    assert_eq!((difference.table, difference.row), ("case_".into(), case.to_string()));
    assert_eq!(difference.column.as_deref(), Some("status"));
    raw(&store).execute_batch("DELETE FROM note; UPDATE case_ SET status = 'new'").unwrap();
    assert_eq!(store.rebuild_check().unwrap().unwrap().column, None);
    store.rebuild().unwrap();
    assert_eq!(store.rebuild_check().unwrap(), None);
    assert_eq!(store.read(|it| it.notes_of(case)).unwrap().len(), 1);
}

#[test]
fn the_first_row_without_a_counterpart_is_named() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    (0..3).for_each(|it| note(&store, case, &format!("note {it}")));
    let first: String =
        raw(&store).query_row("SELECT min(id) FROM note", [], |row| row.get(0)).unwrap();
    let made_up = "INSERT INTO note SELECT '0', case_id, at_ms, body FROM note LIMIT 1";
    for (sql, row) in
        [("DELETE FROM note WHERE id = (SELECT min(id) FROM note)", first.as_str()), (made_up, "0")]
    {
        raw(&store).execute_batch(sql).unwrap();
        let found = store.rebuild_check().unwrap().unwrap();
        let found = (found.table.as_str(), found.row.as_str(), found.column);
        assert_eq!(found, ("note", row, None), "{sql}");
        store.rebuild().unwrap();
        assert_eq!(store.rebuild_check().unwrap(), None);
    }
}

#[test]
fn tables_are_not_made_again_from_a_journal_that_was_changed() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    note(&store, case, "a");
    raw(&store).execute_batch("DELETE FROM seal WHERE id = (SELECT id FROM case_)").unwrap();
    assert!(matches!(store.rebuild_check().unwrap_err(), StoreError::Unreadable("entry")));
    assert!(matches!(store.rebuild().unwrap_err(), StoreError::Damaged));
    assert_eq!(store.read(|it| it.notes_of(case)).unwrap().len(), 1);
}

#[test]
fn the_story_of_a_case_is_found_by_its_own_entries_and_the_seals_of_its_reports() {
    let (_dir, store) = new_store();
    let conn = raw(&store);
    let mut query = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", crate::read::STORY)).unwrap();
    let plan = query.query_map(["a case"], |row| row.get::<_, String>(3)).unwrap();
    let plan = plan.collect::<Result<Vec<_>, _>>().unwrap().join("; ");
    for (index, n) in [("entry_of_case (case_id=?)", 1), ("entry_by_seal (sealed_with=?)", 1)] {
        assert_eq!(plan.matches(index).count(), n, "{index}: {plan}");
    }
    assert!(!plan.contains("SCAN"), "{plan}");
}
