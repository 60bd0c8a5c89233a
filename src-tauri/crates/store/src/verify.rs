//! Whether anybody changed the record.
//!
//! `digest = SHA-256(format, header, seal, sealed body)`, `hash = SHA-256(previous hash, digest)`;
//! the hash of each commit's last entry is signed with the member's Ed25519 key.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, params};
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
}

/// The first entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongEntry {
    /// Its number on its desk.
    pub n: u32,
    /// Its header as stored, when it can still be read.
    pub header: Option<EntryHeader>,
    /// What is wrong, in plain words.
    pub what: &'static str,
}

/// The digest of one entry.
pub(crate) fn entry_digest(header: &EntryHeader, seal: &str, body: &[u8]) -> [u8; 32] {
    let header = serde_json::to_vec(header).expect("headers are plain data");
    let mut hasher = Sha256::new();
    hasher.update(FORMAT);
    for part in [header.as_slice(), seal.as_bytes(), body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The hash that chains an entry to the one before.
pub(crate) fn entry_hash(prev: &[u8; 32], digest: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    hasher.update(digest);
    hasher.finalize().into()
}

/// Reads every entry of every desk in order and stops at the first that is wrong.
pub(crate) fn verify(conn: &Connection) -> Result<Verification, StoreError> {
    let mut desks = conn.prepare("SELECT DISTINCT desk FROM entry ORDER BY desk")?;
    let desks: Vec<String> = desks.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = Verification { n_entries: 0, head: None, wrong: None };
    for desk in desks {
        verify_desk(conn, &desk, &mut found)?;
        if found.wrong.is_some() {
            break;
        }
    }
    Ok(found)
}

fn verify_desk(conn: &Connection, desk: &str, found: &mut Verification) -> Result<(), StoreError> {
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
    let mut unsigned = None;
    while let Some(row) = rows.next()? {
        n += 1;
        let Ok(header) = read::header(row) else {
            found.wrong = Some(WrongEntry { n, header: None, what: "its header was edited" });
            return Ok(());
        };
        let mut wrong = |header: EntryHeader, what| {
            found.wrong = Some(WrongEntry { n: header.n, header: Some(header), what });
            Ok(())
        };
        if header.n != n {
            return wrong(header, "an entry before it was removed");
        }
        let seal: String = row.get(7)?;
        let body: Vec<u8> = row.get(8)?;
        let prev: Vec<u8> = row.get(9)?;
        let hash: Vec<u8> = row.get(10)?;
        let key: Option<Vec<u8>> = row.get(11)?;
        let signature: Option<Vec<u8>> = row.get(12)?;
        if prev != head {
            return wrong(header, "it does not follow from the entry before it");
        }
        let expected = entry_hash(&head, &entry_digest(&header, &seal, &body));
        if hash != expected {
            return wrong(header, "its content was edited");
        }
        if let Some(key) = key {
            let Ok(entry) = read::open(header.clone(), &body, &key) else {
                return wrong(header, "its body does not open with its seal");
            };
            if entry.action.word() != header.action || entry.action.case() != header.case {
                return wrong(header, "its body is not what its header says");
            }
            if let Action::MemberAdded { member } = &entry.action {
                let public = unhex(&member.public_key).and_then(|it| it.try_into().ok());
                let Some(Ok(key)) = public.map(|it: [u8; 32]| VerifyingKey::from_bytes(&it)) else {
                    return wrong(header, "the member's key in it is not a key");
                };
                keys.insert(member.id, key);
            }
        }
        head = expected;
        unsigned = Some(header.clone());
        if let Some(signature) = signature {
            let valid = keys
                .get(&header.actor)
                .zip(Signature::from_slice(&signature).ok())
                .is_some_and(|(key, signature)| key.verify_strict(&head, &signature).is_ok());
            if !valid {
                return wrong(header, "it was not signed by the person it names");
            }
            unsigned = None;
        }
        found.n_entries += 1;
        found.head = Some(Digest(head));
    }
    if let Some(header) = unsigned {
        let what = "its commit was never signed, or entries after it were cut off";
        found.wrong = Some(WrongEntry { n: header.n, header: Some(header), what });
        return Ok(());
    }
    let beyond: Option<u32> = conn
        .prepare("SELECT n FROM signature WHERE desk = ?1 AND n > ?2 ORDER BY n LIMIT 1")?
        .query_row(params![desk, n], |row| row.get(0))
        .optional()?;
    if let Some(n) = beyond {
        found.wrong = Some(WrongEntry { n, header: None, what: "entries were cut off the end" });
    }
    Ok(())
}
