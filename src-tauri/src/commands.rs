//! One command a user action: unpack, call one function of the hall, return.
//!
//! Every call runs on a blocking thread; one that changes the story tells the screens afterwards.

/// What findings rest on.
pub(crate) mod answers;
/// Cases that travel whole between two desks.
pub(crate) mod bundles;
/// Cases: their facts, targets, clocks, notes and decisions; taking changes back; the search.
pub(crate) mod cases;
/// What may belong together, and what looks like a brand.
pub(crate) mod connections;
/// Documents: begun, saved, seen as their readers and exported.
pub(crate) mod documents;
/// Files that cases rest on.
pub(crate) mod evidence;
/// What leaves this computer.
pub(crate) mod leaving;
/// Lists of names that are looked up and kept.
pub(crate) mod lookup_lists;
/// Asking about the hosts of a case, and the tables behind the verdicts.
pub(crate) mod lookups;
/// Whether the record is as it was written.
pub(crate) mod record;
/// The queue, and what comes in.
pub(crate) mod reports;
/// How long cases are kept, holds, and erasing.
pub(crate) mod retention;
/// Sending a response off.
pub(crate) mod send_off;
/// What people saw.
pub(crate) mod sightings;
/// Members, and files that they sign: approvals and handovers.
pub(crate) mod signed_files;
/// What the team sets for itself.
pub(crate) mod team;
/// Templates.
pub(crate) mod templates;
/// Looking again, watches, and what changed.
pub(crate) mod then_now;
/// Opening, closing and keeping the vault, and how the window looks.
pub(crate) mod vault;
/// Documents while they are written, reviewed and sent.
pub(crate) mod writing;

use std::sync::atomic::{AtomicU32, Ordering};

use tauri::{AppHandle, State};

use farol_app::{Code, Desk, Failure};
use farol_model::id::CaseId;

use crate::{
    events::{self, Changed, Progress},
    house::House,
};

type Reply<T> = Result<T, Failure>;

/// Runs on a blocking thread.
async fn aside<T: Send + 'static>(
    house: State<'_, House>,
    f: impl FnOnce(&House) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let house = house.inner().clone();
    tauri::async_runtime::spawn_blocking(move || f(&house)).await.unwrap_or_else(|_| {
        Err(Failure::new(
            Code::Failed,
            "This step ended unexpectedly. What was saved before it is safe.",
            "Try it again; if it happens twice, restart Farol.",
        ))
    })
}

/// Asks the desk.
async fn ask<T: Send + 'static>(
    house: State<'_, House>,
    f: impl FnOnce(&Desk) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    aside(house, move |house| f(house.desk()?.as_ref())).await
}

/// Changes the story and tells the screens.
async fn change<T: Send + 'static>(
    app: AppHandle,
    house: State<'_, House>,
    case: Option<CaseId>,
    f: impl FnOnce(&Desk) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let reply = ask(house, f).await;
    // What failed at its end may have been saved before.
    events::tell(&app, &Changed { case });
    reply
}

/// Tells the window how far long work is; a hundred steps are worth showing, whatever the number.
fn tell_progress(app: AppHandle) -> impl Fn(usize, usize) + Send + Sync {
    let shown = AtomicU32::new(0);
    move |done, total| {
        let (done, total) = (done as u32, total as u32);
        if done == total || done >= shown.load(Ordering::Relaxed) + total.div_ceil(100) {
            shown.store(done, Ordering::Relaxed);
            events::tell(&app, &Progress { done, total });
        }
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn work_cancel(house: State<'_, House>) -> Reply<()> {
    house.cancel();
    Ok(())
}
