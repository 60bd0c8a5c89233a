//! Then and now: looking again, watches, and what changed.

use tauri::{AppHandle, State};

use farol_app::{
    lookups::Watch,
    view::{Recheck, RecheckDone, RecheckPlan, WatchDraft, WatchRow},
};
use farol_model::{
    id::{CaseId, WatchId},
    then_now::Notice,
};

use super::{Reply, ask, change, tell_progress};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn recheck_plan(
    house: State<'_, House>,
    what: Recheck,
    resolver: Option<String>,
) -> Reply<RecheckPlan> {
    ask(house, move |desk| desk.plan_recheck(&what, resolver.as_deref())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn recheck_start(
    app: AppHandle,
    house: State<'_, House>,
    what: Recheck,
    resolver: Option<String>,
) -> Reply<RecheckDone> {
    let (watched, teller) = (house.inner().clone(), app.clone());
    change(app, house, None, move |desk| {
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.recheck(&what, resolver.as_deref(), &watch)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_list(house: State<'_, House>) -> Reply<Vec<WatchRow>> {
    ask(house, |desk| desk.watches(None)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_plan(house: State<'_, House>, draft: WatchDraft) -> Reply<RecheckPlan> {
    ask(house, move |desk| desk.plan_watch(&draft)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_set(
    app: AppHandle,
    house: State<'_, House>,
    draft: WatchDraft,
) -> Reply<WatchRow> {
    let (due, case) = (house.inner().clone(), draft.case);
    let set = change(app, house, Some(case), move |desk| desk.set_watch(&draft)).await?;
    due.run_watches_soon();
    Ok(set)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_end(app: AppHandle, house: State<'_, House>, id: WatchId) -> Reply<()> {
    change(app, house, None, move |desk| desk.end_watch(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn news_show(house: State<'_, House>) -> Reply<Vec<Notice>> {
    ask(house, |desk| desk.news(None)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn news_seen(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
) -> Reply<u32> {
    change(app, house, Some(case_id), move |desk| desk.see_news(case_id)).await
}
