//! Documents: begun, saved, seen as their readers and exported.

use base64::{Engine, engine::general_purpose::STANDARD};
use tauri::{AppHandle, State};

use farol_app::{
    Desk, documents,
    view::{DocumentRow, DocumentView, Exported, PagePicture, Preview, Sheets},
};
use farol_model::{
    document::{Audience, Block, Envelope},
    export::Format,
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
    blocks: Vec<Block>,
    envelope: Option<Envelope>,
) -> Reply<Timestamp> {
    change(app, house, None, move |desk| desk.save_document(document, &blocks, envelope)).await
}

/// `known` are the keys of pages that the window has: their pictures are not sent again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn document_preview(
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
    draft: Option<documents::Draft>,
    known: Vec<String>,
) -> Reply<Preview> {
    ask(house, move |desk| {
        let (pages, mut preview) = desk.preview_document(document, &audience, draft)?;
        let picture = |page: &Vec<u8>| {
            let key = documents::page_key(page);
            let png = (!known.contains(&key)).then(|| STANDARD.encode(page));
            PagePicture { key, png }
        };
        preview.pages = pages.iter().map(picture).collect();
        Ok(preview)
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
