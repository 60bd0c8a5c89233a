//! Cases that travel whole between two desks.

use std::fs;

use farol_app::{
    Desk, Failure,
    lookups::Watch,
    view::{BundleFor, BundleKey, BundlePlan, BundleShown, ConflictLine, Incoming},
};
use farol_model::{case::CaseRef, id::CaseId};

use super::read_passphrase;
use crate::{
    options::{BundleCommand, KeyOptions},
    output::Output,
};

const UNWATCHED: Watch<'_> = Watch { progress: &|_, _| {}, cancelled: &|| false };

pub(super) fn run(desk: &Desk, command: BundleCommand, output: &mut Output) -> Result<(), Failure> {
    match command {
        BundleCommand::Plan { cases } => {
            let plan = desk.plan_bundle(&ids(desk, &cases)?)?;
            output.line(&plan, &words(&plan))
        }
        BundleCommand::Export { cases, out, to, recipient, bundle_passphrase_file } => {
            let passphrase = bundle_passphrase_file.as_deref().map(read_passphrase).transpose()?;
            let target = BundleFor { to, recipients: recipient, passphrase };
            let done = desk.export_bundle(&ids(desk, &cases)?, &out, &target, &UNWATCHED)?;
            let words = format!("{}\nsha256 {}", words(&done.plan), done.sha256);
            output.line(&done, &words)
        }
        BundleCommand::Show { file, key } => {
            let shown = desk.show_bundle(&file, &read_key(&key)?, &UNWATCHED)?;
            output.line(&shown, &shown_words(&shown))
        }
        BundleCommand::Import { file, key, fingerprint, preview } => {
            let key = read_key(&key)?;
            let incoming = match preview {
                true => desk.preview_import(&file, &key, &UNWATCHED)?,
                false => desk.import_bundle(&file, &key, &fingerprint, &UNWATCHED)?,
            };
            output.line(&incoming, &incoming_words(&incoming, preview))
        }
        BundleCommand::Conflicts { case } => {
            for it in desk.conflicts(desk.case_id(case)?)? {
                output.line(&it, &conflict_words(&it))?;
            }
            Ok(())
        }
        BundleCommand::Choose { case, key, entry } => {
            desk.settle_conflict(desk.case_id(case)?, &key, entry)?;
            let value = serde_json::json!({ "case": case.to_string(), "key": key });
            output.line(&value, "chosen; the other version stays in the history")
        }
    }
}

fn ids(desk: &Desk, cases: &[CaseRef]) -> Result<Vec<CaseId>, Failure> {
    cases.iter().map(|it| desk.case_id(*it)).collect()
}

fn words(plan: &BundlePlan) -> String {
    let mut words = String::new();
    for case in &plan.cases {
        let title = case.title.as_deref().unwrap_or("(sensitive)");
        words += &format!("{}  {title}  {} entries\n", case.reference, case.n_entries);
    }
    words += &format!(
        "{} entries, {} reports, {} originals, {}; of {} other entries the digest alone",
        plan.n_entries, plan.n_reports, plan.n_originals, plan.size, plan.n_digests
    );
    if plan.n_missing > 0 {
        words += &format!("\n{} originals were destroyed and cannot go with it", plan.n_missing);
    }
    words += &format!("\nsigned by: {}", plan.people.join(", "));
    words
}

fn read_key(key: &KeyOptions) -> Result<BundleKey, Failure> {
    let passphrase = key.bundle_passphrase_file.as_deref().map(read_passphrase).transpose()?;
    let identity =
        key.identity.as_deref().map(fs::read_to_string).transpose().map_err(|error| {
            Failure::bad_input(
                format!("The file with the key cannot be read: {}.", error.kind()),
                "Check the path and its permissions.",
            )
        })?;
    Ok(BundleKey { passphrase, identity })
}

fn shown_words(shown: &BundleShown) -> String {
    let mut words = format!("made {}, for {}\n", shown.at.to_minute(), shown.to);
    for person in &shown.people {
        let known = if person.known { "known here" } else { "unknown here" };
        words += &format!("signed by {}  {}  {known}\n", person.name, person.fingerprint);
    }
    for case in &shown.cases {
        words += &format!("{}  {} entries\n", case.reference, case.n_entries);
    }
    words += &format!(
        "{} entries, {} reports, {} originals: every hash and signature is good\nsha256 {}",
        shown.n_entries, shown.n_reports, shown.n_originals, shown.sha256
    );
    words
}

fn incoming_words(incoming: &Incoming, preview: bool) -> String {
    let mut words = String::new();
    let unknown = incoming.bundle.people.iter().filter(|it| !it.known);
    for person in unknown {
        words += &format!("unknown until now: {}  {}\n", person.name, person.fingerprint);
    }
    if incoming.n_new == 0 {
        return words + "everything in this bundle is here already; nothing was changed";
    }
    for case in &incoming.cases {
        let number = if case.theirs == case.reference {
            case.reference.to_string()
        } else {
            format!("{} ({} on the other desk)", case.reference, case.theirs)
        };
        let is_new = if case.is_new { ", a new case" } else { "" };
        words += &format!("{number}  {} new entries{is_new}", case.n_new);
        if case.n_conflicts > 0 {
            words += &format!("; {} facts with two versions", case.n_conflicts);
        }
        if case.n_destroyed > 0 {
            words += &format!("; {} pieces of evidence were destroyed", case.n_destroyed);
        }
        if case.n_disposed > 0 {
            words += &format!("; drafts of {} documents were disposed of", case.n_disposed);
        }
        words.push('\n');
    }
    let done = if preview { "would be taken in; nothing was changed" } else { "taken in" };
    words + &format!("{} entries {done}, {} were here already", incoming.n_new, incoming.n_known)
}

fn conflict_words(conflict: &ConflictLine) -> String {
    let mut words = format!("{}  ({})", conflict.label, conflict.key);
    for it in &conflict.versions {
        let shown = if it.shown { "  shown meanwhile" } else { "" };
        words += &format!(
            "\n  {}  {}  {}: {} → {}{shown}",
            it.entry,
            it.at.to_minute(),
            it.who,
            it.was,
            it.is
        );
    }
    words
}
