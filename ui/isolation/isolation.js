// Every message from the page to the house passes here: only our own commands, nothing oversized.
"use strict";

const COMMANDS = new Set(
  (
    "look_show look_keep sample_open vault_status vault_create vault_unlock vault_lock queue_show " +
    "key_slots passphrase_change recovery_key_make database_key_change keyring_keep key_slot_remove " +
    "health_show backup_make backup_list backup_put_back vault_recover retention_rules retention_set retention_due erased_cases hold_set erase_preview case_erase journal_export rebuild_check undo history_export " +
    "report_pick report_paste report_show report_original consent_set case_open case_list case_show case_change " +
    "report_attach observable_add target_set clock_stop note_add lookup_plan lookup_start " +
    "bundle_plan bundle_export bundle_pick bundle_preview bundle_import conflict_list conflict_settle " +
    "leaving_show offline_switch source_switch resolver_choose may_leave lookup_wait waiting_forget waiting_send ledger_show ledger_save answers_show message_save " +
    "lookup_list_pick lookup_list_plan lookup_list_make lookup_list_all lookup_list_show lookup_list_resume lookup_list_pause lookup_list_cancel " +
    "lookup_list_rate lookup_list_forget listed_names listed_groups listed_detail sign_kinds lookup_list_save " +
    "connections_show lookalikes_make lookalikes_judge lookalikes_judge_list " +
    "recheck_plan recheck_start watch_list watch_plan watch_set watch_end news_show news_seen " +
    "sighting_add sighting_withdraw " +
    "send_off_plan send_off_write sent_from_mail " +
    "work_cancel asn_show asn_pick asn_forget evidence_pick evidence_open evidence_save evidence_destroy networks_show network_choose registries_show registries_switch registries_pick decision_make mitigation_propose mitigation_advance template_list " +
    "document_list document_create document_show document_save document_preview document_print document_check document_export " +
    "block_history moment_list block_comment comment_settle document_drafts document_issue document_correct promise_list promise_keep " +
    "team_show team_legal team_name logo_pick logo_remove template_show template_lint template_preview template_save template_restore template_default " +
    "member_list card_write member_add signed_file_pick approval_preview approval_ask approval_answer answer_take " +
    "handover_preview handover_write handover_list handover_sign receipt_take " +
    "document_sent search journal_verify plugin:event|listen plugin:event|unlisten"
  ).split(" "),
);
const MAX_CHARS = 48 * 1024 * 1024;

window.__TAURI_ISOLATION_HOOK__ = (payload) => {
  if (!COMMANDS.has(payload.cmd)) throw new Error("not a command of this program");
  if (JSON.stringify(payload.payload ?? null).length > MAX_CHARS) throw new Error("too large");
  return payload;
};
