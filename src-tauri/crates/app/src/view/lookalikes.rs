//! Look-alikes, as screens show them.

use serde::Serialize;
use specta::Type;

/// Names that could be made to be taken for a brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookalikesView {
    /// The brand's domain.
    pub domain: String,
    /// How many of each kind there are, whatever was chosen.
    pub kinds: Vec<LookalikeKind>,
    /// The names of the kinds that were chosen, in ASCII.
    pub names: Vec<String>,
}

/// A way to make a look-alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookalikeKind {
    /// Its word.
    pub kind: String,
    /// The same for people.
    pub label: String,
    /// How many names it makes that no kind before it makes.
    pub n_names: u32,
}

/// A name that looks like a brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JudgedName {
    /// The name in ASCII.
    pub name: String,
    /// As people read it, defanged.
    pub readable: String,
    /// The brand's domain.
    pub brand: String,
    /// Whether people take one for the other at a glance; otherwise it only has the brand in it.
    pub is_close: bool,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// What came of judging names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct JudgedNames {
    /// Those that look like a brand, the closest first.
    pub names: Vec<JudgedName>,
    /// How many were judged.
    pub n_judged: u32,
    /// Lines that were no name.
    pub n_refused: u32,
}
