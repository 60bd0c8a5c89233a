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

#[test]
fn a_backup_is_put_back_over_a_damaged_vault() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["case", "open", "--title", "Kept", "--category", "phishing", "--severity", "high"]);
    let made = ctl.one(&["backup", "make"]);
    let name = made["name"].as_str().unwrap();
    assert_eq!(ctl.one(&["backup", "list"]), made);
    assert_eq!(ctl.one(&["vault", "health"])["backups"][0], made);

    let database = ctl.vault().join("farol.vault");
    fs::write(&database, vec![0x5a; 20_000]).unwrap();
    assert!(ctl.refused(&["case", "list"]).contains("Put a backup back"));
    let done = ctl.one(&["backup", "put-back", name]);
    let aside = PathBuf::from(done["set_aside"].as_str().unwrap()).join("farol.vault");
    assert_eq!(fs::read(aside).unwrap(), vec![0x5a; 20_000]);
    assert_eq!(ctl.one(&["case", "list"])["title"], "Kept");

    let there = ctl.path("elsewhere");
    ctl.ok(&["backup", "restore", name, "--to", &there]);
    assert!(ctl.refused(&["backup", "restore", name, "--to", &there]).contains("already"));
}

#[tokio::test]
async fn a_backup_is_put_back_by_keyboard() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    window.press(&[], 'g').await;
    window.press(&[], 's').await;
    window.enter_on("backup-make").await;
    window.wait_for_text("Backed up and checked").await;
    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.wait_for_focus("start-passphrase").await;
    fs::write(window.dir.path().join("vault/farol.vault"), vec![0x5a; 20_000]).unwrap();
    window.type_text(PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("the database is damaged").await;
    window.painted().await;
    window.picture("damaged").await;
    let barriers = window.barriers("damaged").await;
    window.fill("putback-words", PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("are back").await;
    window.wait_for_text("Nothing waits for you").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}

#[tokio::test]
async fn the_ways_to_the_key_by_keyboard() {
    let window = Window::with_vault(Picks { open: PathBuf::new() }).await;
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
