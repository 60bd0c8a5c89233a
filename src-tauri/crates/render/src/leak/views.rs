//! What a text says once it is decoded: percent signs, entities, escapes, hexadecimal, base64.
//!
//! A curious reader decodes what looks encoded, so the check does, too. Only runs that are long
//! enough to carry a value are decoded; what comes out is searched like any other text.

use super::fold::is_invisible;

/// Shorter runs of base64 or hexadecimal digits carry nothing that is searched for in them.
const MIN_RUN: usize = 8;
/// An encoding inside an encoding.
const MAX_DEPTH: usize = 2;

/// Everything in `text` that is encoded, decoded, piece by piece; empty when nothing is.
pub(crate) fn decoded(text: &str) -> String {
    let mut all = String::new();
    let mut layer: String = text.chars().filter(|c| *c == '\n' || !is_invisible(*c)).collect();
    for _ in 0..MAX_DEPTH {
        let mut next = String::new();
        for view in [percent(&layer), entities(&layer), escapes(&layer)].into_iter().flatten() {
            next.push_str(&view);
            next.push('\n');
        }
        hexadecimal(&layer, &mut next);
        base64(&layer, &mut next);
        if next.is_empty() {
            break;
        }
        all.push_str(&next);
        layer = next;
    }
    all
}

fn percent(text: &str) -> Option<String> {
    text.contains('%').then(|| lossy(&percent_decoded(text.as_bytes())))
}

pub(crate) fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
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

/// The entities of XML and those that stand for letters by number.
pub(crate) fn entities(text: &str) -> Option<String> {
    if !text.contains('&') {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (c, length) = entity_at(&rest[at..]).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Some(out)
}

/// The character that an entity at the start of `text` stands for, and the entity's length.
pub(crate) fn entity_at(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let end = inner.bytes().take(12).position(|byte| byte == b';')?;
    Some((entity(&inner[..end])?, end + 2))
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "shy" => '\u{ad}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// `\u0042`, `\x42` and `=42` (quoted-printable).
fn escapes(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digits = |at: usize, n: usize| -> Option<u32> {
        u32::from_str_radix(text.get(at..at + n)?, 16).ok()
    };
    let mut out: Vec<u8> = Vec::new();
    let (mut at, mut n_found) = (0, 0);
    while at < bytes.len() {
        let (length, c) = match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'u') => (6, digits(at + 2, 4)),
            b'\\' if bytes.get(at + 1) == Some(&b'x') => (4, digits(at + 2, 2)),
            b'=' if bytes.get(at + 1..at + 3) == Some(b"\r\n") => (3, Some(0)),
            b'=' => (3, digits(at + 1, 2)),
            _ => (0, None),
        };
        match c {
            Some(0) => at += length,
            Some(byte) if length < 6 => {
                out.push(byte as u8);
                n_found += 1;
                at += length;
            }
            Some(code) => {
                let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend(c.to_string().bytes());
                n_found += 1;
                at += length;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    (n_found > 0).then(|| lossy(&out))
}

/// Runs of digits, also with a colon, hyphen or blank between pairs, from both places where a pair
/// may begin; once more without zeros, as in UTF-16.
fn hexadecimal(text: &str, out: &mut String) {
    let mut run: Vec<u8> = Vec::new();
    let mut bytes = text.bytes().chain(std::iter::once(b'.')).peekable();
    while let Some(byte) = bytes.next() {
        if let Some(digit) = char::from(byte).to_digit(16) {
            run.push(digit as u8);
            continue;
        }
        if matches!(byte, b'\r' | b'\n') {
            continue;
        }
        let goes_on = matches!(byte, b':' | b' ' | b'-')
            && run.len().is_multiple_of(2)
            && bytes.peek().is_some_and(u8::is_ascii_hexdigit);
        if goes_on && !run.is_empty() {
            continue;
        }
        if run.len() >= MIN_RUN {
            for start in 0..2 {
                let mut pairs: Vec<u8> =
                    run[start..].chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
                words(&pairs, out);
                if pairs.contains(&0) {
                    pairs.retain(|byte| *byte != 0);
                    words(&pairs, out);
                }
            }
        }
        run.clear();
    }
}

/// Runs of base64 digits of either alphabet, over line ends, from each of the four places where a
/// group may begin.
fn base64(text: &str, out: &mut String) {
    let mut run: Vec<u8> = Vec::new();
    for byte in text.bytes().chain(std::iter::once(b'.')) {
        match base64_digit(byte) {
            Some(digit) => run.push(digit),
            None if matches!(byte, b'\r' | b'\n') => {}
            None => {
                // Digits of hexadecimal numbers are read as such.
                let is_hex = run.iter().all(|digit| matches!(digit, 0..=5 | 26..=31 | 52..=61));
                if run.len() >= MIN_RUN && !is_hex {
                    for start in 0..4 {
                        words(&from_digits(&run[start..]), out);
                    }
                }
                run.clear();
            }
        }
    }
}

/// The value of a base64 digit, of either alphabet.
pub(crate) fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Bytes from base64 digits; what is left of a last group is dropped.
pub(crate) fn from_digits(digits: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for digit in digits {
        bits = bits << 6 | u32::from(*digit);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
            bits &= (1 << n_bits) - 1;
        }
    }
    out
}

/// What reads as text in decoded bytes. Most of them are noise: pieces that are too short to hold a
/// value are left out.
fn words(bytes: &[u8], out: &mut String) {
    for chunk in bytes.utf8_chunks() {
        for piece in chunk.valid().split(|c: char| c.is_control() && !c.is_whitespace()) {
            if piece.len() >= MIN_RUN - 2 {
                out.push_str(piece);
                out.push('\n');
            }
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_encoded_is_decoded_also_twice() {
        for encoded in [
            "x%42orealis%20Bank",
            "&#66;orealis &#x42;ank",
            "\\u0042orealis \\x42ank",
            "=42orealis=20Bank",
            "426f7265616c69732042616e6b",
            "42:6F:72:65:61:6C:69:73:20:42:61:6E:6B",
            "4200 6f00 7200 6500 6100 6c00 6900 7300 2000 4200 6100 6e00 6b00",
            "eEJvcmVhbGlzIEJhbms=",
            "Qm9yZWFs\r\naXMgQmFuaw==",
            "%51%6d9yZWFsaXMgQmFuaw",
        ] {
            let found = decoded(encoded);
            assert!(found.contains("Borealis Bank"), "{encoded}: {found}");
        }
        assert_eq!(decoded("A plain word, and so on."), "");
    }
}
