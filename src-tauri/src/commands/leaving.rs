//! What leaves this computer: the switch, who may see what, the queue and the ledger.

use tauri::{AppHandle, State};

use farol_app::{
    Desk,
    lookups::Watch,
    view::{LeavingView, LeftRow, MayLeave, Source, WaitingRow, WaitingSent},
};
use farol_model::{
    id::{CaseId, WaitingId},
    leaving::LookupDepth,
    time::Timestamp,
};

use super::{Reply, ask, change, tell_progress};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn leaving_show(house: State<'_, House>) -> Reply<LeavingView> {
    ask(house, Desk::leaving_show).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn offline_switch(
    app: AppHandle,
    house: State<'_, House>,
    offline: bool,
) -> Reply<LeavingView> {
    change(app, house, None, move |desk| desk.switch_offline(offline)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn source_switch(
    app: AppHandle,
    house: State<'_, House>,
    source: Source,
    on: bool,
) -> Reply<LeavingView> {
    change(app, house, None, move |desk| desk.switch_source(source, on)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn resolver_choose(
    app: AppHandle,
    house: State<'_, House>,
    resolver: Option<String>,
) -> Reply<LeavingView> {
    change(app, house, None, move |desk| desk.choose_own_resolver(resolver.as_deref())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn may_leave(
    house: State<'_, House>,
    case_id: Option<CaseId>,
    hosts: Vec<String>,
) -> Reply<MayLeave> {
    ask(house, move |desk| desk.may_leave(case_id, &hosts)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_wait(
    app: AppHandle,
    house: State<'_, House>,
    case_id: Option<CaseId>,
    hosts: Vec<String>,
    resolver: Option<String>,
    depth: LookupDepth,
) -> Reply<WaitingRow> {
    change(app, house, case_id, move |desk| {
        desk.wait_with_lookup(case_id, &hosts, resolver.as_deref(), &depth)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn waiting_forget(
    app: AppHandle,
    house: State<'_, House>,
    id: WaitingId,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.forget_waiting(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn waiting_send(app: AppHandle, house: State<'_, House>) -> Reply<WaitingSent> {
    let (watched, teller) = (house.inner().clone(), app.clone());
    change(app, house, None, move |desk| {
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        desk.send_waiting(&Watch { progress: &progress, cancelled: &cancelled })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ledger_show(
    house: State<'_, House>,
    before: Option<Timestamp>,
) -> Reply<Vec<LeftRow>> {
    ask(house, move |desk| desk.ledger(before, 200)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn ledger_save(app: AppHandle, house: State<'_, House>) -> Reply<Option<u32>> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, "ledger.csv");
        path.map(|path| desk.export_ledger(&path)).transpose()
    })
    .await
}
