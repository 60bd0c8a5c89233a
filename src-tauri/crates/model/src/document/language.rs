//! The languages that documents are written in.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a template is written in, and with it the words that a layout adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Portuguese of Portugal.
    #[serde(rename = "pt")]
    Portuguese,
}

impl Language {
    /// The language of a document that began from `template`, as [`super::Document::template`] has
    /// it: the ids of Portuguese ones end with `-pt`.
    pub fn of_template(template: &str) -> Self {
        let id = template.split([' ', '.']).next().unwrap_or_default();
        if id.ends_with("-pt") { Self::Portuguese } else { Self::English }
    }

    /// The tag for files (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Portuguese => "pt-PT",
        }
    }

    /// The one of two spellings.
    pub fn pick<T>(self, english: T, portuguese: T) -> T {
        match self {
            Self::English => english,
            Self::Portuguese => portuguese,
        }
    }
}
