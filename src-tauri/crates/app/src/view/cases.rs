//! Cases: lines, pages, and what is written on them.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::{
    case::{Account, Case, CaseRef, Category, Note, Sensitivity, Severity, Status, Target},
    clock::Clock,
    decision::{Decision, Granularity, Mitigation},
    id::{CaseId, DecisionId, DocumentId, EntryId, ReportId},
    lookup::{Party, ProviderVerdict},
    member::Member,
    observable::Observable,
    report::Report,
    retention::Hold,
    sighting::Sighting,
    then_now::{Notice, ThenNow},
    time::Timestamp,
};

use super::{ApprovalLine, DocumentRow, EvidenceView, ReportRow, WatchRow};

/// A running deadline as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ClockLine {
    /// The clock.
    pub clock: Clock,
    /// When it runs out.
    pub due_at: Timestamp,
    /// Whether it ran out before it was stopped.
    pub missed: bool,
    /// Whether it was stopped because nothing asks for it any more: neither kept nor missed.
    pub withdrawn: bool,
}

/// One line of the queue: a case, or a report that no case has yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QueueRow {
    /// A case that is not closed.
    Case(Box<CaseRow>),
    /// A report nobody has put on a case.
    Report(ReportRow),
}

/// A part of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct QueuePage {
    /// Its rows, in order.
    pub rows: Vec<QueueRow>,
    /// How many rows stand before them.
    pub offset: u32,
    /// How many rows the whole queue has, with this filter.
    pub n_rows: u32,
    /// Whether so many cases have the words of the filter that the list ends before them all.
    pub is_cut: bool,
    /// How many rows stand before the one that was asked for; none when the queue does not have it.
    pub at: Option<u32>,
}

/// A part of the list of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CasePage {
    /// Its rows, in order.
    pub rows: Vec<CaseRow>,
    /// How many rows stand before them.
    pub offset: u32,
    /// How many rows the whole list has, with this filter.
    pub n_rows: u32,
    /// Whether so many cases have the words of the filter that the list ends before them all.
    pub is_cut: bool,
    /// How many rows stand before the one that was asked for; none when the list does not have it.
    pub at: Option<u32>,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// One line.
    pub title: String,
    /// What kind of trouble.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Where it stands.
    pub status: Status,
    /// How closely it is held.
    pub sensitivity: Sensitivity,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who waits for us: the reporter, a customer, somebody inside.
    pub waits: String,
    /// The running clock that ends first.
    pub next_clock: Option<ClockLine>,
    /// How many targets it has.
    pub n_targets: u32,
    /// How many of them are settled.
    pub n_settled: u32,
    /// What changed in the world and nobody has seen yet, in words.
    pub news: Option<String>,
}

/// What a new case needs.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CaseOpen {
    /// One line.
    pub title: String,
    /// What kind of trouble.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Why that severity.
    pub severity_reason: String,
    /// The report it begins with.
    pub report: Option<ReportId>,
    /// The values that we are asked to act on, normal form.
    pub targets: Vec<Observable>,
}

/// A value on a case, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ObservableView {
    /// The value.
    pub observable: Observable,
    /// Safe to show.
    pub defanged: String,
    /// Its host, when it has one.
    pub host: Option<String>,
    /// Set when it is a target.
    pub target: Option<Target>,
}

/// One line of a case's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct StoryLine {
    /// The journal entry.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What kind of change, as in the journal.
    pub action: String,
    /// In plain words.
    pub text: String,
    /// The report, document or decision it speaks of, to open it.
    pub opens: Option<Opens>,
    /// Whether it can be taken back, as far as can be seen without trying.
    pub can_undo: bool,
    /// Whether it was taken back.
    pub undone: bool,
    /// Whether it takes another change back.
    pub undoes: bool,
}

/// One change, with what was before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct HistoryLine {
    /// The journal entry.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What kind of change, as in the journal.
    pub action: String,
    /// In plain words.
    pub text: String,
    /// As it was, JSON of the journal.
    pub before: Option<String>,
    /// As it is, JSON of the journal.
    pub after: Option<String>,
}

/// Something a line can open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Opens {
    /// A case.
    Case(CaseId),
    /// A report.
    Report(ReportId),
    /// A document.
    Document(DocumentId),
}

/// What to do next on a case, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct NextStep {
    /// What the button does.
    pub step: Step,
    /// The words on the button.
    pub label: String,
    /// Why this is next.
    pub why: String,
}

/// The steps of the two walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Record what the reporter allows.
    AskConsent,
    /// Say which values we are asked to act on.
    ChooseTargets,
    /// Find out who provides what.
    LookUp,
    /// Decide.
    Decide,
    /// Carry the decision out.
    Mitigate,
    /// Say what became of each target.
    SettleTargets,
    /// Write to whoever waits.
    Respond,
    /// Record the customer's account.
    RecordAccount,
    /// Write the root-cause analysis.
    WriteRca,
    /// Close it.
    Close,
    /// Nothing is left.
    Nothing,
}

/// The case page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Its reports, oldest first.
    pub reports: Vec<Report>,
    /// Those of its reports that are answers to what we wrote.
    pub answers: Vec<ReportId>,
    /// Values named by its reports or added by hand; targets first.
    pub observables: Vec<ObservableView>,
    /// Who provides what, one per host that was looked up.
    pub verdicts: Vec<ProviderVerdict>,
    /// Whom each of them concerns, in the same order.
    pub concerned: Vec<Concerned>,
    /// What changed from look-up to look-up, one per host that was looked up.
    pub then_now: Vec<ThenNow>,
    /// What changed and nobody has marked as seen, the newest first.
    pub news: Vec<Notice>,
    /// What is looked up again and again.
    pub watches: Vec<WatchRow>,
    /// Its clocks: running first, the one that ends first on top.
    pub clocks: Vec<ClockLine>,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// Decisions, oldest first.
    pub decisions: Vec<Decision>,
    /// Mitigations, oldest first.
    pub mitigations: Vec<Mitigation>,
    /// Who was asked to approve what, and their answers.
    pub approvals: Vec<ApprovalLine>,
    /// Documents, oldest first.
    pub documents: Vec<DocumentRow>,
    /// Files it rests on, oldest first.
    pub evidence: Vec<EvidenceView>,
    /// What people saw, the newest first.
    pub sightings: Vec<Sighting>,
    /// What happened, newest first.
    pub story: Vec<StoryLine>,
    /// Why it is kept whatever the rules say.
    pub hold: Option<Hold>,
    /// What to do next.
    pub next: NextStep,
    /// People who work here, to show names for ids.
    pub members: Vec<Member>,
}

/// Whom a host concerns. What our own systems know stands apart from what the outside shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Concerned {
    /// The host.
    pub host: String,
    /// Accounts of the case that have it with us, as somebody wrote them down.
    pub accounts: Vec<Account>,
    /// Who may be told what.
    pub parties: Vec<Party>,
}

/// A decision as a person writes it.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct DecisionDraft {
    /// What was decided, in one line.
    pub what: String,
    /// The reason.
    pub reason: String,
    /// Policy clause and version.
    pub policy: Option<String>,
    /// Alternatives considered.
    pub alternatives: Option<String>,
    /// The target; none for the case as a whole.
    pub target: Option<Observable>,
    /// How wide it reaches.
    pub granularity: Granularity,
    /// Who else is hit.
    pub blast_radius: String,
}

/// A mitigation as a person proposes it.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct MitigationDraft {
    /// What is done.
    pub what: String,
    /// The decision it carries out.
    pub decision: Option<DecisionId>,
    /// The target.
    pub target: Option<Observable>,
    /// How wide.
    pub granularity: Granularity,
}
