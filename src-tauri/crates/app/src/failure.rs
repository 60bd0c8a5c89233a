//! What went wrong, for the person in front of the screen.

use serde::Serialize;
use specta::Type;

/// What the screen branches on; a variant is added when the screen uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The passphrase does not open this vault.
    WrongPassphrase,
    /// The system keyring has no key for this vault, or cannot be asked.
    KeyringUnavailable,
    /// Another window or `farolctl` holds the vault.
    VaultHeld,
    /// The vault is locked.
    Locked,
    /// A withheld value would leave, or the check could not vouch for the file.
    LeakStopped,
    /// Somebody's consent or a rule forbids it.
    Refused,
    /// The vault's file is not what Farol wrote.
    Damaged,
    /// There is no such thing.
    NotFound,
    /// The input cannot be used as it is.
    BadInput,
    /// The disk, the database or the network failed.
    Failed,
}

/// What happened, and what to do next. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, thiserror::Error)]
#[error("{message} {hint}")]
pub struct Failure {
    /// For the program.
    pub code: Code,
    /// For the investigator: what happened, and that nothing was lost.
    pub message: String,
    /// The next step.
    pub hint: String,
}

impl Failure {
    /// A failure with its next step.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }

    /// There is no such thing on this desk.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("There is no such {what} on this desk."),
            "Check the reference, or look for it in the queue.",
        )
    }

    /// The input cannot be used as it is.
    pub fn bad_input(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Code::BadInput, message, hint)
    }

    /// A rule forbids it.
    pub fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Code::Refused, message, hint)
    }
}
