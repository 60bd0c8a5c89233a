//! That what bundles brought is still there.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use farol_model::{
    id::CaseId,
    journal::{Action, Entry, EntryHeader},
    tampering::Tampering,
};

use super::WrongEntry;
use crate::StoreError;

/// The entries about bundles that were taken in, each desk's in their order.
#[derive(Default)]
pub(super) struct Brought(Vec<(CaseId, u32, EntryHeader)>);

impl Brought {
    /// Takes an entry in.
    pub(super) fn follow(&mut self, Entry { header, action }: &Entry) {
        if let Action::BundleTaken { case, bundle } = action {
            self.0.push((*case, bundle.n_entries, header.clone()));
        }
    }

    /// This desk's entry about a bundle that brought more entries of a case than are there: somebody put
    /// digests in their place. What others took in need not be here.
    pub(super) fn hidden(
        self,
        conn: &Connection,
        own: Option<&String>,
    ) -> Result<Option<WrongEntry>, StoreError> {
        let mut there =
            conn.prepare("SELECT count(*) FROM entry WHERE case_id = ?1 AND desk <> ?2")?;
        let mut brought: BTreeMap<CaseId, u32> = BTreeMap::new();
        let is_own = |it: &EntryHeader| own.is_some_and(|own| *own == it.desk.to_string());
        for (case, n_entries, header) in self.0.into_iter().filter(|it| is_own(&it.2)) {
            let brought = brought.entry(case).or_default();
            *brought += n_entries;
            let there: u32 = there.query_row(params![case.to_string(), own], |row| row.get(0))?;
            if *brought > there {
                let change = Tampering::Removed;
                return Ok(Some(WrongEntry { n: header.n, header: Some(header), change }));
            }
        }
        Ok(None)
    }
}
