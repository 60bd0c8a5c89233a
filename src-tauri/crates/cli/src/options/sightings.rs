//! What the command line says about sightings.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use farol_model::{
    case::CaseRef,
    id::SightingId,
    sighting::{Cloaked, Seen},
    time::Timestamp,
};

#[derive(Subcommand)]
pub(crate) enum SightingCommand {
    /// Write down what a person saw at an address. Farol itself never looks.
    Add(Box<SightingOptions>),
    /// List what was seen, the newest first.
    List {
        /// The case.
        case: CaseRef,
    },
    /// Take one back that was written down wrong; what it said stays in the journal.
    Remove {
        /// As `sighting list` writes it.
        id: SightingId,
    },
}

#[derive(Args)]
pub(crate) struct SightingOptions {
    /// The case.
    pub(crate) case: CaseRef,
    /// The URL, host or address, defanged or not.
    pub(crate) address: String,
    /// content, other, blocked, gone, elsewhere, gate or unreachable.
    #[arg(long)]
    pub(crate) seen: Seen,
    /// What there was to see, in words.
    #[arg(long, default_value = "")]
    pub(crate) words: String,
    /// When it was seen; now, without it.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// Who looked, when it was not you.
    #[arg(long)]
    pub(crate) by: Option<String>,
    /// Where they looked from.
    #[arg(long, default_value = "")]
    pub(crate) from: String,
    /// With what device and program.
    #[arg(long, default_value = "")]
    pub(crate) device: String,
    /// The language they asked for.
    #[arg(long, default_value = "")]
    pub(crate) language: String,
    /// Whether others are shown something else: not_tried, no or yes.
    #[arg(long, default_value = "not_tried")]
    pub(crate) cloaked: Cloaked,
    /// A file they made of it; it is kept as evidence.
    #[arg(long, value_name = "FILE")]
    pub(crate) capture: Option<PathBuf>,
}
