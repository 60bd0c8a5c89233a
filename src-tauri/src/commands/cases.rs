//! Cases: their facts, targets, clocks, notes and decisions; taking changes back; the search.

use tauri::{AppHandle, State};

use farol_app::view::{CaseOpen, CasePage, CaseView, DecisionDraft, MitigationDraft, SearchPage};
use farol_model::{
    case::{CaseFacts, Outcome},
    decision::MitigationState,
    id::{CaseId, ClockId, DecisionId, EntryId, MitigationId, ReportId},
    list::ListAsk,
    observable::Observable,
};

use super::{Reply, ask, change};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn case_open(
    app: AppHandle,
    house: State<'_, House>,
    open: CaseOpen,
) -> Reply<CaseId> {
    change(app, house, None, move |desk| desk.open_case(open)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn case_list(house: State<'_, House>, part: ListAsk) -> Reply<CasePage> {
    ask(house, move |desk| desk.cases(&part)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn case_show(house: State<'_, House>, case_id: CaseId) -> Reply<CaseView> {
    ask(house, move |desk| desk.case(case_id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn case_change(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    seen: CaseFacts,
    wanted: CaseFacts,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.change_case_as_seen(case_id, &seen, &wanted))
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_attach(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    report: ReportId,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.attach_report(case_id, report)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn observable_add(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    text: String,
) -> Reply<Observable> {
    change(app, house, Some(case_id), move |desk| desk.add_observable(case_id, &text)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn target_set(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    observable: Observable,
    outcome: Option<Outcome>,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.set_target(case_id, observable, outcome))
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn clock_stop(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    clock: ClockId,
    reason: String,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.stop_clock(case_id, clock, &reason)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn note_add(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    text: String,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.add_note(case_id, &text).map(|_| ())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn decision_make(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    draft: DecisionDraft,
) -> Reply<DecisionId> {
    change(app, house, Some(case_id), move |desk| desk.decide(case_id, draft)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn mitigation_propose(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    draft: MitigationDraft,
) -> Reply<MitigationId> {
    change(app, house, Some(case_id), move |desk| desk.propose_mitigation(case_id, draft)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn mitigation_advance(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    mitigation: MitigationId,
    state: MitigationState,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| {
        desk.advance_mitigation(case_id, mitigation, state)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn undo(app: AppHandle, house: State<'_, House>, entry: EntryId) -> Reply<()> {
    change(app, house, None, move |desk| desk.undo(entry)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn history_export(
    app: AppHandle,
    house: State<'_, House>,
    id: CaseId,
) -> Reply<Option<u32>> {
    ask(house, move |desk| {
        let name = format!("{}-history.csv", desk.case(id)?.case.reference);
        let path = dialogs::save_as(&app, &name);
        path.map(|path| desk.export_history(id, &path)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn search(house: State<'_, House>, text: String) -> Reply<SearchPage> {
    ask(house, move |desk| desk.search(&text)).await
}
