//! What the observations say about a host, in one place.
//!
//! Follows the CNAME chain through all answers, whichever question brought them, and remembers
//! which observation showed what. Knows no network and no rule.

use std::net::IpAddr;

use farol_model::{
    id::ObservationId,
    lookup::{Answer, Observation, Question, Record},
    time::Timestamp,
};

use crate::{
    cymru,
    questions::{as_ip, registrable, registry_questions},
};

/// Longer chains are treated as circles; resolvers give up earlier.
const MAX_CHAIN: usize = 32;

/// A value that an observation showed.
#[derive(Debug)]
pub(crate) struct Shown<T> {
    pub(crate) value: T,
    /// How a sentence names it: `A record 192.0.2.7`.
    pub(crate) shown: String,
    pub(crate) by: ObservationId,
}

/// Who announces an address, according to the offline table or Team Cymru.
#[derive(Debug)]
pub(crate) struct Announced<'a> {
    pub(crate) ip: IpAddr,
    pub(crate) asn: u32,
    pub(crate) holder: &'a str,
    pub(crate) by: &'a Observation,
}

/// A parent under which any name answers.
#[derive(Debug)]
pub(crate) struct Wildcard<'a> {
    pub(crate) under: &'a str,
    /// The values that a made-up name leads to.
    pub(crate) leads: Vec<&'a str>,
}

/// Where the name leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// To an address.
    Address,
    /// It does not exist.
    Missing,
    /// To another name that does not exist.
    Dangling,
    /// Back to itself.
    Loop,
    /// To a name without address.
    NoAddress,
    /// The resolver answered, but could not or would not say: its response code.
    Failed(String),
    /// The resolver did not answer; why not.
    Silent(String),
    /// Nobody asked for an address.
    NotAsked,
}

/// What is known about a host.
#[derive(Debug)]
pub(crate) struct Trail<'a> {
    pub(crate) host: &'a str,
    /// Its registrable domain.
    pub(crate) domain: &'a str,
    /// The host and the names its CNAME chain goes through.
    pub(crate) names: Vec<Shown<String>>,
    pub(crate) addresses: Vec<Shown<IpAddr>>,
    pub(crate) name_servers: Vec<Shown<String>>,
    /// Addresses of the name servers, where they were asked for.
    pub(crate) server_addresses: Vec<Shown<IpAddr>>,
    /// The primary server and the contact that the zone names.
    pub(crate) soa: Vec<Shown<String>>,
    pub(crate) mail_servers: Vec<Shown<String>>,
    pub(crate) announced: Vec<Announced<'a>>,
    /// What registries were asked about the host's domain and its addresses, the domain first.
    pub(crate) registries: Vec<&'a Observation>,
    /// Parents of the host under which any name answers, and to where.
    pub(crate) wildcards: Vec<Wildcard<'a>>,
    /// What name servers of the zone said themselves.
    pub(crate) authorities: Vec<&'a Observation>,
    pub(crate) end: End,
    /// The newest observation it rests on.
    pub(crate) as_of: Option<Timestamp>,
}

impl<'a> Trail<'a> {
    pub(crate) fn follow(host: &'a str, observations: &[&'a Observation]) -> Self {
        let newest = newest(observations);
        let domain = registrable(host);
        let mut trail = Trail {
            host,
            domain,
            names: Vec::new(),
            addresses: Vec::new(),
            name_servers: Vec::new(),
            server_addresses: Vec::new(),
            soa: Vec::new(),
            mail_servers: Vec::new(),
            announced: Vec::new(),
            registries: Vec::new(),
            wildcards: wildcards(host, &newest),
            authorities: Vec::new(),
            end: End::NotAsked,
            as_of: newest.iter().map(|o| o.asked_at).max(),
        };
        match as_ip(host) {
            Some(ip) => trail.add_address_host(ip, &newest),
            None => trail.add_chain(&newest),
        }
        let is_direct = |it: &&&Observation| matches!(it.question, Question::Authority { .. });
        trail.authorities = newest.iter().filter(is_direct).copied().collect();
        trail.name_servers = targets(&newest, "NS", domain);
        trail.server_addresses = server_addresses(&newest, &trail.name_servers);
        trail.soa = soa(&newest, domain);
        trail.mail_servers = targets(&newest, "MX", domain);
        let of_table = newest.iter().filter_map(|by| match (&by.question, &by.answer) {
            (Question::Asn { ip }, Answer::Asn { asn, holder, .. }) => {
                Some(Announced { ip: ip.parse().ok()?, asn: *asn, holder, by })
            }
            _ => None,
        });
        trail.announced = of_table.collect();
        trail.add_cymru(&newest);
        trail.registries = trail.about_this(&newest);
        trail
    }

    /// What Team Cymru said of addresses that the table did not know.
    fn add_cymru(&mut self, newest: &[&'a Observation]) {
        let n_of_table = self.announced.len();
        for &by in newest {
            for cymru::Origin { ip, asn, .. } in cymru::origins(by) {
                if !self.announced[..n_of_table].iter().any(|it| it.ip == ip) {
                    let holder = cymru::holder(newest, asn).unwrap_or("holder not known");
                    self.announced.push(Announced { ip, asn, holder, by });
                }
            }
        }
    }

    /// The observations of registries that are about this host.
    fn about_this(&self, newest: &[&'a Observation]) -> Vec<&'a Observation> {
        if newest.iter().all(|it| it.question.of_registry().is_none()) {
            return Vec::new();
        }
        let planned = registry_questions(self.host);
        let mut about: Vec<&str> =
            planned.iter().filter_map(|it| it.of_registry().map(|(_, about)| about)).collect();
        let addresses: Vec<_> = self.addresses.iter().map(|it| it.value.to_string()).collect();
        about.extend(addresses.iter().map(String::as_str));
        let place = |o: &Observation| {
            let (_, asked) = o.question.of_registry()?;
            about.iter().position(|it| *it == asked)
        };
        let mut found: Vec<_> = newest.iter().filter_map(|o| Some((place(o)?, *o))).collect();
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, o)| o).collect()
    }

    /// An address is its own address; the evidence is whatever was asked about it.
    fn add_address_host(&mut self, ip: IpAddr, newest: &[&Observation]) {
        let about = newest.iter().find(|o| match &o.question {
            Question::Asn { ip: asked } => asked.parse() == Ok(ip),
            Question::Dns { record_type, .. } => record_type == "PTR",
            Question::Rdap { about, .. } => as_ip(about) == Some(ip),
            Question::Wildcard { .. } | Question::Authority { .. } | Question::Whois { .. } => {
                false
            }
        });
        if let Some(by) = about {
            self.addresses.push(Shown { value: ip, shown: ip.to_string(), by: by.id });
            self.end = End::Address;
        }
    }

    fn add_chain(&mut self, newest: &[&Observation]) {
        let of_resolver = newest.iter().filter(|o| matches!(o.question, Question::Dns { .. }));
        let records: Vec<(&Record, ObservationId)> =
            of_resolver.flat_map(|o| answers(o).iter().map(|record| (record, o.id))).collect();
        let about = |o: &&&Observation| matches!(&o.question, Question::Dns { name, .. } if name == self.host);
        let Some(first) = newest.iter().find(about) else { return };

        let shown = format!("the name {}", self.host);
        self.names.push(Shown { value: self.host.to_owned(), shown, by: first.id });
        let mut is_loop = false;
        let mut name = self.host;
        while let Some((record, by)) =
            records.iter().find(|(r, _)| r.record_type == "CNAME" && r.name == name)
        {
            name = &record.data;
            is_loop =
                self.names.iter().any(|seen| seen.value == name) || self.names.len() > MAX_CHAIN;
            if is_loop {
                break;
            }
            let shown = format!("CNAME {name}");
            self.names.push(Shown { value: name.to_owned(), shown, by: *by });
        }

        for (record, by) in &records {
            let is_on_chain = || self.names.iter().any(|seen| seen.value == record.name);
            if matches!(record.record_type.as_str(), "A" | "AAAA")
                && is_on_chain()
                && let Ok(value) = record.data.parse::<IpAddr>()
                && self.addresses.iter().all(|known| known.value != value)
            {
                let shown = format!("{} record {value}", record.record_type);
                self.addresses.push(Shown { value, shown, by: *by });
            }
        }
        self.end = if !self.addresses.is_empty() {
            End::Address
        } else if is_loop {
            End::Loop
        } else {
            self.without_address(newest)
        };
    }

    /// Why there is no address: the best that any of the address questions was told.
    fn without_address(&self, newest: &[&Observation]) -> End {
        let asked: Vec<_> = newest
            .iter()
            .filter(|o| match &o.question {
                Question::Dns { name, record_type } => {
                    matches!(record_type.as_str(), "A" | "AAAA")
                        && self.names.iter().any(|seen| seen.value == *name)
                }
                _ => false,
            })
            .collect();
        let mut end = End::NotAsked;
        for observation in asked {
            match &observation.answer {
                Answer::Dns { rcode, .. } if rcode == "NXDOMAIN" => {
                    return if self.names.len() > 1 { End::Dangling } else { End::Missing };
                }
                Answer::Dns { rcode, .. } if rcode == "NOERROR" => end = End::NoAddress,
                Answer::Dns { rcode, .. } if end != End::NoAddress => {
                    end = End::Failed(rcode.clone());
                }
                Answer::NoAnswer { reason } if end == End::NotAsked => {
                    end = End::Silent(reason.clone());
                }
                _ => {}
            }
        }
        end
    }
}

/// Of each question the newest answer; one that says something beats a later silence.
pub(crate) fn newest<'a>(observations: &[&'a Observation]) -> Vec<&'a Observation> {
    let worth = |o: &Observation| {
        let says_something = match &o.answer {
            Answer::Dns { rcode, .. } => rcode == "NOERROR" || rcode == "NXDOMAIN",
            Answer::NoAnswer { .. } => false,
            _ => true,
        };
        (says_something, o.asked_at)
    };
    // Few: a table of them would cost more than to put them in order.
    let mut asked: Vec<_> =
        observations.iter().map(|it| key(&it.question)).zip(0_usize..).collect();
    asked.sort_unstable();
    let mut newest: Vec<usize> = asked
        .chunk_by(|one, other| one.0 == other.0)
        .filter_map(|same| {
            same.iter().map(|it| it.1).rev().max_by_key(|it| worth(observations[*it]))
        })
        .collect();
    newest.sort_unstable();
    newest.into_iter().map(|place| observations[place]).collect()
}

/// The parents of a host under which a name that nobody made answered.
fn wildcards<'a>(host: &str, newest: &[&'a Observation]) -> Vec<Wildcard<'a>> {
    let found = newest.iter().filter_map(|it| {
        let Question::Wildcard { under, .. } = &it.question else { return None };
        let is_parent = host == under
            || host.strip_suffix(under.as_str()).is_some_and(|before| before.ends_with('.'));
        let leads: Vec<_> = answers(it).iter().map(|record| record.data.as_str()).collect();
        (is_parent && !leads.is_empty()).then_some(Wildcard { under, leads })
    });
    found.collect()
}

/// What makes two questions the same; a made-up label does not tell them apart.
fn key(question: &Question) -> (u8, &str, &str, &str) {
    match question {
        // The type first: the questions about a host are nearly all about one name.
        Question::Dns { name, record_type } => (0, record_type, name, ""),
        Question::Wildcard { under, .. } => (1, under, "", ""),
        Question::Authority { name, record_type, server } => (2, name, record_type, server),
        Question::Asn { ip } => (3, ip, "", ""),
        // As people read them: a registry is asked about one thing under one name.
        Question::Rdap { about, .. } => (4, about, "", ""),
        Question::Whois { about } => (5, about, "", ""),
    }
}

fn answers(observation: &Observation) -> &[Record] {
    match &observation.answer {
        Answer::Dns { answers, .. } => answers,
        _ => &[],
    }
}

/// The addresses that a resolver gave for name servers.
fn server_addresses(newest: &[&Observation], servers: &[Shown<String>]) -> Vec<Shown<IpAddr>> {
    let is_about_one = |o: &&&Observation| {
        matches!(&o.question, Question::Dns { name, .. }
            if servers.iter().any(|it| it.value.eq_ignore_ascii_case(name)))
    };
    let about = newest.iter().filter(is_about_one);
    let records = about.flat_map(|o| answers(o).iter().map(|record| (record, o.id)));
    let mut found: Vec<Shown<IpAddr>> = Vec::new();
    for (record, by) in records {
        let server = servers.iter().find(|it| it.value.eq_ignore_ascii_case(&record.name));
        let (Some(server), Ok(value)) = (server, record.data.parse()) else { continue };
        if found.iter().all(|known| known.value != value) {
            let shown = format!("address {value} of name server {}", server.value);
            found.push(Shown { value, shown, by });
        }
    }
    found
}

/// The primary server and the contact of a zone.
fn soa(newest: &[&Observation], domain: &str) -> Vec<Shown<String>> {
    let is_asked = |o: &&&Observation| matches!(&o.question, Question::Dns { record_type, .. } if record_type == "SOA");
    let record = newest
        .iter()
        .filter(is_asked)
        .flat_map(|o| answers(o).iter().map(|record| (record, o.id)))
        .find(|(record, _)| record.record_type == "SOA" && record.name == domain);
    let Some((record, by)) = record else { return Vec::new() };
    let named = ["SOA primary server", "SOA contact"].into_iter().zip(record.data.split(' '));
    let shown = |(what, name): (&str, &str)| {
        let value = name.trim_end_matches('.').to_lowercase();
        Shown { shown: format!("{what} {value}"), value, by }
    };
    named.map(shown).collect()
}

/// The names that the NS or MX records of a domain point to; `.` means "none" and is left out.
fn targets(newest: &[&Observation], record_type: &str, domain: &str) -> Vec<Shown<String>> {
    newest
        .iter()
        .filter(|o| matches!(o.question, Question::Dns { .. }))
        .flat_map(|o| answers(o).iter().map(|record| (record, o.id)))
        .filter(|(record, _)| record.record_type == record_type && record.name == domain)
        .filter_map(|(record, by)| {
            let value = record.data.rsplit(' ').next().filter(|name| *name != ".")?;
            Some(Shown { value: value.to_owned(), shown: format!("{record_type} {value}"), by })
        })
        .collect()
}
