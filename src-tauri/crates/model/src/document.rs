//! Documents: ordered blocks, each with an audience, and the one way to look at them from outside.
//!
//! A renderer accepts only a [`Projected`] tree, and only [`project`] makes one: text that the
//! reader may not see is gone before any template or typesetter runs.

/// Who may see what.
mod audience;
/// What is left of drafts that are disposed of.
mod drafts;
/// Until when something is promised.
mod due;
/// The languages that documents are written in.
mod language;
/// From a document to what one reader may see.
mod projection;
/// Comments, review, issue and promises.
mod standing;
/// Text with marked spans and facts.
mod text;

use serde::{Deserialize, Serialize};
use specta::Type;

pub use self::{
    audience::{Audience, sees, stricter},
    drafts::DisposedDrafts,
    due::due_day,
    language::Language,
    projection::{
        Entity, Letterhead, MissingFact, Projected, ProjectedBlock, WITHHELD, Withheld, project,
        sentences, telling,
    },
    standing::{
        Comment, Correction, KeptPromise, ReviewState, ReviewStep, Standing, after_approval,
        needs_legal, needs_second, reviewed_text,
    },
    text::{Mark, Span, Text},
};
use crate::{
    id::{BlockId, CaseId, DecisionId, Digest, DocumentId, EntryId, EvidenceId, MemberId},
    time::Timestamp,
};

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// What we write to a reporter, customer, host, registrar, authority or colleague.
    Response,
    /// Root-cause analysis.
    Rca,
    /// One page for an executive.
    Readout,
}

impl DocumentKind {
    /// The words on screen and on paper.
    pub fn label(self) -> &'static str {
        match self {
            Self::Response => "Response",
            Self::Rca => "Root-cause analysis",
            Self::Readout => "Executive readout",
        }
    }

    /// The words on paper, in the language of the paper.
    pub fn label_in(self, language: Language) -> &'static str {
        language.pick(
            self.label(),
            match self {
                Self::Response => "Resposta",
                Self::Rca => "Análise de causa raiz",
                Self::Readout => "Síntese executiva",
            },
        )
    }

    /// How many pages it may have; none when any number will do.
    pub fn page_limit(self) -> Option<u32> {
        (self == Self::Readout).then_some(1)
    }
}

/// Where a response goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Envelope {
    /// Mail address; empty until somebody fills it in.
    pub to: String,
    /// Subject line, seen by the recipient.
    pub subject: String,
    /// `Message-ID` that it answers, without brackets.
    pub in_reply_to: Option<String>,
}

impl Envelope {
    /// What stands in `to`, separated by commas or semicolons.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.to.split([',', ';']).map(str::trim).filter(|it| !it.is_empty())
    }
}

/// Name and address of `Name <address>` or `address`; none when it is no address of plain visible
/// characters.
pub fn addressee(one: &str) -> Option<(&str, &str)> {
    let (name, address) = match one.split_once('<') {
        Some((name, rest)) => (name.trim(), rest.split('>').next().unwrap_or(rest)),
        None => ("", one),
    };
    let address = address.trim();
    let (local, host) = address.split_once('@')?;
    let plain = |c: char| c.is_ascii_graphic() && !"<>()[]\\,;:\"".contains(c);
    let sound = !local.is_empty() && !host.is_empty() && address.chars().all(plain);
    sound.then(|| (name.trim_matches('"').trim(), address))
}

/// A person confirmed that a response went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Sent {
    /// When it was sent, as the person says.
    pub at: Timestamp,
    /// By which way: `mail`, `portal`, `phone`.
    pub channel: String,
    /// Who confirmed it.
    pub confirmed_by: MemberId,
    /// To which address, when one was written on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `Message-ID` under which it went out, without brackets, when it is not that of the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// SHA-256 of the file that was written for it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// One moment of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TimelineRow<T> {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub text: T,
    /// Who may see this row.
    pub audience: Audience,
    /// The journal entry it comes from; none when a person typed it.
    pub source: Option<EntryId>,
    /// What kind of moment it is; none for plain facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Moment>,
}

/// What kind of moment a row of a timeline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Somebody decided something.
    Decision,
    /// True at the time, and known only later.
    NotKnown,
    /// Somebody was told.
    Told,
    /// The impact began.
    ImpactBegan,
    /// The impact ended.
    ImpactEnded,
    /// We began to work on it.
    ResponseBegan,
    /// We ended the work on it.
    ResponseEnded,
}

impl Moment {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        self.label_in(Language::English)
    }

    /// The words on paper.
    pub fn label_in(self, language: Language) -> &'static str {
        let (english, portuguese) = match self {
            Self::Decision => ("Decision", "Decisão"),
            Self::NotKnown => ("Not known then", "Não se sabia"),
            Self::Told => ("Told", "Comunicado"),
            Self::ImpactBegan => ("Impact began", "Início do impacto"),
            Self::ImpactEnded => ("Impact ended", "Fim do impacto"),
            Self::ResponseBegan => ("Response began", "Início da resposta"),
            Self::ResponseEnded => ("Response ended", "Fim da resposta"),
        };
        language.pick(english, portuguese)
    }
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FactRow<T> {
    /// For example `Customers affected`.
    pub label: String,
    /// The value.
    pub value: T,
}

/// How figures are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ChartLook {
    /// A bar for each figure: for things that are compared.
    #[default]
    Bars,
    /// A line for each column: for what changes from row to row.
    Lines,
}

/// What a block holds. `T` is [`Text`] while it is written and `String` once projected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content<T> {
    /// Opens a section.
    Heading {
        /// The words.
        text: T,
    },
    /// Running text.
    Paragraph {
        /// The words.
        text: T,
    },
    /// A bulleted list.
    List {
        /// The points.
        items: Vec<T>,
    },
    /// Labels and values.
    Facts {
        /// The rows.
        rows: Vec<FactRow<T>>,
    },
    /// A table.
    Table {
        /// Column headings.
        header: Vec<T>,
        /// Rows of as many cells.
        rows: Vec<Vec<T>>,
    },
    /// What happened when; times are UTC.
    Timeline {
        /// Oldest first.
        rows: Vec<TimelineRow<T>>,
    },
    /// Something promised.
    Action {
        /// What, beginning with a verb.
        what: T,
        /// The role that owns it.
        owner: String,
        /// Until when, or `done`.
        due: String,
    },
    /// Text that must not be overlooked.
    Callout {
        /// The words.
        text: T,
    },
    /// Figures, drawn and given as a table.
    Chart {
        /// How they are drawn.
        look: ChartLook,
        /// What they show.
        title: T,
        /// What the rows are, then what each column counts.
        header: Vec<T>,
        /// A name and its figures, in rows of as many cells.
        rows: Vec<Vec<T>>,
    },
    /// A piece of evidence, by its name and hash; never its content.
    Evidence {
        /// Which.
        evidence: EvidenceId,
        /// What it is shown for.
        text: T,
        /// What the record says of it, as facts.
        rows: Vec<FactRow<T>>,
    },
    /// A decision, as it stands in the record.
    Decision {
        /// Which.
        decision: DecisionId,
        /// What it is shown for.
        text: T,
        /// What the record says of it, as facts.
        rows: Vec<FactRow<T>>,
    },
}

impl<T> Content<T> {
    /// The same content with every text changed by `f`, or the first error.
    fn try_map<U, E>(&self, mut f: impl FnMut(&T) -> Result<U, E>) -> Result<Content<U>, E> {
        Ok(match self {
            Self::Heading { text } => Content::Heading { text: f(text)? },
            Self::Paragraph { text } => Content::Paragraph { text: f(text)? },
            Self::Callout { text } => Content::Callout { text: f(text)? },
            Self::List { items } => {
                Content::List { items: items.iter().map(f).collect::<Result<_, E>>()? }
            }
            Self::Facts { rows } => Content::Facts { rows: facts(rows, f)? },
            Self::Table { header, rows } => Content::Table {
                header: header.iter().map(&mut f).collect::<Result<_, E>>()?,
                rows: cells(rows, f)?,
            },
            Self::Chart { look, title, header, rows } => Content::Chart {
                look: *look,
                title: f(title)?,
                header: header.iter().map(&mut f).collect::<Result<_, E>>()?,
                rows: cells(rows, f)?,
            },
            Self::Evidence { evidence, text, rows } => {
                Content::Evidence { evidence: *evidence, text: f(text)?, rows: facts(rows, f)? }
            }
            Self::Decision { decision, text, rows } => {
                Content::Decision { decision: *decision, text: f(text)?, rows: facts(rows, f)? }
            }
            Self::Timeline { rows } => Content::Timeline {
                rows: rows
                    .iter()
                    .map(|row| {
                        Ok(TimelineRow {
                            at: row.at,
                            text: f(&row.text)?,
                            audience: row.audience.clone(),
                            source: row.source,
                            kind: row.kind,
                        })
                    })
                    .collect::<Result<_, E>>()?,
            },
            Self::Action { what, owner, due } => {
                Content::Action { what: f(what)?, owner: owner.clone(), due: due.clone() }
            }
        })
    }

    /// Every text in it, in reading order.
    pub fn texts(&self) -> Vec<&T> {
        match self {
            Self::Heading { text } | Self::Paragraph { text } | Self::Callout { text } => {
                vec![text]
            }
            Self::List { items } => items.iter().collect(),
            Self::Facts { rows } => rows.iter().map(|row| &row.value).collect(),
            Self::Table { header, rows } => header.iter().chain(rows.iter().flatten()).collect(),
            Self::Timeline { rows } => rows.iter().map(|row| &row.text).collect(),
            Self::Action { what, .. } => vec![what],
            Self::Chart { title, header, rows, .. } => {
                std::iter::once(title).chain(header).chain(rows.iter().flatten()).collect()
            }
            Self::Evidence { text, rows, .. } | Self::Decision { text, rows, .. } => {
                std::iter::once(text).chain(rows.iter().map(|row| &row.value)).collect()
            }
        }
    }

    /// Every text in it, in the order of [`Content::texts`].
    pub fn texts_mut(&mut self) -> Vec<&mut T> {
        match self {
            Self::Heading { text } | Self::Paragraph { text } | Self::Callout { text } => {
                vec![text]
            }
            Self::List { items } => items.iter_mut().collect(),
            Self::Facts { rows } => rows.iter_mut().map(|row| &mut row.value).collect(),
            Self::Table { header, rows } => {
                header.iter_mut().chain(rows.iter_mut().flatten()).collect()
            }
            Self::Timeline { rows } => rows.iter_mut().map(|row| &mut row.text).collect(),
            Self::Action { what, .. } => vec![what],
            Self::Chart { title, header, rows, .. } => {
                std::iter::once(title).chain(header).chain(rows.iter_mut().flatten()).collect()
            }
            Self::Evidence { text, rows, .. } | Self::Decision { text, rows, .. } => {
                std::iter::once(text).chain(rows.iter_mut().map(|row| &mut row.value)).collect()
            }
        }
    }
}

impl Content<String> {
    /// Every string of it that is printed, labels, owners and dates too.
    pub fn printed(&self) -> Vec<&String> {
        let mut printed = self.texts();
        match self {
            Self::Facts { rows } | Self::Evidence { rows, .. } | Self::Decision { rows, .. } => {
                printed.extend(rows.iter().map(|row| &row.label));
            }
            Self::Action { owner, due, .. } => printed.extend([owner, due]),
            _ => {}
        }
        printed
    }
}

fn facts<T, U, E>(
    rows: &[FactRow<T>],
    mut f: impl FnMut(&T) -> Result<U, E>,
) -> Result<Vec<FactRow<U>>, E> {
    let row = |row: &FactRow<T>| Ok(FactRow { label: row.label.clone(), value: f(&row.value)? });
    rows.iter().map(row).collect()
}

fn cells<T, U, E>(
    rows: &[Vec<T>],
    mut f: impl FnMut(&T) -> Result<U, E>,
) -> Result<Vec<Vec<U>>, E> {
    rows.iter().map(|row| row.iter().map(&mut f).collect()).collect()
}

/// A piece of a document with its audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Block {
    /// Its id.
    pub id: BlockId,
    /// Who may see it. New text is [`Audience::InternalTeam`].
    pub audience: Audience,
    /// What it holds.
    pub content: Content<Text>,
}

/// A response, root-cause analysis or readout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The case it belongs to.
    pub case: CaseId,
    /// What kind.
    pub kind: DocumentKind,
    /// Our own name for it; outsiders get one that is made from the kind and the case's number.
    pub title: String,
    /// The template it began from, with version.
    pub template: String,
    /// For whom it is meant in the first place; the export dialog starts here.
    pub audience: Audience,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Where it goes, when it is a response.
    pub envelope: Option<Envelope>,
    /// Confirmation that it went out.
    pub sent: Option<Sent>,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// Comments, review, issue and promises.
    #[serde(default, skip_serializing_if = "is_new")]
    pub standing: Standing,
}

impl Document {
    /// What it is written in.
    pub fn language(&self) -> Language {
        Language::of_template(&self.template)
    }
}

/// Documents from before there was a review are written as they were.
fn is_new(standing: &Standing) -> bool {
    *standing == Standing::default()
}

/// One block that a save changed, before and after; `before` is none for a new block, `after` is
/// none for a removed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BlockChange {
    /// The block.
    pub block: BlockId,
    /// Position and block as they were.
    pub before: Option<PlacedBlock>,
    /// Position and block as they are now.
    pub after: Option<PlacedBlock>,
}

/// A block and its position, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PlacedBlock {
    /// Position in the document.
    pub position: u32,
    /// The block.
    pub block: Block,
}

/// What changed between two versions of a document's blocks, in the order of the new version,
/// removed blocks last.
pub fn changes(before: &[Block], after: &[Block]) -> Vec<BlockChange> {
    fn placed(blocks: &[Block], id: BlockId) -> Option<PlacedBlock> {
        let position = blocks.iter().position(|block| block.id == id)?;
        Some(PlacedBlock { position: position as u32, block: blocks[position].clone() })
    }
    let kept = after.iter().map(|block| block.id);
    let removed =
        before.iter().map(|block| block.id).filter(|id| !after.iter().any(|block| block.id == *id));
    kept.chain(removed)
        .map(|id| BlockChange { block: id, before: placed(before, id), after: placed(after, id) })
        .filter(|change| change.before != change.after)
        .collect()
}

#[cfg(test)]
mod tests;
