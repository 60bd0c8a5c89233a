//! An analysis, written from a case by keyboard in the real window, leaves for three readers.

use std::{fs, path::PathBuf};

use fantoccini::key::Key;

use crate::{
    pdf,
    window::{Picks, Window},
};

const FOR_ACME: &str = "Your shop answered with a warning page for fifty minutes.";
const FOR_BOREALIS: &str = "Your catalogue was slow for nine minutes.";
const INTERNAL: &str = "Rule seven matched the word harbour in every path.";

/// Presses `n` once the next step is what it should be.
async fn next(window: &Window, label: &str) {
    window.wait_for_text(label).await;
    window.press(&[], 'n').await;
}

/// A case of our own mistake with two customers, and its analysis open.
async fn analysis(window: &Window) -> String {
    window.paste_report("Sales: Acme Lanterns is down since 02:10, we block them!").await;
    window.choose("case-category", "Our mistake").await;
    window.choose("case-severity", "Critical").await;
    window.enter_on("case-open").await;
    next(window, "Record the customer's account").await;
    window.wait_for_focus("account-id").await;
    for (id, name) in [("acme", "Acme Lanterns"), ("borealis", "Borealis Outfitters")] {
        window.fill("account-id", id).await;
        window.fill("account-name", name).await;
        window.enter_on("account-save").await;
        window.wait_for_text(name).await;
    }
    window.tab_to("account-save").await;
    let reference = window
        .value("return document.querySelector('[data-test=case-reference]').innerText;")
        .await;
    next(window, "Begin the root-cause analysis").await;
    window.wait_for("[data-test=preview-page]").await;
    reference
}

/// Exports for the reader with this label; the file is moved away, because outsiders' files have
/// the same name whoever they are.
async fn export(window: &Window, label: &str, name: &str) -> PathBuf {
    window.choose("export-audience", label).await;
    window.enter_on("export-pdf").await;
    let file = window.wait_for_file(name).await;
    let kept = file.with_file_name(format!("{}.pdf", label.replace(' ', "-")));
    fs::rename(&file, &kept).unwrap();
    kept
}

#[tokio::test]
async fn an_analysis_written_by_keyboard_leaves_for_three_readers() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    let reference = analysis(&window).await;
    let mut barriers = Vec::new();

    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    for (key, words) in [('4', FOR_ACME), ('5', FOR_BOREALIS)] {
        window.type_text(words).await;
        window.press(&[Key::Alt], key).await;
        window.press(&[], Key::Enter.into()).await;
    }
    window.press(&[Key::Alt], '1').await;
    window.type_text("/call").await;
    window.wait_for("[data-test=insert-menu]").await;
    window.picture("insert-menu").await;
    barriers.extend(window.barriers("insert menu").await);
    window.press(&[], Key::Enter.into()).await;
    window.type_text(INTERNAL).await;
    window.wait_for_text("Saved ").await;

    window.press(&[Key::Alt], 'm').await;
    window.tab_to("moment-pick").await;
    window.press(&[], ' ').await;
    window.picture("moments").await;
    barriers.extend(window.barriers("moments").await);
    window.enter_on("moments-add").await;
    window.wait_for("body:not(:has([role=dialog]))").await;

    window.press(&[Key::Alt], 't').await;
    window.wait_for_focus("editor").await;
    window.press(&[Key::Alt], 'c').await;
    window.wait_for_focus("comment-text").await;
    window.type_text("Who says fifty?").await;
    window.press(&[Key::Control], Key::Enter.into()).await;
    window.wait_for("[data-test=comment]").await;
    window.press(&[Key::Alt], 't').await;
    window.tab_back_to("block-history").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=history] li").await;
    window.picture("history").await;
    barriers.extend(window.barriers("history").await);
    window.close_dialog().await;

    // The dialog is the system's; what would go to it is looked at here.
    let stand_in = "window.print = () => { const sheets = document.querySelectorAll('.sheets img'); \
         document.documentElement.dataset.printed = document.title + ' ' + sheets.length; };";
    window.value(&format!("{stand_in} return '';")).await;
    window.choose("export-audience", "Customer acme").await;
    window.press(&[Key::Control], 'p').await;
    window.wait_for("html[data-printed]").await;
    let printed = window.value("return document.documentElement.dataset.printed;").await;
    assert!(printed.starts_with(&format!("{reference}-root-cause-analysis ")), "{printed}");

    let outside = format!("{reference}-root-cause-analysis.pdf");
    let inside = format!("{reference}-root-cause-analysis-internal-team.pdf");
    let acme = export(&window, "Customer acme", &outside).await;
    window.picture("analysis-three").await;
    barriers.extend(window.barriers("analysis").await);
    let borealis = export(&window, "Customer borealis", &outside).await;
    let team = export(&window, "Team only", &inside).await;

    assert!(pdf::page_text(&acme).contains(FOR_ACME));
    assert!(pdf::page_text(&borealis).contains(FOR_BOREALIS));
    let team = pdf::page_text(&team);
    for words in [FOR_ACME, FOR_BOREALIS, INTERNAL] {
        assert!(team.contains(words), "{words}");
    }
    let absent = [(&acme, FOR_BOREALIS, "borealis"), (&borealis, FOR_ACME, "acme lanterns")];
    for (file, theirs, name) in absent {
        let all = pdf::everything(file);
        for words in [theirs, name, INTERNAL, "Who says fifty"] {
            assert!(!all.contains(&words.to_lowercase()), "{words:?} is in {}", file.display());
        }
    }
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}

#[tokio::test]
async fn the_pages_follow_whoever_writes_until_they_are_turned() {
    let window = Window::new_desk(Picks { open: PathBuf::new() }).await;
    analysis(&window).await;
    window.choose("export-audience", "Team only").await;
    window.enter_on("block-add").await;
    window.wait_for_focus("editor").await;
    for _ in 0..6 {
        window.type_text(&format!("{INTERNAL} {FOR_ACME} {FOR_BOREALIS} ").repeat(5)).await;
        window.press(&[], Key::Enter.into()).await;
    }
    window.type_text("The last words.").await;
    // The page with the caret is painted and in sight; the first one is above.
    let above = "document.querySelector('[data-test=pages]').scrollTop > 200";
    let in_sight = format!("return {above} ? 'follows' : 'stays';");
    while window.value(&in_sight).await != "follows" {
        window.painted().await;
    }
    assert!(!window.text().await.contains("You write on page"));
    window.picture("pages-follow").await;

    window.tab_to("pages").await;
    window.press(&[], Key::Home.into()).await;
    window.wait_for("[data-test=pages-stay]").await;
    window.wait_for_text("You write on page").await;
    window.picture("pages-stay").await;
    let barriers = window.barriers("pages stay").await;
    window.press(&[Key::Alt], 'p').await;
    window.wait_for("section.live:not(:has([data-test=pages-stay]))").await;
    while window.value(&in_sight).await != "follows" {
        window.painted().await;
    }
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
