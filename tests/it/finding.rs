//! Finding what is kept, from a script.

use serde_json::Value;

use crate::ctl::{Ctl, mail, text};

/// The kinds of what a search found, in the order it came.
fn kinds(page: &Value) -> Vec<&str> {
    let hits = page["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_report_and_its_case_are_found_however_a_value_is_written() {
    let ctl = Ctl::with_vault();
    let report = text(&ctl.one(&["import", &mail("phishing.eml")]), "/report").to_owned();
    let page = ctl.one(&["search", "hxxps://login[.]harbour-bank[.]test/session"]);
    assert_eq!(kinds(&page), ["report"]);
    assert_eq!(text(&page, "/hits/0/opens/id"), report);
    assert_eq!(page["hits"][0]["reference"], Value::Null);

    let open = ["case", "open", "--report", &report, "--severity", "high", "--reason", "losses"];
    let case = ctl.one(&[&open[..], &["--suggested-targets"]].concat());
    let reference = text(&case, "/reference").to_owned();
    ctl.ok(&["case", "set", &reference, "--note", "the bank's duty desk rang twice"]);
    let page = ctl.one(&["search", "login.harbour-bank.test", "kind:target"]);
    assert_eq!(kinds(&page), ["target"]);
    let page = ctl.one(&["search", "\"duty desk\"", &format!("case:{reference}")]);
    assert_eq!(kinds(&page), ["note"]);
    let plain = ctl.run(&["search", "uty des"]);
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains("rang twice") && plain.ends_with("\n1 found\n"), "{plain}");

    ctl.ok(&["case", "set", &reference, "--sensitivity", "sensitive"]);
    let plain = ctl.run(&["search", "duty"]);
    let plain = String::from_utf8(plain.stdout).unwrap();
    assert!(plain.contains("hidden until opened") && !plain.contains("rang"), "{plain}");

    for odd in ["\"", "AND OR NOT", "title:(", "'; --", "NEAR/2", "\u{202e}x"] {
        ctl.one(&["search", odd]);
    }
}
