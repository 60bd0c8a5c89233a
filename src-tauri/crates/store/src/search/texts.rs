//! The texts that are looked through, the words they have, and the full-text indexes of both.
//!
//! Each text is in its indexes when the call returns. No trigger does this: a statement that sets one off
//! begins a savepoint, and an index writes out what it holds at each, text by text instead of once a commit.

use rusqlite::{Connection, OptionalExtension, params};

use super::items::Texts;
use crate::StoreError;

/// Puts a text in under a new id. Ids that grow cost least.
pub(super) fn put(conn: &Connection, id: i64, texts: &Texts) -> Result<(), StoreError> {
    let Texts { title, body, written_title, written_body } = texts;
    conn.prepare_cached(
        "INSERT INTO search_text (id, title, body, written_title, written_body)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id,
        title,
        body,
        (written_title != title).then_some(written_title),
        (written_body != body).then_some(written_body),
    ])?;
    for put in [
        "INSERT INTO search_piece (rowid, title, body) VALUES (?1, ?2, ?3)",
        "INSERT INTO search_word (rowid, title, body) VALUES (?1, ?2, ?3)",
    ] {
        conn.prepare_cached(put)?.execute(params![id, title, body])?;
    }
    Ok(())
}

/// Takes a text out; gives its title and body.
pub(super) fn take(conn: &Connection, id: i64) -> Result<Option<[String; 2]>, StoreError> {
    let text: Option<[String; 2]> = conn
        .prepare_cached("DELETE FROM search_text WHERE id = ?1 RETURNING title, body")?
        .query_row([id], |row| Ok([row.get(0)?, row.get(1)?]))
        .optional()?;
    if let Some([title, body]) = &text {
        for take in [
            "INSERT INTO search_piece (search_piece, rowid, title, body)
             VALUES ('delete', ?1, ?2, ?3)",
            "INSERT INTO search_word (search_word, rowid, title, body)
             VALUES ('delete', ?1, ?2, ?3)",
        ] {
            conn.prepare_cached(take)?.execute(params![id, title, body])?;
        }
    }
    Ok(text)
}

/// Puts a word in, if it is not there.
pub(super) fn put_word(conn: &Connection, word: &str) -> Result<(), StoreError> {
    let put = "INSERT OR IGNORE INTO search_term (term) VALUES (?1)";
    if conn.prepare_cached(put)?.execute([word])? == 1 {
        conn.prepare_cached("INSERT INTO search_term_piece (rowid, term) VALUES (?1, ?2)")?
            .execute(params![conn.last_insert_rowid(), word])?;
    }
    Ok(())
}

/// Takes a word out.
pub(super) fn take_word(conn: &Connection, word: &str) -> Result<(), StoreError> {
    let id: Option<i64> = conn
        .prepare_cached("DELETE FROM search_term WHERE term = ?1 RETURNING id")?
        .query_row([word], |row| row.get(0))
        .optional()?;
    if let Some(id) = id {
        conn.prepare_cached(
            "INSERT INTO search_term_piece (search_term_piece, rowid, term)
             VALUES ('delete', ?1, ?2)",
        )?
        .execute(params![id, word])?;
    }
    Ok(())
}

/// Takes everything out that can be found.
pub(crate) fn clear(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "DELETE FROM search;
         DELETE FROM search_text;
         DELETE FROM search_term;
         INSERT INTO search_piece (search_piece) VALUES ('delete-all');
         INSERT INTO search_word (search_word) VALUES ('delete-all');
         INSERT INTO search_term_piece (search_term_piece) VALUES ('delete-all');",
    )?;
    Ok(())
}
