//! What came in: kept byte for byte, never edited.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{Digest, ReportId, Size},
    observable::Found,
    time::Timestamp,
};

/// How a report reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReportChannel {
    /// A mail as received (RFC 5322).
    Mail,
    /// A line from a chat.
    Chat,
    /// A note taken on the phone.
    Phone,
    /// Any other text or file.
    Other,
}

/// What the reporter allows us to pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Nobody asked yet; treated as anonymous.
    NotAsked,
    /// The reporter may be named to the operator and the host.
    Named,
    /// The content may be passed on, the person not.
    Anonymous,
    /// Nothing of the report may leave.
    DoNotForward,
}

impl Consent {
    /// Grows with what is forbidden: where several people reported, the strictest binds.
    pub fn strictness(self) -> u8 {
        match self {
            Self::Named => 0,
            Self::Anonymous => 1,
            Self::NotAsked => 2,
            Self::DoNotForward => 3,
        }
    }
}

/// A name and a mail address as a message gave them; either may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Correspondent {
    /// Display name.
    pub name: Option<String>,
    /// Mail address, as written.
    pub address: Option<String>,
}

impl Correspondent {
    /// `Name <address>`, the part that is known, or `unknown`.
    pub fn display(&self) -> String {
        match (&self.name, &self.address) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => "unknown".into(),
        }
    }
}

/// A part of a report that is a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Attachment {
    /// The name the sender gave it, cleaned of paths and control characters.
    pub name: String,
    /// The media type the sender claimed.
    pub media_type: String,
    /// Decoded size.
    pub size: Size,
    /// SHA-256 of the decoded bytes; none when the part was refused and never looked at.
    pub sha256: Option<Digest>,
}

/// What a parser read out of a report's bytes. The bytes stay the truth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Parsed {
    /// Who sent it to us; a forwarder when `reporter` differs.
    pub sender: Correspondent,
    /// The person or organisation that complains.
    pub reporter: Correspondent,
    /// The reporter's own reference.
    pub reporter_reference: Option<String>,
    /// Subject line, or the first line of a note.
    pub subject: String,
    /// When the message says it was written.
    pub dated: Option<Timestamp>,
    /// `Message-ID` without brackets.
    pub message_id: Option<String>,
    /// `In-Reply-To` and `References`, without brackets.
    pub refers_to: Vec<String>,
    /// Whether a machine answered: a notice of absence, a receipt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_automatic: bool,
    /// Readable text; HTML is reduced to text.
    pub text: String,
    /// Files that came along.
    pub attachments: Vec<Attachment>,
    /// URLs, hosts, addresses and mail addresses found.
    pub observables: Vec<Found>,
    /// What the parser could not read or had to guess, in plain words.
    pub warnings: Vec<String>,
}

/// One thing that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// When we took it in.
    pub received_at: Timestamp,
    /// How.
    pub channel: ReportChannel,
    /// SHA-256 of the bytes as they came; names the original.
    pub original: Digest,
    /// How many bytes.
    pub size: Size,
    /// What was read out of them.
    pub parsed: Parsed,
    /// What the reporter allows.
    pub consent: Consent,
}
