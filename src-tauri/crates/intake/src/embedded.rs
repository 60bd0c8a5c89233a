//! Files written into text: uuencode, yEnc, `data:` addresses, runs of base64.
//!
//! Finds the byte ranges only; used where such data must not be kept.

use std::ops::Range;

use crate::mime::{line_end, trim_line};

/// A single word of base64 digits this long is data, not a word.
const MIN_WORD: usize = 160;
/// Consecutive lines of base64 digits at least this long are data.
const MIN_LINE: usize = 40;
const MIN_LINES: usize = 3;

/// The ranges of `bytes` that hold a file in text form, in order, not overlapping.
pub(crate) fn embedded(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut run: Option<(usize, usize)> = None;
    let mut block: Option<&[u8]> = None;
    let mut at = 0;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = trim_line(&bytes[at..end]);
        let bare = line.trim_ascii_start();
        let bare = bare.strip_prefix(b">").map_or(bare, <[u8]>::trim_ascii);
        if let Some(close) = block {
            extend(&mut found, at..end);
            if bare.starts_with(close) {
                block = None;
            }
        } else if let Some(close) = opens_block(bare) {
            extend(&mut found, at..end);
            block = Some(close);
        } else {
            let is_run = is_digits(bare)
                && (bare.len() >= MIN_LINE || run.is_some_and(|(_, n)| n >= MIN_LINES));
            run = match (is_run, run) {
                (true, None) => Some((at, 1)),
                (true, Some((from, n))) => Some((from, n + 1)),
                (false, _) => None,
            };
            if let Some((from, n)) = run
                && n >= MIN_LINES
            {
                extend(&mut found, from..end);
            }
            // A shorter line of digits can only be the last one of a run.
            run = run.filter(|_| bare.len() >= MIN_LINE);
            words(bytes, at, line.len(), &mut found);
        }
        at = end;
    }
    found
}

fn extend(found: &mut Vec<Range<usize>>, range: Range<usize>) {
    match found.last_mut() {
        Some(last) if last.end >= range.start => {
            last.end = last.end.max(range.end);
            last.start = last.start.min(range.start);
        }
        _ if !range.is_empty() => found.push(range),
        _ => {}
    }
}

/// The line that ends a block, when `line` begins one.
fn opens_block(line: &[u8]) -> Option<&'static [u8]> {
    let mode = line.strip_prefix(b"begin ").or_else(|| line.strip_prefix(b"begin-base64 "));
    if mode.is_some_and(|it| it.iter().take_while(|byte| byte.is_ascii_digit()).count() >= 3) {
        return Some(if line.starts_with(b"begin-") { b"====" } else { b"end" });
    }
    line.starts_with(b"=ybegin ").then_some(b"=yend".as_slice())
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn is_digits(line: &[u8]) -> bool {
    !line.is_empty() && line.iter().copied().all(is_digit)
}

/// Long base64 words and `data:` addresses within one line.
fn words(bytes: &[u8], start: usize, len: usize, found: &mut Vec<Range<usize>>) {
    let line = &bytes[start..start + len];
    let mut at = 0;
    while at < line.len() {
        let n = line[at..].iter().take_while(|byte| is_digit(**byte)).count();
        if n >= MIN_WORD || (n > 0 && line[..at].ends_with(b";base64,")) {
            extend(found, start + at..start + at + n);
        }
        at += n.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for range in embedded(text.as_bytes()) {
            out.push_str(&text[at..range.start]);
            out.push('#');
            at = range.end;
        }
        out + &text[at..]
    }

    #[test]
    fn files_in_text_are_found_and_prose_is_not() {
        let line = "AbCd0123".repeat(9);
        let cases = [
            ("a\nbegin 644 x.jpg\nM9DP\n`\nend\nb", "a\n#b".to_owned()),
            ("a\nbegin with this\nend", "a\nbegin with this\nend".to_owned()),
            (
                "see data:image/png;base64,iVBORw0KGgo= ok",
                "see data:image/png;base64,# ok".to_owned(),
            ),
            (&format!("a\n{line}\n{line}\n{line}\nQUJD=\nb"), "a\n#b".to_owned()),
            (&format!("a {} b", line.repeat(3)), "a # b".to_owned()),
            (
                "https://example.test/a/very/long/path",
                "https://example.test/a/very/long/path".to_owned(),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(without(text), expected);
        }
    }
}
