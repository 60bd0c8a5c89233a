//! What a person may ask for in one line: words, `"whole words in this order"`, `field:value`.
//!
//! Any text is a query. A word of three characters and more is looked for anywhere, also inside
//! other words; a shorter one is a word of its own, or the beginning of one while it is typed.
//! What looks like a filter and is none (`foo:bar`) is text.

/// From a line to a query.
mod parse;

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::{CaseRef, Category, Severity, Status, words},
    id::Malformed,
    time::Timestamp,
};

words! {
    /// What can be found.
    SearchKind {
        /// A case.
        Case = "case", "Case";
        /// A report.
        Report = "report", "Report";
        /// A note on a case.
        Note = "note", "Note";
        /// What a person saw at an address.
        Sighting = "sighting", "Sighting";
        /// A decision.
        Decision = "decision", "Decision";
        /// A mitigation.
        Mitigation = "mitigation", "Mitigation";
        /// What we wrote to somebody.
        Response = "response", "Response";
        /// Any other document.
        Document = "document", "Document";
        /// A value that we are asked to act on.
        Target = "target", "Target";
        /// What the world answered about a host, an address or a name.
        Answer = "answer", "Answer";
        /// A value that a person added to a case.
        Observable = "observable", "Observable";
        /// Somebody in a case.
        Person = "person", "Person";
        /// A customer of ours.
        Account = "account", "Account";
    }
}

/// One thing that has to be in whatever is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// One of these spellings, anywhere, also inside a word; each has three characters or more.
    Anywhere(Vec<String>),
    /// Whole words in this order; the last one may be a beginning.
    Words {
        /// The words.
        text: String,
        /// Whether a word that only begins like the last one will do.
        is_beginning: bool,
    },
}

/// A query: every term, and for each field that is filled one of its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What has to be in it.
    pub terms: Vec<Term>,
    /// `kind:note`.
    pub kinds: Vec<SearchKind>,
    /// `category:phishing`, of its case.
    pub categories: Vec<Category>,
    /// `severity:high`, of its case.
    pub severities: Vec<Severity>,
    /// `status:waiting`, of its case.
    pub statuses: Vec<Status>,
    /// `case:ESC-2026-0042`.
    pub cases: Vec<CaseRef>,
    /// `after:2026-10-01`: on that day or later, UTC.
    pub after: Option<Timestamp>,
    /// `before:2026-10-01`: on an earlier day, UTC.
    pub before: Option<Timestamp>,
    /// Whether something was written that nothing can have, such as a lone hyphen.
    pub is_void: bool,
}

impl Query {
    /// Reads any text; spellings are folded to the plain one first.
    pub fn parse(text: &str) -> Self {
        parse::parse(text)
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Lets each word also be found in another spelling.
    pub fn also(&mut self, spelling: impl Fn(&str) -> Option<String>) {
        for term in &mut self.terms {
            if let Term::Anywhere(spellings) = term {
                let more: Vec<_> = spellings.iter().filter_map(|it| spelling(it)).collect();
                for it in more {
                    if !spellings.contains(&it) {
                        spellings.push(it);
                    }
                }
            }
        }
    }
}

/// A run of text in a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Part {
    /// The words.
    pub text: String,
    /// Whether the query asked for them.
    pub is_match: bool,
}

#[cfg(test)]
mod tests;
