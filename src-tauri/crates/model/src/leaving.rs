//! What leaves this computer, and what waits to leave it.
//!
//! Neither is part of the shared story: an answer on a case is an observation and in the journal;
//! that this computer asked, and what it has not asked yet, is the desk's own.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{CaseId, WaitingId},
    lookup::Question,
    time::Timestamp,
};

/// A question that left this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Left {
    /// When.
    pub at: Timestamp,
    /// For which case; none for a look-up that no case keeps, and for the addresses of registries.
    pub case: Option<CaseId>,
    /// What was asked.
    pub question: Question,
    /// Of whom.
    pub server: String,
    /// `udp`, `tcp`, `tls`, `https`, `http`, `whois`.
    pub transport: String,
}

impl Left {
    /// Whether an observation with this transport left at all: tables are on this computer, and
    /// what nobody was asked stayed here.
    pub fn is_outside(transport: &str) -> bool {
        !matches!(transport, "table" | "none")
    }
}

/// A look-up that somebody asked for while the desk was offline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WaitingLookup {
    /// Its id.
    pub id: WaitingId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The case that keeps the answers.
    pub case: Option<CaseId>,
    /// The hosts, in normal form.
    pub hosts: Vec<String>,
    /// The resolver that was chosen for it; none for the desk's own choice.
    pub resolver: Option<String>,
    /// What is asked beyond the usual.
    #[serde(default)]
    pub depth: LookupDepth,
}

/// What is asked beyond the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct LookupDepth {
    /// Selectors of DKIM keys, as a mail names them.
    pub selectors: Vec<String>,
    /// Every name server of the domain is asked itself; whoever runs them sees it.
    pub authorities: bool,
    /// The way from the root to the name; whoever runs the last servers on it sees it.
    pub trace: bool,
}

impl LookupDepth {
    /// In words; none when nothing more than the usual is asked.
    pub fn words(&self) -> Option<String> {
        let keys = self.selectors.join(", ");
        let parts = [
            (!keys.is_empty()).then(|| format!("DKIM keys {keys}")),
            self.authorities.then(|| "every name server of the domain".to_owned()),
            self.trace.then(|| "the way from the root".to_owned()),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}
