//! Finding words in text: whole words, any case, no regular expressions.

use std::collections::HashSet;

/// The words of a text: where one of a phrase is missing, the phrase need not be looked for.
pub(crate) struct Vocabulary<'t>(HashSet<&'t str>);

impl<'t> Vocabulary<'t> {
    /// Of a text in lower case, as [`lower`] makes it.
    pub(crate) fn of(text: &'t str) -> Self {
        Self(words(text).collect())
    }

    /// Whether every word of a phrase in lower case is there, in whatever order.
    pub(crate) fn may_have(&self, phrase: &str) -> bool {
        words(phrase).all(|it| self.0.contains(it))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty())
}

/// A text in lower case, letter by letter, as phrases are compared with it.
pub(crate) fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Every place where `phrase` stands in `text` as whole words, as written there.
pub(crate) fn finds<'t>(text: &'t str, phrase: &str) -> Vec<&'t str> {
    let phrase: Vec<char> = phrase.trim().chars().flat_map(char::to_lowercase).collect();
    let Some(first) = phrase.first().copied() else { return vec![] };
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        let joins = before.is_some_and(char::is_alphanumeric) && first.is_alphanumeric();
        if at >= skip_to
            && !joins
            && c.to_lowercase().next() == Some(first)
            && let Some(length) = match_length(&text[at..], &phrase)
        {
            found.push(&text[at..at + length]);
            skip_to = at + length;
        }
        before = Some(c);
    }
    found
}

/// The bytes that `phrase` (lower case) takes at the start of `text`, when a word ends there.
fn match_length(text: &str, phrase: &[char]) -> Option<usize> {
    let mut wanted = phrase.iter();
    let mut last = None;
    let mut chars = text.char_indices();
    loop {
        if wanted.as_slice().is_empty() {
            let next = chars.next();
            let inside = next.is_some_and(|(_, c)| c.is_alphanumeric())
                && last.is_some_and(char::is_alphanumeric);
            return (!inside).then(|| next.map_or(text.len(), |(at, _)| at));
        }
        let (_, c) = chars.next()?;
        for lower in c.to_lowercase() {
            if wanted.next() != Some(&lower) {
                return None;
            }
        }
        last = Some(c);
    }
}

/// Links that work when clicked, up to the next white space, bracket or quotation mark.
pub(crate) fn live_links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme_chars = rest[..at].chars().rev().take_while(char::is_ascii_alphabetic).count();
        let start = at - scheme_chars;
        let tail = &rest[start..];
        let ends = |c: char| c.is_whitespace() || "<>\"'()".contains(c);
        let link = &tail[..tail.find(ends).unwrap_or(tail.len())];
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let scheme = tail[..scheme_chars].to_ascii_lowercase();
        let live = ["http", "https", "ftp", "ftps", "ws", "wss"].contains(&scheme.as_str());
        if live && !link.contains("[.]") {
            links.push(link);
        }
        rest = &rest[at + 3..];
    }
    links
}

/// Gaps: `[describe …]`, `[date]`, `TBD`, `TODO`.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let inside = &rest[open..];
        let Some(close) = inside.find(']') else { break };
        let placeholder = &inside[..=close];
        let words = &placeholder[1..close];
        let reads = words.chars().next().is_some_and(char::is_alphabetic);
        if reads && !["withheld", "dot", "at"].contains(&words) {
            found.push(placeholder);
        }
        rest = &inside[close + 1..];
    }
    for word in ["TBD", "TODO", "XXX", "FIXME"] {
        found.extend(finds(text, word).into_iter().filter(|it| *it == word));
    }
    found
}

/// Sentences, for rules that hold within one.
pub(crate) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n']).filter(|it| !it.trim().is_empty())
}
