//! The leak check: is anything that this reader must not know in the bytes?
//!
//! It believes only the bytes. It reads them back the way a curious reader would, first proves
//! that it can read (every visible text must be found again), and then looks for each withheld
//! value in the page, in everything around the page and in the raw bytes. It proves that *values*
//! are absent; a paraphrase is for the reviewer.

/// Any file against a list of values.
mod file;
/// Text in the form in which it is compared.
mod fold;
/// Reading a mail, Markdown or HTML file back.
mod markup;
/// Reading a Word document back.
mod office;
/// Reading a PDF back.
mod pdf;
/// Whether a picture is nothing but pixels.
mod picture;
/// Many values searched for at once.
mod scan;
/// Withheld values and where they are found.
mod search;
/// What a text says once it is decoded.
mod views;

pub(crate) use self::{
    markup::PNG_INSIDE,
    views::{base64_digit, from_digits},
};

use farol_model::{
    document::{Projected, Withheld},
    export::{Attachment, Format, Leak, RenderError},
};

pub use self::file::check_file;
use self::{
    fold::Folded,
    search::{Hit, Needles, Place},
};
use crate::{mail, paper::Paper};

/// Texts of fewer characters must be found in one piece.
const MIN_PIECEWISE: usize = 24;
/// Long texts are looked for in pieces of so many characters.
const PIECE: usize = 12;
/// A page break may cut one piece in so many characters.
const CHARS_PER_CUT: usize = 600;

/// How a file is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rigour {
    /// One that we wrote: whatever a paper does not need voids the check.
    Ours,
    /// Anybody's: read as far as it goes, and what it can do is noted.
    Anybodys,
}

/// What was read back from a file.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The running text, in reading order.
    shown: String,
    /// Other text, with the place it was found in.
    around: Vec<(Place, String)>,
    /// Bytes, with the place they were found in.
    raw: Vec<(Place, Vec<u8>)>,
    /// What this file can do or carries besides being read.
    notes: Vec<String>,
}

impl Reading {
    /// Every value at every place, in order and once.
    fn search(&self, needles: &Needles) -> Vec<Hit> {
        let mut hits = needles.in_text(&Place::Borrowed("page text"), &self.shown);
        for (place, text) in &self.around {
            hits.extend(needles.in_text(place, text));
        }
        for (place, bytes) in &self.raw {
            hits.extend(needles.in_bytes(place, bytes));
        }
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// The same, as part of another file.
    fn within(mut self, whole: &str) -> Self {
        let shown = std::mem::take(&mut self.shown);
        self.around.push(("text".into(), shown));
        let inside = |place: &Place| Place::from(format!("{whole}: {place}"));
        self.around.iter_mut().for_each(|(place, _)| *place = inside(place));
        self.raw.iter_mut().for_each(|(place, _)| *place = inside(place));
        self
    }

    /// Notes an ability of a file, or voids the check of one of ours.
    fn ability(&mut self, rigour: Rigour, what: &str) -> Result<(), RenderError> {
        if rigour == Rigour::Ours {
            return Err(void(what));
        }
        if !self.notes.iter().any(|it| it == what) {
            self.notes.push(what.to_owned());
        }
        Ok(())
    }
}

fn void(why: &str) -> RenderError {
    RenderError::CheckVoid(why.to_owned())
}

fn read(format: Format, bytes: &[u8]) -> Result<Reading, RenderError> {
    match format {
        Format::Pdf => pdf::read(bytes, Rigour::Ours),
        Format::Docx => office::read(bytes, Rigour::Ours),
        Format::Text => markup::read_text(bytes),
        Format::Markdown => markup::read_markdown(bytes),
        Format::Eml => markup::read_mail(bytes),
        Format::Html => markup::read_html(bytes, Rigour::Ours),
    }
}

/// What is attached to a mail of ours, for the tests.
#[cfg(test)]
pub(crate) fn attached(bytes: &[u8]) -> Result<(Reading, Vec<Attachment>), RenderError> {
    markup::read_mixed(bytes)
}

/// Whether a picture is pixels only, for the tests of others.
#[cfg(test)]
pub(crate) fn picture(bytes: &[u8], reading: &mut Reading) -> Result<(), RenderError> {
    picture::read(bytes, &"picture".into(), Rigour::Ours, reading)
}

/// What a file of ours shows, for the tests of other layouts.
#[cfg(test)]
pub(crate) fn shown(format: Format, bytes: &[u8]) -> Result<String, RenderError> {
    Ok(read(format, bytes)?.shown)
}

/// Reads `bytes` back and searches them; returns how many withheld values were searched for.
pub(crate) fn check(
    document: &Projected,
    paper: &Paper,
    format: Format,
    bytes: &[u8],
) -> Result<u32, RenderError> {
    let mut reading = read(format, bytes)?;
    reading.raw.push(("file bytes".into(), bytes.to_vec()));
    let title = match format {
        Format::Eml => mail::subject(document, paper),
        _ => paper.title.clone(),
    };
    searched(document, paper, &title, &[reading])
}

/// Reads a mail back with everything attached to it; returns how many values were searched for, and
/// what could not be read.
pub(crate) fn check_mail(
    document: &Projected,
    paper: &Paper,
    bytes: &[u8],
    attachments: &[Attachment],
) -> Result<(u32, Vec<String>), RenderError> {
    let (mut reading, found) = markup::read_mixed(bytes)?;
    let as_given = found.iter().map(|it| &it.bytes).eq(attachments.iter().map(|it| &it.bytes));
    if !as_given {
        return Err(void("the attachments are not those that were given"));
    }
    reading.raw.push(("file bytes".into(), bytes.to_vec()));
    let mut readings = vec![reading];
    let mut notes = Vec::new();
    for it in found {
        let place = format!("attachment {}", it.name);
        let (mut inside, more) = file::read_attached(&it)?;
        notes.extend(more.into_iter().map(|note| format!("{}: {note}", it.name)));
        inside.around.push(("name of an attachment".into(), it.name));
        inside.raw.push(("attachment bytes".into(), it.bytes));
        readings.push(inside.within(&place));
    }
    let n_values = searched(document, paper, &mail::subject(document, paper), &readings)?;
    Ok((n_values, notes))
}

/// Proves that the first reading shows the paper, and searches all of them.
fn searched(
    document: &Projected,
    paper: &Paper,
    title: &str,
    readings: &[Reading],
) -> Result<u32, RenderError> {
    let shown = Folded::of(readings.first().map_or("", |it| &it.shown));
    prove_readable(&shown, std::iter::once(title).chain(paper.words()))?;
    let needles = needles(document);
    // A file that goes along may have names of its own.
    let n_withheld = document.withheld().len();
    let hits: Vec<Hit> = readings
        .iter()
        .enumerate()
        .flat_map(|(n, it)| {
            it.search(&needles).into_iter().filter(move |hit| n == 0 || hit.value < n_withheld)
        })
        .collect();
    if hits.is_empty() {
        return Ok(needles.n_values());
    }
    Err(RenderError::Leaks(hits.iter().map(|hit| leak(document, hit)).collect()))
}

/// Searches words that travel with a file: its name, a subject line.
///
/// # Errors
/// `Leaks` when a withheld value is in them.
pub fn check_words(
    document: &Projected,
    place: &'static str,
    words: &str,
) -> Result<(), RenderError> {
    let needles = needles(document);
    let hits = needles.in_text(&place.into(), words);
    if hits.is_empty() {
        return Ok(());
    }
    Err(RenderError::Leaks(hits.iter().map(|hit| leak(document, hit)).collect()))
}

/// All of it, with where some of it may stand.
fn needles(document: &Projected) -> Needles {
    let values = all_of(document).map(|it| it.value.as_str());
    let in_told = all_of(document).map(|it| it.in_told).collect();
    Needles::of(values).but_not_in(document.told(), in_told)
}

/// Everything that must be absent from what is made of a document.
fn all_of(document: &Projected) -> impl Iterator<Item = &Withheld> {
    document.withheld().iter().chain(document.names())
}

fn leak(document: &Projected, hit: &Hit) -> Leak {
    let withheld = document
        .withheld()
        .get(hit.value)
        .unwrap_or_else(|| &document.names()[hit.value - document.withheld().len()]);
    Leak {
        block: withheld.block.or_else(|| {
            let value = Folded::of(&withheld.value);
            let shows = |text: &&String| Folded::of(text).finds(&value);
            let block = document.blocks().iter().find(|it| it.content.printed().iter().any(shows));
            block.map(|block| block.id)
        }),
        what: withheld.what.clone(),
        found_in: hit.place.to_string(),
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
