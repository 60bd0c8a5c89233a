//! What the registries answer over HTTP.

use std::net::TcpStream;

use farol_practice::{Practice, Rdap};
use serde_json::Value;

use crate::client::{ask, request, shown};

/// Every entity with a role, at any depth, and how deep it stands.
fn with_role(object: &Value, role: &str) -> Vec<(usize, Value)> {
    let mut found = Vec::new();
    for entity in object["entities"].as_array().into_iter().flatten() {
        if entity["roles"].as_array().unwrap().iter().any(|it| it == role) {
            found.push((0, entity.clone()));
        }
        let below = with_role(entity, role).into_iter();
        found.extend(below.map(|(depth, entity)| (depth + 1, entity)));
    }
    found
}

/// A property of a jCard (RFC 7095).
fn card(entity: &Value, property: &str) -> String {
    let properties = entity["vcardArray"][1].as_array().unwrap();
    let found = properties.iter().find(|it| it[0] == property);
    found.map_or_else(String::new, |it| it[3].as_str().unwrap().to_owned())
}

/// A domain on one line: registrar, then events but the expected ones, status, name servers.
#[track_caller]
fn check(rdap: &Rdap, name: &str, expected: &str) {
    let fetched = request(rdap.addr, "GET", &format!("/domain/{name}"));
    assert_eq!(fetched.status, 200, "{name}");
    assert!(fetched.head.contains("\r\ncontent-type: application/rdap+json"), "{}", fetched.head);
    let domain = fetched.json();
    let all = |list: &str, key: &str| -> Vec<String> {
        let list = domain[list].as_array().unwrap().iter();
        list.map(|it| it.get(key).unwrap_or(it).as_str().unwrap().to_owned()).collect()
    };
    let registrar: Vec<_> =
        with_role(&domain, "registrar").iter().map(|it| card(&it.1, "fn")).collect();
    let said = format!(
        "{}; {}; {}; {}",
        registrar.join(", "),
        all("events", "eventAction")[1..].join(", ").replace(", last update of RDAP database", ""),
        all("status", "").join(", "),
        all("nameservers", "ldhName").join(", "),
    );
    assert_eq!(said, expected, "{name}");
    assert!(domain["secureDNS"]["delegationSigned"].is_boolean());
}

#[test]
fn domains_tell_who_registered_what_and_when() {
    let rdap = Rdap::start().unwrap();
    let locked = "client transfer prohibited, client delete prohibited";
    let granite = "ns1.granite-dns.example, ns2.granite-dns.example";
    let ours = "ada.ns.harbour.example, ben.ns.harbour.example";
    let usual = "last changed, expiration";
    check(
        &rdap,
        "osprey-charter.example",
        &format!("Harbour Registrar; {usual}; {locked}; {granite}"),
    );
    check(
        &rdap,
        "OSPREY-charter.example.",
        &format!("Harbour Registrar; {usual}; {locked}; {granite}"),
    );
    check(
        &rdap,
        "northwind-shop.example",
        &format!("Harbour Registrar; {usual}; {locked}; {ours}"),
    );
    check(
        &rdap,
        "granite-freight.example",
        &format!("Granite Names; {usual}; {locked}; {granite}"),
    );
    check(
        &rdap,
        "harbour-verify.test",
        &format!("Driftnet Names; {usual}; add period, active; {ours}"),
    );
    check(
        &rdap,
        "petrel-insurance.example",
        "Driftnet Names; transfer, last changed, expiration; active; ns1.driftnet.test",
    );
    check(
        &rdap,
        "harbour-gone-4.test",
        &format!(
            "Driftnet Names; {usual}; server hold, server transfer prohibited; ns1.driftnet.test"
        ),
    );
}

#[test]
fn abuse_contacts_stand_outside_or_nested_or_nowhere() {
    let rdap = Rdap::start().unwrap();
    let abuse = |name: &str| -> Vec<(usize, String)> {
        let domain = request(rdap.addr, "GET", &format!("/domain/{name}")).json();
        with_role(&domain, "abuse").iter().map(|(at, it)| (*at, card(it, "email"))).collect()
    };
    assert_eq!(abuse("osprey-charter.example"), [(0, "abuse@registrar.harbour.example".into())]);
    assert_eq!(abuse("pelican-books.example"), [(1, "abuse@granite-dns.example".into())]);
    assert_eq!(abuse("quiet-cove.test"), []);
}

#[test]
fn a_redacted_domain_says_what_is_missing() {
    let rdap = Rdap::start().unwrap();
    let domain = request(rdap.addr, "GET", "/domain/tidewater-press.example").json();
    assert_eq!(domain["rdapConformance"], serde_json::json!(["rdap_level_0", "redacted"]));
    assert_eq!(domain["redacted"].as_array().unwrap().len(), 4);
    let (_, registrant) = with_role(&domain, "registrant").remove(0);
    assert_eq!(
        (card(&registrant, "fn"), card(&registrant, "email")),
        (String::new(), String::new())
    );
}

#[test]
fn refusals_are_rdap_errors() {
    let rdap = Rdap::start().unwrap();
    for (method, path, status) in [
        ("GET", "/domain/harbour-gone-1.test", 404),
        ("GET", "/ip/10.0.0.1", 404),
        ("GET", "/autnum/64511", 404),
        ("GET", "/domain/gannet-mail.example", 429),
        ("GET", "/ip/somewhere", 400),
        ("GET", "/autnum/many", 400),
        ("GET", "/nameserver/ns9.driftnet.test", 404),
        ("GET", "/entity/DRIFTNET-NAMES", 400),
        ("GET", "/", 400),
        ("POST", "/domain/osprey-charter.example", 405),
    ] {
        let fetched = request(rdap.addr, method, path);
        assert_eq!(fetched.status, status, "{path}");
        assert_eq!(fetched.json()["errorCode"], status, "{path}");
        assert!(fetched.json()["title"].is_string() && fetched.json()["description"].is_array());
        assert_eq!(fetched.head.contains("\r\nretry-after: 30"), status == 429, "{path}");
    }
    let head = request(rdap.addr, "HEAD", "/domain/osprey-charter.example");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn addresses_and_systems_lead_to_who_runs_them() {
    let rdap = Rdap::start().unwrap();
    let holder = |path: &str| {
        let object = request(rdap.addr, "GET", path).json();
        let (_, registrant) = with_role(&object, "registrant").remove(0);
        let (_, abuse) = with_role(&object, "abuse").remove(0);
        format!(
            "{} {}, {}",
            object["name"].as_str().unwrap(),
            card(&registrant, "fn"),
            card(&abuse, "email")
        )
    };
    assert_eq!(holder("/ip/192.0.2.90"), "HARBOUR-PROXY Harbour Edge, abuse@harbour.example");
    assert_eq!(
        holder("/ip/198.51.100.70"),
        "KITTIWAKE-RACKS Kittiwake Colocation, abuse@kittiwake-colocation.example"
    );
    assert_eq!(
        holder("/ip/2001:db8:40::10"),
        "HARBOUR-PROXY-6 Harbour Edge, abuse@harbour.example"
    );
    assert_eq!(holder("/autnum/64500"), "CINNABAR Cinnabar Hosting, abuse@cinnabar.example");
}

#[test]
fn the_bootstrap_leads_to_this_server() {
    let rdap = Rdap::start().unwrap();
    assert!(rdap.addr.ip().is_loopback());
    for (file, key) in [
        ("dns", "test"),
        ("ipv4", "192.0.2.0/24"),
        ("ipv6", "2001:db8::/32"),
        ("asn", "64496-64511"),
    ] {
        let fetched = request(rdap.addr, "GET", &format!("/{file}.json"));
        assert!(fetched.head.contains("\r\ncontent-type: application/json"), "{}", fetched.head);
        let bootstrap = fetched.json();
        assert_eq!(bootstrap["version"], "1.0");
        let [keys, urls] = bootstrap["services"][0].as_array().unwrap().as_slice() else {
            panic!("{bootstrap}");
        };
        assert!(keys.as_array().unwrap().iter().any(|it| it == key), "{file}");
        assert_eq!(urls[0], rdap.url());
    }
    let domain = request(rdap.addr, "GET", "/domain/osprey-charter.example").json();
    let own = format!("{}domain/osprey-charter.example", rdap.url());
    assert_eq!(domain["links"][0]["href"], own);
}

#[test]
fn the_practice_internet_is_one_thing_and_stops_as_one() {
    let practice = Practice::start().unwrap();
    let (dns, rdap) = (practice.dns.addr, practice.rdap.addr);
    assert_eq!(shown(&ask(dns, "parcel-redelivery.test A")), "NOERROR 192.0.2.71");
    assert_eq!(request(rdap, "GET", "/dns.json").status, 200);
    // A client that keeps its connection open does not keep the server.
    let idle = TcpStream::connect(rdap).unwrap();
    drop(practice);
    assert!(TcpStream::connect(rdap).is_err() && TcpStream::connect(dns).is_err());
    drop(idle);
}
