//! What leaves, by keyboard: offline with one key, a look-up that waits, a covert case.

use std::path::PathBuf;

use fantoccini::key::Key;

use crate::{
    ctl::mail,
    window::{Picks, Window},
};

#[tokio::test]
async fn offline_a_look_up_waits_and_nothing_about_a_covert_case_leaves() {
    let window = Window::new_desk(Picks { open: PathBuf::from(mail("phishing.eml")) }).await;
    window.press(&[Key::Control], 'o').await;
    window.wait_for_text("Phishing against Harbour Bank").await;
    window.enter_on("case-open").await;
    window.wait_for("[data-test=case-reference]").await;
    window.press(&[Key::Control, Key::Shift], 'X').await;
    window.wait_for_text("Offline: nothing leaves").await;

    window.press(&[], 'l').await;
    window.fill("lookup-host", "3f9a1c77be02.harbour-verify.test").await;
    window.wait_for("[data-test=lookup-telling]").await;
    window.painted().await;
    window.picture("lookup-offline").await;
    let mut barriers = window.barriers("look-up while offline").await;
    window.enter_on("lookup-wait").await;
    window.wait_for_text("1 look-up waits").await;

    window.press(&[], 'g').await;
    window.press(&[], 'x').await;
    window.wait_for("[data-test=waiting]").await;
    window.painted().await;
    window.picture("leaving").await;
    window.choose("resolver-own-known", "Quad9 without filter, over TLS").await;
    window.wait_for_text("tls://dns10.quad9.net#9.9.9.10 is asked from now on").await;
    barriers.extend(window.barriers("what leaves").await);
    window.enter_on("waiting-forget").await;
    window.wait_for_text("Nothing waits").await;
    window.press(&[Key::Control, Key::Shift], 'X').await;
    window.wait_for_text("Online when you ask").await;
    window.picture("leaving-online").await;

    window.press(&[], Key::Escape.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.choose("case-held", "Covert: hidden, and nothing about it leaves this computer").await;
    window.wait_for_text("Nothing about this case leaves any more").await;
    window.press(&[], Key::Escape.into()).await;
    window.press(&[], 'l').await;
    window.wait_for("[data-test=lookup-forbidden]").await;
    window.painted().await;
    window.picture("lookup-covert").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}

#[tokio::test]
async fn what_lies_deeper_and_team_cymru_is_asked_by_keyboard_after_saying_who_sees_it() {
    let window = Window::open(Picks { open: PathBuf::new() }).await;
    window.wait_for_focus("start-name").await;
    window.press(&[], Key::F2.into()).await;
    window.wait_for("[data-test=queue-row]").await;
    window.press(&[], 'g').await;
    window.press(&[], 'x').await;
    window.tab_to("source-cymru").await;
    window.press(&[], ' ').await;
    window.wait_for("[data-test=source-cymru]:checked").await;
    window.painted().await;
    window.picture("leaving-cymru").await;
    window.press(&[], 'g').await;
    window.press(&[], 'c').await;
    window.wait_for("[data-test=case-row]").await;
    window.press(&[], Key::Enter.into()).await;
    window.wait_for("[data-test=case-reference]").await;
    window.press(&[], 'l').await;
    window.wait_for("[data-test=lookup-plan]").await;
    window.wait_for("[data-test=lookup-cymru]").await;
    window.painted().await;
    window.picture("lookup-cymru").await;
    window.enter_on("lookup-deeper").await;
    window.fill("lookup-selectors", "s1").await;
    window.tab_to("lookup-authorities").await;
    window.press(&[], ' ').await;
    window.tab_to("lookup-trace").await;
    window.press(&[], ' ').await;
    window.wait_for("[data-test=lookup-seen-directly]").await;
    window.painted().await;
    window.picture("lookup-deeper").await;
    let barriers = window.barriers("look-up, deeper").await;
    window.enter_on("lookup-send").await;
    window.wait_for_text("answers are kept as evidence").await;
    assert!(barriers.is_empty(), "{barriers:#?}");
    window.close().await;
}
