//! Word (Office Open XML, ECMA-376): a package of a few XML parts, written here and nowhere else.
//!
//! Real styles, headings, lists and tables, so that Word and LibreOffice show an outline and a
//! person can go on writing. Names no author, no program, no template and no time of day; every
//! entry of the package carries the same date, so that the same paper gives the same bytes.

/// The body.
mod body;
/// The parts that are the same in every document.
mod fixed;
/// Escaped text.
mod xml;

use std::io::{Cursor, Write};

use farol_model::export::RenderError;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::paper::Paper;

/// The package.
pub(crate) fn package(paper: &Paper) -> Result<Vec<u8>, RenderError> {
    let parts = [
        ("[Content_Types].xml", fixed::CONTENT_TYPES.to_owned()),
        ("_rels/.rels", fixed::RELATIONSHIPS.to_owned()),
        ("docProps/core.xml", fixed::properties(paper)),
        ("word/_rels/document.xml.rels", fixed::DOCUMENT_RELATIONSHIPS.to_owned()),
        ("word/document.xml", body::document(paper)),
        ("word/fontTable.xml", fixed::FONTS.to_owned()),
        ("word/footer1.xml", fixed::footer(paper)),
        ("word/header1.xml", fixed::header(paper)),
        ("word/numbering.xml", fixed::NUMBERING.to_owned()),
        ("word/settings.xml", fixed::SETTINGS.to_owned()),
        ("word/styles.xml", fixed::styles(paper)),
    ];
    let failed = |_| RenderError::Engine("the package could not be written".into());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        package.start_file(name, options).map_err(failed)?;
        package
            .write_all(content.as_bytes())
            .map_err(|_| RenderError::Engine("the package could not be written".into()))?;
    }
    Ok(package.finish().map_err(failed)?.into_inner())
}
