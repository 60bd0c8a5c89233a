//! Entries as they stand in their rows, and what follows from a row alone, such as its digest and what its
//! body says.

use std::mem;

use rayon::prelude::*;
use rusqlite::{Connection, Row, params, types::ValueRef};
use uuid::Uuid;

use farol_model::{
    id::{CaseId, DeskId, EntryId, MemberId},
    journal::{Entry, EntryHeader},
    time::Timestamp,
};

use super::{
    Depth, entry_digest,
    seals::{Seals, as_written},
};
use crate::{StoreError, read};

/// What an entry that names a person says it does.
const MEMBER_ADDED: &str = "member_added";

/// So many bytes of rows are read before they are looked at: few in tests, whose journals are short.
const BYTES_AT_ONCE: usize = if cfg!(test) { 4 << 10 } else { 4 << 20 };

const ROWS: &str = "
    SELECT id, desk, actor, case_id, action, sealed_with, body, prev, hash, n, at_ms, rowid
    FROM entry WHERE desk = ?1 AND n > ?2 AND n <= ?3 ORDER BY n";
// Columns of them; those that are text or bytes come first.
const ID: usize = 0;
const DESK: usize = 1;
const ACTOR: usize = 2;
const CASE: usize = 3;
const ACTION: usize = 4;
const SEAL: usize = 5;
const BODY: usize = 6;
const PREV: usize = 7;
const HASH: usize = 8;
const N_TEXTS: usize = 9;
const N: usize = 9;
const AT_MS: usize = 10;
const ROWID: usize = 11;

/// A row as it is read.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    /// In the order of [`ROWS`].
    texts: [&'a [u8]; N_TEXTS],
    n: u32,
    at_ms: i64,
    has_case: bool,
    pub(super) rowid: i64,
}

/// What follows from a row alone.
pub(super) struct Seen {
    /// Its header and digest; none when it is not spelled as headers are.
    pub(super) header: Option<(EntryHeader, [u8; 32])>,
    pub(super) body: Body,
}

/// What a body says.
pub(super) enum Body {
    /// Its seal is not there.
    NoSeal,
    /// Nobody asked.
    Closed,
    /// Its seal does not open it.
    Broken,
    Open(Box<Entry>),
}

impl<'a> Stored<'a> {
    /// The seal that opens the body; empty when it is no text.
    pub(super) fn seal(&self) -> &'a str {
        str::from_utf8(self.texts[SEAL]).unwrap_or_default()
    }

    fn body(&self) -> &'a [u8] {
        self.texts[BODY]
    }

    /// The hash that stands for the entry before.
    pub(super) fn prev(&self) -> &'a [u8] {
        self.texts[PREV]
    }

    /// The hash that stands for this entry.
    pub(super) fn hash(&self) -> &'a [u8] {
        self.texts[HASH]
    }

    /// The digest of what stands here under this header.
    pub(super) fn digest(&self, header: &EntryHeader) -> [u8; 32] {
        entry_digest(header, self.seal(), self.body())
    }

    /// A header is hashed as values: an id in capitals is the same value, but no screen would find it.
    fn header(&self) -> Option<EntryHeader> {
        let id = |at: usize| str::from_utf8(self.texts[at]).ok().and_then(as_written);
        let at = Timestamp::from_ms(self.at_ms);
        let case: Option<Uuid> = if self.has_case { Some(id(CASE)?) } else { None };
        (at.ms() == self.at_ms).then_some(EntryHeader {
            id: EntryId(id(ID)?),
            desk: DeskId(id(DESK)?),
            n: self.n,
            at,
            actor: MemberId(id(ACTOR)?),
            case: case.map(CaseId),
            action: str::from_utf8(self.texts[ACTION]).ok()?.to_owned(),
        })
    }

    fn seen(self, seals: &Seals, depth: Depth) -> Seen {
        let Some(header) = self.header() else {
            return Seen { header: None, body: Body::Closed };
        };
        // Whose signature it is stands in the entry that named the person.
        let opens = depth == Depth::Everything || header.action == MEMBER_ADDED;
        let body = match seals.key(self.seal()) {
            None => Body::NoSeal,
            Some(_) if !opens => Body::Closed,
            Some(key) => read::open(header.clone(), self.body(), &key.0)
                .map_or(Body::Broken, |it| Body::Open(Box::new(it))),
        };
        let digest = self.digest(&header);
        Seen { header: Some((header, digest)), body }
    }
}

/// Rows that were read in one go. Their texts stand one after the other: nothing is allocated a row.
#[derive(Default)]
pub(super) struct Part {
    texts: Vec<u8>,
    rows: Vec<Place>,
    /// Whether it ends before the last row that was asked for.
    is_cut: bool,
    /// What follows from each row, once it was looked at.
    seen: Vec<Seen>,
    /// Why nothing more could be read. It is told after what is wrong with the rows before.
    pub(super) failure: Option<StoreError>,
}

/// Where a row's texts end, each of which begins where the one before ends.
struct Place {
    ends: [usize; N_TEXTS],
    n: u32,
    at_ms: i64,
    has_case: bool,
    rowid: i64,
}

impl Part {
    /// The rows of a desk after `after`, to `until`, in place of what it has.
    pub(super) fn read(&mut self, conn: &Connection, desk: &str, after: i64, until: i64) {
        self.texts.clear();
        self.rows.clear();
        self.is_cut = false;
        self.failure = self.fill(conn, desk, after, until).err();
    }

    /// The number of its last row, when there are more rows than it could take.
    pub(super) fn is_cut_after(&self) -> Option<i64> {
        self.rows.last().filter(|_| self.is_cut).map(|it| it.n.into())
    }

    /// Its rows in order, each with what was found to follow from it; only once.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (Stored<'_>, Seen)> {
        let seen = mem::take(&mut self.seen);
        seen.into_iter().enumerate().map(|(at, seen)| (self.row(at), seen))
    }

    fn fill(
        &mut self,
        conn: &Connection,
        desk: &str,
        after: i64,
        until: i64,
    ) -> Result<(), StoreError> {
        let mut query = conn.prepare_cached(ROWS)?;
        let mut rows = query.query(params![desk, after, until])?;
        while let Some(row) = rows.next()? {
            if self.texts.len() >= BYTES_AT_ONCE {
                self.is_cut = true;
                break;
            }
            self.push(row)?;
        }
        Ok(())
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        // What no entry can have is larger than any that has one.
        let n = u32::try_from(row.get::<_, i64>(N)?).unwrap_or(u32::MAX);
        let at_ms = row.get(AT_MS)?;
        let mut ends = [0; N_TEXTS];
        for (at, end) in ends.iter_mut().enumerate() {
            if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(at)? {
                self.texts.extend_from_slice(bytes);
            }
            *end = self.texts.len();
        }
        self.rows.push(Place {
            ends,
            n,
            at_ms,
            has_case: row.get_ref(CASE)? != ValueRef::Null,
            rowid: row.get(ROWID)?,
        });
        Ok(())
    }

    fn row(&self, at: usize) -> Stored<'_> {
        let Place { ends, n, at_ms, has_case, rowid } = self.rows[at];
        let mut start = if at == 0 { 0 } else { self.rows[at - 1].ends[N_TEXTS - 1] };
        let texts = ends.map(|end| &self.texts[mem::replace(&mut start, end)..end]);
        Stored { texts, n, at_ms, has_case, rowid }
    }

    /// Finds what follows from each row.
    pub(super) fn look_at(&mut self, seals: &Seals, depth: Depth) {
        let mut seen = mem::take(&mut self.seen);
        let rows = (0..self.rows.len()).into_par_iter();
        rows.map(|at| self.row(at).seen(seals, depth)).collect_into_vec(&mut seen);
        self.seen = seen;
    }
}
