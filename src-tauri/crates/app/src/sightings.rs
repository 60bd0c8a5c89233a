//! Sightings: what a person saw at an address. Nothing is fetched; a capture is a file that they made.

use std::path::Path;

use farol_model::{
    case::Category,
    id::{CaseId, EvidenceId, SightingId},
    journal::Action,
    sighting::{Seen, Sighting},
};

use crate::{Desk, Failure, lookups::Watch, view::SightingDraft};

/// How far a clock of another person may be ahead.
const AHEAD_S: i64 = 300;

impl Desk {
    /// Writes down what a person saw. A file of it is taken in as evidence first.
    ///
    /// # Errors
    /// When the address cannot be understood or has no host, the time is to come, "something else" has no
    /// words, or the case keeps references only and a capture is given; nothing is kept then.
    pub fn add_sighting(
        &self,
        case: CaseId,
        draft: &SightingDraft,
        capture: Option<&Path>,
        watch: &Watch<'_>,
    ) -> Result<SightingId, Failure> {
        let observable = self.read_observable(&draft.address)?;
        if observable.host().is_none() {
            return Err(Failure::bad_input(
                "A sighting is of a URL, a host or an address. Nothing was added.",
                "Write where it was seen.",
            ));
        }
        let now = self.store.now();
        let seen_at = draft.seen_at.unwrap_or(now);
        if seen_at > now.plus_s(AHEAD_S) {
            return Err(Failure::bad_input(
                "This time is still to come. Nothing was added.",
                "Write when it was seen, with its zone, for example 2026-11-23T14:03:00Z.",
            ));
        }
        if draft.seen == Seen::Other && draft.words.trim().is_empty() {
            return Err(Failure::bad_input(
                "Something else needs a word more. Nothing was added.",
                "Write what there was to see.",
            ));
        }
        let category = self.store.read(|it| it.case(case))?.facts.category;
        if category == Category::ChildSafety && (capture.is_some() || draft.capture.is_some()) {
            return Err(Failure::refused(
                "Cases about child safety keep references only: no capture of what was seen. Nothing was kept.",
                "Write down in words what was seen and where, and follow your legal procedure.",
            ));
        }
        let capture = match capture {
            Some(path) => {
                let origin = format!("capture of a sighting at {}", observable.defanged());
                Some(self.add_evidence(case, path, &origin, None, watch)?.id)
            }
            None => draft.capture.map(|it| self.on_case(case, it)).transpose()?,
        };
        let is_named = self.store.read(|it| {
            let named = it.reports_of(case)?.into_iter().flat_map(|it| it.parsed.observables);
            Ok::<_, Failure>(
                named.map(|it| it.observable).any(|it| it == observable)
                    || it.target(case, &observable)?.is_some(),
            )
        })?;
        if !is_named {
            // By itself: taking the sighting back leaves the value on the case.
            self.add_observable(case, &draft.address)?;
        }
        self.store.write(|tx| {
            let plain = |text: &str| text.trim().to_owned();
            let id = SightingId(tx.new_id());
            let sighting = Sighting {
                id,
                observable,
                seen_at,
                seen_by: draft.seen_by.as_deref().map(plain).filter(|it| !it.is_empty()),
                written_by: tx.actor(),
                seen_from: plain(&draft.seen_from),
                device: plain(&draft.device),
                language: plain(&draft.language),
                seen: draft.seen,
                words: plain(&draft.words),
                cloaked: draft.cloaked,
                capture,
            };
            tx.record(&Action::SightingSet {
                case,
                before: None,
                after: Some(Box::new(sighting)),
            })?;
            Ok(id)
        })
    }

    /// The sightings of a case, the newest first.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn sightings(&self, case: CaseId) -> Result<Vec<Sighting>, Failure> {
        Ok(self.store.read(|it| {
            it.case(case)?;
            it.sightings_of(case)
        })?)
    }

    /// Takes a sighting back: somebody wrote it down wrong. What it said stays in the journal.
    ///
    /// # Errors
    /// When there is no such sighting.
    pub fn withdraw_sighting(&self, id: SightingId) -> Result<CaseId, Failure> {
        self.store.write(|tx| {
            let (case, sighting) = tx.read().sighting(id)?;
            let before = Some(Box::new(sighting));
            tx.record(&Action::SightingSet { case, before, after: None })?;
            Ok(case)
        })
    }

    /// A file that this very case has.
    fn on_case(&self, case: CaseId, id: EvidenceId) -> Result<EvidenceId, Failure> {
        let held = self.store.read(|it| it.evidence_of(case))?;
        held.iter()
            .map(|it| it.evidence.id)
            .find(|it| *it == id)
            .ok_or_else(|| Failure::not_found("file on this case"))
    }
}

#[cfg(test)]
mod tests;
