//! Lookup lists, as screens show them.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::{
    case::CaseRef,
    id::{CaseId, LookupListId},
    lookup::{Observation, ProviderVerdict},
    lookup_list::{JudgedListAnew, ListChoice, ListState, ListedName},
    sign::{Sign, SignKind},
    time::Timestamp,
};

/// Where the names of a new list come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListNames {
    /// One name a line, defanged or not.
    pub text: String,
    /// Cases whose hosts are added; their answers are kept on them, too.
    pub cases: Vec<CaseId>,
    /// A case on which the answers about all names are kept.
    pub keep_on: Option<CaseId>,
}

/// What a list would ask, of whom, and who could see it. Nothing has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookupListPlan {
    /// Names that would be asked about.
    pub n_names: u32,
    /// Lines that name one of them again.
    pub n_again: u32,
    /// Lines that are no host, as they were written; the first twenty.
    pub refused: Vec<String>,
    /// How many there are.
    pub n_refused: u32,
    /// Questions to the resolvers.
    pub n_questions: u32,
    /// Whom they go to.
    pub resolvers: Vec<String>,
    /// Questions a second for each of them; none is no limit.
    pub rate: Option<u32>,
    /// How long that takes at this rate; none without a limit.
    pub dns_takes_s: Option<u32>,
    /// Who sees them.
    pub seen_by: String,
    /// Registries that would be asked afterwards, the longest queue first; none when that is not wanted.
    pub registries: Vec<ListRegistry>,
    /// How long the registries take: the longest queue.
    pub registries_take_s: u32,
    /// Who sees that.
    pub registries_seen_by: String,
    /// Names that look as if they were made for one reader; the first twenty.
    pub telling: Vec<String>,
    /// How many there are.
    pub n_telling: u32,
    /// Whether the desk is offline, so that it would wait.
    pub offline: bool,
    /// Why it must not leave at all; none when it may.
    pub forbidden: Option<String>,
}

/// A registry and how often a list would ask it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListRegistry {
    /// Its server; none for what no registry is known for.
    pub server: Option<String>,
    /// Questions.
    pub n_questions: u32,
}

/// One of the two stages of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
pub struct ListStage {
    /// What is done.
    pub n_done: u32,
    /// Of how many.
    pub n_all: u32,
    /// Seconds until it is done at the pace of the last while; none when nobody can say.
    pub takes_s: Option<u32>,
    /// Names or subjects a second; none while nothing goes on.
    pub a_second: Option<u32>,
}

/// A list and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookupListView {
    /// Its id.
    pub id: LookupListId,
    /// What people call it.
    pub title: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: String,
    /// Numbers of the cases it was made from.
    pub cases: Vec<CaseRef>,
    /// What was chosen for it.
    pub choice: ListChoice,
    /// Where it stands.
    pub state: ListState,
    /// Why it stands still, in a sentence; none when somebody stopped it or nothing is wrong.
    pub why: Option<String>,
    /// The DNS.
    pub dns: ListStage,
    /// The registries; all nought when they are not asked.
    pub registries: ListStage,
    /// Lines that were no host; the first hundred.
    pub refused: Vec<String>,
    /// How many there were.
    pub n_refused: u32,
    /// The last time that other tables of networks said something else; nothing was looked up.
    pub judged_anew: Option<JudgedListAnew>,
    /// Names that have no usable answer, once the list is over.
    pub n_failed: u32,
}

/// A name of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListedRow {
    /// Its place, as an id.
    pub id: String,
    /// What came of it.
    pub name: ListedName,
    /// Whether its domain is newly registered.
    pub is_new: bool,
    /// Numbers of the cases that it was brought from.
    pub cases: Vec<CaseRef>,
}

/// A part of a list's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListedPage {
    /// The rows.
    pub rows: Vec<ListedRow>,
    /// How many stand before them.
    pub offset: u32,
    /// How many there are in all.
    pub n_rows: u32,
    /// Never: a list has an end.
    pub is_cut: bool,
    /// The place of the row that was asked for.
    pub at: Option<u32>,
}

/// Names that show the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListedGroup {
    /// What they show.
    pub sign: Sign,
    /// The same in words.
    pub label: String,
    /// How many.
    pub n_names: u32,
}

/// The groups of a list by one kind of sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListedGroups {
    /// The kind.
    pub kind: SignKind,
    /// The largest first.
    pub groups: Vec<ListedGroup>,
    /// How many there are in all.
    pub n_groups: u32,
}

/// Everything that is kept about one name of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ListedDetail {
    /// Who provides what, judged now.
    pub verdict: ProviderVerdict,
    /// Every answer.
    pub observations: Vec<Observation>,
    /// What it shows.
    pub signs: Vec<Sign>,
}

/// A kind that a list can be grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SignKindRow {
    /// The kind.
    pub kind: SignKind,
    /// Its words.
    pub label: String,
}
