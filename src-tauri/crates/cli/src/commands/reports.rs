//! Reports: taking them in, showing them, consent.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::json;

use farol_app::{Code, Desk, Failure, view::Imported};

use crate::{options::ReportCommand, output::Output};

pub(super) fn run(desk: &Desk, command: ReportCommand, output: &mut Output) -> Result<(), Failure> {
    match command {
        ReportCommand::Show { id } => {
            let view = desk.report(id)?;
            let parsed = &view.report.parsed;
            let mut plain = format!(
                "{}\nfrom     {}\nreporter {}\nreceived {}\nsha256   {}\n",
                parsed.subject,
                parsed.sender.display(),
                parsed.reporter.display(),
                view.report.received_at.to_minute(),
                view.report.original,
            );
            for (found, defanged) in parsed.observables.iter().zip(&view.defanged) {
                let mark = if found.suggested_target { "target?" } else { "" };
                plain.push_str(&format!(
                    "  {:<7} {mark:<8} {defanged}\n",
                    found.observable.kind.word()
                ));
            }
            for warning in &parsed.warnings {
                plain.push_str(&format!("  note: {warning}\n"));
            }
            output.line(&view, plain.trim_end())
        }
        ReportCommand::Original { id, output: path } => {
            let bytes = desk.report_bytes(id)?;
            fs::write(&path, &bytes).map_err(|error| {
                Failure::new(
                    Code::Failed,
                    format!("The file could not be written: {}.", error.kind()),
                    "Choose another folder, or free some space.",
                )
            })?;
            output.line(&json!({ "size": bytes.len() }), &format!("{} bytes written", bytes.len()))
        }
        ReportCommand::Consent { id, consent } => {
            desk.set_consent(id, consent)?;
            output.line(&json!({ "report": id, "consent": consent }), "recorded")
        }
    }
}

pub(super) fn import(desk: &Desk, files: &[PathBuf], output: &mut Output) -> Result<(), Failure> {
    let mut failed = None;
    for file in files {
        let imported =
            if file == Path::new("-") { import_stdin(desk) } else { desk.import_file(file) };
        match imported {
            Ok(imported) => print(&imported, output)?,
            Err(failure) => {
                // The other files still deserve their turn; the last failure is the exit.
                if let Some(earlier) = failed.replace(named(file, failure)) {
                    eprintln!("farolctl: {earlier}");
                }
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

fn import_stdin(desk: &Desk) -> Result<Imported, Failure> {
    let mut bytes = Vec::new();
    // One byte more than a report may have is enough to refuse it.
    let limit = farol_app::reports::MAX_REPORT_BYTES as u64 + 1;
    std::io::stdin().take(limit).read_to_end(&mut bytes).map_err(|error| {
        Failure::bad_input(
            format!("Standard input could not be read: {}. Nothing was added.", error.kind()),
            "Give a file instead.",
        )
    })?;
    desk.import_bytes(&bytes)
}

fn named(file: &Path, failure: Failure) -> Failure {
    Failure { message: format!("{}: {}", file.display(), failure.message), ..failure }
}

fn print(imported: &Imported, output: &mut Output) -> Result<(), Failure> {
    let known = if imported.known { " (known already, nothing added)" } else { "" };
    let mut plain = format!("{} {}{known}", imported.report, imported.subject);
    for refused in &imported.refused {
        plain.push_str(&format!("\n  {refused}"));
    }
    output.line(imported, &plain)
}
