//! Watches: hosts that are looked up again and again while the desk is open and online.
//!
//! A watch is asked for by a person, who has seen what it sends. It never runs for what a covert case is
//! about, rests while the desk is offline, and asks registries at most once a day.

use farol_lookup::{Depth, registry_questions};
use farol_model::{
    case::Status,
    id::{CaseId, WatchId},
    then_now::Watch,
    time::Timestamp,
};
use farol_store::{Reader, StoreError};

use crate::{
    Desk, Failure,
    leaving::forbidden,
    lookups,
    rechecks::of_case,
    view::{Recheck, RecheckCase, RecheckDone, WatchDraft, WatchRow},
};

/// More often would be noticed, and tells nothing.
const MIN_EVERY: u32 = 15;
const MAX_EVERY: u32 = 60 * 24 * 30;
const DAY_S: i64 = 86_400;

impl Desk {
    /// Watches a host, or all targets of a case. It is due when as long as it waits has passed since the
    /// last look-up; at once when there was none.
    ///
    /// # Errors
    /// When the case is covert or closed, the host or the resolver cannot be understood, the time between
    /// is too short or too long, or the same is watched already.
    pub fn set_watch(&self, draft: &WatchDraft) -> Result<WatchRow, Failure> {
        if !(MIN_EVERY..=MAX_EVERY).contains(&draft.every_min) {
            return Err(Failure::bad_input(
                "A watch looks every 15 minutes at the most and every 30 days at the least. Nothing is watched.",
                "Choose a time between, for example 6h or 1d.",
            ));
        }
        let resolver = draft.resolver.as_deref().map(str::trim).filter(|it| !it.is_empty());
        if resolver.is_some() {
            self.choose_resolver(resolver)?;
        }
        let host = match draft.host.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
            Some(host) => lookups::read_hosts(&[host.to_owned()])?.into_iter().next(),
            None => None,
        };
        let now = self.store.now();
        let watch = self.store.read(|it| {
            let case = it.case(draft.case)?;
            let hosts = match &host {
                Some(host) => vec![host.clone()],
                None => self.hosts_of(it, case.id)?,
            };
            if let Some(why) = forbidden(it, Some(case.id), &hosts)? {
                return Err(Failure::refused(
                    format!("{why} It is not watched, and nothing was sent."),
                    "Whoever leads the case can change how closely it is held.",
                ));
            }
            if case.facts.status == Status::Closed {
                return Err(Failure::refused(
                    "This case is closed. Nothing is watched.",
                    "Open it again first.",
                ));
            }
            if it.watches()?.iter().any(|it| it.case == case.id && it.host == host) {
                return Err(Failure::refused(
                    "This is watched already. Nothing was changed.",
                    "End that watch first to choose another time.",
                ));
            }
            let seen = it.observations_of(case.id)?;
            let about = |it: &&farol_model::lookup::Observation| {
                hosts.iter().any(|host| host == it.question.about())
            };
            let last = seen.iter().filter(about).map(|it| it.asked_at).max();
            let every = i64::from(draft.every_min) * 60;
            Ok(Watch {
                id: WatchId(self.store.new_id()),
                case: case.id,
                host: host.clone(),
                every_min: draft.every_min,
                resolver: resolver.map(str::to_owned),
                set_at: now,
                next_at: last.map_or(now, |it| it.plus_s(every)).max(now),
                last_at: None,
                last: None,
            })
        })?;
        self.store.keep_watch(&watch)?;
        self.store.read(|it| self.watch_row(it, watch.clone())).map_err(Failure::from)
    }

    /// All watches, or those of a case, in the order they were set.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn watches(&self, case: Option<CaseId>) -> Result<Vec<WatchRow>, Failure> {
        Ok(self.store.read(|it| self.watch_rows(it, case))?)
    }

    pub(crate) fn watch_rows(
        &self,
        it: Reader<'_>,
        case: Option<CaseId>,
    ) -> Result<Vec<WatchRow>, StoreError> {
        let watches = it.watches()?.into_iter();
        let wanted = watches.filter(|it| case.is_none_or(|case| it.case == case));
        wanted.map(|watch| self.watch_row(it, watch)).collect()
    }

    /// Ends a watch; what it brought stays.
    ///
    /// # Errors
    /// When there is none of this id.
    pub fn end_watch(&self, id: WatchId) -> Result<(), Failure> {
        if self.store.forget_watch(id)? { Ok(()) } else { Err(Failure::not_found("watch")) }
    }

    /// Runs the watches that are due, one after the other. What must not run stays due. Blocks until done
    /// or cancelled.
    ///
    /// # Errors
    /// When the vault refuses.
    pub fn run_due_watches(&self, watch: &lookups::Watch<'_>) -> Result<RecheckDone, Failure> {
        let mut done = RecheckDone {
            n_hosts: 0,
            n_answers: 0,
            changes: vec![],
            left_out: vec![],
            cancelled: false,
        };
        let now = self.store.now();
        let due = self.watches(None)?.into_iter().filter(|it| it.watch.next_at <= now);
        for row in due {
            if (watch.cancelled)() {
                done.cancelled = true;
                break;
            }
            let WatchRow { watch: it, reference, hosts, rests } = row;
            if let Some(why) = rests {
                done.left_out.push(format!("{reference}: {why}"));
                continue;
            }
            let registries = !self.were_registries_asked(it.case, &hosts)?;
            let resolver = it.resolver.as_deref();
            let looked = match self.look_up_as(
                Some(it.case),
                &hosts,
                resolver,
                registries,
                &Depth::default(),
                watch,
            ) {
                Ok(looked) => looked,
                // Somebody went offline, or a case became covert, just now: it stays due.
                Err(failure) => {
                    done.left_out.push(format!("{reference}: {}", failure.message));
                    continue;
                }
            };
            done.n_hosts += looked.verdicts.len() as u32;
            done.n_answers += looked.observations.len() as u32;
            if looked.cancelled {
                done.cancelled = true;
                break;
            }
            let last = match looked.changes.len() {
                0 => format!("{} answers, nothing changed", looked.observations.len()),
                1 => "1 host changed".to_owned(),
                n => format!("{n} hosts changed"),
            };
            let case = RecheckCase { case: it.case, reference, hosts };
            done.changes.extend(of_case(&case, looked.changes));
            let ended = self.store.now();
            let next_at = ended.plus_s(i64::from(it.every_min) * 60);
            self.store.follow_watch(&Watch {
                next_at,
                last_at: Some(ended),
                last: Some(last),
                ..it
            })?;
        }
        Ok(done)
    }

    fn watch_row(&self, it: Reader<'_>, watch: Watch) -> Result<WatchRow, StoreError> {
        let case = it.case(watch.case)?;
        let hosts = match &watch.host {
            Some(host) => vec![host.clone()],
            None => self.hosts_of(it, case.id)?,
        };
        let rests = if let Some(why) = forbidden(it, Some(case.id), &hosts)? {
            Some(why)
        } else if case.facts.status == Status::Closed {
            Some("The case is closed.".to_owned())
        } else if hosts.is_empty() {
            Some("The case has no host to look up.".to_owned())
        } else if self.is_offline() {
            Some("The desk is offline.".to_owned())
        } else {
            None
        };
        Ok(WatchRow { reference: case.reference, hosts, rests, watch })
    }

    /// Whether registries were asked about these hosts within a day.
    fn were_registries_asked(&self, case: CaseId, hosts: &[String]) -> Result<bool, Failure> {
        let now: Timestamp = self.store.now();
        let planned: Vec<_> = hosts.iter().flat_map(|it| registry_questions(it)).collect();
        let observations = self.store.read(|it| it.observations_of(case))?;
        let mut of_registry = observations.iter().filter(|it| {
            now.seconds_since(it.asked_at) < DAY_S
                && it.question.of_registry().is_some_and(|(_, about)| {
                    planned.iter().any(|planned| planned.about() == about)
                })
        });
        Ok(of_registry.next().is_some())
    }

    /// What a watch would send, each time; nothing leaves.
    ///
    /// # Errors
    /// As [`Desk::plan_recheck`].
    pub fn plan_watch(&self, draft: &WatchDraft) -> Result<crate::view::RecheckPlan, Failure> {
        let hosts = draft.host.iter().cloned().collect();
        self.plan_recheck(&Recheck::Case { case: draft.case, hosts }, draft.resolver.as_deref())
    }
}
