//! `farolctl network` and `farolctl asn`: whose networks there are, and which one an address is in.

use farol_app::{
    Desk, Failure,
    view::{AsnTableKind, AsnTableView},
};

use crate::{
    options::{AsnCommand, NetworkCommand},
    output::Output,
};

/// Does what the command line says about the networks that hosts are judged by.
pub(crate) fn run(
    desk: &Desk,
    command: NetworkCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    let rows = match command {
        NetworkCommand::List => desk.networks_show(),
        NetworkCommand::Ours { id } => desk.choose_network(&id)?,
    };
    for row in rows {
        let ours = if row.ours { "  ours" } else { "" };
        output.line(&row, &format!("{}  {}{ours}", row.id, row.name))?;
    }
    Ok(())
}

/// Does what the command line says about the offline table.
pub(crate) fn asn(desk: &Desk, command: AsnCommand, output: &mut Output) -> Result<(), Failure> {
    let view = match command {
        AsnCommand::Show => desk.asn_table_show(),
        AsnCommand::Load { files } => desk.load_asn_table(&files)?,
        AsnCommand::Forget => desk.forget_asn_table()?,
        AsnCommand::Of { addresses } => {
            for row in desk.announced(&addresses)? {
                let words = match (&row.range, row.asn, &row.holder) {
                    (Some(range), Some(asn), Some(holder)) => {
                        format!("{}  {range}  AS{asn}  {holder}", row.ip)
                    }
                    _ => format!("{}  not in the table of {}", row.ip, row.as_of),
                };
                output.line(&row, &words)?;
            }
            return Ok(());
        }
    };
    output.line(&view, &words(&view))
}

fn words(view: &AsnTableView) -> String {
    let mut lines = vec![match view.kind {
        AsnTableKind::Missing => {
            "no IP→ASN table is here: unless Team Cymru may be asked, look-ups do \
            not say who announces an address; `farolctl asn load FILE` brings one"
                .to_owned()
        }
        _ => format!("{} of {}: {} ranges", view.name, view.as_of, view.n_ranges),
    }];
    lines.extend(view.licence.iter().map(|it| format!("licence: {it}")));
    lines.extend(view.attribution.iter().map(|it| format!("from: {it}")));
    lines.extend(view.note.iter().map(|it| format!("note: {it}")));
    if view.n_contradicted > 0 {
        lines.push(format!(
            "{} lines contradict each other; what two of them claim counts as not in the table",
            view.n_contradicted
        ));
    }
    lines.extend(view.problem.clone());
    lines.join("\n")
}
