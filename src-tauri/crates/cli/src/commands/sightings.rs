//! What people saw.

use serde_json::json;

use farol_app::{Desk, Failure, lookups::Watch, view::SightingDraft};

use crate::{options::sightings::SightingCommand, output::Output};

/// Does what the command line says.
pub(super) fn run(
    desk: &Desk,
    command: SightingCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        SightingCommand::Add(it) => {
            let case = desk.case_id(it.case)?;
            let draft = SightingDraft {
                address: it.address,
                seen_at: it.at,
                seen_by: it.by,
                seen_from: it.from,
                device: it.device,
                language: it.language,
                seen: it.seen,
                words: it.words,
                cloaked: it.cloaked,
                capture: None,
            };
            let watch = Watch { progress: &|_, _| {}, cancelled: &|| false };
            let id = desk.add_sighting(case, &draft, it.capture.as_deref(), &watch)?;
            output.line(&json!({ "sighting": id }), &format!("{id}  written down"))
        }
        SightingCommand::List { case } => {
            for it in desk.sightings(desk.case_id(case)?)? {
                let by = it.seen_by.as_ref().map_or(String::new(), |who| format!("  by {who}"));
                let words = format!("{}  {}{by}", it.id, it.describe());
                output.line(&it, &words)?;
            }
            Ok(())
        }
        SightingCommand::Remove { id } => {
            desk.withdraw_sighting(id)?;
            output.line(&json!({ "removed": id }), "taken back; what it said stays in the journal")
        }
    }
}
