//! One desk's entries: each follows on the one before it, and a signature stands over the last.

use std::ops::ControlFlow;

use ed25519_dalek::Signature;
use rusqlite::{Connection, Rows, params};

use farol_model::{id::Digest, journal::EntryHeader, tampering::Tampering};

use super::{
    Anchor, Depth, End, Named, Verification, WrongEntry,
    entries::Entries,
    entry_hash, has_bare,
    rows::{Body, Seen, Stored},
    seals::Seals,
    texts,
};
use crate::StoreError;

/// Clocks of laptops are set right by seconds, not by more than this.
const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// So many removed entries in a row are told from an edited one when the rest was numbered anew.
const MAX_HIDDEN: u32 = 10_000;

/// What every desk is checked with.
pub(super) struct Check<'a> {
    pub(super) conn: &'a Connection,
    pub(super) beside: Option<Connection>,
    pub(super) seals: Seals,
    pub(super) depth: Depth,
}

impl Check<'_> {
    /// Follows a desk's entries to the first wrong one.
    pub(super) fn desk(
        &mut self,
        desk: &str,
        anchors: &[Anchor],
        end: End,
        named: &mut Named<'_>,
        found: &mut Verification,
        go_on: &mut dyn FnMut(u32) -> bool,
    ) -> Result<(), StoreError> {
        let (conn, seals) = (self.conn, &self.seals);
        let mut signing = conn.prepare(match self.depth {
            Depth::Chain => {
                "SELECT n, signature FROM signature WHERE desk = ?1 ORDER BY n DESC LIMIT 1"
            }
            Depth::Everything => "SELECT n, signature FROM signature WHERE desk = ?1 ORDER BY n",
        })?;
        let signing = Signing { rows: signing.query([desk])?, next: None };
        let bare = BarePlaces::of(conn, desk)?;
        let mut chain =
            Chain { conn, anchors, signing, bare, n: 0, head: [0; 32], last: None, signed: true };
        let entries = Entries { desk, seals, depth: self.depth };
        entries.each(conn, self.beside.as_mut(), |stored, seen| {
            found.wrong = chain.follow(&stored, seen, seals, named, found)?;
            if found.wrong.is_some() {
                return Ok(ControlFlow::Break(()));
            }
            if !go_on(found.n_entries) {
                return Err(StoreError::Stopped);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if found.wrong.is_none() {
            found.wrong = chain.bare(u32::MAX, named, found);
        }
        if found.wrong.is_none() {
            found.wrong = chain.end(desk, end)?;
        }
        Ok(())
    }
}

/// A desk's entries as far as they were followed.
struct Chain<'a> {
    conn: &'a Connection,
    anchors: &'a [Anchor],
    signing: Signing<'a>,
    bare: BarePlaces,
    /// Number and hash of the last good entry, of which perhaps only the digest is here.
    n: u32,
    head: [u8; 32],
    /// Whether it is signed.
    signed: bool,
    /// The last good entry that is here whole.
    last: Option<EntryHeader>,
}

impl Chain<'_> {
    /// Goes on by one entry, unless it is wrong.
    fn follow(
        &mut self,
        stored: &Stored<'_>,
        Seen { header, body }: Seen,
        seals: &Seals,
        named: &mut Named<'_>,
        found: &mut Verification,
    ) -> Result<Option<WrongEntry>, StoreError> {
        let next = header.as_ref().map_or(self.n + 1, |it| it.0.n);
        if let Some(wrong) = self.bare(next, named, found) {
            return Ok(Some(wrong));
        }
        self.n += 1;
        let Some((header, digest)) = header else {
            let change = Tampering::Edited;
            return Ok(Some(WrongEntry { n: self.n, header: None, change }));
        };
        let hash = entry_hash(&self.head, &digest);
        let is_closed = matches!(body, Body::NoSeal);
        if let Some(change) = self.change(stored, &header, body, hash, seals, named)? {
            return Ok(Some(WrongEntry { n: header.n, header: Some(header), change }));
        }
        self.head = hash;
        let signature = self.signing.of(self.n)?;
        self.signed = signature.is_some();
        let is_good = signature.is_none_or(|it| {
            found.n_signatures += 1;
            named.signatures.has_signed(header.actor, &hash, &it)
        });
        // Whoever has another history fit together, signatures and all, is told only from outside.
        let is_another = |it: &Anchor| it.n == self.n && it.head.0 != hash;
        let change = if !is_good {
            Some(Tampering::SignedByAnother)
        } else {
            self.anchors.iter().any(is_another).then_some(Tampering::RolledBack)
        };
        if let Some(change) = change {
            return Ok(Some(WrongEntry { n: header.n, header: Some(header), change }));
        }
        let is_before = |it: &EntryHeader| it.at.ms() - header.at.ms() > CLOCK_TOLERANCE_MS;
        if found.clock_moved.is_none() && self.last.as_ref().is_some_and(is_before) {
            found.clock_moved = Some(header.clone());
        }
        self.last = Some(header);
        found.n_entries += 1;
        found.n_closed += u32::from(is_closed);
        found.head = Some(Digest(hash));
        Ok(None)
    }

    /// What was done to an entry, as far as that shows without its signature.
    fn change(
        &self,
        stored: &Stored<'_>,
        header: &EntryHeader,
        body: Body,
        hash: [u8; 32],
        seals: &Seals,
        named: &mut Named<'_>,
    ) -> Result<Option<Tampering>, StoreError> {
        if header.n != self.n {
            return Ok(Some(Tampering::Removed));
        }
        if let Some(change) = out_of_place(self.conn, header, stored, &self.head)? {
            return Ok(Some(change));
        }
        if stored.hash() != hash {
            return Ok(Some(Tampering::Edited));
        }
        if texts::is_of_texts(&header.action) {
            named.of_texts.push(stored.rowid);
        }
        Ok(match body {
            Body::Closed => None,
            Body::Broken => Some(Tampering::SealBroken),
            Body::NoSeal => {
                let is_erased = seals.is_erased(self.conn, stored.seal(), header.case)?;
                (!is_erased).then_some(Tampering::SealRemoved)
            }
            Body::Open(entry) => {
                let is_it =
                    entry.action.word() == header.action && entry.action.case() == header.case;
                if is_it { named.follow(&entry, stored.rowid) } else { Some(Tampering::Edited) }
            }
        })
    }

    /// Goes on over the entries before `until` of which only the digest is here, unless one is wrong.
    fn bare(
        &mut self,
        until: u32,
        named: &Named<'_>,
        found: &mut Verification,
    ) -> Option<WrongEntry> {
        while let Some(place) = self.bare.next(self.n + 1, until) {
            self.n = place.n;
            self.head = entry_hash(&self.head, &place.digest);
            found.n_bare += 1;
            self.signed = place.signature.is_some();
            let is_good = place.signature.is_none_or(|it| {
                Signature::from_slice(&it)
                    .is_ok_and(|it| named.signatures.is_by_somebody(&self.head, &it))
            });
            if !is_good {
                let change = Tampering::SignedByAnother;
                return Some(WrongEntry { n: self.n, header: None, change });
            }
        }
        None
    }

    /// What is missing after the last entry.
    fn end(self, desk: &str, end: End) -> Result<Option<WrongEntry>, StoreError> {
        let n = self.n;
        let signed_beyond: bool = self.conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM signature WHERE desk = ?1 AND n > ?2)",
            params![desk, n],
            |row| row.get(0),
        )?;
        if (!self.signed && end == End::Signed) || signed_beyond {
            let change = Tampering::Truncated;
            return Ok(Some(WrongEntry { n: n.max(1), header: self.last, change }));
        }
        let is_remembered = self.anchors.iter().any(|it| it.n > n);
        let change = Tampering::RolledBack;
        Ok(is_remembered.then_some(WrongEntry { n, header: self.last, change }))
    }
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

    /// Entry `n`, when it is one of them and stands before `until`.
    fn next(&mut self, n: u32, until: u32) -> Option<Bare> {
        let place = self.next.take_if(|it| it.n < until && it.n == n)?;
        self.next = self.places.next();
        Some(place)
    }
}

/// Whether an entry does not follow `head`, the hash of the one in front of it, and why.
fn out_of_place(
    conn: &Connection,
    header: &EntryHeader,
    stored: &Stored<'_>,
    head: &[u8; 32],
) -> Result<Option<Tampering>, StoreError> {
    if stored.prev() == head {
        return Ok(None);
    }
    let follows_another: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM entry WHERE desk = ?1 AND hash = ?2 AND n <> ?3)",
        params![header.desk.to_string(), stored.prev(), header.n - 1],
        |row| row.get(0),
    )?;
    if follows_another {
        return Ok(Some(Tampering::Reordered));
    }
    // An entry that was given a lower number, to hide a gap, still has the hash of its own.
    let numbers = header.n + 1..=header.n.saturating_add(MAX_HIDDEN);
    let hides_a_gap = <[u8; 32]>::try_from(stored.prev()).is_ok_and(|prev| {
        numbers.into_iter().any(|n| {
            let digest = stored.digest(&EntryHeader { n, ..header.clone() });
            stored.hash() == entry_hash(&prev, &digest)
        })
    });
    Ok(Some(if hides_a_gap { Tampering::Removed } else { Tampering::Edited }))
}
