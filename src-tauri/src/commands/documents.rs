//! Documents: begun, saved, seen as their readers and exported.

use base64::{Engine, engine::general_purpose::STANDARD};
use tauri::{AppHandle, State};

use farol_app::{
    Desk, documents,
    view::{DocumentRow, DocumentView, Exported, PagePicture, Pane, Preview, Sheets},
};
use farol_model::{
    document::Audience,
    export::{Format, PageAsked, SeenPage, Sight},
    id::{CaseId, DocumentId},
    time::Timestamp,
};

use super::{Reply, ask, change};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_list(house: State<'_, House>) -> Reply<Vec<DocumentRow>> {
    ask(house, Desk::documents).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_create(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    template: String,
) -> Reply<DocumentId> {
    change(app, house, Some(case_id), move |desk| desk.create_document(case_id, &template)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_show(
    house: State<'_, House>,
    document: DocumentId,
) -> Reply<DocumentView> {
    ask(house, move |desk| desk.document(document)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_save(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    draft: documents::Draft,
) -> Reply<Timestamp> {
    change(app, house, None, move |desk| desk.save_draft(document, draft)).await
}

/// Pictures that the window has or does not show are not sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn document_preview(
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
    draft: Option<documents::Draft>,
    pane: Pane,
) -> Reply<Preview> {
    ask(house, move |desk| {
        let wanted = |it: PageAsked<'_>| pane.wants(it);
        let sight = Sight { width_px: pane.width_px, wanted: &wanted, caret: pane.caret };
        let (pages, preview) = desk.preview_document(document, &audience, draft, sight)?;
        let picture = |page: SeenPage| PagePicture {
            key: page.key,
            png: page.png.map(|it| STANDARD.encode(it)),
        };
        Ok(Preview { pages: pages.into_iter().map(picture).collect(), ..preview })
    })
    .await
}

/// The pages for a printer, base64 PNG, and a name for the job; recorded as having left.
#[tauri::command]
#[specta::specta]
pub(crate) async fn document_print(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
) -> Reply<Sheets> {
    change(app, house, None, move |desk| {
        let (pages, name) = desk.print_document(document, &audience)?;
        Ok(Sheets { name, pages: pages.iter().map(|page| STANDARD.encode(page)).collect() })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_export(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
    format: Format,
) -> Reply<Option<Exported>> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let name = desk.export_name(document, &audience, format)?;
        let path = dialogs::save_as(&dialog, &name);
        path.map(|path| desk.export_document(document, &audience, format, &path)).transpose()
    })
    .await
}
