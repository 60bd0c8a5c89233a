//! Lists of names that are looked up: what was chosen for one, how far it is, and a line for each name.
//!
//! A list is the desk's own working material, as the queue and the ledger are: what counts as evidence
//! stands on a case. Pure data; who asks is the hall's business.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::words,
    id::{CaseId, LookupListId, Malformed, MemberId},
    lookup::{Confidence, Role},
    sign::Sign,
    time::Timestamp,
};

/// Names in a list, at most.
pub const MAX_NAMES: usize = 100_000;
/// A domain counts as newly registered for so long.
pub const NEW_FOR_DAYS: i64 = 30;

words! {
    /// Where a list stands.
    ListState {
        /// The desk was offline when somebody asked for it, or nobody has started it yet.
        Waiting = "waiting", "Waits";
        /// It is being asked.
        Asking = "asking", "Being asked";
        /// Somebody or something stopped it; it goes on from where it was.
        Paused = "paused", "Paused";
        /// Somebody ended it early; what was answered is kept.
        Cancelled = "cancelled", "Cancelled";
        /// Everything was asked.
        Done = "done", "Done";
    }
}

words! {
    /// What came of a name.
    ListedOutcome {
        /// Not asked yet.
        Waiting = "waiting", "Not asked yet";
        /// It leads to an address.
        Answers = "answers", "Resolves";
        /// It exists and leads to no address.
        NoAddress = "no_address", "No address";
        /// It leads to another name that does not exist. Whether somebody could take it is not known.
        Dangling = "dangling", "Dangling, unverified";
        /// It does not exist.
        Absent = "absent", "Does not exist";
        /// The resolver could or would not say.
        Failed = "failed", "No usable answer";
        /// Only a registry knows it; the DNS was not asked.
        RegistryOnly = "registry_only", "For registries only";
    }
}

words! {
    /// The order of a list's names.
    ListedSort {
        /// As they were given.
        Place = "place", "As given";
        /// By name.
        Name = "name", "Name";
        /// By what came of them.
        Outcome = "outcome", "Outcome";
        /// The newest registration first.
        Registered = "registered", "Newest registration";
    }
}

/// What somebody chose for a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListChoice {
    /// Resolvers; the desk's own choice when there is none.
    pub resolvers: Vec<String>,
    /// Record types as in `A,AAAA,NS`; the usual ones without.
    pub types: Option<String>,
    /// Questions a second for each resolver, nought for no limit; without, what is usual for it.
    pub rate: Option<u32>,
    /// Whether the registries are asked afterwards, once for each domain.
    pub registries: bool,
}

/// A list of names that is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LookupList {
    /// Its id.
    pub id: LookupListId,
    /// What people call it.
    pub title: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: MemberId,
    /// Cases whose hosts it has; their answers are kept on them, too.
    pub cases: Vec<CaseId>,
    /// What was chosen.
    pub choice: ListChoice,
    /// Where it stands.
    pub state: ListState,
    /// Why it stopped, when nobody stopped it.
    pub why: Option<String>,
    /// Lines that were no host, as they were written; the first hundred.
    pub refused: Vec<String>,
    /// How many there were.
    pub n_refused: u32,
    /// The tables by which all that was asked is judged, by their hash; none when they were not written down.
    #[serde(default)]
    pub judged_by: Option<String>,
    /// The last time that other tables said something else.
    #[serde(default)]
    pub judged_anew: Option<JudgedListAnew>,
}

/// A list that other tables say something else of. Nothing was looked up for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JudgedListAnew {
    /// The list.
    pub id: LookupListId,
    /// What people call it.
    pub title: String,
    /// When it was judged.
    pub at: Timestamp,
    /// Names of which something else is said.
    pub n_otherwise: u32,
}

/// How far a list is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListCounts {
    /// Names.
    pub n_names: u32,
    /// Names whose DNS questions ended.
    pub n_asked: u32,
    /// What registries can be asked about: domains, addresses, systems.
    pub n_subjects: u32,
    /// Of those, what a registry was asked about.
    pub n_registered: u32,
}

/// Who fills a role for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListedRole {
    /// The role.
    pub role: Role,
    /// The provider.
    pub provider: String,
    /// Whether it is our own network.
    pub ours: bool,
    /// How sure.
    pub confidence: Confidence,
}

/// A name of a list and what came of it, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListedName {
    /// Its number in the list, from 0. Names are asked in this order, which looks random.
    pub n: u32,
    /// The name in normal form.
    pub name: String,
    /// What came of it.
    pub outcome: ListedOutcome,
    /// The verdict in one sentence; empty before it was asked.
    pub summary: String,
    /// The first addresses.
    pub addresses: Vec<String>,
    /// How many there are.
    pub n_addresses: u32,
    /// Who provides what.
    pub roles: Vec<ListedRole>,
    /// Its registrar, once the registry was asked.
    pub registrar: Option<String>,
    /// When its domain was registered.
    pub registered_at: Option<Timestamp>,
    /// Why it is not known where it leads.
    pub problem: Option<String>,
}

impl ListedName {
    /// A name that was not asked about yet.
    pub fn waiting(n: u32, name: String) -> Self {
        Self {
            n,
            name,
            outcome: ListedOutcome::Waiting,
            summary: String::new(),
            addresses: Vec::new(),
            n_addresses: 0,
            roles: Vec::new(),
            registrar: None,
            registered_at: None,
            problem: None,
        }
    }

    /// Whether any role is ours.
    pub fn is_ours(&self) -> bool {
        self.roles.iter().any(|it| it.ours)
    }

    /// Whether its domain is newly registered at a moment.
    pub fn is_new(&self, now: Timestamp) -> bool {
        is_new(self.registered_at, now)
    }
}

/// Whether a domain that was registered then is newly registered at a moment.
pub fn is_new(registered_at: Option<Timestamp>, now: Timestamp) -> bool {
    registered_at.is_some_and(|at| (0..NEW_FOR_DAYS * 86_400).contains(&now.seconds_since(at)))
}

/// Which names of a list: all that is filled has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListedFilter {
    /// A piece of the name, defanged or not.
    pub words: String,
    /// What came of them.
    pub outcome: Option<ListedOutcome>,
    /// Those that show this.
    pub sign: Option<Sign>,
    /// Only those that use our network.
    pub ours: bool,
    /// Only those whose domain was registered after this moment.
    pub registered_after: Option<Timestamp>,
}

impl FromStr for ListedFilter {
    type Err = Malformed;

    /// Reads `outcome:dangling ours:yes address:192.0.2.7` and words, in any order. What a sign is
    /// called stands before the colon; a value may have spaces only when it stands last.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut filter = Self::default();
        let mut words = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            match word.split_once(':') {
                Some(("outcome", value)) => filter.outcome = Some(value.parse()?),
                Some(("ours", _)) => filter.ours = true,
                Some((kind, _)) if kind.parse::<crate::sign::SignKind>().is_ok() => {
                    let value = &rest[kind.len() + 1..];
                    filter.sign =
                        Some(Sign { kind: kind.parse()?, value: value.trim().to_owned() });
                    break;
                }
                _ => words.push(word),
            }
            rest = after.trim_start();
        }
        filter.words = words.join(" ");
        Ok(filter)
    }
}

/// A part of a list's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListedAsk {
    /// Which names.
    pub filter: ListedFilter,
    /// In which order.
    pub sort: ListedSort,
    /// How many stand before the part.
    pub offset: u32,
    /// How many it has at most.
    pub limit: u32,
    /// The id of a row that the part should have, wherever it is now.
    pub around: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::SignKind;

    #[test]
    fn a_filter_is_read_from_one_line() {
        let filter: ListedFilter =
            "outcome:dangling kelp ours:yes dns:Harbour Edge".parse().unwrap();
        assert_eq!(filter.outcome, Some(ListedOutcome::Dangling));
        assert_eq!(filter.words, "kelp");
        assert!(filter.ours);
        let sign = filter.sign.unwrap();
        assert_eq!((sign.kind, sign.value.as_str()), (SignKind::Dns, "Harbour Edge"));
        // A URL has a colon, too.
        let filter: ListedFilter = "hxxps://kelp[.]test".parse().unwrap();
        assert_eq!(filter.words, "hxxps://kelp[.]test");
        assert!("outcome:dire".parse::<ListedFilter>().is_err());
    }

    #[test]
    fn a_domain_is_new_for_thirty_days_and_never_before_it_was_registered() {
        let now = Timestamp::from_ms(100 * 86_400_000);
        let registered = |days: i64| ListedName {
            registered_at: Some(Timestamp::from_ms(days * 86_400_000)),
            ..ListedName::waiting(0, "kelp.test".into())
        };
        assert!(registered(100).is_new(now) && registered(71).is_new(now));
        assert!(!registered(70).is_new(now) && !registered(101).is_new(now));
        assert!(!ListedName::waiting(0, "kelp.test".into()).is_new(now));
    }
}
