//! What the team sets for itself.

use tauri::{AppHandle, State};

use farol_app::Desk;
use farol_model::{id::MemberId, team::Team};

use super::{Reply, ask, change};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn team_show(house: State<'_, House>) -> Reply<Team> {
    ask(house, Desk::team).await
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
