//! What the next shift must know, read and signed for.

use serde::{Deserialize, Serialize};

use crate::{
    case::{CaseRef, Category, Severity, Status},
    id::Digest,
    time::Timestamp,
};

/// A note for the next shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// In the writer's words; may be empty.
    pub text: String,
    /// Every case that is not closed, the most urgent first.
    pub cases: Vec<HandoverCase>,
}

/// An open case as the next shift needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverCase {
    /// Its number.
    pub reference: CaseRef,
    /// One line; a sensitive case has none here.
    pub title: Option<String>,
    /// What kind of trouble.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Where it stands.
    pub status: Status,
    /// Who waits for us, or for whom we wait; empty for a sensitive case.
    pub waits: String,
    /// The running clock that ends first.
    pub clock: Option<HandoverClock>,
    /// What to do next, in words; may be empty.
    pub next: String,
    /// Whether something on it waits for a second person's approval.
    pub waits_for_approval: bool,
}

/// A running clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverClock {
    /// What the deadline is for.
    pub name: String,
    /// When it runs out.
    pub due_at: Timestamp,
}

/// That somebody read a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// SHA-256 of the handover's signed bytes.
    pub handover: Digest,
    /// When the handover was written.
    pub written_at: Timestamp,
}
