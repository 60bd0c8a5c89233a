//! Every word of every text, once: what stands inside a word is looked for here first, then the few
//! words that have it in the index of words.
//!
//! Three letters of a common word are in nearly every text. To compare the places of each of them, as the
//! index of pieces does, half a second went by among 100 000 cases until a rare word was found.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{quoted, texts};
use crate::StoreError;

/// With more words than these, letters say little: they stand in so many texts that walking back along
/// the index of pieces soon has enough.
const MAX_WORDS: u32 = 100;

/// The shortest text that is looked for inside words.
const MIN_CHARS: usize = 3;

/// Texts whose words are taken in together: most are in many of them.
const LEARNED_AT_ONCE: usize = 4_000;

/// The words of a text, in small letters. Coarser than what the index of words tells apart, so that each of
/// them is a phrase there: it ends at blanks and at signs of ASCII only.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    runs(text).map(str::to_lowercase)
}

fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c.is_ascii() && !c.is_ascii_alphanumeric())
        .filter(|run| run.contains(char::is_alphanumeric))
}

/// Two texts without what both begin and end with, cut at blanks: the words that only one of them has stand
/// in what is left.
pub(super) fn apart<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    fn n_same<'b>(one: impl Iterator<Item = &'b u8>, other: impl Iterator<Item = &'b u8>) -> usize {
        one.zip(other).take_while(|(one, other)| one == other).count()
    }
    let n_same_first = n_same(one.as_bytes().iter(), other.as_bytes().iter());
    let begin = one.as_bytes()[..n_same_first].iter().rposition(|it| *it == b' ');
    let (one, other) = begin.map_or((one, other), |at| (&one[at..], &other[at..]));
    let n_same_last = n_same(one.as_bytes().iter().rev(), other.as_bytes().iter().rev());
    let last = &one.as_bytes()[one.len() - n_same_last..];
    let n_end = last.iter().position(|it| *it == b' ').map_or(0, |at| n_same_last - at);
    (&one[..one.len() - n_end], &other[..other.len() - n_end])
}

/// Takes the words of texts in.
pub(super) fn learn<'a>(
    conn: &Connection,
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<(), StoreError> {
    let all: BTreeSet<_> = texts.into_iter().flat_map(|text| words(text)).collect();
    all.iter().try_for_each(|word| texts::put_word(conn, word))
}

/// Lets words go that no text has any more.
pub(super) fn unlearn(conn: &Connection, words: &BTreeSet<String>) -> Result<(), StoreError> {
    let mut is_used =
        conn.prepare_cached("SELECT 1 FROM search_word WHERE search_word MATCH ?1 LIMIT 1")?;
    for word in words {
        if !is_used.exists([quoted(word)])? {
            texts::take_word(conn, word)?;
        }
    }
    Ok(())
}

/// Fills an empty vocabulary from the texts there are; `read` is called after each.
pub(crate) fn build(conn: &Connection, read: &dyn Fn()) -> Result<(), StoreError> {
    let mut texts = conn.prepare("SELECT title, body FROM search_text ORDER BY id")?;
    let mut rows = texts.query([])?;
    let mut part: Vec<String> = Vec::new();
    while let Some(row) = rows.next()? {
        part.extend([row.get(0)?, row.get(1)?]);
        read();
        if part.len() >= LEARNED_AT_ONCE {
            learn(conn, &part)?;
            part.clear();
        }
    }
    learn(conn, &part)
}

/// What a text that has a spelling has as words.
pub(super) enum AsWords {
    /// This, in the syntax of the index of words. `exactly` when whatever has it has the spelling.
    Has { words: String, exactly: bool },
    /// Nothing can have it.
    Never,
    /// Words say too little.
    Unknown,
}

/// What a text that has a spelling has as words.
pub(super) fn as_words(conn: &Connection, spelling: &str) -> Result<AsWords, StoreError> {
    let runs: Vec<_> = runs(spelling).collect();
    let mut has = Vec::new();
    // What stands at either end can go on.
    let mut ends: Vec<&str> = runs.first().into_iter().chain(runs.last()).copied().collect();
    if runs.len() > 2 {
        has.push(quoted(&runs[1..runs.len() - 1].join(" ")));
    }
    if runs.len() < 2 {
        ends.truncate(1);
    }
    for end in ends {
        match inside(conn, end)? {
            Some(words) if words.is_empty() => return Ok(AsWords::Never),
            Some(words) => has.push(format!("({})", words.join(" OR "))),
            None => {}
        }
    }
    if has.is_empty() {
        return Ok(AsWords::Unknown);
    }
    Ok(AsWords::Has { words: has.join(" AND "), exactly: runs == [spelling] })
}

/// The words that have letters in them, quoted; none when there are too many, or too few letters.
fn inside(conn: &Connection, letters: &str) -> Result<Option<Vec<String>>, StoreError> {
    if letters.chars().count() < MIN_CHARS {
        return Ok(None);
    }
    let mut query = conn.prepare_cached(
        "SELECT term FROM search_term WHERE id IN
             (SELECT rowid FROM search_term_piece WHERE search_term_piece MATCH ?1 LIMIT ?2)",
    )?;
    let rows = query.query_map((quoted(letters), MAX_WORDS + 1), |row| row.get::<_, String>(0))?;
    let words = rows.map(|it| Ok(quoted(&it?))).collect::<Result<Vec<_>, StoreError>>()?;
    Ok((words.len() <= MAX_WORDS as usize).then_some(words))
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn what_two_texts_share_at_both_ends_is_cut_off_at_blanks() {
        for (one, other, left) in [
            ("the site is down", "the site was down", (" is", " was")),
            ("the site is down", "the site is down", ("", "")),
            ("the site is", "the site is down", (" is", " is down")),
            ("down", "up", ("down", "up")),
            ("", "down", ("", "down")),
            ("a a", "a a a", ("", " a")),
            ("ärger üb er all", "ärger öb er all", (" üb", " öb")),
            ("é", "è", ("é", "è")),
        ] {
            let cut = apart(one, other);
            assert_eq!(cut, left, "{one:?} {other:?}");
        }
    }
}
