//! The journal as a file that others can check without Farol: JSON Lines, described in `JOURNAL.md`.

use std::io::{self, Write};

use data_encoding::BASE64;
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use farol_model::{id::MemberId, time::Timestamp};

use crate::{Reader, Store, StoreError, read, seal::hex, verify};

/// How hashes are made, for whoever has the file and not its description.
const DIGEST: &str = "hash = SHA-256(hash of the entry before on this desk, or 32 zero bytes | digest); \
    digest = SHA-256(\"farol entry 1\\n\" | header | seal | body), each of the three after its length \
    in bytes as a big-endian 64-bit number; header and seal as UTF-8, body decoded";

/// The first line.
#[derive(Serialize)]
struct Head {
    format: &'static str,
    vault: Uuid,
    digest: &'static str,
    exported_at: Timestamp,
    n_entries: u32,
    head: Option<String>,
    members: Vec<Signer>,
}

#[derive(Serialize)]
struct Signer {
    id: MemberId,
    public_key: String,
}

/// Every other line. Texts that are hashed stand as they were hashed, so that nobody has to write
/// JSON the way somebody else did.
#[derive(Serialize)]
struct Line {
    header: String,
    seal: String,
    body: String,
    hash: String,
    signature: Option<String>,
    key: Option<String>,
    action: Option<String>,
}

impl Store {
    /// Writes the whole journal; with `sealed` without the keys of the bodies and what is in them.
    /// Gives the number of entries.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the journal was changed; [`StoreError::Io`];
    /// [`StoreError::BadSlots`] when `vault.json`, which has the vault's id, cannot be read.
    pub fn export_journal(&self, to: &mut dyn Write, sealed: bool) -> Result<u32, StoreError> {
        let vault = self.place().slots()?.vault();
        let at = self.now();
        self.read(|it| it.write_journal(to, vault, at, sealed))
    }
}

impl Reader<'_> {
    fn write_journal(
        &self,
        to: &mut dyn Write,
        vault: Uuid,
        at: Timestamp,
        sealed: bool,
    ) -> Result<u32, StoreError> {
        let found = self.verify()?;
        if found.wrong.is_some() {
            return Err(StoreError::Damaged);
        }
        let members = self.members()?.into_iter();
        let head = Head {
            format: "farol journal 1",
            vault,
            digest: DIGEST,
            exported_at: at,
            n_entries: found.n_entries,
            head: found.head.map(|it| it.to_string()),
            members: members.map(|it| Signer { id: it.id, public_key: it.public_key }).collect(),
        };
        write_line(to, &head)?;
        // In the order in which they were verified: the head is the last desk's.
        for desk in verify::desks(self.connection())? {
            write_entries(self.connection(), &desk, to, sealed)?;
        }
        Ok(found.n_entries)
    }
}

fn write_entries(
    conn: &Connection,
    desk: &str,
    to: &mut dyn Write,
    sealed: bool,
) -> Result<(), StoreError> {
    let mut query = conn.prepare(
        "SELECT entry.id, entry.desk, entry.n, at_ms, actor, case_id, action, sealed_with, body, hash,
                signature, seal.key
         FROM entry
         LEFT JOIN seal ON seal.id = entry.sealed_with
         LEFT JOIN signature ON signature.desk = entry.desk AND signature.n = entry.n
         WHERE entry.desk = ?1 ORDER BY entry.n",
    )?;
    let mut rows = query.query([desk])?;
    while let Some(row) = rows.next()? {
        let header = read::header(row)?;
        let body: Vec<u8> = row.get(8)?;
        // None for what was erased.
        let key = row.get::<_, Option<Vec<u8>>>(11)?.filter(|_| !sealed).map(Zeroizing::new);
        let action = key.as_ref().map(|key| read::unseal(&header, &body, key)).transpose()?;
        let line = Line {
            header: verify::header_text(&header),
            seal: row.get(7)?,
            body: BASE64.encode(&body),
            hash: hex(&row.get::<_, Vec<u8>>(9)?),
            signature: row.get::<_, Option<Vec<u8>>>(10)?.map(|it| BASE64.encode(&it)),
            key: key.map(|it| hex(&it)),
            action: action.and_then(|it| String::from_utf8(it.to_vec()).ok()),
        };
        write_line(to, &line)?;
    }
    Ok(())
}

fn write_line(to: &mut dyn Write, line: &impl Serialize) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *to, line).map_err(io::Error::from)?;
    Ok(to.write_all(b"\n")?)
}
