//! What findings rest on.

use tauri::{AppHandle, State};

use farol_app::answers::AnswerRow;
use farol_model::id::ObservationId;

use super::{Reply, ask};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn answers_show(
    house: State<'_, House>,
    ids: Vec<ObservationId>,
) -> Reply<Vec<AnswerRow>> {
    ask(house, move |desk| desk.answers(&ids)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn message_save(
    app: AppHandle,
    house: State<'_, House>,
    id: ObservationId,
) -> Reply<bool> {
    ask(house, move |desk| {
        let name = desk.message_file_name(id)?;
        let Some(path) = dialogs::save_as(&app, &name) else { return Ok(false) };
        desk.save_message(id, &path)?;
        Ok(true)
    })
    .await
}
