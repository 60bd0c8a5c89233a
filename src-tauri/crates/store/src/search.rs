//! Finding what is kept: one index over cases, reports, notes, documents, values and people.
//!
//! Recomputed from the projections and never journalled; brought up to date in the transaction that
//! changes them. A query reaches SQL only as bound values, and the index's own syntax only in
//! quotes, so that any text is legal.

/// Where a text has a spelling, as the indexes see it.
mod as_indexed;
/// A query in the words of the database.
mod asked;
/// The index filled anew.
mod build;
/// What can be found, kept in step.
mod index;
/// What can be found of each thing.
mod items;
/// What is shown of it.
mod marks;
/// The texts and their full-text indexes.
mod texts;
/// Every word there is.
mod vocabulary;

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use farol_model::{
    case::CaseRef,
    id::CaseId,
    search::{Part, Query, SearchKind, Term},
    time::Timestamp,
};

use self::asked::Asked;
pub(crate) use self::{
    build::build,
    index::{Changes, forget},
    texts::clear,
};
use crate::StoreError;

/// Most results of one search.
pub const MAX_HITS: u32 = 50;

/// With more hits than these, the newest come first: what is best among so many says little.
pub const MAX_RANKED: u32 = 2_000;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// At most [`MAX_HITS`].
    pub hits: Vec<Hit>,
    /// How many there are; one more than [`MAX_RANKED`] stands for any number beyond.
    pub n_hits: u32,
    /// Whether they are ordered by time, newest first; the best first otherwise.
    pub newest_first: bool,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: SearchKind,
    /// Its id, for reports and documents; a place on the case for others.
    pub key: String,
    /// The case it belongs to; none for reports.
    pub case: Option<CaseId>,
    /// When it came in, was written or was begun.
    pub at: Timestamp,
    /// Its title as written, as runs of text.
    pub title: Vec<Part>,
    /// The words around the first match, as runs of text.
    pub snippet: Vec<Part>,
}

/// Finds what a query asks for.
pub(crate) fn search(conn: &Connection, query: &Query) -> Result<Hits, StoreError> {
    let nothing = Hits { hits: Vec::new(), n_hits: 0, newest_first: false };
    if query.is_void || query.is_empty() {
        return Ok(nothing);
    }
    let Some(asked) = Asked::new(conn, query)? else { return Ok(nothing) };
    let (mut found, has_many) = asked.newest(conn)?;
    let n_hits =
        if has_many { MAX_RANKED + 1 } else { u32::try_from(found.len()).unwrap_or(u32::MAX) };
    let telling = if has_many { None } else { asked.telling(conn)? };
    let newest_first = telling.is_none();
    if let Some(telling) = telling {
        telling.sort(conn, &mut found)?;
    }
    if let Some(case) = numbered(conn, query)?
        && let Some(at) = found.iter().position(|id| *id == case)
    {
        found[..=at].rotate_right(1);
    }
    found.truncate(MAX_HITS as usize);
    let hits = found.into_iter().map(|id| asked.hit(conn, id)).collect::<Result<_, _>>()?;
    Ok(Hits { hits, n_hits, newest_first })
}

/// The case whose number is all that is asked for: it stands before whatever names the number.
fn numbered(conn: &Connection, query: &Query) -> Result<Option<i64>, StoreError> {
    let [Term::Anywhere(spellings)] = query.terms.as_slice() else { return Ok(None) };
    let mut numbers = spellings.iter().filter_map(|it| it.parse::<CaseRef>().ok());
    let Some(number) = numbers.next() else { return Ok(None) };
    Ok(conn
        .prepare_cached(
            "SELECT search.id FROM case_ JOIN search ON kind = 'case' AND key = case_.id
             WHERE year = ?1 AND number = ?2",
        )?
        .query_row((number.year, number.number), |row| row.get(0))
        .optional()?)
}

/// Ids of cases whose own words, people or accounts have every term of a query.
pub(crate) fn cases_with(
    conn: &Connection,
    query: &Query,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    let kinds = [SearchKind::Case, SearchKind::Person, SearchKind::Account];
    owners_with(conn, query, "case_id", &kinds, limit)
}

/// Ids of reports that have every term of a query.
pub(crate) fn reports_with(
    conn: &Connection,
    query: &Query,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    owners_with(conn, query, "key", &[SearchKind::Report], limit)
}

fn owners_with(
    conn: &Connection,
    query: &Query,
    owner: &str,
    kinds: &[SearchKind],
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    if query.is_void || query.terms.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query { terms: query.terms.clone(), kinds: kinds.to_vec(), ..Query::default() };
    let Some(asked) = Asked::new(conn, &query)? else { return Ok(Vec::new()) };
    let mut owners = Vec::new();
    let mut seen = BTreeSet::new();
    asked.walk(conn, &["id", owner], |row| {
        let owner: String = row.get(1)?;
        if seen.insert(owner.clone()) {
            owners.push(owner);
        }
        Ok(owners.len() < limit as usize)
    })?;
    Ok(owners)
}

/// A text as one string of the index's syntax: nothing in it means anything.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
