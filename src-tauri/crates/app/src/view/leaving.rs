//! What leaves this computer, as screens show it.

use serde::Serialize;
use specta::Type;

use super::{AsnTableView, LookupListView};
use farol_model::{
    case::CaseRef,
    id::{CaseId, WaitingId},
    time::Timestamp,
};

/// Everything about what leaves: the switches, who may see what, and what waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LeavingView {
    /// Whether nothing may leave.
    pub offline: bool,
    /// Whom the desk asks unless somebody chooses; none for the system's own resolver.
    pub resolver: Option<String>,
    /// The resolver that is asked then, as an address; none when there is none.
    pub resolver_now: Option<String>,
    /// What can be asked, and who learns of it.
    pub rows: Vec<WhoSees>,
    /// The table that is asked here instead of anybody.
    pub networks_table: AsnTableView,
    /// Look-ups that wait, in the order they were asked for.
    pub waiting: Vec<WaitingRow>,
    /// Lookup lists that wait, the newest first.
    pub waiting_lists: Vec<LookupListView>,
}

/// A kind of question, and who learns that it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WhoSees {
    /// The question.
    pub what: String,
    /// Who learns of it, and what.
    pub who: String,
    /// What Farol does.
    pub rule: String,
    /// Whether it is asked now; none when it never is, or never leaves.
    pub on: Option<bool>,
    /// The switch for it.
    pub switch: Option<Source>,
}

/// A source that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The registries, over RDAP.
    Rdap,
    /// The registries, over WHOIS where RDAP fails.
    Whois,
    /// Team Cymru, over DNS, about addresses that the table does not know.
    Cymru,
}

/// A look-up that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WaitingRow {
    /// Its id.
    pub id: WaitingId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The case that keeps the answers.
    pub case: Option<CaseId>,
    /// Its number.
    pub reference: Option<CaseRef>,
    /// The hosts.
    pub hosts: Vec<String>,
    /// The resolver that was chosen for it.
    pub resolver: Option<String>,
    /// What is asked beyond the usual, in words.
    pub deeper: Option<String>,
}

/// Whether a look-up may leave, before anything does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct MayLeave {
    /// Whether the desk is offline, so that it would wait.
    pub offline: bool,
    /// Why it must not leave at all; none when it may.
    pub forbidden: Option<String>,
    /// Names that look as if they were made for one reader: asking for one tells who got it.
    pub telling: Vec<String>,
}

/// What sending the queue came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WaitingSent {
    /// Look-ups that were sent and are no longer in the queue.
    pub n_sent: u32,
    /// Answers that came.
    pub n_answers: u32,
    /// Look-ups that still wait, with the reason.
    pub still_waiting: Vec<String>,
}

/// A question that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LeftRow {
    /// When.
    pub at: Timestamp,
    /// For which case.
    pub case: Option<CaseId>,
    /// Its number.
    pub reference: Option<CaseRef>,
    /// What was asked, defanged.
    pub question: String,
    /// Of whom.
    pub server: String,
    /// How it went.
    pub transport: String,
}
