//! Text with marked spans and facts.
//!
//! One notation, the same in the journal and in a plain editor: `[[Contoso Bank]]` is seen by the
//! team only, `[[exec|forty thousand]]` by executives and whoever sees their text, and
//! `{{case.reference}}` is filled in at export. `\[[` and `\{{` are the characters themselves.
//! A person's text is never a template: an unknown fact stops the export, nothing is computed.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Audience;

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Seen by whoever sees the block.
    Plain(String),
    /// Seen only by those who see `audience`; others read `[withheld]`.
    Marked {
        /// Who sees it.
        audience: Audience,
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
            if let Some(escaped) = rest.strip_prefix('\\')
                && (escaped.starts_with("[[") || escaped.starts_with("{{"))
            {
                plain.push_str(&escaped[..2]);
                rest = &escaped[2..];
            } else if let Some((inner, after)) = enclosed(rest, "[[", "]]") {
                let (audience, text) = match inner.split_once('|') {
                    Some((audience, text)) => match audience.trim().parse() {
                        Ok(audience) => (audience, text),
                        Err(_) => (Audience::InternalTeam, inner),
                    },
                    None => (Audience::InternalTeam, inner),
                };
                flush(&mut spans, &mut plain);
                spans.push(Span::Marked { audience, text: text.to_owned() });
                rest = after;
            } else if let Some((inner, after)) = enclosed(rest, "{{", "}}") {
                flush(&mut spans, &mut plain);
                spans.push(Span::Fact(inner.trim().to_owned()));
                rest = after;
            } else {
                let mut chars = rest.chars();
                plain.extend(chars.next());
                rest = chars.as_str();
            }
        }
        flush(&mut spans, &mut plain);
        Self(spans)
    }
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
        self.0.iter().try_for_each(|span| match span {
            Span::Plain(text) => f.write_str(&text.replace("[[", "\\[[").replace("{{", "\\{{")),
            Span::Marked { audience: Audience::InternalTeam, text } => write!(f, "[[{text}]]"),
            Span::Marked { audience, text } => write!(f, "[[{audience}|{text}]]"),
            Span::Fact(name) => write!(f, "{{{{{name}}}}}"),
        })
    }
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
