//! What screens need joined: one struct per screen, plain data.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_compose::LintFinding;
use farol_model::{
    case::{Case, CaseRef, Category, Note, Sensitivity, Severity, Status, Target},
    clock::Clock,
    decision::{Decision, Granularity, Mitigation},
    document::{Audience, Document, DocumentKind},
    export::{Certificate, Format},
    id::{CaseId, DecisionId, Digest, DocumentId, EntryId, EvidenceId, MemberId, ReportId, Size},
    lookup::{Observation, ProviderVerdict},
    member::Member,
    observable::Observable,
    report::Report,
    retention::Hold,
    search::{Part, SearchKind},
    sighting::Sighting,
    slot::SlotKind,
    tampering::Tampering,
    then_now::{HostDiff, Notice, ThenNow},
    time::Timestamp,
};

use crate::Failure;

/// Bundles.
mod bundles;
/// What may belong together.
mod connections;
/// What leaves this computer.
mod leaving;
/// Look-alikes.
mod lookalikes;
/// Lookup lists.
mod lookup_lists;
/// Sending a response off.
mod send_off;
/// What people saw.
mod sightings;
/// Members, and files that they sign.
mod signed;
/// Templates.
mod team;
/// Then and now.
mod then_now;
/// Documents while they are written.
mod writing;

pub use bundles::{
    BundleCase, BundleDone, BundleFor, BundleKey, BundlePerson, BundlePlan, BundleShown,
    ConflictLine, Incoming, IncomingCase, LeavingCase, VersionLine,
};
pub use connections::{ConnectedCase, ConnectedHost, ConnectionRow, ConnectionsView};
pub use leaving::{LeavingView, LeftRow, MayLeave, Source, WaitingRow, WaitingSent, WhoSees};
pub use lookalikes::{JudgedName, JudgedNames, LookalikeKind, LookalikesView};
pub use lookup_lists::{
    ListNames, ListRegistry, ListStage, ListedDetail, ListedGroup, ListedGroups, ListedPage,
    ListedRow, LookupListPlan, LookupListView, SignKindRow,
};
pub use send_off::{
    Answered, Attached, AttachmentRow, Holds, Relied, SendOffPlan, SentOff, SentSaid,
};
pub use sightings::SightingDraft;
pub use signed::{
    ApprovalLine, FileStep, HandoverReader, HandoverRow, MemberRow, OpenedFile, TakenAnswer,
    ToldFact,
};
pub use team::{TemplatePreview, TemplateVersion, TemplateView};
pub use then_now::{
    CaseChange, ChangeSaid, JudgedAnew, Recheck, RecheckCase, RecheckDone, RecheckPlan, WatchDraft,
    WatchRow,
};
pub use writing::{
    BlockVersion, MomentRow, NamedFact, Preview, PromiseRow, Readers, RecordBlock, Stopped,
    StoppedPlace, Suggestion, WithheldRow,
};

/// What is known about the vault before and after it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct VaultStatus {
    /// What the first screen has to offer.
    pub state: VaultState,
    /// Where it lies.
    pub dir: String,
    /// Whether the system keyring was given a key.
    pub has_keyring_slot: bool,
    /// Whether there is a recovery key on paper.
    pub has_recovery_slot: bool,
    /// Whether it is for practice, for ever.
    pub practice: bool,
    /// Who works here, when it is open.
    pub member: Option<Member>,
    /// What opening it found and put right, in words.
    pub findings: Vec<String>,
}

/// The vault's condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Neither database nor key slots: a new vault may be made here.
    Absent,
    /// Both are there: it can be opened.
    Locked,
    /// Open in this process.
    Open,
    /// A database without `vault.json`: nothing may be created over it.
    SlotsMissing,
    /// `vault.json` without a database: nothing may be created over it.
    DatabaseMissing,
}

/// What a new vault needs.
#[derive(Clone, Deserialize, Type)]
pub struct VaultCreate {
    /// Opens the vault when the keyring cannot; at least 8 characters.
    pub passphrase: String,
    /// The investigator's name, as colleagues write it.
    pub member_name: String,
    /// Whether the system keyring gets a key too.
    pub use_keyring: bool,
}

/// A vault that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct VaultMade {
    /// The open vault.
    pub status: VaultStatus,
    /// Opens the vault when the passphrase is lost; told this once.
    pub recovery_key: String,
}

/// One way to the vault's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct KeySlot {
    /// Which.
    pub kind: SlotKind,
    /// In words.
    pub label: String,
    /// When it was made; unknown for vaults of the first days.
    pub made_at: Option<Timestamp>,
    /// What a guess costs, for the passphrase.
    pub strength: Option<String>,
}

/// A backup of the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BackupRow {
    /// Its folder's name.
    pub name: String,
    /// When it was made and checked.
    pub made_at: Timestamp,
    /// Entries of the journal in it.
    pub n_entries: u32,
    /// Hash of the last entry.
    pub head: Option<Digest>,
    /// Size of its database.
    pub bytes: Size,
}

/// What putting a backup back did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct PutBack {
    /// The backup, checked again.
    pub backup: BackupRow,
    /// Where the files that lay in its place are now.
    pub set_aside: Option<String>,
}

/// What recovering a damaged vault brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Recovered {
    /// Entries in the vault that lies there now.
    pub n_entries: u32,
    /// The backup they stand on.
    pub backup: Option<BackupRow>,
    /// Entries put on it, from the second copy and the damaged database.
    pub n_brought_back: u32,
    /// Entries behind a gap: they are only in what was set aside.
    pub n_behind_a_gap: u32,
    /// Originals that were found nowhere.
    pub n_originals_missing: u32,
    /// Where the files that lay there are now.
    pub set_aside: String,
    /// All of it in words.
    pub words: String,
}

/// A closed case that the rules no longer keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DueRow {
    /// The case.
    pub id: CaseId,
    /// Its number for people.
    pub reference: CaseRef,
    /// Its title; none when it is sensitive.
    pub title: Option<String>,
    /// What kind of trouble it was.
    pub category: Category,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// Since when it may be erased.
    pub due_at: Timestamp,
    /// Why it stays all the same.
    pub hold: Option<Hold>,
}

/// What erasing a case takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ErasePreview {
    /// Its number, which has to be typed.
    pub reference: CaseRef,
    /// Entries of its story whose content goes.
    pub n_entries: u32,
    /// Reports that go with it.
    pub n_reports: u32,
    /// Reports that stay, because other cases have them too.
    pub n_shared_reports: u32,
    /// Documents that go with it.
    pub n_documents: u32,
    /// Why it cannot be erased.
    pub hold: Option<Hold>,
    /// Where something of it may still be afterwards, as far as Farol knows.
    pub elsewhere: Vec<String>,
}

/// The vault's condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Health {
    /// Version of this program.
    pub farol: String,
    /// Version of the encryption library.
    pub sqlcipher: String,
    /// Version of the database library.
    pub sqlite: String,
    /// Version of the database's layout.
    pub schema: u32,
    /// Entries that this desk wrote.
    pub n_entries: u32,
    /// Hash of the last of them.
    pub head: Option<Digest>,
    /// Size of the database.
    pub database_bytes: Size,
    /// Size of the second copy of what was saved since the last backup; practice desks have none.
    pub tail_bytes: Option<Size>,
    /// Whether that copy could not take the last commit.
    pub tail_is_behind: bool,
    /// What is free where it lies.
    pub free_bytes: Size,
    /// Checked backups, the newest first.
    pub backups: Vec<BackupRow>,
    /// Why the last backup was not made.
    pub backup_problem: Option<Failure>,
}

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

/// A report in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ReportRow {
    /// Its id.
    pub id: ReportId,
    /// Its subject.
    pub subject: String,
    /// Who sent it.
    pub sender: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// Its first words.
    pub excerpt: String,
}

/// The result of taking something in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Imported {
    /// The report it became, or the one it is equal to.
    pub report: ReportId,
    /// Its subject.
    pub subject: String,
    /// Whether the same bytes were here before; nothing was added then.
    pub known: bool,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Parts that were not kept, in plain words (child safety).
    pub refused: Vec<String>,
    /// The response that it answers, on whose case it is now.
    pub answers: Option<Answered>,
}

/// A file that could not be taken in, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ImportResult {
    /// The file's name.
    pub name: String,
    /// The report, when it was taken in.
    pub imported: Option<Imported>,
    /// Why not, otherwise.
    pub failure: Option<crate::failure::Failure>,
}

/// A report on its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// Each found value in the order of `report.parsed.observables`, safe to show.
    pub defanged: Vec<String>,
    /// Cases it is on.
    pub cases: Vec<CaseRow>,
    /// A category that its words suggest; a person decides.
    pub suggested_category: Category,
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

/// A document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// The case's number.
    pub reference: CaseRef,
    /// What kind.
    pub kind: DocumentKind,
    /// Our name for it.
    pub title: String,
    /// What its case is about.
    pub category: Category,
    /// How closely its case is held; a list hides the title of a sensitive one.
    pub sensitivity: Sensitivity,
    /// For whom.
    pub audience: Audience,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was sent, if somebody confirmed that.
    pub sent_at: Option<Timestamp>,
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

/// A file that a case rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct EvidenceView {
    /// Its id.
    pub id: EvidenceId,
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: Size,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Who gave it, and how.
    pub origin: String,
    /// What it is a redacted copy of.
    pub redacted_from: Option<EvidenceId>,
    /// Whether its bytes are gone.
    pub destroyed: bool,
    /// What was done with it, oldest first.
    pub custody: Vec<CustodyLine>,
}

/// One line of custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct CustodyLine {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// What was done.
    pub words: String,
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct EvidenceAdded {
    /// Its id.
    pub id: EvidenceId,
    /// Its name.
    pub name: String,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Whether the case had it already; nothing was added then.
    pub known: bool,
}

/// The beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct EvidenceStart {
    /// Text, or numbers and letters side by side.
    pub text: String,
    /// Whether it is the text itself.
    pub is_text: bool,
    /// Whether there is more.
    pub is_cut: bool,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SearchPage {
    /// The best of them, at most 50.
    pub hits: Vec<SearchHit>,
    /// How many there are.
    pub n_hits: u32,
    /// Whether they are ordered by time, because there are very many or nothing to rank them by.
    pub newest_first: bool,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// What it opens.
    pub opens: Opens,
    /// Its case, the first one for a report on several; none for a report that no case has.
    pub case: Option<CaseId>,
    /// The number of that case.
    pub reference: Option<CaseRef>,
    /// When it came in, was written or was begun.
    pub at: Timestamp,
    /// Whether it belongs to a sensitive case; title and snippet are empty then.
    pub hidden: bool,
    /// Its title, or its case's when it has none, as runs of text.
    pub title: Vec<Part>,
    /// The words around the first match, as runs of text.
    pub snippet: Vec<Part>,
}

/// What would leave the machine if a lookup were started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookupPlan {
    /// The hosts, in normal form, without repetition.
    pub hosts: Vec<String>,
    /// Who would be asked.
    pub resolver: String,
    /// How many questions to the resolver.
    pub n_questions: u32,
    /// Who can see that we ask, in one sentence.
    pub seen_by: String,
    /// What registries would be asked; empty when they are switched off.
    pub registries: Vec<RegistryPlan>,
    /// Who can see that registries are asked, in one sentence.
    pub registries_seen_by: String,
    /// Entries in the IP→ASN table; 0 when none is loaded.
    pub n_asn_ranges: u32,
}

/// What a registry would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistryPlan {
    /// The domain, address, autonomous system or name server.
    pub about: String,
    /// The server; none when no registry is known, so that nothing is asked.
    pub server: Option<String>,
    /// When it may be asked, if that is not now.
    pub free_at: Option<Timestamp>,
}

/// A network that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct NetworkRow {
    /// What `farolctl` calls it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is ours.
    pub ours: bool,
}

/// The registries, in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistriesView {
    /// Whether WHOIS, which is not encrypted, is asked where RDAP fails.
    pub whois: bool,
    /// Whether they are asked.
    pub on: bool,
    /// Who knows which server to ask.
    pub tables: Vec<RegistryTable>,
    /// Servers that were asked, and what they still allow.
    pub quotas: Vec<RegistryQuota>,
}

/// A table of registries and its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistryTable {
    /// Where it comes from.
    pub source: String,
    /// Its date.
    pub as_of: String,
    /// How many suffixes, networks and systems it has.
    pub n_entries: u32,
    /// Whether it is older than 90 days.
    pub is_old: bool,
}

/// What a registry still allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistryQuota {
    /// The server.
    pub server: String,
    /// How many questions it bears now.
    pub n_left: u32,
    /// When the next one may go, if that is not now.
    pub free_at: Option<Timestamp>,
    /// Whether the server itself asked us to wait.
    pub asked_to_wait: bool,
    /// How many questions it was asked so far.
    pub n_asked: u32,
}

/// What a lookup brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookupDone {
    /// Every answer, in the order asked.
    pub observations: Vec<Observation>,
    /// One verdict per host.
    pub verdicts: Vec<ProviderVerdict>,
    /// What is otherwise than at the look-up before; only on a case.
    pub changes: Vec<HostDiff>,
    /// Whether it was cancelled; what was answered is kept.
    pub cancelled: bool,
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

/// A document in the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct DocumentView {
    /// The document.
    pub document: Document,
    /// The case's number.
    pub reference: CaseRef,
    /// The case's title.
    pub case_title: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// Suggestions, each with its reason.
    pub findings: Vec<LintFinding>,
    /// What left, with proof.
    pub certificates: Vec<Certificate>,
    /// The audiences that make sense here; the customers of the case among them.
    pub audiences: Vec<Audience>,
    /// For each audience that a text of this document may have, which of `audiences` may read it.
    pub readers: Vec<Readers>,
    /// Names that texts may use as `{{name}}`, with their values.
    pub facts: Vec<NamedFact>,
    /// Evidence and decisions of the case, as blocks.
    pub records: Vec<RecordBlock>,
    /// What changed of its hosts, in sentences that it may tell; the newest first.
    pub changes: Vec<ChangeSaid>,
    /// Whether a second person has to approve it before it is issued.
    pub needs_second: bool,
    /// Whether legal has to.
    pub needs_legal: bool,
    /// The people whom comments and reviews name.
    pub writers: Vec<(MemberId, String)>,
}

/// A file that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Exported {
    /// Where it was written; the suggested name before that.
    pub file_name: String,
    /// The format.
    pub format: Format,
    /// The proof.
    pub certificate: Certificate,
    /// What its reader will not see as it was written.
    pub notes: Vec<String>,
}

/// What the check of the journal found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JournalCheck {
    /// Entries read.
    pub n_entries: u32,
    /// Signatures checked.
    pub n_signatures: u32,
    /// The last entry's hash.
    pub head: Option<Digest>,
    /// How it was changed.
    pub kind: Option<Tampering>,
    /// The first wrong entry and what is wrong with it.
    pub problem: Option<String>,
    /// Where the computer's clock was moved back.
    pub clock_moved: Option<String>,
}
