//! The letters and analyses that ship, as data files.
//!
//! A template is a list of blocks with audiences. Its words may ask for values with minijinja;
//! `audience: customer` means the first account on the case.

use std::sync::LazyLock;

use farol_model::document::{Audience, DocumentKind, Language};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Behind the id of a template: the wording for a hard recipient.
const CALM: &str = ".calm";

/// What a person chooses from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct TemplateInfo {
    /// Stable id, for example `ack-reporter`; `ack-reporter.calm` is the same letter for a hard
    /// recipient.
    pub id: String,
    /// What kind of document it makes.
    pub kind: DocumentKind,
    /// The words on screen.
    pub label: String,
    /// What it is written in.
    pub language: Language,
    /// For whom it is meant; `customer:*` stands for the first account on the case.
    pub audience: Audience,
    /// Counts up with every change of its wording.
    pub version: u32,
}

/// The templates that ship, letters first.
pub fn templates() -> Vec<TemplateInfo> {
    TEMPLATES.iter().flat_map(Template::infos).collect()
}

/// A template as its file says it.
#[derive(Debug, Deserialize)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) kind: DocumentKind,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) language: Language,
    pub(crate) audience: Reader,
    pub(crate) version: u32,
    pub(crate) title: String,
    pub(crate) subject: Option<String>,
    /// Whether it answers the first report: to its reporter, with its message id.
    #[serde(default)]
    pub(crate) answers_report: bool,
    /// How many words its reader will read; lint says when a document has more.
    pub(crate) max_words: Option<u32>,
    pub(crate) blocks: Vec<TemplateBlock>,
}

/// An audience, where `customer` is still without an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Reader(String);

impl From<String> for Reader {
    fn from(word: String) -> Self {
        Self(word)
    }
}

impl Reader {
    /// The audience for a case whose first account is `account`; none when there is no account.
    pub(crate) fn audience(&self, account: Option<&str>) -> Option<Audience> {
        if self.is_customer() {
            return account.map(|id| Audience::Customer(id.to_owned()));
        }
        self.0.parse().ok()
    }

    pub(crate) fn is_customer(&self) -> bool {
        self.0 == "customer"
    }
}

/// One block of a template.
#[derive(Debug, Deserialize)]
pub(crate) struct TemplateBlock {
    pub(crate) audience: Reader,
    /// An expression; the block is left out when it is not true.
    pub(crate) when: Option<String>,
    /// Whether lint asks for this section when a document no longer has it.
    #[serde(default)]
    pub(crate) required: bool,
    /// Whether facts say what they were in the document before this one.
    #[serde(default)]
    pub(crate) compare: bool,
    /// What it says instead to a hard recipient.
    pub(crate) calm: Option<TemplateContent>,
    #[serde(flatten)]
    pub(crate) content: TemplateContent,
}

/// What a block says. Every string may ask for values.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TemplateContent {
    Heading(String),
    Paragraph(String),
    Callout(String),
    /// Points; one that comes out empty is left out.
    List(Vec<String>),
    /// Label and value; a row whose value comes out empty is left out.
    Facts(Vec<[String; 2]>),
    Table {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    Action {
        what: String,
        owner: String,
        due: String,
    },
    /// Rows that come from the case.
    Rows(Rows),
}

/// Rows that come from the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rows {
    /// Every journal entry of the case, for the team.
    Story,
    /// What a customer may know of the course of events.
    Milestones,
    /// Targets and outcomes.
    Targets,
    /// Deadlines and what is left of them.
    Clocks,
    /// Decisions.
    Decisions,
    /// Why we did not act.
    Reasons,
    /// What the record has since the document before this one.
    Changes,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    [
        include_str!("../templates/ack-reporter.json"),
        include_str!("../templates/missing-elements.json"),
        include_str!("../templates/forwarded-reporter.json"),
        include_str!("../templates/action-taken-reporter.json"),
        include_str!("../templates/no-action-reporter.json"),
        include_str!("../templates/notify-host.json"),
        include_str!("../templates/notify-customer.json"),
        include_str!("../templates/statement-of-reasons.json"),
        include_str!("../templates/counter-notice.json"),
        include_str!("../templates/put-back.json"),
        include_str!("../templates/apology-customer.json"),
        include_str!("../templates/law-enforcement.json"),
        include_str!("../templates/holding-statement.json"),
        include_str!("../templates/escalate-legal.json"),
        include_str!("../templates/handover-note.json"),
        include_str!("../templates/update.json"),
        include_str!("../templates/rca.json"),
        include_str!("../templates/rca-customer.json"),
        include_str!("../templates/readout.json"),
        include_str!("../templates/ack-reporter-pt.json"),
        include_str!("../templates/missing-elements-pt.json"),
        include_str!("../templates/forwarded-reporter-pt.json"),
        include_str!("../templates/action-taken-reporter-pt.json"),
        include_str!("../templates/no-action-reporter-pt.json"),
        include_str!("../templates/notify-host-pt.json"),
        include_str!("../templates/notify-customer-pt.json"),
        include_str!("../templates/statement-of-reasons-pt.json"),
        include_str!("../templates/counter-notice-pt.json"),
        include_str!("../templates/put-back-pt.json"),
        include_str!("../templates/apology-customer-pt.json"),
        include_str!("../templates/law-enforcement-pt.json"),
        include_str!("../templates/holding-statement-pt.json"),
        include_str!("../templates/escalate-legal-pt.json"),
        include_str!("../templates/handover-note-pt.json"),
        include_str!("../templates/update-pt.json"),
        include_str!("../templates/rca-customer-pt.json"),
        include_str!("../templates/readout-pt.json"),
    ]
    .map(|file| serde_json::from_str(file).expect("a test reads every shipped template"))
    .into()
});

impl Template {
    /// The shipped template of that id, also with `.calm` or a version behind it, and whether it is
    /// the one for a hard recipient.
    pub(crate) fn find(id: &str) -> Option<(&'static Self, bool)> {
        let (id, calm) = match id.strip_suffix(CALM) {
            Some(id) => (id, true),
            None => (id, false),
        };
        let found = TEMPLATES.iter().find(|it| it.id == id)?;
        (!calm || found.has_calm()).then_some((found, calm))
    }

    fn has_calm(&self) -> bool {
        self.blocks.iter().any(|block| block.calm.is_some())
    }

    fn infos(&'static self) -> Vec<TemplateInfo> {
        let audience = self.audience.audience(Some("*"));
        let info = TemplateInfo {
            id: self.id.clone(),
            kind: self.kind,
            label: self.label.clone(),
            language: self.language,
            audience: audience.expect("a test reads every shipped audience"),
            version: self.version,
        };
        if !self.has_calm() {
            return vec![info];
        }
        let hard = self.language.pick("for a hard recipient", "para um destinatário difícil");
        let calm = TemplateInfo {
            id: format!("{}{CALM}", self.id),
            label: format!("{}, {hard}", self.label),
            ..info.clone()
        };
        vec![info, calm]
    }

    /// The headings that a document made from it should keep.
    pub(crate) fn required_headings(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter(|block| block.required).filter_map(|block| match &block.content {
            TemplateContent::Heading(text) => Some(text.as_str()),
            _ => None,
        })
    }
}
