use serde_json::json;

use farol_app::{
    Desk, Failure,
    documents::{chart_from_csv, table_from_csv},
};
use farol_model::{
    document::{Content, Text, TimelineRow},
    id::DocumentId,
};

use crate::{
    options::blocks::{PutBlock, PutOptions},
    output::Output,
};

pub(super) fn put(desk: &Desk, options: PutOptions, output: &mut Output) -> Result<(), Failure> {
    let content = match options.block {
        PutBlock::Heading { text } => Content::Heading { text: Text::parse(&text) },
        PutBlock::Callout { text } => Content::Callout { text: Text::parse(&text) },
        PutBlock::List { items } => {
            Content::List { items: items.iter().map(|it| Text::parse(it)).collect() }
        }
        PutBlock::Table { data } => table_from_csv(&data)?,
        PutBlock::Moment { at, kind, text } => {
            let row = TimelineRow {
                at,
                text: Text::parse(&text),
                audience: options.audience,
                source: None,
                kind: kind.map(Into::into),
            };
            let at = desk.put_moment(options.doc, row)?;
            return output.line(&json!({ "saved_at": at }), &format!("saved {}", at.to_minute()));
        }
        PutBlock::Chart { title, look, data } => chart_from_csv(look.into(), &title, &data)?,
        PutBlock::Evidence { id, text } | PutBlock::Decision { id, text } => {
            of_record(desk, options.doc, &id, &text)?
        }
        PutBlock::Action { what, owner, due } => {
            Content::Action { what: Text::parse(&what), owner, due }
        }
    };
    let at = desk.put_block(options.doc, options.audience, content, options.after)?;
    output.line(&json!({ "saved_at": at }), &format!("saved {}", at.to_minute()))
}

fn of_record(
    desk: &Desk,
    doc: DocumentId,
    id: &str,
    words: &str,
) -> Result<Content<Text>, Failure> {
    let found = desk.record_blocks(doc)?.into_iter().find(|it| it.id == id);
    let mut content = match found {
        Some(found) => found.content,
        None => return Err(Failure::not_found("evidence or decision of this case")),
    };
    if let Content::Evidence { text, .. } | Content::Decision { text, .. } = &mut content {
        *text = Text::parse(words);
    }
    Ok(content)
}
