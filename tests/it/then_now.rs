//! Then and now: looking again, what changed, watches; from a script and by keyboard.

use std::fs;

use fantoccini::key::Key;
use farol_practice::{Dns, sample_zone};
use serde_json::json;

use crate::{
    ctl::{Ctl, text},
    window::{Picks, Window},
};

const WORDS: &str = "Customers were sent to hxxps://petrel-insurance[.]example/claim and then to \
                     hxxp://plover-tools[.]test/a";

#[test]
fn a_script_looks_again_and_tells_what_changed() {
    let dns = Dns::start(sample_zone()).unwrap();
    let resolver = dns.addr.to_string();
    let ctl = Ctl::with_vault();
    ctl.ok(&["offline", "resolver", &resolver]);
    let report = ctl.file("report.txt", WORDS);
    let report = text(&ctl.one(&["import", &report]), "/report").to_owned();
    ctl.ok(&["case", "open", "--report", &report, "--severity", "high", "--suggested-targets"]);
    let case = "ESC-2026-0001";

    assert!(ctl.refused(&["diff", case, "plover-tools.test"]).contains("nothing to compare"));
    let plan = ctl.one(&["recheck", "--all", "--plan"]);
    assert_eq!(plan["cases"][0]["hosts"], json!(["petrel-insurance.example", "plover-tools.test"]));
    assert_eq!(ctl.ok(&["lookup", "ledger"]).len(), 0, "a plan sends nothing");
    assert_eq!(ctl.one(&["recheck", case])["changes"], json!([]));
    dns.next_round();
    let done = ctl.one(&["recheck", "--all"]);
    let changes = done["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{done}");
    let hijack = text(&changes[0], "/diff/sentence");
    assert!(hijack.starts_with("petrel-insurance[.]example left Harbour Edge on "), "{hijack}");

    let diff = ctl.one(&["diff", case, "hxxps://petrel-insurance[.]example/"]);
    assert_eq!(diff, changes[0]["diff"]);
    let aspects: Vec<_> =
        diff["changes"].as_array().unwrap().iter().map(|it| text(it, "/aspect")).collect();
    assert!(aspects.contains(&"name_servers") && aspects.contains(&"mail_servers"), "{aspects:?}");
    let document = ctl.one(&["respond", case, "--template", "ack-reporter"]);
    let document = text(&document, "/document").to_owned();
    ctl.ok(&["diff", case, "petrel-insurance.example", "--into", &document, "--for", "reporter"]);
    let out = ctl.path("out.txt");
    ctl.ok(&["report", "consent", &report, "named"]);
    ctl.ok(&["doc", "export", &document, "--audience", "reporter", "--format", "txt", "-o", &out]);
    assert!(fs::read_to_string(&out).unwrap().contains("left Harbour Edge"));

    assert_eq!(ctl.ok(&["watch", "news"]).len(), 2);
    assert_eq!(ctl.one(&["watch", "seen", case])["n_seen"], 2);
    assert_eq!(ctl.ok(&["watch", "news"]).len(), 0);
    let watch = ctl.one(&["watch", "add", case, "--host", "plover-tools.test", "--every", "1h"]);
    assert!(ctl.refused(&["watch", "add", case, "--every", "1m"]).contains("15 minutes"));
    assert_eq!(ctl.one(&["watch", "run"])["n_answers"], 0, "it is not due yet");
    assert_eq!(ctl.ok(&["watch", "list"]).len(), 1);
    ctl.ok(&["case", "set", case, "--sensitivity", "covert"]);
    assert!(text(&ctl.one(&["watch", "list"]), "/rests").contains("covert"));
    assert!(ctl.refused(&["recheck", case]).contains("covert"));
    ctl.ok(&["watch", "end", text(&watch, "/watch/id")]);
    assert!(ctl.refused(&["watch", "end", text(&watch, "/watch/id")]).contains("watch"));
    assert_eq!(ctl.ok(&["watch", "judge"]).len(), 0);
}

#[tokio::test]
async fn by_keyboard_a_case_is_looked_up_again_and_watched() {
    let dns = Dns::start(sample_zone()).unwrap();
    let files = tempfile::tempdir().unwrap();
    let open = files.path().join("report.txt");
    fs::write(&open, WORDS).unwrap();
    let window = Window::open(Picks { open }).await;
    let own = json!({ "offline": false, "resolver": dns.addr.to_string() });
    fs::write(window.dir.path().join("vault/leaving.json"), own.to_string()).unwrap();
    window.make_vault().await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;
    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("kept byte for byte").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;

    window.press(&[], 'l').await;
    window.wait_for("[data-test=lookup-plan]").await;
    window.enter_on("lookup-send").await;
    window.wait_for_text("answers are kept as evidence").await;
    window.wait_for("[data-test=recheck-open]").await;
    window.wait_for("body:not(:has([role=dialog]))").await;
    dns.next_round();
    window.press(&[], 'r').await;
    window.wait_for("[data-test=plan-words]").await;
    window.painted().await;
    window.picture("recheck-plan").await;
    let mut barriers = window.barriers("looking again").await;
    window.enter_on("recheck-send").await;
    window.wait_for("[data-test=recheck-change]").await;
    window.painted().await;
    window.picture("recheck-done").await;
    barriers.extend(window.barriers("what changed").await);
    window.enter_on("recheck-close").await;
    window.wait_for("[data-test=target-changed]").await;
    window.wait_for("[data-test=news]").await;
    window.enter_on("recheck-open").await;
    window.close_dialog().await;
    let script = "document.querySelectorAll('[data-test=verdict] details').forEach((it) => (it.open = true)); \
                  document.querySelector('[data-test=then-now]').scrollIntoView({ block: 'center' }); return '';";
    window.value(script).await;
    window.painted().await;
    window.picture("then-and-now").await;
    barriers.extend(window.barriers("then and now").await);

    window.press(&[], 'h').await;
    window.choose("watch-host", "plover-tools[.]test").await;
    window.choose("watch-every", "Every 6 hours").await;
    window.wait_for("[data-test=plan-words]").await;
    window.painted().await;
    window.picture("watch").await;
    barriers.extend(window.barriers("a watch").await);
    window.enter_on("watch-set").await;
    window.wait_for("[data-test=watch]").await;

    window.press(&[], 'g').await;
    window.press(&[], 'q').await;
    window.wait_for("[data-test=row-changed]").await;
    window.painted().await;
    window.picture("queue-changed").await;
    window.press(&[], 'g').await;
    window.press(&[], 'x').await;
    window.wait_for("[data-test=watch]").await;
    window.painted().await;
    window.picture("leaving-watches").await;
    barriers.extend(window.barriers("what is asked again").await);
    window.press(&[], Key::Escape.into()).await;
    window.press(&[], Key::Escape.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.press(&[], 'v').await;
    window.wait_for("body:not(:has([data-test=news]))").await;
    window.enter_on("watch-end").await;
    window.wait_for("body:not(:has([data-test=watch]))").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
