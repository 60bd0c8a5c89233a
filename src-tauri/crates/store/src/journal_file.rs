//! The journal as a file that others can check without Farol: JSON Lines, described in `JOURNAL.md`.

use std::io::Write;

use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use farol_model::{id::MemberId, time::Timestamp};

use crate::{
    Reader, Store, StoreError,
    bundle::lines::{At, Writer, each, write_line},
    read, verify,
};

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
            format: if found.n_bare == 0 { "farol journal 1" } else { "farol journal 2" },
            vault,
            digest: DIGEST,
            exported_at: at,
            n_entries: found.n_entries + found.n_bare,
            head: found.head.map(|it| it.to_string()),
            members: members.map(|it| Signer { id: it.id, public_key: it.public_key }).collect(),
        };
        write_line(to, &head)?;
        // In the order in which they were verified: this desk first, whose head is named.
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
    let mut writer = Writer::new(to);
    writer.begin(read::id_of(desk)?)?;
    each(conn, desk, &mut |n, at| match at {
        At::Entry(entry) => writer.entry(&entry, !sealed),
        At::Bare(digest, signature) => writer.bare(n, digest, signature),
    })?;
    writer.end()
}
