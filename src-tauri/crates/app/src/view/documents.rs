//! Documents: lines, pages, and what left.

use serde::Serialize;
use specta::Type;

use farol_compose::LintFinding;
use farol_model::{
    case::{CaseRef, Category, Sensitivity},
    document::{Audience, Document, DocumentKind},
    export::{Certificate, Format},
    id::{DocumentId, MemberId},
    time::Timestamp,
};

use super::{ChangeSaid, NamedFact, Readers, RecordBlock};

/// A document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// The case's number.
    pub reference: CaseRef,
    /// What kind.
    pub kind: DocumentKind,
    /// Our name for it.
    pub title: String,
    /// What its case is about.
    pub category: Category,
    /// How closely its case is held; a list hides the title of a sensitive one.
    pub sensitivity: Sensitivity,
    /// For whom.
    pub audience: Audience,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was sent, if somebody confirmed that.
    pub sent_at: Option<Timestamp>,
}

/// A document in the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DocumentView {
    /// The document.
    pub document: Document,
    /// The case's number.
    pub reference: CaseRef,
    /// The case's title.
    pub case_title: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// Suggestions, each with its reason.
    pub findings: Vec<LintFinding>,
    /// What left, with proof.
    pub certificates: Vec<Certificate>,
    /// The audiences that make sense here; the customers of the case among them.
    pub audiences: Vec<Audience>,
    /// For each audience that a text of this document may have, which of `audiences` may read it.
    pub readers: Vec<Readers>,
    /// Names that texts may use as `{{name}}`, with their values.
    pub facts: Vec<NamedFact>,
    /// Evidence and decisions of the case, as blocks.
    pub records: Vec<RecordBlock>,
    /// What changed of its hosts, in sentences that it may tell; the newest first.
    pub changes: Vec<ChangeSaid>,
    /// Whether a second person has to approve it before it is issued.
    pub needs_second: bool,
    /// Whether legal has to.
    pub needs_legal: bool,
    /// The people whom comments and reviews name.
    pub writers: Vec<(MemberId, String)>,
}

/// A file that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Exported {
    /// Where it was written; the suggested name before that.
    pub file_name: String,
    /// The format.
    pub format: Format,
    /// The proof.
    pub certificate: Certificate,
    /// What its reader will not see as it was written.
    pub notes: Vec<String>,
}
