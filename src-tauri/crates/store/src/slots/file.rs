//! `vault.json` on the disk: kept twice, with a checksum, and never half-written.
//!
//! It holds nothing secret, but its loss is the loss of the vault. The copy is written first, so a
//! crash leaves a good `vault.json` at any moment.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::Slots;
use crate::{StoreError, seal::hex, sync_dir};

/// The copy that lies beside a slots file.
pub(crate) fn copy_of(path: &Path) -> PathBuf {
    path.with_extension("json.copy")
}

impl Slots {
    /// Reads `vault.json`, or its copy when it is damaged or gone.
    ///
    /// # Errors
    /// [`StoreError::BadSlots`] when neither is what Farol wrote.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        read(path).or_else(|error| read(&copy_of(path)).map_err(|_| error))
    }

    /// Writes both.
    pub(crate) fn save(&self, path: &Path) -> Result<(), StoreError> {
        let sealed = Self { sum: Some(self.sum()), ..self.clone() };
        let text = serde_json::to_vec_pretty(&sealed).expect("slots are plain data");
        for path in [&copy_of(path), path] {
            let new = path.with_added_extension("new");
            let mut file = File::create(&new)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, path)?;
            path.parent().map_or(Ok(()), sync_dir)?;
        }
        Ok(())
    }

    /// Makes file and copy one again. Gives whether one of them was damaged or gone; a damaged file
    /// is set aside under the name that `stamp` gives.
    ///
    /// # Errors
    /// [`StoreError::BadSlots`] when neither can be read; nothing is touched then.
    pub(crate) fn mend(path: &Path, stamp: &str) -> Result<bool, StoreError> {
        let copy = copy_of(path);
        let slots = match (read(path), read(&copy)) {
            (Ok(slots), Ok(same)) if slots.sum == same.sum && slots.sum.is_some() => {
                return Ok(false);
            }
            // Vaults of the first days have no copy; a copy without its file's change is of a crash.
            (Ok(slots), Ok(_)) => return slots.save(path).map(|()| false),
            (Ok(slots), Err(_)) if !copy.exists() => return slots.save(path).map(|()| false),
            (Ok(slots), Err(_)) | (Err(_), Ok(slots)) => slots,
            (Err(error), Err(_)) => return Err(error),
        };
        if path.exists() && read(path).is_err() {
            fs::rename(path, path.with_file_name(format!("set-aside-{stamp}.json")))?;
        }
        slots.save(path)?;
        Ok(true)
    }

    /// SHA-256 over everything else in the file.
    fn sum(&self) -> String {
        let bare = Self { sum: None, ..self.clone() };
        let text = serde_json::to_vec(&bare).expect("slots are plain data");
        hex(&Sha256::digest(text))
    }
}

/// Reads one of both.
fn read(path: &Path) -> Result<Slots, StoreError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::HalfThere("vault.json"));
        }
        read => read?,
    };
    let slots: Slots = serde_json::from_slice(&bytes).map_err(|_| StoreError::BadSlots)?;
    let is_whole = slots.sum.as_ref().is_none_or(|sum| *sum == slots.sum());
    if slots.format == 1 && is_whole { Ok(slots) } else { Err(StoreError::BadSlots) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use farol_model::finding::Finding;

    use crate::{
        Store, StoreError,
        tests::{PASSPHRASE, new_store, place},
    };

    #[test]
    fn damage_to_either_file_is_mended_and_told() {
        let (dir, store) = new_store();
        drop(store);
        for name in ["vault.json", "vault.json.copy"] {
            let path = dir.path().join(name);
            let good = fs::read(&path).unwrap();
            for at in (0..good.len()).step_by(11) {
                let mut bytes = good.clone();
                bytes[at] ^= 1;
                fs::write(&path, &bytes).unwrap();
                let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
                assert_eq!(store.findings(), [Finding::SlotsMended], "{name}, byte {at}");
                drop(store);
                assert_eq!(fs::read(&path).unwrap(), good, "{name}, byte {at}");
            }
        }
        fs::remove_file(dir.path().join("vault.json")).unwrap();
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert_eq!(store.findings(), [Finding::SlotsMended]);
    }

    #[test]
    fn damage_to_both_is_told_from_a_wrong_passphrase_and_changes_nothing() {
        let (dir, store) = new_store();
        drop(store);
        let paths = ["vault.json", "vault.json.copy"].map(|it| dir.path().join(it));
        let good = fs::read(&paths[0]).unwrap();
        let at = good.windows(7).position(|it| it == b"wrapped").unwrap() + 12;
        let mut bytes = good;
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        for path in &paths {
            fs::write(path, &bytes).unwrap();
        }
        let refused = Store::open_with_words(place(dir.path()), PASSPHRASE).err().unwrap();
        assert!(matches!(refused, StoreError::BadSlots), "{refused}");
        assert_eq!(fs::read(&paths[0]).unwrap(), bytes);
    }

    #[test]
    fn a_file_of_the_first_days_opens_and_gets_its_copy() {
        let (dir, store) = new_store();
        drop(store);
        let path = dir.path().join("vault.json");
        let text = fs::read_to_string(&path).unwrap();
        let mut slots: serde_json::Value = serde_json::from_str(&text).unwrap();
        slots.as_object_mut().unwrap().remove("sum");
        fs::write(&path, slots.to_string()).unwrap();
        fs::remove_file(dir.path().join("vault.json.copy")).unwrap();
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert!(store.findings().is_empty());
        drop(store);
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert!(dir.path().join("vault.json.copy").exists());
    }
}
