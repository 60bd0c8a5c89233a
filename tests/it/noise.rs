//! Outside the vault there is nothing to read: no content, no name, no key, in any file or log.

use std::{fs, path::Path, process::Stdio};

use farol_practice::{Dns, sample_zone};

use crate::{
    ctl::{Ctl, PASSPHRASE, case_number},
    window::{Picks, Window},
};

/// Stands in every part of the mail and in everything that is written about it.
const CANARY: &str = "cormorant4471";

fn mail() -> String {
    format!(
        "From: \"Ada {CANARY}\" <{CANARY}@harbour-bank.example>\r\nTo: abuse@harbour-edge.example\r\n\
         Subject: Subject {CANARY}\r\nDate: Mon, 23 Nov 2026 08:11:02 +0000\r\n\
         Message-ID: <{CANARY}@harbour-bank.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         The body says {CANARY} and https://{CANARY}.northwind-shop.example/pay\r\n"
    )
}

/// A canary as it might be written down: as it is, in capitals, in 16-bit letters, in hex.
fn spellings(canary: &str) -> Vec<Vec<u8>> {
    let wide = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = canary.bytes().map(|it| format!("{it:02x}")).collect::<String>().into_bytes();
    vec![canary.as_bytes().to_vec(), canary.to_uppercase().into_bytes(), wide, hex]
}

/// Files below a folder in which a canary stands, and how many were read.
fn found(folder: &Path, canaries: &[Vec<u8>]) -> (Vec<String>, usize) {
    let (mut hits, mut n_files) = (Vec::new(), 0);
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            let (below, n_below) = found(&entry.path(), canaries);
            hits.extend(below);
            n_files += n_below;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            let has = |it: &Vec<u8>| bytes.windows(it.len()).any(|window| window == it.as_slice());
            if canaries.iter().any(has) {
                hits.push(entry.path().display().to_string());
            }
            n_files += 1;
        }
    }
    (hits, n_files)
}

fn assert_noise(folder: &Path, words: &[&str]) {
    let canaries: Vec<Vec<u8>> = words.iter().flat_map(|it| spellings(it)).collect();
    let (hits, n_files) = found(folder, &canaries);
    assert!(hits.is_empty(), "readable in {hits:?}");
    assert!(n_files >= 4, "only {n_files} files were looked at");
}

#[test]
fn a_canary_in_plain_sight_is_found() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("below")).unwrap();
    for (n, spelling) in spellings(CANARY).into_iter().enumerate() {
        fs::write(
            dir.path().join("below").join(n.to_string()),
            [b"\x00..".as_slice(), &spelling].concat(),
        )
        .unwrap();
    }
    assert_eq!(found(dir.path(), &spellings(CANARY)).0.len(), 4);
}

#[test]
fn scripts_leave_nothing_to_read() {
    let ctl = Ctl::empty();
    let outside = tempfile::tempdir().unwrap();
    let mail_file = outside.path().join("mail.eml");
    fs::write(&mail_file, mail()).unwrap();
    let mail_file = mail_file.display().to_string();
    for folder in ["home", "tmp"] {
        fs::create_dir(ctl.dir.path().join(folder)).unwrap();
    }
    let mut said = Vec::new();
    let mut run = |args: &[&str], input: Stdio| {
        let home = ctl.dir.path().join("home");
        let output = ctl
            .command()
            .args(["--json"])
            .args(args)
            .env("HOME", &home)
            .env("XDG_DATA_HOME", &home)
            .env("XDG_CACHE_HOME", &home)
            .env("XDG_CONFIG_HOME", &home)
            .env("TMPDIR", ctl.dir.path().join("tmp"))
            .env("RUST_BACKTRACE", "1")
            .env("RUST_LOG", "trace")
            .stdin(input)
            .output()
            .unwrap();
        said.extend(output.stderr);
        String::from_utf8(output.stdout).unwrap()
    };
    let made = run(&["vault", "create", "--name", &format!("Ines {CANARY}")], Stdio::null());
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let recovery_key = made["recovery_key"].as_str().expect("it is shown once").to_owned();

    let dns = Dns::start(sample_zone()).unwrap();
    let (resolver, title) = (dns.addr.to_string(), format!("Case {CANARY}"));
    let note = format!("Note {CANARY}");
    let host = format!("{CANARY}.northwind-shop.example");
    let of_case = case_number(1);
    let steps: &[&[&str]] = &[
        &["import", &mail_file],
        &["case", "open", "--title", &title, "--severity", "high", "--target", &host],
        &["case", "set", of_case, "--note", &note],
        &["evidence", "add", of_case, &mail_file],
        &["lookup", &host, "--case", of_case, "--resolver", &resolver],
        &["search", CANARY],
        &["backup", "make"],
        &["vault", "rebuild"],
        &["case", "history", of_case],
        &["journal", "verify"],
        // Errors about content must not tell it.
        &["import", &format!("/nonexistent/{CANARY}")],
        &["case", "set", of_case, "--status", CANARY],
        &["lookup", "not a host", "--case", of_case, "--resolver", &resolver],
    ];
    let mut answers = String::new();
    for args in steps {
        answers.push_str(&run(args, Stdio::null()));
    }
    assert!(answers.matches(CANARY).count() > 5, "the canary was worked with: {answers}");
    assert_noise_but_the_key_file(&ctl, &[CANARY, PASSPHRASE, &recovery_key]);
    let said = String::from_utf8(said).unwrap();
    let told: Vec<&str> = said.lines().filter(|it| it.contains(CANARY)).collect();
    // A path or a wrong word that a person typed is theirs to be told again.
    let typed = |it: &&str| it.contains("/nonexistent/") || it.contains("invalid value");
    assert!(told.iter().all(typed), "{told:?}");
}

/// The passphrase is in a file of the test's own, and nowhere else.
fn assert_noise_but_the_key_file(ctl: &Ctl, words: &[&str]) {
    fs::remove_file(ctl.dir.path().join("passphrase")).unwrap();
    assert_noise(ctl.dir.path(), words);
}

#[tokio::test]
async fn the_window_leaves_nothing_to_read() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("mail.eml");
    fs::write(&file, mail()).unwrap();
    let window = Window::new_desk(Picks { open: file }).await;
    window.press(&[fantoccini::key::Key::Control], 'o').await;
    window.wait_for_text(&format!("Subject {CANARY}")).await;
    window.wait_for_text("kept byte for byte").await;
    window.choose("case-severity", "High").await;
    window.fill("case-severity-reason", &format!("Reason {CANARY}")).await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.wait_for_text("Only on this computer").await;
    assert_noise(window.dir.path(), &[CANARY, PASSPHRASE]);
    let dir = window.close_and_keep().await;
    assert_noise(dir.path(), &[CANARY, PASSPHRASE]);
}
