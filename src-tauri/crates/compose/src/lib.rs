//! Facts and a template become a document; a document is read again for words that do harm.
//!
//! Knows our letters and analyses, their wording and their audiences. Pure: no files, no clock,
//! no randomness of its own, and no say in what a reader may see (that is `model::document`).

/// From a template and a case to blocks.
mod assemble;
/// Values by name, for text that refers to a record.
mod facts;
/// Filling our own templates, and only ours.
mod fill;
/// Words that do harm.
mod lint;
/// Why we did not act.
mod reasons;
/// Evidence and decisions, as blocks.
mod records;
/// The letters and analyses that ship.
mod template;
/// What a template may say about a case, already safe for its reader.
mod view;
/// Finding words in text.
mod words;

use farol_model::{
    case::{Case, Target},
    clock::Clock,
    decision::{Decision, Mitigation},
    document::Language,
    evidence::HeldEvidence,
    id::EntryId,
    lookup::ProviderVerdict,
    member::Member,
    report::Report,
    time::Timestamp,
};

pub use self::{
    assemble::compose,
    facts::facts,
    lint::{LintFinding, LintKind, lint},
    records::{decision_block, evidence_block},
    template::{
        TemplateInfo, Templates,
        check::{TemplateFinding, lint_template, template_id},
        shipped_source,
    },
};

/// What is known about a case; everything that a document may be made of.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// What the document is written in, and with it the words of the record.
    pub language: Language,
    /// The case.
    pub case: &'a Case,
    /// What came in, oldest first; letters to the reporter answer the first.
    pub reports: &'a [Report],
    /// What we are asked to act on, with outcomes.
    pub targets: &'a [Target],
    /// Who provides what.
    pub verdicts: &'a [ProviderVerdict],
    /// Decisions, oldest first.
    pub decisions: &'a [Decision],
    /// What was done, oldest first.
    pub mitigations: &'a [Mitigation],
    /// Files that the case rests on.
    pub evidence: &'a [HeldEvidence],
    /// Deadlines.
    pub clocks: &'a [Clock],
    /// What happened, oldest first.
    pub story: &'a [StoryRow],
    /// Who works at the desk.
    pub members: &'a [Member],
    /// The templates as the team has them.
    pub templates: &'a Templates,
    /// The document of the same template before the one that is begun, for what is new since then.
    pub previous: Option<&'a farol_model::document::Document>,
}

/// One journal entry in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryRow {
    /// The entry.
    pub entry: EntryId,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened, one sentence.
    pub text: String,
    /// Whether it only keeps the record, and tells nobody what happened: a page put on a case, a clock started.
    pub routine: bool,
    /// Whether the matter was settled with it.
    pub resolves: bool,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// There is no template of that id.
    #[error("there is no such template")]
    UnknownTemplate,
    /// The template writes to a customer, and the case does not say which.
    #[error(
        "this document is for a customer: record the customer's account on the case first, then \
         begin it again"
    )]
    NoAccount,
    /// A template asks for something that this case does not have.
    #[error("the template {template} could not be filled ({reason})")]
    Template {
        /// Its id.
        template: String,
        /// What kind of problem, without case content.
        reason: String,
    },
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
