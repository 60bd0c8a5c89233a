//! Members, and files that they sign, as screens show them.

use serde::Serialize;
use specta::Type;

use farol_model::{
    approval::{Ruling, Subject},
    case::CaseRef,
    id::{CaseId, SignedFileId},
    member::Member,
    signed::{FileKind, SignedFile},
    time::Timestamp,
};

/// Somebody whose signature this desk can check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct MemberRow {
    /// The person.
    pub member: Member,
    /// Their key in groups, to be compared by voice.
    pub fingerprint: String,
    /// Whether it is the person at this desk.
    pub you: bool,
}

/// One thing that a signed file says, in words that are safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ToldFact {
    /// What it is.
    pub label: String,
    /// The words.
    pub text: String,
}

/// What can be done with a signed file on this desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileStep {
    /// Compare the fingerprint and add the member.
    AddMember,
    /// Approve or refuse, with a signature.
    Answer,
    /// Take it in: it answers something that this desk asked.
    Take,
    /// Sign for having read it.
    SignFor,
    /// Nothing.
    Nothing,
}

/// A signed file that was opened; its signature is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct OpenedFile {
    /// The file, to be handed back for the next step.
    pub file: SignedFile,
    /// What kind.
    pub kind: FileKind,
    /// What it is, in one line.
    pub title: String,
    /// Whether its case is sensitive: its words are hidden until asked for.
    pub sensitive: bool,
    /// Who signed it, by the name that this desk knows.
    pub signer: String,
    /// Their key in groups.
    pub fingerprint: String,
    /// When, by the clock of their desk.
    pub signed_at: Timestamp,
    /// What it says.
    pub facts: Vec<ToldFact>,
    /// What can be done with it here.
    pub step: FileStep,
    /// Why nothing can be done, or what was done already; may be empty.
    pub note: String,
}

/// An answer that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct TakenAnswer {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// What it is about.
    pub subject: Subject,
    /// Yes or no.
    pub ruling: Ruling,
    /// Who signed it.
    pub signer: String,
    /// Their words; may be empty.
    pub reason: String,
}

/// Something that happened on the way to a second person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ApprovalLine {
    /// What it is about.
    pub subject: Subject,
    /// When this desk wrote it or took it in.
    pub at: Timestamp,
    /// In plain words, with the name of who signed.
    pub text: String,
}

/// A handover that was written here, or read and signed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct HandoverRow {
    /// Its id.
    pub id: SignedFileId,
    /// When it was written.
    pub written_at: Timestamp,
    /// By whom.
    pub writer: String,
    /// How many open cases it lists.
    pub n_cases: u32,
    /// Who signed for having read it.
    pub read_by: Vec<HandoverReader>,
}

/// Somebody who signed for having read a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct HandoverReader {
    /// Their name.
    pub name: String,
    /// When, by the clock of their desk.
    pub at: Timestamp,
}
