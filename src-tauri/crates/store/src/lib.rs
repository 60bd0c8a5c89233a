//! The vault: one encrypted file, its key slots, the journal and what screens read.
//!
//! The only room that knows SQL and the system keyring. It knows no network, and no rule of the
//! trade: it records the actions it is given and projects them into tables.

/// Files of age.
mod age;
/// Whole vaults in folders of their own, checked before they count.
mod backup;
/// What is checked behind an open desk.
mod behind;
/// Cases that travel whole between two desks.
mod bundle;
/// Connections to the database.
mod connection;
/// Disposing of drafts.
mod drafts;
/// Erasing a case.
mod erase;
/// What can go wrong with a vault.
mod error;
/// Files that cases rest on.
mod evidence;
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
/// What left this computer, and what waits to leave it.
mod leaving;
/// Lists of cases, part by part.
mod lists;
/// Lists of names that are looked up.
mod lookup_lists;
/// Where a vault lies.
mod place;
/// From actions to the tables that screens read.
mod projection;
/// What screens and rules may ask.
mod read;
/// The tables that screens read, made again from the journal.
mod rebuild;
/// Everything that can still be read, as a vault.
mod recover;
/// Another database key.
mod rekey;
/// Putting backups back.
mod restore;
/// Sealing small things with a key.
mod seal;
/// Finding what is kept.
mod search;
/// The response that an answer is to.
mod sent;
/// What several desks wrote on.
mod shared;
/// What people saw.
mod sightings;
/// Signing files, and checking those that others signed.
mod signed;
/// Ways to the key: passphrase, recovery key, system keyring.
pub mod slots;
/// Files in the place of others, whole.
mod swap;
/// What was saved since the last backup, a second time.
mod tail;
/// What the team set for itself.
mod team;
/// Watches, what changed and nobody has seen, and what was judged by which tables.
mod then_now;
/// Opening, creating, reading.
mod vault;
/// Whether anybody changed the record.
mod verify;
/// The one way to write.
mod write;

pub use age::{AgeError, Identity, Recipient, is_age};
pub use backup::Backup;
pub use bundle::{BundleError, Lock, OpenedBundle, Plan, TakeError, Taken, TakenCase, open_bundle};
pub use error::{KeyringProblem, StoreError};
pub use evidence::ArrivedFile;
pub use health::Condition;
pub use lists::{ListPart, ListedCase, MAX_FOUND, Which};
pub use lookup_lists::{Answered, Listed, ListedPart, NewList, NewName, SharedBy};
pub use place::{Now, Opening, Place, Tell, VaultFiles, sync_dir};
pub use read::Reader;
pub use rebuild::Difference;
pub use recover::Recovered;
pub use restore::Restored;
pub use search::{Hit, Hits, MAX_HITS, MAX_RANKED};
pub use signed::{file_hash, fingerprint, is_signed_by};
pub use slots::{RecoveryKey, SlotInfo, Slots};
pub use vault::{NewVault, Store};
pub use verify::{Anchor, Verification, WrongEntry};
pub use write::{WriteTx, digest};

#[cfg(test)]
mod tests;
