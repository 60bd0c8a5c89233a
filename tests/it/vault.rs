//! The ways to a vault's key, from a script and in the window.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use fantoccini::key::Key;
use serde_json::Value;

use crate::{
    ctl::{Ctl, INVESTIGATOR, PASSPHRASE, refusal},
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
    // One wrong letter in 256 passes the check byte; three in a row never do.
    let wrong = ["A", "B", "C", "D"].into_iter().filter(|it| !key.starts_with(it));
    let told = wrong.map(|letter| format!("{letter}{}\n", &key[1..])).any(|mistyped| {
        ctl.file("passphrase", mistyped);
        ctl.refused(&["case", "list"]).contains("a letter in it is wrong")
    });
    assert!(told);
    fs::copy(ctl.path("new"), ctl.path("passphrase")).unwrap();
    ctl.ok(&["case", "list"]);
}

/// One vault of every schema there was is kept in `vaults/`, made by `farolctl` of its time.
#[test]
fn vaults_of_every_earlier_schema_open_with_all_they_have() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/vaults");
    let mut newest = 0;
    for folder in fs::read_dir(&kept).unwrap() {
        let folder = folder.unwrap();
        let schema: u64 = folder.file_name().to_str().unwrap().parse().unwrap();
        newest = newest.max(schema);
        let ctl = Ctl::empty();
        fs::create_dir(ctl.vault()).unwrap();
        for file in fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), ctl.vault().join(file.file_name())).unwrap();
        }
        let check = ctl.one(&["journal", "verify"]);
        assert_eq!(check["n_entries"], 18, "schema {schema}");
        ctl.ok(&["vault", "rebuild", "--check"]);
        let health = ctl.one(&["vault", "health"]);
        let n_backups = usize::from(schema < health["schema"].as_u64().unwrap());
        assert_eq!(ctl.ok(&["backup", "list"]).len(), n_backups, "schema {schema}");
        let story = ctl.ok(&["case", "show", "ESC-2026-0001"]);
        assert!(story[0].to_string().contains("Interstitial on the page"), "schema {schema}");
        let hits = ctl.one(&["search", "hxxp://files[.]quarry-downloads[.]example"]);
        assert!(hits.to_string().contains("ESC-2026-0001"), "schema {schema}: {hits}");
    }
    let ctl = Ctl::with_vault();
    assert_eq!(ctl.one(&["vault", "health"])["schema"], newest, "keep a vault of the new schema");
}

#[test]
fn another_database_key_takes_the_old_ways_in_away() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["case", "open", "--title", "Kept", "--category", "phishing", "--severity", "high"]);
    let before = fs::read(ctl.vault().join("vault.json")).unwrap();
    let key = ctl.one(&["vault", "rekey"])["recovery_key"].as_str().unwrap().to_owned();
    assert_eq!(ctl.one(&["case", "list"])["title"], "Kept");
    assert_eq!(ctl.ok(&["backup", "list"]).len(), 1);
    ctl.file("passphrase", format!("{key}\n"));
    assert_eq!(ctl.one(&["case", "list"])["title"], "Kept");
    assert!(ctl.refused(&["vault", "rekey"]).contains("does not open the vault"));
    ctl.file("passphrase", format!("{PASSPHRASE}\n"));
    for file in ["vault.json", "vault.json.copy"] {
        fs::write(ctl.vault().join(file), &before).unwrap();
    }
    assert!(ctl.refused(&["case", "list"]).contains("damaged"));
}

#[test]
fn a_backup_is_put_back_over_a_damaged_vault() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["vault", "rebuild", "--check"]);
    ctl.ok(&["vault", "rebuild"]);
    ctl.ok(&["case", "open", "--title", "Kept", "--category", "phishing", "--severity", "high"]);
    let made = ctl.one(&["backup", "make"]);
    let name = made["name"].as_str().unwrap();
    assert_eq!(ctl.one(&["backup", "list"]), made);
    assert_eq!(ctl.one(&["vault", "health"])["backups"][0], made);

    let database = ctl.vault().join("farol.vault");
    fs::write(&database, vec![0x5a; 20_000]).unwrap();
    assert!(ctl.refused(&["case", "list"]).contains("backup put-back"));
    let done = ctl.one(&["backup", "put-back", name]);
    let aside = PathBuf::from(done["set_aside"].as_str().unwrap()).join("farol.vault");
    assert!(fs::read(aside).unwrap() == vec![0x5a; 20_000], "the damaged file was written to");
    assert_eq!(ctl.one(&["case", "list"])["title"], "Kept");

    let there = ctl.path("elsewhere");
    ctl.ok(&["backup", "restore", name, "--to", &there]);
    assert!(ctl.refused(&["backup", "restore", name, "--to", &there]).contains("already"));
}

#[test]
fn a_damaged_vault_is_recovered() {
    let ctl = Ctl::with_vault();
    ctl.ok(&["case", "open", "--title", "Kept", "--category", "phishing", "--severity", "high"]);
    fs::write(ctl.vault().join("farol.vault"), vec![0x5a; 20_000]).unwrap();
    assert!(ctl.refused(&["case", "list"]).contains("damaged"));
    let recovered = ctl.one(&["vault", "recover"]);
    assert_eq!((&recovered["n_behind_a_gap"], &recovered["backup"]), (&0.into(), &Value::Null));
    assert_eq!(ctl.one(&["case", "list"])["title"], "Kept");
}

#[test]
fn what_an_older_database_lacks_is_brought_back_and_told() {
    let ctl = Ctl::with_vault();
    let database = ctl.vault().join("farol.vault");
    let earlier = fs::read(&database).unwrap();
    ctl.ok(&["case", "open", "--title", "Saved", "--category", "phishing", "--severity", "high"]);
    fs::write(&database, &earlier).unwrap();
    let output = ctl.run(&["--json", "case", "list"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("was brought back"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Saved"));
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[test]
fn a_vault_that_was_set_back_is_told_by_a_head_that_was_written_down() {
    let ctl = Ctl::with_vault();
    let open = |title: &str| {
        let args = ["case", "open", "--title", title, "--category", "phishing"];
        ctl.ok(&[&args[..], &["--severity", "high"]].concat());
    };
    open("Kept");
    let database = ctl.vault().join("farol.vault");
    let earlier = fs::read(&database).unwrap();
    open("Lost");
    let check = ctl.one(&["journal", "verify"]);
    let head = format!("{}:{}", check["n_entries"], check["head"].as_str().unwrap());
    let verify = ["--json", "journal", "verify", "--head", &head];
    assert!(ctl.run(&verify).status.success());

    // Whoever sets a vault back takes its tail away too.
    fs::write(&database, earlier).unwrap();
    fs::remove_file(ctl.vault().join("farol.tail")).unwrap();
    ctl.ok(&["journal", "verify"]);
    let output = ctl.run(&verify);
    assert!(refusal(&verify, &output).contains("set back"));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["kind"], "rolled_back");
    assert_eq!(ctl.run(&["journal", "verify", "--head", "0:00"]).status.code(), Some(2));
}

/// What the verifier says of a file, and whether it holds.
fn verified(file: &str) -> (String, bool) {
    verified_with(&[], file)
}

fn verified_with(options: &[&str], file: &str) -> (String, bool) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/verify_journal.py");
    let output = Command::new("python3").args(options).args([script, file]).output().unwrap();
    (String::from_utf8_lossy(&output.stdout).trim().to_owned(), output.status.success())
}

#[test]
fn a_journal_is_checked_without_farol() {
    let ctl = Ctl::with_vault();
    for n in 0..3 {
        let title = format!("Kept in {n}");
        ctl.ok(&[
            "case",
            "open",
            "--title",
            &title,
            "--category",
            "phishing",
            "--severity",
            "high",
        ]);
    }
    let n_entries = ctl.one(&["journal", "verify"])["n_entries"].as_u64().unwrap();
    let (open, sealed) = (ctl.path("open.jsonl"), ctl.path("sealed.jsonl"));
    ctl.ok(&["journal", "export", &open]);
    ctl.ok(&["journal", "export", &sealed, "--sealed"]);
    let text = fs::read_to_string(&open).unwrap();
    assert!(text.contains("Kept in 1"));
    assert!(!fs::read_to_string(&sealed).unwrap().contains("Kept"));
    let all = format!("{n_entries} entries, all as they were written");
    for file in [&open, &sealed] {
        let (said, holds) = verified(file);
        assert!(holds && said.starts_with(&all), "{said}");
        // Without any package: hashes and signatures are checked all the same.
        let (said, holds) = verified_with(&["-S"], file);
        assert!(holds && said.starts_with(&all) && said.contains("; 0 bodies"), "{said}");
    }

    let lines: Vec<&str> = text.lines().collect();
    let without = |n: usize| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != n);
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let signature = serde_json::from_str::<Value>(lines[3]).unwrap()["signature"].clone();
    let another =
        serde_json::from_str::<Value>(lines[lines.len() - 1]).unwrap()["signature"].clone();
    for (changed, says) in [
        (text.replacen("vault_created", "vault_destroyed", 1), "entry 1: it was edited"),
        (without(3), "entry 4: entry 3 is missing"),
        (without(lines.len() - 1), "were cut off"),
        (
            text.replacen(signature.as_str().unwrap(), another.as_str().unwrap(), 1),
            "entry 3: it was not signed by the person it names",
        ),
        (text.replacen("farol journal 1", "something else", 1), "not a journal"),
        ("{".to_owned(), "changed"),
    ] {
        let file = ctl.file("changed.jsonl", changed);
        for options in [&[][..], &["-S"]] {
            let (said, holds) = verified_with(options, &file);
            assert!(!holds && said.contains(says), "{said} instead of {says}");
        }
    }

    // What only an opened body tells, where the package is there.
    let has_package = Command::new("python3").args(["-c", "import cryptography"]).status();
    if !has_package.unwrap().success() {
        return;
    }
    assert!(verified(&open).0.contains(&format!("; {n_entries} bodies opened")));
    let of_case = lines.iter().position(|it| it.contains("Kept in 1")).unwrap();
    let first: Value = serde_json::from_str(lines[0]).unwrap();
    let id = first["members"][0]["id"].as_str().unwrap();
    let another = format!("{{\"id\":\"{}\"", id.replace(|it: char| it != '-', "0"));
    let with_another = lines[0].replacen(
        "\"members\":[",
        &format!("\"members\":[{another},\"public_key\":\"{}\"}},", "00".repeat(32)),
        1,
    );
    for (changed, says) in [
        (
            text.replacen("Kept in 1", "Kept in 7", 1),
            format!("entry {of_case}: its action is not what was sealed"),
        ),
        (text.replacen(lines[0], &with_another, 1), "keys of the members".into()),
    ] {
        let (said, holds) = verified(&ctl.file("changed.jsonl", changed));
        assert!(!holds && said.contains(&says), "{said} instead of {says}");
    }
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
    let mut barriers = window.barriers("damaged").await;
    window.tab_to("putback-name").await;
    window.press(&[], Key::Down.into()).await;
    window.fill("putback-words", PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("are back").await;
    window.wait_for_text("Nothing waits for you").await;

    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.wait_for_focus("start-passphrase").await;
    fs::remove_file(window.dir.path().join("vault/farol.vault")).unwrap();
    window.type_text(PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("farol.vault is missing").await;
    window.picture("recover").await;
    barriers.extend(window.barriers("recover").await);
    window.fill("putback-words", PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing is known to be missing").await;
    window.wait_for_text("Nothing waits for you").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}

#[tokio::test]
async fn what_opening_found_is_read_by_keyboard() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    let database = window.dir.path().join("vault/farol.vault");
    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.wait_for_focus("start-passphrase").await;
    let earlier = fs::read(&database).unwrap();
    window.type_text(PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;
    window.press(&[], 'g').await;
    window.press(&[], 's').await;
    window.enter_on("slot-recovery").await;
    window.wait_for_focus("recovery-kept").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("body:not(:has([role=dialog]))").await;
    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.wait_for_focus("start-passphrase").await;
    fs::write(&database, earlier).unwrap();
    window.type_text(PASSPHRASE).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("was brought back").await;
    window.painted().await;
    window.picture("brought-back").await;
    let barriers = window.barriers("brought back").await;
    window.enter_on("finding-read").await;
    window.wait_for("body:not(:has([data-test=finding]))").await;
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

    window.enter_on("rekey").await;
    window.wait_for_focus("rekey-passphrase").await;
    window.picture("rekey").await;
    barriers.extend(window.barriers("change the database key").await);
    window.type_text("four unrelated words here").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_focus("recovery-kept").await;
    let key =
        window.value("return document.querySelector('[data-test=recovery-key]').innerText").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("body:not(:has([role=dialog]))").await;

    window.press(&[Key::Control, Key::Alt], 'l').await;
    window.fill("start-passphrase", &key).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
