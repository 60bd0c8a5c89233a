//! Members, and files that they sign: approvals and handovers.

use tauri::{AppHandle, State};

use farol_app::{
    Desk,
    signed_files::read_signed,
    view::{HandoverRow, MemberRow, OpenedFile, TakenAnswer, ToldFact},
};
use farol_model::{
    approval::{Ruling, Subject},
    id::CaseId,
    signed::SignedFile,
};

use super::{Reply, ask, change};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn member_list(house: State<'_, House>) -> Reply<Vec<MemberRow>> {
    ask(house, Desk::members).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn card_write(app: AppHandle, house: State<'_, House>) -> Reply<Option<String>> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, &desk.card_name()?);
        path.map(|path| desk.write_card(&path)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn member_add(
    app: AppHandle,
    house: State<'_, House>,
    card: SignedFile,
    compared: String,
) -> Reply<MemberRow> {
    change(app, house, None, move |desk| desk.add_member(&card, &compared)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn signed_file_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Option<OpenedFile>> {
    ask(house, move |desk| {
        let path = dialogs::pick_signed(&app);
        path.map(|path| desk.open_signed(&read_signed(&path)?)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn approval_preview(
    house: State<'_, House>,
    case_id: CaseId,
    subject: Subject,
    note: String,
) -> Reply<Vec<ToldFact>> {
    ask(house, move |desk| desk.preview_request(case_id, subject, &note)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn approval_ask(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    subject: Subject,
    note: String,
) -> Reply<bool> {
    let dialog = app.clone();
    change(app, house, Some(case_id), move |desk| {
        let path = dialogs::save_as(&dialog, &desk.request_name(case_id)?);
        let asked = path.map(|path| desk.ask_approval(case_id, subject, &note, &path));
        Ok(asked.transpose()?.is_some())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn approval_answer(
    app: AppHandle,
    house: State<'_, House>,
    request: SignedFile,
    ruling: Ruling,
    reason: String,
) -> Reply<bool> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, &desk.answer_name(&request)?);
        let answered = path.map(|path| desk.answer_request(&request, ruling, &reason, &path));
        Ok(answered.transpose()?.is_some())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_take(
    app: AppHandle,
    house: State<'_, House>,
    answer: SignedFile,
) -> Reply<TakenAnswer> {
    change(app, house, None, move |desk| desk.take_answer(&answer)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_preview(
    house: State<'_, House>,
    text: String,
) -> Reply<Vec<ToldFact>> {
    ask(house, move |desk| desk.preview_handover(&text)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_write(
    app: AppHandle,
    house: State<'_, House>,
    text: String,
) -> Reply<Option<u32>> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let path = dialogs::save_as(&dialog, &desk.handover_name());
        path.map(|path| desk.write_handover(&text, &path)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_list(house: State<'_, House>) -> Reply<Vec<HandoverRow>> {
    ask(house, Desk::handovers).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_sign(
    app: AppHandle,
    house: State<'_, House>,
    handover: SignedFile,
) -> Reply<bool> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let path = dialogs::save_as(&dialog, &desk.receipt_name());
        Ok(path.map(|path| desk.sign_handover(&handover, &path)).transpose()?.is_some())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn receipt_take(
    app: AppHandle,
    house: State<'_, House>,
    receipt: SignedFile,
) -> Reply<String> {
    change(app, house, None, move |desk| desk.take_receipt(&receipt)).await
}
