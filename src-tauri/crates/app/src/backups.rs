//! Backups, and the vault's condition.

use std::path::Path;

use farol_model::id::Size;
use farol_store::Backup;

use crate::{
    Desk, Failure,
    vault::Place,
    view::{BackupRow, Health, PutBack, Recovered},
};

/// The backups beside a vault, the newest first; opens nothing.
pub fn list(place: &Place) -> Vec<BackupRow> {
    place.backups().into_iter().map(row).collect()
}

/// Puts a backup in the place of the vault, which has to be locked. What lies there is set aside.
///
/// # Errors
/// When the vault is open, the words open no slot of the backup, or the backup is damaged: nothing
/// was changed then.
pub fn put_back(place: &Place, name: &str, words: &str) -> Result<PutBack, Failure> {
    let restored = place.put_back(name, words)?;
    Ok(PutBack {
        backup: row(restored.backup),
        set_aside: restored.set_aside.map(|it| it.display().to_string()),
    })
}

/// Makes the most of a damaged vault, which has to be locked: the newest good backup, and what the
/// second copy and the damaged database still have. What lies there is set aside.
///
/// # Errors
/// When the vault is open, the words open no slot, or nothing at all can be read: nothing was
/// changed then.
pub fn recover(place: &Place, words: &str) -> Result<Recovered, Failure> {
    let found = place.recover(words)?;
    let set_aside = found.set_aside.display().to_string();
    let lost = match (found.n_behind_a_gap, found.n_originals_missing) {
        (0, 0) => "Nothing is known to be missing.".to_owned(),
        (behind, missing) => format!(
            "Not everything: {behind} entries were read but cannot be joined to the rest, and {missing} originals are missing. Keep what was set aside."
        ),
    };
    let words =
        format!("{} entries are back. {lost} What lay there is in {set_aside}.", found.n_entries);
    Ok(Recovered {
        n_entries: found.n_entries,
        backup: found.backup.map(row),
        n_brought_back: found.n_brought_back,
        n_behind_a_gap: found.n_behind_a_gap,
        n_originals_missing: found.n_originals_missing,
        set_aside,
        words,
    })
}

/// Copies a backup into another, empty folder, where it is a vault of its own.
///
/// # Errors
/// As [`put_back`]; and when a vault lies in that folder.
pub fn restore_to(place: &Place, name: &str, to: &Path, words: &str) -> Result<PutBack, Failure> {
    let restored = place.restore_to(name, to, words)?;
    Ok(PutBack { backup: row(restored.backup), set_aside: None })
}

impl Desk {
    /// Makes a backup and checks it from end to end.
    ///
    /// # Errors
    /// When it cannot be written, or is not what the vault is; it is then not kept.
    pub fn back_up(&self) -> Result<BackupRow, Failure> {
        let made = self.store.back_up().map(row).map_err(Failure::from);
        self.remember_problem(made.as_ref().err());
        made
    }

    /// Makes a backup when the newest is a day old. Practice desks have none: they are laid out anew.
    /// What went wrong stands in [`Desk::health`].
    pub fn back_up_daily(&self) {
        if self.practice.is_none() {
            let made = self.store.back_up_daily().map_err(Failure::from);
            self.remember_problem(made.as_ref().err());
        }
    }

    /// What can be said of the vault's condition without reading all of it.
    ///
    /// # Errors
    /// When the vault or its folder cannot be read.
    pub fn health(&self) -> Result<Health, Failure> {
        let condition = self.store.condition()?;
        Ok(Health {
            farol: env!("CARGO_PKG_VERSION").into(),
            sqlcipher: condition.sqlcipher,
            sqlite: condition.sqlite,
            schema: condition.schema,
            n_entries: condition.n_entries,
            head: condition.head,
            database_bytes: Size(condition.database_bytes),
            tail_bytes: condition.tail_bytes.map(Size),
            tail_is_behind: condition.tail_is_behind,
            free_bytes: Size(condition.free_bytes),
            backups: self.store.backups().into_iter().map(row).collect(),
            backup_problem: self.backup_problem().clone(),
        })
    }

    fn remember_problem(&self, problem: Option<&Failure>) {
        *self.backup_problem() = problem.cloned();
    }

    fn backup_problem(&self) -> std::sync::MutexGuard<'_, Option<Failure>> {
        self.backup_problem.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn row(backup: Backup) -> BackupRow {
    BackupRow {
        name: backup.name,
        made_at: backup.made_at,
        n_entries: backup.n_entries,
        head: backup.head,
        bytes: Size(backup.bytes),
    }
}
