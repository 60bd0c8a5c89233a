//! What a vault has in the system keyring: a key, and where its journal stands.

use std::{sync::mpsc, thread, time::Duration};

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Anchor, StoreError,
    error::KeyringProblem,
    seal::{Key, hex, unhex},
};

/// How long a person may take to unlock their keyring.
const PATIENCE: Duration = Duration::from_secs(60);

/// The service name in the system keyring.
const SERVICE: &str = "farol";

/// Puts a key there, over one that a slot of this vault left before.
pub(super) fn put(vault: Uuid, key: &Key) -> Result<(), StoreError> {
    key_entry(vault)?.set_secret(hex(&key.0).as_bytes()).map_err(problem)
}

/// Takes the key. Waits a minute for the person to unlock their keyring.
pub(super) fn get(vault: Uuid) -> Result<Key, StoreError> {
    let (answered, answer) = mpsc::channel();
    thread::spawn(move || {
        let secret = key_entry(vault).and_then(|it| it.get_secret().map_err(problem));
        // Nobody waits any more for an answer that comes later.
        drop(answered.send(secret.map(Zeroizing::new)));
    });
    let no_answer = StoreError::Keyring(KeyringProblem::Locked);
    let secret = answer.recv_timeout(PATIENCE).unwrap_or(Err(no_answer))?;
    std::str::from_utf8(&secret)
        .ok()
        .and_then(unhex)
        .map(Zeroizing::new)
        .and_then(|bytes| Key::from_slice(&bytes))
        .ok_or(StoreError::Keyring(KeyringProblem::NoEntry))
}

/// Takes the key out of the keyring.
pub(super) fn forget(vault: Uuid) -> Result<(), StoreError> {
    match key_entry(vault)?.delete_credential() {
        Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
        Err(error) => Err(problem(error)),
    }
}

/// Keeps where a vault's journal stands, over what was kept before.
pub(crate) fn remember_head(vault: Uuid, head: Anchor) -> Result<(), StoreError> {
    let text = serde_json::to_vec(&head).expect("an anchor is plain data");
    entry(&format!("{vault} head"))?.set_secret(&text).map_err(problem)
}

/// Where a vault's journal stood when it was last remembered; none when it never was.
pub(super) fn head(vault: Uuid) -> Result<Option<Anchor>, StoreError> {
    match entry(&format!("{vault} head"))?.get_secret() {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(keyring_core::Error::NoEntry) => Ok(None),
        Err(error) => Err(problem(error)),
    }
}

fn key_entry(vault: Uuid) -> Result<keyring_core::Entry, StoreError> {
    entry(&vault.to_string())
}

/// An entry, through a store that is made anew each time: a store that failed once
/// would otherwise stay failed for the life of the process, and "Try again" would be a lie.
fn entry(user: &str) -> Result<keyring_core::Entry, StoreError> {
    platform::store().and_then(|store| store.build(SERVICE, user, None)).map_err(problem)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function in map_err")]
fn problem(error: keyring_core::Error) -> StoreError {
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
