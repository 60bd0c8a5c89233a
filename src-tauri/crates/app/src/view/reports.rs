//! What came in.

use serde::Serialize;
use specta::Type;

use farol_model::{
    case::Category,
    id::{Digest, ReportId},
    report::Report,
    time::Timestamp,
};

use super::{Answered, CaseRow};

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ReportRow {
    /// Its id.
    pub id: ReportId,
    /// Its subject.
    pub subject: String,
    /// Who sent it.
    pub sender: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// Its first words.
    pub excerpt: String,
}

/// The result of taking something in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Imported {
    /// The report it became, or the one it is equal to.
    pub report: ReportId,
    /// Its subject.
    pub subject: String,
    /// Whether the same bytes were here before; nothing was added then.
    pub known: bool,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Parts that were not kept, in plain words (child safety).
    pub refused: Vec<String>,
    /// The response that it answers, on whose case it is now.
    pub answers: Option<Answered>,
}

/// A file that could not be taken in, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ImportResult {
    /// The file's name.
    pub name: String,
    /// The report, when it was taken in.
    pub imported: Option<Imported>,
    /// Why not, otherwise.
    pub failure: Option<crate::failure::Failure>,
}

/// A report on its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// Each found value in the order of `report.parsed.observables`, safe to show.
    pub defanged: Vec<String>,
    /// Cases it is on.
    pub cases: Vec<CaseRow>,
    /// A category that its words suggest; a person decides.
    pub suggested_category: Category,
}
