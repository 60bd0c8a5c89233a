//! What the team set for itself.

use farol_model::team::Team;

use crate::{Reader, StoreError};

impl Reader<'_> {
    /// The team as it set itself up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn team(&self) -> Result<Team, StoreError> {
        Ok(self.json("SELECT body FROM team WHERE key = 'team'", [])?.unwrap_or_default())
    }
}
