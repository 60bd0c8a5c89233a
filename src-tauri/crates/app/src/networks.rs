//! Which network is ours: a profile that ships, or a file of the team's own.

use std::{
    fs,
    path::Path,
    sync::{Arc, PoisonError},
};

use farol_lookup::Networks;

use crate::{Code, Desk, Failure, view::NetworkRow, whole_file};

/// Beside the vault: the id of the network that the team chose. Tables are public, so is this.
const OURS: &str = "our-network";
/// The network of the samples.
const PRACTICE: &str = "harbour";

impl Desk {
    pub(crate) fn networks(&self) -> Arc<Networks> {
        Arc::clone(&self.networks.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every network that is known, by name, and which of them is ours.
    pub fn networks_show(&self) -> Vec<NetworkRow> {
        let row = |(id, name, ours): (&str, &str, bool)| NetworkRow {
            id: id.to_owned(),
            name: name.to_owned(),
            ours,
        };
        let rows = self.networks().all().into_iter().map(row).collect::<Vec<_>>();
        // The fictional network is nobody's choice outside of practice.
        rows.into_iter().filter(|it| self.practice.is_some() || it.id != PRACTICE).collect()
    }

    /// Chooses the network that is ours. Every case is judged anew from what is kept; nothing is
    /// looked up.
    ///
    /// # Errors
    /// When there is no such network, this is a practice desk, or the choice cannot be kept.
    pub fn choose_network(&self, id: &str) -> Result<Vec<NetworkRow>, Failure> {
        if self.practice.is_some() {
            return Err(Failure::refused(
                "This is a practice desk: its network is Harbour. Nothing was changed.",
                "Open your own vault to choose your network.",
            ));
        }
        if !self.networks_show().iter().any(|it| it.id == id) {
            return Err(Failure::bad_input(
                "There is no network of this name. Nothing was changed.",
                "`farolctl network list` names those that are known; a file of your own goes into the folder `networks` beside the vault.",
            ));
        }
        whole_file::write(&self.dir.join(OURS), |to| to.write_all(id.as_bytes())).map_err(
            |error| {
                Failure::new(
                    Code::Failed,
                    format!("The choice could not be kept: {}. Nothing was changed.", error.kind()),
                    "Check free space and permissions of the vault's folder, then try again.",
                )
            },
        )?;
        let chosen = Arc::new(self.networks().with_ours(id));
        *self.networks.write().unwrap_or_else(PoisonError::into_inner) = chosen;
        self.judge_anew()?;
        Ok(self.networks_show())
    }
}

/// The tables that ship, the team's own on top, and the chosen one as ours.
pub(crate) fn read(dir: &Path, practice: bool) -> Result<Networks, Failure> {
    let networks = own(dir)?;
    if practice {
        return Ok(networks);
    }
    let chosen = fs::read_to_string(dir.join(OURS)).unwrap_or_default();
    Ok(networks.with_ours(chosen.trim()))
}

/// The shipped networks and the team's own from `networks/*.toml` beside the vault.
fn own(dir: &Path) -> Result<Networks, Failure> {
    let mut networks = Networks::shipped();
    let Ok(files) = fs::read_dir(dir.join("networks")) else { return Ok(networks) };
    let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|it| it == "toml")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        networks = fs::read_to_string(path)
            .map_err(|error| error.to_string())
            .and_then(|text| networks.with(&text).map_err(|error| error.to_string()))
            .map_err(|error| {
                Failure::bad_input(
                    format!("The network profile {name} cannot be used: {error}."),
                    "Correct the file in the folder `networks` beside the vault, or move it away.",
                )
            })?;
    }
    Ok(networks)
}
