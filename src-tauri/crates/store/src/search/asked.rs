//! A query in the words of the database: which index is asked for what, and what is read beside.

use std::{cmp::Reverse, collections::BTreeMap};

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use farol_model::{
    search::{Query, SearchKind, Term},
    time::Timestamp,
};

use super::{
    Hit, MAX_HITS, MAX_RANKED,
    as_indexed::{AsIndexed, bare},
    index::is_of,
    marks::{CLOSE, Marked, OPEN, ranges_in},
    quoted,
    vocabulary::{AsWords, as_words},
};
use crate::{StoreError, read::id_of};

/// Terms that more have than these do not say which is best, and to weigh one means to walk along all
/// that has it.
const MAX_WEIGHED: u32 = 5_000;

/// Texts that have the words of a spelling are read to see whether they have it as it stands; with more
/// of them than these, the index of pieces is asked.
const MAX_READ: u32 = 20_000;

/// What filters ask for.
const FILTERS: &str = "
      (:after IS NULL OR at_ms >= :after)
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

/// Which of some texts have words, the words as the index of words has them.
const WITH_WORDS: &str =
    "SELECT rowid FROM search_word WHERE search_word MATCH ?1 AND rowid BETWEEN ?2 AND ?3";

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
    to_see: Vec<Vec<String>>,
    /// What is marked: spellings that stand anywhere, and whole words.
    anywhere: Vec<AsIndexed>,
    whole_words: Option<String>,
    terms: Vec<AskedTerm>,
    /// Whether more have every term as whole words than are ranked. The index of words says so at once.
    has_many: bool,
    kinds: Vec<SearchKind>,
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
    /// Its spellings, folded, when they are more than one word.
    spelled: Option<Vec<String>>,
}

/// What says which of many is best: whole words before pieces of them, and a title before a body.
pub(super) struct Telling {
    terms: Vec<TellingTerm>,
    /// All that was looked for, in a title, as the index of words has it.
    titled: Option<String>,
}

enum TellingTerm {
    /// One word; `in_all` when whatever was found has it as a whole word.
    Word { as_words: String, in_all: bool },
    /// Several, folded: the words of a phrase are everywhere, so that titles are read instead.
    Spelled(Vec<String>),
}

impl Telling {
    /// Puts the best of some rows, the newest first, before the others.
    pub(super) fn sort(&self, conn: &Connection, found: &mut [i64]) -> Result<(), StoreError> {
        let (Some(newest), Some(oldest)) = (found.first(), found.last()) else { return Ok(()) };
        let mut weight: BTreeMap<i64, u32> = found.iter().map(|id| (*id, 0)).collect();
        let mut with_words = conn.prepare_cached(WITH_WORDS)?;
        let mut add = |words: &str, more: u32| {
            let mut rows = with_words.query(params![words, oldest, newest])?;
            while let Some(row) = rows.next()? {
                if let Some(weight) = weight.get_mut(&row.get(0)?) {
                    *weight += more;
                }
            }
            Ok::<_, StoreError>(())
        };
        let mut spelled = Vec::new();
        for term in &self.terms {
            match term {
                TellingTerm::Word { as_words, in_all } => {
                    if !in_all {
                        add(as_words, 2)?;
                    }
                    add(&format!("title : ({as_words})"), 2)?;
                }
                TellingTerm::Spelled(spellings) => spelled.push(spellings),
            }
        }
        if let Some(titled) = &self.titled {
            add(titled, 1)?;
        }
        if !spelled.is_empty() {
            let mut title = conn.prepare_cached("SELECT title FROM search_text WHERE id = ?1")?;
            for (id, weight) in &mut weight {
                let title = title.query_row([id], |row| Ok(bare(row.get_ref(0)?.as_str()?)))?;
                let has = |it: &&&Vec<String>| it.iter().any(|it| title.contains(it.as_str()));
                *weight += 2 * spelled.iter().filter(has).count() as u32;
            }
        }
        found.sort_by_key(|id| Reverse(weight.get(id).copied()));
        Ok(())
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
            has_many: false,
            kinds: query.kinds.clone(),
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
        it.has_many = it.finds_many(conn, query)?;
        let (mut pieces, mut words, mut whole_words) = (Vec::new(), Vec::new(), Vec::new());
        for term in &query.terms {
            match term {
                Term::Anywhere(spellings) => {
                    it.anywhere.extend(spellings.iter().map(|it| AsIndexed::new(it)));
                    let as_words = any_of(spellings);
                    let (index, found) = match it.anywhere(conn, spellings)? {
                        Where::Nowhere => return Ok(None),
                        Where::Words { any, exactly } => {
                            if !exactly {
                                it.to_see.push(spellings.iter().map(|it| bare(it)).collect());
                            }
                            words.push(any.clone());
                            ("search_word", any)
                        }
                        Where::Pieces => {
                            pieces.push(as_words.clone());
                            ("search_piece", as_words.clone())
                        }
                    };
                    let spelled = spelled(spellings);
                    it.terms.push(AskedTerm { index, found, as_words, spelled });
                }
                Term::Words { text, is_beginning } => {
                    let phrase = as_phrase(text, *is_beginning);
                    whole_words.push(phrase.clone());
                    words.push(phrase.clone());
                    it.terms.push(AskedTerm {
                        index: "search_word",
                        found: phrase.clone(),
                        as_words: phrase,
                        spelled: spelled(std::slice::from_ref(text)),
                    });
                }
            }
        }
        it.pieces = all(&pieces, " AND ");
        it.words = all(&words, " AND ");
        it.whole_words = all(&whole_words, " AND ");
        Ok(Some(it))
    }

    /// How a text is found that has one of some spellings.
    fn anywhere(&self, conn: &Connection, spellings: &[String]) -> Result<Where, StoreError> {
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
        // Each that is found is read, unless words say it all, or the newest are enough.
        if !all_exactly
            && !self.has_many
            && count(conn, "search_word", &any, &[], MAX_READ)? > MAX_READ
        {
            return Ok(Where::Pieces);
        }
        Ok(Where::Words { any: format!("({any})"), exactly: all_exactly })
    }

    /// What filters of [`FILTERS`] ask for.
    fn filters(&self) -> [(&str, &dyn ToSql); 3] {
        [(":of_cases", &self.of_cases), (":after", &self.after_ms), (":before", &self.before_ms)]
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

    /// Whether it asks for more than words and kinds.
    fn is_filtered(&self) -> bool {
        self.of_cases || self.after_ms.is_some() || self.before_ms.is_some()
    }

    /// Whether more have every term as whole words than are ranked.
    fn finds_many(&self, conn: &Connection, query: &Query) -> Result<bool, StoreError> {
        let is_by_words = |it: &Term| matches!(it, Term::Words { .. });
        // Of whole words alone it would say nothing that looking for them does not.
        if self.is_filtered() || query.terms.iter().all(is_by_words) {
            return Ok(false);
        }
        let whole: Vec<_> = query
            .terms
            .iter()
            .map(|term| match term {
                Term::Anywhere(spellings) => any_of(spellings),
                Term::Words { text, is_beginning } => as_phrase(text, *is_beginning),
            })
            .collect();
        let whole = whole.join(" AND ");
        Ok(count(conn, "search_word", &whole, &self.kinds, MAX_RANKED)? > MAX_RANKED)
    }

    /// The newest that have everything, and whether there are more than are ranked.
    ///
    /// A spelling with signs in it is looked for in each text that has its words. When most of the newest
    /// have it as it stands, their words are taken for the number of the others.
    pub(super) fn newest(&self, conn: &Connection) -> Result<(Vec<i64>, bool), StoreError> {
        if self.has_many {
            let (newest, n_others) = self.at_most(conn, MAX_HITS)?;
            if newest.len() == MAX_HITS as usize && n_others <= MAX_HITS {
                return Ok((newest, true));
            }
        }
        let (newest, _) = self.at_most(conn, MAX_RANKED + 1)?;
        let has_many = newest.len() > MAX_RANKED as usize;
        Ok((newest, has_many))
    }

    /// Ids of the newest, and how many texts were read beside that have only the words.
    fn at_most(&self, conn: &Connection, limit: u32) -> Result<(Vec<i64>, u32), StoreError> {
        let mut ids = Vec::new();
        let n_others = self.walk(conn, &["id"], |row| {
            ids.push(row.get(0)?);
            Ok(ids.len() < limit as usize)
        })?;
        Ok((ids, n_others))
    }

    /// Gives what has everything, the newest first, as long as `take` wants more. Ids grow with time and say
    /// of what kind each is, so this is one walk back along the index; only filters, and columns beside
    /// `id`, look at more than ids. Returns how many texts were read that have the words of a spelling only.
    pub(super) fn walk(
        &self,
        conn: &Connection,
        columns: &[&str],
        mut take: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<bool>,
    ) -> Result<u32, StoreError> {
        let (index, asked, also) = match (&self.pieces, &self.words) {
            (Some(_), Some(_)) => (
                "search_piece",
                "search_piece MATCH :pieces",
                "id IN (SELECT rowid FROM search_word WHERE search_word MATCH :words)",
            ),
            (Some(_), None) => ("search_piece", "search_piece MATCH :pieces", "TRUE"),
            (None, Some(_)) => ("search_word", "search_word MATCH :words", "TRUE"),
            (None, None) => ("search", "TRUE", "TRUE"),
        };
        let of_kind = is_of("rowid", &self.kinds);
        let from = format!(
            "(SELECT rowid AS id FROM {index} WHERE {asked} AND {of_kind} ORDER BY rowid DESC)"
        );
        let (with, filters) = match (self.of_cases, self.is_filtered()) {
            (true, _) => (WANTED, FILTERS),
            (false, true) => ("WITH wanted (id) AS (SELECT NULL)", FILTERS),
            (false, false) => ("", "TRUE"),
        };
        let beside = if filters == FILTERS || columns != ["id"] {
            "CROSS JOIN search USING (id)"
        } else {
            ""
        };
        let columns = columns.join(", ");
        let sql = format!(
            "{with} SELECT {columns} FROM {from} {beside} WHERE {also} AND {filters} ORDER BY id DESC"
        );
        let mut query = conn.prepare_cached(&sql)?;
        let mut bound: Vec<(&str, &dyn ToSql)> =
            vec![(":pieces", &self.pieces), (":words", &self.words)];
        bound.extend(self.filters());
        bound.extend(self.wanted());
        // One that is not asked for is not named, either.
        bound.retain(|it| matches!(query.parameter_index(it.0), Ok(Some(_))));
        let mut text = conn.prepare_cached("SELECT title, body FROM search_text WHERE id = ?1")?;
        let mut rows = query.query(&*bound)?;
        let mut n_others = 0;
        while let Some(row) = rows.next()? {
            let is_seen = self.to_see.is_empty()
                || text.query_row([row.get::<_, i64>(0)?], |it| {
                    let folded = [bare(it.get_ref(0)?.as_str()?), bare(it.get_ref(1)?.as_str()?)];
                    let has = |it: &String| folded.iter().any(|text| text.contains(it.as_str()));
                    Ok(self.to_see.iter().all(|spellings| spellings.iter().any(has)))
                })?;
            if !is_seen {
                n_others += 1;
            } else if !take(row)? {
                break;
            }
        }
        Ok(n_others)
    }

    /// The terms that are not nearly everywhere: only they say which of the found is best. None when there
    /// are none.
    pub(super) fn telling(&self, conn: &Connection) -> Result<Option<Telling>, StoreError> {
        let (mut found, mut terms) = (Vec::new(), Vec::new());
        // What was found by one term alone is not too many.
        let is_counted = self.terms.len() == 1 && !self.is_filtered();
        for AskedTerm { index, found: term, as_words, spelled } in &self.terms {
            if !is_counted && count(conn, index, term, &self.kinds, MAX_WEIGHED)? > MAX_WEIGHED {
                continue;
            }
            if let Some(spelled) = spelled {
                terms.push(TellingTerm::Spelled(spelled.clone()));
                continue;
            }
            let in_all = term == as_words;
            terms.push(TellingTerm::Word { as_words: as_words.clone(), in_all });
            // Of whole words the weight says where they stand.
            if *index == "search_word" && !in_all {
                found.push(term.clone());
            }
        }
        let titled = all(&found, " AND ").map(|it| format!("title : ({it})"));
        Ok((!terms.is_empty()).then_some(Telling { terms, titled }))
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

/// What has one of some spellings as whole words, in the syntax of the indexes.
fn any_of(spellings: &[String]) -> String {
    let any: Vec<_> = spellings.iter().map(|it| quoted(it)).collect();
    format!("({})", any.join(" OR "))
}

/// A phrase in the syntax of the index of words; a beginning of one with a star.
fn as_phrase(text: &str, is_beginning: bool) -> String {
    let star = if is_beginning { "*" } else { "" };
    format!("{}{star}", quoted(text))
}

/// Folded spellings, unless each is one word.
fn spelled(spellings: &[String]) -> Option<Vec<String>> {
    let are_words = spellings.iter().all(|it| is_word(it));
    (!are_words).then(|| spellings.iter().map(|it| bare(it)).collect())
}

/// Whether it is one word in every index.
fn is_word(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_alphanumeric())
}

/// How many of some kinds have a term; one more than `most` stands for any number beyond.
fn count(
    conn: &Connection,
    index: &str,
    term: &str,
    kinds: &[SearchKind],
    most: u32,
) -> Result<u32, StoreError> {
    let of_kind = is_of("rowid", kinds);
    let sql = format!(
        "SELECT count(*) FROM
             (SELECT 1 FROM {index} WHERE {index} MATCH ?1 AND {of_kind} LIMIT ?2)"
    );
    Ok(conn.prepare_cached(&sql)?.query_row(params![term, most + 1], |row| row.get(0))?)
}

fn all(parts: &[String], joint: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(joint))
}

fn list(words: impl Iterator<Item = String>) -> Option<String> {
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then(|| serde_json::Value::from(words).to_string())
}
