//! From a line to a query. Cannot fail.

use crate::{
    refang::{live_scheme, plain},
    search::{Query, Term},
    time::Timestamp,
};

/// More terms than these say nothing new.
const MAX_TERMS: usize = 16;

/// A longer term is cut; whatever has the whole term has its beginning too.
const MAX_TERM_CHARS: usize = 200;

/// Text beyond this is not read.
const MAX_QUERY_BYTES: usize = 64 * 1024;

/// The shortest text that is looked for inside words.
const MIN_ANYWHERE_CHARS: usize = 3;

pub(super) fn parse(text: &str) -> Query {
    let text = match &text[..text.floor_char_boundary(MAX_QUERY_BYTES)] {
        whole if whole.len() == text.len() => whole,
        start => start.rfind(' ').map_or(start, |at| &start[..=at]),
    };
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let folded = plain(&clean).text;
    let mut query = Query::default();
    let mut pieces = Pieces { rest: &folded }.peekable();
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none() && !folded.ends_with(' ');
        let term = match piece {
            Piece::Word(word) if filter(&mut query, word) => continue,
            Piece::Word(word) => bare(word, is_last),
            Piece::Quoted { text, is_closed } => quoted(text, is_last && !is_closed),
        };
        match term {
            Some(term) if query.terms.contains(&term) => {}
            Some(term) if query.terms.len() < MAX_TERMS => query.terms.push(term),
            Some(_) => {}
            None => query.is_void = true,
        }
    }
    // A stray sign beside real terms changes nothing; alone it finds nothing.
    query.is_void &= query.terms.is_empty();
    query
}

enum Piece<'a> {
    Word(&'a str),
    Quoted { text: &'a str, is_closed: bool },
}

const QUOTES: [char; 4] = ['"', '\u{201c}', '\u{201d}', '\u{201e}'];

/// Words and quoted phrases, in order.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let rest = self.rest.trim_start();
            if let Some(inner) = rest.strip_prefix(QUOTES) {
                let (text, after, is_closed) = match inner.find(QUOTES) {
                    Some(end) => {
                        let (text, quote) = inner.split_at(end);
                        (text, quote.trim_start_matches(|c| QUOTES.contains(&c)), true)
                    }
                    None => (inner, "", false),
                };
                self.rest = after;
                if text.trim().is_empty() {
                    continue;
                }
                return Some(Piece::Quoted { text: text.trim(), is_closed });
            }
            if rest.is_empty() {
                return None;
            }
            let end =
                rest.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            self.rest = after;
            return Some(Piece::Word(word));
        }
    }
}

/// Takes a `field:value` into the query; anything else is text.
fn filter(query: &mut Query, word: &str) -> bool {
    fn push<T: std::str::FromStr>(values: &mut Vec<T>, value: &str) -> bool {
        value.parse().map(|it| values.push(it)).is_ok()
    }
    let Some((field, value)) = word.split_once(':') else { return false };
    let value = value.to_lowercase();
    match field.to_lowercase().as_str() {
        "kind" => push(&mut query.kinds, &value),
        "category" => push(&mut query.categories, &value),
        "severity" => push(&mut query.severities, &value),
        "status" => push(&mut query.statuses, &value),
        "case" => push(&mut query.cases, &value),
        "after" => day(&value).map(|it| query.after = Some(it)).is_some(),
        "before" => day(&value).map(|it| query.before = Some(it)).is_some(),
        _ => false,
    }
}

/// The beginning of a day (`2026-10-01`) in UTC.
fn day(text: &str) -> Option<Timestamp> {
    let is_day = text.len() == 10 && text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    if !is_day {
        return None;
    }
    format!("{text}T00:00:00Z").parse().ok()
}

fn bare(word: &str, is_last: bool) -> Option<Term> {
    let word = if is_last { settled(word) } else { word.to_owned() };
    let word = if word.contains("://") { word.trim_end_matches('/') } else { &word };
    let word = cut(word);
    if word.chars().count() >= MIN_ANYWHERE_CHARS {
        return Some(Term::Anywhere(vec![word.to_owned()]));
    }
    has_word(word).then(|| Term::Words { text: word.to_owned(), is_beginning: is_last })
}

fn quoted(text: &str, is_beginning: bool) -> Option<Term> {
    let text = cut(text);
    if has_word(text) {
        return Some(Term::Words { text: text.to_owned(), is_beginning });
    }
    (text.chars().count() >= MIN_ANYWHERE_CHARS).then(|| Term::Anywhere(vec![text.to_owned()]))
}

/// A word that is still being typed, without a defanging that is not complete yet.
fn settled(word: &str) -> String {
    let bare = match word.rfind(['[', '(', '{']) {
        Some(at) if at > 0 && "[.](dot){.}[at](at)".contains(&word[at..]) => &word[..at],
        _ => word,
    };
    let scheme = bare.trim_end_matches(['/', ':']);
    match live_scheme(scheme) {
        Some(live) => live.to_owned(),
        None => bare.to_owned(),
    }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_TERM_CHARS).map_or(text, |(at, _)| &text[..at])
}

fn has_word(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}
