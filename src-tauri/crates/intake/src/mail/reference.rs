//! The reporter's own reference, where a common form makes it sure enough.

use std::sync::LazyLock;

use regex::Regex;

static IN_SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\[\s*(?:(?:ticket|case|ref(?:erence)?|incident|report)(?:\s*id)?\s*[:#]?\s*#?|#)\s*([a-z0-9][a-z0-9._/-]{2,39})\s*\]|\b(?:ticket|case|incident|reference)(?:\s*(?:id|no\.?|number))?\s*[:#]\s*#?([a-z0-9][a-z0-9._/-]{2,39})")
        .expect("a valid pattern")
});

static IN_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)(?:^[ \t>]*|[.!?;][ \t]+)(?:our |internal )?(?:ticket|case|ref(?:erence)?|incident|report)(?:[ \t]*(?:id|no\.?|number|nr\.?|ref(?:erence)?))?[ \t]*[:#][ \t]*#?([a-z0-9][a-z0-9._/-]{2,39})[ \t]*[,;]?[ \t]*$")
        .expect("a valid pattern")
});

/// How much of a text is searched, in bytes.
const MAX_TEXT: usize = 64 * 1024;

/// A reference in the subject, then in a header field such as `X-Ticket-ID`, then at the
/// end of a text line, alone or as a sentence of its own. It always has a digit in it.
pub(super) fn reference<'a>(
    subject: &str,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
    text: &str,
) -> Option<String> {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    in_pattern(&IN_SUBJECT, subject)
        .or_else(|| in_fields(fields))
        .or_else(|| in_pattern(&IN_TEXT, &text[..end]))
}

fn in_pattern(pattern: &Regex, text: &str) -> Option<String> {
    pattern.captures_iter(text).find_map(|captures| {
        let found = captures.get(1).or_else(|| captures.get(2))?.as_str();
        usable(found.trim_end_matches(['.', '/', '-']))
    })
}

fn in_fields<'a>(mut fields: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    fields.find_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("x-")?;
        let subject = name.trim_end_matches("-id").trim_end_matches("-number");
        let last = subject.rsplit('-').next().unwrap_or_default();
        let is_reference = ["ticket", "case", "incident", "reference"].contains(&last)
            || subject.ends_with("abuse-report");
        let value = value.trim();
        let is_word = value.len() <= 40 && !value.contains(char::is_whitespace);
        if is_reference && is_word { usable(value) } else { None }
    })
}

fn usable(text: &str) -> Option<String> {
    let is_host = text.matches('.').count() > 1;
    (text.bytes().any(|byte| byte.is_ascii_digit()) && !is_host).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subject: &str, field: (&str, &str), text: &str, expected: Option<&str>) {
        let found = reference(subject, [field].into_iter(), text);
        assert_eq!(found.as_deref(), expected, "{subject} {field:?} {text}");
    }

    #[test]
    fn common_references_are_recognised_and_prose_is_not() {
        let none = ("X-Mailer", "x");
        check("[#12345] Phishing", none, "", Some("12345"));
        check("Re: [Ticket: HB-2026-0001] Phishing", none, "", Some("HB-2026-0001"));
        check("Case #AB-77: fraud", none, "", Some("AB-77"));
        check("Phishing", ("X-Ticket-ID", "T-9001"), "", Some("T-9001"));
        check("Phishing", none, "Hello\nReference: HB/2026/17\n", Some("HB/2026/17"));
        check("Phishing", none, "> Case ID: 2026-44", Some("2026-44"));
        check("Phishing", none, "They lose money. Reference: HB-17\n", Some("HB-17"));
        check("In this case: urgent", none, "Reference: see below\n", None);
        check("[EXT] Phishing", ("X-MS-Exchange-Id", "5"), "in case 5 users complain", None);
    }
}
