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

pub(crate) use self::index::{Changes, build, build_first, forget};
use self::marks::{CLOSE, Marked, OPEN};
use crate::{StoreError, read::id_of};

/// Most results of one search.
pub const MAX_HITS: u32 = 50;

/// With more hits than these, the newest come first: what is best among so many says little.
pub const MAX_RANKED: u32 = 2_000;

/// Terms that more have than these do not say which is best.
const MAX_WEIGHED: u32 = 5_000;

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

/// What filters ask for.
const FILTERS: &str = "
      (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
      AND (:after IS NULL OR at_ms >= :after)
      AND (:before IS NULL OR at_ms < :before)
      AND (NOT :of_cases
           OR case_id IN wanted
           OR (kind = 'report' AND key IN
               (SELECT report_id FROM case_report WHERE case_id IN wanted)))";

/// The cases that filters ask for.
const WANTED: &str = "
    WITH wanted AS (
        SELECT id FROM case_
        WHERE (:categories IS NULL
               OR body ->> '$.facts.category' IN (SELECT value FROM json_each(:categories)))
          AND (:severities IS NULL
               OR body ->> '$.facts.severity' IN (SELECT value FROM json_each(:severities)))
          AND (:statuses IS NULL OR status IN (SELECT value FROM json_each(:statuses)))
          AND (:cases IS NULL
               OR body ->> '$.reference' IN (SELECT value FROM json_each(:cases)))
    )";

/// A title weighs more than a body; a whole word adds to a piece of one. The scores are made once
/// and kept: asked for row by row, each would count the whole index again.
const BEST: &str = "
    WITH piece AS MATERIALIZED (
        SELECT rowid AS id, bm25(search_piece, 4.0, 1.0) AS score
        FROM search_piece WHERE search_piece MATCH coalesce(?2, '\"\"')
    ),
    word AS MATERIALIZED (
        SELECT rowid AS id, bm25(search_word, 8.0, 2.0) AS score
        FROM search_word WHERE search_word MATCH coalesce(?3, '\"\"')
    )
    SELECT found.id, found.kind, found.key, found.case_id, found.at_ms
    FROM json_each(?1) AS it JOIN search AS found ON found.id = it.value
    LEFT JOIN piece ON piece.id = found.id
    LEFT JOIN word ON word.id = found.id
    ORDER BY coalesce(piece.score, 0.0) + coalesce(word.score, 0.0), found.at_ms DESC, found.id DESC
    LIMIT ?4";

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
    let mut rows = asked.newest(conn, MAX_RANKED + 1)?;
    let n_hits = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let telling = asked.telling(conn)?;
    let newest_first = n_hits > MAX_RANKED || telling.is_none();
    match telling {
        Some(telling) if !newest_first && n_hits > 0 => rows = telling.best(conn, &rows)?,
        _ => {}
    }
    rows.truncate(MAX_HITS as usize);
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
    let (index, matches) = match (&asked.pieces, &asked.words) {
        (Some(pieces), _) => ("search_piece", pieces),
        (None, Some(words)) => ("search_word", words),
        (None, None) => return Ok(Vec::new()),
    };
    let mut found = conn.prepare_cached(&format!(
        "SELECT DISTINCT {owner} FROM
             (SELECT rowid AS id FROM {index} WHERE {index} MATCH ?1 ORDER BY rowid DESC)
             CROSS JOIN search USING (id)
         WHERE kind IN ({kinds})
           AND (?2 IS NULL
                OR id IN (SELECT rowid FROM search_word WHERE search_word MATCH ?2))
         LIMIT ?3"
    ))?;
    let owners = found.query_map(params![matches, asked.words, limit], |row| row.get(0))?;
    Ok(owners.collect::<Result<_, _>>()?)
}

/// A query in the words of the database.
struct Asked {
    pieces: Option<String>,
    words: Option<String>,
    /// Each term, and the index that has it.
    terms: Vec<(&'static str, String)>,
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
}

/// Terms that say which of many is best.
struct Telling {
    pieces: Option<String>,
    any_word: Option<String>,
}

impl Telling {
    /// The best of some rows.
    fn best(&self, conn: &Connection, rows: &[Row]) -> Result<Vec<Row>, StoreError> {
        let ids = serde_json::Value::from(rows.iter().map(|it| it.id).collect::<Vec<_>>());
        let mut query = conn.prepare_cached(BEST)?;
        let best = query
            .query_map(params![ids.to_string(), self.pieces, self.any_word, MAX_HITS], Row::read)?;
        Ok(best.collect::<Result<_, _>>()?)
    }
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            key: row.get(2)?,
            case: row.get(3)?,
            at_ms: row.get(4)?,
        })
    }
}

impl Asked {
    fn new(query: &Query) -> Self {
        let mut pieces = Vec::new();
        let mut words = Vec::new();
        let mut terms = Vec::new();
        for term in &query.terms {
            match term {
                Term::Anywhere(spellings) => {
                    let any: Vec<_> = spellings.iter().map(|it| quoted(it)).collect();
                    let any = format!("({})", any.join(" OR "));
                    pieces.push(any.clone());
                    terms.push(("search_piece", any));
                }
                Term::Words { text, is_beginning } => {
                    let star = if *is_beginning { "*" } else { "" };
                    let phrase = format!("{}{star}", quoted(text));
                    words.push(phrase.clone());
                    terms.push(("search_word", phrase));
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
            terms,
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

    /// The newest rows that have everything. Ids grow with time, so this is one walk back along the
    /// index, and it ends when there are enough.
    fn newest(&self, conn: &Connection, limit: u32) -> Result<Vec<Row>, StoreError> {
        let with = if self.of_cases { WANTED } else { "WITH wanted (id) AS (SELECT NULL)" };
        let (from, also) = match (&self.pieces, &self.words) {
            (Some(_), Some(_)) => (
                "(SELECT rowid AS id FROM search_piece WHERE search_piece MATCH :pieces
                  ORDER BY rowid DESC) CROSS JOIN search USING (id)",
                "search.id IN (SELECT rowid FROM search_word WHERE search_word MATCH :words)",
            ),
            (Some(_), None) => (
                "(SELECT rowid AS id FROM search_piece WHERE search_piece MATCH :pieces
                  ORDER BY rowid DESC) CROSS JOIN search USING (id)",
                ":words IS NULL",
            ),
            (None, Some(_)) => (
                "(SELECT rowid AS id FROM search_word WHERE search_word MATCH :words
                  ORDER BY rowid DESC) CROSS JOIN search USING (id)",
                ":pieces IS NULL",
            ),
            (None, None) => ("search", ":pieces IS NULL AND :words IS NULL"),
        };
        let sql = format!(
            "{with} SELECT search.id, kind, key, case_id, at_ms FROM {from}
             WHERE {also} AND {FILTERS} ORDER BY search.id DESC LIMIT :limit"
        );
        let mut bound = self.bound();
        bound.push((":limit", &limit));
        let mut query = conn.prepare_cached(&sql)?;
        // One that is not asked for is not named, either.
        let named = |it: &&(&str, &dyn ToSql)| matches!(query.parameter_index(it.0), Ok(Some(_)));
        let bound: Vec<_> = bound.iter().filter(named).copied().collect();
        Ok(query.query_map(&*bound, Row::read)?.collect::<Result<_, _>>()?)
    }

    /// The terms that are not nearly everywhere: only they say which of the found is best, and to weigh
    /// one means to count all that has it. None when there are none.
    fn telling(&self, conn: &Connection) -> Result<Option<Telling>, StoreError> {
        let (mut pieces, mut words) = (Vec::new(), Vec::new());
        for (index, term) in &self.terms {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ?1 LIMIT ?2)"
            );
            let n: u32 = conn
                .prepare_cached(&sql)?
                .query_row(params![term, MAX_WEIGHED + 1], |row| row.get(0))?;
            if n > MAX_WEIGHED {
                continue;
            }
            words.push(term.clone());
            if *index == "search_piece" {
                pieces.push(term.clone());
            }
        }
        if words.is_empty() {
            return Ok(None);
        }
        Ok(Some(Telling { pieces: all(&pieces, " AND "), any_word: all(&words, " OR ") }))
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
