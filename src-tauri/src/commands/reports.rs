//! The queue, and what comes in.

use tauri::{AppHandle, State};

use farol_app::view::{ImportResult, Imported, QueuePage, ReportView};
use farol_model::{
    id::ReportId,
    list::ListAsk,
    report::{Consent, ReportChannel},
};

use super::{Reply, ask, change};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_show(house: State<'_, House>, part: ListAsk) -> Reply<QueuePage> {
    ask(house, move |desk| desk.queue(&part)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Vec<ImportResult>> {
    let picker = app.clone();
    change(app, house, None, move |desk| Ok(desk.import_files(&dialogs::pick_reports(&picker))))
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_paste(
    app: AppHandle,
    house: State<'_, House>,
    text: String,
    channel: ReportChannel,
) -> Reply<Imported> {
    change(app, house, None, move |desk| desk.import_text(&text, channel)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_show(house: State<'_, House>, report: ReportId) -> Reply<ReportView> {
    ask(house, move |desk| desk.report(report)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_original(house: State<'_, House>, report: ReportId) -> Reply<String> {
    ask(house, move |desk| desk.report_source(report)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_set(
    app: AppHandle,
    house: State<'_, House>,
    report: ReportId,
    consent: Consent,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.set_consent(report, consent)).await
}
