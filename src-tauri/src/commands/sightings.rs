//! What people saw.

use tauri::{AppHandle, State};

use farol_app::{lookups::Watch, view::SightingDraft};
use farol_model::id::{CaseId, SightingId};

use super::{Reply, change, tell_progress};
use crate::{dialogs, house::House};

/// Writes a sighting down; with `pick`, after a person chose the capture. None when they chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sighting_add(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    draft: SightingDraft,
    pick: bool,
) -> Reply<Option<SightingId>> {
    let (asked, watched, teller) = (app.clone(), house.inner().clone(), app.clone());
    change(app, house, Some(case_id), move |desk| {
        let path = if pick { dialogs::pick_evidence(&asked) } else { None };
        if pick && path.is_none() {
            return Ok(None);
        }
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.add_sighting(case_id, &draft, path.as_deref(), &watch).map(Some)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sighting_withdraw(
    app: AppHandle,
    house: State<'_, House>,
    id: SightingId,
) -> Reply<CaseId> {
    change(app, house, None, move |desk| desk.withdraw_sighting(id)).await
}
