//! Sending a response off, as screens show it.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::{
    case::CaseRef,
    document::Audience,
    id::{CaseId, Digest, DocumentId, EvidenceId, Size},
    time::Timestamp,
};

/// Something that goes along with a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Attached {
    /// Another document of the case, as PDF for the same reader.
    Document(DocumentId),
    /// A file of the case, byte for byte as it came in.
    Evidence(EvidenceId),
}

/// Something that goes along, or could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AttachmentRow {
    /// Which.
    pub attached: Attached,
    /// Its file name, as the reader sees it.
    pub name: String,
    /// How large; none for a document that is not made yet.
    pub size: Option<Size>,
    /// What is to be known of it before it leaves.
    pub note: String,
    /// The characters of a document for which its PDF shows □.
    pub unprinted: String,
    /// Why it cannot leave; none when it can.
    pub stopped: Option<String>,
}

/// How far a look-up that a text relies on still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// Looked up within the hour, and as it was when the text was last saved.
    Yes,
    /// Otherwise than when the text was last saved.
    No,
    /// The newest look-up is older than an hour.
    Unchecked,
    /// It was never looked up.
    Never,
}

/// A host that the text names, and what the record knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Relied {
    /// The host.
    pub host: String,
    /// How far it holds.
    pub holds: Holds,
    /// The newest look-up.
    pub checked_at: Option<Timestamp>,
    /// In one sentence.
    pub says: String,
}

/// A fact of the record that the text refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ReliedFact {
    /// Its name: `case.status`.
    pub name: String,
    /// The value that leaves.
    pub value: String,
    /// What it was when the text was saved; none when it is the same.
    pub was: Option<String>,
    /// The record it stands in.
    pub source: String,
    /// When that record was made.
    pub as_of: Timestamp,
}

/// Exactly what leaves if a response is sent off. Nothing has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SendOffPlan {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// For whom the version is.
    pub reader: Audience,
    /// The address; empty until somebody fills it in.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The mail that it answers.
    pub in_reply_to: Option<String>,
    /// Which version leaves, in words.
    pub version: String,
    /// The words that the reader gets.
    pub text: String,
    /// How many values are withheld from them, and searched for in everything that leaves.
    pub n_withheld: u32,
    /// What goes along.
    pub attachments: Vec<AttachmentRow>,
    /// What could go along.
    pub offered: Vec<AttachmentRow>,
    /// The hosts that the text names.
    pub relies_on: Vec<Relied>,
    /// The facts of the record that the text refers to.
    pub facts: Vec<ReliedFact>,
    /// Whether the desk is offline, so that they cannot be looked up now.
    pub offline: bool,
    /// What stops it.
    pub stops: Vec<String>,
    /// What should be looked at before.
    pub warns: Vec<String>,
    /// Clocks that confirming it stops.
    pub clocks: Vec<String>,
    /// The message id of the draft; an answer to it finds its way back.
    pub message_id: String,
}

/// A draft that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SentOff {
    /// Where.
    pub file_name: String,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Its message id.
    pub message_id: String,
    /// How many files are in it.
    pub n_attachments: u32,
    /// What the check could not read in them: a person looks.
    pub notes: Vec<String>,
}

/// What a person says about a response that went out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
pub struct SentSaid {
    /// By which way: mail, portal, phone.
    pub channel: String,
    /// When; none for now.
    pub at: Option<Timestamp>,
    /// The message id under which it went out, when another one than the draft's is known.
    pub message_id: Option<String>,
    /// Until when an answer was asked for; none when nobody waits for one.
    pub answer_by: Option<Timestamp>,
}

/// The response that something which came in answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Answered {
    /// The response.
    pub document: DocumentId,
    /// Its case, where the answer is now.
    pub case: CaseId,
    /// The case's number.
    pub reference: CaseRef,
    /// Whether a machine answered, so that the wait goes on.
    pub is_automatic: bool,
}
