//! Folds defanged spellings: `hxxp`, `[.]`, `(dot)`, `[at]`, `[:]//`, invisible characters.
//!
//! Remembers where every byte came from, so that a finding can quote the original spelling. Knows
//! nothing of what is found.

/// A text with defanging folded.
pub struct Folded {
    /// The folded text.
    pub text: String,
    /// For every byte of `text`, and for its end, the offset in the original text.
    origin: Vec<usize>,
}

impl Folded {
    /// The original spelling of `text[start..end]`.
    pub fn written<'a>(&self, line: &'a str, start: usize, end: usize) -> &'a str {
        line.get(self.origin[start]..self.origin[end]).unwrap_or_default()
    }

    /// Where `text[start..end]` stood in the original text, in bytes.
    pub fn original_range(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        self.origin[start]..self.origin[end]
    }

    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.origin.resize(self.text.len(), at);
    }

    fn ends_in_word(&self) -> bool {
        self.text.chars().next_back().is_some_and(char::is_alphanumeric)
    }
}

/// The plain spelling of a text: brackets folded and schemes live again, so that
/// `hxxps://login[.]example` reads `https://login.example`.
pub fn plain(text: &str) -> Folded {
    let mut folded = fold(text);
    let ends: Vec<usize> = folded.text.match_indices("://").map(|(at, _)| at).collect();
    for end in ends {
        let before = folded.text.as_bytes()[..end].iter().rev();
        let n_bytes = before
            .take(LONGEST_SCHEME + 1)
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'*')
            .count();
        let start = end - n_bytes;
        // Every spelling is as long as its scheme, so that what is remembered stays true.
        if let Some(live) = live_scheme(&folded.text[start..end]) {
            folded.text.replace_range(start..start + live.len(), live);
        }
    }
    folded
}

const LONGEST_SCHEME: usize = "https".len();

/// `http`, `https` or `ftp` for a scheme as written, defanged or not.
pub fn live_scheme(written: &str) -> Option<&'static str> {
    match written.to_ascii_lowercase().as_str() {
        "http" | "hxxp" | "h**p" | "htxp" | "hxtp" => Some("http"),
        "https" | "hxxps" | "h**ps" | "htxps" | "hxtps" => Some("https"),
        "ftp" | "fxp" => Some("ftp"),
        _ => None,
    }
}

/// Folds the bracketed and invisible spellings of one line.
pub fn fold(line: &str) -> Folded {
    let mut out = Folded {
        text: String::with_capacity(line.len()),
        origin: Vec::with_capacity(line.len() + 1),
    };
    let mut at = 0;
    while at < line.len() {
        let n_plain = line.as_bytes()[at..].iter().take_while(|byte| means_itself(**byte)).count();
        out.text.push_str(&line[at..at + n_plain]);
        out.origin.extend(at..at + n_plain);
        at += n_plain;
        let rest = &line[at..];
        let Some(c) = rest.chars().next() else { break };
        let next = at + c.len_utf8();
        match c {
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            '\u{ff0e}' | '\u{3002}' | '\u{ff61}' if is_inside_word(&out, &line[next..]) => {
                out.push('.', at);
            }
            '[' | '(' | '{' => {
                if let Some((meaning, n_bytes)) = bracketed(rest) {
                    let after = &line[at + n_bytes..];
                    let mut end = at + n_bytes;
                    if matches!(meaning, "." | "@")
                        && out.text.ends_with(' ')
                        && let Some(n_spaces) = spaced(&out, after)
                    {
                        let kept = out.text.trim_end_matches(' ').len();
                        out.text.truncate(kept);
                        out.origin.truncate(kept);
                        end += n_spaces;
                    }
                    meaning.chars().for_each(|c| out.push(c, at));
                    at = end;
                    continue;
                }
                if rest[1..].starts_with('.') && is_inside_word(&out, &rest[2..]) {
                    out.push('.', at);
                    at += 2;
                    continue;
                }
                out.push(c, at);
            }
            '.' if rest[1..].starts_with([']', ')', '}'])
                && is_inside_word(&out, &rest[2..])
                && rest[2..].starts_with(|c: char| c.is_alphanumeric())
                && !has_open_bracket(&out.text) =>
            {
                out.push('.', at);
                at += 2;
                continue;
            }
            c => out.push(c, at),
        }
        at = next;
    }
    out.origin.push(line.len());
    out
}

/// Whether a byte is nothing but the character that it is.
fn means_itself(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'[' | b'(' | b'{' | b'.')
}

/// What a bracketed token at the start of `text` stands for, and its length in bytes.
fn bracketed(text: &str) -> Option<(&'static str, usize)> {
    let close = match text.as_bytes()[0] {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let n_inner = text.bytes().skip(1).take(9).position(|byte| byte == close)?;
    let inner = text.get(1..1 + n_inner)?.trim_matches(' ');
    let meaning = match inner {
        "." => ".",
        "@" => "@",
        ":" => ":",
        "/" => "/",
        "//" => "//",
        "://" => "://",
        _ if inner.eq_ignore_ascii_case("dot") || inner.eq_ignore_ascii_case("punkt") => ".",
        _ if inner.eq_ignore_ascii_case("at") => "@",
        _ => return None,
    };
    Some((meaning, n_inner + 2))
}

/// Spaces after a bracketed token that has spaces on both sides between two words.
fn spaced(out: &Folded, after: &str) -> Option<usize> {
    let n_spaces = after.len() - after.trim_start_matches(' ').len();
    let word_before =
        out.text.trim_end_matches(' ').chars().next_back().is_some_and(char::is_alphanumeric);
    let word_after = after[n_spaces..].starts_with(char::is_alphanumeric);
    (word_before && word_after && (1..=2).contains(&n_spaces)).then_some(n_spaces)
}

fn is_inside_word(out: &Folded, after: &str) -> bool {
    out.ends_in_word() && after.starts_with(char::is_alphanumeric)
}

/// Whether the word at the end has a bracket that is still open, so that a closing one is its pair.
fn has_open_bracket(text: &str) -> bool {
    let tail = text.as_bytes();
    tail[tail.len().saturating_sub(256)..]
        .iter()
        .rev()
        .take_while(|byte| !byte.is_ascii_whitespace())
        .any(|byte| matches!(byte, b'[' | b'(' | b'{'))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn every_spelling_of_a_value_reads_the_same() {
        for (written, expected) in [
            ("hxxps://login[.]evil[.]example/a", "https://login.evil.example/a"),
            ("see HXXP://evil(dot)example, now", "see http://evil.example, now"),
            ("h**p[:]//evil [.] example", "http://evil.example"),
            ("fxp://files{.}example", "ftp://files.example"),
            ("https://plain.example", "https://plain.example"),
            ("abuse[at]host[.]example", "abuse@host.example"),
            ("xhxxp://odd ://", "xhxxp://odd ://"),
            ("é://é", "é://é"),
        ] {
            assert_eq!(plain(written).text, expected, "{written}");
        }
    }

    #[test]
    fn a_piece_of_the_plain_spelling_knows_where_it_stood() {
        let written = "go to hxxps://evil[.]example/a now";
        let folded = plain(written);
        let at = folded.text.find("https").unwrap();
        let range = folded.original_range(at, at + "https://evil.example".len());
        assert_eq!(&written[range], "hxxps://evil[.]example");
    }
}
