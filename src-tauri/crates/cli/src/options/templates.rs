//! What the command line says about templates.

use std::path::PathBuf;

use clap::Subcommand;

use farol_model::{case::CaseRef, id::EntryId};

#[derive(Subcommand)]
pub(crate) enum TemplateCommand {
    /// What templates there are, with their versions.
    List,
    /// Print a template as JSON, to be edited.
    Show {
        /// Its id.
        id: String,
    },
    /// Save a template from a file: in place of what ships, or as one of the team's own.
    Edit {
        /// The file, as `template show` prints it.
        file: PathBuf,
    },
    /// Say what is wrong with a template, and what could be better. Exit code 1 when it could not be
    /// saved.
    Lint {
        /// A file, or the id of a template.
        template: String,
    },
    /// Write the pages that a case would get from a template, as PNG pictures.
    Preview {
        /// A file, or the id of a template.
        template: String,
        /// The case.
        #[arg(long)]
        case: CaseRef,
        /// The wording for a hard recipient.
        #[arg(long)]
        calm: bool,
        /// The folder for `page-1.png` and so on.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Every version of a template, newest first.
    History {
        /// Its id.
        id: String,
    },
    /// Put a template back as it was at a version.
    Restore {
        /// Its id.
        id: String,
        /// The entry, as `history` names it.
        entry: EntryId,
    },
    /// Take what ships again.
    Default {
        /// Its id.
        id: String,
    },
}
