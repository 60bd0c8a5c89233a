//! Cases that are due to go, and what goes with them.

use serde::Serialize;
use specta::Type;

use farol_model::{
    case::{CaseRef, Category},
    id::CaseId,
    retention::Hold,
    time::Timestamp,
};

/// A closed case that the rules no longer keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DueRow {
    /// The case.
    pub id: CaseId,
    /// Its number for people.
    pub reference: CaseRef,
    /// Its title; none when it is sensitive.
    pub title: Option<String>,
    /// What kind of trouble it was.
    pub category: Category,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// Since when it may be erased.
    pub due_at: Timestamp,
    /// Why it stays all the same.
    pub hold: Option<Hold>,
}

/// What erasing a case takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ErasePreview {
    /// Its number, which has to be typed.
    pub reference: CaseRef,
    /// Entries of its story whose content goes.
    pub n_entries: u32,
    /// Reports that go with it.
    pub n_reports: u32,
    /// Reports that stay, because other cases have them too.
    pub n_shared_reports: u32,
    /// Documents that go with it.
    pub n_documents: u32,
    /// Why it cannot be erased.
    pub hold: Option<Hold>,
    /// Where something of it may still be afterwards, as far as Farol knows.
    pub elsewhere: Vec<String>,
}
