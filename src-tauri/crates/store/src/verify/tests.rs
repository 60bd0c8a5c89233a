use std::{collections::BTreeSet, sync::Arc};

use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{Connection, params};
use uuid::Uuid;

use farol_model::{
    case::Note,
    id::{EntryId, NoteId},
    journal::Action,
    tampering::Tampering::{
        self, Edited, Removed, Reordered, RolledBack, SealBroken, SealRemoved, SignedByAnother,
        Truncated,
    },
    time::Timestamp,
};

use super::{Anchor, entry_digest, entry_hash, verify};
use crate::{
    Place, Store, StoreError, read,
    seal::{Key, hex},
    tests::{NEW, PASSPHRASE, new_store, note, open_case, place, raw},
};

/// What the whole check finds, and what the chain alone tells.
fn tampered(sql: &str) -> ((u32, Tampering), Option<(u32, Tampering)>) {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    note(&store, case, "a");
    note(&store, case, "b");
    let raw = raw(&store);
    raw.execute_batch("DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_deleted;")
        .unwrap();
    raw.execute_batch(sql).unwrap();
    let wrong = store.read(|it| it.verify()).unwrap().wrong.expect("the change must be seen");
    let by_chain = store.read(|it| it.verify_chain(&[])).unwrap().wrong;
    ((wrong.n, wrong.change), by_chain.map(|it| (it.n, it.change)))
}

/// What is wrong with signatures and bodies alone, the chain does not tell; all else it does.
const BESIDE_THE_CHAIN: [Tampering; 2] = [SignedByAnother, SealBroken];

#[test]
fn a_change_behind_our_back_is_named() {
    for (sql, expected) in [
        ("UPDATE entry SET body = zeroblob(80) WHERE n = 4", (4, Edited)),
        ("UPDATE entry SET at_ms = at_ms - 1 WHERE n = 3", (3, Edited)),
        ("UPDATE entry SET action = 'case_changed' WHERE n = 4", (4, Edited)),
        ("UPDATE entry SET prev = zeroblob(32) WHERE n = 4", (4, Edited)),
        ("UPDATE entry SET id = 'x' WHERE n = 4", (4, Edited)),
        ("DELETE FROM entry WHERE n = 4", (5, Removed)),
        ("DELETE FROM entry WHERE n = 5", (4, Truncated)),
        (
            "UPDATE entry SET n = 99 WHERE n = 4; UPDATE entry SET n = 4 WHERE n = 5; UPDATE entry SET n = 5 WHERE n = 99",
            (4, Reordered),
        ),
        ("UPDATE signature SET signature = zeroblob(64) WHERE n = 3", (3, SignedByAnother)),
        (
            "UPDATE seal SET key = zeroblob(32) WHERE id = (SELECT sealed_with FROM entry WHERE n = 4)",
            (3, SealBroken),
        ),
        ("DELETE FROM seal", (1, SealRemoved)),
        ("DELETE FROM entry", (1, Truncated)),
        ("DELETE FROM entry; DELETE FROM signature", (1, Truncated)),
        ("UPDATE entry SET case_id = '{' || case_id || '}' WHERE n = 4", (4, Edited)),
        ("DELETE FROM entry WHERE n = 4; UPDATE entry SET n = 4 WHERE n = 5", (4, Removed)),
        // What is wrong before a row that no entry can be is named all the same.
        (
            "UPDATE entry SET body = zeroblob(80) WHERE n = 3; UPDATE entry SET n = 4294967301 WHERE n = 5",
            (3, Edited),
        ),
        (
            "CREATE TABLE other AS SELECT * FROM entry; DROP TABLE entry; ALTER TABLE other RENAME TO entry;
             UPDATE entry SET body = zeroblob(80) WHERE n = 3; UPDATE entry SET at_ms = 'x' WHERE n = 5",
            (3, Edited),
        ),
    ] {
        let (found, by_chain) = tampered(sql);
        assert_eq!(found, expected, "{sql}");
        let by_chain_expected = (!BESIDE_THE_CHAIN.contains(&expected.1)).then_some(expected);
        assert_eq!(by_chain, by_chain_expected, "{sql}");
    }
}

#[test]
fn the_chain_alone_rests_on_the_newest_signature() {
    let newest = "UPDATE signature SET signature = zeroblob(64)
                  WHERE n = (SELECT max(n) FROM signature)";
    let (found, by_chain) = tampered(newest);
    assert_eq!(found, (5, SignedByAnother));
    assert_eq!(by_chain, Some(found));
}

#[test]
fn two_threads_find_what_one_finds() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    // Some parts are of many rows, others are cut after few.
    (0..60).for_each(|n| note(&store, case, &"word ".repeat(n % 7 * 200)));
    let conn = raw(&store);
    let found_by_both = || {
        let alone = verify(&conn, &[]).unwrap();
        for _ in 0..20 {
            assert_eq!(store.read(|it| it.verify()).unwrap(), alone);
        }
        alone.wrong.map(|it| it.n)
    };
    assert_eq!(found_by_both(), None);
    conn.execute_batch(
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET at_ms = at_ms + 1 WHERE n IN (41, 48)",
    )
    .unwrap();
    assert_eq!(found_by_both(), Some(41));
}

#[test]
fn what_is_written_meanwhile_is_not_read() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    for _ in 0..20 {
        note(&store, case, "before");
        store
            .read(|it| {
                let whole = it.verify()?;
                note(&store, case, "meanwhile");
                assert_eq!(it.verify()?, whole);
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
}

#[test]
fn a_vault_that_was_set_back_is_known_by_what_others_remember() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    note(&store, case, "a");
    let whole = store.read(|it| it.verify()).unwrap();
    let remembered = Anchor { n: whole.n_entries, head: whole.head.unwrap() };
    assert_eq!(store.read(|it| it.verify_from(&[remembered])).unwrap().wrong, None);
    let raw = raw(&store);
    raw.execute_batch(
        "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE n = 4; DELETE FROM signature WHERE n = 4",
    )
    .unwrap();
    // Whoever has the key can cut whole commits off the end: only an anchor outside tells.
    assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
    let wrong =
        |store: &Store| store.read(|it| it.verify_from(&[remembered])).unwrap().wrong.unwrap();
    assert_eq!((wrong(&store).n, wrong(&store).change), (3, Tampering::RolledBack));
    note(&store, case, "another story");
    assert_eq!((wrong(&store).n, wrong(&store).change), (4, Tampering::RolledBack));
}

#[test]
fn a_clock_that_was_moved_back_is_told_and_is_not_a_change() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(place(dir.path()), NEW).unwrap();
    drop(store);
    let earlier = Timestamp::from_ms(1_794_000_000_000);
    let place = Place { now: Arc::new(move || earlier), ..place(dir.path()) };
    let store = Store::open_with_words(place, PASSPHRASE).unwrap();
    open_case(&store, "before it was made");
    let check = store.read(|it| it.verify()).unwrap();
    assert_eq!((check.wrong, check.clock_moved.unwrap().n), (None, 3));
}

/// A small generator with a seed (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014), so that a failure can be run again.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % u64::from(n)).unwrap()
    }

    /// An SQL literal of so many bytes.
    fn blob(&mut self, n_bytes: usize) -> String {
        let bytes: Vec<u8> = (0..n_bytes).map(|_| u8::try_from(self.below(256)).unwrap()).collect();
        format!("x'{}'", hex(&bytes))
    }
}

/// A journal in the hands of somebody who has the vault's key and not the person's.
struct Forger<'a> {
    conn: &'a Connection,
    seeded: Seeded,
    last: u32,
    /// The last entry of each commit.
    signed: BTreeSet<u32>,
    own_key: SigningKey,
}

impl Forger<'_> {
    fn sql(&self, sql: &str) {
        self.conn.execute_batch(sql).unwrap();
    }

    fn edit(&self, n: u32, set: &str) {
        self.sql(&format!("UPDATE entry SET {set} WHERE n = {n}"));
    }

    fn seal_of(&self, n: u32) -> String {
        let sql = "SELECT sealed_with FROM entry WHERE n = ?1";
        self.conn.query_row(sql, [n], |row| row.get(0)).unwrap()
    }

    fn first_sealed_like(&self, n: u32) -> u32 {
        let sql = "SELECT min(n) FROM entry WHERE sealed_with = ?1";
        self.conn.query_row(sql, [self.seal_of(n)], |row| row.get(0)).unwrap()
    }

    /// The first signature that covers entry `n`.
    fn closes(&self, n: u32) -> u32 {
        *self.signed.range(n..).next().unwrap()
    }

    /// Takes entries out and gives those after them lower numbers.
    fn close_gap(&self, n: u32, n_removed: u32) {
        self.sql(&format!(
            "DELETE FROM entry WHERE n >= {n} AND n < {n} + {n_removed};
             UPDATE entry SET n = {n_removed} - n WHERE n > {n}; UPDATE entry SET n = -n WHERE n < 0"
        ));
    }

    fn swap(&self, n: u32, other: u32) {
        self.sql(&format!(
            "UPDATE entry SET n = -1 WHERE n = {n}; UPDATE entry SET n = {n} WHERE n = {other};
             UPDATE entry SET n = {other} WHERE n = -1"
        ));
    }

    /// Seals other content for an entry, with the key that stands in the vault.
    fn write_anew(&self, n: u32, change: impl Fn(&mut Action)) {
        let sql = "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, key
                   FROM entry JOIN seal ON seal.id = sealed_with WHERE n = ?1";
        let (header, body, key) = self
            .conn
            .query_row(sql, [n], |row| {
                let header = read::header(row).unwrap();
                Ok((header, row.get::<_, Vec<u8>>(7)?, row.get::<_, Vec<u8>>(8)?))
            })
            .unwrap();
        let mut entry = read::open(header, &body, &key).unwrap();
        change(&mut entry.action);
        let plain = serde_json::to_vec(&entry.action).unwrap();
        let body = Key::from_slice(&key).unwrap().seal(&plain, entry.header.id.0.as_bytes());
        self.conn.execute("UPDATE entry SET body = ?1 WHERE n = ?2", params![body, n]).unwrap();
    }

    /// Puts an entry of one's own after the last.
    fn append(&self) {
        let id = EntryId(Uuid::from_u128(u128::from(self.seeded.0)));
        self.sql(&format!(
            "INSERT INTO entry SELECT '{id}', desk, n + 1, at_ms, actor, case_id, action,
             sealed_with, body, prev, hash FROM entry WHERE n = {}",
            self.last
        ));
        let key: Vec<u8> = self
            .conn
            .query_row("SELECT key FROM seal WHERE id = ?1", [self.seal_of(self.last)], |row| {
                row.get(0)
            })
            .unwrap();
        let sql = "SELECT id, body FROM entry WHERE n = ?1";
        let (from, body): (String, Vec<u8>) =
            self.conn.query_row(sql, [self.last], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let key = Key::from_slice(&key).unwrap();
        let plain = key.open(&body, from.parse::<EntryId>().unwrap().0.as_bytes()).unwrap();
        let body = key.seal(&plain, id.0.as_bytes());
        let sql = "UPDATE entry SET body = ?1 WHERE n = ?2";
        self.conn.execute(sql, params![body, self.last + 1]).unwrap();
        self.chain_anew(self.last + 1);
    }

    /// Makes every hash right again, from entry `from` on.
    fn chain_anew(&self, from: u32) {
        let mut query = self
            .conn
            .prepare(
                "SELECT id, desk, n, at_ms, actor, case_id, action, sealed_with, body, hash
                 FROM entry ORDER BY n",
            )
            .unwrap();
        let mut head = [0; 32];
        let mut hashes = Vec::new();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let header = read::header(row).unwrap();
            if header.n < from {
                head = row.get(9).unwrap();
                continue;
            }
            let (seal, body): (String, Vec<u8>) = (row.get(7).unwrap(), row.get(8).unwrap());
            let hash = entry_hash(&head, &entry_digest(&header, &seal, &body));
            hashes.push((header.n, head, hash));
            head = hash;
        }
        for (n, prev, hash) in hashes {
            let sql = "UPDATE entry SET prev = ?2, hash = ?3 WHERE n = ?1";
            self.conn.execute(sql, params![n, prev, hash]).unwrap();
        }
    }

    /// Signs entry `n` with a key of one's own.
    fn sign(&self, n: u32) {
        let sql = "SELECT desk, hash FROM entry WHERE n = ?1";
        let (desk, hash): (String, [u8; 32]) =
            self.conn.query_row(sql, [n], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let signature = self.own_key.sign(&hash).to_bytes();
        let sql = "INSERT OR REPLACE INTO signature (desk, n, signature) VALUES (?1, ?2, ?3)";
        self.conn.execute(sql, params![desk, n, signature.as_slice()]).unwrap();
    }

    fn sign_from(&self, n: u32) {
        self.signed.range(n..).for_each(|n| self.sign(*n));
    }

    /// Changes the journal in one of [`N_WAYS`] and says what has to be found.
    fn manipulate(&mut self, way: u32) -> (u32, Tampering) {
        let last = self.last;
        let n = 1 + self.seeded.below(last);
        let other = 1 + (n + self.seeded.below(last - 1)) % last;
        // Before the last, so that something stays behind it.
        let inner = 1 + self.seeded.below(last - 1);
        let minutes = 1 + self.seeded.below(90);
        let later = format!("at_ms = at_ms + {minutes} * 60000");
        match way {
            0 => {
                let size = 1 + self.seeded.below(200);
                let body = self.seeded.blob(size as usize);
                self.edit(n, &format!("body = {body}"));
                (n, Edited)
            }
            1 => {
                let kept = self.seeded.below(60);
                self.edit(n, &format!("body = CAST(substr(body, 1, {kept}) AS BLOB)"));
                (n, Edited)
            }
            2 => {
                self.edit(n, &later);
                (n, Edited)
            }
            3 => {
                self.edit(n, "actor = id");
                (n, Edited)
            }
            4 => {
                self.edit(n, "action = action || 'x'");
                (n, Edited)
            }
            5 => {
                let column = if self.seeded.below(2) == 0 { "hash" } else { "prev" };
                let hash = self.seeded.blob(32);
                self.edit(n, &format!("{column} = {hash}"));
                (n, Edited)
            }
            6 => {
                self.edit(n, "case_id = id, sealed_with = id");
                (n, Edited)
            }
            // The same value, spelled so that nothing finds it.
            7 => {
                self.edit(n, "actor = '{' || actor || '}', case_id = 'urn:uuid:' || case_id");
                (n, Edited)
            }
            8 => {
                self.sql(&format!("DELETE FROM entry WHERE n = {inner}"));
                (inner + 1, Removed)
            }
            9 => {
                let n_removed = 1 + self.seeded.below((last - inner).min(4));
                self.close_gap(inner, n_removed);
                (inner, Removed)
            }
            10 => {
                self.swap(n, other);
                (n.min(other), Reordered)
            }
            11 => {
                let sql = "DELETE FROM entry WHERE n > {n}; DELETE FROM signature WHERE n > {n}";
                self.sql(&sql.replace("{n}", &inner.to_string()));
                (inner, if self.signed.contains(&inner) { RolledBack } else { Truncated })
            }
            12 => {
                self.sql(&format!("DELETE FROM entry WHERE n > {inner}"));
                (inner, Truncated)
            }
            13 => {
                self.sql(&format!("DELETE FROM signature WHERE n = {last}"));
                (last, Truncated)
            }
            14 => {
                let (signature, at) = (self.seeded.blob(64), self.closes(n));
                self.sql(&format!("UPDATE signature SET signature = {signature} WHERE n = {at}"));
                (at, SignedByAnother)
            }
            15 => {
                self.sign_from(n);
                (self.closes(n), SignedByAnother)
            }
            16 => {
                self.edit(n, &later);
                self.chain_anew(n);
                (self.closes(n), SignedByAnother)
            }
            17 => {
                self.write_anew(n, |_| ());
                self.chain_anew(n);
                self.sign_from(n);
                (self.closes(n), SignedByAnother)
            }
            18 => {
                self.close_gap(inner, 1);
                self.chain_anew(inner);
                (self.closes(inner), SignedByAnother)
            }
            19 => {
                let first = n.min(other);
                self.swap(n, other);
                self.chain_anew(first);
                (self.closes(first), SignedByAnother)
            }
            20 => {
                self.append();
                (last + 1, Truncated)
            }
            21 => {
                self.append();
                self.sign(last + 1);
                (last + 1, SignedByAnother)
            }
            22 => {
                let (first, seal) = (self.first_sealed_like(n), self.seal_of(n));
                let key = self.seeded.blob(32);
                self.sql(&format!("UPDATE seal SET key = {key} WHERE id = '{seal}'"));
                (first, SealBroken)
            }
            23 => {
                let (first, seal) = (self.first_sealed_like(n), self.seal_of(n));
                self.sql(&format!("DELETE FROM seal WHERE id = '{seal}'"));
                (first, SealRemoved)
            }
            // The whole story anew, under a key that the story itself now names: nothing inside
            // the vault can tell.
            _ => {
                let own = hex(self.own_key.verifying_key().as_bytes());
                self.write_anew(2, |action| {
                    let Action::MemberAdded { member, .. } = action else { panic!("{action:?}") };
                    member.public_key.clone_from(&own);
                });
                self.edit(n, &later);
                self.chain_anew(1);
                self.sign_from(1);
                assert_eq!(verify(self.conn, &[]).unwrap().wrong, None);
                (last, RolledBack)
            }
        }
    }
}

/// How many ways [`Forger::manipulate`] knows.
const N_WAYS: u32 = 25;

#[test]
fn every_manipulation_of_history_is_named() {
    let (_dir, store) = new_store();
    let mut last_case = None;
    for n in 0..4 {
        let case = open_case(&store, &format!("case {n}"));
        (0..2).for_each(|it| note(&store, case, &format!("note {it}")));
        store
            .write(|tx| {
                for text in ["one", "commit", "of three"] {
                    let (id, at) = (NoteId(tx.new_id()), tx.now());
                    let note =
                        Note { id, written_at: at, written_by: tx.actor(), text: text.into() };
                    tx.record(&Action::NoteAdded { case, note })?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        last_case = Some(case);
    }
    (0..2).for_each(|it| note(&store, last_case.unwrap(), &format!("after {it}")));

    let whole = store.read(|it| it.verify()).unwrap();
    let remembered = Anchor { n: whole.n_entries, head: whole.head.unwrap() };
    let conn = raw(&store);
    conn.execute_batch("DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_deleted;")
        .unwrap();
    let signed = conn
        .prepare("SELECT n FROM signature")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut forger = Forger {
        conn: &conn,
        seeded: Seeded(20_261_123),
        last: remembered.n,
        signed,
        own_key: SigningKey::from_bytes(&[7; 32]),
    };
    for round in 0..20 * N_WAYS {
        conn.execute_batch("BEGIN").unwrap();
        let way = round % N_WAYS;
        let expected = forger.manipulate(way);
        let found = verify(&conn, &[remembered]).unwrap();
        let wrong = found.wrong.map(|it| (it.n, it.change));
        assert_eq!(wrong, Some(expected), "round {round}, way {way}");
        conn.execute_batch("ROLLBACK").unwrap();
    }
    assert_eq!(verify(&conn, &[remembered]).unwrap(), whole);
}
