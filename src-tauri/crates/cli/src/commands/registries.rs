//! `farolctl registries`: the switch, the tables and the quotas.

use farol_app::{Desk, Failure, view::RegistriesView};

use crate::{options::RegistriesCommand, output::Output};

/// Does what the command line says.
pub(crate) fn run(
    desk: &Desk,
    command: RegistriesCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    let view = match command {
        RegistriesCommand::Show => desk.registries_show(),
        RegistriesCommand::On => desk.switch_registries(true)?,
        RegistriesCommand::Off => desk.switch_registries(false)?,
        RegistriesCommand::Load { file } => desk.load_registries(&file)?,
    };
    output.line(&view, &words(&view))
}

fn words(view: &RegistriesView) -> String {
    let mut lines = vec![
        if view.on {
            "registries are asked when hosts are looked up"
        } else {
            "registries are switched off; none is asked"
        }
        .to_owned(),
    ];
    lines.extend(view.tables.iter().map(|it| {
        let old = if it.is_old { ", older than 90 days" } else { "" };
        format!("{} of {}: {} entries{old}", it.source, it.as_of, it.n_entries)
    }));
    lines.extend(view.quotas.iter().map(|it| {
        let left = match it.free_at {
            None => format!("{} questions left now", it.n_left),
            Some(at) if it.asked_to_wait => format!("asks us to wait until {}", at.to_minute()),
            Some(at) => format!("can be asked again at {}", at.to_minute()),
        };
        format!("{}: asked {} times; {left}", it.server, it.n_asked)
    }));
    lines.join("\n")
}
