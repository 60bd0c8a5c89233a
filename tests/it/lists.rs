//! The queue and the list of cases, filtered and sorted from a script and by keyboard.

use std::path::PathBuf;

use fantoccini::key::Key;

use crate::{
    ctl::{Ctl, case_number, text},
    window::{Picks, Window},
};

#[test]
fn lists_are_filtered_sorted_and_printed_in_parts() {
    let ctl = Ctl::with_vault();
    for (title, severity) in [("Pier page", "low"), ("Harbour page", "critical"), ("Lamp", "high")]
    {
        let open = ["case", "open", "--title", title, "--severity", severity];
        ctl.ok(&[open.as_slice(), &["--category", "phishing"]].concat());
    }
    ctl.ok(&["case", "set", case_number(3), "--status", "closed"]);
    let titles = |args: &[&str]| -> Vec<String> {
        ctl.ok(args).iter().map(|it| text(it, "/title").to_owned()).collect()
    };
    assert_eq!(titles(&["queue", "list"]), ["Harbour page", "Pier page"]);
    assert_eq!(titles(&["queue", "list", "--filter", "severity:low page"]), ["Pier page"]);
    assert_eq!(titles(&["queue", "list", "--sort", "opened", "--limit", "1"]), ["Harbour page"]);
    assert_eq!(titles(&["case", "list"]), ["Lamp", "Harbour page", "Pier page"]);
    assert_eq!(titles(&["case", "list", "--offset", "2"]), ["Pier page"]);
    assert_eq!(titles(&["case", "list", "--filter", "status:closed"]), ["Lamp"]);
    assert_eq!(titles(&["case", "list", "--filter", "assignee:me 0002"]), ["Harbour page"]);
    assert!(ctl.refused(&["case", "list", "--filter", "assignee:Nemo"]).contains("Nobody"));
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[tokio::test]
async fn the_list_of_cases_is_filtered_and_walked_by_keyboard() {
    let window = Window::open(Picks { open: PathBuf::new() }).await;
    window.wait_for_focus("start-name").await;
    window.press(&[], Key::F2.into()).await;
    window.wait_for("[data-test=queue-row]").await;
    let chosen = "document.querySelector('[aria-selected=true]')?.textContent ?? ''";
    let first = window.value(&format!("return {chosen}")).await;
    window.press(&[], Key::End.into()).await;
    window.painted().await;
    let last = window.value(&format!("return {chosen}")).await;
    assert_ne!(first, last);
    window.picture("queue-end").await;

    window.press(&[], 'g').await;
    window.press(&[], 'c').await;
    window.wait_for("[data-test=case-row]").await;
    window.press(&[], 'f').await;
    window.wait_for_focus("list-words").await;
    window.type_text("northwind").await;
    let count = "return document.querySelector('[data-test=cases-count]')?.textContent.trim()";
    wait_until(&window, count, |it| it.parse().is_ok_and(|n: u32| n > 0 && n < 10)).await;
    window.choose("list-severity", "Critical").await;
    window.painted().await;
    window.picture("cases-filtered").await;
    assert_eq!(window.barriers("cases, filtered").await, Vec::<String>::new());
    window.tab_back_to("list-words").await;
    window.press(&[], Key::Escape.into()).await;
    wait_until(&window, count, |it| it.parse().is_ok_and(|n: u32| n > 15)).await;
    window.press(&[], Key::Escape.into()).await;
    window.press(&[], 'j').await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.close().await;
}

async fn wait_until(window: &Window, script: &str, is_right: impl Fn(&str) -> bool) {
    for _ in 0..200 {
        if is_right(&window.value(script).await) {
            return;
        }
        window.painted().await;
    }
    panic!("it stays {:?}", window.value(script).await);
}
