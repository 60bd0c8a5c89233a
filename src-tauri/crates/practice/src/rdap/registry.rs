//! What is registered: the files in `world/rdap/`, and the object for a path.
//!
//! The files are the answers as they go out. Where they link to an RDAP server they name
//! `http://rdap.practice.example/`, which is replaced by where this one listens.

use std::{collections::BTreeMap, net::IpAddr, ops::RangeInclusive};

use serde_json::{Value, json};

/// The address that stands in the files for this server.
const HERE: &str = "http://rdap.practice.example/";

/// Reads files of one folder into the program: their names and texts.
macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../world/rdap/", $folder, "/", $name, ".json")))),*]
    };
}

type Files = &'static [(&'static str, &'static str)];

const DOMAINS: Files = files!("domain":
    "gannet-mail.example",
    "granite-freight.example",
    "harbour-bank.example",
    "harbour-gone-4.test",
    "harbour-verify.test",
    "northwind-shop.example",
    "osprey-charter.example",
    "parcel-redelivery.test",
    "pelican-books.example",
    "petrel-insurance.example",
    "quiet-cove.test",
    "tidewater-press.example",
    "xn--hrbour-bank-k7a.test",
);
const NETWORKS: Files = files!("ip":
    "192.0.2.0-24",
    "198.51.100.0-26",
    "198.51.100.64-26",
    "198.51.100.64-27",
    "198.51.100.128-25",
    "203.0.113.0-29",
    "203.0.113.0-25",
    "203.0.113.128-25",
    "2001-db8-40-48",
);
const NAMESERVERS: Files = files!("nameserver": "ada.ns.harbour.example", "ns1.driftnet.test");
const AUTNUMS: Files = files!("autnum": "64496", "64500", "64501", "64502", "64503");
const BOOTSTRAP: Files = files!("bootstrap": "dns", "ipv4", "ipv6", "asn");

/// What goes out for one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// Whether it is an RDAP object, not a bootstrap file.
    pub(super) is_rdap: bool,
    /// JSON.
    pub(super) body: String,
}

impl Answer {
    /// An error as RFC 9083 §6 words it.
    pub(super) fn error(status: u16, title: &str, description: &str) -> Self {
        let body = json!({
            "rdapConformance": ["rdap_level_0"],
            "errorCode": status,
            "title": title,
            "description": [description],
        });
        Self { status, is_rdap: true, body: format!("{body:#}\n") }
    }
}

/// The bootstrap files that lead to a server at `base_url`.
pub(super) fn bootstrap(base_url: &str) -> Vec<String> {
    BOOTSTRAP.iter().map(|(_, text)| text.replace(HERE, base_url)).collect()
}

/// Every registry of the fictional world.
#[derive(Debug)]
pub(super) struct Registry {
    domains: BTreeMap<&'static str, Answer>,
    nameservers: BTreeMap<&'static str, Answer>,
    networks: Vec<(RangeInclusive<IpAddr>, Answer)>,
    autnums: Vec<(RangeInclusive<u64>, Answer)>,
    bootstrap: BTreeMap<String, Answer>,
}

impl Registry {
    /// The registries of the sample world, served at `base_url`.
    pub(super) fn sample(base_url: &str) -> Self {
        let read = |(name, text): &(&'static str, &'static str)| {
            let value: Value = serde_json::from_str(text).expect("a test reads every file");
            // An object with an error code is an answer as well: the registry refuses.
            let status = value["errorCode"].as_u64().map_or(200, |code| code as u16);
            let answer = Answer { status, is_rdap: true, body: text.replace(HERE, base_url) };
            (*name, value, answer)
        };
        let ip = |value: &Value| -> IpAddr {
            let text = value.as_str().expect("networks have a start and an end");
            text.parse().expect("networks start and end with an address")
        };
        let number = |value: &Value| value.as_u64().expect("autnums have a start and an end");
        let domains = DOMAINS.iter().map(read).map(|(name, _, answer)| (name, answer));
        let nameservers = NAMESERVERS.iter().map(read).map(|(name, _, answer)| (name, answer));
        let networks = NETWORKS.iter().map(read).map(|(_, network, answer)| {
            (ip(&network["startAddress"])..=ip(&network["endAddress"]), answer)
        });
        let autnums = AUTNUMS.iter().map(read).map(|(_, autnum, answer)| {
            (number(&autnum["startAutnum"])..=number(&autnum["endAutnum"]), answer)
        });
        let bootstrap = BOOTSTRAP.iter().map(read).map(|(name, _, answer)| {
            (format!("/{name}.json"), Answer { is_rdap: false, ..answer })
        });
        let unnamed = delegated()
            .map(|(name, text)| (name, Answer { status: 200, is_rdap: true, body: text }));
        Self {
            // A file of its own wins over what every domain of the zones has.
            domains: unnamed.chain(domains).collect(),
            nameservers: nameservers.collect(),
            networks: networks.collect(),
            autnums: autnums.collect(),
            bootstrap: bootstrap.collect(),
        }
    }

    /// The answer for a path of RFC 9082, or for a bootstrap file.
    pub(super) fn answer(&self, path: &str) -> Answer {
        if let Some(answer) = self.bootstrap.get(path) {
            return answer.clone();
        }
        let found = match path.trim_start_matches('/').split_once('/') {
            Some(("domain", name)) => Ok(named(&self.domains, name)),
            Some(("nameserver", name)) => Ok(named(&self.nameservers, name)),
            Some(("ip", ip)) => self.network(ip),
            Some(("autnum", number)) => self.autnum(number),
            _ => Err("this server knows domain, nameserver, ip and autnum"),
        };
        match found {
            Ok(Some(answer)) => answer.clone(),
            Ok(None) => Answer::error(404, "Not Found", "no such object is registered"),
            Err(problem) => Answer::error(400, "Bad Request", problem),
        }
    }

    /// The narrowest network around an address; a prefix length behind it is not looked at.
    fn network(&self, ip: &str) -> Result<Option<&Answer>, &'static str> {
        let ip = ip.split_once('/').map_or(ip, |(ip, _)| ip);
        let ip: IpAddr = ip.parse().map_err(|_| "not an address")?;
        let around = self.networks.iter().filter(|(range, _)| range.contains(&ip));
        // Of nested networks the innermost starts last, or else ends first.
        let narrowest = around
            .max_by(|(a, _), (b, _)| a.start().cmp(b.start()).then_with(|| b.end().cmp(a.end())));
        Ok(narrowest.map(|(_, answer)| answer))
    }

    fn autnum(&self, number: &str) -> Result<Option<&Answer>, &'static str> {
        let number: u64 = number.parse().map_err(|_| "not an autonomous system number")?;
        let found = self.autnums.iter().find(|(range, _)| range.contains(&number));
        Ok(found.map(|(_, answer)| answer))
    }
}

/// An entry for every delegated domain of the zones, so that none that answers is unknown here.
fn delegated() -> impl Iterator<Item = (&'static str, String)> {
    let delegations = crate::sample_zone().lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let (name, _ttl, kind) = (words.next()?, words.next()?, words.next()?);
        let is_domain = kind == "NS" && name.matches('.').count() == 1;
        is_domain.then(|| (name, words.next().unwrap_or_default()))
    });
    delegations.map(|(name, server)| {
        let (registrar, iana_id, since, email) = match server {
            "ns1.driftnet.test" => ("Driftnet Names", "9996", "2026-11-02", "abuse@driftnet.test"),
            _ => ("Granite Names", "9995", "2019-04-08", "abuse@granite-dns.example"),
        };
        let card = |name: &str, more: Value| {
            json!(["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name], more]])
        };
        let entry = json!({
            "rdapConformance": ["rdap_level_0"],
            "objectClassName": "domain",
            "ldhName": name,
            "status": ["active"],
            "events": [{"eventAction": "registration", "eventDate": format!("{since}T08:00:00Z")}],
            "entities": [{
                "objectClassName": "entity",
                "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": iana_id}],
                "vcardArray": card(registrar, json!(["kind", {}, "text", "org"])),
                "entities": [{
                    "objectClassName": "entity",
                    "roles": ["abuse"],
                    "vcardArray": card("Abuse Desk", json!(["email", {}, "text", email])),
                }],
            }],
            "nameservers": [{"objectClassName": "nameserver", "ldhName": server}],
            "secureDNS": {"delegationSigned": false},
        });
        (name, entry.to_string())
    })
}

fn named<'a>(all: &'a BTreeMap<&'static str, Answer>, name: &str) -> Option<&'a Answer> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    all.get(name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_the_object_that_its_name_says() {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        for (name, text) in DOMAINS {
            let domain = read(text);
            if domain["errorCode"].is_null() {
                assert_eq!(domain["objectClassName"], "domain", "{name}");
                assert_eq!(domain["ldhName"], *name);
            }
        }
        for (name, text) in NAMESERVERS {
            assert_eq!(read(text)["objectClassName"], "nameserver", "{name}");
            assert_eq!(read(text)["ldhName"], *name);
        }
        for (name, text) in AUTNUMS {
            let autnum = read(text);
            assert_eq!(autnum["objectClassName"], "autnum", "{name}");
            assert_eq!(autnum["startAutnum"].to_string(), *name);
        }
        for (name, text) in NETWORKS {
            let network = read(text);
            assert_eq!(network["objectClassName"], "ip network", "{name}");
            let cidr = &network["cidr0_cidrs"][0];
            let prefix = cidr["v4prefix"].as_str().or(cidr["v6prefix"].as_str()).unwrap();
            let expected = name.replace("2001-db8-40-48", "2001:db8:40::-48");
            assert_eq!(format!("{prefix}-{}", cidr["length"]), expected);
            assert_eq!(network["startAddress"], prefix);
        }
        for (name, text) in DOMAINS.iter().chain(NETWORKS).chain(AUTNUMS) {
            assert_eq!(read(text)["rdapConformance"][0], "rdap_level_0", "{name}");
        }
    }

    #[test]
    fn of_nested_networks_the_narrowest_answers() {
        let registry = Registry::sample("http://127.0.0.1:1/");
        let handle = |ip: &str| {
            let answer = registry.answer(&format!("/ip/{ip}"));
            serde_json::from_str::<Value>(&answer.body).unwrap()["handle"].clone()
        };
        assert_eq!(handle("198.51.100.70"), "NET-198-51-100-64-27");
        assert_eq!(handle("198.51.100.64/27"), "NET-198-51-100-64-27");
        assert_eq!(handle("198.51.100.100"), "NET-198-51-100-64-26");
        assert_eq!(handle("203.0.113.6"), "NET-203-0-113-0-29");
        assert_eq!(handle("203.0.113.77"), "NET-203-0-113-0-25");
        assert_eq!(handle("2001:db8:40::10"), "NET6-2001-DB8-40-48");
        assert_eq!(handle("192.0.3.1"), Value::Null);
    }
}
