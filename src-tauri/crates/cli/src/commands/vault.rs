use serde_json::json;

use farol_app::{
    Desk, Failure, backups, keys,
    vault::{self, Place},
    view::{VaultCreate, VaultState},
};
use farol_render::MACHINES;

use super::read_passphrase;
use crate::{options::VaultCommand, output::Output};

/// Makes a vault, describes it, or changes the ways to its key.
pub(super) fn run(
    place: &Place,
    passphrase: Option<&str>,
    command: VaultCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    let open = || super::open(place, passphrase);
    match command {
        VaultCommand::Status => status(place, output),
        VaultCommand::Health => health(&open()?, output),
        VaultCommand::Create { name, keyring } => {
            let passphrase = passphrase.ok_or_else(|| {
                Failure::bad_input(
                    "A vault needs a passphrase; nothing was made.",
                    "Write it into a file and give that with --passphrase-file.",
                )
            })?;
            let create = VaultCreate {
                passphrase: passphrase.to_owned(),
                member_name: name,
                use_keyring: keyring,
            };
            let (_desk, made) = vault::create(place.clone(), &create, MACHINES)?;
            let words =
                format!("vault created in {}\n{}", made.status.dir, told_once(&made.recovery_key));
            output.line(&made, &words)
        }
        VaultCommand::Rebuild { check: true } => {
            open()?.rebuild_check()?;
            output.line(&json!({ "same": true }), "every table is what the journal says")
        }
        VaultCommand::Rebuild { check: false } => {
            open()?.rebuild()?;
            output.line(&json!({ "rebuilt": true }), "the tables are made again from the journal")
        }
        VaultCommand::Recover => {
            let words = passphrase.unwrap_or(vault::PRACTICE_PASSPHRASE);
            let recovered = backups::recover(place, words)?;
            output.line(&recovered, &recovered.words)
        }
        VaultCommand::Slots => {
            for slot in open()?.key_slots()? {
                let made = slot.made_at.map(|at| format!(", made {at}")).unwrap_or_default();
                let strength =
                    slot.strength.as_ref().map(|it| format!(", {it}")).unwrap_or_default();
                output.line(&slot, &format!("{}{made}{strength}", slot.label))?;
            }
            Ok(())
        }
        VaultCommand::Passphrase { new_file } => {
            open()?.change_passphrase(&read_passphrase(&new_file)?)?;
            output.line(&json!({ "changed": true }), "the passphrase is changed")
        }
        VaultCommand::RecoveryKey => {
            let key = open()?.make_recovery_key()?;
            output.line(&json!({ "recovery_key": key }), &told_once(&key))
        }
        VaultCommand::Rekey => {
            let passphrase = passphrase.ok_or_else(|| {
                Failure::bad_input(
                    "Another database key needs the passphrase; nothing was changed.",
                    "Write it into a file and give that with --passphrase-file.",
                )
            })?;
            let key = keys::change_database_key(place, passphrase)?;
            let words =
                format!("the database key is changed, and a backup was made\n{}", told_once(&key));
            output.line(&json!({ "recovery_key": key }), &words)
        }
        VaultCommand::Keyring => {
            open()?.keep_in_keyring()?;
            output.line(&json!({ "kept": true }), "the system keyring has a key")
        }
        VaultCommand::RemoveSlot { kind } => {
            open()?.remove_key_slot(kind)?;
            output.line(&json!({ "removed": kind }), &format!("taken away: {}", kind.label()))
        }
    }
}

fn health(desk: &Desk, output: &mut Output) -> Result<(), Failure> {
    let health = desk.health()?;
    let backup = health.backups.first().map_or_else(
        || "no backup".into(),
        |it| format!("last checked backup {}", it.made_at.to_minute()),
    );
    let words = format!(
        "Farol {}, SQLCipher {}, schema {}\n{} entries, {}, {} free\n{backup}",
        health.farol,
        health.sqlcipher,
        health.schema,
        health.n_entries,
        health.database_bytes,
        health.free_bytes
    );
    output.line(&health, &words)
}

fn told_once(key: &str) -> String {
    format!("recovery key, told this once; print it and keep it away from this computer:\n{key}")
}

fn status(place: &Place, output: &mut Output) -> Result<(), Failure> {
    let status = vault::status(place);
    let words = match status.state {
        VaultState::Absent => "no vault here; `vault create` makes one",
        VaultState::Locked | VaultState::Open => "a vault, locked",
        VaultState::SlotsMissing => {
            "a database without vault.json; `backup put-back` brings both back"
        }
        VaultState::DatabaseMissing => {
            "vault.json without a database; `vault recover` brings back what can be read"
        }
    };
    let keyring = if status.has_keyring_slot { "; the system keyring has a key" } else { "" };
    output.line(&status, &format!("{}: {words}{keyring}", status.dir))
}
