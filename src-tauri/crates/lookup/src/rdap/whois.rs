//! A WHOIS text: the last resort.
//!
//! Pure. There is no agreed form and no agreed way to say "no such domain", so a text is read only when
//! it names the domain that was asked for on a line of its own; everything else is for a person to read.
//! Source: RFC 3912; the forms of the registries in `rdap/overrides.toml`.

use farol_model::registry::{
    AbuseContact, Registrar, RegistryEvent, RegistryObject, RegistryRecord,
};

use super::read::clean;
use crate::questions::ascii;

/// How much of a text an observation carries, in bytes; the whole is kept as it came.
const MAX_SHOWN: usize = 16 * 1024;

/// The line that a server wants to be asked with.
pub(super) fn question(server: &str, domain: &str) -> String {
    match server {
        "whois.denic.de" => format!("-T dn,ace {domain}\r\n"),
        "whois.jprs.jp" => format!("{domain}/e\r\n"),
        _ => format!("{domain}\r\n"),
    }
}

/// The text for people: as UTF-8, or as Latin-1 when it is not.
pub(super) fn text(bytes: &[u8]) -> String {
    let decoded = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let plain: String =
        decoded.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let end = (0..=plain.len().min(MAX_SHOWN)).rev().find(|at| plain.is_char_boundary(*at));
    plain[..end.unwrap_or_default()].trim().to_owned()
}

/// What can be read from a text about a domain; none when it does not name it.
pub(super) fn read(text: &str, domain: &str) -> Option<RegistryRecord> {
    let lines: Vec<(String, String)> = text.lines().filter_map(pair).collect();
    let all = |keys: &[&str]| -> Vec<String> {
        let wanted = lines.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        let mut found: Vec<String> = Vec::new();
        for (_, value) in wanted.take(100) {
            if !found.contains(value) {
                found.push(value.clone());
            }
        }
        found
    };
    let first = |keys: &[&str]| all(keys).into_iter().next();
    let named = first(&["domain name", "domain"])?;
    if ascii(&named) != ascii(domain) {
        return None;
    }
    let mut record = RegistryRecord::about(RegistryObject::Domain, ascii(domain));
    record.registrar = first(&["registrar", "sponsoring registrar", "registrar name"])
        .map(|name| Registrar { name, iana_id: first(&["registrar iana id"]) });
    record.events = [
        ("registration", &["creation date", "created", "registered", "registration time"][..]),
        ("last changed", &["updated date", "changed", "last-update", "modified"][..]),
        (
            "expiration",
            &["registry expiry date", "expiry date", "paid-till", "expires", "expiration time"][..],
        ),
    ]
    .into_iter()
    .filter_map(|(action, keys)| {
        let written = first(keys)?;
        Some(RegistryEvent { action: action.to_owned(), at: written.parse().ok(), written })
    })
    .collect();
    record.statuses = all(&["domain status", "status", "state"]);
    record.nameservers = all(&["name server", "nserver", "nameserver", "nameservers"])
        .iter()
        .filter_map(|value| Some(ascii(value.split_whitespace().next()?)))
        .collect();
    record.dnssec = first(&["dnssec"]).map(|it| it.to_lowercase().starts_with("signed"));
    let emails = all(&["registrar abuse contact email", "abuse contact", "abuse-mailbox"]);
    if !emails.is_empty() {
        record.abuse = vec![AbuseContact {
            name: None,
            emails,
            phones: all(&["registrar abuse contact phone"]),
            found_in: "a line of the WHOIS text".to_owned(),
        }];
    }
    Some(record)
}

/// `Domain Name: A.TEST` as `("domain name", "A.TEST")`.
fn pair(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once(':')?;
    let (key, value) = (clean(key).to_lowercase(), clean(value));
    let is_key = key.len() <= 40 && !key.starts_with(['%', '#', '>']);
    (is_key && !value.is_empty()).then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "% a remark: with a colon\r\nDomain Name: A.TEST\r\nRegistrar: Granite Names\r\n\
        Registrar IANA ID: 9995\r\nRegistrar Abuse Contact Email: abuse@granite-dns.example\r\n\
        Creation Date: 2026-01-02T03:04:05Z\r\nRegistry Expiry Date: soon\r\n\
        Domain Status: clientHold https://icann.org/epp#clientHold\r\nName Server: NS1.A.TEST\r\n\
        Name Server: ns2.a.test. 192.0.2.1\r\nDNSSEC: unsigned\r\n";

    #[test]
    fn a_text_of_the_usual_form_is_read() {
        let record = read(TEXT, "a.test").unwrap();
        assert_eq!(record.registrar.as_ref().unwrap().iana_id.as_deref(), Some("9995"));
        assert_eq!(record.nameservers, ["ns1.a.test", "ns2.a.test"]);
        assert_eq!(record.dnssec, Some(false));
        assert_eq!(record.abuse_email(), Some("abuse@granite-dns.example"));
        assert_eq!(record.events[0].at.unwrap().to_minute(), "2026-01-02 03:04 UTC");
        assert_eq!(record.events[1].at, None);
    }

    #[test]
    fn a_text_that_does_not_name_the_domain_is_left_to_a_person() {
        for text in [
            "",
            "No match for A.TEST.",
            "Domain: b.test\nRegistrar: Granite",
            "a.test",
            "Status: free",
            "You have exceeded the limit: a.test",
        ] {
            assert_eq!(read(text, "a.test"), None, "{text}");
        }
    }

    #[test]
    fn any_bytes_become_a_text_of_bounded_length() {
        assert_eq!(text(b"Stra\xdfe\0\x1b[31m\r\n"), "Straße[31m");
        assert_eq!(text("é".repeat(20_000).as_bytes()).len(), MAX_SHOWN);
        assert_eq!(text(b""), "");
    }
}
