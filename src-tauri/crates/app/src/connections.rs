//! How far something reaches: which hosts of open cases and of lists may be one actor's, and why.
//!
//! Everything comes from what was answered before; nothing leaves. The rule itself stands in
//! `model::cluster`; here its names are gathered. What cases show is remembered until they get new
//! answers, because a desk has thousands of them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use farol_lookup::{Networks, registrable_domain, registry_questions, signs, verdict};
use farol_model::{
    case::Case,
    cluster::{Cluster, Seen, clusters},
    id::{CaseId, LookupListId},
    lookup::{Answer, Observation, Question},
    time::Timestamp,
};
use farol_store::{Reader, StoreError};

use crate::{
    Desk, Failure,
    lookup_lists::hosts_of,
    view::{ConnectedCase, ConnectedHost, ConnectionRow, ConnectionsView},
};

/// Clusters that are shown.
const MAX_SHOWN: usize = 200;
/// CNAME chains are followed so far.
const MAX_CHAIN: usize = 8;

/// What connections are looked for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type,
)]
pub struct ConnectionsOf {
    /// Only those that this case is part of.
    pub case: Option<CaseId>,
    /// The names of this list are looked at as well, and only their connections count.
    pub list: Option<LookupListId>,
}

/// What each open case shows, until it changes.
#[derive(Default)]
pub(crate) struct Remembered(Mutex<HashMap<CaseId, Looked>>);

/// A case that was looked at: when that counts, and what it shows.
type Looked = (Mark, Arc<Vec<Shown>>);

/// What makes that a case has to be looked at again: its answers, its hosts, and the tables in use.
type Mark = (u64, String, usize);

/// A host of a case.
#[derive(Debug, Clone)]
struct Shown {
    seen: Seen,
    is_dangling: bool,
    registered_at: Option<Timestamp>,
}

impl Desk {
    /// Which hosts of open cases, and of a list, may belong together, and why. Nothing leaves.
    ///
    /// # Errors
    /// When there is no such list, or the vault cannot be read.
    pub fn connections(&self, of: &ConnectionsOf) -> Result<ConnectionsView, Failure> {
        let networks = self.networks();
        let (mut shown, cases) = self.store.read(|it| {
            let cases = it.open_cases()?;
            let mut shown: BTreeMap<String, Shown> = BTreeMap::new();
            for case in &cases {
                for host in self.shown_by(it, case.id, &networks)?.iter() {
                    add(&mut shown, host.clone());
                }
            }
            Ok::<_, StoreError>((shown, cases))
        })?;
        let mut of_list: BTreeSet<String> = BTreeSet::new();
        if let Some(list) = of.list {
            for host in self.shown_by_list(list)? {
                of_list.insert(host.seen.host.clone());
                add(&mut shown, host);
            }
        }
        let n_unknown = shown.values().filter(|it| it.seen.signs.is_empty()).count();
        let n_hosts = shown.len();
        let seen: Vec<Seen> = shown.values().map(|it| it.seen.clone()).collect();
        let mut found = clusters(&seen);
        found.retain(|it| {
            let has_case = of.case.is_none_or(|case| it.cases.contains(&case));
            let has_name = of.list.is_none() || it.hosts.iter().any(|host| of_list.contains(host));
            has_case && has_name
        });
        let now = self.store.now();
        let n_clusters = found.len();
        let rows = found.into_iter().take(MAX_SHOWN);
        let rows = rows.map(|cluster| row(cluster, &shown, &of_list, &cases, of.case, now));
        Ok(ConnectionsView {
            clusters: rows.collect(),
            n_clusters: n_clusters as u32,
            n_hosts: n_hosts as u32,
            n_unknown: n_unknown as u32,
            n_cases: cases.len() as u32,
        })
    }

    /// What the hosts of a case show.
    fn shown_by(
        &self,
        it: Reader<'_>,
        case: CaseId,
        networks: &Arc<Networks>,
    ) -> Result<Arc<Vec<Shown>>, StoreError> {
        let hosts = hosts_of(it, case)?;
        let n_observations = it.n_observations_of(case)?;
        let mark = (n_observations, hosts.join(" "), Arc::as_ptr(networks) as usize);
        let known = |mark: &Mark| {
            let remembered = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.get(&case).filter(|(old, _)| old == mark).map(|(_, it)| Arc::clone(it))
        };
        if let Some(known) = known(&mark) {
            return Ok(known);
        }
        let shown = Arc::new(judge(case, &hosts, it.observations_of(case)?, networks));
        let mut remembered = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.insert(case, (mark, Arc::clone(&shown)));
        Ok(shown)
    }

    /// What the names of a list show.
    fn shown_by_list(&self, id: LookupListId) -> Result<Vec<Shown>, Failure> {
        Ok(self.store.read(|it| {
            let mut by_place: BTreeMap<u32, Shown> = BTreeMap::new();
            let brought = it.listed_for(id)?;
            let open: BTreeSet<CaseId> = it.open_cases()?.iter().map(|it| it.id).collect();
            for (n, host, _) in it.listed_names(id)? {
                let domain = registrable_domain(&host).unwrap_or_else(|| host.clone());
                let cases = brought.get(&n).into_iter().flatten();
                let cases = cases.filter(|it| open.contains(it)).copied().collect();
                let seen = Seen { host, domain, cases, signs: Vec::new() };
                by_place.insert(n, Shown { seen, is_dangling: false, registered_at: None });
            }
            it.each_listed_sign(id, &mut |sign, n| {
                if let Some(it) = by_place.get_mut(&n) {
                    it.seen.signs.push(sign);
                }
            })?;
            for (n, is_dangling, registered_at) in it.listed_marks(id)? {
                if let Some(it) = by_place.get_mut(&n) {
                    (it.is_dangling, it.registered_at) = (is_dangling, registered_at);
                }
            }
            Ok::<_, StoreError>(by_place.into_values().collect())
        })?)
    }
}

/// Adds a host, which may be on several cases and in the list.
fn add(all: &mut BTreeMap<String, Shown>, it: Shown) {
    match all.get_mut(&it.seen.host) {
        None => {
            all.insert(it.seen.host.clone(), it);
        }
        Some(known) => {
            known.seen.cases.extend(it.seen.cases);
            known.seen.cases.sort_unstable();
            known.seen.cases.dedup();
            known.seen.signs.extend(it.seen.signs);
            known.seen.signs.sort();
            known.seen.signs.dedup();
            known.is_dangling |= it.is_dangling;
            known.registered_at = known.registered_at.or(it.registered_at);
        }
    }
}

/// What the hosts of a case show, from its observations.
fn judge(
    case: CaseId,
    hosts: &[String],
    observations: Vec<Observation>,
    networks: &Networks,
) -> Vec<Shown> {
    let mut about: HashMap<String, Vec<Observation>> = HashMap::new();
    for it in observations {
        about.entry(it.question.about().to_owned()).or_default().push(it);
    }
    let shown = hosts.iter().map(|host| {
        let domain = registrable_domain(host).unwrap_or_else(|| host.clone());
        let observed = of_host(host, &domain, &about);
        let verdict = verdict(host, &observed, networks);
        let record = verdict.registries.iter().find_map(|it| it.record.as_ref());
        let registered =
            record.and_then(|it| it.events.iter().find(|it| it.action == "registration"));
        let registered_at = registered.and_then(|it| it.at);
        let signs = signs(host, &observed, &verdict, networks);
        let is_dangling = is_dangling(host, &observed);
        let seen = Seen { host: host.clone(), domain, cases: vec![case], signs };
        Shown { seen, is_dangling, registered_at }
    });
    shown.collect()
}

/// The observations that speak about one host, so that a case with thousands is not read for each.
fn of_host(
    host: &str,
    domain: &str,
    about: &HashMap<String, Vec<Observation>>,
) -> Vec<Observation> {
    let mut names: Vec<String> =
        vec![host.to_owned(), domain.to_owned(), format!("_dmarc.{domain}")];
    names.extend(registry_questions(host).iter().map(|it| it.about().to_owned()));
    let mut at = 0;
    while at < names.len() && names.len() < 3 + 8 * MAX_CHAIN {
        for it in about.get(&names[at]).into_iter().flatten() {
            let Answer::Dns { answers, .. } = &it.answer else { continue };
            let leads = |kind: &str| matches!(kind, "CNAME" | "A" | "AAAA");
            for record in answers.iter().filter(|it| leads(&it.record_type)) {
                if !names.contains(&record.data) {
                    names.push(record.data.clone());
                }
            }
        }
        at += 1;
    }
    names.sort_unstable();
    names.dedup();
    names.iter().filter_map(|it| about.get(it)).flatten().cloned().collect()
}

/// Whether a host leads to another name that does not exist.
fn is_dangling(host: &str, observations: &[Observation]) -> bool {
    observations.iter().any(|it| {
        let Question::Dns { name, record_type } = &it.question else { return false };
        let Answer::Dns { rcode, answers, .. } = &it.answer else { return false };
        let is_led = name != host || answers.iter().any(|it| it.record_type == "CNAME");
        matches!(record_type.as_str(), "A" | "AAAA") && rcode == "NXDOMAIN" && is_led
    })
}

fn row(
    cluster: Cluster,
    shown: &BTreeMap<String, Shown>,
    of_list: &BTreeSet<String>,
    cases: &[Case],
    this: Option<CaseId>,
    now: Timestamp,
) -> ConnectionRow {
    let known: HashMap<CaseId, &Case> = cases.iter().map(|it| (it.id, it)).collect();
    let reference = |id: &CaseId| known.get(id).map(|it| it.reference);
    let hosts = cluster.hosts.iter().filter_map(|host| {
        let it = shown.get(host)?;
        Some(ConnectedHost {
            host: host.clone(),
            cases: it.seen.cases.iter().filter_map(reference).collect(),
            in_list: of_list.contains(host),
            is_dangling: it.is_dangling,
            is_new: farol_model::lookup_list::is_new(it.registered_at, now),
        })
    });
    let connected = cluster.cases.iter().filter(|id| Some(**id) != this).filter_map(|id| {
        let case = known.get(id)?;
        let is_hidden = case.facts.is_sensitive();
        Some(ConnectedCase {
            id: *id,
            reference: case.reference,
            title: (!is_hidden).then(|| case.facts.title.clone()),
        })
    });
    ConnectionRow {
        hosts: hosts.collect(),
        cases: connected.collect(),
        is_strong: cluster.is_strong,
        reasons: cluster.reasons,
        n_domains: cluster.n_domains,
        sentence: cluster.sentence,
    }
}

#[cfg(test)]
mod tests;
