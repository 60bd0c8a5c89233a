//! Then and now, as screens show it.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::{
    case::CaseRef,
    id::CaseId,
    then_now::{HostDiff, Watch},
    time::Timestamp,
};

use super::LookupPlan;

/// What is to be looked up again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recheck {
    /// Hosts of one case.
    Case {
        /// The case.
        case: CaseId,
        /// The hosts; empty for all of its targets, and what was looked up before.
        hosts: Vec<String>,
    },
    /// Every open case.
    AllOpen,
}

/// What would leave if cases were looked up again. Nothing has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RecheckPlan {
    /// The cases with their hosts.
    pub cases: Vec<RecheckCase>,
    /// What is not asked, and why.
    pub left_out: Vec<String>,
    /// Who is asked what; none when there is nothing to ask.
    pub lookup: Option<LookupPlan>,
    /// Names that look as if they were made for one reader.
    pub telling: Vec<String>,
    /// Whether the desk is offline, so that nothing would leave.
    pub offline: bool,
}

/// A case that is looked up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RecheckCase {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// The hosts, in normal form.
    pub hosts: Vec<String>,
}

/// What looking up again came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RecheckDone {
    /// Hosts that were asked about.
    pub n_hosts: u32,
    /// Answers that are kept.
    pub n_answers: u32,
    /// What is otherwise than at the look-up before.
    pub changes: Vec<CaseChange>,
    /// What was not asked, and why.
    pub left_out: Vec<String>,
    /// Whether somebody stopped it; what was answered is kept.
    pub cancelled: bool,
}

/// A change of a host, with its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CaseChange {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// The change.
    pub diff: HostDiff,
}

/// A watch in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WatchRow {
    /// The watch.
    pub watch: Watch,
    /// The case's number.
    pub reference: CaseRef,
    /// The hosts that it asks about now.
    pub hosts: Vec<String>,
    /// Why it does not run; none when it does.
    pub rests: Option<String>,
}

/// What a person watches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct WatchDraft {
    /// The case that keeps the answers.
    pub case: CaseId,
    /// The host; none for all targets.
    pub host: Option<String>,
    /// Minutes from one look-up to the next.
    pub every_min: u32,
    /// The resolver to ask; none for the desk's own choice.
    pub resolver: Option<String>,
}

/// A change of a host that a text may tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ChangeSaid {
    /// The host.
    pub host: String,
    /// When the later look-up began.
    pub at: Timestamp,
    /// The sentence, in the document's language.
    pub text: String,
}

/// A host that other tables of networks judge otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JudgedAnew {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// The host.
    pub host: String,
    /// What is otherwise, in words.
    pub text: String,
}
