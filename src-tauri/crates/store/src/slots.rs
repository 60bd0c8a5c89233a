//! Ways to the key: each slot in `vault.json` wraps the same secrets.
//!
//! The passphrase slot derives its key with Argon2id, the keyring slot keeps its key in the system
//! keyring, the recovery slot's key is on paper. `vault.json` holds nothing secret.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use farol_model::{
    id::{DeskId, MemberId},
    slot::SlotKind,
    time::Timestamp,
};

use crate::{
    Anchor, StoreError,
    error::KeyringProblem,
    seal::{Key, hex, random, unhex},
};

/// How dear a guess at the passphrase is made.
mod cost;
/// `vault.json` on the disk.
mod file;
/// What a vault has in the system keyring.
mod keyring;
/// The key on paper.
mod recovery;

pub use cost::Cost;
pub(crate) use file::copy_of;
pub(crate) use keyring::remember_head;
pub use recovery::RecoveryKey;

pub(crate) use recovery::BASE32;

use recovery::Typed;

/// One way to the key, as `vault.json` holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Slot {
    #[serde(flatten)]
    way: Way,
    /// Absent in vaults of the first days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_at: Option<Timestamp>,
    /// The secrets, sealed; hex.
    wrapped: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Way {
    Passphrase { cost: Cost, salt: String },
    Keyring,
    Recovery,
}

impl Way {
    fn kind(&self) -> SlotKind {
        match self {
            Self::Passphrase { .. } => SlotKind::Passphrase,
            Self::Keyring => SlotKind::Keyring,
            Self::Recovery => SlotKind::Recovery,
        }
    }
}

/// What can be said of a slot without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// Which way to the key it is.
    pub kind: SlotKind,
    /// When it was made; unknown for vaults of the first days.
    pub made_at: Option<Timestamp>,
    /// What a guess costs, for the passphrase.
    pub cost: Option<Cost>,
}

/// The content of `vault.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    format: u32,
    vault: Uuid,
    /// What the first screen says before the journal can be read; the journal decides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    practice: bool,
    slots: Vec<Slot>,
    /// Those of the next database key, while it is being changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Vec<Slot>>,
    /// Cases that were erased: a backup that is put back is erased again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) erased: BTreeSet<Uuid>,
    /// Documents whose drafts were disposed of: in a backup that is put back they are again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) disposed: BTreeSet<Uuid>,
    /// SHA-256 over the rest; absent in vaults of the first days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sum: Option<String>,
}

/// What a slot wraps: the database key, the signing key, and whose they are.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secrets {
    pub(crate) database_key: [u8; 32],
    pub(crate) signing_key: [u8; 32],
    #[zeroize(skip)]
    pub(crate) desk: DeskId,
    #[zeroize(skip)]
    pub(crate) member: MemberId,
}

const SECRETS_BYTES: usize = 32 + 32 + 16 + 16;

impl Secrets {
    /// The database key as SQLCipher takes it: 64 hex digits.
    pub(crate) fn key_text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.database_key))
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(
            [
                self.database_key.as_slice(),
                &self.signing_key,
                self.desk.0.as_bytes(),
                self.member.0.as_bytes(),
            ]
            .concat(),
        )
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != SECRETS_BYTES {
            return None;
        }
        Some(Self {
            database_key: bytes[..32].try_into().ok()?,
            signing_key: bytes[32..64].try_into().ok()?,
            desk: DeskId(Uuid::from_slice(&bytes[64..80]).ok()?),
            member: MemberId(Uuid::from_slice(&bytes[80..]).ok()?),
        })
    }
}

impl Slots {
    /// A vault without a way in; one has to be put before it is saved.
    pub(crate) fn new(vault: Uuid, practice: bool) -> Self {
        Self {
            format: 1,
            vault,
            practice,
            slots: Vec::new(),
            next: None,
            erased: BTreeSet::new(),
            disposed: BTreeSet::new(),
            sum: None,
        }
    }

    /// Makes the passphrase slot, in place of the one that is there.
    pub(crate) fn put_passphrase(
        &mut self,
        secrets: &Secrets,
        passphrase: &str,
        cost: Cost,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let salt: [u8; 16] = random();
        let key = cost::derive(passphrase, &salt, cost)?;
        self.put(Way::Passphrase { cost, salt: hex(&salt) }, secrets, &key, at);
        Ok(())
    }

    /// Makes the keyring slot, in place of the one that is there.
    pub(crate) fn put_keyring(
        &mut self,
        secrets: &Secrets,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let key = Key::random();
        keyring::put(self.vault, &key)?;
        self.put(Way::Keyring, secrets, &key, at);
        Ok(())
    }

    /// Makes the recovery slot; a key printed before opens nothing any more.
    pub(crate) fn put_recovery(&mut self, secrets: &Secrets, at: Timestamp) -> RecoveryKey {
        let recovery = RecoveryKey::random();
        self.put(Way::Recovery, secrets, &recovery.key(), at);
        recovery
    }

    /// Takes a way to the key away.
    ///
    /// # Errors
    /// [`StoreError::LastSlots`] when fewer than two would stay; [`StoreError::NotFound`].
    pub(crate) fn remove(&mut self, kind: SlotKind) -> Result<(), StoreError> {
        if self.find(kind).is_none() {
            return Err(StoreError::NotFound("slot"));
        }
        if self.slots.len() <= 2 {
            return Err(StoreError::LastSlots);
        }
        self.slots.retain(|slot| slot.way.kind() != kind);
        Ok(())
    }

    /// Takes the key of a removed slot out of the system keyring.
    pub(crate) fn forget_keyring(&self) -> Result<(), StoreError> {
        keyring::forget(self.vault)
    }

    /// Opens with what a person typed: the passphrase, or the recovery key.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`], [`StoreError::MistypedRecoveryKey`];
    /// [`StoreError::BadSlots`] when the slot is malformed.
    pub(crate) fn open_with_words(&self, words: &str) -> Result<Secrets, StoreError> {
        let typed = RecoveryKey::read(words);
        if let Typed::Key(recovery) = &typed
            && let Ok(slot) = self.slot(SlotKind::Recovery)
            && let Ok(secrets) = self.unwrap(slot, &recovery.key())
        {
            return Ok(secrets);
        }
        self.open_passphrase(words).map_err(|error| match (error, typed) {
            (StoreError::WrongPassphrase, Typed::Mistyped) => StoreError::MistypedRecoveryKey,
            (error, _) => error,
        })
    }

    /// Opens with the passphrase alone.
    pub(crate) fn open_passphrase(&self, passphrase: &str) -> Result<Secrets, StoreError> {
        let slot = self.slot(SlotKind::Passphrase)?;
        let Way::Passphrase { cost, salt } = &slot.way else { return Err(StoreError::BadSlots) };
        let salt = unhex(salt).ok_or(StoreError::BadSlots)?;
        let key = cost::derive(passphrase, &salt, *cost)?;
        self.unwrap(slot, &key)
    }

    /// Opens the keyring slot. May wait for the person to unlock their keyring.
    ///
    /// # Errors
    /// [`StoreError::Keyring`] with the reason; asking again asks the keyring anew.
    pub(crate) fn open_with_keyring(&self) -> Result<Secrets, StoreError> {
        let no_entry = StoreError::Keyring(KeyringProblem::NoEntry);
        let Some(slot) = self.find(SlotKind::Keyring) else { return Err(no_entry) };
        self.unwrap(slot, &keyring::get(self.vault)?).map_err(|error| match error {
            StoreError::WrongPassphrase => no_entry,
            error => error,
        })
    }

    /// Where the system keyring remembers the journal to stand.
    ///
    /// # Errors
    /// [`StoreError::Keyring`].
    pub(crate) fn remembered_head(&self) -> Result<Option<Anchor>, StoreError> {
        keyring::head(self.vault)
    }

    /// The vault's id.
    pub(crate) fn vault(&self) -> Uuid {
        self.vault
    }

    /// Whether the vault says that it is for practice.
    pub fn is_practice(&self) -> bool {
        self.practice
    }

    /// Whether there is such a way to the key.
    pub fn has(&self, kind: SlotKind) -> bool {
        self.find(kind).is_some()
    }

    /// Every way to the key.
    pub fn list(&self) -> Vec<SlotInfo> {
        let info = |slot: &Slot| SlotInfo {
            kind: slot.way.kind(),
            made_at: slot.made_at,
            cost: match slot.way {
                Way::Passphrase { cost, .. } => Some(cost),
                Way::Keyring | Way::Recovery => None,
            },
        };
        self.slots.iter().map(info).collect()
    }

    /// The same vault's slots for another database key: the passphrase stays, and the recovery key
    /// is another. One in the system keyring is put when that key is the database's.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`] when it is not the passphrase.
    pub(crate) fn for_another_key(
        &self,
        secrets: &Secrets,
        passphrase: &str,
        at: Timestamp,
    ) -> Result<(Self, RecoveryKey), StoreError> {
        let slot = self.slot(SlotKind::Passphrase)?;
        let Way::Passphrase { cost, .. } = slot.way else { return Err(StoreError::BadSlots) };
        self.open_passphrase(passphrase)?;
        let mut next = Self::new(self.vault, self.practice);
        next.put_passphrase(secrets, passphrase, cost, at)?;
        let recovery = next.put_recovery(secrets, at);
        Ok((next, recovery))
    }

    /// These slots, with those of the next key beside them.
    pub(crate) fn with_next(&self, next: &Self) -> Self {
        Self { next: Some(next.slots.clone()), ..self.clone() }
    }

    /// The slots of the next key alone; these when there is none.
    pub(crate) fn next(&self) -> Self {
        let slots = self.next.clone().unwrap_or_else(|| self.slots.clone());
        Self { slots, next: None, ..self.clone() }
    }

    /// These slots alone.
    pub(crate) fn without_next(&self) -> Self {
        Self { next: None, ..self.clone() }
    }

    /// Whether a change of the database key was begun and not finished.
    pub(crate) fn has_next(&self) -> bool {
        self.next.is_some()
    }

    fn find(&self, kind: SlotKind) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.way.kind() == kind)
    }

    fn slot(&self, kind: SlotKind) -> Result<&Slot, StoreError> {
        self.find(kind).ok_or(StoreError::BadSlots)
    }

    fn put(&mut self, way: Way, secrets: &Secrets, key: &Key, at: Timestamp) {
        let wrapped = hex(&key.seal(&secrets.to_bytes(), &self.binding(way.kind())));
        self.slots.retain(|slot| slot.way.kind() != way.kind());
        self.slots.push(Slot { way, made_at: Some(at), wrapped });
    }

    fn unwrap(&self, slot: &Slot, key: &Key) -> Result<Secrets, StoreError> {
        let wrapped = unhex(&slot.wrapped).ok_or(StoreError::BadSlots)?;
        let plain = key
            .open(&wrapped, &self.binding(slot.way.kind()))
            .map(Zeroizing::new)
            .ok_or(StoreError::WrongPassphrase)?;
        Secrets::from_bytes(&plain).ok_or(StoreError::BadSlots)
    }

    /// A slot copied from another vault, or under another kind, opens nothing.
    fn binding(&self, kind: SlotKind) -> Vec<u8> {
        [self.vault.as_bytes().as_slice(), kind.word().as_bytes()].concat()
    }
}
