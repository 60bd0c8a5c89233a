//! Text in the form in which it is compared: compatibility forms unfolded (ligatures, full-width
//! letters), lower case, live instead of defanged, no white space, nothing invisible. It still
//! knows where words began, so that a short name is not found inside a longer word.

use unicode_normalization::UnicodeNormalization;

/// Ways to make an address inert, and what stands for them.
const DEFANGED: &[(&str, &str)] = &[
    ("hxxp", "http"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("[:]", ":"),
    ("[://]", "://"),
];

/// A text ready to be searched.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    text: String,
    /// One flag for every byte of `text`: white space stood before it.
    begins: Vec<bool>,
}

impl Folded {
    /// Folds a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut chars: Vec<(char, bool)> = Vec::with_capacity(text.len());
        let mut begins = true;
        let mut take = |c: char| {
            if c.is_whitespace() {
                begins = true;
            } else if !is_invisible(c) {
                chars.push((c, begins));
                begins = false;
            }
        };
        if text.is_ascii() {
            text.chars().for_each(|c| take(c.to_ascii_lowercase()));
        } else {
            text.nfkc().flat_map(char::to_lowercase).map(plain_punctuation).for_each(take);
        }
        let mut folded = Self::default();
        let mut rest = chars.as_slice();
        while let Some((&(first, begins), after)) = rest.split_first() {
            let may_be_defanged = matches!(first, 'h' | '[' | '(' | '{');
            let found = DEFANGED.iter().filter(|_| may_be_defanged);
            match found.into_iter().find(|(written, _)| starts_with(rest, written)) {
                Some((written, live)) => {
                    live.chars().for_each(|c| folded.push(c, begins));
                    rest = &rest[written.chars().count()..];
                }
                None => {
                    folded.push(first, begins);
                    rest = after;
                }
            }
        }
        folded
    }

    fn push(&mut self, c: char, begins: bool) {
        self.text.push(c);
        self.begins.push(begins);
        self.begins.resize(self.text.len(), false);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn contains(&self, folded: &str) -> bool {
        self.text.contains(folded)
    }

    /// Whether `value` stands in this text, as whole words when it is short.
    pub(crate) fn finds(&self, value: &Self) -> bool {
        !value.text.is_empty()
            && self.text.match_indices(value.as_str()).any(|(at, found)| {
                !value.needs_word_edges() || self.is_whole_words(at, at + found.len())
            })
    }

    /// Short values must stand as words of their own; long ones are found anywhere.
    pub(crate) fn needs_word_edges(&self) -> bool {
        self.text.chars().count() < 16
    }

    /// Whether `start..end` neither begins nor ends inside a word.
    pub(crate) fn is_whole_words(&self, start: usize, end: usize) -> bool {
        self.is_edge(start) && self.is_edge(end)
    }

    fn is_edge(&self, at: usize) -> bool {
        if self.begins.get(at).copied().unwrap_or(true) {
            return true;
        }
        let (before, after) = self.text.split_at(at);
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_unspaced(c));
        !(joins(before.chars().next_back()) && joins(after.chars().next()))
    }

    /// Whether it is written in a script that puts no space between words.
    pub(crate) fn is_unspaced(&self) -> bool {
        !self.text.is_empty() && self.text.chars().all(is_unspaced)
    }

    pub(crate) fn has_right_to_left(&self) -> bool {
        self.text.chars().any(|c| {
            matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
                | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
        })
    }
}

fn starts_with(chars: &[(char, bool)], written: &str) -> bool {
    let mut chars = chars.iter();
    written.chars().all(|c| chars.next().is_some_and(|(it, _)| *it == c))
}

fn plain_punctuation(c: char) -> char {
    match c {
        '‘' | '’' | '‛' | 'ʼ' => '\'',
        '“' | '”' | '„' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        c => c,
    }
}

/// Thai to Khmer, kana, ideographs and Hangul: words stand next to each other.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Characters without a picture of their own.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}
