//! Identifiers, digests and sizes: small values that must not be mixed up.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

/// A text is not what its type says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}")]
pub struct Malformed {
    /// The word of the trade for what was expected, for example `case id`.
    pub what: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(#[specta(type = String)] pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                Uuid::try_parse(text).map(Self).map_err(|_| Malformed { what: $what })
            }
        }
    )*};
}

ids! {
    /// One entry of the journal (UUIDv7).
    EntryId = "entry id";
    /// A desk: one vault on one machine.
    DeskId = "desk id";
    /// A person with a signing key.
    MemberId = "member id";
    /// What came in.
    ReportId = "report id";
    /// What we handle.
    CaseId = "case id";
    /// A deadline on a case.
    ClockId = "clock id";
    /// One answer from the world.
    ObservationId = "observation id";
    /// A recorded decision.
    DecisionId = "decision id";
    /// Something done about a target.
    MitigationId = "mitigation id";
    /// A response, root-cause analysis or readout.
    DocumentId = "document id";
    /// A block of a document.
    BlockId = "block id";
    /// What somebody said about a block.
    CommentId = "comment id";
    /// A note on a case.
    NoteId = "note id";
    /// A signed file that this desk wrote or took in.
    SignedFileId = "signed file id";
    /// A file that a case rests on.
    EvidenceId = "evidence id";
    /// A look-up that waits until the desk is online.
    WaitingId = "waiting look-up id";
    /// A list of names that is looked up.
    LookupListId = "lookup list id";
    /// Hosts that are looked up again and again.
    WatchId = "watch id";
    /// What a person saw at an address.
    SightingId = "sighting id";
    /// Something that changed and nobody has seen yet.
    NoticeId = "notice id";
}

/// A SHA-256 digest; written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Type)]
#[specta(type = String)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// In hexadecimal; a list of answers has hundreds of thousands.
    fn hexadecimal(&self) -> [u8; 64] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (two, byte) in text.chunks_exact_mut(2).zip(self.0) {
            two.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        text
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.hexadecimal()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed { what: "SHA-256 digest" };
        if text.len() != 64 || !text.is_ascii() {
            return Err(malformed);
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16)
                .map_err(|_| Malformed { what: "SHA-256 digest" })?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.hexadecimal();
        serializer.serialize_str(str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Bytes of one MiB.
const MIB: f64 = 1024.0 * 1024.0;

/// A size in bytes; crosses the IPC as a decimal string, because JavaScript rounds big integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Type)]
#[specta(type = String)]
pub struct Size(pub u64);

impl Serialize for Size {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes < 1024 => write!(f, "{bytes} B"),
            bytes if bytes < 1024 * 1024 => write!(f, "{} KiB", bytes.div_ceil(1024)),
            bytes if bytes < 1024 * 1024 * 1024 => write!(f, "{:.1} MiB", bytes as f64 / MIB),
            bytes => write!(f, "{:.1} GiB", bytes as f64 / (1024.0 * MIB)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn a_size_is_told_in_the_unit_people_use() {
        let told = [1023, 1024, 3 << 20, 45 << 30].map(|it| Size(it).to_string());
        assert_eq!(told, ["1023 B", "1 KiB", "3.0 MiB", "45.0 GiB"]);
    }
}
