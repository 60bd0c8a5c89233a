//! Signs: what a name shows that another name may show as well.
//!
//! A list is grouped by them, and names that share rare ones may be one actor's. Which signs an
//! answer has is read in `lookup`; pure words here.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{case::words, id::Malformed, lookup::Role};

words! {
    /// What kind of sign.
    SignKind {
        /// Who stands in front of it.
        Proxy = "proxy", "Proxy";
        /// Who runs the machine.
        Host = "host", "Host";
        /// Who stores the object.
        Storage = "storage", "Storage";
        /// Who answers its DNS.
        Dns = "dns", "DNS provider";
        /// Who takes its mail.
        Mail = "mail", "Mail provider";
        /// Who registered its domain.
        Registrar = "registrar", "Registrar";
        /// An address.
        Address = "address", "Address";
        /// The /24 or /48 around an address.
        Prefix = "prefix", "Prefix";
        /// Who announces an address.
        Asn = "asn", "Network (ASN)";
        /// All name servers of its domain, in order.
        NsSet = "ns_set", "Name servers";
        /// All mail servers of its domain, in order.
        MxSet = "mx_set", "Mail servers";
        /// Whoever the SOA record says is responsible.
        Soa = "soa", "SOA contact";
        /// The name that it leads to.
        Cname = "cname", "CNAME target";
        /// Its name at a platform: a project or an account.
        Account = "account", "Name at a platform";
        /// What proves to a service that somebody holds the domain.
        Verification = "verification", "Verification token";
        /// A key that signs mail.
        Dkim = "dkim", "DKIM key";
        /// The account that may have certificates.
        CaaAccount = "caa_account", "CAA account";
        /// Its registrar and the minute it was registered.
        Registered = "registered", "Registered together";
        /// Its registrable domain.
        Domain = "domain", "Registrable domain";
        /// What came of it.
        Outcome = "outcome", "Outcome";
    }
}

impl SignKind {
    /// The kind that a provider of this role is.
    pub fn of_role(role: Role) -> Self {
        match role {
            Role::Registrar => Self::Registrar,
            Role::Dns => Self::Dns,
            Role::Proxy => Self::Proxy,
            Role::Host => Self::Host,
            Role::Storage => Self::Storage,
            Role::Mail => Self::Mail,
        }
    }

    /// How much two names say about each other that share a rare one, and which kinds say the same
    /// thing twice; none for what many share without knowing of each other.
    pub(crate) fn weight(self) -> Option<(f64, Family)> {
        match self {
            Self::Verification | Self::Dkim | Self::CaaAccount => Some((5.0, Family::Token)),
            Self::Account => Some((4.5, Family::Target)),
            Self::Cname => Some((3.0, Family::Target)),
            Self::Registered => Some((3.0, Family::Registration)),
            Self::Address => Some((3.0, Family::Address)),
            Self::Prefix => Some((0.7, Family::Address)),
            Self::Soa | Self::NsSet => Some((1.4, Family::Delegation)),
            Self::MxSet => Some((1.4, Family::Mail)),
            Self::Proxy
            | Self::Host
            | Self::Storage
            | Self::Dns
            | Self::Mail
            | Self::Registrar
            | Self::Asn
            | Self::Domain
            | Self::Outcome => None,
        }
    }
}

/// Kinds that come from one cause: whoever shares one mostly shares the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Token,
    Target,
    Registration,
    Address,
    Delegation,
    Mail,
}

impl Family {
    pub(crate) const N: usize = 6;
}

/// Something that a name shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct Sign {
    /// What kind.
    pub kind: SignKind,
    /// The value, in one spelling.
    pub value: String,
}

/// A sign that a name shows, and whether it is of a provider whose customers all show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The sign.
    pub sign: Sign,
    /// Whether it is of a provider whose customers all show it.
    pub is_common: bool,
}
