//! Disposing of a document's drafts: the seal of its own goes, and the issued text stays.
//!
//! Every document begun since there is this seal has one; its text, its address and what was said about it
//! are closed with it. Deleting the key leaves those entries as noise, so the chain still verifies, and
//! one entry, closed with the key of the case, has what stays. `vault.json` keeps the ids, so that a
//! backup that is put back loses its drafts again. Other copies are beyond reach; `app` says which there
//! may be.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use farol_model::{
    document::DisposedDrafts,
    id::{CaseId, DocumentId},
    journal::{Action, Entry, EntryHeader},
};

use crate::{
    Reader, Store, StoreError, WriteTx, projection,
    read::{self, id_of},
};

/// Every entry that disposed of drafts and can be opened, with the place of its row.
const DISPOSED: &str = "
    SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
    FROM entry JOIN seal ON seal.id = entry.sealed_with WHERE action = 'drafts_disposed'";

/// Deletes the key of a document's drafts, and leaves of the document what stays.
pub(crate) fn apply(conn: &Connection, left: &DisposedDrafts) -> Result<(), StoreError> {
    let DisposedDrafts { document, saved_at, .. } = left;
    let id = document.id.to_string();
    conn.execute("DELETE FROM seal WHERE id = ?1", [&id])?;
    conn.execute(
        "DELETE FROM conflict WHERE owner = ?1
         AND (key = 'envelope/' || ?2 OR key LIKE 'block/' || ?2 || '/%')",
        params![document.case.to_string(), id],
    )?;
    match Reader::new(conn).document(document.id) {
        // What other desks did to it meanwhile, such as sending it, stays.
        Ok(mut there) => {
            there.standing.comments.clear();
            let saved_at = Reader::new(conn).document_saved_at(document.id)?;
            projection::put_document(conn, &there, saved_at.ms())?;
        }
        Err(StoreError::NotFound(_)) => {
            projection::put_document(conn, document, saved_at.ms())?;
        }
        Err(error) => return Err(error),
    }
    conn.execute("DELETE FROM block WHERE document_id = ?1", [&id])?;
    (0..)
        .zip(&document.blocks)
        .try_for_each(|(position, block)| projection::put_block(conn, document.id, position, block))
}

/// The seals that are gone because drafts were disposed of.
pub(crate) fn disposed_seals(conn: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut query = conn.prepare(DISPOSED)?;
    let mut rows = query.query([])?;
    let mut seals = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
        // One that does not open is told by whoever reads the journal in order.
        let Ok(entry) = read::open(read::header(row)?, &body, &key) else { continue };
        if let Action::DraftsDisposed { left, .. } = entry.action {
            seals.insert(left.document.id.to_string());
        }
    }
    Ok(seals)
}

impl WriteTx<'_> {
    /// Disposes of a document's drafts: nothing stays but its text as it stands. Whoever calls looks for
    /// holds first, and afterwards calls [`Store::forget_drafts`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such document, or it has no drafts apart from its case.
    pub fn dispose_of_drafts(&mut self, id: DocumentId) -> Result<(), StoreError> {
        self.dispose(id, false)
    }

    fn dispose(&mut self, id: DocumentId, again: bool) -> Result<(), StoreError> {
        let document = self.read().document(id)?;
        let Some(n_entries) = self.read().n_draft_entries(id)? else {
            return Err(StoreError::NotFound("draft"));
        };
        let saved_at = self.read().document_saved_at(id)?;
        let case = document.case;
        let left = Box::new(DisposedDrafts::of(document, saved_at, n_entries, again));
        self.record(&Action::DraftsDisposed { case, left })?;
        Ok(())
    }
}

impl Store {
    /// Ends a disposal of drafts: writes down which documents lost theirs, for backups that are put back,
    /// and takes keys and bodies out of the tail and the WAL.
    ///
    /// # Errors
    /// When that cannot be written; the next start ends it then.
    pub fn forget_drafts(&self) -> Result<(), StoreError> {
        self.remember_disposed()?;
        self.forget_traces()
    }

    pub(crate) fn remember_disposed(&self) -> Result<(), StoreError> {
        let seals = disposed_seals(&self.writer())?;
        let mut slots = self.place().slots()?;
        let before = slots.disposed.len();
        for seal in seals {
            slots.disposed.insert(id_of::<DocumentId>(&seal)?.0);
        }
        if slots.disposed.len() == before {
            return Ok(());
        }
        slots.save(&self.place().slots_file())
    }

    /// Disposes again of drafts that a backup that was put back still has.
    pub(crate) fn dispose_again(&self) -> Result<(), StoreError> {
        let disposed = self.place().slots()?.disposed;
        let there = self.read(|it| {
            let has_drafts = |id: &DocumentId| it.n_draft_entries(*id).map(|n| n.is_some());
            let mut there = Vec::new();
            for id in disposed.into_iter().map(DocumentId) {
                if has_drafts(&id)? {
                    there.push(id);
                }
            }
            Ok::<_, StoreError>(there)
        })?;
        if there.is_empty() {
            return Ok(());
        }
        self.write(|tx| there.iter().try_for_each(|id| tx.dispose(*id, true)))?;
        self.forget_traces()
    }
}

impl Reader<'_> {
    /// How many entries a document's drafts have; none when they have no seal of their own: they were
    /// disposed of, or the document is from before there was one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn n_draft_entries(&self, document: DocumentId) -> Result<Option<u32>, StoreError> {
        let id = document.to_string();
        if read::seal_key(self.connection(), &id)?.is_none() {
            return Ok(None);
        }
        let n = self
            .connection()
            .prepare_cached("SELECT count(*) FROM entry WHERE sealed_with = ?1")?
            .query_row([id], |row| row.get(0))?;
        Ok(Some(n))
    }

    /// The entry that a document whose drafts were disposed of was begun with: it can no longer be read,
    /// and still says when and by whom.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn beginning_of(&self, document: DocumentId) -> Result<Option<EntryHeader>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT id, desk, n, at_ms, actor, case_id, action FROM entry
             WHERE sealed_with = ?1 AND action = 'document_created'",
        )?;
        let mut rows = query.query([document.to_string()])?;
        rows.next()?.map(read::header).transpose()
    }

    /// The entry that disposed of a document's drafts last, and what it left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn disposed_drafts(
        &self,
        case: CaseId,
        document: DocumentId,
    ) -> Result<Option<(EntryHeader, DisposedDrafts)>, StoreError> {
        let sql = format!("{DISPOSED} AND case_id = ?1 ORDER BY entry.rowid DESC");
        let mut query = self.connection().prepare_cached(&sql)?;
        let mut rows = query.query([case.to_string()])?;
        while let Some(row) = rows.next()? {
            let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
            let Entry { header, action } = read::open(read::header(row)?, &body, &key)?;
            if let Action::DraftsDisposed { left, .. } = action
                && left.document.id == document
            {
                return Ok(Some((header, *left)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
pub(crate) mod tests;
