//! Whether anybody changed the record.
//!
//! `digest = SHA-256(format, header, seal, sealed body)`, `hash = SHA-256(previous hash, digest)`;
//! the hash of each commit's last entry is signed with the member's Ed25519 key.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};

use farol_model::{
    id::{Digest, MemberId},
    journal::{Action, EntryHeader},
};

use crate::{StoreError, read, seal::unhex};

/// Names the layout of what is hashed; a change of layout is a new name.
const FORMAT: &[u8] = b"farol entry 1\n";

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Entries read before the end or the first wrong one.
    pub n_entries: u32,
    /// Hash of the last good entry.
    pub head: Option<Digest>,
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

/// How a record was changed from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tampering {
    /// Content of an entry is not what was hashed.
    Edited,
    /// An entry is missing between others.
    Removed,
    /// Entries stand in another order.
    Reordered,
    /// Entries are missing at the end.
    Truncated,
    /// An entry, or one before it, was written anew by somebody without the person's key.
    SignedByAnother,
    /// The key of a body is gone or another one.
    SealBroken,
    /// The journal is older than, or another one than, something outside the vault remembers.
    RolledBack,
}

impl Tampering {
    /// The word for scripts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::SignedByAnother => "signed_by_another",
            Self::SealBroken => "seal_broken",
            Self::RolledBack => "rolled_back",
        }
    }

    /// What happened, in plain words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Edited => "its content was edited",
            Self::Removed => "an entry before it was removed",
            Self::Reordered => "it was moved to another place",
            Self::Truncated => "entries after it were cut off the end",
            Self::SignedByAnother => {
                "it, or an entry before it, was written by somebody without the key of the person it names"
            }
            Self::SealBroken => "its body does not open with its seal",
            Self::RolledBack => {
                "the vault was set back: a backup or a certificate remembers a journal that goes on otherwise"
            }
        }
    }
}

/// A head that something outside the vault remembers: a backup, a certificate, a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// How many entries the journal had.
    pub n: u32,
    /// Hash of the last of them.
    pub head: Digest,
}

/// Clocks of laptops are set right by seconds, not by more than this.
const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

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

/// Reads every entry of every desk in order and stops at the first that is wrong. The anchors are
/// of the desk that wrote the vault's first entry.
pub(crate) fn verify(conn: &Connection, anchors: &[Anchor]) -> Result<Verification, StoreError> {
    let mut desks = conn.prepare("SELECT desk FROM entry GROUP BY desk ORDER BY min(rowid)")?;
    let desks: Vec<String> = desks.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = Verification { n_entries: 0, head: None, wrong: None, clock_moved: None };
    if desks.is_empty() {
        // A vault's first entry is written with the vault.
        let change = Tampering::Truncated;
        found.wrong = Some(WrongEntry { n: 1, header: None, change });
    }
    for (at, desk) in desks.iter().enumerate() {
        let anchors = if at == 0 { anchors } else { &[] };
        verify_desk(conn, desk, anchors, &mut found)?;
        if found.wrong.is_some() {
            break;
        }
    }
    Ok(found)
}

fn verify_desk(
    conn: &Connection,
    desk: &str,
    anchors: &[Anchor],
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut query = conn.prepare(
        "SELECT entry.id, entry.desk, entry.n, at_ms, actor, case_id, action,
                sealed_with, body, prev, hash, seal.key, signature
         FROM entry
         LEFT JOIN seal ON seal.id = entry.sealed_with
         LEFT JOIN signature ON signature.desk = entry.desk AND signature.n = entry.n
         WHERE entry.desk = ?1 ORDER BY entry.n",
    )?;
    let mut rows = query.query([desk])?;
    let mut keys: BTreeMap<MemberId, VerifyingKey> = BTreeMap::new();
    let mut n = 0;
    let mut head = [0; 32];
    let mut last: Option<EntryHeader> = None;
    let mut signed = true;
    while let Some(row) = rows.next()? {
        n += 1;
        let Ok(header) = read::header(row) else {
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
        let seal: String = row.get(7)?;
        let body: Vec<u8> = row.get(8)?;
        let prev: Vec<u8> = row.get(9)?;
        let hash: Vec<u8> = row.get(10)?;
        let key: Option<Vec<u8>> = row.get(11)?;
        let signature: Option<Vec<u8>> = row.get(12)?;
        if prev != head {
            let change = if follows_another(conn, desk, &prev, n)? {
                Tampering::Reordered
            } else {
                Tampering::Edited
            };
            return wrong(header, change);
        }
        let expected = entry_hash(&head, &entry_digest(&header, &seal, &body));
        if hash != expected {
            return wrong(header, Tampering::Edited);
        }
        if anchors.iter().any(|it| it.n == n && it.head.0 != expected) {
            return wrong(header, Tampering::RolledBack);
        }
        let opened = key.and_then(|key| read::open(header.clone(), &body, &key).ok());
        let Some(entry) = opened else { return wrong(header, Tampering::SealBroken) };
        if entry.action.word() != header.action || entry.action.case() != header.case {
            return wrong(header, Tampering::Edited);
        }
        if let Action::MemberAdded { member } = &entry.action {
            let public = unhex(&member.public_key).and_then(|it| it.try_into().ok());
            let Some(Ok(key)) = public.map(|it: [u8; 32]| VerifyingKey::from_bytes(&it)) else {
                return wrong(header, Tampering::Edited);
            };
            keys.insert(member.id, key);
        }
        head = expected;
        signed = signature.is_some();
        if let Some(signature) = signature {
            let valid = keys
                .get(&header.actor)
                .zip(Signature::from_slice(&signature).ok())
                .is_some_and(|(key, signature)| key.verify_strict(&head, &signature).is_ok());
            if !valid {
                return wrong(header, Tampering::SignedByAnother);
            }
        }
        let before = last.replace(header.clone());
        if found.clock_moved.is_none()
            && before.is_some_and(|it| it.at.ms() - header.at.ms() > CLOCK_TOLERANCE_MS)
        {
            found.clock_moved = Some(header);
        }
        found.n_entries += 1;
        found.head = Some(Digest(head));
    }
    let signed_beyond: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM signature WHERE desk = ?1 AND n > ?2)",
        params![desk, n],
        |row| row.get(0),
    )?;
    if !signed || signed_beyond {
        let change = Tampering::Truncated;
        found.wrong = Some(WrongEntry { n, header: last, change });
    } else if anchors.iter().any(|it| it.n > n) {
        let change = Tampering::RolledBack;
        found.wrong = Some(WrongEntry { n, header: last, change });
    }
    Ok(())
}

/// Whether an entry with this hash stands elsewhere than right before entry `n`.
fn follows_another(conn: &Connection, desk: &str, prev: &[u8], n: u32) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM entry WHERE desk = ?1 AND hash = ?2 AND n <> ?3)";
    Ok(conn.query_row(sql, params![desk, prev, n - 1], |row| row.get(0))?)
}
