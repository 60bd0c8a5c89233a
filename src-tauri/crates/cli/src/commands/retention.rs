//! How long cases are kept, and what may be erased.

use std::fs;

use serde_json::json;

use farol_app::{Desk, Failure};
use farol_model::retention::{DraftRule, RetentionRules};

use crate::{options::RetentionCommand, output::Output};

pub(super) fn run(
    desk: &Desk,
    command: RetentionCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        RetentionCommand::Rules => {
            let rules = desk.retention_rules()?;
            let words = serde_json::to_string_pretty(&rules).unwrap_or_default();
            output.line(&rules, &words)
        }
        RetentionCommand::Set { file } => {
            desk.set_retention_rules(read_rules(&file)?)?;
            output.line(&json!({ "set": true }), "the rules are changed; nothing was erased")
        }
        RetentionCommand::Drafts { rule } => {
            if let Some(rule) = rule {
                desk.set_draft_rule(rule)?;
            }
            let drafts = desk.retention_rules()?.drafts;
            let words = match drafts {
                DraftRule::Keep => "drafts are kept with their case",
                DraftRule::Dispose => {
                    "drafts are disposed of when a document is issued or a response was sent; a legal hold wins"
                }
            };
            output.line(&json!({ "drafts": drafts }), words)
        }
        RetentionCommand::Due => {
            for row in desk.retention_due()? {
                let hold = row
                    .hold
                    .as_ref()
                    .map_or(String::new(), |it| format!("  on legal hold: {}", it.reason));
                let words =
                    format!("{}  due since {}{hold}", row.reference, row.due_at.to_minute());
                output.line(&row, &words)?;
            }
            Ok(())
        }
        RetentionCommand::Erased => {
            for it in desk.erased_cases()? {
                let words =
                    format!("{}  erased {}  {}", it.reference, it.erased_at.to_minute(), it.reason);
                output.line(&it, &words)?;
            }
            Ok(())
        }
    }
}

fn read_rules(file: &std::path::Path) -> Result<RetentionRules, Failure> {
    let refused = |what: String| {
        Failure::bad_input(
            format!("The rules cannot be read: {what}. Nothing was changed."),
            "Begin with what `retention rules` prints.",
        )
    };
    let text = fs::read_to_string(file).map_err(|error| refused(error.kind().to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}
