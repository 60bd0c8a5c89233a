//! The response that an answer is to, by the message ids that mails carry.

use farol_model::id::DocumentId;
use rusqlite::OptionalExtension;

use crate::{Reader, StoreError, read::id_of};

/// What a message id of our own drafts ends with; before it stand the last digits of the response's id.
const OWN: &str = "@farol.invalid";
const DIGITS: usize = 16;

impl Reader<'_> {
    /// The response that went out under one of these message ids; none when they are all of others.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn response_with_message(&self, ids: &[String]) -> Result<Option<DocumentId>, StoreError> {
        for id in ids {
            let own = id
                .strip_suffix(OWN)
                .filter(|it| it.len() == DIGITS && it.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let (sql, value) = match own {
                Some(digits) => (
                    "SELECT id FROM document WHERE replace(id, '-', '') LIKE '%' || ?1",
                    digits.to_owned(),
                ),
                None => (
                    "SELECT id FROM document
                     WHERE json_extract(body, '$.sent.message_id') = ?1 ORDER BY id DESC",
                    id.clone(),
                ),
            };
            let found: Option<String> = self
                .connection()
                .prepare_cached(sql)?
                .query_row([value], |row| row.get(0))
                .optional()?;
            if let Some(found) = found {
                return Ok(Some(id_of(&found)?));
            }
        }
        Ok(None)
    }
}
