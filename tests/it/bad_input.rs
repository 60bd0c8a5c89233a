//! Input that is not what it should be: one clear line, nothing lost, no panic.

use std::{fs, io::Write, process::Command, time::Instant};

use crate::ctl::{Ctl, mail, program, refusal};

fn n_entries(ctl: &Ctl) -> u64 {
    ctl.one(&["journal", "verify"])["n_entries"].as_u64().unwrap()
}

#[test]
fn what_cannot_be_taken_in_is_refused_with_one_line_and_nothing_is_added() {
    let ctl = Ctl::with_vault();
    let before = n_entries(&ctl);
    let huge = ctl.path("huge.eml");
    // Sparse: 200 MB by its length, nothing on the disk.
    fs::File::create(&huge).unwrap().set_len(200_000_000).unwrap();
    let rubbish: Vec<u8> =
        (0..50_000_u32).map(|it| (it.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (path, expected) in [
        (ctl.path("missing.eml"), "no such file"),
        (ctl.file("empty.eml", b""), "nothing in it"),
        (ctl.path("."), "a folder"),
        (huge, "larger than a report may be"),
        (ctl.file("rubbish.bin", rubbish), "neither a mail nor text"),
    ] {
        let refused = ctl.refused(&["import", &path]);
        assert!(refused.contains(expected), "{expected}: {refused}");
        assert!(refused.contains("Nothing was added"), "{refused}");
    }
    assert_eq!(n_entries(&ctl), before);
}

#[test]
fn a_bad_file_among_good_ones_does_not_stop_them() {
    let ctl = Ctl::with_vault();
    let args = ["--json", "import", "/nonexistent.eml", &mail("phishing.eml")];
    let output = ctl.run(&args);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(crate::ctl::lines(&output).len(), 1);
}

#[test]
fn damaged_mails_are_kept_whole_and_say_what_is_wrong_with_them() {
    let ctl = Ctl::with_vault();
    let whole = fs::read(mail("phishing.eml")).unwrap();
    let cut = &whole[..whole.len() / 2];
    let imported = ctl.one(&["import", &ctl.file("cut.eml", cut)]);
    let report = imported["report"].as_str().unwrap();
    let view = ctl.one(&["report", "show", report]);
    assert!(!view.pointer("/report/parsed/warnings").unwrap().as_array().unwrap().is_empty());
    ctl.ok(&["report", "original", report, "-o", &ctl.path("back")]);
    assert_eq!(fs::read(ctl.path("back")).unwrap(), cut);

    let bare = ctl.one(&["import", &ctl.file("bare.txt", "see hxxp://kelp[.]test/x please")]);
    let view = ctl.one(&["report", "show", bare["report"].as_str().unwrap()]);
    assert_eq!(view["defanged"][0], "hxxp://kelp[.]test/x");
}

#[test]
fn a_wrong_passphrase_and_a_missing_keyring_say_so() {
    let ctl = Ctl::with_vault();
    ctl.file("passphrase", "wrong\n");
    assert!(ctl.refused(&["case", "list"]).contains("does not open the vault"));
    let output = std::process::Command::new(program("farolctl"))
        .arg("--data-dir")
        .arg(ctl.vault())
        .args(["case", "list"])
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("XDG_RUNTIME_DIR", ctl.dir.path())
        .output()
        .unwrap();
    let refused = refusal(&["case", "list"], &output);
    assert!(refused.contains("keyring") && refused.contains("passphrase"), "{refused}");
}

#[test]
fn a_vault_with_a_keyring_slot_opens_without_a_passphrase() {
    let ctl = Ctl::empty();
    ctl.ok(&["vault", "create", "--name", "Ines Farrow", "--keyring"]);
    let output = std::process::Command::new(program("farolctl"))
        .arg("--data-dir")
        .arg(ctl.vault())
        .args(["journal", "verify"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_vault_is_never_made_over_another() {
    let ctl = Ctl::with_vault();
    assert!(ctl.refused(&["vault", "create", "--name", "Somebody Else"]).contains("already"));
    fs::remove_file(ctl.vault().join("vault.json")).unwrap();
    fs::remove_file(ctl.vault().join("vault.json.copy")).unwrap();
    assert!(ctl.refused(&["vault", "create", "--name", "Somebody Else"]).contains("vault.json"));
    assert!(ctl.refused(&["case", "list"]).contains("vault.json"));
}

#[test]
fn wrong_usage_exits_with_2() {
    let ctl = Ctl::empty();
    for args in [&["case", "open", "--severity", "dreadful"][..], &["doc", "export"], &["nonsense"]]
    {
        assert_eq!(ctl.run(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_resolver_that_never_answers_is_an_observation_within_its_deadline() {
    let ctl = Ctl::with_vault();
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = silent.local_addr().unwrap().to_string();
    let started = Instant::now();
    let looked = ctl.one(&["lookup", "192.0.2.77", "--resolver", &resolver]);
    assert!(started.elapsed().as_secs() < 20, "deadlines hold");
    let answer = &looked["observations"][0];
    assert!(answer["said"].as_str().unwrap().contains("no answer within"), "{answer}");
}

#[test]
fn an_encrypted_resolver_is_never_asked_in_the_clear_and_needs_no_other_to_be_found() {
    let ctl = Ctl::with_vault();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let resolver = format!("tls://dns.example#{}", nobody.local_addr().unwrap());
    drop(nobody);
    let looked = ctl.one(&["lookup", "kelp.test", "--resolver", &resolver]);
    let answers = looked["observations"].as_array().unwrap();
    for answer in answers.iter().filter(|it| it["type"] != "RDAP") {
        assert_eq!(answer["transport"], "dot", "{answer}");
        assert!(answer["said"].as_str().unwrap().contains("no encrypted connection"), "{answer}");
    }
    let refused = ctl.refused(&["lookup", "kelp.test", "--resolver", "tls://dns.example"]);
    assert!(refused.contains("address is missing"), "{refused}");
    let refused = ctl.refused(&["lookup", "kelp.test", "--dkim", "*", "--resolver", "127.0.0.1:9"]);
    assert!(refused.contains("no DKIM selector"), "{refused}");
    let kept = ctl.run(&["offline", "resolver", "https://dns10.quad9.net/dns-query"]);
    assert!(kept.status.success());
}

#[test]
fn a_full_disk_loses_nothing_that_was_saved() {
    let ctl = Ctl::with_vault();
    let before = n_entries(&ctl);
    let words = "lamp oil and salt water ".repeat(40_000);
    let big = ctl.file("big.txt", &words);
    // A limit on file size makes every write beyond it fail, as a full disk does.
    let script = format!(
        "trap '' XFSZ; ulimit -f 400; exec '{}' --data-dir '{}' --passphrase-file '{}' import '{big}'",
        program("farolctl").display(),
        ctl.vault().display(),
        ctl.path("passphrase"),
    );
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    let refused = refusal(&["import"], &output);
    assert!(refused.contains("saved") || refused.contains("Nothing was changed"), "{refused}");
    assert_eq!(n_entries(&ctl), before);
    std::io::stdout().flush().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn no_core_file_is_left_of_an_open_desk() {
    let ctl = Ctl::with_vault();
    let pipe = ctl.path("passphrase-pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let farolctl = program("farolctl").display().to_string();
    let script = format!(
        "ulimit -c unlimited; exec {farolctl} --data-dir {} --passphrase-file {pipe} case list",
        ctl.vault().display()
    );
    let mut child = Command::new("bash").args(["-c", &script]).spawn().unwrap();
    // It opens the pipe only after its first steps, and waits there for what we write.
    let passphrase = fs::File::options().write(true).open(&pipe).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|it| it.starts_with("Max core file size")).unwrap();
    drop(passphrase);
    child.wait().unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{core}");
}

#[test]
fn a_document_takes_no_messy_input_for_words() {
    let ctl = Ctl::with_vault();
    let imported = ctl.one(&["import", &mail("phishing.eml")]);
    let report = imported["report"].as_str().unwrap();
    let open = ["case", "open", "--report", report, "--category", "phishing", "--title", "A bank"];
    let case = ctl.one(&open)["reference"].as_str().unwrap().to_owned();
    let begin = |template: &str| {
        let made = ctl.one(&["doc", "new", "--case", &case, "--template", template]);
        made["document"].as_str().unwrap().to_owned()
    };
    let letter = begin("notify-host");
    let analysis = begin("handover-note");
    let before = n_entries(&ctl);
    let set = |doc: &str, more: &[&str]| ctl.refused(&[&["doc", "set", doc], more].concat());
    for (refused, expected) in [
        (ctl.refused(&["doc", "new", "--case", &case, "--template", "nothing"]), "doc templates"),
        (ctl.refused(&["doc", "new", "--case", &case, "--template", "rca"]), "account"),
        (set(&letter, &[]), "Nothing is said to be set"),
        (set(&letter, &["--at", "2"]), "Nothing is said to be set"),
        (set(&letter, &["--at", "99", "--text", "x"]), "no such block"),
        (set(&letter, &["--at", "2.9", "--text", "x"]), "no such text"),
        (set(&letter, &["--to", "the host"]), "no mail address"),
        (set(&letter, &["--to", "a@b.example\r\nBcc: x@y.example"]), "no mail address"),
        (set(&analysis, &["--at", "1", "--owner", "x"]), "no action"),
        (
            ctl.refused(&["doc", "add", &letter, "--audience", "host", "--text", " \n"]),
            "There are no words",
        ),
    ] {
        assert!(refused.contains(expected), "{expected}: {refused}");
    }
    assert_eq!(n_entries(&ctl), before);

    ctl.ok(&["doc", "set", &letter, "--to", "Abuse <abuse@hosting.example>, noc@hosting.example"]);
    let open = "[[Borealis] asked. {{case.nothing}}";
    ctl.ok(&["doc", "add", &letter, "--audience", "host", "--text", open]);
    let found = ctl.ok(&["doc", "lint", &letter]);
    assert!(found.iter().any(|it| it["words"] == "[["), "{found:?}");
    for (path, expected) in
        [(ctl.path("a.pdf"), "case.nothing"), (ctl.path("none/a.pdf"), "case.nothing")]
    {
        let export =
            ["doc", "export", &letter, "--audience", "host", "--format", "pdf", "-o", &path];
        let refused = ctl.refused(&export);
        assert!(refused.contains(expected), "{refused}");
        assert!(fs::metadata(&path).is_err());
    }
    let export = ["doc", "export", &letter, "--audience", "public", "--format", "pdf", "-o"];
    let refused = ctl.refused(&[&export[..], &[ctl.path("b.pdf").as_str()]].concat());
    assert!(refused.contains("would be empty"), "{refused}");
}
