//! What is checked behind an open desk, because it takes longer than opening may.

use std::{
    ffi::c_int,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rusqlite::Connection;

use farol_model::{finding::Finding, slot::SlotKind};

use crate::{Anchor, Reader, Store, StoreError, Verification, slots, tail::Mark};

/// A keyring that does not answer must not keep a desk from closing.
const KEYRING_PATIENCE: Duration = Duration::from_secs(1);

/// Instructions of SQLite between two looks at whether the vault is being closed: far less than a millisecond.
const N_BETWEEN_LOOKS: c_int = 1_000;

/// Whether a vault is being closed, so that its key can leave memory.
#[derive(Clone, Default)]
pub(crate) struct Closing(Arc<AtomicBool>);

impl Closing {
    fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// A connection whose statements end with [`StoreError::Closing`] then, whether they run already or begin
    /// later. (`sqlite3_interrupt` ends those alone that run at that moment: whatever reads in many statements
    /// would go on with its next one.)
    pub(crate) fn ends(&self, mut connection: Connection) -> Result<Connection, StoreError> {
        let closing = self.clone();
        connection.progress_handler(N_BETWEEN_LOOKS, Some(move || closing.has_begun()))?;
        Ok(connection)
    }
}

impl Store {
    /// What was found when the vault was opened, and behind it since.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_found().clone()
    }

    /// Compares with the head that the system keyring remembers, follows the chain (seconds), then reads
    /// every tree of the database and every entry of the journal (a minute, with a million of them). What
    /// is wrong becomes a finding.
    ///
    /// # Errors
    /// When the vault cannot be read, or is closed meanwhile.
    pub fn check_behind(&self) -> Result<(), StoreError> {
        let conn = self.another_connection()?;
        self.compare_with_keyring(&conn)?;
        let anchors = self.anchors();
        let changed = |it: Verification| {
            it.wrong.map(|it| self.find(Finding::Changed { n: it.n, change: it.change })).is_some()
        };
        let found = changed(Reader::of(self, &conn).verify_chain(&anchors)?);
        let trees: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if trees != "ok" {
            self.find(Finding::Damaged);
        }
        if !found {
            changed(Reader::of(self, &conn).verify_from(&anchors)?);
        }
        self.remember_head();
        Ok(())
    }

    /// Ends what reads the vault, so that the key can leave memory.
    pub fn begin_closing(&self) {
        self.closing.begin();
    }

    /// Whether the vault is being closed.
    pub fn is_closing(&self) -> bool {
        self.closing.has_begun()
    }

    /// Compares with the head that the system keyring remembers, when it has a key of this vault.
    pub(crate) fn compare_with_keyring(&self, conn: &Connection) -> Result<(), StoreError> {
        let slots = self.place().slots()?;
        if !slots.has(SlotKind::Keyring) {
            return Ok(());
        }
        let Ok(remembered) = slots.remembered_head() else { return Ok(()) };
        self.keyring_answers.store(true, Ordering::Relaxed);
        let Some(Anchor { n, head }) = remembered else { return Ok(()) };
        if !(Mark { n, head: head.0 }).is_in(conn, self.desk())? {
            let ours = Mark::of(conn, self.desk())?;
            self.find(Finding::SetBack { n: ours.n, remembered: n });
        }
        Ok(())
    }

    /// Tells the system keyring where the journal stands; only one that answered before is asked,
    /// and a vault that was found to be set back does not overwrite what is remembered.
    pub(crate) fn remember_head(&self) {
        let set_back = |it: &Finding| matches!(it, Finding::SetBack { .. });
        if !self.keyring_answers.load(Ordering::Relaxed) || self.findings().iter().any(set_back) {
            return;
        }
        let mark = Mark::of(&self.writer(), self.desk());
        let (Ok(slots), Ok(mark)) = (self.place().slots(), mark) else { return };
        let vault = slots.vault();
        let (done, wait) = mpsc::channel();
        thread::spawn(move || {
            drop(slots::remember_head(vault, mark.into()));
            let _ = done.send(());
        });
        let _ = wait.recv_timeout(KEYRING_PATIENCE);
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.remember_head();
    }
}

#[cfg(test)]
mod tests {
    use crate::{StoreError, tests::new_store};

    /// More than a statement does between two looks at whether the vault is being closed.
    const MANY_ROWS: &str = "CREATE TABLE many AS WITH RECURSIVE row (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 100000) SELECT n, hex(n) FROM row";

    #[test]
    fn whatever_reads_after_closing_began_ends() {
        let (_dir, store) = new_store();
        store.writer().execute_batch(MANY_ROWS).unwrap();
        let connections =
            [store.another_connection().unwrap(), store.reading_connection().unwrap()];
        // Nothing runs at this moment that could be interrupted.
        store.begin_closing();
        for it in connections {
            for long in ["SELECT count(DISTINCT n) FROM many", "PRAGMA quick_check(1)"] {
                let read = it.query_row(long, [], |_| Ok(())).map_err(StoreError::from);
                assert!(matches!(read, Err(StoreError::Closing)), "{long}: {read:?}");
            }
        }
    }
}
