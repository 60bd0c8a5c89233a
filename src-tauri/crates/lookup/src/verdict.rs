//! Who provides what, and why we believe it.
//!
//! Pure: the same observations and tables give the same verdict, so it is recomputed whenever the
//! tables change. Layered, because an address's network alone is a bad oracle: published range,
//! then CNAME suffix, then name servers, then who announces the address. Unknown stays unknown.

/// Whether the name servers of a zone agree.
mod authorities;
/// Whom it concerns, and what they may be told.
mod parties;
/// What a name shows that another may show as well.
mod signs;
/// What the observations say about a host, in one place.
pub(crate) mod trail;
/// The sentences.
mod words;

use std::net::IpAddr;

use farol_model::{
    id::ObservationId,
    lookup::{Answer, Confidence, Finding, Observation, ProviderVerdict, Role, Why},
    registry::{RegistryRecord, RegistrySaid},
};

use crate::{
    asn,
    networks::{Match, Networks, On},
    questions::{ascii, is_subject, registrable},
};
pub use parties::whom_to_tell;
pub use signs::signs;
use trail::{End, Shown, Trail};

/// Says who provides what for a host.
///
/// `observations` are those about this host, of one look-up or of several; of each question the
/// newest answer counts. Findings name their evidence; what nothing speaks for is not guessed.
pub fn verdict(host: &str, observations: &[Observation], networks: &Networks) -> ProviderVerdict {
    let host = if is_subject(host) { host.to_owned() } else { ascii(host) };
    let trail = Trail::follow(&host, &observations.iter().collect::<Vec<_>>());
    let findings = findings(&trail, networks);
    let platform = platform(&trail, &findings, networks);
    ProviderVerdict {
        summary: words::summary(&trail, &findings),
        ours: findings.iter().any(|finding| finding.ours),
        we_can: words::we_can(&trail, &findings, platform),
        notes: words::notes(&trail, &findings, platform),
        registries: trail.registries.iter().filter_map(|it| RegistrySaid::of(it)).collect(),
        as_of: trail.as_of,
        platform: platform.map(str::to_owned),
        findings,
        host,
    }
}

/// Whether a role answers the requests for content.
pub(crate) fn serves(role: Role) -> bool {
    matches!(role, Role::Proxy | Role::Host | Role::Storage)
}

/// The platform through whose name a host reaches our proxy, when that name is neither in the
/// host's own domain nor one of ours: a custom host name of one of our customers.
fn platform<'a>(
    trail: &'a Trail<'_>,
    findings: &[Finding],
    networks: &Networks,
) -> Option<&'a str> {
    let is_proxied = findings.iter().any(|f| f.ours && f.role == Role::Proxy && words::is_firm(f));
    let is_our_name = trail
        .names
        .iter()
        .any(|name| networks.for_name(On::Cname, &name.value).iter().any(|m| m.network.ours));
    let target = trail.names.get(1).filter(|_| is_proxied && !is_our_name)?;
    let platform = registrable(&target.value);
    (platform != trail.domain).then_some(platform)
}

/// Who fills which role, with the evidence for it.
pub(crate) fn findings(trail: &Trail<'_>, networks: &Networks) -> Vec<Finding> {
    let mut found = Collected::default();
    for by in &trail.registries {
        if let Some((record, confidence)) = record(by) {
            found.add_registrar(record, confidence, by, networks);
        }
    }

    let mut unexplained: Vec<IpAddr> = Vec::new();
    for address in &trail.addresses {
        let matches = networks.for_address(address.value);
        if !matches.iter().any(|m| serves(m.rule.role)) {
            unexplained.push(address.value);
        }
        for m in matches {
            let text = format!("{} is in {}", address.shown, m.pattern);
            found.add(&m, m.rule.confidence, text, address.by);
        }
    }

    // A name that no longer leads anywhere may be a leftover.
    let at_most = if trail.end == End::Address { Confidence::High } else { Confidence::Medium };
    let mut is_explained_by_name = false;
    for name in &trail.names {
        for m in networks.for_name(On::Cname, &name.value) {
            is_explained_by_name |= serves(m.rule.role);
            let text = format!("{} ends in {}", name.shown, bare(&m.pattern));
            found.add(&m, m.rule.confidence.min(at_most), text, name.by);
        }
    }

    for (on, names) in [(On::Ns, &trail.name_servers), (On::Mx, &trail.mail_servers)] {
        for name in names {
            for m in networks.for_name(on, &name.value) {
                let all_match = names.iter().all(|other| {
                    let theirs = networks.for_name(on, &other.value);
                    theirs.iter().any(|t| t.network.id == m.network.id)
                });
                let at_most = if all_match { Confidence::High } else { Confidence::Medium };
                let text = format!("{} ends in {}", name.shown, bare(&m.pattern));
                found.add(&m, m.rule.confidence.min(at_most), text, name.by);
            }
        }
    }

    // Names of one's own hide whose name servers they are: where they stand tells it, and their zone.
    let is_known = |it: &Shown<String>| !networks.for_name(On::Ns, &it.value).is_empty();
    if !trail.name_servers.iter().any(is_known) {
        for address in &trail.server_addresses {
            for m in networks.for_server_address(address.value) {
                let text = format!("{} is in {}", address.shown, m.pattern);
                found.add(&m, m.rule.confidence, text, address.by);
            }
        }
        for name in &trail.soa {
            for m in networks.for_name(On::Soa, &name.value) {
                let text = format!("{} ends in {}", name.shown, bare(&m.pattern));
                found.add(&m, m.rule.confidence, text, name.by);
            }
        }
    }

    for announced in &trail.announced {
        let text =
            format!("{} is announced by AS{} ({})", announced.ip, announced.asn, announced.holder);
        let matches = networks.for_asn(announced.asn);
        let is_explained = is_explained_by_name || !unexplained.contains(&announced.ip);
        // A customer's own addresses inside a proxy's system still pass through that system.
        let tells_more = |m: &&Match<'_>| !is_explained || m.rule.role == Role::Proxy;
        for m in matches.iter().filter(tells_more) {
            found.add(m, Confidence::Low, text.clone(), announced.by.id);
        }
        if matches.is_empty() && !is_explained {
            let server = &announced.by.server;
            found.merge(Finding {
                role: Role::Host,
                provider: announced.holder.to_owned(),
                service: None,
                ours: false,
                abuse_contact: None,
                confidence: Confidence::Low,
                why: vec![Why {
                    text,
                    source: server.clone(),
                    as_of: server.strip_prefix(asn::SERVER).unwrap_or_default().to_owned(),
                    observation: announced.by.id,
                }],
            });
        }
    }
    found.in_order()
}

/// What a registry's answer says, and how far it can be relied on.
fn record(observation: &Observation) -> Option<(&RegistryRecord, Confidence)> {
    match &observation.answer {
        Answer::Registered { record, .. } => Some((record, Confidence::High)),
        Answer::Whois { record: Some(record), .. } => Some((record, Confidence::Medium)),
        _ => None,
    }
}

/// `*.cdn.harbour.example` as people say it.
fn bare(pattern: &str) -> &str {
    pattern.strip_prefix("*.").unwrap_or(pattern)
}

/// One finding per role and provider, with all the evidence for it.
#[derive(Default)]
struct Collected(Vec<Finding>);

impl Collected {
    fn add(&mut self, m: &Match<'_>, confidence: Confidence, text: String, by: ObservationId) {
        self.merge(Finding {
            role: m.rule.role,
            provider: m.network.name.clone(),
            service: m.rule.service.clone(),
            ours: m.network.ours,
            abuse_contact: m.network.abuse_contact.clone(),
            confidence,
            why: vec![Why {
                text,
                source: m.rule.source.clone(),
                as_of: m.rule.as_of.clone(),
                observation: by,
            }],
        });
    }

    /// The registrar that a registry names: one of the table by its number, or any other by its name.
    fn add_registrar(
        &mut self,
        record: &RegistryRecord,
        confidence: Confidence,
        by: &Observation,
        networks: &Networks,
    ) {
        let Some(registrar) = &record.registrar else { return };
        let number = registrar.iana_id.as_ref().map(|id| format!(" (IANA {id})"));
        let text = format!(
            "the registry names {}{} as registrar of {}",
            registrar.name,
            number.unwrap_or_default(),
            record.name
        );
        let known = registrar.iana_id.as_deref().map(|id| networks.for_registrar(id));
        let known = known.unwrap_or_default();
        for m in &known {
            self.add(m, m.rule.confidence.min(confidence), text.clone(), by.id);
        }
        if known.is_empty() {
            self.merge(Finding {
                role: Role::Registrar,
                provider: registrar.name.clone(),
                service: None,
                ours: false,
                abuse_contact: record.abuse_email().map(str::to_owned),
                confidence,
                why: vec![Why {
                    text,
                    source: by.server.clone(),
                    as_of: by.asked_at.to_minute(),
                    observation: by.id,
                }],
            });
        }
    }

    /// Layers come strongest first, so evidence of equal confidence stays in that order.
    fn merge(&mut self, finding: Finding) {
        let known = self
            .0
            .iter_mut()
            .find(|known| known.role == finding.role && known.provider == finding.provider);
        let Some(known) = known else {
            self.0.push(finding);
            return;
        };
        let is_new = |why: &Why| known.why.iter().all(|w| w.text != why.text);
        let fresh: Vec<_> = finding.why.into_iter().filter(is_new).collect();
        if finding.confidence > known.confidence {
            known.why.splice(0..0, fresh);
            known.service = finding.service.or(known.service.take());
            known.confidence = finding.confidence;
        } else {
            known.why.extend(fresh);
            known.service = known.service.take().or(finding.service);
        }
    }

    fn in_order(mut self) -> Vec<Finding> {
        self.0.sort_by(|a, b| {
            (a.role, b.confidence, &a.provider).cmp(&(b.role, a.confidence, &b.provider))
        });
        self.0
    }
}

#[cfg(test)]
mod tests {
    use farol_model::{
        lookup::{Answer, Record},
        time::Timestamp,
    };
    use uuid::Uuid;

    use super::*;
    use crate::questions::dns;

    /// One answer, written `name type data`; several records with the same question are one.
    fn answer(id: u128, records: &[&str]) -> Observation {
        let records: Vec<Record> = records
            .iter()
            .map(|line| {
                let mut words = line.splitn(3, ' ').map(str::to_owned);
                let mut next = || words.next().unwrap();
                Record { name: next(), record_type: next(), ttl_s: 60, data: next() }
            })
            .collect();
        Observation {
            id: ObservationId(Uuid::from_u128(id)),
            question: dns(&records[0].name, &records[0].record_type),
            server: "192.0.2.53:53".to_owned(),
            transport: "udp".to_owned(),
            asked_at: Timestamp::from_ms(id as i64),
            round_trip_ms: 1,
            answer: Answer::Dns {
                rcode: "NOERROR".to_owned(),
                flags: Vec::new(),
                answers: records,
                authority: Vec::new(),
                extended_errors: Vec::new(),
            },
            wire: None,
        }
    }

    fn announced(id: u128, ip: &str, asn: u32) -> Observation {
        Observation {
            question: farol_model::lookup::Question::Asn { ip: ip.to_owned() },
            server: "asn table of 2026-11-23".to_owned(),
            transport: "table".to_owned(),
            answer: Answer::Asn { asn, holder: "Somebody".to_owned(), range: None },
            ..answer(id, &["a.test A 192.0.2.1"])
        }
    }

    #[track_caller]
    fn check(host: &str, observations: &[Observation], expected: &[&str]) {
        let said = verdict(host, observations, &Networks::shipped());
        let found: Vec<_> = said
            .findings
            .iter()
            .map(|f| format!("{:?} {} {:?}", f.role, f.provider, f.confidence))
            .chain([said.summary])
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_name_that_only_looks_like_ours_is_not_ours() {
        check(
            "www.shop.test",
            &[
                answer(1, &["www.shop.test A 203.0.113.7"]),
                answer(
                    2,
                    &["shop.test NS ada.nsharbour.example", "shop.test NS x.notharbour.example"],
                ),
                answer(3, &["shop.test MX 10 notmx.harbour.example"]),
            ],
            &["No sign of our network; who serves it is unknown."],
        );
    }

    #[test]
    fn name_servers_with_names_of_their_own_are_known_by_where_they_stand() {
        let named = answer(1, &["shop.test NS ns1.shop.test", "shop.test NS ns2.shop.test"]);
        let stands = answer(2, &["ns1.shop.test A 172.64.32.9"]);
        let elsewhere = answer(2, &["ns1.shop.test A 203.0.113.9"]);
        let soa = answer(3, &["shop.test SOA ada.ns.cloudflare.com dns.cloudflare.com 7 1 2 3 4"]);
        let leads = answer(4, &["shop.test A 203.0.113.200"]);
        let missing = "No sign of our network; who serves it is unknown";
        check(
            "shop.test",
            &[named.clone(), stands, soa.clone(), leads.clone()],
            &[
                "Dns Cloudflare Medium",
                "No sign of our network; Cloudflare answers its DNS; who serves it is unknown.",
            ],
        );
        check(
            "shop.test",
            &[named.clone(), elsewhere.clone(), soa.clone(), leads.clone()],
            &[
                "Dns Cloudflare Low",
                "No sign of our network; its zone names servers of Cloudflare, which alone says little; who serves it is unknown.",
            ],
        );
        check("shop.test", &[named, elsewhere, leads], &[&format!("{missing}.")]);
        // Whoever the names say it is, it is.
        let others = answer(1, &["shop.test NS ada.ns.harbour.example"]);
        let found = verdict("shop.test", &[others, soa], &Networks::shipped()).findings;
        assert!(found.iter().all(|it| it.provider != "Cloudflare"), "{found:?}");
    }

    #[test]
    fn the_announcing_network_alone_is_a_weak_sign() {
        let observations =
            [answer(1, &["www.shop.test A 203.0.113.7"]), announced(2, "203.0.113.7", 64496)];
        check(
            "www.shop.test",
            &observations,
            &[
                "Host Harbour Edge Low",
                "Its address is announced by our network, which alone says little.",
            ],
        );
        assert!(verdict("www.shop.test", &observations, &Networks::shipped()).we_can.is_empty());
    }

    #[test]
    fn a_platform_is_named_and_the_network_that_announces_it_is_a_hint() {
        check(
            "www.shop.test",
            &[
                answer(
                    1,
                    &["www.shop.test CNAME s.myshopify.com", "s.myshopify.com A 203.0.113.7"],
                ),
                announced(2, "203.0.113.7", 13335),
            ],
            &[
                "Proxy Cloudflare Low",
                "Host Shopify High",
                "No sign of our network; its address is announced by Cloudflare; Shopify hosts it.",
            ],
        );
    }

    #[test]
    fn name_servers_of_two_networks_make_neither_certain() {
        check(
            "shop.test",
            &[
                answer(1, &["shop.test A 192.0.2.7"]),
                answer(
                    2,
                    &["shop.test NS ada.ns.harbour.example", "shop.test NS ns1.other.example"],
                ),
            ],
            &[
                "Dns Harbour Edge Medium",
                "Proxy Harbour Edge High",
                "We are its proxy and answer its DNS; the origin is not visible from outside.",
            ],
        );
    }

    #[test]
    fn the_newest_answer_counts() {
        let moved = |id, ip: &str| answer(id, &[&format!("www.shop.test A {ip}")]);
        let observations = [moved(9, "203.0.113.7"), moved(3, "192.0.2.7")];
        let said = verdict("www.shop.test", &observations, &Networks::shipped());
        assert_eq!(said.findings, Vec::new());
        assert_eq!(said.as_of, Some(Timestamp::from_ms(9)));
        assert_eq!(verdict("www.shop.test", &[], &Networks::shipped()).as_of, None);
    }
}
