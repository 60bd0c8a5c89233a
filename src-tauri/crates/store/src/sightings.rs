//! What people saw for a case.

use farol_model::{
    id::{CaseId, SightingId},
    sighting::Sighting,
};
use rusqlite::OptionalExtension;

use crate::{
    Reader, StoreError,
    read::{id_of, parse},
};

impl Reader<'_> {
    /// What people saw for a case, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sightings_of(&self, case: CaseId) -> Result<Vec<Sighting>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT body FROM sighting WHERE case_id = ?1 ORDER BY at_ms DESC, id DESC",
        )?;
        let rows = query.query_map([case.to_string()], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }

    /// A sighting, and the case it is on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn sighting(&self, id: SightingId) -> Result<(CaseId, Sighting), StoreError> {
        let found: Option<(String, String)> = self
            .connection()
            .prepare_cached("SELECT case_id, body FROM sighting WHERE id = ?1")?
            .query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (case, body) = found.ok_or(StoreError::NotFound("sighting"))?;
        Ok((id_of(&case)?, parse(&body)?))
    }
}
