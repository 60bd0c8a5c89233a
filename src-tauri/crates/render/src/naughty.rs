//! Every string of our own list (`tests/data/naughty.json`: syntax of every language that a layout
//! speaks, invisible and rearranging characters, controls, floods, long words), in every format and
//! in every kind of block: text out equals text in.

use farol_model::{
    document::{Content, DocumentKind, FactRow, Projected, Text},
    export::{Format, RenderError},
};
use serde::Deserialize;

use crate::{
    leak::shown,
    paper::{Paper, legible},
    render,
    samples::*,
};

#[derive(Deserialize)]
struct Naughty {
    class: String,
    text: Option<String>,
    repeat: Option<(String, usize)>,
}

fn list() -> Vec<(String, String)> {
    let list: Vec<Naughty> =
        serde_json::from_str(include_str!("../../../../tests/data/naughty.json")).unwrap();
    list.into_iter()
        .map(|it| {
            let repeated = it.repeat.map(|(piece, n)| piece.repeat(n));
            (it.class, it.text.or(repeated).unwrap())
        })
        .collect()
}

fn short() -> Vec<(String, String)> {
    list().into_iter().filter(|(class, _)| class != "long").collect()
}

fn plain(text: &str) -> Text {
    Text::plain(text)
}

/// One document with every string as paragraph, point, label, value, cell, action and callout.
fn everything() -> Projected {
    let mut blocks = Vec::new();
    for (_, text) in short() {
        blocks.push(("public", Content::Paragraph { text: plain(&text) }));
    }
    let texts = || short().into_iter().map(|(_, text)| text);
    blocks.push(("public", Content::List { items: texts().map(Text::plain).collect() }));
    let row = |text: String| FactRow { label: text.clone(), value: plain(&text) };
    blocks.push(("public", Content::Facts { rows: texts().map(row).collect() }));
    let rows = texts().map(|text| vec![plain(&text), plain("and"), plain(&text)]).collect();
    blocks.push(("public", Content::Table { header: vec![plain("a"), plain("b")], rows }));
    for text in texts().step_by(9) {
        blocks.push(("public", Content::Callout { text: plain(&text) }));
        blocks.push(("public", Content::Heading { text: plain(&text) }));
        let action = Content::Action { what: plain(&text), owner: text.clone(), due: text };
        blocks.push(("public", action));
    }
    seen_by(&document(DocumentKind::Rca, blocks), "public", &[])
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_list_is_long_and_has_every_class() {
    let list = list();
    assert!(list.len() >= 700, "{}", list.len());
    for class in [
        "typst",
        "minijinja",
        "xml",
        "html",
        "rtf",
        "markdown",
        "formula",
        "zero-width",
        "direction",
        "control",
        "noncharacter",
        "combining",
        "emoji",
        "script",
        "line break",
        "space",
        "quote",
        "file name",
        "program",
        "notation",
        "mail",
        "address",
        "long",
    ] {
        assert!(list.iter().any(|it| it.0 == class), "{class}");
    }
    assert!(list.iter().any(|it| it.1.contains('\0')));
}

#[test]
fn text_out_is_text_in_whatever_it_is() {
    let seen = everything();
    for format in [Format::Docx, Format::Html, Format::Markdown, Format::Text, Format::Eml] {
        let bytes = render(&seen, format).unwrap_or_else(|it| panic!("{format:?}: {it}")).bytes;
        keep(format, &bytes);
        let out = shown(format, &bytes).unwrap();
        let squeezed_out = squeezed(&out);
        for (class, text) in short() {
            let expected = legible(&text);
            let found = match format {
                // These keep every character, white space too.
                Format::Docx | Format::Html => out.contains(&expected),
                _ => squeezed_out.contains(&squeezed(&expected)),
            };
            assert!(found, "{format:?} {class}: {text:?}");
        }
    }
}

#[test]
fn a_pdf_of_the_whole_list_is_read_back() {
    let bytes = render(&everything(), Format::Pdf).unwrap().bytes;
    keep(Format::Pdf, &bytes);
    let out = shown(Format::Pdf, &bytes).unwrap();
    assert!(out.contains("[U+0000]") && out.contains("[U+202E]"));
}

#[test]
fn strings_of_every_class_can_be_a_title_and_a_subject() {
    for (class, text) in short().into_iter().step_by(12) {
        let mut letter = document(DocumentKind::Response, vec![("public", paragraph("Hello."))]);
        letter.title.clone_from(&text);
        letter.envelope.as_mut().unwrap().subject.clone_from(&text);
        for reader in ["internal_team", "public"] {
            let seen = seen_by(&letter, reader, &[]);
            for format in [Format::Docx, Format::Html, Format::Markdown, Format::Text, Format::Eml]
            {
                // A title of a few words may be withheld from outsiders and be the subject, too.
                match render(&seen, format) {
                    Ok(_) | Err(RenderError::Leaks(_)) => {}
                    Err(error) => panic!("{format:?} {class} {text:?}: {error}"),
                }
            }
        }
    }
}

#[test]
fn one_string_of_every_class_is_a_title_of_a_pdf() {
    let mut last = String::new();
    for (class, text) in short() {
        if class == last {
            continue;
        }
        last.clone_from(&class);
        let mut letter = document(DocumentKind::Rca, vec![("public", paragraph("Hello."))]);
        letter.title = text;
        let seen = seen_by(&letter, "internal_team", &[]);
        render(&seen, Format::Pdf).unwrap_or_else(|error| panic!("{class}: {error}"));
    }
}

#[test]
fn words_of_a_million_letters_are_written_and_found_again() {
    for (_, text) in list().into_iter().filter(|it| it.0 == "long") {
        let blocks = vec![("public", Content::Paragraph { text: plain(&text) })];
        let seen = seen_by(&document(DocumentKind::Rca, blocks), "public", &[]);
        for format in [Format::Docx, Format::Markdown, Format::Eml] {
            let done = render(&seen, format);
            assert!(done.is_ok(), "{format:?} {:?}", text.chars().take(9).collect::<String>());
        }
    }
}

#[test]
fn what_is_legible_is_still_the_same_text() {
    assert_eq!(legible("a\u{0}b\u{202e}c\u{fffe}"), "a[U+0000]b[U+202E]c[U+FFFE]");
    assert_eq!(legible("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd e");
    let untouched = "e\u{301} \u{200d} \u{ad} \u{feff} 👩‍👩‍👧 שלום";
    assert_eq!(legible(untouched), untouched);
    let paper = Paper::of(&everything());
    assert!(paper.words().all(|it| !it.contains(['\0', '\u{202e}'])));
}

fn keep(format: Format, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("FAROL_LOOK") {
        std::fs::write(format!("{folder}/naughty.{}", format.extension()), bytes).unwrap();
    }
}
