//! The lines of a journal: entries, and runs of digests of those that are not said.

use std::io::{self, Write};

use data_encoding::BASE64;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use farol_model::{
    id::{DeskId, Digest},
    journal::EntryHeader,
};

use crate::{StoreError, read, seal::hex, verify};

/// How many digests stand on one line at most.
const MAX_RUN: usize = 4096;

/// An entry, with what opens it. Texts that are hashed stand as they were hashed, so that nobody has
/// to write JSON the way somebody else did.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) header: String,
    pub(crate) seal: String,
    pub(crate) body: String,
    pub(crate) hash: String,
    pub(crate) signature: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) action: Option<String>,
}

/// Entries that are not said: their digests, so that those after them chain.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    pub(crate) desk: DeskId,
    /// The number of the first.
    pub(crate) n: u32,
    /// 32 bytes each, base64.
    pub(crate) digests: String,
    /// Of the last, when it ends a commit and is needed to tell where one begins or ends.
    pub(crate) signature: Option<String>,
}

/// One line.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Entry(Line),
    Run(Run),
}

/// An entry as it stands in the vault.
pub(crate) struct Stored {
    pub(crate) header: EntryHeader,
    pub(crate) seal: String,
    pub(crate) body: Vec<u8>,
    pub(crate) hash: [u8; 32],
    pub(crate) key: Option<Zeroizing<Vec<u8>>>,
    pub(crate) signature: Option<Vec<u8>>,
}

/// One place of a desk's journal: the entry, or its digest and signature.
pub(crate) enum At {
    Entry(Box<Stored>),
    Bare([u8; 32], Option<Vec<u8>>),
}

/// Gives every place of a desk's journal in order.
pub(crate) fn each(
    conn: &Connection,
    desk: &str,
    take: &mut dyn FnMut(u32, At) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = conn.prepare(
        "SELECT entry.id, entry.desk, entry.n, at_ms, actor, case_id, action, sealed_with, body, hash,
                signature, seal.key
         FROM entry
         LEFT JOIN seal ON seal.id = entry.sealed_with
         LEFT JOIN signature ON signature.desk = entry.desk AND signature.n = entry.n
         WHERE entry.desk = ?1 ORDER BY entry.n",
    )?;
    let mut bare = conn.prepare(
        "SELECT bare.n, digest, signature FROM bare
         LEFT JOIN signature ON signature.desk = bare.desk AND signature.n = bare.n
         WHERE bare.desk = ?1 ORDER BY bare.n",
    )?;
    let mut bare = bare.query([desk])?;
    let mut waiting = bare.next()?.map(bare_place).transpose()?;
    let mut rows = query.query([desk])?;
    while let Some(row) = rows.next()? {
        let header = read::header(row)?;
        while let Some((n, at)) = waiting.take_if(|(n, _)| *n < header.n) {
            take(n, at)?;
            waiting = bare.next()?.map(bare_place).transpose()?;
        }
        let stored = Stored {
            seal: row.get(7)?,
            body: row.get(8)?,
            hash: row.get(9)?,
            signature: row.get(10)?,
            key: row.get::<_, Option<Vec<u8>>>(11)?.map(Zeroizing::new),
            header,
        };
        take(stored.header.n, At::Entry(Box::new(stored)))?;
    }
    while let Some((n, at)) = waiting.take() {
        take(n, at)?;
        waiting = bare.next()?.map(bare_place).transpose()?;
    }
    Ok(())
}

fn bare_place(row: &rusqlite::Row<'_>) -> Result<(u32, At), StoreError> {
    Ok((row.get(0)?, At::Bare(row.get(1)?, row.get(2)?)))
}

/// Writes lines: entries as they are, and runs of what is not said.
pub(crate) struct Writer<'a> {
    to: &'a mut dyn Write,
    desk: Option<DeskId>,
    /// The number of the first digest that waits, and the digests.
    first: u32,
    waiting: Vec<[u8; 32]>,
    /// How many of them the last signature among them ends, and the signature.
    signed: Option<(usize, Vec<u8>)>,
    /// Whether the commit of the last entry goes on.
    is_open: bool,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(to: &'a mut dyn Write) -> Self {
        Self { to, desk: None, first: 1, waiting: Vec::new(), signed: None, is_open: false }
    }

    /// Begins the journal of another desk.
    pub(crate) fn begin(&mut self, desk: DeskId) -> Result<(), StoreError> {
        self.end()?;
        self.desk = Some(desk);
        self.is_open = false;
        Ok(())
    }

    /// Writes an entry; without `says`, without its key and what is in it.
    pub(crate) fn entry(&mut self, entry: &Stored, says: bool) -> Result<(), StoreError> {
        self.end()?;
        let key = entry.key.as_ref().filter(|_| says);
        let action = key.map(|key| read::unseal(&entry.header, &entry.body, key)).transpose()?;
        self.is_open = entry.signature.is_none();
        write_line(
            self.to,
            &Line {
                header: verify::header_text(&entry.header),
                seal: entry.seal.clone(),
                body: BASE64.encode(&entry.body),
                hash: hex(&entry.hash),
                signature: entry.signature.as_ref().map(|it| BASE64.encode(it)),
                key: key.map(|it| hex(it)),
                action: action.and_then(|it| String::from_utf8(it.to_vec()).ok()),
            },
        )
    }

    /// Takes an entry of which nothing but the digest is said.
    pub(crate) fn bare(
        &mut self,
        n: u32,
        digest: [u8; 32],
        signature: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            self.first = n;
        }
        self.waiting.push(digest);
        if let Some(signature) = signature {
            self.signed = Some((self.waiting.len(), signature));
            if std::mem::take(&mut self.is_open) {
                return self.end();
            }
        }
        if self.waiting.len() == MAX_RUN { self.end() } else { Ok(()) }
    }

    /// Writes what waits: up to its last signature, and the rest.
    pub(crate) fn end(&mut self) -> Result<(), StoreError> {
        let Some(desk) = self.desk else { return Ok(()) };
        let mut n = self.first;
        let mut rest = self.waiting.as_slice();
        if let Some((len, signature)) = self.signed.take() {
            let (signed, after) = rest.split_at(len);
            write_run(self.to, desk, n, signed, Some(signature))?;
            n += len as u32;
            rest = after;
        }
        write_run(self.to, desk, n, rest, None)?;
        self.waiting.clear();
        Ok(())
    }
}

fn write_run(
    to: &mut dyn Write,
    desk: DeskId,
    n: u32,
    digests: &[[u8; 32]],
    signature: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    if digests.is_empty() {
        return Ok(());
    }
    let digests = BASE64.encode(&digests.concat());
    let signature = signature.map(|it| BASE64.encode(&it));
    write_line(to, &Run { desk, n, digests, signature })
}

pub(crate) fn write_line(to: &mut dyn Write, line: &impl Serialize) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *to, line).map_err(io::Error::from)?;
    Ok(to.write_all(b"\n")?)
}

/// The digests of a run.
pub(crate) fn digests(run: &Run) -> Option<Vec<Digest>> {
    let bytes = BASE64.decode(run.digests.as_bytes()).ok()?;
    let (digests, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && !digests.is_empty() && digests.len() <= MAX_RUN)
        .then(|| digests.iter().copied().map(Digest).collect())
}
