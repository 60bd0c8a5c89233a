//! Taking a change back, and the list of all changes.

use std::{collections::BTreeSet, path::Path};

use farol_model::{
    document::ReviewState,
    id::{CaseId, EntryId, MemberId},
    journal::{Action, Entry},
    time::Timestamp,
};
use farol_store::Reader;
use serde_json::Value;

use crate::{Code, Desk, Failure, spreadsheet, view::HistoryLine, whole_file};

impl Desk {
    /// Takes back what was committed together with this entry, by new entries. Undoing an undo does
    /// the change again.
    ///
    /// # Errors
    /// When something in that commit cannot be taken back, or was changed since: nothing was changed.
    pub fn undo(&self, entry: EntryId) -> Result<(), Failure> {
        self.store.write(|tx| {
            let Some(commit) = tx.read().commit_of(entry)? else {
                return Err(Failure::refused(
                    "This was done together with a change on another case that is not here any more, or never was. Nothing was changed.",
                    "Make the change by hand, or take it back on the desk where it was made.",
                ));
            };
            let changes: Vec<_> =
                commit.iter().filter(|it| !matches!(it.action, Action::Undid { .. })).collect();
            let reversed: Option<Vec<_>> =
                changes.iter().rev().map(|it| it.action.reversed(tx.now())).collect();
            let Some(reversed) = reversed else {
                return Err(Failure::refused(
                    "This cannot be taken back: it left the desk, was signed, or is evidence. Nothing was changed.",
                    "Write a note that says what was wrong with it.",
                ));
            };
            tx.record(&Action::Undid {
                case: changes.iter().find_map(|it| it.action.case()),
                report: changes.iter().find_map(|it| it.action.report()),
                entries: changes.iter().map(|it| it.header.id).collect(),
            })?;
            for (change, back) in changes.iter().rev().zip(&reversed) {
                if !stands(tx.read(), &change.action)? {
                    return Err(Failure::refused(
                        format!("“{}” was changed since. Nothing was changed.", change.action.describe()),
                        "Undo the later change first, or make the change by hand.",
                    ));
                }
                tx.record(back)?;
            }
            Ok(())
        })
    }

    /// Every change on a case and its reports, oldest first, with what was before and after.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn history(&self, case: CaseId) -> Result<Vec<HistoryLine>, Failure> {
        let (entries, members) = self.store.read(|it| {
            it.case(case)?;
            Ok::<_, Failure>((it.story(case)?, it.members()?))
        })?;
        let name = |id: MemberId| {
            members.iter().find(|it| it.id == id).map_or_else(String::new, |it| it.name.clone())
        };
        Ok(entries
            .into_iter()
            .map(|Entry { header, action }| {
                let body = serde_json::to_value(&action).unwrap_or_default();
                let part =
                    |key: &str| body.get(key).filter(|it| !it.is_null()).map(Value::to_string);
                HistoryLine {
                    entry: header.id,
                    at: header.at,
                    actor: name(header.actor),
                    text: action.describe(),
                    before: part("before"),
                    after: part("after"),
                    action: header.action,
                }
            })
            .collect())
    }

    /// Writes the history as CSV that no spreadsheet takes for formulas. Gives the number of lines.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn export_history(&self, case: CaseId, path: &Path) -> Result<u32, Failure> {
        let lines = self.history(case)?;
        let head = ["at", "who", "action", "what", "before", "after", "entry"];
        let rows = lines.iter().map(|line| {
            let before = line.before.clone().unwrap_or_default();
            let after = line.after.clone().unwrap_or_default();
            let (actor, action, text) =
                (line.actor.clone(), line.action.clone(), line.text.clone());
            [line.at.to_string(), actor, action, text, before, after, line.entry.to_string()]
        });
        whole_file::write(path, |to| spreadsheet::write(to, head, rows)).map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("The history could not be written: {}.", error.kind()),
                "Choose another folder, or free some space. The record itself is safe.",
            )
        })?;
        Ok(u32::try_from(lines.len()).unwrap_or(u32::MAX))
    }
}

/// Whether what an action changed is still as it left it.
fn stands(it: Reader<'_>, action: &Action) -> Result<bool, Failure> {
    Ok(match action {
        Action::ConsentSet { report, after, .. } => it.report(*report)?.consent == *after,
        Action::HoldSet { case, after, .. } => it.hold(*case)? == *after,
        Action::CaseChanged { case, after, .. } => it.case(*case)?.facts == **after,
        Action::TargetSet { case, before, after } => {
            let Some(target) = after.as_ref().or(before.as_ref()) else { return Ok(true) };
            it.target(*case, &target.observable)? == *after
        }
        Action::ClockSet { case, after, .. } => it.clocks_of(*case)?.contains(after),
        Action::MitigationSet { after, .. } => it.mitigation(after.id)? == **after,
        Action::EnvelopeSet { document, after, .. } => {
            let document = it.document(*document)?;
            // What somebody was asked about, approved or issued is changed in the open.
            document.sent.is_none()
                && document.standing.state() == ReviewState::Draft
                && document.envelope.as_ref() == Some(after)
        }
        Action::StandingSet { document, after, .. } => it.document(*document)?.standing == **after,
        Action::SightingSet { case, before, after } => {
            let held = it.sightings_of(*case)?;
            match after.as_ref().or(before.as_ref()) {
                Some(wanted) => held.iter().find(|it| it.id == wanted.id) == after.as_deref(),
                None => true,
            }
        }
        Action::NoteAdded { case, note } => it.notes_of(*case)?.contains(note),
        Action::NoteWithdrawn { case, note } => !it.notes_of(*case)?.contains(note),
        Action::ReportAttached { case, report } => {
            it.cases_of(*report)?.iter().any(|it| it.id == *case)
        }
        Action::ReportDetached { case, report } => {
            !it.cases_of(*report)?.iter().any(|it| it.id == *case)
        }
        _ => true,
    })
}

/// What was taken back, and the commits that took something back, among these entries.
pub(crate) struct Undone {
    entries: BTreeSet<EntryId>,
    by: BTreeSet<(Timestamp, MemberId)>,
}

impl Undone {
    pub(crate) fn among(entries: &[Entry]) -> Self {
        let mut undone = Self { entries: BTreeSet::new(), by: BTreeSet::new() };
        for Entry { header, action } in entries {
            if let Action::Undid { entries, .. } = action {
                undone.entries.extend(entries);
                undone.by.insert((header.at, header.actor));
            }
        }
        undone
    }

    pub(crate) fn has(&self, entry: &Entry) -> bool {
        self.entries.contains(&entry.header.id)
    }

    pub(crate) fn made(&self, entry: &Entry) -> bool {
        self.by.contains(&(entry.header.at, entry.header.actor))
    }
}
