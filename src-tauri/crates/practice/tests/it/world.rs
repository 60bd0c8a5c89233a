//! The hosts of the sample desk, as the desk and its cases need them.

use std::net::IpAddr;

use farol_practice::{Dns, asn_csv, sample_zone};

use crate::client::{ask, shown};

#[track_caller]
fn check(dns: &Dns, rows: &str) {
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (question, expected) = row.split_once(" -> ").unwrap();
        assert_eq!(shown(&ask(dns.addr, question)), expected, "{question}");
    }
}

#[test]
fn hosts_with_us() {
    check(
        &Dns::start(sample_zone()).unwrap(),
        "login.harbour-bank.example A -> NOERROR login.harbour-bank.example.cdn.harbour.example 192.0.2.10
        www.northwind-shop.example A -> NOERROR 192.0.2.20
        v1.harbour-verify.test A -> NOERROR 192.0.2.61
        v2.harbour-verify.test A -> NOERROR 192.0.2.62
        v3.harbour-verify.test A -> NOERROR 192.0.2.63
        v4.harbour-verify.test A -> NOERROR 192.0.2.64
        harbour-verify.test NS -> NOERROR ada.ns.harbour.example ben.ns.harbour.example
        harbour-help-1.tidemart.example A -> NOERROR custom.tidemart.example 192.0.2.80
        harbour-help-2.tidemart.example A -> NOERROR custom.tidemart.example 192.0.2.80
        harbour-help-3.tidemart.example A -> NOERROR custom.tidemart.example 192.0.2.80
        shop.pelican-books.example A -> NOERROR custom.tidemart.example 192.0.2.80
        support.pelican-books.example A -> NOERROR custom.tidemart.example 192.0.2.80
        parcel-redelivery.test A -> NOERROR 192.0.2.71
        www.st-brendan-hospital.example A -> NOERROR 192.0.2.90
        st-brendan-hospital.example NS -> NOERROR ns1.granite-dns.example ns2.granite-dns.example
        www.lantern-review.example A -> NOERROR 192.0.2.91
        kestrel-boots-outlet.example A -> NOERROR 192.0.2.92
        forum.saltmarsh.example A -> NOERROR 192.0.2.93
        gallery.night-ferry.test A -> NOERROR 192.0.2.94
        news.tern-island.example A -> NOERROR 192.0.2.95
        video.brackwater.example A -> NOERROR 192.0.2.96
        www.acme-lanterns.example A -> NOERROR 192.0.2.110
        www.borealis-outfitters.example A -> NOERROR 192.0.2.111
        www.cobalt-ferries.example A -> NOERROR 192.0.2.112
        panel.rook-metrics.test A -> NOERROR 3f9c.tunnel.harbour.example 192.0.2.200
        files.quarry-downloads.example A -> NOERROR quarry-public.objects.harbour.example 198.51.100.140
        files.vellum-share.example A -> NOERROR vellum-share.objects.harbour.example 198.51.100.150
        blog.tidewater-press.example A -> NOERROR 203.0.113.10
        board.low-tide.test A -> NOERROR 203.0.113.40
        low-tide.test NS -> NOERROR ada.ns.harbour.example ben.ns.harbour.example
        gannet-mail.example MX -> NOERROR 10 mx.harbour.example
        www.kittiwake-tools.example A -> NOERROR 198.51.100.70",
    );
}

#[test]
fn hosts_elsewhere() {
    check(
        &Dns::start(sample_zone()).unwrap(),
        "portal.granite-freight.example A -> NOERROR 198.51.100.10
        osprey-charter.example A -> NOERROR 198.51.100.30
        osprey-charter.example NS -> NOERROR ns1.granite-dns.example ns2.granite-dns.example
        mirror.paper-kites.example A -> NOERROR 198.51.100.21
        status.sandpiper-labs.example A -> NOERROR sandpiper-labs.cloudloft.example 203.0.113.6
        beta.sandpiper-labs.example A -> Non-Existent Domain sandpiper-beta.cloudloft.example
        old.northwind-shop.example A -> Non-Existent Domain retired-shop.cloudloft.example
        ebb.tidewater-press.example A -> NOERROR flow.tidewater-press.example ebb.tidewater-press.example
        harbour-gone-1.test A -> Non-Existent Domain
        harbour-gone-2.test A -> Non-Existent Domain
        harbour-gone-3.test A -> Non-Existent Domain
        harbour-gone-4.test A -> Non-Existent Domain
        harbour-bank-verify.test A -> NOERROR 203.0.113.166
        harbour-bank-login.test A -> NOERROR 203.0.113.166
        secure-harbour-bank.test A -> NOERROR 203.0.113.166
        xn--hrbour-bank-k7a.test A -> NOERROR 203.0.113.167
        quiet-cove.test A -> NOERROR 203.0.113.50
        quiet-cove.test NS -> NOERROR ns1.parkside-names.test
        dunlin-post.example MX -> NOERROR 10 mail.granite-dns.example
        dunlin-post.example A -> NOERROR
        www.skerry.test A -> NOERROR 198.51.100.33
        lame.skerry.test A -> Server Failure EDE 22 \"no reachable authority for lame.skerry.test\"",
    );
}

#[test]
fn hosts_that_move() {
    let dns = Dns::start(sample_zone()).unwrap();
    check(
        &dns,
        "petrel-insurance.example A -> NOERROR 192.0.2.97
        petrel-insurance.example NS -> NOERROR ada.ns.harbour.example ben.ns.harbour.example
        plover-tools.test A -> NOERROR 203.0.113.140",
    );
    dns.next_round();
    check(
        &dns,
        "petrel-insurance.example A -> NOERROR 203.0.113.77
        petrel-insurance.example NS -> NOERROR ns1.driftnet.test
        petrel-insurance.example MX -> NOERROR 10 vm-77.cinnabar.example
        plover-tools.test A -> NOERROR 203.0.113.90
        www.northwind-shop.example A -> NOERROR 192.0.2.20",
    );

    let asks: Vec<_> = (0..6).map(|_| ask(dns.addr, "swift-heron.test A")).collect();
    assert!(asks.iter().all(|it| it.answers.len() == 1 && it.answers[0].ttl <= 30));
    let mut seen: Vec<_> = asks.iter().map(shown).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6);
}

#[test]
fn the_world_is_made_of_reserved_names_and_documentation_addresses() {
    let zones: Vec<&str> = sample_zone()
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !name.starts_with(';') && *name != ".")
        .collect();
    let reserved = [".example", ".test", ".in-addr.arpa"];
    for name in zones {
        assert!(reserved.iter().any(|end| name.ends_with(end)), "{name}");
    }
    for word in sample_zone().split_whitespace() {
        if let Ok(ip) = word.parse::<IpAddr>() {
            assert!(is_documentation(ip), "{ip}");
        }
    }
}

fn is_documentation(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_documentation(),
        IpAddr::V6(ip) => ip.segments()[..2] == [0x2001, 0xdb8],
    }
}

/// Rows of the table: first and last address, number, holder.
fn networks() -> Vec<(IpAddr, IpAddr, u32, &'static str)> {
    let row = |line: &'static str| {
        let [first, last, asn, holder] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        (first.parse().unwrap(), last.parse().unwrap(), asn.parse().unwrap(), holder)
    };
    asn_csv().lines().map(row).collect()
}

#[test]
fn the_asn_table_is_disjoint_and_documentation_only() {
    let mut networks = networks();
    networks.sort();
    for (first, last, asn, holder) in &networks {
        assert!(first <= last && is_documentation(*first) && is_documentation(*last), "{first}");
        assert!((64496..=64511).contains(asn) && !holder.is_empty(), "{asn}");
    }
    for pair in networks.windows(2) {
        assert!(pair[0].1 < pair[1].0, "{pair:?}");
    }
}

#[test]
fn every_address_of_the_world_is_announced_by_somebody() {
    let networks = networks();
    let announced = |ip: IpAddr| {
        networks.iter().find(|(first, last, ..)| (first..=last).contains(&&ip)).map(|it| it.2)
    };
    for word in sample_zone().split_whitespace() {
        if let Ok(ip) = word.parse::<IpAddr>() {
            assert!(announced(ip).is_some(), "{ip}");
        }
    }
    let of = |ip: &str| announced(ip.parse().unwrap());
    assert_eq!(of("192.0.2.61"), Some(64496));
    assert_eq!(of("198.51.100.70"), Some(64496));
    assert_eq!(of("198.51.100.150"), Some(64496));
    assert_eq!(of("203.0.113.77"), Some(64500));
    assert_eq!(of("198.51.100.10"), Some(64501));
    assert_eq!(of("203.0.113.166"), Some(64502));
    assert_eq!(of("203.0.113.6"), Some(64503));
}
