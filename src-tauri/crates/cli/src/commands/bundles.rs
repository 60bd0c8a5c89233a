//! Cases that travel whole between two desks.

use std::fs;

use farol_app::{
    Desk, Failure,
    lookups::Watch,
    view::{BundleFor, BundleKey, BundlePlan, BundleShown},
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
