use farol_app::{
    Desk,
    view::{BlockVersion, Drafts, MomentRow, PromiseRow, Stopped},
};
use farol_model::{
    document::Audience,
    id::{BlockId, CommentId, Digest, DocumentId},
};
use tauri::{AppHandle, State};

use super::{Reply, ask, change};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_check(
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
) -> Reply<Option<Stopped>> {
    ask(house, move |desk| desk.check_document(document, &audience)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn block_history(
    house: State<'_, House>,
    document: DocumentId,
    block: BlockId,
) -> Reply<Vec<BlockVersion>> {
    ask(house, move |desk| desk.block_history(document, block)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn moment_list(
    house: State<'_, House>,
    document: DocumentId,
) -> Reply<Vec<MomentRow>> {
    ask(house, move |desk| desk.moments_for(document)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn block_comment(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    block: BlockId,
    text: String,
) -> Reply<CommentId> {
    change(app, house, None, move |desk| desk.comment(document, block, &text)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn comment_settle(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    comment: CommentId,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.settle_comment(document, comment)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_drafts(
    house: State<'_, House>,
    document: DocumentId,
) -> Reply<Drafts> {
    ask(house, move |desk| desk.drafts(document)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_issue(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
) -> Reply<Digest> {
    change(app, house, None, move |desk| desk.issue_document(document)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_correct(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    what: String,
) -> Reply<DocumentId> {
    change(app, house, None, move |desk| desk.correct_document(document, &what)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn promise_list(house: State<'_, House>) -> Reply<Vec<PromiseRow>> {
    ask(house, Desk::promises).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn promise_keep(
    app: AppHandle,
    house: State<'_, House>,
    document: DocumentId,
    block: BlockId,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.keep_promise(document, block)).await
}
