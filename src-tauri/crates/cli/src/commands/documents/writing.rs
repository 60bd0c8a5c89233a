use serde_json::json;

use farol_app::{Desk, Failure, view::Drafts};
use farol_model::export::Sight;

use crate::{
    options::writing::WritingCommand,
    output::{Output, counted},
};

pub(super) fn run(
    desk: &Desk,
    command: WritingCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        WritingCommand::History { doc, block } => {
            for it in desk.block_history(doc, block)? {
                let words = match &it.block {
                    Some(block) => {
                        let texts = block.content.texts().into_iter().map(ToString::to_string);
                        format!("[{}] {}", block.audience, texts.collect::<Vec<_>>().join(" | "))
                    }
                    None => "removed".into(),
                };
                output.line(
                    &it,
                    &format!("{}  {}  {}  {words}", it.entry, it.at.to_minute(), it.by),
                )?;
            }
            Ok(())
        }
        WritingCommand::Restore { doc, block, entry } => {
            let at = desk.restore_block(doc, block, entry)?;
            output.line(&json!({ "saved_at": at }), &format!("saved {}", at.to_minute()))
        }
        WritingCommand::Withheld { doc, audience } => {
            let unseen = Sight { width_px: 0, wanted: &|_| false, caret: None };
            let (_, preview) = desk.preview_document(doc, &audience, None, unseen)?;
            for it in &preview.withheld {
                output.line(it, &format!("withheld  {}: {} ({})", it.what, it.words, it.why))?;
            }
            for it in &preview.suggestions {
                output.line(it, &format!("perhaps   {} ({})", it.words, it.why))?;
            }
            Ok(())
        }
        WritingCommand::Moments { case } => {
            for it in desk.moments(desk.case_id(case)?)? {
                let kind = it.kind.map_or("Fact", |kind| kind.label());
                output.line(
                    &it,
                    &format!("{}  {}  {kind}: {}", it.entry, it.at.to_minute(), it.text),
                )?;
            }
            Ok(())
        }
        WritingCommand::Timeline { doc, entries } => {
            let at = desk.add_moments(doc, &entries)?;
            output.line(&json!({ "saved_at": at }), &format!("saved {}", at.to_minute()))
        }
        WritingCommand::Comment { doc, block, text } => {
            let comment = desk.comment(doc, block, &text)?;
            output.line(&json!({ "comment": comment }), &comment.to_string())
        }
        WritingCommand::Settle { doc, comment } => {
            desk.settle_comment(doc, comment)?;
            output.line(&json!({ "comment": comment }), "settled")
        }
        WritingCommand::Drafts { doc } => {
            let drafts = desk.drafts(doc)?;
            output.line(&drafts, &drafts_in_words(&drafts))
        }
        WritingCommand::Issue { doc } => {
            let text = desk.issue_document(doc)?;
            let drafts = desk.drafts(doc)?;
            let words = format!("issued, text {text}\n{}", drafts_in_words(&drafts));
            output.line(&json!({ "document": doc, "text": text, "drafts": drafts }), &words)
        }
        WritingCommand::Correct { doc, what } => {
            let id = desk.correct_document(doc, &what)?;
            output.line(&json!({ "document": id }), &id.to_string())
        }
        WritingCommand::Promises => {
            for it in desk.promises()? {
                let open = if it.overdue { "overdue" } else { "open" };
                let state = it.done_at.map_or(open.into(), |at| format!("done {}", at.to_minute()));
                output.line(
                    &it,
                    &format!(
                        "{}  {}  {} ({}, {})  {state}",
                        it.document, it.block, it.what, it.owner, it.due
                    ),
                )?;
            }
            Ok(())
        }
        WritingCommand::Keep { doc, block } => {
            desk.keep_promise(doc, block)?;
            output.line(&json!({ "document": doc, "block": block }), "recorded")
        }
    }
}

fn drafts_in_words(drafts: &Drafts) -> String {
    match drafts {
        Drafts::Kept => "drafts are kept with the case".into(),
        Drafts::Held { reason } => {
            format!("drafts are kept: the case is on legal hold ({reason})")
        }
        Drafts::WithCase => {
            "drafts are kept: they can only go with their case, because the document was begun with \
             an earlier Farol or came back with a backup"
                .into()
        }
        Drafts::Goes { n_entries, n_comments, elsewhere } => {
            let mut words = format!(
                "drafts will be disposed of: {}, {}",
                counted(*n_entries, "entry", "entries"),
                counted(*n_comments, "comment", "comments")
            );
            for it in elsewhere {
                words += &format!("\nsomething of them may still be in: {it}");
            }
            words
        }
        Drafts::Gone { at, by, n_entries } => format!(
            "drafts were disposed of by {by} at {}: {} can no longer be read",
            at.to_minute(),
            counted(*n_entries, "entry", "entries")
        ),
    }
}
