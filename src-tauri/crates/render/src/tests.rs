use farol_model::{
    document::{Content, DocumentKind},
    export::{Attachment, Format, RenderError},
};

use crate::{mail, pages, render, samples::*};

const FORMATS: [Format; 6] =
    [Format::Pdf, Format::Docx, Format::Markdown, Format::Text, Format::Eml, Format::Html];

fn all_formats(kind: DocumentKind, content: Content<farol_model::document::Text>) {
    let said = format!("{content:?}").chars().take(200).collect::<String>();
    let seen = seen_by(&document(kind, vec![("public", content)]), "reporter", &[]);
    for format in FORMATS {
        if let Err(error) = render(&seen, format) {
            panic!("{kind:?} {format:?}: {error}: {said}");
        }
    }
}

fn look(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("FAROL_LOOK") {
        std::fs::write(format!("{folder}/{name}"), bytes).unwrap();
    }
}

#[test]
fn every_format_renders_the_customer_version_and_passes_its_own_check() {
    let seen = seen_by(&rca(), "customer:acme", &[("name of another customer", "Borealis Bank")]);
    for format in FORMATS {
        let rendered = render(&seen, format).unwrap();
        assert_eq!(rendered.n_values_searched, 10, "{format:?}");
        look(&format!("rca.{}", format.extension()), &rendered.bytes);
    }
}

#[test]
fn a_readout_and_a_letter_render_for_their_readers() {
    let readout = seen_by(&readout(), "exec", &[]);
    look("readout.png", &pages(&readout).unwrap()[0]);
    for format in FORMATS {
        assert!(render(&readout, format).is_ok(), "{format:?}");
    }
    let table = Content::Table {
        header: vec![text("Address"), text("Outcome")],
        rows: vec![vec![text("hxxps://login[.]pages[.]example/bank"), text("we acted on it")]],
    };
    let letter = document(
        DocumentKind::Response,
        vec![("reporter", paragraph("Hello Rita,")), ("reporter", table)],
    );
    let letter = seen_by(&letter, "reporter", &[]);
    look("letter.png", &pages(&letter).unwrap()[0]);
    for format in FORMATS {
        assert!(render(&letter, format).is_ok(), "{format:?}");
    }
}

#[test]
fn two_exports_of_the_same_thing_are_byte_identical() {
    let seen = seen_by(&rca(), "internal_team", &[]);
    for format in FORMATS {
        let once = render(&seen, format).unwrap();
        assert_eq!(once, render(&seen, format).unwrap(), "{format:?}");
    }
    assert_eq!(pages(&seen).unwrap(), pages(&seen).unwrap());
}

#[test]
fn a_pdf_names_no_tool_and_no_internal_title() {
    let seen = seen_by(&rca(), "customer:acme", &[]);
    let bytes = render(&seen, Format::Pdf).unwrap().bytes;
    let text = String::from_utf8_lossy(&bytes);
    for unwanted in ["Typst", "krilla", "Acme Storage", "CreationDate (D:1970"] {
        assert!(!text.contains(unwanted), "{unwanted}");
    }
    assert!(text.contains("/StructTreeRoot"), "it is tagged");
    assert!(text.contains("/Outlines"), "it has bookmarks");
}

#[test]
fn syntax_of_any_kind_is_printed_as_it_is() {
    for hostile in [
        "#eval(\"1\") #import \"x.typ\" $x^2$ *bold* _it_ `raw` <label> @ref = head // note /* c */",
        "https://live.example/a?b=1#c -- --- ... ~ \\ \\u{41} [x](y) {{ 7*7 }} {% raw %} ${7*7}",
        "<script>alert(1)</script> <!-- c --> &amp; &#0; \" ' </style> ]]> javascript:x",
        "=cmd|' /C calc'!A0 \u{202e}gnp.exe\u{202c} \u{2066}iso\u{2069} soft\u{ad}hyphen zero\u{200b}width",
        "line one\nline two\r\nline three\ttab \u{0} \u{7} \u{1b}[31m null and bell",
        "ﬁnal oﬃce ﬂuﬀ Ĳssel ẞ İstanbul ǅ é e\u{301} ½ № ™ ① ｆｕｌｌ",
        "emoji 😀 👩‍👩‍👧 🇵🇹 中文字 한국어 ไทย हिन्दी and back to Latin",
        "עברית שלום and العربية مرحبا mixed with Latin",
        "\u{feff}bom \u{fffd} \u{e000} private \u{10ffff} \u{1f600}\u{fe0f}",
        "Thanks 😀",
        "שלום",
        "   ",
        "",
    ] {
        for kind in [DocumentKind::Rca, DocumentKind::Readout, DocumentKind::Response] {
            all_formats(kind, paragraph(&hostile.replace("{{", r"\{{")));
        }
    }
}

#[test]
fn a_word_of_a_hundred_thousand_letters_is_laid_out_and_found_again() {
    let word: String = ('a'..='z').cycle().take(100_000).collect();
    all_formats(DocumentKind::Rca, paragraph(&word));
    let facts =
        farol_model::document::FactRow { label: "Word".into(), value: text(&word[..5_000]) };
    all_formats(DocumentKind::Response, Content::Facts { rows: vec![facts] });
}

#[test]
fn a_hostile_word_survives_in_every_kind_of_block() {
    let hostile = || text("#panic(\"x\") <b>&amp;</b> *x* hxxps://login[.]example/a_b");
    let row = farol_model::document::FactRow { label: "#label".into(), value: hostile() };
    for content in [
        Content::Heading { text: hostile() },
        Content::Callout { text: hostile() },
        Content::List { items: vec![hostile(), text("")] },
        Content::Facts { rows: vec![row] },
        Content::Table { header: vec![hostile()], rows: vec![vec![], vec![hostile(), hostile()]] },
        Content::Table { header: vec![], rows: vec![] },
        Content::Timeline { rows: vec![] },
        Content::Action { what: hostile(), owner: "#owner".into(), due: "*due*".into() },
    ] {
        all_formats(DocumentKind::Response, content);
    }
}

#[test]
fn a_readout_of_two_pages_is_refused_but_its_pages_can_be_seen() {
    let long = "This sentence is repeated until the page is full. ".repeat(150);
    let document = document(DocumentKind::Readout, vec![("exec", paragraph(&long))]);
    let seen = seen_by(&document, "exec", &[]);
    let error = render(&seen, Format::Pdf).unwrap_err();
    assert!(matches!(error, RenderError::TooLong { pages: 2, limit: 1 }), "{error}");
    assert_eq!(pages(&seen).unwrap().len(), 2);
    assert!(render(&seen, Format::Text).is_ok());
}

#[test]
fn page_pictures_are_png_of_an_a4_page() {
    let pictures = pages(&seen_by(&rca(), "internal_team", &[])).unwrap();
    assert_eq!(pictures.len(), 3);
    let size = |at: usize| u32::from_be_bytes(pictures[0][at..at + 4].try_into().unwrap());
    assert!(pictures[0].starts_with(b"\x89PNG"));
    assert_eq!((size(16), size(20)), (952, 1347));
}

#[test]
fn a_mail_draft_has_no_date_no_own_id_and_one_line_per_header() {
    let mut letter = document(DocumentKind::Response, vec![("reporter", paragraph("Thank you."))]);
    let envelope = letter.envelope.as_mut().unwrap();
    envelope.subject = "Re: naïve\r\nBcc: victim@elsewhere.example\r\n\r\nbody".into();
    envelope.to =
        "Rita <rita@reports.example>\r\nBcc: x@elsewhere.example, two@reports.example".into();
    envelope.in_reply_to = Some("a@b.example>\r\nX-Evil: 1".into());
    let bytes = render(&seen_by(&letter, "reporter", &[]), Format::Eml).unwrap().bytes;
    let text = String::from_utf8(bytes).unwrap();
    let (header, body) = text.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> = header
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split_once(':').expect("a header").0)
        .collect();
    let expected = ["To", "Subject", "In-Reply-To", "References", "X-Unsent", "MIME-Version"];
    assert_eq!(names[..6], expected, "{header}");
    assert!(names[6..].iter().all(|name| name.starts_with("Content-")), "{header}");
    assert_eq!(body.trim_end(), "Thank you.");
}

#[test]
fn html_holds_nothing_that_runs_or_loads() {
    let hostile = "<img src=x onerror=alert(1)><a href='https://live.example'>x</a>";
    let letter = document(DocumentKind::Response, vec![("public", paragraph(hostile))]);
    let bytes = render(&seen_by(&letter, "public", &[]), Format::Html).unwrap().bytes;
    let html = String::from_utf8(bytes).unwrap();
    for tag in ["<script", "<a ", "<img", "<link", "<iframe", "url(", "@import"] {
        assert!(!html.contains(tag), "{tag}");
    }
}

fn attached(name: &str, bytes: &[u8]) -> Attachment {
    Attachment { name: name.into(), bytes: bytes.to_vec() }
}

#[test]
fn a_mail_carries_its_attachments_byte_for_byte_and_twice_the_same() {
    let letter = document(DocumentKind::Response, vec![("reporter", paragraph("Thank you."))]);
    let seen = seen_by(&letter, "reporter", &[("name of another customer", "Borealis Bank")]);
    let report = render(&seen_by(&rca(), "public", &[]), Format::Pdf).unwrap().bytes;
    let files = [
        attached("Relatório, versão final \u{202e}fdp.exe;\"a\\b\".pdf", &report),
        attached(&format!("{}.bin", "long name ".repeat(30)), &[0, 1, 2, 13, 10, 46, 10, 255]),
        attached("notes.txt", b"line\n.\nline\r\n--=\r\nFrom me"),
        attached("", b"x"),
    ];
    let draft = mail(&seen, &files).unwrap();
    assert_eq!(draft, mail(&seen, &files).unwrap());
    assert_eq!(draft.notes.len(), 1, "{:?}", draft.notes);
    assert!(draft.notes[0].contains("look at it yourself"));
    let (_, found) = crate::leak::attached(&draft.rendered.bytes).unwrap();
    let given: Vec<_> = files.iter().map(|it| &it.bytes).collect();
    assert_eq!(found.iter().map(|it| &it.bytes).collect::<Vec<_>>(), given);
    assert_eq!(found[0].name, "Relatório, versão final fdp.exe;\"a b\".pdf");
    assert_eq!(found[1].name, files[1].name);
    let bare = mail(&seen, &[]).unwrap().rendered;
    assert_eq!(bare, render(&seen, Format::Eml).unwrap());
}

#[test]
fn nothing_withheld_leaves_in_an_attachment_or_its_name() {
    let letter = document(DocumentKind::Response, vec![("reporter", paragraph("Thank you."))]);
    let seen = seen_by(&letter, "reporter", &[("name of another customer", "Borealis Bank")]);
    let internal = seen_by(&rca(), "internal_team", &[]);
    let say = |format| render(&internal, format).unwrap().bytes;
    for (name, bytes, place) in [
        ("analysis.pdf", say(Format::Pdf), "attachment analysis.pdf: text"),
        ("analysis.docx", say(Format::Docx), "attachment analysis.docx: text"),
        ("analysis.html", say(Format::Html), "attachment analysis.html: text"),
        ("list.csv", b"1,Borealis Bank".to_vec(), "attachment list.csv: text"),
        ("data.bin", b"\xff\xfeBorealis Bank".to_vec(), "attachment data.bin: attachment bytes"),
        ("Borealis Bank.txt", b"hello".to_vec(), "name of an attachment"),
    ] {
        let error = mail(&seen, &[attached(name, &bytes)]).unwrap_err();
        let RenderError::Leaks(leaks) = error else { panic!("{name}: {error}") };
        assert!(leaks.iter().any(|it| it.found_in.contains(place)), "{name}: {leaks:?}");
    }
    for damaged in [&b"%PDF-1.7 nothing"[..], b"PK\x03\x04nothing"] {
        let error = mail(&seen, &[attached("damaged", damaged)]).unwrap_err();
        assert!(matches!(error, RenderError::CheckVoid(_)), "{error}");
    }
}
