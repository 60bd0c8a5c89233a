//! Lookup lists: many names that are looked up and kept.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tauri::{AppHandle, State};

use farol_app::{
    Desk, Failure,
    lookup_lists::{self, ListFormat, ListWatch},
    view::{
        ListNames, ListedDetail, ListedGroups, ListedPage, LookupListPlan, LookupListView,
        SignKindRow,
    },
};
use farol_model::{
    id::LookupListId,
    lookup_list::{ListChoice, ListedAsk, ListedFilter, ListedSort},
    sign::SignKind,
};

use super::{Reply, aside, ask, change};
use crate::{
    dialogs,
    events::{self, Changed},
    house::House,
};

/// Screens ask again at most so often while a list is asked.
const TOLD_EVERY: Duration = Duration::from_millis(500);

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Option<String>> {
    ask(house, move |_| {
        dialogs::pick_names(&app).map(|it| lookup_lists::read_file(&it)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_plan(
    house: State<'_, House>,
    names: ListNames,
    choice: ListChoice,
) -> Reply<LookupListPlan> {
    ask(house, move |desk| desk.plan_lookup_list(&names, &choice)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_make(
    app: AppHandle,
    house: State<'_, House>,
    title: String,
    names: ListNames,
    choice: ListChoice,
) -> Reply<LookupListView> {
    change(app, house, None, move |desk| desk.make_lookup_list(&title, &names, &choice)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_all(house: State<'_, House>) -> Reply<Vec<LookupListView>> {
    ask(house, Desk::lookup_lists).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_show(
    house: State<'_, House>,
    id: LookupListId,
) -> Reply<LookupListView> {
    ask(house, move |desk| desk.lookup_list(id)).await
}

/// Begins to ask, and returns at once; the screens are told as it goes on, and how it ended.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_resume(
    app: AppHandle,
    house: State<'_, House>,
    id: LookupListId,
    failed_too: bool,
) -> Reply<LookupListView> {
    aside(house, move |house| {
        let desk = house.desk()?;
        desk.may_ask_lookup_list(id, failed_too)?;
        let told = desk.lookup_list(id)?;
        std::thread::spawn(move || {
            let teller = tell_at_times(app.clone());
            let watch = ListWatch { kept: &teller, stopped: &|| false, at_most: None };
            // How it ended stands in the list itself.
            drop(desk.ask_lookup_list(id, failed_too, &watch));
            drop(desk);
            events::tell(&app, &Changed { case: None });
        });
        Ok(told)
    })
    .await
}

/// Tells the screens that something was kept, now and then.
fn tell_at_times(app: AppHandle) -> impl Fn() + Send + Sync {
    let last = Arc::new(Mutex::new(None::<Instant>));
    move || {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|it| it.elapsed() >= TOLD_EVERY) {
            *last = Some(Instant::now());
            events::tell(&app, &Changed { case: None });
        }
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_pause(
    app: AppHandle,
    house: State<'_, House>,
    id: LookupListId,
) -> Reply<LookupListView> {
    change(app, house, None, move |desk| desk.pause_lookup_list(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_cancel(
    app: AppHandle,
    house: State<'_, House>,
    id: LookupListId,
) -> Reply<LookupListView> {
    change(app, house, None, move |desk| desk.cancel_lookup_list(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_rate(
    app: AppHandle,
    house: State<'_, House>,
    id: LookupListId,
    rate: Option<u32>,
) -> Reply<LookupListView> {
    change(app, house, None, move |desk| desk.choose_list_rate(id, rate)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_forget(
    app: AppHandle,
    house: State<'_, House>,
    id: LookupListId,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.forget_lookup_list(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn listed_names(
    house: State<'_, House>,
    id: LookupListId,
    part: ListedAsk,
) -> Reply<ListedPage> {
    ask(house, move |desk| desk.listed(id, &part)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn listed_groups(
    house: State<'_, House>,
    id: LookupListId,
    filter: ListedFilter,
    kind: SignKind,
) -> Reply<ListedGroups> {
    ask(house, move |desk| desk.listed_groups(id, &filter, kind)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn listed_detail(
    house: State<'_, House>,
    id: LookupListId,
    name: String,
) -> Reply<ListedDetail> {
    ask(house, move |desk| desk.listed_detail(id, &name)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_kinds(house: State<'_, House>) -> Reply<Vec<SignKindRow>> {
    ask(house, |_| Ok::<_, Failure>(lookup_lists::sign_kinds())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_list_save(
    app: AppHandle,
    house: State<'_, House>,
    id: LookupListId,
    filter: ListedFilter,
    sort: ListedSort,
    format: ListFormat,
) -> Reply<Option<u32>> {
    ask(house, move |desk| {
        let name = lookup_lists::file_name(&desk.lookup_list(id)?.title, format);
        let path = dialogs::save_as(&app, &name);
        path.map(|path| desk.export_lookup_list(id, &filter, sort, format, &path)).transpose()
    })
    .await
}
