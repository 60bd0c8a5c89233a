//! Report to response, from a script.

use std::fs;

use farol_practice::{Dns, sample_zone};

use crate::ctl::{Ctl, mail, text};

#[test]
fn an_abuse_mail_goes_all_the_way_to_a_response() {
    let ctl = Ctl::with_vault();
    let dns = Dns::start(sample_zone()).unwrap();

    let imported = ctl.one(&["import", &mail("phishing.eml")]);
    assert_eq!(imported["known"], false);
    let report = text(&imported, "/report").to_owned();
    let again = ctl.one(&["import", &mail("phishing.eml")]);
    assert_eq!((&again["known"], &again["report"]), (&true.into(), &imported["report"]));

    ctl.ok(&["report", "original", &report, "-o", &ctl.path("back.eml")]);
    let came = fs::read(mail("phishing.eml")).unwrap();
    assert_eq!(fs::read(ctl.path("back.eml")).unwrap(), came, "kept byte for byte");

    let shown = ctl.one(&["report", "show", &report]);
    assert_eq!(
        text(&shown, "/report/parsed/reporter/address"),
        "marta.lindqvist@harbour-bank.example"
    );
    assert_eq!(text(&shown, "/report/parsed/reporter_reference"), "HB-2026-1187");
    assert_eq!(text(&shown, "/suggested_category"), "phishing");
    let found = shown.pointer("/report/parsed/observables").unwrap().as_array().unwrap();
    let twice = found
        .iter()
        .find(|it| it["observable"]["value"] == "https://login.harbour-bank.test/session/verify")
        .expect("two spellings are one value");
    assert_eq!(twice["n_times"], 2);
    ctl.ok(&["report", "consent", &report, "anonymous"]);

    let case = ctl.one(&[
        "case",
        "open",
        "--report",
        &report,
        "--severity",
        "high",
        "--reason",
        "passwords are being taken",
        "--suggested-targets",
    ]);
    let reference = text(&case, "/reference").to_owned();
    let targets: Vec<String> = targets(&ctl, &reference).into_iter().map(|it| it.0).collect();
    assert!(targets.contains(&"http://www.northwind-shop.example/pay/harbour".to_owned()));
    assert!(
        !targets.iter().any(|it| it.contains("www.harbour-bank.example")),
        "not the reporter's"
    );

    let resolver = dns.addr.to_string();
    let looked = ctl.one(&[
        "lookup",
        "www[.]northwind-shop[.]example",
        "--case",
        &reference,
        "--resolver",
        &resolver,
    ]);
    assert_eq!(looked["name"], "www.northwind-shop.example");
    let roles = looked["roles"].as_array().unwrap();
    assert!(roles.iter().any(|it| it["ours"] == true), "{looked}");
    for observation in looked["observations"].as_array().unwrap() {
        let left = !matches!(observation["transport"].as_str(), Some("table" | "none"));
        assert_eq!(observation["sha256"].is_string(), left, "what came is kept: {observation}");
    }

    let answers = ctl.ok(&["lookup", "answers", &reference]);
    assert_eq!(answers.len(), looked["observations"].as_array().unwrap().len());
    let came: Vec<_> = answers.iter().filter(|it| it["sha256"].is_string()).collect();
    assert!(came.len() > 5, "{answers:?}");
    for answer in came {
        let file = ctl.path("message");
        ctl.ok(&["lookup", "message", text(answer, "/id"), &file]);
        let hash = farol_store::digest(&fs::read(&file).unwrap());
        assert_eq!(text(answer, "/sha256"), hash.to_string(), "byte for byte, out of the batch");
    }
    let silent = answers.iter().find(|it| it["sha256"].is_null()).expect("the table answered");
    let refused = ctl.refused(&["lookup", "message", text(silent, "/id"), &ctl.path("none")]);
    assert!(refused.contains("No message came"), "{refused}");

    let target = "hxxp://www[.]northwind-shop[.]example/pay/harbour";
    ctl.ok(&[
        "decide",
        &reference,
        "--what",
        "Show a warning page on the reported URL",
        "--reason",
        "The page copies the bank's login form",
        "--target",
        target,
    ]);
    let mitigation =
        ctl.one(&["mitigate", &reference, "--what", "phishing interstitial", "--target", target]);
    let id = text(&mitigation, "/mitigation").to_owned();
    ctl.ok(&["mitigate", &reference, "--id", &id, "--state", "active"]);
    ctl.ok(&["case", "set", &reference, "--outcome", &format!("{target}=mitigated")]);

    let response = ctl.one(&["respond", &reference, "--template", "action-taken-reporter"]);
    let response = text(&response, "/document").to_owned();
    for (format, name) in [("eml", "reply.eml"), ("txt", "reply.txt")] {
        let certificate = ctl.one(&[
            "doc",
            "export",
            &response,
            "--audience",
            "reporter",
            "--format",
            format,
            "-o",
            &ctl.path(name),
        ]);
        assert_eq!(certificate["n_hits"], 0);
    }
    let eml = fs::read_to_string(ctl.path("reply.eml")).unwrap();
    assert!(eml.contains("In-Reply-To: <20261123.0811.77@harbour-bank.example>"), "{eml}");
    assert!(eml.contains("marta.lindqvist@harbour-bank.example"), "{eml}");
    let plain = fs::read_to_string(ctl.path("reply.txt")).unwrap();
    assert!(plain.contains("hxxp://www[.]northwind-shop[.]example/pay/harbour"), "{plain}");
    assert!(!plain.contains("http://www.northwind-shop.example"), "live links stay at home");

    let clocks =
        |word: &str| ctl.one(&["case", "show", &reference])["clocks"].to_string().contains(word);
    assert!(!clocks("a response was sent"));
    ctl.ok(&["doc", "sent", &response]);
    assert!(clocks("a response was sent"), "the first-response clock stops");
    assert!(ctl.refused(&["doc", "sent", &response]).contains("already marked as sent"));
    ctl.ok(&["journal", "verify"]);
}

fn targets(ctl: &Ctl, reference: &str) -> Vec<(String, String)> {
    let case = ctl.one(&["case", "show", reference]);
    case["observables"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| !it["target"].is_null())
        .map(|it| {
            (text(it, "/observable/value").to_owned(), text(it, "/target/outcome/kind").to_owned())
        })
        .collect()
}

#[test]
fn anything_wider_than_reported_waits_for_a_second_person() {
    let ctl = Ctl::with_vault();
    let target = "hxxps://tenant[.]saas[.]example/login";
    let case = ctl.one(&["case", "open", "--title", "One bad tenant", "--target", target]);
    let reference = text(&case, "/reference").to_owned();
    let mitigation = ctl.one(&[
        "mitigate",
        &reference,
        "--what",
        "zone block",
        "--target",
        target,
        "--granularity",
        "zone",
    ]);
    let id = text(&mitigation, "/mitigation").to_owned();
    for state in ["active", "approved"] {
        let refused = ctl.refused(&["mitigate", &reference, "--id", &id, "--state", state]);
        assert!(refused.contains("second person"), "{refused}");
    }
}
