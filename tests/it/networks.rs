//! Whose abuse desk this is, and which network an address is in.

use std::fs;

use fantoccini::key::Key;
use farol_practice::{Dns, sample_zone};

use crate::{
    ctl::{Ctl, case_number, text},
    window::{Picks, Window},
};

#[test]
fn another_network_is_ours_and_every_case_is_judged_anew_without_a_look_up() {
    let dns = Dns::start(sample_zone()).unwrap();
    let resolver = dns.addr.to_string();
    let ctl = Ctl::with_vault();
    let report = ctl.file("report.txt", "Phishing at hxxp://www[.]northwind-shop[.]example/a");
    let report = ctl.one(&["import", &report])["report"].as_str().unwrap().to_owned();
    let open = ["case", "open", "--report", &report, "--severity", "low", "--suggested-targets"];
    ctl.ok(&open);
    let case = case_number(1);
    ctl.ok(&["lookup", "www.northwind-shop.example", "--case", case, "--resolver", &resolver]);
    drop(dns);
    let ours = || ctl.one(&["case", "show", case])["verdicts"][0]["ours"].clone();
    assert_eq!(ours(), true, "the network of the samples, until one is chosen");

    assert!(ctl.refused(&["network", "ours", "nobody"]).contains("no network of this name"));
    let rows = ctl.ok(&["network", "ours", "cloudflare"]);
    let chosen: Vec<_> = rows.iter().filter(|it| it["ours"] == true).collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0]["name"], "Cloudflare");
    assert!(rows.len() > 40 && rows.iter().all(|it| it["id"] != "harbour"));
    assert_eq!(ours(), false, "judged anew from what is kept");
}

#[test]
fn who_announces_an_address_is_said_offline_from_the_newest_table() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["offline", "on"]);
    assert_eq!(text(&ctl.one(&["asn", "show"]), "/kind"), "missing");
    assert!(ctl.refused(&["asn", "of", "192.0.2.7"]).contains("No IP→ASN table is here"));
    let v4 = ctl.file("v4.csv", "192.0.2.0,192.0.2.255,64496,\"Harbour, Edge\"\n");
    let v6 = ctl.file("v6.csv", "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,64500,Gull");
    let loaded = ctl.one(&["asn", "load", &v4, &v6]);
    assert_eq!((text(&loaded, "/kind"), loaded["n_ranges"].as_u64()), ("own", Some(2)));
    let found = ctl.ok(&["asn", "of", "192[.]0[.]2[.]7", "2001:db8::7", "203.0.113.1"]);
    assert_eq!(
        (text(&found[0], "/range"), text(&found[0], "/holder")),
        ("192.0.2.0/24", "Harbour, Edge")
    );
    assert_eq!(
        (text(&found[1], "/range"), found[1]["asn"].as_u64()),
        ("2001:db8::/48", Some(64500))
    );
    assert!(found[2]["asn"].is_null());
    let wrong = ctl.file("wrong.csv", "start,end,asn,name\n");
    assert!(
        ctl.refused(&["asn", "load", &wrong]).contains("line 1: not an asn. The old one stays")
    );
    assert_eq!(ctl.one(&["asn", "show"])["n_ranges"], 2);
    assert_eq!(text(&ctl.one(&["asn", "forget"]), "/kind"), "missing");
}

#[tokio::test]
async fn a_table_of_networks_is_loaded_and_forgotten_by_keyboard() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("asn.csv");
    fs::write(&file, "192.0.2.0,192.0.2.255,64496,Harbour Edge\n").unwrap();
    let window = Window::new_desk(Picks { open: file }).await;
    window.press(&[], 'g').await;
    window.press(&[], 's').await;
    window.wait_for_text("No table is here").await;
    window.enter_on("settings-asn").await;
    window.wait_for_text("Loaded from asn.csv: 1 range").await;
    window.wait_for_text("asn.csv: 1 range").await;
    window.tab_to("settings-asn-forget").await;
    window.painted().await;
    window.picture("settings-networks").await;
    let barriers = window.barriers("the table of networks").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("No table is here").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
