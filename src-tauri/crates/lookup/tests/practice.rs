//! Look-ups against the practice internet: what is asked, what is kept, what follows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fmt::Write,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use expect_test::{Expect, expect};
use farol_lookup::{
    Asked, AsnTable, Depth, Gate, HostLookup, ListLookup, Looked, Networks, Resolver, Speed, Stamp,
    Types, verdict,
};
use farol_model::{
    lookup::{Answer, Observation, ProviderVerdict},
    time::Timestamp,
};
use farol_practice::{Dns, sample_zone};
use uuid::Uuid;

/// A desk's side of a look-up: fixed clock, counted ids.
struct Walk {
    resolver: Resolver,
    n_stamps: AtomicU64,
    progress: Mutex<Vec<(usize, usize)>>,
    /// The person cancels when so many questions have been asked.
    cancel_after: u64,
}

impl Walk {
    fn towards(resolver: Resolver) -> Self {
        Self {
            resolver,
            n_stamps: AtomicU64::new(0),
            progress: Mutex::default(),
            cancel_after: u64::MAX,
        }
    }

    fn look_up(&self, host: &str) -> Vec<Asked> {
        let stamp = || {
            let n = self.n_stamps.fetch_add(1, Ordering::Relaxed);
            let id = Uuid::from_u128(u128::from(n) * 0x9e37_79b9 + 1);
            Stamp { at: Timestamp::from_ms(1_795_000_000_000), id }
        };
        let progress = |done, total| self.progress.lock().unwrap().push((done, total));
        let cancelled = || self.n_stamps.load(Ordering::Relaxed) >= self.cancel_after;
        let asn = AsnTable::sample();
        let pass = Gate::new(false).pass().unwrap();
        let lookup = HostLookup {
            resolver: &self.resolver,
            asn: &asn,
            registries: None,
            depth: &Depth::default(),
            stamp: &stamp,
        };
        let looking = pass.look_up(host, &lookup, &progress, &cancelled);
        on_runtime(looking).asked
    }
}

/// Jobs run on a runtime with several threads, so a look-up must be `Send`.
fn on_runtime<F: Future + Send>(looking: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(looking)
}

fn sample(host: &str) -> Vec<Asked> {
    let dns = Dns::start(sample_zone()).unwrap();
    let mut walk = Walk::towards(Resolver::at(dns.addr));
    // Patience costs nothing where an answer comes, even on a busy machine.
    if host.starts_with("silent") || host.starts_with("wrong-id") {
        walk.resolver.deadline = Duration::from_millis(200);
    }
    walk.look_up(host)
}

fn observed(asked: Vec<Asked>) -> Vec<Observation> {
    asked.into_iter().map(|asked| asked.observation).collect()
}

#[track_caller]
fn check(host: &str, expected: Expect) {
    let observations = observed(sample(host));
    let said = verdict(host, &observations, &Networks::shipped());
    let known = |finding: &farol_model::lookup::Why| {
        observations.iter().any(|observation| observation.id == finding.observation)
    };
    assert!(said.findings.iter().flat_map(|f| &f.why).all(known), "evidence without observation");
    expected.assert_eq(&shown(&said));
}

fn shown(verdict: &ProviderVerdict) -> String {
    let mut out = format!("{}\n", verdict.summary);
    for f in &verdict.findings {
        let whose = if f.ours { " (ours)" } else { "" };
        writeln!(out, "{:?} {}{whose}, {:?}", f.role, f.provider, f.confidence).unwrap();
        for why in &f.why {
            writeln!(out, "    {} [{}, {}]", why.text, why.source, why.as_of).unwrap();
        }
    }
    for act in &verdict.we_can {
        writeln!(out, "we can {act}").unwrap();
    }
    for note in &verdict.notes {
        writeln!(out, "note: {note}").unwrap();
    }
    out
}

/// The answers, one line each.
#[track_caller]
fn check_answers(asked: &[Asked], wanted: &str, expected: Expect) {
    let mut out = String::new();
    for Asked { observation, wire } in asked {
        let question = observation.question.display();
        if !question.contains(wanted) {
            continue;
        }
        assert_eq!(observation.wire.is_some(), wire.is_some());
        let size = if wire.is_some() { "wire kept" } else { "no wire" };
        writeln!(out, "{question} over {}, {size}", observation.transport).unwrap();
        match &observation.answer {
            Answer::Dns { rcode, flags, answers, authority, extended_errors } => {
                writeln!(out, "    {rcode} {}", flags.join(" ")).unwrap();
                for r in answers.iter().chain(authority) {
                    writeln!(out, "    {} {} {} {}", r.name, r.ttl_s, r.record_type, r.data)
                        .unwrap();
                }
                for error in extended_errors {
                    writeln!(out, "    extended error {error}").unwrap();
                }
            }
            other => writeln!(out, "    {}", other.in_one_line()).unwrap(),
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn behind_our_proxy() {
    check(
        "login.harbour-bank.example",
        expect![[r#"
            We are its proxy and take its mail; the origin is not visible from outside.
            Proxy Harbour Edge (ours), High
                A record 192.0.2.10 is in 192.0.2.0/24 [Harbour Edge address list, 2026-11-01]
                AAAA record 2001:db8:40::10 is in 2001:db8:40::/48 [Harbour Edge address list, 2026-11-01]
                CNAME login.harbour-bank.example.cdn.harbour.example ends in cdn.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            Mail Harbour Edge (ours), High
                MX mx.harbour.example ends in mx.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            we can URL: show a warning page in front of one address
            we can host: stop serving login[.]harbour-bank[.]example through our proxy
            we can zone: stop taking mail for harbour-bank[.]example
            we can zone: stop serving every host of harbour-bank[.]example
        "#]],
    );
}

#[test]
fn everything_with_us() {
    check(
        "www.northwind-shop.example",
        expect![[r#"
            We are its proxy, answer its DNS and take its mail; the origin is not visible from outside.
            Dns Harbour Edge (ours), High
                NS ada.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
                NS ben.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            Proxy Harbour Edge (ours), High
                A record 192.0.2.20 is in 192.0.2.0/24 [Harbour Edge address list, 2026-11-01]
                AAAA record 2001:db8:40::20 is in 2001:db8:40::/48 [Harbour Edge address list, 2026-11-01]
            Mail Harbour Edge (ours), High
                MX mx.harbour.example ends in mx.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            we can URL: show a warning page in front of one address
            we can host: stop serving www[.]northwind-shop[.]example through our proxy
            we can zone: stop taking mail for northwind-shop[.]example
            we can zone: stop serving every host of northwind-shop[.]example
            we can zone: stop answering its DNS (northwind-shop[.]example; the content stays where it is)
        "#]],
    );
}

#[test]
fn dns_only() {
    check(
        "blog.tidewater-press.example",
        expect![[r#"
            We only answer its DNS and cannot remove content; its address is announced by Cinnabar Cloud.
            Dns Harbour Edge (ours), High
                NS ada.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
                NS ben.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            Host Cinnabar Cloud, Low
                203.0.113.10 is announced by AS64501 (Cinnabar Cloud) [asn table of 2026-11-23, 2026-11-23]
            we can zone: stop answering its DNS (tidewater-press[.]example; the content stays where it is)
        "#]],
    );
}

#[test]
fn hosted_elsewhere() {
    check(
        "portal.granite-freight.example",
        expect![[r#"
            No sign of our network; its address is announced by Granite Hosting, Ltd.
            Host Granite Hosting, Ltd., Low
                198.51.100.10 is announced by AS64500 (Granite Hosting, Ltd.) [asn table of 2026-11-23, 2026-11-23]
        "#]],
    );
}

#[test]
fn a_bucket_of_ours() {
    check(
        "files.quarry-downloads.example",
        expect![[r#"
        We store it.
        Storage Harbour Edge (ours), High
            A record 198.51.100.140 is in 198.51.100.128/25 [Harbour Edge address list, 2026-11-01]
            CNAME quarry-public.objects.harbour.example ends in objects.harbour.example [Harbour Edge set-up guide, 2026-11-01]
        we can object: take down one stored object
        we can bucket: take down everything in its bucket
    "#]],
    );
}

#[test]
fn a_custom_host_name_has_two_parties() {
    check(
        "shop.pelican-books.example",
        expect![[r#"
            We are its proxy; the origin is not visible from outside.
            Proxy Harbour Edge (ours), High
                A record 192.0.2.80 is in 192.0.2.0/24 [Harbour Edge address list, 2026-11-01]
            we can URL: show a warning page in front of one address
            we can host: stop serving shop[.]pelican-books[.]example through our proxy
            note: reaches us through a name of tidemart[.]example: the account is probably theirs, so there are two parties to contact
        "#]],
    );
}

#[test]
fn a_name_that_does_not_exist_is_an_answer() {
    check(
        "gone.northwind-shop.example",
        expect![[r#"
            The name does not exist (NXDOMAIN).
            Dns Harbour Edge (ours), High
                NS ada.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
                NS ben.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            Mail Harbour Edge (ours), High
                MX mx.harbour.example ends in mx.harbour.example [Harbour Edge set-up guide, 2026-11-01]
        "#]],
    );
}

#[test]
fn a_dangling_name_is_called_that_and_no_more() {
    check(
        "old.northwind-shop.example",
        expect![[r#"
            The name points to another name that does not exist.
            Dns Harbour Edge (ours), High
                NS ada.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
                NS ben.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            Mail Harbour Edge (ours), High
                MX mx.harbour.example ends in mx.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            we can zone: stop taking mail for northwind-shop[.]example
            we can zone: stop answering its DNS (northwind-shop[.]example; the content stays where it is)
            note: CNAME leads nowhere: retired-shop[.]cloudloft[.]example does not exist (dangling; whether anybody could claim it is unverified)
        "#]],
    );
}

#[test]
fn a_circle() {
    check(
        "ebb.tidewater-press.example",
        expect![[r#"
            The name leads in a circle and has no address.
            Dns Harbour Edge (ours), High
                NS ada.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
                NS ben.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            we can zone: stop answering its DNS (tidewater-press[.]example; the content stays where it is)
            note: CNAME loop
        "#]],
    );
}

#[test]
fn mail_only() {
    check(
        "gannet-mail.example",
        expect![[r#"
        The name has no address; we take its mail.
        Mail Harbour Edge (ours), High
            MX mx.harbour.example ends in mx.harbour.example [Harbour Edge set-up guide, 2026-11-01]
        we can zone: stop taking mail for gannet-mail[.]example
        note: no address
    "#]],
    );
}

#[test]
fn a_look_alike_on_a_shared_address() {
    check(
        "harbour-bank-verify.test",
        expect![[r#"
            No sign of our network; its address is announced by Driftnet.
            Host Driftnet, Low
                203.0.113.166 is announced by AS64502 (Driftnet) [asn table of 2026-11-23, 2026-11-23]
        "#]],
    );
}

#[test]
fn an_address_of_ours() {
    check(
        "192.0.2.10",
        expect![[r#"
            We are its proxy; the origin is not visible from outside.
            Proxy Harbour Edge (ours), High
                192.0.2.10 is in 192.0.2.0/24 [Harbour Edge address list, 2026-11-01]
            note: many names can share an address: look up the host to act on it
        "#]],
    );
}

#[test]
fn a_resolver_that_fails_leaves_things_unknown() {
    check(
        "servfail.practice.test",
        expect![[r#"
        The resolver did not say where the name leads (SERVFAIL), so that is unknown.
        note: the resolver answered SERVFAIL
    "#]],
    );
}

#[test]
fn a_silent_name_ends_at_the_deadline() {
    let started = Instant::now();
    check(
        "silent.tidewater-press.example",
        expect![[r#"
            No usable answer came back, so where the name leads is unknown.
            Dns Harbour Edge (ours), High
                NS ada.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
                NS ben.ns.harbour.example ends in ns.harbour.example [Harbour Edge set-up guide, 2026-11-01]
            we can zone: stop answering its DNS (tidewater-press[.]example; the content stays where it is)
            note: no usable answer from the resolver: no answer within 200 ms (2 attempts)
        "#]],
    );
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn an_answer_keeps_its_chain_its_flags_and_its_bytes() {
    check_answers(
        &sample("login.harbour-bank.example"),
        "",
        expect![[r#"
            login.harbour-bank.example A over udp, wire kept
                NOERROR rd ra
                login.harbour-bank.example 300 CNAME login.harbour-bank.example.cdn.harbour.example
                login.harbour-bank.example.cdn.harbour.example 60 A 192.0.2.10
            login.harbour-bank.example AAAA over udp, wire kept
                NOERROR rd ra
                login.harbour-bank.example 300 CNAME login.harbour-bank.example.cdn.harbour.example
                login.harbour-bank.example.cdn.harbour.example 60 AAAA 2001:db8:40::10
            login.harbour-bank.example CNAME over udp, wire kept
                NOERROR rd ra
                login.harbour-bank.example 300 CNAME login.harbour-bank.example.cdn.harbour.example
            login.harbour-bank.example HTTPS over udp, wire kept
                NOERROR rd ra
                login.harbour-bank.example 300 CNAME login.harbour-bank.example.cdn.harbour.example
                login.harbour-bank.example.cdn.harbour.example 60 HTTPS 1 . alpn=h3,h2 ipv4hint=192.0.2.10
            harbour-bank.example NS over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 3600 NS ns1.granite-dns.example
                harbour-bank.example 3600 NS ns2.granite-dns.example
            harbour-bank.example SOA over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 3600 SOA ns1.granite-dns.example hostmaster.harbour-bank.example 2026112301 3600 900 604800 300
            harbour-bank.example MX over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 300 MX 10 mx.harbour.example
            harbour-bank.example TXT over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 300 TXT "v=spf1 include:mx.harbour.example" " -all"
            harbour-bank.example CAA over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 300 CAA 0 issue "ca.example."
            harbour-bank.example DS over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 3600 SOA ns1.granite-dns.example hostmaster.harbour-bank.example 2026112301 3600 900 604800 300
            harbour-bank.example DNSKEY over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 3600 SOA ns1.granite-dns.example hostmaster.harbour-bank.example 2026112301 3600 900 604800 300
            harbour-bank.example SVCB over udp, wire kept
                NOERROR rd ra
                harbour-bank.example 3600 SOA ns1.granite-dns.example hostmaster.harbour-bank.example 2026112301 3600 900 604800 300
            _dmarc.harbour-bank.example TXT over udp, wire kept
                NOERROR rd ra
                _dmarc.harbour-bank.example 300 TXT "v=DMARC1; p=reject"
            *.harbour-bank.example A over udp, wire kept
                NXDOMAIN rd ra
                harbour-bank.example 3600 SOA ns1.granite-dns.example hostmaster.harbour-bank.example 2026112301 3600 900 604800 300
            192.0.2.10 ASN over table, no wire
                AS64496 Harbour Edge, 192.0.2.0/24
            2001:db8:40::10 ASN over table, no wire
                AS64496 Harbour Edge, 2001:db8:40::/48
        "#]],
    );
    check_answers(
        &sample("old.northwind-shop.example"),
        "old.",
        expect![[r#"
        old.northwind-shop.example A over udp, wire kept
            NXDOMAIN rd ra
            old.northwind-shop.example 300 CNAME retired-shop.cloudloft.example
            cloudloft.example 3600 SOA ns1.cloudloft.example hostmaster.cloudloft.example 2026112301 3600 900 604800 300
        old.northwind-shop.example AAAA over udp, wire kept
            NXDOMAIN rd ra
            old.northwind-shop.example 300 CNAME retired-shop.cloudloft.example
            cloudloft.example 3600 SOA ns1.cloudloft.example hostmaster.cloudloft.example 2026112301 3600 900 604800 300
        old.northwind-shop.example CNAME over udp, wire kept
            NOERROR rd ra
            old.northwind-shop.example 300 CNAME retired-shop.cloudloft.example
        old.northwind-shop.example HTTPS over udp, wire kept
            NXDOMAIN rd ra
            old.northwind-shop.example 300 CNAME retired-shop.cloudloft.example
            cloudloft.example 3600 SOA ns1.cloudloft.example hostmaster.cloudloft.example 2026112301 3600 900 604800 300
    "#]],
    );
}

#[test]
fn a_cut_answer_is_asked_again_over_tcp() {
    check_answers(
        &sample("truncate.practice.test"),
        "truncate.practice.test A",
        expect![[r#"
        truncate.practice.test A over tcp, wire kept
            NOERROR rd ra
            truncate.practice.test 300 A 192.0.2.30
        truncate.practice.test AAAA over tcp, wire kept
            NOERROR rd ra
            practice.test 3600 SOA ns1.practice.test hostmaster.practice.test 2026112301 3600 900 604800 300
    "#]],
    );
}

#[test]
fn refusals_and_packets_that_do_not_fit_are_told_apart() {
    check_answers(
        &sample("refused.practice.test"),
        "refused.practice.test A",
        expect![[r#"
        refused.practice.test A over udp, wire kept
            REFUSED rd ra
        refused.practice.test AAAA over udp, wire kept
            REFUSED rd ra
    "#]],
    );
    check_answers(
        &sample("servfail.practice.test"),
        "servfail.practice.test A",
        expect![[r#"
        servfail.practice.test A over udp, wire kept
            SERVFAIL rd ra
            extended error 22: no server of the zone could be reached
        servfail.practice.test AAAA over udp, wire kept
            SERVFAIL rd ra
            extended error 22: no server of the zone could be reached
    "#]],
    );
    check_answers(
        &sample("wrong-id.practice.test"),
        "wrong-id.practice.test A",
        expect![[r#"
        wrong-id.practice.test A over udp, no wire
            no answer within 200 ms (2 attempts); 2 packets did not fit the question
        wrong-id.practice.test AAAA over udp, no wire
            no answer within 200 ms (2 attempts); 2 packets did not fit the question
    "#]],
    );
}

#[test]
fn a_port_where_nobody_listens_is_said_at_once() {
    let walk = Walk::towards(Resolver::parse("127.0.0.1:1").unwrap());
    check_answers(
        &walk.look_up("login.harbour-bank.example"),
        "e A",
        expect![[r#"
            login.harbour-bank.example A over udp, no wire
                nothing listens at the resolver's address (connection refused)
            login.harbour-bank.example AAAA over udp, no wire
                nothing listens at the resolver's address (connection refused)
            *.harbour-bank.example A over udp, no wire
                nothing listens at the resolver's address (connection refused)
        "#]],
    );
}

#[test]
fn what_is_no_name_is_never_sent() {
    check_answers(
        &sample("not a..name"),
        "name A",
        expect![[r#"
            not a..name A over udp, no wire
                this is not a name that DNS can carry
            not a..name AAAA over udp, no wire
                this is not a name that DNS can carry
            *..name A over udp, no wire
                this is not a name that DNS can carry
        "#]],
    );
}

#[test]
fn a_malformed_answer_keeps_its_bytes() {
    check_answers(
        &sample("malformed.practice.test"),
        "malformed.practice.test A",
        expect![[r#"
            malformed.practice.test A over udp, wire kept
                the answer is malformed; its bytes are kept
            malformed.practice.test AAAA over udp, wire kept
                the answer is malformed; its bytes are kept
        "#]],
    );
}

#[test]
fn a_chain_that_the_resolver_left_open_is_followed() {
    let asked = sample("no-follow.practice.test");
    check_answers(
        &asked,
        "quarry",
        expect![[r#"
        quarry-public.objects.harbour.example A over udp, wire kept
            NOERROR rd ra
            quarry-public.objects.harbour.example 60 A 198.51.100.140
        quarry-public.objects.harbour.example AAAA over udp, wire kept
            NOERROR rd ra
            harbour.example 3600 SOA ada.ns.harbour.example hostmaster.harbour.example 2026112301 3600 900 604800 300
    "#]],
    );
    check(
        "no-follow.practice.test",
        expect![[r#"
        We store it.
        Storage Harbour Edge (ours), High
            A record 198.51.100.140 is in 198.51.100.128/25 [Harbour Edge address list, 2026-11-01]
            CNAME quarry-public.objects.harbour.example ends in objects.harbour.example [Harbour Edge set-up guide, 2026-11-01]
        we can object: take down one stored object
        we can bucket: take down everything in its bucket
    "#]],
    );
}

#[test]
fn progress_ends_where_it_said_it_would() {
    let dns = Dns::start(sample_zone()).unwrap();
    let walk = Walk::towards(Resolver::at(dns.addr));
    walk.look_up("login.harbour-bank.example");
    let progress = walk.progress.into_inner().unwrap();
    assert_eq!(progress.first(), Some(&(0, 14)));
    assert_eq!(progress.last(), Some(&(14, 14)));
}

#[test]
fn a_cancelled_look_up_keeps_what_is_done() {
    let dns = Dns::start(sample_zone()).unwrap();
    let mut walk = Walk::towards(Resolver::at(dns.addr));
    walk.cancel_after = 0;
    assert_eq!(walk.look_up("www.northwind-shop.example"), Vec::new());

    // Four questions about the name are in flight, and none would be answered for a minute.
    let mut walk = Walk::towards(Resolver::at(dns.addr));
    walk.cancel_after = 4;
    walk.resolver.deadline = Duration::from_secs(60);
    let started = Instant::now();
    check_answers(
        &walk.look_up("silent.tidewater-press.example"),
        "",
        expect![[r#"
        silent.tidewater-press.example A over udp, no wire
            cancelled while waiting for the answer
        silent.tidewater-press.example AAAA over udp, no wire
            cancelled while waiting for the answer
        silent.tidewater-press.example CNAME over udp, no wire
            cancelled while waiting for the answer
        silent.tidewater-press.example HTTPS over udp, no wire
            cancelled while waiting for the answer
    "#]],
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// A list looked up against the practice internet, in the order of the list.
fn look_up_list(hosts: &[&str], types: &Types) -> Vec<Looked> {
    let dns = Dns::start(sample_zone()).unwrap();
    let resolver = Resolver { deadline: Duration::from_secs(1), ..Resolver::at(dns.addr) };
    let n = AtomicU64::new(0);
    let stamp = || {
        let id = u128::from(n.fetch_add(1, Ordering::Relaxed)) * 0x9e37_79b9_7f4a_7c15 + 1;
        Stamp { at: Timestamp::from_ms(1_795_000_000_000), id: Uuid::from_u128(id) }
    };
    let mut looked = Vec::new();
    let mut each = |it| looked.push(it);
    let hosts = hosts.iter().map(|it| (*it).to_owned()).collect();
    let speed = Speed { rate: None, in_flight: 50 };
    let asn = AsnTable::sample();
    let list = ListLookup {
        resolvers: &[resolver],
        types,
        speed,
        asn: &asn,
        seed: [0; 16],
        stamp: &stamp,
    };
    let pass = Gate::new(false).pass().unwrap();
    on_runtime(pass.look_up_list(&list, hosts, &mut each, &|| false));
    looked.sort_by_key(|it| it.place);
    looked
}

#[test]
fn a_list_brings_what_one_look_up_brings_and_asks_about_a_domain_once() {
    let hosts = [
        "www.northwind-shop.example",
        "old.northwind-shop.example",
        "no-follow.practice.test",
        "192.0.2.10",
        "AS64496",
        "login.harbour-bank.example",
        "gone.northwind-shop.example",
    ];
    let looked = look_up_list(&hosts, &Types::usual());
    assert_eq!(looked.iter().map(|it| it.host.as_str()).collect::<Vec<_>>(), hosts);
    let shown_of = |observations: &[Observation]| {
        let mut lines: Vec<_> = observations
            .iter()
            .map(|it| format!("{}: {}", it.question.display(), it.answer.in_one_line()))
            .collect();
        lines.sort();
        lines
    };
    for (host, it) in hosts.iter().zip(&looked).filter(|(host, _)| !host.starts_with("AS")) {
        let alone = observed(sample(host));
        assert_eq!(shown_of(&it.observations()), shown_of(&alone), "{host}");
        assert_eq!(
            shown(&verdict(host, &it.observations(), &Networks::shipped())),
            shown(&verdict(host, &alone, &Networks::shipped())),
        );
    }
    let first_of_shop: Vec<_> = looked
        .iter()
        .filter(|it| it.host.ends_with("northwind-shop.example") && it.is_first_of_domain)
        .collect();
    assert_eq!(first_of_shop.len(), 1);
    let n_ns = looked
        .iter()
        .flat_map(Looked::fresh)
        .filter(|it| it.observation.question.display() == "northwind-shop.example NS");
    assert_eq!(n_ns.count(), 1);
}

#[test]
fn a_list_asks_for_the_chosen_types_alone() {
    let looked = look_up_list(&["no-follow.practice.test", "x..y"], &Types::parse("A").unwrap());
    let shown: Vec<_> = looked
        .iter()
        .flat_map(Looked::fresh)
        .map(|it| {
            format!(
                "{}: {}",
                it.observation.question.display(),
                it.observation.answer.in_one_line()
            )
        })
        .collect();
    expect![[r#"
        [
            "no-follow.practice.test A: NOERROR CNAME quarry-public.objects.harbour.example",
            "quarry-public.objects.harbour.example A: NOERROR A 198.51.100.140",
            "198.51.100.140 ASN: AS64496 Harbour Edge, 198.51.100.128/25",
            "x..y A: this is not a name that DNS can carry",
        ]
    "#]]
    .assert_debug_eq(&shown);
}
