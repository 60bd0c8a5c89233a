//! Templates of the team's own, blocks put in one by one, the head of a paper: from a script and by
//! keyboard.

use std::{fs, path::PathBuf};

use fantoccini::key::Key;
use serde_json::Value;

use crate::{
    ctl::{Ctl, mail, text},
    pdf,
    window::{Picks, Window},
};

fn case(ctl: &Ctl) -> String {
    let imported = ctl.one(&["import", &mail("phishing.eml")]);
    let report = text(&imported, "/report");
    let opened = ctl.one(&[
        "case",
        "open",
        "--report",
        report,
        "--category",
        "phishing",
        "--title",
        "Login pages of a bank",
        "--severity",
        "high",
    ]);
    text(&opened, "/reference").to_owned()
}

#[test]
fn the_team_changes_a_template_and_a_document_keeps_the_version_it_was_begun_from() {
    let ctl = Ctl::with_vault();
    let case = case(&ctl);
    let begun = |ctl: &Ctl| {
        let made = ctl.one(&["doc", "new", "--case", &case, "--template", "ack-reporter"]);
        ctl.one(&["doc", "show", text(&made, "/document")])
    };
    let before = begun(&ctl);
    let shown = ctl.one(&["template", "show", "ack-reporter"]);
    let version = text(&shown, "/version").to_owned();
    assert_eq!(text(&before, "/document/template"), format!("ack-reporter {version}"));

    let mut source: Value = serde_json::from_str(text(&shown, "/source")).unwrap();
    source["blocks"][1]["paragraph"] = "Thank you, {{ reporter.nmae }}.".into();
    let file = ctl.file("letter.json", source.to_string());
    let refused = ctl.refused(&["template", "edit", &file]);
    assert!(refused.contains("Block 2") && refused.contains("reporter.nmae"), "{refused}");
    assert_eq!(ctl.run(&["template", "lint", &file]).status.code(), Some(1));
    let preview = ["template", "preview", &file, "--case", &case, "-o", &ctl.path("")];
    assert!(ctl.refused(&preview).contains("Nothing was saved"));

    source["blocks"][1]["paragraph"] =
        "We have your message about {{ n_targets }} addresses.".into();
    source["blocks"][1].as_object_mut().unwrap().remove("calm");
    let file = ctl.file("letter.json", source.to_string());
    let pages = ctl.ok(&preview);
    assert!(fs::read(text(&pages[0], "/page")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(text(&ctl.one(&["template", "edit", &file]), "/version"), format!("{version}+1"));
    let after = begun(&ctl);
    assert_eq!(text(&after, "/document/template"), format!("ack-reporter {version}+1"));
    assert!(after.to_string().contains("We have your message about"), "{after}");
    let again = ctl.one(&["doc", "show", text(&before, "/document/id")]);
    assert_eq!(again["document"]["template"], before["document"]["template"]);

    let list = ctl.ok(&["template", "list"]);
    let ours: Vec<_> =
        list.iter().filter(|it| it["team"] == true).map(|it| text(it, "/id")).collect();
    assert!(ours.contains(&"ack-reporter"), "{ours:?}");
    ctl.ok(&["template", "default", "ack-reporter"]);
    assert_eq!(text(&ctl.one(&["template", "show", "ack-reporter"]), "/version"), version);
    let history = ctl.ok(&["template", "history", "ack-reporter"]);
    let versions: Vec<_> = history.iter().map(|it| text(it, "/version")).collect();
    assert_eq!(versions, [version.as_str(), &format!("{version}+1"), version.as_str()]);
    let entry = text(&history[1], "/entry");
    let restored = ctl.one(&["template", "restore", "ack-reporter", entry]);
    assert_eq!(text(&restored, "/version"), format!("{version}+2"));
    assert!(ctl.refused(&["template", "default", "put-back"]).contains("did not change"));
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[test]
fn figures_evidence_decisions_and_promises_leave_in_every_format() {
    let ctl = Ctl::with_vault();
    let case = case(&ctl);
    let file = ctl.file("edge.csv", "hour,served\n08:00,9120\n");
    let added = ctl.one(&["evidence", "add", &case, &file, "--origin", "measured at the edge"]);
    let evidence = text(&added, "/id").to_owned();
    let decided =
        ctl.one(&["decide", &case, "--what", "Block one object", "--reason", "It copies the bank"]);
    let decision = text(&decided, "/decision").to_owned();
    let doc = ctl.one(&["doc", "new", "--case", &case, "--template", "readout"]);
    let doc = text(&doc, "/document").to_owned();
    let figures = ctl.file("figures.csv", "Service,Minutes\nFiles,41\nLogin,38\nNames,none\n");
    let put = |what: &[&str]| {
        let mut args = vec!["doc", "put", &doc, "--audience", "exec"];
        args.extend(what);
        ctl.ok(&args);
    };
    // A readout is one page: what its template asks for makes place.
    put(&["--after", "0", "chart", "--title", "How long each was away", "--data", &figures]);
    put(&["evidence", &evidence, "--text", "Where the figures come from"]);
    put(&["decision", &decision]);
    put(&["action", "Measure it every hour", "--owner", "Edge", "--due", "2026-12-04"]);
    for (name, bytes, expected) in [
        ("wide.csv", "a,b\n1\n".to_owned(), "equally many"),
        ("long.csv", format!("a,b\n{}", "x,1\n".repeat(61)), "more than 60 lines"),
        ("one.csv", "a\n1\n".to_owned(), "columns of figures"),
        ("empty.csv", "a,b\n".to_owned(), "no line of figures"),
    ] {
        let file = ctl.file(name, bytes);
        let args =
            ["doc", "put", &doc, "--audience", "exec", "chart", "--title", "x", "--data", &file];
        let refused = ctl.refused(&args);
        assert!(refused.contains(expected), "{name}: {refused}");
    }
    let strange = ["doc", "put", &doc, "--audience", "exec", "evidence", "no-such-thing"];
    assert!(ctl.refused(&strange).contains("no"));
    let sha256 = text(&ctl.ok(&["evidence", "list", &case])[0], "/sha256").to_owned();
    for format in ["docx", "html", "md", "txt"] {
        let out = ctl.path(&format!("readout.{format}"));
        ctl.ok(&["doc", "export", &doc, "--audience", "exec", "--format", format, "-o", &out]);
        if format == "txt" {
            let text = fs::read_to_string(&out).unwrap();
            for words in [
                "How long each was away",
                "Files | 41",
                "edge.csv",
                &sha256,
                "Block one object",
                "2026-12-04",
            ] {
                assert!(text.contains(words), "{words}: {text}");
            }
            assert!(!text.contains("9120"), "evidence is named, never quoted");
        }
    }
    // What the record no longer has stops the export, with the place.
    ctl.ok(&["doc", "add", &doc, "--audience", "exec", "--text", "See {{evidence.gone.name}}."]);
    let out = ctl.path("gone.html");
    let refused =
        ctl.refused(&["doc", "export", &doc, "--audience", "exec", "--format", "html", "-o", &out]);
    assert!(refused.contains("evidence.gone.name"), "{refused}");
    assert!(fs::metadata(out).is_err());
}

#[test]
fn a_paper_has_the_teams_name_and_a_damaged_logo_is_refused() {
    let ctl = Ctl::with_vault();
    let case = case(&ctl);
    let damaged = ctl.file("logo.png", b"\x89PNG\r\n\x1a\nnothing");
    assert!(ctl.refused(&["team", "logo", &damaged]).contains("damaged"));
    let text_file = ctl.file("logo.svg", "<svg/>");
    assert!(ctl.refused(&["team", "logo", &text_file]).contains("neither PNG nor JPEG"));
    assert!(ctl.refused(&["team", "name", &"x".repeat(61)]).contains("60 letters"));
    ctl.ok(&["team", "name", "Harbour Trust & Safety"]);
    let doc = ctl.one(&["doc", "new", "--case", &case, "--template", "ack-reporter"]);
    let out = ctl.path("letter.pdf");
    ctl.ok(&[
        "doc",
        "export",
        text(&doc, "/document"),
        "--audience",
        "reporter",
        "--format",
        "pdf",
        "-o",
        &out,
    ]);
    assert!(pdf::page_text(out.as_ref()).contains("Harbour Trust & Safety"));
    let pdf = fs::read(&out).unwrap();
    let says = |words: &[u8]| pdf.windows(words.len()).any(|it| it == words);
    assert!(
        says(b"pdfaid:part") && says(b"/StructTreeRoot") && says(b"/Lang"),
        "for the archive, tagged"
    );
}

#[tokio::test]
async fn a_template_is_changed_and_a_chart_is_drawn_by_keyboard() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    let mut barriers = Vec::new();
    window.paste_report("Please look at http://login.kelp.test/a, it copies our bank.").await;
    window.choose("case-category", "Phishing").await;
    window.choose("case-severity", "High").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;

    window.go('t').await;
    window.wait_for("[data-test=template-page]").await;
    window.painted().await;
    window.picture("templates").await;
    barriers.extend(window.barriers("templates").await);
    window.tab_to("template-words").await;
    window.type_text("Dear ").await;
    window.wait_for_text("changed, not saved").await;
    window.press(&[], Key::Escape.into()).await;
    window.press(&[Key::Control], 's').await;
    window.wait_for_text("the team's").await;
    window.painted().await;
    window.picture("template-saved").await;

    window.go('s').await;
    window.fill("team-name", "Harbour Trust & Safety").await;
    window.press(&[], Key::Escape.into()).await;
    window.painted().await;
    window.picture("settings-team").await;

    window.go('c').await;
    window.wait_for_text("0 of 1 settled").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.choose("document-template", "Executive readout, one page").await;
    window.enter_on("document-new").await;
    window.wait_for("[data-test=preview-page]").await;
    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    window.type_text("/chart").await;
    window.wait_for("[data-test=insert-menu]").await;
    window.press(&[], Key::Enter.into()).await;
    for words in ["Minutes away", "Service", "Minutes", "Files"] {
        window.type_text(words).await;
        window.press(&[], Key::Tab.into()).await;
    }
    window.type_text("41 min").await;
    window.press(&[], Key::Enter.into()).await;
    window.type_text("Login").await;
    window.press(&[], Key::Tab.into()).await;
    window.type_text("38 min").await;
    window.press(&[Key::Alt], '3').await;
    window.wait_for("[data-block=chart][data-audience*=Executives] tr:nth-of-type(3)").await;
    window.wait_for_text("Saved ").await;
    window.painted().await;
    window.picture("chart").await;
    barriers.extend(window.barriers("chart").await);
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
