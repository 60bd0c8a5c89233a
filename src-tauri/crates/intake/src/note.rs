//! Reports that are plain text: a chat line, a note taken on the phone, a text file.

use farol_model::{
    id::Size,
    report::{Parsed, ReportChannel},
};

use crate::{IntakeError, Taken, cap_text, child_safety, decode, embedded::embedded, find, settle};

/// Longest subject made from a first line, in characters.
const MAX_SUBJECT_CHARS: usize = 120;

/// Reads bytes that are no mail.
pub(crate) fn read_bytes(bytes: &[u8]) -> Result<Taken, IntakeError> {
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let (text, guess) = decode::text(bytes, is_utf16.then_some("utf-16"));
    let content = if is_utf16 { text.as_bytes() } else { bytes };
    if !child_safety::looks_like_text(content) || text.contains('\u{fffd}') && is_binary(bytes) {
        return Err(IntakeError::NotReadable);
    }
    let mut warnings = vec!["there are no mail headers; the file was read as plain text".into()];
    warnings.extend(guess);
    Ok(read(bytes, &text, ReportChannel::Other, warnings))
}

fn is_binary(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err() && bytes.contains(&0)
}

/// Reads a text that stands for `bytes`.
pub(crate) fn read(
    bytes: &[u8],
    text: &str,
    channel: ReportChannel,
    mut warnings: Vec<String>,
) -> Taken {
    let mut refused = vec![];
    let mut text = text.replace("\r\n", "\n");
    let mut keep = bytes.to_vec();
    if child_safety::concerns_a_child(&text) {
        let is_same_text = std::str::from_utf8(bytes).is_ok();
        let ranges = embedded(bytes);
        for range in &ranges {
            let size = Size(range.len() as u64);
            refused.push(format!("data written into the text was refused: {size}"));
        }
        keep = child_safety::cut(bytes, ranges);
        let in_text = embedded(text.as_bytes());
        if !is_same_text && !in_text.is_empty() && refused.is_empty() {
            refused.push(format!("the file was refused: {}", Size(bytes.len() as u64)));
            keep = child_safety::REFUSED_LINE.as_bytes().to_vec();
        }
        text = String::from_utf8_lossy(&child_safety::cut(text.as_bytes(), in_text)).into_owned();
        warnings.extend(child_safety::warning(refused.len()));
    }
    let mut finds = find::Finds::default();
    finds.search(&text, "body");
    let observables = settle(finds, &find::Own::default(), &mut warnings);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let parsed = Parsed {
        subject: shortened(first),
        text: cap_text(text, &mut warnings),
        observables,
        warnings,
        ..Parsed::default()
    };
    Taken { channel, keep, parsed, refused }
}

/// A first line that is too long ends with its last whole word and an ellipsis.
fn shortened(line: &str) -> String {
    if line.chars().count() <= MAX_SUBJECT_CHARS {
        return line.trim_end().to_owned();
    }
    let begin: String = line.chars().take(MAX_SUBJECT_CHARS - 1).collect();
    let whole = begin.rsplit_once(char::is_whitespace).map_or(begin.as_str(), |(whole, _)| whole);
    format!("{}…", whole.trim_end_matches([',', ';', ':', '.', '-', '–', ' ']))
}
