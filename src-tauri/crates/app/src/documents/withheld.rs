//! What a version withholds, with the reason, for whoever writes it.

use std::collections::BTreeMap;

use farol_model::document::{
    Audience, Block, Content, Document, Mark, Projected, Span, Text, sees,
};

use crate::view::WithheldRow;

/// Words of a withheld text that are shown in the list.
const N_WORDS: usize = 12;

/// Blocks, rows and spans of `document` that this reader does not get, in reading order, then the
/// values of the case that are searched for.
pub(super) fn rows(document: &Document, projected: &Projected) -> Vec<WithheldRow> {
    let reader = projected.audience();
    let mut rows = Vec::new();
    for block in &document.blocks {
        if sees(reader, &block.audience) {
            parts(block, reader, &mut rows);
        } else {
            let words: String =
                block.content.texts().into_iter().map(plain).collect::<Vec<_>>().join(" ");
            rows.push(WithheldRow {
                block: Some(block.id),
                what: kind(&block.content).into(),
                words: begin(&words),
                why: written_for(&block.audience),
            });
        }
    }
    let mut values: BTreeMap<&str, usize> = BTreeMap::new();
    for it in projected.withheld().iter().filter(|it| it.block.is_none()) {
        *values.entry(it.what.as_str()).or_default() += 1;
    }
    rows.extend(values.into_iter().map(|(what, n)| WithheldRow {
        block: None,
        what: what.to_owned(),
        words: if n == 1 { "1 value".into() } else { format!("{n} values") },
        why: "never named to this reader".into(),
    }));
    rows
}

/// Rows and spans that are withheld inside a block that is shown.
fn parts(block: &Block, reader: &Audience, rows: &mut Vec<WithheldRow>) {
    let mut spans = |text: &Text| {
        for span in &text.0 {
            if let Span::Marked { audience, mark, text } = span
                && !sees(reader, audience)
            {
                rows.push(WithheldRow {
                    block: Some(block.id),
                    what: mark.map_or("marked text", Mark::label).into(),
                    words: begin(text),
                    why: written_for(audience),
                });
            }
        }
    };
    let Content::Timeline { rows: moments } = &block.content else {
        block.content.texts().into_iter().for_each(spans);
        return;
    };
    for moment in moments.iter().filter(|it| sees(reader, &it.audience)) {
        spans(&moment.text);
    }
    for moment in moments.iter().filter(|it| !sees(reader, &it.audience)) {
        rows.push(WithheldRow {
            block: Some(block.id),
            what: "moment".into(),
            words: begin(&format!("{} {}", moment.at.to_minute(), plain(&moment.text))),
            why: written_for(&moment.audience),
        });
    }
}

fn written_for(audience: &Audience) -> String {
    format!("written for {audience}")
}

fn begin(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut out = words.by_ref().take(N_WORDS).collect::<Vec<_>>().join(" ");
    if words.next().is_some() {
        out.push('…');
    }
    out
}

fn plain(text: &Text) -> String {
    text.0
        .iter()
        .map(|span| match span {
            Span::Plain(text) | Span::Marked { text, .. } => text.clone(),
            Span::Fact(name) => format!("{{{{{name}}}}}"),
        })
        .collect()
}

fn kind(content: &Content<Text>) -> &'static str {
    match content {
        Content::Heading { .. } => "heading",
        Content::Paragraph { .. } => "paragraph",
        Content::List { .. } => "list",
        Content::Facts { .. } => "facts",
        Content::Table { .. } => "table",
        Content::Timeline { .. } => "timeline",
        Content::Action { .. } => "action",
        Content::Callout { .. } => "callout",
        Content::Chart { .. } => "chart",
        Content::Evidence { .. } => "evidence",
        Content::Decision { .. } => "decision",
    }
}
