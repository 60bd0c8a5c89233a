//! Watches, what changed and nobody has seen, and what was judged by which tables.
//!
//! The desk's own, like what leaves: no entry of the journal is made of it. Another desk that gets a case
//! must not begin to send because of it, and has its own people who saw things or not. It lies in the vault
//! because it names hosts.

use rusqlite::params;

use farol_model::{
    id::{CaseId, WatchId},
    then_now::{Judged, Notice, Watch},
};

use crate::{Reader, Store, StoreError, projection::json, read::parse};

impl Store {
    /// Sets a watch, or what came of it.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn keep_watch(&self, it: &Watch) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            tx.execute(
                "INSERT INTO watch (id, case_id, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                params![it.id.to_string(), it.case.to_string(), json(it)],
            )?;
            Ok(())
        })
    }

    /// Writes down what came of a watch, unless somebody ended it meanwhile.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn follow_watch(&self, it: &Watch) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            tx.execute(
                "UPDATE watch SET body = ?2 WHERE id = ?1",
                params![it.id.to_string(), json(it)],
            )?;
            Ok(())
        })
    }

    /// Ends a watch; false when there is none of this id.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn forget_watch(&self, id: WatchId) -> Result<bool, StoreError> {
        self.keep_own(|tx| Ok(tx.execute("DELETE FROM watch WHERE id = ?1", [id.to_string()])? > 0))
    }

    /// Keeps notices until somebody has seen them.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn keep_notices(&self, notices: &[Notice]) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        self.keep_own(|tx| {
            for it in notices {
                tx.execute(
                    "INSERT INTO notice (id, case_id, body) VALUES (?1, ?2, ?3)",
                    params![it.id.to_string(), it.case.to_string(), json(it)],
                )?;
            }
            Ok(())
        })
    }

    /// Takes the notices of a case away: somebody has seen them. Returns how many there were.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn forget_notices(&self, case: CaseId) -> Result<usize, StoreError> {
        self.keep_own(|tx| {
            Ok(tx.execute("DELETE FROM notice WHERE case_id = ?1", [case.to_string()])?)
        })
    }

    /// Keeps what was judged, in place of what was judged before.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn keep_judged(&self, judged: &[Judged]) -> Result<(), StoreError> {
        if judged.is_empty() {
            return Ok(());
        }
        self.keep_own(|tx| {
            let mut put = tx.prepare_cached(
                "INSERT INTO judged (case_id, host, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (case_id, host) DO UPDATE SET body = excluded.body",
            )?;
            for it in judged {
                put.execute(params![it.case.to_string(), it.host, json(it)])?;
            }
            Ok(())
        })
    }
}

impl Reader<'_> {
    /// All watches, in the order they were set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn watches(&self) -> Result<Vec<Watch>, StoreError> {
        let mut query = self.connection().prepare_cached("SELECT body FROM watch ORDER BY id")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }

    /// What changed on a case and nobody has seen, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn notices_of(&self, case: CaseId) -> Result<Vec<Notice>, StoreError> {
        let mut query = self
            .connection()
            .prepare_cached("SELECT body FROM notice WHERE case_id = ?1 ORDER BY id DESC")?;
        let rows = query.query_map([case.to_string()], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }

    /// What changed on any case and nobody has seen, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn notices(&self) -> Result<Vec<Notice>, StoreError> {
        let mut query =
            self.connection().prepare_cached("SELECT body FROM notice ORDER BY id DESC")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }

    /// What was judged of the hosts of a case when last somebody asked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn judged_of(&self, case: CaseId) -> Result<Vec<Judged>, StoreError> {
        let mut query = self
            .connection()
            .prepare_cached("SELECT body FROM judged WHERE case_id = ?1 ORDER BY host")?;
        let rows = query.query_map([case.to_string()], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }
}
