//! Events that tell the screen what changed; what it is now, it asks.

use farol_app::{vault::Opening, view::ImportResult};
use farol_model::id::CaseId;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;

/// Something was committed.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub(crate) struct Changed {
    /// The case it belongs to; none for reports and the desk itself.
    pub(crate) case: Option<CaseId>,
}

/// Long work went on: a look-up, or a file that comes in.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub(crate) struct Progress {
    /// Questions answered, or pieces taken in.
    pub(crate) done: u32,
    /// Of how many.
    pub(crate) total: u32,
}

/// A vault that an earlier Farol wrote is opened, which takes long.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum Upgrading {
    /// A backup is made first.
    BackingUp,
    /// Its tables are brought up to date.
    Migrating,
    /// What can be searched for is read anew.
    Indexing {
        /// Texts read.
        done: u32,
        /// Of how many.
        total: u32,
    },
}

impl From<Opening> for Upgrading {
    fn from(opening: Opening) -> Self {
        match opening {
            Opening::BackingUp => Self::BackingUp,
            Opening::Migrating => Self::Migrating,
            Opening::Indexing { done, total } => Self::Indexing { done, total },
        }
    }
}

/// The computer is about to sleep, or its screen was locked: the desk is to be locked too.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub(crate) struct LockAsked;

/// Files were dropped on the window, or handed over by a second start.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct FilesImported(pub(crate) Vec<ImportResult>);

/// A bundle was dropped on the window: its name, without folders.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct BundleDropped(pub(crate) String);

/// Tells every window; a window that is gone needs to know nothing.
pub(crate) fn tell(app: &AppHandle, event: &impl EventToAll) {
    event.to_all(app);
}

/// An event that can be sent to every window.
pub(crate) trait EventToAll {
    fn to_all(&self, app: &AppHandle);
}

impl<T: Event + Serialize + Clone> EventToAll for T {
    fn to_all(&self, app: &AppHandle) {
        if let Err(error) = self.emit(app) {
            eprintln!("farol: an event was not delivered: {error}");
        }
    }
}
