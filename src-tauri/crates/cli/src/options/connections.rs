//! What the command line says about connections and look-alikes.

use std::path::PathBuf;

use clap::Args;

use farol_model::{case::CaseRef, id::LookupListId};

/// Which hosts of open cases may be one actor's, and why; nothing leaves.
#[derive(Args)]
pub(crate) struct ConnectionsOptions {
    /// Only what this case is part of: the other cases it touches.
    #[arg(long)]
    pub(crate) case: Option<CaseRef>,
    /// Look at the names of this lookup list as well, and print what they are part of.
    #[arg(long, value_name = "LIST")]
    pub(crate) list: Option<LookupListId>,
}

/// Print names that could be taken for a brand, or say which names are; nothing leaves.
#[derive(Args)]
pub(crate) struct LookalikesOptions {
    /// The brand's domain, such as harbour-bank.example.
    pub(crate) brand: String,
    /// Only these kinds, such as homoglyph or lure; may be given several times.
    #[arg(long = "kind", value_name = "KIND")]
    pub(crate) kinds: Vec<String>,
    /// How many names of each kind there are, rather than the names.
    #[arg(long)]
    pub(crate) count: bool,
    /// Judge this name instead; may be given several times.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["kinds", "count"])]
    pub(crate) judge: Vec<String>,
    /// Judge the names of a file, one a line, - for standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kinds", "count"])]
    pub(crate) judge_file: Option<PathBuf>,
    /// Judge the names of a lookup list.
    #[arg(long, value_name = "LIST", conflicts_with_all = ["kinds", "count", "judge", "judge_file"])]
    pub(crate) judge_list: Option<LookupListId>,
}
