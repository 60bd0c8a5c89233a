use farol_model::{
    case::CaseRef,
    document::{Audience, Block, Moment},
    id::{BlockId, DocumentId, EntryId},
    time::Timestamp,
};
use serde::Serialize;
use specta::Type;

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
    /// Each page as a PNG, base64.
    pub pages: Vec<String>,
    /// How many values are withheld from this reader, and searched for in every file.
    pub n_withheld: u32,
    /// What they are.
    pub withheld: Vec<WithheldRow>,
    /// Words that should perhaps be withheld, too.
    pub suggestions: Vec<Suggestion>,
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
    /// When it was done.
    pub done_at: Option<Timestamp>,
}
