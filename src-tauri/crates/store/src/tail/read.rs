//! Reading a tail, and the journal's rows it is made of.
//!
//! Record by record, twice: first where its commits end, then the rows that are lacking, if any. So
//! neither a long tail nor a large original in it is ever in memory as a whole.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use farol_model::{id::DeskId, journal::EntryHeader};

use super::{BarePlace, EntryRow, MAGIC, Mark, NAME_BYTES, Part, Row, bound_to};
use crate::{StoreError, read, seal::Key};

/// With this number a record of [`Part::Rows`] begins: its place among the parts.
pub(super) const ROWS: u8 = 1;

/// So many digests are one row.
const MAX_BARE: usize = 4096;

/// A tail as it lies there, as far as it can be read.
pub(crate) struct Found {
    path: PathBuf,
    key: Key,
    pub(super) name: [u8; NAME_BYTES],
    pub(super) desk: DeskId,
    pub(super) base: Mark,
    /// Where the journal stood after each whole commit.
    pub(super) ends: Vec<Mark>,
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

impl Found {
    /// Reads the tail at `path`. None when there is no file.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when not even its beginning can be read with this key.
    pub(crate) fn read(path: &Path, key: &Key) -> Result<Option<Self>, StoreError> {
        let mut records = match Records::open(path, key) {
            Err(StoreError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            opened => opened?,
        };
        let Next::Record(first) = records.next()? else { return Err(StoreError::Damaged) };
        let Some(Part::Begin { desk, base }) = first.part() else {
            return Err(StoreError::Damaged);
        };
        let mut found = Self {
            path: path.to_owned(),
            key: key.clone(),
            name: records.name,
            desk,
            base,
            ends: Vec::new(),
            good_bytes: records.at,
            n_records: records.n,
            rest: Rest::Nothing,
        };
        let is_damaged = loop {
            match records.next()? {
                // That it opened says that it is as it was written; what is in it says nothing here.
                Next::Record(record) if record.has_rows() => {}
                Next::Record(record) => match record.part() {
                    Some(Part::End(end)) => {
                        found.ends.push(end);
                        found.good_bytes = records.at;
                        found.n_records = records.n;
                    }
                    Some(Part::Begin { .. } | Part::Rows(_)) => return Err(StoreError::Damaged),
                    None => break true,
                },
                Next::End => break false,
                Next::Damaged => break true,
            }
        };
        found.rest = if is_damaged {
            Rest::Damaged
        } else if found.good_bytes < records.len {
            Rest::Unfinished
        } else {
            Rest::Nothing
        };
        Ok(Some(found))
    }

    /// Gives every row of the whole commits that end after the desk's `n`th entry, in the order in
    /// which they were written.
    pub(crate) fn rows_after(
        &self,
        n: u32,
        take: &mut dyn FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut records = Records::open(&self.path, &self.key)?;
        let mut ends = self.ends.iter();
        let mut end = ends.next();
        while let (Some(next), Next::Record(record)) = (end, records.next()?) {
            if record.has_rows() && next.n <= n {
                continue;
            }
            match record.part().ok_or(StoreError::Damaged)? {
                Part::Rows(rows) => rows.into_iter().try_for_each(&mut *take)?,
                Part::End(_) => end = ends.next(),
                Part::Begin { .. } => {}
            }
        }
        Ok(())
    }

    /// Where the journal stood after the last whole commit.
    pub(super) fn end(&self) -> Mark {
        self.ends.last().copied().unwrap_or(self.base)
    }
}

/// The records of a tail, one after the other.
struct Records {
    file: BufReader<File>,
    key: Key,
    name: [u8; NAME_BYTES],
    /// Bytes read, of how many.
    at: u64,
    len: u64,
    n: u64,
}

/// What one record holds, opened.
struct Record(Zeroizing<Vec<u8>>);

impl Record {
    /// Whether it is [`Part::Rows`], by the number that stands first.
    fn has_rows(&self) -> bool {
        self.0.first() == Some(&ROWS)
    }

    fn part(&self) -> Option<Part> {
        postcard::from_bytes(&self.0).ok()
    }
}

enum Next {
    Record(Record),
    /// Nothing follows, or half a record.
    End,
    /// A whole record follows that does not open.
    Damaged,
}

impl Records {
    fn open(path: &Path, key: &Key) -> Result<Self, StoreError> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        let mut file = BufReader::new(file);
        let mut begin = [0; MAGIC.len() + NAME_BYTES];
        if len < begin.len() as u64 {
            return Err(StoreError::Damaged);
        }
        file.read_exact(&mut begin)?;
        let (magic, name) = begin.split_at(MAGIC.len());
        let name = name.try_into().map_err(|_| StoreError::Damaged)?;
        if magic != MAGIC {
            return Err(StoreError::Damaged);
        }
        Ok(Self { file, key: key.clone(), name, at: begin.len() as u64, len, n: 0 })
    }

    fn next(&mut self) -> Result<Next, StoreError> {
        if self.len - self.at < 4 {
            return Ok(Next::End);
        }
        let mut length = [0; 4];
        self.file.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if self.len - self.at - 4 < u64::from(length) {
            return Ok(Next::End);
        }
        let mut sealed = vec![0; length as usize];
        self.file.read_exact(&mut sealed)?;
        let opened = self.key.open(&sealed, &bound_to(&self.name, self.n));
        let Some(plain) = opened else { return Ok(Next::Damaged) };
        self.at += 4 + u64::from(length);
        self.n += 1;
        Ok(Next::Record(Record(Zeroizing::new(plain))))
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
        if entry.header.action == "bundle_taken" {
            bare_rows(conn, &mut |row| take(rowid, row))?;
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

/// Gives everything of which only digests are known, as far as it is known by now, and the signatures in
/// it. Giving it again does no harm.
fn bare_rows(
    conn: &Connection,
    take: &mut dyn FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = conn.prepare_cached(
        "SELECT bare.desk, bare.n, digest, hash, signature FROM bare
         LEFT JOIN signature ON signature.desk = bare.desk AND signature.n = bare.n
         ORDER BY bare.desk, bare.n",
    )?;
    let mut run: Option<(DeskId, u32, Vec<BarePlace>)> = None;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (desk, n): (DeskId, u32) = (read::id_of(&row.get::<_, String>(0)?)?, row.get(1)?);
        let goes_on = run.as_ref().is_some_and(|(it, first, places)| {
            *it == desk && first + places.len() as u32 == n && places.len() < MAX_BARE
        });
        if !goes_on && let Some((desk, n, places)) = run.take() {
            take(Row::Bare { desk, n, places })?;
        }
        let (.., places) = run.get_or_insert_with(|| (desk, n, Vec::new()));
        places.push((row.get(2)?, row.get(3)?));
        if let Some(signature) = row.get(4)? {
            take(Row::Signature { desk, n, signature })?;
        }
    }
    if let Some((desk, n, places)) = run {
        take(Row::Bare { desk, n, places })?;
    }
    Ok(())
}

fn original_bytes(conn: &Connection, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT bytes FROM original WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?)
}
