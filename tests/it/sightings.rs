//! What people saw at addresses, from a script and by keyboard.

use std::fs;

use fantoccini::key::Key;

use crate::{
    ctl::{Ctl, text},
    window::{Picks, Window},
};

const WORDS: &str = "Phishing at hxxps://login[.]harbour-bank[.]test/verify";

#[test]
fn a_script_writes_down_what_was_seen_and_keeps_the_capture() {
    let ctl = Ctl::with_vault();
    let report = ctl.file("report.txt", WORDS);
    let report = text(&ctl.one(&["import", &report]), "/report").to_owned();
    ctl.ok(&["case", "open", "--report", &report, "--severity", "high", "--suggested-targets"]);
    let case = "ESC-2026-0001";
    let capture = ctl.file("capture.har", b"{\"log\": 1}");
    let add = ["sighting", "add", case, "hxxps://login[.]harbour-bank[.]test/verify"];
    let how =
        ["--seen", "content", "--from", "Lisbon", "--device", "Android phone", "--cloaked", "yes"];
    let what = ["--language", "pt-PT", "--words", "the bank's form", "--capture", &capture];
    let id = ctl.one(&[&add[..], &how[..], &what[..]].concat());
    let seen = ctl.one(&["sighting", "list", case]);
    assert_eq!((text(&seen, "/seen"), text(&seen, "/cloaked")), ("content", "yes"));
    let kept = ctl.one(&["evidence", "list", case]);
    assert_eq!(text(&kept, "/id"), text(&seen, "/capture"));
    assert!(ctl.refused(&["sighting", "add", case, "nothing", "--seen", "gone"]).contains("URL"));
    let hits = ctl.ok(&["search", "kind:sighting", "lisbon"]);
    assert!(!hits.is_empty());

    let (bundle, words) =
        (ctl.path("case.age"), ctl.file("words", "salt lamp harbour kelp tide\n"));
    let lock = ["--bundle-passphrase-file", &words];
    let export = ["bundle", "export", case, "--out", &bundle, "--for", "the night desk"];
    ctl.ok(&[&export[..], &lock[..]].concat());
    let other = Ctl::with_vault();
    let card = ctl.one(&[&["bundle", "show", &bundle][..], &lock[..]].concat());
    let fingerprint = text(&card, "/people/0/fingerprint").to_owned();
    let import = ["bundle", "import", &bundle, "--fingerprint", &fingerprint];
    other.ok(&[&import[..], &lock[..]].concat());
    assert_eq!(other.one(&["sighting", "list", case]), seen, "it travels with its case");

    ctl.ok(&["sighting", "remove", text(&id, "/sighting")]);
    assert_eq!(ctl.ok(&["sighting", "list", case]).len(), 0);
    ctl.ok(&["case", "set", case, "--category", "child_safety"]);
    let more = ["--seen", "content", "--capture", &capture];
    assert!(ctl.refused(&[&add[..], &more[..]].concat()).contains("references only"));
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[tokio::test]
async fn by_keyboard_somebody_writes_down_what_a_reporter_saw() {
    let files = tempfile::tempdir().unwrap();
    let open = files.path().join("report.txt");
    fs::write(&open, WORDS).unwrap();
    let window = Window::new_desk(Picks { open }).await;
    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("kept byte for byte").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.press(&[], 'i').await;
    window.wait_for("[data-test=sighting-address]").await;
    window.choose("sighting-cloaked", "Others see something else").await;
    window.fill("sighting-words", "A copy of the bank's login form").await;
    window.fill("sighting-by", "The reporter, on the phone").await;
    window.fill("sighting-from", "Lisbon, a mobile network").await;
    window.fill("sighting-device", "Android phone").await;
    window.fill("sighting-language", "pt-PT").await;
    window.choose("sighting-capture", "Choose a file…").await;
    window.painted().await;
    window.picture("sighting-form").await;
    let mut barriers = window.barriers("what somebody saw").await;
    window.enter_on("sighting-save").await;
    window.wait_for("[data-test=sighting]").await;
    window.wait_for_text("Capture: report.txt").await;
    window.wait_for_text("Others see something else").await;
    window.value("document.querySelector('[data-test=sighting]').scrollIntoView({ block: 'center' }); return '';").await;
    window.painted().await;
    window.picture("sighting").await;
    barriers.extend(window.barriers("a sighting").await);
    window.press(&[Key::Control], 'z').await;
    window.wait_for("body:not(:has([data-test=sighting]))").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
