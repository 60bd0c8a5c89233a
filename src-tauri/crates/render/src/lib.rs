//! The machine room: a projected document becomes a file, and the file is proven clean.
//!
//! Knows page layout, mail and HTML syntax, and how to read back what it wrote. Knows nothing of
//! vaults, cases, networks, disks or the clock on the wall: everything printed comes from the
//! [`Projected`] tree, so the same tree always gives the same bytes.

/// Figures on a scale.
mod chart;
/// A Word document.
mod docx;
/// Whether anything withheld is in the bytes.
mod leak;
/// The team's picture.
mod logo;
/// A mail draft.
mod mail;
/// Markdown.
mod markdown;
/// The tree in the form that layouts print.
mod paper;
/// Where on the pages a block stands.
mod place;
/// Plain text.
mod plain;
/// PDF and page pictures by Typst.
mod typeset;
/// One HTML file.
mod web;

use farol_model::{
    document::Projected,
    export::{
        Attachment, Format, Machines, MailDraft, RenderError, Rendered, Seen, Sight, Unprinted,
    },
};

pub use self::{
    leak::{check_file, check_words},
    logo::clean_logo,
};
use crate::paper::Paper;

/// Version of the layouts; it changes whenever the same tree would give other bytes.
pub const TEMPLATE_VERSION: &str = "house 8";

/// What a desk is handed when it opens.
pub const MACHINES: Machines = Machines { render, pages, sheets, check_words, unprinted, mail };

/// Renders a projected document and runs the leak check on the bytes.
///
/// The same document gives the same bytes on every machine and day.
///
/// # Errors
/// `Leaks` when a withheld value is in the file, `CheckVoid` when the file could not be read back
/// well enough to say so, `TooLong` when it has more pages than its kind may have, `Engine` when
/// the typesetter refuses. In every case there are no bytes.
pub fn render(document: &Projected, format: Format) -> Result<Rendered, RenderError> {
    let paper = match format {
        Format::Pdf => Paper::of(document).with_words(typeset::printable),
        _ => Paper::of(document),
    };
    let bytes = match format {
        Format::Pdf => {
            let pages = typeset::layout(&paper)?;
            within_limit(document, pages.pages().len())?;
            typeset::pdf(&pages)?
        }
        Format::Docx => docx::package(&paper)?,
        Format::Markdown => markdown::page(&paper).into_bytes(),
        Format::Text => plain::letter(&paper).into_bytes(),
        Format::Eml => mail::draft(document, &paper, None, &[]),
        Format::Html => web::page(&paper).into_bytes(),
    };
    let n_values_searched = leak::check(document, &paper, format, &bytes)?;
    Ok(Rendered { bytes, n_values_searched, template_version: TEMPLATE_VERSION })
}

/// The characters that a PDF or a page picture shows as `□`, block by block.
pub fn unprinted(document: &Projected) -> Vec<Unprinted> {
    let of = |block, texts: &mut dyn Iterator<Item = &String>| {
        let all: String = texts.map(String::as_str).collect::<Vec<_>>().join("\n");
        let characters = typeset::without_picture(&all);
        (!characters.is_empty()).then_some(Unprinted { block, characters })
    };
    let title = document.title().to_owned();
    let team = document.letterhead().map(|it| &it.name);
    let mut found = Vec::new();
    found.extend(of(None, &mut std::iter::once(&title).chain(team)));
    for block in document.blocks() {
        found.extend(of(Some(block.id), &mut block.content.printed().into_iter()));
    }
    found
}

/// Renders a mail draft with attachments and runs the leak check on all of it.
///
/// An answer to `message_id` is an answer to this draft, unless the program that sends it writes
/// another one. The attachments go as they are; each is read back out of the draft and searched for what this
/// document's reader must not know. A picture or a file of an unknown kind is searched in its bytes
/// only, and a note says so.
///
/// # Errors
/// As [`render`]; `CheckVoid` also when an attached PDF or Word document cannot be read.
pub fn mail(
    document: &Projected,
    message_id: &str,
    attachments: &[Attachment],
) -> Result<MailDraft, RenderError> {
    let paper = Paper::of(document);
    let bytes = mail::draft(document, &paper, Some(message_id), attachments);
    let (n_values_searched, notes) = leak::check_mail(document, &paper, &bytes, attachments)?;
    let rendered = Rendered { bytes, n_values_searched, template_version: TEMPLATE_VERSION };
    Ok(MailDraft { rendered, notes })
}

/// Lays a projected document out for the screen and paints those of its pages that are wanted, as wide as
/// they are shown: while somebody writes, most pages are out of sight or stay as they are.
///
/// A readout that is too long still gets its pictures, so that its author can see where it runs
/// over; only [`render`] refuses it.
///
/// # Errors
/// `Engine` when the typesetter refuses.
pub fn pages(document: &Projected, sight: Sight<'_>) -> Result<Seen, RenderError> {
    let paper = Paper::of(document).with_words(typeset::printable);
    let pages = typeset::layout(&paper)?;
    let caret = sight.caret.and_then(|it| place::of(it, document, &pages));
    Ok(Seen { pages: typeset::seen(&pages, sight, caret)?, caret })
}

/// Renders the pages as PNG pictures that a printer takes, about 200 dots to the inch.
///
/// # Errors
/// As [`pages`].
pub fn sheets(document: &Projected) -> Result<Vec<Vec<u8>>, RenderError> {
    let paper = Paper::of(document).with_words(typeset::printable);
    typeset::layout(&paper)?.pages().iter().map(typeset::sheet).collect()
}

fn within_limit(document: &Projected, pages: usize) -> Result<(), RenderError> {
    let pages = u32::try_from(pages).unwrap_or(u32::MAX);
    match document.kind().page_limit() {
        Some(limit) if pages > limit => Err(RenderError::TooLong { pages, limit }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod naughty;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
