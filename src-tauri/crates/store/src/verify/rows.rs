//! Entries as they stand in their rows. What follows from a row alone, such as its digest and what its body
//! says, is found on all processors while the next rows are read; and where the vault can be opened once
//! more, two parts are read at a time, because most of reading is opening pages.

use std::{mem, ops::ControlFlow};

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

/// So many rows, or so many bytes of them, are read before they are looked at: few in tests, whose journals
/// are short.
const AT_ONCE: u32 = if cfg!(test) { 5 } else { 1_000 };
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
struct Part {
    texts: Vec<u8>,
    rows: Vec<Place>,
    /// Whether it ends before the last row that was asked for.
    is_cut: bool,
    /// What follows from each row, once it was looked at.
    seen: Vec<Seen>,
    /// Why nothing more could be read. It is told after what is wrong with the rows before.
    failure: Option<StoreError>,
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
    fn read(mut self, conn: &Connection, desk: &str, after: i64, until: i64) -> Self {
        self.texts.clear();
        self.rows.clear();
        self.is_cut = false;
        self.failure = self.fill(conn, desk, after, until).err();
        self
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
    fn look_at(&mut self, seals: &Seals, depth: Depth) {
        let mut seen = mem::take(&mut self.seen);
        let rows = (0..self.rows.len()).into_par_iter();
        rows.map(|at| self.row(at).seen(seals, depth)).collect_into_vec(&mut seen);
        self.seen = seen;
    }
}

/// Reads a desk's entries one after the other.
pub(super) struct Entries<'a> {
    here: &'a Connection,
    /// The same vault, opened once more.
    beside: Option<&'a mut Connection>,
    desk: &'a str,
    /// The number of the last entry that was read.
    after: i64,
    /// What was given out, to be filled again.
    spare: Vec<Part>,
}

impl<'a> Entries<'a> {
    pub(super) fn of(
        here: &'a Connection,
        beside: Option<&'a mut Connection>,
        desk: &'a str,
    ) -> Self {
        Self { here, beside, desk, after: i64::MIN, spare: Vec::new() }
    }

    /// Gives out every entry in order until there are none, or one is enough. While those of some parts are
    /// taken, the parts after them are looked at, and those after these are read.
    pub(super) fn each(
        mut self,
        seals: &Seals,
        depth: Depth,
        mut take: impl FnMut(Stored<'_>, Seen) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut seen: Vec<Part> = Vec::new();
        let mut read: Vec<Part> = Vec::new();
        let mut is_over = false;
        while !(is_over && read.is_empty() && seen.is_empty()) {
            let mut next = Vec::new();
            let mut flow = Ok(ControlFlow::Continue(()));
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| read.iter_mut().for_each(|it| it.look_at(seals, depth)));
                next = self.read_on(|| flow = take_all(&mut seen, &mut take));
            });
            if flow?.is_break() {
                break;
            }
            is_over = next.is_empty();
            self.spare.append(&mut seen);
            seen = mem::replace(&mut read, next);
        }
        Ok(())
    }

    /// The next part, or two; none at the end. What is to be done `meanwhile` is done while the second is read.
    fn read_on(&mut self, meanwhile: impl FnOnce()) -> Vec<Part> {
        let (middle, end) = match self.ends() {
            Ok(Some(ends)) => ends,
            Ok(None) => {
                meanwhile();
                return Vec::new();
            }
            Err(failure) => {
                meanwhile();
                return vec![Part { failure: Some(failure), ..Part::default() }];
            }
        };
        let (here, desk, after) = (self.here, self.desk, self.after);
        let mut second = None;
        let (one, other) =
            (self.spare.pop().unwrap_or_default(), self.spare.pop().unwrap_or_default());
        let first = rayon::in_place_scope(|scope| {
            if let Some((beside, end)) = self.beside.as_mut().zip(end) {
                let second = &mut second;
                scope.spawn(move |_| *second = Some(other.read(beside, desk, middle, end)));
            }
            meanwhile();
            one.read(here, desk, after, middle)
        });
        // What does not follow on the first is read again.
        let second = if first.is_cut { None } else { second };
        let parts: Vec<Part> = [Some(first), second].into_iter().flatten().collect();
        self.after = match parts.last() {
            Some(Part { is_cut: true, rows, .. }) => rows.last().map_or(middle, |it| it.n.into()),
            _ => end.filter(|_| parts.len() > 1).unwrap_or(middle),
        };
        parts
    }

    /// The numbers of the last rows of the next part and, where the vault is opened once more, of the one after.
    fn ends(&self) -> Result<Option<(i64, Option<i64>)>, StoreError> {
        let Some(middle) = self.end_of_part(self.after)? else { return Ok(None) };
        let end = if self.beside.is_some() { self.end_of_part(middle)? } else { None };
        Ok(Some((middle, end)))
    }

    /// The number of the last of the next rows that make a part.
    fn end_of_part(&self, after: i64) -> Result<Option<i64>, StoreError> {
        let mut query = self.here.prepare_cached(
            "SELECT max(n) FROM (SELECT n FROM entry WHERE desk = ?1 AND n > ?2 ORDER BY n LIMIT ?3)",
        )?;
        Ok(query.query_row(params![self.desk, after, AT_ONCE], |row| row.get(0))?)
    }
}

fn take_all(
    parts: &mut [Part],
    take: &mut impl FnMut(Stored<'_>, Seen) -> Result<ControlFlow<()>, StoreError>,
) -> Result<ControlFlow<()>, StoreError> {
    for part in parts {
        for (at, seen) in mem::take(&mut part.seen).into_iter().enumerate() {
            if take(part.row(at), seen)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if let Some(failure) = part.failure.take() {
            return Err(failure);
        }
    }
    Ok(ControlFlow::Continue(()))
}
