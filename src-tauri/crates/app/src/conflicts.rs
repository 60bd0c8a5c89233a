//! Facts that two desks changed without knowing of each other: shown, and settled by a person.

use farol_model::{
    case::CaseFacts,
    conflict::Conflict,
    document::{BlockChange, PlacedBlock},
    id::{CaseId, EntryId, ReportId},
    journal::Action,
    member::Member,
};
use farol_store::{Reader, StoreError, WriteTx};

use crate::{
    Desk, Failure, clocks,
    signed_files::words::legible,
    view::{ConflictLine, VersionLine},
};

impl Desk {
    /// Facts of a case with more than one version; both are kept until somebody chooses.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn conflicts(&self, case: CaseId) -> Result<Vec<ConflictLine>, Failure> {
        Ok(self.store.read(|it| {
            it.case(case)?;
            lines(it, case)
        })?)
    }

    /// Chooses the version that an entry set. The other one stays in the history.
    ///
    /// # Errors
    /// When there is no such conflict any more, or the entry is none of its versions.
    pub fn settle_conflict(
        &self,
        case: CaseId,
        key: &str,
        version: EntryId,
    ) -> Result<(), Failure> {
        self.store.write(|tx| {
            let conflicts = tx.read().conflicts(case)?;
            let Some((owner, conflict)) = conflicts.into_iter().find(|(_, it)| it.key == key)
            else {
                return Err(Failure::refused(
                    "Nobody disagrees about this any more. Nothing was changed.",
                    "Look at the case again.",
                ));
            };
            let Some(kept) = conflict.versions.iter().find(|it| it.entry == version) else {
                return Err(Failure::not_found("version"));
            };
            let report: Option<ReportId> = owner.parse().ok().filter(|_| owner != case.to_string());
            tx.record(&Action::ConflictSettled {
                case: report.is_none().then_some(case),
                report,
                key: key.to_owned(),
                label: conflict.label.clone(),
                kept: version,
                is: kept.is.clone(),
            })?;
            let source = source_of(tx.read(), version)?;
            set_again(tx, case, key, &source)?;
            if matches!(key, "case/category" | "case/severity") {
                clocks::retime(tx, case)?;
            }
            Ok(())
        })
    }
}

/// The action that set a version, through entries that settled on it.
fn source_of(it: Reader<'_>, version: EntryId) -> Result<Action, StoreError> {
    let mut action = it.entry(version)?.action;
    // Each settles on an entry that was there before, so this ends.
    while let Action::ConflictSettled { kept, .. } = action {
        action = it.entry(kept)?.action;
    }
    Ok(action)
}

/// Sets a fact to what an action set it to, unless it is that already.
fn set_again(tx: &mut WriteTx<'_>, case: CaseId, key: &str, to: &Action) -> Result<(), Failure> {
    let it = tx.read();
    let again = match to.clone() {
        Action::CaseChanged { after, .. } => {
            let before: Box<CaseFacts> = Box::new(it.case(case)?.facts);
            let mut facts = before.clone();
            facts.take(key, &after);
            (before != facts).then_some(Action::CaseChanged { case, before, after: facts })
        }
        Action::TargetSet { before, after, .. } => {
            let Some(target) = after.as_ref().or(before.as_ref()) else { return Ok(()) };
            let before = it.target(case, &target.observable)?;
            (before != after).then_some(Action::TargetSet { case, before, after })
        }
        Action::ClockSet { after, .. } => {
            let before = it.clocks_of(case)?.into_iter().find(|it| it.id == after.id).map(Box::new);
            (before.as_ref() != Some(&after)).then_some(Action::ClockSet { case, before, after })
        }
        Action::HoldSet { after, .. } => {
            let before = it.hold(case)?;
            (before != after).then_some(Action::HoldSet { case, before, after })
        }
        Action::ConsentSet { report, after, .. } => {
            let before = it.report(report)?.consent;
            (before != after).then_some(Action::ConsentSet { report, before, after })
        }
        Action::DecisionSet { after, .. } => {
            let before = it.decision(after.id).ok().map(Box::new);
            (before.as_ref() != Some(&after)).then_some(Action::DecisionSet { case, before, after })
        }
        Action::MitigationSet { after, .. } => {
            let before = it.mitigation(after.id).ok().map(Box::new);
            (before.as_ref() != Some(&after)).then_some(Action::MitigationSet {
                case,
                before,
                after,
            })
        }
        Action::EnvelopeSet { document, after, .. } => {
            let before = it.document(document)?.envelope;
            (before.as_ref() != Some(&after)).then_some(Action::EnvelopeSet {
                case,
                document,
                before,
                after,
            })
        }
        Action::BlocksSaved { document, changes, .. } => {
            let blocks = it.document(document)?.blocks;
            let change = changes
                .into_iter()
                .find(|it| key == format!("block/{document}/{}", it.block))
                .map(|change| {
                    let at = blocks.iter().position(|it| it.id == change.block);
                    let before =
                        at.map(|at| PlacedBlock { position: at as u32, block: blocks[at].clone() });
                    // Where it stands is no part of what was chosen.
                    let after = change.after.map(|after| PlacedBlock {
                        position: before.as_ref().map_or(after.position, |it| it.position),
                        ..after
                    });
                    BlockChange { before, after, ..change }
                })
                .filter(|it| it.before != it.after);
            change.map(|it| Action::BlocksSaved { case, document, changes: vec![it] })
        }
        _ => None,
    };
    if let Some(again) = again {
        tx.record(&again)?;
    }
    Ok(())
}

/// What a case page shows of its conflicts.
pub(crate) fn lines(it: Reader<'_>, case: CaseId) -> Result<Vec<ConflictLine>, StoreError> {
    let members = it.members()?;
    let conflicts = it.conflicts(case)?.into_iter();
    Ok(conflicts.map(|(_, conflict)| line(conflict, &members)).collect())
}

fn line(conflict: Conflict, members: &[Member]) -> ConflictLine {
    let last = conflict.versions.len().saturating_sub(1);
    let versions = conflict.versions.into_iter().enumerate().map(|(at, it)| VersionLine {
        entry: it.entry,
        who: members
            .iter()
            .find(|member| member.id == it.by)
            .map_or_else(String::new, |member| legible(&member.name)),
        at: it.at,
        was: legible(&it.was),
        is: legible(&it.is),
        shown: at == last,
    });
    ConflictLine {
        key: conflict.key,
        label: legible(&conflict.label),
        versions: versions.collect(),
    }
}
