//! Backups: whole vaults in folders of their own, opened and checked before they count.
//!
//! A backup is `backups/<time>/` with the database (compact, under the same key), its `vault.json`
//! and a note of what was found in it. It is made under another name, checked from end to end,
//! synced, and only then gets its name; so every folder that has one is a good vault. Restoring
//! copies: what was there is set aside, never deleted.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
};

use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use farol_model::{
    id::{DeskId, Digest},
    time::Timestamp,
};

use crate::{
    Anchor, Place, Store, StoreError, Verification, behind::Closing, connection::connection,
    sync_dir, tail::Mark, verify,
};

pub(crate) const FOLDER: &str = "backups";
const NOTE: &str = "backup.json";
pub(crate) const DATABASE: &str = "farol.vault";
pub(crate) const SLOTS: &str = "vault.json";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How many stay however close together they were made.
const N_NEWEST: usize = 5;
/// For how many days the newest of the day stays.
const N_DAYS: i64 = 14;
/// A longer tail asks for a backup: it is read whole when the vault is opened.
const MAX_TAIL_BYTES: u64 = 64 << 20;

/// What is known of a backup; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Its folder's name.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Entries of this desk's journal in it, each checked.
    pub n_entries: u32,
    /// Hash of the last entry.
    pub head: Option<Digest>,
    /// Size of the database in bytes.
    pub bytes: u64,
}

impl Store {
    /// Makes a backup, checks it, and takes the oldest ones away.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the copy is not a good vault: it is then not kept, and neither
    /// is any backup taken away.
    pub fn back_up(&self) -> Result<Backup, StoreError> {
        // A connection of its own: writing goes on meanwhile.
        let source = self.another_connection()?;
        let backup = make(self.place(), &source, &self.database_key(), &self.closing)?;
        // What a disposal could not end.
        self.remember_disposed()?;
        if self.tail().is_some() {
            self.begin_tail(self.mark_of(&backup)?)?;
        }
        self.remember_head();
        Ok(backup)
    }

    /// Makes a backup when the newest one is a day old, or much was saved since.
    ///
    /// # Errors
    /// As [`Self::back_up`].
    pub fn back_up_daily(&self) -> Result<Option<Backup>, StoreError> {
        let newest = self.place().backups().into_iter().next();
        let is_recent = newest.is_some_and(|it| self.now().ms() - it.made_at.ms() < DAY_MS);
        let has_long_tail = self.tail().is_some_and(|it| it.bytes() > MAX_TAIL_BYTES);
        if is_recent && !has_long_tail {
            return Ok(None);
        }
        self.back_up().map(Some)
    }

    /// Where this desk's journal stood in a backup.
    fn mark_of(&self, backup: &Backup) -> Result<Mark, StoreError> {
        let path = self.place().dir.join(FOLDER).join(&backup.name).join(DATABASE);
        let copy = connection(&path, &self.database_key(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Mark::of(&copy, self.desk())
    }

    /// The heads that backups of this vault remember.
    pub fn anchors(&self) -> Vec<Anchor> {
        let backups = self.place().backups();
        backups.iter().filter_map(|it| Some(Anchor { n: it.n_entries, head: it.head? })).collect()
    }

    /// The backups of this vault, the newest first.
    pub fn backups(&self) -> Vec<Backup> {
        self.place().backups()
    }
}

impl Place {
    /// The backups that lie beside the vault, the newest first. Opens none.
    pub fn backups(&self) -> Vec<Backup> {
        let Ok(folders) = fs::read_dir(self.dir.join(FOLDER)) else { return Vec::new() };
        let mut backups: Vec<Backup> = folders
            .filter_map(|folder| {
                let folder = folder.ok()?;
                let note = fs::read(folder.path().join(NOTE)).ok()?;
                let note: Backup = serde_json::from_slice(&note).ok()?;
                (folder.file_name().to_str() == Some(&note.name)).then_some(note)
            })
            .collect();
        backups.sort_by_key(|it| std::cmp::Reverse(it.made_at.ms()));
        backups
    }

    /// The last place of a desk's journal that a backup has; the start when there is none.
    pub(crate) fn newest_mark_in(
        &self,
        conn: &Connection,
        desk: DeskId,
    ) -> Result<Mark, StoreError> {
        for backup in self.backups() {
            let mark = backup.head.map(|head| Mark { n: backup.n_entries, head: head.0 });
            if let Some(mark) = mark
                && mark.is_in(conn, desk)?
            {
                return Ok(mark);
            }
        }
        Ok(Mark::START)
    }

    pub(crate) fn backup(&self, name: &str) -> Result<Backup, StoreError> {
        // Only a name that was listed is ever joined to a path.
        self.backups().into_iter().find(|it| it.name == name).ok_or(StoreError::NotFound("backup"))
    }
}

/// Makes a backup of what this connection reads.
pub(crate) fn make(
    place: &Place,
    source: &Connection,
    key: &str,
    closing: &Closing,
) -> Result<Backup, StoreError> {
    let made_at = (place.now)();
    let folder = place.dir.join(FOLDER);
    let unfinished = folder.join("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    let copy = unfinished.join(DATABASE);
    source.execute("VACUUM INTO ?1", [copy.display().to_string()])?;
    fs::copy(place.slots_file(), unfinished.join(SLOTS))?;
    let found = check(&copy, key, closing)?;
    let backup = Backup {
        name: made_at.instant().strftime("%Y-%m-%dT%H%M%SZ").to_string(),
        made_at,
        n_entries: found.n_own,
        head: found.head,
        bytes: fs::metadata(&copy)?.len(),
    };
    let note = serde_json::to_vec_pretty(&backup).expect("a note is plain data");
    fs::write(unfinished.join(NOTE), note)?;
    for file in [DATABASE, SLOTS, NOTE] {
        File::open(unfinished.join(file))?.sync_all()?;
    }
    sync_dir(&unfinished)?;
    let named = folder.join(&backup.name);
    if named.exists() {
        fs::remove_dir_all(&named)?;
    }
    fs::rename(&unfinished, &named)?;
    sync_dir(&folder)?;
    let all = place.backups();
    for old in fading(&all) {
        fs::remove_dir_all(folder.join(&all[old].name))?;
    }
    Ok(backup)
}

/// Reads a database from end to end: every tree, with the seal of each of its pages, every entry and signature.
pub(crate) fn check(path: &Path, key: &str, closing: &Closing) -> Result<Verification, StoreError> {
    let connection = closing.ends(connection(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?)?;
    let trees: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    let found = verify::verify(&connection, &[])?;
    if trees == "ok" && found.wrong.is_none() { Ok(found) } else { Err(StoreError::Damaged) }
}

/// Which of these, the newest first, are no longer needed: not of the newest five, not the newest
/// of its day, or of a day longer ago than two weeks.
fn fading(backups: &[Backup]) -> Vec<usize> {
    let Some(newest) = backups.first() else { return Vec::new() };
    let mut days = BTreeSet::new();
    let fades = |(n, backup): &(usize, &Backup)| {
        let day = backup.made_at.ms().div_euclid(DAY_MS);
        let of_its_day = days.insert(day);
        let recent = newest.made_at.ms() - backup.made_at.ms() < N_DAYS * DAY_MS;
        *n >= N_NEWEST && !(of_its_day && recent)
    };
    backups.iter().enumerate().filter(fades).map(|(n, _)| n).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use farol_model::time::Timestamp;

    use super::{Backup, DAY_MS, fading};
    use crate::{
        Place, Store,
        tests::{NEW, place},
    };

    fn made_at(ms: i64) -> Backup {
        let made_at = Timestamp::from_ms(ms);
        Backup { name: ms.to_string(), made_at, n_entries: 1, head: None, bytes: 1 }
    }

    #[test]
    fn five_stay_and_one_a_day_for_two_weeks() {
        let now = 20_000 * DAY_MS;
        let hourly: Vec<_> = (0..24 * 30).map(|hour| made_at(now - hour * DAY_MS / 24)).collect();
        let gone = fading(&hourly);
        let stay: Vec<_> = (0..hourly.len()).filter(|it| !gone.contains(it)).collect();
        assert_eq!(stay[..5], [0, 1, 2, 3, 4]);
        assert_eq!(stay[5..], (1..=13).map(|day| 1 + 24 * day).collect::<Vec<_>>());
        assert!(fading(&hourly[..5]).is_empty());
    }

    #[test]
    fn one_a_day_is_made_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        let hours = Arc::new(std::sync::atomic::AtomicI64::new(0));
        let clock = Arc::clone(&hours);
        let now = move || {
            let hours = clock.load(std::sync::atomic::Ordering::Relaxed);
            Timestamp::from_ms(1_795_000_000_000 + hours * DAY_MS / 24)
        };
        let place = Place { now: Arc::new(now), ..place(dir.path()) };
        let store = Store::create(place, NEW).unwrap();
        let made: Vec<_> = [0, 23, 25, 26]
            .into_iter()
            .map(|hour| {
                hours.store(hour, std::sync::atomic::Ordering::Relaxed);
                store.back_up_daily().unwrap().is_some()
            })
            .collect();
        assert_eq!(made, [true, false, true, false]);
        assert_eq!(store.backups().len(), 2);
    }
}
