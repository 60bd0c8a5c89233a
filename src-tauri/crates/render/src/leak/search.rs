//! Withheld values and where they are found.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use farol_model::document::Withheld;

use super::fold::Folded;

/// Shorter values are common syllables.
const MIN_CHARS: usize = 3;
/// Shorter byte strings occur in compressed data by chance.
const MIN_BYTES: usize = 6;

/// One value at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Index into the document's withheld values.
    pub(crate) value: usize,
    /// Where.
    pub(crate) place: &'static str,
}

/// All withheld values, ready to be searched for at once.
pub(crate) struct Needles {
    n_values: u32,
    folded: AhoCorasick,
    /// For each pattern: which value, and whether it must stand as whole words.
    folded_values: Vec<(usize, bool)>,
    bytes: AhoCorasick,
    byte_values: Vec<usize>,
}

impl Needles {
    /// Prepares every value of three characters or more.
    pub(crate) fn of(withheld: &[Withheld]) -> Self {
        let (mut folded, mut folded_values) = (Vec::new(), Vec::new());
        let (mut bytes, mut byte_values) = (Vec::new(), Vec::new());
        let mut n_values = 0;
        for (index, it) in withheld.iter().enumerate() {
            let value = it.value.trim();
            let key = Folded::of(value);
            if key.as_str().chars().count() < MIN_CHARS {
                continue;
            }
            n_values += 1;
            let edges = key.needs_word_edges();
            if key.has_right_to_left() {
                folded.push(key.as_str().chars().rev().collect::<String>());
                folded_values.push((index, edges));
            }
            folded.push(key.as_str().to_owned());
            folded_values.push((index, edges));
            let forms = encodings(value);
            byte_values.extend(std::iter::repeat_n(index, forms.len()));
            bytes.extend(forms);
        }
        Self {
            n_values,
            folded: automaton(&folded),
            folded_values,
            bytes: automaton(&bytes),
            byte_values,
        }
    }

    /// How many values are searched for.
    pub(crate) fn n_values(&self) -> u32 {
        self.n_values
    }

    /// Values that stand in a text, also where it is percent-encoded.
    pub(crate) fn in_text(&self, place: &'static str, text: &Folded) -> Vec<Hit> {
        let mut hits = self.in_folded(place, text);
        if text.contains("%")
            && let Ok(decoded) = String::from_utf8(percent_decoded(text.as_str().as_bytes()))
        {
            hits.extend(self.in_folded(place, &Folded::of(&decoded)));
        }
        hits
    }

    fn in_folded(&self, place: &'static str, text: &Folded) -> Vec<Hit> {
        self.folded
            .find_overlapping_iter(text.as_str())
            .filter_map(|found| {
                let (value, edges) = self.folded_values[found.pattern().as_usize()];
                let counts = !edges || text.is_whole_words(found.start(), found.end());
                counts.then_some(Hit { value, place })
            })
            .collect()
    }

    /// Values that stand in bytes: as they are, UTF-16, hexadecimal, base64, percent-encoded.
    pub(crate) fn in_bytes(&self, place: &'static str, bytes: &[u8]) -> Vec<Hit> {
        self.bytes
            .find_overlapping_iter(bytes)
            .map(|found| Hit { value: self.byte_values[found.pattern().as_usize()], place })
            .collect()
    }
}

fn automaton(patterns: &[impl AsRef<[u8]>]) -> AhoCorasick {
    AhoCorasickBuilder::new()
        .build(patterns)
        .expect("the values of one document stay far below the automaton's limit of 2^31 states")
}

fn encodings(value: &str) -> Vec<Vec<u8>> {
    let bytes = value.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let units = || value.encode_utf16();
    let mut forms = vec![
        bytes.to_vec(),
        units().flat_map(u16::to_be_bytes).collect(),
        units().flat_map(u16::to_le_bytes).collect(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        percent_encoded(bytes),
    ];
    forms.extend((0..3).map(|offset| base64_inside(bytes, offset)));
    forms.retain(|form| form.len() >= MIN_BYTES);
    forms
}

fn percent_encoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out.into_bytes()
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%'
            && let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2))
        {
            out.push((high * 16 + low) as u8);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// The base64 digits that `bytes` always give when they begin `offset` bytes (0, 1 or 2) into a
/// group of three, whatever stands around them.
fn base64_inside(bytes: &[u8], offset: usize) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
    let n_bits = padded.len() * 8;
    (0..n_bits / 6)
        .filter(|digit| digit * 6 >= offset * 8)
        .map(|digit| {
            let bit = |n: usize| padded[n / 8] >> (7 - n % 8) & 1;
            let value = (0..6).fold(0, |value, n| value << 1 | bit(digit * 6 + n));
            DIGITS[usize::from(value)]
        })
        .collect()
}
