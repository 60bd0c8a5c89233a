//! The porch with a window: commands in, events out. Wires the house and decides nothing.
#![cfg_attr(all(not(debug_assertions), target_os = "windows"), windows_subsystem = "windows")]

/// One command a user action, three lines each.
mod commands;
/// Files that a person picks, in native dialogs.
mod dialogs;
/// Events that tell the screen what changed.
mod events;
/// The house that commands find behind the door.
mod house;
/// Locks the desk before the computer sleeps.
mod sleep;
/// The one window and what it refuses.
mod window;

use std::{env, path::PathBuf, process::ExitCode};

use tauri::Manager;
use tauri_specta::{collect_commands, collect_events};

use crate::{events::Changed, house::House};

fn main() -> ExitCode {
    farol_app::core_dumps::forbid();
    if window::is_driven() && !may_be_driven() {
        eprintln!(
            "farol: TAURI_AUTOMATION is set; this build does not let others drive its window"
        );
        return ExitCode::FAILURE;
    }
    let dir = match data_dir() {
        Ok(dir) => dir,
        Err(message) => {
            eprintln!("farol: {message}");
            return ExitCode::FAILURE;
        }
    };
    let ipc = ipc();
    let built = tauri::Builder::default()
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .callback(window::second_start)
                .dbus_id(window::instance_of(&dir))
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(ipc.invoke_handler())
        .manage(House::new(dir))
        .setup(move |app| {
            ipc.mount_events(app);
            let screens = app.handle().clone();
            app.state::<House>()
                .when_checked(move || events::tell(&screens, &Changed { case: None }));
            sleep::listen(app.handle());
            window::open(app.handle())?;
            Ok(())
        })
        .on_window_event(window::on_event)
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|app, event| {
                if let tauri::RunEvent::Exit = event {
                    app.state::<House>().lock();
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("farol: the window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whoever starts the window of such a build may drive it through WebDriver.
fn may_be_driven() -> bool {
    cfg!(any(debug_assertions, feature = "automation"))
}

fn data_dir() -> Result<PathBuf, String> {
    let mut args = env::args_os().skip(1);
    while let Some(arg) = args.next() {
        if arg == "--data-dir" {
            return args
                .next()
                .map(PathBuf::from)
                .ok_or_else(|| "--data-dir needs a folder".into());
        }
    }
    if let Some(dir) = env::var_os("FAROL_DATA_DIR") {
        return Ok(PathBuf::from(dir));
    }
    farol_app::vault::default_dir().map_err(|failure| failure.to_string())
}

/// Every command and event, typed; `ui/src/lib/ipc/bindings.ts` is made from it.
fn ipc() -> tauri_specta::Builder<tauri::Wry> {
    tauri_specta::Builder::new()
        .disable_serde_phases()
        .commands(collect_commands![
            commands::look_show,
            commands::look_keep,
            commands::vault_status,
            commands::vault_create,
            commands::sample_open,
            commands::vault_unlock,
            commands::vault_lock,
            commands::key_slots,
            commands::passphrase_change,
            commands::recovery_key_make,
            commands::database_key_change,
            commands::keyring_keep,
            commands::key_slot_remove,
            commands::health_show,
            commands::backup_make,
            commands::backup_list,
            commands::backup_put_back,
            commands::vault_recover,
            commands::retention_rules,
            commands::retention_set,
            commands::retention_due,
            commands::erased_cases,
            commands::hold_set,
            commands::erase_preview,
            commands::case_erase,
            commands::queue_show,
            commands::report_pick,
            commands::report_paste,
            commands::report_show,
            commands::report_original,
            commands::consent_set,
            commands::case_open,
            commands::case_list,
            commands::case_show,
            commands::case_change,
            commands::report_attach,
            commands::observable_add,
            commands::target_set,
            commands::clock_stop,
            commands::note_add,
            commands::lookup_plan,
            commands::lookup_start,
            commands::bundles::bundle_plan,
            commands::bundles::bundle_export,
            commands::bundles::bundle_pick,
            commands::bundles::bundle_preview,
            commands::bundles::bundle_import,
            commands::bundles::conflict_list,
            commands::bundles::conflict_settle,
            commands::leaving::leaving_show,
            commands::leaving::offline_switch,
            commands::leaving::source_switch,
            commands::leaving::resolver_choose,
            commands::leaving::may_leave,
            commands::leaving::lookup_wait,
            commands::leaving::waiting_forget,
            commands::leaving::waiting_send,
            commands::leaving::ledger_show,
            commands::leaving::ledger_save,
            commands::lookup_lists::lookup_list_pick,
            commands::lookup_lists::lookup_list_plan,
            commands::lookup_lists::lookup_list_make,
            commands::lookup_lists::lookup_list_all,
            commands::lookup_lists::lookup_list_show,
            commands::lookup_lists::lookup_list_resume,
            commands::lookup_lists::lookup_list_pause,
            commands::lookup_lists::lookup_list_cancel,
            commands::lookup_lists::lookup_list_rate,
            commands::lookup_lists::lookup_list_forget,
            commands::lookup_lists::listed_names,
            commands::lookup_lists::listed_groups,
            commands::lookup_lists::listed_detail,
            commands::lookup_lists::sign_kinds,
            commands::lookup_lists::lookup_list_save,
            commands::connections::connections_show,
            commands::connections::lookalikes_make,
            commands::connections::lookalikes_judge,
            commands::connections::lookalikes_judge_list,
            commands::then_now::recheck_plan,
            commands::then_now::recheck_start,
            commands::then_now::watch_list,
            commands::then_now::watch_plan,
            commands::then_now::watch_set,
            commands::then_now::watch_end,
            commands::then_now::news_show,
            commands::then_now::news_seen,
            commands::work_cancel,
            commands::asn_pick,
            commands::sightings::sighting_add,
            commands::sightings::sighting_withdraw,
            commands::evidence_pick,
            commands::evidence_open,
            commands::evidence_save,
            commands::evidence_destroy,
            commands::networks_show,
            commands::network_choose,
            commands::registries_show,
            commands::registries_switch,
            commands::registries_pick,
            commands::decision_make,
            commands::mitigation_propose,
            commands::mitigation_advance,
            commands::member_list,
            commands::card_write,
            commands::member_add,
            commands::signed_file_pick,
            commands::approval_preview,
            commands::approval_ask,
            commands::approval_answer,
            commands::answer_take,
            commands::handover_preview,
            commands::handover_write,
            commands::handover_list,
            commands::handover_sign,
            commands::receipt_take,
            commands::document_list,
            commands::document_create,
            commands::document_show,
            commands::document_save,
            commands::document_preview,
            commands::writing::document_check,
            commands::writing::block_history,
            commands::writing::moment_list,
            commands::writing::block_comment,
            commands::writing::comment_settle,
            commands::writing::document_issue,
            commands::writing::document_correct,
            commands::writing::promise_list,
            commands::writing::promise_keep,
            commands::team::team_show,
            commands::team::team_legal,
            commands::team::team_name,
            commands::team::logo_pick,
            commands::team::logo_remove,
            commands::templates::template_list,
            commands::templates::template_show,
            commands::templates::template_lint,
            commands::templates::template_preview,
            commands::templates::template_save,
            commands::templates::template_restore,
            commands::templates::template_default,
            commands::document_export,
            commands::send_off::send_off_plan,
            commands::send_off::send_off_write,
            commands::send_off::sent_from_mail,
            commands::send_off::document_sent,
            commands::search,
            commands::journal_verify,
            commands::undo,
            commands::history_export,
            commands::journal_export,
            commands::rebuild_check,
        ])
        .events(collect_events![
            events::Changed,
            events::Progress,
            events::FilesImported,
            events::BundleDropped,
            events::LockAsked
        ])
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use specta_typescript::Typescript;

    /// With `FAROL_WRITE_BINDINGS` set (`make bindings`) the file is written instead of compared.
    #[test]
    fn the_generated_bindings_are_fresh() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/ipc/bindings.ts");
        let dir = tempfile::tempdir().unwrap();
        let fresh = dir.path().join("bindings.ts");
        super::ipc().export(Typescript::default(), &fresh).unwrap();
        if env::var_os("FAROL_WRITE_BINDINGS").is_some() {
            fs::copy(&fresh, &committed).unwrap();
        }
        let (fresh, committed) =
            (fs::read(fresh).unwrap(), fs::read(committed).unwrap_or_default());
        assert!(fresh == committed, "run `make bindings` and commit the result");
    }

    /// A command that one of the gates does not know would hang or be refused in the window only.
    #[test]
    fn every_gate_knows_every_command() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| fs::read_to_string(here.join(path)).unwrap();
        let bindings = read("../ui/src/lib/ipc/bindings.ts");
        let commands: Vec<_> = bindings
            .split("__TAURI_INVOKE(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(commands.len() > 30);
        let isolation = read("../ui/isolation/isolation.js");
        let isolated: Vec<_> = isolation.split([' ', '"', '\n']).collect();
        let (build, capability) = (read("build.rs"), read("capabilities/main.json"));
        for command in commands {
            assert!(isolated.contains(&command), "{command} is not in isolation.js");
            assert!(build.contains(&format!("\"{command}\"")), "{command} is not in build.rs");
            let allowed = format!("\"allow-{}\"", command.replace('_', "-"));
            assert!(capability.contains(&allowed), "{command} is not in capabilities/main.json");
        }
    }
}
