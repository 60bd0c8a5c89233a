//! A second person on a desk of their own, from a script and by keyboard.

use std::{fs, process::Command};

use serde_json::Value;

use crate::ctl::{Ctl, INVESTIGATOR, text};

const MANAGER: &str = "Marek Lowe";

/// Two vaults whose people have added each other.
fn colleagues() -> (Ctl, Ctl) {
    let (ines, marek) = (Ctl::with_vault(), Ctl::empty());
    marek.ok(&["vault", "create", "--name", MANAGER]);
    for (from, to) in [(&ines, &marek), (&marek, &ines)] {
        let card = from.path("card.json");
        let made = from.one(&["member", "card", "--out", &card]);
        let fingerprint = text(&made, "/fingerprint");
        let refused = to.refused(&["member", "add", &card]);
        assert!(refused.contains(fingerprint), "it says what to compare: {refused}");
        to.ok(&["member", "add", &card, "--fingerprint", fingerprint]);
    }
    (ines, marek)
}

/// A case whose one mitigation reaches wider than what was reported; its id.
fn wide(ctl: &Ctl) -> String {
    let open = ["case", "open", "--title", "Copies of a bank", "--category", "phishing"];
    ctl.ok(&[&open[..], &["--target", "hxxps://login[.]kelp[.]test/a"]].concat());
    let reach = ["--target", "https://login.kelp.test/a", "--granularity", "zone"];
    let reference = reference(ctl);
    let decide = ["decide", &reference, "--what", "Zone off", "--reason", "All of it copies"];
    ctl.ok(&[&decide[..], &reach].concat());
    let proposed = ctl.one(&[&["mitigate", &reference, "--what", "zone off"], &reach[..]].concat());
    text(&proposed, "/mitigation").to_owned()
}

fn reference(ctl: &Ctl) -> String {
    text(&ctl.ok(&["case", "list"])[0], "/reference").to_owned()
}

fn show(ctl: &Ctl) -> Value {
    ctl.one(&["case", "show", &reference(ctl)])
}

#[test]
fn a_mitigation_is_approved_on_another_desk_and_the_exported_journal_proves_it() {
    let (ines, marek) = colleagues();
    let id = wide(&ines);
    let (request, answer) = (ines.path("request.json"), marek.path("answer.json"));
    let ask = ["approval", "request", &reference(&ines), &id, "--note", "before noon"];
    let preview = ines.one(&ask);
    ines.ok(&[&ask[..], &["--out", &request]].concat());
    let opened = marek.one(&["approval", "show", &request]);
    assert_eq!(opened["facts"], preview);
    assert_eq!(text(&opened, "/signer"), INVESTIGATOR);
    marek.ok(&["approval", "sign", &request, "--out", &answer]);
    let refused = marek.refused(&["approval", "take", &answer]);
    assert!(refused.contains("did not make"), "{refused}");
    let taken = ines.one(&["approval", "take", &answer]);
    assert_eq!((text(&taken, "/signer"), text(&taken, "/ruling")), (MANAGER, "approved"));
    assert!(ines.refused(&["approval", "take", &answer]).contains("taken in already"));
    let case = show(&ines);
    assert_eq!(case["mitigations"][0]["steps"].as_array().unwrap().len(), 2);
    assert!(text(&case, "/approvals/1/text").starts_with("Marek Lowe approved it"));
    ines.ok(&["mitigate", &reference(&ines), "--id", &id, "--state", "active"]);

    for desk in [&ines, &marek] {
        desk.ok(&["journal", "verify"]);
        desk.ok(&["vault", "rebuild", "--check"]);
        let journal = desk.path("journal.jsonl");
        desk.ok(&["journal", "export", &journal]);
        let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/verify_journal.py");
        let checked = Command::new("python3").args([verifier, &journal]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    }
}

#[test]
fn a_request_that_was_changed_or_refused_changes_nothing() {
    let (ines, marek) = colleagues();
    let id = wide(&ines);
    let (request, answer) = (ines.path("request.json"), marek.path("answer.json"));
    ines.ok(&["approval", "request", &reference(&ines), &id, "--out", &request]);
    let whole = fs::read_to_string(&request).unwrap();
    fs::write(&request, whole.replace("zone off", "none off")).unwrap();
    assert!(marek.refused(&["approval", "show", &request]).contains("changed after it was signed"));
    fs::write(&request, whole).unwrap();
    assert_eq!(marek.run(&["approval", "sign", &request, "--refuse"]).status.code(), Some(2));
    let sign = ["approval", "sign", &request, "--out", &answer];
    marek.ok(&[&sign[..], &["--refuse", "--reason", "the shop next door"]].concat());
    assert!(marek.refused(&sign).contains("You refused it"));
    assert!(
        ines.refused(&["approval", "sign", &request, "--out", &answer]).contains("another one")
    );
    ines.ok(&["approval", "take", &answer]);
    let case = show(&ines);
    assert_eq!(case["mitigations"][0]["steps"].as_array().unwrap().len(), 1);
    assert!(text(&case, "/approvals/1/text").contains("the shop next door"));
}

#[test]
fn a_handover_is_read_on_another_desk_and_signed_for() {
    let (ines, marek) = colleagues();
    wide(&ines);
    let (note, receipt) = (ines.path("handover.json"), marek.path("receipt.json"));
    ines.ok(&["handover", "write", "--text", "Watch the bank", "--out", &note]);
    let read = marek.one(&["handover", "read", &note]);
    assert_eq!(text(&read, "/facts/0/text"), "Watch the bank");
    assert!(text(&read, "/facts/1/text").contains("Copies of a bank"), "{read}");
    marek.ok(&["handover", "sign", &note, "--out", &receipt]);
    assert_eq!(text(&ines.one(&["handover", "take", &receipt]), "/read_by"), MANAGER);
    assert_eq!(text(&ines.one(&["handover", "list"]), "/read_by/0/name"), MANAGER);
}
