//! Cuts a folded line into the pieces that are values.

use farol_model::{
    observable::{Observable, ObservableKind},
    refang::live_scheme,
};

use crate::observable::{MAX_VALUE_BYTES, host, host_with_path, ip, is_file_like, mail, url};

/// A value and where it stands in the folded line, in bytes.
pub(super) struct Word {
    /// The value.
    pub(super) value: Observable,
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

/// Every value in a folded line, from left to right.
pub(super) fn words(line: &str) -> Vec<Word> {
    let mut reader = Reader { line, out: Vec::new() };
    let mut previous = "";
    let mut start = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (is_separator(c), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                let is_version = is_version_word(previous);
                reader.token(from, at, is_version);
                previous = &line[from..at];
                start = None;
            }
            _ => {}
        }
    }
    reader.out
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '`' | '|' | '“' | '”' | '„' | '‘' | '’' | '«' | '»')
}

fn is_version_word(word: &str) -> bool {
    ["version", "ver", "release", "build", "firmware", "v"]
        .iter()
        .any(|it| word.trim_matches(['(', ':', '.', ',']).eq_ignore_ascii_case(it))
}

struct Reader<'a> {
    line: &'a str,
    out: Vec<Word>,
}

impl Reader<'_> {
    fn push(&mut self, value: Option<Observable>, start: usize, end: usize) -> bool {
        let is_some = value.is_some();
        self.out.extend(value.map(|value| Word { value, start, end }));
        is_some
    }

    /// Reads `line[start..end]`, which has no spaces in it.
    fn token(&mut self, mut start: usize, end: usize, is_version: bool) {
        while let Some(at) = self.line[start..end].find("://").map(|n| start + n) {
            let scheme_at = scheme_start(self.line, start, at);
            if live_scheme(&self.line[scheme_at..at]).is_none() {
                return;
            }
            self.bare(start, scheme_at, is_version);
            let quoted = self.line[start..scheme_at].ends_with('\'');
            let stop = url_stop(self.line, at + 3, end, quoted);
            let tail = trim_tail(self.line, scheme_at, stop);
            if tail > at + 3 {
                let value = url(&self.line[scheme_at..at], &self.line[at + 3..tail]);
                let is_full = |it: &Observable| it.host().is_some_and(|it| it.contains(['.', ':']));
                self.push(value.filter(is_full), scheme_at, tail);
            }
            start = stop;
        }
        self.bare(start, end, is_version);
    }

    /// Reads a token without a scheme.
    fn bare(&mut self, start: usize, end: usize, is_version: bool) {
        let token = &self.line[start..end];
        if !token.contains(['.', ':']) {
            return;
        }
        let slash = token.find(['/', '\\']);
        let at_sign = token.find('@');
        match (slash, at_sign) {
            (slash, Some(at)) if slash.is_none_or(|slash| at < slash) => self.mails(start, end),
            (Some(slash), _) if token.as_bytes()[slash] == b'/' && slash > 0 => {
                self.with_path(start, start + slash, end, is_version);
            }
            (Some(_), _) => {}
            _ => self.split(start, end, is_version),
        }
    }

    fn mails(&mut self, start: usize, end: usize) {
        let mut from = start;
        while let Some(at) = self.line[from..end].find('@').map(|n| from + n) {
            let is_local = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
            let local = &self.line[from..at];
            let local_at = from + local.trim_end_matches(is_local).len();
            let local_at = at - self.line[local_at..at].trim_start_matches(['\'', '.']).len();
            let domain = &self.line[at + 1..end];
            let n_domain = domain
                .find(|c: char| !(c.is_alphanumeric() || ".-_".contains(c)))
                .unwrap_or(domain.len());
            let domain = domain[..n_domain].trim_end_matches(['.', '-', '_']);
            let stop = at + 1 + domain.len();
            self.push(mail(&self.line[local_at..at], domain), local_at, stop);
            from = stop;
        }
        self.split(from, end, false);
    }

    /// Reads `host/path`; falls back to two hosts with a slash between them.
    fn with_path(&mut self, start: usize, slash: usize, end: usize, is_version: bool) {
        let host_at = start
            + self.line[start..slash]
                .rfind(|c: char| !is_host_char(c) && c != '[' && c != ']')
                .map_or(0, |n| n + self.line[start + n..].chars().next().map_or(1, char::len_utf8));
        let host_at = host_at + label_prefix(&self.line[host_at..slash]);
        let before = &self.line[host_at..slash];
        let path_end = trim_tail(self.line, host_at, end).max(slash);
        let path = &self.line[(slash + 1).min(path_end)..path_end];
        if host(path).is_some_and(|it| !is_file_like(&it.value)) {
            self.split(start, slash, is_version);
            self.split(slash + 1, end, is_version);
            return;
        }
        let is_long = path_end - host_at > MAX_VALUE_BYTES;
        let value =
            if is_long || is_sentence_joint(before) { None } else { host_with_path(before, path) };
        let stop = if path.is_empty() { slash } else { path_end };
        self.push(value, host_at, stop);
    }

    /// Reads a token that may hold several values with punctuation between them.
    fn split(&mut self, start: usize, end: usize, is_version: bool) {
        let mut from = start;
        while from < end {
            let n = self.line[from..end].find(|c| !is_host_char(c)).unwrap_or(end - from);
            self.word(from, from + n, is_version);
            let skipped = self.line[from + n..end].chars().next().map_or(1, char::len_utf8);
            from += n + skipped;
        }
    }

    fn word(&mut self, start: usize, end: usize, is_version: bool) {
        let text = &self.line[start..end];
        if text.matches(':').count() >= 2 {
            let value = ip(text.trim_end_matches('.'));
            if value.is_some() {
                let end = start + text.trim_end_matches('.').len();
                self.push(value, start, end);
                return;
            }
        }
        let mut from = start;
        for piece in text.split(':') {
            self.name(from, from + piece.len(), is_version);
            from += piece.len() + 1;
        }
    }

    fn name(&mut self, start: usize, end: usize, is_version: bool) {
        let text = self.line[start..end].trim_end_matches(['.', '-', '_']);
        let skipped = text.len() - text.trim_start_matches(['.', '-', '_']).len();
        let (start, text) = (start + skipped, &text[skipped..]);
        if !text.contains('.') || text.len() > 1024 {
            return;
        }
        let end = start + text.len();
        if let Some(address) = ip(text) {
            self.push((!is_version).then_some(address), start, end);
            return;
        }
        let value = host(text).filter(|it| {
            let is_plain_name = it.value.bytes().filter(|byte| *byte == b'.').count() < 2
                || it.value.ends_with(".zip")
                || it.value.ends_with(".mov");
            it.kind != ObservableKind::Ip
                && !is_sentence_joint(text)
                && !(is_file_like(&it.value) && is_plain_name)
        });
        self.push(value, start, end);
    }
}

fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':')
}

/// Length of a label such as `Domain:` before a host.
fn label_prefix(text: &str) -> usize {
    let Some((label, rest)) = text.split_once(':') else { return 0 };
    let is_label = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_label && rest.contains('.') { label.len() + 1 } else { 0 }
}

/// `done.In the end`: a full stop with no space after it.
fn is_sentence_joint(text: &str) -> bool {
    let Some((before, last)) = text.rsplit_once('.') else { return false };
    let mut letters = last.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.clone().next().is_some()
        && letters.all(char::is_lowercase)
        && before.chars().next_back().is_some_and(char::is_lowercase)
}

/// Where the scheme that ends at `end` begins, not before `from`.
fn scheme_start(line: &str, from: usize, end: usize) -> usize {
    let run = line[from..end]
        .rfind(|c: char| !(c.is_ascii_alphabetic() || c == '*'))
        .map_or(from, |n| from + n + line[from + n..].chars().next().map_or(1, char::len_utf8));
    let text = &line[run..end];
    let lower = text.to_ascii_lowercase();
    let scheme = ["https", "hxxps", "h**ps", "http", "hxxp", "h**p", "ftp", "fxp"]
        .into_iter()
        .find(|scheme| lower.ends_with(scheme));
    scheme.map_or(run, |scheme| end - scheme.len())
}

/// Where a URL ends whose authority begins at `from`.
fn url_stop(line: &str, from: usize, end: usize, quoted: bool) -> usize {
    let rest = &line[from..end];
    let mut stop = rest.len();
    if quoted {
        stop = rest.find('\'').unwrap_or(stop);
    }
    if let Some(at) = rest.find("](") {
        stop = stop.min(at);
    }
    for (at, _) in rest[..stop].match_indices([',', ';']) {
        let after = rest[at + 1..].get(..8).unwrap_or(&rest[at + 1..]);
        if let Some((scheme, _)) = after.split_once("://")
            && live_scheme(scheme).is_some()
        {
            stop = at;
            break;
        }
    }
    from + stop
}

/// The end of a value without the punctuation and the unbalanced brackets that follow it.
fn trim_tail(line: &str, start: usize, mut end: usize) -> usize {
    let text = &line[start..end];
    let count = |c: char| text.matches(c).count();
    let mut surplus = [(')', '('), (']', '['), ('}', '{')]
        .map(|(close, open)| (close, count(close).saturating_sub(count(open))));
    while let Some(c) = line[start..end].chars().next_back() {
        let closing = surplus.iter_mut().find(|(close, n)| *close == c && *n > 0);
        match (c, closing) {
            (_, Some((_, n))) => *n -= 1,
            ('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '…' | '。', None) => {}
            _ => break,
        }
        end -= c.len_utf8();
    }
    end
}
