//! The tables that screens read, made again from the journal alone.

use rusqlite::{Connection, TransactionBehavior, types::Value};

use crate::{
    Store, StoreError, connection, projection, read, search,
    shared::{self, Owner},
    verify::{self, Seals},
};

/// Not projections: the journal itself, what only it can open, the bytes it names, the search, which
/// is made from the projections, and what is the desk's own.
const KEPT: [&str; 20] = [
    "entry",
    "bare",
    "signature",
    "seal",
    "original",
    "arriving",
    "search",
    "search_text",
    "search_term",
    "ledger",
    "waiting_lookup",
    "lookup_list",
    "listed_name",
    "listed_sign",
    "listed_for",
    "listed_line",
    "listed_shared",
    "watch",
    "notice",
    "judged",
];

/// The first place where a table is not what the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// First part of the row's key: an id, never content.
    pub row: String,
    /// The column; none when the row is missing or there is one too many.
    pub column: Option<String>,
}

impl Store {
    /// Replays the journal into tables beside the vault, closed with a key of their own, and compares them
    /// with the live ones, column for column. None when they are the same. For that time it takes as much
    /// room on the disk as the tables do.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when an entry cannot be opened; when the database cannot be read.
    pub fn rebuild_check(&self) -> Result<Option<Difference>, StoreError> {
        let live = self.another_connection()?;
        let again = connection::unkept(&self.place().rebuilt())?;
        // One moment of the vault, whatever is written meanwhile. Both are read and written from end to end, so
        // that pages kept in memory are seldom asked for again.
        for it in [&live, &again] {
            it.execute_batch("PRAGMA cache_size = -16384; BEGIN")?;
        }
        replay(&live, &again)?;
        for table in projections(&again)? {
            if let Some(difference) = compare(&live, &again, &table)? {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }

    /// Makes the tables that screens read, and the search, again from the journal, in place of the
    /// live ones.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the journal itself was changed; nothing was replaced then.
    pub fn rebuild(&self) -> Result<(), StoreError> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if verify::verify(&tx, &[])?.wrong.is_some() {
            return Err(StoreError::Damaged);
        }
        for table in projections(&tx)? {
            tx.execute(&format!("DELETE FROM {table}"), [])?;
        }
        replay(&tx, &tx)?;
        search::clear(&tx)?;
        search::build(&tx, &|_, _| ())?;
        tx.commit()?;
        Ok(())
    }
}

fn replay(live: &Connection, again: &Connection) -> Result<(), StoreError> {
    let mut query = live.prepare(
        "SELECT id, desk, n, at_ms, actor, case_id, action, body, sealed_with
         FROM entry ORDER BY rowid",
    )?;
    let seals = Seals::of(live)?;
    let shared = shared::owners(live)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(7)?;
        let seal: String = row.get(8)?;
        let header = read::header(row)?;
        // What several desks wrote on has an order of its own, and comes afterwards.
        if !shared.is_empty() && shared.contains(&Owner::of(&header, &seal)) {
            continue;
        }
        let Some(key) = seals.key(&seal) else {
            if seals.is_erased(live, &seal, header.case)? {
                continue;
            }
            // Another entry that nobody can open is not skipped: the tables would be made without it.
            return Err(StoreError::Unreadable("entry"));
        };
        let entry = read::open(header, &body, &key.0)?;
        projection::apply(again, &entry.header, &entry.action)?;
    }
    shared::settle_all(live, again)
}

/// Every table of the layout that is a projection, so that a new one cannot be forgotten.
fn projections(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut query = conn.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )?;
    let names = query.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    Ok(names.into_iter().filter(|it| !KEPT.contains(&it.as_str())).collect())
}

fn compare(
    live: &Connection,
    again: &Connection,
    table: &str,
) -> Result<Option<Difference>, StoreError> {
    let columns = live
        .prepare(&format!(
            "SELECT name FROM pragma_table_info('{table}') ORDER BY pk = 0, pk, cid"
        ))?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    let n_key: u32 = live.query_row(
        &format!("SELECT count(*) FROM pragma_table_info('{table}') WHERE pk > 0"),
        [],
        |row| row.get(0),
    )?;
    // A key is of one row, and has an index: with it nothing is sorted, which would hold a table in memory.
    let order = if n_key == 0 { columns.as_slice() } else { &columns[..n_key as usize] };
    let (all, order) = (columns.join(", "), order.join(", "));
    let sql = format!("SELECT {all} FROM {table} ORDER BY {order}");
    let (mut ours, mut theirs) = (live.prepare(&sql)?, again.prepare(&sql)?);
    let (mut ours, mut theirs) = (ours.query([])?, theirs.query([])?);
    let at = |row: &rusqlite::Row<'_>, column: Option<&String>| -> Result<_, StoreError> {
        let row = match row.get(0)? {
            Value::Text(id) => id,
            Value::Integer(n) => n.to_string(),
            _ => "?".into(),
        };
        Ok(Some(Difference { table: table.to_owned(), row, column: column.cloned() }))
    };
    loop {
        match (ours.next()?, theirs.next()?) {
            (None, None) => return Ok(None),
            (Some(row), None) | (None, Some(row)) => return at(row, None),
            (Some(our), Some(their)) => {
                for (n, column) in columns.iter().enumerate() {
                    let (ours, theirs) = (our.get::<_, Value>(n)?, their.get::<_, Value>(n)?);
                    if ours == theirs {
                        continue;
                    }
                    // Rows stand in the order of their keys: the lower one has no counterpart.
                    if n_key as usize <= n {
                        return at(our, Some(column));
                    }
                    return at(if is_below(&theirs, &ours) { their } else { our }, None);
                }
            }
        }
    }
}

/// Whether a part of a key stands before another, as SQLite orders them.
fn is_below(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Integer(one), Value::Integer(other)) => one < other,
        (Value::Text(one), Value::Text(other)) => one < other,
        _ => false,
    }
}
