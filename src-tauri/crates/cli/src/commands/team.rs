//! What the team sets for itself.

use farol_app::{Desk, Failure};
use farol_model::team::Team;

use crate::{options::team::TeamCommand, output::Output};

pub(super) fn run(desk: &Desk, command: TeamCommand, output: &mut Output) -> Result<(), Failure> {
    let team = match command {
        TeamCommand::Show => desk.team()?,
        TeamCommand::Legal { member, off } => desk.set_legal(member, !off)?,
    };
    output.line(&team, &words(desk, &team)?)
}

fn words(desk: &Desk, team: &Team) -> Result<String, Failure> {
    let members = desk.members()?;
    let names = members.iter().filter(|it| team.legal.contains(&it.member.id));
    let names: Vec<_> = names.map(|it| it.member.name.as_str()).collect();
    Ok(match names.as_slice() {
        [] => "approve as legal: nobody yet".into(),
        names => format!("approve as legal: {}", names.join(", ")),
    })
}
