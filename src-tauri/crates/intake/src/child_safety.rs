//! The one exception to "kept exactly as it came": media that may show the abuse of a child.
//!
//! The text of a report decides. When it points to child sexual abuse material, only readable
//! text is kept; every other part (pictures, videos, archives, and anything that could hide one)
//! is replaced by one fixed line before anything is written or hashed. The words are chosen so
//! that a false alarm costs an attachment and a miss stays unlikely.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

/// Stands in the kept bytes where a part was refused.
pub(crate) const REFUSED_LINE: &str =
    "[Refused by Farol: child-safety material is neither kept nor hashed.]\r\n";

static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:c[.\-_*]?s[.\-_*]?[ae][.\-_*]?m|csai|cseam?|ncmec|inhope|cyber ?tip(?:line)?s?|2258a)\b",
        r"|\b(?:child|kid|minor|infant|toddler|teen|underage|preteen)s?(?:ren)?(?:'s)? (?:sexual|sex\b|porn|abuse|exploit|erotic|nud|safety)",
        r"|\b(?:sexual\w*|porn\w*|nud(?:e|es|ity)|grooming)[^\w.!?]+(?:\w+[^\w.!?]+){0,5}(?:child(?:ren)?|minors?|infants?|toddlers?|under ?age\w*|preteens?|pre teens?)\b",
        r"|\b(?:abuse|exploitation) (?:of|against|involving) (?:\w+ ){0,2}(?:child(?:ren)?|minors|infants?|toddlers?)\b",
        r"|\bunder ?age\w*\W+(?:\w+\W+){0,3}(?:sex\w*|porn\w*|nud\w*|image|picture|photo|video)",
        r"|\bp(?:a?e|é)do ?(?:ph|f|porn|sex|krim)|\bkinder ?porn|\bkindesmissbrauch|\bkinderpornogra|\bsexueller missbrauch von kindern",
        r"|pornogra(?:ph|f)\w* (?:infantil|juv|enfantine|de menor)|abuso sexual (?:infantil|de menor|de crian)|abus sexuels? (?:sur|d)\W+(?:mineur|enfant)",
        r"|\bloli(?:con|ta)\b|\bshotacon\b|\bproject arachnid\b|\binternet watch foundation\b|\babuse_children\b",
    ))
    .expect("the word list is a valid pattern")
});

/// Whether a text suggests that the report concerns child sexual abuse material.
pub(crate) fn concerns_a_child(text: &str) -> bool {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            c if c.is_whitespace() || matches!(c, '-' | '–' | '/') => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.extend(c.to_lowercase()),
        }
    }
    WORDS.is_match(&folded)
}

/// Whether a part is readable text by what it says and by what it is.
pub(crate) fn is_plain_text(media_type: &str, name: Option<&str>, content: &[u8]) -> bool {
    let is_text_type = media_type.starts_with("text/")
        || matches!(
            media_type,
            "message/feedback-report" | "message/delivery-status" | "application/json"
        );
    let is_text_name = name.and_then(|it| it.rsplit_once('.')).is_none_or(|(_, extension)| {
        ["txt", "csv", "json", "log", "htm", "html", "xml", "md"]
            .contains(&extension.trim().to_ascii_lowercase().as_str())
    });
    is_text_type && is_text_name && looks_like_text(content)
}

/// Whether bytes can be read as text: no magic of a media file, few control characters.
pub(crate) fn looks_like_text(content: &[u8]) -> bool {
    let is_control = |byte: &&u8| {
        byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
    };
    !has_magic(content) && content.iter().filter(is_control).count() * 50 <= content.len()
}

/// Whether bytes begin as pictures, videos, archives and documents begin.
pub(crate) fn has_magic(content: &[u8]) -> bool {
    const MAGIC: [&[u8]; 14] = [
        b"\xff\xd8\xff",
        b"\x89PNG",
        b"GIF8",
        b"RIFF",
        b"BM\x00",
        b"II*\0",
        b"MM\0*",
        b"PK\x03\x04",
        b"Rar!",
        b"7z\xbc\xaf",
        b"\x1f\x8b",
        b"%PDF",
        b"\x1a\x45\xdf\xa3",
        b"BZh",
    ];
    MAGIC.iter().any(|magic| content.starts_with(magic)) || content.get(4..8) == Some(b"ftyp")
}

/// What a reader of the report is told when parts were refused.
pub(crate) fn warning(n_refused: usize) -> Option<String> {
    (n_refused > 0).then(|| {
        format!(
            "the text points to child sexual abuse material: {n_refused} part(s) were refused; \
             they were neither kept nor hashed"
        )
    })
}

/// The bytes without some ranges, each replaced by [`REFUSED_LINE`].
pub(crate) fn cut(bytes: &[u8], mut ranges: Vec<Range<usize>>) -> Vec<u8> {
    ranges.sort_by_key(|range| range.start);
    let mut keep = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for range in ranges {
        if range.end <= at {
            continue;
        }
        if range.start >= at {
            keep.extend_from_slice(&bytes[at..range.start]);
            keep.extend_from_slice(REFUSED_LINE.as_bytes());
        }
        at = range.end;
    }
    keep.extend_from_slice(&bytes[at..]);
    keep
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_about_children_are_recognised_and_others_are_not() {
        for text in [
            "CSAM on your network",
            "C.S.A.M. hosting",
            "Child-sexual abuse\nmaterial",
            "NCMEC CyberTip 123",
            "images of sexual abuse of a minor",
            "underage girls nude pictures",
            "Kinderpornografie",
            "pornografia infantil",
            "ch\u{200b}ild sexual exploitation",
            "exploitation of young children",
        ] {
            assert!(concerns_a_child(text), "{text}");
        }
        for text in [
            "Phishing against Harbour Bank",
            "minor version update, children page broken",
            "report abuse at abuse@cdn.example",
            "our abuse team found a minor issue in the child account",
            "sexual health shop. Children's toys",
            "The child process was killed after an exploit",
        ] {
            assert!(!concerns_a_child(text), "{text}");
        }
    }
}
