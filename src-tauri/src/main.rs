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
            let screens = app.handle().clone();
            app.state::<House>()
                .when_opening(move |it| events::tell(&screens, &events::Upgrading::from(it)));
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
            commands::vault::look_show,
            commands::vault::look_keep,
            commands::vault::vault_status,
            commands::vault::vault_create,
            commands::vault::sample_open,
            commands::vault::vault_unlock,
            commands::vault::vault_lock,
            commands::vault::key_slots,
            commands::vault::passphrase_change,
            commands::vault::recovery_key_make,
            commands::vault::database_key_change,
            commands::vault::keyring_keep,
            commands::vault::key_slot_remove,
            commands::vault::health_show,
            commands::vault::backup_make,
            commands::vault::backup_list,
            commands::vault::backup_put_back,
            commands::vault::vault_recover,
            commands::retention::retention_rules,
            commands::retention::retention_set,
            commands::retention::retention_due,
            commands::retention::erased_cases,
            commands::retention::hold_set,
            commands::retention::erase_preview,
            commands::retention::case_erase,
            commands::reports::queue_show,
            commands::reports::report_pick,
            commands::reports::report_paste,
            commands::reports::report_show,
            commands::reports::report_original,
            commands::reports::consent_set,
            commands::cases::case_open,
            commands::cases::case_list,
            commands::cases::case_show,
            commands::cases::case_change,
            commands::cases::report_attach,
            commands::cases::observable_add,
            commands::cases::target_set,
            commands::cases::clock_stop,
            commands::cases::note_add,
            commands::lookups::lookup_plan,
            commands::lookups::lookup_start,
            commands::bundles::bundle_plan,
            commands::bundles::bundle_export,
            commands::bundles::bundle_pick,
            commands::bundles::bundle_preview,
            commands::bundles::bundle_import,
            commands::bundles::conflict_list,
            commands::bundles::conflict_settle,
            commands::answers::answers_show,
            commands::answers::message_save,
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
            commands::lookups::asn_show,
            commands::lookups::asn_pick,
            commands::lookups::asn_forget,
            commands::sightings::sighting_add,
            commands::sightings::sighting_withdraw,
            commands::evidence::evidence_pick,
            commands::evidence::evidence_open,
            commands::evidence::evidence_save,
            commands::evidence::evidence_destroy,
            commands::lookups::networks_show,
            commands::lookups::network_choose,
            commands::lookups::registries_show,
            commands::lookups::registries_switch,
            commands::lookups::registries_pick,
            commands::cases::decision_make,
            commands::cases::mitigation_propose,
            commands::cases::mitigation_advance,
            commands::signed_files::member_list,
            commands::signed_files::card_write,
            commands::signed_files::member_add,
            commands::signed_files::signed_file_pick,
            commands::signed_files::approval_preview,
            commands::signed_files::approval_ask,
            commands::signed_files::approval_answer,
            commands::signed_files::answer_take,
            commands::signed_files::handover_preview,
            commands::signed_files::handover_write,
            commands::signed_files::handover_list,
            commands::signed_files::handover_sign,
            commands::signed_files::receipt_take,
            commands::documents::document_list,
            commands::documents::document_create,
            commands::documents::document_show,
            commands::documents::document_save,
            commands::documents::document_preview,
            commands::documents::document_print,
            commands::writing::document_check,
            commands::writing::block_history,
            commands::writing::moment_list,
            commands::writing::block_comment,
            commands::writing::comment_settle,
            commands::writing::document_drafts,
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
            commands::documents::document_export,
            commands::send_off::send_off_plan,
            commands::send_off::send_off_write,
            commands::send_off::sent_from_mail,
            commands::send_off::document_sent,
            commands::cases::search,
            commands::record::journal_verify,
            commands::cases::undo,
            commands::cases::history_export,
            commands::record::journal_export,
            commands::record::rebuild_check,
        ])
        .events(collect_events![
            events::Changed,
            events::Progress,
            events::Upgrading,
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
