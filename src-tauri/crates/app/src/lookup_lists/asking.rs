//! Asking a list: the DNS, then the registries, each name kept soon after it is done.

/// The second stage.
mod at_registries;
/// What observations mean for a line.
mod judge;

use std::collections::{BTreeMap, HashSet};

use farol_lookup::{Asked, Looked, Pass, registrable_domain, registry_subject};
use farol_model::{
    id::{CaseId, LookupListId, ObservationId},
    lookup::Observation,
    lookup_list::{ListState, LookupList},
    time::Timestamp,
};
use farol_store::Listed;

use super::{
    ask_of,
    packed::{Packer, unpack},
    running::{Run, Stop},
};
use crate::{Desk, Failure, view::LookupListView};
pub(super) use judge::Judge;

/// Names after which what left is written down, and what cases get.
const AT_ONCE: usize = 250;
/// Names whose lines are kept together, so that they meet on the same pages.
const LINES_AT_ONCE: usize = 2_000;
/// So many bytes of answers are kept before that.
const BYTES_AT_ONCE: usize = 4 << 20;
/// A slow list is kept at least so often, in milliseconds.
const KEPT_EVERY_MS: i64 = 1000;
/// Who watches a list while it is asked.
pub struct ListWatch<'a> {
    /// Called after something was kept.
    pub kept: &'a (dyn Fn() + Send + Sync),
    /// Asked often; the list is paused then.
    pub stopped: &'a (dyn Fn() -> bool + Send + Sync),
    /// The list is paused after so many more names; none for all of them.
    pub at_most: Option<u32>,
}

impl ListWatch<'_> {
    /// Nobody watches.
    pub const NOBODY: ListWatch<'static> =
        ListWatch { kept: &|| (), stopped: &|| false, at_most: None };
}

/// How asking ended.
enum Ended {
    Done,
    Stopped(Stop),
    Offline,
}

impl Desk {
    /// Asks a list from where it is to its end. Blocks until then, or until somebody stops it.
    ///
    /// What failed before is asked again when `failed_too` says so.
    ///
    /// # Errors
    /// When there is no such list, it is being asked already or over, a covert case is concerned, the
    /// desk is offline (it waits in the queue then), or the vault refuses. What was kept by then stays.
    pub fn ask_lookup_list(
        &self,
        id: LookupListId,
        failed_too: bool,
        watch: &ListWatch<'_>,
    ) -> Result<LookupListView, Failure> {
        let (list, pass) = self.pass_list(id, failed_too)?;
        let Some(run) = self.runs.begin(id) else {
            return Err(Failure::refused(
                "The list is being asked already.",
                "Look at it to see how far it is.",
            ));
        };
        let ended = self.ask_under_way(&list, failed_too, &pass, &run, watch);
        let state = self.note_end(id, &ended);
        self.runs.end(id);
        (watch.kept)();
        ended?;
        state?;
        self.lookup_list(id)
    }

    /// Whether a list may be asked now; nothing leaves.
    ///
    /// # Errors
    /// Those of asking it that come before anything leaves.
    pub fn may_ask_lookup_list(&self, id: LookupListId, failed_too: bool) -> Result<(), Failure> {
        self.pass_list(id, failed_too).map(|_| ())
    }

    fn pass_list(&self, id: LookupListId, failed_too: bool) -> Result<(LookupList, Pass), Failure> {
        let (list, _) = self.store.read(|it| it.lookup_list(id))?;
        if list.state == ListState::Cancelled && !failed_too {
            return Err(Failure::refused(
                "The list was cancelled. Nothing was sent.",
                "Make a new list of its names, or ask what failed again.",
            ));
        }
        let names = self.store.read(|it| it.listed_names(id))?;
        let hosts: Vec<String> = names.into_iter().map(|(_, name, _)| name).collect();
        if let Some(why) = self.why_forbidden(&list.cases, &hosts)? {
            return Err(Failure::refused(
                format!("{why} Nothing more of this list was sent."),
                "Make a list without its hosts. Whoever leads the case can change how closely it is held.",
            ));
        }
        match self.pass_out(None, &[]) {
            Ok(pass) => Ok((list, pass)),
            Err(offline) => {
                self.change_list(id, |list| (list.state, list.why) = (ListState::Waiting, None))?;
                Err(offline)
            }
        }
    }

    fn note_end(&self, id: LookupListId, ended: &Result<Ended, Failure>) -> Result<(), Failure> {
        let (state, why) = match ended {
            Ok(Ended::Done) => (ListState::Done, None),
            Ok(Ended::Stopped(Stop::Pause)) => (ListState::Paused, None),
            Ok(Ended::Stopped(Stop::Cancel)) => (ListState::Cancelled, None),
            Ok(Ended::Offline) => {
                (ListState::Waiting, Some("The desk went offline; it goes on online.".to_owned()))
            }
            Err(failure) => (ListState::Paused, Some(failure.message.clone())),
        };
        self.change_list(id, |list| (list.state, list.why) = (state, why))
    }

    fn ask_under_way(
        &self,
        list: &LookupList,
        failed_too: bool,
        pass: &Pass,
        run: &Run,
        watch: &ListWatch<'_>,
    ) -> Result<Ended, Failure> {
        if failed_too {
            self.store.ask_failed_again(list.id)?;
        }
        let rules = self.rules();
        let (_, counts) = self.store.read(|it| it.lookup_list(list.id))?;
        self.change_list(list.id, |list| {
            (list.state, list.why) = (ListState::Asking, None);
            // What was asked before stays as it was judged, until all of it is judged anew.
            if counts.n_asked == 0 {
                list.judged_by = Some(rules);
            } else if list.judged_by.as_ref() != Some(&rules) {
                list.judged_by = None;
            }
        })?;
        (watch.kept)();
        let brought = self.store.read(|it| it.listed_for(list.id))?;
        let stopped = || (watch.stopped)() || run.stopped().is_some();
        let ended = || {
            if let Some(stop) = run.stopped() {
                Some(Ended::Stopped(stop))
            } else if pass.is_over() {
                Some(Ended::Offline)
            } else {
                (watch.stopped)().then_some(Ended::Stopped(Stop::Pause))
            }
        };
        let is_cut = self.ask_dns(list, pass, run, &brought, &stopped, watch)?;
        if let Some(ended) = ended().or(is_cut.then_some(Ended::Stopped(Stop::Pause))) {
            // Whoever stopped it may have come too late.
            return Ok(if self.is_whole(list)? { Ended::Done } else { ended });
        }
        if list.choice.registries
            && let Some(registries) = self.registries()
        {
            self.ask_list_registries(list, pass, run, &registries, &brought, &stopped, watch)?;
        }
        Ok(ended().unwrap_or(Ended::Done))
    }

    /// Whether nothing of a list is left to ask.
    fn is_whole(&self, list: &LookupList) -> Result<bool, Failure> {
        let (_, counts) = self.store.read(|it| it.lookup_list(list.id))?;
        let is_registered = counts.n_registered == counts.n_subjects || !list.choice.registries;
        Ok(counts.n_asked == counts.n_names && is_registered)
    }

    /// Asks the DNS; gives whether names were left out because only so many were wanted.
    fn ask_dns(
        &self,
        list: &LookupList,
        pass: &Pass,
        run: &Run,
        brought: &BTreeMap<u32, Vec<CaseId>>,
        stopped: &(dyn Fn() -> bool + Send + Sync),
        watch: &ListWatch<'_>,
    ) -> Result<bool, Failure> {
        let mut names = self.store.read(|it| it.names_to_ask(list.id))?;
        let n_wanted = watch.at_most.map_or(names.len(), |most| most as usize);
        let is_cut = n_wanted < names.len();
        names.truncate(n_wanted);
        let (places, hosts): (Vec<u32>, Vec<String>) = names.into_iter().unzip();
        if hosts.is_empty() {
            return Ok(is_cut);
        }
        let prepared = self.prepare_list(&ask_of(&list.choice))?;
        let judge = Judge { networks: &self.networks(), asn: &self.asn_table() };
        let mut batch = Batch::new(self.store.now());
        let mut lines = Lines::new(self.store.now());
        let mut packer = Packer::new();
        let mut kept_domains: HashSet<(CaseId, String)> = HashSet::new();
        run.dns.begin(self.store.now());
        let keep_answers = |batch: &mut Batch| {
            let batch = std::mem::replace(batch, Batch::new(self.store.now()));
            self.note_left(None, &batch.of_nobody, Vec::new())?;
            for (case, asked) in &batch.of_cases {
                self.keep_observations(*case, asked)?;
            }
            Ok::<_, Failure>(())
        };
        let keep_lines = |lines: &mut Lines| {
            let lines = std::mem::replace(lines, Lines::new(self.store.now()));
            let n_lines = lines.names.len();
            if n_lines > 0 {
                self.store.keep_listed(list.id, lines.names, lines.answers)?;
                run.dns.add(n_lines as u32);
                (watch.kept)();
            }
            Ok::<_, Failure>(())
        };
        let mut take = |looked: Looked| {
            let n = places[looked.place];
            let observations = looked.observations();
            lines.names.push(judge.listed(n, &looked.host, &observations));
            lines.keep(format!("h:{}", looked.host), packer.pack(&looked.asked));
            let domain = domain_of(&looked.host);
            if looked.is_first_of_domain {
                lines.keep(format!("d:{domain}"), packer.pack(looked.of_domain.iter()));
            }
            batch.n_names += 1;
            match brought.get(&n) {
                None => batch.of_nobody.extend(looked.fresh().cloned()),
                Some(cases) => {
                    for (nth, case) in cases.iter().enumerate() {
                        let is_new = kept_domains.insert((*case, domain.clone()));
                        let of_domain = looked.of_domain.iter().filter(|_| is_new);
                        let asked = looked.asked.iter().chain(of_domain).cloned();
                        // An observation is on one case; another case has one of its own.
                        let asked = asked.map(|it| if nth == 0 { it } else { self.copied(it) });
                        batch.of_cases.entry(*case).or_default().extend(asked);
                    }
                }
            }
            let now = self.store.now();
            if batch.is_due(now) {
                keep_answers(&mut batch)?;
            }
            if lines.are_due(now) {
                // What is of cases is kept no later than the lines that say so.
                keep_answers(&mut batch)?;
                keep_lines(&mut lines)?;
            }
            Ok(())
        };
        let asked = self.ask_list(pass, hosts, &prepared, &mut take, stopped);
        // Also when something went wrong: what was answered is kept, and what left is written down.
        keep_answers(&mut batch)?;
        keep_lines(&mut lines)?;
        run.dns.end();
        self.note_left(None, &asked?, Vec::new())?;
        Ok(is_cut)
    }

    /// The same answer with an id of its own.
    pub(super) fn copied(&self, asked: Asked) -> Asked {
        let id = ObservationId(self.store.new_id());
        Asked { observation: Observation { id, ..asked.observation }, ..asked }
    }

    /// What a list has about a name and its domain from the DNS, and from registries.
    pub(super) fn kept_answers(
        &self,
        id: LookupListId,
        name: &str,
    ) -> Result<Vec<Observation>, Failure> {
        let asked = self.kept_asked(id, name)?;
        Ok(asked.into_iter().map(|it| it.observation).collect())
    }

    /// The same with the bytes as they came.
    pub(super) fn kept_asked(&self, id: LookupListId, name: &str) -> Result<Vec<Asked>, Failure> {
        let subject = registry_subject(name).unwrap_or_default();
        let about = [format!("h:{name}"), format!("d:{}", domain_of(name)), format!("r:{subject}")];
        let mut all = Vec::new();
        for about in about {
            if let Some(packed) = self.store.read(|it| it.listed_answer(id, &about))? {
                all.extend(unpack(&packed).ok_or_else(|| {
                    Failure::new(
                        crate::Code::Failed,
                        "Answers of this list cannot be read any more. Nothing else is affected.",
                        "Ask the name again in a new list.",
                    )
                })?);
            }
        }
        Ok(all)
    }
}

/// The domain under which answers about it are kept.
fn domain_of(name: &str) -> String {
    registrable_domain(name).unwrap_or_else(|| name.to_owned())
}

/// What left, and what cases get: written every few names.
struct Batch {
    n_names: usize,
    of_cases: BTreeMap<CaseId, Vec<Asked>>,
    /// What left and no case keeps.
    of_nobody: Vec<Asked>,
    since: Timestamp,
}

impl Batch {
    fn new(since: Timestamp) -> Self {
        Self { n_names: 0, of_cases: BTreeMap::new(), of_nobody: Vec::new(), since }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.n_names >= AT_ONCE || now.ms() - self.since.ms() >= KEPT_EVERY_MS
    }
}

/// What becomes of the list's own lines: kept when there are many.
struct Lines {
    names: Vec<Listed>,
    answers: Vec<(String, Vec<u8>)>,
    n_bytes: usize,
    since: Timestamp,
}

impl Lines {
    fn new(since: Timestamp) -> Self {
        Self { names: Vec::new(), answers: Vec::new(), n_bytes: 0, since }
    }

    fn keep(&mut self, about: String, packed: Vec<u8>) {
        self.n_bytes += packed.len();
        self.answers.push((about, packed));
    }

    fn are_due(&self, now: Timestamp) -> bool {
        self.names.len() >= LINES_AT_ONCE
            || self.n_bytes >= BYTES_AT_ONCE
            || now.ms() - self.since.ms() >= KEPT_EVERY_MS
    }
}
