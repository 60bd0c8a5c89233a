//! What the command line says about single blocks.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use farol_model::{
    document::{Audience, ChartLook, Moment},
    id::DocumentId,
    time::Timestamp,
};

/// A block, and where it goes.
#[derive(Args)]
pub(crate) struct PutOptions {
    /// The document.
    pub(crate) doc: DocumentId,
    /// Who may see it.
    #[arg(long)]
    pub(crate) audience: Audience,
    /// After the block of this number, as `doc show` counts; 0 is before the first. At the end without it.
    #[arg(long)]
    pub(crate) after: Option<usize>,
    #[command(subcommand)]
    pub(crate) block: PutBlock,
}

#[derive(Subcommand)]
pub(crate) enum PutBlock {
    /// A heading.
    Heading {
        /// The words.
        text: String,
    },
    /// Text that must not be overlooked.
    Callout {
        /// The words.
        text: String,
    },
    /// A list of points.
    List {
        /// The points.
        #[arg(required = true)]
        items: Vec<String>,
    },
    /// A table from a CSV file: a heading line, then lines of as many cells.
    Table {
        /// The file.
        #[arg(long, value_name = "CSV")]
        data: PathBuf,
    },
    /// A moment that the record does not have, in the timeline; its row is for the audience.
    Moment {
        /// When, for example 2026-11-23T14:03:00Z.
        #[arg(long, value_name = "TIME")]
        at: Timestamp,
        /// What kind of moment.
        #[arg(long, value_enum)]
        kind: Option<Kind>,
        /// What happened.
        text: String,
    },
    /// Figures from a small CSV file, drawn and given as a table.
    Chart {
        /// What they show.
        #[arg(long)]
        title: String,
        /// How they are drawn.
        #[arg(long, value_enum, default_value = "bars")]
        look: Look,
        /// The file: a heading line, then a name and its figures in each line.
        #[arg(long, value_name = "CSV")]
        data: PathBuf,
    },
    /// A file of the case, by name and hash.
    Evidence {
        /// Its id, as `evidence list` prints it.
        id: String,
        /// What it is shown for.
        #[arg(long, default_value = "")]
        text: String,
    },
    /// A decision of the case, as it stands in the record.
    Decision {
        /// Its id, as `case show --json` prints it.
        id: String,
        /// What it is shown for.
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Something promised.
    Action {
        /// What, beginning with a verb.
        what: String,
        /// The role that owns it.
        #[arg(long)]
        owner: String,
        /// Until when.
        #[arg(long)]
        due: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    Decision,
    NotKnown,
    Told,
    ImpactBegan,
    ImpactEnded,
    ResponseBegan,
    ResponseEnded,
}

impl From<Kind> for Moment {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Decision => Self::Decision,
            Kind::NotKnown => Self::NotKnown,
            Kind::Told => Self::Told,
            Kind::ImpactBegan => Self::ImpactBegan,
            Kind::ImpactEnded => Self::ImpactEnded,
            Kind::ResponseBegan => Self::ResponseBegan,
            Kind::ResponseEnded => Self::ResponseEnded,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Look {
    Bars,
    Lines,
}

impl From<Look> for ChartLook {
    fn from(look: Look) -> Self {
        match look {
            Look::Bars => Self::Bars,
            Look::Lines => Self::Lines,
        }
    }
}
