//! Who may see what: one table.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::id::Malformed;

/// Whom a text is for; also whom an export is made for. Written as `internal_team` or
/// `customer:<account id>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Type)]
#[specta(type = String)]
pub enum Audience {
    /// Counsel and those who work with counsel.
    PrivilegedLegal,
    /// The escalations team.
    InternalTeam,
    /// Everybody in the company.
    InternalCompany,
    /// Executives.
    Exec,
    /// One customer, by account id.
    Customer(String),
    /// Whoever reported.
    Reporter,
    /// A hosting provider or registrar.
    Host,
    /// Police or a court.
    Authority,
    /// A regulator.
    Regulator,
    /// Everybody.
    Public,
}

impl Audience {
    /// Whether the reader works here: sees our own titles and names.
    pub fn is_internal(&self) -> bool {
        matches!(
            self,
            Self::PrivilegedLegal | Self::InternalTeam | Self::InternalCompany | Self::Exec
        )
    }
}

/// Whether `reader` may see text meant for `audience`. Whatever is not listed is withheld.
pub fn sees(reader: &Audience, audience: &Audience) -> bool {
    use Audience as A;
    match (reader, audience) {
        (_, A::Public) | (A::PrivilegedLegal, _) => true,
        (A::InternalTeam, it) => *it != A::PrivilegedLegal,
        (
            A::Exec,
            A::Exec | A::InternalCompany | A::Customer(_) | A::Reporter | A::Host | A::Regulator,
        )
        | (A::InternalCompany, A::InternalCompany | A::Customer(_) | A::Host | A::Regulator) => {
            true
        }
        (A::Customer(reader), A::Customer(customer)) => reader == customer,
        (A::Reporter, A::Reporter)
        | (A::Host, A::Host)
        | (A::Authority, A::Authority)
        | (A::Regulator, A::Regulator) => true,
        _ => false,
    }
}

/// The audience of text that was made of two: whoever reads it may read both halves.
///
/// When neither is the stricter one (two customers), the text is the team's.
pub fn stricter(one: &Audience, other: &Audience) -> Audience {
    if sees(one, other) {
        one.clone()
    } else if sees(other, one) {
        other.clone()
    } else {
        Audience::InternalTeam
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrivilegedLegal => "privileged_legal",
            Self::InternalTeam => "internal_team",
            Self::InternalCompany => "internal_company",
            Self::Exec => "exec",
            Self::Customer(id) => return write!(f, "customer:{id}"),
            Self::Reporter => "reporter",
            Self::Host => "host",
            Self::Authority => "authority",
            Self::Regulator => "regulator",
            Self::Public => "public",
        })
    }
}

impl FromStr for Audience {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        Ok(match text {
            "privileged_legal" => Self::PrivilegedLegal,
            "internal_team" => Self::InternalTeam,
            "internal_company" => Self::InternalCompany,
            "exec" => Self::Exec,
            "reporter" => Self::Reporter,
            "host" => Self::Host,
            "authority" => Self::Authority,
            "regulator" => Self::Regulator,
            "public" => Self::Public,
            other => match other.strip_prefix("customer:") {
                Some(id) if !id.trim().is_empty() => Self::Customer(id.trim().to_owned()),
                _ => {
                    return Err(Malformed {
                        what: "audience: privileged_legal, internal_team, internal_company, exec, \
                               customer:<account id>, reporter, host, authority, regulator or public",
                    });
                }
            },
        })
    }
}

impl Serialize for Audience {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
