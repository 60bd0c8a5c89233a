//! A second person's approval: what exactly is asked, and the answer.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::{CaseRef, Category, Severity},
    decision::Granularity,
    id::{CaseId, DecisionId, Digest, DocumentId, EntryId, MemberId, MitigationId},
    observable::Observable,
    time::Timestamp,
};

/// What waits for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// A decision that reaches wider than what was reported.
    Decision(DecisionId),
    /// A mitigation that does.
    Mitigation(MitigationId),
    /// A document that goes outside.
    Document(DocumentId),
}

impl Subject {
    /// The id alone.
    pub fn id(self) -> String {
        match self {
            Self::Decision(id) => id.to_string(),
            Self::Mitigation(id) => id.to_string(),
            Self::Document(id) => id.to_string(),
        }
    }
}

/// Why it is proposed: the words of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// What was decided.
    pub what: String,
    /// The facts relied on.
    pub reason: String,
    /// Policy clause and version.
    pub policy: Option<String>,
    /// Alternatives considered.
    pub alternatives: Option<String>,
    /// Who else is hit.
    pub blast_radius: String,
}

/// Exactly what is to be approved. When the desk proposes anything else by the time the answer comes,
/// the answer is to something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What waits.
    pub subject: Subject,
    /// The entry that proposed it, in the proposer's journal.
    pub entry: EntryId,
    /// Hash of that entry, and so of everything before it.
    pub entry_hash: Digest,
    /// Who proposed it.
    pub proposed_by: MemberId,
    /// When.
    pub proposed_at: Timestamp,
    /// What is done or decided.
    pub what: String,
    /// On what: the target, or every target of the case.
    pub targets: Vec<Observable>,
    /// Whether it is about the case as a whole.
    pub whole_case: bool,
    /// How wide it reaches.
    pub granularity: Granularity,
    /// Why; none when a mitigation carries out no decision.
    pub grounds: Option<Grounds>,
}

/// A request for a second person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// Its title; a sensitive case has none here.
    pub title: Option<String>,
    /// What kind of trouble.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Whether the case is hidden until somebody opens it.
    pub sensitive: bool,
    /// What is to be approved.
    pub proposal: Proposal,
    /// A word to the second person; may be empty.
    pub note: String,
}

/// What a second person says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// Yes.
    Approved,
    /// No, with a reason.
    Refused,
}

impl Ruling {
    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// SHA-256 of the request's signed bytes.
    pub request: Digest,
    /// The case, on the desk that asked.
    pub case: CaseId,
    /// Its number there.
    pub reference: CaseRef,
    /// What waited.
    pub subject: Subject,
    /// Yes or no.
    pub ruling: Ruling,
    /// Why; never empty in a refusal.
    pub reason: String,
}
