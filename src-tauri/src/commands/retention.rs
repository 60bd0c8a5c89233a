//! How long cases are kept, holds, and erasing.

use tauri::{AppHandle, State};

use farol_app::{
    Desk,
    view::{DueRow, ErasePreview},
};
use farol_model::{
    id::CaseId,
    retention::{RetentionRules, Tombstone},
};

use super::{Reply, ask, change};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_rules(house: State<'_, House>) -> Reply<RetentionRules> {
    ask(house, Desk::retention_rules).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_set(
    app: AppHandle,
    house: State<'_, House>,
    rules: RetentionRules,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.set_retention_rules(rules)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_due(house: State<'_, House>) -> Reply<Vec<DueRow>> {
    ask(house, Desk::retention_due).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn erased_cases(house: State<'_, House>) -> Reply<Vec<Tombstone>> {
    ask(house, Desk::erased_cases).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn hold_set(
    app: AppHandle,
    house: State<'_, House>,
    id: CaseId,
    reason: Option<String>,
) -> Reply<()> {
    change(app, house, Some(id), move |desk| match reason {
        Some(reason) => desk.set_hold(id, &reason),
        None => desk.release_hold(id),
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_preview(house: State<'_, House>, id: CaseId) -> Reply<ErasePreview> {
    ask(house, move |desk| desk.erase_preview(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn case_erase(
    app: AppHandle,
    house: State<'_, House>,
    id: CaseId,
    reason: String,
    typed: String,
) -> Reply<Tombstone> {
    change(app, house, None, move |desk| desk.erase_case(id, &reason, &typed)).await
}
