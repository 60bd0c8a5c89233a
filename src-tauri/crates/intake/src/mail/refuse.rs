//! Cuts refused parts out of a mail, by the same ranges that were read.

use std::ops::Range;

use farol_model::id::Size;

use crate::{
    child_safety::{cut, is_plain_text},
    decode,
    embedded::embedded,
    mime::{Encoding, Part, Shape, Tree, line_end},
};

/// A header field that is shorter, in bytes, is no place for a file.
const MAX_FIELD: usize = 512;

/// What of a part may not be kept.
pub(super) enum Refusal {
    /// The whole body.
    Body,
    /// Files written into its text.
    Pieces(Vec<Range<usize>>),
}

/// The mail without its refused parts, and one sentence for each.
pub(super) fn refuse(mail: &[u8], tree: &Tree) -> (Vec<u8>, Vec<String>) {
    let mut ranges = Vec::new();
    let mut refused = Vec::new();
    for part in &tree.parts {
        for field in smuggled(mail, part.headers.clone()) {
            let size = Size(field.len() as u64);
            refused.push(format!("data written into a header was refused: {size}"));
            ranges.push(field);
        }
    }
    for part in tree.parts.iter().filter(|it| matches!(it.shape, Shape::Leaf | Shape::Gap)) {
        if mail[part.body.clone()].iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if part.is_damaged {
            let size = Size((mail.len() - part.body.start) as u64);
            refused.push(format!(
                "the structure of the mail is damaged; everything from there on was refused: {size}"
            ));
            ranges.push(part.body.start..mail.len());
            break;
        }
        let media_type = media_type(&part.head.media_type);
        match in_part(mail, part) {
            None => {}
            Some(Refusal::Body) => {
                let size = Size(decoded_size(&mail[part.body.clone()], part.head.encoding));
                refused.push(format!("a part of type {media_type} was refused: {size}"));
                ranges.push(part.body.clone());
            }
            Some(Refusal::Pieces(pieces)) => {
                for piece in pieces {
                    let size = Size(piece.len() as u64);
                    refused.push(format!("data written into the text was refused: {size}"));
                    ranges.push(piece);
                }
            }
        }
    }
    (cut(mail, ranges), refused)
}

/// What of a part is refused; none when it is readable text with no file in it.
pub(super) fn in_part(mail: &[u8], part: &Part) -> Option<Refusal> {
    let body = &mail[part.body.clone()];
    let content = decode::content(body, part.head.encoding);
    if !is_plain_text(&part.head.media_type, part.head.name.as_deref(), &content) {
        return Some(Refusal::Body);
    }
    let pieces = embedded(&content);
    if pieces.is_empty() {
        return None;
    }
    if part.head.encoding != Encoding::Plain {
        return Some(Refusal::Body);
    }
    let start = part.body.start;
    let pieces = pieces.into_iter().map(|it| it.start + start..it.end + start).collect();
    Some(Refusal::Pieces(pieces))
}

/// Files written into long header fields; signatures and delivery traces are none.
fn smuggled(mail: &[u8], headers: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut at, mut field) = (headers.start, headers.start);
    while at < headers.end {
        let end = line_end(mail, at).min(headers.end);
        let continues = mail.get(end).is_some_and(|it| matches!(it, b' ' | b'\t'));
        if !continues || end >= headers.end {
            let bytes = &mail[field..end];
            if bytes.len() > MAX_FIELD && !is_trace(bytes) {
                let pieces = embedded(bytes).into_iter();
                found.extend(pieces.map(|it| it.start + field..it.end + field));
            }
            field = end;
        }
        at = end;
    }
    found
}

fn is_trace(field: &[u8]) -> bool {
    let name = field.split(|byte| *byte == b':').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    ["dkim", "arc-", "authentication-results", "received", "x-ms-", "x-google-", "x-microsoft-"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// A claimed media type without anything that is not one.
pub(super) fn media_type(claimed: &str) -> String {
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || "/.+-".contains(*c);
    claimed.chars().filter(is_allowed).take(100).collect()
}

/// The size of the content, counted without decoding it.
pub(super) fn decoded_size(body: &[u8], encoding: Encoding) -> u64 {
    let n = match encoding {
        Encoding::Base64 => {
            let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
            body.iter().filter(is_digit).count() * 3 / 4
        }
        Encoding::Plain | Encoding::QuotedPrintable => body.len(),
    };
    n as u64
}
