//! What screens need joined: one struct per screen, plain data.

/// Bundles.
mod bundles;
/// Cases: lines, pages, and what is written on them.
mod cases;
/// What may belong together.
mod connections;
/// Documents: lines, pages, and what left.
mod documents;
/// Files that cases rest on.
mod evidence;
/// What leaves this computer.
mod leaving;
/// Look-alikes.
mod lookalikes;
/// Lookup lists.
mod lookup_lists;
/// Asking the world: what would be asked, whom, and what came of it.
mod lookups;
/// What came in.
mod reports;
/// Cases that are due to go, and what goes with them.
mod retention;
/// What a search found.
mod search;
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
/// The vault: how it opens, what keeps it, and whether it is whole.
mod vault;
/// Documents while they are written.
mod writing;

pub use bundles::{
    BundleCase, BundleDone, BundleFor, BundleKey, BundlePerson, BundlePlan, BundleShown,
    ConflictLine, Incoming, IncomingCase, LeavingCase, VersionLine,
};
pub use cases::{
    CaseOpen, CasePage, CaseRow, CaseView, ClockLine, Concerned, DecisionDraft, HistoryLine,
    MitigationDraft, NextStep, ObservableView, Opens, QueuePage, QueueRow, Step, StoryLine,
};
pub use connections::{ConnectedCase, ConnectedHost, ConnectionRow, ConnectionsView};
pub use documents::{DocumentRow, DocumentView, Exported};
pub use evidence::{CustodyLine, EvidenceAdded, EvidenceStart, EvidenceView};
pub use leaving::{LeavingView, LeftRow, MayLeave, Source, WaitingRow, WaitingSent, WhoSees};
pub use lookalikes::{JudgedName, JudgedNames, LookalikeKind, LookalikesView};
pub use lookup_lists::{
    ListNames, ListRegistry, ListStage, ListedDetail, ListedGroup, ListedGroups, ListedPage,
    ListedRow, LookupListPlan, LookupListView, SignKindRow,
};
pub use lookups::{
    AnnouncedRow, AsnTableKind, AsnTableView, LookupDone, LookupPlan, NetworkRow, RegistriesView,
    RegistryPlan, RegistryQuota, RegistryTable,
};
pub use reports::{ImportResult, Imported, ReportRow, ReportView};
pub use retention::{DueRow, ErasePreview};
pub use search::{SearchHit, SearchPage};
pub use send_off::{
    Answered, Attached, AttachmentRow, Holds, Relied, ReliedFact, SendOffPlan, SentOff, SentSaid,
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
pub use vault::{
    BackupRow, Health, JournalCheck, KeySlot, PutBack, Recovered, VaultCreate, VaultMade,
    VaultState, VaultStatus,
};
pub use writing::{
    BlockVersion, Drafts, MomentRow, NamedFact, PagePicture, Pane, Preview, PromiseRow, Readers,
    RecordBlock, Sheets, Stopped, StoppedPlace, Suggestion, WithheldRow,
};
