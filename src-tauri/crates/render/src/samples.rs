//! Fictional documents for the tests.

use std::collections::BTreeMap;

use farol_model::{
    case::CaseRef,
    document::{
        Audience, Block, Content, Document, DocumentKind, Entity, Envelope, FactRow, Projected,
        Text, TimelineRow, project,
    },
    id::{BlockId, CaseId, DocumentId},
    time::Timestamp,
};

pub(crate) const DATED: i64 = 1_795_442_602_000;

pub(crate) fn text(words: &str) -> Text {
    Text::parse(words)
}

pub(crate) fn paragraph(words: &str) -> Content<Text> {
    Content::Paragraph { text: text(words) }
}

pub(crate) fn heading(words: &str) -> Content<Text> {
    Content::Heading { text: text(words) }
}

/// A document of blocks `(audience, content)`; block ids count from 1.
pub(crate) fn document(kind: DocumentKind, blocks: Vec<(&str, Content<Text>)>) -> Document {
    let blocks = blocks.into_iter().zip(1..).map(|((audience, content), n)| Block {
        id: BlockId(uuid(n)),
        audience: audience.parse().expect("an audience"),
        content,
    });
    Document {
        id: DocumentId(uuid(0)),
        case: CaseId(uuid(0)),
        kind,
        title: "Acme Storage blocked by a wide rule".into(),
        template: "rca 1".into(),
        audience: Audience::InternalTeam,
        created_at: Timestamp::from_ms(DATED),
        envelope: (kind == DocumentKind::Response).then(|| Envelope {
            to: "Rita Reporter <rita@reports.example>".into(),
            subject: "Re: phishing page [ESC-2026-0042]".into(),
            in_reply_to: Some("abc@reports.example".into()),
        }),
        sent: None,
        standing: farol_model::document::Standing::default(),
        blocks: blocks.collect(),
    }
}

fn uuid<T: std::str::FromStr>(n: u32) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("00000000-0000-0000-0000-{n:012}").parse().expect("a uuid")
}

pub(crate) fn seen_by(document: &Document, reader: &str, entities: &[(&str, &str)]) -> Projected {
    let entities: Vec<Entity> = entities
        .iter()
        .map(|(what, value)| Entity {
            what: (*what).into(),
            value: (*value).into(),
            in_told: false,
        })
        .collect();
    seen_with(document, reader, &entities)
}

/// The same, with values that may stand in what the reader is told.
pub(crate) fn seen_with(document: &Document, reader: &str, entities: &[Entity]) -> Projected {
    let facts = BTreeMap::from([("case.reference".to_owned(), "ESC-2026-0042".to_owned())]);
    project(
        document,
        CaseRef { year: 2026, number: 42 },
        Timestamp::from_ms(DATED),
        &reader.parse().expect("an audience"),
        &facts,
        entities,
    )
    .expect("every fact exists")
}

/// Two pages or so of root-cause analysis, internal and customer text side by side.
pub(crate) fn rca() -> Document {
    let mut blocks = vec![
        ("internal_team", Content::Facts {
            rows: vec![
                FactRow { label: "Severity".into(), value: text("Critical") },
                FactRow { label: "Accounts affected".into(), value: text("Acme Storage, Borealis Bank") },
            ],
        }),
        ("customer:acme", heading("Summary")),
        ("customer:acme", paragraph(
            "On 23 November 2026 we stopped serving files.acme.example for 41 minutes while we \
             acted on a report about one address in another customer's bucket.",
        )),
        ("internal_team", paragraph(
            "The console offered the whole service where the report named one object. \
             Borealis Bank lost traffic for nine minutes. Dana Reyes merged the rule.",
        )),
        ("customer:acme", heading("Timeline")),
        ("customer:acme", Content::Timeline {
            rows: (0..12)
                .map(|n| TimelineRow {
                    at: Timestamp::from_ms(DATED + n * 300_000),
                    text: text(&format!("Step {n}: traffic was measured again and compared with the hour before.")),
                    audience: if n % 3 == 2 { "internal_team" } else { "customer:acme" }
                        .parse()
                        .expect("an audience"),
                    source: None,
                    kind: None,
                })
                .collect(),
        }),
        ("customer:acme", heading("What we are doing")),
    ];
    for (what, owner, due) in [
        ("Offer the reported object first in the abuse console", "Abuse tooling", "2026-12-04"),
        (
            "Ask a second person before anything wider than a bucket is disabled",
            "Trust & Safety",
            "done",
        ),
    ] {
        blocks.push((
            "customer:acme",
            Content::Action { what: text(what), owner: owner.into(), due: due.into() },
        ));
    }
    blocks.push(("customer:acme", Content::Callout {
        text: text("You do not need to do anything. The next update is due on 2026-11-27 at 16:00 UTC."),
    }));
    for n in 0..9 {
        blocks.push(("customer:acme", heading(&format!("Background {}", n + 1))));
        blocks.push(("customer:acme", paragraph(&format!(
            "Paragraph {n}. The office first checks what a report names, then finds the narrowest \
             thing that can be acted on, and only then looks at how far an action reaches. In this \
             case the second and third step happened in the other order, because the tool shows \
             wide actions first and a fluffy official file affects the effort.",
        ))));
    }
    document(DocumentKind::Rca, blocks)
}

/// A readout of one page with every kind of block.
pub(crate) fn readout() -> Document {
    let cells = |cells: [&str; 4]| cells.map(text).to_vec();
    let list = |items: &[&str]| Content::List { items: items.iter().map(|it| text(it)).collect() };
    let blocks = vec![
        (
            "exec",
            Content::Callout {
                text: text(
                    "Decision asked: approve the second signature for zone-wide measures, head of \
                     Trust & Safety, by 2026-11-24 12:00 UTC.",
                ),
            },
        ),
        ("exec", heading("Bottom line")),
        (
            "exec",
            paragraph(
                "Acme Storage was unreachable for 41 minutes because a measure reached wider than \
                 what was reported. Service is restored and no data was lost.",
            ),
        ),
        ("exec", heading("What we know")),
        (
            "exec",
            list(&[
                "One address was reported, one zone was blocked.",
                "The console offered the zone before the address.",
            ]),
        ),
        ("exec", heading("Exposure")),
        (
            "exec",
            Content::Table {
                header: cells(["Deadline", "Due", "Owner", "State"]),
                rows: vec![cells(["First response", "2026-11-23 18:00Z", "Desk", "3 h left"])],
            },
        ),
        ("exec", heading("Options")),
        (
            "exec",
            Content::Table {
                header: cells(["Option", "Effect", "Risk", "Reversible"]),
                rows: vec![
                    cells(["Do nothing", "No cost now", "The same can happen tonight", "yes"]),
                    cells(["Second signature", "Two minutes more", "Slower at night", "yes"]),
                ],
            },
        ),
        ("exec", heading("Recommendation")),
        ("exec", paragraph("Second signature. We accept slower measures at night.")),
    ];
    document(DocumentKind::Readout, blocks)
}
