//! A second person on a desk of their own, from a script and by keyboard.

use std::{fs, path::Path};

use fantoccini::key::Key;
use serde_json::Value;

use crate::{
    ctl::{Ctl, INVESTIGATOR, mail, text},
    window::{Picks, Window},
};

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
        desk.verified();
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

#[tokio::test]
async fn a_colleague_is_added_asked_and_answers_by_keyboard() {
    let marek = Ctl::empty();
    marek.ok(&["vault", "create", "--name", MANAGER]);
    // The one file that the native dialog gives; each step lays another one there.
    let picked = marek.path("picked");
    fs::copy(mail("phishing.eml"), &picked).unwrap();
    let window = Window::new_desk(Picks { open: Path::new(&picked).to_owned() }).await;
    let mut barriers = Vec::new();

    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("Phishing against Harbour Bank").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    let script = "return document.querySelector('[data-test=case-reference]').innerText;";
    let reference = window.value(script).await;

    window.go('s').await;
    window.enter_on("card-write").await;
    let card = window.wait_for_file("ines-farrow-member-card.json").await.display().to_string();
    let fingerprint = marek.one(&["member", "show", &card]);
    marek.ok(&["member", "add", &card, "--fingerprint", text(&fingerprint, "/fingerprint")]);
    let made = marek.one(&["member", "card", "--out", &picked]);
    window.enter_on("card-open").await;
    window.wait_for_text(text(&made, "/fingerprint")).await;
    window.painted().await;
    window.picture("member-card").await;
    barriers.extend(window.barriers("member card").await);
    window.enter_on("signed-add").await;
    window.wait_for_text("Marek Lowe is on the desk.").await;
    window.wait_for("[data-test=members] li:nth-child(2)").await;
    window.tab_to("card-open").await;
    window.painted().await;
    window.picture("people").await;
    barriers.extend(window.barriers("people").await);

    window.press(&[], Key::Escape.into()).await;
    window.wait_for("[data-test=mitigation-what]").await;
    window.fill("mitigation-what", "account suspended").await;
    window.choose("mitigation-granularity", "Account").await;
    window.enter_on("mitigation-save").await;
    window.enter_on("ask-mitigation").await;
    window.fill("ask-note", "before noon").await;
    window.wait_for_text("Account, wider than what was reported").await;
    window.painted().await;
    window.picture("ask").await;
    barriers.extend(window.barriers("ask").await);
    window.enter_on("ask-write").await;
    let request = window.wait_for_file(&format!("{reference}-approval-request.json")).await;
    window.wait_for("[data-test=answer-open]").await;
    window.painted().await;
    window.picture("asked").await;

    let request = request.display().to_string();
    marek.ok(&["approval", "sign", &request, "--reason", "all of it is theirs", "--out", &picked]);
    window.press(&[Key::Control, Key::Shift], 'O').await;
    window.wait_for_text("all of it is theirs").await;
    window.painted().await;
    window.picture("answer").await;
    window.enter_on("signed-take").await;
    window.wait_for_text("Marek Lowe approved it, signed").await;
    window.tab_to("mitigation-activate").await;
    window.painted().await;
    window.picture("approved").await;
    barriers.extend(window.barriers("approved").await);
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Mitigation active: account suspended").await;

    // The other way round: what Marek asks is answered in the window.
    let id = wide(&marek);
    marek.ok(&["approval", "request", &self::reference(&marek), &id, "--out", &picked]);
    window.press(&[Key::Control, Key::Shift], 'O').await;
    window.wait_for_text("Zone, wider than what was reported").await;
    window.painted().await;
    window.picture("request").await;
    barriers.extend(window.barriers("request").await);
    window.fill("signed-reason", "go on").await;
    window.enter_on("signed-approve").await;
    let answer =
        window.wait_for_file(&format!("{}-approval-answer.json", self::reference(&marek))).await;
    marek.ok(&["approval", "take", &answer.display().to_string()]);

    window.wait_for("body:not(:has([role=dialog]))").await;
    window.go('h').await;
    window.fill("handover-text", "Watch the bank").await;
    window.wait_for_text("What it says of the cases").await;
    window.picture("handover").await;
    window.enter_on("handover-write").await;
    window.wait_for("[data-test=handovers]").await;
    let written: Vec<_> =
        fs::read_dir(window.exported("")).unwrap().map(|it| it.unwrap()).collect();
    let handover =
        written.iter().find(|it| it.file_name().to_string_lossy().starts_with("handover"));
    let handover = handover.unwrap().path().display().to_string();
    marek.ok(&["handover", "sign", &handover, "--out", &picked]);
    window.press(&[Key::Control, Key::Shift], 'O').await;
    window.enter_on("signed-take").await;
    window.wait_for_text("Read by Marek Lowe").await;
    window.painted().await;
    window.picture("handover-read").await;
    barriers.extend(window.barriers("handover").await);
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
