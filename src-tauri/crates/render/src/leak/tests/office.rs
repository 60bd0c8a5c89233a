//! Canaries in every part of a Word document where text can hide.

use std::io::{Cursor, Read, Write};

use farol_model::export::Format;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{SECRET, letter, places};
use crate::check_file;

type Parts = Vec<(String, Vec<u8>)>;

fn parts(bytes: &[u8]) -> Parts {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (String::from_utf8_lossy(part.name_raw()).into_owned(), content)
        })
        .collect()
}

fn packed(parts: &Parts, options: SimpleFileOptions) -> Vec<u8> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        package.start_file(name.as_str(), options).unwrap();
        package.write_all(content).unwrap();
    }
    package.finish().unwrap().into_inner()
}

fn plain() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

/// What the check of our own file says about a package that a leaky exporter wrote, and what the
/// check of any file says about the same bytes.
fn leaky(change: impl FnOnce(&mut Parts)) -> (Vec<String>, Vec<String>) {
    let (seen, bytes) = letter(Format::Docx);
    let mut parts = parts(&bytes);
    change(&mut parts);
    let bytes = packed(&parts, plain());
    let any = check_file(&bytes, &["Borealis Bank".to_owned()]).unwrap();
    let any = any.hits.into_iter().map(|hit| hit.found_in).chain(any.notes).collect();
    (places(&seen, Format::Docx, &bytes), any)
}

/// Puts `xml` before `mark` in a part.
fn insert(part: &'static str, mark: &'static str, xml: String) -> (Vec<String>, Vec<String>) {
    leaky(|parts| {
        let (_, content) = parts.iter_mut().find(|(name, _)| name == part).unwrap();
        let text = String::from_utf8(content.clone()).unwrap();
        assert!(text.contains(mark), "{part} {mark}");
        *content = text.replacen(mark, &format!("{xml}{mark}"), 1).into_bytes();
    })
}

fn add(name: &str, content: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    leaky(|parts| parts.push((name.to_owned(), content.as_ref().to_vec())))
}

#[test]
fn a_repacked_clean_document_is_clean() {
    assert_eq!(leaky(|_| {}), (vec![], vec![]));
}

#[test]
fn canaries_on_the_page_are_found_also_cut_into_runs() {
    for xml in [
        format!("<w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p>"),
        "<w:p><w:r><w:t>Bor</w:t></w:r><w:r><w:t>ealis B</w:t></w:r><w:r><w:t>ank</w:t></w:r></w:p>"
            .to_owned(),
        "<w:p><w:r><w:t>&#66;orealis&#32;&#x42;ank</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><w:t>Borea\u{ad}lis\u{200b} Bank</w:t></w:r></w:p>".to_owned(),
    ] {
        let (ours, any) = insert("word/document.xml", "<w:sectPr>", xml.clone());
        assert!(ours.contains(&"page text".to_owned()), "{xml}: {ours:?}");
        assert!(any.contains(&"page text".to_owned()), "{xml}: {any:?}");
    }
}

#[test]
fn canaries_around_the_page_are_found_in_their_part() {
    let text = || format!("<w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p>");
    for (part, mark, xml) in [
        ("word/header1.xml", "</w:hdr>", text()),
        ("word/footer1.xml", "</w:ftr>", text()),
        (
            "docProps/core.xml",
            "</cp:coreProperties>",
            "<dc:creator>borealis BANK</dc:creator>".into(),
        ),
        (
            "word/document.xml",
            "<w:sectPr>",
            "<w:p><w:bookmarkStart w:id=\"1\" w:name=\"Borealis Bank\"/></w:p>".into(),
        ),
        (
            "word/styles.xml",
            "</w:styles>",
            "<w:style w:styleId=\"x\"><w:name w:val=\"Borealis Bank\"/></w:style>".into(),
        ),
        ("word/fontTable.xml", "</w:fonts>", "<w:font w:name=\"BorealisBank\"/>".into()),
        (
            "word/numbering.xml",
            "</w:numbering>",
            "<w:num w:numId=\"2\"><w:lvlText w:val=\"Qm9yZWFsaXMgQmFuaw==\"/></w:num>".into(),
        ),
        (
            "word/settings.xml",
            "</w:settings>",
            "<w:x w:val=\"426f7265616c69732042616e6b\"/>".into(),
        ),
        (
            "word/_rels/document.xml.rels",
            "</Relationships>",
            "<Relationship Id=\"r\" Type=\"t\" Target=\"https://x.example/?q=Borealis%20Bank\"/>"
                .into(),
        ),
    ] {
        let (ours, any) = insert(part, mark, xml);
        assert!(ours.contains(&part.to_owned()), "{part}: {ours:?}");
        assert!(any.contains(&part.to_owned()), "{part}: {any:?}");
    }
}

#[test]
fn what_a_page_no_longer_shows_is_refused_here_and_found_in_files_of_others() {
    let run = format!("<w:r><w:delText>{SECRET}</w:delText></w:r>");
    for xml in [
        format!("<w:p><w:del w:id=\"1\" w:author=\"x\">{run}</w:del></w:p>"),
        format!("<w:p><w:moveFrom w:id=\"1\"><w:r><w:t>{SECRET}</w:t></w:r></w:moveFrom></w:p>"),
        format!("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{SECRET}</w:t></w:r></w:p>"),
        format!("<w:p><w:r><w:instrText> QUOTE \"{SECRET}\" </w:instrText></w:r></w:p>"),
        format!("<w:p><w:fldSimple w:instr=\" QUOTE {SECRET} \"/></w:p>"),
        format!("<w:p w:rsidR=\"00AA\"><w:r><w:t>{SECRET}</w:t></w:r></w:p>"),
        format!("<w:sdt><w:sdtPr><w:alias w:val=\"{SECRET}\"/></w:sdtPr></w:sdt>"),
        format!("<!-- {SECRET} -->"),
        format!("<?note {SECRET}?>"),
    ] {
        let (ours, any) = insert("word/document.xml", "<w:sectPr>", xml.clone());
        assert!(ours[0].contains("could not read back"), "{xml}: {ours:?}");
        let found = any.iter().any(|it| it.starts_with("word/document.xml") || it == "page text");
        assert!(found && any.iter().any(|it| it.contains(" has ")), "{xml}: {any:?}");
    }
}

#[test]
fn parts_that_a_paper_does_not_need_are_refused_here_and_found_in_files_of_others() {
    let wide: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let inside =
        packed(&vec![("x.xml".to_owned(), format!("<x>{SECRET}</x>").into_bytes())], plain());
    let png = super::commented_png(SECRET);
    for (name, content) in [
        ("word/comments.xml", format!("<c><t>{SECRET}</t></c>").into_bytes()),
        ("word/people.xml", format!("<p author=\"{SECRET}\"/>").into_bytes()),
        ("customXml/item1.xml", format!("<x><!--{SECRET}--></x>").into_bytes()),
        ("word/glossary/document.xml", format!("<x>{SECRET}</x>").into_bytes()),
        ("docProps/app.xml", format!("<x><Company>{SECRET}</Company></x>").into_bytes()),
        ("docProps/custom.xml", format!("<x><v>{SECRET}</v></x>").into_bytes()),
        ("docProps/thumbnail.jpeg", wide),
        ("word/embeddings/sheet.xlsx", inside),
        ("word/media/image1.png", png),
        ("word/Borealis Bank.xml", b"<x/>".to_vec()),
    ] {
        let (ours, any) = add(name, content);
        assert!(ours[0].contains("could not read back"), "{name}: {ours:?}");
        let found = any.iter().any(|it| it.starts_with(name) || it == "names of parts");
        assert!(found, "{name}: {any:?}");
    }
}

#[test]
fn a_package_that_says_more_than_its_parts_is_refused() {
    let (seen, bytes) = letter(Format::Docx);
    let parts = parts(&bytes);
    let timed = DateTime::from_date_and_time(2026, 11, 23, 14, 3, 0).unwrap();
    let mut leaky = vec![
        packed(&parts, plain().last_modified_time(timed)),
        packed(&parts, plain().compression_method(CompressionMethod::Stored)),
        [SECRET.as_bytes(), &bytes].concat(),
        bytes[..bytes.len() / 2].to_vec(),
    ];
    let mut commented = ZipWriter::new_append(Cursor::new(bytes.clone())).unwrap();
    commented.set_comment(SECRET).unwrap();
    leaky.push(commented.finish().unwrap().into_inner());
    for (n, bytes) in leaky.iter().enumerate() {
        let found = places(&seen, Format::Docx, bytes);
        assert!(!found.is_empty(), "package {n}");
    }
    let behind = [&bytes, SECRET.as_bytes()].concat();
    assert!(!places(&seen, Format::Docx, &behind).is_empty());
}

#[test]
fn our_own_package_names_nobody_and_no_program() {
    let (_, bytes) = letter(Format::Docx);
    for (name, content) in parts(&bytes) {
        let text = String::from_utf8(content).unwrap().to_lowercase();
        for unwanted in ["creator", "lastmodifiedby", "application", "farol</", "rsid", "company"] {
            let allowed = unwanted == "application" && name.ends_with("Types].xml");
            assert!(allowed || !text.contains(unwanted), "{name}: {unwanted}");
        }
    }
}
