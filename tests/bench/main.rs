//! What the house measures of itself: `make bench` prints one table.
//!
//! Figures are medians (p50) and 95th percentiles on fictional data made here; ratios compare
//! within one run. Nothing here passes or fails.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should say where")]

/// Documents, beside pandoc and a browser.
mod documents;
/// Times, and how they are printed.
mod figures;
/// Lists of names: our pool beside other programs, and into the vault.
mod lookups;
/// A vault of 100 000 cases, and commits beside plain SQLite.
mod vault;
/// Pieces of the main job.
mod walks;
/// The real window.
mod window;

use std::path::PathBuf;

use farol_app::{
    Desk, vault as vaults,
    view::{CaseOpen, VaultCreate},
};
use farol_model::case::{Category, Severity};
use farol_render::MACHINES;
use tempfile::TempDir;

/// The passphrase of every desk made here.
const PASSPHRASE: &str = "lamp oil and salt water";

const USAGE: &str = "bench                               everything
bench --documents                   documents alone
bench --lookups [STEP…]             look-ups alone
bench --typing                      letters in a long document, in the real window
bench --desk DIR                    lay out a desk of 10 000 cases to look at
bench --vault DIR [CASES [STEP…]]   the vault alone; it is laid out in DIR, and used again when it is there
steps of --vault: ";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [] => everything(),
        ["--documents"] => {
            figures::head();
            documents::long_analysis();
            documents::typing();
        }
        ["--typing"] => {
            figures::head();
            documents::typing();
        }
        ["--desk", dir] => {
            fill(&new_desk_in(PathBuf::from(dir)));
            println!("10 000 cases in {dir}; the passphrase is: {PASSPHRASE}");
        }
        ["--vault", dir] => vault::all(&PathBuf::from(dir), vault::CASES, &[]),
        ["--vault", dir, cases, steps @ ..] => {
            vault::all(&PathBuf::from(dir), cases.parse().unwrap(), steps);
        }
        ["--lookups", steps @ ..] => lookups::all(steps),
        // In a network of its own, and each client in a process of its own.
        ["--lookups-here", steps @ ..] => lookups::here(53, steps),
        ["--ask", args @ ..] => lookups::client(args),
        // A process of its own, started by the measurement of opening.
        ["--first-page", dir] => vault::first_page(&PathBuf::from(dir)),
        _ => println!("{USAGE}{}\nsteps of --lookups: {}", vault::steps(), lookups::steps()),
    }
}

fn everything() {
    figures::head();
    let (dir, desk) = new_desk();
    walks::mail_to_case(&desk);
    walks::mail_to_pdf(&desk, dir.path());
    walks::analysis_to_pdf(&desk, dir.path());
    documents::long_analysis();
    documents::typing();
    walks::full_desk();
    walks::sample_desk();
    match window::built() {
        Some(program) => window::first_screen(&program),
        None => println!("  (no window built beside the bench)"),
    }
    lookups::all(&[]);
    let dir = tempfile::tempdir().unwrap();
    vault::all(&dir.path().join("vault"), vault::CASES, &[]);
}

fn new_desk() -> (TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let desk = new_desk_in(dir.path().join("vault"));
    (dir, desk)
}

fn new_desk_in(dir: PathBuf) -> Desk {
    let create = VaultCreate {
        passphrase: PASSPHRASE.into(),
        member_name: "Ines Farrow".into(),
        use_keyring: false,
    };
    vaults::create(vaults::place(dir, "the bench"), &create, MACHINES).unwrap().0
}

/// Ten thousand open cases, every seventh with a title that is far too long.
fn fill(desk: &Desk) {
    for n in 0..10_000_usize {
        let long =
            "and everything that the reporter wrote into one subject line ".repeat(n % 7 / 6 * 4);
        let url = format!("https://login{n}.kelp{n}.test/session");
        desk.open_case(CaseOpen {
            title: format!("Phishing list {n} {long}"),
            category: Category::ALL[n % Category::ALL.len()],
            severity: Severity::ALL[n % Severity::ALL.len()],
            severity_reason: "Passwords are being taken".into(),
            report: None,
            targets: vec![desk.read_observable(&url).unwrap()],
        })
        .unwrap();
    }
}
