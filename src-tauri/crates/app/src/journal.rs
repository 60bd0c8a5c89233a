//! Checking the record.

use std::{
    fs::{self, File},
    io::{BufWriter, IntoInnerError},
    path::Path,
};

pub use farol_store::Anchor;
use farol_store::{Difference, StoreError, WrongEntry, sync_dir};

use crate::{Code, Desk, Failure, view::JournalCheck};

impl Desk {
    /// Reads the whole journal: numbers, hashes, signatures, bodies, and that it goes on from every
    /// head that a backup remembers, and from the given one.
    ///
    /// # Errors
    /// When the vault cannot be read; a changed entry is a finding, not an error.
    pub fn verify_journal(&self, remembered: Option<Anchor>) -> Result<JournalCheck, Failure> {
        let mut anchors = self.store.anchors();
        anchors.extend(remembered);
        let found = self.store.read(|it| it.verify_from(&anchors))?;
        let clock_moved = found.clock_moved.map(|header| {
            format!(
                "The computer's clock was moved back before entry {} ({}); nobody changed the entry.",
                header.n,
                header.at.to_minute()
            )
        });
        Ok(JournalCheck {
            n_entries: found.n_entries,
            head: found.head,
            kind: found.wrong.as_ref().map(|it| it.change),
            problem: found.wrong.map(describe),
            clock_moved,
        })
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
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        let written = self.write_journal(part, sealed).and_then(|n_entries| {
            fs::rename(part, path)?;
            // A bare name has the empty path for a folder; it means this one.
            let dir = path.parent().filter(|it| !it.as_os_str().is_empty());
            sync_dir(dir.unwrap_or(Path::new(".")))?;
            Ok(n_entries)
        });
        written.map_err(|error| {
            // Half a journal must not be taken for a whole one.
            drop(fs::remove_file(part));
            match error {
                StoreError::Damaged => Failure::new(
                    Code::Damaged,
                    "The journal was changed, so no file was written.",
                    "Check the journal: it names the first wrong entry.",
                ),
                error => error.into(),
            }
        })
    }

    fn write_journal(&self, path: &Path, sealed: bool) -> Result<u32, StoreError> {
        let mut file = BufWriter::new(File::create(path)?);
        let n_entries = self.store.export_journal(&mut file, sealed)?;
        file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        Ok(n_entries)
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
