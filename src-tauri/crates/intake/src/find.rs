//! Finds observables in text: URLs, hosts, addresses, mail addresses, however they are written.
//!
//! Knows text only; what a mail is and whom it came from is the caller's business.

/// Which findings a report seems to ask us to act on.
mod suggest;
/// The pieces of one line that could be a value.
mod words;

use std::collections::BTreeMap;

use farol_model::{
    observable::{Found, Observable, ObservableKind},
    refang::fold,
};

pub(crate) use self::suggest::{Own, suggest};
use self::words::{Word, words};

/// Most observables kept of one report.
pub(crate) const MAX_OBSERVABLES: usize = 10_000;

/// A line longer than this is read in pieces of this many bytes.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// Lines of pasted mail headers: what stands there describes the delivery, not the abuse.
const HEADER_NAMES: [&str; 17] = [
    "received",
    "return-path",
    "dkim-signature",
    "authentication-results",
    "message-id",
    "in-reply-to",
    "references",
    "delivered-to",
    "mime-version",
    "from",
    "to",
    "cc",
    "reply-to",
    "sender",
    "user-agent",
    "errors-to",
    "feedback-id",
];

/// Every URL, host, domain, IP and mail address in a text, once each, in order of appearance.
///
/// `found_in` is copied into each [`Found`]. Suggested as targets are URLs, and hosts and IPs that
/// no found URL covers; never mail addresses, nothing in a signature or in a mail header line.
/// At most 10 000 are returned.
pub fn find_observables(text: &str, found_in: &str) -> Vec<Found> {
    let mut finds = Finds::default();
    finds.search(text, found_in);
    let mut found = finds.found;
    suggest(&mut found, &Own::default());
    found
}

/// Findings so far, one per value.
#[derive(Default)]
pub(crate) struct Finds {
    /// In order of appearance.
    pub(crate) found: Vec<Found>,
    /// Whether values were left out because there are too many.
    pub(crate) is_full: bool,
    places: BTreeMap<Observable, usize>,
}

impl Finds {
    /// Searches a text; values found before are counted, not repeated.
    pub(crate) fn search(&mut self, text: &str, found_in: &str) {
        let mut place = Place::default();
        for line in text.lines() {
            place.enter(line);
            let mut rest = line;
            while !rest.is_empty() {
                let (piece, after) = split_piece(rest);
                self.search_piece(piece, found_in, place.may_name_targets());
                rest = after;
            }
        }
    }

    /// Adds one value.
    pub(crate) fn add(&mut self, value: Observable, written: &str, found_in: &str, target: bool) {
        let target = target && value.kind != ObservableKind::Mail;
        if let Some(&at) = self.places.get(&value) {
            let found = &mut self.found[at];
            found.n_times = found.n_times.saturating_add(1);
            found.suggested_target |= target;
            return;
        }
        if self.found.len() >= MAX_OBSERVABLES {
            self.is_full = true;
            return;
        }
        self.places.insert(value.clone(), self.found.len());
        self.found.push(Found {
            observable: value,
            written_as: written.to_owned(),
            found_in: found_in.to_owned(),
            n_times: 1,
            suggested_target: target,
        });
    }

    /// Whether a value is already known.
    pub(crate) fn knows(&self, value: &Observable) -> bool {
        self.places.contains_key(value)
    }

    fn search_piece(&mut self, piece: &str, found_in: &str, target: bool) {
        if !piece.bytes().any(|byte| matches!(byte, b'.' | b':' | b'[' | b'(' | b'{' | 0x80..)) {
            return;
        }
        let folded = fold(piece);
        for Word { value, start, end } in words(&folded.text) {
            self.add(value, folded.written(piece, start, end), found_in, target);
        }
    }
}

/// The first piece of a line that is short enough, cut at a space if there is one.
fn split_piece(line: &str) -> (&str, &str) {
    if line.len() <= MAX_LINE_BYTES {
        return (line, "");
    }
    let mut end = MAX_LINE_BYTES;
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let end = line[..end].rfind(' ').filter(|&at| at > 0).unwrap_or(end);
    line.split_at(end)
}

/// Where in a text a line stands.
#[derive(Default)]
struct Place {
    in_signature: bool,
    in_header: bool,
}

impl Place {
    fn enter(&mut self, line: &str) {
        let bare = line.trim_start_matches(['>', ' ']);
        if matches!(line, "--" | "-- ") {
            self.in_signature = true;
        } else if line.starts_with("-----") || line.starts_with("Begin forwarded message") {
            self.in_signature = false;
        }
        let continues = self.in_header && line.starts_with([' ', '\t']) && !bare.is_empty();
        self.in_header = continues || is_header_line(bare);
    }

    fn may_name_targets(&self) -> bool {
        !self.in_signature && !self.in_header
    }
}

fn is_header_line(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    let name = name.trim_matches(['*', ' ']);
    if name.len() > 40 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return false;
    }
    let name = name.to_ascii_lowercase();
    HEADER_NAMES.contains(&name.as_str())
        || ["x-", "arc-", "list-", "content-"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests;
