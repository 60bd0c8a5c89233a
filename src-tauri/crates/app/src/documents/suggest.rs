//! What should perhaps be withheld: values of the record that stand in text this reader gets.

use std::collections::{BTreeSet, HashSet};

use farol_model::{
    document::{Audience, Block, Document, Mark, Span, sees, telling},
    observable::beside,
};

use super::CaseFile;
use crate::view::Suggestion;

/// Ends of host names that only mean something inside.
const INSIDE: [&str; 6] = [".internal", ".corp", ".local", ".lan", ".intranet", ".localdomain"];

/// Words that say somebody may not be told of a matter.
const GAGGED: [&str; 7] = [
    "court order",
    "subpoena",
    "search warrant",
    "non-disclosure order",
    "sealed",
    "law enforcement",
    "police",
];

/// Suggestions for the text that `reader` gets; `others` are the names and ids of other customers, `told`
/// the addresses that this reader is written to about.
pub(super) fn suggestions(
    document: &Document,
    file: &CaseFile,
    others: &[String],
    told: &[&str],
    reader: &Audience,
) -> Vec<Suggestion> {
    if reader.is_internal() {
        return Vec::new();
    }
    let hidden = document.blocks.iter().filter(|it| !sees(reader, &it.audience)).map(plain);
    let hidden: BTreeSet<String> =
        hidden.flat_map(|text| telling(&text).map(str::to_lowercase).collect::<Vec<_>>()).collect();
    let visible: Vec<(&Block, String)> = document
        .blocks
        .iter()
        .filter(|it| sees(reader, &it.audience))
        .map(|it| (it, plain(it)))
        .collect();
    // A desk has many customers, and a text names few of them.
    let lower: Vec<String> = visible.iter().map(|(_, text)| text.to_ascii_lowercase()).collect();
    let there: HashSet<&str> = lower.iter().flat_map(|it| words(it)).collect();
    let may_stand = |name: &&String| words(&name.to_ascii_lowercase()).all(|it| there.contains(it));
    let others: Vec<&String> = others.iter().filter(may_stand).collect();
    let mut found = Vec::new();
    for (block, text) in visible {
        let mut seen = BTreeSet::new();
        let mut suggest = |words: &str, mark: Option<Mark>, why: &str| {
            if !words.trim().is_empty() && seen.insert(words.to_lowercase()) {
                found.push(Suggestion {
                    block: block.id,
                    words: words.to_owned(),
                    mark: mark.map(|it| it.word().to_owned()),
                    why: why.to_owned(),
                });
            }
        };
        let beside = beside(&text, told);
        let (beside, all) = (Looked::through(&beside), Looked::through(&text));
        for name in &others {
            if let Some(words) = beside.occurrence(name) {
                suggest(words, Some(Mark::ThirdParty), "another customer");
            }
        }
        for member in &file.members {
            if let Some(words) = all.occurrence(&member.name) {
                suggest(words, Some(Mark::Personal), "somebody who works here: name the role");
            }
        }
        if *reader != Audience::Reporter {
            for report in &file.reports {
                for person in [&report.parsed.reporter, &report.parsed.sender] {
                    for value in [&person.name, &person.address].into_iter().flatten() {
                        if let Some(words) = all.occurrence(value) {
                            suggest(words, Some(Mark::Personal), "who reported it");
                        }
                    }
                }
            }
        }
        for ticket in &file.case.facts.tickets {
            if let Some(words) = all.occurrence(ticket) {
                suggest(words, None, "a ticket number of ours");
            }
        }
        for word in text.split(|c: char| c.is_whitespace() || ",;()\"".contains(c)) {
            let bare = word.trim_end_matches(['.', ':']);
            let lower = bare.to_lowercase();
            if INSIDE.iter().any(|end| lower.ends_with(end)) {
                suggest(bare, None, "a host inside our network");
            }
            if is_rule_id(&lower) {
                suggest(bare, None, "the id of a detection rule");
            }
        }
        for word in telling(&text) {
            if hidden.contains(&word.to_lowercase()) {
                suggest(word, None, "it also stands in text that this reader does not get");
            }
        }
        for phrase in GAGGED {
            if let Some(words) = all.occurrence(phrase) {
                suggest(
                    words,
                    Some(Mark::LawEnforcement),
                    "a matter that may be under an order not to tell",
                );
            }
        }
    }
    found
}

/// `rule-4711`, `waf_rule_12`, `sig:99`: a word for a rule, and a number.
fn is_rule_id(word: &str) -> bool {
    ["rule", "sig", "signature", "waf", "yara", "detect"].iter().any(|it| word.starts_with(it))
        && word.contains(['-', '_', '#', ':'])
        && word.ends_with(|c: char| c.is_ascii_digit())
}

/// A text in which many words are looked for.
struct Looked<'a> {
    text: &'a str,
    lower: String,
}

impl<'a> Looked<'a> {
    fn through(text: &'a str) -> Self {
        Self { text, lower: text.to_ascii_lowercase() }
    }

    /// The words as they stand in the text, when `value` is there as whole words.
    fn occurrence(&self, value: &str) -> Option<&'a str> {
        let Self { text, lower } = self;
        let value = value.trim();
        if value.chars().count() < 3 {
            return None;
        }
        let wanted = value.to_ascii_lowercase();
        let mut from = 0;
        while let Some(at) = lower[from..].find(&wanted).map(|at| at + from) {
            let end = at + wanted.len();
            let before = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let after = text[end..].chars().next().is_none_or(|c| !c.is_alphanumeric());
            if before && after {
                return Some(&text[at..end]);
            }
            from = end;
        }
        None
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty())
}

/// What of a block is not marked yet.
fn plain(block: &Block) -> String {
    let mut out = String::new();
    for text in block.content.texts() {
        for span in &text.0 {
            match span {
                Span::Plain(text) => out.push_str(text),
                Span::Marked { .. } | Span::Fact(_) => out.push('\n'),
            }
        }
        out.push('\n');
    }
    out
}
