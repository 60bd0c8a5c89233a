//! The keys that open bodies, read once: beside each entry they would be read again and again, from all over
//! the file.

use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

use rusqlite::Connection;
use uuid::{Uuid, fmt::Hyphenated};

use farol_model::id::CaseId;

use crate::{StoreError, drafts, erase, seal::Key};

/// Every seal of a vault.
pub(crate) struct Seals {
    keys: HashMap<Uuid, Key>,
    /// Seals of what was erased, once somebody asked.
    erased: OnceLock<BTreeSet<String>>,
    /// Seals of drafts that were disposed of, once somebody asked.
    disposed: OnceLock<BTreeSet<String>>,
}

impl Seals {
    pub(crate) fn of(conn: &Connection) -> Result<Self, StoreError> {
        let n: u32 = conn.query_row("SELECT count(*) FROM seal", [], |row| row.get(0))?;
        // It never grows: what moves would leave keys behind.
        let mut keys = HashMap::with_capacity(n as usize);
        let mut query = conn.prepare("SELECT id, key FROM seal")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            // What is written otherwise, or is no key, opens nothing.
            let id = row.get_ref(0)?.as_str().ok().and_then(as_written);
            let key = row.get_ref(1)?.as_blob().ok().and_then(Key::from_slice);
            keys.extend(id.zip(key));
        }
        Ok(Self { keys, erased: OnceLock::new(), disposed: OnceLock::new() })
    }

    /// The key of a seal; none when it is not there.
    pub(crate) fn key(&self, seal: &str) -> Option<&Key> {
        self.keys.get(&as_written(seal)?)
    }

    /// Whether the seal of an entry is gone with a case that was erased, or with drafts that were disposed
    /// of.
    pub(crate) fn is_erased(
        &self,
        conn: &Connection,
        seal: &str,
        case: Option<CaseId>,
    ) -> Result<bool, StoreError> {
        let erased = once(&self.erased, || erase::erased_seals(conn))?;
        if erased.contains(seal) || case.is_some_and(|it| erased.contains(&it.to_string())) {
            return Ok(true);
        }
        Ok(once(&self.disposed, || drafts::disposed_seals(conn))?.contains(seal))
    }
}

/// What is read when somebody asks for the first time.
fn once<T>(
    kept: &OnceLock<T>,
    read: impl FnOnce() -> Result<T, StoreError>,
) -> Result<&T, StoreError> {
    if let Some(it) = kept.get() {
        return Ok(it);
    }
    let it = read()?;
    Ok(kept.get_or_init(|| it))
}

/// An id in the one spelling that ids have.
pub(super) fn as_written(text: &str) -> Option<Uuid> {
    // No other spelling is as long and has no capitals.
    let is_it = text.len() == Hyphenated::LENGTH && !text.bytes().any(|it| it.is_ascii_uppercase());
    if is_it { text.parse().ok() } else { None }
}
