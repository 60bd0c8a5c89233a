//! Tells Tauri which commands exist, so that each needs its own line in `capabilities/main.json`.

fn main() {
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    tauri_build::try_build(attributes).expect("the window's configuration is valid");
}

const COMMANDS: &[&str] = &[
    "look_show",
    "look_keep",
    "vault_status",
    "vault_create",
    "sample_open",
    "vault_unlock",
    "vault_lock",
    "queue_show",
    "report_pick",
    "report_paste",
    "report_show",
    "report_original",
    "consent_set",
    "case_open",
    "case_list",
    "case_show",
    "case_change",
    "report_attach",
    "observable_add",
    "target_set",
    "clock_stop",
    "note_add",
    "lookup_plan",
    "lookup_start",
    "lookup_cancel",
    "asn_pick",
    "decision_make",
    "mitigation_propose",
    "mitigation_advance",
    "template_list",
    "document_list",
    "document_create",
    "document_show",
    "document_save",
    "document_preview",
    "document_export",
    "document_sent",
    "search",
    "journal_verify",
];
