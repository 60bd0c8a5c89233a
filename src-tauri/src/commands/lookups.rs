//! Asking about the hosts of a case, and the tables behind the verdicts.

use tauri::{AppHandle, State};

use farol_app::{
    Desk,
    lookups::Watch,
    view::{AsnTableView, LookupDone, LookupPlan, NetworkRow, RegistriesView},
};
use farol_model::{id::CaseId, leaving::LookupDepth};

use super::{Reply, ask, change, tell_progress};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_plan(
    house: State<'_, House>,
    hosts: Vec<String>,
    resolver: Option<String>,
    depth: LookupDepth,
) -> Reply<LookupPlan> {
    ask(house, move |desk| desk.plan_lookup(&hosts, resolver.as_deref(), &depth)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_start(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    hosts: Vec<String>,
    resolver: Option<String>,
    depth: LookupDepth,
) -> Reply<LookupDone> {
    let (watched, teller) = (house.inner().clone(), app.clone());
    change(app, house, Some(case_id), move |desk| {
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.look_up_deeper(Some(case_id), &hosts, resolver.as_deref(), &depth, &watch)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn asn_show(house: State<'_, House>) -> Reply<AsnTableView> {
    ask(house, |desk| Ok(desk.asn_table_show())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn asn_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Option<AsnTableView>> {
    ask(house, move |desk| {
        dialogs::pick_tables(&app).map(|it| desk.load_asn_table(&it)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn asn_forget(house: State<'_, House>) -> Reply<AsnTableView> {
    ask(house, Desk::forget_asn_table).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn networks_show(house: State<'_, House>) -> Reply<Vec<NetworkRow>> {
    ask(house, |desk| Ok(desk.networks_show())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn network_choose(
    app: AppHandle,
    house: State<'_, House>,
    id: String,
) -> Reply<Vec<NetworkRow>> {
    change(app, house, None, move |desk| desk.choose_network(&id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn registries_show(house: State<'_, House>) -> Reply<RegistriesView> {
    ask(house, |desk| Ok(desk.registries_show())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn registries_switch(house: State<'_, House>, on: bool) -> Reply<RegistriesView> {
    ask(house, move |desk| desk.switch_registries(on)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn registries_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Option<RegistriesView>> {
    ask(house, move |desk| {
        dialogs::pick_registries(&app).map(|it| desk.load_registries(&it)).transpose()
    })
    .await
}
