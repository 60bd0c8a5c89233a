//! What the team sets for itself.

use farol_app::{Desk, Failure};
use farol_model::team::Team;

use crate::{options::team::TeamCommand, output::Output};

pub(super) fn run(desk: &Desk, command: TeamCommand, output: &mut Output) -> Result<(), Failure> {
    let team = match command {
        TeamCommand::Show => desk.team()?,
        TeamCommand::Name { name } => desk.set_team_name(&name)?,
        TeamCommand::Logo { file: Some(file), .. } => {
            desk.set_logo(farol_render::clean_logo, &file)?
        }
        TeamCommand::Logo { file: None, .. } => desk.remove_logo()?,
        TeamCommand::Legal { member, off } => desk.set_legal(member, !off)?,
    };
    output.line(&team, &words(desk, &team)?)
}

fn words(desk: &Desk, team: &Team) -> Result<String, Failure> {
    let members = desk.members()?;
    let names = members.iter().filter(|it| team.legal.contains(&it.member.id));
    let names: Vec<_> = names.map(|it| it.member.name.as_str()).collect();
    let names = if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") };
    let name = if team.name.is_empty() { "none" } else { &team.name };
    let logo = team
        .logo
        .as_ref()
        .map_or_else(|| "none".into(), |it| format!("{} × {} pixels", it.width_px, it.height_px));
    Ok(format!("name: {name}\nlogo: {logo}\napprove as legal: {names}"))
}
