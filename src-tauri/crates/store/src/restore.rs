//! Putting backups back. It copies and checks first; what was there is set aside, never deleted.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use rusqlite::OpenFlags;

use crate::{
    Backup, Place, StoreError,
    backup::{DATABASE, FOLDER, SLOTS, check},
    behind::Closing,
    connection::connection,
    slots::{Secrets, Slots},
    sync_dir,
    tail::{self, Compared},
};

pub(crate) const TAIL: &str = "farol.tail";
const SLOTS_COPY: &str = "vault.json.copy";
pub(crate) const WAL: &str = "farol.vault-wal";
pub(crate) const SHM: &str = "farol.vault-shm";

/// A vault that was put back from a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup, as it was found when it was checked again.
    pub backup: Backup,
    /// Where the files that lay in its place are now.
    pub set_aside: Option<PathBuf>,
}

impl Place {
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
        let mut old: Vec<String> =
            [SLOTS, SLOTS_COPY, DATABASE, WAL, SHM, TAIL].map(Into::into).into();
        let mut new: Vec<String> = [DATABASE, SLOTS, SLOTS_COPY].map(Into::into).into();
        // What was erased since stays erased.
        let mut slots = Slots::load(&checked.join(SLOTS))?;
        if let Ok(known) = self.slots() {
            slots.erased.extend(known.erased);
            slots.disposed.extend(known.disposed);
        }
        slots.save(&checked.join(SLOTS))?;
        if let Some(tail) = self.tail_after(&checked, &secrets)? {
            fs::copy(tail, checked.join(TAIL))?;
            File::open(checked.join(TAIL))?.sync_all()?;
            new.push(TAIL.into());
        }
        // Newer backups belong to the story that is set aside, and go with it.
        let newer = self.backups().into_iter().filter(|it| it.made_at > backup.made_at);
        old.extend(newer.map(|it| format!("{FOLDER}/{}", it.name)));
        let aside = self.swap(&checked, old, new)?;
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
}

/// Copies database and slots, checks the copy, and tells what is in it.
pub(crate) fn copy_checked(
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
    let found = check(&to.join(DATABASE), &secrets.key_text(), &Closing::default())?;
    if (found.n_own, found.head) == (backup.n_entries, backup.head) {
        Ok(backup)
    } else {
        Err(StoreError::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::{
        Store, StoreError,
        tests::{NEW, PASSPHRASE, note, open_case, place},
    };

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
}
