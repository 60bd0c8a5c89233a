//! What the command line says about the team.

use clap::Subcommand;

use farol_model::id::MemberId;

#[derive(Subcommand)]
pub(crate) enum TeamCommand {
    /// Show what the team set for itself.
    Show,
    /// Who may approve documents as legal: name somebody, or take them off the list. Until somebody is
    /// named, nobody may.
    Legal {
        /// The member, by the id that `member list --json` prints.
        member: MemberId,
        /// Take them off the list.
        #[arg(long)]
        off: bool,
    },
}
