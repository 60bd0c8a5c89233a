//! What the world answered, and what follows from it.
//!
//! An observation is evidence: the question, who was asked, when, the bytes and the parsed form.
//! A verdict is an index: recomputed from observations whenever the rules change.

/// Messages of a batch as one original.
pub mod messages;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    id::{Digest, ObservationId},
    registry::{RegistryObject, RegistryRecord, RegistrySaid},
    time::Timestamp,
};

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Question {
    /// A DNS question. `name` is ASCII without trailing dot, `record_type` as in `AAAA`.
    Dns {
        /// Owner name.
        name: String,
        /// Record type mnemonic.
        record_type: String,
    },
    /// Whether any name under a parent has an address, asked with a name that somebody made up.
    Wildcard {
        /// The parent.
        under: String,
        /// The label that was made up; empty until it is asked.
        label: String,
    },
    /// A DNS question to a name server of the zone itself, past the resolver.
    Authority {
        /// Owner name.
        name: String,
        /// Record type mnemonic.
        record_type: String,
        /// The name server's own name.
        server: String,
    },
    /// Which autonomous system announces an address, from the offline table.
    Asn {
        /// The address.
        ip: String,
    },
    /// What the registry's RDAP server says.
    Rdap {
        /// What kind of thing is asked about.
        object: RegistryObject,
        /// A name in lower-case ASCII, an address, or `AS64496`.
        about: String,
    },
    /// What the registry's WHOIS server says about a domain; the last resort.
    Whois {
        /// The domain in lower-case ASCII.
        about: String,
    },
}

impl Question {
    /// `login.example.test A`, `*.example.test A`, `example.test SOA of ns1.example.test`, `192.0.2.7 ASN`, `example.test RDAP`.
    pub fn display(&self) -> String {
        match self {
            Self::Dns { name, record_type } => format!("{name} {record_type}"),
            // Without the label: the newest answer counts, whatever was made up for it.
            Self::Wildcard { under, .. } => format!("*.{under} A"),
            Self::Authority { name, record_type, server } => {
                format!("{name} {record_type} of {server}")
            }
            Self::Asn { ip } => format!("{ip} ASN"),
            Self::Rdap { about, .. } => format!("{about} RDAP"),
            Self::Whois { about } => format!("{about} WHOIS"),
        }
    }

    /// The name or address that it is about.
    pub fn about(&self) -> &str {
        match self {
            Self::Dns { name, .. } | Self::Authority { name, .. } => name,
            Self::Wildcard { under, .. } => under,
            Self::Asn { ip } => ip,
            Self::Rdap { about, .. } | Self::Whois { about } => about,
        }
    }

    /// The object that a registry was asked about; none when it was not a registry.
    pub fn of_registry(&self) -> Option<(RegistryObject, &str)> {
        match self {
            Self::Rdap { object, about } => Some((*object, about)),
            Self::Whois { about } => Some((RegistryObject::Domain, about)),
            Self::Dns { .. }
            | Self::Wildcard { .. }
            | Self::Authority { .. }
            | Self::Asn { .. } => None,
        }
    }
}

/// One resource record of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Record {
    /// Owner name, lower case, without trailing dot.
    pub name: String,
    /// Type mnemonic (`A`, `CNAME`, …) or `TYPE65400`.
    pub record_type: String,
    /// Time to live, as received.
    pub ttl_s: u32,
    /// Data in presentation form; TXT strings are quoted one by one.
    pub data: String,
}

/// How a question ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// The server answered; NXDOMAIN is an answer too.
    Dns {
        /// `NOERROR`, `NXDOMAIN`, `SERVFAIL`, …
        rcode: String,
        /// Header flags that were set: `aa`, `tc`, `rd`, `ra`, `ad`, `cd`.
        flags: Vec<String>,
        /// Answer section.
        answers: Vec<Record>,
        /// Authority section.
        authority: Vec<Record>,
        /// Extended DNS errors (RFC 8914) as `code: text`.
        extended_errors: Vec<String>,
    },
    /// The offline table has the address.
    Asn {
        /// Autonomous system number.
        asn: u32,
        /// Holder as the table names it.
        holder: String,
        /// The range of the table that the address is in, `203.0.113.0/24` or first and last address;
        /// none where an older version did not keep it.
        #[serde(default)]
        range: Option<String>,
    },
    /// The offline table has no entry for the address.
    NotInTable,
    /// The registry has an entry.
    Registered {
        /// HTTP status.
        status: u16,
        /// The addresses that led on to the one that answered, in order.
        redirected_by: Vec<String>,
        /// What it says.
        record: Box<RegistryRecord>,
    },
    /// The registry has no such entry; an answer like any other.
    NotRegistered {
        /// HTTP status.
        status: u16,
        /// The addresses that led on to the one that answered, in order.
        redirected_by: Vec<String>,
    },
    /// A text from a WHOIS server. It has no agreed form, so what is read from it is a hint, and a
    /// text that could not be read says nothing about whether the domain is registered.
    Whois {
        /// The text, at most 16 KiB of it; the whole is kept as it came.
        text: String,
        /// What could be read.
        record: Option<Box<RegistryRecord>>,
    },
    /// Nothing usable came back; `reason` says what happened, in plain words.
    NoAnswer {
        /// For example `no answer within 5 s`.
        reason: String,
    },
}

impl Answer {
    /// For a list: what came back, in a line.
    pub fn in_one_line(&self) -> String {
        match self {
            // A server that knows who knows.
            Self::Dns { rcode, answers, authority, .. }
                if answers.is_empty() && authority.iter().any(|it| it.record_type == "NS") =>
            {
                let servers = authority.iter().filter(|it| it.record_type == "NS");
                let servers: Vec<_> = servers.map(|it| it.data.as_str()).collect();
                format!("{rcode}, ask {}", servers.join(", "))
            }
            Self::Dns { rcode, answers, .. } => {
                let data: Vec<_> =
                    answers.iter().map(|it| format!("{} {}", it.record_type, it.data)).collect();
                format!("{rcode} {}", data.join(", ")).trim_end().to_owned()
            }
            Self::Asn { asn, holder, range: Some(range) } => format!("AS{asn} {holder}, {range}"),
            Self::Asn { asn, holder, range: None } => format!("AS{asn} {holder}"),
            Self::NotInTable => "not in the table".to_owned(),
            Self::Registered { record, .. } => record.in_one_line(),
            Self::NotRegistered { .. } => "the registry has no such entry".to_owned(),
            Self::Whois { record: Some(record), .. } => {
                format!("{} (read from a WHOIS text)", record.in_one_line())
            }
            Self::Whois { record: None, .. } => {
                "a WHOIS text that only a person can read".to_owned()
            }
            Self::NoAnswer { reason } => reason.clone(),
        }
    }
}

/// One answer from the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Observation {
    /// Its id.
    pub id: ObservationId,
    /// What was asked.
    pub question: Question,
    /// Who was asked: `192.0.2.53:53`, `tls://dns.example#192.0.2.53`, `asn table of 2026-06-17`, the URL that answered.
    pub server: String,
    /// `udp`, `tcp`, `dot`, `doh`, `table`, `https`, `http`, `whois`.
    pub transport: String,
    /// When the question left.
    pub asked_at: Timestamp,
    /// Milliseconds until the answer, or until we gave up.
    pub round_trip_ms: u32,
    /// How it ended.
    pub answer: Answer,
    /// SHA-256 of the wire message as received. None when nothing came.
    pub wire: Option<Digest>,
}

/// What somebody does for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registered the domain.
    Registrar,
    /// Answers its DNS.
    Dns,
    /// Stands in front of it.
    Proxy,
    /// Runs the machine.
    Host,
    /// Stores the object.
    Storage,
    /// Takes its mail.
    Mail,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One weak sign, such as the address's network alone.
    Low,
    /// A name in the DNS that could also be a leftover.
    Medium,
    /// A published range or the operator's own names.
    High,
}

/// Why we believe a finding: the rule, where it comes from, and the answer it matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Why {
    /// A sentence: `A record 192.0.2.7 is in 192.0.2.0/24`.
    pub text: String,
    /// Where the rule comes from.
    pub source: String,
    /// Date of the rule.
    pub as_of: String,
    /// The answer it matched.
    pub observation: ObservationId,
}

/// Who fills a role, as far as the observations show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Finding {
    /// The role.
    pub role: Role,
    /// The provider's name.
    pub provider: String,
    /// Their service, where the rule knows it (`reverse proxy`).
    pub service: Option<String>,
    /// Whether it is our own network.
    pub ours: bool,
    /// Where they take abuse reports, when the table knows.
    pub abuse_contact: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Evidence, strongest first; never empty.
    pub why: Vec<Why>,
}

/// Who provides what for one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProviderVerdict {
    /// The host.
    pub host: String,
    /// One sentence: `We are its proxy; the origin is not visible from outside.`
    pub summary: String,
    /// At most one finding per role and provider, ordered by role.
    pub findings: Vec<Finding>,
    /// Whether any role is ours.
    pub ours: bool,
    /// What we could do about it, narrowest first; empty when it is not ours.
    pub we_can: Vec<String>,
    /// Things a reader must know: `does not exist`, `CNAME leads nowhere`, `CNAME loop`.
    pub notes: Vec<String>,
    /// What the registries say about its domain and its addresses.
    pub registries: Vec<RegistrySaid>,
    /// The newest answer it rests on.
    pub as_of: Option<Timestamp>,
    /// The customer of ours through whose name the host reaches us, when that is not the host's own.
    pub platform: Option<String>,
}

/// Somebody whom a verdict concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Party {
    /// `Granite Names`, `Our customer`.
    pub who: String,
    /// What they have to do with it: `is its registrar`.
    pub part: String,
    /// Where they take reports of abuse, when that is known.
    pub contact: Option<String>,
    /// What they may be told, and what not.
    pub may_be_told: String,
}
