//! What a search found.

use serde::Serialize;
use specta::Type;

use farol_model::{
    case::CaseRef,
    id::CaseId,
    search::{Part, SearchKind},
    time::Timestamp,
};

use super::Opens;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SearchPage {
    /// The best of them, at most 50.
    pub hits: Vec<SearchHit>,
    /// How many there are.
    pub n_hits: u32,
    /// Whether they are ordered by time, because there are very many or nothing to rank them by.
    pub newest_first: bool,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// What it opens.
    pub opens: Opens,
    /// Its case, the first one for a report on several; none for a report that no case has.
    pub case: Option<CaseId>,
    /// The number of that case.
    pub reference: Option<CaseRef>,
    /// When it came in, was written or was begun.
    pub at: Timestamp,
    /// Whether it belongs to a sensitive case; title and snippet are empty then.
    pub hidden: bool,
    /// Its title, or its case's when it has none, as runs of text.
    pub title: Vec<Part>,
    /// The words around the first match, as runs of text.
    pub snippet: Vec<Part>,
}
