//! The words and rules of the trade, as plain data.
//!
//! Every other room speaks these types; the screen sees them as they are (`serde` + `specta`).
//! Knows nothing of files, networks, databases or the clock on the wall: time, randomness and
//! ids are handed in.

/// A second person's approval.
pub mod approval;
/// Cases that travel whole between two desks.
pub mod bundle;
/// What we handle.
pub mod case;
/// Named deadlines.
pub mod clock;
/// Names that may be one actor's, and why.
pub mod cluster;
/// Facts that two desks changed without knowing of each other.
pub mod conflict;
/// What was decided and what was done about it.
pub mod decision;
/// Blocks with an audience, and the only way to look at them from outside.
pub mod document;
/// Files that cases rest on.
pub mod evidence;
/// The result of rendering a projected document.
pub mod export;
/// What opening a vault found.
pub mod finding;
/// What the next shift must know.
pub mod handover;
/// Identifiers, digests and sizes.
pub mod id;
/// What happened: the actions that change the shared story.
pub mod journal;
/// What leaves this computer, and what waits to.
pub mod leaving;
/// Lists of cases: filters, orders and parts.
pub mod list;
/// What the world answered, and who provides what.
pub mod lookup;
/// Lists of names that are looked up.
pub mod lookup_list;
/// People who work at a desk.
pub mod member;
/// Values from the world that a report names: hosts, addresses, URLs.
pub mod observable;
/// The words of the trade in Portuguese.
pub mod portuguese;
/// Defanged spellings and the plain one.
pub mod refang;
/// What a registry says.
pub mod registry;
/// What came in.
pub mod report;
/// How long cases are kept, and what stays of them.
pub mod retention;
/// What a person may ask for in one line.
pub mod search;
/// What a person saw at an address.
pub mod sighting;
/// What a name shows that another may show as well.
pub mod sign;
/// Files that members sign.
pub mod signed;
/// Ways to a vault's key.
pub mod slot;
/// How a record was changed from outside.
pub mod tampering;
/// What a team sets for itself.
pub mod team;
/// A host at one time and at another.
pub mod then_now;
/// Instants in UTC.
pub mod time;
