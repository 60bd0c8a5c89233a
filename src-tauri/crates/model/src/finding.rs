//! What was found when a vault was opened.

use serde::Serialize;
use specta::Type;

/// Something that opening a vault found and put right.
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
}

impl Finding {
    /// The sentence on screen.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::BroughtBack { n_entries } => format!(
                "The database had lost the last {n_entries} entries: it was damaged or replaced by an older file. They were brought back from the file farol.tail; nothing is missing. Find out what happened to this disk."
            ),
            Self::TailDamaged => {
                "The file farol.tail, the second copy of what was saved since the last backup, was damaged. The database has everything, and the copy was written anew. Find out what happened to this disk.".into()
            }
        }
    }
}
