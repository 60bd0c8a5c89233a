use farol_model::{document::Audience, id::BlockId, time::Timestamp};
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
}
