//! Changes are taken back, from a script and by keyboard.

use std::{fs, path::PathBuf};

use fantoccini::key::Key;

use crate::{
    ctl::{Ctl, case_number, mail, text},
    window::{Picks, Window},
};

fn last_entry(ctl: &Ctl, action: &str) -> String {
    let history = ctl.ok(&["case", "history", case_number(1)]);
    let line = history.iter().rfind(|it| text(it, "/action") == action).expect("such a change");
    text(line, "/entry").to_owned()
}

#[test]
fn a_change_is_taken_back_and_done_again_with_all_that_belonged_to_it() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["case", "open", "--title", "Kept", "--category", "phishing", "--severity", "low"]);
    let case = || ctl.one(&["case", "show", case_number(1)]);
    let before = case();
    ctl.ok(&["case", "set", case_number(1), "--severity", "critical"]);
    let changed = case();
    assert_ne!(before["case"]["facts"], changed["case"]["facts"]);
    assert_ne!(before["clocks"], changed["clocks"], "another severity has other clocks");

    ctl.ok(&["case", "undo", &last_entry(&ctl, "case_changed")]);
    assert_eq!(case()["case"]["facts"], before["case"]["facts"]);
    ctl.ok(&["case", "undo", &last_entry(&ctl, "case_changed")]);
    assert_eq!(case()["case"]["facts"], changed["case"]["facts"]);

    let opened = last_entry(&ctl, "case_opened");
    assert!(ctl.refused(&["case", "undo", &opened]).contains("cannot be taken back"));
    let first = ctl.ok(&["case", "history", case_number(1)]);
    let first = first.iter().find(|it| text(it, "/action") == "case_changed").unwrap();
    ctl.ok(&["case", "set", case_number(1), "--severity", "high"]);
    assert!(ctl.refused(&["case", "undo", text(first, "/entry")]).contains("changed since"));
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);

    let csv = ctl.path("history.csv");
    ctl.ok(&["case", "history", case_number(1), "--csv", &csv]);
    let csv = fs::read_to_string(csv).unwrap();
    assert!(csv.starts_with("at,who,action,what,before,after,entry\r\n"), "{csv}");
    assert!(csv.contains("severity Low → Critical"), "{csv}");
}

#[tokio::test]
async fn a_note_is_taken_back_by_keyboard() {
    let window = Window::new_desk(Picks { open: PathBuf::from(mail("phishing.eml")) }).await;
    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("Phishing against Harbour Bank").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.fill("note-text", "written on the wrong case").await;
    window.press(&[Key::Control], Key::Enter.into()).await;
    window.wait_for("li[data-action=note_added]").await;
    window.press(&[], Key::Escape.into()).await;
    window.press(&[Key::Control], 'z').await;
    window.wait_for("li[data-action=note_added].undone").await;
    window.painted().await;
    window.picture("taken-back").await;
    let barriers = window.barriers("taken back").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
