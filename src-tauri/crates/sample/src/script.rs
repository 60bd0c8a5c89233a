//! How a case of the sample desk is written down: one TOML file, in the words of the trade.

use jiff::civil;
use serde::Deserialize;

use farol_model::{
    case::{Account, Category, Person, Sensitivity, Severity, Status},
    decision::{Granularity, MitigationState},
    document::{Audience, Moment},
    export::Format,
    report::{Consent, ReportChannel},
};

/// One escalation from its report to where it stands now.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// How long before now its report came in, like `61d 4h 12m`.
    pub(crate) received: String,
    /// At which time of day in UTC, like `02:31`: the last such moment that is at least that old.
    pub(crate) at: Option<civil::Time>,
    pub(crate) report: ReportSource,
    #[serde(default = "not_asked")]
    pub(crate) consent: Consent,
    /// None when nobody opened a case yet.
    pub(crate) case: Option<CaseScript>,
    /// What happened next, oldest first.
    #[serde(default, rename = "step")]
    pub(crate) steps: Vec<Step>,
}

/// A file of `desk/reports`, or the words of a chat or phone note.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum ReportSource {
    File { file: String },
    Words { words: String, channel: ReportChannel },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseScript {
    /// After the report came in.
    pub(crate) after: String,
    pub(crate) title: String,
    pub(crate) category: Category,
    pub(crate) severity: Severity,
    pub(crate) severity_reason: String,
    /// Values that no parser suggests as targets.
    #[serde(default)]
    pub(crate) targets: Vec<String>,
    /// Suggested targets that are none, as parts of their text.
    #[serde(default)]
    pub(crate) not_targets: Vec<String>,
    pub(crate) asked_by: Option<String>,
    pub(crate) jurisdiction: Option<String>,
    pub(crate) sensitivity: Option<Sensitivity>,
    #[serde(default)]
    pub(crate) legal_bases: Vec<String>,
    #[serde(default)]
    pub(crate) tickets: Vec<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) people: Vec<Person>,
    #[serde(default)]
    pub(crate) accounts: Vec<AccountScript>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountScript {
    id: String,
    name: String,
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    zones: Vec<String>,
    plan: Option<String>,
    origin: Option<String>,
}

impl AccountScript {
    pub(crate) fn dated(self, as_of: farol_model::time::Timestamp) -> Account {
        let Self { id, name, internal, zones, plan, origin } = self;
        let known = Account::new(id, name, "customer directory", as_of);
        Account { internal, zones, plan, origin, ..known }
    }
}

/// One thing somebody did.
#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    /// After the step before, or after the case was opened.
    pub(crate) after: String,
    #[serde(flatten)]
    pub(crate) what: Doing,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Doing {
    /// Another report about the same thing.
    Report {
        report: ReportSource,
        consent: Option<Consent>,
    },
    Note {
        text: String,
    },
    /// The hosts of all targets when none is named; `next_round` moves the practice internet on.
    LookUp {
        #[serde(default)]
        hosts: Vec<String>,
        #[serde(default)]
        next_round: bool,
    },
    /// For every target whose text contains one of these; all when empty.
    Outcome {
        #[serde(default)]
        of: Vec<String>,
        outcome: OutcomeWord,
        note: Option<String>,
    },
    Decide {
        what: String,
        reason: String,
        policy: Option<String>,
        alternatives: Option<String>,
        granularity: Granularity,
        target: Option<String>,
        #[serde(default)]
        blast_radius: String,
    },
    /// Carries out the decision before it; walks through the states in order.
    Mitigate {
        what: String,
        granularity: Granularity,
        target: Option<String>,
        #[serde(default)]
        states: Vec<MitigationState>,
    },
    /// The next state of the mitigation that says this.
    Advance {
        mitigation: String,
        state: MitigationState,
    },
    Set {
        status: Option<Status>,
        severity: Option<Severity>,
        waiting_on: Option<String>,
    },
    StopClock {
        clock: String,
        reason: String,
    },
    Document {
        template: String,
        /// The address it goes to, when it does not answer a report.
        to: Option<String>,
        /// Placeholders by how they begin, and what stands there instead.
        #[serde(default)]
        fill: Vec<(String, String)>,
        /// More paragraphs, each for its audience.
        #[serde(default)]
        add: Vec<(Audience, String)>,
        /// Moments that the record does not have: for whom, when, of which kind, and the words.
        #[serde(default)]
        moments: Vec<(Audience, String, Moment, String)>,
        #[serde(default)]
        export: Vec<(Audience, Format)>,
        /// How it was sent, when it was.
        sent: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutcomeWord {
    Pending,
    Mitigated,
    NotOurs,
    AlreadyGone,
    Forwarded,
    Declined,
}

fn not_asked() -> Consent {
    Consent::NotAsked
}
