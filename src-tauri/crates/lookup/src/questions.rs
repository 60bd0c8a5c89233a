//! What is asked about a host.
//!
//! Pure: which questions, and the names in them. A name is asked fully qualified, in lower case
//! and in its ASCII form, so that no search list of the system can add to it.

use std::net::IpAddr;

use farol_model::{lookup::Question, registry::RegistryObject};
use hickory_proto::rr::{Name, RecordType};

use crate::LookupError;

/// Asked about the host itself.
const HOST_TYPES: [&str; 4] = ["A", "AAAA", "CNAME", "HTTPS"];
/// Asked about its registrable domain.
const DOMAIN_TYPES: [&str; 8] = ["NS", "SOA", "MX", "TXT", "CAA", "DS", "DNSKEY", "SVCB"];
/// How the DMARC policy of the domain is named where types are chosen.
const DMARC: &str = "DMARC";
/// How the question is named whether any name of the domain answers.
const WILDCARD: &str = "WILDCARD";
/// What stands before the selector of a DKIM key.
const DKIM: &str = "DKIM=";
/// Parents of a host, from its own upwards, under which a made-up name is asked for.
const MAX_PARENTS: usize = 3;

/// Which record types are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Types(Vec<String>);

impl Types {
    /// What is asked unless somebody chooses.
    pub fn usual() -> Self {
        let all = HOST_TYPES.iter().chain(&DOMAIN_TYPES).chain(&[DMARC, WILDCARD, "PTR"]);
        Self(all.map(|it| (*it).to_owned()).collect())
    }

    /// The same with the DKIM keys of these selectors.
    #[must_use]
    pub fn with_selectors(mut self, selectors: &[String]) -> Self {
        self.0.extend(selectors.iter().map(|it| format!("{DKIM}{}", it.to_uppercase())));
        self
    }

    /// Reads `A,AAAA,NS`; `DMARC` is the TXT record of `_dmarc`, `DKIM=s1` that of `s1._domainkey`, and
    /// `WILDCARD` asks whether any name of the domain answers. A type that is not asked usually is
    /// asked about the host.
    ///
    /// # Errors
    /// The word that is no record type.
    pub fn parse(text: &str) -> Result<Self, LookupError> {
        let words = text.split([',', ' ']).map(str::trim).filter(|it| !it.is_empty());
        let mut types = Vec::new();
        for word in words.map(str::to_uppercase) {
            let is_question = word.parse::<RecordType>().is_ok_and(|it| !NO_TYPES.contains(&it));
            let is_selector = word.strip_prefix(DKIM).is_some_and(is_selector);
            if word != DMARC && word != WILDCARD && !is_selector && !is_question {
                return Err(LookupError::RecordType { word });
            }
            if !types.contains(&word) {
                types.push(word);
            }
        }
        if types.is_empty() {
            return Err(LookupError::RecordType { word: String::new() });
        }
        Ok(Self(types))
    }

    /// As [`Types::parse`] reads them.
    pub fn in_words(&self) -> String {
        self.0.join(",")
    }

    /// How many questions about a host itself there are.
    pub fn n_about_host(&self, host: &str) -> usize {
        about_host(host, self).len()
    }

    /// How many questions about a registrable domain there are.
    pub fn n_about_domain(&self) -> usize {
        about_domain("domain.test", self).len()
    }

    /// Where a question stands among those about a host; what came up on the way stands last.
    pub(crate) fn rank(&self, question: &Question, host: &str) -> (bool, usize) {
        let Question::Dns { name, record_type } = question else { return (true, usize::MAX) };
        let place = self.0.iter().position(|it| it == record_type);
        (!host.is_empty() && name != host, place.unwrap_or(usize::MAX))
    }

    fn of<'a>(&'a self, known: &'a [&str]) -> impl Iterator<Item = &'a String> {
        self.0.iter().filter(|it| known.contains(&it.as_str()))
    }
}

/// Not types of records that a resolver could be asked for; a whole zone is not ours to ask for.
const NO_TYPES: [RecordType; 4] =
    [RecordType::OPT, RecordType::AXFR, RecordType::IXFR, RecordType::ANY];

/// The questions that are asked about a host unless somebody chooses.
///
/// For a name: its addresses, CNAME and HTTPS records; NS, SOA, MX, TXT, CAA, DS, DNSKEY, SVCB and
/// the DMARC policy of its registrable domain (public suffix list with its private section), and whether
/// any name under its parents answers. For an
/// address: its name and who announces it. Which types: what users of DNS tools ask for.
///
/// Nothing for a subject that only a registry knows; see [`registry_questions`].
pub fn questions(host: &str) -> Vec<Question> {
    questions_of(host, &Types::usual())
}

/// The same for types that somebody chose.
pub(crate) fn questions_of(host: &str, types: &Types) -> Vec<Question> {
    let mut questions = about_host(host, types);
    if let Some(ip) = as_ip(host) {
        questions.push(Question::Asn { ip: ip.to_string() });
    } else if !is_subject(host) {
        let host = ascii(host);
        let domain = registrable(&host);
        questions.extend(about_domain(domain, types));
        questions.extend(parents(&host, domain).into_iter().map(anything_under));
    }
    questions
}

/// What the resolver is asked about a host itself.
pub(crate) fn about_host(host: &str, types: &Types) -> Vec<Question> {
    if is_subject(host) {
        return Vec::new();
    }
    if let Some(ip) = as_ip(host) {
        let name = plain(&Name::from(ip));
        return types.of(&["PTR"]).map(|record_type| dns(&name, record_type)).collect();
    }
    let host = ascii(host);
    let elsewhere = |it: &&String| {
        let it = it.as_str();
        !DOMAIN_TYPES.contains(&it)
            && ![DMARC, WILDCARD, "PTR"].contains(&it)
            && !it.starts_with(DKIM)
    };
    types.0.iter().filter(elsewhere).map(|record_type| dns(&host, record_type)).collect()
}

/// What the resolver is asked about a registrable domain, once for all of its hosts.
pub(crate) fn about_domain(domain: &str, types: &Types) -> Vec<Question> {
    let of_domain = types.of(&DOMAIN_TYPES).map(|record_type| dns(domain, record_type));
    let policy = types.of(&[DMARC]).map(|_| dns(&dmarc(domain), "TXT"));
    let selectors = types.0.iter().filter_map(|it| it.strip_prefix(DKIM));
    let keys =
        selectors.map(|it| dns(&format!("{}._domainkey.{domain}", it.to_ascii_lowercase()), "TXT"));
    let anything = types.of(&[WILDCARD]).map(|_| anything_under(domain));
    of_domain.chain(policy).chain(keys).chain(anything).collect()
}

/// Whether any name under a parent answers; the name is made up when it is asked.
fn anything_under(parent: &str) -> Question {
    Question::Wildcard { under: parent.to_owned(), label: String::new() }
}

/// Parents of a host below its registrable domain, its own first.
fn parents<'a>(host: &'a str, domain: &str) -> Vec<&'a str> {
    let mut parents = Vec::new();
    let mut rest = host;
    while let Some((_, parent)) = rest.split_once('.') {
        if parent == domain || parent.len() < domain.len() || parents.len() == MAX_PARENTS {
            break;
        }
        parents.push(parent);
        rest = parent;
    }
    parents
}

/// Whether a word can be the selector of a DKIM key.
pub fn is_selector(word: &str) -> bool {
    let is_label = |it: &str| {
        !it.is_empty()
            && it.len() < 64
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    word.len() < 128 && word.split('.').all(is_label)
}

/// What the registries are asked about a host before anything is known of it: its domain as the
/// registry sells it (the private section of the public suffix list is none of a registry's business),
/// or the address. An autonomous system is written `AS64496`, a name server `ns:ns1.example.test`.
pub fn registry_questions(host: &str) -> Vec<Question> {
    let asked = |object, about: String| vec![Question::Rdap { object, about }];
    if let Some(number) = crate::rdap::autnum(host) {
        return asked(RegistryObject::Autnum, format!("AS{number}"));
    }
    if let Some(name) = host.strip_prefix("ns:") {
        return asked(RegistryObject::Nameserver, ascii(name));
    }
    if let Some(ip) = as_ip(host) {
        return asked(RegistryObject::Ip, ip.to_string());
    }
    let host = ascii(host);
    sold(&host).map_or_else(Vec::new, |domain| asked(RegistryObject::Domain, domain.to_owned()))
}

/// What a registry is asked about for a host, in a spelling of which [`registry_questions`] makes the
/// same question again; none when there is nothing to ask.
pub fn registry_subject(host: &str) -> Option<String> {
    match registry_questions(host).into_iter().next()? {
        Question::Rdap { object: RegistryObject::Nameserver, about } => Some(format!("ns:{about}")),
        other => Some(other.about().to_owned()),
    }
}

/// Whether a subject is known to registries alone: `AS64496`, `ns:ns1.example.test`.
pub fn is_subject(text: &str) -> bool {
    let is_name = |name: &str| name.contains('.') && Name::from_utf8(name).is_ok();
    crate::rdap::autnum(text).is_some() || text.strip_prefix("ns:").is_some_and(is_name)
}

/// The domain that a registry sold: one label more than the suffix of its own section.
fn sold(host: &str) -> Option<&str> {
    let mut suffix = psl::suffix(host.as_bytes())?;
    while suffix.typ() == Some(psl::Type::Private) {
        let shorter = suffix.as_bytes().splitn(2, |byte| *byte == b'.').nth(1)?;
        suffix = psl::suffix(shorter)?;
    }
    let suffix = std::str::from_utf8(suffix.as_bytes()).ok()?;
    let before = host.strip_suffix(suffix)?.strip_suffix('.')?;
    let start = before.rfind('.').map_or(0, |at| at + 1);
    Some(&host[start..])
}

/// Where a domain says what is to be done with mail in its name (RFC 7489).
pub(crate) fn dmarc(domain: &str) -> String {
    format!("_dmarc.{domain}")
}

/// A DNS question.
pub(crate) fn dns(name: &str, record_type: &str) -> Question {
    Question::Dns { name: name.to_owned(), record_type: record_type.to_owned() }
}

/// The address that a host is, when it is one; brackets around IPv6 are taken off.
pub(crate) fn as_ip(host: &str) -> Option<IpAddr> {
    let host = host.trim();
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host).parse().ok()
}

/// A name in lower-case ASCII without trailing dot; what is no name stays as it was written.
pub(crate) fn ascii(host: &str) -> String {
    let host = host.trim().trim_end_matches('.');
    if host.is_ascii() {
        return host.to_ascii_lowercase();
    }
    Name::from_utf8(host).map_or_else(|_| host.to_lowercase(), |name| plain(&name))
}

/// The registrable domain of a name; a name without one (a public suffix) is taken as it is.
pub(crate) fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// The registrable domain of a host; none for an address, a public suffix, or what is no name.
pub fn registrable_domain(host: &str) -> Option<String> {
    if as_ip(host).is_some() || is_subject(host) {
        return None;
    }
    psl::domain_str(&ascii(host)).map(str::to_owned)
}

/// A name as people write it: lower case, no trailing dot; the root is `.`.
pub(crate) fn plain(name: &Name) -> String {
    // Nearly all names are of letters, digits and hyphens, and there are very many.
    let is_simple =
        |label: &[u8]| label.iter().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(it));
    if !name.is_root() && name.iter().all(is_simple) {
        let mut text = String::with_capacity(name.len());
        for label in name {
            if !text.is_empty() {
                text.push('.');
            }
            text.extend(label.iter().map(|it| char::from(it.to_ascii_lowercase())));
        }
        return text;
    }
    let text = name.to_lowercase().to_ascii();
    match text.strip_suffix('.') {
        Some("") | None => text,
        Some(stripped) => stripped.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(host: &str, expected: Expect) {
        let asked: Vec<_> = questions(host).iter().map(Question::display).collect();
        expected.assert_eq(&asked.join("\n"));
    }

    #[test]
    fn a_host_is_asked_for_its_addresses_and_its_domain_for_the_rest() {
        check(
            "Login.Harbour-Bank.example.",
            expect![[r#"
                login.harbour-bank.example A
                login.harbour-bank.example AAAA
                login.harbour-bank.example CNAME
                login.harbour-bank.example HTTPS
                harbour-bank.example NS
                harbour-bank.example SOA
                harbour-bank.example MX
                harbour-bank.example TXT
                harbour-bank.example CAA
                harbour-bank.example DS
                harbour-bank.example DNSKEY
                harbour-bank.example SVCB
                _dmarc.harbour-bank.example TXT
                *.harbour-bank.example A"#]],
        );
        let parents = |host: &str| {
            let asked = questions(host).into_iter().filter_map(|it| match it {
                Question::Wildcard { under, .. } => Some(under),
                _ => None,
            });
            asked.collect::<Vec<_>>()
        };
        assert_eq!(parents("kelp.test"), ["kelp.test"]);
        assert_eq!(parents("a.b.c.kelp.test"), ["kelp.test", "b.c.kelp.test", "c.kelp.test"]);
        assert_eq!(parents("kelp.github.io"), ["kelp.github.io"], "not under somebody else's name");
    }

    #[test]
    fn an_address_is_asked_for_its_name_and_its_network() {
        check(
            "192.0.2.10",
            expect![[r#"
            10.2.0.192.in-addr.arpa PTR
            192.0.2.10 ASN"#]],
        );
        check(
            "[2001:db8::1]",
            expect![[r#"
            1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR
            2001:db8::1 ASN"#]],
        );
    }

    #[test]
    fn types_can_be_chosen() {
        let types = Types::parse("a, mx,DMARC tlsa a dkim=S1").unwrap();
        assert_eq!(types.in_words(), "A,MX,DMARC,TLSA,DKIM=S1");
        let shown = |it: Vec<Question>| it.iter().map(Question::display).collect::<Vec<_>>();
        assert_eq!(shown(about_host("w.kelp.test", &types)), ["w.kelp.test A", "w.kelp.test TLSA"]);
        assert_eq!(
            shown(about_domain("kelp.test", &types)),
            ["kelp.test MX", "_dmarc.kelp.test TXT", "s1._domainkey.kelp.test TXT"]
        );
        assert_eq!(about_host("192.0.2.1", &types), Vec::new());
        for wrong in ["", "A,NOPE", "axfr", "ANY", "DKIM=", "DKIM=a..b", "DKIM=*"] {
            assert!(Types::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_registry_is_asked_for_what_it_sold() {
        let check = |host: &str, expected: &str| {
            let asked: Vec<_> = registry_questions(host).iter().map(Question::display).collect();
            assert_eq!(asked.join(", "), expected, "{host}");
        };
        check("Login.Harbour-Bank.example.", "harbour-bank.example RDAP");
        check("phish.someone.github.io", "github.io RDAP");
        check("github.io", "github.io RDAP");
        check("b.s3.eu-west-1.amazonaws.com", "amazonaws.com RDAP");
        check("www.shop.co.uk", "shop.co.uk RDAP");
        check("co.uk", "");
        check("Bücher.example", "xn--bcher-kva.example RDAP");
        check("[2001:db8::1]", "2001:db8::1 RDAP");
        check("AS64496", "AS64496 RDAP");
        check("ns:NS1.Harbour.example", "ns1.harbour.example RDAP");
        for host in
            ["Login.Harbour-Bank.example.", "192.0.2.7", "as64496", "ns:ns1.harbour.example"]
        {
            let subject = registry_subject(host).unwrap();
            assert_eq!(registry_questions(&subject), registry_questions(host), "{host}");
        }
        assert!(questions("AS64496").is_empty() && questions("ns:ns1.harbour.example").is_empty());
        assert!(!is_subject("as.example.test") && !is_subject("AS"), "these are hosts or nothing");
    }

    #[test]
    fn names_are_asked_in_ascii_and_private_suffixes_have_domains_of_their_own() {
        assert_eq!(ascii("Bücher.example"), "xn--bcher-kva.example");
        assert_eq!(registrable("a.b.shop.example"), "shop.example");
        assert_eq!(registrable("phish.someone.github.io"), "someone.github.io");
        assert_eq!(registrable("github.io"), "github.io");
    }
}
