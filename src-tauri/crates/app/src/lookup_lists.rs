//! Lookup lists: many names that are looked up over minutes or hours, and kept with every answer.
//!
//! A list is made first, and nothing of it leaves; asking it is a second step, which goes on from where
//! the list is, also after a restart. Two stages: the DNS, then the registries, once for each domain.
//! A list is the desk's own; what counts as evidence stands on a case, where the answers about the hosts
//! that were brought from it are kept as well.

/// Lists judged by other tables.
mod anew;
/// Asking a list.
mod asking;
/// A list as a file.
mod export;
/// The names of a list, part by part.
mod names;
/// Answers as a list keeps them.
mod packed;
/// Which registry is asked next.
mod registries;
/// Lists that are being asked.
mod running;
/// A table as a spreadsheet reads it.
mod xlsx;

use std::collections::{BTreeMap, HashMap, HashSet};

use farol_lookup::{asking_order, registry_questions, registry_subject, telling_labels, token_ms};
use farol_model::{
    case::CaseRef,
    id::{CaseId, LookupListId},
    lookup_list::{
        ListChoice, ListCounts, ListState, ListedFilter, ListedOutcome, ListedSort, LookupList,
        MAX_NAMES,
    },
};
use farol_store::{NewList, NewName, Reader, StoreError};

use crate::{
    Desk, Failure,
    host_lists::{HostList, ListAsk},
    view::{ListNames, ListRegistry, ListStage, LookupListPlan, LookupListView},
};

pub use asking::ListWatch;
pub use export::{ListFormat, file_name};
pub use names::{new_since, sign_kinds};
pub(crate) use running::Runs;
use running::Stop;

/// Lines that are shown of those that are no host, or that tell who asks.
const SHOWN: usize = 20;
/// Lines that are no host are remembered up to so many.
const REMEMBERED: usize = 100;
/// Characters of such a line.
const LINE_CHARS: usize = 200;

/// Larger files are not opened.
const MAX_FILE: u64 = 16 << 20;

/// The names of a new list, read.
struct ReadNames {
    list: HostList,
    /// Which cases a name was brought from, by place.
    brought: Vec<(u32, CaseId)>,
}

/// Reads a file of names, at most 16 MiB. A byte that is no text spoils its own line only.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn read_file(path: &std::path::Path) -> Result<String, Failure> {
    let failed = |what: String| {
        Failure::bad_input(
            format!("The file was not opened: {what}. Nothing was sent."),
            "Choose a text file with one host, URL or address a line.",
        )
    };
    let size = std::fs::metadata(path).map_err(|it| failed(it.kind().to_string()))?.len();
    if size > MAX_FILE {
        return Err(failed("it is larger than 16 MiB".into()));
    }
    let bytes = std::fs::read(path).map_err(|it| failed(it.kind().to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Desk {
    /// What a list would ask, of whom, and who could see it. Nothing leaves, nothing is kept.
    ///
    /// # Errors
    /// When there is no name, there are too many, or a choice cannot be understood.
    pub fn plan_lookup_list(
        &self,
        names: &ListNames,
        choice: &ListChoice,
    ) -> Result<LookupListPlan, Failure> {
        let ReadNames { list, .. } = self.read_names(names)?;
        let prepared = self.prepare_list(&ask_of(choice))?;
        let types = &prepared.types;
        let domains: HashSet<String> =
            list.hosts.iter().filter_map(|it| farol_lookup::registrable_domain(it)).collect();
        let about_hosts: usize = list.hosts.iter().map(|it| types.n_about_host(it)).sum();
        let n_questions = (about_hosts + domains.len() * types.n_about_domain()) as u32;
        let n_resolvers = prepared.resolvers.len() as u32;
        let (registries, registries_take_s) = self.plan_list_registries(&list.hosts, choice);
        let telling: Vec<&String> =
            list.hosts.iter().filter(|it| !telling_labels(it).is_empty()).collect();
        let resolvers: Vec<String> = prepared.resolvers.iter().map(ToString::to_string).collect();
        let is_practice = self.practice.is_some();
        Ok(LookupListPlan {
            n_names: list.hosts.len() as u32,
            n_again: list.n_again,
            n_refused: list.refused.len() as u32,
            refused: list.refused.iter().take(SHOWN).map(|it| shortened(it)).collect(),
            n_questions,
            rate: prepared.speed.rate,
            dns_takes_s: prepared
                .speed
                .rate
                .map(|rate| n_questions.div_ceil((rate * n_resolvers).max(1))),
            seen_by: if is_practice {
                "The practice internet on this computer answers; nothing leaves it.".into()
            } else {
                format!(
                    "{} see every name. When an answer is not in their memory, the name servers of \
                     the domain see them, the name and the time. Names go in random order.",
                    resolvers.join(" and ")
                )
            },
            registries_seen_by: if is_practice {
                "Its registries answer on this computer, too.".into()
            } else {
                "Each registry sees this computer and which of its domains are asked about, one by \
                 one, and may tell the registrar."
                    .into()
            },
            resolvers,
            registries,
            registries_take_s,
            n_telling: telling.len() as u32,
            telling: telling.into_iter().take(SHOWN).cloned().collect(),
            offline: self.is_offline(),
            forbidden: self.why_forbidden(&all_cases(names), &list.hosts)?,
        })
    }

    /// Makes a list; nothing leaves before it is asked.
    ///
    /// # Errors
    /// As for planning it, and when a covert case is concerned: it may never leave, so it is not kept
    /// waiting to.
    pub fn make_lookup_list(
        &self,
        title: &str,
        names: &ListNames,
        choice: &ListChoice,
    ) -> Result<LookupListView, Failure> {
        let ReadNames { list, brought } = self.read_names(names)?;
        self.prepare_list(&ask_of(choice))?;
        if let Some(why) = self.why_forbidden(&all_cases(names), &list.hosts)? {
            return Err(Failure::refused(
                format!("{why} No list was made, and nothing was sent."),
                "Leave its hosts out. Whoever leads the case can change how closely it is held.",
            ));
        }
        let title = match title.trim() {
            "" => self.usual_title(&list.hosts, &names.cases)?,
            title => title.chars().take(LINE_CHARS).collect(),
        };
        let made = LookupList {
            id: LookupListId(self.store.new_id()),
            title,
            made_at: self.store.now(),
            made_by: self.store.member(),
            cases: all_cases(names),
            choice: choice.clone(),
            state: ListState::Waiting,
            why: None,
            refused: list.refused.iter().take(REMEMBERED).map(|it| shortened(it)).collect(),
            n_refused: list.refused.len() as u32,
            judged_by: Some(self.rules()),
            judged_anew: None,
        };
        if let Some(case) = names.keep_on {
            self.name_on(case, &list.hosts)?;
        }
        let order = asking_order(&list.hosts, made.id.0.into_bytes());
        let mut numbers = vec![0; order.len()];
        let mut names = Vec::with_capacity(order.len());
        for (n, place) in (0_u32..).zip(order) {
            numbers[place] = n;
            let name = list.hosts[place].clone();
            let subject = registry_subject(&name).unwrap_or_default();
            names.push(NewName { place: place as u32, name, subject });
        }
        let brought: Vec<_> =
            brought.into_iter().map(|(place, case)| (numbers[place as usize], case)).collect();
        self.store.make_lookup_list(&NewList { list: &made, names: &names, brought: &brought })?;
        self.lookup_list(made.id)
    }

    /// Every list, the newest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn lookup_lists(&self) -> Result<Vec<LookupListView>, Failure> {
        Ok(self.store.read(|it| {
            let lists = it.lookup_lists()?;
            lists
                .into_iter()
                .map(|(list, counts)| self.list_view(it, list, counts))
                .collect::<Result<Vec<_>, StoreError>>()
        })?)
    }

    /// Lists that wait to be asked.
    pub(crate) fn waiting_lists(&self) -> Result<Vec<LookupListView>, Failure> {
        let lists = self.lookup_lists()?;
        Ok(lists.into_iter().filter(|it| it.state == ListState::Waiting).collect())
    }

    /// One list.
    ///
    /// # Errors
    /// When there is none, or the vault cannot be read.
    pub fn lookup_list(&self, id: LookupListId) -> Result<LookupListView, Failure> {
        Ok(self.store.read(|it| {
            let (list, counts) = it.lookup_list(id)?;
            self.list_view(it, list, counts)
        })?)
    }

    /// Stops a list where it is; it goes on when somebody asks it again. What was answered is kept.
    ///
    /// # Errors
    /// When there is no such list, or it is over.
    pub fn pause_lookup_list(&self, id: LookupListId) -> Result<LookupListView, Failure> {
        self.stop_lookup_list(id, Stop::Pause)
    }

    /// Ends a list early. What was answered is kept, and what had left is in the ledger.
    ///
    /// # Errors
    /// When there is no such list, or it is over.
    pub fn cancel_lookup_list(&self, id: LookupListId) -> Result<LookupListView, Failure> {
        self.stop_lookup_list(id, Stop::Cancel)
    }

    /// Chooses how many questions a second each resolver of a list gets, from the next time it is
    /// taken up; nought is no limit.
    ///
    /// # Errors
    /// When there is no such list, or it is being asked.
    pub fn choose_list_rate(
        &self,
        id: LookupListId,
        rate: Option<u32>,
    ) -> Result<LookupListView, Failure> {
        if self.runs.of(id).is_some() {
            return Err(Failure::refused(
                "The list is being asked. Its rate was not changed.",
                "Pause it, change the rate, then let it go on.",
            ));
        }
        self.change_list(id, |list| list.choice.rate = rate)?;
        self.lookup_list(id)
    }

    /// Throws a list away with its answers. What cases keep stays, and so does the ledger.
    ///
    /// # Errors
    /// When there is no such list, or it is being asked.
    pub fn forget_lookup_list(&self, id: LookupListId) -> Result<(), Failure> {
        if self.runs.of(id).is_some() {
            return Err(Failure::refused(
                "The list is being asked. It was not thrown away.",
                "Pause it first.",
            ));
        }
        Ok(self.store.forget_lookup_list(id)?)
    }

    fn stop_lookup_list(&self, id: LookupListId, how: Stop) -> Result<LookupListView, Failure> {
        if let Some(run) = self.runs.of(id) {
            run.stop(how);
            return self.lookup_list(id);
        }
        let state = if how == Stop::Cancel { ListState::Cancelled } else { ListState::Paused };
        self.change_list(id, |list| {
            if list.state != ListState::Done {
                (list.state, list.why) = (state, None);
            }
        })?;
        self.lookup_list(id)
    }

    /// Changes what a list says of itself.
    fn change_list(
        &self,
        id: LookupListId,
        change: impl FnOnce(&mut LookupList),
    ) -> Result<(), Failure> {
        let (mut list, _) = self.store.read(|it| it.lookup_list(id))?;
        change(&mut list);
        Ok(self.store.change_lookup_list(&list)?)
    }

    fn list_view(
        &self,
        it: Reader<'_>,
        list: LookupList,
        counts: ListCounts,
    ) -> Result<LookupListView, StoreError> {
        let now = self.store.now();
        let run = self.runs.of(list.id);
        let stage = |n_done, n_all| ListStage { n_done, n_all, ..ListStage::default() };
        let dns = stage(counts.n_asked, counts.n_names);
        let registries = if list.choice.registries {
            stage(counts.n_registered, counts.n_subjects)
        } else {
            ListStage::default()
        };
        // Nobody could say goodbye when the window was killed or the computer went down.
        let is_cut_off = list.state == ListState::Asking && run.is_none();
        let (state, why) = if is_cut_off {
            let why = "Farol was closed while it was being asked; what was answered is kept.";
            (ListState::Paused, Some(why.to_owned()))
        } else {
            (list.state, list.why)
        };
        let n_failed = match state {
            ListState::Done | ListState::Cancelled => {
                let failed = ListedFilter {
                    outcome: Some(ListedOutcome::Failed),
                    ..ListedFilter::default()
                };
                it.listed(list.id, &failed, ListedSort::Place, 0, 0)?.n_rows
            }
            _ => 0,
        };
        Ok(LookupListView {
            id: list.id,
            title: list.title,
            made_at: list.made_at,
            made_by: it.member(list.made_by)?.name,
            cases: references(it, &list.cases)?,
            choice: list.choice,
            state,
            why,
            dns: run.as_ref().map_or(dns, |it| it.dns.show(dns, now)),
            registries: run.as_ref().map_or(registries, |it| it.registries.show(registries, now)),
            refused: list.refused,
            n_refused: list.n_refused,
            judged_anew: list.judged_anew,
            n_failed,
        })
    }

    /// Reads the lines and the hosts of the cases, each name once.
    fn read_names(&self, names: &ListNames) -> Result<ReadNames, Failure> {
        let mut lines: Vec<String> = names.text.lines().map(str::to_owned).collect();
        let mut of_case: HashMap<String, Vec<CaseId>> = HashMap::new();
        self.store.read(|it| {
            for case in &names.cases {
                for host in hosts_of(it, *case)? {
                    lines.push(host.clone());
                    of_case.entry(host).or_default().push(*case);
                }
            }
            Ok::<_, StoreError>(())
        })?;
        let list = HostList::read(lines.iter().map(String::as_str));
        if list.hosts.is_empty() {
            return Err(Failure::bad_input(
                "There is no name to look up. Nothing was sent.",
                "Paste one host, URL or address a line, or choose a case that names some.",
            ));
        }
        if list.hosts.len() > MAX_NAMES {
            return Err(Failure::bad_input(
                format!(
                    "These are {} names; a list has at most {MAX_NAMES}. Nothing was sent.",
                    list.hosts.len()
                ),
                "Make two lists of them.",
            ));
        }
        let mut brought = Vec::new();
        for (n, host) in (0_u32..).zip(&list.hosts) {
            let of_host = of_case.get(host).into_iter().flatten().copied();
            let mut cases: Vec<CaseId> = of_host.chain(names.keep_on).collect();
            cases.sort_unstable();
            cases.dedup();
            brought.extend(cases.into_iter().map(|case| (n, case)));
        }
        Ok(ReadNames { list, brought })
    }

    /// Registries with how often they would be asked, and how long the longest of these queues takes.
    fn plan_list_registries(
        &self,
        hosts: &[String],
        choice: &ListChoice,
    ) -> (Vec<ListRegistry>, u32) {
        let Some(registries) = self.registries().filter(|_| choice.registries) else {
            return (Vec::new(), 0);
        };
        let subjects: HashSet<String> =
            hosts.iter().filter_map(|it| registry_subject(it)).collect();
        let mut counts: BTreeMap<Option<String>, u32> = BTreeMap::new();
        for question in subjects.iter().flat_map(|it| registry_questions(it)) {
            *counts.entry(registries.plan(question).server).or_default() += 1;
        }
        let takes = |server: &Option<String>, n: u32| {
            server.as_ref().map_or(0, |it| i64::from(n) * token_ms(it) / 1000)
        };
        let longest = counts.iter().map(|(server, n)| takes(server, *n)).max().unwrap_or_default();
        let mut rows: Vec<_> = counts
            .into_iter()
            .map(|(server, n_questions)| ListRegistry { server, n_questions })
            .collect();
        rows.sort_by_key(|it| std::cmp::Reverse(it.n_questions));
        (rows, longest as u32)
    }

    fn usual_title(&self, hosts: &[String], cases: &[CaseId]) -> Result<String, Failure> {
        let references = self.store.read(|it| references(it, cases))?;
        Ok(match (references.as_slice(), hosts) {
            ([], [one]) => farol_model::observable::defang(one),
            ([], all) => format!("{} names", all.len()),
            ([one], _) => format!("Hosts of {one}"),
            (several, _) => format!("Hosts of {} cases", several.len()),
        })
    }
}

/// The cases that a list is made from or kept on.
fn all_cases(names: &ListNames) -> Vec<CaseId> {
    let mut cases = names.cases.clone();
    cases.extend(names.keep_on);
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// What a choice means for asking.
fn ask_of(choice: &ListChoice) -> ListAsk<'_> {
    ListAsk {
        case: None,
        resolvers: &choice.resolvers,
        types: choice.types.as_deref(),
        rate: choice.rate,
    }
}

/// The hosts of what a case is asked to act on, and of what people added to it.
pub(crate) fn hosts_of(it: Reader<'_>, case: CaseId) -> Result<Vec<String>, StoreError> {
    let targets = it.targets_of(case)?.into_iter().map(|it| it.observable);
    let values = targets.chain(it.added_observables(case)?);
    let mut hosts: Vec<String> = values.filter_map(|it| it.host().map(str::to_owned)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    Ok(hosts)
}

/// The numbers of cases; one that was erased meanwhile has none.
pub(crate) fn references(it: Reader<'_>, cases: &[CaseId]) -> Result<Vec<CaseRef>, StoreError> {
    let mut references = Vec::new();
    for case in cases {
        match it.case(*case) {
            Ok(case) => references.push(case.reference),
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(references)
}

fn shortened(line: &str) -> String {
    line.chars().take(LINE_CHARS).collect()
}

#[cfg(test)]
mod tests;
