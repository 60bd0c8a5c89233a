//! Reading a tail, and the journal's rows it is made of.

use std::{collections::BTreeSet, fs, io, path::Path};

use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use farol_model::{id::DeskId, journal::EntryHeader};

use super::{EntryRow, MAGIC, Mark, NAME_BYTES, Part, Row, bound_to};
use crate::{StoreError, read, seal::Key};

/// A tail as it lies there, as far as it can be read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(super) name: [u8; NAME_BYTES],
    pub(super) desk: DeskId,
    pub(super) base: Mark,
    pub(super) commits: Vec<Commit>,
    /// Where the last whole commit ends.
    pub(super) good_bytes: u64,
    /// Records up to there.
    pub(super) n_records: u64,
    pub(super) rest: Rest,
}

/// What stands after the last whole commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    /// An append that was interrupted.
    Unfinished,
    /// A whole record that does not open.
    Damaged,
}

/// What was appended at once.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) rows: Vec<Row>,
    pub(super) end: Mark,
}

impl Found {
    /// Reads the tail at `path`. None when there is no file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when not even its beginning can be read with this key.
    pub(crate) fn read(path: &Path, key: &Key) -> Result<Option<Self>, StoreError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let records = bytes.strip_prefix(MAGIC).and_then(<[u8]>::split_first_chunk::<NAME_BYTES>);
        let (name, rest) = records.ok_or(StoreError::Damaged)?;
        let mut records = Records { key, name, rest, n: 0 };
        let Some(Part::Begin { desk, base }) = records.next() else {
            return Err(StoreError::Damaged);
        };
        let read_so_far = |it: &Records<'_>| (bytes.len() - it.rest.len()) as u64;
        let mut found = Self {
            name: *name,
            desk,
            base,
            commits: Vec::new(),
            good_bytes: read_so_far(&records),
            n_records: records.n,
            rest: Rest::Nothing,
        };
        let mut rows = Vec::new();
        while let Some(part) = records.next() {
            match part {
                Part::Rows(more) => rows.extend(more),
                Part::End(end) => {
                    found.commits.push(Commit { rows: std::mem::take(&mut rows), end });
                    found.good_bytes = read_so_far(&records);
                    found.n_records = records.n;
                }
                Part::Begin { .. } => return Err(StoreError::Damaged),
            }
        }
        found.rest = match records.sealed() {
            Some(_) => Rest::Damaged,
            None if found.good_bytes < bytes.len() as u64 => Rest::Unfinished,
            None => Rest::Nothing,
        };
        Ok(Some(found))
    }

    /// Every row of every whole commit, in the order in which they were written.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = Row> {
        self.commits.into_iter().flat_map(|it| it.rows)
    }

    /// Where the journal stood after the last whole commit.
    pub(super) fn end(&self) -> Mark {
        self.commits.last().map_or(self.base, |it| it.end)
    }
}

struct Records<'a> {
    key: &'a Key,
    name: &'a [u8; NAME_BYTES],
    rest: &'a [u8],
    n: u64,
}

impl<'a> Records<'a> {
    /// The next record, still sealed, and what stands after it.
    fn sealed(&self) -> Option<(&'a [u8], &'a [u8])> {
        let (length, after) = self.rest.split_first_chunk::<4>()?;
        after.split_at_checked(u32::from_le_bytes(*length) as usize)
    }

    fn next(&mut self) -> Option<Part> {
        let (sealed, after) = self.sealed()?;
        let plain = Zeroizing::new(self.key.open(sealed, &bound_to(self.name, self.n))?);
        let part = postcard::from_bytes(&plain).ok()?;
        self.rest = after;
        self.n += 1;
        Some(part)
    }
}

/// Gives every row of the journal that was written after the entry in row `after`, in an order in
/// which they can be written again: seals and originals stand before the entry that names them.
pub(super) fn rows_after(
    conn: &Connection,
    after: i64,
    take: &mut dyn FnMut(i64, Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut entries = conn.prepare_cached(
        "SELECT entry.id, entry.desk, entry.n, at_ms, actor, case_id, action,
                sealed_with, body, prev, hash, seal.key, signature, entry.rowid
         FROM entry
         LEFT JOIN seal ON seal.id = entry.sealed_with
         LEFT JOIN signature ON signature.desk = entry.desk AND signature.n = entry.n
         WHERE entry.rowid > ?1 ORDER BY entry.rowid",
    )?;
    let mut seals = BTreeSet::new();
    let mut rows = entries.query([after])?;
    while let Some(row) = rows.next()? {
        let rowid = row.get(13)?;
        let entry = EntryRow {
            header: read::header(row)?,
            seal: row.get(7)?,
            body: row.get(8)?,
            prev: row.get(9)?,
            hash: row.get(10)?,
        };
        // Without its seal an entry was erased: its body is noise, and names nothing.
        if let Some(key) = row.get::<_, Option<[u8; 32]>>(11)? {
            let opened = read::open(entry.header.clone(), &entry.body, &key)?;
            for original in opened.action.originals() {
                let hash = original.to_string();
                if let Some(bytes) = original_bytes(conn, &hash)? {
                    take(rowid, Row::Original { hash, bytes })?;
                }
            }
            if seals.insert(entry.seal.clone()) {
                take(rowid, Row::Seal { id: entry.seal.clone(), key })?;
            }
        }
        let signature: Option<Vec<u8>> = row.get(12)?;
        let EntryHeader { desk, n, .. } = entry.header;
        take(rowid, Row::Entry(Box::new(entry)))?;
        if let Some(signature) = signature {
            take(rowid, Row::Signature { desk, n, signature })?;
        }
    }
    Ok(())
}

fn original_bytes(conn: &Connection, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT bytes FROM original WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?)
}
