//! The vault: one encrypted file, its key slots, the journal and what screens read.
//!
//! The only room that knows SQL and the system keyring. It knows no network, and no rule of the
//! trade: it records the actions it is given and projects them into tables.

/// What can go wrong with a vault.
mod error;
/// One holder at a time.
mod holder;
/// From actions to the tables that screens read.
mod projection;
/// What screens and rules may ask.
mod read;
/// Sealing small things with a key.
mod seal;
/// Finding what is kept.
mod search;
/// Ways to the key: passphrase and system keyring.
pub mod slots;
/// Opening, reading and the one way to write.
mod vault;
/// Whether anybody changed the record.
mod verify;

pub use error::{KeyringProblem, StoreError};
pub use read::Reader;
pub use search::{Hit, Hits, MAX_HITS, MAX_RANKED};
pub use slots::Slots;
pub use vault::{NewVault, Now, Place, Store, VaultFiles, WriteTx, digest};
pub use verify::{Verification, WrongEntry};

#[cfg(test)]
mod tests;
