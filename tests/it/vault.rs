//! The ways to a vault's key, from a script and in the window.

use std::{fs, path::PathBuf};

use fantoccini::key::Key;

use crate::{
    ctl::{Ctl, INVESTIGATOR, PASSPHRASE},
    window::{Picks, Window},
};

#[test]
fn a_recovery_key_opens_when_the_passphrase_is_lost() {
    let ctl = Ctl::empty();
    let made = ctl.one(&["vault", "create", "--name", INVESTIGATOR]);
    let key = made["recovery_key"].as_str().unwrap().to_owned();
    ctl.file("new", "four unrelated words here\n");
    ctl.file("passphrase", format!("{}\n", key.to_lowercase()));
    ctl.ok(&["vault", "passphrase", "--new-file", &ctl.path("new")]);
    let kinds: Vec<_> = ctl.ok(&["vault", "slots"]).iter().map(|it| it["kind"].clone()).collect();
    assert_eq!(kinds, ["recovery", "passphrase"]);
    assert!(ctl.refused(&["vault", "remove-slot", "passphrase"]).contains("at least two ways"));

    ctl.file("passphrase", format!("{PASSPHRASE}\n"));
    assert!(ctl.refused(&["case", "list"]).contains("does not open the vault"));
    let first = if key.starts_with('A') { "B" } else { "A" };
    let mistyped = format!("{first}{}", &key[1..]);
    ctl.file("passphrase", format!("{mistyped}\n"));
    assert!(ctl.refused(&["case", "list"]).contains("a letter in it is wrong"));
    fs::copy(ctl.path("new"), ctl.path("passphrase")).unwrap();
    ctl.ok(&["case", "list"]);
}

#[tokio::test]
async fn the_ways_to_the_key_by_keyboard() {
    let window = Window::open(Picks { open: PathBuf::new() }).await;
    window.wait_for_focus("start-name").await;
    window.type_text(INVESTIGATOR).await;
    window.fill("start-passphrase", PASSPHRASE).await;
    window.fill("start-passphrase-again", PASSPHRASE).await;
    window.enter_on("start-create").await;
    window.wait_for_focus("recovery-kept").await;
    let mut barriers = window.barriers("recovery key").await;
    let key =
        window.value("return document.querySelector('[data-test=recovery-key]').innerText").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;

    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.fill("start-passphrase", &key).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;

    window.press(&[], 'g').await;
    window.press(&[], 's').await;
    window.wait_for_text("Ways to the key").await;
    window.wait_for("[data-test=key-slots]").await;
    window.painted().await;
    window.picture("settings").await;
    barriers.extend(window.barriers("settings").await);
    window.enter_on("slot-passphrase").await;
    window.fill("passphrase-new", "four unrelated words here").await;
    window.fill("passphrase-again", "four unrelated words here").await;
    barriers.extend(window.barriers("change the passphrase").await);
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("The passphrase is changed.").await;
    window.wait_for("body:not(:has([role=dialog]))").await;

    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.fill("start-passphrase", "four unrelated words here").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
