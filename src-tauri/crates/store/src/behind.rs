//! What is checked behind an open desk, because it takes longer than opening may.

use std::{
    sync::{atomic::Ordering, mpsc},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use farol_model::{finding::Finding, slot::SlotKind};

use crate::{Anchor, Reader, Store, StoreError, Verification, slots, tail::Mark};

/// A keyring that does not answer must not keep a desk from closing.
const KEYRING_PATIENCE: Duration = Duration::from_secs(1);

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
        self.beside(|conn| {
            self.compare_with_keyring(conn)?;
            let anchors = self.anchors();
            let changed = |it: Verification| {
                it.wrong
                    .map(|it| self.find(Finding::Changed { n: it.n, change: it.change }))
                    .is_some()
            };
            let found = changed(Reader::of(self, conn).verify_chain(&anchors)?);
            let trees: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if trees != "ok" {
                self.find(Finding::Damaged);
            }
            if !found {
                changed(Reader::of(self, conn).verify_from(&anchors)?);
            }
            Ok(())
        })?;
        self.remember_head();
        Ok(())
    }

    /// A connection beside the writer's, for work that ends when the vault is to be closed.
    pub(crate) fn beside<T>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let connection = self.another_connection()?;
        self.interrupts().push(connection.get_interrupt_handle());
        if self.is_closing() {
            return Err(StoreError::Closing);
        }
        f(&connection)
    }

    /// Ends the work that goes on beside the writer's, so that the key can leave memory.
    pub fn begin_closing(&self) {
        self.closing.store(true, Ordering::Relaxed);
        for running in self.interrupts().iter() {
            running.interrupt();
        }
    }

    /// Whether the vault is being closed.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
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
