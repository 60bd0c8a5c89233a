//! Files that cases rest on.

use serde_json::json;

use farol_app::{Desk, Failure, lookups::Watch};

use crate::{options::EvidenceCommand, output::Output};

pub(super) fn run(
    desk: &Desk,
    command: EvidenceCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        EvidenceCommand::Add { case, files, origin, redacted_from } => {
            let case = desk.case_id(case)?;
            let watch = Watch { progress: &|_, _| {}, cancelled: &|| false };
            for file in files {
                let added = desk.add_evidence(case, &file, &origin, redacted_from, &watch)?;
                let known = if added.known { ", which the case has already" } else { "" };
                let words = format!("{}  {}  sha256 {}{known}", added.id, added.name, added.sha256);
                output.line(&added, &words)?;
            }
            Ok(())
        }
        EvidenceCommand::List { case } => {
            for it in desk.evidence(desk.case_id(case)?)? {
                let gone = if it.destroyed { "  destroyed" } else { "" };
                let mut words = format!(
                    "{}  {}  {} bytes  sha256 {}{gone}",
                    it.id, it.name, it.size.0, it.sha256
                );
                for line in &it.custody {
                    words += &format!("\n  {}  {}  {}", line.at.to_minute(), line.who, line.words);
                }
                output.line(&it, &words)?;
            }
            Ok(())
        }
        EvidenceCommand::Open { id } => {
            let start = desk.open_evidence(id)?;
            output.line(&start, &start.text)
        }
        EvidenceCommand::Export { id, to, recipient } => {
            desk.export_evidence(id, &to, &recipient)?;
            let words = format!("written to {}, byte for byte as it came in", to.display());
            output.line(&json!({ "evidence": id, "file": to.display().to_string() }), &words)
        }
        EvidenceCommand::Destroy { id, reason } => {
            desk.destroy_evidence(id, &reason)?;
            let words =
                "destroyed; its name, hash and custody stay, and backups made before still have it";
            output.line(&json!({ "evidence": id, "destroyed": true }), words)
        }
    }
}
