//! A provider disables its own storage gateway while it acts on one abuse report, and says so: one
//! document, a version for the team and one for a customer, and in the second no internal fact.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    ctl::{Ctl, text},
    pdf,
};

const CUSTOMER: &str = "customer:acme";

/// What the team knows and nobody else learns.
const INTERNAL: [&str; 10] = [
    "Ines Farrow",
    "Maro Lind",
    "Borealis Outfitters",
    "disable_gateway",
    "abuse-console.corp",
    "198.51.100.77",
    "OPS-5512",
    "rule-4711",
    "login.kelp-phish.test",
    "training of operators",
];

/// A part of a gap in the template, and the words that go there.
const FILL: [(&str, &str); 26] = [
    ("start", "2026-02-06 08:14"),
    ("end", "09:13"),
    ("describe in one sentence", "every read and write of Harbour Storage failed"),
    (
        "describe in plain words",
        "an action of our abuse team that was meant for one address and disabled the whole storage gateway",
    ),
    ("restored", "restored; no data was lost or changed, as a comparison of all checksums shows"),
    (
        "describe in three sentences",
        "Maro Lind acted on a report about login.kelp-phish.test (OPS-5512, found by rule-4711). The console at abuse-console.corp offered disable_gateway beside the address. It took 25 minutes until the gateway at 198.51.100.77 was known to be the cause",
    ),
    ("describe the names", "all buckets of your account, and everything that reads from them"),
    ("describe from when to when", "2026-02-06 08:14 to 09:13 UTC, 59 minutes"),
    ("describe only what is shown", "stored objects, by a comparison of all checksums"),
    (
        "describe accounts",
        "every account with storage, Borealis Outfitters among them; from the edge log",
    ),
    (
        "describe how we learned",
        "The alarm for the storage service rang at 08:25; it names the service and not who switched it off",
    ),
    (
        "describe the conditions",
        "the console offered switches of whole services beside single addresses; nothing asked for a second person; and an account of our own was not marked as ours",
    ),
    ("describe what set it off", "a routine report about one address"),
    ("describe what the tool", "one person can disable a service for everybody"),
    ("describe which step", "a second person for whatever is wider than what was reported"),
    ("describe what was not known", "that the service had been disabled and had not failed"),
    ("describe what everybody", "that the training of operators keeps them from that switch"),
    ("describe what went well", "nothing depended on the storage for its own repair but our tools"),
    (
        "describe what stopped it",
        "The gateway was enabled again at 09:10 UTC and watched until 09:13",
    ),
    (
        "describe what keeps it",
        "Take switches of whole services out of the abuse console; we try once a month whether one can be reached",
    ),
    ("role", "Head of Trust & Safety"),
    ("date", "2026-03-06"),
    (
        "describe what we decided",
        "We keep the console's switch for single buckets: it is needed every day",
    ),
    ("role", "Abuse policy lead"),
    ("describe the step", "Nothing. Your settings are as they were."),
    ("describe, or write", "whether slower answers until 09:40 UTC came from full queues alone"),
];

fn blocks(ctl: &Ctl, doc: &str) -> Vec<Value> {
    let view = ctl.one(&["doc", "show", doc]);
    view.pointer("/document/blocks").unwrap().as_array().unwrap().clone()
}

/// Every text of a block, in the order in which `doc set --at` counts them.
fn texts(block: &Value) -> Vec<String> {
    let content = &block["content"];
    let one = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    match content["kind"].as_str().unwrap() {
        "list" => content["items"].as_array().unwrap().iter().map(one).collect(),
        "action" => vec![one(&content["what"])],
        "facts" | "table" | "timeline" | "chart" | "evidence" | "decision" => Vec::new(),
        _ => vec![one(&content["text"])],
    }
}

/// Puts the words where the gap stands, in the document and in these blocks; of an action, the owner or
/// the date, too.
fn fill(ctl: &Ctl, doc: &str, blocks: &mut [Value], gap: &str, words: &str) {
    let begins = format!("[{gap}");
    for (n, block) in blocks.iter_mut().enumerate() {
        for (part, written) in texts(block).iter().enumerate() {
            let Some(open) = written.find(&begins) else { continue };
            let close = open + written[open..].find(']').unwrap();
            let text = format!("{}{words}{}", &written[..open], &written[close + 1..]);
            let at = format!("{}.{}", n + 1, part + 1);
            ctl.ok(&["doc", "set", doc, "--at", &at, "--text", &text]);
            let content = &mut block["content"];
            match content["kind"].as_str().unwrap() {
                "list" => content["items"][part] = text.into(),
                "action" => content["what"] = text.into(),
                _ => content["text"] = text.into(),
            }
            return;
        }
        for (key, option) in [("owner", "--owner"), ("due", "--due")] {
            if block["content"][key].as_str().is_some_and(|it| it.starts_with(&begins)) {
                ctl.ok(&["doc", "set", doc, "--at", &(n + 1).to_string(), option, words]);
                block["content"][key] = words.into();
                return;
            }
        }
    }
    panic!("no gap begins with {begins}");
}

fn analysis(ctl: &Ctl) -> String {
    let case = ctl.one(&[
        "case",
        "open",
        "--category",
        "our_mistake",
        "--severity",
        "critical",
        "--title",
        "disable_gateway: storage down for 59 minutes",
    ]);
    let case = text(&case, "/reference").to_owned();
    for account in ["acme=Acme Lanterns", "borealis=Borealis Outfitters"] {
        ctl.ok(&["case", "set", &case, "--account", account]);
    }
    ctl.ok(&[
        "case",
        "set",
        &case,
        "--note",
        "Maro Lind: I pressed disable_gateway, see OPS-5512.",
    ]);
    let doc = ctl.one(&["doc", "new", "--case", &case, "--template", "rca"]);
    let doc = text(&doc, "/document").to_owned();
    let mut begun = blocks(ctl, &doc);
    let last = [
        ("date and time", "2026-02-13 12:00 UTC"),
        ("role", "The Head of Trust & Safety"),
        ("questions to", "Does the service credit apply? Asked counsel"),
    ];
    for (gap, words) in FILL.into_iter().chain(last) {
        fill(ctl, &doc, &mut begun, gap, words);
    }
    for (at, kind, words) in [
        ("08:14", "impact-began", "Requests to storage begin to fail."),
        ("08:25", "response-began", "We know of it and begin to look for the cause."),
        ("09:13", "impact-ended", "All requests are answered again."),
    ] {
        let at = format!("2026-02-06T{at}:00Z");
        let moment = ["moment", "--at", &at, "--kind", kind, words];
        ctl.ok(&[&["doc", "put", &doc, "--audience", CUSTOMER][..], &moment].concat());
    }
    for (at, kind, words) in [
        ("08:14", "decision", "Maro Lind disables the gateway from abuse-console.corp."),
        ("08:39", "not-known", "Nobody knows yet that it was disable_gateway on 198.51.100.77."),
    ] {
        let at = format!("2026-02-06T{at}:00Z");
        let moment = ["moment", "--at", &at, "--kind", kind, words];
        ctl.ok(&[&["doc", "put", &doc, "--audience", "internal_team"][..], &moment].concat());
    }
    let put = |audience: &str, after: &str, block: &[&str]| {
        ctl.ok(
            &[&["doc", "put", &doc, "--audience", audience, "--after", after][..], block].concat()
        );
    };
    let after = |heading: &str| {
        let at = blocks(ctl, &doc).iter().position(|it| it["content"]["text"] == heading);
        (at.unwrap() + 2).to_string()
    };
    let impact = ctl.file(
        "impact.csv",
        "Product,What failed,From,To\nStorage,every request,08:14,09:13\n\
         Streams and pictures,uploads,08:14,09:15\nCache reserve,reads; origins answered,08:14,09:13\n",
    );
    put(CUSTOMER, &after("Impact to you"), &["table", "--data", &impact]);
    let failed = ctl.file(
        "failed.csv",
        "Minute,Failed requests (%)\n08:10,0\n08:15,96\n08:30,100\n08:45,100\n09:00,100\n09:10,41\n09:15,0\n",
    );
    let chart =
        ["chart", "--title", "Failed requests to storage", "--look", "lines", "--data", &failed];
    put(CUSTOMER, &after("Impact to you"), &chart);
    doc
}

#[test]
fn a_provider_says_what_it_did_to_its_own_storage_and_names_nobody() {
    let ctl = Ctl::with_vault();
    let doc = analysis(&ctl);
    let list = ctl.file("internal.txt", INTERNAL.join("\n"));
    let mut findings = ctl.ok(&["doc", "lint", &doc]);
    findings.retain(|it| it["kind"] == "placeholder" || it["kind"] == "missing_section");
    assert!(findings.is_empty(), "{findings:#?}");

    for format in ["pdf", "docx", "html", "md", "txt"] {
        let path = ctl.path(&format!("customer.{format}"));
        let export =
            ["doc", "export", &doc, "--audience", CUSTOMER, "--format", format, "-o", &path];
        assert_eq!(ctl.one(&export)["n_hits"], 0);
        let checked = ctl.run(&["doc", "check", &path, "--withheld", &list]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert_eq!(checked.status.code(), Some(0), "{format}: {said}");
    }
    let path = ctl.path("team.pdf");
    ctl.one(&[
        "doc",
        "export",
        &doc,
        "--audience",
        "internal_team",
        "--format",
        "pdf",
        "-o",
        &path,
    ]);
    let inside = pdf::page_text(Path::new(&path));
    let outside = pdf::page_text(Path::new(&ctl.path("customer.pdf")));
    for words in
        ["59 minutes", "checksums", "Streams and pictures", "Impact began", "2026-02-06 08:14"]
    {
        assert!(inside.contains(words) && outside.contains(words), "{words}: {outside}");
    }
    for words in ["disable_gateway", "Not known then", "Borealis Outfitters", "rule-4711"] {
        assert!(inside.contains(words), "{words}: {inside}");
    }
    assert_eq!(ctl.run(&["doc", "check", &path, "--withheld", &list]).status.code(), Some(1));
    assert!((1..=2).contains(&pdf::n_pages(Path::new(&ctl.path("customer.pdf")))));

    // One slip of the pen, and no file is written.
    ctl.ok(&["doc", "add", &doc, "--audience", CUSTOMER, "--text", "Ask Ines Farrow about it."]);
    let path = ctl.path("leak.pdf");
    let export = ["doc", "export", &doc, "--audience", CUSTOMER, "--format", "pdf", "-o", &path];
    assert!(ctl.refused(&export).contains("stopped"));
    assert!(!Path::new(&path).exists());
    if let Some(folder) = std::env::var_os("FAROL_PICTURES") {
        for name in ["customer.pdf", "team.pdf", "customer.docx"] {
            fs::copy(ctl.path(name), Path::new(&folder).join(name)).unwrap();
        }
    }
}
