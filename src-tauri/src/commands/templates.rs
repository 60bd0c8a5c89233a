//! Templates: what ships, and what the team made of it.

use base64::{Engine, engine::general_purpose::STANDARD};
use farol_app::{
    Desk,
    documents::{TemplateFinding, TemplateInfo},
    view::TemplateView,
};
use farol_model::id::{CaseId, EntryId};
use tauri::{AppHandle, State};

use super::{Reply, ask, change};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_list(house: State<'_, House>) -> Reply<Vec<TemplateInfo>> {
    ask(house, Desk::templates).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_show(house: State<'_, House>, id: String) -> Reply<TemplateView> {
    ask(house, move |desk| desk.template(&id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_lint(
    house: State<'_, House>,
    source: String,
) -> Reply<Vec<TemplateFinding>> {
    ask(house, move |desk| Ok(desk.lint_template(&source))).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_preview(
    house: State<'_, House>,
    source: String,
    calm: bool,
    case_id: CaseId,
    width_px: u32,
) -> Reply<Vec<String>> {
    ask(house, move |desk| {
        let preview = desk.preview_template(&source, calm, case_id, width_px)?;
        Ok(preview.pages.iter().map(|page| STANDARD.encode(page)).collect())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_save(
    app: AppHandle,
    house: State<'_, House>,
    source: String,
) -> Reply<TemplateView> {
    change(app, house, None, move |desk| desk.set_template(&source)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_restore(
    app: AppHandle,
    house: State<'_, House>,
    id: String,
    entry: EntryId,
) -> Reply<TemplateView> {
    change(app, house, None, move |desk| desk.restore_template(&id, entry)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn template_default(
    app: AppHandle,
    house: State<'_, House>,
    id: String,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.reset_template(&id)).await
}
