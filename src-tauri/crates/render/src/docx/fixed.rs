//! The parts that are the same in every document, or nearly.

use farol_model::document::DocumentKind;

use super::xml::{escaped, run, styled};
use crate::paper::Paper;

pub(super) const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
     xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
     xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
     xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

pub(super) const CONTENT_TYPES: &str = include_str!("content_types.xml");
pub(super) const RELATIONSHIPS: &str = include_str!("relationships.xml");
const DOCUMENT_RELATIONSHIPS: &str = include_str!("document_relationships.xml");
pub(super) const FONTS: &str = include_str!("fonts.xml");
pub(super) const NUMBERING: &str = include_str!("numbering.xml");
pub(super) const SETTINGS: &str = include_str!("settings.xml");
const STYLES: &str = include_str!("styles.xml");

/// What the body refers to: the parts above, so many pictures, and before them perhaps a logo.
pub(super) fn document_relationships(n_pictures: usize, has_logo: bool) -> String {
    let pictures: String = (usize::from(!has_logo)..=n_pictures)
        .map(|n| {
            format!(
                "<Relationship Id=\"picture{n}\" \
                 Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" \
                 Target=\"media/image{n}.png\"/>"
            )
        })
        .collect();
    let end = "</Relationships>";
    DOCUMENT_RELATIONSHIPS.replace(end, &format!("{pictures}{end}"))
}

/// Styles, in the language of the paper. A readout is one page, so everything in it is closer together.
pub(super) fn styles(paper: &Paper) -> String {
    let styles = STYLES.replace("en-GB", paper.lang);
    if paper.look != DocumentKind::Readout {
        return styles;
    }
    let closer = scaled(&styles, "w:before=\"", 55);
    let closer = scaled(&closer, "w:after=\"", 55);
    let closer = scaled(&closer, "<w:sz w:val=\"", 91);
    scaled(&scaled(&closer, "<w:szCs w:val=\"", 91), "w:line=\"", 95)
}

/// The number behind each `mark`, in so many hundredths.
fn scaled(text: &str, mark: &str, percent: u32) -> String {
    let mut pieces = text.split(mark);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find('"').unwrap_or(0);
        let number: u32 = piece[..end].parse().unwrap_or(0);
        out.push_str(&format!("{mark}{}{}", (number * percent + 50) / 100, &piece[end..]));
    }
    out
}

/// Title and language; no people, no program, no time.
pub(super) fn properties(paper: &Paper) -> String {
    format!(
        "{DECLARATION}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <dc:title>{}</dc:title><dc:language>{}</dc:language></cp:coreProperties>",
        escaped(&paper.title),
        paper.lang
    )
}

pub(super) fn header(paper: &Paper) -> String {
    let runs = format!(
        "{}<w:r><w:tab/></w:r>{}",
        run(&paper.reference, "<w:rStyle w:val=\"Mono\"/>"),
        run(paper.label, "")
    );
    format!("{DECLARATION}<w:hdr {NAMESPACES}>{}</w:hdr>", styled("Header", "", &runs, ""))
}

pub(super) fn footer(paper: &Paper) -> String {
    let field =
        |name: &str| format!("<w:fldSimple w:instr=\" {name} \">{}</w:fldSimple>", run("1", ""));
    let runs = format!(
        "{}<w:r><w:tab/></w:r>{}{}{}{}",
        run(&paper.dated, ""),
        run(&format!("{} ", paper.said.page), ""),
        field("PAGE"),
        run(&format!(" {} ", paper.said.of), ""),
        field("NUMPAGES")
    );
    format!("{DECLARATION}<w:ftr {NAMESPACES}>{}</w:ftr>", styled("Footer", "", &runs, ""))
}
