//! The vault: how it opens, what keeps it, and whether it is whole.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::{
    id::{Digest, Size},
    member::Member,
    slot::SlotKind,
    tampering::Tampering,
    time::Timestamp,
};

use crate::Failure;

/// What is known about the vault before and after it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct VaultStatus {
    /// What the first screen has to offer.
    pub state: VaultState,
    /// Where it lies.
    pub dir: String,
    /// Whether the system keyring was given a key.
    pub has_keyring_slot: bool,
    /// Whether there is a recovery key on paper.
    pub has_recovery_slot: bool,
    /// Whether it is for practice, for ever.
    pub practice: bool,
    /// Who works here, when it is open.
    pub member: Option<Member>,
    /// What opening it found and put right, in words.
    pub findings: Vec<String>,
}

/// The vault's condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Neither database nor key slots: a new vault may be made here.
    Absent,
    /// Both are there: it can be opened.
    Locked,
    /// Open in this process.
    Open,
    /// A database without `vault.json`: nothing may be created over it.
    SlotsMissing,
    /// `vault.json` without a database: nothing may be created over it.
    DatabaseMissing,
}

/// What a new vault needs.
#[derive(Clone, Deserialize, Type)]
pub struct VaultCreate {
    /// Opens the vault when the keyring cannot; at least 8 characters.
    pub passphrase: String,
    /// The investigator's name, as colleagues write it.
    pub member_name: String,
    /// Whether the system keyring gets a key too.
    pub use_keyring: bool,
}

/// A vault that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct VaultMade {
    /// The open vault.
    pub status: VaultStatus,
    /// Opens the vault when the passphrase is lost; told this once.
    pub recovery_key: String,
}

/// One way to the vault's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct KeySlot {
    /// Which.
    pub kind: SlotKind,
    /// In words.
    pub label: String,
    /// When it was made; unknown for vaults of the first days.
    pub made_at: Option<Timestamp>,
    /// What a guess costs, for the passphrase.
    pub strength: Option<String>,
}

/// A backup of the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BackupRow {
    /// Its folder's name.
    pub name: String,
    /// When it was made and checked.
    pub made_at: Timestamp,
    /// Entries of the journal in it.
    pub n_entries: u32,
    /// Hash of the last entry.
    pub head: Option<Digest>,
    /// Size of its database.
    pub bytes: Size,
}

/// What putting a backup back did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct PutBack {
    /// The backup, checked again.
    pub backup: BackupRow,
    /// Where the files that lay in its place are now.
    pub set_aside: Option<String>,
}

/// What recovering a damaged vault brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Recovered {
    /// Entries in the vault that lies there now.
    pub n_entries: u32,
    /// The backup they stand on.
    pub backup: Option<BackupRow>,
    /// Entries put on it, from the second copy and the damaged database.
    pub n_brought_back: u32,
    /// Entries behind a gap: they are only in what was set aside.
    pub n_behind_a_gap: u32,
    /// Originals that were found nowhere.
    pub n_originals_missing: u32,
    /// Where the files that lay there are now.
    pub set_aside: String,
    /// All of it in words.
    pub words: String,
}

/// The vault's condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Health {
    /// Version of this program.
    pub farol: String,
    /// Version of the encryption library.
    pub sqlcipher: String,
    /// Version of the database library.
    pub sqlite: String,
    /// Version of the database's layout.
    pub schema: u32,
    /// Entries that this desk wrote.
    pub n_entries: u32,
    /// Hash of the last of them.
    pub head: Option<Digest>,
    /// Size of the database.
    pub database_bytes: Size,
    /// Size of the second copy of what was saved since the last backup; practice desks have none.
    pub tail_bytes: Option<Size>,
    /// Whether that copy could not take the last commit.
    pub tail_is_behind: bool,
    /// What is free where it lies.
    pub free_bytes: Size,
    /// Checked backups, the newest first.
    pub backups: Vec<BackupRow>,
    /// Why the last backup was not made.
    pub backup_problem: Option<Failure>,
}

/// What the check of the journal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JournalCheck {
    /// Entries read.
    pub n_entries: u32,
    /// Signatures checked.
    pub n_signatures: u32,
    /// The last entry's hash.
    pub head: Option<Digest>,
    /// How it was changed.
    pub kind: Option<Tampering>,
    /// The first wrong entry and what is wrong with it.
    pub problem: Option<String>,
    /// How many entries nobody can open any more, and why.
    pub closed: Option<String>,
    /// Where the computer's clock was moved back.
    pub clock_moved: Option<String>,
}
