//! Reading a Word document back: every part of the package, every text and every attribute.
//!
//! Running text is what `word/document.xml` shows. Everything else, from tracked changes to the
//! names of people in the properties, is kept apart with the name of its part.

use std::io::{Cursor, Read};

use farol_model::export::RenderError;
use roxmltree::{Node, NodeType, ParsingOptions};
use zip::{CompressionMethod, DateTime, ZipArchive};

use super::{Reading, Rigour, picture, search::Place, void};

/// A part that unpacks to more is not one of ours, and no document anybody reads.
const MAX_PART_BYTES: u64 = 64 << 20;
/// Packages inside packages.
const MAX_DEPTH: usize = 3;
/// The parts of our own documents; nothing else may be in one.
const OUR_PARTS: &[&str] = &[
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/core.xml",
    "word/_rels/document.xml.rels",
    "word/document.xml",
    "word/fontTable.xml",
    "word/footer1.xml",
    "word/header1.xml",
    "word/numbering.xml",
    "word/settings.xml",
    "word/styles.xml",
];
/// Elements that keep what a page no longer shows, or fetch or run something.
const HIDING: &[(&str, &str)] = &[
    ("ins", "tracked changes"),
    ("del", "tracked changes"),
    ("delText", "tracked changes"),
    ("delInstrText", "tracked changes"),
    ("moveFrom", "tracked changes"),
    ("moveTo", "tracked changes"),
    ("rPrChange", "tracked changes"),
    ("pPrChange", "tracked changes"),
    ("tblPrChange", "tracked changes"),
    ("sectPrChange", "tracked changes"),
    ("commentReference", "comments"),
    ("commentRangeStart", "comments"),
    ("comment", "comments"),
    ("vanish", "hidden text"),
    ("specVanish", "hidden text"),
    ("webHidden", "hidden text"),
    ("instrText", "field instructions"),
    ("altChunk", "a document inside"),
    ("object", "an embedded object"),
    ("OLEObject", "an embedded object"),
    ("control", "a control"),
    ("sdt", "content controls"),
    ("customXml", "custom XML"),
    ("docVar", "document variables"),
    ("footnote", "footnotes"),
    ("endnote", "endnotes"),
    ("person", "names of authors"),
    ("rsids", "revision identifiers"),
    ("rsid", "revision identifiers"),
    ("attachedTemplate", "a template"),
    ("mailMerge", "mail merge data"),
    ("documentProtection", "protection"),
];
/// Fields that only count pages.
const OUR_FIELDS: &[&str] = &["PAGE", "NUMPAGES"];

/// Reads a package.
///
/// # Errors
/// `CheckVoid` when it cannot be read, or one of our own holds anything that a paper does not need.
pub(crate) fn read(bytes: &[u8], rigour: Rigour) -> Result<Reading, RenderError> {
    let mut reading = Reading::default();
    package(bytes, "", rigour, 0, &mut reading)?;
    Ok(reading)
}

fn package(
    bytes: &[u8],
    within: &str,
    rigour: Rigour,
    depth: usize,
    reading: &mut Reading,
) -> Result<(), RenderError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| void("the package does not open"))?;
    if !archive.comment().is_empty() {
        reading.ability(rigour, "the package has a comment")?;
        let comment = String::from_utf8_lossy(archive.comment()).into_owned();
        reading.around.push(("package comment".into(), comment));
    }
    // Ours begins with its first part, and an archive's end is found from behind: bytes before or
    // after are seen here.
    if archive.offset() != 0 || !bytes.starts_with(b"PK\x03\x04") {
        reading.ability(rigour, "there is something before the package")?;
    }
    let mut n_content = 0;
    for at in 0..archive.len() {
        let mut part =
            archive.by_index(at).map_err(|_| void("a part of the package does not open"))?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        if rigour == Rigour::Ours {
            let fixed = part.last_modified().is_none_or(|it| it == DateTime::default())
                && part.comment().is_empty()
                && part.extra_data().is_none_or(|it| it.is_empty())
                && part.compression() == CompressionMethod::Deflated;
            if !fixed {
                return Err(void("a part of the package says more than its bytes"));
            }
            if !OUR_PARTS.contains(&name.as_str()) && !is_our_picture(&name) {
                return Err(void("the package has a part that a paper does not need"));
            }
        }
        let mut content = Vec::new();
        part.by_ref()
            .take(MAX_PART_BYTES + 1)
            .read_to_end(&mut content)
            .map_err(|_| void("a part of the package cannot be unpacked"))?;
        if content.len() as u64 > MAX_PART_BYTES {
            return Err(void("a part of the package is too large to be read"));
        }
        n_content += part.compressed_size();
        drop(part);
        let place: Place = format!("{within}{name}").into();
        reading.around.push(("names of parts".into(), name.clone()));
        one_part(&content, &name, place, rigour, depth, reading)?;
    }
    if rigour == Rigour::Ours && n_content >= bytes.len() as u64 {
        return Err(void("the package does not add up"));
    }
    Ok(())
}

fn is_our_picture(name: &str) -> bool {
    name.strip_prefix("word/media/image")
        .and_then(|rest| rest.strip_suffix(".png"))
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

fn one_part(
    content: &[u8],
    name: &str,
    place: Place,
    rigour: Rigour,
    depth: usize,
    reading: &mut Reading,
) -> Result<(), RenderError> {
    if rigour == Rigour::Anybodys {
        note_part(name, reading);
        if content.starts_with(b"PK\x03\x04") && depth < MAX_DEPTH {
            return package(content, &format!("{place} > "), rigour, depth + 1, reading);
        }
    }
    picture::read(content, &place, rigour, reading)?;
    if let Ok(text) = std::str::from_utf8(content)
        && (name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".vml"))
    {
        match roxmltree::Document::parse_with_options(text, ParsingOptions::default()) {
            Ok(xml) => xml_part(&xml, name, &place, rigour, reading)?,
            Err(_) if rigour == Rigour::Anybodys => {
                reading.around.push((place.clone(), text.to_owned()));
            }
            Err(_) => return Err(void("a part of the package is not well-formed")),
        }
    }
    reading.raw.push((place, content.to_vec()));
    Ok(())
}

/// Parts that hold what a page does not show.
fn note_part(name: &str, reading: &mut Reading) {
    let what = [
        ("word/comments", "comments"),
        ("word/people", "names of authors"),
        ("customXml/", "custom XML"),
        ("word/glossary/", "building blocks"),
        ("word/embeddings/", "an embedded object"),
        ("word/vbaProject", "macros"),
        ("docProps/custom", "custom properties"),
        ("docProps/thumbnail", "a picture of the first page"),
        ("word/footnotes", "footnotes"),
        ("word/endnotes", "endnotes"),
    ];
    for (_, what) in what.iter().filter(|(start, _)| name.starts_with(start)) {
        let what = format!("the document has {what}");
        if !reading.notes.contains(&what) {
            reading.notes.push(what);
        }
    }
}

fn xml_part(
    xml: &roxmltree::Document<'_>,
    name: &str,
    place: &Place,
    rigour: Rigour,
    reading: &mut Reading,
) -> Result<(), RenderError> {
    let is_body = name == "word/document.xml";
    let (mut text, mut attributes) = (String::new(), String::new());
    for node in xml.root().descendants() {
        match node.node_type() {
            NodeType::Element => element(node, &mut text, &mut attributes, rigour, reading)?,
            NodeType::Text => {
                let shown = node.parent().is_some_and(|it| it.tag_name().name() == "t");
                let words = node.text().unwrap_or_default();
                if is_body && shown {
                    text.push_str(words);
                } else {
                    attributes.push_str(words);
                    attributes.push('\n');
                }
                if !is_body {
                    text.push_str(words);
                }
            }
            NodeType::Comment | NodeType::PI => {
                reading.ability(rigour, "a part of the document has a note of its writer")?;
                attributes.push_str(node.text().unwrap_or_default());
                if let Some(pi) = node.pi() {
                    attributes.push_str(pi.value.unwrap_or_default());
                }
                attributes.push('\n');
            }
            NodeType::Root => {}
        }
    }
    if is_body {
        reading.shown.push_str(&text);
        reading.shown.push('\n');
    } else {
        reading.around.push((place.clone(), text));
    }
    reading.around.push((place.clone(), attributes));
    Ok(())
}

fn element(
    node: Node<'_, '_>,
    text: &mut String,
    attributes: &mut String,
    rigour: Rigour,
    reading: &mut Reading,
) -> Result<(), RenderError> {
    let name = node.tag_name().name();
    // Only what breaks the line for a reader breaks it here: a word may be cut into many runs.
    if matches!(name, "p" | "br" | "cr" | "tab" | "tc") {
        text.push('\n');
    }
    if let Some((_, what)) = HIDING.iter().find(|(hiding, _)| *hiding == name) {
        reading.ability(rigour, &format!("the document has {what}"))?;
    }
    for attribute in node.attributes() {
        let value = attribute.value();
        attributes.push_str(value);
        attributes.push('\n');
        match attribute.name() {
            "TargetMode" if value == "External" => {
                reading.ability(rigour, "the document refers to something outside")?;
            }
            "instr" if !OUR_FIELDS.contains(&value.trim()) => {
                reading.ability(rigour, "the document has field instructions")?;
            }
            it if it.starts_with("rsid") => {
                reading.ability(rigour, "the document has revision identifiers")?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Unpacks a zlib stream of moderate size.
pub(super) fn inflated(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(bytes).take(MAX_PART_BYTES).read_to_end(&mut out)?;
    Ok(out)
}
