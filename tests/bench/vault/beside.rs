//! The same rows and the same indexes in bare SQLCipher and in plain SQLite, commit by commit in turn
//! with ours.
//!
//! Plain SQLite is the same library without a key: a program can link only one.

use std::{collections::BTreeSet, path::Path};

use farol_model::{
    case::{Case, CaseFacts, CaseRef, Category, Note, Sensitivity, Severity, Status},
    id::{CaseId, NoteId},
    journal::Action,
};
use farol_store::{NewVault, Store, StoreError, slots::Cost};
use rusqlite::{Connection, Transaction, params};

use crate::{
    PASSPHRASE,
    figures::{ratio, report, say, time},
};

const LAYOUT: &str = include_str!("../../../src-tauri/crates/store/schema.sql");
const N_COMMITS: usize = 400;
const N_ENTRIES: usize = 10_000;
const TEXT: &str = "The reporter called once more and wants an answer before the evening news";

/// A database with the layout of a vault.
struct Bare {
    conn: Connection,
    n: i64,
}

impl Bare {
    #[expect(clippy::disallowed_methods, reason = "to compare with: no vault")]
    fn new(path: &Path, key: Option<&str>) -> Self {
        let conn = Connection::open(path).unwrap();
        if let Some(key) = key {
            conn.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).unwrap();
        }
        conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
        conn.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -65536;
             PRAGMA temp_store = MEMORY;",
        )
        .unwrap();
        conn.execute_batch(LAYOUT).unwrap();
        conn.execute_batch(
            "INSERT INTO search_piece (search_piece, rank) VALUES ('secure-delete', 1);
             INSERT INTO search_word (search_word, rank) VALUES ('secure-delete', 1);
             INSERT INTO search_term_piece (search_term_piece, rank) VALUES ('secure-delete', 1);",
        )
        .unwrap();
        Self { conn, n: 0 }
    }

    /// The rows of so many notes in one commit.
    fn notes(&mut self, n_notes: usize, text: &str) {
        let n_before = self.n;
        let tx = self.conn.transaction().unwrap();
        for n in 0..n_notes as i64 {
            note(&tx, n_before + n, text);
        }
        let mut learn =
            tx.prepare_cached("INSERT OR IGNORE INTO search_term (term) VALUES (?1)").unwrap();
        let mut index = tx
            .prepare_cached("INSERT INTO search_term_piece (rowid, term) VALUES (?1, ?2)")
            .unwrap();
        for word in text.to_lowercase().split(' ').collect::<BTreeSet<_>>() {
            if learn.execute([word]).unwrap() == 1 {
                index.execute(params![tx.last_insert_rowid(), word]).unwrap();
            }
        }
        drop((learn, index));
        tx.prepare_cached("INSERT INTO signature (desk, n, signature) VALUES (?1, ?2, ?3)")
            .unwrap()
            .execute(params![id(1), n_before, [7_u8; 64]])
            .unwrap();
        tx.commit().unwrap();
        self.n += n_notes as i64;
    }
}

/// An id's length of text.
fn id(n: i64) -> String {
    // Far apart in the index, like the random end of a UUIDv7 of one millisecond.
    format!("019b0000-0000-7000-8000-{:012x}", n.wrapping_mul(0x1e37_79b9_7f4b) & 0xffff_ffff_ffff)
}

fn note(tx: &Transaction<'_>, n: i64, text: &str) {
    let body = format!(
        "{{\"id\":\"{}\",\"written_at\":\"1795000000000\",\"written_by\":\"{}\",\"text\":\"{text}\"}}",
        id(n),
        id(2)
    );
    let sealed = vec![9_u8; body.len() + 110];
    tx.prepare_cached(
        "INSERT INTO entry (id, desk, n, at_ms, actor, case_id, action, sealed_with, body, prev, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'note_added', ?6, ?7, ?8, ?8)",
    )
    .unwrap()
    .execute(params![id(n), id(1), n, 1_795_000_000_000_i64, id(2), id(3), sealed, [5_u8; 32]])
    .unwrap();
    tx.prepare_cached("INSERT INTO note (id, case_id, at_ms, body) VALUES (?1, ?2, ?3, ?4)")
        .unwrap()
        .execute(params![id(n), id(3), 1_795_000_000_000_i64, body])
        .unwrap();
    tx.prepare_cached(
        "INSERT INTO search (id, kind, key, case_id, at_ms) VALUES (?1, 'note', ?2, ?3, ?4)",
    )
    .unwrap()
    .execute(params![1_000_000 + n, id(n), id(3), 1_795_000_000_000_i64])
    .unwrap();
    tx.prepare_cached("INSERT INTO search_text (id, title, body) VALUES (?1, '', ?2)")
        .unwrap()
        .execute(params![1_000_000 + n, text])
        .unwrap();
    for index in ["search_piece", "search_word"] {
        tx.prepare_cached(&format!("INSERT INTO {index} (rowid, title, body) VALUES (?1, '', ?2)"))
            .unwrap()
            .execute(params![1_000_000 + n, text])
            .unwrap();
    }
}

/// Commits of one note, and one commit of ten thousand.
pub(super) fn commits() {
    let dir = tempfile::tempdir().unwrap();
    let (practice, practice_case) = new_store(&dir.path().join("practice"), true);
    let (real, real_case) = new_store(&dir.path().join("real"), false);
    let key = "2b".repeat(32);
    let mut cipher = Bare::new(&dir.path().join("cipher"), Some(&key));
    let mut plain = Bare::new(&dir.path().join("plain"), None);

    let mut times: [Vec<_>; 4] = Default::default();
    for n in 0..N_COMMITS {
        let text = format!("{TEXT} {n}");
        times[0].push(time(|| add(&practice, practice_case, 1, &text)));
        times[1].push(time(|| add(&real, real_case, 1, &text)));
        times[2].push(time(|| cipher.notes(1, &text)));
        times[3].push(time(|| plain.notes(1, &text)));
    }
    let [ours, with_tail, cipher_time, plain_time] = times;
    let bare = report("commit of a note: bare SQLCipher, same rows and indexes", cipher_time);
    report("  plain SQLite, same rows and indexes", plain_time);
    let ours = report("  ours without the second copy (practice)", ours);
    let with_tail = report("  ours with the second copy and its fsync", with_tail);
    say("  without: of bare SQLCipher (aim ≤ 1.3)", &ratio(ours, bare));
    say("  with: of bare SQLCipher (aim ≤ 2.5)", &ratio(with_tail, bare));

    let mut times: [Vec<_>; 4] = Default::default();
    for _ in 0..3 {
        times[0].push(time(|| add(&practice, practice_case, N_ENTRIES, TEXT)));
        times[1].push(time(|| add(&real, real_case, N_ENTRIES, TEXT)));
        times[2].push(time(|| cipher.notes(N_ENTRIES, TEXT)));
        times[3].push(time(|| plain.notes(N_ENTRIES, TEXT)));
    }
    let [ours, with_tail, cipher_time, plain_time] = times;
    let bare = report("10 000 entries in one commit: bare SQLCipher", cipher_time);
    report("  plain SQLite", plain_time);
    let ours = report("  ours without the second copy", ours);
    let with_tail = report("  ours with it", with_tail);
    say("  speed of bare SQLCipher, without (aim ≥ 0.5)", &ratio(bare, ours));
    say("  with", &ratio(bare, with_tail));
}

fn new_store(dir: &Path, practice: bool) -> (Store, CaseId) {
    let new = NewVault {
        passphrase: PASSPHRASE,
        cost: Cost { memory_kib: 64, passes: 1, lanes: 1 },
        use_keyring: false,
        member_name: "Ines Farrow",
        practice,
    };
    let place = farol_app::vault::place(dir.to_owned(), "the bench");
    let store = Store::create(place, new).unwrap();
    let case = store.write(|tx| {
        let case = Case {
            id: CaseId(tx.new_id()),
            reference: CaseRef { year: 2026, number: 1 },
            opened_at: tx.now(),
            opened_by: tx.actor(),
            theirs: None,
            facts: CaseFacts {
                title: "Phishing list".into(),
                category: Category::Phishing,
                severity: Severity::High,
                severity_reason: String::new(),
                status: Status::Triaged,
                waiting_on: None,
                legal_bases: Vec::new(),
                assignee: None,
                asked_by: None,
                jurisdiction: None,
                sensitivity: Sensitivity::Normal,
                tickets: Vec::new(),
                tags: Vec::new(),
                people: Vec::new(),
                accounts: Vec::new(),
            },
        };
        let id = case.id;
        tx.record(&Action::CaseOpened { case: Box::new(case) })?;
        Ok::<_, StoreError>(id)
    });
    let case = case.unwrap();
    (store, case)
}

/// So many notes in one commit, each as the desk writes it.
fn add(store: &Store, case: CaseId, n_notes: usize, text: &str) {
    store
        .write(|tx| {
            for _ in 0..n_notes {
                tx.read().case(case)?;
                let id = NoteId(tx.new_id());
                let (written_at, written_by) = (tx.now(), tx.actor());
                let note = Note { id, written_at, written_by, text: text.to_owned() };
                tx.record(&Action::NoteAdded { case, note })?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}
