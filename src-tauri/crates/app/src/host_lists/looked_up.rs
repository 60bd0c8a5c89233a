//! A host that was looked up, as scripts and the table read it.

use std::{collections::HashSet, net::IpAddr};

use farol_lookup::{AsnTable, registrable_domain};
use farol_model::{
    id::Digest,
    lookup::{Answer, Confidence, Observation, ProviderVerdict, Question, Record, Role},
    time::Timestamp,
};
use serde::Serialize;

/// One host of a list: what was asked, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookedUp {
    /// The host in normal form, or the line as it was written when it is none.
    pub name: String,
    /// Its registrable domain; none for an address.
    pub registrable: Option<String>,
    /// Every answer, in the order of the questions.
    pub observations: Vec<Observed>,
    /// The addresses found, with who announces them.
    pub addresses: Vec<Address>,
    /// Who provides what.
    pub roles: Vec<Provides>,
    /// The verdict in one sentence.
    pub summary: String,
    /// Whether it leads to another name that does not exist.
    pub dangling: bool,
    /// Why it is not known where it leads; none when that is known.
    pub error: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// What was asked about.
    pub name: String,
    /// The record type; `ASN`, `RDAP` or `WHOIS` for what is no DNS.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The name server of the zone that was asked itself; none for the resolver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// The response code; none when nothing usable came.
    pub rcode: Option<String>,
    /// Records of the answer, without the chain that leads to them.
    pub answers: Vec<Record>,
    /// The names that CNAME records lead through, in order.
    pub chain: Vec<String>,
    /// Header flags.
    pub flags: Vec<String>,
    /// Extended errors.
    pub extended_errors: Vec<String>,
    /// What came, in a line, when it is no DNS answer.
    pub said: Option<String>,
    /// Who was asked.
    pub server: String,
    /// How.
    pub transport: String,
    /// When.
    pub at: Timestamp,
    /// Milliseconds until the answer.
    pub round_trip_ms: u32,
    /// SHA-256 of the bytes as they came.
    pub sha256: Option<Digest>,
}

/// An address and who announces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// The range of the table that it is in, as a prefix where it is one.
    pub range: Option<String>,
    /// The autonomous system, when the table knows.
    pub asn: Option<u32>,
    /// Its holder.
    pub holder: Option<String>,
}

/// A role and who fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provides {
    /// The role.
    pub role: Role,
    /// The provider.
    pub provider: String,
    /// Whether that is our own network.
    pub ours: bool,
    /// Their service, where it is known.
    pub service: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub reasons: Vec<String>,
}

impl LookedUp {
    /// A host from its observations and the verdict on them.
    pub fn of(observations: &[Observation], verdict: ProviderVerdict, asn: &AsnTable) -> Self {
        let host = verdict.host;
        let roles = verdict.findings.into_iter().map(|it| Provides {
            role: it.role,
            provider: it.provider,
            ours: it.ours,
            service: it.service,
            confidence: it.confidence,
            reasons: it.why.into_iter().map(|why| why.text).collect(),
        });
        let seen: Vec<Observed> = observations.iter().map(Observed::of).collect();
        Self {
            registrable: registrable_domain(&host),
            addresses: addresses(&host, observations, asn),
            roles: roles.collect(),
            summary: verdict.summary,
            dangling: is_dangling(&host, &names(&host, observations), &seen),
            error: error(&host, observations),
            observations: seen,
            name: host,
        }
    }

    /// A line of the list that is no host; nothing was sent for it.
    pub fn refused(line: &str) -> Self {
        Self {
            name: line.chars().take(200).collect(),
            registrable: None,
            observations: Vec::new(),
            addresses: Vec::new(),
            roles: Vec::new(),
            summary: "Not a host name, URL, IP address or mail address; nothing was sent."
                .to_owned(),
            dangling: false,
            error: Some("not a host name, URL, IP address or mail address".to_owned()),
        }
    }
}

impl Observed {
    fn of(it: &Observation) -> Self {
        let (name, record_type) = match &it.question {
            Question::Dns { name, record_type } => (name.clone(), record_type.clone()),
            Question::Wildcard { under, .. } => (format!("*.{under}"), "WILDCARD".to_owned()),
            Question::Authority { name, record_type, .. } => (name.clone(), record_type.clone()),
            Question::Asn { ip } => (ip.clone(), "ASN".to_owned()),
            Question::Rdap { about, .. } => (about.clone(), "RDAP".to_owned()),
            Question::Whois { about } => (about.clone(), "WHOIS".to_owned()),
        };
        let mut seen = Self {
            name,
            record_type,
            authority: match &it.question {
                Question::Authority { server, .. } => Some(server.clone()),
                _ => None,
            },
            rcode: None,
            answers: Vec::new(),
            chain: Vec::new(),
            flags: Vec::new(),
            extended_errors: Vec::new(),
            said: None,
            server: it.server.clone(),
            transport: it.transport.clone(),
            at: it.asked_at,
            round_trip_ms: it.round_trip_ms,
            sha256: it.wire,
        };
        match &it.answer {
            Answer::Dns { rcode, flags, answers, extended_errors, .. } => {
                seen.rcode = Some(rcode.clone());
                seen.flags.clone_from(flags);
                seen.extended_errors.clone_from(extended_errors);
                seen.chain = chain(&seen.name, answers);
                let is_asked_for =
                    |it: &&Record| it.record_type != "CNAME" || seen.record_type == "CNAME";
                seen.answers = answers.iter().filter(is_asked_for).cloned().collect();
            }
            other => seen.said = Some(other.in_one_line()),
        }
        seen
    }
}

/// The names that CNAME records lead through; a circle ends with the name that came twice.
fn chain(start: &str, answers: &[Record]) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    let mut name = start;
    while let Some(next) = answers.iter().find(|it| it.record_type == "CNAME" && it.name == name) {
        let is_circle = next.data == start || chain.contains(&next.data);
        chain.push(next.data.clone());
        if is_circle {
            break;
        }
        name = &next.data;
    }
    chain
}

fn addresses(host: &str, observations: &[Observation], asn: &AsnTable) -> Vec<Address> {
    let names = names(host, observations);
    let found = records(observations)
        .filter(|it| names.contains(it.name.as_str()))
        .filter(|it| matches!(it.record_type.as_str(), "A" | "AAAA"))
        .filter_map(|it| it.data.parse().ok());
    let mut addresses: Vec<IpAddr> = host.parse().into_iter().chain(found).collect();
    addresses.sort_unstable();
    addresses.dedup();
    let announced = |ip: IpAddr| {
        let found = asn.lookup(ip);
        Address {
            ip,
            range: found.map(|it| it.range()),
            asn: found.map(|it| it.asn),
            holder: found.map(|it| it.holder.to_owned()),
        }
    };
    addresses.into_iter().map(announced).collect()
}

/// Records that the resolver gave.
fn records(observations: &[Observation]) -> impl Iterator<Item = &Record> {
    let of_resolver = observations.iter().filter(|it| matches!(it.question, Question::Dns { .. }));
    let answers = of_resolver.filter_map(|it| match &it.answer {
        Answer::Dns { answers, .. } => Some(answers),
        _ => None,
    });
    answers.flatten()
}

/// A host and the names that its CNAME records lead through.
fn names<'a>(host: &'a str, observations: &'a [Observation]) -> HashSet<&'a str> {
    let mut names = HashSet::from([host]);
    let mut name = Some(host);
    while let Some(known) = name {
        let is_next = |it: &&Record| it.record_type == "CNAME" && it.name == known;
        let next = records(observations).find(is_next).map(|it| it.data.as_str());
        name = next.filter(|it| names.insert(it));
    }
    names
}

fn is_dangling(host: &str, names: &HashSet<&str>, observations: &[Observed]) -> bool {
    let of_resolver = observations.iter().filter(|it| it.authority.is_none());
    of_resolver.filter(|it| names.contains(it.name.as_str())).any(|it| {
        let is_about_address = matches!(it.record_type.as_str(), "A" | "AAAA");
        let is_led_there = !it.chain.is_empty() || it.name != host;
        is_about_address && is_led_there && it.rcode.as_deref() == Some("NXDOMAIN")
    })
}

/// Why the host's own questions were not all answered.
fn error(host: &str, observations: &[Observation]) -> Option<String> {
    let about_host = observations
        .iter()
        .filter(|it| matches!(&it.question, Question::Dns { name, .. } if name == host));
    about_host
        .filter_map(|it| match &it.answer {
            Answer::NoAnswer { reason } => Some(reason.clone()),
            Answer::Dns { rcode, extended_errors, .. }
                if rcode != "NOERROR" && rcode != "NXDOMAIN" =>
            {
                Some([std::slice::from_ref(rcode), extended_errors.as_slice()].concat().join("; "))
            }
            _ => None,
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_told_in_order_and_a_circle_ends() {
        let record = |name: &str, data: &str| Record {
            name: name.into(),
            record_type: "CNAME".into(),
            ttl_s: 60,
            data: data.into(),
        };
        let records = [record("b.test", "c.test"), record("a.test", "b.test")];
        assert_eq!(chain("a.test", &records), ["b.test", "c.test"]);
        let circle = [record("a.test", "b.test"), record("b.test", "a.test")];
        assert_eq!(chain("a.test", &circle), ["b.test", "a.test"]);
        assert_eq!(chain("x.test", &records), Vec::<String>::new());
    }
}
