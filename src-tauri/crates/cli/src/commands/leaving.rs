//! `farolctl offline` and what waits or left: the switch, the queue and the ledger.

use serde_json::json;

use farol_app::{
    Desk, Failure,
    lookups::Watch,
    view::{LeavingView, Source, WaitingRow},
};
use farol_model::{case::CaseRef, leaving::LookupDepth, observable::defang};

use super::lookup_lists;
use crate::{
    options::leaving::{LookupCommand, OfflineCommand},
    output::Output,
};

/// How many lines of the ledger are listed.
const LISTED: u32 = 1000;

/// Does what the command line says.
pub(crate) fn offline(
    desk: &Desk,
    command: OfflineCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    let view = match command {
        OfflineCommand::Show => desk.leaving_show()?,
        OfflineCommand::On => desk.switch_offline(true)?,
        OfflineCommand::Off => desk.switch_offline(false)?,
        OfflineCommand::Resolver { resolver } => desk.choose_own_resolver(resolver.as_deref())?,
        OfflineCommand::Cymru { on } => desk.switch_source(Source::Cymru, on)?,
        OfflineCommand::Whois { on } => desk.switch_source(Source::Whois, on)?,
    };
    output.line(&view, &words(&view))
}

/// Does what the command line says.
pub(crate) fn lookups(
    desk: &Desk,
    command: LookupCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        LookupCommand::Ledger { csv: Some(path) } => {
            let n_lines = desk.export_ledger(&path)?;
            let words = format!("{n_lines} questions written to {}", path.display());
            output.line(&json!({ "n_lines": n_lines }), &words)
        }
        LookupCommand::Ledger { csv: None } => {
            for row in desk.ledger(None, LISTED)? {
                let case = row.reference.map_or_else(|| "no case".to_owned(), |it| it.to_string());
                let words = format!(
                    "{}  {case}  {}  to {} ({})",
                    row.at, row.question, row.server, row.transport
                );
                output.line(&row, &words)?;
            }
            Ok(())
        }
        LookupCommand::Waiting => {
            let view = desk.leaving_show()?;
            for row in view.waiting {
                output.line(&row, &waiting(&row))?;
            }
            for list in view.waiting_lists {
                output.line(&list, &lookup_lists::in_a_line(&list))?;
            }
            Ok(())
        }
        LookupCommand::SendWaiting => {
            let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
            let sent = desk.send_waiting(&watch)?;
            let mut words = format!("{} sent, {} answers", sent.n_sent, sent.n_answers);
            for it in &sent.still_waiting {
                words.push_str(&format!("\nstill waits: {it}"));
            }
            output.line(&sent, &words)?;
            lookup_lists::send_waiting(desk, output)
        }
        LookupCommand::Answers { case } => {
            for row in desk.answers_on(desk.case_id(case)?)? {
                let hash = row.sha256.map_or_else(|| "no message".to_owned(), |it| it.to_string());
                let words = format!(
                    "{}  {}  {}  {}  of {} ({})  {hash}",
                    row.id, row.at, row.asked, row.said, row.server, row.transport
                );
                output.line(&row, &words)?;
            }
            Ok(())
        }
        LookupCommand::Message { id, file } => {
            let size = desk.save_message(id, &file)?;
            let words = format!("{size} bytes written to {}", file.display());
            output.line(&json!({ "size": size }), &words)
        }
        LookupCommand::Forget { id } => {
            desk.forget_waiting(id)?;
            output.line(&json!({ "forgotten": id }), "taken out of the queue; it was not sent")
        }
    }
}

/// Puts a look-up that cannot leave now into the queue.
pub(crate) fn wait(
    desk: &Desk,
    names: &[String],
    case: Option<CaseRef>,
    resolver: Option<&str>,
    depth: &LookupDepth,
    output: &mut Output,
) -> Result<(), Failure> {
    let case = case.map(|reference| desk.case_id(reference)).transpose()?;
    let row = desk.wait_with_lookup(case, names, resolver, depth)?;
    let words = format!(
        "offline: nothing was sent. It waits: {}\n`farolctl offline off`, then `farolctl lookup send-waiting` sends it",
        waiting(&row)
    );
    output.line(&row, &words)
}

fn waiting(row: &WaitingRow) -> String {
    let case = row.reference.map(|it| format!(" for {it}")).unwrap_or_default();
    let deeper = row.deeper.iter().map(|it| format!(" and {it}")).collect::<String>();
    let hosts = defang(&row.hosts.join(", "));
    format!("{}  {hosts}{deeper}{case}, asked for {}", row.id, row.asked_at)
}

fn words(view: &LeavingView) -> String {
    let mut lines = vec![
        if view.offline { "offline: nothing leaves" } else { "online: what is asked for leaves" }
            .to_owned(),
    ];
    lines.push(match (&view.resolver, &view.resolver_now) {
        (Some(own), _) => format!("resolver: {own}"),
        (None, Some(system)) => format!("resolver: the system's own, {system}"),
        (None, None) => "resolver: none is known; choose one".to_owned(),
    });
    for row in &view.rows {
        let on = match row.on {
            Some(true) => "on",
            Some(false) => "off",
            None => "never",
        };
        lines.push(format!("[{on}] {}. {} {}", row.what, row.who, row.rule));
    }
    match view.waiting.len() + view.waiting_lists.len() {
        0 => {}
        1 => lines.push("1 look-up waits".to_owned()),
        n => lines.push(format!("{n} look-ups wait")),
    }
    lines.join("\n")
}
