//! Walks through the whole house: the built programs, a real vault, a resolver on loopback, and a
//! real window.
#![expect(clippy::unwrap_used, reason = "a walk that cannot go on should say where")]

/// Input that is not what it should be.
mod bad_input;
/// Cases that travel whole between two desks, from a script.
mod bundles;
/// `farolctl` in a folder of its own.
mod ctl;
/// Drafts that are disposed of at issue.
mod drafts;
/// Files that cases rest on, from a script and by keyboard.
mod evidence;
/// Finding what is kept, from a script.
mod finding;
/// The start states under every condition of the keyring.
mod keyring;
/// Offline, no packet leaves.
mod leaks;
/// Offline, the queue and covert cases by keyboard.
mod leaving;
/// Templates, single blocks, the head of a paper.
mod letters;
/// Lists of cases, from a script and by keyboard.
mod lists;
/// Lookup lists, connections and look-alikes, from a script and by keyboard.
mod lookup_lists;
/// Our mistake to trust, from a script.
mod mistake_to_trust;
/// Whose abuse desk this is.
mod networks;
/// Outside the vault there is nothing to read.
mod noise;
/// What leaves, read by other programs.
mod other_readers;
/// Bytes of a PDF, opened.
mod pdf;
/// Report to response, from a script.
mod report_to_response;
/// What is kept, and what is erased for ever.
mod retention;
/// A second person on a desk of their own, from a script and by keyboard.
mod second_person;
/// A response is sent off, and its answer comes back.
mod send_off;
/// What people saw.
mod sightings;
/// The desk before the computer sleeps.
mod sleep;
/// Kills, a disk that refuses, damage.
mod soak;
/// Our own storage gateway, disabled by us: the analysis for the team and for a customer.
mod storage_gateway;
/// What changed between two look-ups, from a script and by keyboard.
mod then_now;
/// The sample desk and its tour.
mod tour;
/// Changes are taken back, from a script and by keyboard.
mod undo;
/// The ways to a vault's key, from a script and in the window.
mod vault;
/// The real window, driven through WebDriver.
mod window;
/// Both walks by keyboard in the real window.
mod window_walks;
/// An analysis, written by keyboard for three readers.
mod writing;
