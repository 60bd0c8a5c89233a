//! One function a command: open the desk, call the hall, print.

/// Backups and getting them back.
mod backups;
/// Cases that travel whole between two desks.
mod bundles;
/// Cases, decisions and mitigations.
mod cases;
/// What may belong together, and what looks like a brand.
mod connections;
/// Responses, analyses and readouts.
mod documents;
/// Files that cases rest on.
mod evidence;
/// What leaves this computer.
mod leaving;
/// The queue and the list of cases.
mod lists;
/// Lists of names that are looked up and kept.
mod lookup_lists;
/// Asking the world.
mod lookups;
/// Whose networks there are, and which one an address is in.
mod networks;
/// The registries.
mod registries;
/// Reports.
mod reports;
/// How long cases are kept.
mod retention;
/// Finding what is kept.
mod search;
/// Sending a response off.
mod send_off;
/// What people saw.
mod sightings;
/// Members, approvals and handovers: files that people sign.
mod signed_files;
/// What the team sets for itself.
mod team;
/// Templates.
mod templates;
/// Looking again.
mod then_now;
/// The vault and the ways to its key.
mod vault;

use std::{fs, path::Path, sync::Arc};

use serde_json::json;

use crate::{
    options::{Command, DocCommand, JournalCommand, LookupOptions, Options, QueueCommand},
    output::Output,
};
use farol_app::{
    Desk, Failure,
    asn_tables::brought_in,
    vault::{Opening, Place, default_dir, open as open_vault, place as place_in, practice_dir},
    view::JournalCheck,
};
use farol_render::MACHINES;

/// Does what the command line says.
pub(crate) fn run(options: Options, output: &mut Output) -> Result<(), Failure> {
    let place = place(&options)?;
    let passphrase = options.passphrase_file.as_deref().map(read_passphrase).transpose()?;
    let open = || open(&place, passphrase.as_deref());
    match options.command {
        Command::Demo => {
            let dir = match options.data_dir {
                Some(dir) => dir,
                None => practice_dir(&default_dir()?),
            };
            let desk = farol_sample::create(Place { dir, ..place.clone() }, MACHINES)?;
            let status = desk.status()?;
            output.line(&status, &format!("the sample desk is laid out in {}", status.dir))
        }
        Command::Vault(command) => vault::run(&place, passphrase.as_deref(), command, output),
        Command::Backup(command) => backups::run(&place, passphrase.as_deref(), command, output),
        Command::Retention(command) => retention::run(&open()?, command, output),
        Command::Import { files } => reports::import(&open()?, &files, output),
        Command::Report(command) => reports::run(&open()?, command, output),
        Command::Queue(QueueCommand::List(list)) => lists::queue(&open()?, list, output),
        Command::Case(command) => cases::run(&open()?, command, output),
        Command::Evidence(command) => evidence::run(&open()?, command, output),
        Command::Sighting(command) => sightings::run(&open()?, command, output),
        Command::Bundle(command) => bundles::run(&open()?, command, output),
        Command::Search { text } => search::run(&open()?, &text.join(" "), output),
        Command::Template(command) => templates::run(&open()?, command, output),
        Command::Team(command) => team::run(&open()?, command, output),
        Command::Offline(command) => leaving::offline(&open()?, command, output),
        Command::Lookup(LookupOptions { of: Some(command), .. }) => {
            leaving::lookups(&open()?, command, output)
        }
        Command::Lookup(options) => lookups::look_up(&open()?, &options, output),
        Command::LookupList(command) => lookup_lists::run(&open()?, command, output),
        Command::Connections(options) => connections::connections(&open()?, &options, output),
        Command::Lookalikes(options) if connections::needs_desk(&options) => {
            connections::lookalikes(Some(&open()?), &options, output)
        }
        Command::Lookalikes(options) => connections::lookalikes(None, &options, output),
        Command::Providers(options) => lookups::providers(&open()?, &options, output),
        Command::Recheck(options) => then_now::recheck(&open()?, options, output),
        Command::Diff(options) => then_now::diff(&open()?, &options, output),
        Command::Watch(command) => then_now::watch(&open()?, command, output),
        Command::Network(command) => networks::run(&open()?, command, output),
        Command::Registries(command) => registries::run(&open()?, command, output),
        Command::Decide { case, what, reason, policy, alternatives, blast_radius, reach } => {
            let said = cases::Said { what, reason, policy, alternatives, blast_radius };
            cases::decide(&open()?, case, said, &reach, output)
        }
        Command::Mitigate { case, what, id, state, reach } => {
            cases::mitigate(&open()?, case, what, id.zip(state), &reach, output)
        }
        Command::Member(command) => signed_files::member(&open()?, command, output),
        Command::Approval(command) => signed_files::approval(&open()?, command, output),
        Command::Handover(command) => signed_files::handover(&open()?, command, output),
        Command::Respond { case, template } => documents::begin(&open()?, case, &template, output),
        Command::Doc(DocCommand::Check { file, withheld }) => {
            documents::check(&file, &withheld, output)
        }
        Command::Doc(command) => documents::run(&open()?, command, output),
        Command::Journal(JournalCommand::Verify { head, chain }) => {
            let desk = open()?;
            let check = if chain { desk.verify_chain(head) } else { desk.verify_journal(head) }?;
            verify(&check, output)
        }
        Command::Journal(JournalCommand::Export { file, sealed }) => {
            let n_entries = open()?.export_journal(&file, sealed)?;
            let words = format!("{n_entries} entries written to {}", file.display());
            output.line(&json!({ "n_entries": n_entries }), &words)
        }
        Command::Asn(command) => networks::asn(&open()?, command, output),
    }
}

/// Opens the vault, and tells what opening it found.
fn open(place: &Place, passphrase: Option<&str>) -> Result<Desk, Failure> {
    let desk = open_vault(place.clone(), passphrase, MACHINES)?.with_tables_in(brought_in());
    for finding in desk.status()?.findings {
        eprintln!("farolctl: {finding}");
    }
    Ok(desk)
}

fn place(options: &Options) -> Result<Place, Failure> {
    let dir = match &options.data_dir {
        Some(dir) => dir.clone(),
        None => default_dir()?,
    };
    Ok(Place { tell: Some(Arc::new(tell_opening)), ..place_in(dir, "farolctl") })
}

/// Opening a vault of an earlier Farol can take minutes; what is asked for is not mixed with it.
fn tell_opening(opening: Opening) {
    match opening {
        Opening::BackingUp => {
            eprintln!("this vault was written by an earlier Farol; a backup is made first");
        }
        Opening::Migrating => eprintln!("it is brought up to date; stopping now loses nothing"),
        Opening::Indexing { done, total } => {
            let tenth = |n: u32| u64::from(n) * 10 / u64::from(total.max(1));
            if tenth(done) > tenth(done.saturating_sub(1000)) {
                eprintln!("what can be searched for is read anew: {} %", tenth(done) * 10);
            }
        }
    }
}

fn read_passphrase(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::bad_input(
            format!("The passphrase file cannot be read: {}.", error.kind()),
            "Check the path and its permissions.",
        )
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn verify(check: &JournalCheck, output: &mut Output) -> Result<(), Failure> {
    if let Some(problem) = &check.problem {
        output.for_scripts(check)?;
        return Err(Failure::new(
            farol_app::Code::Failed,
            format!("The journal was changed. {problem}"),
            "Keep a copy of the folder as it is, and compare with the last good backup.",
        ));
    }
    let mut words = format!(
        "{} entries, all as they were written; {} signatures checked",
        check.n_entries, check.n_signatures
    );
    for more in [&check.closed, &check.clock_moved].into_iter().flatten() {
        words.push('\n');
        words.push_str(more);
    }
    output.line(check, &words)
}
