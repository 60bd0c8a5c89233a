//! Asking a list: the DNS, then the registries, each name kept soon after it is done.

/// The second stage.
mod at_registries;
/// The first stage.
mod at_resolvers;
/// What observations mean for a line.
mod judge;

use farol_lookup::{Asked, Pass, registrable_domain, registry_subject};
use farol_model::{
    id::{LookupListId, ObservationId},
    lookup::Observation,
    lookup_list::{ListState, LookupList},
};
use farol_store::{SharedBy, StoreError};

use super::{
    packed::unpack,
    running::{Run, Stop},
};
use crate::{Desk, Failure, view::LookupListView};
pub(super) use judge::Judge;

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
        let (domain, subject) = (domain_of(name), registry_subject(name).unwrap_or_default());
        let packed = self.store.read(|it| {
            Ok::<_, StoreError>([
                it.listed_answers(id, name)?,
                it.listed_shared(id, &SharedBy::Domain(&domain))?,
                it.listed_shared(id, &SharedBy::Subject(&subject))?,
            ])
        })?;
        let mut all = Vec::new();
        for packed in packed.into_iter().flatten() {
            all.extend(unpack(&packed).ok_or_else(|| {
                Failure::new(
                    crate::Code::Failed,
                    "Answers of this list cannot be read any more. Nothing else is affected.",
                    "Ask the name again in a new list.",
                )
            })?);
        }
        Ok(all)
    }
}

/// The domain under which answers about it are kept.
fn domain_of(name: &str) -> String {
    registrable_domain(name).unwrap_or_else(|| name.to_owned())
}
