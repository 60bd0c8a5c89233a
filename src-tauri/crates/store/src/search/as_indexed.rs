//! A text as the indexes see it: small letters, without the signs on them.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text with capitals and accents taken off, when nobody asks where it stood.
pub(super) fn bare(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            folded.extend(folded_char(c));
        }
    }
    folded
}

fn folded_char(c: char) -> impl Iterator<Item = char> {
    let bare = std::iter::once(c).nfd().filter(|it| !is_combining_mark(*it));
    bare.flat_map(char::to_lowercase)
}

/// A text with capitals and accents taken off.
pub(super) struct AsIndexed {
    text: String,
    /// For each byte of `text`, where it stood in what was folded; one more for the end. Empty when
    /// nothing moved.
    origin: Vec<usize>,
    end: usize,
}

impl AsIndexed {
    pub(super) fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { text: text.to_ascii_lowercase(), origin: Vec::new(), end: text.len() };
        }
        let mut folded = String::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            if c.is_ascii() {
                folded.push(c.to_ascii_lowercase());
                origin.push(at);
                continue;
            }
            for small in folded_char(c) {
                folded.push(small);
                origin.resize(folded.len(), at);
            }
        }
        origin.push(text.len());
        Self { text: folded, origin, end: text.len() }
    }

    /// Where a spelling stands in what was folded, in bytes.
    pub(super) fn ranges_of(&self, spelling: &Self) -> Vec<Range<usize>> {
        let wanted = &spelling.text;
        if wanted.is_empty() {
            return Vec::new();
        }
        let found = self.text.match_indices(wanted.as_str());
        found.map(|(at, _)| self.origin_of(at)..self.origin_of(at + wanted.len())).collect()
    }

    fn origin_of(&self, at: usize) -> usize {
        if self.origin.is_empty() { at } else { self.origin.get(at).copied().unwrap_or(self.end) }
    }
}
