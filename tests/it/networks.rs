//! Whose abuse desk this is.

use farol_practice::{Dns, sample_zone};

use crate::ctl::{Ctl, case_number};

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
