//! What a registry says about a domain, a name server, an address or an autonomous system.
//!
//! The words of RDAP (RFC 9083) and of WHOIS in the words of the trade. Pure data; reading a
//! registry's answer is the work of `lookup`.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::ObservationId,
    lookup::{Answer, Observation},
    time::Timestamp,
};

/// What kind of object a registry is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RegistryObject {
    /// A registrable domain.
    Domain,
    /// A name server.
    Nameserver,
    /// An address, answered with the network around it.
    Ip,
    /// An autonomous system.
    Autnum,
}

impl RegistryObject {
    /// The word for people: `domain`, `name server`, `network`, `autonomous system`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Nameserver => "name server",
            Self::Ip => "network",
            Self::Autnum => "autonomous system",
        }
    }
}

/// Who registered a domain for its holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Registrar {
    /// Its name as the registry writes it; the handle when there is no name.
    pub name: String,
    /// IANA's number for it, when the registry tells.
    pub iana_id: Option<String>,
}

/// Something that happened to an object, or will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RegistryEvent {
    /// `registration`, `last changed`, `expiration`, `transfer`, …
    pub action: String,
    /// When, as the registry writes it.
    pub written: String,
    /// The same instant, when it can be read.
    pub at: Option<Timestamp>,
}

/// Where abuse is reported, as the registry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AbuseContact {
    /// Its name, when there is one.
    pub name: Option<String>,
    /// Mail addresses, as written.
    pub emails: Vec<String>,
    /// Telephone numbers, as written.
    pub phones: Vec<String>,
    /// Where in the answer it stood: `registrar Granite Names › abuse`.
    pub found_in: String,
}

/// A registry's entry, read from its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RegistryRecord {
    /// What it is about.
    pub object: RegistryObject,
    /// `harbour-verify.test`, `192.0.2.0 - 192.0.2.255`, `AS64496`.
    pub name: String,
    /// The name in its own script, or the network's name.
    pub label: Option<String>,
    /// The registry's own number for it.
    pub handle: Option<String>,
    /// Who holds it, when that is not withheld.
    pub holder: Option<String>,
    /// Who registered it; domains only.
    pub registrar: Option<Registrar>,
    /// In the order of the answer.
    pub events: Vec<RegistryEvent>,
    /// `active`, `client hold`, …
    pub statuses: Vec<String>,
    /// Lower case, without trailing dot.
    pub nameservers: Vec<String>,
    /// Whether the delegation is signed; none when the answer does not say.
    pub dnssec: Option<bool>,
    /// What the registry says it withholds.
    pub redacted: Vec<String>,
    /// The nearest first; empty when the answer has none.
    pub abuse: Vec<AbuseContact>,
    /// The registrar's own RDAP address for it; it was not asked.
    pub related: Option<String>,
    /// What in the answer is not as the standard says.
    pub oddities: Vec<String>,
}

impl RegistryRecord {
    /// A record that says nothing yet.
    pub fn about(object: RegistryObject, name: impl Into<String>) -> Self {
        Self {
            object,
            name: name.into(),
            label: None,
            handle: None,
            holder: None,
            registrar: None,
            events: Vec::new(),
            statuses: Vec::new(),
            nameservers: Vec::new(),
            dnssec: None,
            redacted: Vec::new(),
            abuse: Vec::new(),
            related: None,
            oddities: Vec::new(),
        }
    }

    /// The first abuse mail address.
    pub fn abuse_email(&self) -> Option<&str> {
        self.abuse.iter().find_map(|it| it.emails.first()).map(String::as_str)
    }

    /// For a terminal: `Driftnet Names (IANA 9996); registered 2026-11-19; abuse@driftnet.test`.
    pub fn in_one_line(&self) -> String {
        let mut parts = Vec::new();
        if let Some(registrar) = &self.registrar {
            parts.push(match &registrar.iana_id {
                Some(id) => format!("{} (IANA {id})", registrar.name),
                None => registrar.name.clone(),
            });
        }
        parts.extend(self.holder.iter().map(|it| format!("held by {it}")));
        for event in &self.events {
            let day = event.written.split('T').next().unwrap_or_default();
            match event.action.as_str() {
                "registration" => parts.push(format!("registered {day}")),
                "expiration" => parts.push(format!("expires {day}")),
                _ => {}
            }
        }
        if !self.statuses.is_empty() {
            parts.push(self.statuses.join(", "));
        }
        parts.push(match self.abuse_email() {
            Some(email) => format!("abuse contact {email}"),
            None => "no abuse contact in the answer".to_owned(),
        });
        parts.join("; ")
    }
}

/// One thing that a registry was asked about a host, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RegistrySaid {
    /// The evidence.
    pub observation: ObservationId,
    /// What was asked: `harbour-verify.test`, `192.0.2.7`, `AS64496`.
    pub about: String,
    /// What kind of thing that is.
    pub object: RegistryObject,
    /// Who answered.
    pub server: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// One sentence, whatever happened.
    pub summary: String,
    /// The entry, when there is one that could be read.
    pub record: Option<RegistryRecord>,
    /// A WHOIS text as it came, cut at 16 KiB; the whole is kept as evidence.
    pub text: Option<String>,
}

impl RegistrySaid {
    /// What an observation of a registry means; none for other observations.
    pub fn of(observation: &Observation) -> Option<Self> {
        let (object, about) = observation.question.of_registry()?;
        let (record, text) = match &observation.answer {
            Answer::Registered { record, .. } => (Some(record.as_ref().clone()), None),
            Answer::Whois { record, text } => {
                (record.as_ref().map(|it| it.as_ref().clone()), Some(text.clone()))
            }
            _ => (None, None),
        };
        Some(Self {
            observation: observation.id,
            about: about.to_owned(),
            object,
            server: observation.server.clone(),
            asked_at: observation.asked_at,
            summary: observation.answer.in_one_line(),
            record,
            text,
        })
    }
}
