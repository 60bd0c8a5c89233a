//! What a team sets for itself, once for all its cases.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{EntryId, MemberId},
    time::Timestamp,
};

/// The team, as it set itself up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Team {
    /// What the team calls itself on paper; nothing when it is empty.
    pub name: String,
    /// The picture at the head of papers.
    pub logo: Option<Logo>,
    /// Who may approve as legal. Nobody, until somebody is named.
    pub legal: Vec<MemberId>,
}

/// A picture made anew from its pixels: nothing of the file it came from is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Logo {
    /// PNG, base64.
    pub png: String,
    /// How many pixels wide.
    pub width_px: u32,
    /// How many high.
    pub height_px: u32,
}

/// A template as the team has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TeamTemplate {
    /// Which version: `2+1` is the team's first over the second that shipped, `0+1` one of its own.
    pub version: String,
    /// What it says, in the layout of template files (JSON).
    pub source: String,
}

/// One change of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TemplateChange {
    /// The entry.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: MemberId,
    /// As it was from then on; none when it went back to what ships, or away.
    pub after: Option<TeamTemplate>,
}
