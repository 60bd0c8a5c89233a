//! The one window and what it refuses: other pages, new windows, downloads.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use tauri::{
    AppHandle, DragDropEvent, Manager, Url, WebviewUrl, WebviewWindowBuilder, Window, WindowEvent,
    webview::NewWindowResponse, window::Color,
};

use farol_app::look::Theme;

use crate::{
    events::{self, FilesImported},
    house::House,
};

const LABEL: &str = "main";

/// Opens the window.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    #[cfg(feature = "automation")]
    if std::env::var_os("FAROL_EMPTY_WINDOW").is_some() {
        return open_empty(app);
    }
    let mut window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default());
    // What was chosen is there before the page is: who works at night is not to be met by a white window.
    // The window's own theme stays the desktop's; told of none, the toolkit takes light for all.
    if let Some((script, surface)) = first_look(app.state::<House>().look().theme) {
        window = window.initialization_script(script).background_color(surface);
    }
    window
        .title("Farol")
        .inner_size(1280.0, 800.0)
        .min_inner_size(960.0, 600.0)
        // WebKit keeps nothing on the disk. Only one of its contexts can be driven by WebDriver, and
        // that is never a private one.
        .incognito(!is_driven())
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    Ok(())
}

/// The palette that was chosen, as the page has it (`tokens.css`); none when it is the desktop's.
fn first_look(theme: Theme) -> Option<(&'static str, Color)> {
    match theme {
        Theme::System => None,
        Theme::Light => Some((
            "document.documentElement.dataset.theme = 'light'",
            Color(0xf6, 0xf5, 0xf1, 0xff),
        )),
        Theme::Dark => {
            Some(("document.documentElement.dataset.theme = 'dark'", Color(0x0d, 0x18, 0x21, 0xff)))
        }
    }
}

/// What `make bench` compares the first screen with: the same window with an empty page; ends as
/// soon as that is loaded.
#[cfg(feature = "automation")]
fn open_empty(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("empty.html".into()))
        .inner_size(1280.0, 800.0)
        .incognito(true)
        .on_page_load(|window, page| {
            if page.event() == tauri::webview::PageLoadEvent::Finished {
                window.app_handle().exit(0);
            }
        })
        .build()?;
    Ok(())
}

/// Whether WebDriver started this window; `main` lets only debug and bench builds get here so.
pub(crate) fn is_driven() -> bool {
    std::env::var_os("TAURI_AUTOMATION").is_some()
}

/// Our own pages and the isolation frame; nothing else is ever navigated to.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" | "isolation" => true,
        "http" | "https" => {
            matches!(url.host_str(), Some("tauri.localhost" | "isolation.localhost"))
        }
        "about" => url.as_str() == "about:blank",
        _ => false,
    }
}

/// Files dropped on the window are taken in here; their paths never reach the page.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
        take_in(window.app_handle(), paths.clone());
    }
}

/// The bus name of the window on one vault: one window a vault, not one a machine.
pub(crate) fn instance_of(dir: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    dir.hash(&mut hasher);
    format!("app.farol.desk.v{:016x}", hasher.finish())
}

/// A second start hands its files to the first and ends.
pub(crate) fn second_start(app: &AppHandle, args: Vec<String>, dir: String) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.set_focus()
    {
        eprintln!("farol: the window did not come to the front: {error}");
    }
    let files: Vec<PathBuf> = args
        .into_iter()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .map(|arg| PathBuf::from(&dir).join(arg))
        .filter(|path| path.is_file())
        .collect();
    take_in(app, files);
}

fn take_in(app: &AppHandle, paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || {
        // A bundle is shown before anything of it is taken in.
        if let [path] = paths.as_slice()
            && farol_app::bundles::is_bundle(path)
        {
            let name = app.state::<House>().choose_bundle(path.clone());
            events::tell(&app, &events::BundleDropped(name));
            return;
        }
        let results = match app.state::<House>().desk() {
            Ok(desk) => desk.import_files(&paths),
            Err(failure) => vec![farol_app::view::ImportResult {
                name: String::new(),
                imported: None,
                failure: Some(failure),
            }],
        };
        events::tell(&app, &FilesImported(results));
        events::tell(&app, &events::Changed { case: None });
    });
}
