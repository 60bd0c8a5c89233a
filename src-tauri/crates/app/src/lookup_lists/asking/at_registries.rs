//! The second stage of a list: the registries, each at its own pace.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use farol_lookup::{Brought, Pass, Registries, Resolver, Stamp, registry_questions};
use farol_model::{
    id::{CaseId, LookupListId},
    lookup::{Answer, Observation},
    lookup_list::{ListedName, LookupList},
};

use super::{ListWatch, judge::Judge};
use crate::{
    Desk, Failure,
    lookup_lists::{
        ask_of,
        packed::Packer,
        registries::{Next, Schedule},
        running::Run,
    },
};

/// Registries that are asked at the same time.
const N_REGISTRIES: usize = 4;
/// How long somebody who waits for a registry rests.
const REST: Duration = Duration::from_millis(20);

impl Desk {
    #[expect(clippy::too_many_arguments, reason = "a stage is what is asked and who watches it")]
    pub(super) fn ask_list_registries(
        &self,
        list: &LookupList,
        pass: &Pass,
        run: &Run,
        registries: &Registries,
        brought: &BTreeMap<u32, Vec<CaseId>>,
        stopped: &(dyn Fn() -> bool + Send + Sync),
        watch: &ListWatch<'_>,
    ) -> Result<(), Failure> {
        let subjects = self.store.read(|it| it.subjects_to_ask(list.id))?;
        if subjects.is_empty() {
            return Ok(());
        }
        let mut cases_of: HashMap<&str, Vec<CaseId>> = HashMap::new();
        let names = self.store.read(|it| it.listed_names(list.id))?;
        for (n, _, subject) in &names {
            let Some(cases) = brought.get(n) else { continue };
            let known = cases_of.entry(subject).or_default();
            known.extend(cases);
            known.sort_unstable();
            known.dedup();
        }
        let order = self.shuffled(subjects.len());
        let at_server = |subject: &String| {
            let question = registry_questions(subject).into_iter().next();
            let server = question.and_then(|it| registries.plan(it).server);
            (server, subject.clone())
        };
        let schedule = Mutex::new(Schedule::new(order.iter().map(|n| at_server(&subjects[*n]))));
        let resolver = self.prepare_list(&ask_of(&list.choice))?.resolvers.swap_remove(0);
        let judge = Judge { networks: &self.networks(), asn: &self.asn_table() };
        run.registries.begin(self.store.now());
        let (done, came) = sync_channel::<Said>(N_REGISTRIES);
        let is_over = AtomicBool::new(false);
        let stopped = || stopped() || pass.is_over() || is_over.load(Ordering::Relaxed);
        let asking = Asking { desk: self, pass, registries, resolver, schedule, run };
        let kept = thread::scope(|scope| {
            for _ in 0..N_REGISTRIES {
                let (asking, done, stopped) = (&asking, done.clone(), &stopped);
                scope.spawn(move || asking.work(&done, stopped));
            }
            drop(done);
            for said in came {
                let cases = cases_of.get(said.subject.as_str()).map_or(&[][..], Vec::as_slice);
                if let Err(failure) = self.keep_registry(list.id, said, cases, &judge) {
                    is_over.store(true, Ordering::Relaxed);
                    return Err(failure);
                }
                run.registries.add(1);
                (watch.kept)();
            }
            Ok(())
        });
        run.registries.end();
        self.keep_quotas();
        kept
    }

    fn keep_registry(
        &self,
        id: LookupListId,
        said: Said,
        cases: &[CaseId],
        judge: &Judge<'_>,
    ) -> Result<(), Failure> {
        let Said { subject, brought: Brought { asked, beside }, is_again } = said;
        // What was put off left, too.
        let of_nobody = if cases.is_empty() || is_again { asked.as_slice() } else { &[] };
        self.note_left(None, of_nobody, beside)?;
        if is_again || asked.is_empty() {
            return Ok(());
        }
        for (nth, case) in cases.iter().enumerate() {
            let asked = asked.iter().cloned();
            let asked: Vec<_> =
                asked.map(|it| if nth == 0 { it } else { self.copied(it) }).collect();
            self.keep_observations(*case, &asked)?;
        }
        let said: Vec<Observation> = asked.iter().map(|it| it.observation.clone()).collect();
        let with = |name: ListedName| {
            let mut observations = self.kept_answers(id, &name.name).unwrap_or_default();
            observations.extend(said.iter().cloned());
            judge.listed(name.n, &name.name, &observations)
        };
        Ok(self.store.keep_registered(id, &subject, &Packer::new().pack(&asked), &with)?)
    }
}

/// What came of a question to a registry.
struct Said {
    subject: String,
    brought: Brought,
    /// Its registry put it off: it is asked again.
    is_again: bool,
}

/// The registries' stage.
struct Asking<'a> {
    desk: &'a Desk,
    pass: &'a Pass,
    registries: &'a Registries,
    resolver: Resolver,
    schedule: Mutex<Schedule>,
    run: &'a Run,
}

impl Asking<'_> {
    /// Asks one subject after the other until nothing is left.
    fn work(&self, done: &SyncSender<Said>, stopped: &(dyn Fn() -> bool + Send + Sync)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        let stamp = || Stamp { at: self.desk.store.now(), id: self.desk.store.new_id() };
        let schedule = || self.schedule.lock().unwrap_or_else(PoisonError::into_inner);
        while !stopped() {
            let next = schedule().next(self.desk.store.now(), &self.registries.quotas());
            let (server, subject, n_tries) = match next {
                Next::Ask { server, subject, n_tries } => (server, subject, n_tries),
                Next::Wait(ms) => {
                    thread::sleep(REST.min(Duration::from_millis(ms.max(1))));
                    continue;
                }
                Next::Over => return,
            };
            let brought = runtime.block_on(self.pass.ask_registry(
                &subject,
                self.registries,
                &self.resolver,
                &stamp,
                stopped,
            ));
            let mut schedule = schedule();
            schedule.back(server.as_deref());
            let now = self.desk.store.now();
            let is_put_off = server.as_deref().is_some_and(|it| {
                self.registries.quotas().of(it, now).is_some_and(|it| it.asked_to_wait)
            });
            let said_nothing = !brought.asked.is_empty()
                && brought
                    .asked
                    .iter()
                    .all(|it| matches!(it.observation.answer, Answer::NoAnswer { .. }));
            let is_again =
                is_put_off && said_nothing && schedule.again(server.as_deref(), &subject, n_tries);
            self.run.registries.will_take(schedule.takes_s());
            drop(schedule);
            if done.send(Said { subject, brought, is_again }).is_err() {
                return;
            }
        }
    }
}
