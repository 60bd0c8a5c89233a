use farol_app::Failure;
use farol_model::{document::Audience, id::DocumentId};
use tauri::State;

use super::{Reply, ask};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_check(
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
) -> Reply<Option<Failure>> {
    ask(house, move |desk| desk.check_document(document, &audience)).await
}
