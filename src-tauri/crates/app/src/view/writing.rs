use farol_model::{
    case::CaseRef,
    document::{Audience, Block, Content, Moment, Text},
    export::{Caret, PageAsked, Place, Unprinted},
    id::{BlockId, DocumentId, EntryId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Failure;

/// Who may read text for one audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Readers {
    /// For whom the text is.
    pub audience: Audience,
    /// Who else reads it, and they themselves.
    pub readers: Vec<Audience>,
}

/// A value that texts may use as `{{name}}`, and the record it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct NamedFact {
    /// For example `case.reference`.
    pub name: String,
    /// Its value now.
    pub value: String,
    /// The record it stands in.
    pub source: String,
    /// When that record was made or read.
    pub as_of: Timestamp,
}

/// Something that a reader does not get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct WithheldRow {
    /// The block it stands in; none for values of the case.
    pub block: Option<BlockId>,
    /// What it is.
    pub what: String,
    /// The words, or how many values there are.
    pub words: String,
    /// Why it is withheld.
    pub why: String,
}

/// The pages of an export, before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Preview {
    /// Each page.
    pub pages: Vec<PagePicture>,
    /// Where on them somebody writes.
    pub caret: Option<Place>,
    /// How many values are withheld from this reader, and searched for in every file.
    pub n_withheld: u32,
    /// What they are.
    pub withheld: Vec<WithheldRow>,
    /// Words that should perhaps be withheld, too.
    pub suggestions: Vec<Suggestion>,
    /// Characters that a PDF shows as boxes.
    pub unprinted: Vec<Unprinted>,
}

/// How the window shows the pages while somebody writes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct Pane {
    /// How many pixels wide.
    pub width_px: u32,
    /// The pages in sight, from 0.
    pub sight: Vec<u32>,
    /// The keys of those whose pictures it has.
    pub known: Vec<String>,
    /// Where somebody writes.
    pub caret: Option<Caret>,
    /// Whether the page with the caret is brought into sight.
    pub follows: bool,
}

impl Pane {
    /// Whether the picture of a page is sent.
    pub fn wants(&self, page: PageAsked<'_>) -> bool {
        let shown = self.sight.iter().any(|it| *it as usize == page.number);
        (shown || (self.follows && page.has_caret)) && !self.known.iter().any(|it| it == page.key)
    }
}

/// A page as a picture. One that the window has already, or that is out of its sight, is only named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct PagePicture {
    /// What tells it from others.
    pub key: String,
    /// PNG, base64; none when the window has it or does not show it.
    pub png: Option<String>,
}

/// Pages that go to a printer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Sheets {
    /// The name of the print job: one that the reader may see.
    pub name: String,
    /// Each page as a PNG, base64.
    pub pages: Vec<String>,
}

/// Why an export would be stopped, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Stopped {
    /// What happened, in words.
    pub failure: Failure,
    /// The places in the document, as far as they are known.
    pub places: Vec<StoppedPlace>,
}

/// A place that stops an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct StoppedPlace {
    /// The block.
    pub block: BlockId,
    /// What stands there.
    pub what: String,
}

/// Words that a reader gets and perhaps should not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Suggestion {
    /// The block they stand in.
    pub block: BlockId,
    /// The words.
    pub words: String,
    /// The mark that fits; none for words that are just ours.
    pub mark: Option<String>,
    /// What they are, by the record.
    pub why: String,
}

/// What becomes of a document's drafts when it is issued or sent, or what became of them: of everything that
/// was written on the way to its text, and of the comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Drafts {
    /// They stay with the case.
    Kept,
    /// The team disposes of drafts, and the case is on hold.
    Held {
        /// Why.
        reason: String,
    },
    /// The team disposes of drafts, and these can only go with their case: the document is from before
    /// drafts had a seal of their own, or lost it before and came back with a backup.
    WithCase,
    /// They will be disposed of.
    Goes {
        /// Entries whose content goes.
        n_entries: u32,
        /// Comments that go with them.
        n_comments: u32,
        /// Where something of them may still be afterwards, as far as Farol knows.
        elsewhere: Vec<String>,
    },
    /// They were disposed of.
    Gone {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
        /// Entries whose content went.
        n_entries: u32,
    },
}

/// A block as it was after an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BlockVersion {
    /// The entry.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: String,
    /// The block; none when it was removed.
    pub block: Option<Block>,
}

/// A moment of a case that a timeline may tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct MomentRow {
    /// The entry it comes from.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub text: String,
    /// What kind of moment the record says it is.
    pub kind: Option<Moment>,
}

/// An action that a document promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct PromiseRow {
    /// The document.
    pub document: DocumentId,
    /// The action's block.
    pub block: BlockId,
    /// The case's number.
    pub reference: CaseRef,
    /// What was promised.
    pub what: String,
    /// The role that owns it.
    pub owner: String,
    /// Until when, as it is written.
    pub due: String,
    /// The day that it names, `2026-12-04`; none when it names none for certain.
    pub due_day: Option<String>,
    /// Whether that day is past and it is not done.
    pub overdue: bool,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// Evidence or a decision of the case, as a block that can be put into a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RecordBlock {
    /// Its id.
    pub id: String,
    /// The file's name, or what was decided.
    pub label: String,
    /// The block.
    pub content: Content<Text>,
}
