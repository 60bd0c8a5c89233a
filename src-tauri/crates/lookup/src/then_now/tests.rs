use farol_model::lookup::Record;
use farol_model::registry::{Registrar, RegistryEvent};
use uuid::Uuid;

use super::*;
use crate::questions::dns;

const DAY: i64 = 86_400_000;
const HOST: &str = "login.shop.test";

/// Answers of one look-up that began at `at_ms`; each line is a record, or `TYPE of NAME: RCODE`.
fn round(at_ms: i64, lines: &[&str]) -> Vec<Observation> {
    let mut answers: Vec<(String, String, String, Vec<Record>)> = Vec::new();
    for line in lines {
        if let Some((question, rcode)) = line.split_once(": ") {
            let (record_type, name) = question.split_once(" of ").unwrap();
            answers.push((name.into(), record_type.into(), rcode.into(), Vec::new()));
            continue;
        }
        let mut words = line.splitn(3, ' ').map(str::to_owned);
        let mut next = || words.next().unwrap();
        let record = Record { name: next(), record_type: next(), ttl_s: 60, data: next() };
        let known = answers.iter_mut().find(|(name, record_type, ..)| {
            *name == record.name && *record_type == record.record_type
        });
        match known {
            Some((.., records)) => records.push(record),
            None => answers.push((
                record.name.clone(),
                record.record_type.clone(),
                "NOERROR".into(),
                vec![record],
            )),
        }
    }
    let one = |(n, (name, record_type, rcode, records)): (
        usize,
        (String, String, String, Vec<Record>),
    )| {
        observation(at_ms + n as i64, dns(&name, &record_type), dns_answer(&rcode, records))
    };
    answers.into_iter().enumerate().map(one).collect()
}

fn dns_answer(rcode: &str, answers: Vec<Record>) -> Answer {
    if rcode == "silence" {
        return Answer::NoAnswer { reason: "no answer within 5 s".into() };
    }
    let (flags, authority, extended_errors) = (Vec::new(), Vec::new(), Vec::new());
    Answer::Dns { rcode: rcode.into(), flags, answers, authority, extended_errors }
}

fn observation(at_ms: i64, question: Question, answer: Answer) -> Observation {
    let of_question: u128 = question.display().bytes().map(u128::from).sum();
    let id = Uuid::from_u128(((at_ms as u128) << 32) + of_question);
    Observation {
        id: ObservationId(id),
        question,
        server: "192.0.2.53:53".into(),
        transport: "udp".into(),
        asked_at: Timestamp::from_ms(1_795_000_000_000 + at_ms),
        round_trip_ms: 1,
        answer,
        wire: None,
    }
}

fn announced(at_ms: i64, ip: &str, asn: u32, holder: &str) -> Observation {
    observation(
        at_ms,
        Question::Asn { ip: ip.into() },
        Answer::Asn { asn, holder: holder.into(), range: None },
    )
}

fn registry(at_ms: i64, change: impl FnOnce(&mut RegistryRecord)) -> Observation {
    let mut record = RegistryRecord::about(RegistryObject::Domain, "shop.test");
    record.registrar = Some(Registrar { name: "Granite Names".into(), iana_id: None });
    record.statuses = vec!["active".into()];
    record.events = vec![RegistryEvent {
        action: "registration".into(),
        written: "2020-01-02T00:00:00Z".into(),
        at: "2020-01-02T00:00:00Z".parse().ok(),
    }];
    change(&mut record);
    let question = Question::Rdap { object: RegistryObject::Domain, about: "shop.test".into() };
    let record = Box::new(record);
    observation(at_ms, question, Answer::Registered { status: 200, redirected_by: vec![], record })
}

/// What two look-ups a day apart are said to differ in: the aspects, and the sentence.
#[track_caller]
fn check(
    then: Vec<Observation>,
    now: Vec<Observation>,
    aspects: &[Aspect],
    sentence: &str,
) -> HostDiff {
    let all = [then, now].concat();
    let networks = Networks::shipped();
    let pictures = History::of(&all).pictures(HOST, &networks);
    assert_eq!(pictures.len(), 2);
    let said = diff(&pictures[0], &pictures[1], &networks);
    assert_eq!(said.changes.iter().map(|it| it.aspect).collect::<Vec<_>>(), aspects);
    assert_eq!(said.sentence, sentence);
    said
}

#[test]
fn a_move_to_another_hoster_is_one_sentence_in_two_languages() {
    let then = [
        round(
            0,
            &[
                "login.shop.test A 192.0.2.7",
                "shop.test NS ada.ns.harbour.example",
                "shop.test MX 10 mx.harbour.example",
            ],
        ),
        vec![announced(9, "192.0.2.7", 64496, "Harbour Edge")],
    ]
    .concat();
    let now = [
        round(
            DAY,
            &[
                "login.shop.test A 203.0.113.7",
                "shop.test NS ns1.driftnet.test",
                "shop.test MX 10 mx.harbour.example",
            ],
        ),
        vec![announced(DAY + 9, "203.0.113.7", 64499, "Cinnabar Hosting")],
    ]
    .concat();
    let said = check(
        then,
        now,
        &[Aspect::Proxy, Aspect::Host, Aspect::Addresses, Aspect::Dns, Aspect::NameServers],
        "login[.]shop[.]test moved from Harbour Edge to the network of Cinnabar Hosting between 18 November 2026, \
         11:06 UTC and 19 November 2026, 11:06 UTC; its name servers changed from ada[.]ns[.]harbour[.]example to \
         ns1[.]driftnet[.]test.",
    );
    assert_eq!(
        said.sentence_pt,
        "login[.]shop[.]test mudou de Harbour Edge para a rede de Cinnabar Hosting entre 18 de novembro de 2026, \
         11:06 UTC e 19 de novembro de 2026, 11:06 UTC; os seus servidores de nomes mudaram de \
         ada[.]ns[.]harbour[.]example para ns1[.]driftnet[.]test."
    );
    let proxy = &said.changes[0];
    assert!(!proxy.then.observations.is_empty() && !proxy.now.observations.is_empty());
}

#[test]
fn order_times_to_live_and_rotation_within_a_providers_ranges_are_no_change() {
    let mut later = round(
        DAY,
        &[
            "login.shop.test A 104.16.1.9",
            "login.shop.test A 104.17.2.2",
            "shop.test NS b.test",
            "shop.test NS a.test",
        ],
    );
    for it in &mut later {
        if let Answer::Dns { answers, .. } = &mut it.answer {
            answers.iter_mut().for_each(|it| it.ttl_s = 3);
        }
    }
    let said = check(
        round(
            0,
            &[
                "login.shop.test A 104.16.1.1",
                "login.shop.test A 104.16.1.2",
                "shop.test NS a.test",
                "shop.test NS b.test",
            ],
        ),
        later,
        &[],
        "login[.]shop[.]test was at 19 November 2026, 11:06 UTC as it had been at 18 November 2026, 11:06 UTC.",
    );
    assert_eq!(said.unimportant, ["Its addresses changed within what Cloudflare uses for this."]);
}

#[test]
fn what_the_zone_says_of_texts_certificates_keys_and_itself_is_compared() {
    let a = "login.shop.test A 203.0.113.1";
    let said = check(
        round(
            0,
            &[
                a,
                "shop.test TXT \"v=spf1 -all\"",
                "shop.test TXT \"verify=abc\"",
                "_dmarc.shop.test TXT \"v=DMARC1; p=reject\"",
                "shop.test CAA 0 issue \"ca.test\"",
                "DS of shop.test: NOERROR",
                "shop.test SOA ns1.shop.test ops.shop.test 7 1 2 3 4",
            ],
        ),
        round(
            DAY,
            &[
                a,
                "shop.test TXT \"v=spf1 include:mail.test -all\"",
                "shop.test TXT \"verify=abc\"",
                "_dmarc.shop.test TXT \"v=DMARC1; p=none\"",
                "CAA of shop.test: NOERROR",
                "shop.test DS 4711 13 2 ABCD",
                "shop.test SOA ns1.other.test ops.other.test 8 1 2 3 4",
            ],
        ),
        &[Aspect::Txt, Aspect::Dmarc, Aspect::Caa, Aspect::Ds, Aspect::Soa],
        "login[.]shop[.]test: its TXT records lost “v=spf1 -all” and gained “v=spf1 include:mail[.]test -all” between 18 \
         November 2026, 11:06 UTC and 19 November 2026, 11:06 UTC; its DMARC records lost “v=DMARC1; p=reject” and \
         gained “v=DMARC1; p=none”; its CAA records lost “0 issue \"ca[.]test\"”; its \
         domain came to be signed (DNSSEC, the parent has DS records); the SOA record of its domain names \
         ns1[.]other[.]test ops[.]other[.]test instead of ns1[.]shop[.]test ops[.]shop[.]test.",
    );
    assert!(said.unimportant.is_empty());
    assert!(
        said.sentence_pt.contains("os seus registos TXT perderam «v=spf1 -all»"),
        "{}",
        said.sentence_pt
    );
    // What was not answered is no change.
    let quiet = check(
        round(0, &[a, "shop.test TXT \"v=spf1 -all\""]),
        round(DAY, &[a, "TXT of shop.test: silence"]),
        &[],
        "login[.]shop[.]test was at 19 November 2026, 11:06 UTC as it had been at 18 November 2026, 11:06 UTC.",
    );
    assert_eq!(quiet.unanswered, [Aspect::Txt]);
}

#[test]
fn a_serial_alone_is_no_change_and_is_called_what_it_is() {
    let said = check(
        round(
            0,
            &["login.shop.test A 203.0.113.1", "shop.test SOA ns1.a.test ops.a.test 7 1 2 3 4"],
        ),
        round(
            DAY,
            &["login.shop.test A 203.0.113.1", "shop.test SOA NS1.a.test ops.a.test 8 9 9 9 9"],
        ),
        &[],
        "login[.]shop[.]test was at 19 November 2026, 11:06 UTC as it had been at 18 November 2026, 11:06 UTC.",
    );
    assert_eq!(
        said.unimportant,
        ["Its zone was published again: the serial went from 7 to 8, which alone says nothing."]
    );
}

#[test]
fn an_alias_rotates_within_a_provider_in_front_but_not_between_accounts() {
    let to = |at_ms, target: &str| {
        round(
            at_ms,
            &[&format!("login.shop.test CNAME {target}"), &format!("{target} A 203.0.113.1")],
        )
    };
    let said = check(
        to(0, "a1.x.impervadns.net"),
        to(DAY, "b2.x.impervadns.net"),
        &[],
        "login[.]shop[.]test was at 19 November 2026, 11:06 UTC as it had been at 18 November 2026, 11:06 UTC.",
    );
    assert_eq!(said.unimportant, ["Its alias changed within what Imperva uses for this."]);
    for (then, now) in [
        ("d1.cloudfront.net", "d2.cloudfront.net"),
        ("one.github.io", "two.github.io"),
        ("a1.x.impervadns.net", "e1.a.akamaiedge.net"),
    ] {
        let all = [to(0, then), to(DAY, now)].concat();
        let networks = Networks::shipped();
        let pictures = History::of(&all).pictures(HOST, &networks);
        let said = diff(&pictures[0], &pictures[1], &networks);
        assert!(said.changes.iter().any(|it| it.aspect == Aspect::PointsTo), "{then} {now}");
    }
}

#[test]
fn addresses_outside_of_published_ranges_that_change_are_told() {
    let said = check(
        round(0, &["login.shop.test A 203.0.113.1"]),
        round(DAY, &["login.shop.test A 203.0.113.2"]),
        &[Aspect::Addresses],
        "login[.]shop[.]test changed its addresses from 203[.]0[.]113[.]1 to 203[.]0[.]113[.]2 between 18 November \
         2026, 11:06 UTC and 19 November 2026, 11:06 UTC.",
    );
    assert!(said.unimportant.is_empty());
}

#[test]
fn a_name_that_is_gone_or_leads_nowhere_is_told_on_the_day() {
    check(
        round(0, &["login.shop.test A 203.0.113.1"]),
        round(60_000, &["A of login.shop.test: NXDOMAIN"]),
        &[Aspect::Leads, Aspect::Addresses],
        "login[.]shop[.]test ceased to exist in the DNS (NXDOMAIN) on 18 November 2026.",
    );
    check(
        round(0, &["login.shop.test A 203.0.113.1"]),
        round(60_000, &["login.shop.test CNAME gone.loft.test", "A of login.shop.test: NXDOMAIN"]),
        &[Aspect::Leads, Aspect::PointsTo, Aspect::Addresses],
        "login[.]shop[.]test stopped resolving: it now points to gone[.]loft[.]test, which does not exist (dangling, \
         unverified) on 18 November 2026.",
    );
    check(
        round(0, &["A of login.shop.test: NXDOMAIN"]),
        round(60_000, &["login.shop.test A 203.0.113.1"]),
        &[Aspect::Leads, Aspect::Addresses],
        "login[.]shop[.]test got an address again (before, it did not exist) on 18 November 2026.",
    );
    check(
        round(0, &["login.shop.test A 203.0.113.1"]),
        round(60_000, &["A of login.shop.test: SERVFAIL"]),
        &[Aspect::Leads, Aspect::Addresses],
        "login[.]shop[.]test stopped resolving: it now gets no answer (SERVFAIL) on 18 November 2026.",
    );
}

#[test]
fn the_registry_is_compared_whatever_it_was_asked_over() {
    let asked = |at_ms| round(at_ms, &["login.shop.test A 203.0.113.1"]);
    let as_whois = registry(DAY + 5, |it| {
        it.statuses = vec!["Active https://icann.org/epp#active".into()];
        it.registrar = Some(Registrar { name: "GRANITE NAMES".into(), iana_id: None });
        it.events.clear();
    });
    check(
        [asked(0), vec![registry(5, |_| ())]].concat(),
        [asked(DAY), vec![as_whois]].concat(),
        &[],
        "login[.]shop[.]test was at 19 November 2026, 11:06 UTC as it had been at 18 November 2026, 11:06 UTC.",
    );
    let hijacked = registry(DAY + 5, |it| {
        it.registrar = Some(Registrar { name: "Driftnet Names".into(), iana_id: None });
        it.statuses = vec!["clientHold".into()];
    });
    check(
        [asked(0), vec![registry(5, |_| ())]].concat(),
        [asked(DAY), vec![hijacked]].concat(),
        &[Aspect::Registrar, Aspect::Status],
        "login[.]shop[.]test: its registrar went from Granite Names to Driftnet Names between 18 November 2026, 11:06 \
         UTC and 19 November 2026, 11:06 UTC; the registry's status went from “active” to “client hold”.",
    );
}

#[test]
fn silence_is_no_change_and_the_last_known_answer_stands() {
    let networks = Networks::shipped();
    let all = [
        round(0, &["login.shop.test A 192.0.2.7", "shop.test NS ada.ns.harbour.example"]),
        round(DAY, &["A of login.shop.test: silence", "NS of shop.test: silence"]),
        round(2 * DAY, &["login.shop.test A 203.0.113.7", "NS of shop.test: SERVFAIL"]),
    ]
    .concat();
    let history = History::of(&all);
    let pictures = history.pictures(HOST, &networks);
    let quiet = diff(&pictures[0], &pictures[1], &networks);
    assert_eq!(quiet.changes, []);
    assert!(
        quiet.unanswered.contains(&Aspect::Leads)
            && quiet.unanswered.contains(&Aspect::NameServers)
    );
    let moved = diff(&pictures[1], &pictures[2], &networks);
    assert_eq!(moved.changes.first().map(|it| it.aspect), Some(Aspect::Proxy));
    assert_eq!(moved.unanswered, [Aspect::Dns, Aspect::NameServers]);
    let known = history.then_now(HOST, &networks, 9).unwrap();
    assert_eq!((known.n_pictures, known.diffs.len()), (3, 1));
    assert_eq!(history.then_now("other.test", &networks, 9), None);
}

#[test]
fn what_a_list_asked_of_a_domain_beforehand_belongs_to_the_look_up_it_is_near() {
    let networks = Networks::shipped();
    let ns = |at_ms, server: &str| round(at_ms, &[&format!("shop.test NS {server}")]);
    let a = |at_ms| round(at_ms, &["login.shop.test A 203.0.113.1"]);
    // The second list asked for the name servers an hour before it came to this host.
    let hour = 3_600_000;
    let all = [a(0), ns(1, "ns1.old.test"), ns(DAY - hour, "ns1.new.test"), a(DAY)].concat();
    let pictures = History::of(&all).pictures(HOST, &networks);
    let servers = |n: usize| pictures[n].facet(Aspect::NameServers).unwrap().values[0].text.clone();
    assert_eq!((servers(0), servers(1)), ("ns1.old.test".into(), "ns1.new.test".into()));
    // A neighbour of the same look-up asked for them again.
    let all =
        [a(0), ns(1, "ns1.old.test"), ns(500, "ns1.old.test"), a(DAY), ns(DAY + 1, "ns1.new.test")]
            .concat();
    let pictures = History::of(&all).pictures(HOST, &networks);
    assert_eq!(diff(&pictures[0], &pictures[1], &networks).changes.len(), 1);
}

#[test]
fn an_address_has_pictures_too() {
    let networks = Networks::shipped();
    let ptr = |at_ms| round(at_ms, &["7.113.0.203.in-addr.arpa PTR a.test"]);
    let all = [
        ptr(0),
        vec![announced(1, "203.0.113.7", 64499, "Cinnabar Hosting")],
        ptr(DAY),
        vec![announced(DAY + 1, "203.0.113.7", 64500, "Driftnet")],
    ]
    .concat();
    let pictures = History::of(&all).pictures("203.0.113.7", &networks);
    assert_eq!(pictures.len(), 2);
}
