//! Cases, targets and notes.

use std::collections::{BTreeMap, HashSet};

use farol_lookup::whom_to_tell;
use farol_model::{
    approval::Subject,
    case::{Case, CaseFacts, CaseRef, Note, Outcome, PersonRole, Sensitivity, Status, Target},
    clock::{Clock, default_rules, rules_for},
    document::{Document, Language},
    id::{CaseId, EntryId, NoteId, ReportId},
    journal::{Action, Entry},
    lookup::{Observation, ProviderVerdict},
    member::Member,
    observable::Observable,
    registry::RegistryObject,
    report::Report,
    then_now::Notice,
    time::Timestamp,
};
use farol_store::{Reader, StoreError};

use crate::{
    Desk, Failure, approvals, clocks,
    documents::drafts,
    evidence, next_step,
    send_off::replies,
    undo::Undone,
    view::{CaseOpen, CaseRow, CaseView, Concerned, DocumentRow, ObservableView, Opens, StoryLine},
};

/// More hosts than that would bury what a case is about; answers are kept on it all the same.
const NAMED_TOGETHER: usize = 500;

impl Desk {
    pub(crate) fn case_row(
        &self,
        it: Reader<'_>,
        case: Case,
        now: Timestamp,
    ) -> Result<CaseRow, StoreError> {
        let clocks = it.running_clocks_of(case.id)?;
        let targets = it.targets_of(case.id)?;
        let n_settled = targets.iter().filter(|it| it.outcome != Outcome::Pending).count();
        let news = news_in_words(&it.notices_of(case.id)?);
        let row = row(case, clocks, (targets.len() as u32, n_settled as u32), now);
        Ok(CaseRow { news, ..row })
    }

    /// The case with a number people say.
    ///
    /// # Errors
    /// When there is none.
    pub fn case_id(&self, reference: CaseRef) -> Result<CaseId, Failure> {
        Ok(self.store.read(|it| it.case_by_reference(reference))?.id)
    }

    /// Opens a case: facts, first report, targets and the clocks that its category and severity
    /// ask for. A clock starts when the report came in, or now.
    ///
    /// # Errors
    /// When the title is empty or the report does not exist.
    pub fn open_case(&self, open: CaseOpen) -> Result<CaseId, Failure> {
        let title = open.title.trim().to_owned();
        if title.is_empty() {
            return Err(Failure::bad_input(
                "A case needs a title. Nothing was opened.",
                "Write one line that a colleague would recognise.",
            ));
        }
        self.require_two_ways()?;
        self.store.write(|tx| {
            let report = open.report.map(|id| tx.read().report(id)).transpose()?;
            let case = Case {
                id: CaseId(tx.new_id()),
                reference: tx.read().next_reference(tx.now().year())?,
                opened_at: tx.now(),
                opened_by: tx.actor(),
                theirs: None,
                facts: CaseFacts {
                    title,
                    category: open.category,
                    severity: open.severity,
                    severity_reason: open.severity_reason.trim().to_owned(),
                    status: Status::Triaged,
                    waiting_on: None,
                    legal_bases: Vec::new(),
                    assignee: Some(tx.actor()),
                    asked_by: None,
                    jurisdiction: None,
                    sensitivity: Sensitivity::Normal,
                    tickets: Vec::new(),
                    tags: Vec::new(),
                    people: Vec::new(),
                    accounts: Vec::new(),
                },
            };
            let id = case.id;
            let started_at = report.as_ref().map_or(tx.now(), |report| report.received_at);
            tx.record(&Action::CaseOpened { case: Box::new(case) })?;
            if let Some(report) = report {
                tx.record(&Action::ReportAttached { case: id, report: report.id })?;
            }
            for observable in open.targets {
                let after = Some(Target { observable, outcome: Outcome::Pending });
                tx.record(&Action::TargetSet { case: id, before: None, after })?;
            }
            for rule in rules_for(&default_rules(), open.category, open.severity) {
                clocks::start(tx, id, rule, started_at)?;
            }
            Ok(id)
        })
    }

    /// The case page.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn case(&self, id: CaseId) -> Result<CaseView, Failure> {
        let now = self.store.now();
        self.store.read(|it| {
            let case = it.case(id)?;
            let reports = it.reports_of(id)?;
            let members = it.members()?;
            let observations = it.observations_of(id)?;
            let targets = it.targets_of(id)?;
            let observables = observables(&reports, it.added_observables(id)?, targets);
            let documents = it.documents_of(id)?;
            let (decisions, mitigations) = (it.decisions_of(id)?, it.mitigations_of(id)?);
            let waiting = decisions.iter().filter(|it| it.needs_second);
            let waiting = waiting.map(|it| Subject::Decision(it.id)).chain(
                mitigations
                    .iter()
                    .filter(|it| it.needs_second)
                    .map(|it| Subject::Mitigation(it.id)),
            );
            let verdicts = self.verdicts(&observables, &observations);
            let story = it.story(id)?;
            let brought = self.brought(&story, Language::English);
            let answered = replies::among(&documents, &reports);
            let answers: Vec<_> = answered.into_keys().collect();
            let mut view = CaseView {
                concerned: concerned(&case, &reports, &answers, &verdicts),
                answers,
                then_now: self.then_now(&verdicts, &observations),
                news: it.notices_of(id)?,
                watches: self.watch_rows(it, Some(id))?,
                verdicts,
                clocks: clocks::lines(it.clocks_of(id)?, now),
                notes: it.notes_of(id)?,
                approvals: approvals::lines(it, waiting, &members)?,
                decisions,
                mitigations,
                documents: documents.iter().map(|it| document_row(it, &case)).collect(),
                sightings: it.sightings_of(id)?,
                evidence: evidence::views(it.evidence_of(id)?, &members),
                story: story_lines(drafts::with_beginnings(it, story)?, &brought, &members),
                hold: it.hold(id)?,
                next: next_step::nothing(),
                case,
                reports,
                observables,
                members,
            };
            view.next = next_step::next_step(&view);
            Ok(view)
        })
    }

    /// One verdict for each host of the case that was asked about, and for what only registries know.
    pub(crate) fn verdicts(
        &self,
        observables: &[ObservableView],
        observations: &[Observation],
    ) -> Vec<ProviderVerdict> {
        let subjects: Vec<String> = observations.iter().filter_map(subject).collect();
        let named = observables.iter().filter_map(|it| it.host.as_deref());
        let mut hosts: Vec<&str> = named.chain(subjects.iter().map(String::as_str)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
            .into_iter()
            .map(|host| farol_lookup::verdict(host, observations, &self.networks()))
            .filter(|verdict| verdict.as_of.is_some())
            .collect()
    }

    /// Changes the facts of a case. A changed category or severity starts the clocks it asks for
    /// and stops those it no longer asks for.
    ///
    /// # Errors
    /// When there is no such case, or the title is empty.
    pub fn change_case(&self, id: CaseId, after: CaseFacts) -> Result<(), Failure> {
        self.change_case_to(id, |_| Ok(after))
    }

    /// Changes in the facts of a case what differs between what somebody saw and what they want.
    /// What else changed since they looked stays.
    ///
    /// # Errors
    /// When there is no such case, or the title is empty.
    pub fn change_case_as_seen(
        &self,
        id: CaseId,
        seen: &CaseFacts,
        wanted: &CaseFacts,
    ) -> Result<(), Failure> {
        self.change_case_to(id, |now| merged(seen, wanted, now))
    }

    fn change_case_to(
        &self,
        id: CaseId,
        after: impl FnOnce(&CaseFacts) -> Result<CaseFacts, Failure>,
    ) -> Result<(), Failure> {
        self.store.write(|tx| {
            let before = tx.read().case(id)?.facts;
            let after = after(&before)?;
            if after.title.trim().is_empty() {
                return Err(Failure::bad_input(
                    "A case needs a title. Nothing was changed.",
                    "Write one line that a colleague would recognise.",
                ));
            }
            if before == after {
                return Ok(());
            }
            let retime = (before.category, before.severity) != (after.category, after.severity);
            tx.record(&Action::CaseChanged {
                case: id,
                before: Box::new(before),
                after: Box::new(after),
            })?;
            if retime {
                clocks::retime(tx, id)?;
            }
            Ok(())
        })
    }

    /// Puts a report on a case.
    ///
    /// # Errors
    /// When either does not exist.
    pub fn attach_report(&self, case: CaseId, report: ReportId) -> Result<(), Failure> {
        self.store.write(|tx| {
            tx.read().case(case)?;
            tx.read().report(report)?;
            if !tx.read().cases_of(report)?.iter().any(|it| it.id == case) {
                tx.record(&Action::ReportAttached { case, report })?;
            }
            Ok(())
        })
    }

    /// Reads one value that a person typed, defanged or not, into its normal form.
    ///
    /// # Errors
    /// When the text is none that can be recognised.
    pub fn read_observable(&self, text: &str) -> Result<Observable, Failure> {
        read_observable(text)
    }

    /// Adds a value that a person typed or pasted, defanged or not.
    ///
    /// # Errors
    /// When the text is none that can be recognised.
    pub fn add_observable(&self, case: CaseId, text: &str) -> Result<Observable, Failure> {
        let observable = read_observable(text)?;
        self.store.write(|tx| {
            tx.read().case(case)?;
            if !tx.read().added_observables(case)?.contains(&observable) {
                tx.record(&Action::ObservableAdded { case, observable: observable.clone() })?;
            }
            Ok(observable)
        })
    }

    /// Has hosts among the values of a case, so that what is answered about them is seen there; none of
    /// them when they are too many. What only registries know is seen without.
    pub(crate) fn name_on(&self, case: CaseId, hosts: &[String]) -> Result<(), Failure> {
        if hosts.len() > NAMED_TOGETHER {
            return Ok(());
        }
        self.store.write(|tx| {
            let (reports, added) =
                (tx.read().reports_of(case)?, tx.read().added_observables(case)?);
            let known = observables(&reports, added, tx.read().targets_of(case)?);
            let known: HashSet<_> = known.iter().filter_map(|it| it.host.as_deref()).collect();
            for host in hosts.iter().filter(|it| !known.contains(it.as_str())) {
                if let Some(observable) = farol_intake::observable(host) {
                    tx.record(&Action::ObservableAdded { case, observable })?;
                }
            }
            Ok(())
        })
    }

    /// Names a target, sets its outcome, or (none) says that it is no target.
    ///
    /// # Errors
    /// When there is no such case, or the outcome needs words and has none.
    pub fn set_target(
        &self,
        case: CaseId,
        observable: Observable,
        outcome: Option<Outcome>,
    ) -> Result<(), Failure> {
        if let Some(Outcome::Forwarded(note) | Outcome::Declined(note)) = &outcome
            && note.trim().is_empty()
        {
            return Err(Failure::bad_input(
                "This outcome needs a word more. Nothing was changed.",
                "Say to whom it was forwarded, or why it was declined.",
            ));
        }
        self.store.write(|tx| {
            tx.read().case(case)?;
            let before = tx.read().target(case, &observable)?;
            let after = outcome.map(|outcome| Target { observable, outcome });
            if before != after {
                tx.record(&Action::TargetSet { case, before, after })?;
            }
            Ok(())
        })
    }

    /// Writes a note on a case.
    ///
    /// # Errors
    /// When there is no such case, or nothing is written.
    pub fn add_note(&self, case: CaseId, text: &str) -> Result<NoteId, Failure> {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Err(Failure::bad_input("The note is empty. Nothing was added.", "Write it."));
        }
        self.store.write(|tx| {
            tx.read().case(case)?;
            let id = NoteId(tx.new_id());
            let note = Note { id, written_at: tx.now(), written_by: tx.actor(), text };
            tx.record(&Action::NoteAdded { case, note })?;
            Ok(id)
        })
    }
}

/// Whom each host concerns, as the strictest of the reporters allows; an answer to us is no report.
fn concerned(
    case: &Case,
    reports: &[Report],
    answers: &[ReportId],
    verdicts: &[ProviderVerdict],
) -> Vec<Concerned> {
    let first = reports.iter().filter(|it| !answers.contains(&it.id));
    let consent = first.map(|it| it.consent).max_by_key(|it| it.strictness());
    let of_host = |it: &ProviderVerdict| Concerned {
        host: it.host.clone(),
        accounts: case
            .facts
            .accounts
            .iter()
            .filter(|account| account.has(&it.host))
            .cloned()
            .collect(),
        parties: whom_to_tell(it, consent),
    };
    verdicts.iter().map(of_host).collect()
}

/// What was asked about, when only a registry knows such a thing.
fn subject(observation: &Observation) -> Option<String> {
    match observation.question.of_registry()? {
        (RegistryObject::Autnum, about) => Some(about.to_owned()),
        (RegistryObject::Nameserver, about) => Some(format!("ns:{about}")),
        _ => None,
    }
}

/// Reads one value that a person typed.
fn read_observable(text: &str) -> Result<Observable, Failure> {
    farol_intake::observable(text.trim()).ok_or_else(|| {
        Failure::bad_input(
            "This is not a URL, host, IP or mail address. Nothing was added.",
            "Write it plainly or defanged, for example hxxps://login[.]example[.]test/a.",
        )
    })
}

pub(crate) fn row(
    case: Case,
    clocks: Vec<Clock>,
    (n_targets, n_settled): (u32, u32),
    now: Timestamp,
) -> CaseRow {
    CaseRow {
        waits: waits(&case),
        id: case.id,
        reference: case.reference,
        title: case.facts.title,
        category: case.facts.category,
        severity: case.facts.severity,
        status: case.facts.status,
        sensitivity: case.facts.sensitivity,
        opened_at: case.opened_at,
        next_clock: clocks::lines(clocks, now).into_iter().next(),
        n_targets,
        n_settled,
        news: None,
    }
}

/// What nobody has seen yet, for a list: the newest, and how many more there are.
pub(crate) fn news_in_words(notices: &[Notice]) -> Option<String> {
    let newest = notices.first()?;
    Some(match notices.len() {
        1 => newest.text.clone(),
        n => format!("{} And {} more.", newest.text, n - 1),
    })
}

/// Who waits for us, in words.
fn waits(case: &Case) -> String {
    if let Some(whom) =
        case.facts.waiting_on.as_ref().filter(|_| case.facts.status == Status::Waiting)
    {
        return format!("we wait for {whom}");
    }
    let person =
        [PersonRole::Victim, PersonRole::Authority, PersonRole::Customer, PersonRole::Reporter]
            .into_iter()
            .find_map(|role| case.facts.people.iter().find(|person| person.role == role));
    match (person, case.facts.accounts.first()) {
        (Some(person), _) => format!("{}: {}", person.role.label(), person.name),
        (None, Some(account)) => format!("Customer: {}", account.name),
        (None, None) => case.facts.asked_by.clone().unwrap_or_default(),
    }
}

/// Every value of the case once, targets first.
fn observables(
    reports: &[Report],
    added: Vec<Observable>,
    targets: Vec<Target>,
) -> Vec<ObservableView> {
    let found =
        reports.iter().flat_map(|it| &it.parsed.observables).map(|it| it.observable.clone());
    let mut views: BTreeMap<Observable, Option<Target>> =
        found.chain(added).map(|observable| (observable, None)).collect();
    for target in targets {
        views.insert(target.observable.clone(), Some(target));
    }
    let mut views: Vec<_> = views
        .into_iter()
        .map(|(observable, target)| ObservableView {
            defanged: observable.defanged(),
            host: observable.host().map(str::to_owned),
            observable,
            target,
        })
        .collect();
    views.sort_by_key(|view| view.target.is_none());
    views
}

pub(crate) fn document_row(document: &Document, case: &Case) -> DocumentRow {
    DocumentRow {
        id: document.id,
        reference: case.reference,
        kind: document.kind,
        title: document.title.clone(),
        category: case.facts.category,
        sensitivity: case.facts.sensitivity,
        audience: document.audience.clone(),
        created_at: document.created_at,
        sent_at: document.sent.as_ref().map(|sent| sent.at),
    }
}

/// The facts as they are now, with what differs between what somebody saw and what they want.
fn merged(seen: &CaseFacts, wanted: &CaseFacts, now: &CaseFacts) -> Result<CaseFacts, Failure> {
    let words = |facts| serde_json::to_value(facts).map_err(unread);
    let (seen, wanted, mut now) = (words(seen)?, words(wanted)?, words(now)?);
    for (name, word) in wanted.as_object().into_iter().flatten() {
        if seen[name] != *word {
            now[name] = word.clone();
        }
    }
    serde_json::from_value(now).map_err(unread)
}

fn unread(_: serde_json::Error) -> Failure {
    Failure::bad_input(
        "These facts of a case cannot be read. Nothing was changed.",
        "Open the case again and change it once more.",
    )
}

/// The story, newest first; what an entry brought to light stands with it.
fn story_lines(
    entries: Vec<Entry>,
    brought: &BTreeMap<EntryId, String>,
    members: &[Member],
) -> Vec<StoryLine> {
    let undone = Undone::among(&entries);
    let mut lines: Vec<_> = entries
        .into_iter()
        // The lines beside it say what was taken back.
        .filter(|entry| !matches!(entry.action, Action::Undid { .. }))
        .map(|entry| StoryLine {
            can_undo: !undone.has(&entry) && entry.action.reversed(entry.header.at).is_some(),
            undone: undone.has(&entry),
            undoes: undone.made(&entry),
            entry: entry.header.id,
            at: entry.header.at,
            actor: members
                .iter()
                .find(|member| member.id == entry.header.actor)
                .map_or_else(|| "unknown".to_owned(), |member| member.name.clone()),
            text: match brought.get(&entry.header.id) {
                Some(changed) => format!("{}. {changed}", entry.action.describe()),
                None => entry.action.describe(),
            },
            opens: opens(&entry.action),
            action: entry.header.action,
        })
        .collect();
    lines.reverse();
    lines
}

fn opens(action: &Action) -> Option<Opens> {
    match action {
        Action::ReportReceived { report } => Some(Opens::Report(report.id)),
        Action::ReportAttached { report, .. } | Action::ConsentSet { report, .. } => {
            Some(Opens::Report(*report))
        }
        Action::DocumentCreated { document } => Some(Opens::Document(document.id)),
        Action::BlocksSaved { document, .. }
        | Action::EnvelopeSet { document, .. }
        | Action::StandingSet { document, .. }
        | Action::DocumentSent { document, .. } => Some(Opens::Document(*document)),
        Action::DocumentExported { certificate, .. } => Some(Opens::Document(certificate.document)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
