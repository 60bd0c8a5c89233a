//! Drafts that are disposed of when a document is issued.

use std::{fs, path::PathBuf, process::Command};

use fantoccini::key::Key;

use crate::{
    ctl::{Ctl, case_number, text},
    window::{Picks, Window},
};

#[test]
fn a_draft_is_disposed_of_at_issue_and_in_backups_that_are_put_back() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["case", "open", "--title", "Kept", "--category", "phishing", "--severity", "high"]);
    let begun = ctl.one(&["doc", "new", "--case", case_number(1), "--template", "readout"]);
    let doc = text(&begun, "/document").to_owned();
    let words = ["doc", "add", &doc, "--audience", "internal_team", "--text", "canary-5120"];
    ctl.ok(&words);
    let shown = ctl.one(&["doc", "show", &doc]);
    let blocks = shown["document"]["blocks"].as_array().unwrap();
    let block = blocks.last().unwrap()["id"].as_str().unwrap().to_owned();
    let entry = text(&ctl.one(&["doc", "history", &doc, &block]), "/entry").to_owned();
    let name = text(&ctl.one(&["backup", "make"]), "/name").to_owned();
    assert_eq!(ctl.one(&["doc", "drafts", &doc])["fate"], "kept");
    assert_eq!(ctl.one(&["retention", "drafts"])["drafts"], "keep");
    ctl.ok(&["retention", "drafts", "dispose"]);
    let fate = ctl.one(&["doc", "drafts", &doc]);
    assert_eq!(fate["fate"], "goes");
    assert!(text(&fate, "/elsewhere/0").starts_with("Backup of"), "{fate}");

    assert_eq!(ctl.one(&["doc", "issue", &doc])["drafts"]["fate"], "gone");
    let refused = ctl.refused(&["doc", "restore", &doc, &block, &entry]);
    assert!(
        refused.contains("disposed of") && refused.contains("Nothing was changed"),
        "{refused}"
    );
    assert_eq!(ctl.one(&["doc", "history", &doc, &block])["block"]["id"], block.as_str());
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);
    let journal = ctl.path("journal.jsonl");
    ctl.ok(&["journal", "export", &journal]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/verify_journal.py");
    assert!(Command::new("python3").args([script, &journal]).status().unwrap().success());
    let issued = fs::read_to_string(&journal).unwrap();
    assert_eq!(issued.matches("canary-5120").count(), 1, "in the text that was issued alone");

    ctl.ok(&["backup", "put-back", &name]);
    let again = ctl.one(&["doc", "drafts", &doc]);
    assert_eq!(again["fate"], "gone", "the tail brings its issue back, and not its drafts");
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[tokio::test]
async fn drafts_are_disposed_of_by_keyboard_after_what_goes_was_shown() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    window.press(&[Key::Control, Key::Shift], 'V').await;
    window.fill("paste-text", "Phishing at hxxps://login[.]kelp[.]test/a, please act").await;
    window.enter_on("paste-save").await;
    window.wait_for_text("please act").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.press(&[], 'g').await;
    window.press(&[], 's').await;
    window.choose("draft-rule", "Are disposed of, for ever").await;
    window.wait_for_text("Nothing was disposed of").await;
    window.painted().await;
    window.picture("draft-rule").await;
    let mut barriers = window.barriers("draft rule").await;
    window.tab_back_to("rules-edit").await;

    window.press(&[], 'g').await;
    window.press(&[], 'c').await;
    window.wait_for_text(case_number(1)).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.choose("document-template", "Executive readout, one page").await;
    window.enter_on("document-new").await;
    window.wait_for("[data-test=preview-page]").await;
    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    window.type_text("We took four minutes too long.").await;
    window.wait_for_text("Saved ").await;
    window.enter_on("export-pdf").await;
    window.wait_for_file(&format!("{}-readout-exec.pdf", case_number(1))).await;
    window.enter_on("review-issue").await;
    window.wait_for("[data-test=drafts-goes]").await;
    window.painted().await;
    window.picture("drafts-go").await;
    barriers.extend(window.barriers("drafts go").await);
    window.enter_on("issue-dispose").await;
    window.wait_for_text("can no longer be read").await;
    window.painted().await;
    window.picture("drafts-gone").await;
    barriers.extend(window.barriers("drafts gone").await);
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
