//! Sending a response off, and the answer that comes back; from a script and by keyboard.

use std::fs;

use fantoccini::key::Key;
use farol_practice::{Dns, sample_zone};
use serde_json::json;

use crate::{
    ctl::{Ctl, text},
    window::{Picks, Window},
};

const WORDS: &str = "Phishing at hxxp://plover-tools[.]test/a, please act";

fn answer(message_id: &str) -> String {
    format!(
        "From: Marta <marta@reports.example>\r\nTo: desk@harbour.example\r\nSubject: Re: your report\r\n\
         Message-ID: <answer-1@reports.example>\r\nIn-Reply-To: <{message_id}>\r\n\
         Date: Thu, 26 Nov 2026 12:00:00 +0000\r\n\r\nThank you. One more page is up.\r\n"
    )
}

#[test]
fn a_script_sends_off_and_an_answer_ends_the_wait() {
    let dns = Dns::start(sample_zone()).unwrap();
    let ctl = Ctl::with_vault();
    ctl.ok(&["offline", "resolver", &dns.addr.to_string()]);
    let report = ctl.file("report.txt", WORDS);
    let report = text(&ctl.one(&["import", &report]), "/report").to_owned();
    ctl.ok(&["report", "consent", &report, "named"]);
    ctl.ok(&["case", "open", "--report", &report, "--severity", "high", "--suggested-targets"]);
    let case = "ESC-2026-0001";
    let document =
        text(&ctl.one(&["respond", case, "--template", "ack-reporter"]), "/document").to_owned();
    let says = "We looked at plover-tools[.]test and will write again.";
    ctl.ok(&["doc", "add", &document, "--audience", "reporter", "--text", says]);
    ctl.ok(&["doc", "set", &document, "--to", "marta@reports.example", "--subject", "Your report"]);

    let plan = ctl.one(&["doc", "send-off", &document]);
    assert_eq!(
        (text(&plan, "/relies_on/0/holds"), text(&plan, "/to")),
        ("never", "marta@reports.example")
    );
    assert_eq!(plan["clocks"], json!(["First response"]));
    let plan = ctl.one(&["doc", "send-off", &document, "--recheck"]);
    assert_eq!(text(&plan, "/relies_on/0/holds"), "yes");
    ctl.ok(&["offline", "on"]);
    assert_eq!(ctl.one(&["doc", "send-off", &document])["offline"], true);
    ctl.ok(&["offline", "off"]);

    let capture = ctl.file("capture.txt", "what was seen");
    let evidence = text(&ctl.one(&["evidence", "add", case, &capture]), "/id").to_owned();
    let draft = ctl.path("draft.eml");
    let written =
        ctl.one(&["doc", "send-off", &document, "--attach-evidence", &evidence, "-o", &draft]);
    let eml = fs::read_to_string(&draft).unwrap();
    assert!(eml.contains("multipart/mixed") && eml.contains("capture.txt"), "{eml}");
    assert!(eml.contains(&format!("Message-ID: <{}>", text(&written, "/message_id"))));
    let custody = ctl.one(&["evidence", "list", case]).to_string();
    assert!(custody.contains("for marta@reports.example"), "{custody}");

    let wrong = ctl.refused(&["doc", "sent", &document, "--at", "2030-01-01T00:00:00Z"]);
    assert!(wrong.contains("to come"), "{wrong}");
    ctl.ok(&["doc", "sent", &document, "--answer-by", "2030-01-01T00:00:00Z"]);
    let shown = ctl.one(&["case", "show", case]);
    assert_eq!(text(&shown, "/case/facts/status"), "waiting");
    let back = ctl.file("answer.eml", answer(text(&written, "/message_id")));
    let imported = ctl.one(&["import", &back]);
    assert_eq!(text(&imported, "/answers/document"), document);
    let shown = ctl.one(&["case", "show", case]);
    assert_eq!(text(&shown, "/case/facts/status"), "investigating");
    assert_eq!(shown["reports"].as_array().unwrap().len(), 2);
    ctl.ok(&["journal", "verify"]);
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[tokio::test]
async fn by_keyboard_a_response_is_looked_at_sent_off_and_answered() {
    let dns = Dns::start(sample_zone()).unwrap();
    let files = tempfile::tempdir().unwrap();
    let open = files.path().join("report.txt");
    fs::write(&open, WORDS).unwrap();
    let window = Window::open(Picks { open: open.clone() }).await;
    let own = json!({ "offline": false, "resolver": dns.addr.to_string() });
    fs::write(window.dir.path().join("vault/leaving.json"), own.to_string()).unwrap();
    window.make_vault().await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("Nothing waits for you").await;
    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("kept byte for byte").await;
    window.tab_to("report-consent-not_asked").await;
    window.press(&[], Key::Up.into()).await;
    window.press(&[], Key::Up.into()).await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.choose("document-template", "Acknowledge to the reporter").await;
    window.enter_on("document-new").await;
    window.wait_for("[data-test=preview-page]").await;
    window.press(&[Key::Alt], 's').await;
    window.wait_for("[data-test=send-off]").await;
    window.wait_for_text("What it relies on").await;
    if window.text().await.contains("Never looked up") {
        window.enter_on("relied-again").await;
        window.wait_for_text("Still holds").await;
    }
    window.painted().await;
    window.picture("send-off").await;
    let mut barriers = window.barriers("sending off").await;
    window.enter_on("send-off-mail").await;
    window.wait_for("[data-test=send-off-written]").await;
    let draft = fs::read_to_string(window.dir.path().join("opened")).unwrap();
    let eml = fs::read_to_string(draft).unwrap();
    let message_id = eml.lines().find_map(|it| it.strip_prefix("Message-ID: <")).unwrap();
    let message_id = message_id.trim_end_matches('>');
    window.choose("sent-answer", "Three days").await;
    window.painted().await;
    window.picture("send-off-written").await;
    window.enter_on("sent-confirm").await;
    window.wait_for_text("Sent by mail").await;
    window.painted().await;
    window.picture("sent").await;
    barriers.extend(window.barriers("a response that was sent").await);

    fs::write(&open, answer(message_id)).unwrap();
    window.wait_for("body:not(:has([role=dialog]))").await;
    window.press(&[], Key::Escape.into()).await;
    window.go('q').await;
    window.wait_for("[data-test=queue-row]").await;
    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("it is on that case now").await;
    window.press(&[], 'o').await;
    window.wait_for("[data-test=case-reference]").await;
    window.wait_for_text("Answer to their reply").await;
    window.painted().await;
    window.picture("answered").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
