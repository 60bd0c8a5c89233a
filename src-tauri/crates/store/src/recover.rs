//! Everything that can still be read, as a vault: the last step of the ladder.
//!
//! It copies first. The newest good backup is the ground (an empty vault when there is none); what
//! the tail and the damaged database still have is put on it, entry by entry, as far as hashes chain.
//! The damaged file is read row by row, because one bad page must not hide the others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use zeroize::Zeroizing;

use farol_model::{
    id::{DeskId, Digest},
    journal::Action,
};

use crate::{
    Backup, Place, Store, StoreError, VaultFiles,
    backup::{DATABASE, FOLDER, SLOTS},
    connection::{connection, migrate},
    digest, read,
    restore::{SHM, TAIL, WAL, copy_checked},
    shared,
    slots::{Secrets, Slots},
    tail::{self, BarePlace, EntryRow, Mark, Row},
    verify, write,
};

/// So many rows that are not there, one after the other, are the end of a table.
const MAX_GAP: u32 = 5_000;

/// What was recovered, and what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Entries in the vault that lies there now.
    pub n_entries: u32,
    /// The backup they stand on.
    pub backup: Option<Backup>,
    /// Entries that were put on it, from the tail and the damaged database.
    pub n_brought_back: u32,
    /// Entries that were read but stand behind a gap: they are only in what was set aside.
    pub n_behind_a_gap: u32,
    /// Originals that entries name and that were found nowhere.
    pub n_originals_missing: u32,
    /// Where the files that lay there are now.
    pub set_aside: PathBuf,
}

impl Place {
    /// Makes the most of what lies there, in its place; what lay there is set aside.
    ///
    /// # Errors
    /// [`StoreError::Held`]; [`StoreError::WrongPassphrase`]; [`StoreError::Damaged`] when nothing
    /// at all can be read. Nothing is touched before everything was gathered and checked.
    pub fn recover(&self, words: &str) -> Result<Recovered, StoreError> {
        let holder = self.hold()?;
        let secrets = self.slots()?.open_with_words(words)?;
        let there = self.dir.join("recover.new");
        if there.exists() {
            fs::remove_dir_all(&there)?;
        }
        fs::create_dir(&there)?;
        let backup = self.ground(&there, words, &secrets)?;
        let mut ground =
            connection(&there.join(DATABASE), &secrets.key_text(), OpenFlags::default())?;
        migrate(&mut ground, &|_| ())?;
        let mut gathered = Gathered::default();
        let tail = tail::Found::read(&self.tail(), &tail::key(&secrets.database_key));
        if let Ok(Some(tail)) = tail {
            tail.rows_after(0, &mut |row| gathered.take(row, &ground))?;
        }
        self.read_damaged(&there, &secrets, &ground, &mut gathered)?;
        let (n_brought_back, n_behind_a_gap) = gathered.put_on(&mut ground, secrets.desk)?;
        let found = verify::verify(&ground, &[])?;
        if found.n_entries == 0 {
            return Err(StoreError::Damaged);
        }
        let n_originals_missing = originals_missing(&ground)?;
        ground.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        drop(ground);

        let old = [DATABASE, WAL, SHM, TAIL].map(Into::into).into();
        let new = vec![DATABASE.into()];
        let set_aside = self.swap(&there, old, new)?;
        drop(holder);
        // Its entry is signed, which closes a journal whose last commit was not whole.
        let store = Store::open_with(self.clone(), &secrets)?;
        let action = Action::EntriesBroughtBack { n_entries: n_brought_back };
        store.write(|tx| tx.record(&action))?;
        Ok(Recovered {
            n_entries: store.read(|it| it.verify())?.n_entries,
            backup,
            n_brought_back,
            n_behind_a_gap,
            n_originals_missing,
            set_aside,
        })
    }

    /// Copies the newest backup that is good, and under the same key, into a folder.
    fn ground(
        &self,
        there: &Path,
        words: &str,
        secrets: &Secrets,
    ) -> Result<Option<Backup>, StoreError> {
        for backup in self.backups() {
            let from = self.dir.join(FOLDER).join(&backup.name);
            let opened = Slots::load(&from.join(SLOTS)).and_then(|it| it.open_with_words(words));
            let has_our_key = opened.is_ok_and(|it| it.database_key == secrets.database_key);
            if has_our_key && copy_checked(&from, there, secrets, backup.clone()).is_ok() {
                return Ok(Some(backup));
            }
            for file in [DATABASE, SLOTS] {
                drop(fs::remove_file(there.join(file)));
            }
        }
        Ok(None)
    }

    /// Reads what can be read of the database that lies there, from a copy.
    fn read_damaged(
        &self,
        there: &Path,
        secrets: &Secrets,
        ground: &Connection,
        gathered: &mut Gathered,
    ) -> Result<(), StoreError> {
        let damaged = there.join("damaged.vault");
        let VaultFiles { database: true, .. } = self.files() else { return Ok(()) };
        fs::copy(self.database(), &damaged)?;
        let wal = self.dir.join(WAL);
        if wal.exists() {
            fs::copy(wal, there.join("damaged.vault-wal"))?;
        }
        let mut table =
            Rows { path: damaged, key: secrets.key_text(), connection: None, is_noise: false };
        table.each("SELECT id, key FROM seal WHERE rowid = ?1", |row| {
            gathered.take(Row::Seal { id: row.get(0)?, key: row.get(1)? }, ground)
        });
        table.each(
            "SELECT id, desk, n, at_ms, actor, case_id, action, sealed_with, body, prev, hash
             FROM entry WHERE rowid = ?1",
            |row| {
                let entry = EntryRow {
                    header: read::header(row)?,
                    seal: row.get(7)?,
                    body: row.get(8)?,
                    prev: row.get(9)?,
                    hash: row.get(10)?,
                };
                gathered.take(Row::Entry(Box::new(entry)), ground)
            },
        );
        table.each("SELECT desk, n, signature FROM signature WHERE rowid = ?1", |row| {
            let desk = read::id_of(&row.get::<_, String>(0)?)?;
            gathered.take(Row::Signature { desk, n: row.get(1)?, signature: row.get(2)? }, ground)
        });
        table.each_bare(|row| {
            let desk = read::id_of(&row.get::<_, String>(0)?)?;
            let place = (row.get(2)?, row.get(3)?);
            gathered.take(Row::Bare { desk, n: row.get(1)?, places: vec![place] }, ground)
        });
        table.each("SELECT hash, bytes FROM original WHERE rowid = ?1", |row| {
            gathered.take(Row::Original { hash: row.get(0)?, bytes: row.get(1)? }, ground)
        });
        Ok(())
    }
}

/// A damaged database, read by row number. A page that cannot be read spoils its connection, so
/// that another one is opened for the row after it.
struct Rows {
    path: PathBuf,
    key: Zeroizing<String>,
    connection: Option<Connection>,
    /// Its first page cannot be read, so that nothing of it can.
    is_noise: bool,
}

impl Rows {
    fn each(
        &mut self,
        sql: &str,
        mut take: impl FnMut(&rusqlite::Row<'_>) -> Result<(), StoreError>,
    ) {
        let mut n_missed = 0;
        for rowid in 1_i64.. {
            match self.row(sql, rowid, &mut take) {
                Ok(true) => n_missed = 0,
                Ok(false) => n_missed += 1,
                Err(_) => {
                    self.connection = None;
                    n_missed += 1;
                }
            }
            if self.is_noise || n_missed > MAX_GAP {
                return;
            }
        }
    }

    /// The digests of other desks: one table, in its own order, as far as it can be read. What is
    /// lost of them is in the next bundle.
    fn each_bare(&mut self, mut take: impl FnMut(&rusqlite::Row<'_>) -> Result<(), StoreError>) {
        let Ok(connection) = connection(&self.path, &self.key, OpenFlags::default()) else {
            return;
        };
        let Ok(mut query) = connection.prepare("SELECT desk, n, digest, hash FROM bare") else {
            return;
        };
        let Ok(mut rows) = query.query([]) else { return };
        while let Ok(Some(row)) = rows.next() {
            drop(take(row));
        }
    }

    fn row(
        &mut self,
        sql: &str,
        rowid: i64,
        take: &mut impl FnMut(&rusqlite::Row<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        if self.connection.is_none() {
            let opened = connection(&self.path, &self.key, OpenFlags::default());
            self.is_noise = opened.is_err();
            self.connection = Some(opened?);
        }
        let connection = self.connection.as_ref().ok_or(StoreError::Damaged)?;
        let mut query = connection.prepare_cached(sql)?;
        let mut rows = query.query([rowid])?;
        let Some(row) = rows.next()? else { return Ok(false) };
        take(row)?;
        Ok(true)
    }
}

/// Rows of the journal, from wherever they were still to be had.
#[derive(Default)]
struct Gathered {
    seals: BTreeMap<String, [u8; 32]>,
    entries: BTreeMap<(DeskId, u32), Vec<EntryRow>>,
    signatures: BTreeMap<(DeskId, u32), Vec<u8>>,
    bare: BTreeMap<(DeskId, u32), BarePlace>,
}

impl Gathered {
    /// Keeps a row for later. Originals can be large: they go where they belong at once.
    fn take(&mut self, row: Row, ground: &Connection) -> Result<(), StoreError> {
        match row {
            Row::Seal { id, key } => drop(self.seals.insert(id, key)),
            Row::Original { hash, bytes } => {
                if digest(&bytes).to_string() == hash {
                    write::keep(ground, &hash, &bytes)?;
                }
            }
            Row::Bare { desk, n, places } => {
                for (n, place) in (n..).zip(places) {
                    self.bare.insert((desk, n), place);
                }
            }
            Row::Signature { desk, n, signature } => {
                drop(self.signatures.insert((desk, n), signature));
            }
            Row::Entry(entry) => {
                let place = (entry.header.desk, entry.header.n);
                self.entries.entry(place).or_default().push(*entry);
            }
        }
        Ok(())
    }

    /// Puts every entry that goes on from what is there on it. Gives how many did, and how many
    /// stand behind a gap.
    fn put_on(self, ground: &mut Connection, ours: DeskId) -> Result<(u32, u32), StoreError> {
        let tx = ground.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (id, key) in &self.seals {
            tail::write_seal(&tx, id, key)?;
        }
        let places = self.entries.keys().chain(self.bare.keys());
        let desks: BTreeSet<DeskId> = places.map(|(desk, _)| *desk).collect();
        // What came from other desks is what our own entries may build on.
        let theirs = desks.iter().filter(|it| **it != ours);
        let (mut n_brought_back, mut n_behind) = (0, 0);
        for desk in theirs.chain(desks.get(&ours)) {
            let (mut n, mut head) =
                if *desk == ours { self.own_end(&tx, ours)? } else { (0, [0; 32]) };
            loop {
                if let Some(next) = self.next(*desk, n + 1, &head) {
                    if !self.is_there(&tx, *desk, n + 1)? {
                        tail::write_entry(&tx, next)?;
                        n_brought_back += 1;
                    }
                    head = next.hash;
                } else if let Some(place) = self.next_bare(&tx, *desk, n + 1, &head)? {
                    tail::keep_bare(&tx, *desk, n + 1, &[place])?;
                    head = place.1;
                } else {
                    break;
                }
                n += 1;
                if let Some(signature) = self.signatures.get(&(*desk, n)) {
                    tail::keep_signature(&tx, *desk, n, signature)?;
                }
            }
            n_behind += self.entries.range((*desk, n + 1)..=(*desk, u32::MAX)).count();
        }
        shared::settle_all(&tx, &tx)?;
        tx.commit()?;
        Ok((n_brought_back, u32::try_from(n_behind).unwrap_or(u32::MAX)))
    }

    fn own_end(&self, tx: &Connection, ours: DeskId) -> Result<(u32, [u8; 32]), StoreError> {
        let Mark { n, head } = Mark::of(tx, ours)?;
        Ok((n, head))
    }

    fn is_there(&self, tx: &Connection, desk: DeskId, n: u32) -> Result<bool, StoreError> {
        let mut query = tx.prepare_cached("SELECT 1 FROM entry WHERE desk = ?1 AND n = ?2")?;
        Ok(query.exists(rusqlite::params![desk.to_string(), n])?)
    }

    /// What follows a hash in the journal of another desk, when only its digest is known, or the ground
    /// has the entry itself.
    fn next_bare(
        &self,
        tx: &Connection,
        desk: DeskId,
        n: u32,
        head: &[u8; 32],
    ) -> Result<Option<BarePlace>, StoreError> {
        let follows = |(digest, hash): &BarePlace| verify::entry_hash(head, digest) == *hash;
        if let Some(place) = self.bare.get(&(desk, n)).copied().filter(follows) {
            return Ok(Some(place));
        }
        let place: Option<BarePlace> = tx
            .prepare_cached("SELECT digest, hash FROM bare WHERE desk = ?1 AND n = ?2")?
            .query_row(rusqlite::params![desk.to_string(), n], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some(place) = place.filter(follows) {
            return Ok(Some(place));
        }
        let mut query = tx.prepare_cached(
            "SELECT id, desk, n, at_ms, actor, case_id, action, sealed_with, body, hash
             FROM entry WHERE desk = ?1 AND n = ?2",
        )?;
        let mut rows = query.query(rusqlite::params![desk.to_string(), n])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (seal, body): (String, Vec<u8>) = (row.get(7)?, row.get(8)?);
        let digest = verify::entry_digest(&read::header(row)?, &seal, &body);
        Ok(Some((digest, row.get(9)?)).filter(follows))
    }

    /// The entry that follows a hash, when one was found that is as it was written.
    fn next(&self, desk: DeskId, n: u32, head: &[u8; 32]) -> Option<&EntryRow> {
        self.entries.get(&(desk, n))?.iter().find(|it| {
            let digest = verify::entry_digest(&it.header, &it.seal, &it.body);
            let opens = self
                .seals
                .get(&it.seal)
                .is_none_or(|key| read::open(it.header.clone(), &it.body, key).is_ok());
            it.prev == *head && it.hash == verify::entry_hash(head, &digest) && opens
        })
    }
}

/// How many originals the journal names that are not there.
fn originals_missing(conn: &Connection) -> Result<u32, StoreError> {
    let mut entries = conn.prepare(
        "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
         FROM entry JOIN seal ON seal.id = entry.sealed_with",
    )?;
    let mut there = conn.prepare("SELECT 1 FROM original WHERE hash = ?1")?;
    let mut missing = BTreeSet::<Digest>::new();
    let mut destroyed = BTreeSet::new();
    let mut rows = entries.query([])?;
    while let Some(row) = rows.next()? {
        let (body, key): (Vec<u8>, [u8; 32]) = (row.get(7)?, row.get(8)?);
        let action = read::open(read::header(row)?, &body, &key)?.action;
        if let Action::EvidenceDestroyed { pieces, .. } = &action {
            destroyed.extend(pieces.iter().copied());
        }
        for original in action.originals() {
            if !there.exists([original.to_string()])? {
                missing.insert(original);
            }
        }
    }
    let n_missing = missing.difference(&destroyed).count();
    Ok(u32::try_from(n_missing).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use farol_model::id::CaseId;

    use super::Recovered;
    use crate::{
        Store, StoreError,
        tests::{PASSPHRASE, new_store, note, open_case, place},
    };

    const N_NOTES: usize = 200;

    fn vault(backed_up_after: Option<usize>) -> (TempDir, CaseId) {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        for n in 0..N_NOTES {
            note(&store, case, &n.to_string());
            if backed_up_after == Some(n) {
                store.back_up().unwrap();
            }
        }
        (dir, case)
    }

    /// Recovers, and gives how many notes are there; journal and tables hold together.
    fn recovered(dir: &TempDir, case: CaseId) -> (Recovered, usize) {
        let recovered = place(dir.path()).recover(PASSPHRASE).unwrap();
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        let check = store.read(|it| it.verify()).unwrap();
        assert_eq!((check.wrong, check.n_entries), (None, recovered.n_entries));
        assert_eq!(store.rebuild_check().unwrap(), None);
        assert!(store.findings().is_empty());
        let n_notes = store.read(|it| it.notes_of(case)).unwrap().len();
        (recovered, n_notes)
    }

    fn damage(dir: &TempDir, file: &str, at: std::ops::Range<usize>) {
        let path = dir.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes[at].fill(0x5a);
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn the_tail_alone_is_the_whole_vault_before_the_first_backup() {
        let (dir, case) = vault(None);
        fs::write(dir.path().join("farol.vault"), [0x5a; 9_000]).unwrap();
        let (recovered, n_notes) = recovered(&dir, case);
        assert_eq!((n_notes, recovered.n_behind_a_gap, recovered.backup), (N_NOTES, 0, None));
        assert_eq!(fs::read(recovered.set_aside.join("farol.vault")).unwrap(), [0x5a; 9_000]);
    }

    #[test]
    fn a_backup_without_a_tail_takes_what_the_damaged_database_still_has() {
        let (dir, case) = vault(Some(50));
        fs::remove_file(dir.path().join("farol.tail")).unwrap();
        let len = fs::metadata(dir.path().join("farol.vault")).unwrap().len() as usize;
        damage(&dir, "farol.vault", len - 4096..len);
        let (recovered, n_notes) = recovered(&dir, case);
        assert!(n_notes > 50, "{n_notes}");
        assert_eq!(recovered.backup.unwrap().n_entries, 54);
        assert_eq!(recovered.n_entries, recovered.n_brought_back + 54 + 1);
    }

    #[test]
    fn bad_pages_cost_no_more_than_what_was_on_them() {
        let (dir, case) = vault(None);
        let tail = dir.path().join("farol.tail");
        let whole_tail = fs::read(&tail).unwrap();
        let whole = fs::read(dir.path().join("farol.vault")).unwrap();
        for page in (2..whole.len() / 4096).step_by(9) {
            // The tail has the first half, the database everything but one page.
            fs::write(&tail, &whole_tail[..whole_tail.len() / 2]).unwrap();
            fs::write(dir.path().join("farol.vault"), &whole).unwrap();
            damage(&dir, "farol.vault", page * 4096 + 100..page * 4096 + 200);
            let Ok(recovered) = place(dir.path()).recover(PASSPHRASE) else {
                panic!("page {page}")
            };
            let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
            assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
            let n_notes = store.read(|it| it.notes_of(case)).unwrap().len();
            assert!(n_notes >= N_NOTES / 2 - 1, "page {page}: {n_notes}");
            let n_lost = N_NOTES - n_notes;
            assert!(n_lost == 0 || recovered.n_behind_a_gap as usize <= n_lost, "page {page}");
        }
    }

    #[test]
    fn of_noise_nothing_is_made() {
        let (dir, _) = vault(None);
        for file in ["farol.vault", "farol.tail"] {
            fs::write(dir.path().join(file), [0x5a; 9_000]).unwrap();
        }
        let refused = place(dir.path()).recover(PASSPHRASE).err().unwrap();
        assert!(matches!(refused, StoreError::Damaged), "{refused}");
        assert_eq!(fs::read(dir.path().join("farol.vault")).unwrap(), [0x5a; 9_000]);
        let refused = place(dir.path()).recover("wrong").err().unwrap();
        assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
    }
}
