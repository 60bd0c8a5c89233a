//! What is wrong with a template, and what could be better: read at every save.
//!
//! What would stop a letter later stops the save: a name that no case has, a condition that cannot be
//! read, a reader that does not exist. What only reads badly is a suggestion.

use std::collections::BTreeSet;

use farol_model::document::{DocumentKind, Language};
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use super::{Reader, Template, TemplateContent};
use crate::{
    lint::{LintKind, MAX_SENTENCE_WORDS, PHRASES},
    words::{finds, live_links, sentences},
};

/// Larger ones are no letter.
const MAX_BYTES: usize = 256 << 10;
const MAX_BLOCKS: usize = 200;

/// What templates may ask for; `compose::view` gives it.
pub(crate) const VALUES: &[&str] = &[
    "account.name",
    "case.jurisdiction",
    "case.legal_bases",
    "case.severity",
    "case.severity_reason",
    "case.status",
    "case.tickets",
    "case.title",
    "case.waiting_on",
    "category",
    "category_words",
    "hosts",
    "in_force",
    "lifted",
    "n_clocks",
    "n_clocks_missed",
    "n_decisions",
    "n_evidence",
    "n_gone",
    "n_mitigated",
    "n_mitigations",
    "n_pending",
    "n_reports",
    "n_standing",
    "n_standing_hosts",
    "n_story",
    "n_targets",
    "now",
    "other_accounts",
    "previous",
    "reporter.name",
    "reporter.reference",
    "severity_words",
    "status_words",
    "targets_omitted",
];

/// What `fact(…)` may name; `compose::facts` gives them, when the case has them.
pub(crate) const FACTS: &[&str] = &[
    "account.count",
    "account.id",
    "account.name",
    "case.category",
    "case.jurisdiction",
    "case.opened_at",
    "case.reference",
    "case.severity",
    "case.status",
    "case.title",
    "mitigation.count",
    "mitigation.from",
    "mitigation.until",
    "report.count",
    "report.received_at",
    "report.reference",
    "target.count",
];

/// One thing about a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TemplateFinding {
    /// The block, counted from 1; none for the template as a whole.
    pub block: Option<u32>,
    /// The words it is about.
    pub words: String,
    /// What is wrong with them.
    pub why: String,
    /// Whether it cannot be saved like this.
    pub stops: bool,
}

/// The id that a template gives itself, when it can be read.
pub fn template_id(source: &str) -> Option<String> {
    serde_json::from_str::<Template>(source).ok().map(|it| it.id)
}

/// Reads a template; what stops it first.
pub fn lint_template(source: &str) -> Vec<TemplateFinding> {
    let mut check = Check { findings: Vec::new() };
    if source.len() > MAX_BYTES {
        check.stop(None, "", "It is larger than a letter can be.");
        return check.findings;
    }
    match serde_json::from_str::<Template>(source) {
        Ok(template) => {
            if let Ok(value) = serde_json::from_str(source) {
                check.keys(&value);
            }
            check.template(&template);
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            check.stop(
                None,
                "",
                &format!("It cannot be read, line {line}, column {column}: {error}."),
            );
        }
    }
    check.findings.sort_by_key(|it| !it.stops);
    check.findings
}

struct Check {
    findings: Vec<TemplateFinding>,
}

impl Check {
    fn say(&mut self, block: Option<u32>, words: &str, why: &str, stops: bool) {
        let (words, why) = (words.to_owned(), why.to_owned());
        self.findings.push(TemplateFinding { block, words, why, stops });
    }

    fn stop(&mut self, block: Option<u32>, words: &str, why: &str) {
        self.say(block, words, why, true);
    }

    /// A key that nobody reads is a slip of the pen.
    fn keys(&mut self, value: &Value) {
        const WHOLE: &[&str] = &[
            "id",
            "kind",
            "label",
            "language",
            "audience",
            "version",
            "title",
            "subject",
            "answers_report",
            "max_words",
            "blocks",
        ];
        const BLOCK: &[&str] = &[
            "audience",
            "when",
            "required",
            "compare",
            "calm",
            "heading",
            "paragraph",
            "callout",
            "list",
            "facts",
            "table",
            "action",
            "rows",
        ];
        let unknown = |value: &Value, known: &[&str]| -> Vec<String> {
            let keys = value.as_object().into_iter().flat_map(|it| it.keys());
            keys.filter(|it| !known.contains(&it.as_str())).cloned().collect()
        };
        for key in unknown(value, WHOLE) {
            self.stop(None, &key, "A template has no such key.");
        }
        let blocks = value.get("blocks").and_then(Value::as_array);
        for (n, block) in (1..).zip(blocks.into_iter().flatten()) {
            for key in unknown(block, BLOCK) {
                self.stop(Some(n), &key, "A block has no such key.");
            }
        }
    }

    fn template(&mut self, it: &Template) {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if it.id.is_empty() || it.id.len() > 60 || !it.id.chars().all(plain) {
            self.stop(None, &it.id, "An id is small letters, digits and hyphens.");
        }
        if (it.language == Language::Portuguese) != it.id.ends_with("-pt") {
            self.stop(None, &it.id, "Ids of Portuguese templates end with -pt, and no others.");
        }
        if it.label.trim().is_empty() {
            self.stop(None, "label", "People choose it by its label.");
        }
        if it.blocks.is_empty() || it.blocks.len() > MAX_BLOCKS {
            self.stop(None, "blocks", "It has no blocks, or too many.");
        }
        self.reader(None, &it.audience);
        self.asks(None, &it.title);
        if let Some(subject) = &it.subject {
            self.asks(None, subject);
        }
        let is_letter = it.kind == DocumentKind::Response;
        let outside = it.audience.audience(Some("*")).is_some_and(|it| !it.is_internal());
        let mut n_words = 0;
        for (n, block) in (1..).zip(&it.blocks) {
            self.reader(Some(n), &block.audience);
            if let Some(condition) = &block.when {
                self.condition(n, condition);
            }
            for content in std::iter::once(&block.content).chain(&block.calm) {
                self.content(n, content);
                for text in content.strings() {
                    self.reads(n, &said(text), is_letter && outside);
                }
            }
            let texts = block.content.strings();
            n_words += texts.iter().map(|it| said(it).split_whitespace().count()).sum::<usize>();
        }
        if let Some(limit) = it.max_words
            && n_words > limit as usize
        {
            let why = format!("Its own words are more than the {limit} that it allows itself.");
            self.say(None, &format!("{n_words} words"), &why, false);
        }
    }

    fn reader(&mut self, block: Option<u32>, reader: &Reader) {
        if reader.audience(Some("*")).is_none() {
            self.stop(
                block,
                &reader.0,
                "There is no such reader: privileged_legal, internal_team, internal_company, exec, \
                 customer, reporter, host, authority, regulator or public.",
            );
        }
    }

    fn content(&mut self, n: u32, content: &TemplateContent) {
        for text in content.strings() {
            self.asks(Some(n), text);
        }
        if let TemplateContent::Table { header, rows } = content
            && rows.iter().any(|row| row.len() != header.len())
        {
            self.stop(Some(n), "table", "Its rows have not as many cells as its heading.");
        }
    }

    /// Whether a string can be filled, as far as can be said without a case.
    fn asks(&mut self, block: Option<u32>, text: &str) {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        match environment.template_from_str(text) {
            Ok(template) => self.names(block, text, template.undeclared_variables(true)),
            Err(error) => {
                self.stop(block, text, &format!("It cannot be filled: {}.", error.kind()));
            }
        }
        for name in facts_in(text) {
            if !FACTS.contains(&name) {
                self.stop(
                    block,
                    name,
                    &format!("There is no such fact; there are {}.", FACTS.join(", ")),
                );
            }
        }
    }

    fn condition(&mut self, n: u32, condition: &str) {
        let environment = Environment::new();
        match environment.compile_expression(condition) {
            Ok(expression) => {
                self.names(Some(n), condition, expression.undeclared_variables(true));
            }
            Err(error) => {
                let why = format!("The condition cannot be read: {}.", error.kind());
                self.stop(Some(n), condition, &why);
            }
        }
    }

    fn names(&mut self, block: Option<u32>, text: &str, asked: impl IntoIterator<Item = String>) {
        let asked: BTreeSet<String> = asked.into_iter().collect();
        for name in asked {
            let inside =
                |known: &&str| known.strip_prefix(&*name).is_some_and(|it| it.starts_with('.'));
            let known = VALUES.contains(&name.as_str()) || VALUES.iter().any(inside);
            // The one function, and what loops know.
            if !known && !["fact", "loop"].contains(&name.split('.').next().unwrap_or_default()) {
                let why = format!("No case has a value {name}; there are {}.", VALUES.join(", "));
                self.stop(block, text, &why);
            }
        }
    }

    /// How its own words read.
    fn reads(&mut self, n: u32, text: &str, is_letter: bool) {
        for sentence in sentences(text) {
            let n_words = sentence.split_whitespace().count();
            if n_words > MAX_SENTENCE_WORDS {
                let begins: Vec<&str> = sentence.split_whitespace().take(6).collect();
                let why = format!(
                    "This sentence has {n_words} words; most readers lose it after thirty."
                );
                self.say(Some(n), &format!("{} …", begins.join(" ")), &why, false);
            }
            for rule in PHRASES.iter().filter(|it| is_letter || it.kind != LintKind::Tone) {
                for found in rule.phrases.iter().flat_map(|phrase| finds(sentence, phrase)) {
                    let why = format!("{} {}", rule.why, rule.suggestion);
                    self.say(Some(n), found, &why, false);
                }
            }
        }
        for link in live_links(text) {
            self.say(
                Some(n),
                link,
                "Mail programs turn it into a link that opens by accident.",
                false,
            );
        }
    }
}

/// The template's own words, without what is filled in.
fn said(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let end = if tag.starts_with("{{") { "}}" } else { "%}" };
        let filled = tag.starts_with("{{") || tag.starts_with("{%");
        match tag.find(end).filter(|_| filled) {
            Some(to) => {
                out.push_str(if tag.starts_with("{{") { "…" } else { "" });
                rest = &tag[to + 2..];
            }
            None => {
                out.push('{');
                rest = &tag[1..];
            }
        }
    }
    out + rest
}

/// The names in `fact('…')`.
fn facts_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("fact(") {
        rest = &rest[at + 5..];
        let quoted = rest.trim_start();
        let Some(quote) = quoted.chars().next().filter(|it| ['\'', '"'].contains(it)) else {
            continue;
        };
        let inside = &quoted[1..];
        let Some(end) = inside.find(quote) else { continue };
        found.push(&inside[..end]);
        rest = &inside[end..];
    }
    found
}
