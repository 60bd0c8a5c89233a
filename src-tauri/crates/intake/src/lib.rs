//! Intake: from bytes to a report.
//!
//! Hostile bytes come in; what may be kept and what could be read of it go out. Nothing is dropped
//! because a parser did not like it: problems are warnings in plain words. The one exception is
//! child-safety media, which is cut out before anything is written (see [`Taken::keep`]). Knows
//! nothing of cases, storage or the network; never panics on any input.

/// The exception for child-safety media.
mod child_safety;
/// Transport encodings and charsets.
mod decode;
/// Files written into text.
mod embedded;
/// Observables in text.
mod find;
/// HTML reduced to text and links.
mod html;
/// Mails, forwarded mails and feedback reports.
mod mail;
/// The structure of a mail as byte ranges.
mod mime;
/// Names of attachments.
mod names;
/// Plain text: chat lines, phone notes, files.
mod note;
/// The normal form of a value.
mod observable;

use farol_model::{
    id::Size,
    report::{Parsed, ReportChannel},
};

pub use self::{find::find_observables, observable::observable};

/// Largest report that is taken in, in bytes.
pub const MAX_REPORT_BYTES: usize = 25 * 1024 * 1024;

/// Most text kept in [`Parsed::text`], in bytes.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// Why nothing was taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// There is nothing in it but white space.
    #[error("the report is empty")]
    Empty,
    /// More than [`MAX_REPORT_BYTES`]; it was not looked at.
    #[error("the report has {}, more than the {} that can be taken in", Size(*.size), Size(*.limit))]
    TooLarge {
        /// Bytes it has.
        size: u64,
        /// Bytes it may have.
        limit: u64,
    },
    /// Neither a mail nor text: a picture, a program, noise.
    #[error("the file is neither a mail nor text")]
    NotReadable,
}

/// What was taken in, after the child-safety rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Mail when the bytes are a mail with headers, otherwise as the caller says or other.
    pub channel: ReportChannel,
    /// What may be written: exactly the bytes that came in, except that the body of each refused
    /// part is replaced by one fixed line.
    pub keep: Vec<u8>,
    /// What was read.
    pub parsed: Parsed,
    /// One plain sentence for each refused part: its type and size, never its name or content.
    pub refused: Vec<String>,
}

/// Reads a report: a mail when it has a mail's headers, otherwise text.
///
/// # Errors
/// [`IntakeError::Empty`], [`IntakeError::TooLarge`] before anything is scanned, and
/// [`IntakeError::NotReadable`] when it is neither a mail nor text.
pub fn read(bytes: &[u8]) -> Result<Taken, IntakeError> {
    check_size(bytes)?;
    if mail::is_mail(bytes) {
        return Ok(mail::read(bytes));
    }
    note::read_bytes(bytes)
}

/// Whether bytes can be read as text: no magic of a media file, few control characters.
pub fn is_readable_text(bytes: &[u8]) -> bool {
    child_safety::looks_like_text(bytes)
}

/// Reads a chat line or a note taken on the phone; its first line becomes the subject.
///
/// # Errors
/// [`IntakeError::Empty`] and [`IntakeError::TooLarge`].
pub fn read_note(text: &str, channel: ReportChannel) -> Result<Taken, IntakeError> {
    check_size(text.as_bytes())?;
    Ok(note::read(text.as_bytes(), text, channel, vec![]))
}

fn check_size(bytes: &[u8]) -> Result<(), IntakeError> {
    if bytes.len() > MAX_REPORT_BYTES {
        let (size, limit) = (bytes.len() as u64, MAX_REPORT_BYTES as u64);
        return Err(IntakeError::TooLarge { size, limit });
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(IntakeError::Empty);
    }
    Ok(())
}

/// The text up to [`MAX_TEXT_BYTES`], with a warning when there is more.
fn cap_text(mut text: String, warnings: &mut Vec<String>) -> String {
    if text.len() > MAX_TEXT_BYTES {
        let mut end = MAX_TEXT_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        warnings.push("the text is longer than 1 MiB; only its beginning is shown here".into());
    }
    text
}

/// The findings, with a warning when there are too many.
fn settle(
    mut finds: find::Finds,
    own: &find::Own,
    warnings: &mut Vec<String>,
) -> Vec<farol_model::observable::Found> {
    if finds.is_full {
        let limit = find::MAX_OBSERVABLES;
        warnings.push(format!("more than {limit} observables; the rest is left out here"));
    }
    find::suggest(&mut finds.found, own);
    finds.found
}

#[cfg(test)]
mod tests;
