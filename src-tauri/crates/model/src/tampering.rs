//! How a record was changed from outside.

use serde::Serialize;
use specta::Type;

/// What was done to the first entry that is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// What an entry says is not what was hashed.
    Edited,
    /// An entry is missing between others.
    Removed,
    /// Entries stand in another order.
    Reordered,
    /// The journal stops without the signature that closes a commit.
    Truncated,
    /// An entry, or one before it, was written anew by somebody without the person's key.
    SignedByAnother,
    /// A body does not open with the key that is kept for it.
    SealBroken,
    /// The key of a body is gone, and nothing says that it was erased.
    SealRemoved,
    /// It rests on a signed file that is not there, or that the person it names did not sign.
    ForgedFile,
    /// It approves or issues another text than the one that stands in the record.
    AnotherText,
    /// Bytes that it names are not there, and nothing says that they were destroyed.
    OriginalRemoved,
    /// Bytes that it names are not those that came in.
    OriginalChanged,
    /// The journal is shorter than, or another one than, something outside the vault remembers.
    RolledBack,
}

impl Tampering {
    /// The words on screen, after the entry's number.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Edited => "it was edited",
            Self::Removed => "an entry before it was removed",
            Self::Reordered => "it was moved to another place",
            Self::Truncated => {
                "the signature that closes the journal is not after it: entries were cut off the end, or added without a person's key"
            }
            Self::SignedByAnother => {
                "it, or an entry before it, was written by somebody without the key of the person it names"
            }
            Self::SealBroken => "its body does not open with its seal",
            Self::SealRemoved => "the seal that opens its body was removed",
            Self::ForgedFile => "it rests on a person's signature that is not there, or not theirs",
            Self::AnotherText => {
                "the text that it approves, issues or changes is not the one that was signed and written"
            }
            Self::OriginalRemoved => "bytes that it names as evidence are missing",
            Self::OriginalChanged => "bytes that it names as evidence were changed",
            Self::RolledBack => {
                "the vault was set back or written anew: a backup, or a head that was written down, remembers a journal that goes on otherwise"
            }
        }
    }
}
