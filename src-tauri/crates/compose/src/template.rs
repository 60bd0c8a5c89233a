//! Letters and analyses: those that ship, as data files, and those that the team changed.
//!
//! A template is a list of blocks with audiences. Its words may ask for values with minijinja;
//! `audience: customer` means the first account on the case.

/// What is wrong with a template, and what could be better.
pub(crate) mod check;

use std::sync::{Arc, LazyLock};

use farol_model::{
    document::{Audience, DocumentKind, Language},
    team::TeamTemplate,
};
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
    /// `2` as it ships; `2+1` is the team's first over it.
    pub version: String,
    /// Whether the team changed it or made it.
    pub team: bool,
}

/// Every template there is: what ships, with the team's in its place.
#[derive(Debug, Clone)]
pub struct Templates(Arc<Vec<Known>>);

#[derive(Debug, Clone)]
struct Known {
    template: Template,
    version: String,
    team: bool,
}

static SHIPPED: LazyLock<Templates> = LazyLock::new(|| {
    let known = TEMPLATES.iter().map(|(_, template)| Known {
        template: template.clone(),
        version: template.version.to_string(),
        team: false,
    });
    Templates(Arc::new(known.collect()))
});

impl Templates {
    /// Those that ship, letters first.
    pub fn shipped() -> Self {
        SHIPPED.clone()
    }

    /// Those that ship, with the team's in their place and its own behind them. One that this program
    /// cannot read any more is left out, and what ships stands in its place.
    pub fn with(team: &[(String, TeamTemplate)]) -> Self {
        if team.is_empty() {
            return Self::shipped();
        }
        let mut all = SHIPPED.0.as_ref().clone();
        for (id, it) in team {
            let Ok(template) = serde_json::from_str::<Template>(&it.source) else { continue };
            let known = Known { template, version: it.version.clone(), team: true };
            match all.iter_mut().find(|it| it.template.id == *id) {
                Some(place) => *place = known,
                None => all.push(known),
            }
        }
        Self(Arc::new(all))
    }

    /// What a person chooses from; a letter that has one stands there a second time, for a hard
    /// recipient.
    pub fn infos(&self) -> Vec<TemplateInfo> {
        self.0.iter().flat_map(Known::infos).collect()
    }

    /// The template of that id, also with `.calm` or a version behind it, whether it is the one for a
    /// hard recipient, and its version.
    pub(crate) fn find(&self, id: &str) -> Option<(&Template, bool, &str)> {
        let id = id.split(' ').next().unwrap_or_default();
        let (id, calm) = match id.strip_suffix(CALM) {
            Some(id) => (id, true),
            None => (id, false),
        };
        let found = self.0.iter().find(|it| it.template.id == id)?;
        let there = !calm || found.template.has_calm();
        there.then_some((&found.template, calm, found.version.as_str()))
    }
}

/// What a template says as it ships; none for one of the team's own.
pub fn shipped_source(id: &str) -> Option<&'static str> {
    TEMPLATES.iter().find(|(_, it)| it.id == id).map(|(source, _)| *source)
}

/// A template as its file says it.
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
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
    /// What happened by the journal of the case, for the team; not what only keeps the record.
    Story,
    /// Files of the case with their hashes.
    Evidence,
    /// What a customer may know of the course of events.
    Milestones,
    /// Targets, before anything was decided.
    Addresses,
    /// Targets that pass through us and whoever hosts them may still act on: not what is gone or declined.
    Standing,
    /// Targets that we acted on; all of them while the record names none.
    Restricted,
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

static TEMPLATES: LazyLock<Vec<(&str, Template)>> = LazyLock::new(|| {
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
        include_str!("../templates/rca-pt.json"),
        include_str!("../templates/rca-customer-pt.json"),
        include_str!("../templates/readout-pt.json"),
    ]
    .map(|file| (file, serde_json::from_str(file).expect("a test reads every shipped template")))
    .into()
});

impl Known {
    fn infos(&self) -> Vec<TemplateInfo> {
        let it = &self.template;
        let Some(audience) = it.audience.audience(Some("*")) else { return Vec::new() };
        let info = TemplateInfo {
            id: it.id.clone(),
            kind: it.kind,
            label: it.label.clone(),
            language: it.language,
            audience,
            version: self.version.clone(),
            team: self.team,
        };
        if !it.has_calm() {
            return vec![info];
        }
        let hard = it.language.pick("for a hard recipient", "para um destinatário difícil");
        let calm = TemplateInfo {
            id: format!("{}{CALM}", it.id),
            label: format!("{}, {hard}", it.label),
            ..info.clone()
        };
        vec![info, calm]
    }
}

impl Template {
    fn has_calm(&self) -> bool {
        self.blocks.iter().any(|block| block.calm.is_some())
    }

    /// The headings that a document made from it should keep.
    pub(crate) fn required_headings(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter(|block| block.required).filter_map(|block| match &block.content {
            TemplateContent::Heading(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

impl TemplateContent {
    /// Every string in it.
    pub(crate) fn strings(&self) -> Vec<&str> {
        match self {
            Self::Heading(it) | Self::Paragraph(it) | Self::Callout(it) => vec![it],
            Self::List(items) => items.iter().map(String::as_str).collect(),
            Self::Facts(rows) => rows.iter().flatten().map(String::as_str).collect(),
            Self::Table { header, rows } => {
                header.iter().chain(rows.iter().flatten()).map(String::as_str).collect()
            }
            Self::Action { what, owner, due } => vec![what, owner, due],
            Self::Rows(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
