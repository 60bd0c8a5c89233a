//! Any file against a list of values, for files that others made or that were changed after they
//! left.

use farol_model::export::{Attachment, FileCheck, FileHit, RenderError};

use super::{
    Reading, Rigour, markup, office, pdf, picture,
    search::{Needles, is_searched},
    void,
};

/// Searches a PDF, Word document, HTML, Markdown, mail or text file for values, wherever in it they
/// may hide.
///
/// # Errors
/// `CheckVoid` when the file cannot be read well enough to say anything: it is encrypted, damaged,
/// or shows no text at all.
pub fn check_file(bytes: &[u8], values: &[String]) -> Result<FileCheck, RenderError> {
    let (kind, mut reading) = read(bytes)?;
    if reading.shown.trim().is_empty() {
        return Err(void("no text could be read from it; it may be pictures of pages"));
    }
    reading.raw.push(("file bytes".into(), bytes.to_vec()));
    let needles = Needles::of(values.iter().map(String::as_str));
    let hits = reading.search(&needles);
    Ok(FileCheck {
        kind: kind.to_owned(),
        n_values_searched: needles.n_values(),
        too_short: (1..)
            .zip(values)
            .filter(|(_, value)| !value.trim().is_empty() && !is_searched(value))
            .map(|(line, _)| line)
            .collect(),
        hits: hits
            .into_iter()
            .map(|hit| FileHit { line: hit.value as u32 + 1, found_in: hit.place.to_string() })
            .collect(),
        notes: reading.notes,
    })
}

/// What an attachment says, and what of it was not read.
///
/// # Errors
/// `CheckVoid` when it is a PDF or Word document that cannot be read.
pub(super) fn read_attached(it: &Attachment) -> Result<(Reading, Vec<String>), RenderError> {
    let is_document = it.bytes.starts_with(b"PK\x03\x04") || it.bytes.starts_with(b"%PDF");
    match read(&it.bytes) {
        Ok((_, mut reading)) => {
            let mut notes = std::mem::take(&mut reading.notes);
            if reading.shown.trim().is_empty() {
                notes.push("no text could be read from it: look at it yourself".into());
            }
            Ok((reading, notes))
        }
        Err(RenderError::CheckVoid(why)) if is_document => {
            Err(void(&format!("an attachment, {}, cannot be read: {why}", it.name)))
        }
        Err(_) => {
            let mut reading = Reading::default();
            picture::read(&it.bytes, &"picture".into(), Rigour::Anybodys, &mut reading)?;
            let mut notes = std::mem::take(&mut reading.notes);
            notes.push(
                "only its bytes were searched, not what it shows: look at it yourself".into(),
            );
            Ok((reading, notes))
        }
    }
}

fn read(bytes: &[u8]) -> Result<(&'static str, Reading), RenderError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(("Word document", office::read(bytes, Rigour::Anybodys)?));
    }
    if bytes.iter().take(1024).copied().collect::<Vec<_>>().windows(5).any(|it| it == b"%PDF-") {
        return Ok(("PDF", pdf::read(bytes, Rigour::Anybodys)?));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| void("it is none of PDF, Word document, HTML, mail and UTF-8 text"))?;
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let start = start.get(..start.len().min(2000)).unwrap_or(start).to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.contains("<html") {
        return Ok(("HTML", markup::read_html(bytes, Rigour::Anybodys)?));
    }
    let is_mail =
        ["from:", "to:", "subject:", "received:", "return-path:", "mime-version:", "date:"]
            .iter()
            .any(|it| start.starts_with(it));
    if is_mail && let Ok(mut mail) = markup::read_mail(bytes) {
        mail.around.push(("whole mail".into(), text.to_owned()));
        return Ok(("mail", mail));
    }
    Ok(("text", markup::read_markdown(bytes)?))
}
