//! Sending a response off.

use tauri::{AppHandle, State};

use farol_app::{
    Code, Failure,
    view::{Attached, SendOffPlan, SentOff, SentSaid},
};
use farol_model::{export::Format, id::DocumentId, time::Timestamp};

use super::{Reply, ask, change};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn send_off_plan(
    house: State<'_, House>,
    document: DocumentId,
    attached: Vec<Attached>,
) -> Reply<SendOffPlan> {
    ask(house, move |desk| desk.plan_send_off(document, &attached)).await
}

/// Writes the draft where a person says; with `open`, it is then opened in their mail program.
#[tauri::command]
#[specta::specta]
pub(crate) async fn send_off_write(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    attached: Vec<Attached>,
    open: bool,
) -> Reply<Option<SentOff>> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let reader = desk.plan_send_off(document, &attached)?.reader;
        let name = desk.export_name(document, &reader, Format::Eml)?;
        let Some(path) = dialogs::save_as(&dialog, &name) else { return Ok(None) };
        let written = desk.write_send_off(document, &attached, &path)?;
        if open {
            dialogs::open_mail(&path).map_err(|error| {
                Failure::new(
                    Code::Failed,
                    format!(
                        "The draft is written, but no mail program opened it: {}.",
                        error.kind()
                    ),
                    "Open the file yourself.",
                )
            })?;
        }
        Ok(Some(written))
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_sent(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    said: SentSaid,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.confirm_sent(document, &said)).await
}

/// Confirms from the mail as it was sent, which a person picks; false when they picked none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sent_from_mail(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    answer_by: Option<Timestamp>,
) -> Reply<bool> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let Some(path) = dialogs::pick_sent(&dialog) else { return Ok(false) };
        desk.confirm_sent_mail(document, &path, answer_by).map(|_| true)
    })
    .await
}
