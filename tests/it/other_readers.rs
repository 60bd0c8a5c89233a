//! Other programs read what leaves: poppler, qpdf and LibreOffice, where they are installed, on files
//! that hold every string of our own list (`tests/data/naughty.json`). Where one is not installed the
//! test says so.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use farol_model::{
    case::CaseRef,
    document::{
        Audience, Block, Content, Document, DocumentKind, FactRow, Projected, Standing, Text,
        project,
    },
    export::Format,
    id::{BlockId, CaseId, DocumentId},
    time::Timestamp,
};
use uuid::Uuid;

/// Every string of the list but the longest, which have tests of their own.
fn strings() -> Vec<String> {
    let list: serde_json::Value =
        serde_json::from_str(include_str!("../data/naughty.json")).unwrap();
    let texts = list.as_array().unwrap().iter().filter(|it| it["class"] != "long");
    texts
        .map(|it| match &it["text"] {
            serde_json::Value::String(text) => text.clone(),
            _ => {
                let piece = it["repeat"][0].as_str().unwrap();
                piece.repeat(usize::try_from(it["repeat"][1].as_u64().unwrap()).unwrap())
            }
        })
        .collect()
}

/// Each string as paragraph, label, value, cell and action.
fn everything(strings: &[String]) -> Projected {
    let plain = |text: &String| Text::plain(text.as_str());
    let mut contents: Vec<Content<Text>> =
        strings.iter().map(|it| Content::Paragraph { text: plain(it) }).collect();
    let row = |it: &String| FactRow { label: it.clone(), value: plain(it) };
    contents.push(Content::Facts { rows: strings.iter().map(row).collect() });
    contents.push(Content::Table {
        header: vec![Text::plain("one"), Text::plain("two")],
        rows: strings.iter().map(|it| vec![plain(it), plain(it)]).collect(),
    });
    contents.extend(strings.iter().step_by(20).map(|it| Content::Action {
        what: plain(it),
        owner: it.clone(),
        due: it.clone(),
    }));
    let blocks = contents.into_iter().zip(1..).map(|(content, n)| Block {
        id: BlockId(Uuid::from_u128(n)),
        audience: Audience::Public,
        content,
    });
    let document = Document {
        id: DocumentId(Uuid::nil()),
        case: CaseId(Uuid::nil()),
        kind: DocumentKind::Rca,
        title: "Every string".into(),
        template: "rca 1".into(),
        audience: Audience::Public,
        created_at: Timestamp::from_ms(1_795_442_602_000),
        envelope: None,
        sent: None,
        standing: Standing::default(),
        blocks: blocks.collect(),
    };
    project(
        &document,
        CaseRef { year: 2026, number: 42 },
        Timestamp::from_ms(1_795_442_602_000),
        &Audience::Public,
        &BTreeMap::new(),
        &[],
    )
    .unwrap()
}

/// Runs a program; none, and a word about it, where it is not installed.
fn run(program: &str, args: &[&str], dir: &Path) -> Option<Output> {
    match Command::new(program).args(args).current_dir(dir).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("{program} is not installed here: what it says of the file was not checked");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

/// What is left of a text when white space and what has no picture is gone.
fn bare(text: &str) -> String {
    let invisible = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    text.chars().filter(|c| !invisible(*c)).collect()
}

/// Strings that every program has to give back letter for letter: those of plain printable letters.
fn plain_ones(strings: &[String]) -> impl Iterator<Item = &String> {
    strings.iter().filter(|it| it.chars().all(|c| (' '..='~').contains(&c) || c == '\n'))
}

fn given_back(strings: &[String], out: &str, program: &str) {
    let out = bare(out);
    let lost: Vec<_> = plain_ones(strings).filter(|it| !out.contains(&bare(it))).collect();
    assert!(lost.is_empty(), "{program} does not read: {lost:?}");
}

#[test]
fn a_pdf_of_every_string_is_sound_and_read_by_others() {
    let strings = strings();
    let dir = tempfile::tempdir().unwrap();
    let bytes = farol_render::render(&everything(&strings), Format::Pdf).unwrap().bytes;
    fs::write(dir.path().join("all.pdf"), bytes).unwrap();
    if let Some(output) = run("qpdf", &["--check", "all.pdf"], dir.path()) {
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    }
    if let Some(output) = run("pdftotext", &["-raw", "all.pdf", "-"], dir.path()) {
        assert!(output.status.success());
        given_back(&strings, &String::from_utf8_lossy(&output.stdout), "pdftotext");
    }
}

/// What no reader sees, and whoever copies gets.
#[test]
fn a_word_that_no_column_holds_is_copied_without_marks() {
    let word = "0123456789abcdef".repeat(9);
    let dir = tempfile::tempdir().unwrap();
    let seen = everything(std::slice::from_ref(&word));
    for (format, name) in
        [(Format::Pdf, "one.pdf"), (Format::Docx, "one.docx"), (Format::Html, "one.html")]
    {
        let bytes = farol_render::render(&seen, format).unwrap().bytes;
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let html = fs::read_to_string(dir.path().join("one.html")).unwrap();
    assert!(html.contains(&word), "nothing stands between its letters");
    let unzipped = run("unzip", &["-p", "one.docx", "word/document.xml"], dir.path());
    let unzipped = unzipped.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    assert!(unzipped.is_none_or(|it| it.contains(&word)));
    let Some(output) = run("pdftotext", &["-raw", "one.pdf", "-"], dir.path()) else { return };
    let read = String::from_utf8_lossy(&output.stdout).into_owned();
    let marks: Vec<char> =
        read.chars().filter(|it| !it.is_whitespace() && bare(&it.to_string()).is_empty()).collect();
    assert!(marks.is_empty(), "{marks:?} in {read}");
    assert!(bare(&read).contains(&word), "{read}");
}

#[test]
fn an_address_is_copied_from_a_pdf_as_it_is_written() {
    let address = "hxxps://support[.]pelican-books[.]example/reset/portal/2211".to_owned();
    let dir = tempfile::tempdir().unwrap();
    let seen = everything(std::slice::from_ref(&address));
    let bytes = farol_render::render(&seen, Format::Pdf).unwrap().bytes;
    fs::write(dir.path().join("one.pdf"), bytes).unwrap();
    let Some(output) = run("pdftotext", &["-raw", "one.pdf", "-"], dir.path()) else { return };
    let read = String::from_utf8_lossy(&output.stdout).into_owned();
    // In a paragraph, a fact and a table; columns of a few letters have to break it.
    assert!(read.matches(&address).count() >= 3, "{read:?}");
}

#[test]
fn word_and_html_files_of_every_string_are_read_by_libreoffice() {
    let strings = strings();
    let dir = tempfile::tempdir().unwrap();
    let seen = everything(&strings);
    let profile = format!("-env:UserInstallation=file://{}/profile", dir.path().display());
    for (format, filter) in
        [(Format::Docx, "MS Word 2007 XML"), (Format::Html, "HTML (StarWriter)")]
    {
        let name = format!("all.{}", format.extension());
        let bytes = farol_render::render(&seen, format).unwrap().bytes;
        fs::write(dir.path().join(&name), bytes).unwrap();
        let infilter = format!("--infilter={filter}");
        let text = ["--convert-to", "txt:Text (encoded):UTF8", "--outdir", "out", &name];
        let args =
            [&[profile.as_str(), "--headless", "--norestore", &infilter][..], &text].concat();
        let Some(output) = run("soffice", &args, dir.path()) else { return };
        let path = dir.path().join("out/all.txt");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let read = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name}: {said}"));
        fs::remove_file(path).unwrap();
        given_back(&strings, &read, &format!("LibreOffice, {name}"));
    }
}
