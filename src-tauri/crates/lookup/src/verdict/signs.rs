//! What a name shows that another name may show as well: the ground for groups and connections.
//!
//! Pure, as the verdict is. A sign that all customers of a known provider share is marked: it says who
//! the provider is and next to nothing about who the customer is.

use std::net::IpAddr;

use farol_model::{
    lookup::{Answer, Observation, ProviderVerdict, Question, Role},
    registry::RegistryObject,
    sign::{Shown, Sign, SignKind},
};

use super::{record, trail::Trail};
use crate::{
    networks::{Match, Networks, On},
    questions::{ascii, is_subject, registrable},
};

/// Longer values are cut; what is that long is no sign that people read.
const MAX_CHARS: usize = 300;
/// A range of a hoster that is no larger is a platform's own addresses, which its customers share.
const PLATFORM_BITS: u8 = 24;
/// Shorter tokens prove nothing.
const MIN_TOKEN: usize = 8;

/// What a host shows, each once. `verdict` is the one on the same observations.
pub fn signs(
    host: &str,
    observations: &[Observation],
    verdict: &ProviderVerdict,
    networks: &Networks,
) -> Vec<Shown> {
    let host = if is_subject(host) { host.to_owned() } else { ascii(host) };
    let trail = Trail::follow(&host, &observations.iter().collect::<Vec<_>>());
    let mut found = Found { shown: Vec::new(), networks };
    for finding in &verdict.findings {
        found.add(SignKind::of_role(finding.role), finding.provider.clone(), true);
    }
    for address in &trail.addresses {
        found.add_address(address.value);
    }
    for announced in &trail.announced {
        found.add(SignKind::Asn, format!("AS{} {}", announced.asn, announced.holder), true);
    }
    found.add_set(SignKind::NsSet, On::Ns, trail.name_servers.iter().map(|it| it.value.as_str()));
    found.add_set(SignKind::MxSet, On::Mx, trail.mail_servers.iter().map(|it| it.value.as_str()));
    found.add_names(trail.names.iter().map(|it| it.value.as_str()));
    let domain = registrable(&host);
    for observation in observations {
        found.add_records(observation, &host, domain);
    }
    for by in &trail.registries {
        found.add_registration(by);
    }
    let mut shown = found.shown;
    shown.sort();
    shown.dedup_by(|a, b| a.sign == b.sign);
    shown
}

struct Found<'a> {
    shown: Vec<Shown>,
    networks: &'a Networks,
}

impl Found<'_> {
    fn add(&mut self, kind: SignKind, value: String, is_common: bool) {
        let value: String = value.chars().take(MAX_CHARS).collect();
        if !value.is_empty() {
            self.shown.push(Shown { sign: Sign { kind, value }, is_common });
        }
    }

    fn add_address(&mut self, ip: IpAddr) {
        let is_shared = |m: &Match<'_>| {
            m.rule.role != Role::Host
                || m.pattern.rsplit('/').next().and_then(|it| it.parse().ok())
                    >= Some(PLATFORM_BITS)
        };
        let is_common = self.networks.for_address(ip).iter().any(is_shared);
        self.add(SignKind::Address, ip.to_string(), is_common);
        self.add(SignKind::Prefix, prefix(ip), is_common);
    }

    /// All of a kind together: one server of a pair says less than the pair.
    fn add_set<'n>(&mut self, kind: SignKind, on: On, names: impl Iterator<Item = &'n str>) {
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        let is_common =
            !names.is_empty() && names.iter().all(|it| !self.networks.for_name(on, it).is_empty());
        self.add(kind, names.join(" "), is_common);
    }

    /// Names at platforms, and where a CNAME leads.
    fn add_names<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        for (n, name) in names.enumerate() {
            let is_at_platform =
                psl::suffix(name.as_bytes()).is_some_and(|it| it.typ() == Some(psl::Type::Private));
            if is_at_platform {
                self.add(SignKind::Account, registrable(name).to_owned(), false);
            } else if n == 1 {
                let is_common = !self.networks.for_name(On::Cname, name).is_empty();
                self.add(SignKind::Cname, name.to_owned(), is_common);
            }
        }
    }

    fn add_records(&mut self, observation: &Observation, host: &str, domain: &str) {
        let Question::Dns { name, .. } = &observation.question else { return };
        let Answer::Dns { answers, .. } = &observation.answer else { return };
        if name != host && name != domain && !name.ends_with(&format!(".{domain}")) {
            return;
        }
        for it in answers {
            match it.record_type.as_str() {
                "SOA" => {
                    let mut words = it.data.split(' ');
                    let (mname, rname) = (words.next(), words.next().unwrap_or_default());
                    let is_known = |name: &str| !self.networks.for_name(On::Ns, name).is_empty();
                    let is_common = mname.is_some_and(is_known) || is_known(rname);
                    // Somebody at the domain itself is another person at each domain.
                    if registrable(rname) != domain {
                        self.add(SignKind::Soa, rname.to_owned(), is_common);
                    }
                }
                "TXT" => {
                    for text in strings(&it.data) {
                        if let Some(key) = dkim_key(text) {
                            self.add(SignKind::Dkim, key.to_owned(), false);
                        } else if is_token(text) {
                            self.add(SignKind::Verification, text.to_owned(), false);
                        }
                    }
                }
                "CAA" => {
                    let account = it.data.split("accounturi=").nth(1);
                    let account = account.and_then(|it| it.split([';', '"', ' ']).next());
                    self.add(SignKind::CaaAccount, account.unwrap_or_default().to_owned(), false);
                }
                _ => {}
            }
        }
    }

    fn add_registration(&mut self, by: &Observation) {
        let Some((record, _)) = record(by) else { return };
        let Some(registrar) = record.registrar.as_ref() else { return };
        if record.object != RegistryObject::Domain {
            return;
        }
        let at = record.events.iter().find(|it| it.action == "registration").and_then(|it| it.at);
        let Some(at) = at else { return };
        // A registry that tells no more than the day, or the hour, writes a round time that many share.
        let is_rounded = at.ms() % 3_600_000 == 0;
        let value = format!("{}, {}", registrar.name, at.to_minute());
        self.add(SignKind::Registered, value, is_rounded);
    }
}

/// The /24 or /48 around an address.
fn prefix(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// The strings of a TXT record, which are written in quotes one by one.
fn strings(data: &str) -> impl Iterator<Item = &str> {
    data.split('"').skip(1).step_by(2)
}

fn is_token(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let value = text.split_once(['=', ':']).map_or("", |(_, value)| value.trim());
    let is_named = lower.contains("verif") || lower.starts_with("ms=");
    is_named && value.len() >= MIN_TOKEN
}

fn dkim_key(text: &str) -> Option<&str> {
    let is_key = text.contains("v=DKIM1") || text.contains("k=rsa") || text.contains("k=ed25519");
    let key = text.split("p=").nth(1)?.split(';').next()?.trim();
    (is_key && key.len() >= MIN_TOKEN).then_some(key)
}

#[cfg(test)]
mod tests {
    use farol_model::{
        id::ObservationId,
        lookup::Record,
        registry::{Registrar, RegistryEvent, RegistryRecord},
        time::Timestamp,
    };
    use uuid::Uuid;

    use super::*;
    use crate::{questions::dns, verdict::verdict};

    fn answer(name: &str, record_type: &str, data: &[&str]) -> Observation {
        let record = |data: &&str| {
            let (owner, data) = data.split_once(" | ").unwrap_or((name, data));
            let record_type = if data.ends_with('!') { "CNAME" } else { record_type };
            Record {
                name: owner.into(),
                record_type: record_type.into(),
                ttl_s: 60,
                data: data.trim_end_matches('!').into(),
            }
        };
        Observation {
            id: ObservationId(Uuid::from_u128(1)),
            question: dns(name, record_type),
            server: "192.0.2.53:53".into(),
            transport: "udp".into(),
            asked_at: Timestamp::from_ms(0),
            round_trip_ms: 1,
            answer: Answer::Dns {
                rcode: "NOERROR".into(),
                flags: Vec::new(),
                answers: data.iter().map(record).collect(),
                authority: Vec::new(),
                extended_errors: Vec::new(),
            },
            wire: None,
        }
    }

    #[track_caller]
    fn check(host: &str, observations: &[Observation], expected: &[&str]) {
        let networks = Networks::shipped();
        let verdict = verdict(host, observations, &networks);
        let found: Vec<_> = signs(host, observations, &verdict, &networks)
            .into_iter()
            .map(|it| {
                let common = if it.is_common { " (common)" } else { "" };
                format!("{} {}{common}", it.sign.kind.word(), it.sign.value)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn own_servers_and_tokens_are_rare_and_a_known_providers_are_common() {
        check(
            "www.kelp.test",
            &[
                answer("www.kelp.test", "A", &["203.0.113.77"]),
                answer("kelp.test", "NS", &["ns2.own.test", "ns1.own.test"]),
                answer("kelp.test", "SOA", &["ns1.own.test mark.own.test 1 2 3 4 5"]),
                answer("kelp.test", "MX", &["10 mx.own.test"]),
                answer(
                    "kelp.test",
                    "TXT",
                    &[
                        "\"google-site-verification=abcdef123456\"",
                        "\"v=spf1 -all\"",
                        "\"verif=x\"",
                    ],
                ),
                answer(
                    "kelp.test",
                    "CAA",
                    &["0 issue \"ca.test; accounturi=https://ca.test/acct/7\""],
                ),
                answer("s1._domainkey.kelp.test", "TXT", &["\"v=DKIM1; k=rsa; p=MIGfMA0GCSq\""]),
            ],
            &[
                "address 203.0.113.77",
                "prefix 203.0.113.0/24",
                "ns_set ns1.own.test ns2.own.test",
                "mx_set mx.own.test",
                "soa mark.own.test",
                "verification google-site-verification=abcdef123456",
                "dkim MIGfMA0GCSq",
                "caa_account https://ca.test/acct/7",
            ],
        );
    }

    #[test]
    fn what_all_customers_of_a_provider_show_is_marked() {
        check(
            "www.shop.test",
            &[
                answer("www.shop.test", "A", &["192.0.2.7"]),
                answer("shop.test", "NS", &["ada.ns.harbour.example", "bob.ns.harbour.example"]),
            ],
            &[
                "proxy Harbour Edge (common)",
                "dns Harbour Edge (common)",
                "address 192.0.2.7 (common)",
                "prefix 192.0.2.0/24 (common)",
                "ns_set ada.ns.harbour.example bob.ns.harbour.example (common)",
            ],
        );
    }

    #[test]
    fn a_name_at_a_platform_is_an_account_and_another_target_is_a_target() {
        check(
            "a.kelp.test",
            &[answer("a.kelp.test", "A", &["someone.github.io!"])],
            &["host GitHub (common)", "account someone.github.io"],
        );
        check(
            "b.kelp.test",
            &[answer("b.kelp.test", "A", &["gate.plover.test!"])],
            &["cname gate.plover.test"],
        );
    }

    #[test]
    fn what_was_registered_in_one_minute_stands_out_and_a_day_alone_does_not() {
        let said = |written: &str| {
            let mut record = RegistryRecord::about(RegistryObject::Domain, "kelp.test");
            record.registrar = Some(Registrar { name: "Driftnet Names".into(), iana_id: None });
            record.events.push(RegistryEvent {
                action: "registration".into(),
                written: written.into(),
                at: written.parse().ok(),
            });
            Observation {
                question: Question::Rdap {
                    object: RegistryObject::Domain,
                    about: "kelp.test".into(),
                },
                answer: Answer::Registered {
                    status: 200,
                    redirected_by: Vec::new(),
                    record: Box::new(record),
                },
                ..answer("kelp.test", "A", &[])
            }
        };
        check(
            "kelp.test",
            &[said("2026-11-19T08:14:31Z")],
            &[
                "registrar Driftnet Names (common)",
                "registered Driftnet Names, 2026-11-19 08:14 UTC",
            ],
        );
        check(
            "kelp.test",
            &[said("2026-11-19T00:00:00Z")],
            &[
                "registrar Driftnet Names (common)",
                "registered Driftnet Names, 2026-11-19 00:00 UTC (common)",
            ],
        );
    }
}
