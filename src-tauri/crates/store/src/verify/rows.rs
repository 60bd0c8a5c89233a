//! Entries as they stand in their rows. What follows from a row alone, such as its digest and what its body
//! says, is found on all processors while the next rows are read.

use rayon::prelude::*;
use rusqlite::{Row, Rows};

use farol_model::{
    id::EntryId,
    journal::{Entry, EntryHeader},
    time::Timestamp,
};

use super::{Depth, entry_digest, seals::Seals};
use crate::{
    StoreError,
    read::{self, id_of},
};

/// What an entry that names a person says it does.
const MEMBER_ADDED: &str = "member_added";

/// So many rows, or so many bytes of their bodies, are read before they are looked at.
const AT_ONCE: usize = 1_000;
const BYTES_AT_ONCE: usize = 2 << 20;

/// A row as it is read.
pub(super) struct Stored {
    id: String,
    desk: String,
    n: u32,
    at_ms: i64,
    actor: String,
    case: Option<String>,
    action: String,
    pub(super) written: Written,
    pub(super) rowid: i64,
}

/// What stands in a row beside its header.
pub(super) struct Written {
    pub(super) seal: String,
    pub(super) body: Vec<u8>,
    pub(super) prev: Vec<u8>,
    pub(super) hash: Vec<u8>,
}

impl Written {
    pub(super) fn digest(&self, header: &EntryHeader) -> [u8; 32] {
        entry_digest(header, &self.seal, &self.body)
    }
}

/// What follows from a row alone.
pub(super) struct Seen {
    pub(super) stored: Stored,
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

impl Stored {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            desk: row.get(1)?,
            n: row.get(2)?,
            at_ms: row.get(3)?,
            actor: row.get(4)?,
            case: row.get(5)?,
            action: row.get(6)?,
            written: Written {
                seal: row.get(7)?,
                body: row.get(8)?,
                prev: row.get(9)?,
                hash: row.get(10)?,
            },
            rowid: row.get(11)?,
        })
    }

    /// A header is hashed as values: an id in capitals is the same value, but no screen would find it.
    fn header(&self) -> Option<EntryHeader> {
        let at = Timestamp::from_ms(self.at_ms);
        (at.ms() == self.at_ms).then_some(EntryHeader {
            id: id_of::<EntryId>(&self.id).ok()?,
            desk: id_of(&self.desk).ok()?,
            n: self.n,
            at,
            actor: id_of(&self.actor).ok()?,
            case: self.case.as_deref().map(id_of).transpose().ok()?,
            action: self.action.clone(),
        })
    }

    fn seen(self, seals: &Seals, depth: Depth) -> Seen {
        let Some(header) = self.header() else {
            return Seen { stored: self, header: None, body: Body::Closed };
        };
        // Whose signature it is stands in the entry that named the person.
        let opens = depth == Depth::Everything || header.action == MEMBER_ADDED;
        let body = match seals.key(&self.written.seal) {
            None => Body::NoSeal,
            Some(_) if !opens => Body::Closed,
            Some(key) => read::open(header.clone(), &self.written.body, &key.0)
                .map_or(Body::Broken, |it| Body::Open(Box::new(it))),
        };
        let digest = self.written.digest(&header);
        Seen { stored: self, header: Some((header, digest)), body }
    }
}

/// Entries one after the other; read in parts, of which each is looked at while the next is read.
pub(super) struct Entries<'a> {
    rows: Rows<'a>,
    read: Vec<Stored>,
    seen: std::vec::IntoIter<Seen>,
}

impl<'a> Entries<'a> {
    pub(super) fn of(mut rows: Rows<'a>) -> Result<Self, StoreError> {
        let read = part(&mut rows)?;
        Ok(Self { rows, read, seen: Vec::new().into_iter() })
    }

    pub(super) fn next(&mut self, seals: &Seals, depth: Depth) -> Result<Option<Seen>, StoreError> {
        if self.seen.as_slice().is_empty() && !self.read.is_empty() {
            let read = std::mem::take(&mut self.read);
            let mut seen = Vec::new();
            self.read = rayon::in_place_scope(|scope| {
                scope.spawn(|_| {
                    seen = read.into_par_iter().map(|it| it.seen(seals, depth)).collect();
                });
                part(&mut self.rows)
            })?;
            self.seen = seen.into_iter();
        }
        Ok(self.seen.next())
    }
}

fn part(rows: &mut Rows<'_>) -> Result<Vec<Stored>, StoreError> {
    let (mut read, mut n_bytes) = (Vec::new(), 0);
    while read.len() < AT_ONCE && n_bytes < BYTES_AT_ONCE {
        let Some(row) = rows.next()? else { break };
        let row = Stored::read(row)?;
        n_bytes += row.written.body.len();
        read.push(row);
    }
    Ok(read)
}
