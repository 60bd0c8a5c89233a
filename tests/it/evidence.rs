//! Files that cases rest on: in, looked at, handed out, destroyed.

use std::{fs, os::unix::fs::symlink, path::PathBuf, sync::LazyLock};

use fantoccini::key::Key;
use sha2::{Digest, Sha256};

use crate::{
    ctl::{Ctl, case_number},
    window::{Picks, Window},
};

static CASE: LazyLock<&str> = LazyLock::new(|| case_number(1));

fn with_case(category: &str) -> Ctl {
    let ctl = Ctl::with_vault();
    ctl.ok(&["case", "open", "--title", "A", "--category", category, "--severity", "high"]);
    ctl
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_file_is_kept_handed_out_and_destroyed_with_every_step_in_its_custody() {
    let ctl = with_case("malware");
    let bytes: Vec<u8> = (0..3_500_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = ctl.file("capture of 24 Nov.pcap", &bytes);
    let added = ctl.one(&["evidence", "add", *CASE, &file, "--origin", "the registrar, by mail"]);
    assert_eq!(added["sha256"], sha256(&bytes));
    assert_eq!(ctl.one(&["evidence", "add", *CASE, &file])["known"], true);
    let id = added["id"].as_str().unwrap();

    let start = ctl.one(&["evidence", "open", id]);
    assert!(start["text"].as_str().unwrap().starts_with("00000000  00 00 00 00 01"), "{start}");
    let copy = ctl.path("copy.pcap");
    ctl.ok(&["evidence", "export", id, "--to", &copy, "--for", "Duty counsel"]);
    assert!(fs::read(&copy).unwrap() == bytes, "byte for byte");
    let redacted = ctl.file("redacted.txt", "the addresses only");
    ctl.ok(&["evidence", "add", *CASE, &redacted, "--redacted-from", id]);
    let refused = ["evidence", "destroy", id, "--reason", "an order"];
    ctl.ok(&["case", "hold", *CASE, "--reason", "litigation"]);
    assert!(ctl.refused(&refused).contains("legal hold"));
    ctl.ok(&["case", "release", *CASE]);
    ctl.ok(&refused);
    let export = ["evidence", "export", id, "--to", &copy, "--for", "counsel"];
    assert!(ctl.refused(&export).contains("was destroyed"));

    let listed = ctl.ok(&["evidence", "list", *CASE]);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["destroyed"], true);
    let custody = listed[0]["custody"].as_array().unwrap();
    let words: Vec<_> = custody.iter().map(|it| it["words"].as_str().unwrap()).collect();
    assert_eq!(
        words,
        [
            "Received: the registrar, by mail",
            "Looked at",
            "Exported as copy.pcap, for Duty counsel",
            "A redacted copy was added",
            "Destroyed: an order"
        ]
    );
    assert_eq!(listed[1]["redacted_from"], id);
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[test]
fn what_is_no_file_or_may_not_be_kept_is_refused_and_nothing_is_kept() {
    let ctl = with_case("child_safety");
    let refused = |path: &str| ctl.refused(&["evidence", "add", *CASE, path]);
    let picture = ctl.file("note.txt", b"\xff\xd8\xff\xe0 a picture with another name");
    assert!(refused(&picture).contains("references only"));
    // The text in front of a picture does not carry it in.
    let mut late = vec![b'a'; 1 << 20];
    late.extend_from_slice(&[0x89, b'P', b'N', b'G', 0, 1, 2, 3]);
    assert!(refused(&ctl.file("late.txt", &late)).contains("references only"));
    assert!(refused(&ctl.path("nowhere")).contains("cannot be read"));
    assert!(refused(ctl.vault().to_str().unwrap()).contains("no file"));
    let link = ctl.path("link");
    symlink("/dev/zero", &link).unwrap();
    assert!(refused(&link).contains("no file"));
    assert!(ctl.ok(&["evidence", "list", *CASE]).is_empty());
    let note = ctl.file("where.txt", "Reported to the hotline as 4471");
    assert_eq!(ctl.one(&["evidence", "add", *CASE, &note])["known"], false);
    let empty = ctl.file("empty.log", "");
    let added = ctl.one(&["evidence", "add", *CASE, &empty]);
    assert_eq!(added["sha256"], sha256(b""));
    assert_eq!(ctl.one(&["evidence", "open", added["id"].as_str().unwrap()])["text"], "");
}

#[tokio::test]
async fn evidence_by_keyboard() {
    let dir = tempfile::tempdir().unwrap();
    let file: PathBuf = dir.path().join("headers from the mail gateway of the bank.log");
    fs::write(&file, "Received: from kelp[.]test\n".repeat(200)).unwrap();
    let window = Window::new_desk(Picks { open: file }).await;
    window.paste_report("Phishing at hxxps://login[.]kelp[.]test/a, please act").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=evidence-add]").await;
    window.press(&[], 'e').await;
    window.wait_for_focus("evidence-origin").await;
    window.type_text("The bank, by mail").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=evidence]").await;
    window.wait_for_text("Kept as it came in").await;
    window.enter_on("evidence-open").await;
    window.wait_for("[data-test=evidence-start]").await;
    window.wait_for_text("Received: from kelp[.]test").await;
    window.painted().await;
    window.picture("evidence-inside").await;
    let mut barriers = window.barriers("evidence inside").await;
    window.enter_on("evidence-close").await;
    window.enter_on("evidence-save").await;
    window.wait_for_focus("evidence-to").await;
    window.type_text("Duty counsel").await;
    window.press(&[], Key::Enter.into()).await;
    let copy = window.wait_for_file("headers from the mail gateway of the bank.log").await;
    window.wait_for_text("Written as it came in").await;
    assert_eq!(fs::read(copy).unwrap(), "Received: from kelp[.]test\n".repeat(200).as_bytes());
    window.value("document.querySelector('[data-test=evidence] summary').click()").await;
    window.wait_for_text("for Duty counsel").await;
    window.painted().await;
    window.picture("evidence").await;
    barriers.extend(window.barriers("evidence").await);
    window.enter_on("evidence-destroy").await;
    window.wait_for_focus("evidence-reason").await;
    window.type_text("An order of 24 November").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Its name, hash and custody stay").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
