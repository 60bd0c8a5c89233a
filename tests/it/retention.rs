//! What is kept, and what is erased for ever.

use std::{path::PathBuf, process::Command};

use fantoccini::key::Key;
use serde_json::Value;

use crate::{
    ctl::{Ctl, case_number},
    window::{Picks, Window},
};

fn open(ctl: &Ctl, title: &str) {
    ctl.ok(&["case", "open", "--title", title, "--category", "phishing", "--severity", "low"]);
}

#[test]
fn a_closed_case_is_erased_when_the_rules_say_so_and_no_hold_wins() {
    let ctl = Ctl::with_vault();
    open(&ctl, "canary-4471");
    open(&ctl, "Another");
    let case = case_number(1);
    let mut rules = ctl.one(&["retention", "rules"]);
    for rule in rules["categories"].as_array_mut().unwrap() {
        rule["months"] = 0.into();
    }
    ctl.ok(&["retention", "set", &ctl.file("rules.json", rules.to_string())]);
    assert!(ctl.ok(&["retention", "due"]).is_empty(), "only closed cases are due");
    ctl.ok(&["case", "set", case, "--status", "closed"]);
    assert_eq!(ctl.one(&["retention", "due"])["reference"], case);
    ctl.ok(&["backup", "make"]);

    ctl.ok(&["case", "hold", case, "--reason", "litigation"]);
    assert_eq!(ctl.one(&["retention", "due"])["hold"]["reason"], "litigation");
    let erase = ["case", "erase", case, "--reason", "24 months", "--confirm", case];
    assert!(ctl.refused(&erase).contains("legal hold (litigation). Nothing was erased"));
    ctl.ok(&["case", "release", case]);
    let preview = ctl.one(&["case", "erase", case]);
    assert!(preview["elsewhere"][0].as_str().unwrap().starts_with("Backup of"), "{preview}");
    let other = ["case", "erase", case, "--reason", "x", "--confirm", case_number(2)];
    assert!(ctl.refused(&other).contains("confirmed by its number"));

    assert!(ctl.one(&["journal", "verify"])["closed"].is_null());
    ctl.ok(&erase);
    assert!(ctl.refused(&["case", "show", case]).contains("no"));
    assert_eq!(ctl.one(&["case", "list"])["title"], "Another");
    assert_eq!(ctl.one(&["retention", "erased"])["reason"], "24 months");
    assert_eq!(ctl.one(&["search", "canary-4471"])["n_hits"], 0);
    let closed = ctl.one(&["journal", "verify"])["closed"].to_string();
    assert!(closed.contains("of them said is gone: their case was erased"), "{closed}");
    ctl.ok(&["vault", "rebuild", "--check"]);
    let journal = ctl.path("journal.jsonl");
    ctl.ok(&["journal", "export", &journal]);
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains("canary-4471"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/verify_journal.py");
    assert!(Command::new("python3").args([script, &journal]).status().unwrap().success());

    let name = ctl.one(&["backup", "list"])["name"].as_str().unwrap().to_owned();
    ctl.ok(&["backup", "put-back", &name]);
    let titles: Vec<Value> = ctl.ok(&["case", "list"]);
    assert_eq!(titles.len(), 1, "what a backup still had is erased again");
}

#[tokio::test]
async fn a_case_is_held_and_erased_by_keyboard() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    window.paste_report("Phishing at hxxps://login[.]kelp[.]test/a, please act").await;
    window.enter_on("case-open").await;
    window.enter_on("hold-open").await;
    window.wait_for_focus("hold-reason").await;
    window.type_text("Litigation in Harbour").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=hold]").await;
    window.painted().await;
    window.picture("on-hold").await;
    window.enter_on("hold-release").await;
    window.enter_on("erase-open").await;
    window.wait_for_focus("erase-reason").await;
    window.painted().await;
    window.picture("erase").await;
    let mut barriers = window.barriers("erase").await;
    window.type_text("An order of 24 November").await;
    window.fill("erase-typed", case_number(1)).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text(&format!("{} is erased", case_number(1))).await;
    window.go('s').await;
    window.enter_on("rules-edit").await;
    window.wait_for("[data-test=rules-save]").await;
    window.painted().await;
    window.picture("retention").await;
    barriers.extend(window.barriers("retention").await);
    // The record says how much of it nobody can read any more.
    window.enter_on("settings-verify").await;
    window.wait_for("[data-test=settings-closed]").await;
    window.painted().await;
    window.picture("closed-entries").await;
    barriers.extend(window.barriers("closed entries").await);
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
