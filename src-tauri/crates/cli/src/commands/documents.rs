//! Responses, analyses and readouts.

/// Blocks, comments, review and promises.
mod writing;

use serde_json::json;

use farol_app::{Desk, Failure, documents::templates};
use farol_model::case::CaseRef;

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
        DocCommand::Templates => {
            for it in templates() {
                output.line(&it, &format!("{:<22} {}", it.id, it.label))?;
            }
            Ok(())
        }
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
            for block in &view.document.blocks {
                for text in block.content.texts() {
                    plain.push_str(&format!("[{}] {text}\n", block.audience));
                }
            }
            for it in &view.findings {
                plain
                    .push_str(&format!("suggestion: {}: {} {}\n", it.words, it.why, it.suggestion));
            }
            output.line(&view, plain.trim_end())
        }
        DocCommand::Export { doc, audience, format, output: path } => {
            let exported = desk.export_document(doc, &audience, format, &path)?;
            let certificate = &exported.certificate;
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
        DocCommand::Sent { doc, channel } => {
            desk.confirm_sent(doc, &channel)?;
            output.line(&json!({ "document": doc, "channel": channel }), "recorded")
        }
    }
}
