//! What a letter relies on: look-ups of the hosts it names, and facts of the record that it refers to.

use farol_compose::Material;
use farol_lookup::History;
use farol_model::{
    case::Case,
    document::{Document, Span, sees},
    journal::{Action, Entry},
    observable::defang,
    time::Timestamp,
};
use farol_store::Reader;

use crate::{
    Desk, Failure,
    documents::{CaseFile, facts},
    view::{Holds, Relied, ReliedFact},
};

/// An answer that is older than this is asked for again before a letter rests on it.
const FRESH_S: i64 = 3600;

impl Desk {
    /// The facts that the text refers to, and what each was when the text was saved.
    pub(super) fn facts_relied_on(
        &self,
        it: Reader<'_>,
        document: &Document,
    ) -> Result<Vec<ReliedFact>, Failure> {
        let mut names: Vec<&str> = Vec::new();
        let read = document.blocks.iter().filter(|it| sees(&document.audience, &it.audience));
        for span in read.flat_map(|it| it.content.texts()).flat_map(|text| &text.0) {
            // The number of a case is given once and never changes.
            if let Span::Fact(name) = span
                && name != "case.reference"
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let file = self.case_facts(it, document.case, document.language())?;
        let story = it.story(document.case)?;
        let then = facts_before(&file, &story, it.document_saved_at(document.id)?);
        let changed_at = story.last().map_or(file.case.opened_at, |it| it.header.at);
        let named = facts::named(&file, changed_at).into_iter();
        Ok(named
            .filter(|it| names.contains(&it.name.as_str()))
            .map(|now| ReliedFact {
                was: then.get(&now.name).filter(|it| **it != now.value).cloned(),
                name: now.name,
                value: now.value,
                source: now.source,
                as_of: now.as_of,
            })
            .collect())
    }

    /// The hosts of the case that the text names, and how far what is known of them still holds.
    pub(super) fn relies_on(
        &self,
        it: Reader<'_>,
        case: &Case,
        document: &Document,
        text: &str,
        now: Timestamp,
    ) -> Result<Vec<Relied>, Failure> {
        let saved_at = it.document_saved_at(document.id)?;
        let observations = it.observations_of(case.id)?;
        let (history, networks) = (History::of(&observations), self.networks());
        let named = self.hosts_of(it, case.id)?.into_iter().filter(|host| names(text, host));
        Ok(named
            .map(|host| {
                let pictures = history.pictures(&host, &networks);
                let Some(newest) = pictures.last() else {
                    let says = format!("{} was never looked up.", defang(&host));
                    return Relied { host, holds: Holds::Never, checked_at: None, says };
                };
                let then = pictures.iter().rfind(|it| it.at <= saved_at).unwrap_or(&pictures[0]);
                let diff = farol_lookup::diff(then, newest, &networks);
                let is_fresh = now.seconds_since(newest.at) < FRESH_S;
                let unanswered = newest.unanswered.contains(&farol_model::then_now::Aspect::Leads);
                let (holds, says) = if !diff.changes.is_empty() {
                    (Holds::No, diff.sentence)
                } else if unanswered {
                    (Holds::Unchecked, format!("{} gave no answer the last time.", defang(&host)))
                } else if is_fresh {
                    let says = format!(
                        "{} still is as it was: {}",
                        defang(&host),
                        farol_lookup::verdict(&host, &observations, &networks).summary
                    );
                    (Holds::Yes, says)
                } else {
                    let says = format!(
                        "{} was last looked up {}; whether it still is so is not known.",
                        defang(&host),
                        newest.at.to_minute()
                    );
                    (Holds::Unchecked, says)
                };
                Relied { host, holds, checked_at: Some(newest.at), says }
            })
            .collect())
    }
}

/// The facts as they were at an instant: what was recorded since is taken back, the newest first.
fn facts_before(
    file: &CaseFile,
    story: &[Entry],
    at: Timestamp,
) -> std::collections::BTreeMap<String, String> {
    let now = file.material();
    let (mut case, mut targets) = (now.case.clone(), now.targets.to_vec());
    let (mut decisions, mut mitigations) = (now.decisions.to_vec(), now.mitigations.to_vec());
    let mut reports = now.reports.to_vec();
    for entry in story.iter().rev().take_while(|it| it.header.at > at) {
        match &entry.action {
            Action::CaseChanged { before, .. } => case.facts = (**before).clone(),
            Action::TargetSet { before, after, .. } => {
                targets
                    .retain(|it| Some(&it.observable) != after.as_ref().map(|it| &it.observable));
                targets.extend(before.clone());
            }
            Action::DecisionSet { before, after, .. } => {
                decisions.retain(|it| it.id != after.id);
                decisions.extend(before.as_deref().cloned());
            }
            Action::MitigationSet { before, after, .. } => {
                mitigations.retain(|it| it.id != after.id);
                mitigations.extend(before.as_deref().cloned());
            }
            Action::ReportAttached { report, .. } => reports.retain(|it| it.id != *report),
            _ => {}
        }
    }
    farol_compose::facts(&Material {
        case: &case,
        targets: &targets,
        decisions: &decisions,
        mitigations: &mitigations,
        reports: &reports,
        ..now
    })
}

/// Whether a text names a host, plainly or defanged, as a whole.
pub(super) fn names(text: &str, host: &str) -> bool {
    [host.to_owned(), defang(host)].iter().any(|wanted| {
        text.match_indices(wanted.as_str()).any(|(at, it)| {
            let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '-');
            let before = text[..at].chars().next_back();
            let mut after = text[at + it.len()..].chars();
            let next = after.next();
            // `shop.test` is not named by `shop.test.evil.test`, nor by `shop[.]test[.]evil`.
            let goes_on = match next {
                Some('.') => after.next().is_some_and(char::is_alphanumeric),
                Some('[') => after.next() == Some('.'),
                _ => false,
            };
            is_end(before) && before != Some('.') && before != Some(']') && is_end(next) && !goes_on
        })
    })
}
