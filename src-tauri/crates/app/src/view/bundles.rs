//! Bundles, as screens show them.

use serde::{Deserialize, Serialize};
use specta::Type;

use farol_model::{
    case::CaseRef,
    id::{CaseId, Digest, EntryId, Size},
    time::Timestamp,
};

/// For whom a bundle is, and what opens it.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct BundleFor {
    /// Who gets it, as the record will say.
    pub to: String,
    /// Public keys (`age1…`) that open it.
    pub recipients: Vec<String>,
    /// Or the words that do.
    pub passphrase: Option<String>,
}

/// A case in a bundle that would leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LeavingCase {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub reference: CaseRef,
    /// Its title; none when the case is sensitive.
    pub title: Option<String>,
    /// Entries of it that would leave.
    pub n_entries: u32,
}

/// Exactly what a bundle would carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BundlePlan {
    /// The cases.
    pub cases: Vec<LeavingCase>,
    /// Entries, of cases and of their reports.
    pub n_entries: u32,
    /// Reports.
    pub n_reports: u32,
    /// Mails, answers and pieces of files, as they came.
    pub n_originals: u32,
    /// Entries of other cases, and of the desk, of which only a digest leaves.
    pub n_digests: u32,
    /// Originals that were destroyed: their hashes leave, their bytes cannot.
    pub n_missing: u32,
    /// People whose cards go with it.
    pub people: Vec<String>,
    /// How large the file gets.
    pub size: Size,
    /// A name for the file.
    pub file_name: String,
}

/// A bundle that left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BundleDone {
    /// The name of the file, without folders.
    pub file_name: String,
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// What is in it.
    pub plan: BundlePlan,
}

/// What opens a bundle.
#[derive(Debug, Clone, Default, Deserialize, Type)]
pub struct BundleKey {
    /// The words it was locked with.
    pub passphrase: Option<String>,
    /// Or the secret age key of one of those it is for (`AGE-SECRET-KEY-1…`).
    pub identity: Option<String>,
}

/// Somebody who signed something in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BundlePerson {
    /// Their name, as they write it.
    pub name: String,
    /// Their key in groups, to be compared by voice.
    pub fingerprint: String,
    /// Whether this desk has their card already.
    pub known: bool,
}

/// A case in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BundleCase {
    /// Its number on the desk that left the bundle.
    pub reference: CaseRef,
    /// How many of its entries are in it.
    pub n_entries: u32,
}

/// A bundle that was opened: every hash and signature in it is good, and nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct BundleShown {
    /// Who signed it first, then everybody else who signed something in it.
    pub people: Vec<BundlePerson>,
    /// When it was made, by the clock of that desk.
    pub at: Timestamp,
    /// For whom.
    pub to: String,
    /// The cases.
    pub cases: Vec<BundleCase>,
    /// Entries, of cases and of their reports.
    pub n_entries: u32,
    /// Reports.
    pub n_reports: u32,
    /// Mails, answers and pieces of files.
    pub n_originals: u32,
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
}

/// A case of a bundle as it would stand here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct IncomingCase {
    /// Its id.
    pub id: CaseId,
    /// Its number on the desk that left the bundle.
    pub theirs: CaseRef,
    /// Its number here; another one when theirs is another case's here.
    pub reference: CaseRef,
    /// Entries that this desk does not have yet.
    pub n_new: u32,
    /// Whether this desk has none of it.
    pub is_new: bool,
    /// Facts that both desks changed without knowing of each other.
    pub n_conflicts: u32,
    /// Pieces of evidence that the other desk destroyed, whose bytes go here, too.
    pub n_destroyed: u32,
    /// Documents whose drafts the other desk disposed of, and that go here, too.
    pub n_disposed: u32,
}

/// What taking a bundle in brings, or brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Incoming {
    /// The bundle.
    pub bundle: BundleShown,
    /// Its cases.
    pub cases: Vec<IncomingCase>,
    /// Entries that this desk does not have yet; none when everything is here already.
    pub n_new: u32,
    /// Entries that it has.
    pub n_known: u32,
}

/// A fact that two desks changed without knowing of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct ConflictLine {
    /// Which fact, for the program.
    pub key: String,
    /// The same for people.
    pub label: String,
    /// Two or more.
    pub versions: Vec<VersionLine>,
}

/// One desk's version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct VersionLine {
    /// The entry that set it.
    pub entry: EntryId,
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What it was before.
    pub was: String,
    /// What it is in this version.
    pub is: String,
    /// Whether the case shows this one until somebody chooses.
    pub shown: bool,
}
