//! Ways to the key: each slot in `vault.json` wraps the same secrets.
//!
//! The passphrase slot derives its key with Argon2id (RFC 9106); the keyring slot keeps its key
//! in the system keyring. `vault.json` holds nothing secret, and its loss is the loss of the
//! vault, so it is written to a new file, synced and renamed.

use std::{fs, io::Write, path::Path};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use farol_model::id::{DeskId, MemberId};
use uuid::Uuid;

use crate::{
    NewVault, StoreError,
    error::KeyringProblem,
    seal::{Key, hex, random, unhex},
};

/// The service name in the system keyring.
const SERVICE: &str = "farol";

/// How dear a guess at the passphrase is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// RFC 9106's second choice: 64 MiB, three passes. The floor of the design.
    pub const FLOOR: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Slot {
    Passphrase { cost: Cost, salt: String, wrapped: String },
    Keyring { wrapped: String },
}

/// The content of `vault.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Slots {
    format: u32,
    vault: Uuid,
    /// What the first screen says before the journal can be read; the journal decides.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    practice: bool,
    slots: Vec<Slot>,
}

/// What a slot wraps: the database key, the signing key, and whose they are.
#[derive(Zeroize, ZeroizeOnDrop)]
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
    /// Slots for a new vault: the passphrase always, the keyring when asked for.
    pub(crate) fn create(
        vault: Uuid,
        secrets: &Secrets,
        new: &NewVault<'_>,
    ) -> Result<Self, StoreError> {
        let NewVault { passphrase, cost, use_keyring, practice, .. } = *new;
        let salt: [u8; 16] = random();
        let plain = secrets.to_bytes();
        let wrapped = derive(passphrase, &salt, cost)?.seal(&plain, &binding(vault, "passphrase"));
        let mut slots = vec![Slot::Passphrase { cost, salt: hex(&salt), wrapped: hex(&wrapped) }];
        if use_keyring {
            let key = Key::random();
            keyring_entry(vault)?.set_secret(hex(&key.0).as_bytes()).map_err(keyring_error)?;
            let wrapped = key.seal(&plain, &binding(vault, "keyring"));
            slots.push(Slot::Keyring { wrapped: hex(&wrapped) });
        }
        Ok(Self { format: 1, vault, practice, slots })
    }

    /// Opens the passphrase slot.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`]; [`StoreError::BadSlots`] when the slot is malformed.
    pub(crate) fn open_with_passphrase(&self, passphrase: &str) -> Result<Secrets, StoreError> {
        let (cost, salt, wrapped) = self
            .slots
            .iter()
            .find_map(|slot| match slot {
                Slot::Passphrase { cost, salt, wrapped } => Some((*cost, salt, wrapped)),
                Slot::Keyring { .. } => None,
            })
            .ok_or(StoreError::BadSlots)?;
        let salt = unhex(salt).ok_or(StoreError::BadSlots)?;
        let wrapped = unhex(wrapped).ok_or(StoreError::BadSlots)?;
        let plain = derive(passphrase, &salt, cost)?
            .open(&wrapped, &binding(self.vault, "passphrase"))
            .map(Zeroizing::new)
            .ok_or(StoreError::WrongPassphrase)?;
        Secrets::from_bytes(&plain).ok_or(StoreError::BadSlots)
    }

    /// Opens the keyring slot. May wait for the person to unlock their keyring.
    ///
    /// # Errors
    /// [`StoreError::Keyring`] with the reason; asking again asks the keyring anew.
    pub(crate) fn open_with_keyring(&self) -> Result<Secrets, StoreError> {
        let wrapped = self
            .slots
            .iter()
            .find_map(|slot| match slot {
                Slot::Keyring { wrapped } => Some(wrapped),
                Slot::Passphrase { .. } => None,
            })
            .ok_or(StoreError::Keyring(KeyringProblem::NoEntry))?;
        let secret =
            Zeroizing::new(keyring_entry(self.vault)?.get_secret().map_err(keyring_error)?);
        let key = std::str::from_utf8(&secret)
            .ok()
            .and_then(unhex)
            .and_then(|bytes| Key::from_slice(&bytes))
            .ok_or(StoreError::Keyring(KeyringProblem::NoEntry))?;
        let wrapped = unhex(wrapped).ok_or(StoreError::BadSlots)?;
        let plain = key
            .open(&wrapped, &binding(self.vault, "keyring"))
            .map(Zeroizing::new)
            .ok_or(StoreError::Keyring(KeyringProblem::NoEntry))?;
        Secrets::from_bytes(&plain).ok_or(StoreError::BadSlots)
    }

    /// Whether the vault says that it is for practice.
    pub fn is_practice(&self) -> bool {
        self.practice
    }

    /// Whether the system keyring was given a key.
    pub fn has_keyring(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot, Slot::Keyring { .. }))
    }

    /// Reads `vault.json`.
    ///
    /// # Errors
    /// [`StoreError::BadSlots`] when it is not what Farol wrote.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        let slots: Self =
            serde_json::from_slice(&fs::read(path)?).map_err(|_| StoreError::BadSlots)?;
        if slots.format == 1 { Ok(slots) } else { Err(StoreError::BadSlots) }
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), StoreError> {
        let text = serde_json::to_vec_pretty(self).expect("slots are plain data");
        let new = path.with_extension("json.new");
        let mut file = fs::File::create(&new)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        Ok(())
    }
}

fn binding(vault: Uuid, kind: &str) -> Vec<u8> {
    [vault.as_bytes().as_slice(), kind.as_bytes()].concat()
}

fn derive(passphrase: &str, salt: &[u8], cost: Cost) -> Result<Key, StoreError> {
    let params = argon2::Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| StoreError::BadSlots)?;
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = Key([0; 32]);
    argon
        .hash_password_into(passphrase.as_bytes(), salt, &mut key.0)
        .map_err(|_| StoreError::BadSlots)?;
    Ok(key)
}

/// The entry of one vault, through a store that is made anew each time: a store that failed once
/// would otherwise stay failed for the life of the process, and "Try again" would be a lie.
fn keyring_entry(vault: Uuid) -> Result<keyring_core::Entry, StoreError> {
    platform::store()
        .and_then(|store| store.build(SERVICE, &vault.to_string(), None))
        .map_err(keyring_error)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
fn keyring_error(error: keyring_core::Error) -> StoreError {
    use keyring_core::Error;
    StoreError::Keyring(match error {
        Error::NoEntry => KeyringProblem::NoEntry,
        Error::NoStorageAccess(_) => KeyringProblem::Locked,
        Error::NotSupportedByStore(_) => KeyringProblem::Unsupported,
        _ => KeyringProblem::NoService,
    })
}

#[cfg(target_os = "linux")]
mod platform {
    use std::sync::Arc;

    pub(super) fn store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use std::sync::Arc;

    pub(super) fn store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }
}

#[cfg(windows)]
mod platform {
    use std::sync::Arc;

    pub(super) fn store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
        Ok(windows_native_keyring_store::Store::new()?)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod platform {
    use std::sync::Arc;

    pub(super) fn store() -> keyring_core::Result<Arc<keyring_core::CredentialStore>> {
        Err(keyring_core::Error::NotSupportedByStore(String::new()))
    }
}
