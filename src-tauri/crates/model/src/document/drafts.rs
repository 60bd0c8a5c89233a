//! What was written on the way to an issued document, and what is left once it is disposed of.

use serde::{Deserialize, Serialize};

use super::Document;
use crate::time::Timestamp;

/// What stays of a document whose drafts are disposed of: its text as it was then, and nothing of how it
/// came to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisposedDrafts {
    /// The document with its blocks, its address and its review, without comments.
    pub document: Document,
    /// When its text was last saved.
    pub saved_at: Timestamp,
    /// Entries whose content went.
    pub n_entries: u32,
    /// Whether they had been disposed of before, and came again with a backup that was put back. The text
    /// is then the one of that backup.
    pub again: bool,
}

impl DisposedDrafts {
    /// What stays of a document as it stands.
    pub fn of(mut document: Document, saved_at: Timestamp, n_entries: u32, again: bool) -> Self {
        document.standing.comments.clear();
        Self { document, saved_at, n_entries, again }
    }
}
