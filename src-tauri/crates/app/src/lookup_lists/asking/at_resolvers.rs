//! The first stage of a list: the DNS. One thread asks, one judges what came, and one keeps it, so that
//! neither packets nor judging wait for the vault.

use std::{
    collections::{BTreeMap, HashSet},
    mem,
};

use farol_lookup::{Asked, Looked, Pass};
use farol_model::{
    id::{CaseId, LookupListId},
    lookup_list::LookupList,
    time::Timestamp,
};
use farol_store::Answered;

use super::{ListWatch, domain_of, judge::Judge};
use crate::{
    Desk, Failure,
    host_lists::keep_beside,
    lookup_lists::{ask_of, packed::Packer, running::Run},
};

/// Names that are kept together with what left for them.
const AT_ONCE: usize = 750;
/// A slow list is kept at least so often, in milliseconds.
const KEPT_EVERY_MS: i64 = 1000;

impl Desk {
    /// Asks the DNS; gives whether names were left out because only so many were wanted.
    pub(super) fn ask_dns(
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
        let (numbers, hosts): (Vec<u32>, Vec<String>) = names.into_iter().unzip();
        if hosts.is_empty() {
            return Ok(is_cut);
        }
        let prepared = self.prepare_list(&ask_of(&list.choice))?;
        let seed = list.id.0.into_bytes();
        let judge = Judge { networks: &self.networks(), asn: &self.asn_table() };
        let mut judging = Judging {
            desk: self,
            judge,
            brought,
            packer: Packer::new(),
            kept_domains: HashSet::new(),
        };
        run.dns.begin(self.store.now());
        let keep = |batch| self.keep_batch(list.id, batch, run, watch);
        let asked = keep_beside(keep, |due| {
            let mut batch = Batch::new(self.store.now());
            let mut take = |looked: Looked| {
                judging.add(&mut batch, numbers[looked.place], &looked);
                let now = self.store.now();
                if batch.is_due(now) {
                    due(mem::replace(&mut batch, Batch::new(now)))?;
                }
                Ok(())
            };
            let asked = self.ask_list(pass, hosts, &prepared, seed, &mut take, stopped);
            // Also when something went wrong: what was answered is kept, and what left is written down.
            due(batch).unwrap_or_default();
            asked
        });
        run.dns.end();
        self.note_left(None, &asked??, Vec::new())?;
        Ok(is_cut)
    }

    fn keep_batch(
        &self,
        id: LookupListId,
        batch: Batch,
        run: &Run,
        watch: &ListWatch<'_>,
    ) -> Result<(), Failure> {
        // What left, and what is of cases, is kept before the lines that say so.
        self.note_left(None, &batch.of_nobody, Vec::new())?;
        for (case, asked) in &batch.of_cases {
            self.keep_observations(*case, asked)?;
        }
        let n_lines = batch.lines.len();
        if n_lines > 0 {
            self.store.keep_listed(id, batch.lines)?;
            run.dns.add(n_lines as u32);
            (watch.kept)();
        }
        Ok(())
    }
}

/// Judging what came, name by name.
struct Judging<'a> {
    desk: &'a Desk,
    judge: Judge<'a>,
    brought: &'a BTreeMap<u32, Vec<CaseId>>,
    packer: Packer,
    /// Domains whose answers a case got with an earlier name.
    kept_domains: HashSet<(CaseId, String)>,
}

impl Judging<'_> {
    fn add(&mut self, batch: &mut Batch, n: u32, looked: &Looked) {
        let observations = looked.observations();
        let domain = domain_of(&looked.host);
        let brings = looked.is_first_of_domain && !looked.of_domain.is_empty();
        batch.lines.push(Answered {
            listed: self.judge.listed(n, &looked.host, &observations),
            answers: self.packer.pack(&looked.asked),
            of_domain: brings.then(|| (domain.clone(), self.packer.pack(looked.of_domain.iter()))),
        });
        let Some(cases) = self.brought.get(&n) else {
            batch.of_nobody.extend(looked.fresh().cloned());
            return;
        };
        for (nth, case) in cases.iter().enumerate() {
            let is_new = self.kept_domains.insert((*case, domain.clone()));
            let of_domain = looked.of_domain.iter().filter(|_| is_new);
            let asked = looked.asked.iter().chain(of_domain).cloned();
            // An observation is on one case; another case has one of its own.
            let asked = asked.map(|it| if nth == 0 { it } else { self.desk.copied(it) });
            batch.of_cases.entry(*case).or_default().extend(asked);
        }
    }
}

/// Names that were just answered.
struct Batch {
    lines: Vec<Answered>,
    of_cases: BTreeMap<CaseId, Vec<Asked>>,
    /// What left and no case keeps.
    of_nobody: Vec<Asked>,
    since: Timestamp,
}

impl Batch {
    fn new(since: Timestamp) -> Self {
        Self { lines: Vec::new(), of_cases: BTreeMap::new(), of_nobody: Vec::new(), since }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.lines.len() >= AT_ONCE || now.ms() - self.since.ms() >= KEPT_EVERY_MS
    }
}
