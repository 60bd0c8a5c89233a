//! Cases as they travel whole between two desks, encrypted: the layout is in the store's `BUNDLE.md`.

use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::{
    case::CaseRef,
    id::{CaseId, DeskId, Digest, MemberId, ReportId, Size},
    signed::SignedFile,
    time::Timestamp,
};

/// Names the layout of a bundle; another layout is another name.
pub const FORMAT: &str = "farol bundle 2";
/// The layout from before documents had a seal of their own; such bundles are read as ever.
pub const EARLIER_FORMAT: &str = "farol bundle 1";

/// Where the journal of a desk stands: how many entries it has, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChainMark {
    /// The desk.
    pub desk: DeskId,
    /// How many entries.
    pub n: u32,
    /// Hash of the last of them.
    pub hash: Digest,
}

/// One file inside a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the archive.
    pub name: String,
    /// How many bytes.
    pub size: Size,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// A case in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledCase {
    /// Its id.
    pub id: CaseId,
    /// Its number on the desk that left the bundle.
    pub reference: CaseRef,
    /// How many of its own entries come with it.
    pub n_entries: u32,
}

/// What a bundle holds; signed by whoever left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Whether it comes from a practice vault, whose key is no secret.
    pub practice: bool,
    /// When it was made, by the clock of that desk.
    pub at: Timestamp,
    /// The name of who made it, as they write it.
    pub name: String,
    /// The vault it comes from.
    pub vault: Uuid,
    /// The desk it comes from; its journal's head at that time is the first of `chains`.
    pub desk: DeskId,
    /// For whom it was made.
    pub to: String,
    /// The cases.
    pub cases: Vec<BundledCase>,
    /// Their reports.
    pub reports: Vec<ReportId>,
    /// Every desk that wrote on these cases, with as much of its journal as is chained here.
    pub chains: Vec<ChainMark>,
    /// The cards of everybody who signed something in it.
    pub cards: Vec<SignedFile>,
    /// Every file that follows, in order.
    pub parts: Vec<Part>,
}

/// What the journal keeps of a bundle that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LeftBundle {
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// For whom, as a person wrote it.
    pub to: String,
    /// The public keys that open it; none when a passphrase does.
    pub recipients: Vec<String>,
    /// How many cases are in it.
    pub n_cases: u32,
}

/// What the journal keeps of a bundle that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBundle {
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// Who left it.
    pub from: MemberId,
    /// Their name, as they write it.
    pub name: String,
    /// Their desk.
    pub desk: DeskId,
    /// What this desk had seen of each other desk from then on.
    pub chains: Vec<ChainMark>,
    /// The reports that came with it.
    pub reports: Vec<ReportId>,
    /// Entries of the case that this desk did not have.
    pub n_entries: u32,
}
