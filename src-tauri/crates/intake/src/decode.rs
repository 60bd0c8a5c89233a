//! From transport bytes to content: base64, quoted-printable, charsets, each as far as it goes.
//!
//! Lenient on purpose: a truncated or dirty body yields what can be read of it.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

use crate::mime::Encoding;

/// Undoes the transport encoding.
pub(crate) fn content(body: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::Plain => Cow::Borrowed(body),
        Encoding::Base64 => Cow::Owned(base64(body)),
        Encoding::QuotedPrintable => Cow::Owned(quoted_printable(body)),
    }
}

/// Decodes base64; anything that is not a base64 digit is skipped.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut bits, mut n_bits) = (0u32, 0);
    for &byte in bytes {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (bits, n_bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
            bits &= (1 << n_bits) - 1;
        }
    }
    out
}

/// Decodes quoted-printable; an escape that is none stays as written.
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        at += 1;
        if byte != b'=' {
            out.push(byte);
        } else if let (Some(high), Some(low)) = (hex(bytes.get(at)), hex(bytes.get(at + 1))) {
            out.push((high * 16 + low) as u8);
            at += 2;
        } else if bytes[at..].starts_with(b"\r\n") {
            at += 2;
        } else if bytes[at..].starts_with(b"\n") {
            at += 1;
        } else if at < bytes.len() {
            out.push(byte);
        }
    }
    out
}

/// Content as text with line feeds, and what had to be guessed.
pub(crate) fn text(content: &[u8], charset: Option<&str>) -> (String, Option<String>) {
    let label = charset.unwrap_or_default().trim().to_ascii_lowercase();
    let is_utf8 = matches!(label.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii");
    if is_utf8 {
        return match std::str::from_utf8(content) {
            Ok(text) => (tidy(text), None),
            Err(_) if label.starts_with("utf") => (
                tidy(&String::from_utf8_lossy(content)),
                Some("some characters are not valid UTF-8 and are shown as \u{fffd}".into()),
            ),
            Err(_) => (
                tidy(&western(content)),
                Some("no usable charset is named; the text was read as Western European".into()),
            ),
        };
    }
    match charset_decoder(label.as_bytes()) {
        Some(decode) => (tidy(&decode(content)), None),
        None => match std::str::from_utf8(content) {
            Ok(text) => (tidy(text), Some("an unknown charset is named; read as UTF-8".into())),
            Err(_) => (
                tidy(&western(content)),
                Some("an unknown charset is named; the text was read as Western European".into()),
            ),
        },
    }
}

fn western(content: &[u8]) -> String {
    charset_decoder(b"windows-1252")
        .map_or_else(|| String::from_utf8_lossy(content).into_owned(), |decode| decode(content))
}

/// Line feeds only, no byte order mark, no NUL.
fn tidy(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}
