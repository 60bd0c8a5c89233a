//! What left this computer, and the look-ups that wait to leave it.
//!
//! The desk's own, like what is arriving: no entry of the journal is made of it. What a case asked
//! is an observation already; the rest is about one person's look-ups, which no other desk is to
//! get with a handover, and which nobody undoes. It lies in the vault because it names hosts.

use rusqlite::params;

use farol_model::{
    id::{CaseId, WaitingId},
    leaving::{Left, WaitingLookup},
    lookup::Observation,
    time::Timestamp,
};

use crate::{
    Reader, Store, StoreError,
    projection::json,
    read::{id_of, parse},
};

impl Store {
    /// Writes down what left and no case keeps.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn note_left(&self, left: &[Left]) -> Result<(), StoreError> {
        if left.is_empty() {
            return Ok(());
        }
        self.keep_own(|tx| {
            let mut insert =
                tx.prepare_cached("INSERT INTO ledger (at_ms, body) VALUES (?1, ?2)")?;
            for it in left {
                insert.execute(params![it.at.ms(), json(it)])?;
            }
            Ok(())
        })
    }

    /// Puts a look-up into the queue.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn keep_waiting(&self, it: &WaitingLookup) -> Result<(), StoreError> {
        let case = it.case.map(|case| case.to_string());
        self.keep_own(|tx| {
            tx.execute(
                "INSERT INTO waiting_lookup (id, case_id, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                params![it.id.to_string(), case, json(it)],
            )?;
            Ok(())
        })
    }

    /// Takes a look-up out of the queue; false when it is not in it.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed.
    pub fn forget_waiting(&self, id: WaitingId) -> Result<bool, StoreError> {
        self.keep_own(|tx| {
            Ok(tx.execute("DELETE FROM waiting_lookup WHERE id = ?1", [id.to_string()])? > 0)
        })
    }

    /// Changes what is the desk's own and no entry tells of.
    pub(crate) fn keep_own<T>(
        &self,
        f: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.is_closing() {
            return Err(StoreError::Closing);
        }
        let mut writer = self.writer();
        let tx = writer.transaction()?;
        let done = f(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

impl Reader<'_> {
    /// Everything that left, newest first: at most `n`, and only what left before a moment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn left(&self, before: Option<Timestamp>, n: usize) -> Result<Vec<Left>, StoreError> {
        let before = before.map_or(i64::MAX, Timestamp::ms);
        let mut query = self.connection().prepare_cached(
            "SELECT at_ms, case_id, body FROM (
                 SELECT at_ms, NULL AS case_id, body FROM ledger
                 UNION ALL
                 SELECT asked_at_ms, case_id, body FROM observation
                 WHERE json_extract(body, '$.transport') NOT IN ('table', 'none'))
             WHERE at_ms < ?1 ORDER BY at_ms DESC LIMIT ?2",
        )?;
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        let rows = query.query_map(params![before, n], |row| {
            Ok((row.get::<_, Option<String>>(1)?, row.get::<_, String>(2)?))
        })?;
        rows.map(|row| match row? {
            (None, body) => parse(&body),
            (Some(case), body) => {
                let it: Observation = parse(&body)?;
                Ok(Left {
                    at: it.asked_at,
                    case: Some(id_of::<CaseId>(&case)?),
                    question: it.question,
                    server: it.server,
                    transport: it.transport,
                })
            }
        })
        .collect()
    }

    /// Look-ups that wait, in the order they were asked for.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting(&self) -> Result<Vec<WaitingLookup>, StoreError> {
        let mut query =
            self.connection().prepare_cached("SELECT body FROM waiting_lookup ORDER BY id")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }
}
