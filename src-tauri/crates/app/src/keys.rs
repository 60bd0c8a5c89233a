//! The ways to the vault's key: seen, made anew, taken away.

use farol_model::slot::SlotKind;
use farol_store::SlotInfo;

use crate::{
    Desk, Failure,
    vault::{Place, accept_passphrase, dear},
    view::KeySlot,
};

/// Gives a vault, which has to be locked, another database key, and gives its new recovery key, to be
/// shown once. The passphrase stays; backups made before keep the key they have.
///
/// # Errors
/// When the vault is open or for practice, or it is not the passphrase: it then opens as before.
pub fn change_database_key(place: &Place, passphrase: &str) -> Result<String, Failure> {
    if place.slots().is_ok_and(|it| it.is_practice()) {
        return Err(practice_has_none());
    }
    Ok(place.change_database_key(passphrase)?.to_string())
}

/// Whether this is the passphrase of a vault, open or not.
///
/// # Errors
/// When it is not.
pub fn check_passphrase(place: &Place, passphrase: &str) -> Result<(), Failure> {
    Ok(place.check_passphrase(passphrase)?)
}

impl Desk {
    /// Every way to the key.
    ///
    /// # Errors
    /// When `vault.json` cannot be read.
    pub fn key_slots(&self) -> Result<Vec<KeySlot>, Failure> {
        Ok(self.store.slots()?.into_iter().map(key_slot).collect())
    }

    /// Another passphrase.
    ///
    /// # Errors
    /// When it is too short, the vault is for practice, or `vault.json` cannot be written.
    pub fn change_passphrase(&self, passphrase: &str) -> Result<(), Failure> {
        self.only_real()?;
        accept_passphrase(passphrase)?;
        Ok(self.store.change_passphrase(passphrase, dear()?)?)
    }

    /// A recovery key, to be shown once. One that was made before opens nothing any more.
    ///
    /// # Errors
    /// When the vault is for practice, or `vault.json` cannot be written.
    pub fn make_recovery_key(&self) -> Result<String, Failure> {
        self.only_real()?;
        Ok(self.store.make_recovery_key()?.to_string())
    }

    /// Keeps a key in the system keyring.
    ///
    /// # Errors
    /// When the vault is for practice, or the keyring refuses.
    pub fn keep_in_keyring(&self) -> Result<(), Failure> {
        self.only_real()?;
        Ok(self.store.keep_in_keyring()?)
    }

    /// Takes a way to the key away.
    ///
    /// # Errors
    /// When fewer than two would stay.
    pub fn remove_key_slot(&self, kind: SlotKind) -> Result<(), Failure> {
        self.only_real()?;
        Ok(self.store.remove_slot(kind)?)
    }

    /// A single way to the key is a single thing to lose: no case is opened on it.
    pub(crate) fn require_two_ways(&self) -> Result<(), Failure> {
        if self.practice.is_some() || self.store.slots()?.len() >= 2 {
            return Ok(());
        }
        Err(Failure::refused(
            "This vault has a single way to its key; if that is lost, so is every case. No case was opened.",
            "Make a recovery key in Settings, or with `farolctl vault recovery-key`, then go on.",
        ))
    }

    fn only_real(&self) -> Result<(), Failure> {
        if self.practice.is_none() {
            return Ok(());
        }
        Err(practice_has_none())
    }
}

fn practice_has_none() -> Failure {
    Failure::refused(
        "This is a practice desk: nothing in it is secret, and it opens without a passphrase.",
        "Make a vault of your own for real work.",
    )
}

fn key_slot(slot: SlotInfo) -> KeySlot {
    KeySlot {
        kind: slot.kind,
        label: slot.kind.label().to_owned(),
        made_at: slot.made_at,
        strength: slot.cost.map(|cost| {
            let passes = if cost.passes == 1 { "pass" } else { "passes" };
            format!("Argon2id, {} MiB, {} {passes}", cost.memory_kib / 1024, cost.passes)
        }),
    }
}
