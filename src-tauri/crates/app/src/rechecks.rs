//! Looking up again: one host, one case, or all open cases, after one question that says what leaves.

use farol_lookup::{History, telling_labels};
use farol_model::{case::Case, id::CaseId, leaving::LookupDepth, then_now::HostDiff};
use farol_store::{Reader, StoreError};

use crate::{
    Desk, Failure,
    leaving::forbidden,
    lookups::{Watch, read_hosts},
    view::{CaseChange, Recheck, RecheckCase, RecheckDone, RecheckPlan},
};

impl Desk {
    /// What would leave if this were looked up again. Nothing leaves.
    ///
    /// # Errors
    /// When a case, a host or the resolver cannot be understood.
    pub fn plan_recheck(
        &self,
        what: &Recheck,
        resolver: Option<&str>,
    ) -> Result<RecheckPlan, Failure> {
        let (cases, left_out) = self.store.read(|it| self.rechecked(it, what))?;
        let mut hosts: Vec<String> = cases.iter().flat_map(|it| it.hosts.clone()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let lookup = if hosts.is_empty() {
            None
        } else {
            Some(self.plan_lookup(&hosts, resolver, &LookupDepth::default())?)
        };
        hosts.retain(|it| !telling_labels(it).is_empty());
        Ok(RecheckPlan { cases, left_out, lookup, telling: hosts, offline: self.is_offline() })
    }

    /// Looks up again and says what is otherwise; every answer is kept on its case. Blocks until done or
    /// cancelled.
    ///
    /// # Errors
    /// When the desk is offline, there is nothing to ask, or the vault refuses.
    pub fn recheck(
        &self,
        what: &Recheck,
        resolver: Option<&str>,
        watch: &Watch<'_>,
    ) -> Result<RecheckDone, Failure> {
        let (cases, left_out) = self.store.read(|it| self.rechecked(it, what))?;
        if cases.is_empty() {
            let why = left_out.first().map(|it| format!(" {it}")).unwrap_or_default();
            return Err(Failure::bad_input(
                format!("There is nothing to look up again.{why} Nothing was sent."),
                "Name a host, or mark what the case is about as a target.",
            ));
        }
        let counts = cases.iter().map(|it| self.n_questions(&it.hosts)).collect::<Vec<_>>();
        let total: usize = counts.iter().sum();
        let mut done =
            RecheckDone { n_hosts: 0, n_answers: 0, changes: vec![], left_out, cancelled: false };
        let mut before = 0;
        for (case, n_questions) in cases.iter().zip(counts) {
            if (watch.cancelled)() {
                done.cancelled = true;
                break;
            }
            let progress = |n_done: usize, _: usize| {
                (watch.progress)((before + n_done).min(total), total);
            };
            let within = Watch { progress: &progress, cancelled: watch.cancelled };
            let looked = self.look_up(Some(case.case), &case.hosts, resolver, &within)?;
            before += n_questions;
            done.n_hosts += looked.verdicts.len() as u32;
            done.n_answers += looked.observations.len() as u32;
            done.changes.extend(of_case(case, looked.changes));
            done.cancelled |= looked.cancelled;
        }
        (watch.progress)(total, total);
        Ok(done)
    }

    /// The cases and hosts that are asked about, and what is not and why.
    pub(crate) fn rechecked(
        &self,
        it: Reader<'_>,
        what: &Recheck,
    ) -> Result<(Vec<RecheckCase>, Vec<String>), Failure> {
        let asked: Vec<(Case, Vec<String>)> = match what {
            Recheck::Case { case, hosts } if hosts.is_empty() => {
                vec![(it.case(*case)?, self.hosts_of(it, *case)?)]
            }
            Recheck::Case { case, hosts } => vec![(it.case(*case)?, read_hosts(hosts)?)],
            Recheck::AllOpen => {
                let cases = it.open_cases()?.into_iter();
                let with_hosts = cases.map(|case| {
                    let hosts = self.hosts_of(it, case.id)?;
                    Ok((case, hosts))
                });
                with_hosts.collect::<Result<_, Failure>>()?
            }
        };
        let (mut cases, mut left_out) = (Vec::new(), Vec::new());
        for (case, mut hosts) in asked {
            let reference = case.reference;
            if hosts.is_empty() {
                continue;
            }
            if forbidden(it, Some(case.id), &hosts)?.is_some() {
                if case.facts.is_covert() {
                    left_out.push(format!("{reference} is covert."));
                    continue;
                }
                let n_all = hosts.len();
                let mut may = Vec::new();
                for host in hosts {
                    if forbidden(it, Some(case.id), std::slice::from_ref(&host))?.is_none() {
                        may.push(host);
                    }
                }
                hosts = may;
                let n = n_all - hosts.len();
                let hosts_are = if n == 1 { "host is" } else { "hosts are" };
                left_out
                    .push(format!("{reference}: {n} {hosts_are} the concern of a covert case."));
            }
            if !hosts.is_empty() {
                cases.push(RecheckCase { case: case.id, reference, hosts });
            }
        }
        Ok((cases, left_out))
    }

    /// The hosts of a case's targets, and those of its values that were looked up before.
    pub(crate) fn hosts_of(&self, it: Reader<'_>, case: CaseId) -> Result<Vec<String>, StoreError> {
        let observations = it.observations_of(case)?;
        let history = History::of(&observations);
        let targets = it.targets_of(case)?.into_iter().map(|it| it.observable);
        let mut hosts: Vec<String> =
            targets.filter_map(|it| it.host().map(str::to_owned)).collect();
        let reported = it.reports_of(case)?.into_iter().flat_map(|it| it.parsed.observables);
        let named = reported.map(|it| it.observable).chain(it.added_observables(case)?);
        hosts.extend(
            named.filter_map(|it| it.host().filter(|it| history.has(it)).map(str::to_owned)),
        );
        hosts.sort_unstable();
        hosts.dedup();
        Ok(hosts)
    }

    fn n_questions(&self, hosts: &[String]) -> usize {
        let registries = usize::from(self.registries().is_some());
        hosts.iter().map(|it| farol_lookup::questions(it).len() + registries).sum()
    }
}

/// Changes with the case that they are on.
pub(crate) fn of_case(
    case: &RecheckCase,
    changes: Vec<HostDiff>,
) -> impl Iterator<Item = CaseChange> + use<> {
    let (case, reference) = (case.case, case.reference);
    changes.into_iter().map(move |diff| CaseChange { case, reference, diff })
}
