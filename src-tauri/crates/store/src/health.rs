//! What can be said of an open vault's condition without reading all of it.

use farol_model::id::Digest;
use rusqlite::OptionalExtension;

use crate::{Store, StoreError};

/// The condition of an open vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Version of the database's layout.
    pub schema: u32,
    /// Versions of the libraries that read and write it, as they say themselves.
    pub sqlcipher: String,
    /// As they say themselves.
    pub sqlite: String,
    /// Entries that this desk wrote.
    pub n_entries: u32,
    /// Hash of the last of them.
    pub head: Option<Digest>,
    /// Size of the database in bytes.
    pub database_bytes: u64,
    /// Size of the tail in bytes; none in a practice vault.
    pub tail_bytes: Option<u64>,
    /// Whether the tail could not take the last commit.
    pub tail_is_behind: bool,
    /// Bytes that are free where it lies.
    pub free_bytes: u64,
}

impl Store {
    /// The vault's condition.
    ///
    /// # Errors
    /// When the database or its folder cannot be read.
    pub fn condition(&self) -> Result<Condition, StoreError> {
        let connection = self.another_connection()?;
        let text = |sql| connection.query_row(sql, [], |row| row.get(0));
        let last: Option<(u32, [u8; 32])> = connection
            .query_row(
                "SELECT n, hash FROM entry WHERE desk = ?1 ORDER BY n DESC LIMIT 1",
                [self.desk().to_string()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        Ok(Condition {
            schema: connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
            sqlcipher: text("PRAGMA cipher_version")?,
            sqlite: text("SELECT sqlite_version()")?,
            n_entries: last.map_or(0, |(n, _)| n),
            head: last.map(|(_, hash)| Digest(hash)),
            database_bytes: std::fs::metadata(self.place().database())?.len(),
            tail_bytes: self.tail().map(|it| it.bytes()),
            tail_is_behind: self.tail().is_some_and(|it| it.is_behind()),
            free_bytes: fs4::available_space(&self.place().dir)?,
        })
    }
}
