//! Asking the world: what would be asked, whom, and what came of it.

use serde::Serialize;
use specta::Type;

use farol_model::{
    lookup::{Observation, ProviderVerdict},
    then_now::HostDiff,
    time::Timestamp,
};

/// What would leave the machine if a lookup were started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookupPlan {
    /// The hosts, in normal form, without repetition.
    pub hosts: Vec<String>,
    /// Lines that name no host and are left out, as they were written.
    pub refused: Vec<String>,
    /// Who would be asked.
    pub resolver: String,
    /// How many questions to the resolver.
    pub n_questions: u32,
    /// Who can see that we ask, in one sentence.
    pub seen_by: String,
    /// Who else can see it because name servers are asked past the resolver; none when they are not.
    pub seen_directly: Option<String>,
    /// What registries would be asked; empty when they are switched off.
    pub registries: Vec<RegistryPlan>,
    /// Who can see that registries are asked, in one sentence.
    pub registries_seen_by: String,
    /// Who sees it when others are asked about addresses that the table does not know; none when nobody is.
    pub cymru_seen_by: Option<String>,
    /// The table that says which networks the addresses are in.
    pub networks_table: AsnTableView,
}

/// Which offline table of networks answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AsnTableKind {
    /// One that somebody loaded.
    Own,
    /// One that set-up or a package brought.
    Brought,
    /// The practice internet's.
    Practice,
    /// None.
    Missing,
}

/// The offline table of networks, in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AsnTableView {
    /// Which one answers.
    pub kind: AsnTableKind,
    /// What it is, and which version; the names of the files when somebody loaded it.
    pub name: String,
    /// The date of the data; when it was loaded, where nothing else is known.
    pub as_of: String,
    /// Its licence.
    pub licence: Option<String>,
    /// Whom its licence wants to be named.
    pub attribution: Option<String>,
    /// What a reader has to know.
    pub note: Option<String>,
    /// How many ranges it has.
    pub n_ranges: u32,
    /// Lines that another contradicts, once it was read: what two of them claim counts as not in the table.
    pub n_contradicted: u32,
    /// Why it cannot be used.
    pub problem: Option<String>,
}

/// What the offline table says of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnouncedRow {
    /// The address.
    pub ip: String,
    /// The range of the table that it is in, as a prefix where it is one.
    pub range: Option<String>,
    /// Who announces it; none when the table has no entry.
    pub asn: Option<u32>,
    /// Its holder.
    pub holder: Option<String>,
    /// The date of the table.
    pub as_of: String,
}

/// What a registry would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistryPlan {
    /// The domain, address, autonomous system or name server.
    pub about: String,
    /// The server; none when no registry is known, so that nothing is asked.
    pub server: Option<String>,
    /// When it may be asked, if that is not now.
    pub free_at: Option<Timestamp>,
}

/// A network that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct NetworkRow {
    /// What `farolctl` calls it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is ours.
    pub ours: bool,
}

/// The registries, in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistriesView {
    /// Whether WHOIS, which is not encrypted, is asked where RDAP fails.
    pub whois: bool,
    /// Whether they are asked.
    pub on: bool,
    /// Who knows which server to ask.
    pub tables: Vec<RegistryTable>,
    /// Servers that were asked, and what they still allow.
    pub quotas: Vec<RegistryQuota>,
}

/// A table of registries and its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistryTable {
    /// Where it comes from.
    pub source: String,
    /// Its date.
    pub as_of: String,
    /// How many suffixes, networks and systems it has.
    pub n_entries: u32,
    /// Whether it is older than 90 days.
    pub is_old: bool,
}

/// What a registry still allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct RegistryQuota {
    /// The server.
    pub server: String,
    /// How many questions it bears now.
    pub n_left: u32,
    /// When the next one may go, if that is not now.
    pub free_at: Option<Timestamp>,
    /// Whether the server itself asked us to wait.
    pub asked_to_wait: bool,
    /// How many questions it was asked so far.
    pub n_asked: u32,
}

/// What a lookup brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct LookupDone {
    /// Every answer, in the order asked.
    pub observations: Vec<Observation>,
    /// One verdict per host.
    pub verdicts: Vec<ProviderVerdict>,
    /// What is otherwise than at the look-up before; only on a case.
    pub changes: Vec<HostDiff>,
    /// Whether it was cancelled; what was answered is kept.
    pub cancelled: bool,
}
