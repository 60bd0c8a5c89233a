//! The zone text, parsed: what the fictional world answers.
//!
//! One record per line, `name TTL type data`, absolute names, `;` begins a comment. The answers
//! are those of a recursive resolver: CNAME chains are followed inside the known world, a name
//! outside it does not exist. `PRACTICE` lines make the server misbehave for a name.

use std::collections::BTreeMap;

use hickory_proto::{
    op::ResponseCode,
    rr::{
        Name, RData, Record, RecordType,
        rdata::{
            A, AAAA, CAA, CNAME, HTTPS, MX, NS, PTR, SOA, SVCB, TXT,
            svcb::{Alpn, IpHint, SvcParamKey, SvcParamValue},
        },
    },
};

/// Chains longer than this are cut off; public resolvers stop at about the same depth.
const MAX_CHAIN: usize = 12;

/// A practice server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// A line of the zone text cannot be read.
    #[error("zone line {line}: {problem}")]
    Line {
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Loopback could not be listened on.
    #[error("the practice server cannot listen on loopback")]
    Listen(#[from] std::io::Error),
}

/// How the server misbehaves for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misbehaviour {
    /// Never answers.
    Silent,
    /// Sets TC over UDP; the whole answer comes over TCP.
    Truncate,
    /// Answers SERVFAIL with an extended error.
    Servfail,
    /// Answers REFUSED.
    Refused,
    /// Answers with another id.
    WrongId,
    /// Answers with a message that breaks off in the middle of its records.
    Malformed,
    /// Answers with the CNAME alone and does not follow it.
    NoFollow,
}

/// What the world says to one question.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) rcode: ResponseCode,
    pub(crate) answers: Vec<Record>,
    pub(crate) authority: Vec<Record>,
}

/// The fictional world.
#[derive(Debug, Default)]
pub(crate) struct World {
    records: BTreeMap<Name, Vec<Record>>,
    misbehaving: BTreeMap<Name, Misbehaviour>,
}

impl World {
    pub(crate) fn parse(text: &str) -> Result<Self, ZoneError> {
        let mut world = Self::default();
        for (i, line) in text.lines().enumerate() {
            let mut words = words(line).into_iter();
            let Some(owner) = words.next() else { continue };
            world
                .add(&owner, words.collect())
                .map_err(|problem| ZoneError::Line { line: i + 1, problem })?;
        }
        Ok(world)
    }

    fn add(&mut self, owner: &str, words: Vec<String>) -> Result<(), &'static str> {
        let owner = absolute(owner)?;
        let [ttl, record_type, data @ ..] = words.as_slice() else {
            return Err("expected name, TTL, type and data");
        };
        let ttl = ttl.parse().map_err(|_| "the TTL is not a number of seconds")?;
        if record_type == "PRACTICE" {
            self.misbehaving.insert(owner, misbehaviour(data)?);
            return Ok(());
        }
        let record = Record::from_rdata(owner.clone(), ttl, parse_data(record_type, data)?);
        self.records.entry(owner).or_default().push(record);
        Ok(())
    }

    pub(crate) fn misbehaviour(&self, name: &Name) -> Option<Misbehaviour> {
        self.misbehaving.get(&name.to_lowercase()).copied()
    }

    pub(crate) fn reply(&self, name: &Name, asked: RecordType) -> Reply {
        let mut reply = Reply::default();
        let mut name = name.to_lowercase();
        let mut seen = Vec::new();
        loop {
            let here = self.records.get(&name).map_or(&[][..], Vec::as_slice);
            let found = here.iter().filter(|record| record.record_type() == asked);
            let before = reply.answers.len();
            reply.answers.extend(found.cloned());
            if reply.answers.len() > before {
                return reply;
            }
            let Some((record, target)) = here.iter().find_map(|record| match &record.data {
                RData::CNAME(target) => Some((record, target.0.to_lowercase())),
                _ => None,
            }) else {
                if here.is_empty() && !self.is_above_something(&name) {
                    reply.rcode = ResponseCode::NXDomain;
                }
                reply.authority.extend(self.soa_above(&name).cloned());
                return reply;
            };
            reply.answers.push(record.clone());
            seen.push(name);
            if seen.contains(&target) || seen.len() > MAX_CHAIN {
                return reply;
            }
            name = target;
        }
    }

    /// Whether the name exists because something below it does (RFC 8020).
    fn is_above_something(&self, name: &Name) -> bool {
        self.records.keys().chain(self.misbehaving.keys()).any(|known| name.zone_of(known))
    }

    fn soa_above(&self, name: &Name) -> Option<&Record> {
        let mut zone = name.clone();
        loop {
            let soa = self.records.get(&zone).and_then(|records| {
                records.iter().find(|record| record.record_type() == RecordType::SOA)
            });
            if soa.is_some() || zone.is_root() {
                return soa;
            }
            zone = zone.base_name();
        }
    }
}

/// Splits a line at white space; a quoted word keeps its spaces and loses its quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ';' if !is_quoted => break,
            c if c.is_whitespace() && !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn absolute(name: &str) -> Result<Name, &'static str> {
    let mut name = Name::from_ascii(name).map_err(|_| "not a domain name")?;
    name.set_fqdn(true);
    Ok(name.to_lowercase())
}

fn misbehaviour(data: &[String]) -> Result<Misbehaviour, &'static str> {
    match data {
        [word] => match word.as_str() {
            "silent" => Ok(Misbehaviour::Silent),
            "truncate" => Ok(Misbehaviour::Truncate),
            "servfail" => Ok(Misbehaviour::Servfail),
            "refused" => Ok(Misbehaviour::Refused),
            "wrong-id" => Ok(Misbehaviour::WrongId),
            "malformed" => Ok(Misbehaviour::Malformed),
            "no-follow" => Ok(Misbehaviour::NoFollow),
            _ => Err("unknown misbehaviour"),
        },
        _ => Err("expected one misbehaviour"),
    }
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, &'static str> {
    word.parse().map_err(|_| "not a number in range")
}

fn parse_data(record_type: &str, data: &[String]) -> Result<RData, &'static str> {
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    Ok(match (record_type, data.as_slice()) {
        ("A", [ip]) => RData::A(A(ip.parse().map_err(|_| "not an IPv4 address")?)),
        ("AAAA", [ip]) => RData::AAAA(AAAA(ip.parse().map_err(|_| "not an IPv6 address")?)),
        ("CNAME", [name]) => RData::CNAME(CNAME(absolute(name)?)),
        ("NS", [name]) => RData::NS(NS(absolute(name)?)),
        ("PTR", [name]) => RData::PTR(PTR(absolute(name)?)),
        ("MX", [preference, name]) => RData::MX(MX::new(number(preference)?, absolute(name)?)),
        ("TXT", strings @ [_, ..]) if strings.iter().all(|string| string.len() <= 255) => {
            RData::TXT(TXT::new(strings.iter().copied().map(str::to_owned).collect()))
        }
        ("SOA", [mname, rname, serial, refresh, retry, expire, minimum]) => RData::SOA(SOA::new(
            absolute(mname)?,
            absolute(rname)?,
            number(serial)?,
            number(refresh)?,
            number(retry)?,
            number(expire)?,
            number(minimum)?,
        )),
        ("CAA", ["0", "issue", issuer]) => {
            RData::CAA(CAA::new_issue(false, Some(absolute(issuer)?), Vec::new()))
        }
        ("HTTPS", [priority, target, params @ ..]) => {
            let params = params.iter().map(|param| svc_param(param)).collect::<Result<_, _>>()?;
            RData::HTTPS(HTTPS(SVCB::new(number(priority)?, absolute(target)?, params)))
        }
        _ => return Err("unknown type, or data that does not fit it"),
    })
}

fn svc_param(text: &str) -> Result<(SvcParamKey, SvcParamValue), &'static str> {
    match text.split_once('=') {
        Some(("alpn", ids)) => {
            let ids = ids.split(',').map(str::to_owned).collect();
            Ok((SvcParamKey::Alpn, SvcParamValue::Alpn(Alpn(ids))))
        }
        Some(("ipv4hint", ips)) => {
            let ips = ips.split(',').map(|ip| ip.parse().map(A)).collect::<Result<_, _>>();
            let ips = ips.map_err(|_| "not an IPv4 address")?;
            Ok((SvcParamKey::Ipv4Hint, SvcParamValue::Ipv4Hint(IpHint(ips))))
        }
        _ => Err("unknown service parameter"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: &str) {
        let world = World::parse(crate::sample_zone()).unwrap();
        let (name, record_type) = question.split_once(' ').unwrap();
        let reply = world.reply(&absolute(name).unwrap(), record_type.parse().unwrap());
        let types = |records: &[Record]| {
            records.iter().map(|r| r.record_type().to_string()).collect::<Vec<_>>().join(",")
        };
        let said =
            format!("{:?} [{}] [{}]", reply.rcode, types(&reply.answers), types(&reply.authority));
        assert_eq!(said, expected, "{question}");
    }

    #[test]
    fn the_world_answers_like_a_recursive_resolver() {
        check("www.northwind-shop.example A", "NoError [A] []");
        check("LOGIN.harbour-bank.example A", "NoError [CNAME,A] []");
        check("login.harbour-bank.example CNAME", "NoError [CNAME] []");
        check("www.northwind-shop.example MX", "NoError [] [SOA]");
        check("gone.northwind-shop.example A", "NXDomain [] [SOA]");
        check("old.northwind-shop.example A", "NXDomain [CNAME] [SOA]");
        check("ebb.tidewater-press.example A", "NoError [CNAME,CNAME] []");
        check("ns.harbour.example A", "NoError [] [SOA]");
        check("nowhere.test A", "NXDomain [] [SOA]");
    }

    #[test]
    fn a_bad_line_is_named_by_number() {
        let error = |text| World::parse(text).unwrap_err().to_string();
        assert_eq!(error("; fine\na.test 60 A 300.1.2.3"), "zone line 2: not an IPv4 address");
        assert_eq!(error("a.test 60"), "zone line 1: expected name, TTL, type and data");
        assert_eq!(error("a.test 60 PRACTICE lie"), "zone line 1: unknown misbehaviour");
    }
}
