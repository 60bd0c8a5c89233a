//! What was found when a vault was opened, and behind it.

use serde::Serialize;
use specta::Type;

use crate::tampering::Tampering;

/// Something that opening a vault found, or a check behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// The database had lost entries that the tail had; they are back.
    BroughtBack {
        /// How many.
        n_entries: u32,
    },
    /// The tail could not be read to its end and was written anew.
    TailDamaged,
    /// `vault.json` or its copy was damaged or gone, and was made again from the other.
    SlotsMended,
    /// The system keyring remembers a journal that the vault does not go through.
    SetBack {
        /// Entries that this desk wrote.
        n: u32,
        /// The entry that is remembered.
        remembered: u32,
    },
    /// An entry of the journal is not as it was written.
    Changed {
        /// Its number.
        n: u32,
        /// What was done to it.
        change: Tampering,
    },
    /// The database has damaged places.
    Damaged,
}

impl Finding {
    /// Whether the vault should not be worked in before it was recovered.
    #[must_use]
    pub fn asks_for_recovery(self) -> bool {
        matches!(self, Self::Damaged | Self::Changed { .. } | Self::SetBack { .. })
    }

    /// The sentence on screen.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::BroughtBack { n_entries } => format!(
                "The database had lost what was saved last ({n_entries} {}): it was damaged, or replaced by an older file. All of it was brought back from the file farol.tail. Find out what happened to this disk.",
                if n_entries == 1 { "entry" } else { "entries" }
            ),
            Self::SetBack { n, remembered } => format!(
                "This vault was set back, or is an older copy: it has {n} entries of this desk, and does not go through entry {remembered}, which this computer's keyring remembers. Do not go on before you know why: lock the desk and put the newest backup back."
            ),
            Self::Changed { n, change } => format!(
                "The record was changed outside Farol: entry {n}: {}. Do not go on before you know why: check the journal, and keep a copy of the whole folder.",
                change.words()
            ),
            Self::Damaged => {
                "The database is damaged in places. What you see may be incomplete: lock the desk and put the newest backup back; what was saved since is brought back with it.".into()
            }
            Self::SlotsMended => {
                "The file vault.json, which holds the ways to the key, or its copy was damaged or gone. It was made again from the other; nothing is missing. Find out what happened to this disk.".into()
            }
            Self::TailDamaged => {
                "The file farol.tail, the second copy of what was saved since the last backup, was damaged. The database has everything, and the copy was written anew. Find out what happened to this disk.".into()
            }
        }
    }
}
