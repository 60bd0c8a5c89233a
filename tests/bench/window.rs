//! The real window: from its start to its first screen, and its keys on a desk of 10 000 cases.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    key::Key,
    wd::{Capabilities, TimeoutConfiguration},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::{
    PASSPHRASE,
    figures::{measure, report},
};

/// The window that was built beside the bench.
pub(super) fn built() -> Option<PathBuf> {
    let program = std::env::current_exe().unwrap().with_file_name("farol");
    program.exists().then_some(program)
}

/// From starting the program to the first answer that its first screen got, beside the same window
/// with an empty page; both include the end of the process.
pub(super) fn first_screen(program: &Path) {
    let data = tempfile::tempdir().unwrap();
    let run = |until: &str| {
        let status = Command::new(program)
            .arg("--data-dir")
            .arg(data.path())
            .env(until, "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "the window ended with {status}");
    };
    run("FAROL_EMPTY_WINDOW");
    let ours = measure("window → first usable screen (new process)", 11, || {
        run("FAROL_EXIT_AT_FIRST_SCREEN");
    });
    let empty = measure("  the same window with an empty page", 11, || {
        run("FAROL_EMPTY_WINDOW");
    });
    println!("  ratio: {:.2} times as long", ours.as_secs_f64() / empty.as_secs_f64());
}

/// From a key press to the frame that shows what it did, as the page itself times it.
pub(super) fn full_desk(program: &Path, vault: &Path) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (window, mut driver) = opened(program, vault).await;
        window.wait().for_element(Locator::Css("[data-test=queue-row]")).await.unwrap();
        let row = "document.querySelector('[aria-selected=true]')?.textContent";
        times(&window, 3, "j", row, "k").await;
        report(
            "window: j in a queue of 10 000, key to paint",
            times(&window, 60, "j", row, "").await,
        );
        let case = "document.querySelector('[data-test=case-reference]')?.textContent";
        report(
            "window: open one case of 10 000, key to paint",
            times(&window, 10, "o", case, "Escape").await,
        );
        window.close().await.unwrap();
        driver.kill().unwrap();
        driver.wait().unwrap();
    });
}

/// What somebody types while it is timed.
const WORDS: &str = "the office looks at how far an action reaches before it acts, and says so. ";

/// From a key press to the frame that shows its letter, in the newest document of a vault, beside the same
/// keys in the same window with nothing in it but an empty field; and from the last key before a pause to
/// the page that shows it.
pub(super) fn typing(program: &Path, vault: &Path) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (window, mut driver) = opened(program, vault).await;
        let shell = "[data-test=empty-state], [data-test=queue-row], nav";
        window.wait().for_element(Locator::Css(shell)).await.unwrap();
        for (keys, until) in
            [("gd", "[data-test=document-row]"), ("\u{e007}", "[data-test=editor] [data-block]")]
        {
            let focused = window.active_element().await.unwrap();
            focused.send_keys(keys).await.unwrap();
            window.wait().for_element(Locator::Css(until)).await.unwrap();
        }
        // A paragraph in the middle of the document.
        let n = caret_behind(&window, "Math.floor(all.length / 2)").await;
        println!("  (a document of {n} paragraphs, laid out on 60 pages)");
        let typed = letters(&window).await;
        let text = window
            .execute("return document.querySelector('[data-test=editor]').innerText;", vec![]);
        assert!(text.await.unwrap().as_str().unwrap().contains(WORDS.trim()), "it was not written");
        report("window: a letter in a document of 60 pages, key to paint", typed);
        // On the page that is in sight: others are painted when somebody looks at them.
        caret_behind(&window, "0").await;
        let first_page = Locator::Css("[data-test=preview-page][data-page='1']");
        window.wait().for_element(first_page).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        report("window: the last letter before a pause, key to its page", pauses(&window).await);
        let empty = "document.body.innerHTML = '<div contenteditable></div>'; \
             document.querySelector('[contenteditable]').focus();";
        window.execute(empty, vec![]).await.unwrap();
        report("  a letter in the same window with one empty field", letters(&window).await);
        window.close().await.unwrap();
        driver.kill().unwrap();
        driver.wait().unwrap();
    });
}

/// Puts the caret behind the last word of a paragraph; gives how many there are.
async fn caret_behind(window: &Client, which: &str) -> serde_json::Value {
    let begin = format!(
        "const editor = document.querySelector('[data-test=editor]'); editor.focus(); \
             const all = [...editor.querySelectorAll('p')]; const it = all[{which}]; \
             it.scrollIntoView({{ block: 'center' }}); getSelection().selectAllChildren(it); \
             getSelection().collapseToEnd(); return all.length;"
    );
    window.execute(&begin, vec![]).await.unwrap()
}

/// Types where the focus is, one letter after another as fast as people do (the driver would press all at
/// once); the times from each key to the frame after it, as the page itself sees them.
async fn letters(window: &Client) -> Vec<Duration> {
    let begin = "window.typed = []; const channel = () => new Promise((then) => { \
             const it = new MessageChannel(); it.port1.onmessage = then; it.port2.postMessage(0); }); \
         window.seen ??= addEventListener('keydown', (event) => { \
             const at = event.timeStamp; requestAnimationFrame(() => \
             void channel().then(() => window.typed.push(performance.now() - at))); }, true) ?? true;";
    window.execute(begin, vec![]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let focused = window.active_element().await.unwrap();
    for letter in WORDS.repeat(3).chars() {
        focused.send_keys(&letter.to_string()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let answer = window.execute("return window.typed;", vec![]).await.unwrap();
    let typed: Vec<_> = answer.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    assert!(typed.len() >= WORDS.len() * 2, "only {} keys were seen", typed.len());
    typed.into_iter().map(|ms| Duration::from_secs_f64(ms / 1000.0)).collect()
}

/// How often somebody pauses: enough that one in twenty is not one alone.
const PAUSES: u64 = 60;

/// Types a letter and waits until another picture of a page is painted, many times: now while nothing else
/// goes on, now while the last letter is saved, the document asked for again, or what would leave checked.
async fn pauses(window: &Client) -> Vec<Duration> {
    let begin = "window.shown = []; let at = 0; addEventListener('keydown', (event) => { at = event.timeStamp; }, true); \
         new MutationObserver((changes) => { if (!changes.some((it) => it.attributeName === 'src')) return; \
             requestAnimationFrame(() => { const it = new MessageChannel(); \
                 it.port1.onmessage = () => window.shown.push(performance.now() - at); it.port2.postMessage(0); }); \
         }).observe(document.querySelector('[data-test=preview-page]').closest('.pages'), { subtree: true, attributes: true });";
    window.execute(begin, vec![]).await.unwrap();
    let focused = window.active_element().await.unwrap();
    for n in 1..=PAUSES {
        focused.send_keys("x").await.unwrap();
        let until = format!("return window.shown.length >= {n};");
        let started = Instant::now();
        while window.execute(&until, vec![]).await.unwrap() != json!(true) {
            assert!(started.elapsed() < Duration::from_secs(20), "no page changed");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_millis(400 + 97 * (n % 20))).await;
    }
    let answer = window.execute("return window.shown;", vec![]).await.unwrap();
    let shown = answer.as_array().unwrap().iter();
    shown.map(|it| Duration::from_secs_f64(it.as_f64().unwrap() / 1000.0)).collect()
}

/// The window on a vault that was made here.
async fn opened(program: &Path, vault: &Path) -> (Client, std::process::Child) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let driver = Command::new("WebKitWebDriver")
        .arg(format!("--port={port}"))
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let window = connect(port, program, vault).await;
    let patience = Some(Duration::from_secs(120));
    window.update_timeouts(TimeoutConfiguration::new(patience, None, None)).await.unwrap();
    window.set_window_size(1280, 800).await.unwrap();
    window.wait().for_element(Locator::Css("[type=password]")).await.unwrap();
    let focused = window.active_element().await.unwrap();
    focused.send_keys(PASSPHRASE).await.unwrap();
    focused.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    (window, driver)
}

/// Presses `key` `n` times and waits each time until what `shows` tells has changed and was painted;
/// `back` undoes it in between.
async fn times(window: &Client, n: usize, key: &str, shows: &str, back: &str) -> Vec<Duration> {
    let script = format!(
        "const [n, key, back, done] = arguments; const times = []; const shown = () => {shows}; \
         const press = (key) => window.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }})); \
         const painted = () => new Promise((then) => requestAnimationFrame(() => {{ \
             const after = new MessageChannel(); after.port1.onmessage = then; after.port2.postMessage(0); }})); \
         const changed = async (before) => {{ while (shown() === before || shown() === '') await painted(); }}; \
         const rest = () => new Promise((then) => setTimeout(then, 50)); \
         (async () => {{ for (let it = 0; it < n; it++) {{ \
             const before = shown(); const started = performance.now(); press(key); \
             await changed(before); await painted(); times.push(performance.now() - started); \
             if (back) {{ const there = shown(); await rest(); press(back); await changed(there); while (!document.querySelector('[data-test=queue-row]')) await painted(); }} \
             await rest(); }} done(times); }})();"
    );
    let arguments = vec![json!(n), json!(key), json!(back)];
    let answer = window.execute_async(&script, arguments).await.unwrap();
    let times = answer.as_array().unwrap().iter();
    times.map(|it| Duration::from_secs_f64(it.as_f64().unwrap() / 1000.0)).collect()
}

async fn connect(port: u16, program: &Path, vault: &Path) -> Client {
    let mut capabilities = Capabilities::new();
    let options = json!({ "binary": program, "args": ["--data-dir", vault] });
    capabilities.insert("webkitgtk:browserOptions".into(), options);
    let started = Instant::now();
    loop {
        let connected = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        match connected {
            Ok(window) => return window,
            Err(error) if started.elapsed() > Duration::from_secs(20) => {
                panic!("no window: {error}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
