//! From what was found to the runs of text that a screen shows.

use std::ops::Range;

use farol_model::{refang::plain, search::Part};

/// Stands before a match in marked text; no indexed text has it.
pub(super) const OPEN: char = '\u{2}';
/// Stands after a match.
pub(super) const CLOSE: char = '\u{3}';

/// Most of a title that is shown.
const TITLE_CHARS: usize = 160;
/// Most of a body that is shown.
const SNIPPET_CHARS: usize = 220;
/// How much of it stands before the first match.
const LEAD_CHARS: usize = 60;

/// A text with what was found in it, as ranges of bytes.
pub(super) struct Marked {
    text: String,
    ranges: Vec<Range<usize>>,
}

impl Marked {
    /// The text as it was written, with what was found in its plain spelling.
    pub(super) fn new(
        mut ranges: Vec<Range<usize>>,
        plain_text: String,
        written: Option<String>,
    ) -> Self {
        let Some(written) = written else {
            return Self { text: plain_text, ranges: joined(ranges) };
        };
        let folded = plain(&written);
        if folded.text == plain_text {
            for range in &mut ranges {
                *range = folded.original_range(range.start, range.end);
            }
        } else {
            // Folding has changed since this was indexed: nothing is marked rather than the wrong words.
            ranges.clear();
        }
        Self { text: written, ranges: joined(ranges) }
    }

    /// The beginning of a title.
    pub(super) fn title(&self) -> Vec<Part> {
        self.parts(0, TITLE_CHARS)
    }

    /// The words around the first match, or the beginning.
    pub(super) fn snippet(&self) -> Vec<Part> {
        let first = self.ranges.first().map_or(0, |range| range.start);
        let before = &self.text[..first];
        let start = match before.char_indices().rev().nth(LEAD_CHARS) {
            None => 0,
            Some((at, _)) => before[at..].find(' ').map_or(first, |space| at + space + 1),
        };
        self.parts(start, SNIPPET_CHARS)
    }

    fn parts(&self, start: usize, n_chars: usize) -> Vec<Part> {
        let end = self.text[start..]
            .char_indices()
            .nth(n_chars)
            .map_or(self.text.len(), |it| start + it.0);
        let mut parts = Vec::new();
        let mut push = |text: &str, is_match| {
            if !text.is_empty() {
                parts.push(Part { text: text.to_owned(), is_match });
            }
        };
        push(if start > 0 { "… " } else { "" }, false);
        let mut at = start;
        for range in self.ranges.iter().filter(|it| it.end > start && it.start < end) {
            let (from, to) = (range.start.max(at), range.end.min(end));
            push(&self.text[at..from], false);
            push(&self.text[from..to], true);
            at = to;
        }
        push(&self.text[at..end], false);
        push(if end < self.text.len() { " …" } else { "" }, false);
        parts
    }
}

/// Where the marks of an index stand, in bytes of the text without them.
pub(super) fn ranges_in(marked: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (n_marks, (at, _)) in marked.match_indices([OPEN, CLOSE]).enumerate() {
        // Each mark is one byte long.
        let place = at - n_marks;
        if marked[at..].starts_with(OPEN) {
            start = place;
        } else {
            ranges.push(start..place);
        }
    }
    ranges
}

/// In order, overlapping ones made one, empty ones left out.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|it| !it.is_empty());
    ranges.sort_by_key(|it| it.start);
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
