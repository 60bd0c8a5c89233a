//! What a person saw at an address: only that says whether the content is still there.
//!
//! Farol itself never looks. Where from and with what somebody looked belongs to it, because a site may
//! show one thing to them and another to everybody else.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::words,
    id::{EvidenceId, Malformed, MemberId, SightingId},
    observable::Observable,
    time::Timestamp,
};

words! {
    /// What there was to see.
    Seen {
        /// What was reported.
        Content = "content", "The reported content";
        /// Something else, with nothing wrong about it.
        Other = "other", "Something else";
        /// A page that says it was taken down or blocked, or a warning.
        Blocked = "blocked", "A block or warning page";
        /// The host answers that there is nothing.
        Gone = "gone", "Nothing: not found or empty";
        /// A way on to another address.
        Elsewhere = "elsewhere", "A redirect elsewhere";
        /// A page that asks who one is before it shows anything.
        Gate = "gate", "A login or human check";
        /// No answer, or an error.
        Unreachable = "unreachable", "No answer";
    }
}

words! {
    /// Whether others are shown something else.
    Cloaked {
        /// Nobody tried it another way.
        NotTried = "not_tried", "Not tried another way";
        /// Looked at in another way, it was the same.
        No = "no", "The same for others";
        /// Others are shown something else.
        Yes = "yes", "Others see something else";
    }
}

/// What a person saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Sighting {
    /// Its id.
    pub id: SightingId,
    /// Where: a URL, a host or an address.
    pub observable: Observable,
    /// When they looked.
    pub seen_at: Timestamp,
    /// Who looked, when it was not whoever wrote it down.
    pub seen_by: Option<String>,
    /// Who wrote it down.
    pub written_by: MemberId,
    /// Where they looked from: a place, a network.
    pub seen_from: String,
    /// With what: a device, a program.
    pub device: String,
    /// The language that they asked for.
    pub language: String,
    /// What there was.
    pub seen: Seen,
    /// The same in words.
    pub words: String,
    /// Whether others are shown something else.
    pub cloaked: Cloaked,
    /// A file they made of it, kept as evidence.
    pub capture: Option<EvidenceId>,
}

impl Sighting {
    /// The line of the story; defanged.
    pub fn describe(&self) -> String {
        let mut text = format!("Seen at {}: {}", self.observable.defanged(), self.seen.label());
        if !self.words.is_empty() {
            text.push_str(&format!(" – {}", self.words));
        }
        let how: Vec<&str> = [self.seen_from.as_str(), &self.device, &self.language]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        if !how.is_empty() {
            text.push_str(&format!(" ({})", how.join(", ")));
        }
        text.push_str(&format!("; {}", self.seen_at.to_minute()));
        match self.cloaked {
            Cloaked::Yes => text.push_str("; others see something else"),
            Cloaked::No => text.push_str("; the same for others"),
            Cloaked::NotTried => {}
        }
        text
    }
}
