//! The leak check: is anything that this reader must not know in the bytes?
//!
//! It believes only the bytes. It reads them back the way a curious reader would, first proves
//! that it can read (every visible text must be found again), and then looks for each withheld
//! value in the page, in everything around the page and in the raw bytes. It proves that *values*
//! are absent; a paraphrase is for the reviewer.

/// Text in the form in which it is compared.
mod fold;
/// Reading a mail or an HTML file back.
mod markup;
/// Reading a PDF back.
mod pdf;
/// Withheld values and where they are found.
mod search;

use farol_model::{
    document::Projected,
    export::{Format, Leak, RenderError},
};

use self::{
    fold::Folded,
    search::{Hit, Needles},
};
use crate::{mail, paper::Paper};

/// Texts of fewer characters must be found in one piece.
const MIN_PIECEWISE: usize = 24;
/// Long texts are looked for in pieces of so many characters.
const PIECE: usize = 12;
/// A page break may cut one piece in so many characters.
const CHARS_PER_CUT: usize = 600;

/// What was read back from a file.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The running text, in reading order.
    shown: String,
    /// Other text, with the place it was found in.
    around: Vec<(&'static str, String)>,
    /// Bytes, with the place they were found in.
    raw: Vec<(&'static str, Vec<u8>)>,
}

/// Reads `bytes` back and searches them; returns how many withheld values were searched for.
pub(crate) fn check(
    document: &Projected,
    paper: &Paper,
    format: Format,
    bytes: &[u8],
) -> Result<u32, RenderError> {
    let mut reading = match format {
        Format::Pdf => pdf::read(bytes)?,
        Format::Text => markup::read_text(bytes)?,
        Format::Eml => markup::read_mail(bytes)?,
        Format::Html => markup::read_html(bytes)?,
    };
    reading.raw.push(("file bytes", bytes.to_vec()));

    let title = match format {
        Format::Eml => mail::subject(document, paper),
        _ => paper.title.clone(),
    };
    let shown = Folded::of(&reading.shown);
    prove_readable(&shown, std::iter::once(title.as_str()).chain(paper.words()))?;

    let needles = Needles::of(document.withheld());
    let mut hits = needles.in_text("page text", &shown);
    for (place, text) in &reading.around {
        hits.extend(needles.in_text(place, &Folded::of(text)));
    }
    for (place, bytes) in &reading.raw {
        hits.extend(needles.in_bytes(place, bytes));
    }
    if hits.is_empty() {
        return Ok(needles.n_values());
    }
    hits.sort_unstable();
    hits.dedup();
    Err(RenderError::Leaks(hits.iter().map(|hit| leak(document, hit)).collect()))
}

fn leak(document: &Projected, hit: &Hit) -> Leak {
    let withheld = &document.withheld()[hit.value];
    Leak {
        block: withheld.block.or_else(|| {
            let value = Folded::of(&withheld.value);
            let shows = |text: &&String| Folded::of(text).finds(&value);
            let block = document.blocks().iter().find(|it| it.content.texts().iter().any(shows));
            block.map(|block| block.id)
        }),
        what: withheld.what.clone(),
        found_in: hit.place.to_owned(),
    }
}

/// Without this, a file that cannot be read would look clean.
fn prove_readable<'a>(
    shown: &Folded,
    expected: impl Iterator<Item = &'a str>,
) -> Result<(), RenderError> {
    let (mut n, mut missing) = (0, 0);
    for text in expected {
        n += 1;
        missing += usize::from(!is_shown(shown, &Folded::of(text)));
    }
    if missing == 0 {
        return Ok(());
    }
    Err(RenderError::CheckVoid(format!("{missing} of {n} visible texts were not found again")))
}

fn is_shown(shown: &Folded, text: &Folded) -> bool {
    if shown.contains(text.as_str()) {
        return true;
    }
    if text.has_right_to_left() {
        // Such runs stand in the file in the order of the eye, not of the tongue.
        return text.as_str().chars().all(|c| shown.contains(c.encode_utf8(&mut [0; 4])));
    }
    let chars: Vec<char> = text.as_str().chars().collect();
    if chars.len() < MIN_PIECEWISE {
        return false;
    }
    let pieces = chars.chunks(PIECE).map(|piece| piece.iter().collect::<String>());
    let cut = pieces.filter(|piece| !shown.contains(piece)).count();
    cut <= 1 + chars.len() / CHARS_PER_CUT
}

#[cfg(test)]
mod tests;
