//! How far a document is on its way out: comments, review, issue, and what it promised.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Audience, Block, Document, DocumentKind, Envelope};
use crate::{
    id::{BlockId, CommentId, Digest, DocumentId, MemberId},
    time::Timestamp,
};

/// Where a document stands.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// It is written.
    #[default]
    Draft,
    /// A colleague was asked to read it.
    Peer,
    /// A colleague approved it; it waits for legal.
    Legal,
    /// Whoever has to approve it did.
    Approved,
    /// It is out and stays as it is.
    Issued,
}

impl ReviewState {
    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Peer => "With a colleague",
            Self::Legal => "With legal",
            Self::Approved => "Approved",
            Self::Issued => "Issued",
        }
    }
}

/// One step of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ReviewStep {
    /// Where it stands since.
    pub to: ReviewState,
    /// When.
    pub at: Timestamp,
    /// Who did it; an approval is by whoever signed it.
    pub by: MemberId,
    /// SHA-256 of the blocks and the address as they were.
    pub text: Digest,
}

/// What somebody said about a block; never part of what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The block.
    pub block: BlockId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: MemberId,
    /// The words.
    pub text: String,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
}

/// An action that was promised and done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeptPromise {
    /// The action's block.
    pub block: BlockId,
    /// When it was done.
    pub at: Timestamp,
    /// Who says so.
    pub by: MemberId,
}

/// What a new version corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Correction {
    /// The issued document.
    pub document: DocumentId,
    /// What changed, in a sentence that its readers get.
    pub what: String,
}

/// Everything about a document that is not its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Standing {
    /// 1 for the first, and one more for every correction.
    pub version: u32,
    /// The steps so far, oldest first.
    pub steps: Vec<ReviewStep>,
    /// The version that this one corrects.
    pub corrects: Option<Correction>,
    /// What was said about its blocks.
    pub comments: Vec<Comment>,
    /// Its actions that are done.
    pub kept: Vec<KeptPromise>,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            version: 1,
            steps: Vec::new(),
            corrects: None,
            comments: Vec::new(),
            kept: Vec::new(),
        }
    }
}

impl Standing {
    /// Where it stands.
    pub fn state(&self) -> ReviewState {
        self.steps.last().map_or(ReviewState::Draft, |it| it.to)
    }

    /// The same after one step more.
    #[must_use]
    pub fn stepped(&self, step: ReviewStep) -> Self {
        let mut after = self.clone();
        after.steps.push(step);
        after
    }
}

/// Whether a second person has to approve it: anybody outside reads it.
pub fn needs_second(document: &Document) -> bool {
    !document.audience.is_internal() || needs_legal(document)
}

/// What a review is of, as bytes to be hashed: blocks and address.
pub fn reviewed_text(blocks: &[Block], envelope: Option<&Envelope>) -> Vec<u8> {
    serde_json::to_vec(&(blocks, envelope)).expect("blocks are plain data")
}

/// Whether legal has to approve it: it goes to an authority, a regulator or the public, or tells a
/// customer what we did wrong.
pub fn needs_legal(document: &Document) -> bool {
    use Audience as A;
    let outward = |it: &Audience| matches!(it, A::Authority | A::Regulator | A::Public);
    let customer = |it: &Audience| matches!(it, A::Customer(_));
    outward(&document.audience)
        || (document.kind == DocumentKind::Rca
            && document.blocks.iter().any(|it| outward(&it.audience) || customer(&it.audience)))
}

/// What comes after an approval of a document in this state.
pub fn after_approval(document: &Document) -> ReviewState {
    match document.standing.state() {
        ReviewState::Peer if needs_legal(document) => ReviewState::Legal,
        _ => ReviewState::Approved,
    }
}
