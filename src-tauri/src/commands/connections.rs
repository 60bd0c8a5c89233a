//! What may belong together, and what looks like a brand. Nothing of it leaves.

use tauri::State;

use farol_app::{
    connections::ConnectionsOf,
    lookalikes,
    view::{ConnectionsView, JudgedNames, LookalikesView},
};
use farol_model::id::LookupListId;

use super::{Reply, ask};
use crate::house::House;

#[tauri::command]
#[specta::specta]
pub(crate) async fn connections_show(
    house: State<'_, House>,
    of: ConnectionsOf,
) -> Reply<ConnectionsView> {
    ask(house, move |desk| desk.connections(&of)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookalikes_make(
    house: State<'_, House>,
    brand: String,
    kinds: Vec<String>,
) -> Reply<LookalikesView> {
    ask(house, move |_| lookalikes::make_lookalikes(&brand, &kinds)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookalikes_judge(
    house: State<'_, House>,
    brands: Vec<String>,
    text: String,
) -> Reply<JudgedNames> {
    ask(house, move |_| lookalikes::judge_lookalikes(&brands, &text)).await
}

#[tauri::command]
#[specta::specta]
pub(crate) async fn lookalikes_judge_list(
    house: State<'_, House>,
    id: LookupListId,
    brands: Vec<String>,
) -> Reply<JudgedNames> {
    ask(house, move |desk| desk.judge_list(id, &brands)).await
}
