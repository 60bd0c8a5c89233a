//! Lookup lists, from a script and by keyboard: two thousand names, stopped, taken up again after a
//! restart, filtered, grouped and exported.

use std::{fs, path::PathBuf};

use fantoccini::key::Key;
use farol_practice::{Dns, sample_zone};

use crate::{
    ctl::{Ctl, text},
    window::{Picks, Window},
};

/// A phisher's three, one that dangles, one of ours, one that looks made for one reader, and many that do
/// not exist.
fn names(n: usize) -> String {
    let mut names = String::from(
        "hxxps://login[.]harbour-bank[.]example/x\nharbour-bank-verify.test\nsecure-harbour-bank.test\n\
         harbour-bank-login.test\nbeta.sandpiper-labs.example\nportal.granite-freight.example\n\
         3f9a1c77be02.quiet-cove.test\n",
    );
    for n in 7..n {
        names.push_str(&format!("n{n}.quiet-cove.test\n"));
    }
    names.push_str("not a host\n");
    names
}

#[test]
fn a_list_is_made_stopped_taken_up_grouped_and_exported() {
    let ctl = Ctl::with_vault();
    let dns = Dns::start(sample_zone()).unwrap();
    let resolver = dns.addr.to_string();
    let file = ctl.file("names.txt", names(600));
    let start =
        ["lookup-list", "start", "--file", &file, "--resolver", &resolver, "--at-most", "100"];
    let made = ctl.one(&start);
    let id = text(&made, "/id").to_owned();
    assert_eq!((text(&made, "/state"), text(&made, "/title")), ("paused", "600 names"));
    assert_eq!(made["n_refused"], 1);
    assert_eq!(made["dns"]["n_done"], 100);

    let done = ctl.one(&["lookup-list", "resume", &id]);
    assert_eq!((text(&done, "/state"), done["dns"]["n_done"].as_u64()), ("done", Some(600)));
    assert_eq!(ctl.ok(&["lookup-list", "list"]).len(), 1);
    let dangling = ctl.ok(&["lookup-list", "names", &id, "--filter", "outcome:dangling"]);
    assert_eq!(text(&dangling[0], "/name/name"), "beta.sandpiper-labs.example");
    let groups = ctl.ok(&["lookup-list", "groups", &id, "--by", "address"]);
    assert_eq!(
        (text(&groups[0], "/label"), groups[0]["n_names"].as_u64()),
        ("203[.]0[.]113[.]166", Some(3))
    );

    for (name, lines) in [("out.csv", Some(601)), ("out.jsonl", Some(600)), ("out.xlsx", None)] {
        let path = ctl.path(name);
        assert_eq!(ctl.one(&["lookup-list", "export", &id, &path])["n_names"], 600);
        let bytes = fs::read(&path).unwrap();
        if let Some(lines) = lines {
            assert_eq!(String::from_utf8(bytes).unwrap().lines().count(), lines, "{name}");
        }
    }
    assert!(ctl.refused(&["lookup-list", "export", &id, &ctl.path("out.doc")]).contains("format"));

    let clusters = ctl.ok(&["connections", "--list", &id]);
    let said = text(&clusters[0], "/sentence");
    assert!(said.starts_with("These 3 hosts look like one actor, because all 3 lead to"), "{said}");
    ctl.ok(&["lookup-list", "forget", &id]);
    assert!(ctl.refused(&["lookup-list", "show", &id]).contains("lookup list"));
    ctl.ok(&["vault", "rebuild", "--check"]);
}

#[test]
fn offline_the_names_of_a_file_wait_as_a_list() {
    let ctl = Ctl::with_vault();
    let dns = Dns::start(sample_zone()).unwrap();
    let resolver = dns.addr.to_string();
    ctl.ok(&["case", "open", "--title", "Kelp", "--category", "phishing", "--severity", "low"]);
    ctl.ok(&["offline", "on"]);
    let file = ctl.file("names.txt", "secure-harbour-bank.test\nquiet-cove.test\n");
    let look = ["lookup", "--file", &file, "--resolver", &resolver, "--case", "ESC-2026-0001"];
    let waits = ctl.one(&look);
    assert_eq!((text(&waits, "/state"), waits["dns"]["n_done"].as_u64()), ("waiting", Some(0)));
    assert_eq!(ctl.ok(&["lookup", "waiting"]).len(), 1);
    assert!(ctl.ok(&["lookup", "ledger"]).is_empty(), "nothing left");
    let id = text(&waits, "/id");
    assert!(ctl.refused(&["lookup-list", "resume", id]).contains("offline"));
    ctl.ok(&["offline", "off"]);
    let sent = ctl.ok(&["lookup", "send-waiting"]);
    assert_eq!(text(sent.last().unwrap(), "/state"), "done");
    assert!(ctl.ok(&["lookup", "waiting"]).is_empty());
    let left = ctl.ok(&["lookup", "ledger"]);
    assert!(left.len() > 15 && left.iter().all(|it| text(it, "/reference") == "ESC-2026-0001"));
}

#[test]
fn look_alikes_are_made_and_judged_without_a_vault() {
    let ctl = Ctl::empty();
    let made = ctl.ok(&["lookalikes", "harbour-bank.example", "--kind", "ending"]);
    assert!(made.iter().any(|it| it == "harbour-bank.com"), "{made:?}");
    let counts = ctl.ok(&["lookalikes", "harbour-bank.example", "--count"]);
    assert!(counts.len() > 10 && counts.iter().all(|it| it["n_names"].as_u64() > Some(0)));
    let judge = ["lookalikes", "harbour-bank.example", "--judge", "harb0ur-bank[.]test"];
    let judged = ctl.one(&[judge.as_slice(), &["--judge", "kelp.test"]].concat());
    assert_eq!(text(&judged, "/name"), "harb0ur-bank.test");
    assert!(ctl.refused(&["lookalikes", "192.0.2.7"]).contains("brand"));
}

#[tokio::test]
async fn two_thousand_names_are_stopped_and_taken_up_filtered_grouped_and_exported_by_keyboard() {
    let folder = tempfile::tempdir().unwrap();
    let n = std::env::var("FAROL_NAMES").map_or(2000, |it| it.parse().unwrap());
    let file = folder.path().join("names.txt");
    fs::write(&file, names(n)).unwrap();
    let window = Window::open(Picks { open: file }).await;
    sample_desk(&window).await;
    go_to_lookups(&window).await;
    window.wait_for_text("No list yet").await;
    window.picture("lookups-empty").await;
    window.press(&[], 'n').await;
    window.wait_for_focus("list-names").await;
    window.type_text("hxxps://login[.]harbour-bank[.]example/x\n").await;
    window.enter_on("list-file").await;
    window.wait_for("[data-test=list-telling]").await;
    window.painted().await;
    window.picture("list-new").await;
    let mut barriers = window.barriers("a new list").await;
    window.enter_on("list-options").await;
    window.fill("list-rate", "1500").await;
    window.wait_for_text("1500 a second").await;
    window.enter_on("list-send").await;

    window.wait_for("[data-test=list-pause]").await;
    wait_until(&window, DONE, |done| done > 0 && done < usize::MAX).await;
    window.press(&[], 'p').await;
    window.wait_for_text("Paused").await;
    let before = number(&window.value(DONE).await);
    assert!(before < n, "{before} of {n} when it was paused");
    window.picture("list-paused").await;

    // Locking closes the vault: what goes on afterwards goes on after a restart.
    window.press(&[Key::Control, Key::Alt], 'L').await;
    window.wait_for_focus("start-name").await;
    sample_desk(&window).await;
    go_to_lookups(&window).await;
    window.wait_for("[data-test=list-row]").await;
    window.picture("lookups").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=list-resume]").await;
    window.press(&[], 'r').await;
    window.wait_for_text("Done").await;
    assert_eq!(number(&window.value(DONE).await), n);
    window.painted().await;
    window.picture("list-done").await;
    barriers.extend(window.barriers("a list").await);

    window.press(&[], 'f').await;
    window.wait_for_focus("names-words").await;
    window.type_text("harbour[.]").await;
    wait_until(&window, COUNT, |it| it == 0).await;
    window.press(&[], Key::Escape.into()).await;
    window.press(&[], Key::Escape.into()).await;
    window.choose("names-outcome", "Resolves").await;
    wait_until(&window, COUNT, |it| it > 0 && it < 20).await;
    window.choose("names-by", "Address").await;
    window.wait_for("[data-test=group]").await;
    window.tab_to("group").await;
    window.press(&[], Key::Enter.into()).await;
    wait_until(&window, COUNT, |it| it == 3).await;
    window.tab_to("name-row").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=name-detail]").await;
    window.wait_for_text("answers").await;
    window.painted().await;
    window.picture("list-grouped").await;
    barriers.extend(window.barriers("a name of a list").await);
    window.enter_on("export-csv").await;
    let csv = window.wait_for_file(&format!("{n}-names.csv")).await;
    assert_eq!(fs::read_to_string(csv).unwrap().lines().count(), 4, "three names and the heading");
    window.enter_on("export-xlsx").await;
    window.wait_for_file(&format!("{n}-names.xlsx")).await;

    window.tab_to("list-connections").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=cluster]").await;
    window.wait_for_text("look like one actor").await;
    window.painted().await;
    window.picture("list-connections").await;
    barriers.extend(window.barriers("connections").await);
    window.tab_to("cluster-open").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=cluster-graph][data-drawn=true]").await;
    window.tab_to("cluster-part").await;
    window.press(&[], Key::Down.into()).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=cluster-part][aria-pressed=true]").await;
    assert_eq!(
        window.value(NEAR).await,
        "4",
        "the second thing shared, and the three hosts that show it"
    );
    window.painted().await;
    window.picture("list-graph").await;
    barriers.extend(window.barriers("the picture of a group").await);
    window.enter_on("list-judge").await;
    window.fill("brand", "harbour-bank.example").await;
    window.enter_on("judge-run").await;
    window.wait_for("[data-test=judged]").await;
    window.painted().await;
    window.picture("list-judged").await;
    barriers.extend(window.barriers("look-alikes of a list").await);
    window.close_dialog().await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}

#[tokio::test]
async fn a_case_finds_the_others_it_touches_and_a_brand_its_look_alikes_by_keyboard() {
    let window = Window::open(Picks { open: PathBuf::new() }).await;
    sample_desk(&window).await;
    go_to_lookups(&window).await;
    window.press(&[], 'a').await;
    window.fill("brand", "harbour-bank.example").await;
    window.wait_for("[data-test=brand-list]").await;
    window.tab_to("judge-names").await;
    for name in ["harb0ur-bank[.]test", "kelp.test", "secure-harbour-bank.test"] {
        window.type_text(name).await;
        window.press(&[], Key::Enter.into()).await;
    }
    window.enter_on("judge-run").await;
    window.wait_for_text("2 of 3 names look like it").await;
    window.painted().await;
    window.picture("lookalikes").await;
    let mut barriers = window.barriers("look-alikes").await;
    window.enter_on("brand-list").await;
    window.wait_for_text("questions about").await;
    window.painted().await;
    window.picture("lookalikes-list").await;
    window.close_dialog().await;

    window.press(&[], 'g').await;
    window.press(&[], 'c').await;
    window.wait_for("[data-test=case-row]").await;
    window.press(&[], 'f').await;
    window.wait_for_focus("list-words").await;
    window.type_text("harbour bank").await;
    window.painted().await;
    window.press(&[], Key::Enter.into()).await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.enter_on("touches-open").await;
    window.wait_for_text("open cases were compared").await;
    window.painted().await;
    window.picture("case-touches").await;
    barriers.extend(window.barriers("other cases it touches").await);
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}

async fn sample_desk(window: &Window) {
    window.wait_for_focus("start-name").await;
    window.press(&[], Key::F2.into()).await;
    window.wait_for("[data-test=queue-row]").await;
}

async fn go_to_lookups(window: &Window) {
    window.press(&[], 'g').await;
    window.press(&[], 'l').await;
    window.wait_for("[data-test=list-new]").await;
}

/// How many lines of a group belong to the chosen one, itself included.
const NEAR: &str = "return document.querySelectorAll('[data-near=true]').length + ''";
/// How many names were asked about.
const DONE: &str = "return document.querySelector('[data-test=list-stages] progress')?.value + ''";
/// How many names the table has.
const COUNT: &str = "return document.querySelector('[data-test=names-count]')?.textContent ?? ''";

fn number(text: &str) -> usize {
    text.trim().replace(',', "").parse().unwrap_or(usize::MAX)
}

async fn wait_until(window: &Window, script: &str, is_right: impl Fn(usize) -> bool) {
    for _ in 0..2000 {
        if is_right(number(&window.value(script).await)) {
            return;
        }
        window.painted().await;
    }
    window.picture("never-so").await;
    panic!("it stays {:?}", window.value(script).await);
}
