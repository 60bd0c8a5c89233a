//! A query in the words of the database: which index is asked for what, and what is read beside.

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use farol_model::{
    search::{Query, Term},
    time::Timestamp,
};

use super::{
    Hit, MAX_HITS, MAX_RANKED,
    as_indexed::AsIndexed,
    marks::{CLOSE, Marked, OPEN, ranges_in},
    quoted,
    vocabulary::{AsWords, as_words},
};
use crate::{StoreError, read::id_of};

/// Terms that more have than these do not say which is best.
const MAX_WEIGHED: u32 = 5_000;

/// Texts that have the words of a spelling are read to see whether they have it as it stands; with more
/// of them than these, the index of pieces is asked.
const MAX_READ: u32 = 20_000;

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

/// Whole words first, in a title before in a body; then what has a piece in its title; then the newest.
/// The scores are made once and kept: asked for row by row, each would count the whole index again.
/// Pieces are not weighed: the rarer a longer word is, the more it would be worth.
const BEST: &str = "
    WITH word AS MATERIALIZED (
        SELECT rowid AS id, bm25(search_word, 4.0, 1.0) AS score
        FROM search_word WHERE search_word MATCH ?2
    ),
    titled AS MATERIALIZED (
        SELECT rowid AS id FROM search_word WHERE search_word MATCH coalesce(?3, '\"\"')
    )
    SELECT found.id FROM json_each(?1) AS it JOIN search AS found ON found.id = it.value
    LEFT JOIN word ON word.id = found.id
    LEFT JOIN titled ON titled.id = found.id
    ORDER BY coalesce(word.score, 0.0), titled.id IS NULL, found.at_ms DESC, found.id DESC
    LIMIT ?4";

const MARKED_WORDS: &str = "
    SELECT highlight(search_word, 0, ?3, ?4), highlight(search_word, 1, ?3, ?4)
    FROM search_word WHERE search_word MATCH ?1 AND rowid = ?2";

/// A query in the words of the database.
pub(super) struct Asked {
    /// What is looked for anywhere, and only the index of pieces can say where.
    pieces: Option<String>,
    /// What the index of words is asked.
    words: Option<String>,
    /// Spellings of which one has to stand in the text itself: its words are known to be there.
    to_see: Vec<Vec<AsIndexed>>,
    /// What is marked: spellings that stand anywhere, and whole words.
    anywhere: Vec<AsIndexed>,
    whole_words: Option<String>,
    terms: Vec<AskedTerm>,
    /// What has all of these as whole words has every term; none when there is no such saying.
    whole: Option<String>,
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

/// One term of a query.
struct AskedTerm {
    /// The index that has it.
    index: &'static str,
    /// All that has it, in the syntax of that index.
    found: String,
    /// What has it as whole words, in the syntax of both.
    as_words: String,
}

/// Terms that say which of many is best.
pub(super) struct Telling {
    any_word: String,
    /// All that was looked for, in a title, as the index of words has it.
    titled: Option<String>,
}

impl Telling {
    /// The best of some rows.
    pub(super) fn best(&self, conn: &Connection, found: &[i64]) -> Result<Vec<i64>, StoreError> {
        let ids = serde_json::Value::from(found).to_string();
        let mut query = conn.prepare_cached(BEST)?;
        let best = query
            .query_map(params![ids, self.any_word, self.titled, MAX_HITS], |row| row.get(0))?;
        Ok(best.collect::<Result<_, _>>()?)
    }
}

impl Asked {
    /// None when there can be nothing.
    pub(super) fn new(conn: &Connection, query: &Query) -> Result<Option<Self>, StoreError> {
        let mut it = Self {
            pieces: None,
            words: None,
            to_see: Vec::new(),
            anywhere: Vec::new(),
            whole_words: None,
            terms: Vec::new(),
            whole: None,
            kinds: list(query.kinds.iter().map(|it| it.word().to_owned())),
            categories: list(query.categories.iter().map(|it| it.word().to_owned())),
            severities: list(query.severities.iter().map(|it| it.word().to_owned())),
            statuses: list(query.statuses.iter().map(|it| it.word().to_owned())),
            cases: list(query.cases.iter().map(ToString::to_string)),
            of_cases: false,
            after_ms: query.after.map(Timestamp::ms),
            before_ms: query.before.map(Timestamp::ms),
        };
        let of_cases = [&it.categories, &it.severities, &it.statuses, &it.cases];
        it.of_cases = of_cases.iter().any(|it| it.is_some());
        let (mut pieces, mut words, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        let mut whole_words = Vec::new();
        for term in &query.terms {
            match term {
                Term::Anywhere(spellings) => {
                    whole.push(spellings.iter().find(|it| is_word(it)).map(|it| quoted(it)));
                    let folded = || spellings.iter().map(|it| AsIndexed::new(it));
                    it.anywhere.extend(folded());
                    let any: Vec<_> = spellings.iter().map(|it| quoted(it)).collect();
                    let as_words = format!("({})", any.join(" OR "));
                    let (index, found) = match Self::anywhere(conn, spellings)? {
                        Where::Nowhere => return Ok(None),
                        Where::Words { any, exactly } => {
                            if !exactly {
                                it.to_see.push(folded().collect());
                            }
                            words.push(any.clone());
                            ("search_word", any)
                        }
                        Where::Pieces => {
                            pieces.push(as_words.clone());
                            ("search_piece", as_words.clone())
                        }
                    };
                    it.terms.push(AskedTerm { index, found, as_words });
                }
                Term::Words { text, is_beginning } => {
                    let star = if *is_beginning { "*" } else { "" };
                    let phrase = format!("{}{star}", quoted(text));
                    whole.push(Some(phrase.clone()));
                    whole_words.push(phrase.clone());
                    words.push(phrase.clone());
                    it.terms.push(AskedTerm {
                        index: "search_word",
                        found: phrase.clone(),
                        as_words: phrase,
                    });
                }
            }
        }
        it.pieces = all(&pieces, " AND ");
        it.words = all(&words, " AND ");
        it.whole_words = all(&whole_words, " AND ");
        // Of whole words alone it would say nothing that looking for them does not.
        let whole = whole.into_iter().collect::<Option<Vec<_>>>();
        it.whole = whole.filter(|_| !it.anywhere.is_empty()).and_then(|it| all(&it, " AND "));
        Ok(Some(it))
    }

    /// How a text is found that has one of some spellings.
    fn anywhere(conn: &Connection, spellings: &[String]) -> Result<Where, StoreError> {
        let (mut any, mut all_exactly) = (Vec::new(), true);
        for spelling in spellings {
            match as_words(conn, spelling)? {
                AsWords::Has { words, exactly } => {
                    all_exactly &= exactly;
                    any.push(format!("({words})"));
                }
                AsWords::Never => {}
                AsWords::Unknown => return Ok(Where::Pieces),
            }
        }
        let Some(any) = all(&any, " OR ") else { return Ok(Where::Nowhere) };
        // Each that is found is read, unless words say it all.
        if !all_exactly && count(conn, "search_word", &any, MAX_READ)? > MAX_READ {
            return Ok(Where::Pieces);
        }
        Ok(Where::Words { any: format!("({any})"), exactly: all_exactly })
    }

    /// What filters of [`FILTERS`] ask for.
    fn filters(&self) -> [(&str, &dyn ToSql); 4] {
        [
            (":kinds", &self.kinds),
            (":of_cases", &self.of_cases),
            (":after", &self.after_ms),
            (":before", &self.before_ms),
        ]
    }

    /// What the cases are asked for.
    fn wanted(&self) -> [(&str, &dyn ToSql); 4] {
        [
            (":categories", &self.categories),
            (":severities", &self.severities),
            (":statuses", &self.statuses),
            (":cases", &self.cases),
        ]
    }

    fn is_filtered(&self) -> bool {
        self.of_cases || self.kinds.is_some() || self.after_ms.is_some() || self.before_ms.is_some()
    }

    /// Whether whole words alone are more than are ranked. The index of words says so at once; that of
    /// pieces compares every three letters of a common word first.
    pub(super) fn has_many(&self, conn: &Connection) -> Result<bool, StoreError> {
        match &self.whole {
            Some(words) if !self.is_filtered() => {
                Ok(count(conn, "search_word", words, MAX_RANKED)? > MAX_RANKED)
            }
            _ => Ok(false),
        }
    }

    /// The newest that have everything.
    pub(super) fn newest(&self, conn: &Connection, limit: u32) -> Result<Vec<i64>, StoreError> {
        let mut ids = Vec::new();
        let filters = self.is_filtered().then_some(FILTERS);
        self.walk(conn, "id", filters, |row| {
            ids.push(row.get(0)?);
            Ok(ids.len() < limit as usize)
        })?;
        Ok(ids)
    }

    /// Gives what has everything, the newest first, as long as `take` wants more. Ids grow with time, so
    /// this is one walk back along the index; only conditions look at more than ids.
    pub(super) fn walk(
        &self,
        conn: &Connection,
        columns: &str,
        condition: Option<&str>,
        mut take: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<bool>,
    ) -> Result<(), StoreError> {
        let (from, also) = match (&self.pieces, &self.words) {
            (Some(_), Some(_)) => (
                "(SELECT rowid AS id FROM search_piece WHERE search_piece MATCH :pieces
                  ORDER BY rowid DESC)",
                "id IN (SELECT rowid FROM search_word WHERE search_word MATCH :words)",
            ),
            (Some(_), None) => (
                "(SELECT rowid AS id FROM search_piece WHERE search_piece MATCH :pieces
                  ORDER BY rowid DESC)",
                "TRUE",
            ),
            (None, Some(_)) => (
                "(SELECT rowid AS id FROM search_word WHERE search_word MATCH :words
                  ORDER BY rowid DESC)",
                "TRUE",
            ),
            (None, None) => ("(SELECT id FROM search ORDER BY id DESC)", "TRUE"),
        };
        let sql = match condition {
            Some(condition) => {
                let with = if self.of_cases { WANTED } else { "WITH wanted (id) AS (SELECT NULL)" };
                format!(
                    "{with} SELECT {columns} FROM {from} CROSS JOIN search USING (id)
                     WHERE {also} AND {condition} ORDER BY id DESC"
                )
            }
            None => format!("SELECT {columns} FROM {from} WHERE {also} ORDER BY id DESC"),
        };
        let mut query = conn.prepare_cached(&sql)?;
        let mut bound: Vec<(&str, &dyn ToSql)> =
            vec![(":pieces", &self.pieces), (":words", &self.words)];
        bound.extend(self.filters());
        bound.extend(self.wanted());
        // One that is not asked for is not named, either.
        bound.retain(|it| matches!(query.parameter_index(it.0), Ok(Some(_))));
        let mut text = conn.prepare_cached("SELECT title, body FROM search_text WHERE id = ?1")?;
        let mut rows = query.query(&*bound)?;
        while let Some(row) = rows.next()? {
            let is_seen = self.to_see.is_empty()
                || text.query_row([row.get::<_, i64>(0)?], |it| {
                    let folded = [
                        AsIndexed::new(it.get_ref(0)?.as_str()?),
                        AsIndexed::new(it.get_ref(1)?.as_str()?),
                    ];
                    let has = |it: &AsIndexed| folded.iter().any(|text| text.has(it));
                    Ok(self.to_see.iter().all(|spellings| spellings.iter().any(has)))
                })?;
            if is_seen && !take(row)? {
                break;
            }
        }
        Ok(())
    }

    /// The terms that are not nearly everywhere: only they say which of the found is best, and to weigh
    /// one means to count all that has it. None when there are none.
    pub(super) fn telling(&self, conn: &Connection) -> Result<Option<Telling>, StoreError> {
        let (mut found, mut words) = (Vec::new(), Vec::new());
        // What was found by one term alone is not too many.
        let is_counted = self.terms.len() == 1 && !self.is_filtered();
        for AskedTerm { index, found: term, as_words } in &self.terms {
            if !is_counted && count(conn, index, term, MAX_WEIGHED)? > MAX_WEIGHED {
                continue;
            }
            words.push(as_words.clone());
            // Of whole words the weight says where they stand.
            if *index == "search_word" && term != as_words {
                found.push(term.clone());
            }
        }
        let titled = all(&found, " AND ").map(|it| format!("title : ({it})"));
        Ok(all(&words, " OR ").map(|any_word| Telling { any_word, titled }))
    }

    /// What is shown of one that was found.
    pub(super) fn hit(&self, conn: &Connection, id: i64) -> Result<Hit, StoreError> {
        let marked: Option<[String; 2]> = match &self.whole_words {
            None => None,
            Some(words) => conn
                .prepare_cached(MARKED_WORDS)?
                .query_row(params![words, id, OPEN.to_string(), CLOSE.to_string()], |row| {
                    Ok([row.get(0)?, row.get(1)?])
                })
                .optional()?,
        };
        let marked = |n: usize, text: String, written: Option<String>| {
            let ranges = marked.iter().flat_map(|it| ranges_in(&it[n]));
            let folded = AsIndexed::new(&text);
            let ranges = ranges.chain(self.anywhere.iter().flat_map(|it| folded.ranges_of(it)));
            Marked::new(ranges.collect(), text, written)
        };
        let (kind, case, hit): (String, Option<String>, _) = conn
            .prepare_cached(
                "SELECT kind, case_id, key, at_ms, title, written_title, body, written_body
                 FROM search JOIN search_text USING (id) WHERE id = ?1",
            )?
            .query_row([id], |row| {
                let hit = (
                    row.get(2)?,
                    Timestamp::from_ms(row.get(3)?),
                    marked(0, row.get(4)?, row.get(5)?).title(),
                    marked(1, row.get(6)?, row.get(7)?).snippet(),
                );
                Ok((row.get(0)?, row.get(1)?, hit))
            })?;
        let (key, at, title, snippet) = hit;
        Ok(Hit {
            kind: kind.parse().map_err(|_| StoreError::Unreadable("kind"))?,
            key,
            case: case.as_deref().map(id_of).transpose()?,
            at,
            title,
            snippet,
        })
    }
}

/// How texts are found that have a spelling.
enum Where {
    /// Those that have these words; when not `exactly`, each has to be looked at.
    Words { any: String, exactly: bool },
    /// By the index of pieces.
    Pieces,
    /// There are none.
    Nowhere,
}

/// Whether it is one word in every index.
fn is_word(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_alphanumeric())
}

/// How many have a term; one more than `most` stands for any number beyond.
fn count(conn: &Connection, index: &str, term: &str, most: u32) -> Result<u32, StoreError> {
    let sql =
        format!("SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ?1 LIMIT ?2)");
    Ok(conn.prepare_cached(&sql)?.query_row(params![term, most + 1], |row| row.get(0))?)
}

fn all(parts: &[String], joint: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(joint))
}

fn list(words: impl Iterator<Item = String>) -> Option<String> {
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| serde_json::Value::from(words).to_string())
}
