//! Changing the ways to the key of an open vault.
//!
//! `vault.json` is written first and the entry second: a crash between them leaves a way in that
//! works and is not yet told of, never one that is told of and does not work.

use farol_model::{
    journal::Action,
    slot::{SlotChange, SlotKind},
};

use crate::{
    RecoveryKey, SlotInfo, Store, StoreError,
    slots::{Cost, Slots},
};

impl Store {
    /// The ways to the key.
    ///
    /// # Errors
    /// When `vault.json` cannot be read.
    pub fn slots(&self) -> Result<Vec<SlotInfo>, StoreError> {
        Ok(self.place().slots()?.list())
    }

    /// Another passphrase; the one before opens nothing any more.
    ///
    /// # Errors
    /// When `vault.json` cannot be written; the old one then still opens.
    pub fn change_passphrase(&self, passphrase: &str, cost: Cost) -> Result<(), StoreError> {
        self.change_slots(SlotKind::Passphrase, SlotChange::Made, |slots| {
            slots.put_passphrase(&self.secrets(), passphrase, cost, self.now())
        })
    }

    /// A recovery key, to be shown once; one made before opens nothing any more.
    ///
    /// # Errors
    /// When `vault.json` cannot be written; the old one then still opens.
    pub fn make_recovery_key(&self) -> Result<RecoveryKey, StoreError> {
        self.change_slots(SlotKind::Recovery, SlotChange::Made, |slots| {
            Ok(slots.put_recovery(&self.secrets(), self.now()))
        })
    }

    /// Keeps a key in the system keyring.
    ///
    /// # Errors
    /// [`StoreError::Keyring`] when it refuses.
    pub fn keep_in_keyring(&self) -> Result<(), StoreError> {
        self.change_slots(SlotKind::Keyring, SlotChange::Made, |slots| {
            slots.put_keyring(&self.secrets(), self.now())
        })
    }

    /// Takes a way to the key away.
    ///
    /// # Errors
    /// [`StoreError::LastSlots`] when fewer than two would stay.
    pub fn remove_slot(&self, kind: SlotKind) -> Result<(), StoreError> {
        self.change_slots(kind, SlotChange::Removed, |slots| slots.remove(kind))?;
        if kind == SlotKind::Keyring {
            // The slot is gone, so what a silent keyring still holds opens nothing.
            drop(self.place().slots()?.forget_keyring());
        }
        Ok(())
    }

    fn change_slots<T>(
        &self,
        slot: SlotKind,
        change: SlotChange,
        f: impl FnOnce(&mut Slots) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write(|tx| {
            let mut slots = self.place().slots()?;
            let out = f(&mut slots)?;
            slots.save(&self.place().slots_file())?;
            tx.record(&Action::SlotChanged { slot, change })?;
            Ok(out)
        })
    }
}

#[cfg(test)]
mod tests {
    use farol_model::slot::SlotKind;

    use crate::{
        Store, StoreError,
        tests::{PASSPHRASE, QUICK, new_store, place},
    };

    #[test]
    fn a_recovery_key_opens_until_another_one_is_made() {
        let (dir, store) = new_store();
        let first = store.make_recovery_key().unwrap().to_string();
        let second = store.make_recovery_key().unwrap().to_string();
        drop(store);
        let opened = Store::open_with_words(place(dir.path()), &second.to_lowercase());
        assert!(opened.is_ok());
        drop(opened);
        let refused = Store::open_with_words(place(dir.path()), &first).err().unwrap();
        assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
        // One wrong letter in 256 passes the check byte; three in a row never do.
        let wrong = ["A", "B", "C", "D"].map(|letter| format!("{letter}{}", &second[1..]));
        let told = wrong.iter().filter(|it| !second.starts_with(&it[..1])).any(|it| {
            let refused = Store::open_with_words(place(dir.path()), it).err().unwrap();
            matches!(refused, StoreError::MistypedRecoveryKey)
        });
        assert!(told);
    }

    #[test]
    fn another_passphrase_replaces_the_one_before() {
        let (dir, store) = new_store();
        store.change_passphrase("another lamp", QUICK).unwrap();
        drop(store);
        let refused = Store::open_with_words(place(dir.path()), PASSPHRASE).err().unwrap();
        assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
        assert!(Store::open_with_words(place(dir.path()), "another lamp").is_ok());
    }

    #[test]
    fn the_last_two_ways_are_kept() {
        let (dir, store) = new_store();
        store.make_recovery_key().unwrap();
        for kind in [SlotKind::Passphrase, SlotKind::Recovery] {
            let refused = store.remove_slot(kind).err().unwrap();
            assert!(matches!(refused, StoreError::LastSlots), "{refused}");
        }
        let absent = store.remove_slot(SlotKind::Keyring).err().unwrap();
        assert!(matches!(absent, StoreError::NotFound("slot")), "{absent}");
        drop(store);
        assert!(Store::open_with_words(place(dir.path()), PASSPHRASE).is_ok());
    }

    #[test]
    fn what_happens_to_a_slot_is_told() {
        let (_dir, store) = new_store();
        store.make_recovery_key().unwrap();
        let kinds: Vec<_> = store.slots().unwrap().into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [SlotKind::Passphrase, SlotKind::Recovery]);
        let check = store.read(|it| it.verify()).unwrap();
        assert_eq!((check.n_entries, check.wrong), (3, None));
    }
}
