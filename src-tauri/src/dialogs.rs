//! Files that a person picks, in native dialogs. Paths never reach JavaScript.
//!
//! WebDriver cannot click native dialogs, so a debug build takes the answer from `FAROL_PICK_FILE`
//! and `FAROL_SAVE_DIR` when they are set; a release build does not know them.

use std::path::{Path, PathBuf};

use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

/// Reports to take in.
pub(crate) fn pick_reports(app: &AppHandle) -> Vec<PathBuf> {
    if let Some(path) = seam("FAROL_PICK_FILE") {
        return vec![path];
    }
    app.dialog()
        .file()
        .set_title("Take in reports")
        .add_filter("Mail and text", &["eml", "txt", "csv", "json", "mbox", "log"])
        .add_filter("All files", &["*"])
        .blocking_pick_files()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|file| file.into_path().ok())
        .collect()
}

/// A file that a case rests on.
pub(crate) fn pick_evidence(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("Keep a file as evidence");
        dialog.blocking_pick_file()?.into_path().ok()
    })
}

/// A list of names.
pub(crate) fn pick_names(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("Open a list of names");
        let dialog = dialog.add_filter("Text", &["txt", "csv", "list", "log"]);
        dialog.add_filter("All files", &["*"]).blocking_pick_file()?.into_path().ok()
    })
}

/// A logo.
pub(crate) fn pick_picture(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("Choose the team's logo");
        let dialog = dialog.add_filter("Pictures", &["png", "jpg", "jpeg"]);
        dialog.blocking_pick_file()?.into_path().ok()
    })
}

/// A table of networks, in one file or several.
pub(crate) fn pick_tables(app: &AppHandle) -> Option<Vec<PathBuf>> {
    if let Some(path) = seam("FAROL_PICK_FILE") {
        return Some(vec![path]);
    }
    let dialog = app.dialog().file().set_title("Load an IP→ASN table");
    let files = dialog.add_filter("CSV", &["csv"]).blocking_pick_files()?;
    Some(files.into_iter().filter_map(|it| it.into_path().ok()).collect())
}

/// One of IANA's bootstrap files.
pub(crate) fn pick_registries(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("Load a table of registries");
        dialog.add_filter("JSON", &["json"]).blocking_pick_file()?.into_path().ok()
    })
}

/// A file that a member signed.
pub(crate) fn pick_signed(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("Open a signed file");
        dialog.add_filter("Signed files", &["json"]).blocking_pick_file()?.into_path().ok()
    })
}

/// A bundle of cases.
pub(crate) fn pick_bundle(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("Import a bundle");
        let dialog = dialog.add_filter("Bundles", &["age"]).add_filter("All files", &["*"]);
        dialog.blocking_pick_file()?.into_path().ok()
    })
}

/// A mail as it was sent.
pub(crate) fn pick_sent(app: &AppHandle) -> Option<PathBuf> {
    seam("FAROL_PICK_FILE").or_else(|| {
        let dialog = app.dialog().file().set_title("The mail as it was sent");
        let dialog = dialog.add_filter("Mails", &["eml"]).add_filter("All files", &["*"]);
        dialog.blocking_pick_file()?.into_path().ok()
    })
}

/// Opens a draft in the mail program of whoever sits here.
pub(crate) fn open_mail(path: &Path) -> std::io::Result<()> {
    match seam("FAROL_OPENED") {
        Some(seen) => std::fs::write(seen, path.display().to_string()),
        None => open::that_detached(path),
    }
}

/// Where an export goes.
pub(crate) fn save_as(app: &AppHandle, name: &str) -> Option<PathBuf> {
    seam("FAROL_SAVE_DIR").map(|dir| dir.join(name)).or_else(|| {
        let dialog = app.dialog().file().set_title("Export");
        dialog.set_file_name(name).blocking_save_file()?.into_path().ok()
    })
}

#[cfg(debug_assertions)]
fn seam(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

#[cfg(not(debug_assertions))]
fn seam(_name: &str) -> Option<PathBuf> {
    None
}
