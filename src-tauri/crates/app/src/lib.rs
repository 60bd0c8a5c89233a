//! The hall: every user action is one function here.
//!
//! Walks between the rooms, knows nothing of windows or terminals, and is synchronous: whoever
//! calls from a window does so on a blocking thread.

/// Answers as evidence.
pub mod answers;
/// A second person's approval.
mod approvals;
/// Which network an address is in.
pub mod asn_tables;
/// Backups, and the vault's condition.
pub mod backups;
/// Cases that travel whole between two desks.
pub mod bundles;
/// Taking bundles in.
mod bundles_in;
/// Cases, targets and notes.
pub mod cases;
/// Started by what a case is, stopped by what ends them.
mod clocks;
/// Facts that two desks changed without knowing of each other.
mod conflicts;
/// Which hosts may be one actor's.
pub mod connections;
/// No picture of memory on the disk.
pub mod core_dumps;
/// Decisions and mitigations.
pub mod decisions;
/// Responses, analyses and readouts: writing and letting them leave.
pub mod documents;
/// Files that cases rest on.
pub mod evidence;
/// What went wrong, for people.
pub mod failure;
/// Any file against a list of values.
pub mod file_check;
/// What the next shift must know.
mod handovers;
/// Asking the world about many hosts.
pub mod host_lists;
/// Checking the record.
pub mod journal;
/// What other tables of networks change.
mod judged;
/// The ways to the vault's key.
pub mod keys;
/// What leaves this computer, and what waits to.
mod leaving;
/// The queue and the list of cases.
mod lists;
/// How the window looks to one person.
pub mod look;
/// Look-alikes of a brand.
pub mod lookalikes;
/// Lists of names that are looked up and kept.
pub mod lookup_lists;
/// Asking the world.
pub mod lookups;
/// People whose signatures this desk can check.
mod members;
/// Which network is ours.
pub mod networks;
/// What to do next on a case.
mod next_step;
/// Keeping answers.
mod observations;
/// Looking up again.
pub mod rechecks;
/// The registries: the switch, the tables, the quotas.
pub mod registries;
/// Taking things in.
pub mod reports;
/// How long cases are kept, and erasing.
mod retention;
/// Finding what is kept.
mod search;
/// Sending a response off, and answers that come back.
mod send_off;
/// What people saw.
pub mod sightings;
/// Files that members sign, between two desks.
pub mod signed_files;
/// Tables as CSV.
mod spreadsheet;
/// What the team sets for itself.
pub mod team;
/// Templates: what ships, and what the team made of it.
mod templates;
/// A desk for tests.
#[cfg(test)]
mod testing;
/// What changed between two look-ups.
mod then_now;
/// Taking a change back, and the list of all changes.
mod undo;
/// Making, opening and describing a vault.
pub mod vault;
/// What screens show.
pub mod view;
/// Hosts that are looked up again and again.
mod watches;
/// A file that is there whole or not at all.
mod whole_file;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, RwLock},
};

use farol_lookup::Networks;
use farol_practice::Practice;
use farol_store::Store;

pub use failure::{Code, Failure};
pub use farol_lookup::whom_to_tell;
pub use farol_model::export::Machines;

/// An open vault, with everything that a user action needs.
pub struct Desk {
    store: Store,
    machines: Machines,
    dir: PathBuf,
    networks: RwLock<Arc<Networks>>,
    asn: asn_tables::AsnTables,
    registries: registries::Desked,
    leaving: leaving::Leaving,
    /// Lookup lists that are being asked.
    runs: lookup_lists::Runs,
    /// What open cases show.
    shown: connections::Remembered,
    /// The world that a practice vault asks, and nothing else.
    practice: Option<Practice>,
    /// Why the last backup was not made.
    backup_problem: Mutex<Option<Failure>>,
}
