//! The zone text, parsed: what the fictional world answers.
//!
//! One record per line, `name TTL type data`, absolute names, `;` begins a comment. The answers
//! are those of a recursive resolver: CNAME chains are followed inside the known world, a name
//! outside it does not exist. `PRACTICE` lines make the server misbehave for a name, or change
//! its records from a round on.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RData, Record, RecordType},
};

mod text;

pub(crate) use text::absolute;

use crate::misbehaviour::Misbehaviour;

/// Chains longer than this are cut off; public resolvers stop at about the same depth.
const MAX_CHAIN: usize = 12;
/// The round in which a world begins.
const FIRST_ROUND: u32 = 1;

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

/// What the world says to one question.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) rcode: ResponseCode,
    pub(crate) answers: Vec<Record>,
    pub(crate) authority: Vec<Record>,
}

/// The fictional world.
#[derive(Debug)]
pub(crate) struct World {
    names: BTreeMap<Name, Entry>,
    round: AtomicU32,
}

/// What is known of one name.
#[derive(Debug, Default)]
struct Entry {
    records: Vec<Dated>,
    misbehaviour: Option<Misbehaviour>,
    n_rotated: AtomicU32,
}

/// A record and the round since which it is true.
#[derive(Debug)]
struct Dated {
    since: u32,
    record: Record,
}

impl Entry {
    /// The records of a round: of every type those that came last.
    fn in_round(&self, round: u32) -> impl Iterator<Item = &Record> {
        let latest = move |record_type| {
            let of_type = self.records.iter().filter(move |it| it.of(record_type));
            of_type.map(|it| it.since).filter(|since| *since <= round).max()
        };
        let is_true = move |it: &&Dated| latest(it.record.record_type()) == Some(it.since);
        self.records.iter().filter(is_true).map(|it| &it.record)
    }

    fn is_known_in(&self, round: u32) -> bool {
        self.misbehaviour.is_some() || self.records.iter().any(|it| it.since <= round)
    }

    /// Leaves one record of a set where the name rotates, another one each time.
    fn rotate(&self, set: &mut Vec<Record>) {
        if set.len() > 1 && self.misbehaviour.as_ref().is_some_and(|it| it.rotate) {
            let turn = self.n_rotated.fetch_add(1, Ordering::Relaxed) as usize % set.len();
            set.swap(0, turn);
            set.truncate(1);
        }
    }
}

impl Dated {
    fn of(&self, record_type: RecordType) -> bool {
        self.record.record_type() == record_type
    }
}

impl World {
    pub(crate) fn parse(text: &str) -> Result<Self, ZoneError> {
        let mut world = Self { names: BTreeMap::new(), round: AtomicU32::new(FIRST_ROUND) };
        for (i, line) in text.lines().enumerate() {
            let mut words = text::words(line).into_iter();
            let Some(owner) = words.next() else { continue };
            world
                .add(&owner, &words.collect::<Vec<_>>())
                .map_err(|problem| ZoneError::Line { line: i + 1, problem })?;
        }
        Ok(world)
    }

    fn add(&mut self, owner: &str, words: &[String]) -> Result<(), &'static str> {
        let owner = absolute(owner)?;
        let [ttl, record_type, data @ ..] = words else {
            return Err("expected name, TTL, type and data");
        };
        let ttl = ttl.parse().map_err(|_| "the TTL is not a number of seconds")?;
        let entry = self.names.entry(owner.clone()).or_default();
        let (since, record_type, data) = match (record_type.as_str(), data) {
            ("PRACTICE", [round, record_type, data @ ..]) if round.starts_with("round=") => {
                let round = round["round=".len()..].parse();
                (round.map_err(|_| "the round is not a number")?, record_type, data)
            }
            ("PRACTICE", words) => {
                return entry.misbehaviour.get_or_insert_default().learn(words);
            }
            _ => (FIRST_ROUND, record_type, data),
        };
        let record = Record::from_rdata(owner, ttl, text::parse_data(record_type, data)?);
        entry.records.push(Dated { since, record });
        Ok(())
    }

    /// Lets time pass: names that move are elsewhere from now on.
    pub(crate) fn next_round(&self) {
        self.round.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn misbehaviour(&self, name: &Name) -> Option<&Misbehaviour> {
        self.names.get(&name.to_lowercase())?.misbehaviour.as_ref()
    }

    pub(crate) fn reply(&self, name: &Name, asked: RecordType) -> Reply {
        let round = self.round.load(Ordering::Relaxed);
        let mut reply = Reply::default();
        let mut name = name.to_lowercase();
        let mut seen = Vec::new();
        loop {
            let entry = self.names.get(&name);
            let here: Vec<&Record> = entry.iter().flat_map(|it| it.in_round(round)).collect();
            let found = here.iter().filter(|record| record.record_type() == asked);
            let mut found: Vec<Record> = found.copied().cloned().collect();
            if let (Some(entry), false) = (entry, found.is_empty()) {
                entry.rotate(&mut found);
                reply.answers.append(&mut found);
                return reply;
            }
            let Some((record, target)) = here.iter().find_map(|record| match &record.data {
                RData::CNAME(target) => Some((*record, target.0.to_lowercase())),
                _ => None,
            }) else {
                if here.is_empty() && !self.is_above_something(&name, round) {
                    reply.rcode = ResponseCode::NXDomain;
                }
                reply.authority.extend(self.soa_above(&name, round).cloned());
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

    /// Whether the name exists because something at or below it does (RFC 8020).
    fn is_above_something(&self, name: &Name, round: u32) -> bool {
        self.names.iter().any(|(known, entry)| name.zone_of(known) && entry.is_known_in(round))
    }

    fn soa_above(&self, name: &Name, round: u32) -> Option<&Record> {
        let mut zone = name.clone();
        loop {
            let soa = self.names.get(&zone).and_then(|entry| {
                entry.in_round(round).find(|record| record.record_type() == RecordType::SOA)
            });
            if soa.is_some() || zone.is_root() {
                return soa;
            }
            zone = zone.base_name();
        }
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
