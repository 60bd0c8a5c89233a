//! Our mistake to trust, from a script.

use std::{fs, path::Path};

use crate::{
    ctl::{Ctl, INVESTIGATOR, refusal, text},
    pdf,
};

const INTERNAL: &str =
    "The phishing rule matched the word harbour in every path and nobody reviewed it.";
const FOR_ACME: &str = "Your shop answered with a warning page instead of its own pages.";
const OTHER: &str = "Borealis Outfitters";

/// A case with two customers, and an analysis with text for both sides.
fn analysis(ctl: &Ctl) -> (String, String) {
    let imported = ctl.run_with_input(
        &["--json", "import", "-"],
        b"Sales: Acme Lanterns is down since 02:10, they say we block them. Please hurry!\n",
    );
    let imported = crate::ctl::lines(&imported).remove(0);
    let case = ctl.one(&[
        "case",
        "open",
        "--report",
        text(&imported, "/report"),
        "--category",
        "our_mistake",
        "--title",
        "Acme Lanterns wrongly blocked",
        "--severity",
        "critical",
    ]);
    let reference = text(&case, "/reference").to_owned();
    assert!(
        ctl.refused(&["doc", "new", "--case", &reference, "--template", "rca"]).contains("account"),
        "an analysis for a customer needs to know the customer"
    );
    ctl.ok(&[
        "case",
        "set",
        &reference,
        "--account",
        "acme=Acme Lanterns",
        "--note",
        "Rule 7 lifted at 03:02",
    ]);
    ctl.ok(&[
        "case",
        "set",
        &reference,
        "--account",
        &format!("borealis={OTHER}"),
        "--status",
        "mitigated",
    ]);
    let rca = ctl.one(&["doc", "new", "--case", &reference, "--template", "rca"]);
    let rca = text(&rca, "/document").to_owned();
    ctl.ok(&["doc", "add", &rca, "--audience", "internal_team", "--text", INTERNAL]);
    ctl.ok(&[
        "doc",
        "add",
        &rca,
        "--audience",
        "internal_team",
        "--text",
        &format!("{OTHER} was hit too."),
    ]);
    ctl.ok(&["doc", "add", &rca, "--audience", "customer:acme", "--text", FOR_ACME]);
    (reference, rca)
}

fn export(ctl: &Ctl, doc: &str, audience: &str, name: &str) -> serde_json::Value {
    let path = ctl.path(name);
    ctl.one(&["doc", "export", doc, "--audience", audience, "--format", "pdf", "-o", &path])
}

#[test]
fn a_customer_pdf_holds_the_customers_text_and_no_trace_of_the_rest() {
    let ctl = Ctl::with_vault();
    let (reference, rca) = analysis(&ctl);
    let certificate = export(&ctl, &rca, "customer:acme", "customer.pdf");
    assert_eq!(certificate["n_hits"], 0);
    assert!(certificate["n_values_searched"].as_u64().unwrap() > 3);

    let path = Path::new(&ctl.path("customer.pdf")).to_owned();
    let shown = pdf::page_text(&path);
    assert!(shown.contains(FOR_ACME), "{shown}");
    assert!(shown.contains(&reference), "{shown}");
    let all = pdf::everything(&path);
    for absent in [INTERNAL, OTHER, "borealis", INVESTIGATOR, "Rule 7", "nobody reviewed"] {
        assert!(!all.contains(&absent.to_lowercase()), "{absent:?} is in the customer's file");
    }

    export(&ctl, &rca, "internal_team", "internal.pdf");
    let inside = pdf::page_text(Path::new(&ctl.path("internal.pdf")));
    for present in [INTERNAL, FOR_ACME, OTHER] {
        assert!(inside.contains(present), "{present:?} is missing from the internal file");
    }

    export(&ctl, &rca, "customer:acme", "again.pdf");
    let bytes = |name: &str| fs::read(ctl.path(name)).unwrap();
    assert_eq!(bytes("customer.pdf"), bytes("again.pdf"), "two exports are the same bytes");
}

#[test]
fn the_timeline_of_an_analysis_comes_from_the_journal() {
    let ctl = Ctl::with_vault();
    let (_, rca) = analysis(&ctl);
    let view = ctl.one(&["doc", "show", &rca]);
    let rows: Vec<_> = view
        .pointer("/document/blocks")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["content"]["kind"] == "timeline")
        .flat_map(|block| block["content"]["rows"].as_array().unwrap().clone())
        .collect();
    let note = rows.iter().find(|row| row["text"].as_str().unwrap().contains("Rule 7 lifted"));
    assert!(note.expect("the note is a row")["source"].is_string(), "and names its entry");
}

#[test]
fn an_executive_readout_is_one_page() {
    let ctl = Ctl::with_vault();
    let (reference, _) = analysis(&ctl);
    let readout = ctl.one(&["doc", "new", "--case", &reference, "--template", "readout"]);
    let readout = text(&readout, "/document").to_owned();
    export(&ctl, &readout, "exec", "readout.pdf");
    assert_eq!(pdf::n_pages(Path::new(&ctl.path("readout.pdf"))), 1);
    let long = "One sentence more than a page can hold. ".repeat(300);
    ctl.ok(&["doc", "add", &readout, "--audience", "exec", "--text", &long]);
    let path = ctl.path("too-long.pdf");
    let args = ["doc", "export", &readout, "--audience", "exec", "--format", "pdf", "-o", &path];
    assert!(ctl.refused(&args).contains("pages"));
    assert!(!Path::new(&path).exists());
}

#[test]
fn a_withheld_value_stops_the_export_and_no_file_is_left() {
    for leak in [OTHER, INVESTIGATOR, INTERNAL] {
        let ctl = Ctl::with_vault();
        let (_, rca) = analysis(&ctl);
        ctl.ok(&["doc", "add", &rca, "--audience", "customer:acme", "--text", leak]);
        let path = ctl.path("leak.pdf");
        let args =
            ["doc", "export", &rca, "--audience", "customer:acme", "--format", "pdf", "-o", &path];
        let refused = ctl.refused(&args);
        assert!(refused.contains("stopped"), "{refused}");
        assert!(!refused.contains(leak), "the error itself must not leak: {refused}");
        assert!(!Path::new(&path).exists() && !Path::new(&format!("{path}.part")).exists());
        let view = ctl.one(&["doc", "show", &rca]);
        assert_eq!(view["certificates"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn a_reporter_who_said_do_not_forward_binds_us() {
    let ctl = Ctl::with_vault();
    let imported = ctl.one(&["import", &crate::ctl::mail("phishing.eml")]);
    let report = text(&imported, "/report").to_owned();
    ctl.ok(&["report", "consent", &report, "do_not_forward"]);
    let case = ctl.one(&["case", "open", "--report", &report, "--suggested-targets"]);
    let doc = ctl.one(&["respond", text(&case, "/reference"), "--template", "notify-host"]);
    let path = ctl.path("host.txt");
    let args = [
        "doc",
        "export",
        text(&doc, "/document"),
        "--audience",
        "host",
        "--format",
        "txt",
        "-o",
        &path,
    ];
    assert!(refusal(&args, &ctl.run(&args)).contains("do not forward"));
}
