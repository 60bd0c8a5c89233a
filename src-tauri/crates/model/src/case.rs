//! What we handle: the case, its facts and its targets.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{CaseId, Malformed, MemberId, NoteId},
    observable::Observable,
    time::Timestamp,
};

/// The number people say: `ESC-2026-0042`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Type)]
#[specta(type = String)]
pub struct CaseRef {
    /// Year the case was opened, UTC.
    pub year: i16,
    /// Counts from 1 in each year.
    pub number: u32,
}

impl fmt::Display for CaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ESC-{}-{:04}", self.year, self.number)
    }
}

impl FromStr for CaseRef {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed { what: "case reference (ESC-2026-0042)" };
        let upper = text.trim().to_ascii_uppercase();
        let (year, number) = upper
            .strip_prefix("ESC-")
            .and_then(|rest| rest.split_once('-'))
            .ok_or_else(malformed)?;
        Ok(Self {
            year: year.parse().map_err(|_| malformed())?,
            number: number.parse().map_err(|_| malformed())?,
        })
    }
}

impl Serialize for CaseRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaseRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Declares an enum whose variants have one word, the same in SQL, JSON, the command line and TypeScript.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in the order a person should see them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in SQL, JSON and on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The words on screen.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }
        }

        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                Self::ALL.iter().copied().find(|it| it.word() == text)
                    .ok_or(Malformed { what: concat!(stringify!($name), ", one of: ", $($word, " ",)*) })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What kind of trouble it is.
    Category {
        /// A page that steals credentials.
        Phishing = "phishing", "Phishing";
        /// Malware is served or controlled.
        Malware = "malware", "Malware";
        /// A botnet's controller.
        Botnet = "botnet", "Botnet controller";
        /// A copyright notice or counter-notice.
        Copyright = "copyright", "Copyright";
        /// A trademark dispute.
        Trademark = "trademark", "Trademark";
        /// Child safety; references only, never media.
        ChildSafety = "child_safety", "Child safety";
        /// Intimate images without consent.
        IntimateImages = "intimate_images", "Intimate images";
        /// Threats, harassment, doxxing.
        Threats = "threats", "Threats and harassment";
        /// Terrorist content.
        TerroristContent = "terrorist_content", "Terrorist content";
        /// A court or an authority orders something.
        LegalOrder = "legal_order", "Legal order";
        /// A request for data, an emergency request among them.
        DataRequest = "data_request", "Data request";
        /// A domain was taken from its holder.
        RegistrarHijack = "registrar_hijack", "Registrar hijack";
        /// We blocked, broke or missed something.
        OurMistake = "our_mistake", "Our mistake";
        /// A journalist or an executive asks.
        Inquiry = "inquiry", "Inquiry";
        /// None of these.
        Other = "other", "Other";
    }
}

impl Category {
    /// Whether everything of this kind is hidden until somebody opens it.
    pub fn is_sensitive(self) -> bool {
        matches!(self, Self::ChildSafety | Self::IntimateImages)
    }
}

words! {
    /// How bad it is; shown by shape, word and colour.
    Severity {
        /// Lives, safety, or a customer down because of us.
        Critical = "critical", "Critical";
        /// Serious harm going on now.
        High = "high", "High";
        /// Harm that can wait for the day.
        Medium = "medium", "Medium";
        /// Little harm.
        Low = "low", "Low";
    }
}

words! {
    /// Where a case stands.
    Status {
        /// Nobody looked yet.
        New = "new", "New";
        /// Category and severity are set.
        Triaged = "triaged", "Triaged";
        /// Somebody works on it.
        Investigating = "investigating", "Investigating";
        /// Somebody else has the next move.
        Waiting = "waiting", "Waiting";
        /// The harm is stopped.
        Mitigated = "mitigated", "Mitigated";
        /// Everything is answered.
        Resolved = "resolved", "Resolved";
        /// Done.
        Closed = "closed", "Closed";
    }
}

impl Status {
    /// 0 when it is on us, higher the less there is to do.
    pub fn work_left(self) -> u8 {
        match self {
            Self::New | Self::Triaged | Self::Investigating => 0,
            Self::Waiting => 1,
            Self::Mitigated => 2,
            Self::Resolved | Self::Closed => 3,
        }
    }
}

words! {
    /// What a person has to do with a case.
    PersonRole {
        /// Complained.
        Reporter = "reporter", "Reporter";
        /// Pays us.
        Customer = "customer", "Customer";
        /// Runs the site.
        SiteOperator = "site_operator", "Site operator";
        /// Uses our customer's platform.
        Tenant = "tenant", "Tenant";
        /// Is harmed.
        Victim = "victim", "Victim";
        /// Court, police, regulator.
        Authority = "authority", "Authority";
        /// Works with us.
        Colleague = "colleague", "Colleague";
    }
}

words! {
    /// How closely a case is held.
    Sensitivity {
        /// As any case.
        Normal = "normal", "Normal";
        /// Hidden until asked for.
        Sensitive = "sensitive", "Sensitive";
        /// Nobody outside may notice it: hidden as well, and nothing about it leaves this computer.
        Covert = "covert", "Covert";
    }
}

/// Somebody in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Person {
    /// What they have to do with it.
    pub role: PersonRole,
    /// Name, or what we call them.
    pub name: String,
    /// How to reach them.
    pub address: Option<String>,
}

/// What our own systems know about a customer; typed or pasted by the investigator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Account {
    /// Our account id; the `<id>` in the audience `customer:<id>`.
    pub id: String,
    /// The customer's name.
    pub name: String,
    /// Whether it is one of our own production accounts.
    pub internal: bool,
    /// Where this was read.
    pub source: String,
    /// When it was read.
    pub as_of: Timestamp,
    /// Hosts and zones that it has with us, lower case; empty when nobody wrote them down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// What it has with us: plan and services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Where its content really is, which nobody sees from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Account {
    /// An account of which nothing but its name is known.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        source: impl Into<String>,
        as_of: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            internal: false,
            source: source.into(),
            as_of,
            zones: Vec::new(),
            plan: None,
            origin: None,
        }
    }

    /// Whether a host is in one of its zones.
    pub fn has(&self, host: &str) -> bool {
        let is_within = |zone: &String| {
            host.strip_suffix(zone.as_str()).is_some_and(|it| it.is_empty() || it.ends_with('.'))
        };
        self.zones.iter().any(is_within)
    }
}

/// The facts of a case that a person may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CaseFacts {
    /// One line.
    pub title: String,
    /// What kind of trouble.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Why that severity.
    pub severity_reason: String,
    /// Where it stands.
    pub status: Status,
    /// On whom it waits, when it waits.
    pub waiting_on: Option<String>,
    /// Statutes or policies it rests on.
    pub legal_bases: Vec<String>,
    /// Who works on it.
    pub assignee: Option<MemberId>,
    /// Who asks internally.
    pub asked_by: Option<String>,
    /// Country or court.
    pub jurisdiction: Option<String>,
    /// How closely it is held.
    pub sensitivity: Sensitivity,
    /// Ticket numbers elsewhere.
    pub tickets: Vec<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// Who is who.
    pub people: Vec<Person>,
    /// Customers concerned.
    pub accounts: Vec<Account>,
}

impl CaseFacts {
    /// Whether it is hidden until somebody opens it.
    pub fn is_sensitive(&self) -> bool {
        self.sensitivity != Sensitivity::Normal || self.category.is_sensitive()
    }

    /// Whether nothing about it may leave this computer.
    pub fn is_covert(&self) -> bool {
        self.sensitivity == Sensitivity::Covert
    }
}

/// What we handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its number for people.
    pub reference: CaseRef,
    /// Its number on the desk that opened it, when that is another case's number here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[specta(optional)]
    pub theirs: Option<CaseRef>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: MemberId,
    /// What may change.
    pub facts: CaseFacts,
}

/// What became of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", content = "note", rename_all = "snake_case")]
pub enum Outcome {
    /// Not settled.
    Pending,
    /// We acted on it.
    Mitigated,
    /// Not on our network.
    NotOurs,
    /// Gone before we acted.
    AlreadyGone,
    /// Passed on to whoever can act; says to whom.
    Forwarded(String),
    /// Declined; says why.
    Declined(String),
}

impl Outcome {
    /// The word in SQL and on the command line.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Mitigated => "mitigated",
            Self::NotOurs => "not_ours",
            Self::AlreadyGone => "already_gone",
            Self::Forwarded(_) => "forwarded",
            Self::Declined(_) => "declined",
        }
    }

    /// For people: `forwarded to Example Hosting`.
    pub fn display(&self) -> String {
        match self {
            Self::Pending => "pending".into(),
            Self::Mitigated => "mitigated".into(),
            Self::NotOurs => "not ours".into(),
            Self::AlreadyGone => "already gone".into(),
            Self::Forwarded(to) => format!("forwarded to {to}"),
            Self::Declined(why) => format!("declined: {why}"),
        }
    }
}

/// An observable that we are asked to act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Target {
    /// The value.
    pub observable: Observable,
    /// What became of it.
    pub outcome: Outcome,
}

/// Something a person wrote down on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// When.
    pub written_at: Timestamp,
    /// By whom.
    pub written_by: MemberId,
    /// Plain text.
    pub text: String,
}
