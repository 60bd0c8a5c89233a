//! Look-alikes of a brand, both ways: names that somebody could register to be taken for it, and
//! whether a name that was reported is one.
//!
//! Pure; nothing is asked here. Making many names and judging one are different questions: whoever
//! judges does not look the name up in what could be made, because attackers are not bound to a list.
//! Sources: UTS 39 (confusables, through `unicode-security`), and what tools of this kind are known to try.

/// Whether a name looks like a brand, and why.
mod judge;
/// Names that could be taken for a brand.
mod permute;

use hickory_proto::rr::Name;

pub use judge::{LookAlike, judge};
pub use permute::{PermutationKind, permutations};

use crate::questions::{as_ip, ascii, registrable_domain};

/// Words that phishers put beside a brand.
const LURES: [&str; 24] = [
    "login",
    "signin",
    "secure",
    "security",
    "verify",
    "verification",
    "account",
    "accounts",
    "support",
    "help",
    "service",
    "update",
    "online",
    "portal",
    "auth",
    "pay",
    "payment",
    "billing",
    "wallet",
    "mobile",
    "app",
    "mail",
    "my",
    "id",
];

/// A brand's domain, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// `harbour-bank.example`.
    pub domain: String,
    /// `harbour-bank`.
    pub(crate) label: String,
    /// `example`.
    pub(crate) suffix: String,
}

impl Brand {
    /// Reads a brand from a domain or anything below it; a word without dot is a label alone.
    ///
    /// None for an address, a public suffix, or what is no name.
    pub fn read(text: &str) -> Option<Self> {
        let name = ascii(text);
        if name.is_empty() || as_ip(&name).is_some() || name.contains(|c: char| !is_of_names(c)) {
            return None;
        }
        if !name.contains('.') {
            return Some(Self { domain: name.clone(), label: name, suffix: String::new() });
        }
        let domain = registrable_domain(&name)?;
        let (label, suffix) = domain.split_once('.')?;
        let (label, suffix) = (label.to_owned(), suffix.to_owned());
        Some(Self { domain, label, suffix })
    }
}

fn is_of_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// A label as people read it: in its own script.
fn readable(label: &str) -> String {
    match Name::from_utf8(label) {
        Ok(name) if label.starts_with("xn--") => {
            name.to_utf8().trim_end_matches('.').to_lowercase()
        }
        _ => label.to_lowercase(),
    }
}
