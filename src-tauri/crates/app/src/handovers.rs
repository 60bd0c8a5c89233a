//! Handovers: what the next shift must know, written, read and signed for.

use std::path::Path;

use farol_model::{
    decision::MitigationState,
    handover::{Handover, HandoverCase, HandoverClock, Receipt},
    id::{Digest, MemberId},
    journal::Action,
    list::{CaseSort, ListAsk},
    signed::{FileKind, KeptFile, Says, SignedFile},
};
use farol_store::{Reader, StoreError};

use crate::{
    Desk, Failure,
    signed_files::{another_kind, keep, words},
    view::{CaseRow, HandoverReader, HandoverRow, QueueRow, ToldFact},
};

impl Desk {
    /// What a handover would say now, word for word.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn preview_handover(&self, text: &str) -> Result<Vec<ToldFact>, Failure> {
        Ok(words::facts(&Says::Handover(self.handover(text)?), &[]))
    }

    /// Writes a handover: every open case, and the text. Titles of sensitive cases stay here. Gives the
    /// number of cases.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is recorded then.
    pub fn write_handover(&self, text: &str, path: &Path) -> Result<u32, Failure> {
        let handover = self.handover(text)?;
        let n_cases = count(&handover);
        self.leave(path, |tx| {
            let kept = self.sign(tx, Says::Handover(handover))?;
            let file = kept.file.clone();
            tx.record(&Action::FileSigned { case: None, kept: Box::new(kept) })?;
            Ok(file)
        })?;
        Ok(n_cases)
    }

    /// A file name for a handover that is written now.
    pub fn handover_name(&self) -> String {
        format!("handover-{}.json", self.now().to_minute().replace([' ', ':'], "-"))
    }

    /// A file name for a receipt that is written now.
    pub fn receipt_name(&self) -> String {
        format!("receipt-of-{}", self.handover_name())
    }

    fn handover(&self, text: &str) -> Result<Handover, Failure> {
        let mut cases = Vec::new();
        for row in self.queue(&ListAsk::all(CaseSort::Due))?.rows {
            if let QueueRow::Case(row) = row {
                cases.push(self.handover_case(*row)?);
            }
        }
        Ok(Handover { text: text.trim().to_owned(), cases })
    }

    fn handover_case(&self, row: CaseRow) -> Result<HandoverCase, Failure> {
        let view = self.case(row.id)?;
        let sensitive = view.case.facts.is_sensitive();
        let waits = |state: MitigationState| state == MitigationState::Proposed;
        Ok(HandoverCase {
            reference: row.reference,
            title: (!sensitive).then_some(row.title),
            category: row.category,
            severity: row.severity,
            status: row.status,
            waits: if sensitive { String::new() } else { row.waits },
            clock: row
                .next_clock
                .map(|it| HandoverClock { name: it.clock.rule.name, due_at: it.due_at }),
            next: view.next.label,
            waits_for_approval: view
                .mitigations
                .iter()
                .any(|it| it.needs_second && waits(it.state())),
        })
    }

    /// Signs for having read a handover and writes the receipt. Both are recorded here; signing again
    /// writes the same receipt again.
    ///
    /// # Errors
    /// When the handover is one's own, was changed, or comes from nobody known.
    pub fn sign_handover(&self, handover: &SignedFile, path: &Path) -> Result<(), Failure> {
        self.leave(path, |tx| {
            let checked = self.check(tx.read(), handover)?;
            let Says::Handover(_) = &checked.statement.says else {
                return Err(another_kind(checked.statement.says.kind(), FileKind::Handover));
            };
            if checked.signer.id == tx.actor() {
                return Err(Failure::refused(
                    "You wrote this handover yourself. Nothing was signed.",
                    "Give it to the next shift, to be signed on their own desk.",
                ));
            }
            if let Some(known) = self.receipt_for(tx.read(), checked.hash)? {
                return Ok(known.file);
            }
            let kept = keep(tx, handover.clone(), &checked.statement.says);
            let (handover, written_at) = (checked.hash, checked.statement.at);
            let signer = checked.signer;
            tx.record(&Action::FileTaken { case: None, kept: Box::new(kept), signer })?;
            let kept = self.sign(tx, Says::Receipt(Receipt { handover, written_at }))?;
            let file = kept.file.clone();
            tx.record(&Action::FileSigned { case: None, kept: Box::new(kept) })?;
            Ok(file)
        })?;
        Ok(())
    }

    /// What this person signed for having read a handover.
    pub(crate) fn receipt_for(
        &self,
        it: Reader<'_>,
        handover: Digest,
    ) -> Result<Option<KeptFile>, StoreError> {
        let receipts = it.signed_files_about(FileKind::Receipt, &handover.to_string())?;
        let mut receipts = receipts.into_iter().map(|(_, kept)| kept);
        Ok(receipts.find(|it| it.file.signed_by == self.store.member()))
    }

    /// Records that somebody read a handover of this desk. Gives their name.
    ///
    /// # Errors
    /// When the receipt was changed, is one's own, comes from nobody known, was taken in before, or is
    /// for no handover of this desk.
    pub fn take_receipt(&self, file: &SignedFile) -> Result<String, Failure> {
        self.store.write(|tx| {
            let checked = self.check(tx.read(), file)?;
            let Says::Receipt(receipt) = &checked.statement.says else {
                return Err(another_kind(checked.statement.says.kind(), FileKind::Receipt));
            };
            self.own_handover(tx.read(), receipt)?;
            if checked.signer.id == tx.actor() || tx.read().signed_file(checked.hash)?.is_some() {
                return Err(Failure::refused(
                    "This receipt was taken in already. Nothing was changed.",
                    "The list of handovers shows who read which.",
                ));
            }
            let kept = keep(tx, file.clone(), &checked.statement.says);
            let (kept, signer) = (Box::new(kept), checked.signer);
            let name = signer.name.clone();
            tx.record(&Action::FileTaken { case: None, kept, signer })?;
            Ok(name)
        })
    }

    /// The handover of this desk that a receipt is for.
    pub(crate) fn own_handover(&self, it: Reader<'_>, receipt: &Receipt) -> Result<(), Failure> {
        let kept = it.signed_file(receipt.handover)?;
        if kept.is_some_and(|it| {
            it.kind == FileKind::Handover && it.file.signed_by == self.store.member()
        }) {
            return Ok(());
        }
        Err(Failure::refused(
            "This receipt is for a handover that this desk did not write. Nothing was changed.",
            "Take it in on the desk that wrote it.",
        ))
    }

    /// Handovers that were written here or signed for, the newest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn handovers(&self) -> Result<Vec<HandoverRow>, Failure> {
        self.store.read(|it| {
            let members = it.members()?;
            let name = |id: MemberId| {
                members.iter().find(|it| it.id == id).map_or_else(String::new, |it| it.name.clone())
            };
            let mut rows = Vec::new();
            for (_, kept) in it.signed_files(FileKind::Handover)?.into_iter().rev() {
                let Some(statement) = kept.file.statement() else { continue };
                let Says::Handover(handover) = &statement.says else { continue };
                let receipts = it.signed_files_about(FileKind::Receipt, &kept.hash.to_string())?;
                let read_by = receipts.into_iter().map(|(at, receipt)| HandoverReader {
                    name: name(receipt.file.signed_by),
                    at: receipt.file.statement().map_or(at, |it| it.at),
                });
                rows.push(HandoverRow {
                    id: kept.id,
                    written_at: statement.at,
                    writer: name(kept.file.signed_by),
                    n_cases: count(handover),
                    read_by: read_by.collect(),
                });
            }
            Ok(rows)
        })
    }
}

fn count(handover: &Handover) -> u32 {
    u32::try_from(handover.cases.len()).unwrap_or(u32::MAX)
}
