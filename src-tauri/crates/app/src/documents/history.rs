//! What became of a block, and the moments of a case that a timeline may tell.

use farol_model::{
    case::Status,
    clock::Stop,
    decision::MitigationState,
    document::{Block, Content, Language, Moment, Text},
    id::{BlockId, CaseId, DocumentId, EntryId, MemberId},
    journal::{Action, Entry},
    time::Timestamp,
};
use farol_store::Reader;

use crate::{
    Desk, Failure,
    view::{BlockVersion, MomentRow},
};

impl Desk {
    /// Every version of a block, the newest first, as far as the journal goes.
    ///
    /// # Errors
    /// When there is no such document, or it never had this block.
    pub fn block_history(
        &self,
        document: DocumentId,
        block: BlockId,
    ) -> Result<Vec<BlockVersion>, Failure> {
        self.store.read(|it| {
            let case = it.document(document)?.case;
            let members = it.members()?;
            let name = |id: MemberId| {
                members.iter().find(|it| it.id == id).map_or_else(String::new, |it| it.name.clone())
            };
            let mut versions: Vec<_> = it
                .story(case)?
                .iter()
                .filter_map(|entry| {
                    let after = version(entry, document, block)?;
                    let header = &entry.header;
                    Some(BlockVersion {
                        entry: header.id,
                        at: header.at,
                        by: name(header.actor),
                        block: after,
                    })
                })
                .collect();
            // A block that only moved says the same as before.
            versions.dedup_by(|later, earlier| later.block == earlier.block);
            if versions.is_empty() {
                return Err(Failure::not_found("block"));
            }
            versions.reverse();
            Ok(versions)
        })
    }

    /// Puts a block back as it was at an entry of its history; one that was removed comes back at the end.
    ///
    /// # Errors
    /// When the entry holds no version of it, or as [`Desk::save_document`].
    pub fn restore_block(
        &self,
        document: DocumentId,
        block: BlockId,
        entry: EntryId,
    ) -> Result<Timestamp, Failure> {
        let (disposed, opens) = self.store.read(|it| {
            let case = it.document(document)?.case;
            Ok::<_, Failure>((it.disposed_drafts(case, document)?, it.entry(entry).is_ok()))
        })?;
        if let (Some((header, left)), false) = (disposed, opens) {
            return Err(Failure::refused(
                format!(
                    "The drafts of this document were disposed of on {}: {} entries can no longer be read, and nothing of them can be put back. Nothing was changed.",
                    header.at.to_minute(),
                    left.n_entries
                ),
                "Begin a correction, which starts from the issued text.",
            ));
        }
        let versions = self.block_history(document, block)?;
        let wanted = versions.into_iter().find(|it| it.entry == entry).and_then(|it| it.block);
        let Some(wanted) = wanted else { return Err(Failure::not_found("version of this block")) };
        let mut blocks = self.store.read(|it| it.document(document))?.blocks;
        match blocks.iter_mut().find(|it| it.id == block) {
            Some(now) => *now = wanted,
            None => blocks.push(wanted),
        }
        self.save_document(document, &blocks, None)
    }

    /// The moments of a case, oldest first, each with the entry it comes from.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn moments(&self, case: CaseId) -> Result<Vec<MomentRow>, Failure> {
        self.store.read(|it| {
            it.case(case)?;
            moments(self, it, case, Language::English)
        })
    }

    /// The same for a document of the case, in its language.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn moments_for(&self, document: DocumentId) -> Result<Vec<MomentRow>, Failure> {
        self.store.read(|it| {
            let document = it.document(document)?;
            moments(self, it, document.case, document.language())
        })
    }

    /// Adds moments of the case's record to the timeline of a document, or to a new one at its end.
    /// New moments are for the team.
    ///
    /// # Errors
    /// When an entry is none of the case's moments, or as [`Desk::save_document`].
    pub fn add_moments(
        &self,
        document: DocumentId,
        entries: &[EntryId],
    ) -> Result<Timestamp, Failure> {
        use farol_model::document::{Audience, TimelineRow};
        let (mut blocks, all) = self.store.read(|it| {
            let document = it.document(document)?;
            let all = moments(self, it, document.case, document.language())?;
            Ok::<_, Failure>((document.blocks, all))
        })?;
        let mut rows = Vec::new();
        for entry in entries {
            let Some(it) = all.iter().find(|it| it.entry == *entry) else {
                return Err(Failure::not_found("moment of this case"));
            };
            rows.push(TimelineRow {
                at: it.at,
                text: Text::plain(&it.text),
                audience: Audience::InternalTeam,
                source: Some(it.entry),
                kind: it.kind,
            });
        }
        let timeline = blocks.iter_mut().find_map(|block| match &mut block.content {
            Content::Timeline { rows } => Some(rows),
            _ => None,
        });
        match timeline {
            Some(known) => {
                rows.retain(|row| !known.iter().any(|it| it.source == row.source));
                known.extend(rows);
                known.sort_by_key(|row| row.at);
            }
            None => blocks.push(Block {
                id: BlockId(self.store.new_id()),
                audience: Audience::InternalTeam,
                content: Content::Timeline { rows },
            }),
        }
        self.save_document(document, &blocks, None)
    }
}

/// What the block was after this entry, if the entry is about it; `Some(None)` when it was removed.
fn version(entry: &Entry, document: DocumentId, block: BlockId) -> Option<Option<Block>> {
    match &entry.action {
        Action::DocumentCreated { document: it } if it.id == document => {
            it.blocks.iter().find(|it| it.id == block).map(|it| Some(it.clone()))
        }
        Action::DraftsDisposed { left, .. } if left.document.id == document => {
            left.document.blocks.iter().find(|it| it.id == block).map(|it| Some(it.clone()))
        }
        Action::BlocksSaved { document: it, changes, .. } if *it == document => changes
            .iter()
            .find(|change| change.block == block)
            .map(|change| change.after.as_ref().map(|it| it.block.clone())),
        _ => None,
    }
}

/// What happened; of look-ups that showed something else than those before, what that was.
fn moments(
    desk: &Desk,
    it: Reader<'_>,
    case: CaseId,
    language: Language,
) -> Result<Vec<MomentRow>, Failure> {
    let story = it.story(case)?;
    let mut brought = desk.brought(&story, language);
    Ok(story
        .into_iter()
        .filter(|entry| {
            !matches!(
                entry.action,
                Action::BlocksSaved { .. }
                    | Action::StandingSet { .. }
                    | Action::EnvelopeSet { .. }
                    | Action::DraftsDisposed { .. }
            )
        })
        .map(|Entry { header, action }| MomentRow {
            entry: header.id,
            at: header.at,
            kind: kind(&action),
            text: brought.remove(&header.id).unwrap_or_else(|| action.describe_in(language)),
        })
        .collect())
}

/// Whether an entry only keeps the record: an analysis that is begun leaves it out, and the timeline
/// builder still offers it.
pub(super) fn is_routine(action: &Action) -> bool {
    match action {
        Action::ReportAttached { .. }
        | Action::ReportDetached { .. }
        | Action::ConsentSet { .. }
        | Action::ObservableAdded { .. }
        | Action::Observed { .. }
        | Action::EvidenceHandled { .. }
        | Action::BundleLeft { .. }
        | Action::BundleTaken { .. }
        | Action::ConflictSettled { .. }
        | Action::Undid { .. }
        | Action::NoteWithdrawn { .. }
        | Action::DocumentCreated { .. }
        | Action::DocumentExported { .. }
        | Action::BlocksSaved { .. }
        | Action::EnvelopeSet { .. }
        | Action::DraftsDisposed { .. }
        | Action::StandingSet { .. } => true,
        Action::CaseChanged { before, after, .. } => {
            before.status == after.status && before.severity == after.severity
        }
        Action::TargetSet { before, .. } => before.is_none(),
        // The response itself is told, in the same minute.
        Action::ClockSet { before, after, .. } => {
            let by_response =
                after.stopped.as_ref().is_some_and(|it| it.reason == Stop::BY_A_RESPONSE);
            before.is_none() || (by_response && !after.is_missed(after.started_at))
        }
        _ => false,
    }
}

/// Whether the matter was settled with this.
pub(super) fn resolves(action: &Action) -> bool {
    let is_settled = |it: Status| matches!(it, Status::Resolved | Status::Closed);
    matches!(action, Action::CaseChanged { before, after, .. }
        if !is_settled(before.status) && is_settled(after.status))
}

/// What the record itself says about the kind of a moment; a person may say otherwise.
fn kind(action: &Action) -> Option<Moment> {
    match action {
        Action::DecisionSet { .. } => Some(Moment::Decision),
        Action::DocumentSent { .. } | Action::DocumentExported { .. } => Some(Moment::Told),
        Action::CaseOpened { .. } => Some(Moment::ResponseBegan),
        Action::MitigationSet { after, .. } if after.state() == MitigationState::Lifted => {
            Some(Moment::ImpactEnded)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use farol_model::{
        case::{Category, Outcome, Severity, Status},
        export::Sight,
    };

    use crate::{testing, view::CaseOpen};

    #[test]
    fn a_portuguese_document_tells_the_record_in_portuguese() {
        let (_dir, desk) = testing::desk(60_000);
        let target = farol_intake::observable("https://login.kelp.test/a").unwrap();
        let case = desk
            .open_case(CaseOpen {
                title: "Kelp".into(),
                category: Category::Copyright,
                severity: Severity::High,
                severity_reason: String::new(),
                report: None,
                targets: vec![target.clone()],
            })
            .unwrap();
        desk.set_target(case, target, Some(Outcome::AlreadyGone)).unwrap();
        let mut facts = desk.case(case).unwrap().case.facts;
        facts.status = Status::Mitigated;
        facts.severity = Severity::Critical;
        desk.change_case(case, facts).unwrap();
        let clocks = desk.case(case).unwrap().clocks;
        let running = clocks.iter().find(|it| it.clock.stopped.is_none()).unwrap();
        desk.stop_clock(case, running.clock.id, "por telefone").unwrap();

        let update = desk.create_document(case, "update-pt").unwrap();
        let told: Vec<_> =
            desk.moments_for(update).unwrap().into_iter().map(|it| it.text).collect();
        assert_eq!(
            told,
            [
                "Caso aberto: Kelp",
                "Alvo indicado: hxxps://login[.]kelp[.]test/a",
                "Prazo a correr: Primeira resposta",
                "hxxps://login[.]kelp[.]test/a: já não existia",
                "Alterado: estado Triado → Mitigado, gravidade Alta → Crítica",
                "Prazo parado: Primeira resposta (mudou a categoria ou a gravidade)",
                "Prazo a correr: Primeira resposta",
                "Prazo parado: Primeira resposta (por telefone)",
                "Documento começado (Resposta): Ponto de situação ESC-2026-0001",
            ]
        );
        let clocks = &desk.document(update).unwrap().document.blocks;
        assert!(clocks.iter().any(|it| format!("{it:?}").contains("Primeira resposta")));
        let value = |template: &str, name: &str| {
            let id = desk.create_document(case, template).unwrap();
            let facts = desk.document(id).unwrap().facts;
            facts.into_iter().find(|it| it.name == name).unwrap().value
        };
        assert_eq!(value("update-pt", "case.category"), "direitos de autor");
        assert_eq!(value("update", "case.category"), "Copyright");
        let nothing = Sight { width_px: 0, wanted: &|_| false, caret: None };
        let reader = farol_model::document::Audience::InternalCompany;
        desk.preview_document(update, &reader, None, nothing).unwrap();
    }
}
