//! A long analysis leaves: twelve pages, 200 rows of timeline, three charts, 40 facts, and
//! 2 000 withheld values that must not be in it. Beside it other programs print the same content.

use std::{
    fmt::Write,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use farol_app::{Desk, documents::Draft};
use farol_model::{
    case::CaseRef,
    document::{
        Audience, Block, ChartLook, Content, Document, DocumentKind, Entity, FactRow, Projected,
        Span, Text, TimelineRow, project,
    },
    export::{Caret, Format, PageAsked, Sight},
    id::{BlockId, CaseId, DocumentId},
    time::Timestamp,
};

/// How wide a page is shown in a window of 1 280 pixels.
const PAGE_PX: u32 = 470;

/// Prints the table of one long analysis.
pub(crate) fn long_analysis() {
    let seen = analysis();
    let unseen = Sight { width_px: PAGE_PX, wanted: &|_| false, caret: None };
    let pages = farol_render::pages(&seen, unseen).unwrap().pages.len();
    let n_values = farol_render::render(&seen, Format::Pdf).unwrap().n_values_searched;
    println!("  (an analysis of {pages} pages, {n_values} withheld values)");
    for format in [Format::Pdf, Format::Docx, Format::Html, Format::Markdown, Format::Text] {
        let what = format!("long analysis to {}, with its leak check", format.extension());
        super::figures::measure(&what, 10, || drop(farol_render::render(&seen, format).unwrap()));
        let once = farol_render::render(&seen, format).unwrap();
        assert_eq!(once, farol_render::render(&seen, format).unwrap(), "two exports are the same");
    }
    let mut n = 0;
    super::figures::measure("long analysis to pdf after a change, with its leak check", 10, || {
        n += 1;
        drop(farol_render::render(&changed(n), Format::Pdf).unwrap());
    });
    let mut dated_ms = DATED_MS;
    super::figures::measure("long analysis on screen, saved in another minute", 10, || {
        dated_ms += 60_000;
        let later = analysis_of(0, Timestamp::from_ms(dated_ms));
        drop(farol_render::pages(&later, unseen).unwrap());
    });
    let values: Vec<String> = seen.withheld().iter().map(|it| it.value.clone()).collect();
    for format in [Format::Pdf, Format::Docx] {
        let bytes = farol_render::render(&seen, format).unwrap().bytes;
        let what = format!("leak check alone, {} bytes of {}", bytes.len(), format.extension());
        super::figures::measure(&what, 10, || {
            assert!(farol_render::check_file(&bytes, &values).unwrap().hits.is_empty());
        });
    }
    others(&seen);
}

/// Letters in a document of sixty pages, in the real window.
pub(crate) fn typing() {
    let Some(program) = super::window::built() else {
        println!("  (no window built beside the bench)");
        return;
    };
    let (dir, desk) = super::new_desk();
    let case = desk.open_case(farol_app::view::CaseOpen {
        title: "Kelp Storage unreachable".into(),
        category: farol_model::case::Category::Phishing,
        severity: farol_model::case::Severity::High,
        severity_reason: "Storage is unreachable".into(),
        report: None,
        targets: Vec::new(),
    });
    let id = desk.create_document(case.unwrap(), "update").unwrap();
    let audience = Audience::Public;
    let blocks: Vec<Block> = (0..190)
        .flat_map(|n| {
            let heading = Content::Heading { text: Text::plain(format!("Part {n}")) };
            let rest: String = prose(n).chars().take(1_200).collect();
            [heading, Content::Paragraph { text: Text::plain(rest) }]
        })
        .zip(1..)
        .map(|(content, n)| Block {
            id: BlockId(uuid::Uuid::from_u128(n)),
            audience: audience.clone(),
            content,
        })
        .collect();
    desk.save_document(id, &blocks, None).unwrap();
    live_pages(&desk, id, &blocks);
    drop(desk);
    super::window::typing(&program, &dir.path().join("vault"));
}

/// The pages of a long document while somebody writes in the middle of it, for one of us and for a customer
/// beside whom there are many others.
fn live_pages(desk: &Desk, id: DocumentId, blocks: &[Block]) {
    for n in 0..300 {
        let case = super::walks::open_case(desk, &super::walks::mail(n));
        super::walks::record_account_of(desk, case, &format!("customer-{n}"));
    }
    let order: Vec<BlockId> = blocks.iter().map(|it| it.id).collect();
    let mut written = blocks[blocks.len() / 2 + 1].clone();
    let wanted = |it: PageAsked<'_>| it.has_caret;
    for audience in [Audience::InternalCompany, Audience::Public] {
        let look = |changed: Vec<Block>, written: &Block| {
            let caret = Some(Caret { block: written.id, share: 1000 });
            let sight = Sight { width_px: PAGE_PX, wanted: &wanted, caret };
            let draft = Draft { order: order.clone(), changed, envelope: None };
            desk.preview_document(id, &audience, Some(draft), sight).unwrap()
        };
        println!("  ({} pages)", look(Vec::new(), &written).0.len());
        let what = format!("live pages of a document of 60 pages for {audience}");
        super::figures::measure(&format!("{what}, caret moved"), 5, || {
            look(Vec::new(), &written);
        });
        super::figures::measure(&format!("{what}, after a letter"), 20, || {
            if let Content::Paragraph { text } = &mut written.content
                && let Some(Span::Plain(words)) = text.0.first_mut()
            {
                words.push('x');
            }
            look(vec![written.clone()], &written);
        });
    }
    // What else the computer does for whoever pauses: their pages wait for none of it, and share with all.
    super::figures::measure("  beside them: the letter is saved", 10, || {
        if let Content::Paragraph { text } = &mut written.content
            && let Some(Span::Plain(words)) = text.0.first_mut()
        {
            words.push('x');
        }
        let changed = vec![written.clone()];
        let draft = Draft { order: order.clone(), changed, envelope: None };
        desk.save_draft(id, draft).unwrap();
    });
    super::figures::measure("  the document with its suggestions is asked for again", 10, || {
        drop(desk.document(id).unwrap());
    });
    super::figures::measure("  what would leave is checked", 10, || {
        drop(desk.check_document(id, &Audience::InternalCompany).unwrap());
    });
}

/// The same content through programs that may be installed here.
fn others(seen: &Projected) {
    let dir = tempfile::tempdir().unwrap();
    for format in [Format::Html, Format::Markdown] {
        let path = dir.path().join(format!("analysis.{}", format.extension()));
        std::fs::write(path, farol_render::render(seen, format).unwrap().bytes).unwrap();
    }
    let page = format!("file://{}", dir.path().join("analysis.html").display());
    let print = ["--headless", "--no-sandbox", "--disable-gpu", "--print-to-pdf=c.pdf", &page];
    for (what, program, args) in [
        ("pandoc: the Markdown to DOCX, no check", "pandoc", &["analysis.md", "-o", "p.docx"][..]),
        ("pandoc: the Markdown to PDF, no check", "pandoc", &["analysis.md", "-o", "p.pdf"]),
        ("headless Chromium: the HTML to PDF, no check", "chromium", &print),
    ] {
        another(what, program, args, dir.path());
    }
}

fn another(what: &str, program: &str, args: &[&str], dir: &Path) {
    let run = || {
        let mut command = Command::new(program);
        command.args(args).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let start = Instant::now();
    if run() {
        super::figures::measure(what, 5, || assert!(run()));
    } else {
        println!("{what:<58} {:>10} ({:?})", "not here", start.elapsed());
    }
}

fn analysis() -> Projected {
    changed(0)
}

/// When the long analysis was saved.
const DATED_MS: i64 = 1_795_442_602_000;

fn changed(n: usize) -> Projected {
    analysis_of(n, Timestamp::from_ms(DATED_MS))
}

fn analysis_of(n: usize, dated: Timestamp) -> Projected {
    let text = |words: &str| Text::plain(words);
    let mut contents = vec![
        Content::Heading { text: text("Summary") },
        Content::Paragraph { text: text(&format!("Version {n}. {}", prose(0))) },
        Content::Facts {
            rows: (0..40)
                .map(|it| FactRow {
                    label: format!("Fact {it}"),
                    value: text(&format!("{} requests in region {}", it * 977, it % 7)),
                })
                .collect(),
        },
        Content::Heading { text: text("Timeline") },
        Content::Timeline {
            rows: (0..200)
                .map(|it| TimelineRow {
                    at: Timestamp::from_ms(1_795_442_602_000 + it * 60_000),
                    text: text(&format!("Step {it}: traffic was measured and compared again.")),
                    audience: Audience::Public,
                    source: None,
                    kind: None,
                })
                .collect(),
        },
    ];
    for chart in 0..3 {
        contents.push(Content::Heading { text: text(&format!("Figures {chart}")) });
        contents.push(Content::Chart {
            look: if chart == 0 { ChartLook::Bars } else { ChartLook::Lines },
            title: text(&format!("Requests and errors, hour by hour, in region {chart}")),
            header: ["Hour", "Requests", "Errors"].map(Text::plain).into(),
            rows: (0..12)
                .map(|it| [format!("{it}:00"), format!("{}", it * 3571), format!("{}", it * 31)])
                .map(|row| row.map(Text::plain).into())
                .collect(),
        });
    }
    // As much background as makes twelve pages.
    for it in 1..4 {
        contents.push(Content::Heading { text: text(&format!("Background {it}")) });
        contents.push(Content::Paragraph { text: text(&prose(it)) });
    }
    let id = |n: usize| format!("00000000-0000-0000-0000-{n:012}").parse().unwrap();
    let blocks = contents.into_iter().zip(1..).map(|(content, n)| Block {
        id: BlockId(id(n)),
        audience: Audience::Public,
        content,
    });
    let document = Document {
        id: DocumentId(id(0)),
        case: CaseId(id(0)),
        kind: DocumentKind::Rca,
        title: "Kelp Storage unreachable".into(),
        template: "rca 1".into(),
        audience: Audience::Public,
        created_at: Timestamp::from_ms(1_795_442_602_000),
        envelope: None,
        sent: None,
        standing: farol_model::document::Standing::default(),
        blocks: blocks.collect(),
    };
    let entities: Vec<Entity> = (0..2_000)
        .map(|it| Entity {
            what: "withheld value".into(),
            in_told: false,
            value: match it % 4 {
                0 => format!("Customer Name {it} of Harbour Street"),
                1 => format!("https://login{it}.kelp{it}.test/session/{it}"),
                2 => format!("person{it}@harbour-bank.example"),
                _ => format!("198.51.{}.{}", it / 250, it % 250),
            },
        })
        .collect();
    project(
        &document,
        CaseRef { year: 2026, number: 42 },
        dated,
        &Audience::Public,
        &std::collections::BTreeMap::new(),
        &entities,
    )
    .unwrap()
}

fn prose(n: usize) -> String {
    let mut out = String::new();
    for it in 0..14 {
        write!(
            out,
            "In part {n}.{it} the office first checks what a report names, then finds the narrowest \
             thing that can be acted on, and only then looks at how far an action reaches. "
        )
        .unwrap();
    }
    out
}
