//! Another database key. Survives being killed at any moment.
//!
//! `vault.json` holds the slots of both keys while SQLCipher writes every page again: a killed file
//! has the old key or the new one, never neither (measured). Opening tries which, and finishes the
//! change or takes it back. Every way in is made anew, so that whoever had an old one has nothing.

use rusqlite::{Connection, OpenFlags};

use farol_model::{journal::Action, slot::SlotKind};

use crate::{
    Place, RecoveryKey, Store, StoreError,
    connection::connection,
    seal::random,
    slots::{Secrets, Slots},
};

impl Place {
    /// Whether this is the passphrase.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`].
    pub fn check_passphrase(&self, passphrase: &str) -> Result<(), StoreError> {
        self.slots()?.open_passphrase(passphrase).map(drop)
    }

    /// Gives the vault, which has to be closed, another database key and another recovery key. The
    /// passphrase stays; backups that were made before keep the key they have.
    ///
    /// # Errors
    /// [`StoreError::Held`]; [`StoreError::WrongPassphrase`], also for a recovery key;
    /// [`StoreError::DiskFull`]. The vault then opens as before.
    pub fn change_database_key(&self, passphrase: &str) -> Result<RecoveryKey, StoreError> {
        // Whatever the last program left behind is put right first.
        let store = Store::open_with_words(self.clone(), passphrase)?;
        let old = store.secrets();
        drop(store);
        let holder = self.hold()?;
        let new = Secrets {
            database_key: random(),
            signing_key: old.signing_key,
            desk: old.desk,
            member: old.member,
        };
        let slots = self.slots()?;
        let (next, recovery_key) = slots.for_another_key(&new, passphrase, (self.now)())?;
        let both = slots.with_next(&next);
        both.save(&self.slots_file())?;
        rekey(&connection(&self.database(), &old.key_text(), OpenFlags::default())?, &new)?;
        self.take_next(&both.next())?;
        drop(holder);

        let store = Store::open_with(self.clone(), &new)?;
        store.write(|tx| tx.record(&Action::DatabaseKeyChanged))?;
        if slots.has(SlotKind::Keyring) {
            // A keyring that is silent now keeps a key that opens nothing; Settings puts another.
            drop(store.keep_in_keyring());
        }
        // The database is whole under its new key, and so its backup has to be.
        store.back_up()?;
        Ok(recovery_key)
    }

    /// Finishes a change of the key that was interrupted, or takes it back: which of both keys the
    /// database has decides. Gives the secrets that open it.
    pub(crate) fn settle_keys(
        &self,
        slots: &Slots,
        old: Option<Secrets>,
        new: Option<Secrets>,
    ) -> Result<Secrets, StoreError> {
        let _holder = self.hold()?;
        let opens = |it: &Secrets| {
            connection(&self.database(), &it.key_text(), OpenFlags::SQLITE_OPEN_READ_ONLY).is_ok()
        };
        if let Some(new) = new.filter(opens) {
            self.take_next(&slots.next())?;
            return Ok(new);
        }
        if let Some(old) = old.filter(opens) {
            slots.without_next().save(&self.slots_file())?;
            return Ok(old);
        }
        Err(StoreError::KeyChangeUnfinished)
    }

    /// The next slots are the slots. The tail was sealed for the key before; the database, which was
    /// just written as a whole, has everything that is in it.
    fn take_next(&self, next: &Slots) -> Result<(), StoreError> {
        if self.tail().exists() {
            self.set_tail_aside()?;
        }
        next.save(&self.slots_file())
    }
}

fn rekey(conn: &Connection, new: &Secrets) -> Result<(), StoreError> {
    conn.execute_batch(&format!("PRAGMA rekey = \"x'{}'\"", new.key_text().as_str()))?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::rekey;
    use crate::{
        Place, Store, StoreError,
        connection::connection,
        seal::random,
        slots::Secrets,
        tests::{PASSPHRASE, new_store, note, open_case, place},
    };

    fn with_case() -> (tempfile::TempDir, farol_model::id::CaseId) {
        let (dir, store) = new_store();
        store.make_recovery_key().unwrap();
        let case = open_case(&store, "kept");
        note(&store, case, "kept too");
        (dir, case)
    }

    fn holds(place: Place, case: farol_model::id::CaseId) {
        let store = Store::open_with_words(place, PASSPHRASE).unwrap();
        assert!(store.findings().is_empty());
        assert_eq!(store.read(|it| it.notes_of(case)).unwrap().len(), 1);
        assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
        note(&store, case, "and it can be written");
    }

    #[test]
    fn another_key_opens_with_the_passphrase_and_a_new_recovery_key() {
        let (dir, case) = with_case();
        let old = place(dir.path()).slots().unwrap().open_with_words(PASSPHRASE).unwrap();
        let key = place(dir.path()).change_database_key(PASSPHRASE).unwrap();
        let new = place(dir.path()).slots().unwrap().open_with_words(&key.to_string()).unwrap();
        assert_ne!(old.database_key, new.database_key);
        let database = dir.path().join("farol.vault");
        assert!(connection(&database, &old.key_text(), rusqlite::OpenFlags::default()).is_err());
        holds(place(dir.path()), case);
        assert_eq!(place(dir.path()).backups().len(), 1);
        let refused = place(dir.path()).change_database_key(&key.to_string()).err().unwrap();
        assert!(matches!(refused, StoreError::WrongPassphrase), "{refused}");
    }

    /// The steps of the change, one after the other, each as far as a kill lets it come.
    #[test]
    fn a_change_that_is_killed_is_finished_or_taken_back() {
        for killed_after in 0..3 {
            let (dir, case) = with_case();
            let place = place(dir.path());
            let slots = place.slots().unwrap();
            let old = slots.open_with_words(PASSPHRASE).unwrap();
            let new = Secrets { database_key: random(), ..old.clone() };
            let (next, recovery) = slots.for_another_key(&new, PASSPHRASE, (place.now)()).unwrap();
            slots.with_next(&next).save(&place.slots_file()).unwrap();
            if killed_after >= 1 {
                let key = old.key_text();
                let conn =
                    connection(&place.database(), &key, rusqlite::OpenFlags::default()).unwrap();
                rekey(&conn, &new).unwrap();
            }
            if killed_after >= 2 {
                fs::remove_file(place.tail()).unwrap();
            }
            if killed_after == 1 {
                let opened = Store::open_with_words(place.clone(), &recovery.to_string());
                assert!(opened.is_ok());
            }
            holds(place.clone(), case);
            assert!(!place.slots().unwrap().has_next());
        }
    }
}
