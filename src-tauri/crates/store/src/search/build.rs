//! The index filled anew.

use std::cell::Cell;

use rusqlite::Connection;
use serde::de::DeserializeOwned;

use farol_model::{
    case::{Case, Note},
    decision::{Decision, Mitigation},
    document::Document,
    id::DocumentId,
    lookup::Observation,
    observable::Observable,
    report::Report,
    sighting::Sighting,
};

use super::{
    index::Changes,
    items::{of_decision, of_document, of_mitigation, of_note, of_report, of_sighting},
    vocabulary,
};
use crate::{
    Reader, StoreError,
    read::{id_of, kind_of, parse},
};

/// Fills an empty index, and its vocabulary, from the projections; told how much of how much is read.
pub(crate) fn build(conn: &Connection, tell: &dyn Fn(u32, u32)) -> Result<(), StoreError> {
    let told = Told::of(conn, tell)?;
    for_each(
        &told,
        conn,
        "SELECT id, body FROM report ORDER BY received_at_ms",
        |it, _, report: Report| {
            it.put(of_report(&report));
            Ok(())
        },
    )?;
    for_each(
        &told,
        conn,
        "SELECT id, body FROM case_ ORDER BY opened_at_ms",
        |it, _, case: Case| it.put_case(conn, &case),
    )?;
    let mut values = conn.prepare(
        "SELECT case_id, kind, value FROM (SELECT case_id, kind, value FROM target
                                           UNION SELECT case_id, kind, value FROM observable)
         ORDER BY (SELECT opened_at_ms FROM case_ WHERE id = case_id)",
    )?;
    let mut rows = values.query([])?;
    let mut batch = Batch::new(conn, &told);
    while let Some(row) = rows.next()? {
        let kind = kind_of(&row.get::<_, String>(1)?)?;
        let observable = Observable { kind, value: row.get(2)? };
        let case = id_of(&row.get::<_, String>(0)?)?;
        batch.add(|it| it.put_value(conn, case, &observable))?;
    }
    batch.changes.apply_texts(conn)?;
    for_each(
        &told,
        conn,
        "SELECT case_id, body FROM note ORDER BY at_ms",
        |it, case, note: Note| {
            it.put(of_note(id_of(&case)?, &note));
            Ok(())
        },
    )?;
    for_each(
        &told,
        conn,
        "SELECT case_id, body FROM decision ORDER BY at_ms",
        |it, case, decision: Decision| {
            it.put(of_decision(id_of(&case)?, &decision));
            Ok(())
        },
    )?;
    for_each(
        &told,
        conn,
        "SELECT case_id, body FROM mitigation ORDER BY at_ms",
        |it, case, mitigation: Mitigation| {
            it.put(of_mitigation(id_of(&case)?, &mitigation));
            Ok(())
        },
    )?;
    for_each(
        &told,
        conn,
        "SELECT id, body FROM document ORDER BY created_at_ms",
        |it, id, _: Document| {
            let document = Reader::new(conn).document(id_of::<DocumentId>(&id)?)?;
            it.put(of_document(&document));
            Ok(())
        },
    )?;
    for_each(
        &told,
        conn,
        "SELECT case_id, body FROM observation ORDER BY asked_at_ms",
        |it, case, observation: Observation| it.put_answer(conn, id_of(&case)?, &observation),
    )?;
    for_each(
        &told,
        conn,
        "SELECT case_id, body FROM sighting ORDER BY at_ms",
        |it, case, sighting: Sighting| {
            it.put(of_sighting(id_of(&case)?, &sighting));
            Ok(())
        },
    )?;
    vocabulary::build(conn, &|| told.one_more())?;
    told.all();
    Ok(())
}

/// How far it is: each row is read once, and then each text for its words.
struct Told<'a> {
    tell: &'a dyn Fn(u32, u32),
    done: Cell<u32>,
    total: u32,
}

impl<'a> Told<'a> {
    fn of(conn: &Connection, tell: &'a dyn Fn(u32, u32)) -> Result<Self, StoreError> {
        let tables = [
            "report",
            "case_",
            "target",
            "observable",
            "note",
            "decision",
            "mitigation",
            "document",
            "observation",
            "sighting",
        ];
        let mut n_rows = 0;
        for table in tables {
            let sql = format!("SELECT count(*) FROM {table}");
            n_rows += conn.query_row(&sql, [], |row| row.get::<_, u32>(0))?;
        }
        Ok(Self { tell, done: Cell::new(0), total: n_rows * 2 })
    }

    fn one_more(&self) {
        let done = self.done.get() + 1;
        self.done.set(done);
        // People and accounts are texts beside their case's, answers about one host are one together.
        if done.is_multiple_of(1000) && done < self.total {
            (self.tell)(done, self.total);
        }
    }

    fn all(&self) {
        (self.tell)(self.total, self.total);
    }
}

/// Changes that are applied a thousand at a time.
struct Batch<'a> {
    told: &'a Told<'a>,
    conn: &'a Connection,
    changes: Changes,
}

impl<'a> Batch<'a> {
    fn new(conn: &'a Connection, told: &'a Told<'_>) -> Self {
        Self { told, conn, changes: Changes::default() }
    }

    fn add(
        &mut self,
        put: impl FnOnce(&mut Changes) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        put(&mut self.changes)?;
        self.told.one_more();
        if self.changes.len() >= 1000 {
            std::mem::take(&mut self.changes).apply_texts(self.conn)?;
        }
        Ok(())
    }
}

fn for_each<T: DeserializeOwned>(
    told: &Told<'_>,
    conn: &Connection,
    sql: &str,
    put: impl Fn(&mut Changes, String, T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = conn.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut batch = Batch::new(conn, told);
    while let Some(row) = rows.next()? {
        let (owner, body): (String, String) = (row.get(0)?, row.get(1)?);
        batch.add(|it| put(it, owner, parse(&body)?))?;
    }
    batch.changes.apply_texts(conn)?;
    Ok(())
}
