//! Backups: whole vaults in folders of their own, opened and checked before they count.
//!
//! A backup is `backups/<time>/` with the database (compact, under the same key), its `vault.json`
//! and a note of what was found in it. It is made under another name, checked from end to end,
//! synced, and only then gets its name; so every folder that has one is a good vault. Restoring
//! copies: what was there is set aside, never deleted.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use farol_model::{
    id::{DeskId, Digest},
    time::Timestamp,
};

use crate::{
    Anchor, Place, Store, StoreError, Verification,
    connection::connection,
    slots::{Secrets, Slots},
    sync_dir,
    tail::{self, Compared, Mark},
    verify,
};

const FOLDER: &str = "backups";
const NOTE: &str = "backup.json";
const DATABASE: &str = "farol.vault";
const SLOTS: &str = "vault.json";
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
    /// Entries of the journal in it, each checked.
    pub n_entries: u32,
    /// Hash of the last entry.
    pub head: Option<Digest>,
    /// Size of the database in bytes.
    pub bytes: u64,
}

/// A vault that was put back from a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup, as it was found when it was checked again.
    pub backup: Backup,
    /// Where the files that lay in its place are now.
    pub set_aside: Option<PathBuf>,
}

impl Store {
    /// Makes a backup, checks it, and takes the oldest ones away.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the copy is not a good vault: it is then not kept, and neither
    /// is any backup taken away.
    pub fn back_up(&self) -> Result<Backup, StoreError> {
        // A connection of its own: writing goes on meanwhile.
        let backup = self.beside(|conn| make(self.place(), conn, &self.database_key()))?;
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

    /// Copies a backup into another, empty folder, where it is a vault of its own.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when a vault lies there; [`StoreError::WrongPassphrase`];
    /// [`StoreError::Damaged`] when the backup is not what it was. The backup stays as it is.
    pub fn restore_to(&self, name: &str, to: &Path, words: &str) -> Result<Restored, StoreError> {
        let backup = self.backup(name)?;
        let there = Self { dir: to.to_owned(), ..self.clone() };
        if there.files().database || there.files().slots {
            return Err(StoreError::Exists);
        }
        fs::create_dir_all(to)?;
        let from = self.dir.join(FOLDER).join(name);
        let secrets = Slots::load(&from.join(SLOTS))?.open_with_words(words)?;
        let backup = copy_checked(&from, to, &secrets, backup)?;
        Ok(Restored { backup, set_aside: None })
    }

    /// Puts a backup in the place of this vault. Whatever lies there, whole or not, is set aside.
    ///
    /// # Errors
    /// As [`Self::restore_to`], and [`StoreError::Held`] while the vault is open. The vault is
    /// touched only after the copy was checked.
    pub fn put_back(&self, name: &str, words: &str) -> Result<Restored, StoreError> {
        let _holder = self.hold()?;
        let backup = self.backup(name)?;
        let from = self.dir.join(FOLDER).join(name);
        let secrets = Slots::load(&from.join(SLOTS))?.open_with_words(words)?;
        let checked = self.dir.join("restore.new");
        if checked.exists() {
            fs::remove_dir_all(&checked)?;
        }
        fs::create_dir(&checked)?;
        let backup = copy_checked(&from, &checked, &secrets, backup)?;
        let stamp = self.stamp();
        let aside = self.dir.join(format!("set-aside-{stamp}"));
        fs::create_dir_all(&aside)?;
        for file in [SLOTS, DATABASE, "farol.vault-wal", "farol.vault-shm"] {
            let path = self.dir.join(file);
            if path.exists() {
                fs::rename(path, aside.join(file))?;
            }
        }
        if let Some(path) = self.tail_after(&checked, &secrets)? {
            fs::copy(path, aside.join("farol.tail"))?;
        } else if self.tail().exists() {
            fs::rename(self.tail(), aside.join("farol.tail"))?;
        }
        for file in [DATABASE, SLOTS] {
            fs::rename(checked.join(file), self.dir.join(file))?;
        }
        // Newer backups belong to the story that was set aside, and go with it.
        for newer in self.backups().iter().filter(|it| it.made_at > backup.made_at) {
            fs::rename(self.dir.join(FOLDER).join(&newer.name), aside.join(&newer.name))?;
        }
        fs::remove_dir(&checked)?;
        sync_dir(&self.dir)?;
        Ok(Restored { backup, set_aside: Some(aside) })
    }

    /// The tail, when it goes on from the vault in a folder: opening brings back what it has.
    fn tail_after(&self, folder: &Path, secrets: &Secrets) -> Result<Option<PathBuf>, StoreError> {
        let copy = connection(
            &folder.join(DATABASE),
            &secrets.key_text(),
            OpenFlags::SQLITE_OPEN_READ_ONLY,
        )?;
        let Ok(Some(tail)) = tail::Found::read(&self.tail(), &tail::key(&secrets.database_key))
        else {
            return Ok(None);
        };
        let goes_on = !matches!(tail.compare(&copy, secrets.desk)?, Compared::Apart(_));
        Ok(goes_on.then(|| self.tail()))
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

    fn backup(&self, name: &str) -> Result<Backup, StoreError> {
        // Only a name that was listed is ever joined to a path.
        self.backups().into_iter().find(|it| it.name == name).ok_or(StoreError::NotFound("backup"))
    }
}

/// Makes a backup of what this connection reads.
pub(crate) fn make(place: &Place, source: &Connection, key: &str) -> Result<Backup, StoreError> {
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
    let found = check(&copy, key)?;
    let backup = Backup {
        name: made_at.instant().strftime("%Y-%m-%dT%H%M%SZ").to_string(),
        made_at,
        n_entries: found.n_entries,
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

/// Copies database and slots, checks the copy, and tells what is in it.
fn copy_checked(
    from: &Path,
    to: &Path,
    secrets: &Secrets,
    backup: Backup,
) -> Result<Backup, StoreError> {
    for file in [DATABASE, SLOTS] {
        fs::copy(from.join(file), to.join(file))?;
        File::open(to.join(file))?.sync_all()?;
    }
    sync_dir(to)?;
    let found = check(&to.join(DATABASE), &secrets.key_text())?;
    if (found.n_entries, found.head) == (backup.n_entries, backup.head) {
        Ok(backup)
    } else {
        Err(StoreError::Damaged)
    }
}

/// Reads a database from end to end: every page's seal, every tree, every entry and signature.
fn check(path: &Path, key: &str) -> Result<Verification, StoreError> {
    let connection = connection(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut pages = connection.prepare("PRAGMA cipher_integrity_check")?;
    if pages.query([])?.next()?.is_some() {
        return Err(StoreError::Damaged);
    }
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
    use std::{fs, sync::Arc};

    use farol_model::time::Timestamp;

    use super::{Backup, DAY_MS, fading};
    use crate::{
        Place, Store, StoreError,
        tests::{NEW, PASSPHRASE, note, open_case, place},
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
    fn a_backup_is_put_back_and_what_was_there_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(place(dir.path()), NEW).unwrap();
        let case = open_case(&store, "kept");
        let backup = store.back_up().unwrap();
        note(&store, case, "after the backup");
        let refused = place(dir.path()).put_back(&backup.name, PASSPHRASE).err().unwrap();
        assert!(matches!(refused, StoreError::Held { .. }), "{refused}");
        drop(store);

        fs::write(dir.path().join("farol.vault"), [0x5a; 9000]).unwrap();
        let refused = place(dir.path()).put_back(&backup.name, "wrong").err().unwrap();
        assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
        let restored = place(dir.path()).put_back(&backup.name, PASSPHRASE).unwrap();
        let aside = restored.set_aside.unwrap().join("farol.vault");
        assert_eq!(fs::read(aside).unwrap(), [0x5a; 9000]);
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert_eq!(store.read(|it| it.case(case)).unwrap().facts.title, "kept");
        assert_eq!(store.read(|it| it.notes_of(case)).unwrap().len(), 1);
    }

    #[test]
    fn a_backup_is_a_vault_of_its_own_in_another_folder() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(place(&dir.path().join("a")), NEW).unwrap();
        open_case(&store, "kept");
        let backup = store.back_up().unwrap();
        let (from, to) = (place(&dir.path().join("a")), dir.path().join("b"));
        let restored = from.restore_to(&backup.name, &to, PASSPHRASE).unwrap();
        assert_eq!((restored.backup.n_entries, restored.set_aside), (3, None));
        assert!(Store::open_with_words(place(&to), PASSPHRASE).is_ok());
        let again = from.restore_to(&backup.name, &to, PASSPHRASE).err().unwrap();
        assert!(matches!(again, StoreError::Exists), "{again}");
        let unknown = from.restore_to("../../etc", &to.join("c"), PASSPHRASE).err().unwrap();
        assert!(matches!(unknown, StoreError::NotFound("backup")), "{unknown}");
    }

    #[test]
    fn a_damaged_backup_is_never_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(place(dir.path()), NEW).unwrap();
        let backup = store.back_up().unwrap();
        drop(store);
        let path = dir.path().join("backups").join(&backup.name).join("farol.vault");
        let good = fs::read(&path).unwrap();
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            let refused = place(dir.path()).put_back(&backup.name, PASSPHRASE).err().unwrap();
            assert!(matches!(refused, StoreError::Damaged), "byte {at}: {refused}");
        }
        assert!(Store::open_with_words(place(dir.path()), PASSPHRASE).is_ok());
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
