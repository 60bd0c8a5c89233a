use farol_compose::TemplateFinding;
use farol_model::{id::EntryId, time::Timestamp};
use serde::Serialize;
use specta::Type;

/// A template as somebody edits it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct TemplateView {
    /// Its id.
    pub id: String,
    /// Its version now.
    pub version: String,
    /// What it says, as JSON in the layout of template files.
    pub source: String,
    /// Whether one of that id ships.
    pub ships: bool,
    /// Whether the team changed it or made it.
    pub team: bool,
    /// What could be better.
    pub findings: Vec<TemplateFinding>,
    /// Every version there was, the newest first; what ships is the last.
    pub versions: Vec<TemplateVersion>,
}

/// One version of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct TemplateVersion {
    /// The entry that made it; none for what ships.
    pub entry: Option<EntryId>,
    /// When.
    pub at: Option<Timestamp>,
    /// By whom.
    pub by: Option<String>,
    /// Its number.
    pub version: String,
    /// What it said; none when it was taken away.
    pub source: Option<String>,
}

/// What a case gets from a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatePreview {
    /// Each page as a PNG.
    pub pages: Vec<Vec<u8>>,
    /// What could be better.
    pub findings: Vec<TemplateFinding>,
}
