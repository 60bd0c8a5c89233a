//! Sightings, as a person writes them down.

use serde::Deserialize;
use specta::Type;

use farol_model::{
    id::EvidenceId,
    sighting::{Cloaked, Seen},
    time::Timestamp,
};

/// What a person saw.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct SightingDraft {
    /// The URL, host or address, defanged or not.
    pub address: String,
    /// When they looked; none for now.
    pub seen_at: Option<Timestamp>,
    /// Who looked, when it was not whoever writes this down.
    pub seen_by: Option<String>,
    /// Where they looked from.
    pub seen_from: String,
    /// With what.
    pub device: String,
    /// The language that they asked for.
    pub language: String,
    /// What there was.
    pub seen: Seen,
    /// The same in words.
    pub words: String,
    /// Whether others are shown something else.
    pub cloaked: Cloaked,
    /// A capture that the case has already.
    pub capture: Option<EvidenceId>,
}
