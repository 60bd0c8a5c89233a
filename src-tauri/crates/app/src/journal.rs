//! Checking the record.

use crate::{Desk, Failure, view::JournalCheck};

impl Desk {
    /// Reads the whole journal: numbers, hashes, signatures, bodies.
    ///
    /// # Errors
    /// When the vault cannot be read; a changed entry is a finding, not an error.
    pub fn verify_journal(&self) -> Result<JournalCheck, Failure> {
        let found = self.store.read(|it| it.verify())?;
        let problem = found.wrong.map(|wrong| match wrong.header {
            Some(header) => format!(
                "Entry {} ({}, {}): {}.",
                wrong.n,
                header.action,
                header.at.to_minute(),
                wrong.what
            ),
            None => format!("Entry {}: {}.", wrong.n, wrong.what),
        });
        Ok(JournalCheck { n_entries: found.n_entries, head: found.head, problem })
    }
}
