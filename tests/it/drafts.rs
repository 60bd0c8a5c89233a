//! Drafts that are disposed of when a document is issued.

use std::path::PathBuf;

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
    let issued = ctl.verified();
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
    window.paste_report("Phishing at hxxps://login[.]kelp[.]test/a, please act").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.go('s').await;
    window.choose("draft-rule", "Are disposed of, for ever").await;
    window.wait_for_text("Nothing was disposed of").await;
    window.painted().await;
    window.picture("draft-rule").await;
    let mut barriers = window.barriers("draft rule").await;
    window.tab_back_to("rules-edit").await;

    window.go('c').await;
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

#[tokio::test]
async fn gaps_and_suggestions_are_gone_through_by_keys_and_a_hold_keeps_the_drafts() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    window.go('s').await;
    window.choose("draft-rule", "Are disposed of, for ever").await;
    window.tab_back_to("rules-edit").await;
    window.go('q').await;
    window.paste_report("Phishing at hxxps://login[.]kelp[.]test/a, please act").await;
    window.enter_on("case-open").await;
    window.enter_on("hold-open").await;
    window.wait_for_focus("hold-reason").await;
    window.type_text("Litigation in Harbour").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=hold]").await;
    window.choose("document-template", "Answer to an authority").await;
    window.enter_on("document-new").await;
    window.wait_for("[data-test=preview-page]").await;

    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    window.type_text("It was human error, and somebody should have looked.").await;
    window.wait_for_text("Saved ").await;
    window.wait_for_text("to say better").await;
    for words in ["Which of the two orders is meant?", "Legal reads this by noon."] {
        window.press(&[Key::Alt], 'c').await;
        window.wait_for_focus("comment-text").await;
        window.type_text(words).await;
        window.press(&[Key::Control], Key::Enter.into()).await;
        window.wait_for_text(words).await;
    }
    // From wherever one is, each key goes to the next place in the text, and from the last to the first.
    let block = "return getSelection().anchorNode.parentElement.closest('[data-block]').innerText;";
    window.press(&[Key::Alt], 'g').await;
    window.wait_for_focus("envelope-subject").await;
    let mut gaps = Vec::new();
    for _ in 0..3 {
        window.press(&[Key::Alt], 'g').await;
        window.wait_for_focus("editor").await;
        gaps.push(window.value(block).await);
    }
    assert!(gaps.iter().all(|it| it.contains('[')) && gaps[0] != gaps[2], "{gaps:?}");
    for _ in 0..2 {
        window.press(&[Key::Alt], 'n').await;
        assert!(window.value(block).await.contains("human error"));
    }
    window.painted().await;
    window.picture("findings").await;
    let mut barriers = window.barriers("findings").await;
    let to_comments = "document.querySelector('#comments').scrollIntoView(); return '';";
    window.value(to_comments).await;
    window.painted().await;
    window.picture("findings-comments").await;

    window.press(&[Key::Alt], 's').await;
    window.wait_for("[data-test=send-off]").await;
    window.wait_for_text("Its drafts are kept: the case is on legal hold").await;
    window.wait_for_text("places still have to be filled in").await;
    window.painted().await;
    window.picture("send-off-held").await;
    barriers.extend(window.barriers("sending off on hold").await);
    window.close_dialog().await;
    // Out of the text, back to the case.
    window.press(&[], Key::Escape.into()).await;
    window.wait_for_focus("beside-text").await;
    window.press(&[], Key::Escape.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.enter_on("hold-release").await;
    window.wait_for("body:not(:has([data-test=hold]))").await;
    window.go('d').await;
    window.wait_for("[data-test=document-row]").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=preview-page]").await;
    window.press(&[Key::Alt], 's').await;
    window.wait_for("[data-test=drafts-goes]").await;
    window.painted().await;
    window.picture("send-off-drafts-go").await;
    barriers.extend(window.barriers("sending off, drafts go").await);
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
