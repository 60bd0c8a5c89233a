use farol_model::{
    document::{ChartLook, Content, DocumentKind, FactRow, Projected, Text},
    export::{Attachment, Caret, Format, PageAsked, RenderError, SeenPage, Sight},
};

use crate::{mail, pages, render, samples::*};

const ID: &str = "0123456789abcdef@farol.invalid";
const FORMATS: [Format; 6] =
    [Format::Pdf, Format::Docx, Format::Markdown, Format::Text, Format::Eml, Format::Html];

fn all_formats(kind: DocumentKind, content: Content<Text>) {
    let said = format!("{content:?}").chars().take(200).collect::<String>();
    let seen = seen_by(&document(kind, vec![("public", content)]), "reporter", &[]);
    for format in FORMATS {
        if let Err(error) = render(&seen, format) {
            panic!("{kind:?} {format:?}: {error}: {said}");
        }
    }
}

fn chart(look: ChartLook, header: &[&str], rows: &[&[&str]]) -> Content<Text> {
    let texts = |them: &[&str]| them.iter().map(|it| text(it)).collect::<Vec<_>>();
    Content::Chart {
        look,
        title: text("Requests of #each kind"),
        header: texts(header),
        rows: rows.iter().map(|row| texts(row)).collect(),
    }
}

const SIGHT: Sight<'_> = Sight { width_px: 952, wanted: &|_| true, caret: None };

fn all_pages(seen: &Projected) -> Result<Vec<Vec<u8>>, RenderError> {
    Ok(pages(seen, SIGHT)?.pages.into_iter().filter_map(|it| it.png).collect())
}

fn look(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("FAROL_LOOK") {
        std::fs::write(format!("{folder}/{name}"), bytes).unwrap();
    }
}

#[test]
fn only_pages_that_are_wanted_are_painted() {
    let seen = seen_by(&rca(), "internal_team", &[]);
    let first_alone = |it: PageAsked<'_>| it.number == 0;
    let first = pages(&seen, Sight { wanted: &first_alone, ..SIGHT }).unwrap().pages;
    assert!(first.len() > 1 && first[0].png.is_some());
    assert!(first[1..].iter().all(|it| it.png.is_none()));
    let others = |it: PageAsked<'_>| it.key != first[0].key;
    let rest = pages(&seen, Sight { wanted: &others, ..SIGHT }).unwrap().pages;
    assert!(rest[0].png.is_none() && rest[1..].iter().all(|it| it.png.is_some()));
    let keys = |pages: &[SeenPage]| pages.iter().map(|it| it.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&first), keys(&rest));
}

#[test]
fn a_page_is_painted_as_wide_as_it_is_shown() {
    let seen = seen_by(&rca(), "internal_team", &[]);
    for width_px in [480, 952] {
        let pages = pages(&seen, Sight { width_px, ..SIGHT }).unwrap().pages;
        let picture = image::load_from_memory(pages[0].png.as_ref().unwrap()).unwrap();
        assert_eq!(picture.width(), width_px);
    }
}

#[test]
fn the_page_on_which_somebody_writes_is_known_for_every_look() {
    let words = "The office looks at how far an action reaches before it acts, and says so. ";
    let filler = || ("public", paragraph(&words.repeat(12)));
    for kind in [DocumentKind::Response, DocumentKind::Rca, DocumentKind::Readout] {
        let mut blocks = vec![("public", heading("First")), filler()];
        blocks.extend((0..24).map(|_| filler()));
        blocks.extend([("public", heading("Last")), ("public", paragraph("The end."))]);
        let written = document(kind, blocks);
        let last = written.blocks.len() - 1;
        let seen = seen_by(&written, "public", &[]);
        let place = |n: usize, share: u16| {
            let caret = Some(Caret { block: written.blocks[n].id, share });
            let wanted = |it: PageAsked<'_>| it.has_caret;
            let seen = pages(&seen, Sight { width_px: 200, wanted: &wanted, caret }).unwrap();
            let place = seen.caret.unwrap();
            let painted = seen.pages.iter().position(|it| it.png.is_some());
            assert_eq!(painted, Some(place.page as usize), "that page alone is painted");
            (seen.pages.len() as u32, place)
        };
        assert_eq!(place(0, 0).1.page, 0, "{kind:?}");
        let places: Vec<_> = (0..=last).map(|n| place(n, 500).1).collect();
        let places: Vec<_> = places.iter().map(|it| (it.page, it.down)).collect();
        assert!(places.is_sorted(), "{kind:?}: {places:?}");
        let (n_pages, end) = place(last, 1000);
        assert!(n_pages > 2 && end.page == n_pages - 1, "{kind:?}: {end:?} of {n_pages}");
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
    look("readout.png", &all_pages(&readout).unwrap()[0]);
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
    look("letter.png", &all_pages(&letter).unwrap()[0]);
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
    assert_eq!(all_pages(&seen).unwrap(), all_pages(&seen).unwrap());
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
    let facts = FactRow { label: "Word".into(), value: text(&word[..5_000]) };
    all_formats(DocumentKind::Response, Content::Facts { rows: vec![facts] });
}

#[test]
fn a_hostile_word_survives_in_every_kind_of_block() {
    let hostile = || text("#panic(\"x\") <b>&amp;</b> *x* hxxps://login[.]example/a_b");
    let row = FactRow { label: "#label".into(), value: hostile() };
    for content in [
        Content::Heading { text: hostile() },
        Content::Callout { text: hostile() },
        Content::List { items: vec![hostile(), text("")] },
        Content::Facts { rows: vec![row] },
        Content::Table { header: vec![hostile()], rows: vec![vec![], vec![hostile(), hostile()]] },
        Content::Table { header: vec![], rows: vec![] },
        Content::Timeline { rows: vec![] },
        chart(ChartLook::Bars, &["#a", "<b>"], &[&["#panic()", "12"], &["*x*", "#eval"]]),
        chart(ChartLook::Lines, &["#a", "<b>", "_c_"], &[&["#x", "1", "2"], &["&amp;", "3", ""]]),
        chart(ChartLook::Lines, &["only"], &[]),
        chart(ChartLook::Bars, &["a", "b"], &[&["no figure", "none"]]),
        Content::Evidence {
            evidence: "00000000-0000-0000-0000-000000000009".parse().unwrap(),
            text: hostile(),
            rows: vec![FactRow { label: "#l".into(), value: hostile() }],
        },
        Content::Decision {
            decision: "00000000-0000-0000-0000-000000000009".parse().unwrap(),
            text: text(""),
            rows: vec![],
        },
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
    assert_eq!(all_pages(&seen).unwrap().len(), 2);
    assert!(render(&seen, Format::Text).is_ok());
}

#[test]
fn page_pictures_are_png_of_an_a4_page() {
    let pictures = all_pages(&seen_by(&rca(), "internal_team", &[])).unwrap();
    assert_eq!(pictures.len(), 2);
    let size = |at: usize| u32::from_be_bytes(pictures[0][at..at + 4].try_into().unwrap());
    assert!(pictures[0].starts_with(b"\x89PNG"));
    assert_eq!((size(16), size(20)), (952, 1346));
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
    let body = body.replace("\r\n", "\n");
    assert_eq!(body.trim_end(), "Thank you.\n\nKind regards,\nTrust & Safety");
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
    let draft = mail(&seen, ID, &files).unwrap();
    assert_eq!(draft, mail(&seen, ID, &files).unwrap());
    assert_eq!(draft.notes.len(), 1, "{:?}", draft.notes);
    assert!(draft.notes[0].contains("look at it yourself"));
    let (_, found) = crate::leak::attached(&draft.rendered.bytes).unwrap();
    let given: Vec<_> = files.iter().map(|it| &it.bytes).collect();
    assert_eq!(found.iter().map(|it| &it.bytes).collect::<Vec<_>>(), given);
    assert_eq!(found[0].name, "Relatório, versão final fdp.exe;\"a b\".pdf");
    assert_eq!(found[1].name, files[1].name);
    let bare = String::from_utf8(mail(&seen, ID, &[]).unwrap().rendered.bytes).unwrap();
    let bare = bare.replace(&format!("Message-ID: <{ID}>\r\n"), "");
    assert_eq!(bare.into_bytes(), render(&seen, Format::Eml).unwrap().bytes);
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
        let error = mail(&seen, ID, &[attached(name, &bytes)]).unwrap_err();
        let RenderError::Leaks(leaks) = error else { panic!("{name}: {error}") };
        assert!(leaks.iter().any(|it| it.found_in.contains(place)), "{name}: {leaks:?}");
    }
    for damaged in [&b"%PDF-1.7 nothing"[..], b"PK\x03\x04nothing"] {
        let error = mail(&seen, ID, &[attached("damaged", damaged)]).unwrap_err();
        assert!(matches!(error, RenderError::CheckVoid(_)), "{error}");
    }
}

/// One chart of each look, evidence and a decision, as a customer reads them.
fn figures() -> farol_model::document::Document {
    let hours = ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00"];
    let served = ["9,120", "9,840", "412", "[[3,550]]", "8,990", "9,310"];
    let failed = ["12", "31", "8,977", "5,120", "44", "9"];
    let rows: Vec<Vec<&str>> = (0..6).map(|n| vec![hours[n], served[n], failed[n]]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let bars: &[&[&str]] = &[
        &["Files and pictures", "41 min"],
        &["Login, and everything that needs a session to be kept open", "38 min"],
        &["Name service", "0 min"],
        &["Statistics", "not measured"],
    ];
    let fact = |label: &str, value: &str| FactRow { label: label.into(), value: text(value) };
    let id = "00000000-0000-0000-0000-000000000009";
    document(
        DocumentKind::Rca,
        vec![
            ("customer:acme", heading("Impact to you")),
            ("customer:acme", chart(ChartLook::Bars, &["Service", "Unreachable"], bars)),
            ("customer:acme", chart(ChartLook::Lines, &["Hour, UTC", "Served", "Failed"], &rows)),
            (
                "customer:acme",
                chart(ChartLook::Bars, &["Hour, UTC", "Served", "Failed"], &rows[..3]),
            ),
            ("customer:acme", heading("What it rests on")),
            (
                "customer:acme",
                Content::Evidence {
                    evidence: id.parse().unwrap(),
                    text: text("The measurement at the edge, from which the figures above come."),
                    rows: vec![
                        fact("File", "edge-2026-11-23.csv"),
                        fact("SHA-256", &"0a1b2c3d".repeat(8)),
                        fact("Received", "2026-11-23 15:10 UTC"),
                    ],
                },
            ),
            (
                "customer:acme",
                Content::Decision {
                    decision: id.parse().unwrap(),
                    text: text(""),
                    rows: vec![
                        fact("Decided", "Put the zone back and block the one object"),
                        fact("When", "2026-11-23 14:41 UTC"),
                        fact(
                            "Why",
                            "The report names one object; the rest of the zone is the customer's own.",
                        ),
                    ],
                },
            ),
        ],
    )
}

#[test]
fn charts_evidence_and_decisions_are_in_every_format_and_a_picture_has_words_beside_it() {
    let seen =
        seen_by(&figures(), "customer:acme", &[("name of another customer", "Borealis Bank")]);
    for format in FORMATS {
        let bytes = render(&seen, format).unwrap().bytes;
        look(&format!("figures.{}", format.extension()), &bytes);
        let shown = crate::leak::shown(format, &bytes).unwrap();
        for words in ["Statistics", "not measured", "8,977", "edge-2026-11-23.csv", "[withheld]"] {
            assert!(shown.contains(words) || format == Format::Markdown, "{format:?}: {words}");
        }
        assert!(!shown.contains("3,550"), "{format:?}");
    }
    for (n, page) in all_pages(&seen).unwrap().iter().enumerate() {
        look(&format!("figures{n}.png"), page);
    }
    let html = String::from_utf8(render(&seen, Format::Html).unwrap().bytes).unwrap();
    assert!(html.contains("aria-label=\"Line chart: Requests of #each kind. Served: highest 9,840 (09:00), lowest 412 (10:00)."));
    let docx = render(&seen, Format::Docx).unwrap().bytes;
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(&docx)).unwrap();
    for n in 1..=3 {
        package.by_name(&format!("word/media/image{n}.png")).unwrap();
    }
    let mut body = String::new();
    std::io::Read::read_to_string(&mut package.by_name("word/document.xml").unwrap(), &mut body)
        .unwrap();
    assert_eq!(body.matches("descr=\"Bar chart: ").count(), 4, "once in each of two places");
}

#[test]
fn a_figure_that_is_withheld_is_in_no_picture_of_a_chart() {
    let figure = |figure: &str| {
        let rows: &[&[&str]] = &[&["a", "12"], &["b", figure]];
        let blocks = vec![("public", chart(ChartLook::Bars, &["Name", "Figure"], rows))];
        seen_by(&document(DocumentKind::Rca, blocks), "public", &[])
    };
    for format in [Format::Pdf, Format::Docx, Format::Html] {
        let (one, other) = (figure("[[4711]]"), figure("[[4712]]"));
        let (one, other) = (render(&one, format).unwrap(), render(&other, format).unwrap());
        assert_eq!(one.bytes, other.bytes, "{format:?}");
    }
    let rows: &[&[&str]] = &[&["a", "12"], &["b", "4711"]];
    let leaky = document(
        DocumentKind::Rca,
        vec![
            ("internal_team", paragraph("They saw 4711 [[4711]] of them.")),
            ("public", chart(ChartLook::Bars, &["Name", "Figure"], rows)),
        ],
    );
    for format in FORMATS {
        let error = render(&seen_by(&leaky, "public", &[]), format).unwrap_err();
        assert!(matches!(error, RenderError::Leaks(_)), "{format:?}: {error}");
    }
}

#[test]
fn a_table_of_five_thousand_rows_leaves_whole() {
    let rows = (0..5_000)
        .map(|n| {
            vec![text(&format!("host{n}.kelp.test")), text(&format!("198.51.100.{}", n % 250))]
        })
        .collect();
    let table = Content::Table { header: vec![text("Host"), text("Address")], rows };
    let letter = document(DocumentKind::Rca, vec![("public", table)]);
    let seen = seen_by(&letter, "public", &[("name of another customer", "Borealis Bank")]);
    for format in [Format::Pdf, Format::Docx, Format::Html] {
        let bytes = render(&seen, format).unwrap().bytes;
        let shown = crate::leak::shown(format, &bytes).unwrap();
        assert!(shown.contains("host4999.kelp.test"), "{format:?}");
    }
}

fn lamp() -> Vec<u8> {
    let picture = image::RgbaImage::from_fn(460, 96, |x, y| {
        let lit = (i64::from(x) - 48).pow(2) + (i64::from(y) - 48).pow(2) < 1600;
        let bar = x > 120 && (30..66).contains(&y);
        image::Rgba(if lit {
            [201, 121, 43, 255]
        } else if bar {
            [23, 35, 47, 255]
        } else {
            [0, 0, 0, 0]
        })
    });
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[test]
fn a_paper_has_the_teams_name_or_its_logo_at_its_head() {
    let logo = Some(crate::clean_logo(&lamp()).unwrap());
    let name = "Harbour Trust & Safety".to_owned();
    let legal = Vec::new();
    for (team, what) in [
        (farol_model::team::Team { name: name.clone(), logo: None, legal: legal.clone() }, "name"),
        (farol_model::team::Team { name: name.clone(), logo, legal }, "logo"),
    ] {
        for (kind, document) in [
            ("rca", figures()),
            ("readout", readout()),
            ("letter", document(DocumentKind::Response, vec![("exec", paragraph("Hello."))])),
        ] {
            let reader = if kind == "rca" { "customer:acme" } else { "exec" };
            let seen = seen_by(&document, reader, &[]).on_paper_of(&team);
            look(&format!("{what}-{kind}.png"), &all_pages(&seen).unwrap()[0]);
            for format in FORMATS {
                let bytes = render(&seen, format).unwrap().bytes;
                look(&format!("{what}-{kind}.{}", format.extension()), &bytes);
                if matches!(format, Format::Html | Format::Markdown | Format::Text) {
                    let draws = String::from_utf8_lossy(&bytes).contains("<img");
                    assert_eq!(draws, what == "logo" && format == Format::Html, "{format:?}");
                    let text =
                        String::from_utf8(bytes).unwrap().replace("&amp;", "&").replace("\\&", "&");
                    assert!(text.contains(&name), "{what} {kind} {format:?}");
                }
            }
        }
    }
}

#[test]
fn a_pdf_is_for_the_archive_tagged_and_with_bookmarks() {
    for document in [rca(), readout(), figures()] {
        let reader = if document.kind == DocumentKind::Readout { "exec" } else { "customer:acme" };
        let bytes = render(&seen_by(&document, reader, &[]), Format::Pdf).unwrap().bytes;
        let text = String::from_utf8_lossy(&bytes);
        for there in
            ["pdfaid:part", "/StructTreeRoot", "/MarkInfo", "/Lang", "/Outlines", "/OutputIntents"]
        {
            assert!(text.contains(there), "{there}");
        }
    }
}

#[test]
fn what_no_font_has_is_named_and_other_scripts_are_printed() {
    let words = "中文 and 😀, العربية עברית ไทย हिन्दी, café";
    let letter = document(DocumentKind::Response, vec![("public", paragraph(words))]);
    let seen = seen_by(&letter, "public", &[]);
    let found = crate::unprinted(&seen);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].block, found[0].characters.as_str()),
        (Some(letter.blocks[0].id), "中文😀")
    );
    let bytes = render(&seen, Format::Pdf).unwrap().bytes;
    look("scripts.pdf", &bytes);
    look("scripts.png", &all_pages(&seen).unwrap()[0]);
    let shown = crate::leak::shown(Format::Pdf, &bytes).unwrap();
    assert!(shown.contains('□') && shown.contains("caf"), "{shown}");
}

#[test]
fn an_address_has_no_further_hyphen_on_the_next_line() {
    // Portuguese says the hyphen of a word that breaks again; of an address it would make another one.
    let said_again = |word: &str| -> usize {
        let line = |n: usize| paragraph(&format!("{} {word} e mais", "a ".repeat(n)));
        let lines = (20..60).map(|n| ("public", line(n))).collect();
        let mut written = document(DocumentKind::Response, lines);
        written.template = "ack-reporter-pt 2".into();
        let paper = crate::paper::Paper::of(&seen_by(&written, "public", &[]));
        let pages = crate::typeset::layout(&paper).unwrap();
        let alone = |it: &&String| matches!(it.as_str(), "-" | "\u{2010}");
        pages.pages().iter().map(|page| runs(&page.frame).iter().filter(alone).count()).sum()
    };
    assert!(said_again("guarda-chuvas") > 0);
    assert_eq!(said_again("kestrel-boots[.]example"), 0);
    assert_eq!(said_again("hxxps://login.kestrel-boots.example/a-b"), 0);
}

#[test]
fn an_address_in_a_title_stands_on_one_line_where_it_fits() {
    let title = |kind, words: String| {
        let mut written = document(kind, vec![("internal_team", paragraph("A word."))]);
        written.title = words;
        let paper = crate::paper::Paper::of(&seen_by(&written, "internal_team", &[]));
        let pages = crate::typeset::layout(&paper).unwrap();
        runs(&pages.pages()[0].frame)
    };
    let address = "kestrel-boots-outlet[.]example";
    for kind in [DocumentKind::Response, DocumentKind::Rca, DocumentKind::Readout] {
        for n in 0..30 {
            let runs = title(kind, format!("{} {address} [ESC-2026-0042]", "a ".repeat(n)));
            assert!(runs.iter().any(|it| it.contains(address)), "{n}: {runs:?}");
        }
        let long = format!("{}.example", "a-long-name".repeat(9));
        let runs = title(kind, long.clone());
        assert!(!runs.contains(&long) && runs.concat().contains(&long), "{runs:?}");
    }
}

/// The pieces of text that are shaped as one, in order.
fn runs(frame: &typst::layout::Frame) -> Vec<String> {
    let of = |it: &typst::layout::FrameItem| match it {
        typst::layout::FrameItem::Text(text) => vec![text.text.to_string()],
        typst::layout::FrameItem::Group(group) => runs(&group.frame),
        _ => Vec::new(),
    };
    frame.items().flat_map(|(_, it)| of(it)).collect()
}
