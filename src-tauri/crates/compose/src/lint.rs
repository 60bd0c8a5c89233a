//! Words that do harm: a second reader who never tires.
//!
//! A finding is a suggestion with a reason; nothing here blocks or rewrites. Blocks for counsel
//! are counsel's business and are only read for placeholders.

use std::{collections::BTreeMap, sync::LazyLock};

use farol_model::{
    document::{Audience, Block, Content, Document, DocumentKind, Span, Text, addressee, sees},
    id::BlockId,
    observable::beside,
    report::Consent,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    Material, facts, view,
    words::{Vocabulary, finds, live_links, lower, placeholders, sentences},
};

/// What kind of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LintKind {
    /// Somebody is judged.
    Blame,
    /// An assumption without saying how sure.
    Speculation,
    /// A legal conclusion.
    Admission,
    /// A link or host that can be opened by accident.
    LiveIndicator,
    /// A gap that somebody still has to fill.
    Placeholder,
    /// A person's name where the cause is explained.
    NameInCause,
    /// Another customer's name.
    OtherAccount,
    /// Who reported, where the reporter did not agree.
    ReporterIdentity,
    /// A fact that this case does not have; it would stop the export.
    UnknownFact,
    /// A section that such a document needs.
    MissingSection,
    /// Words that make an angry reader angrier.
    Tone,
    /// A sentence that has to be read twice.
    HardToRead,
    /// More than its reader will read.
    TooLong,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LintFinding {
    /// The block; none when something is missing.
    pub block: Option<BlockId>,
    /// What kind.
    pub kind: LintKind,
    /// The words it is about, as they are written.
    pub words: String,
    /// Why it does harm.
    pub why: String,
    /// What to write instead.
    pub suggestion: String,
}

#[derive(Deserialize)]
pub(crate) struct Phrases {
    pub(crate) kind: LintKind,
    pub(crate) phrases: Vec<String>,
    pub(crate) why: String,
    pub(crate) suggestion: String,
}

pub(crate) static PHRASES: LazyLock<Vec<Phrases>> = LazyLock::new(|| {
    let mut all: Vec<Phrases> = serde_json::from_str(include_str!("lint/phrases.json"))
        .expect("the shipped phrases are read by every lint test");
    all.iter_mut().flat_map(|it| &mut it.phrases).for_each(|it| *it = lower(it));
    all
});
/// Beside one of these, an assumption says how sure it is.
const SURE: [&str; 4] = ["confidence", "evidence shows", "confiança", "a prova mostra"];

/// A sentence of more words has to be read twice.
pub(crate) const MAX_SENTENCE_WORDS: usize = 36;

/// Reads a document again: what stands around it, then block by block; findings in reading order, missing sections
/// last.
pub fn lint(document: &Document, material: &Material) -> Vec<LintFinding> {
    let mut reader = Reader {
        material,
        facts: facts(material),
        is_letter: document.kind == DocumentKind::Response && !document.audience.is_internal(),
        in_cause: false,
        findings: vec![],
    };
    reader.envelope(document);
    for block in &document.blocks {
        reader.block(block);
    }
    reader.sections(document);
    reader.length(document);
    reader.findings
}

struct Reader<'a> {
    material: &'a Material<'a>,
    facts: BTreeMap<String, String>,
    /// Whether somebody outside gets it as a letter.
    is_letter: bool,
    /// Whether the current section explains why something happened.
    in_cause: bool,
    findings: Vec<LintFinding>,
}

impl Reader<'_> {
    /// What stands around a letter: gaps of its subject, where the case's number stands in brackets, too,
    /// and what no mail program sends to.
    fn envelope(&mut self, document: &Document) {
        let Some(envelope) = &document.envelope else { return };
        let mut find = |words: &str, why: &str, suggestion: &str| {
            self.findings.push(LintFinding {
                block: None,
                kind: LintKind::Placeholder,
                words: words.to_owned(),
                why: why.to_owned(),
                suggestion: suggestion.to_owned(),
            });
        };
        for part in envelope.parts().filter(|it| addressee(it).is_none()) {
            let why = "It is no mail address, so the draft goes to nobody of that name.";
            find(part, why, "Write name@host, several with commas.");
        }
        if envelope.subject.trim().is_empty() {
            find("subject", "A letter without a subject is overlooked.", "Say what it is about.");
        }
        // What they wrote in brackets themselves, and the case's number, are no gaps of ours.
        let reference = format!("[{}]", self.material.case.reference);
        let reports = self.material.reports;
        let theirs = |gap: &str| reports.iter().any(|it| it.parsed.subject.contains(gap));
        let gaps = placeholders(&envelope.subject).into_iter();
        for gap in gaps.filter(|it| *it != reference && !theirs(it)) {
            let why = "Somebody still has to fill this in, in the subject.";
            find(gap, why, "Fill it in, or delete it.");
        }
    }

    fn block(&mut self, block: &Block) {
        if let Content::Heading { text } = &block.content {
            let heading = words_of(text).to_lowercase();
            self.in_cause = [
                "cause",
                "why it happened",
                "what happened",
                "contributing",
                "causa",
                "porque aconteceu",
                "o que aconteceu",
            ]
            .iter()
            .any(|it| heading.contains(it));
        }
        let mut texts: Vec<String> = block.content.texts().into_iter().map(words_of).collect();
        if let Content::Action { owner, due, .. } = &block.content {
            texts.extend([owner.clone(), due.clone()]);
        }
        for name in block.content.texts().into_iter().flat_map(|it| &it.0).filter_map(fact_name) {
            if !self.facts.contains_key(name) {
                self.unknown_fact(block.id, name);
            }
        }
        for text in &texts {
            for (open, close) in [("[[", "]]"), ("{{", "}}")] {
                if text.contains(open) {
                    self.find(
                        block.id,
                        LintKind::Placeholder,
                        open,
                        "It was opened and not closed, so its words are printed as they stand.",
                        &format!("Close it with {close}, or take it away."),
                    );
                }
            }
            for found in placeholders(text) {
                self.find(
                    block.id,
                    LintKind::Placeholder,
                    found,
                    "Somebody still has to fill this in.",
                    "Fill it in, or delete it.",
                );
            }
            if block.audience != Audience::PrivilegedLegal {
                self.phrases(block.id, text);
                self.indicators(block.id, text);
                self.names(block, text);
            }
        }
    }

    fn phrases(&mut self, block: BlockId, text: &str) {
        let lower = lower(text);
        let there = Vocabulary::of(&lower);
        let sure: Vec<&str> = SURE.into_iter().filter(|it| there.may_have(it)).collect();
        let rules: Vec<(&Phrases, Vec<&String>)> = PHRASES
            .iter()
            .map(|rule| (rule, rule.phrases.iter().filter(|it| there.may_have(it)).collect()))
            .collect();
        for sentence in sentences(text) {
            let n_words = sentence.split_whitespace().count();
            if n_words > MAX_SENTENCE_WORDS {
                let begins: Vec<&str> = sentence.split_whitespace().take(6).collect();
                self.find(
                    block,
                    LintKind::HardToRead,
                    &format!("{} …", begins.join(" ")),
                    &format!(
                        "This sentence has {n_words} words; most readers lose it after thirty."
                    ),
                    "Make two of it, the more important one first.",
                );
            }
            let sure = sure.iter().any(|it| !finds(sentence, it).is_empty());
            for (rule, phrases) in &rules {
                let does_not_apply = match rule.kind {
                    LintKind::Speculation => sure,
                    LintKind::Tone => !self.is_letter,
                    _ => false,
                };
                if does_not_apply {
                    continue;
                }
                for found in phrases.iter().flat_map(|phrase| finds(sentence, phrase)) {
                    self.find(block, rule.kind, found, &rule.why, &rule.suggestion);
                }
            }
        }
    }

    fn indicators(&mut self, block: BlockId, text: &str) {
        let why = "It can be opened by accident, and mail programs turn it into a link.";
        let links = live_links(text);
        for link in &links {
            let defanged = farol_model::observable::defang(link);
            self.find(block, LintKind::LiveIndicator, link, why, &format!("Write {defanged}"));
        }
        let rest = links.iter().fold(text.to_owned(), |rest, link| rest.replace(link, " "));
        for target in self.material.targets {
            let values = [Some(target.observable.value.as_str()), target.observable.host()];
            let live =
                values.into_iter().flatten().find_map(|it| finds(&rest, it).first().copied());
            if let Some(live) = live {
                let defanged = farol_model::observable::defang(live);
                self.find(block, LintKind::LiveIndicator, live, why, &format!("Write {defanged}"));
            }
        }
    }

    fn names(&mut self, block: &Block, text: &str) {
        let case = &self.material.case.facts;
        if self.in_cause {
            let people = case.people.iter().map(|it| it.name.as_str());
            for name in self.material.members.iter().map(|it| it.name.as_str()).chain(people) {
                for found in mentions(text, name) {
                    self.find(block.id, LintKind::NameInCause, found,
                        "A cause is a condition, not a person.",
                        "Name the role and the system: \"the operator on call\", \"the abuse console\".");
                }
            }
        }
        if block.audience.is_internal() {
            return;
        }
        let told =
            matches!(block.audience, Audience::Reporter | Audience::Host | Audience::Authority);
        // A customer's name is often a part of an address, and whoever is written to about it knows it.
        let targets = self.material.targets.iter().filter(|_| told);
        let addresses: Vec<&str> = targets.map(|it| it.observable.value.as_str()).collect();
        let beside = beside(text, &addresses);
        for account in &case.accounts {
            let own = matches!(&block.audience, Audience::Customer(id) if *id == account.id);
            if !own {
                for found in finds(&beside, &account.name) {
                    self.find(
                        block.id,
                        LintKind::OtherAccount,
                        found,
                        "This reader must not learn who else is our customer.",
                        "Write \"another customer\", or leave it out.",
                    );
                }
            }
        }
        if view::is_operator_side(&block.audience) {
            let reports = self.material.reports.iter().filter(|it| it.consent != Consent::Named);
            let who = reports.flat_map(|it| [&it.parsed.reporter, &it.parsed.sender]);
            let values = who.flat_map(|it| [it.name.as_deref(), it.address.as_deref()]).flatten();
            let mut said: Vec<&str> = values.flat_map(|value| finds(text, value)).collect();
            said.dedup();
            for found in said {
                self.find(
                    block.id,
                    LintKind::ReporterIdentity,
                    found,
                    "The reporter did not agree to be named.",
                    "Write \"the reporter\", or ask them first.",
                );
            }
        }
    }

    fn sections(&mut self, document: &Document) {
        let Some((template, ..)) = self.material.templates.find(&document.template) else { return };
        for required in template.required_headings() {
            let at = document.blocks.iter().position(|block| {
                matches!(&block.content, Content::Heading { text }
                    if words_of(text).trim().eq_ignore_ascii_case(required))
            });
            let follows = at.and_then(|at| document.blocks.get(at + 1));
            let filled = follows.is_some_and(|it| !matches!(it.content, Content::Heading { .. }));
            if !filled {
                self.findings.push(LintFinding {
                    block: at.map(|at| document.blocks[at].id),
                    kind: LintKind::MissingSection,
                    words: required.to_owned(),
                    why: "Readers look for this section, and its absence says something too."
                        .into(),
                    suggestion: format!(
                        "Add \"{required}\", if only to say that there is nothing."
                    ),
                });
            }
        }
    }

    /// Counts what the document's own reader gets to read.
    fn length(&mut self, document: &Document) {
        let template = self.material.templates.find(&document.template);
        let Some(limit) = template.and_then(|(template, ..)| template.max_words) else { return };
        let read = document.blocks.iter().filter(|it| sees(&document.audience, &it.audience));
        let texts = read.flat_map(|block| block.content.texts());
        let n_words: usize = texts.map(|it| words_of(it).split_whitespace().count()).sum();
        if n_words > limit as usize {
            self.findings.push(LintFinding {
                block: None,
                kind: LintKind::TooLong,
                words: format!("{n_words} words"),
                why: format!("Readers of such a document read about {limit} words."),
                suggestion: "Move detail to an attachment or to the analysis, or leave it out."
                    .into(),
            });
        }
    }

    fn unknown_fact(&mut self, block: BlockId, name: &str) {
        self.find(
            block,
            LintKind::UnknownFact,
            name,
            "This case has no such value; the export would stop here.",
            "Record the value on the case, or write the words out.",
        );
    }

    /// The same words in the same block are told once, however often they stand there.
    fn find(&mut self, block: BlockId, kind: LintKind, words: &str, why: &str, suggestion: &str) {
        let finding = LintFinding {
            block: Some(block),
            kind,
            words: words.to_owned(),
            why: why.to_owned(),
            suggestion: suggestion.to_owned(),
        };
        let of_block = self.findings.iter().rev().take_while(|it| it.block == finding.block);
        if of_block.into_iter().all(|it| *it != finding) {
            self.findings.push(finding);
        }
    }
}

/// The words a person wrote, marked ones too; a fact's value is not one of them.
fn words_of(text: &Text) -> String {
    let words = text.0.iter().map(|span| match span {
        Span::Plain(text) | Span::Marked { text, .. } => text.as_str(),
        Span::Fact(_) => " ",
    });
    words.collect()
}

fn fact_name(span: &Span) -> Option<&str> {
    match span {
        Span::Fact(name) => Some(name),
        _ => None,
    }
}

/// A full name, or the first or last part of one.
fn mentions<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let whole = finds(text, name);
    if !whole.is_empty() {
        return whole;
    }
    let parts = name.split_whitespace().filter(|part| part.chars().count() >= 3);
    parts
        .flat_map(|part| finds(text, part))
        .filter(|found| found.chars().next().is_some_and(char::is_uppercase))
        .collect()
}

#[cfg(test)]
mod tests;
