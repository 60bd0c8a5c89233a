//! The vault: one encrypted file, its key slots, the journal and what screens read.
//!
//! The only room that knows SQL and the system keyring. It knows no network, and no rule of the
//! trade: it records the actions it is given and projects them into tables.

/// Whole vaults in folders of their own, checked before they count.
mod backup;
/// What can go wrong with a vault.
mod error;
/// The condition of an open vault.
mod health;
/// One holder at a time.
mod holder;
/// The journal as a file that others can check.
mod journal_file;
/// Changing the ways to the key.
mod keys;
/// The layout that people read.
#[cfg(test)]
mod layout;
/// From actions to the tables that screens read.
mod projection;
/// What screens and rules may ask.
mod read;
/// The tables that screens read, made again from the journal.
mod rebuild;
/// Sealing small things with a key.
mod seal;
/// Finding what is kept.
mod search;
/// Ways to the key: passphrase, recovery key, system keyring.
pub mod slots;
/// Opening, reading and the one way to write.
mod vault;
/// Whether anybody changed the record.
mod verify;

pub use backup::{Backup, Restored};
pub use error::{KeyringProblem, StoreError};
pub use health::Condition;
pub use read::Reader;
pub use rebuild::Difference;
pub use search::{Hit, Hits, MAX_HITS, MAX_RANKED};
pub use slots::{RecoveryKey, SlotInfo, Slots};
pub use vault::{NewVault, Now, Place, Store, VaultFiles, WriteTx, digest, sync_dir};
pub use verify::{Anchor, Verification, WrongEntry};

#[cfg(test)]
mod tests;
