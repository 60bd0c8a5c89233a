//! How long cases are kept, holds that win, and erasing.

use farol_model::{
    case::CaseRef,
    id::CaseId,
    journal::Action,
    retention::{Hold, RetentionRules, Tombstone},
};
use farol_store::StoreError;

use crate::{
    Desk, Failure,
    view::{DueRow, ErasePreview},
};

/// Ten centuries are for ever.
const MAX_MONTHS: u16 = 12_000;

impl Desk {
    /// The team's rules, or those that ship.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn retention_rules(&self) -> Result<RetentionRules, Failure> {
        Ok(self.store.read(|it| it.retention_rules())?)
    }

    /// Other rules. Nothing is erased by changing them.
    ///
    /// # Errors
    /// When a rule is empty, too long, or given twice.
    pub fn set_retention_rules(&self, after: RetentionRules) -> Result<(), Failure> {
        let kinds = after.categories.iter().map(|it| it.category);
        let mut known: Vec<_> = kinds.clone().collect();
        known.sort_unstable();
        known.dedup();
        let months = after.categories.iter().map(|it| it.months);
        let mut months = months.chain(after.bases.iter().map(|it| it.months));
        let has_empty = after.bases.iter().any(|it| it.basis.trim().is_empty());
        if known.len() != kinds.count() || has_empty || months.any(|it| it > MAX_MONTHS) {
            return Err(Failure::bad_input(
                "These rules cannot be used: a kind stands there twice, a legal basis has no words, or a time is longer than a thousand years. Nothing was changed.",
                "Correct them and save again.",
            ));
        }
        self.store.write(|tx| {
            let before = tx.read().retention_rules()?;
            if before != after {
                let (before, after) = (Box::new(before), Box::new(after));
                tx.record(&Action::RetentionSet { before, after })?;
            }
            Ok(())
        })
    }

    /// Closed cases that the rules no longer keep, the longest closed first. Those on hold are listed
    /// with it, and stay.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn retention_due(&self) -> Result<Vec<DueRow>, Failure> {
        let now = self.store.now();
        Ok(self.store.read(|it| {
            let rules = it.retention_rules()?;
            let mut rows = Vec::new();
            for (id, closed_at) in it.closed_cases()? {
                let case = it.case(id)?;
                let Some(due_at) = rules.due(&case.facts, closed_at) else { continue };
                if due_at > now {
                    continue;
                }
                rows.push(DueRow {
                    id,
                    reference: case.reference,
                    title: (!case.facts.is_sensitive()).then_some(case.facts.title),
                    category: case.facts.category,
                    closed_at,
                    due_at,
                    hold: it.hold(id)?,
                });
            }
            Ok::<_, StoreError>(rows)
        })?)
    }

    /// What is left of every erased case.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn erased_cases(&self) -> Result<Vec<Tombstone>, Failure> {
        Ok(self.store.read(|it| it.tombstones())?)
    }

    /// Keeps a case whatever the rules say.
    ///
    /// # Errors
    /// When no reason is given, or there is no such case.
    pub fn set_hold(&self, case: CaseId, reason: &str) -> Result<(), Failure> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(Failure::bad_input(
                "A legal hold needs a reason. Nothing was changed.",
                "Say what the case is kept for: litigation, an order, a request of counsel.",
            ));
        }
        self.store.write(|tx| {
            tx.read().case(case)?;
            let before = tx.read().hold(case)?;
            let after = Some(Hold { reason, set_at: tx.now(), set_by: tx.actor() });
            tx.record(&Action::HoldSet { case, before, after })?;
            Ok(())
        })
    }

    /// Ends a hold.
    ///
    /// # Errors
    /// When there is none.
    pub fn release_hold(&self, case: CaseId) -> Result<(), Failure> {
        self.store.write(|tx| {
            let before = tx.read().hold(case)?;
            if before.is_none() {
                return Err(Failure::refused(
                    "This case is not on hold.",
                    "Nothing is to be done.",
                ));
            }
            tx.record(&Action::HoldSet { case, before, after: None })?;
            Ok(())
        })
    }

    /// What erasing a case would take away, and where something of it may still be afterwards.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn erase_preview(&self, id: CaseId) -> Result<ErasePreview, Failure> {
        let backups = self.store.backups();
        Ok(self.store.read(|it| {
            let case = it.case(id)?;
            let (_, reports) = it.grave(id, self.store.now(), "")?;
            let story = it.story(id)?;
            let with_it = backups.iter().filter(|backup| backup.made_at >= case.opened_at);
            let mut elsewhere: Vec<String> =
                with_it.map(|it| format!("Backup of {}", it.made_at.to_minute())).collect();
            let left = story.iter().filter(|it| {
                matches!(
                    it.action,
                    Action::DocumentExported { .. }
                        | Action::DocumentSent { .. }
                        | Action::FileSigned { .. }
                        | Action::BundleLeft { .. }
                        | Action::BundleTaken { .. }
                )
            });
            elsewhere.extend(
                left.map(|it| format!("{}: {}", it.header.at.to_minute(), it.action.describe())),
            );
            Ok::<_, StoreError>(ErasePreview {
                reference: case.reference,
                n_entries: u32::try_from(story.len()).unwrap_or(u32::MAX),
                n_reports: u32::try_from(reports.len()).unwrap_or(u32::MAX),
                n_shared_reports: u32::try_from(it.reports_of(id)?.len() - reports.len())
                    .unwrap_or(u32::MAX),
                n_documents: u32::try_from(it.documents_of(id)?.len()).unwrap_or(u32::MAX),
                hold: it.hold(id)?,
                elsewhere,
            })
        })?)
    }

    /// Erases a case, for ever. `typed` has to be its reference: this is the one thing that cannot be
    /// undone.
    ///
    /// # Errors
    /// When it is on hold, the reference differs, or no reason is given; nothing was erased then.
    pub fn erase_case(
        &self,
        case: CaseId,
        reason: &str,
        typed: &str,
    ) -> Result<Tombstone, Failure> {
        let (reference, hold) = self
            .store
            .read(|it| Ok::<_, StoreError>((it.case(case)?.reference, it.hold(case)?)))?;
        if let Some(hold) = hold {
            return Err(Failure::refused(
                format!("{reference} is on legal hold ({}). Nothing was erased.", hold.reason),
                "Whoever set the hold has to release it first.",
            ));
        }
        if typed.parse::<CaseRef>() != Ok(reference) {
            return Err(Failure::bad_input(
                format!(
                    "Erasing {reference} has to be confirmed by its number. Nothing was erased."
                ),
                "Type the case's number exactly.",
            ));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Failure::bad_input(
                "Erasing a case needs a reason. Nothing was erased.",
                "Name the rule or the order; it stays with the tombstone, so name no person.",
            ));
        }
        Ok(self.store.erase(case, reason)?)
    }
}
