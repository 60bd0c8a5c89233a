//! What the team sets for itself.

use tauri::{AppHandle, State};

use farol_app::Desk;
use farol_model::{id::MemberId, team::Team};

use super::{Reply, ask, change};
use crate::{dialogs, house::House};

#[tauri::command]
#[specta::specta]
pub(crate) async fn team_show(house: State<'_, House>) -> Reply<Team> {
    ask(house, Desk::team).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn team_name(
    app: AppHandle,
    house: State<'_, House>,
    name: String,
) -> Reply<Team> {
    change(app, house, None, move |desk| desk.set_team_name(&name)).await
}

/// Lets a person choose the picture; none when they did not.
#[tauri::command]
#[specta::specta]
pub(crate) async fn logo_pick(app: AppHandle, house: State<'_, House>) -> Reply<Option<Team>> {
    let dialog = app.clone();
    change(app, house, None, move |desk| {
        let file = dialogs::pick_picture(&dialog);
        file.map(|file| desk.set_logo(farol_render::clean_logo, &file)).transpose()
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn logo_remove(app: AppHandle, house: State<'_, House>) -> Reply<Team> {
    change(app, house, None, Desk::remove_logo).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn team_legal(
    app: AppHandle,
    house: State<'_, House>,
    member: MemberId,
    may: bool,
) -> Reply<Team> {
    change(app, house, None, move |desk| desk.set_legal(member, may)).await
}
