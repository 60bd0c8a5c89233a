//! Which registry to ask.
//!
//! Pure. A name is matched by whole labels, the longest suffix first, in lower-case ASCII: a
//! bootstrap that compares the ends of texts sends `.рф` to the registry of `.ai`. What is in no
//! table is said to be unknown, never guessed. Sources: RFC 9224; the tables in `rdap/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use farol_model::registry::RegistryObject;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    LookupError,
    networks::Range,
    questions::{as_ip, ascii},
};

const IANA: &str = include_str!("../../rdap/iana.toml");
const OVERRIDES: &str = include_str!("../../rdap/overrides.toml");

/// A server, and why we believe that it is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Base URL with a slash at its end.
    pub(crate) url: String,
    source: String,
    as_of: String,
}

/// Whom to ask about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whom {
    /// An RDAP server; a WHOIS server, when one is known as well.
    Rdap(Server, Option<String>),
    /// Only a WHOIS server is known.
    Whois(String),
    /// The registry answers on a web page only; the suffix.
    WebOnly(String),
    /// It is no registry's: an address inside somebody's network.
    Nobody,
    /// No registry is known.
    Unknown,
}

/// A table and its age, for the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableAge {
    /// Where it comes from.
    pub source: String,
    /// Its date.
    pub as_of: String,
    /// How many suffixes, networks and systems it has.
    pub n_entries: usize,
}

/// The registries that are known.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    overrides: BTreeMap<String, Server>,
    suffixes: BTreeMap<String, Server>,
    networks: Vec<(Range, Server)>,
    autnums: Vec<(u32, u32, Server)>,
    whois: BTreeMap<String, String>,
    web_only: BTreeSet<String>,
}

impl Servers {
    /// A table that knows nobody.
    pub fn none() -> Self {
        Self::default()
    }

    /// The tables that come with Farol.
    pub fn shipped() -> Self {
        let mut servers = Self::default();
        let iana = File::parse(IANA).expect("the shipped tables parse; a test reads them");
        servers.add_iana(iana).expect("the shipped tables parse; a test reads them");
        servers.with_overrides(OVERRIDES).expect("the shipped tables parse; a test reads them")
    }

    /// These registries, and a team's own from a TOML text, which are asked before all others.
    ///
    /// # Errors
    /// `RegistryTable` when the text is not of the right shape or a value does not fit.
    pub fn with_overrides(&self, toml_text: &str) -> Result<Self, LookupError> {
        let mut servers = self.clone();
        let file = File::parse(toml_text)?;
        for rule in &file.rdap {
            for suffix in &rule.suffixes {
                let suffix = suffix_key(suffix)?;
                let server = rule.server(&suffix)?;
                servers.overrides.insert(suffix, server);
            }
            servers.add_numbers(rule)?;
        }
        for rule in &file.whois {
            for suffix in &rule.suffixes {
                servers.whois.insert(suffix_key(suffix)?, rule.server.clone());
            }
        }
        for rule in &file.web_only {
            for suffix in &rule.suffixes {
                servers.web_only.insert(suffix_key(suffix)?);
            }
        }
        Ok(servers)
    }

    /// These registries with a bootstrap file of IANA's (`dns.json`, `ipv4.json`, `ipv6.json` or
    /// `asn.json`, RFC 9224) in place of what was known of its kind. Overrides stay.
    ///
    /// # Errors
    /// `RegistryTable` when it is not such a file. Single entries without a usable address are left
    /// out: IANA's file has empty ones.
    pub fn with_iana(&self, json_text: &str) -> Result<Self, LookupError> {
        let read = Bootstrap::parse(json_text)?;
        let mut servers = self.clone();
        match read.kind {
            Kind::Suffixes => servers.suffixes.clear(),
            Kind::V4 => servers.networks.retain(|(range, _)| !range.is_v4()),
            Kind::V6 => servers.networks.retain(|(range, _)| range.is_v4()),
            Kind::Autnums => servers.autnums.clear(),
        }
        for (key, server) in read.entries {
            match read.kind {
                Kind::Suffixes => drop(servers.suffixes.insert(suffix_key(&key)?, server)),
                Kind::V4 | Kind::V6 => servers.networks.push((range(&key)?, server)),
                Kind::Autnums => {
                    let (first, last) = numbers(&key)?;
                    servers.autnums.push((first, last, server));
                }
            }
        }
        Ok(servers)
    }

    /// The name under which IANA has a file that was just read into an empty table.
    pub fn file_name(&self) -> &'static str {
        match self.networks.first() {
            Some((range, _)) if range.is_v4() => "ipv4.json",
            Some(_) => "ipv6.json",
            None if self.autnums.is_empty() => "dns.json",
            None => "asn.json",
        }
    }

    /// Each table and its date.
    pub fn ages(&self) -> Vec<TableAge> {
        let mut ages: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let all = self
            .overrides
            .values()
            .chain(self.suffixes.values())
            .chain(self.networks.iter().map(|(_, server)| server))
            .chain(self.autnums.iter().map(|(_, _, server)| server));
        for server in all {
            *ages.entry((&server.source, &server.as_of)).or_default() += 1;
        }
        ages.into_iter()
            .map(|((source, as_of), n_entries)| TableAge {
                source: source.to_owned(),
                as_of: as_of.to_owned(),
                n_entries,
            })
            .collect()
    }

    /// Whom to ask about an object; `about` as in the question.
    pub(crate) fn whom(&self, object: RegistryObject, about: &str) -> Whom {
        match object {
            RegistryObject::Domain => self.for_name(about),
            RegistryObject::Nameserver => match self.for_name(about) {
                Whom::Rdap(server, _) => Whom::Rdap(server, None),
                Whom::Whois(_) => Whom::Unknown,
                other => other,
            },
            RegistryObject::Ip => as_ip(about)
                .and_then(|ip| self.for_address(ip))
                .map_or(Whom::Unknown, |server| Whom::Rdap(server.clone(), None)),
            RegistryObject::Autnum => super::autnum(about)
                .and_then(|asn| self.autnums.iter().find(|(a, b, _)| (*a..=*b).contains(&asn)))
                .map_or(Whom::Unknown, |(_, _, server)| Whom::Rdap(server.clone(), None)),
        }
    }

    fn for_name(&self, name: &str) -> Whom {
        let name = ascii(name);
        let suffixes = || {
            let ends = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
            std::iter::once(name.as_str()).chain(ends)
        };
        let whois = suffixes().find_map(|suffix| self.whois.get(suffix)).cloned();
        let server = suffixes()
            .find_map(|suffix| self.overrides.get(suffix).or_else(|| self.suffixes.get(suffix)));
        match (server, whois) {
            (Some(server), whois) => Whom::Rdap(server.clone(), whois),
            (None, Some(whois)) => Whom::Whois(whois),
            (None, None) => match suffixes().find(|suffix| self.web_only.contains(*suffix)) {
                Some(suffix) => Whom::WebOnly(suffix.to_owned()),
                None => Whom::Unknown,
            },
        }
    }

    fn for_address(&self, ip: IpAddr) -> Option<&Server> {
        let around = self.networks.iter().filter(|(range, _)| range.contains(ip));
        around.max_by_key(|(range, _)| range.length()).map(|(_, server)| server)
    }

    fn add_iana(&mut self, file: File) -> Result<(), LookupError> {
        for rule in &file.rdap {
            for suffix in &rule.suffixes {
                let suffix = suffix_key(suffix)?;
                let server = rule.server(&suffix)?;
                self.suffixes.insert(suffix, server);
            }
            self.add_numbers(rule)?;
        }
        Ok(())
    }

    fn add_numbers(&mut self, rule: &RdapRule) -> Result<(), LookupError> {
        for block in &rule.v4_blocks {
            let (first, last) = numbers(block)?;
            for number in first..=last {
                self.networks.push((range(&format!("{number}.0.0.0/8"))?, rule.server("")?));
            }
        }
        for network in &rule.networks {
            self.networks.push((range(network)?, rule.server("")?));
        }
        for autnum in &rule.autnums {
            let (first, last) = numbers(autnum)?;
            self.autnums.push((first, last, rule.server("")?));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rdap: Vec<RdapRule>,
    #[serde(default)]
    whois: Vec<WhoisRule>,
    #[serde(default)]
    web_only: Vec<WebRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RdapRule {
    url: String,
    #[serde(default)]
    suffixes: Vec<String>,
    #[serde(default)]
    v4_blocks: Vec<String>,
    #[serde(default)]
    networks: Vec<String>,
    #[serde(default)]
    autnums: Vec<String>,
    source: String,
    as_of: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhoisRule {
    server: String,
    suffixes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebRule {
    suffixes: Vec<String>,
}

impl File {
    fn parse(text: &str) -> Result<Self, LookupError> {
        toml::from_str(text).map_err(|error| table(error.message().to_owned()))
    }
}

impl RdapRule {
    fn server(&self, suffix: &str) -> Result<Server, LookupError> {
        let url = base(&self.url.replace("{suffix}", suffix))
            .ok_or_else(|| table(format!("{} is not an address of a server", self.url)))?;
        Ok(Server { url, source: self.source.clone(), as_of: self.as_of.clone() })
    }
}

/// A bootstrap file, read.
struct Bootstrap {
    kind: Kind,
    entries: Vec<(String, Server)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Suffixes,
    V4,
    V6,
    Autnums,
}

impl Bootstrap {
    fn parse(text: &str) -> Result<Self, LookupError> {
        let file: Value = super::json::parse(text.as_bytes()).map_err(|it| table(it.to_owned()))?;
        let services = file["services"].as_array().ok_or_else(|| table("it has no `services`"))?;
        let as_of = file["publication"].as_str().unwrap_or("an unknown day");
        let as_of = as_of.split('T').next().unwrap_or_default().to_owned();
        let mut entries = Vec::new();
        for service in services {
            let (Some(keys), Some(urls)) = (service[0].as_array(), service[1].as_array()) else {
                return Err(table("a service is not a list of keys and a list of addresses"));
            };
            let urls = || urls.iter().filter_map(|it| base(it.as_str()?));
            let secure = urls().find(|url| url.starts_with("https:"));
            let Some(url) = secure.or_else(|| urls().next()) else { continue };
            let server =
                Server { url, source: "IANA bootstrap file".to_owned(), as_of: as_of.clone() };
            for key in keys {
                let key = key.as_str().ok_or_else(|| table("a key is not a text"))?;
                entries.push((key.to_owned(), server.clone()));
            }
        }
        let first = entries.first().ok_or_else(|| table("it names no server"))?;
        let kind = match first.0.split_once('/') {
            Some((ip, _)) if ip.contains(':') => Kind::V6,
            Some(_) => Kind::V4,
            None if first.0.starts_with(|c: char| c.is_ascii_digit()) => Kind::Autnums,
            None => Kind::Suffixes,
        };
        Ok(Self { kind, entries })
    }
}

/// A base URL with a slash at its end; none for what is no web address.
fn base(text: &str) -> Option<String> {
    let text = text.trim();
    let url = url::Url::parse(text).ok().filter(url::Url::has_host)?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.query().is_none();
    is_web.then(|| if text.ends_with('/') { text.to_owned() } else { format!("{text}/") })
}

fn suffix_key(text: &str) -> Result<String, LookupError> {
    let key = ascii(text.trim_start_matches('.'));
    let is_name = key.is_ascii() && !key.is_empty() && key.split('.').all(|it| !it.is_empty());
    if is_name { Ok(key) } else { Err(table(format!("{text} is not a suffix"))) }
}

fn range(text: &str) -> Result<Range, LookupError> {
    Range::parse(text).map_err(|problem| table(format!("{text}: {problem}")))
}

/// `64496` or `64496-64511`.
fn numbers(text: &str) -> Result<(u32, u32), LookupError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(table(format!("{text} is not a number or a range of numbers"))),
    }
}

fn table(problem: impl Into<String>) -> LookupError {
    LookupError::RegistryTable { problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(servers: &Servers, object: RegistryObject, about: &str) -> String {
        match servers.whom(object, about) {
            Whom::Rdap(server, None) => server.url,
            Whom::Rdap(server, Some(whois)) => format!("{}, then {whois}", server.url),
            Whom::Whois(server) => server,
            Whom::WebOnly(suffix) => format!("web only: .{suffix}"),
            Whom::Nobody | Whom::Unknown => "unknown".to_owned(),
        }
    }

    #[track_caller]
    fn check(about: &str, expected: &str) {
        let servers = Servers::shipped();
        assert_eq!(asked(&servers, RegistryObject::Domain, about), expected, "{about}");
    }

    #[test]
    fn a_suffix_is_matched_by_whole_labels() {
        check("example.com", "https://rdap.verisign.com/com/v1/");
        check("EXAMPLE.COM.", "https://rdap.verisign.com/com/v1/");
        check("example.net", "https://rdap.verisign.com/net/v1/");
        check("notcom", "unknown");
        // These end in the letters of .ai, .is, .ar and .cc.
        check("пример.рф", "whois.tcinet.ru");
        check("x.xn--p1ai", "whois.tcinet.ru");
        check("x.xn--90ais", "unknown");
        check("x.xn--mgberp4a5d4ar", "unknown");
        check("x.xn--54b7fta0cc", "unknown");
    }

    #[test]
    fn an_override_comes_before_iana_and_whois_last() {
        check("example.io", "https://rdap.identitydigital.services/rdap/");
        check("example.de", "https://rdap.denic.de/, then whois.denic.de");
        check("example.jp", "whois.jprs.jp");
        check("example.es", "web only: .es");
        check("example.kp", "unknown");
        let servers = Servers::shipped()
            .with_overrides(
                "[[rdap]]\nurl = \"https://rdap.registry.test/own\"\nsuffixes = [\"COM\", \".co.uk\"]\n\
                 source = \"us\"\nas_of = \"2026-11-01\"",
            )
            .unwrap();
        let domain = |about: &str| asked(&servers, RegistryObject::Domain, about);
        assert_eq!(domain("example.com"), "https://rdap.registry.test/own/");
        assert_eq!(domain("a.co.uk"), "https://rdap.registry.test/own/");
        assert_eq!(domain("a.uk"), "unknown");
        assert_eq!(asked(&servers, RegistryObject::Nameserver, "ns1.example.jp"), "unknown");
    }

    #[test]
    fn addresses_and_systems_have_registries_too() {
        let servers = Servers::shipped();
        let ip = |about: &str| asked(&servers, RegistryObject::Ip, about);
        assert_eq!(ip("193.0.6.139"), "https://rdap.db.ripe.net/");
        assert_eq!(ip("8.8.8.8"), "https://rdap.arin.net/registry/");
        assert_eq!(ip("2001:200::1"), "https://rdap.apnic.net/");
        assert_eq!(ip("2800::1"), "https://rdap.lacnic.net/rdap/");
        assert_eq!(ip("10.0.0.1"), "unknown");
        assert_eq!(asked(&servers, RegistryObject::Autnum, "AS64500"), "unknown");
    }

    #[test]
    fn a_file_of_iana_replaces_what_was_known_of_its_kind() {
        let dns = r#"{"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": [
            [["test", "a.test", "xn--p1ai"], ["http://old.test/", "https://rdap.test/x"]],
            [["gone"], []], [["odd"], ["nonsense"]]]}"#;
        let servers = Servers::shipped().with_iana(dns).unwrap();
        let domain = |about: &str| asked(&servers, RegistryObject::Domain, about);
        assert_eq!(domain("x.a.test"), "https://rdap.test/x/");
        assert_eq!(domain("x.рф"), "https://rdap.test/x/, then whois.tcinet.ru");
        assert_eq!(domain("x.gone"), "unknown");
        assert_eq!(domain("example.com"), "unknown");
        assert_eq!(domain("example.io"), "https://rdap.identitydigital.services/rdap/");
        let autnums = r#"{"services": [[["64496-64511", "1"], ["https://rdap.test/"]]]}"#;
        let servers = servers.with_iana(autnums).unwrap();
        assert_eq!(asked(&servers, RegistryObject::Autnum, "AS64500"), "https://rdap.test/");
        assert_eq!(asked(&servers, RegistryObject::Autnum, "AS2"), "unknown");
    }

    #[test]
    fn a_file_that_is_none_is_refused() {
        let refused = |text: &str| Servers::none().with_iana(text).unwrap_err().to_string();
        for text in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"services": {}}"#,
            r#"{"services": [[["com"], "https://rdap.test/"]]}"#,
            r#"{"services": [[[7], ["https://rdap.test/"]]]}"#,
            r#"{"services": [[["1.0.0.0/99"], ["https://rdap.test/"]]]}"#,
            r#"{"services": [[["9-1"], ["https://rdap.test/"]]]}"#,
            r#"{"services": []}"#,
        ] {
            assert!(refused(text).starts_with("the registry table cannot be used: "), "{text}");
        }
    }
}
