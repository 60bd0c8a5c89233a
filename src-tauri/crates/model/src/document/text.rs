//! Text with marked spans and facts.
//!
//! One notation, the same in the journal and on the command line: `[[Contoso Bank]]` is seen by the
//! team only, `[[exec|forty thousand]]` by executives and whoever sees their text,
//! `[[personal|Dana Reyes]]` says why it is withheld as well, and `{{case.reference}}` is filled in
//! at export. `\[[` and `\{{` are the characters themselves.
//! A person's text is never a template: an unknown fact stops the export, nothing is computed.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Audience;

/// Why a span is not like the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Data of a person.
    Personal,
    /// Somebody who is no party to the case.
    ThirdParty,
    /// What police or courts asked or do.
    LawEnforcement,
    /// A value that still does harm; it is shown defanged and withheld from nobody.
    Live,
}

impl Mark {
    /// Every mark there is.
    pub const ALL: [Self; 4] = [Self::Personal, Self::ThirdParty, Self::LawEnforcement, Self::Live];

    /// The word in the notation.
    pub fn word(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::ThirdParty => "third_party",
            Self::LawEnforcement => "law_enforcement",
            Self::Live => "live",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Personal => "personal data",
            Self::ThirdParty => "third party",
            Self::LawEnforcement => "law-enforcement-sensitive",
            Self::Live => "live indicator",
        }
    }

    /// Who sees the span unless it says otherwise.
    pub fn audience(self) -> Audience {
        if self == Self::Live { Audience::Public } else { Audience::InternalTeam }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Seen by whoever sees the block.
    Plain(String),
    /// Seen only by those who see `audience`; others read `[withheld]`.
    Marked {
        /// Who sees it.
        audience: Audience,
        /// Why, when it was said.
        mark: Option<Mark>,
        /// The words.
        text: String,
    },
    /// A value from a record, by its name (`case.reference`).
    Fact(String),
}

/// A text of plain, marked and fact spans; parsing cannot fail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Type)]
#[specta(type = String)]
pub struct Text(pub Vec<Span>);

impl Text {
    /// A text of one plain span.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Span::Plain(text.into())])
    }

    /// Reads the notation; what does not close is plain text.
    pub fn parse(source: &str) -> Self {
        let mut spans = Vec::new();
        let mut plain = String::new();
        let mut rest = source;
        while !rest.is_empty() {
            let bare = rest.trim_start_matches('\\');
            let n_slashes = rest.len() - bare.len();
            if n_slashes > 0 && (bare.starts_with("[[") || bare.starts_with("{{")) {
                // Two backslashes are one; an odd one makes the brackets plain.
                plain.extend(std::iter::repeat_n('\\', n_slashes / 2));
                rest = bare;
                if n_slashes % 2 == 1 {
                    plain.push_str(&bare[..2]);
                    rest = &bare[2..];
                }
            } else if let Some((inner, after)) = enclosed(rest, "[[", "]]") {
                let (audience, mark, text) = inner
                    .split_once('|')
                    .and_then(|(head, text)| head_of(head).map(|(who, mark)| (who, mark, text)))
                    .unwrap_or((Audience::InternalTeam, None, inner));
                flush(&mut spans, &mut plain);
                spans.push(Span::Marked { audience, mark, text: text.to_owned() });
                rest = after;
            } else if let Some((inner, after)) = enclosed(rest, "{{", "}}") {
                flush(&mut spans, &mut plain);
                spans.push(Span::Fact(inner.trim().to_owned()));
                rest = after;
            } else {
                let (run, after) = rest.split_at(end_of_run(rest));
                plain.push_str(run);
                rest = after;
            }
        }
        flush(&mut spans, &mut plain);
        Self(spans)
    }
}

/// Where, behind its first character, the next sign stands that may mean something.
fn end_of_run(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    text[first..].find(['\\', '[', '{']).map_or(text.len(), |at| first + at)
}

/// Reads what stands before the bar: an audience, a mark, or both with a comma between them.
fn head_of(head: &str) -> Option<(Audience, Option<Mark>)> {
    if let Some(mark) = Mark::from_word(head.trim()) {
        return Some((mark.audience(), Some(mark)));
    }
    if let Some((audience, mark)) = head.rsplit_once(',')
        && let Some(mark) = Mark::from_word(mark.trim())
    {
        return Some((audience.trim().parse().ok()?, Some(mark)));
    }
    Some((head.trim().parse().ok()?, None))
}

fn enclosed<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str)> {
    let (inner, after) = text.strip_prefix(open)?.split_once(close)?;
    (!inner.trim().is_empty()).then_some((inner, after))
}

fn flush(spans: &mut Vec<Span>, plain: &mut String) {
    if !plain.is_empty() {
        spans.push(Span::Plain(std::mem::take(plain)));
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut spans = self.0.iter().peekable();
        while let Some(span) = spans.next() {
            match span {
                Span::Plain(text) => f.write_str(&escape(text, spans.peek().is_some()))?,
                Span::Marked { audience, mark: Some(mark), text }
                    if *audience == mark.audience() =>
                {
                    write!(f, "[[{}|{text}]]", mark.word())?;
                }
                Span::Marked { audience, mark: Some(mark), text } => {
                    write!(f, "[[{audience},{}|{text}]]", mark.word())?;
                }
                // A bar in the words would be read as the end of an audience.
                Span::Marked { audience: Audience::InternalTeam, mark: None, text }
                    if !text.contains('|') =>
                {
                    write!(f, "[[{text}]]")?;
                }
                Span::Marked { audience, mark: None, text } => write!(f, "[[{audience}|{text}]]")?,
                Span::Fact(name) => write!(f, "{{{{{name}}}}}")?,
            }
        }
        Ok(())
    }
}

/// Plain text in the notation: brackets get a backslash, and backslashes that stand before
/// brackets, or (`before_span`) before the next span, are doubled.
fn escape(text: &str, before_span: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let bare = rest.trim_start_matches('\\');
        let slashes = &rest[..rest.len() - bare.len()];
        out.push_str(slashes);
        if bare.starts_with("[[") || bare.starts_with("{{") {
            out.push_str(slashes);
            out.push('\\');
            out.push_str(&bare[..2]);
            rest = &bare[2..];
        } else if bare.is_empty() {
            if before_span {
                out.push_str(slashes);
            }
            rest = bare;
        } else {
            let (run, after) = bare.split_at(end_of_run(bare));
            out.push_str(run);
            rest = after;
        }
    }
    out
}

impl FromStr for Text {
    type Err = Infallible;
    fn from_str(source: &str) -> Result<Self, Infallible> {
        Ok(Self::parse(source))
    }
}

impl Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|source| Self::parse(&source))
    }
}
