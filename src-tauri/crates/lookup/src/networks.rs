//! Tables of who runs which ranges and names.
//!
//! One TOML file per network, each rule with its source and date. Pure: reads and matches; what
//! follows from a match is the verdict's business.

/// Which rules may match.
mod index;

use std::net::IpAddr;

use farol_model::lookup::{Confidence, Role};
use serde::Deserialize;

use crate::LookupError;
use index::{Index, Place};

macro_rules! shipped {
    ($($id:literal),* $(,)?) => {
        &[$(include_str!(concat!("../networks/", $id, ".toml"))),*]
    };
}

const SHIPPED: &[&str] = shipped!(
    "akamai",
    "alibaba",
    "altervista",
    "automattic",
    "aws",
    "bubble",
    "bunny",
    "canva",
    "carrd",
    "cdn77",
    "cloudflare",
    "cloudns",
    "codeberg",
    "ddosguard",
    "deno",
    "desec",
    "digitalocean",
    "duckdns",
    "dweb",
    "dynv6",
    "euorg",
    "fastly",
    "fly",
    "framer",
    "gcore",
    "gitbook",
    "github",
    "gitlab",
    "glitch",
    "godaddy",
    "google",
    "harbour",
    "heroku",
    "hostinger",
    "huggingface",
    "imperva",
    "keycdn",
    "linode",
    "localtonet",
    "lovable",
    "microsoft",
    "netlify",
    "ngrok",
    "noip",
    "notion",
    "ns1",
    "pantheon",
    "qrator",
    "railway",
    "readthedocs",
    "render",
    "replit",
    "shopify",
    "square",
    "squarespace",
    "stormwall",
    "streamlit",
    "sucuri",
    "supabase",
    "surge",
    "tencent",
    "vercel",
    "vultr",
    "wangsu",
    "webflow",
    "wix",
    "wpengine",
);

/// What is known about networks, ours included.
#[derive(Debug, Clone)]
pub struct Networks {
    networks: Vec<Network>,
    index: Index,
}

/// One network.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) ours: bool,
    pub(crate) abuse_contact: Option<String>,
    rules: Vec<Rule>,
}

/// What a match means.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    on: On,
    patterns: Vec<Pattern>,
    pub(crate) role: Role,
    pub(crate) service: Option<String>,
    pub(crate) confidence: Confidence,
    pub(crate) source: String,
    pub(crate) as_of: String,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum On {
    /// An address of the host.
    Range,
    /// The host name, or a name that a CNAME leads to.
    Cname,
    /// A name server of the zone.
    Ns,
    /// An address of a name server of the zone, whatever it is called.
    NsAddress,
    /// The primary server, or the contact, that the zone's SOA record names.
    Soa,
    /// A mail exchanger of the zone.
    Mx,
    /// The system that announces an address.
    Asn,
    /// IANA's number of the registrar that the registry names.
    Registrar,
}

/// A rule that matched, and how it is written in the table.
#[derive(Debug, Clone)]
pub(crate) struct Match<'a> {
    pub(crate) network: &'a Network,
    pub(crate) rule: &'a Rule,
    pub(crate) pattern: String,
}

impl Networks {
    /// The tables that come with Farol, the fictional network of the samples among them.
    pub fn shipped() -> Self {
        let none = Self::of(Vec::new());
        SHIPPED
            .iter()
            .try_fold(none, |networks, text| networks.with(text))
            .expect("the shipped tables parse; a test reads them")
    }

    /// These networks and one more from a TOML text; a network with the same id is replaced.
    /// This is how a team describes its own network.
    ///
    /// # Errors
    /// `NetworkTable` when the text is not TOML of the right shape, `NetworkRule` when a value
    /// does not fit its kind.
    pub fn with(&self, toml_text: &str) -> Result<Self, LookupError> {
        let file: NetworkFile = toml::from_str(toml_text).map_err(Box::new)?;
        let network = file.into_network()?;
        let mut networks = self.networks.clone();
        match networks.iter_mut().find(|known| known.id == network.id) {
            Some(known) => *known = network,
            None => networks.push(network),
        }
        Ok(Self::of(networks))
    }

    fn of(networks: Vec<Network>) -> Self {
        Self { index: Index::of(&networks), networks }
    }

    /// These networks, with one of them as ours and no other. Nothing changes when none has the id.
    pub fn with_ours(&self, id: &str) -> Self {
        let mut networks = self.networks.clone();
        if networks.iter().any(|it| it.id == id) {
            for it in &mut networks {
                it.ours = it.id == id;
            }
        }
        Self::of(networks)
    }

    /// All tables with every rule, as one text: two that are equal judge alike.
    pub fn in_full(&self) -> String {
        format!("{:?}", self.networks)
    }

    /// Every network: its id, its name, and whether it is ours; by name.
    pub fn all(&self) -> Vec<(&str, &str, bool)> {
        let mut all: Vec<_> =
            self.networks.iter().map(|it| (it.id.as_str(), it.name.as_str(), it.ours)).collect();
        all.sort_by_key(|(_, name, _)| name.to_lowercase());
        all
    }

    /// The rules for the smallest range that holds an address; several when they share it.
    pub(crate) fn for_address(&self, ip: IpAddr) -> Vec<Match<'_>> {
        self.for_address_of(On::Range, ip)
    }

    /// The same for the address of a name server.
    pub(crate) fn for_server_address(&self, ip: IpAddr) -> Vec<Match<'_>> {
        self.for_address_of(On::NsAddress, ip)
    }

    fn for_address_of(&self, on: On, ip: IpAddr) -> Vec<Match<'_>> {
        let found: Vec<(Range, Place)> = self.index.for_address(on, ip).collect();
        let longest = found.iter().map(|(range, _)| range.length).max();
        let of_these = found.into_iter().filter(|(range, _)| Some(range.length) == longest);
        let matches = of_these.map(|(range, place)| {
            let (network, rule) = self.rule(place);
            let pattern = format!("{}/{}", range.network, range.length);
            Match { network, rule, pattern }
        });
        matches.collect()
    }

    /// The rules of a kind whose suffix a name has, in whole labels.
    pub(crate) fn for_name(&self, on: On, name: &str) -> Vec<Match<'_>> {
        let candidates = self.index.for_name(on, name);
        candidates
            .into_iter()
            .filter_map(|place| {
                let (network, rule) = self.rule(place);
                let suffix = rule.patterns.iter().find_map(|pattern| match pattern {
                    Pattern::Suffix(suffix) if has_suffix(name, suffix) => Some(suffix),
                    _ => None,
                })?;
                Some(Match { network, rule, pattern: suffix.clone() })
            })
            .collect()
    }

    /// The rules for an autonomous system.
    pub(crate) fn for_asn(&self, asn: u32) -> Vec<Match<'_>> {
        let places = self.index.for_number(On::Asn, asn);
        let rules = places.into_iter().map(|place| self.rule(place));
        rules.map(|(network, rule)| Match { network, rule, pattern: format!("AS{asn}") }).collect()
    }

    /// The rules for a registrar, by IANA's number for it.
    pub(crate) fn for_registrar(&self, iana_id: &str) -> Vec<Match<'_>> {
        let Ok(id) = iana_id.parse::<u32>() else { return Vec::new() };
        let places = self.index.for_number(On::Registrar, id);
        let rules = places.into_iter().map(|place| self.rule(place));
        rules.map(|(network, rule)| Match { network, rule, pattern: iana_id.to_owned() }).collect()
    }

    fn rule(&self, (network, rule): Place) -> (&Network, &Rule) {
        let network = &self.networks[usize::from(network)];
        (network, &network.rules[usize::from(rule)])
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkFile {
    id: String,
    name: String,
    #[serde(default)]
    ours: bool,
    abuse_contact: Option<String>,
    #[serde(default, rename = "rule")]
    rules: Vec<RuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(rename = "match")]
    on: On,
    values: Vec<String>,
    role: Role,
    service: Option<String>,
    confidence: Confidence,
    source: String,
    as_of: String,
}

impl NetworkFile {
    fn into_network(self) -> Result<Network, LookupError> {
        let Self { id, name, ours, abuse_contact, rules } = self;
        let rules = rules.into_iter().enumerate().map(|(i, rule)| {
            let patterns = rule.values.iter().map(|value| Pattern::parse(rule.on, value));
            let patterns = patterns.collect::<Result<_, _>>().map_err(|problem| {
                LookupError::NetworkRule { network: id.clone(), rule: i + 1, problem }
            })?;
            let RuleFile { on, role, service, confidence, source, as_of, .. } = rule;
            Ok(Rule { on, patterns, role, service, confidence, source, as_of })
        });
        let rules = rules.collect::<Result<_, LookupError>>()?;
        Ok(Network { id, name, ours, abuse_contact, rules })
    }
}

#[derive(Debug, Clone)]
enum Pattern {
    Range(Range),
    /// Lower case; see [`has_suffix`].
    Suffix(String),
    Asn(u32),
    Registrar(u32),
}

/// A network in prefix notation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    network: IpAddr,
    length: u8,
}

impl Pattern {
    fn parse(on: On, text: &str) -> Result<Self, &'static str> {
        match on {
            On::Range | On::NsAddress => Range::parse(text).map(Self::Range),
            On::Asn => text.parse().map(Self::Asn).map_err(|_| "not an asn"),
            On::Registrar => {
                text.parse().map(Self::Registrar).map_err(|_| "not an IANA registrar number")
            }
            On::Cname | On::Ns | On::Soa | On::Mx => {
                let is_name = text.split('.').count() >= 2
                    && text.split('.').all(|label| !label.is_empty())
                    && text.is_ascii();
                if is_name { Ok(Self::Suffix(text.to_lowercase())) } else { Err("not a suffix") }
            }
        }
    }
}

impl Range {
    /// Reads `192.0.2.0/24`.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let (network, length) = text.split_once('/').ok_or("not a range like 192.0.2.0/24")?;
        let network: IpAddr = network.parse().map_err(|_| "not an address")?;
        let length: u8 = length.parse().map_err(|_| "not a prefix length")?;
        let range = Self { network, length };
        if length > width(network) {
            return Err("the prefix length is too long");
        }
        if bits(network) & !range.mask() != 0 {
            return Err("the address has bits beyond the prefix");
        }
        Ok(range)
    }

    /// Whether an address is in it; IPv4 and IPv6 never are in each other.
    pub(crate) fn contains(self, ip: IpAddr) -> bool {
        width(ip) == width(self.network) && bits(ip) & self.mask() == bits(self.network)
    }

    /// Its prefix length.
    pub(crate) fn length(self) -> u8 {
        self.length
    }

    /// Whether it is of IPv4.
    pub(crate) fn is_v4(self) -> bool {
        self.network.is_ipv4()
    }

    fn mask(self) -> u128 {
        let n_free = u32::from(width(self.network) - self.length);
        u128::MAX.checked_shl(n_free).unwrap_or(0)
    }
}

fn width(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(u32::from(ip)),
        IpAddr::V6(ip) => ip.into(),
    }
}

/// Whether a name ends in a suffix, label by label: `notharbour.example` does not end in
/// `harbour.example`.
///
/// A leading `*.` asks for at least one more label; elsewhere `*` stands for any part of one
/// label, as in `s3.*.amazonaws.com`.
fn has_suffix(name: &str, suffix: &str) -> bool {
    let (suffix, needs_more) = match suffix.strip_prefix("*.") {
        Some(rest) => (rest, true),
        None => (suffix, false),
    };
    let mut labels = name.rsplit('.');
    suffix
        .rsplit('.')
        .all(|pattern| labels.next().is_some_and(|label| label_matches(label, pattern)))
        && (!needs_more || labels.next().is_some())
}

fn label_matches(label: &str, pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return label.eq_ignore_ascii_case(pattern);
    };
    let Some(rest) = label.strip_prefix(before) else { return false };
    rest.char_indices()
        .map(|(i, _)| i)
        .chain([rest.len()])
        .any(|i| label_matches(&rest[i..], after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_ends_at_a_label() {
        let check = |name: &str, suffix: &str, expected: bool| {
            assert_eq!(has_suffix(name, suffix), expected, "{name} in {suffix}");
        };
        check("harbour.example", "harbour.example", true);
        check("a.HARBOUR.example", "harbour.example", true);
        check("notharbour.example", "harbour.example", false);
        check("harbour.example.evil.test", "harbour.example", false);
        check("cdn.harbour.example", "*.cdn.harbour.example", false);
        check("x.cdn.harbour.example", "*.cdn.harbour.example", true);
        check("xcdn.harbour.example", "*.cdn.harbour.example", false);
        check("example", "harbour.example", false);
        check("b.s3.eu-north-1.amazonaws.com", "s3.*.amazonaws.com", true);
        check("b.s3.a.b.amazonaws.com", "s3.*.amazonaws.com", false);
        check("b.s3-eu-north-1.amazonaws.com", "s3-*.amazonaws.com", true);
    }

    #[test]
    fn the_smallest_range_wins() {
        let networks = Networks::shipped()
            .with(
                r#"
                id = "tenant"
                name = "Tenant"
                [[rule]]
                match = "range"
                values = ["192.0.2.64/26"]
                role = "host"
                confidence = "high"
                source = "their list"
                as_of = "2026-11-01"
                "#,
            )
            .unwrap();
        let check = |ip: &str, expected: &[&str]| {
            let found = networks.for_address(ip.parse().unwrap());
            let names: Vec<_> = found.iter().map(|m| m.network.name.as_str()).collect();
            assert_eq!(names, expected, "{ip}");
        };
        check("192.0.2.63", &["Harbour Edge"]);
        check("192.0.2.64", &["Tenant"]);
        check("192.0.2.128", &["Harbour Edge"]);
        check("203.0.113.1", &[]);
        check("2001:db8:40::1", &["Harbour Edge"]);
        check("104.22.5.1", &["Cloudflare"]);
    }

    #[test]
    fn a_network_with_a_known_id_replaces_it() {
        let ours = "id = \"cloudflare\"\nname = \"Us\"\nours = true";
        let networks = Networks::shipped().with(ours).unwrap();
        assert_eq!(networks.networks.len(), SHIPPED.len());
        assert!(networks.for_address("104.22.5.1".parse().unwrap()).is_empty());
    }

    #[test]
    fn a_rule_that_cannot_match_is_refused() {
        let error = |on: &str, value: &str| {
            let text = format!(
                "id = \"x\"\nname = \"X\"\n[[rule]]\nmatch = \"{on}\"\nvalues = [\"{value}\"]\n\
                 role = \"host\"\nconfidence = \"low\"\nsource = \"\"\nas_of = \"\""
            );
            Networks::shipped().with(&text).unwrap_err().to_string()
        };
        assert_eq!(
            error("range", "192.0.2.1/24"),
            "network x, rule 1: the address has bits beyond the prefix"
        );
        assert_eq!(
            error("range", "192.0.2.0/33"),
            "network x, rule 1: the prefix length is too long"
        );
        assert_eq!(error("cname", "example"), "network x, rule 1: not a suffix");
        assert_eq!(error("asn", "AS1"), "network x, rule 1: not an asn");
        assert_eq!(error("colour", "x"), "the network table cannot be read");
    }

    #[test]
    fn what_is_said_to_be_in_the_public_suffix_list_is_in_it() {
        let networks = Networks::shipped();
        let claimed = networks
            .networks
            .iter()
            .flat_map(|network| network.rules.iter().map(move |rule| (network, rule)))
            .filter(|(_, rule)| rule.on == On::Cname)
            .filter(|(_, rule)| rule.source == "public suffix list, private section")
            .flat_map(|(_, rule)| &rule.patterns);
        let missing: Vec<_> = claimed
            .filter_map(|pattern| match pattern {
                Pattern::Suffix(suffix) => Some(suffix.strip_prefix("*.").unwrap_or(suffix)),
                _ => None,
            })
            .filter(|suffix| !suffix.contains('*'))
            .filter(|suffix| {
                let below = format!("a.b.{suffix}");
                let is_private = psl::suffix(below.as_bytes())
                    .is_some_and(|found| found.typ() == Some(psl::Type::Private));
                !is_private
            })
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
