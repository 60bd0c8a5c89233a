//! From character codes to text, through a font's `ToUnicode` table (ISO 32000-1 §9.10.3).

use std::collections::BTreeMap;

use farol_model::export::RenderError;
use lopdf::Object;

use super::void;

/// More codes than a two-byte font has are not one of our tables.
const MAX_RANGE: u32 = 0xffff;

/// What the codes of one font mean. A font without a table gives no text, so that the check of the
/// visible text fails instead of guessing.
#[derive(Debug, Clone, Default)]
pub(crate) struct CodeMap {
    width: usize,
    text: BTreeMap<u32, String>,
}

/// One token of the table.
enum Token<'a> {
    Code(Vec<u8>),
    Open,
    Close,
    Word(&'a [u8]),
}

impl CodeMap {
    /// Reads the `bfchar` and `bfrange` parts of a table.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut pending: Vec<Vec<u8>> = Vec::new();
        let mut list: Option<Vec<Vec<u8>>> = None;
        let mut part: &[u8] = b"";
        for token in tokens(bytes) {
            match token {
                Token::Word(word) => {
                    part = word;
                    pending.clear();
                    list = None;
                }
                Token::Open => list = Some(Vec::new()),
                Token::Code(code) => match &mut list {
                    Some(list) => list.push(code),
                    None => pending.push(code),
                },
                Token::Close => {
                    if let (b"beginbfrange", [low, _]) = (part, pending.as_slice()) {
                        let low = number(low);
                        for (n, text) in list.take().unwrap_or_default().iter().enumerate() {
                            map.text.insert(low.saturating_add(n as u32), utf16(text));
                        }
                    }
                    pending.clear();
                }
            }
            match (part, pending.as_slice()) {
                (b"begincodespacerange", [low, _]) => map.width = low.len(),
                (b"beginbfchar", [code, text]) => {
                    map.text.insert(number(code), utf16(text));
                }
                (b"beginbfrange", [low, high, text]) => map.range(number(low), number(high), text),
                _ => continue,
            }
            pending.clear();
        }
        map
    }

    fn range(&mut self, low: u32, high: u32, text: &[u8]) {
        let mut units: Vec<u16> =
            text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        for code in low..=high.min(low.saturating_add(MAX_RANGE)) {
            self.text.insert(code, String::from_utf16_lossy(&units));
            if let Some(last) = units.last_mut() {
                *last = last.wrapping_add(1);
            }
        }
    }

    /// One byte a letter, for fonts of others that have no table.
    pub(crate) fn latin() -> Self {
        let text = (0x20..=0xff).filter_map(|code| Some((code, char::from_u32(code)?.to_string())));
        Self { width: 1, text: text.collect() }
    }

    /// Every text in the table, used or not.
    pub(crate) fn everything(&self) -> String {
        let mut all = String::new();
        for text in self.text.values() {
            // Letters stand next to each other; what says more than a letter stands alone.
            if text.chars().nth(1).is_some() {
                all.push_str(&format!("\n{text}\n"));
            } else {
                all.push_str(text);
            }
        }
        all
    }

    /// Appends what a string operand shows.
    pub(crate) fn read(
        &self,
        operand: Option<&Object>,
        out: &mut String,
    ) -> Result<(), RenderError> {
        let bytes = operand
            .and_then(|it| it.as_str().ok())
            .ok_or_else(|| void("a text operator has no text"))?;
        if self.width == 0 {
            return Ok(());
        }
        for code in bytes.chunks(self.width) {
            if let Some(text) = self.text.get(&number(code)) {
                out.push_str(text);
            }
        }
        Ok(())
    }
}

fn tokens(bytes: &[u8]) -> impl Iterator<Item = Token<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            let (first, after) = rest.split_first()?;
            match first {
                b'[' => {
                    rest = after;
                    return Some(Token::Open);
                }
                b']' => {
                    rest = after;
                    return Some(Token::Close);
                }
                b'<' if after.first() != Some(&b'<') => {
                    let end = after.iter().position(|byte| *byte == b'>').unwrap_or(after.len());
                    rest = after.get(end + 1..).unwrap_or_default();
                    return Some(Token::Code(hex(&after[..end])));
                }
                byte if byte.is_ascii_alphabetic() => {
                    let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
                    let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                    rest = after;
                    return Some(Token::Word(word));
                }
                _ => rest = after,
            }
        }
    })
}

fn hex(digits: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.iter().filter_map(|it| char::from(*it).to_digit(16)).map(|it| it as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Big-endian UTF-16.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
