//! Files that cases rest on.

use tauri::{AppHandle, State};

use farol_app::{
    lookups::Watch,
    view::{EvidenceAdded, EvidenceStart},
};
use farol_model::id::{CaseId, EvidenceId};

use super::{Reply, change, tell_progress};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn evidence_pick(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    origin: String,
    redacted_from: Option<EvidenceId>,
) -> Reply<Option<EvidenceAdded>> {
    let (asked, watched, teller) = (app.clone(), house.inner().clone(), app.clone());
    change(app, house, Some(case_id), move |desk| {
        let Some(path) = dialogs::pick_evidence(&asked) else { return Ok(None) };
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.add_evidence(case_id, &path, &origin, redacted_from, &watch).map(Some)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn evidence_open(
    app: AppHandle,
    house: State<'_, House>,
    id: EvidenceId,
) -> Reply<EvidenceStart> {
    change(app, house, None, move |desk| desk.open_evidence(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn evidence_save(
    app: AppHandle,
    house: State<'_, House>,
    id: EvidenceId,
    to: String,
) -> Reply<bool> {
    let asked = app.clone();
    change(app, house, None, move |desk| {
        let name = desk.evidence_file_name(id)?;
        let Some(path) = dialogs::save_as(&asked, &name) else { return Ok(false) };
        desk.export_evidence(id, &path, &to)?;
        Ok(true)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn evidence_destroy(
    app: AppHandle,
    house: State<'_, House>,
    id: EvidenceId,
    reason: String,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.destroy_evidence(id, &reason)).await
}
