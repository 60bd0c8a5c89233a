//! One command a user action: unpack, call one function of the hall, return.
//!
//! Every call runs on a blocking thread; one that changes the story tells the screens afterwards.

/// Cases that travel whole between two desks.
pub(crate) mod bundles;
/// What may belong together, and what looks like a brand.
pub(crate) mod connections;
/// What leaves this computer.
pub(crate) mod leaving;
/// Lists of names that are looked up and kept.
pub(crate) mod lookup_lists;
/// Sending a response off.
pub(crate) mod send_off;
/// What people saw.
pub(crate) mod sightings;
/// What the team sets for itself.
pub(crate) mod team;
/// Templates.
pub(crate) mod templates;
/// Looking again, watches, and what changed.
pub(crate) mod then_now;
/// Documents while they are written, reviewed and sent.
pub(crate) mod writing;

use std::sync::atomic::{AtomicU32, Ordering};

use base64::{Engine, engine::general_purpose::STANDARD};
use tauri::{AppHandle, State};

use farol_app::{
    Code, Desk, Failure, documents,
    look::Look,
    lookups::Watch,
    signed_files::read_signed,
    view::{
        BackupRow, CaseOpen, CasePage, CaseView, DecisionDraft, DocumentRow, DocumentView, DueRow,
        ErasePreview, EvidenceAdded, EvidenceStart, Exported, HandoverRow, Health, ImportResult,
        Imported, JournalCheck, KeySlot, LookupDone, LookupPlan, MemberRow, MitigationDraft,
        NetworkRow, OpenedFile, Preview, PutBack, QueuePage, Recovered, RegistriesView, ReportView,
        SearchPage, TakenAnswer, ToldFact, VaultCreate, VaultMade, VaultStatus,
    },
};
use farol_model::{
    approval::{Ruling, Subject},
    case::{CaseFacts, Outcome},
    decision::MitigationState,
    document::{Audience, Block, Envelope},
    export::Format,
    id::{CaseId, ClockId, DecisionId, DocumentId, EntryId, EvidenceId, MitigationId, ReportId},
    list::ListAsk,
    observable::Observable,
    report::{Consent, ReportChannel},
    retention::{RetentionRules, Tombstone},
    signed::SignedFile,
    slot::SlotKind,
    time::Timestamp,
};

use crate::{
    dialogs,
    events::{self, Changed, Progress},
    house::House,
};

type Reply<T> = Result<T, Failure>;

/// Runs on a blocking thread.
async fn aside<T: Send + 'static>(
    house: State<'_, House>,
    f: impl FnOnce(&House) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let house = house.inner().clone();
    tauri::async_runtime::spawn_blocking(move || f(&house)).await.unwrap_or_else(|_| {
        Err(Failure::new(
            Code::Failed,
            "This step ended unexpectedly. What was saved before it is safe.",
            "Try it again; if it happens twice, restart Farol.",
        ))
    })
}

/// Asks the desk.
async fn ask<T: Send + 'static>(
    house: State<'_, House>,
    f: impl FnOnce(&Desk) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    aside(house, move |house| f(house.desk()?.as_ref())).await
}

/// Changes the story and tells the screens.
async fn change<T: Send + 'static>(
    app: AppHandle,
    house: State<'_, House>,
    case: Option<CaseId>,
    f: impl FnOnce(&Desk) -> Reply<T> + Send + 'static,
) -> Reply<T> {
    let reply = ask(house, f).await?;
    events::tell(&app, &Changed { case });
    Ok(reply)
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_status(app: AppHandle, house: State<'_, House>) -> Reply<VaultStatus> {
    let status = aside(house, House::status).await;
    if cfg!(feature = "automation") && std::env::var_os("FAROL_EXIT_AT_FIRST_SCREEN").is_some() {
        app.exit(0);
    }
    status
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn look_show(house: State<'_, House>) -> Reply<Look> {
    aside(house, |house| Ok(house.look())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn look_keep(house: State<'_, House>, look: Look) -> Reply<()> {
    aside(house, move |house| house.keep_look(look)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_create(house: State<'_, House>, create: VaultCreate) -> Reply<VaultMade> {
    aside(house, move |house| house.create(&create)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn sample_open(house: State<'_, House>) -> Reply<VaultStatus> {
    aside(house, House::open_sample).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_unlock(
    house: State<'_, House>,
    passphrase: Option<String>,
) -> Reply<VaultStatus> {
    aside(house, move |house| house.unlock(passphrase.as_deref())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_lock(house: State<'_, House>) -> Reply<VaultStatus> {
    aside(house, |house| {
        house.lock();
        house.status()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn key_slots(house: State<'_, House>) -> Reply<Vec<KeySlot>> {
    ask(house, Desk::key_slots).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn passphrase_change(house: State<'_, House>, passphrase: String) -> Reply<()> {
    ask(house, move |desk| desk.change_passphrase(&passphrase)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn recovery_key_make(house: State<'_, House>) -> Reply<String> {
    ask(house, Desk::make_recovery_key).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn database_key_change(
    house: State<'_, House>,
    passphrase: String,
) -> Reply<String> {
    aside(house, move |house| house.change_database_key(&passphrase)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn keyring_keep(house: State<'_, House>) -> Reply<()> {
    ask(house, Desk::keep_in_keyring).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn key_slot_remove(house: State<'_, House>, kind: SlotKind) -> Reply<()> {
    ask(house, move |desk| desk.remove_key_slot(kind)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn health_show(house: State<'_, House>) -> Reply<Health> {
    ask(house, Desk::health).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn backup_make(house: State<'_, House>) -> Reply<BackupRow> {
    ask(house, Desk::back_up).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn backup_list(house: State<'_, House>) -> Reply<Vec<BackupRow>> {
    aside(house, |house| Ok(house.backups())).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn backup_put_back(
    house: State<'_, House>,
    name: String,
    words: String,
) -> Reply<PutBack> {
    aside(house, move |house| house.put_back(&name, &words)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn vault_recover(house: State<'_, House>, words: String) -> Reply<Recovered> {
    aside(house, move |house| house.recover(&words)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn queue_show(house: State<'_, House>, part: ListAsk) -> Reply<QueuePage> {
    ask(house, move |desk| desk.queue(&part)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Vec<ImportResult>> {
    let picker = app.clone();
    change(app, house, None, move |desk| Ok(desk.import_files(&dialogs::pick_reports(&picker))))
        .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_paste(
    app: AppHandle,
    house: State<'_, House>,
    text: String,
    channel: ReportChannel,
) -> Reply<Imported> {
    change(app, house, None, move |desk| desk.import_text(&text, channel)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_show(house: State<'_, House>, report: ReportId) -> Reply<ReportView> {
    ask(house, move |desk| desk.report(report)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn report_original(house: State<'_, House>, report: ReportId) -> Reply<String> {
    ask(house, move |desk| desk.report_source(report)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_set(
    app: AppHandle,
    house: State<'_, House>,
    report: ReportId,
    consent: Consent,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.set_consent(report, consent)).await
}

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
    facts: CaseFacts,
) -> Reply<()> {
    change(app, house, Some(case_id), move |desk| desk.change_case(case_id, facts)).await
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
pub(crate) async fn lookup_plan(
    house: State<'_, House>,
    hosts: Vec<String>,
    resolver: Option<String>,
) -> Reply<LookupPlan> {
    ask(house, move |desk| desk.plan_lookup(&hosts, resolver.as_deref())).await
}

/// Tells the window how far long work is; a hundred steps are worth showing, whatever the number.
fn tell_progress(app: AppHandle) -> impl Fn(usize, usize) + Send + Sync {
    let shown = AtomicU32::new(0);
    move |done, total| {
        let (done, total) = (done as u32, total as u32);
        if done == total || done >= shown.load(Ordering::Relaxed) + total.div_ceil(100) {
            shown.store(done, Ordering::Relaxed);
            events::tell(&app, &Progress { done, total });
        }
    }
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_start(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    hosts: Vec<String>,
    resolver: Option<String>,
) -> Reply<LookupDone> {
    let (watched, teller) = (house.inner().clone(), app.clone());
    change(app, house, Some(case_id), move |desk| {
        watched.begin_work();
        let progress = tell_progress(teller);
        let cancelled = move || watched.is_cancelled();
        let watch = Watch { progress: &progress, cancelled: &cancelled };
        desk.look_up(Some(case_id), &hosts, resolver.as_deref(), &watch)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn work_cancel(house: State<'_, House>) -> Reply<()> {
    house.cancel();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn asn_pick(app: AppHandle, house: State<'_, House>) -> Reply<Option<u32>> {
    ask(house, move |desk| dialogs::pick_table(&app).map(|it| desk.load_asn_table(&it)).transpose())
        .await
}

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
pub(crate) async fn member_list(house: State<'_, House>) -> Reply<Vec<MemberRow>> {
    ask(house, Desk::members).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn card_write(app: AppHandle, house: State<'_, House>) -> Reply<Option<String>> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, &desk.card_name()?);
        path.map(|path| desk.write_card(&path)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn member_add(
    app: AppHandle,
    house: State<'_, House>,
    card: SignedFile,
    compared: String,
) -> Reply<MemberRow> {
    change(app, house, None, move |desk| desk.add_member(&card, &compared)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn signed_file_pick(
    app: AppHandle,
    house: State<'_, House>,
) -> Reply<Option<OpenedFile>> {
    ask(house, move |desk| {
        let path = dialogs::pick_signed(&app);
        path.map(|path| desk.open_signed(&read_signed(&path)?)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn approval_preview(
    house: State<'_, House>,
    case_id: CaseId,
    subject: Subject,
    note: String,
) -> Reply<Vec<ToldFact>> {
    ask(house, move |desk| desk.preview_request(case_id, subject, &note)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn approval_ask(
    app: AppHandle,
    house: State<'_, House>,
    case_id: CaseId,
    subject: Subject,
    note: String,
) -> Reply<bool> {
    let dialog = app.clone();
    change(app, house, Some(case_id), move |desk| {
        let path = dialogs::save_as(&dialog, &desk.request_name(case_id)?);
        let asked = path.map(|path| desk.ask_approval(case_id, subject, &note, &path));
        Ok(asked.transpose()?.is_some())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn approval_answer(
    app: AppHandle,
    house: State<'_, House>,
    request: SignedFile,
    ruling: Ruling,
    reason: String,
) -> Reply<bool> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, &desk.answer_name(&request)?);
        let answered = path.map(|path| desk.answer_request(&request, ruling, &reason, &path));
        Ok(answered.transpose()?.is_some())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_take(
    app: AppHandle,
    house: State<'_, House>,
    answer: SignedFile,
) -> Reply<TakenAnswer> {
    change(app, house, None, move |desk| desk.take_answer(&answer)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_preview(
    house: State<'_, House>,
    text: String,
) -> Reply<Vec<ToldFact>> {
    ask(house, move |desk| desk.preview_handover(&text)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_write(
    app: AppHandle,
    house: State<'_, House>,
    text: String,
) -> Reply<Option<u32>> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let path = dialogs::save_as(&dialog, &desk.handover_name());
        path.map(|path| desk.write_handover(&text, &path)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_list(house: State<'_, House>) -> Reply<Vec<HandoverRow>> {
    ask(house, Desk::handovers).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn handover_sign(
    app: AppHandle,
    house: State<'_, House>,
    handover: SignedFile,
) -> Reply<bool> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let path = dialogs::save_as(&dialog, &desk.receipt_name());
        Ok(path.map(|path| desk.sign_handover(&handover, &path)).transpose()?.is_some())
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn receipt_take(
    app: AppHandle,
    house: State<'_, House>,
    receipt: SignedFile,
) -> Reply<String> {
    change(app, house, None, move |desk| desk.take_receipt(&receipt)).await
}

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

#[tauri::command]
#[specta::specta]
pub(crate) async fn document_preview(
    house: State<'_, House>,
    document: DocumentId,
    audience: Audience,
    draft: Option<documents::Draft>,
) -> Reply<Preview> {
    ask(house, move |desk| {
        let (pages, mut preview) = desk.preview_document(document, &audience, draft)?;
        preview.pages = pages.iter().map(|page| STANDARD.encode(page)).collect();
        Ok(preview)
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

#[tauri::command]
#[specta::specta]
pub(crate) async fn journal_verify(app: AppHandle, house: State<'_, House>) -> Reply<JournalCheck> {
    let watched = house.inner().clone();
    ask(house, move |desk| {
        watched.begin_work();
        let progress = tell_progress(app);
        let cancelled = move || watched.is_cancelled();
        desk.verify_journal_watched(None, &Watch { progress: &progress, cancelled: &cancelled })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn journal_export(
    app: AppHandle,
    house: State<'_, House>,
    sealed: bool,
) -> Reply<Option<u32>> {
    ask(house, move |desk| {
        let path = dialogs::save_as(&app, "farol-journal.jsonl");
        path.map(|path| desk.export_journal(&path, sealed)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn rebuild_check(house: State<'_, House>) -> Reply<()> {
    ask(house, Desk::rebuild_check).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_rules(house: State<'_, House>) -> Reply<RetentionRules> {
    ask(house, Desk::retention_rules).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_set(
    app: AppHandle,
    house: State<'_, House>,
    rules: RetentionRules,
) -> Reply<()> {
    change(app, house, None, move |desk| desk.set_retention_rules(rules)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn retention_due(house: State<'_, House>) -> Reply<Vec<DueRow>> {
    ask(house, Desk::retention_due).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn erased_cases(house: State<'_, House>) -> Reply<Vec<Tombstone>> {
    ask(house, Desk::erased_cases).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn hold_set(
    app: AppHandle,
    house: State<'_, House>,
    id: CaseId,
    reason: Option<String>,
) -> Reply<()> {
    change(app, house, Some(id), move |desk| match reason {
        Some(reason) => desk.set_hold(id, &reason),
        None => desk.release_hold(id),
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_preview(house: State<'_, House>, id: CaseId) -> Reply<ErasePreview> {
    ask(house, move |desk| desk.erase_preview(id)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn case_erase(
    app: AppHandle,
    house: State<'_, House>,
    id: CaseId,
    reason: String,
    typed: String,
) -> Reply<Tombstone> {
    change(app, house, None, move |desk| desk.erase_case(id, &reason, &typed)).await
}
