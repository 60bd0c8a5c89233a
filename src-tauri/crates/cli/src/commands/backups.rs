use farol_app::{
    Failure, backups,
    vault::{self, PRACTICE_PASSPHRASE, Place},
    view::{BackupRow, PutBack},
};

use crate::{options::BackupCommand, output::Output};

/// Makes, lists or gets back backups.
pub(super) fn run(
    place: &Place,
    passphrase: Option<&str>,
    command: BackupCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    let practice = vault::status(place).practice.then_some(PRACTICE_PASSPHRASE);
    let words = || {
        passphrase.or(practice).ok_or_else(|| {
            Failure::bad_input(
                "A backup is opened with the passphrase or the recovery key. Nothing was changed.",
                "Write it into a file and give that with --passphrase-file.",
            )
        })
    };
    match command {
        BackupCommand::Make => {
            let made = super::open(place, passphrase)?.back_up()?;
            output.line(&made, &line(&made))
        }
        BackupCommand::List => {
            for backup in backups::list(place) {
                output.line(&backup, &line(&backup))?;
            }
            Ok(())
        }
        BackupCommand::Restore { name, to } => {
            let restored = backups::restore_to(place, &name, &to, words()?)?;
            output.line(
                &restored,
                &format!("{} is a vault in {}", line(&restored.backup), to.display()),
            )
        }
        BackupCommand::PutBack { name } => {
            let PutBack { backup, set_aside } = &backups::put_back(place, &name, words()?)?;
            let aside = set_aside.as_deref().unwrap_or_default();
            let words = format!("{} is back; what lay there is in {aside}", line(backup));
            output.line(&PutBack { backup: backup.clone(), set_aside: set_aside.clone() }, &words)
        }
    }
}

fn line(backup: &BackupRow) -> String {
    format!("{}  {} entries, {}, checked", backup.name, backup.n_entries, backup.bytes)
}
