//! The tail: what was saved since the last backup, a second time, in a file beside the database.
//!
//! SQLCipher does not notice an older file put in its place, pages cut off its end, or a damaged WAL
//! (each measured). So every commit is also appended here, sealed and synced, before it counts as
//! saved; opening compares both, and [`replay`] brings back what the database has lost. A backup
//! that was read from end to end begins the tail anew.
//!
//! The file: `farol tail 1\n`, 16 random bytes that name it, then records. A record is its length
//! (32 bits, little-endian) and a sealed part; the seal is bound to the file's name and the record's
//! place in it, so that records can be neither moved nor taken from another tail.

use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use farol_model::{
    id::{DeskId, Digest},
    journal::EntryHeader,
};

use crate::{
    Anchor, Place, StoreError,
    seal::{Key, random},
    sync_dir,
};

/// Reading a tail, and the journal's rows it is made of.
mod read;
/// Bringing back what the database lost.
mod replay;

pub(crate) use read::Found;
pub(crate) use replay::{Compared, keep_bare, keep_signature, write_entry, write_seal};

const MAGIC: &[u8] = b"farol tail 1\n";
const NAME_BYTES: usize = 16;

/// A part is closed when it holds so many bytes, so that one large original is not two in memory.
const PART_BYTES: usize = 4 << 20;

/// The place of an own desk's journal: how many entries it has, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) n: u32,
    pub(crate) head: [u8; 32],
}

impl Mark {
    /// Before the first entry.
    pub(crate) const START: Self = Self { n: 0, head: [0; 32] };

    /// Where the desk's journal stands in a database.
    pub(crate) fn of(conn: &Connection, desk: DeskId) -> Result<Self, StoreError> {
        let last = conn
            .prepare_cached("SELECT n, hash FROM entry WHERE desk = ?1 ORDER BY n DESC LIMIT 1")?
            .query_row([desk.to_string()], |row| Ok(Self { n: row.get(0)?, head: row.get(1)? }))
            .optional()?;
        Ok(last.unwrap_or(Self::START))
    }

    /// Whether the desk's journal in a database goes through this place.
    pub(crate) fn is_in(&self, conn: &Connection, desk: DeskId) -> Result<bool, StoreError> {
        if *self == Self::START {
            return Ok(true);
        }
        Ok(conn
            .prepare_cached("SELECT 1 FROM entry WHERE desk = ?1 AND n = ?2 AND hash = ?3")?
            .exists(params![desk.to_string(), self.n, self.head])?)
    }
}

impl From<Mark> for Anchor {
    fn from(mark: Mark) -> Self {
        Self { n: mark.n, head: Digest(mark.head) }
    }
}

/// Digest and hash of an entry that is not there itself.
pub(crate) type BarePlace = ([u8; 32], [u8; 32]);

/// A row of one of the journal's tables, as it stands there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Row {
    Seal {
        id: String,
        key: [u8; 32],
    },
    Original {
        hash: String,
        bytes: Vec<u8>,
    },
    Entry(Box<EntryRow>),
    Signature {
        desk: DeskId,
        n: u32,
        signature: Vec<u8>,
    },
    /// Entries of another desk of which only digest and hash are known.
    Bare {
        desk: DeskId,
        n: u32,
        places: Vec<BarePlace>,
    },
}

/// An entry, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EntryRow {
    pub(crate) header: EntryHeader,
    pub(crate) seal: String,
    pub(crate) body: Vec<u8>,
    pub(crate) prev: [u8; 32],
    pub(crate) hash: [u8; 32],
}

/// What one record holds.
#[derive(Debug, Serialize, Deserialize)]
enum Part {
    /// The first record: whose journal it is, and what the backup before it has.
    Begin { desk: DeskId, base: Mark },
    /// Rows of a commit.
    Rows(Vec<Row>),
    /// The commit is whole, and the journal stands here.
    End(Mark),
}

/// A tail that is being written.
pub(crate) struct Tail {
    file: File,
    key: Key,
    name: [u8; NAME_BYTES],
    desk: DeskId,
    /// Rows of `entry` up to this one are in it.
    last_row: i64,
    n_records: u64,
    bytes: u64,
    /// Whether the last commit is not in it; the next one tries again.
    is_behind: bool,
}

/// The key that seals a vault's tail.
pub(crate) fn key(database_key: &[u8; 32]) -> Key {
    let mut hasher = Sha256::new();
    hasher.update(MAGIC);
    hasher.update(database_key);
    Key(hasher.finalize().into())
}

impl Tail {
    /// Writes a tail anew, with everything that the database has after `base`, in place of the one
    /// that lies there.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the old one is then untouched.
    pub(crate) fn begin(
        path: &Path,
        key: Key,
        conn: &Connection,
        desk: DeskId,
        base: Mark,
    ) -> Result<Self, StoreError> {
        let new = path.with_extension("tail.new");
        let name: [u8; NAME_BYTES] = random();
        let mut file = File::create(&new)?;
        file.write_all(MAGIC)?;
        file.write_all(&name)?;
        let bytes = (MAGIC.len() + NAME_BYTES) as u64;
        let last_row = row_of(conn, desk, base)?;
        let mut tail =
            Self { file, key, name, desk, last_row, n_records: 0, bytes, is_behind: false };
        tail.append(&Part::Begin { desk, base })?;
        tail.append_commits(conn)?;
        fs::rename(&new, path)?;
        path.parent().map_or(Ok(()), sync_dir)?;
        Ok(tail)
    }

    /// Goes on with a tail that ends where the database does.
    pub(crate) fn go_on(
        path: &Path,
        key: Key,
        found: &Found,
        conn: &Connection,
    ) -> Result<Self, StoreError> {
        let mut file = File::options().read(true).write(true).open(path)?;
        // Half a record, or half a commit, at the end is of a commit that was never acknowledged.
        file.set_len(found.good_bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self {
            file,
            key,
            name: found.name,
            desk: found.desk,
            last_row: row_of(conn, found.desk, found.end())?,
            n_records: found.n_records,
            bytes: found.good_bytes,
            is_behind: false,
        })
    }

    /// Takes what was just committed. A failure is told by [`Self::is_behind`]: the commit itself
    /// is safe in the database, and the next one tries again.
    pub(crate) fn follow(&mut self, conn: &Connection) {
        let (bytes, n_records) = (self.bytes, self.n_records);
        self.is_behind = self.append_commits(conn).is_err();
        if self.is_behind {
            (self.bytes, self.n_records) = (bytes, n_records);
            // What cannot be cut off is seen as half a record, or overwritten by the next try.
            drop(self.file.set_len(bytes));
            drop(self.file.seek(SeekFrom::Start(bytes)));
        }
    }

    /// Whether the last commit is not in it.
    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Its size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends every commit that the database has after the last one that is here.
    fn append_commits(&mut self, conn: &Connection) -> Result<(), StoreError> {
        let (mut rows, mut held) = (Vec::new(), 0);
        let (mut last_row, mut last_hash) = (self.last_row, [0; 32]);
        read::rows_after(conn, self.last_row, &mut |rowid, row| {
            held += row.bytes();
            last_row = rowid;
            let mut end = None;
            match &row {
                Row::Entry(entry) => last_hash = entry.hash,
                Row::Signature { desk, n, .. } if *desk == self.desk => {
                    end = Some(Mark { n: *n, head: last_hash });
                }
                _ => {}
            }
            rows.push(row);
            if end.is_some() || held > PART_BYTES {
                held = 0;
                self.append(&Part::Rows(std::mem::take(&mut rows)))?;
            }
            if let Some(end) = end {
                self.append(&Part::End(end))?;
            }
            Ok(())
        })?;
        self.file.sync_data()?;
        self.last_row = last_row;
        Ok(())
    }

    fn append(&mut self, part: &Part) -> Result<(), StoreError> {
        let plain = zeroize::Zeroizing::new(
            postcard::to_allocvec(part).map_err(|_| StoreError::Unreadable("row"))?,
        );
        let sealed = self.key.seal(&plain, &bound_to(&self.name, self.n_records));
        let length = u32::try_from(sealed.len()).map_err(|_| StoreError::Unreadable("row"))?;
        self.file.write_all(&[length.to_le_bytes().as_slice(), &sealed].concat())?;
        self.n_records += 1;
        self.bytes += 4 + sealed.len() as u64;
        Ok(())
    }
}

impl Row {
    fn bytes(&self) -> usize {
        match self {
            Self::Original { bytes, .. } => bytes.len(),
            Self::Entry(entry) => entry.body.len() + 400,
            Self::Seal { .. } | Self::Signature { .. } => 150,
            Self::Bare { places, .. } => places.len() * 64,
        }
    }
}

/// What a record's seal is bound to.
fn bound_to(name: &[u8; NAME_BYTES], place: u64) -> Vec<u8> {
    [name.as_slice(), &place.to_le_bytes()].concat()
}

/// The row of the entry at which a desk's journal stood.
fn row_of(conn: &Connection, desk: DeskId, mark: Mark) -> Result<i64, StoreError> {
    let row = conn
        .query_row(
            "SELECT rowid FROM entry WHERE desk = ?1 AND n = ?2",
            params![desk.to_string(), mark.n],
            |row| row.get(0),
        )
        .optional()?;
    Ok(row.unwrap_or(0))
}

impl Place {
    /// Puts a tail that cannot be used out of the way; it is never deleted.
    pub(crate) fn set_tail_aside(&self) -> Result<(), StoreError> {
        Ok(fs::rename(self.tail(), self.free_name("set-aside", ".tail"))?)
    }
}

#[cfg(test)]
mod tests;
