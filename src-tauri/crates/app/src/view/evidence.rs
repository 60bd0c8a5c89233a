//! Files that cases rest on.

use serde::Serialize;
use specta::Type;

use farol_model::{
    id::{Digest, EvidenceId, Size},
    time::Timestamp,
};

/// A file that a case rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct EvidenceView {
    /// Its id.
    pub id: EvidenceId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: Size,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Who gave it, and how.
    pub origin: String,
    /// What it is a redacted copy of.
    pub redacted_from: Option<EvidenceId>,
    /// Whether its bytes are gone.
    pub destroyed: bool,
    /// What was done with it, oldest first.
    pub custody: Vec<CustodyLine>,
}

/// One line of custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CustodyLine {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// What was done.
    pub words: String,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct EvidenceAdded {
    /// Its id.
    pub id: EvidenceId,
    /// Its name.
    pub name: String,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Whether the case had it already; nothing was added then.
    pub known: bool,
}

/// The beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct EvidenceStart {
    /// Text, or numbers and letters side by side.
    pub text: String,
    /// Whether it is the text itself.
    pub is_text: bool,
    /// Whether there is more.
    pub is_cut: bool,
}
