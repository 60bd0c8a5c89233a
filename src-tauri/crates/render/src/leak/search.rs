//! Withheld values and where they are found.

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use farol_model::observable::defang;

use super::{
    fold::Folded,
    scan::{Found, Scan},
    views,
};
use crate::{markdown, web};

/// Shorter values are common syllables.
const MIN_CHARS: usize = 3;
/// A name of two characters, in a script where a character is a syllable or word.
const MIN_CHARS_UNSPACED: usize = 2;
/// Shorter byte strings occur in compressed data by chance, shorter words in what is decoded.
const MIN_BYTES: usize = 6;

/// The name of a place in a file: `page text`, `word/document.xml`.
pub(crate) type Place = Cow<'static, str>;

/// One value at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Index into the values.
    pub(crate) value: usize,
    /// Where.
    pub(crate) place: Place,
}

/// All withheld values, ready to be searched for at once.
pub(crate) struct Needles {
    n_values: u32,
    folded: Scan,
    folded_values: Vec<Needle>,
    /// In small letters.
    bytes: Scan,
    byte_values: Vec<usize>,
    told: Option<Told>,
}

/// Texts that some values may be a part of.
struct Told {
    folded: Scan,
    /// In small letters.
    bytes: Scan,
    /// For every value, whether it may.
    values: Vec<bool>,
}

/// One folded form of a value.
#[derive(Debug, Clone, Copy)]
struct Needle {
    value: usize,
    /// Whether it must stand as whole words.
    edges: bool,
    /// Whether it is long enough to be looked for in what was decoded.
    decoded: bool,
}

impl Needles {
    /// Prepares every value that says enough to be recognised.
    pub(crate) fn of<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let (mut folded, mut folded_values) = (Vec::new(), Vec::new());
        let (mut bytes, mut byte_values) = (Vec::new(), Vec::new());
        let mut n_values = 0;
        for (value, written) in values.enumerate() {
            let written = written.trim();
            if !is_searched(written) {
                continue;
            }
            n_values += 1;
            for form in normal_forms(written) {
                let key = Folded::of(&form);
                let needle = Needle {
                    value,
                    edges: key.needs_word_edges(),
                    decoded: key.as_str().len() >= MIN_BYTES,
                };
                if key.has_right_to_left() {
                    folded.push(key.as_str().chars().rev().collect::<String>().into_bytes());
                    folded_values.push(needle);
                }
                folded.push(key.as_str().as_bytes().to_vec());
                folded_values.push(needle);
            }
            let forms = encodings(written);
            byte_values.extend(std::iter::repeat_n(value, forms.len()));
            bytes.extend(forms);
        }
        Self {
            n_values,
            folded: Scan::of(folded),
            folded_values,
            bytes: Scan::of(bytes),
            byte_values,
            told: None,
        }
    }

    /// The same, where a value of those that are true in `values` is no hit inside one of `texts`.
    pub(crate) fn but_not_in(mut self, texts: &[String], values: Vec<bool>) -> Self {
        if !texts.is_empty() && values.contains(&true) {
            let written: Vec<String> =
                texts.iter().flat_map(|it| [it.clone(), defang(it)]).flat_map(in_markup).collect();
            let folded = written.iter().map(|it| Folded::of(it).as_str().as_bytes().to_vec());
            self.told = Some(Told {
                folded: Scan::of(folded.collect()),
                bytes: Scan::of(written.iter().flat_map(|it| encodings(it)).collect()),
                values,
            });
        }
        self
    }

    /// How many values are searched for.
    pub(crate) fn n_values(&self) -> u32 {
        self.n_values
    }

    /// Values that stand in a text, also where it is encoded.
    pub(crate) fn in_text(&self, place: &Place, text: &str) -> Vec<Hit> {
        let mut hits = self.in_folded(place, &Folded::of(text), false);
        let decoded = views::decoded(text);
        if !decoded.is_empty() {
            hits.extend(self.in_folded(place, &Folded::of(&decoded), true));
        }
        hits
    }

    fn may_be_told(&self, value: usize) -> bool {
        self.told.as_ref().is_some_and(|it| it.values.get(value).copied().unwrap_or(false))
    }

    fn in_folded(&self, place: &Place, text: &Folded, decoded: bool) -> Vec<Hit> {
        let found = self.folded.find(text.as_str().as_bytes());
        let is_told = Told::of(self.told.as_ref().map(|it| &it.folded), text.as_str().as_bytes());
        found
            .into_iter()
            .filter(|it| !(self.may_be_told(self.folded_values[it.value].value) && is_told(it)))
            .filter_map(|found| {
                let needle = self.folded_values[found.value];
                let counts = (needle.decoded || !decoded)
                    && (!needle.edges || text.is_whole_words(found.start, found.end));
                counts.then(|| Hit { value: needle.value, place: place.clone() })
            })
            .collect()
    }

    /// Values that stand in bytes: as they are, UTF-16, hexadecimal, base64, percent-encoded.
    pub(crate) fn in_bytes(&self, place: &Place, bytes: &[u8]) -> Vec<Hit> {
        let bytes = bytes.to_ascii_lowercase();
        let found = self.bytes.find(&bytes);
        let is_told = Told::of(self.told.as_ref().map(|it| &it.bytes), &bytes);
        found
            .into_iter()
            .filter(|it| !(self.may_be_told(self.byte_values[it.value]) && is_told(it)))
            .map(|found| Hit { value: self.byte_values[found.value], place: place.clone() })
            .collect()
    }
}

impl Told {
    /// Whether what was found stands inside one of the texts.
    fn of(texts: Option<&Scan>, whole: &[u8]) -> impl Fn(&Found) -> bool {
        let told = texts.map_or_else(Vec::new, |it| it.find(whole));
        move |found| told.iter().any(|it| it.start <= found.start && found.end <= it.end)
    }
}

/// A text as our own files write it.
fn in_markup(text: String) -> [String; 3] {
    [markdown::escaped(&text), web::escaped(&text), text]
}

/// Whether a value is long enough to be searched for.
pub(crate) fn is_searched(value: &str) -> bool {
    let key = Folded::of(value.trim());
    let n_chars = key.as_str().chars().count();
    n_chars >= MIN_CHARS || (n_chars >= MIN_CHARS_UNSPACED && key.is_unspaced())
}

/// The ways to write a value that folding does not make equal: international names in both
/// spellings, addresses backwards (as reverse lookups have them), IPv6 long and short.
fn normal_forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned()];
    let plain = Folded::of(value);
    let plain = plain.as_str();
    let in_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_') || !c.is_ascii();
    for host in plain.split(|c: char| !in_host(c)).filter(|it| it.contains('.')) {
        if let Ok(ip) = host.parse::<Ipv4Addr>() {
            let [a, b, c, d] = ip.octets();
            forms.push(format!("{d}.{c}.{b}.{a}"));
            continue;
        }
        if !host.is_ascii()
            && let Ok(ascii) = idna::domain_to_ascii(host)
        {
            forms.push(plain.replace(host, &ascii));
        }
        if host.contains("xn--") {
            let (unicode, _) = idna::domain_to_unicode(host);
            forms.push(plain.replace(host, &unicode));
        }
    }
    let in_address = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
    for word in plain.split(|c: char| !in_address(c)) {
        if let Ok(IpAddr::V6(ip)) = word.parse() {
            forms.extend(spellings_of(ip));
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms.retain(|it| it == value || it.len() >= MIN_BYTES);
    forms
}

fn spellings_of(ip: Ipv6Addr) -> [String; 4] {
    let groups: Vec<String> = ip.segments().iter().map(|it| format!("{it:04x}")).collect();
    let short: Vec<String> = ip.segments().iter().map(|it| format!("{it:x}")).collect();
    let mut nibbles: Vec<String> = groups.concat().chars().map(String::from).collect();
    nibbles.reverse();
    [ip.to_string(), groups.join(":"), short.join(":"), nibbles.join(".")]
}

fn encodings(value: &str) -> Vec<Vec<u8>> {
    let bytes = value.as_bytes();
    let units = || value.encode_utf16();
    let mut forms = vec![
        bytes.to_vec(),
        units().flat_map(u16::to_be_bytes).collect(),
        units().flat_map(u16::to_le_bytes).collect(),
        bytes.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).collect(),
        percent_encoded(bytes),
    ];
    for offset in 0..3 {
        let digits = base64_inside(bytes, offset);
        if digits.iter().any(|digit| b"+/".contains(digit)) {
            let other = digits.iter().map(|digit| match digit {
                b'+' => b'-',
                b'/' => b'_',
                digit => *digit,
            });
            forms.push(other.collect());
        }
        forms.push(digits);
    }
    forms.iter_mut().for_each(|form| form.make_ascii_lowercase());
    forms.retain(|form| form.len() >= MIN_BYTES);
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn hex(digit: u8) -> u8 {
    b"0123456789abcdef"[usize::from(digit)]
}

fn percent_encoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(*byte);
        } else {
            out.extend([b'%', hex(byte >> 4), hex(byte & 15)]);
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
