//! Checking the record.

use std::path::Path;

pub use farol_store::Anchor;
use farol_store::{Difference, StoreError, Verification, WrongEntry};

use crate::{Code, Desk, Failure, lookups::Watch, view::JournalCheck, whole_file};

impl Desk {
    /// Reads the whole journal: numbers, hashes, signatures, bodies, and that it goes on from every
    /// head that a backup remembers, and from the given one.
    ///
    /// # Errors
    /// When the vault cannot be read; a changed entry is a finding, not an error.
    pub fn verify_journal(&self, remembered: Option<Anchor>) -> Result<JournalCheck, Failure> {
        let unwatched = Watch { progress: &|_, _| {}, cancelled: &|| false };
        self.verify_journal_watched(remembered, &unwatched)
    }

    /// The same, with somebody who sees how far it is and may end it.
    ///
    /// # Errors
    /// The same, and when it was ended.
    pub fn verify_journal_watched(
        &self,
        remembered: Option<Anchor>,
        watch: &Watch<'_>,
    ) -> Result<JournalCheck, Failure> {
        let anchors = self.anchors_and(remembered);
        let mut go_on = |done: u32, total: u32| {
            (watch.progress)(done as usize, total as usize);
            !(watch.cancelled)()
        };
        Ok(said(self.store.read(|it| it.verify_watched(&anchors, &mut go_on))?))
    }

    /// Follows the chain alone: all numbers and hashes, and of the signatures the newest, which stands for
    /// everything under it. Seconds where the whole check takes a minute.
    ///
    /// # Errors
    /// When the vault cannot be read; a changed entry is a finding, not an error.
    pub fn verify_chain(&self, remembered: Option<Anchor>) -> Result<JournalCheck, Failure> {
        let anchors = self.anchors_and(remembered);
        Ok(said(self.store.read(|it| it.verify_chain(&anchors))?))
    }

    fn anchors_and(&self, remembered: Option<Anchor>) -> Vec<Anchor> {
        let mut anchors = self.store.anchors();
        anchors.extend(remembered);
        anchors
    }

    /// Makes the tables that screens read again from the journal, and compares.
    ///
    /// # Errors
    /// When they differ: screens then show what nobody recorded.
    pub fn rebuild_check(&self) -> Result<(), Failure> {
        let Some(Difference { table, row, column }) = self.store.rebuild_check()? else {
            return Ok(());
        };
        let column = column.map(|it| format!(", column {it}")).unwrap_or_default();
        Err(Failure::new(
            Code::Damaged,
            format!(
                "The table {table} is not what the journal says: row {row}{column}. Nothing was changed."
            ),
            "The journal is the record: `farolctl vault rebuild` makes the tables again from it.",
        ))
    }

    /// Makes the tables that screens read again from the journal, in place of the live ones.
    ///
    /// # Errors
    /// When the journal itself was changed; nothing was replaced then.
    pub fn rebuild(&self) -> Result<(), Failure> {
        Ok(self.store.rebuild()?)
    }
}

impl Desk {
    /// Writes the whole journal as a file that can be checked without Farol; with `sealed` without
    /// what is in the entries. Gives their number.
    ///
    /// # Errors
    /// When the journal was changed, or the file cannot be written; no file is left then.
    pub fn export_journal(&self, path: &Path, sealed: bool) -> Result<u32, Failure> {
        let written = whole_file::write(path, |to| self.store.export_journal(to, sealed));
        written.map_err(|error| match error {
            StoreError::Damaged => Failure::new(
                Code::Damaged,
                "The journal was changed, so no file was written.",
                "Check the journal: it names the first wrong entry.",
            ),
            error => error.into(),
        })
    }
}

fn said(found: Verification) -> JournalCheck {
    let clock_moved = found.clock_moved.map(|header| {
        format!(
            "The computer's clock was moved back before entry {} ({}); nobody changed the entry.",
            header.n,
            header.at.to_minute()
        )
    });
    let closed = (found.n_closed > 0).then(|| {
        format!(
            "What {} of them said is gone: their case was erased, or drafts were disposed of. Their digests are \
             still there, and fit.",
            found.n_closed
        )
    });
    JournalCheck {
        n_entries: found.n_entries,
        n_signatures: found.n_signatures,
        head: found.head,
        kind: found.wrong.as_ref().map(|it| it.change),
        problem: found.wrong.map(describe),
        closed,
        clock_moved,
    }
}

fn describe(wrong: WrongEntry) -> String {
    let what = wrong.change.words();
    match wrong.header {
        Some(header) => {
            format!("Entry {} ({}, {}): {what}.", wrong.n, header.action, header.at.to_minute())
        }
        None => format!("Entry {}: {what}.", wrong.n),
    }
}
