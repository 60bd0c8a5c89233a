//! Files that a case rests on, and everything that was done with them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{Digest, EvidenceId, MemberId, Size},
    time::Timestamp,
};

/// A file is kept in pieces of this size, so that none is ever in memory as a whole.
pub const PIECE_BYTES: usize = 1 << 20;

/// A file as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// Its name, without folders.
    pub name: String,
    /// How many bytes it has.
    pub size: Size,
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// The originals it is made of, in order: [`PIECE_BYTES`] each, the last one the rest.
    pub pieces: Vec<Digest>,
    /// Who gave it, and how; as a person wrote it.
    pub origin: String,
    /// The evidence that this is a redacted copy of.
    pub redacted_from: Option<EvidenceId>,
}

impl Evidence {
    /// A name for a copy: without what an operating system could stumble over, at most 120 letters.
    pub fn file_name(&self) -> String {
        let is_fine = |c: &char| {
            !c.is_control()
                && !r#"<>:"/\|?*"#.contains(*c)
                && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        let name: String = self.name.chars().filter(is_fine).take(120).collect();
        let name = name.trim_matches([' ', '.']);
        let stem = name.split('.').next().unwrap_or_default().to_uppercase();
        let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
            || ["COM", "LPT"]
                .iter()
                .any(|it| stem.strip_prefix(it).is_some_and(|rest| rest.len() == 1));
        match name {
            "" => "evidence".to_owned(),
            name if is_device => format!("_{name}"),
            name => name.to_owned(),
        }
    }
}

/// What was done with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Handling {
    /// It came in.
    Received {
        /// Who gave it, and how.
        origin: String,
    },
    /// A person looked at its beginning.
    Opened,
    /// A copy left the vault, byte for byte.
    Exported {
        /// The name of the file that was written, without folders.
        file_name: String,
        /// Who got it.
        to: String,
    },
    /// A redacted copy was added.
    Redacted {
        /// The copy.
        copy: EvidenceId,
    },
    /// Its bytes were destroyed; name, hash and custody stay.
    Destroyed {
        /// The rule or the order.
        reason: String,
    },
}

impl Handling {
    /// The line of the custody list.
    pub fn describe(&self) -> String {
        match self {
            Self::Received { origin } if origin.is_empty() => "Received".into(),
            Self::Received { origin } => format!("Received: {origin}"),
            Self::Opened => "Looked at".into(),
            Self::Exported { file_name, to } => format!("Exported as {file_name}, for {to}"),
            Self::Redacted { .. } => "A redacted copy was added".into(),
            Self::Destroyed { reason } => format!("Destroyed: {reason}"),
        }
    }
}

/// One line of the custody of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Custody {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: MemberId,
    /// What was done.
    pub handling: Handling,
}

/// A file and its custody so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HeldEvidence {
    /// The file.
    pub evidence: Evidence,
    /// Oldest first; begins with its receipt.
    pub custody: Vec<Custody>,
}

impl HeldEvidence {
    /// Whether its bytes were destroyed.
    pub fn is_destroyed(&self) -> bool {
        self.custody.iter().any(|it| matches!(it.handling, Handling::Destroyed { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_gets_a_name_that_every_system_takes() {
        let check = |name: &str, expected: &str| {
            let evidence = Evidence {
                id: EvidenceId(uuid::Uuid::nil()),
                name: name.into(),
                size: Size(0),
                sha256: Digest([0; 32]),
                pieces: Vec::new(),
                origin: String::new(),
                redacted_from: None,
            };
            assert_eq!(evidence.file_name(), expected, "{name}");
        };
        check("capture 1.pcap", "capture 1.pcap");
        check("../../etc/passwd", "etcpasswd");
        check("..", "evidence");
        check("nul.txt", "_nul.txt");
        check("a\u{202e}fdp.exe", "afdp.exe");
        check("C:\\x?.log .", "Cx.log");
        check("ação.txt", "ação.txt");
        check(&"x".repeat(300), &"x".repeat(120));
    }
}
