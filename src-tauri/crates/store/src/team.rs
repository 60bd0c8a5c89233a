//! What the team set for itself.

use farol_model::{
    journal::{Action, Entry},
    team::{Team, TeamTemplate, TemplateChange},
};

use crate::{
    Reader, StoreError,
    read::{self, parse},
};

impl Reader<'_> {
    /// The team as it set itself up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn team(&self) -> Result<Team, StoreError> {
        Ok(self.json("SELECT body FROM team WHERE key = 'team'", [])?.unwrap_or_default())
    }

    /// The templates that the team changed or made, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn team_templates(&self) -> Result<Vec<(String, TeamTemplate)>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT substr(key, 10), body FROM team WHERE key LIKE 'template %' ORDER BY key",
        )?;
        let mut rows = query.query([])?;
        let mut templates = Vec::new();
        while let Some(row) = rows.next()? {
            templates.push((row.get(0)?, parse(&row.get::<_, String>(1)?)?));
        }
        Ok(templates)
    }

    /// Every change that the team made to a template, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn template_changes(&self, template: &str) -> Result<Vec<TemplateChange>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
             FROM entry JOIN seal ON seal.id = entry.sealed_with
             WHERE action = 'template_set' ORDER BY entry.rowid DESC",
        )?;
        let mut rows = query.query([])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
            let Entry { header, action } = read::open(read::header(row)?, &body, &key)?;
            match action {
                Action::TemplateSet { template: it, after, .. } if it == template => {
                    changes.push(TemplateChange {
                        entry: header.id,
                        at: header.at,
                        by: header.actor,
                        after: after.map(|it| *it),
                    });
                }
                _ => {}
            }
        }
        Ok(changes)
    }
}
