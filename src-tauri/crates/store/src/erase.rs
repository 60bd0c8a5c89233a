//! Erasing a case: its key goes, its rows go, and the bytes that no other case names.
//!
//! The bodies of its entries stay in the journal as noise that nobody can open, so the chain still
//! verifies; one entry, closed with the desk's own key, says that they were erased. `vault.json` keeps
//! the erased ids, so that a backup that is put back is erased again. Other copies (backups, bundles,
//! exports) are beyond reach; `app` says which there may be.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use farol_model::{
    case::Status,
    id::{CaseId, ReportId},
    journal::Action,
    retention::{Hold, RetentionRules, Tombstone},
    time::Timestamp,
};

use crate::{
    Reader, Store, StoreError, evidence, lookup_lists,
    read::{self, id_of},
    search,
    shared::DESKS,
};

/// Tables whose rows belong to one case.
const OF_CASE: [&str; 21] = [
    "case_account",
    "case_line",
    "case_report",
    "observable",
    "target",
    "clock",
    "note",
    "observation",
    "evidence",
    "sighting",
    "decision",
    "mitigation",
    "document",
    "signed_file",
    "hold",
    "closing",
    "renumbered",
    "waiting_lookup",
    "watch",
    "notice",
    "judged",
];

/// Of those, what does not follow from the case's own entries: its number here is told by an entry of the
/// desk, and the rest is the desk's own.
const NOT_OF_ITS_ENTRIES: [&str; 5] = ["renumbered", "waiting_lookup", "watch", "notice", "judged"];

/// Erases what a tombstone names, in tables, search, seals and originals.
pub(crate) fn apply(
    conn: &Connection,
    tombstone: &Tombstone,
    reports: &[ReportId],
) -> Result<(), StoreError> {
    let case = tombstone.id.to_string();
    let mut originals = BTreeSet::new();
    let mut messages =
        conn.prepare("SELECT DISTINCT original FROM observation WHERE case_id = ?1")?;
    for original in messages.query_map([&case], |row| row.get::<_, Option<String>>(0))? {
        originals.extend(original?);
    }
    originals.extend(evidence::take_pieces(
        conn,
        "evidence_id IN (SELECT id FROM evidence WHERE case_id = ?1)",
        &case,
    )?);
    search::forget(conn, "case_id = ?1", &case)?;
    // The drafts of its documents are closed with keys of their own.
    conn.execute(
        "DELETE FROM seal WHERE id IN (SELECT sealed_with FROM entry WHERE case_id = ?1)",
        [&case],
    )?;
    conn.execute(
        "DELETE FROM block WHERE document_id IN (SELECT id FROM document WHERE case_id = ?1)",
        [&case],
    )?;
    conn.execute(
        "DELETE FROM certificate
         WHERE document_id IN (SELECT id FROM document WHERE case_id = ?1)",
        [&case],
    )?;
    for table in OF_CASE {
        conn.execute(&format!("DELETE FROM {table} WHERE case_id = ?1"), [&case])?;
    }
    lookup_lists::forget_case(conn, &case)?;
    conn.execute("DELETE FROM case_ WHERE id = ?1", [&case])?;
    conn.execute("DELETE FROM conflict WHERE owner = ?1", [&case])?;
    conn.execute("DELETE FROM seal WHERE id = ?1", [&case])?;
    for report in reports {
        let report = report.to_string();
        let original: Option<String> = conn
            .query_row("SELECT original FROM report WHERE id = ?1", [&report], |row| row.get(0))
            .optional()?;
        originals.extend(original);
        search::forget(conn, "kind = 'report' AND key = ?1", &report)?;
        conn.execute("DELETE FROM report WHERE id = ?1", [&report])?;
        conn.execute("DELETE FROM conflict WHERE owner = ?1", [&report])?;
        conn.execute("DELETE FROM report_line WHERE report_id = ?1", [&report])?;
        conn.execute("DELETE FROM seal WHERE id = ?1", [&report])?;
    }
    for original in originals {
        evidence::forget_unnamed(conn, &original)?;
    }
    conn.execute(
        "INSERT INTO tombstone (case_id, year, number, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (case_id) DO UPDATE SET body = excluded.body",
        params![
            case,
            tombstone.reference.year,
            tombstone.reference.number,
            serde_json::to_string(tombstone).expect("a tombstone is plain data")
        ],
    )?;
    Ok(())
}

/// Takes what screens read of one case or report away, so that it is made again from its entries. Bytes
/// and keys stay.
pub(crate) fn clear(conn: &Connection, id: &str) -> Result<(), StoreError> {
    search::forget(conn, "case_id = ?1", id)?;
    search::forget(conn, "kind = 'report' AND key = ?1", id)?;
    for sql in [
        "DELETE FROM evidence_piece WHERE evidence_id IN (SELECT id FROM evidence WHERE case_id = ?1)",
        "DELETE FROM block WHERE document_id IN (SELECT id FROM document WHERE case_id = ?1)",
        "DELETE FROM certificate WHERE document_id IN (SELECT id FROM document WHERE case_id = ?1)",
        "DELETE FROM case_ WHERE id = ?1",
        "DELETE FROM report WHERE id = ?1",
        "DELETE FROM report_line WHERE report_id = ?1",
        "DELETE FROM conflict WHERE owner = ?1",
    ] {
        conn.execute(sql, [id])?;
    }
    for table in OF_CASE.iter().filter(|it| !NOT_OF_ITS_ENTRIES.contains(*it)) {
        conn.execute(&format!("DELETE FROM {table} WHERE case_id = ?1"), [id])?;
    }
    Ok(())
}

/// The seals that entries of a journal say were erased.
pub(crate) fn erased_seals(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut query = conn.prepare(&format!(
        "{DESKS} SELECT entry.id, entry.desk, n, at_ms, actor, case_id, action, body, seal.key
         FROM one CROSS JOIN entry ON entry.sealed_with = one.desk
         JOIN seal ON seal.id = entry.sealed_with WHERE action = 'case_erased'"
    ))?;
    let mut rows = query.query([])?;
    let mut seals = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
        // One that does not open is told by whoever reads the journal in order.
        let Ok(entry) = read::open(read::header(row)?, &body, &key) else { continue };
        if let Action::CaseErased { tombstone, reports } = entry.action {
            seals.insert(tombstone.id.to_string());
            seals.extend(reports.iter().map(ToString::to_string));
        }
    }
    Ok(seals)
}

/// Fills `closing` from the journal, for vaults from before there was one.
pub(crate) fn fill(conn: &Connection) -> Result<(), StoreError> {
    let mut query = conn.prepare(
        "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
         FROM entry JOIN seal ON seal.id = entry.sealed_with
         WHERE action = 'case_changed' ORDER BY entry.rowid",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
        let entry = read::open(read::header(row)?, &body, &key)?;
        if let Action::CaseChanged { case, before, after } = &entry.action {
            follow_status(conn, *case, before.status, after.status, entry.header.at)?;
        }
    }
    Ok(())
}

/// Remembers when a case was closed, for as long as it is.
pub(crate) fn follow_status(
    conn: &Connection,
    case: CaseId,
    before: Status,
    after: Status,
    at: Timestamp,
) -> Result<(), StoreError> {
    match (before == Status::Closed, after == Status::Closed) {
        (false, true) => conn.execute(
            "INSERT INTO closing (case_id, at_ms) VALUES (?1, ?2)",
            params![case.to_string(), at.ms()],
        )?,
        (true, false) => {
            conn.execute("DELETE FROM closing WHERE case_id = ?1", [case.to_string()])?
        }
        _ => 0,
    };
    Ok(())
}

impl Store {
    /// Erases a case, for ever. Nothing but its tombstone is left of it in this vault.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]. Whoever calls looks for holds first.
    pub fn erase(&self, case: CaseId, reason: &str) -> Result<Tombstone, StoreError> {
        let tombstone = self.bury(case, reason)?;
        self.forget_traces()?;
        Ok(tombstone)
    }

    fn bury(&self, case: CaseId, reason: &str) -> Result<Tombstone, StoreError> {
        self.write(|tx| {
            let (tombstone, reports) = tx.read().grave(case, tx.now(), reason)?;
            // Written down first: a vault that is put back later has to know.
            let mut slots = self.place().slots()?;
            slots.erased.insert(case.0);
            slots.save(&self.place().slots_file())?;
            tx.record(&Action::CaseErased { tombstone: Box::new(tombstone.clone()), reports })?;
            Ok(tombstone)
        })
    }

    /// Erases again what a backup that was put back still has.
    pub(crate) fn erase_again(&self) -> Result<(), StoreError> {
        for case in self.place().slots()?.erased {
            match self
                .erase(CaseId(case), "Erased before, and still in the backup that was put back")
            {
                Ok(_) | Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes keys and bodies out of the tail and the WAL too. The WAL goes last: as long as it lies
    /// there, whoever opens the vault next knows that this was not finished.
    pub(crate) fn forget_traces(&self) -> Result<(), StoreError> {
        let base = self.place().newest_mark_in(&self.writer(), self.desk())?;
        self.begin_tail(base)?;
        self.drop_readers();
        self.writer().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Finishes what a kill between an erasing and its last step left.
    pub(crate) fn forget_what_was_left(&self) -> Result<(), StoreError> {
        let base = self.place().newest_mark_in(&self.writer(), self.desk())?;
        let is_left: bool = self.writer().query_row(
            "SELECT EXISTS (SELECT 1 FROM entry WHERE rowid >
                                coalesce((SELECT rowid FROM entry WHERE desk = ?1 AND n = ?2), 0)
                            AND action IN ('case_erased', 'evidence_destroyed', 'drafts_disposed'))",
            params![self.desk().to_string(), base.n],
            |row| row.get(0),
        )?;
        if is_left { self.forget_drafts() } else { Ok(()) }
    }
}

impl Reader<'_> {
    /// What erasing a case would leave of it, and the reports that would go with it: those that no
    /// other case has.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn grave(
        &self,
        id: CaseId,
        at: Timestamp,
        reason: &str,
    ) -> Result<(Tombstone, Vec<ReportId>), StoreError> {
        let case = self.case(id)?;
        let mut reports = Vec::new();
        for report in self.reports_of(id)? {
            if self.cases_of(report.id)?.iter().all(|it| it.id == id) {
                reports.push(report.id);
            }
        }
        Ok((Tombstone::of(&case, self.closed_at(id)?, at, reason), reports))
    }

    /// When a closed case was closed.
    ///
    /// # Errors
    /// When the database cannot be read; so for every function here.
    pub fn closed_at(&self, case: CaseId) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = self
            .connection()
            .query_row("SELECT at_ms FROM closing WHERE case_id = ?1", [case.to_string()], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(at.map(Timestamp::from_ms))
    }

    /// Every closed case with the time it was closed, the longest closed first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn closed_cases(&self) -> Result<Vec<(CaseId, Timestamp)>, StoreError> {
        let mut query = self
            .connection()
            .prepare("SELECT case_id, at_ms FROM closing ORDER BY at_ms, case_id")?;
        let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (case, at_ms) = row?;
            Ok((id_of::<CaseId>(&case)?, Timestamp::from_ms(at_ms)))
        })
        .collect()
    }

    /// Why a case must be kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn hold(&self, case: CaseId) -> Result<Option<Hold>, StoreError> {
        self.json("SELECT body FROM hold WHERE case_id = ?1", [case.to_string()])
    }

    /// The team's rules, or those that ship.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn retention_rules(&self) -> Result<RetentionRules, StoreError> {
        Ok(self.json("SELECT body FROM retention", [])?.unwrap_or_else(RetentionRules::shipped))
    }

    /// What is left of every erased case.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError> {
        let mut query = self
            .connection()
            .prepare("SELECT body FROM tombstone ORDER BY year, number, case_id")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|body| {
            serde_json::from_str(&body?).map_err(|_| StoreError::Unreadable("tombstone"))
        })
        .collect()
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Option<T>, StoreError> {
        let body: Option<String> =
            self.connection().query_row(sql, params, |row| row.get(0)).optional()?;
        body.map(|it| serde_json::from_str(&it).map_err(|_| StoreError::Unreadable("rule")))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use farol_model::{
        id::{CaseId, ReportId, Size},
        journal::Action,
        report::{Consent, Parsed, Report, ReportChannel},
        retention::Hold,
    };

    use crate::{
        Store, StoreError, digest, tail,
        tests::{PASSPHRASE, new_store, note, open_case, place, raw},
    };

    /// Puts a report with these bytes on cases.
    fn received(store: &Store, bytes: &[u8], cases: &[CaseId]) -> ReportId {
        store
            .write(|tx| {
                let original = tx.keep_original(bytes)?;
                let id = ReportId(tx.new_id());
                let report = Report {
                    id,
                    received_at: tx.now(),
                    channel: ReportChannel::Mail,
                    original,
                    size: Size(bytes.len() as u64),
                    parsed: Parsed::default(),
                    consent: Consent::NotAsked,
                };
                tx.record(&Action::ReportReceived { report: Box::new(report) })?;
                for case in cases {
                    tx.record(&Action::ReportAttached { case: *case, report: id })?;
                }
                Ok::<_, StoreError>(id)
            })
            .unwrap()
    }

    fn holds_together(store: &Store) {
        assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
        assert_eq!(store.rebuild_check().unwrap(), None);
    }

    fn is_gone(store: &Store, case: CaseId) {
        let case_is_there = store.read(|it| it.case(case));
        assert!(matches!(case_is_there, Err(StoreError::NotFound("case"))));
        let left: u32 = raw(store)
            .query_row(
                "SELECT (SELECT count(*) FROM seal WHERE id = ?1)
                      + (SELECT count(*) FROM search WHERE case_id = ?1)
                      + (SELECT count(*) FROM note WHERE case_id = ?1)",
                [case.to_string()],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(left, 0);
        holds_together(store);
    }

    #[test]
    fn an_erased_case_leaves_a_tombstone_and_a_chain_that_holds() {
        let (dir, store) = new_store();
        let (one, other) = (open_case(&store, "canary one"), open_case(&store, "two"));
        note(&store, one, "canary note");
        let (only, shared) = (b"only this case".as_slice(), b"of both".as_slice());
        let gone = received(&store, only, &[one]);
        let kept = received(&store, shared, &[one, other]);

        let tombstone = store.erase(one, "the rules").unwrap();
        assert_eq!(tombstone.reference.number, 1);
        is_gone(&store, one);
        assert!(store.read(|it| it.report(gone)).is_err());
        assert!(store.read(|it| it.report(kept)).is_ok());
        assert!(store.read(|it| it.original(digest(only))).is_err());
        assert_eq!(store.read(|it| it.original(digest(shared))).unwrap(), shared);
        let query = farol_model::search::Query::parse("canary");
        assert_eq!(store.read(|it| it.search(&query)).unwrap().n_hits, 0);
        assert!(matches!(store.erase(one, "again"), Err(StoreError::NotFound("case"))));

        // Its number is never given again, and the journal can still be exported and rebuilt.
        let third = open_case(&store, "three");
        assert_eq!(store.read(|it| it.case(third)).unwrap().reference.number, 3);
        store.export_journal(&mut Vec::new(), false).unwrap();
        store.rebuild().unwrap();
        drop(store);
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert!(store.findings().is_empty());
        is_gone(&store, one);
        assert_eq!(store.read(|it| it.tombstones()).unwrap(), [tombstone]);
    }

    #[test]
    fn a_backup_that_is_put_back_is_erased_again() {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        note(&store, case, "a");
        let backup = store.back_up().unwrap();
        store.erase(case, "an order").unwrap();
        drop(store);
        for without_tail in [false, true] {
            if without_tail {
                std::fs::remove_file(dir.path().join("farol.tail")).unwrap();
            }
            place(dir.path()).put_back(&backup.name, PASSPHRASE).unwrap();
            let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
            is_gone(&store, case);
            assert_eq!(store.read(|it| it.tombstones()).unwrap().len(), 1);
        }
    }

    #[test]
    fn what_is_recovered_stays_erased() {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        store.back_up().unwrap();
        store.erase(case, "an order").unwrap();
        drop(store);
        std::fs::write(dir.path().join("farol.vault"), [0x5a; 9_000]).unwrap();
        place(dir.path()).recover(PASSPHRASE).unwrap();
        is_gone(&Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap(), case);
    }

    #[test]
    fn a_kill_in_the_middle_of_erasing_leaves_no_key_behind() {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        store.bury(case, "an order").unwrap();
        let killed = tempfile::tempdir().unwrap();
        for file in ["farol.vault", "farol.vault-wal", "farol.tail", "vault.json"] {
            std::fs::copy(dir.path().join(file), killed.path().join(file)).unwrap();
        }
        let has_key = |store: &Store| {
            let key = tail::key(&store.secrets().database_key);
            let found = tail::Found::read(&killed.path().join("farol.tail"), &key).unwrap();
            let mut has_key = false;
            found
                .unwrap()
                .rows_after(0, &mut |row| {
                    has_key |= matches!(row, tail::Row::Seal { id, .. } if id == case.to_string());
                    Ok(())
                })
                .unwrap();
            has_key
        };
        assert!(has_key(&store));
        let killed_store = Store::open_with_words(place(killed.path()), PASSPHRASE).unwrap();
        assert!(!has_key(&killed_store));
        let wal = std::fs::metadata(killed.path().join("farol.vault-wal")).unwrap();
        assert_eq!(wal.len(), 0);
        is_gone(&killed_store, case);
    }

    #[test]
    fn a_hold_is_set_and_released() {
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        let hold =
            Hold { reason: "litigation".into(), set_at: store.now(), set_by: store.member() };
        let set = |before: Option<Hold>, after: Option<Hold>| {
            store.write(|tx| tx.record(&Action::HoldSet { case, before, after })).unwrap();
        };
        set(None, Some(hold.clone()));
        assert_eq!(store.read(|it| it.hold(case)).unwrap(), Some(hold.clone()));
        set(Some(hold), None);
        assert_eq!(store.read(|it| it.hold(case)).unwrap(), None);
        holds_together(&store);
    }
}
