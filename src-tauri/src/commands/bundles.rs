//! Cases that travel whole between two desks.

use tauri::{AppHandle, State};

use farol_app::{
    Failure,
    lookups::Watch,
    view::{BundleDone, BundleFor, BundleKey, BundlePlan, ConflictLine, Incoming},
};
use farol_model::id::{CaseId, EntryId};

use super::{Reply, ask, change, tell_progress};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_plan(house: State<'_, House>, cases: Vec<CaseId>) -> Reply<BundlePlan> {
    ask(house, move |desk| desk.plan_bundle(&cases)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_export(
    app: AppHandle,
    house: State<'_, House>,
    cases: Vec<CaseId>,
    target: BundleFor,
) -> Reply<Option<BundleDone>> {
    let (asked, watched, teller) = (app.clone(), house.inner().clone(), app.clone());
    change(app, house, None, move |desk| {
        let name = desk.plan_bundle(&cases)?.file_name;
        let Some(path) = dialogs::save_as(&asked, &name) else { return Ok(None) };
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.export_bundle(&cases, &path, &target, &watch).map(Some)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_pick(app: AppHandle, house: State<'_, House>) -> Reply<Option<String>> {
    let chosen = house.inner().clone();
    ask(house, move |_| {
        let Some(path) = dialogs::pick_bundle(&app) else { return Ok(None) };
        Ok(Some(chosen.choose_bundle(path)))
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_preview(
    app: AppHandle,
    house: State<'_, House>,
    key: BundleKey,
) -> Reply<Incoming> {
    let watched = house.inner().clone();
    ask(house, move |desk| {
        let path = watched.bundle().ok_or_else(none_chosen)?;
        watched.begin_work();
        let progress = tell_progress(app);
        let cancelled = move || watched.is_cancelled();
        desk.preview_import(&path, &key, &Watch { progress: &progress, cancelled: &cancelled })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn bundle_import(
    app: AppHandle,
    house: State<'_, House>,
    key: BundleKey,
    compared: Vec<String>,
) -> Reply<Incoming> {
    let (watched, teller) = (house.inner().clone(), app.clone());
    change(app, house, None, move |desk| {
        let path = watched.bundle().ok_or_else(none_chosen)?;
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.import_bundle(&path, &key, &compared, &watch)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn conflict_list(
    house: State<'_, House>,
    case_id: CaseId,
) -> Reply<Vec<ConflictLine>> {
    ask(house, move |desk| desk.conflicts(case_id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn conflict_settle(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    key: String,
    entry: EntryId,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.settle_conflict(case_id, &key, entry)).await
}

fn none_chosen() -> Failure {
    Failure::bad_input("No bundle was chosen. Nothing was changed.", "Choose the file first.")
}
