//! Whether anybody changed the record.
//!
//! `digest = SHA-256(format, header, seal, sealed body)`, `hash = SHA-256(previous hash, digest)`;
//! the hash of each commit's last entry is signed with the member's Ed25519 key.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use farol_model::{
    id::Digest,
    journal::{Entry, EntryHeader},
    tampering::Tampering,
};

use crate::{StoreError, shared};

/// What bundles brought.
mod brought;
/// One desk's entries, in order.
mod chain;
/// Entries, read on two threads.
mod entries;
/// The bytes that entries name.
mod originals;
/// Entries as they stand in their rows.
mod rows;
/// The keys that open bodies.
mod seals;
/// What rests on another person's signature.
mod signed;
/// What was approved and issued is what was written.
mod texts;

use brought::Brought;
use chain::Check;
use originals::Originals;
pub(crate) use seals::Seals;
use signed::Signatures;

/// Names the layout of what is hashed; a change of layout is a new name.
const FORMAT: &[u8] = b"farol entry 1\n";

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Entries read before the end or the first wrong one.
    pub n_entries: u32,
    /// How many of them this desk wrote.
    pub n_own: u32,
    /// Entries of other desks of which only the digest is here.
    pub n_bare: u32,
    /// Hash of the last good entry of this desk.
    pub head: Option<Digest>,
    /// How many of those read nobody can open any more, because their seal was deleted: their case was erased,
    /// or drafts were disposed of. Their digests are whole.
    pub n_closed: u32,
    /// How many signatures were checked.
    pub n_signatures: u32,
    /// The first wrong entry.
    pub wrong: Option<WrongEntry>,
    /// The first entry that was written well before the one in front of it: nobody changed it, the
    /// computer's clock was moved back.
    pub clock_moved: Option<EntryHeader>,
}

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongEntry {
    /// Its number on its desk.
    pub n: u32,
    /// Its header as stored, when it can still be read.
    pub header: Option<EntryHeader>,
    /// What was done to it.
    pub change: Tampering,
}

/// A head that something outside the vault remembers: a backup, the keyring, a certificate, a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// How many entries the journal had.
    pub n: u32,
    /// Hash of the last of them.
    pub head: Digest,
}

/// The digest of one entry.
pub(crate) fn entry_digest(header: &EntryHeader, seal: &str, body: &[u8]) -> [u8; 32] {
    let header = header_text(header);
    let mut hasher = Sha256::new();
    hasher.update(FORMAT);
    for part in [header.as_bytes(), seal.as_bytes(), body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// A header as it is hashed.
pub(crate) fn header_text(header: &EntryHeader) -> String {
    serde_json::to_string(header).expect("headers are plain data")
}

/// The hash that chains an entry to the one before.
pub(crate) fn entry_hash(prev: &[u8; 32], digest: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    hasher.update(digest);
    hasher.finalize().into()
}

/// How much of every entry is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Numbers and hashes of all entries, and of each desk's signatures the newest: that one stands for
    /// the whole chain under it. What it cannot see is an earlier signature that was damaged.
    Chain,
    /// Every signature and every body, too, and that what rests on another person's signature has it.
    Everything,
}

/// Told how much of how much was read; ends the check by saying no.
pub(crate) type GoOn<'a> = &'a mut dyn FnMut(u32, u32) -> bool;

/// A vault to check: the connection on which it is read, and another of the same vault, which makes it faster.
pub(crate) struct Checked<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) beside: Option<Connection>,
}

/// Reads every entry of every desk in order and stops at the first that is wrong. The anchors are
/// of the desk that wrote the vault's first entry.
pub(crate) fn verify(conn: &Connection, anchors: &[Anchor]) -> Result<Verification, StoreError> {
    let checked = Checked { conn, beside: None };
    verify_to(checked, anchors, (End::Signed, Depth::Everything), None, &mut |_| true)
}

/// The same, and the bytes that entries name; `go_on` may end it with [`StoreError::Stopped`].
pub(crate) fn verify_all(
    checked: Checked<'_>,
    anchors: &[Anchor],
    go_on: GoOn<'_>,
) -> Result<Verification, StoreError> {
    let conn = checked.conn;
    let (n_entries, n_originals): (u32, u32) = conn.query_row(
        "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM original)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let n_all = n_entries + n_originals;
    let mut originals = Originals::default();
    let how = (End::Signed, Depth::Everything);
    let mut found =
        verify_to(checked, anchors, how, Some(&mut originals), &mut |n| go_on(n, n_all))?;
    if found.wrong.is_none() {
        found.wrong = originals.first_wrong(conn, &mut |n| go_on(n_entries + n, n_all))?;
    }
    Ok(found)
}

/// The same without opening what is sealed: seconds where everything takes a minute.
pub(crate) fn verify_chain(
    checked: Checked<'_>,
    anchors: &[Anchor],
) -> Result<Verification, StoreError> {
    verify_to(checked, anchors, (End::Signed, Depth::Chain), None, &mut |_| true)
}

/// The first entry that is wrong, in a transaction whose last entry is signed by its commit.
pub(crate) fn verify_before_commit(conn: &Connection) -> Result<Option<WrongEntry>, StoreError> {
    let checked = Checked { conn, beside: None };
    Ok(verify_to(checked, &[], (End::Open, Depth::Everything), None, &mut |_| true)?.wrong)
}

/// Whether the desk's own last entry has to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Signed,
    Open,
}

/// What the entries that were read name.
struct Named<'a> {
    signatures: Signatures,
    brought: Brought,
    /// None when nobody asks for the bytes.
    originals: Option<&'a mut Originals>,
    /// Rows of entries that texts are made of: few, so that the others are read once.
    of_texts: Vec<i64>,
}

impl Named<'_> {
    /// Takes an entry in, and the row it stands in; what is wrong with it when it rests on a signature that
    /// is not there.
    fn follow(&mut self, entry: &Entry, row: i64) -> Option<Tampering> {
        if let Some(originals) = &mut self.originals {
            originals.follow(entry, row);
        }
        self.brought.follow(entry);
        self.signatures.follow(entry)
    }
}

fn verify_to(
    checked: Checked<'_>,
    anchors: &[Anchor],
    (end, depth): (End, Depth),
    originals: Option<&mut Originals>,
    go_on: &mut dyn FnMut(u32) -> bool,
) -> Result<Verification, StoreError> {
    let mut found = Verification {
        n_entries: 0,
        n_own: 0,
        n_bare: 0,
        n_closed: 0,
        n_signatures: 0,
        head: None,
        wrong: None,
        clock_moved: None,
    };
    let conn = checked.conn;
    let desks = desks(conn)?;
    let mut check = Check { conn, beside: checked.beside, seals: Seals::of(conn)?, depth };
    let mut named = Named {
        signatures: Signatures::among(desks.len()),
        brought: Brought::default(),
        originals,
        of_texts: Vec::new(),
    };
    if desks.is_empty() {
        // A vault begins with an entry, so this one lost all of them.
        let change = if anchors.is_empty() { Tampering::Truncated } else { Tampering::RolledBack };
        found.wrong = Some(WrongEntry { n: 1, header: None, change });
    }
    for (at, desk) in desks.iter().enumerate() {
        let own = at == 0;
        let anchors = if own { anchors } else { &[] };
        let end = if own { end } else { End::Signed };
        let head = found.head;
        check.desk(desk, anchors, end, &mut named, &mut found, go_on)?;
        if own {
            found.n_own = found.n_entries;
        } else {
            found.head = head;
        }
        if found.wrong.is_some() {
            return Ok(found);
        }
        if own {
            found.wrong = own_digests(conn, desk)?;
        }
    }
    if found.wrong.is_none() && depth == Depth::Everything {
        found.wrong = named.signatures.missing().or(named.brought.hidden(conn, desks.first())?);
    }
    if found.wrong.is_none() {
        found.wrong = texts::first_wrong(conn, named.of_texts, &named.signatures)?;
    }
    Ok(found)
}

/// Whether there are digests of other desks' entries: backups of earlier schemas have no table for them.
fn has_bare(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'bare'")?.exists([])?)
}

/// A digest where an entry of this desk should be: somebody hid it.
fn own_digests(conn: &Connection, desk: &str) -> Result<Option<WrongEntry>, StoreError> {
    if !has_bare(conn)? {
        return Ok(None);
    }
    let n: Option<u32> =
        conn.query_row("SELECT min(n) FROM bare WHERE desk = ?1", [desk], |row| row.get(0))?;
    Ok(n.map(|n| WrongEntry { n, header: None, change: Tampering::Removed }))
}

/// Every desk that wrote or signed, this one first, then in the order in which they began.
pub(crate) fn desks(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut desks = conn.prepare(&format!(
        "{} SELECT desk FROM one WHERE desk IS NOT NULL
         ORDER BY (SELECT rowid FROM entry WHERE entry.desk = one.desk ORDER BY n LIMIT 1)",
        shared::DESKS
    ))?;
    let mut desks: Vec<String> =
        desks.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if let Some(own) = shared::own_desk(conn)? {
        desks.sort_by_key(|it| *it != own);
    }
    let mut sql = "SELECT DISTINCT desk FROM signature".to_owned();
    if has_bare(conn)? {
        sql += " UNION SELECT DISTINCT desk FROM bare";
    }
    let mut signers = conn.prepare(&(sql + " ORDER BY desk"))?;
    for desk in signers.query_map([], |row| row.get::<_, String>(0))? {
        let desk = desk?;
        if !desks.contains(&desk) {
            desks.push(desk);
        }
    }
    Ok(desks)
}

#[cfg(test)]
mod tests;
