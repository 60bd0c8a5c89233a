//! Finding what is kept: one index over cases, reports, notes, documents, values and people.
//!
//! Recomputed from the projections and never journalled; brought up to date in the transaction that
//! changes them. A query reaches SQL only as bound values, and the index's own syntax only in
//! quotes, so that any text is legal.

/// What can be found, kept in step.
mod index;
/// What is shown of it.
mod marks;

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use farol_model::{
    id::CaseId,
    search::{Part, Query, SearchKind, Term},
    time::Timestamp,
};

pub(crate) use self::index::{build, follow, forget};
use self::marks::{CLOSE, Marked, OPEN};
use crate::{StoreError, read::id_of};

/// Most results of one search.
pub const MAX_HITS: u32 = 50;

/// With more hits than these, the newest come first: what is best among so many says little.
pub const MAX_RANKED: u32 = 2_000;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// At most [`MAX_HITS`].
    pub hits: Vec<Hit>,
    /// How many there are.
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

/// The rows that a query asks for.
const FOUND: &str = "
    WITH wanted AS (
        SELECT id FROM case_
        WHERE (:categories IS NULL
               OR body ->> '$.facts.category' IN (SELECT value FROM json_each(:categories)))
          AND (:severities IS NULL
               OR body ->> '$.facts.severity' IN (SELECT value FROM json_each(:severities)))
          AND (:statuses IS NULL OR status IN (SELECT value FROM json_each(:statuses)))
          AND (:cases IS NULL
               OR body ->> '$.reference' IN (SELECT value FROM json_each(:cases)))
    ),
    found AS (
        SELECT id, kind, key, case_id, at_ms FROM search
        WHERE (:pieces IS NULL
               OR id IN (SELECT rowid FROM search_piece WHERE search_piece MATCH :pieces))
          AND (:words IS NULL
               OR id IN (SELECT rowid FROM search_word WHERE search_word MATCH :words))
          AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
          AND (:after IS NULL OR at_ms >= :after)
          AND (:before IS NULL OR at_ms < :before)
          AND (NOT :of_cases
               OR case_id IN wanted
               OR (kind = 'report' AND key IN
                   (SELECT report_id FROM case_report WHERE case_id IN wanted)))
    )";

const NEWEST: &str = "
    SELECT id, kind, key, case_id, at_ms, count(*) OVER () FROM found
    ORDER BY at_ms DESC, id DESC LIMIT :limit";

/// A title weighs more than a body; a whole word adds to a piece of one. The scores are made once
/// and kept: asked for row by row, each would count the whole index again.
const BEST: &str = ",
    piece AS MATERIALIZED (
        SELECT rowid AS id, bm25(search_piece, 4.0, 1.0) AS score
        FROM search_piece WHERE search_piece MATCH coalesce(:pieces, '\"\"')
    ),
    word AS MATERIALIZED (
        SELECT rowid AS id, bm25(search_word, 8.0, 2.0) AS score
        FROM search_word WHERE search_word MATCH :any_word
    )
    SELECT found.id, kind, key, case_id, at_ms, count(*) OVER () FROM found
    LEFT JOIN piece ON piece.id = found.id
    LEFT JOIN word ON word.id = found.id
    ORDER BY coalesce(piece.score, 0.0) + coalesce(word.score, 0.0), at_ms DESC, found.id DESC
    LIMIT :limit";

const MARKED_PIECES: &str = "
    SELECT highlight(search_piece, 0, ?3, ?4), highlight(search_piece, 1, ?3, ?4)
    FROM search_piece WHERE search_piece MATCH ?1 AND rowid = ?2";

const MARKED_WORDS: &str = "
    SELECT highlight(search_word, 0, ?3, ?4), highlight(search_word, 1, ?3, ?4)
    FROM search_word WHERE search_word MATCH ?1 AND rowid = ?2";

/// Finds what a query asks for.
pub(crate) fn search(conn: &Connection, query: &Query) -> Result<Hits, StoreError> {
    if query.is_void || query.is_empty() {
        return Ok(Hits { hits: Vec::new(), n_hits: 0, newest_first: false });
    }
    let asked = Asked::new(query);
    let mut rows = asked.newest(conn)?;
    let n_hits = rows.first().map_or(0, |row| row.n_hits);
    let newest_first = n_hits > MAX_RANKED || query.terms.is_empty();
    if !newest_first && n_hits > 0 {
        rows = asked.best(conn)?;
    }
    let hits = rows.into_iter().map(|row| asked.hit(conn, row)).collect::<Result<_, _>>()?;
    Ok(Hits { hits, n_hits, newest_first })
}

/// Ids of cases whose own words, people or accounts have every term of a query.
pub(crate) fn cases_with(
    conn: &Connection,
    query: &Query,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    owners_with(conn, query, "case_id", "'case', 'person', 'account'", limit)
}

/// Ids of reports that have every term of a query.
pub(crate) fn reports_with(
    conn: &Connection,
    query: &Query,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    owners_with(conn, query, "key", "'report'", limit)
}

fn owners_with(
    conn: &Connection,
    query: &Query,
    owner: &str,
    kinds: &str,
    limit: u32,
) -> Result<Vec<String>, StoreError> {
    if query.is_void {
        return Ok(Vec::new());
    }
    let asked = Asked::new(query);
    let mut found = conn.prepare_cached(&format!(
        "SELECT DISTINCT {owner} FROM search WHERE kind IN ({kinds})
         AND (?1 IS NULL OR id IN (SELECT rowid FROM search_piece WHERE search_piece MATCH ?1))
         AND (?2 IS NULL OR id IN (SELECT rowid FROM search_word WHERE search_word MATCH ?2))
         LIMIT ?3"
    ))?;
    let owners = found.query_map(params![asked.pieces, asked.words, limit], |row| row.get(0))?;
    Ok(owners.collect::<Result<_, _>>()?)
}

/// A query in the words of the database.
struct Asked {
    pieces: Option<String>,
    words: Option<String>,
    /// Every term as whole words, any of which counts.
    any_word: Option<String>,
    kinds: Option<String>,
    categories: Option<String>,
    severities: Option<String>,
    statuses: Option<String>,
    cases: Option<String>,
    /// Whether it asks for something that only a case has.
    of_cases: bool,
    after_ms: Option<i64>,
    before_ms: Option<i64>,
}

struct Row {
    id: i64,
    kind: String,
    key: String,
    case: Option<String>,
    at_ms: i64,
    /// How many rows there are without the limit.
    n_hits: u32,
}

impl Asked {
    fn new(query: &Query) -> Self {
        let mut pieces = Vec::new();
        let mut words = Vec::new();
        let mut any_word = Vec::new();
        for term in &query.terms {
            match term {
                Term::Anywhere(spellings) => {
                    let any: Vec<_> = spellings.iter().map(|it| quoted(it)).collect();
                    pieces.push(format!("({})", any.join(" OR ")));
                    any_word.extend(any);
                }
                Term::Words { text, is_beginning } => {
                    let star = if *is_beginning { "*" } else { "" };
                    let phrase = format!("{}{star}", quoted(text));
                    words.push(phrase.clone());
                    any_word.push(phrase);
                }
            }
        }
        let categories = list(query.categories.iter().map(|it| it.word().to_owned()));
        let severities = list(query.severities.iter().map(|it| it.word().to_owned()));
        let statuses = list(query.statuses.iter().map(|it| it.word().to_owned()));
        let cases = list(query.cases.iter().map(ToString::to_string));
        let of_cases = [&categories, &severities, &statuses, &cases];
        let of_cases = of_cases.iter().any(|it| it.is_some());
        Self {
            of_cases,
            pieces: all(&pieces, " AND "),
            words: all(&words, " AND "),
            any_word: all(&any_word, " OR "),
            kinds: list(query.kinds.iter().map(|it| it.word().to_owned())),
            categories,
            severities,
            statuses,
            cases,
            after_ms: query.after.map(Timestamp::ms),
            before_ms: query.before.map(Timestamp::ms),
        }
    }

    fn bound(&self) -> Vec<(&str, &dyn ToSql)> {
        vec![
            (":pieces", &self.pieces),
            (":words", &self.words),
            (":kinds", &self.kinds),
            (":categories", &self.categories),
            (":severities", &self.severities),
            (":statuses", &self.statuses),
            (":cases", &self.cases),
            (":of_cases", &self.of_cases),
            (":after", &self.after_ms),
            (":before", &self.before_ms),
        ]
    }

    fn newest(&self, conn: &Connection) -> Result<Vec<Row>, StoreError> {
        let mut bound = self.bound();
        bound.push((":limit", &MAX_HITS));
        rows(conn, &format!("{FOUND} {NEWEST}"), &bound)
    }

    fn best(&self, conn: &Connection) -> Result<Vec<Row>, StoreError> {
        let mut bound = self.bound();
        bound.push((":any_word", &self.any_word));
        bound.push((":limit", &MAX_HITS));
        rows(conn, &format!("{FOUND} {BEST}"), &bound)
    }

    /// What is shown of one row.
    fn hit(&self, conn: &Connection, row: Row) -> Result<Hit, StoreError> {
        let (mut titles, mut bodies) = (Vec::new(), Vec::new());
        for (sql, asked) in [(MARKED_PIECES, &self.pieces), (MARKED_WORDS, &self.words)] {
            let Some(asked) = asked else { continue };
            let marked = conn
                .prepare_cached(sql)?
                .query_row(params![asked, row.id, OPEN.to_string(), CLOSE.to_string()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            if let Some((title, body)) = marked {
                titles.push(title);
                bodies.push(body);
            }
        }
        let (title, body) = conn
            .prepare_cached(
                "SELECT title, written_title, body, written_body FROM search_text WHERE id = ?1",
            )?
            .query_row([row.id], |row| {
                Ok((
                    Marked::new(row.get(0)?, row.get(1)?, &titles),
                    Marked::new(row.get(2)?, row.get(3)?, &bodies),
                ))
            })?;
        Ok(Hit {
            kind: row.kind.parse().map_err(|_| StoreError::Unreadable("kind"))?,
            key: row.key,
            case: row.case.as_deref().map(id_of).transpose()?,
            at: Timestamp::from_ms(row.at_ms),
            title: title.title(),
            snippet: body.snippet(),
        })
    }
}

fn rows(
    conn: &Connection,
    sql: &str,
    bound: &[(&str, &dyn ToSql)],
) -> Result<Vec<Row>, StoreError> {
    let mut query = conn.prepare_cached(sql)?;
    let rows = query.query_map(bound, |row| {
        Ok(Row {
            id: row.get(0)?,
            kind: row.get(1)?,
            key: row.get(2)?,
            case: row.get(3)?,
            at_ms: row.get(4)?,
            n_hits: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn all(parts: &[String], joint: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(joint))
}

fn list(words: impl Iterator<Item = String>) -> Option<String> {
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| serde_json::Value::from(words).to_string())
}

/// A text as one string of the index's syntax: nothing in it means anything.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
