//! What a team sets for itself, once for all its cases.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::id::MemberId;

/// The team, as it set itself up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Team {
    /// Who may approve as legal. Nobody, until somebody is named.
    pub legal: Vec<MemberId>,
}
