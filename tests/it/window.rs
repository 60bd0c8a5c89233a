//! The real window, driven by keyboard through WebKitWebDriver.
//!
//! The driver starts the built program, presses keys and reads the page; it never clicks, because
//! both main jobs have to work without a mouse. With `FAROL_PICTURES=DIR` a walk leaves pictures of
//! its screens; `FAROL_THEME=dark`, `FAROL_SIZE=1920x1080` and `FAROL_ZOOM=200` say how they look.

use std::{
    env,
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    key::Key,
    wd::Capabilities,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use crate::ctl::{INVESTIGATOR, PASSPHRASE, program};

/// How long anything on the screen may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);

/// One window on an empty data folder.
pub(crate) struct Window {
    driver: Child,
    client: Client,
    pub(crate) dir: TempDir,
}

/// Files that the native dialogs would give.
pub(crate) struct Picks {
    pub(crate) open: PathBuf,
}

impl Window {
    pub(crate) async fn open(picks: Picks) -> Self {
        // What this computer's own screen does is no business of a test.
        Self::open_beside("unix:path=/nonexistent", picks).await
    }

    /// Opens a window whose system bus is the given one.
    pub(crate) async fn open_beside(system_bus: &str, picks: Picks) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("exports")).unwrap();
        let home = |name: &str| {
            let folder = dir.path().join(name);
            fs::create_dir(&folder).unwrap();
            folder
        };
        let said = |name: &str| File::create(dir.path().join(name)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("DBUS_SYSTEM_BUS_ADDRESS", system_bus)
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("FAROL_CHEAP_KEYS", "1")
            .env("FAROL_PICK_FILE", picks.open)
            .env("FAROL_SAVE_DIR", dir.path().join("exports"))
            .env("FAROL_OPENED", dir.path().join("opened"))
            .env("XDG_DATA_HOME", home("data"))
            .env("XDG_CACHE_HOME", home("cache"))
            .env("XDG_CONFIG_HOME", home("config"))
            .env("TMPDIR", home("tmp"))
            .stdout(said("stdout"))
            .stderr(said("stderr"))
            .spawn()
            .expect("WebKitWebDriver is installed by `make setup`");
        let vault = dir.path().join("vault");
        let chosen = |name: &str, or: &str| env::var(name).unwrap_or_else(|_| or.into());
        let zoom: u16 = chosen("FAROL_ZOOM", "100").parse().expect("FAROL_ZOOM is like 150");
        let look = json!({ "theme": chosen("FAROL_THEME", "system"), "zoom": zoom });
        fs::create_dir(&vault).unwrap();
        fs::write(vault.join("look.json"), look.to_string()).unwrap();
        let options = json!({ "binary": program("farol"), "args": ["--data-dir", vault.display().to_string()] });
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".into(), options);
        let client = connect(port, capabilities).await;
        let size = chosen("FAROL_SIZE", "1280x800");
        let (width, height) = size.split_once('x').expect("FAROL_SIZE is like 1920x1080");
        client.set_window_size(width.parse().unwrap(), height.parse().unwrap()).await.unwrap();
        Self { driver, client, dir }
    }

    /// A window that just made a vault and shows its recovery key.
    pub(crate) async fn with_vault(picks: Picks) -> Self {
        let window = Self::open(picks).await;
        window.make_vault().await;
        window
    }

    /// Makes a vault from the first screen.
    pub(crate) async fn make_vault(&self) {
        self.wait_for_focus("start-name").await;
        self.type_text(INVESTIGATOR).await;
        self.picture("start").await;
        self.fill("start-passphrase", PASSPHRASE).await;
        self.fill("start-passphrase-again", PASSPHRASE).await;
        self.enter_on("start-create").await;
        self.wait_for_focus("recovery-kept").await;
    }

    /// A window on an empty desk.
    pub(crate) async fn new_desk(picks: Picks) -> Self {
        let window = Self::with_vault(picks).await;
        window.picture("recovery-key").await;
        window.press(&[], Key::Enter.into()).await;
        window.wait_for_text("Nothing waits for you").await;
        window.picture("queue-empty").await;
        window
    }

    pub(crate) fn exported(&self, name: &str) -> PathBuf {
        self.dir.path().join("exports").join(name)
    }

    /// Presses one key, with modifiers held.
    pub(crate) async fn press(&self, held: &[Key], key: char) {
        let mut keys = KeyActions::new("keyboard".into());
        for it in held {
            keys = keys.then(KeyAction::Down { value: char::from(*it) });
        }
        keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        for it in held {
            keys = keys.then(KeyAction::Up { value: char::from(*it) });
        }
        self.client.perform_actions(keys).await.unwrap();
    }

    /// Types into whatever has the focus.
    pub(crate) async fn type_text(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Moves the focus backwards with Shift Tab until it is on the element with this `data-test`.
    pub(crate) async fn tab_back_to(&self, test: &str) {
        for _ in 0..20 {
            if self.focused().await == test {
                return;
            }
            self.press(&[Key::Shift], Key::Tab.into()).await;
        }
        panic!("Shift Tab never reached {test}; the focus is on {}", self.focused().await);
    }

    /// Waits until the focus is on the element with this `data-test`.
    pub(crate) async fn wait_for_focus(&self, test: &str) {
        let started = Instant::now();
        while self.focused().await != test {
            if started.elapsed() > PATIENCE {
                self.picture("no-focus").await;
                panic!("{test} never got the focus; it is on {}", self.focused().await);
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Moves the focus with Tab until it is on the element with this `data-test`.
    pub(crate) async fn tab_to(&self, test: &str) {
        self.wait_for(&format!("[data-test=\"{test}\"]")).await;
        for _ in 0..250 {
            if self.focused().await == test {
                return;
            }
            self.press(&[], Key::Tab.into()).await;
        }
        self.picture("cannot-tab").await;
        panic!("Tab never reached {test}; the focus is on {}", self.focused().await);
    }

    /// Moves the focus with Tab until it is on one of these.
    pub(crate) async fn tab_to_any(&self, tests: &[&str]) {
        for _ in 0..250 {
            if tests.contains(&self.focused().await.as_str()) {
                return;
            }
            self.press(&[], Key::Tab.into()).await;
        }
        panic!("Tab never reached any of {tests:?}");
    }

    /// Tabs to an element and presses Enter on it.
    pub(crate) async fn enter_on(&self, test: &str) {
        self.tab_to(test).await;
        self.press(&[], Key::Enter.into()).await;
    }

    /// Pastes a report; its last words are in sight then.
    pub(crate) async fn paste_report(&self, words: &str) {
        self.press(&[Key::Control, Key::Shift], 'V').await;
        self.fill("paste-text", words).await;
        self.enter_on("paste-save").await;
        let end = words.rsplit(", ").next().unwrap_or(words);
        self.wait_for_text(end).await;
    }

    /// Goes to a place of the rail by its letter.
    pub(crate) async fn go(&self, letter: char) {
        self.press(&[], 'g').await;
        self.press(&[], letter).await;
    }

    /// Tabs to a field and types.
    pub(crate) async fn fill(&self, test: &str, text: &str) {
        self.tab_to(test).await;
        self.type_text(text).await;
    }

    /// Tabs to a select and chooses with the arrow keys.
    pub(crate) async fn choose(&self, test: &str, label: &str) {
        self.tab_to(test).await;
        self.choose_here(label).await;
    }

    /// Chooses in the select that has the focus.
    pub(crate) async fn choose_here(&self, label: &str) {
        let steps = self
            .client
            .execute(
                "const it = document.activeElement; \
                 const to = [...it.options].findIndex((option) => option.label === arguments[0]); \
                 return to < 0 ? null : to - it.selectedIndex;",
                vec![json!(label)],
            )
            .await
            .unwrap();
        let steps = steps.as_i64().unwrap_or_else(|| panic!("no option {label:?}"));
        let key = if steps < 0 { Key::Up } else { Key::Down };
        for _ in 0..steps.abs() {
            self.press(&[], key.into()).await;
        }
        let chosen = "return document.activeElement.selectedOptions?.[0]?.label ?? '';";
        assert_eq!(self.value(chosen).await, label);
    }

    pub(crate) async fn wait_for(&self, css: &str) {
        if self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.is_err() {
            self.picture("never-came").await;
            panic!("{css} never came; the page says: {}", self.text().await);
        }
    }

    /// Waits until the page shows a text.
    pub(crate) async fn wait_for_text(&self, text: &str) {
        let started = Instant::now();
        while !self.text().await.contains(text) {
            if started.elapsed() > PATIENCE {
                self.picture("never-said").await;
                panic!("the page never said {text:?}: {}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a file is there.
    pub(crate) async fn wait_for_file(&self, name: &str) -> PathBuf {
        let path = self.exported(name);
        let started = Instant::now();
        while !path.exists() {
            if started.elapsed() > PATIENCE {
                self.picture("no-file").await;
                panic!("{name} was never written; the page says: {}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        path
    }

    pub(crate) async fn text(&self) -> String {
        self.value("return document.body.innerText;").await
    }

    pub(crate) async fn focused(&self) -> String {
        self.value("return document.activeElement?.dataset?.test ?? document.activeElement?.tagName ?? '';")
            .await
    }

    pub(crate) async fn value(&self, script: &str) -> String {
        let value = self.client.execute(script, vec![]).await.unwrap();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until what the page shows now was painted, pictures included.
    pub(crate) async fn painted(&self) {
        let script = "const done = arguments[0]; \
            Promise.all([...document.images].map((it) => it.decode().catch(() => {}))) \
                .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())));";
        self.client.execute_async(script, vec![]).await.unwrap();
    }

    /// Leaves the dialog with Escape.
    pub(crate) async fn close_dialog(&self) {
        self.press(&[], Key::Escape.into()).await;
        self.wait_for("body:not(:has([role=dialog]))").await;
    }

    /// What axe finds on this screen, in both themes, that somebody could not use.
    pub(crate) async fn barriers(&self, screen: &str) -> Vec<String> {
        let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(axe).expect("`make ui` installs axe-core");
        self.client.execute(&format!("{axe}; window.axe = axe;"), vec![]).await.unwrap();
        let script = "const done = arguments[0]; \
            const root = document.documentElement; \
            const before = root.dataset.theme; \
            const found = []; \
            const look = async () => { \
                for (const theme of ['light', 'dark']) { \
                    root.dataset.theme = theme; \
                    const { violations } = await window.axe.run(document, { iframes: false }); \
                    found.push(...violations.map((v) => `${theme}, ${v.id}: ` + \
                        v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join(' | '))); \
                } \
            }; \
            look().catch((error) => found.push(String(error))).then(() => { \
                if (before) root.dataset.theme = before; else delete root.dataset.theme; \
                done(found); \
            });";
        let found = self.client.execute_async(script, vec![]).await.unwrap();
        let found = found.as_array().expect("a list").clone();
        found.into_iter().map(|it| format!("{screen}: {it}")).collect()
    }

    /// Leaves a picture in `FAROL_PICTURES` when that is set.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(dir) = env::var_os("FAROL_PICTURES").map(PathBuf::from) else { return };
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(format!("{name}.png")), self.client.screenshot().await.unwrap())
            .unwrap();
    }

    pub(crate) async fn close(self) {
        drop(self.close_and_keep().await);
    }

    /// Closes the window; gives its folder, to be looked at.
    pub(crate) async fn close_and_keep(mut self) -> TempDir {
        self.client.clone().close().await.unwrap();
        self.driver.kill().unwrap();
        self.driver.wait().unwrap();
        std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap())
    }
}

async fn connect(port: u16, capabilities: Capabilities) -> Client {
    let url = format!("http://127.0.0.1:{port}");
    let started = Instant::now();
    loop {
        let connected = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.clone())
            .connect(&url)
            .await;
        match connected {
            Ok(client) => return client,
            Err(error) if started.elapsed() > PATIENCE => panic!("no window: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // A walk that failed must not leave its window behind.
        drop(self.driver.kill());
    }
}
