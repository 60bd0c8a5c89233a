//! Opening, closing and keeping the vault, and how the window looks.

use tauri::{AppHandle, State};

use farol_app::{
    Desk,
    look::Look,
    view::{BackupRow, Health, KeySlot, PutBack, Recovered, VaultCreate, VaultMade, VaultStatus},
};
use farol_model::slot::SlotKind;

use super::{Reply, aside, ask};
use crate::house::House;

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
