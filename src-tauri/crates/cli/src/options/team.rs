//! What the command line says about the team.

use clap::Subcommand;

use farol_model::id::MemberId;

#[derive(Subcommand)]
pub(crate) enum TeamCommand {
    /// Show what the team set for itself.
    Show,
    /// What the team calls itself at the head of papers; empty for nothing.
    Name {
        /// The name.
        name: String,
    },
    /// The picture at the head of papers, from a PNG or JPEG file; only its pixels are kept.
    Logo {
        /// The file.
        #[arg(required_unless_present = "off")]
        file: Option<std::path::PathBuf>,
        /// Papers without a picture.
        #[arg(long, conflicts_with = "file")]
        off: bool,
    },
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
