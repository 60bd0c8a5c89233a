//! Facts that two desks changed without knowing of each other: both versions are kept, and a person
//! chooses.
//!
//! What commutes is merged and is no conflict: notes, answers, evidence, different fields, different
//! targets, words in a list. What is shown until somebody chooses is the same on every desk that
//! knows the same entries.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::{CaseFacts, Target},
    clock::Clock,
    document::{Block, Span, Text},
    id::{DeskId, EntryId, MemberId},
    journal::Action,
    report::Consent,
    time::Timestamp,
};

/// How much of a paragraph is shown of a version.
const EXCERPT_CHARS: usize = 200;

/// One fact as an action sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which fact; two actions with the same key on the same case set the same fact.
    pub key: String,
    /// The same for people.
    pub label: String,
    /// What it was, in words.
    pub was: String,
    /// What it is now, in words.
    pub is: String,
    /// What it is now, to be compared.
    pub value: String,
}

/// One desk's version of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Version {
    /// The entry that set it.
    pub entry: EntryId,
    /// The desk that wrote the entry.
    pub desk: DeskId,
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
    /// What it was before.
    pub was: String,
    /// What it is in this version.
    pub is: String,
}

/// A fact with more than one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Conflict {
    /// Which fact.
    pub key: String,
    /// The same for people.
    pub label: String,
    /// Two or more; the last is the one that screens show meanwhile.
    pub versions: Vec<Version>,
}

/// The fields of a case that are facts of their own, with what makes them one value.
type Field = (
    &'static str,
    &'static str,
    fn(&CaseFacts) -> (String, String),
    fn(&mut CaseFacts, &CaseFacts),
);

const FIELDS: [Field; 8] = [
    ("title", "Title", |it| plain(&it.title), |to, from| to.title.clone_from(&from.title)),
    (
        "category",
        "Category",
        |it| (it.category.label().into(), it.category.word().into()),
        |to, from| to.category = from.category,
    ),
    (
        "severity",
        "Severity",
        |it| {
            let words = match it.severity_reason.as_str() {
                "" => it.severity.label().to_owned(),
                reason => format!("{}: {reason}", it.severity.label()),
            };
            (words, format!("{} {}", it.severity.word(), it.severity_reason))
        },
        |to, from| {
            to.severity = from.severity;
            to.severity_reason.clone_from(&from.severity_reason);
        },
    ),
    (
        "status",
        "Status",
        |it| {
            let words = match &it.waiting_on {
                None => it.status.label().to_owned(),
                Some(whom) => format!("{} on {whom}", it.status.label()),
            };
            (words, format!("{} {:?}", it.status.word(), it.waiting_on))
        },
        |to, from| {
            to.status = from.status;
            to.waiting_on.clone_from(&from.waiting_on);
        },
    ),
    (
        "assignee",
        "Assignee",
        |it| {
            let words = if it.assignee.is_some() { "somebody" } else { "nobody" };
            (words.into(), format!("{:?}", it.assignee))
        },
        |to, from| to.assignee = from.assignee,
    ),
    (
        "asked_by",
        "Asked by",
        |it| maybe(&it.asked_by),
        |to, from| to.asked_by.clone_from(&from.asked_by),
    ),
    (
        "jurisdiction",
        "Jurisdiction",
        |it| maybe(&it.jurisdiction),
        |to, from| to.jurisdiction.clone_from(&from.jurisdiction),
    ),
    (
        "sensitivity",
        "Sensitivity",
        |it| (it.sensitivity.label().into(), it.sensitivity.word().into()),
        |to, from| to.sensitivity = from.sensitivity,
    ),
];

fn plain(text: &str) -> (String, String) {
    (text.to_owned(), text.to_owned())
}

fn maybe(text: &Option<String>) -> (String, String) {
    (text.clone().unwrap_or_else(|| "nothing".into()), format!("{text:?}"))
}

impl CaseFacts {
    /// Changes what differs between two versions, and leaves everything else as it is. On the version
    /// `before` this gives `after`.
    pub fn follow(&mut self, before: &Self, after: &Self) {
        // Every fact there is: a new one has to be followed, too.
        let Self {
            title: _,
            category: _,
            severity: _,
            severity_reason: _,
            status: _,
            waiting_on: _,
            legal_bases: _,
            assignee: _,
            asked_by: _,
            jurisdiction: _,
            sensitivity: _,
            tickets: _,
            tags: _,
            people: _,
            accounts: _,
        } = after;
        for (.., value, set) in FIELDS {
            if value(before) != value(after) {
                set(self, after);
            }
        }
        follow_list(&mut self.legal_bases, &before.legal_bases, &after.legal_bases);
        follow_list(&mut self.tickets, &before.tickets, &after.tickets);
        follow_list(&mut self.tags, &before.tags, &after.tags);
        follow_list(&mut self.people, &before.people, &after.people);
        follow_list(&mut self.accounts, &before.accounts, &after.accounts);
    }

    /// Takes one fact, as [`Fact::key`] names it, from another version.
    pub fn take(&mut self, key: &str, from: &Self) {
        if let Some((.., set)) = FIELDS.iter().find(|(name, ..)| key == format!("case/{name}")) {
            set(self, from);
        }
    }
}

/// Takes out what was taken out, and adds what was added.
fn follow_list<T: Clone + PartialEq>(list: &mut Vec<T>, before: &[T], after: &[T]) {
    if list == before {
        *list = after.to_vec();
        return;
    }
    list.retain(|it| after.contains(it) || !before.contains(it));
    let added: Vec<T> =
        after.iter().filter(|it| !before.contains(it) && !list.contains(it)).cloned().collect();
    list.extend(added);
}

impl Action {
    /// The facts that it sets, of which two desks can have two versions.
    pub fn facts(&self) -> Vec<Fact> {
        let fact = |key: String, label: String, was: String, is: String, value: String| {
            vec![Fact { key, label, was, is, value }]
        };
        match self {
            Self::CaseChanged { before, after, .. } => FIELDS
                .iter()
                .filter(|(.., value, _)| value(before) != value(after))
                .map(|(name, label, value, _)| {
                    let (is, compared) = value(after);
                    let (key, label) = (format!("case/{name}"), (*label).to_owned());
                    Fact { key, label, was: value(before).0, is, value: compared }
                })
                .collect(),
            Self::HoldSet { before, after, .. } => {
                let words = |it: &Option<crate::retention::Hold>| {
                    it.as_ref().map_or_else(|| "no hold".into(), |it| it.reason.clone())
                };
                let (was, is) = (words(before), words(after));
                fact("hold".into(), "Legal hold".into(), was, is.clone(), is)
            }
            Self::ConsentSet { before, after, .. } => fact(
                "consent".into(),
                "Consent of the reporter".into(),
                consent_words(*before).into(),
                consent_words(*after).into(),
                consent_words(*after).into(),
            ),
            Self::TargetSet { before, after, .. } => {
                let Some(target) = after.as_ref().or(before.as_ref()) else { return Vec::new() };
                let words = |it: &Option<Target>| {
                    it.as_ref().map_or_else(|| "no target".into(), |it| it.outcome.display())
                };
                let observable = &target.observable;
                fact(
                    format!("target/{}/{}", observable.kind.word(), observable.value),
                    format!("Target {}", observable.defanged()),
                    words(before),
                    words(after),
                    words(after),
                )
            }
            Self::ClockSet { before, after, .. } => fact(
                format!("clock/{}", after.id),
                format!("Clock {}", after.rule.name),
                before.as_deref().map_or_else(|| "not started".into(), clock_words),
                clock_words(after),
                // Two that were stopped for the same reason agree, whoever was a second earlier.
                clock_words(after),
            ),
            Self::DecisionSet { before, after, .. } => fact(
                format!("decision/{}", after.id),
                "Decision".into(),
                before.as_ref().map_or_else(|| "none".into(), |it| it.what.clone()),
                after.what.clone(),
                json(after),
            ),
            Self::MitigationSet { before, after, .. } => fact(
                format!("mitigation/{}", after.id),
                format!("Mitigation {}", after.what),
                before.as_ref().map_or_else(|| "none".into(), |it| it.state().word().into()),
                after.state().word().into(),
                after.state().word().into(),
            ),
            Self::BlocksSaved { document, changes, .. } => changes
                .iter()
                .filter(|it| {
                    let before = it.before.as_ref().map(|it| &it.block);
                    before != it.after.as_ref().map(|it| &it.block)
                })
                .map(|it| {
                    let words = |block: Option<&Block>| {
                        block.map_or_else(|| "no such block".into(), block_words)
                    };
                    let after = it.after.as_ref().map(|it| &it.block);
                    Fact {
                        key: format!("block/{document}/{}", it.block),
                        label: "Paragraph of a document".into(),
                        was: words(it.before.as_ref().map(|it| &it.block)),
                        is: words(after),
                        value: json(&after),
                    }
                })
                .collect(),
            Self::EnvelopeSet { document, before, after, .. } => fact(
                format!("envelope/{document}"),
                "Address of a response".into(),
                before
                    .as_ref()
                    .map_or_else(|| "none".into(), |it| format!("{}: {}", it.to, it.subject)),
                format!("{}: {}", after.to, after.subject),
                json(after),
            ),
            _ => Vec::new(),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("model types are plain data")
}

fn consent_words(consent: Consent) -> &'static str {
    match consent {
        Consent::NotAsked => "not asked",
        Consent::Named => "may be named",
        Consent::Anonymous => "stays anonymous",
        Consent::DoNotForward => "must not be forwarded",
    }
}

fn clock_words(clock: &Clock) -> String {
    if let Some(stop) = &clock.stopped {
        return format!("stopped: {}", stop.reason);
    }
    match clock.pauses.last() {
        Some(pause) if pause.to.is_none() => format!("paused: {}", pause.reason),
        _ => "running".into(),
    }
}

fn block_words(block: &Block) -> String {
    let texts = block.content.texts().into_iter().map(text_words).collect::<Vec<_>>().join(" ");
    let mut words: String = texts.chars().take(EXCERPT_CHARS).collect();
    if words.len() < texts.len() {
        words.push('…');
    }
    format!("{} ({})", words, block.audience)
}

fn text_words(text: &Text) -> String {
    text.0
        .iter()
        .map(|span| match span {
            Span::Plain(text) | Span::Marked { text, .. } => text.clone(),
            Span::Fact(name) => format!("{{{{{name}}}}}"),
        })
        .collect()
}
