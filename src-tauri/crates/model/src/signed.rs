//! Files that a member signs, as they travel between two desks.
//!
//! A file is one JSON object: `format` (`farol approval request 1`; another layout is another
//! name), `says` (text: the JSON of a [`Statement`], exactly as it was signed), `signed_by` (the
//! member's id) and `signature` (hex): Ed25519 over `format`, a newline and `says`. It is signed and
//! not encrypted: whoever has the file can read it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    approval::{Answer, Request},
    handover::{Handover, Receipt},
    id::{Digest, MemberId, SignedFileId},
    member::Member,
    time::Timestamp,
};

/// What a member said, with their signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SignedFile {
    /// Which layout, for example `farol member 1`.
    pub format: String,
    /// JSON of a [`Statement`], as it was signed.
    pub says: String,
    /// Whose key signed it.
    pub signed_by: MemberId,
    /// Ed25519 over [`SignedFile::message`], 128 hex digits.
    pub signature: String,
}

impl SignedFile {
    /// The bytes that are signed, and by whose SHA-256 other files name this one.
    pub fn message(&self) -> Vec<u8> {
        [self.format.as_bytes(), b"\n", self.says.as_bytes()].concat()
    }

    /// What it says; none when that is not what its format announces.
    pub fn statement(&self) -> Option<Statement> {
        let statement: Statement = serde_json::from_str(&self.says).ok()?;
        (statement.says.kind().format() == self.format).then_some(statement)
    }
}

/// What kind of signed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A member's name and public key.
    Card,
    /// A request for a second person's approval.
    Request,
    /// The answer to such a request.
    Answer,
    /// A note for the next shift.
    Handover,
    /// That somebody read a handover.
    Receipt,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Card, Self::Request, Self::Answer, Self::Handover, Self::Receipt];

    /// The name of its layout, the first thing that is signed.
    pub fn format(self) -> &'static str {
        match self {
            Self::Card => "farol member 1",
            Self::Request => "farol approval request 1",
            Self::Answer => "farol approval answer 1",
            Self::Handover => "farol handover 1",
            Self::Receipt => "farol handover receipt 1",
        }
    }

    /// The word in SQL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Handover => "handover",
            Self::Receipt => "receipt",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Card => "member card",
            Self::Request => "request for approval",
            Self::Answer => "answer to a request for approval",
            Self::Handover => "handover",
            Self::Receipt => "receipt of a handover",
        }
    }
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Different in each file, so that the same words signed twice are two files.
    pub id: SignedFileId,
    /// Whether it comes from a practice vault, whose key is no secret.
    pub practice: bool,
    /// When it was signed, by the clock of that desk.
    pub at: Timestamp,
    /// The signer's name, as they write it.
    pub name: String,
    /// What is said.
    pub says: Says,
}

/// The content of each kind of file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Who the signer is.
    Card(Member),
    /// Please approve this.
    Request(Box<Request>),
    /// Approved, or refused.
    Answer(Answer),
    /// What the next shift must know.
    Handover(Handover),
    /// The handover was read.
    Receipt(Receipt),
}

impl Says {
    /// Its kind.
    pub fn kind(&self) -> FileKind {
        match self {
            Self::Card(_) => FileKind::Card,
            Self::Request(_) => FileKind::Request,
            Self::Answer(_) => FileKind::Answer,
            Self::Handover(_) => FileKind::Handover,
            Self::Receipt(_) => FileKind::Receipt,
        }
    }

    /// What it is about, by which it is found again: the id of what is to be approved, or the hash of
    /// the file it answers; nothing for the others.
    pub fn about(&self) -> String {
        match self {
            Self::Card(_) | Self::Handover(_) => String::new(),
            Self::Request(request) => request.proposal.subject.id(),
            Self::Answer(answer) => answer.request.to_string(),
            Self::Receipt(receipt) => receipt.handover.to_string(),
        }
    }
}

/// A signed file as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Its id on this desk; an entry without a case is sealed with a key of this name, so that the file
    /// can be erased.
    pub id: SignedFileId,
    /// What kind.
    pub kind: FileKind,
    /// SHA-256 of [`SignedFile::message`].
    pub hash: Digest,
    /// As in [`Says::about`].
    pub about: String,
    /// The file, signature and all.
    pub file: SignedFile,
}
