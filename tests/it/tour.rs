//! The sample desk and its tour, by one key, in the real window.
//!
//! `make run` without a display is this walk: with `FAROL_PICTURES` it leaves pictures of every
//! screen, with `FAROL_KEEP` the files that were exported.

use std::{env, fs, path::PathBuf};

use fantoccini::key::Key;

use crate::{
    pdf,
    window::{Picks, Window},
};

async fn settle(window: &Window, text: &str) {
    window.wait_for_text(text).await;
    window.painted().await;
}

#[tokio::test]
async fn the_tour_does_the_job_on_the_sample_desk() {
    let window = Window::open(Picks { open: PathBuf::new() }).await;
    let mut barriers = Vec::new();
    window.wait_for_focus("start-name").await;
    window.painted().await;
    window.picture("01-start").await;
    barriers.extend(window.barriers("start").await);
    window.press(&[], Key::F2.into()).await;
    settle(&window, "Practice desk").await;
    window.wait_for("[data-test=queue-row]").await;
    window.painted().await;
    window.picture("02-queue").await;

    let steps: [(&str, &str); 10] = [
        ("kept byte for byte", "03-report"),
        ("3 of 10", "04-consent"),
        ("Who provides what", "05-case"),
        ("answers are kept as evidence", "06-who-provides-what"),
        ("Phishing warning page", "07-decision"),
        ("7 of 10", "08-settled"),
        ("What this reader gets", "09-answer"),
        ("Written: ", "10-answer-saved"),
        ("Root-cause analysis", "11-analysis"),
        ("all as they were written", "12-record"),
    ];
    for (n, (says, picture)) in steps.into_iter().enumerate() {
        window.wait_for_text(&format!("{} of 10", n + 1)).await;
        window.press(&[], Key::F8.into()).await;
        settle(&window, says).await;
        if ["09-answer", "11-analysis"].contains(&picture) {
            window.wait_for("[data-test=preview-page]").await;
            window.painted().await;
        }
        window.picture(picture).await;
        barriers.extend(window.barriers(picture).await);
    }
    window.wait_for_text("That is the whole job").await;

    let exports = window.dir.path().join("exports");
    let mut written: Vec<_> =
        fs::read_dir(&exports).unwrap().map(|it| it.unwrap().path()).collect();
    written.sort();
    assert_eq!(written.len(), 2, "the file and its certificate: {written:?}");
    assert!(pdf::n_pages(&written[0]) >= 1);

    // Left, and resumed from the palette.
    window.enter_on("tour-leave").await;
    window.press(&[], 'g').await;
    window.press(&[], 'c').await;
    settle(&window, "Cases").await;
    window.picture("13-cases").await;
    barriers.extend(window.barriers("13-cases").await);
    window.press(&[], 'g').await;
    window.press(&[], 'd').await;
    settle(&window, "Documents").await;
    window.picture("14-documents").await;
    barriers.extend(window.barriers("14-documents").await);
    window.press(&[Key::Control], 'k').await;
    window.wait_for_focus("palette-input").await;
    window.type_text("60 phishing").await;
    window.press(&[], Key::Enter.into()).await;
    settle(&window, "Kelp Hosting").await;
    window.picture("17-bank-list").await;
    barriers.extend(window.barriers("17-bank-list").await);
    window.press(&[], 'l').await;
    window.wait_for("[role=dialog]").await;
    window.painted().await;
    window.picture("18-look-up").await;
    barriers.extend(window.barriers("18-look-up").await);
    window.close_dialog().await;
    window.press(&[], 'g').await;
    window.press(&[], 'q').await;
    window.wait_for("[data-test=queue-row]").await;
    window.press(&[Key::Control, Key::Shift], 'V').await;
    window.wait_for("[role=dialog]").await;
    window.painted().await;
    window.picture("19-paste").await;
    barriers.extend(window.barriers("19-paste").await);
    window.close_dialog().await;
    window.press(&[], '?').await;
    window.wait_for("[data-test=key-sheet]").await;
    window.painted().await;
    window.picture("15-keys").await;
    barriers.extend(window.barriers("15-keys").await);
    window.press(&[], Key::Escape.into()).await;
    window.press(&[Key::Control], 'k').await;
    window.wait_for_focus("palette-input").await;
    window.type_text("hosting after:2026-01-01").await;
    window.wait_for("[data-test=search-hit] mark").await;
    window.painted().await;
    window.picture("20-search").await;
    barriers.extend(window.barriers("20-search").await);
    window.close_dialog().await;
    window.press(&[Key::Control], 'k').await;
    window.wait_for_focus("palette-input").await;
    window.type_text("tour again").await;
    window.painted().await;
    window.picture("16-palette").await;
    barriers.extend(window.barriers("16-palette").await);
    window.press(&[], Key::Enter.into()).await;
    window.wait_for_text("1 of 10").await;

    assert!(barriers.is_empty(), "{barriers:#?}");

    if let Some(keep) = env::var_os("FAROL_KEEP").map(PathBuf::from) {
        let theirs = window.dir.path().join("vault/practice/exports");
        for folder in [exports, theirs] {
            for file in fs::read_dir(folder).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), keep.join(file.file_name())).unwrap();
            }
        }
    }
    window.close().await;
}
