//! Bringing back what the database lost.

use rusqlite::{Connection, TransactionBehavior, params};

use farol_model::id::DeskId;

use super::{BarePlace, EntryRow, Found, Mark, Row, read::Rest};
use crate::{StoreError, evidence, projection, read, search, shared, verify, write};

/// How a tail stands to the database beside it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// Both end at the same entry.
    Same,
    /// The database has more: the tail was not there for its last commits, or is damaged.
    Behind,
    /// The database lacks the tail's last commits, and goes on from where it ends.
    Ahead,
    /// The database does not go through what the tail remembers: it was replaced.
    Apart(Mark),
}

impl Found {
    /// Compares with a desk's journal in a database.
    pub(crate) fn compare(&self, conn: &Connection, desk: DeskId) -> Result<Compared, StoreError> {
        let (ours, end) = (Mark::of(conn, desk)?, self.end());
        if self.desk != desk {
            return Ok(Compared::Apart(end));
        }
        Ok(if ours == end {
            Compared::Same
        } else if ours.n >= end.n {
            if end.is_in(conn, desk)? { Compared::Behind } else { Compared::Apart(end) }
        } else if self.marks().any(|it| it == ours) {
            Compared::Ahead
        } else {
            Compared::Apart(end)
        })
    }

    /// Whether it cannot be read to its end.
    pub(crate) fn is_damaged(&self) -> bool {
        self.rest == Rest::Damaged
    }

    /// What the backup had with which it begins.
    pub(crate) fn base(&self) -> Mark {
        self.base
    }

    fn marks(&self) -> impl Iterator<Item = Mark> {
        [self.base].into_iter().chain(self.ends.iter().copied())
    }

    /// Writes the commits that a database lacks into it, all or none, and gives the number of
    /// entries.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when what would stand there is not a journal; nothing was written.
    pub(crate) fn bring_back(
        &self,
        conn: &mut Connection,
        desk: DeskId,
    ) -> Result<u32, StoreError> {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ours = Mark::of(&tx, desk)?;
        let mut n_entries = 0;
        self.rows_after(ours.n, &mut |row| {
            n_entries += u32::from(matches!(row, Row::Entry(_)));
            write_again(&tx, &row)
        })?;
        shared::settle_all(&tx, &tx)?;
        if verify::verify(&tx, &[])?.wrong.is_some() {
            return Err(StoreError::Damaged);
        }
        tx.commit()?;
        Ok(n_entries)
    }
}

fn write_again(conn: &Connection, row: &Row) -> Result<(), StoreError> {
    match row {
        Row::Seal { id, key } => write_seal(conn, id, key),
        Row::Original { hash, bytes } => write::keep(conn, hash, bytes),
        Row::Signature { desk, n, signature } => keep_signature(conn, *desk, *n, signature),
        Row::Bare { desk, n, places } => keep_bare(conn, *desk, *n, places),
        Row::Entry(entry) => write_entry(conn, entry),
    }
}

/// Keeps the key of a seal, when it is not there yet.
pub(crate) fn write_seal(conn: &Connection, id: &str, key: &[u8; 32]) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR IGNORE INTO seal (id, key) VALUES (?1, ?2)")?
        .execute(params![id, key])?;
    Ok(())
}

/// Keeps the signature of a commit, when it is not there yet.
pub(crate) fn keep_signature(
    conn: &Connection,
    desk: DeskId,
    n: u32,
    signature: &[u8],
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO signature (desk, n, signature) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![desk.to_string(), n, signature])?;
    Ok(())
}

/// Keeps digests of entries that are not there themselves.
pub(crate) fn keep_bare(
    conn: &Connection,
    desk: DeskId,
    first: u32,
    places: &[BarePlace],
) -> Result<(), StoreError> {
    let mut keep = conn.prepare_cached(
        "INSERT OR IGNORE INTO bare (desk, n, digest, hash) SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM entry WHERE desk = ?1 AND n = ?2)",
    )?;
    for (n, (digest, hash)) in (first..).zip(places) {
        keep.execute(params![desk.to_string(), n, digest, hash])?;
    }
    Ok(())
}

/// Writes an entry again, with what screens and search have of it.
pub(crate) fn write_entry(conn: &Connection, entry: &EntryRow) -> Result<(), StoreError> {
    write::insert_entry(conn, &entry.header, &entry.seal, &entry.body, &entry.prev, &entry.hash)?;
    // What several desks wrote on is made when everything is there.
    if shared::is_shared(conn, &shared::Owner::of(&entry.header, &entry.seal))? {
        return Ok(());
    }
    if let Some(key) = read::seal_key(conn, &entry.seal)? {
        let opened = read::open(entry.header.clone(), &entry.body, &key.0)?;
        projection::apply(conn, &opened.header, &opened.action)?;
        let mut found = search::Changes::default();
        found.follow(conn, &opened.action)?;
        found.apply(conn)?;
        evidence::follow(conn, &opened.action)?;
    }
    Ok(())
}
