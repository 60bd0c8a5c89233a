//! Ways to a vault's key.

use serde::{Deserialize, Serialize};
use specta::Type;

/// One way to the key that opens a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// A passphrase that a person remembers.
    Passphrase,
    /// A key in the system keyring.
    Keyring,
    /// A key on paper, for the day when the passphrase is lost.
    Recovery,
}

impl SlotKind {
    /// The word in files and scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Keyring => "keyring",
            Self::Recovery => "recovery",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Passphrase => "Passphrase",
            Self::Keyring => "Key in the system keyring",
            Self::Recovery => "Recovery key",
        }
    }
}

/// What happened to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotChange {
    /// Made, in place of one that was there.
    Made,
    /// Taken away.
    Removed,
}
