//! A host at one time and at another: pictures, and what changed between two of them.
//!
//! A picture is what one look-up showed, with what earlier ones showed where it did not ask. Plain data;
//! making and comparing pictures is the work of `lookup`. None of it is journalled: it follows from
//! observations, and follows again when the tables of networks change.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    document::Language,
    id::{CaseId, NoticeId, ObservationId, WatchId},
    time::Timestamp,
};

/// What of a host can change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Whether its name leads to an address, and if not, why.
    Leads,
    /// Who serves it as proxy.
    Proxy,
    /// Who runs the machine.
    Host,
    /// Who stores the object.
    Storage,
    /// The name that it is an alias of.
    PointsTo,
    /// Its addresses.
    Addresses,
    /// Who answers its DNS.
    Dns,
    /// The name servers of its domain.
    NameServers,
    /// Who takes its mail.
    Mail,
    /// The mail servers of its domain.
    MailServers,
    /// The TXT records of its domain.
    Txt,
    /// What its domain asks receivers to do with mail in its name (DMARC).
    Dmarc,
    /// Who may issue certificates for its domain.
    Caa,
    /// The keys that the parent vouches for.
    Ds,
    /// The server and the contact that its zone names, and the zone's serial.
    Soa,
    /// Whether and since when its domain is registered.
    Registration,
    /// Who registered it.
    Registrar,
    /// What the registry says of its state.
    Status,
}

impl Aspect {
    /// All of them, in the order of a page.
    pub const ALL: [Self; 18] = [
        Self::Leads,
        Self::Proxy,
        Self::Host,
        Self::Storage,
        Self::PointsTo,
        Self::Addresses,
        Self::Dns,
        Self::NameServers,
        Self::Mail,
        Self::MailServers,
        Self::Txt,
        Self::Dmarc,
        Self::Caa,
        Self::Ds,
        Self::Soa,
        Self::Registration,
        Self::Registrar,
        Self::Status,
    ];

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Leads => "The name",
            Self::Proxy => "Proxy",
            Self::Host => "Host",
            Self::Storage => "Storage",
            Self::PointsTo => "Alias of",
            Self::Addresses => "Addresses",
            Self::Dns => "DNS",
            Self::NameServers => "Name servers",
            Self::Mail => "Mail",
            Self::MailServers => "Mail servers",
            Self::Txt => "TXT records",
            Self::Dmarc => "DMARC records",
            Self::Caa => "CAA records",
            Self::Ds => "DS records",
            Self::Soa => "SOA record",
            Self::Registration => "Registration",
            Self::Registrar => "Registrar",
            Self::Status => "Registry status",
        }
    }
}

/// One value of a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
pub struct Shown {
    /// As people read it: a provider's name, an address, a status. Names and addresses are not defanged.
    pub text: String,
    /// Whether only the network that announces an address speaks for it.
    pub is_weak: bool,
}

/// What a look-up showed of one aspect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Facet {
    /// Of what.
    pub aspect: Aspect,
    /// In order; empty when the answer was that there is none.
    pub values: Vec<Shown>,
    /// When the answer was asked for.
    pub asked_at: Timestamp,
    /// The answers it rests on; a refusal is one, too.
    pub observations: Vec<ObservationId>,
}

/// A host as one look-up left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HostPicture {
    /// The host.
    pub host: String,
    /// When the look-up began.
    pub at: Timestamp,
    /// What is known, each aspect at most once, in the order of [`Aspect::ALL`].
    pub facets: Vec<Facet>,
    /// What this look-up did not ask, or got no answer to; known from earlier ones, if at all.
    pub unanswered: Vec<Aspect>,
}

impl HostPicture {
    /// What it shows of one aspect.
    pub fn facet(&self, aspect: Aspect) -> Option<&Facet> {
        self.facets.iter().find(|it| it.aspect == aspect)
    }
}

/// An aspect that is otherwise than it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HostChange {
    /// Of what.
    pub aspect: Aspect,
    /// As it was.
    pub then: Facet,
    /// As it is.
    pub now: Facet,
}

/// What changed between two pictures of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HostDiff {
    /// The host.
    pub host: String,
    /// When the earlier look-up began.
    pub then_at: Timestamp,
    /// When the later one began.
    pub now_at: Timestamp,
    /// What is otherwise, in the order of [`Aspect::ALL`]; empty when nothing is.
    pub changes: Vec<HostChange>,
    /// What moved and means nothing: addresses and aliases that rotate within a provider, a serial alone.
    pub unimportant: Vec<String>,
    /// What the later look-up did not ask, or got no answer to.
    pub unanswered: Vec<Aspect>,
    /// All of it in one sentence, hosts and addresses defanged, fit for a letter.
    pub sentence: String,
    /// The same in Portuguese.
    pub sentence_pt: String,
}

impl HostDiff {
    /// The sentence in a language.
    pub fn sentence(&self, language: Language) -> &str {
        language.pick(&self.sentence, &self.sentence_pt)
    }
}

/// How often a host was looked at, and when something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ThenNow {
    /// The host.
    pub host: String,
    /// How many look-ups there are of it.
    pub n_pictures: u32,
    /// When the first of them began.
    pub first_at: Timestamp,
    /// When the newest began.
    pub last_at: Timestamp,
    /// Where two look-ups in a row differ, the newest first.
    pub diffs: Vec<HostDiff>,
}

/// Hosts that are looked up again and again while the desk is open and online.
///
/// The desk's own, like the queue of look-ups that wait: another desk that gets the case must not
/// begin to send because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Watch {
    /// Its id.
    pub id: WatchId,
    /// The case that keeps the answers.
    pub case: CaseId,
    /// The host; none for the hosts of all targets, as they are when it runs.
    pub host: Option<String>,
    /// Minutes from one look-up to the next.
    pub every_min: u32,
    /// The resolver that was chosen for it; none for the desk's own choice.
    pub resolver: Option<String>,
    /// When somebody set it.
    pub set_at: Timestamp,
    /// When it is due.
    pub next_at: Timestamp,
    /// When it last ran to its end.
    pub last_at: Option<Timestamp>,
    /// What came of the last time, in words.
    pub last: Option<String>,
}

/// What kind of news a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// A look-up showed something else than the one before.
    World,
    /// The tables of networks changed, and what is kept is judged otherwise.
    Rules,
}

/// Something that changed on a case and that nobody has marked as seen yet; the desk's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// The case.
    pub case: CaseId,
    /// The host.
    pub host: String,
    /// When it was noticed.
    pub at: Timestamp,
    /// What kind.
    pub kind: NewsKind,
    /// In one sentence.
    pub text: String,
}

/// What was judged of a host, by which tables: kept to say what other tables change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The case.
    pub case: CaseId,
    /// The host.
    pub host: String,
    /// SHA-256 of the tables, hex.
    pub rules: String,
    /// The newest answer it rests on.
    pub as_of: Timestamp,
    /// Who fills which role, in order: the role's word and the provider's name; ours end with ` (us)`.
    pub roles: Vec<(String, String)>,
}
