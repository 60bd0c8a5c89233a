//! What happened: every change to the shared story is one of these actions.
//!
//! A body holds before and after, so that undo and history need nothing else.

/// In words.
mod describe;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    bundle::{LeftBundle, TakenBundle},
    case::{Case, CaseFacts, CaseRef, Note, Target},
    clock::{Clock, Stop},
    decision::{Decision, Mitigation},
    document::{BlockChange, DisposedDrafts, Document, Envelope, Sent, Standing},
    evidence::{Evidence, Handling},
    export::Certificate,
    id::{
        CaseId, DeskId, Digest, DocumentId, EntryId, EvidenceId, MemberId, ReportId, SignedFileId,
    },
    lookup::Observation,
    member::Member,
    observable::Observable,
    report::{Consent, Report},
    retention::{Hold, RetentionRules, Tombstone},
    sighting::Sighting,
    signed::{KeptFile, SignedFile},
    slot::{SlotChange, SlotKind},
    team::{Team, TeamTemplate},
    time::Timestamp,
};

/// One change to the shared story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// A vault began; practice vaults stay practice for ever.
    VaultCreated {
        /// Whether it is for practice.
        practice: bool,
    },
    /// A way to the vault's key was made anew or taken away.
    SlotChanged {
        /// Which.
        slot: SlotKind,
        /// What happened to it.
        change: SlotChange,
    },
    /// The vault got another database key, and another recovery key with it.
    DatabaseKeyChanged,
    /// Entries that the database had lost were brought back from the tail, as they were.
    EntriesBroughtBack {
        /// How many.
        n_entries: u32,
    },
    /// A person joined the desk, or their card was taken in.
    MemberAdded {
        /// The person and their public key.
        member: Member,
        /// The card they signed; none for whoever made the vault.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        card: Option<Box<SignedFile>>,
    },
    /// The acting member signed a file for another desk.
    FileSigned {
        /// The case it is about.
        case: Option<CaseId>,
        /// The file.
        kept: Box<KeptFile>,
    },
    /// A file that another member signed was taken in.
    FileTaken {
        /// The case it is about, when that is on this desk.
        case: Option<CaseId>,
        /// The file.
        kept: Box<KeptFile>,
        /// Who signed it, as this desk knew them.
        signer: Member,
    },
    /// Something came in; its bytes are the original that the report names.
    ReportReceived {
        /// The report.
        report: Box<Report>,
    },
    /// The reporter's consent was learned.
    ConsentSet {
        /// The report.
        report: ReportId,
        /// As it was.
        before: Consent,
        /// As it is.
        after: Consent,
    },
    /// A case was opened.
    CaseOpened {
        /// The case.
        case: Box<Case>,
    },
    /// A case is to be kept whatever the rules say, or (`after` none) not any more.
    HoldSet {
        /// The case.
        case: CaseId,
        /// As it was.
        before: Option<Hold>,
        /// As it is.
        after: Option<Hold>,
    },
    /// A case was erased, for ever. Its own entries can no longer be opened; this one belongs to the desk.
    CaseErased {
        /// What stays of it.
        tombstone: Box<Tombstone>,
        /// The reports that went with it: those that no other case had.
        reports: Vec<ReportId>,
    },
    /// The team's rules for keeping and erasing changed.
    RetentionSet {
        /// As they were.
        before: Box<RetentionRules>,
        /// As they are.
        after: Box<RetentionRules>,
    },
    /// The team set something for itself: who approves as legal.
    TeamSet {
        /// As it was.
        before: Box<Team>,
        /// As it is.
        after: Box<Team>,
    },
    /// The team changed a template, or (`after` none) took what ships again.
    TemplateSet {
        /// Its id.
        template: String,
        /// As it was; none for what ships.
        before: Option<Box<TeamTemplate>>,
        /// As it is.
        after: Option<Box<TeamTemplate>>,
    },
    /// A report was put on a case.
    ReportAttached {
        /// The case.
        case: CaseId,
        /// The report.
        report: ReportId,
    },
    /// A report was taken off a case again.
    ReportDetached {
        /// The case.
        case: CaseId,
        /// The report.
        report: ReportId,
    },
    /// Facts of a case changed.
    CaseChanged {
        /// The case.
        case: CaseId,
        /// As they were.
        before: Box<CaseFacts>,
        /// As they are.
        after: Box<CaseFacts>,
    },
    /// A person added a value that no report named.
    ObservableAdded {
        /// The case.
        case: CaseId,
        /// The value.
        observable: Observable,
    },
    /// A target was named, or its outcome changed, or (`after` none) it is none any more.
    TargetSet {
        /// The case.
        case: CaseId,
        /// As it was.
        before: Option<Target>,
        /// As it is.
        after: Option<Target>,
    },
    /// A clock started, paused, went on or stopped.
    ClockSet {
        /// The case.
        case: CaseId,
        /// As it was.
        before: Option<Box<Clock>>,
        /// As it is.
        after: Box<Clock>,
    },
    /// Somebody wrote something down.
    NoteAdded {
        /// The case.
        case: CaseId,
        /// The note.
        note: Note,
    },
    /// A note was taken back; what it said stays in the journal.
    NoteWithdrawn {
        /// The case.
        case: CaseId,
        /// The note.
        note: Note,
    },
    /// What a commit had changed was changed back, by the other entries of this commit.
    Undid {
        /// The case, when it was about one.
        case: Option<CaseId>,
        /// The report, when it was about one and no case.
        report: Option<ReportId>,
        /// The entries of the commit that was undone.
        entries: Vec<EntryId>,
    },
    /// A batch of lookups was answered.
    Observed {
        /// The case.
        case: CaseId,
        /// SHA-256 over the observations, one JSON object a line.
        batch: Digest,
        /// The answers; at most 2 000.
        observations: Vec<Observation>,
        /// The original that has their messages, packed ([`crate::lookup::messages`]). None when nothing came,
        /// and in entries from before: there each message is an original of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        messages: Option<Digest>,
    },
    /// A person saw something at an address, or (`after` none) that was taken back.
    SightingSet {
        /// The case.
        case: CaseId,
        /// As it was.
        before: Option<Box<Sighting>>,
        /// As it is.
        after: Option<Box<Sighting>>,
    },
    /// A file came in; its bytes are the originals that it names.
    EvidenceReceived {
        /// The case.
        case: CaseId,
        /// The file.
        evidence: Box<Evidence>,
    },
    /// A file was looked at, exported, or redacted into a copy.
    EvidenceHandled {
        /// The case.
        case: CaseId,
        /// The file.
        evidence: EvidenceId,
        /// What was done.
        handling: Handling,
    },
    /// The bytes of a file were destroyed.
    EvidenceDestroyed {
        /// The case.
        case: CaseId,
        /// The file.
        evidence: EvidenceId,
        /// The originals it was made of.
        pieces: Vec<Digest>,
        /// The rule or the order.
        reason: String,
    },
    /// A decision was made, or a second person signed it.
    DecisionSet {
        /// The case.
        case: CaseId,
        /// As it was.
        before: Option<Box<Decision>>,
        /// As it is.
        after: Box<Decision>,
    },
    /// A mitigation was proposed or went a step further.
    MitigationSet {
        /// The case.
        case: CaseId,
        /// As it was.
        before: Option<Box<Mitigation>>,
        /// As it is.
        after: Box<Mitigation>,
    },
    /// A document was begun.
    DocumentCreated {
        /// The document with its first blocks.
        document: Box<Document>,
    },
    /// Blocks of a document were saved.
    BlocksSaved {
        /// The case.
        case: CaseId,
        /// The document.
        document: DocumentId,
        /// The blocks that changed.
        changes: Vec<BlockChange>,
    },
    /// A response's address or subject changed.
    EnvelopeSet {
        /// The case.
        case: CaseId,
        /// The document.
        document: DocumentId,
        /// As it was.
        before: Option<Envelope>,
        /// As it is.
        after: Envelope,
    },
    /// Somebody said something about a document, reviewed or issued it, or kept what it promised.
    StandingSet {
        /// The case.
        case: CaseId,
        /// The document.
        document: DocumentId,
        /// As it was.
        before: Box<Standing>,
        /// As it is.
        after: Box<Standing>,
    },
    /// The drafts of a document were disposed of, for ever: the entries about its text and its comments can
    /// no longer be opened, and this one has what stays.
    DraftsDisposed {
        /// The case.
        case: CaseId,
        /// What stays.
        left: Box<DisposedDrafts>,
    },
    /// A person confirmed that a response went out.
    DocumentSent {
        /// The case.
        case: CaseId,
        /// The document.
        document: DocumentId,
        /// The confirmation.
        sent: Sent,
    },
    /// A file left the desk.
    DocumentExported {
        /// The case.
        case: CaseId,
        /// The proof.
        certificate: Certificate,
    },
    /// The case left as a bundle.
    BundleLeft {
        /// The case.
        case: CaseId,
        /// The bundle.
        bundle: LeftBundle,
    },
    /// The case, or more of it, came with a bundle.
    BundleTaken {
        /// The case.
        case: CaseId,
        /// The bundle.
        bundle: Box<TakenBundle>,
    },
    /// A case of another desk has a number of its own here, because its number is another case's. This
    /// one belongs to the desk: other desks have other numbers.
    CaseRenumbered {
        /// The case.
        case: CaseId,
        /// Its number here.
        reference: CaseRef,
    },
    /// A person chose between two versions of a fact.
    ConflictSettled {
        /// The case, when it is a fact of one.
        case: Option<CaseId>,
        /// The report, when it is a fact of one.
        report: Option<ReportId>,
        /// Which fact, as in [`crate::conflict::Fact::key`].
        key: String,
        /// The same for people.
        label: String,
        /// The entry whose version stands.
        kept: EntryId,
        /// That version, in words.
        is: String,
    },
}

impl Action {
    /// The word in the entry's header.
    pub fn word(&self) -> &'static str {
        match self {
            Self::VaultCreated { .. } => "vault_created",
            Self::SlotChanged { .. } => "slot_changed",
            Self::DatabaseKeyChanged => "database_key_changed",
            Self::EntriesBroughtBack { .. } => "entries_brought_back",
            Self::MemberAdded { .. } => "member_added",
            Self::FileSigned { .. } => "file_signed",
            Self::FileTaken { .. } => "file_taken",
            Self::ReportReceived { .. } => "report_received",
            Self::ConsentSet { .. } => "consent_set",
            Self::CaseOpened { .. } => "case_opened",
            Self::HoldSet { .. } => "hold_set",
            Self::CaseErased { .. } => "case_erased",
            Self::RetentionSet { .. } => "retention_set",
            Self::TeamSet { .. } => "team_set",
            Self::TemplateSet { .. } => "template_set",
            Self::ReportAttached { .. } => "report_attached",
            Self::ReportDetached { .. } => "report_detached",
            Self::CaseChanged { .. } => "case_changed",
            Self::ObservableAdded { .. } => "observable_added",
            Self::TargetSet { .. } => "target_set",
            Self::ClockSet { .. } => "clock_set",
            Self::NoteAdded { .. } => "note_added",
            Self::NoteWithdrawn { .. } => "note_withdrawn",
            Self::Undid { .. } => "undid",
            Self::Observed { .. } => "observed",
            Self::SightingSet { .. } => "sighting_set",
            Self::EvidenceReceived { .. } => "evidence_received",
            Self::EvidenceHandled { .. } => "evidence_handled",
            Self::EvidenceDestroyed { .. } => "evidence_destroyed",
            Self::DecisionSet { .. } => "decision_set",
            Self::MitigationSet { .. } => "mitigation_set",
            Self::DocumentCreated { .. } => "document_created",
            Self::BlocksSaved { .. } => "blocks_saved",
            Self::EnvelopeSet { .. } => "envelope_set",
            Self::StandingSet { .. } => "standing_set",
            Self::DraftsDisposed { .. } => "drafts_disposed",
            Self::DocumentSent { .. } => "document_sent",
            Self::DocumentExported { .. } => "document_exported",
            Self::BundleLeft { .. } => "bundle_left",
            Self::BundleTaken { .. } => "bundle_taken",
            Self::CaseRenumbered { .. } => "case_renumbered",
            Self::ConflictSettled { .. } => "conflict_settled",
        }
    }

    /// The case it belongs to; none for the desk's own and for reports.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Self::VaultCreated { .. }
            | Self::SlotChanged { .. }
            | Self::DatabaseKeyChanged
            | Self::CaseErased { .. }
            | Self::CaseRenumbered { .. }
            | Self::RetentionSet { .. }
            | Self::TeamSet { .. }
            | Self::TemplateSet { .. }
            | Self::EntriesBroughtBack { .. }
            | Self::MemberAdded { .. }
            | Self::ReportReceived { .. }
            | Self::ConsentSet { .. } => None,
            Self::CaseOpened { case } => Some(case.id),
            Self::DocumentCreated { document } => Some(document.case),
            Self::Undid { case, .. }
            | Self::ConflictSettled { case, .. }
            | Self::FileSigned { case, .. }
            | Self::FileTaken { case, .. } => *case,
            Self::HoldSet { case, .. }
            | Self::ReportAttached { case, .. }
            | Self::ReportDetached { case, .. }
            | Self::CaseChanged { case, .. }
            | Self::ObservableAdded { case, .. }
            | Self::TargetSet { case, .. }
            | Self::ClockSet { case, .. }
            | Self::NoteAdded { case, .. }
            | Self::NoteWithdrawn { case, .. }
            | Self::Observed { case, .. }
            | Self::SightingSet { case, .. }
            | Self::EvidenceReceived { case, .. }
            | Self::EvidenceHandled { case, .. }
            | Self::EvidenceDestroyed { case, .. }
            | Self::DecisionSet { case, .. }
            | Self::MitigationSet { case, .. }
            | Self::BlocksSaved { case, .. }
            | Self::EnvelopeSet { case, .. }
            | Self::StandingSet { case, .. }
            | Self::DraftsDisposed { case, .. }
            | Self::DocumentSent { case, .. }
            | Self::DocumentExported { case, .. }
            | Self::BundleLeft { case, .. }
            | Self::BundleTaken { case, .. } => Some(*case),
        }
    }

    /// The report it is about, when it belongs to no case.
    pub fn report(&self) -> Option<ReportId> {
        match self {
            Self::ReportReceived { report } => Some(report.id),
            Self::ConsentSet { report, .. } => Some(*report),
            Self::Undid { report, .. } | Self::ConflictSettled { report, .. } => *report,
            _ => None,
        }
    }

    /// The document whose drafts it is a part of: its text, its address, or what was said about it.
    pub fn draft_of(&self) -> Option<DocumentId> {
        match self {
            Self::DocumentCreated { document } => Some(document.id),
            Self::BlocksSaved { document, .. }
            | Self::EnvelopeSet { document, .. }
            | Self::StandingSet { document, .. } => Some(*document),
            _ => None,
        }
    }

    /// The originals that it names: bytes that are kept beside the journal.
    pub fn originals(&self) -> Vec<Digest> {
        match self {
            Self::ReportReceived { report } => vec![report.original],
            Self::EvidenceReceived { evidence, .. } => evidence.pieces.clone(),
            Self::Observed { messages: Some(all), .. } => vec![*all],
            Self::Observed { messages: None, observations, .. } => {
                observations.iter().filter_map(|it| it.wire).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The signed file it keeps.
    pub fn signed_file(&self) -> Option<SignedFileId> {
        match self {
            Self::FileSigned { kept, .. } | Self::FileTaken { kept, .. } => Some(kept.id),
            _ => None,
        }
    }

    /// What changes it back, as a new action at `at`; none for what cannot be taken back: what left
    /// the desk, what was decided or signed, evidence, and what was only begun.
    pub fn reversed(&self, at: Timestamp) -> Option<Self> {
        match self.clone() {
            Self::ConsentSet { report, before, after } => {
                Some(Self::ConsentSet { report, before: after, after: before })
            }
            Self::HoldSet { case, before, after } => {
                Some(Self::HoldSet { case, before: after, after: before })
            }
            Self::CaseChanged { case, before, after } => {
                Some(Self::CaseChanged { case, before: after, after: before })
            }
            Self::TargetSet { case, before, after } => {
                Some(Self::TargetSet { case, before: after, after: before })
            }
            Self::ClockSet { case, before: Some(before), after } => {
                Some(Self::ClockSet { case, before: Some(after), after: before })
            }
            Self::ClockSet { case, before: None, after } => {
                let reason = Stop::START_UNDONE.to_owned();
                let stopped = Some(Stop { at, reason });
                let stopped = Box::new(Clock { stopped, ..(*after).clone() });
                Some(Self::ClockSet { case, before: Some(after), after: stopped })
            }
            Self::MitigationSet { case, before: Some(before), after } => {
                Some(Self::MitigationSet { case, before: Some(after), after: before })
            }
            Self::EnvelopeSet { case, document, before: Some(before), after } => {
                Some(Self::EnvelopeSet { case, document, before: Some(after), after: before })
            }
            // A review was seen or signed by somebody; comments and promises are ours to take back.
            Self::StandingSet { case, document, before, after } if before.steps == after.steps => {
                Some(Self::StandingSet { case, document, before: after, after: before })
            }
            Self::SightingSet { case, before, after } => {
                Some(Self::SightingSet { case, before: after, after: before })
            }
            Self::NoteAdded { case, note } => Some(Self::NoteWithdrawn { case, note }),
            Self::NoteWithdrawn { case, note } => Some(Self::NoteAdded { case, note }),
            Self::ReportAttached { case, report } => Some(Self::ReportDetached { case, report }),
            Self::ReportDetached { case, report } => Some(Self::ReportAttached { case, report }),
            _ => None,
        }
    }
}

/// The part of an entry that is not sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EntryHeader {
    /// Its id.
    pub id: EntryId,
    /// The desk that wrote it.
    pub desk: DeskId,
    /// Counts from 1 on each desk, without a gap.
    pub n: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: MemberId,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// What kind of change, as in [`Action::word`].
    pub action: String,
}

/// An entry, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who did what when.
    pub header: EntryHeader,
    /// The change.
    pub action: Action,
}
