//! What can go wrong with a vault, for callers that can act on it.

use std::io;

/// Why the system keyring did not give the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyringProblem {
    /// No keyring service answers.
    NoService,
    /// The service is there but would not open: locked, or the prompt was dismissed.
    Locked,
    /// The service answers and has no entry for this vault. With a keyring that was never
    /// unlocked this looks the same as a first run, so it is never a reason to make a new key.
    NoEntry,
    /// This platform has no keyring that Farol knows.
    Unsupported,
}

/// A vault operation failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the vault.
    #[error("the vault is held by {by}")]
    Held {
        /// Who, as they wrote it into the lock file.
        by: String,
    },
    /// There is a vault already.
    #[error("there is a vault here already")]
    Exists,
    /// There is no vault.
    #[error("there is no vault here")]
    Absent,
    /// A database without key slots, or the other way round.
    #[error("{0} is missing")]
    HalfThere(&'static str),
    /// The passphrase opens no slot.
    #[error("the passphrase does not open this vault")]
    WrongPassphrase,
    /// As long as a recovery key, and its check letters do not fit.
    #[error("the recovery key is mistyped")]
    MistypedRecoveryKey,
    /// A vault keeps at least two ways to its key.
    #[error("fewer than two ways to the key would stay")]
    LastSlots,
    /// The keyring did not give the key.
    #[error("the system keyring did not give the key")]
    Keyring(KeyringProblem),
    /// The slots file cannot be read.
    #[error("vault.json cannot be read")]
    BadSlots,
    /// The key is right and the database still cannot be read.
    #[error("the vault's database is damaged")]
    Damaged,
    /// The database is not the one that the tail beside it goes on from.
    #[error("the database was set back to entry {n}; entry {remembered} is remembered")]
    SetBack {
        /// Entries of this desk in the database.
        n: u32,
        /// Entries that were there when the tail was last written.
        remembered: u32,
    },
    /// Written by a newer Farol.
    #[error("the vault was written by a newer version (schema {found}, this one knows {known})")]
    TooNew {
        /// Its schema version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// A change of the database key was interrupted, and only the passphrase can finish it.
    #[error("a change of the database key was interrupted")]
    KeyChangeUnfinished,
    /// The vault is being closed.
    #[error("the vault is being closed")]
    Closing,
    /// Somebody ended it.
    #[error("stopped")]
    Stopped,
    /// No room on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The asked-for record does not exist.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A stored body cannot be opened or read.
    #[error("a stored {0} cannot be read")]
    Unreadable(&'static str),
    /// A file operation failed.
    #[error("file operation failed: {}", .0.kind())]
    Io(#[from] io::Error),
    /// The database failed.
    #[error("database error: {}", sqlite_code(.0))]
    Database(#[source] rusqlite::Error),
}

/// Only the code: SQLite's messages can quote content.
fn sqlite_code(error: &rusqlite::Error) -> String {
    error
        .sqlite_error_code()
        .map_or_else(|| "unexpected shape".to_owned(), |code| format!("{code:?}"))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::DiskFull,
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => Self::Damaged,
            // Nothing else ends a statement from outside.
            Some(Code::OperationInterrupted) => Self::Closing,
            _ => Self::Database(error),
        }
    }
}
