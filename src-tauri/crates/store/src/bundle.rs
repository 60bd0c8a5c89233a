//! Cases that travel whole between two desks: an archive that age encrypts, laid out in `BUNDLE.md`.
//!
//! What is in it is read by public tools: `age -d`, `tar`, any reader of JSON. Its journal is that of
//! `JOURNAL.md`: the entries of its cases with the keys of their bodies, and of everything between
//! them the digest alone, so that hashes chain and nothing of another case is said.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use farol_model::id::Digest;

use crate::age::{self, Recipient};

/// Writing a bundle.
mod leave;
/// The lines of a journal: entries, and digests of those that are not said.
pub(crate) mod lines;
/// Reading a bundle.
mod open;
/// Taking a bundle in.
mod take;

pub use leave::Plan;
pub use open::{BundleError, OpenedBundle, open_bundle};
pub use take::{TakeError, Taken, TakenCase};

/// The name of the manifest in the archive; always the first file.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The name of the journal in the archive; always the second file.
pub(crate) const JOURNAL: &str = "journal.jsonl";
/// The folder of the originals in the archive.
pub(crate) const ORIGINALS: &str = "originals/";

/// What opens a bundle. A passphrase stands alone: age does not mix it with keys.
pub enum Lock {
    /// Whoever knows the words.
    Passphrase(Zeroizing<String>),
    /// Whoever has the secret to one of these public keys.
    Recipients(Vec<Recipient>),
}

impl Lock {
    /// Words.
    pub fn passphrase(words: &str) -> Self {
        Self::Passphrase(Zeroizing::new(words.to_owned()))
    }

    /// The keys of people, as they wrote them (`age1…`).
    ///
    /// # Errors
    /// The first text that is no such key.
    pub fn for_recipients(texts: &[String]) -> Result<Self, String> {
        let read = |text: &String| text.trim().parse().map_err(|_| text.clone());
        Ok(Self::Recipients(texts.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// The keys as texts; none for a passphrase.
    pub fn recipients(&self) -> Vec<String> {
        match self {
            Self::Passphrase(_) => Vec::new(),
            Self::Recipients(keys) => keys.iter().map(ToString::to_string).collect(),
        }
    }

    fn encrypt<W: Write>(&self, to: W) -> io::Result<age::Writer<W>> {
        match self {
            Self::Passphrase(words) => age::encrypt_with(words, to),
            Self::Recipients(keys) => age::encrypt_for(keys, to),
        }
    }
}

/// Counts and hashes what passes through.
struct Hashed<W> {
    to: W,
    hasher: Sha256,
    n_bytes: u64,
}

impl<W> Hashed<W> {
    fn new(to: W) -> Self {
        Self { to, hasher: Sha256::new(), n_bytes: 0 }
    }

    fn sha256(self) -> Digest {
        Digest(self.hasher.finalize().into())
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests;
