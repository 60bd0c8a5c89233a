//! How one person's window looks on this computer. Personal: beside the vault, never in its story.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::id::{CaseId, DocumentId, ReportId};

use crate::{Code, Failure};

const FILE: &str = "look.json";

/// Which of the two palettes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop says.
    #[default]
    System,
    /// Dark on paper white.
    Light,
    /// Light on night sea.
    Dark,
}

/// Everything about the look that a person chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Look {
    /// The palette.
    pub theme: Theme,
    /// Size of everything, in percent; 80 to 200.
    pub zoom: u16,
    /// After how many idle minutes the desk locks itself; 0 is never.
    #[serde(default = "ten")]
    pub lock_after_min: u16,
    /// How far the tour over the sample desk is; none before it was offered.
    #[serde(default)]
    pub tour: Option<TourPlace>,
}

fn ten() -> u16 {
    10
}

/// Where somebody is in the tour over the sample desk, and what they made on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TourPlace {
    /// The next step, counted from 0.
    pub step: u8,
    /// Whether it was left; it can be resumed.
    pub left: bool,
    /// The report it took.
    pub report: Option<ReportId>,
    /// The case it opened.
    pub case: Option<CaseId>,
    /// The response it began.
    pub document: Option<DocumentId>,
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: Theme::System, zoom: 100, lock_after_min: ten(), tour: None }
    }
}

/// What was kept last; the default when nothing readable is there, because no look is worth an error.
#[must_use]
pub fn load(dir: &Path) -> Look {
    let kept: Option<Look> =
        fs::read(dir.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    kept.filter(|it| (80..=200).contains(&it.zoom)).unwrap_or_default()
}

/// Keeps a look beside the vault.
///
/// # Errors
/// When the folder is missing or cannot be written.
pub fn keep(dir: &Path, look: Look) -> Result<(), Failure> {
    let written = serde_json::to_vec(&look).map_err(std::io::Error::from);
    written.and_then(|bytes| fs::write(dir.join(FILE), bytes)).map_err(|error| {
        Failure::new(
            Code::Failed,
            format!("How the window looks could not be kept: {error}."),
            "It stays as you chose it until the window closes.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{FILE, Look, Theme, keep, load};

    #[test]
    fn a_look_is_found_again_and_rubbish_is_the_default() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path()), Look::default());
        let look = Look { theme: Theme::Dark, zoom: 125, ..Look::default() };
        keep(dir.path(), look).unwrap();
        assert_eq!(load(dir.path()), look);
        for rubbish in ["", "{", r#"{"theme":"dark","zoom":9000}"#] {
            std::fs::write(dir.path().join(FILE), rubbish).unwrap();
            assert_eq!(load(dir.path()), Look::default());
        }
    }
}
