//! Whether the record is as it was written.

use tauri::{AppHandle, State};

use farol_app::{Desk, lookups::Watch, view::JournalCheck};

use super::{Reply, ask, tell_progress};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn journal_verify(app: AppHandle, house: State<'_, House>) -> Reply<JournalCheck> {
    let watched = house.inner().clone();
    ask(house, move |desk| {
        watched.begin_work();
        let progress = tell_progress(app);
        let cancelled = move || watched.is_cancelled();
        desk.verify_journal_watched(None, &Watch { progress: &progress, cancelled: &cancelled })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn journal_export(
    app: AppHandle,
    house: State<'_, House>,
    sealed: bool,
) -> Reply<Option<u32>> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, "farol-journal.jsonl");
        path.map(|path| desk.export_journal(&path, sealed)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rebuild_check(house: State<'_, House>) -> Reply<()> {
    ask(house, Desk::rebuild_check).await
}
