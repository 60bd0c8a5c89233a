//! Cases that travel whole between two desks.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::LazyLock,
};

use serde_json::Value;

use crate::{
    ctl::{Ctl, INVESTIGATOR, case_number, mail, text},
    window::{Picks, Window},
};
use fantoccini::key::Key;

static CASE: LazyLock<&str> = LazyLock::new(|| case_number(1));
const WORDS: &str = "salt lamp harbour kelp tide";
/// From the tests of the format: used for nothing.
const SECRET: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

/// A desk with a case that has everything, and another one that must not leave.
fn desk() -> Ctl {
    let ctl = Ctl::with_vault();
    ctl.file("words", format!("{WORDS}\n"));
    let report = text(&ctl.one(&["import", &mail("phishing.eml")]), "/report").to_owned();
    ctl.ok(&[
        "case",
        "open",
        "--title",
        "The one that travels",
        "--category",
        "phishing",
        "--severity",
        "high",
        "--report",
        &report,
    ]);
    ctl.ok(&["case", "set", *CASE, "--note", "a note that travels"]);
    let capture: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = ctl.file("capture.pcap", capture);
    ctl.ok(&["evidence", "add", *CASE, &file, "--origin", "the registrar"]);
    ctl.ok(&[
        "case",
        "open",
        "--title",
        "canary-stays",
        "--category",
        "malware",
        "--severity",
        "low",
    ]);
    ctl.ok(&["case", "set", case_number(2), "--note", "canary-note"]);
    ctl.ok(&["case", "set", *CASE, "--note", "another note that travels"]);
    ctl
}

fn exported(ctl: &Ctl, name: &str) -> (String, Value) {
    let (file, words) = (ctl.path(name), ctl.path("words"));
    let done = ctl.one(&[
        "bundle",
        "export",
        *CASE,
        "--out",
        &file,
        "--for",
        "Bea at the night desk",
        "--bundle-passphrase-file",
        &words,
    ]);
    (file, done)
}

#[test]
fn a_case_leaves_whole_and_nothing_else_does() {
    let ctl = desk();
    let plan = ctl.one(&["bundle", "plan", *CASE]);
    let (file, done) = exported(&ctl, "case.age");
    assert_eq!(plan["n_entries"], done["plan"]["n_entries"]);
    assert_eq!(plan["n_originals"], 4, "a mail and three pieces of a file");
    assert!(fs::read(&file).unwrap().starts_with(b"age-encryption.org/v1\n-> scrypt "));

    let words = ctl.path("words");
    let shown = ctl.one(&["bundle", "show", &file, "--bundle-passphrase-file", &words]);
    assert_eq!(shown["sha256"], done["sha256"]);
    assert_eq!(text(&shown, "/people/0/name"), INVESTIGATOR);
    assert_eq!(shown["n_entries"], plan["n_entries"]);

    let history = ctl.run(&["case", "history", *CASE]);
    let history = String::from_utf8(history.stdout).unwrap();
    assert!(history.contains("Left as a bundle, for Bea at the night desk"), "{history}");
    let preview = ctl.run(&["--json", "case", "erase", *CASE]);
    let preview = String::from_utf8(preview.stdout).unwrap();
    assert!(preview.contains(text(&done, "/sha256")), "{preview}");
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[test]
fn nothing_leaves_without_a_lock_or_a_name() {
    let ctl = desk();
    let out = ctl.path("never.age");
    let refused = |more: &[&str]| {
        let told = ctl.refused(&[&["bundle", "export", *CASE, "--out", &out], more].concat());
        assert!(!Path::new(&out).exists());
        told
    };
    assert!(refused(&["--for", "Bea"]).contains("always encrypted"));
    let short = ctl.file("short", "lamp oil");
    assert!(refused(&["--for", "Bea", "--bundle-passphrase-file", &short]).contains("shorter"));
    assert!(refused(&["--for", "Bea", "--recipient", "age1nobody"]).contains("no age key"));
    assert!(refused(&["--for", "Bea", "--recipient", SECRET]).contains("no age key"));
    let words = ctl.path("words");
    assert!(refused(&["--for", " ", "--bundle-passphrase-file", &words]).contains("for whom"));
}

#[test]
fn what_is_no_whole_bundle_is_refused() {
    let ctl = desk();
    let (file, _) = exported(&ctl, "case.age");
    let words = ctl.path("words");
    let refused =
        |file: &str| ctl.refused(&["bundle", "show", file, "--bundle-passphrase-file", &words]);
    let bytes = fs::read(&file).unwrap();
    let cut = ctl.file("cut.age", &bytes[..bytes.len() - 1]);
    assert!(refused(&cut).contains("its end is missing"));
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    assert!(refused(&ctl.file("changed.age", changed)).contains("changed"));
    assert!(refused(&mail("phishing.eml")).contains("not a bundle"));
    assert!(refused(&ctl.path("nowhere.age")).contains("cannot be read"));
    let other = ctl.file("other", "five other words entirely");
    let told = ctl.refused(&["bundle", "show", &file, "--bundle-passphrase-file", &other]);
    assert!(told.contains("does not open"), "{told}");
    let key = ctl.file("key", SECRET);
    let told = ctl.refused(&["bundle", "show", &file, "--identity", &key]);
    assert!(told.contains("passphrase, not with a key"), "{told}");
}

/// With the public tools, where they are installed: `age`, `tar`, Python.
#[test]
fn public_tools_open_a_bundle_and_check_it_without_farol() {
    if Command::new("age-keygen").arg("--version").output().is_err() {
        return;
    }
    let ctl = desk();
    let key = ctl.file("key", SECRET);
    let public = Command::new("age-keygen").args(["-y", &key]).output().unwrap();
    let public = String::from_utf8(public.stdout).unwrap();
    let (file, folder) = (ctl.path("case.age"), ctl.path("unpacked"));
    ctl.ok(&[
        "bundle",
        "export",
        *CASE,
        "--out",
        &file,
        "--for",
        "Bea",
        "--recipient",
        public.trim(),
    ]);
    ctl.ok(&["bundle", "show", &file, "--identity", &key]);

    fs::create_dir(&folder).unwrap();
    let mut age =
        Command::new("age").args(["-d", "-i", &key, &file]).stdout(Stdio::piped()).spawn().unwrap();
    let archive = age.stdout.take().unwrap();
    let tar = Command::new("tar").args(["-x", "-C", &folder]).stdin(archive).status().unwrap();
    assert!(tar.success() && age.wait().unwrap().success());
    let check = || {
        let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/verify_journal.py");
        let said = Command::new("python3").args([verifier, &folder]).output().unwrap();
        (said.status.success(), String::from_utf8(said.stdout).unwrap())
    };
    let (is_good, said) = check();
    assert!(is_good && said.starts_with(*CASE), "{said}");

    let journal = Path::new(&folder).join("journal.jsonl");
    let written = fs::read_to_string(&journal).unwrap();
    assert!(written.contains("another note that travels"));
    let manifest = Path::new(&folder).join("manifest.json");
    for text in [&written, &fs::read_to_string(&manifest).unwrap()] {
        assert!(!text.contains("canary") && !text.contains(case_number(2)));
    }
    fs::write(&journal, written.replace("another note", "no other note")).unwrap();
    let (is_good, said) = check();
    assert!(!is_good && said.contains("journal.jsonl is not what the manifest says"), "{said}");
}

fn fingerprint_of(shown: &Value, name: &str) -> String {
    let people = shown["people"].as_array().unwrap();
    let person = people.iter().find(|it| it["name"] == name).unwrap();
    person["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn another_desk_takes_a_case_in_and_both_work_on_it() {
    let ana = desk();
    let bea = Ctl::empty();
    bea.ok(&["vault", "create", "--name", "Bea Night"]);
    bea.ok(&["case", "open", "--title", "Own", "--category", "malware", "--severity", "low"]);
    let words = ana.path("words");
    let (file, _) = exported(&ana, "case.age");
    let import = ["bundle", "import", &file, "--bundle-passphrase-file", &words];
    let told = bea.refused(&import);
    assert!(told.contains("has the fingerprint"), "{told}");
    assert_eq!(bea.ok(&["case", "list"]).len(), 1);
    let preview = bea.one(&[&import[..], &["--preview"]].concat());
    assert_eq!(preview["cases"][0]["is_new"], true);
    assert_eq!(bea.ok(&["member", "list"]).len(), 1, "a preview keeps nothing");
    let ana_s = fingerprint_of(&preview["bundle"], INVESTIGATOR);
    let taken = bea.one(&[&import[..], &["--fingerprint", &ana_s]].concat());
    assert_eq!(taken["cases"], preview["cases"]);
    let here = text(&taken, "/cases/0/reference");
    assert_eq!((here, text(&taken, "/cases/0/theirs")), (case_number(2), *CASE));
    assert_eq!(bea.one(&import)["n_new"], 0, "nothing twice");
    let found = bea.one(&["search", "another note that travels"]);
    assert_eq!(found["n_hits"], 1);

    ana.ok(&["case", "set", *CASE, "--severity", "critical", "--reason", "more victims"]);
    bea.ok(&["case", "set", here, "--severity", "low", "--reason", "it is down", "--note", "hers"]);
    let back = ana.path("back.age");
    bea.ok(&[
        "bundle",
        "export",
        here,
        "--out",
        &back,
        "--for",
        "Ana",
        "--bundle-passphrase-file",
        &words,
    ]);
    let show = ["bundle", "show", &back, "--bundle-passphrase-file", &words];
    let bea_s = fingerprint_of(&ana.one(&show), "Bea Night");
    let import = ["bundle", "import", &back, "--bundle-passphrase-file", &words];
    let taken = ana.one(&[&import[..], &["--fingerprint", &bea_s]].concat());
    assert_eq!(text(&taken, "/cases/0/reference"), *CASE, "at home it has its own number");
    let conflicts = ana.ok(&["bundle", "conflicts", *CASE]);
    let severity = conflicts.iter().find(|it| it["key"] == "case/severity").unwrap();
    assert_eq!(severity["versions"][0]["is"], "Critical: more victims");
    let version = severity["versions"][0]["entry"].as_str().unwrap();
    ana.ok(&["bundle", "choose", *CASE, "case/severity", version]);
    assert!(ana.ok(&["bundle", "conflicts", *CASE]).iter().all(|it| it["key"] != "case/severity"));
    let shown = ana.one(&["case", "show", *CASE]);
    assert_eq!(shown["case"]["facts"]["severity"], "critical");
    let clocks = shown["clocks"].as_array().unwrap().iter();
    let running = clocks.filter(|it| it["clock"]["stopped"].is_null());
    let rules: Vec<_> = running.map(|it| text(it, "/clock/rule/id")).collect();
    assert_eq!(rules, ["first-response-critical"], "the clock of the chosen version, and no other");

    for ctl in [&ana, &bea] {
        ctl.verified();
        ctl.ok(&["backup", "make"]);
    }
    bea.ok(&["case", "erase", here, "--reason", "an order", "--confirm", here]);
    bea.ok(&["journal", "verify"]);
    bea.ok(&["vault", "rebuild", "--check"]);
    let import = ["bundle", "import", &file, "--bundle-passphrase-file", &words];
    assert!(bea.refused(&import).contains("was erased on this desk"));
}

#[tokio::test]
async fn bundles_in_and_out_by_keyboard() {
    let ana = desk();
    let begun = ana.one(&["doc", "new", "--case", *CASE, "--template", "readout"]);
    ana.ok(&["retention", "drafts", "dispose"]);
    let (file, _) = exported(&ana, "case.age");
    let window = Window::new_desk(Picks { open: file.clone().into() }).await;
    let import = async || {
        window.press(&[Key::Control, Key::Shift], 'B').await;
        window.fill("import-secret", WORDS).await;
        window.enter_on("import-look").await;
        window.wait_for("[data-test=import-cases]").await;
    };
    import().await;
    window.tab_to("import-compared").await;
    window.painted().await;
    window.picture("bundle-import").await;
    let mut barriers = window.barriers("import a bundle").await;
    window.press(&[], ' ').await;
    window.enter_on("import-take").await;
    window.wait_for_text("entries came with the bundle").await;
    window.wait_for_text("The one that travels").await;

    // Both change the same fact.
    window.choose("case-severity-now", "Critical").await;
    window.wait_for_text("Severity").await;
    ana.ok(&["case", "set", *CASE, "--severity", "low", "--reason", "nobody fell for it"]);
    ana.ok(&["doc", "issue", text(&begun, "/document")]);
    exported(&ana, "case.age");
    window.press(&[], Key::Escape.into()).await;
    import().await;
    window.wait_for_text("the drafts disposed of; here they go, too").await;
    window.painted().await;
    window.picture("bundle-import-disposed").await;
    barriers.extend(window.barriers("import what was disposed of").await);
    window.enter_on("import-take").await;
    window.wait_for("[data-test=conflict]").await;
    window.painted().await;
    window.picture("bundle-conflict").await;
    barriers.extend(window.barriers("two versions").await);
    window.enter_on("conflict-choose").await;
    window.wait_for("body:not(:has([data-test=conflict]))").await;

    window.go('c').await;
    window.wait_for("[data-test=case-row]").await;
    window.press(&[], 'm').await;
    window.wait_for_text("1 marked").await;
    window.picture("cases-marked").await;
    window.press(&[], 'x').await;
    window.wait_for("[data-test=bundle-plan]").await;
    window.fill("bundle-to", "Ana at the day desk").await;
    window.fill("bundle-passphrase", WORDS).await;
    window.painted().await;
    window.picture("bundle-export").await;
    barriers.extend(window.barriers("export as a bundle").await);
    window.enter_on("bundle-write").await;
    let back = window.wait_for_file(&format!("{}.farol-bundle.age", *CASE)).await;
    window.wait_for_text("is written for Ana at the day desk").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    let (back, words) = (back.to_str().unwrap(), ana.path("words"));
    let shown = ana.one(&["bundle", "show", back, "--bundle-passphrase-file", &words]);
    assert_eq!(shown["to"], "Ana at the day desk");
    window.close().await;
}
