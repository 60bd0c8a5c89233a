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

use crate::{paper::Paper, typeset};

/// The package.
pub(crate) fn package(paper: &Paper) -> Result<Vec<u8>, RenderError> {
    let charts = paper.charts().filter(|it| !it.scale.is_empty());
    let pictures: Vec<_> = charts
        .map(|chart| Ok((typeset::picture(chart, paper.lang)?, chart.told.clone())))
        .collect::<Result<_, RenderError>>()?;
    let logo = paper.team.as_ref().and_then(|it| it.logo.as_ref());
    let parts = [
        ("[Content_Types].xml", fixed::CONTENT_TYPES.to_owned()),
        ("_rels/.rels", fixed::RELATIONSHIPS.to_owned()),
        ("docProps/core.xml", fixed::properties(paper)),
        (
            "word/_rels/document.xml.rels",
            fixed::document_relationships(pictures.len(), logo.is_some()),
        ),
        ("word/document.xml", body::document(paper, &pictures)),
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
    for (n, (picture, _)) in (1..).zip(&pictures) {
        package.start_file(format!("word/media/image{n}.png"), options).map_err(failed)?;
        package
            .write_all(&picture.png)
            .map_err(|_| RenderError::Engine("the package could not be written".into()))?;
    }
    if let Some(logo) = logo {
        package.start_file("word/media/image0.png", options).map_err(failed)?;
        package
            .write_all(&logo.png)
            .map_err(|_| RenderError::Engine("the package could not be written".into()))?;
    }
    Ok(package.finish().map_err(failed)?.into_inner())
}
