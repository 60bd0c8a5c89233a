//! Responses, analyses and readouts.

/// Charts, evidence, decisions and actions.
mod blocks;
/// Blocks, comments, review and promises.
mod writing;

use std::path::Path;

use serde_json::json;

use farol_app::{Code, Desk, Failure, file_check};
use farol_model::{
    case::CaseRef,
    document::{Content, Text, addressee},
    id::DocumentId,
};

use super::send_off;
use crate::{options::DocCommand, output::Output};

pub(super) fn begin(
    desk: &Desk,
    case: CaseRef,
    template: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    let id = desk.create_document(desk.case_id(case)?, template)?;
    output.line(&json!({ "document": id }), &id.to_string())
}

pub(super) fn run(desk: &Desk, command: DocCommand, output: &mut Output) -> Result<(), Failure> {
    match command {
        DocCommand::Templates => super::templates::list(desk, output),
        DocCommand::List => {
            for it in desk.documents()? {
                let sent =
                    it.sent_at.map_or_else(String::new, |at| format!(", sent {}", at.to_minute()));
                let plain =
                    format!("{}  {}  {} for {}{sent}", it.id, it.reference, it.title, it.audience);
                output.line(&it, &plain)?;
            }
            Ok(())
        }
        DocCommand::New { case, template } => begin(desk, case, &template, output),
        DocCommand::Add { doc, audience, text } => {
            let saved_at = desk.add_paragraph(doc, audience, &text)?;
            output
                .line(&json!({ "saved_at": saved_at }), &format!("saved {}", saved_at.to_minute()))
        }
        DocCommand::Show { doc } => {
            let view = desk.document(doc)?;
            let mut plain = format!("{}  {}\n", view.reference, view.document.title);
            for (block, n) in view.document.blocks.iter().zip(1..) {
                let texts = block.content.texts();
                for (text, m) in texts.iter().zip(1..) {
                    let place = if texts.len() == 1 { format!("{n}") } else { format!("{n}.{m}") };
                    plain.push_str(&format!("{place:<5} [{}] {text}\n", block.audience));
                }
            }
            for it in &view.findings {
                plain.push_str(&suggestion(&view.document, it));
            }
            output.line(&view, plain.trim_end())
        }
        DocCommand::Lint { doc } => {
            let view = desk.document(doc)?;
            for it in &view.findings {
                output.line(it, suggestion(&view.document, it).trim_end())?;
            }
            Ok(())
        }
        DocCommand::Put(options) => blocks::put(desk, options, output),
        DocCommand::Set { doc, at, text, audience, owner, due, to, subject } => {
            let change = Change { at, text, audience, owner, due, to, subject };
            let saved_at = set(desk, doc, change)?;
            output
                .line(&json!({ "saved_at": saved_at }), &format!("saved {}", saved_at.to_minute()))
        }
        DocCommand::Check { file, withheld } => check(&file, &withheld, output),
        DocCommand::Export { doc, audience, format, output: path } => {
            let exported = desk.export_document(doc, &audience, format, &path)?;
            let certificate = &exported.certificate;
            for note in &exported.notes {
                eprintln!("farolctl: {note}");
            }
            let plain = format!(
                "sha256 {}\naudience {}\nvalues searched {}, found {}\njournal head {}",
                certificate.sha256,
                certificate.audience,
                certificate.n_values_searched,
                certificate.n_hits,
                certificate.journal_head,
            );
            output.line(certificate, &plain)
        }
        DocCommand::Write(command) => writing::run(desk, command, output),
        DocCommand::SendOff(options) => send_off::send_off(desk, options, output),
        DocCommand::Sent(options) => send_off::sent(desk, options, output),
    }
}

struct Change {
    at: Option<(usize, usize)>,
    text: Option<String>,
    audience: Option<farol_model::document::Audience>,
    owner: Option<String>,
    due: Option<String>,
    to: Option<String>,
    subject: Option<String>,
}

fn set(
    desk: &Desk,
    doc: DocumentId,
    change: Change,
) -> Result<farol_model::time::Timestamp, Failure> {
    let missing = |what: &str| {
        Failure::bad_input(
            format!("This document has no {what}. Nothing was changed."),
            "Look at the numbers that `doc show` prints.",
        )
    };
    let Change { text, audience, owner, due, to, subject, .. } = &change;
    let of_block = text.is_some() || audience.is_some() || owner.is_some() || due.is_some();
    if !of_block && to.is_none() && subject.is_none() {
        return Err(Failure::bad_input(
            "Nothing is said to be set. Nothing was changed.",
            "Say --at BLOCK with --text, --audience, --owner or --due, or --to or --subject.",
        ));
    }
    let mut document = desk.document(doc)?.document;
    if let Some((block, part)) = change.at {
        let block = document.blocks.get_mut(block - 1).ok_or_else(|| missing("such block"))?;
        if let Some(text) = change.text {
            let mut texts = block.content.texts_mut();
            let place =
                texts.get_mut(part - 1).ok_or_else(|| missing("such text in that block"))?;
            **place = Text::parse(&text);
        }
        if let Some(audience) = change.audience {
            block.audience = audience;
        }
        match &mut block.content {
            Content::Action { owner, due, .. } => {
                *owner = change.owner.unwrap_or_else(|| owner.clone());
                *due = change.due.unwrap_or_else(|| due.clone());
            }
            _ if change.owner.is_some() || change.due.is_some() => {
                return Err(missing("action at that place"));
            }
            _ => {}
        }
    }
    let mut envelope = document.envelope.clone();
    if change.to.is_some() || change.subject.is_some() {
        let envelope = envelope.as_mut().ok_or_else(|| missing("address: it is no response"))?;
        envelope.to = change.to.unwrap_or_else(|| envelope.to.clone());
        envelope.subject = change.subject.unwrap_or_else(|| envelope.subject.clone());
        if let Some(part) = envelope.parts().find(|it| addressee(it).is_none()) {
            return Err(Failure::bad_input(
                format!("{part:?} is no mail address. Nothing was changed."),
                "Write name@host, several with commas.",
            ));
        }
    }
    desk.save_document(doc, &document.blocks, envelope)
}

fn suggestion(
    document: &farol_model::document::Document,
    it: &farol_app::documents::LintFinding,
) -> String {
    let at = it.block.and_then(|id| document.blocks.iter().position(|block| block.id == id));
    let place = at.map_or_else(String::new, |at| format!("block {}: ", at + 1));
    format!("suggestion: {place}{}: {} {}\n", it.words, it.why, it.suggestion)
}

/// Any file against a list; needs no vault.
pub(super) fn check(file: &Path, withheld: &Path, output: &mut Output) -> Result<(), Failure> {
    let check = file_check::check_file(farol_render::check_file, file, withheld)?;
    let values = if check.n_values_searched == 1 { "value" } else { "values" };
    let mut plain = format!("{}: {} {values} searched for", check.kind, check.n_values_searched);
    for line in &check.too_short {
        plain.push_str(&format!("\nnot searched for, too short: line {line} of the list"));
    }
    for note in &check.notes {
        plain.push_str(&format!("\nnote: {note}"));
    }
    for hit in &check.hits {
        plain.push_str(&format!("\nfound: line {} of the list in {}", hit.line, hit.found_in));
    }
    output.line(&check, &plain)?;
    if check.hits.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<u32> = check.hits.iter().map(|hit| hit.line).collect();
    lines.dedup();
    Err(Failure::new(
        Code::LeakStopped,
        format!("{} of the values are in the file.", lines.len()),
        "Do not pass it on; export it again without them.",
    ))
}
