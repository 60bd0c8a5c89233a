//! The one way to write: entries with their projections, signed at the commit.

use rusqlite::{Connection, Transaction, params};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use farol_model::{
    id::{CaseId, DeskId, Digest, EntryId, MemberId},
    journal::{Action, EntryHeader},
    lookup::messages,
    time::Timestamp,
};

use crate::{
    Reader, Store, StoreError, evidence, projection, read,
    seal::{Key, random},
    search, shared,
    tail::Mark,
    verify::{entry_digest, entry_hash},
};

/// A transaction that records actions. Nothing is visible to others before it commits.
pub struct WriteTx<'a> {
    tx: Transaction<'a>,
    store: &'a Store,
    at: Timestamp,
    n: u32,
    head: [u8; 32],
    n_recorded: u32,
    found: search::Changes,
}

impl<'a> WriteTx<'a> {
    pub(crate) fn begin(tx: Transaction<'a>, store: &'a Store) -> Result<Self, StoreError> {
        let Mark { n, head } = Mark::of(&tx, store.desk())?;
        let found = search::Changes::default();
        Ok(Self { tx, store, at: store.now(), n, head, n_recorded: 0, found })
    }

    /// The time of this transaction: every entry in it carries it.
    pub fn now(&self) -> Timestamp {
        self.at
    }

    /// Who writes.
    pub fn actor(&self) -> MemberId {
        self.store.member()
    }

    /// A fresh id.
    pub fn new_id(&self) -> Uuid {
        mint(self.at)
    }

    /// The id that every desk finds for the same thing, named by its parts.
    pub fn id_of(&self, parts: &[&str]) -> Uuid {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize()[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.tx
    }

    pub(crate) fn desk(&self) -> DeskId {
        self.store.desk()
    }

    /// What is there, including what this transaction did.
    pub fn read(&self) -> Reader<'_> {
        Reader::new(&self.tx)
    }

    /// Keeps bytes once, under their hash.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn keep_original(&mut self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = digest(bytes);
        keep(&self.tx, &digest.to_string(), bytes)?;
        Ok(digest)
    }

    /// Keeps the messages of a batch as one original; none when there are none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn keep_messages<'m>(
        &mut self,
        messages: impl IntoIterator<Item = &'m [u8]>,
    ) -> Result<Option<Digest>, StoreError> {
        let packed = messages::pack(messages);
        if packed.is_empty() {
            return Ok(None);
        }
        self.keep_original(&packed).map(Some)
    }

    /// Records an action: appends the entry and applies it to what screens read.
    ///
    /// # Errors
    /// When the database refuses; the transaction is then void.
    pub fn record(&mut self, action: &Action) -> Result<EntryId, StoreError> {
        let header = EntryHeader {
            id: EntryId(self.new_id()),
            desk: self.store.desk(),
            n: self.n + 1,
            at: self.at,
            actor: self.store.member(),
            case: action.case(),
            action: action.word().to_owned(),
        };
        let (seal, key) = self.seal_for(action)?;
        let plain = Zeroizing::new(serde_json::to_vec(action).expect("actions are plain data"));
        let body = key.seal(&plain, header.id.0.as_bytes());
        let hash = entry_hash(&self.head, &entry_digest(&header, &seal, &body));
        insert_entry(&self.tx, &header, &seal, &body, &self.head, &hash)?;
        projection::apply(&self.tx, &header, action)?;
        self.found.follow(&self.tx, action)?;
        evidence::follow(&self.tx, action)?;
        shared::follow(&self.tx, &shared::Owner::of(&header, &seal), action)?;
        self.n = header.n;
        self.head = hash;
        self.n_recorded += 1;
        Ok(header.id)
    }

    /// The seal an action's body is closed with: that of a document's drafts, the case's, the report's, the
    /// signed file's, or the desk's.
    fn seal_for(&self, action: &Action) -> Result<(String, Key), StoreError> {
        if let Some(document) = action.draft_of() {
            let id = document.to_string();
            let begins = matches!(action, Action::DocumentCreated { .. });
            match read::seal_key(&self.tx, &id)? {
                Some(key) => return Ok((id, key)),
                None if begins => return self.new_seal(id),
                // It is from before there was this seal, or its drafts were disposed of.
                None => {}
            }
        }
        let id = match (action.case(), action.report(), action.signed_file()) {
            (Some(CaseId(id)), ..) => id.to_string(),
            (None, Some(report), _) => report.to_string(),
            (None, None, Some(file)) => file.to_string(),
            (None, None, None) => self.store.desk().to_string(),
        };
        if let Some(key) = read::seal_key(&self.tx, &id)? {
            return Ok((id, key));
        }
        self.new_seal(id)
    }

    fn new_seal(&self, id: String) -> Result<(String, Key), StoreError> {
        let key = Key::random();
        self.tx
            .prepare_cached("INSERT INTO seal (id, key) VALUES (?1, ?2)")?
            .execute(params![id, key.0])?;
        Ok((id, key))
    }

    pub(crate) fn commit(self) -> Result<(), StoreError> {
        self.found.apply(&self.tx)?;
        if self.n_recorded > 0 {
            let signature = self.store.sign(&self.head);
            insert_signature(&self.tx, self.store.desk(), self.n, &signature)?;
        }
        self.tx.commit()?;
        Ok(())
    }
}

/// Keeps bytes under their hash, once.
pub(crate) fn keep(conn: &Connection, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO original (hash, size, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING",
    )?
    .execute(params![hash, bytes.len() as i64, bytes])?;
    Ok(())
}

/// Appends an entry as it is.
pub(crate) fn insert_entry(
    conn: &Connection,
    header: &EntryHeader,
    seal: &str,
    body: &[u8],
    prev: &[u8; 32],
    hash: &[u8; 32],
) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM bare WHERE desk = ?1 AND n = ?2")?
        .execute(params![header.desk.to_string(), header.n])?;
    conn.prepare_cached(
        "INSERT INTO entry (id, desk, n, at_ms, actor, case_id, action, sealed_with, body, prev, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        header.id.to_string(),
        header.desk.to_string(),
        header.n,
        header.at.ms(),
        header.actor.to_string(),
        header.case.map(|case| case.to_string()),
        header.action,
        seal,
        body,
        prev,
        hash,
    ])?;
    Ok(())
}

/// Signs a commit whose last entry is the desk's `n`th.
pub(crate) fn insert_signature(
    conn: &Connection,
    desk: DeskId,
    n: u32,
    signature: &[u8],
) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO signature (desk, n, signature) VALUES (?1, ?2, ?3)")?
        .execute(params![desk.to_string(), n, signature])?;
    Ok(())
}

/// The SHA-256 by which originals and files are named.
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
/// A UUIDv7 for an instant.
pub(crate) fn mint(at: Timestamp) -> Uuid {
    let ms = u64::try_from(at.ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &random()).into_uuid()
}
