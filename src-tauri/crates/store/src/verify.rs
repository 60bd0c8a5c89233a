//! Whether anybody changed the record.
//!
//! `digest = SHA-256(format, header, seal, sealed body)`, `hash = SHA-256(previous hash, digest)`;
//! the hash of each commit's last entry is signed with the member's Ed25519 key.

use ed25519_dalek::Signature;
use rusqlite::{Connection, Rows, params};
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
use originals::Originals;
use rows::{Body, Entries, Seen, Written};
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

/// Clocks of laptops are set right by seconds, not by more than this.
const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// So many removed entries in a row are told from an edited one when the rest was numbered anew.
const MAX_HIDDEN: u32 = 10_000;

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

/// Reads every entry of every desk in order and stops at the first that is wrong. The anchors are
/// of the desk that wrote the vault's first entry.
pub(crate) fn verify(conn: &Connection, anchors: &[Anchor]) -> Result<Verification, StoreError> {
    verify_to(conn, anchors, (End::Signed, Depth::Everything), None, &mut |_| true)
}

/// The same, and the bytes that entries name; `go_on` may end it with [`StoreError::Stopped`].
pub(crate) fn verify_all(
    conn: &Connection,
    anchors: &[Anchor],
    go_on: GoOn<'_>,
) -> Result<Verification, StoreError> {
    let (n_entries, n_originals): (u32, u32) = conn.query_row(
        "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM original)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let n_all = n_entries + n_originals;
    let mut originals = Originals::default();
    let how = (End::Signed, Depth::Everything);
    let mut found = verify_to(conn, anchors, how, Some(&mut originals), &mut |n| go_on(n, n_all))?;
    if found.wrong.is_none() {
        found.wrong = originals.first_wrong(conn, &mut |n| go_on(n_entries + n, n_all))?;
    }
    Ok(found)
}

/// The same without opening what is sealed: seconds where everything takes a minute.
pub(crate) fn verify_chain(
    conn: &Connection,
    anchors: &[Anchor],
) -> Result<Verification, StoreError> {
    verify_to(conn, anchors, (End::Signed, Depth::Chain), None, &mut |_| true)
}

/// The first entry that is wrong, in a transaction whose last entry is signed by its commit.
pub(crate) fn verify_before_commit(conn: &Connection) -> Result<Option<WrongEntry>, StoreError> {
    Ok(verify_to(conn, &[], (End::Open, Depth::Everything), None, &mut |_| true)?.wrong)
}

/// Whether the desk's own last entry has to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Signed,
    Open,
}

/// What the entries that were read name.
struct Named<'a> {
    seals: Seals,
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
    conn: &Connection,
    anchors: &[Anchor],
    (end, depth): (End, Depth),
    originals: Option<&mut Originals>,
    go_on: &mut dyn FnMut(u32) -> bool,
) -> Result<Verification, StoreError> {
    let mut found = Verification {
        n_entries: 0,
        n_own: 0,
        n_bare: 0,
        n_signatures: 0,
        head: None,
        wrong: None,
        clock_moved: None,
    };
    let desks = desks(conn)?;
    let mut named = Named {
        seals: Seals::of(conn)?,
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
        verify_desk(conn, desk, anchors, (end, depth), &mut named, &mut found, go_on)?;
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

fn verify_desk(
    conn: &Connection,
    desk: &str,
    anchors: &[Anchor],
    (end, depth): (End, Depth),
    named: &mut Named<'_>,
    found: &mut Verification,
    go_on: &mut dyn FnMut(u32) -> bool,
) -> Result<(), StoreError> {
    let mut query = conn.prepare(
        "SELECT id, desk, n, at_ms, actor, case_id, action, sealed_with, body, prev, hash, rowid
         FROM entry WHERE desk = ?1 ORDER BY n",
    )?;
    let mut entries = Entries::of(query.query([desk])?)?;
    let mut signing =
        conn.prepare("SELECT n, signature FROM signature WHERE desk = ?1 ORDER BY n")?;
    let mut signing = Signing { rows: signing.query([desk])?, next: None };
    let mut bare = BarePlaces::of(conn, desk)?;
    let mut n = 0;
    let mut head = [0; 32];
    let mut last: Option<EntryHeader> = None;
    let mut signed = true;
    let mut newest: Option<(EntryHeader, [u8; 32], Vec<u8>)> = None;
    while let Some(Seen { stored, header, body }) = entries.next(&named.seals, depth)? {
        let next = header.as_ref().map_or(n + 1, |it| it.0.n);
        bare.follow(next, &mut n, &mut head, &mut signed, &named.signatures, found);
        if found.wrong.is_some() {
            return Ok(());
        }
        n += 1;
        let Some((header, digest)) = header else {
            let change = Tampering::Edited;
            found.wrong = Some(WrongEntry { n, header: None, change });
            return Ok(());
        };
        let mut wrong = |header: EntryHeader, change| {
            found.wrong = Some(WrongEntry { n: header.n, header: Some(header), change });
            Ok(())
        };
        if header.n != n {
            return wrong(header, Tampering::Removed);
        }
        if let Some(change) = out_of_place(conn, &header, &stored.written, &head)? {
            return wrong(header, change);
        }
        let expected = entry_hash(&head, &digest);
        if stored.written.hash != expected {
            return wrong(header, Tampering::Edited);
        }
        if texts::is_of_texts(&header.action) {
            named.of_texts.push(stored.rowid);
        }
        match body {
            Body::Closed => {}
            Body::Broken => return wrong(header, Tampering::SealBroken),
            Body::NoSeal => {
                if !named.seals.is_erased(conn, &stored.written.seal, header.case)? {
                    return wrong(header, Tampering::SealRemoved);
                }
            }
            Body::Open(entry) => {
                if entry.action.word() != header.action || entry.action.case() != header.case {
                    return wrong(header, Tampering::Edited);
                }
                if let Some(change) = named.follow(&entry, stored.rowid) {
                    return wrong(header, change);
                }
            }
        }
        head = expected;
        let signature = signing.of(n)?;
        signed = signature.is_some();
        match signature {
            Some(signature) if depth == Depth::Chain => {
                newest = Some((header.clone(), head, signature));
            }
            Some(signature) => {
                found.n_signatures += 1;
                if !named.signatures.has_signed(header.actor, &head, &signature) {
                    return wrong(header, Tampering::SignedByAnother);
                }
            }
            None => {}
        }
        // Whoever has another history fit together, signatures and all, is told only from outside.
        if anchors.iter().any(|it| it.n == n && it.head.0 != expected) {
            return wrong(header, Tampering::RolledBack);
        }
        let before = last.replace(header.clone());
        if found.clock_moved.is_none()
            && before.is_some_and(|it| it.at.ms() - header.at.ms() > CLOCK_TOLERANCE_MS)
        {
            found.clock_moved = Some(header);
        }
        found.n_entries += 1;
        found.head = Some(Digest(head));
        if !go_on(found.n_entries) {
            return Err(StoreError::Stopped);
        }
    }
    bare.follow(u32::MAX, &mut n, &mut head, &mut signed, &named.signatures, found);
    if found.wrong.is_some() {
        return Ok(());
    }
    if let Some((header, head, signature)) = newest {
        found.n_signatures += 1;
        if !named.signatures.has_signed(header.actor, &head, &signature) {
            let change = Tampering::SignedByAnother;
            found.wrong = Some(WrongEntry { n: header.n, header: Some(header), change });
            return Ok(());
        }
    }
    let signed_beyond: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM signature WHERE desk = ?1 AND n > ?2)",
        params![desk, n],
        |row| row.get(0),
    )?;
    if (!signed && end == End::Signed) || signed_beyond {
        let change = Tampering::Truncated;
        found.wrong = Some(WrongEntry { n: n.max(1), header: last, change });
    } else if anchors.iter().any(|it| it.n > n) {
        let change = Tampering::RolledBack;
        found.wrong = Some(WrongEntry { n, header: last, change });
    }
    Ok(())
}

/// The signatures of a desk, along with its entries.
struct Signing<'a> {
    rows: Rows<'a>,
    next: Option<(u32, Vec<u8>)>,
}

impl Signing<'_> {
    /// The signature of entry `n`; asked for in order.
    fn of(&mut self, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        while self.next.as_ref().is_none_or(|it| it.0 < n) {
            let Some(row) = self.rows.next()? else { break };
            self.next = Some((row.get(0)?, row.get(1)?));
        }
        Ok(self.next.take_if(|it| it.0 == n).map(|it| it.1))
    }
}

/// The entries of a desk of which only the digest is here.
struct BarePlaces {
    places: std::vec::IntoIter<Bare>,
    next: Option<Bare>,
}

struct Bare {
    n: u32,
    digest: [u8; 32],
    signature: Option<Vec<u8>>,
}

impl BarePlaces {
    fn of(conn: &Connection, desk: &str) -> Result<Self, StoreError> {
        if !has_bare(conn)? {
            return Ok(Self { places: Vec::new().into_iter(), next: None });
        }
        let mut query = conn.prepare(
            "SELECT bare.n, digest, signature FROM bare
             LEFT JOIN signature ON signature.desk = bare.desk AND signature.n = bare.n
             WHERE bare.desk = ?1 ORDER BY bare.n",
        )?;
        let places = query.query_map([desk], |row| {
            Ok(Bare { n: row.get(0)?, digest: row.get(1)?, signature: row.get(2)? })
        })?;
        let mut places = places.collect::<Result<Vec<_>, _>>()?.into_iter();
        let next = places.next();
        Ok(Self { places, next })
    }

    /// Goes on over what stands before entry `until`.
    fn follow(
        &mut self,
        until: u32,
        n: &mut u32,
        head: &mut [u8; 32],
        signed: &mut bool,
        signatures: &Signatures,
        found: &mut Verification,
    ) {
        while let Some(place) = self.next.take_if(|it| it.n < until && it.n == *n + 1) {
            *n = place.n;
            *head = entry_hash(head, &place.digest);
            found.n_bare += 1;
            *signed = place.signature.is_some();
            let is_good = place.signature.is_none_or(|it| {
                Signature::from_slice(&it).is_ok_and(|it| signatures.is_by_somebody(head, &it))
            });
            if !is_good {
                let change = Tampering::SignedByAnother;
                found.wrong = Some(WrongEntry { n: *n, header: None, change });
                return;
            }
            self.next = self.places.next();
        }
    }
}

/// Whether an entry does not follow `head`, the hash of the one in front of it, and why.
fn out_of_place(
    conn: &Connection,
    header: &EntryHeader,
    written: &Written,
    head: &[u8; 32],
) -> Result<Option<Tampering>, StoreError> {
    if written.prev == head {
        return Ok(None);
    }
    let follows_another: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM entry WHERE desk = ?1 AND hash = ?2 AND n <> ?3)",
        params![header.desk.to_string(), written.prev, header.n - 1],
        |row| row.get(0),
    )?;
    if follows_another {
        return Ok(Some(Tampering::Reordered));
    }
    // An entry that was given a lower number, to hide a gap, still has the hash of its own.
    let numbers = header.n + 1..=header.n.saturating_add(MAX_HIDDEN);
    let hides_a_gap = <[u8; 32]>::try_from(written.prev.as_slice()).is_ok_and(|prev| {
        numbers.into_iter().any(|n| {
            let digest = written.digest(&EntryHeader { n, ..header.clone() });
            written.hash == entry_hash(&prev, &digest)
        })
    });
    Ok(Some(if hides_a_gap { Tampering::Removed } else { Tampering::Edited }))
}

#[cfg(test)]
mod tests;
