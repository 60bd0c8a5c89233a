//! What was decided, and what was done about it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{DecisionId, MemberId, MitigationId},
    observable::Observable,
    time::Timestamp,
};

/// How wide an act reaches; each is wider than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// One address.
    Url,
    /// One stored object.
    Object,
    /// A bucket of objects.
    Bucket,
    /// One host name.
    Host,
    /// A whole zone.
    Zone,
    /// A customer's account.
    Account,
    /// A product for everybody.
    Service,
}

impl Granularity {
    /// The granularity that an observable itself has; anything wider needs a second person.
    pub fn of(observable: &Observable) -> Self {
        use crate::observable::ObservableKind as Kind;
        match observable.kind {
            Kind::Url => Self::Url,
            Kind::Host | Kind::Ip | Kind::Mail => Self::Host,
            Kind::Domain => Self::Zone,
        }
    }

    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::Object => "object",
            Self::Bucket => "bucket",
            Self::Host => "host",
            Self::Zone => "zone",
            Self::Account => "account",
            Self::Service => "service",
        }
    }
}

/// A recorded decision: why, on what, how wide, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// When it was made.
    pub decided_at: Timestamp,
    /// Who made it.
    pub decided_by: MemberId,
    /// What was decided, in one line.
    pub what: String,
    /// The reason: facts relied on, in the decider's words.
    pub reason: String,
    /// Policy clause and version, when one was cited.
    pub policy: Option<String>,
    /// Alternatives considered.
    pub alternatives: Option<String>,
    /// The target it is about; none when it is about the case as a whole.
    pub target: Option<Observable>,
    /// How wide it reaches.
    pub granularity: Granularity,
    /// Who else is hit; `unknown` until somebody looked.
    pub blast_radius: String,
    /// Whether it reaches wider than what was reported and so needs a second person.
    pub needs_second: bool,
    /// The second person, when they signed.
    pub approved_by: Option<MemberId>,
}

/// Where a mitigation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum MitigationState {
    /// Suggested; waits for approval when it reaches wide.
    Proposed,
    /// Approved, not yet in force.
    Approved,
    /// In force.
    Active,
    /// Taken back.
    Lifted,
}

impl MitigationState {
    /// What may follow: each step once, forwards; a proposal may go straight into force when
    /// nobody else has to approve it.
    pub fn may_become(self, next: Self, needs_second: bool) -> bool {
        match (self, next) {
            (Self::Proposed, Self::Approved)
            | (Self::Approved, Self::Active)
            | (Self::Active | Self::Approved | Self::Proposed, Self::Lifted) => true,
            (Self::Proposed, Self::Active) => !needs_second,
            _ => false,
        }
    }

    /// The word on screen and in SQL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Active => "active",
            Self::Lifted => "lifted",
        }
    }
}

/// One step in a mitigation's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MitigationStep {
    /// The state it reached.
    pub state: MitigationState,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: MemberId,
}

/// Something done about a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Mitigation {
    /// Its id.
    pub id: MitigationId,
    /// The decision it carries out.
    pub decision: Option<DecisionId>,
    /// What is done: `phishing interstitial`, `object removed`.
    pub what: String,
    /// The target.
    pub target: Option<Observable>,
    /// How wide.
    pub granularity: Granularity,
    /// Whether it needs a second person.
    pub needs_second: bool,
    /// Its life so far, oldest first; never empty.
    pub steps: Vec<MitigationStep>,
}

impl Mitigation {
    /// Where it stands now.
    pub fn state(&self) -> MitigationState {
        self.steps.last().map_or(MitigationState::Proposed, |step| step.state)
    }
}
