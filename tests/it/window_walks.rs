//! Both walks by keyboard in the real window.

use std::{fs, path::PathBuf};

use fantoccini::key::Key;
use farol_practice::{Dns, sample_zone};

use crate::{
    ctl::{INVESTIGATOR, mail},
    pdf,
    window::{Picks, Window},
};

async fn new_desk() -> Window {
    Window::new_desk(Picks { open: PathBuf::from(mail("phishing.eml")) }).await
}

/// Presses `n` once the next step is what it should be.
async fn next(window: &Window, label: &str) {
    window.wait_for_text(label).await;
    window.press(&[], 'n').await;
}

#[tokio::test]
async fn report_to_response_by_keyboard() {
    let dns = Dns::start(sample_zone()).unwrap();
    let window = new_desk().await;

    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("Phishing against Harbour Bank").await;
    window.wait_for_text("kept byte for byte").await;
    window.picture("report").await;
    window.tab_to("report-consent-not_asked").await;
    window.press(&[], Key::Up.into()).await;
    window.press(&[], Key::Up.into()).await;
    window.choose("case-severity", "High").await;
    window.fill("case-severity-reason", "Passwords are being taken").await;
    window.enter_on("case-open").await;

    next(&window, "Look up who provides what").await;
    window.fill("lookup-resolver", &dns.addr.to_string()).await;
    // Somebody repeats what is there, and writes to a person, not only to a machine.
    let pasted = "www[.]northwind-shop[.]example, moor@gannet-mail[.]example, and look at it";
    window.tab_back_to("lookup-host").await;
    window.type_text(pasted).await;
    window.wait_for_text("about 5 hosts").await;
    window.wait_for("[data-test=lookup-refused]").await;
    window.picture("lookup").await;
    window.press(&[Key::Control], Key::Enter.into()).await;
    window.wait_for_text("The name has no address; we take its mail.").await;
    window.wait_for_focus("lookup-open").await;
    window.wait_for("[data-test=whom-to-tell]").await;
    window.picture("case-looked-up").await;
    window.enter_on("why").await;
    window.wait_for("[data-test=answer]").await;
    window.enter_on("message-save").await;
    window.wait_for_text("Message saved.").await;
    let saved = std::fs::read_dir(window.exported("")).unwrap().map(|it| it.unwrap().path());
    let saved: Vec<_> = saved.filter(|it| it.extension().is_some_and(|it| it == "dns")).collect();
    assert_eq!(saved.len(), 1, "the message as it came, and nothing beside it");
    window.picture("evidence").await;
    assert_eq!(window.barriers("what a verdict rests on").await, [""; 0]);

    next(&window, "Record a decision").await;
    window.wait_for_focus("decision-what").await;
    window.type_text("Show a warning page on the reported URLs").await;
    window.fill("decision-reason", "They copy the bank's login form").await;
    window.enter_on("decision-save").await;

    next(&window, "Carry the decision out").await;
    window.wait_for_focus("mitigation-what").await;
    window.type_text("phishing interstitial").await;
    window.enter_on("mitigation-save").await;
    window.wait_for("[data-test=mitigation-activate]").await;
    window.press(&[], 'n').await;
    window.wait_for_focus("mitigation-activate").await;
    window.press(&[], Key::Enter.into()).await;

    next(&window, "Settle the targets").await;
    window.wait_for_focus("target-outcome").await;
    loop {
        window.choose_here("Mitigated").await;
        window.press(&[], Key::Tab.into()).await;
        window.tab_to_any(&["target-outcome", "lookup-open"]).await;
        if window.focused().await == "lookup-open" {
            break;
        }
    }
    window.picture("case-settled").await;
    let reference = window
        .value("return document.querySelector('[data-test=case-reference]').innerText;")
        .await;

    next(&window, "Write to the reporter").await;
    window.wait_for("[data-test=preview-page]").await;
    window.picture("response").await;
    window.enter_on("export-eml").await;
    let eml = window.wait_for_file(&format!("{reference}-response.eml")).await;
    let eml = fs::read_to_string(eml).unwrap();
    assert!(eml.contains("In-Reply-To: <20261123.0811.77@harbour-bank.example>"), "{eml}");
    window.enter_on("export-text").await;
    let text = window.wait_for_file(&format!("{reference}-response.txt")).await;
    assert!(fs::read_to_string(text).unwrap().contains("hxxp"), "shown defanged");
    window.enter_on("sent-open").await;
    window.enter_on("sent-confirm").await;
    window.wait_for_text("Sent by mail").await;

    window.enter_on("document-case").await;
    window.wait_for_text("In time").await;
    next(&window, "Close the case").await;
    window.wait_for_text("status Triaged → Closed").await;
    window.picture("case-closed").await;
    window.close().await;
}

const INTERNAL: &str = "Rule seven matched the word harbour in every path.";
const FOR_ACME: &str = "Your shop answered with a warning page for fifty minutes.";
const OTHER: &str = "Borealis Outfitters";

#[tokio::test]
async fn mistake_to_trust_by_keyboard() {
    let window = new_desk().await;

    window.paste_report("Sales: Acme Lanterns is down since 02:10, we block them!").await;
    window.choose("case-category", "Our mistake").await;
    window.choose("case-severity", "Critical").await;
    window.enter_on("case-open").await;

    next(&window, "Record the customer's account").await;
    window.wait_for_focus("account-id").await;
    for (id, name) in [("acme", "Acme Lanterns"), ("borealis", OTHER)] {
        window.fill("account-id", id).await;
        window.fill("account-name", name).await;
        window.enter_on("account-save").await;
        window.wait_for_text(name).await;
    }
    window.tab_to("account-save").await;
    let reference = window
        .value("return document.querySelector('[data-test=case-reference]').innerText;")
        .await;

    next(&window, "Begin the root-cause analysis").await;
    window.wait_for("[data-test=preview-page]").await;
    window.picture("analysis").await;
    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    window.type_text(&format!("{INTERNAL} {OTHER} was hit too.")).await;
    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    window.type_text(FOR_ACME).await;
    window.tab_back_to("block-audience").await;
    window.choose_here("Customer acme").await;
    window.press(&[Key::Control], 's').await;
    window.wait_for_text("Saved ").await;

    window.choose("export-audience", "Customer acme").await;
    window.enter_on("export-pdf").await;
    let customer = window.wait_for_file(&format!("{reference}-root-cause-analysis.pdf")).await;
    assert!(pdf::page_text(&customer).contains(FOR_ACME));
    let all = pdf::everything(&customer);
    for absent in [INTERNAL, OTHER, "borealis", "rule seven", INVESTIGATOR] {
        assert!(!all.contains(&absent.to_lowercase()), "{absent:?} is in the customer's file");
    }
    window.picture("analysis-customer").await;

    window.choose("export-audience", "Team only").await;
    window.enter_on("export-pdf").await;
    let internal =
        window.wait_for_file(&format!("{reference}-root-cause-analysis-internal-team.pdf")).await;
    let inside = pdf::page_text(&internal);
    assert!(inside.contains(INTERNAL) && inside.contains(FOR_ACME) && inside.contains(OTHER));

    window.enter_on("document-case").await;
    window.choose("document-template", "Executive readout, one page").await;
    window.enter_on("document-new").await;
    window.wait_for("[data-test=document-saved]").await;
    window.wait_for("[data-test=preview-page]").await;
    window.picture("readout").await;
    window.enter_on("export-pdf").await;
    let readout = window.wait_for_file(&format!("{reference}-readout-exec.pdf")).await;
    assert_eq!(pdf::n_pages(&readout), 1);
    window.close().await;
}
