//! What `lookup` and `providers` take.

use std::path::PathBuf;

use clap::Args;
use farol_model::case::CaseRef;

use super::leaving::LookupCommand;

/// Ask a resolver and the registries about hosts and say who provides what.
///
/// Prints a host as soon as it is done; with --json one object a line. Registries are asked along
/// for up to twenty names on the command line, never for a file. While the desk is offline, names
/// on the command line are put into the queue, and those of a file become a list that waits
/// (`lookup-list`).
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct LookupOptions {
    #[command(subcommand)]
    pub(crate) of: Option<LookupCommand>,
    /// Host names, URLs or addresses, defanged or not; AS64496 and ns:ns1.example.test ask
    /// their registries only.
    #[arg(required_unless_present = "file")]
    pub(crate) names: Vec<String>,
    /// A file with one name a line, - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Keep every answer on this case as evidence.
    #[arg(long)]
    pub(crate) case: Option<CaseRef>,
    /// Whom to ask, as ADDRESS, ADDRESS:PORT, tls://… or https://…; the system's resolver without it.
    /// Several share the work, and what one does not answer another is asked.
    #[arg(long = "resolver", value_name = "RESOLVER")]
    pub(crate) resolvers: Vec<String>,
    /// Record types, as in A,AAAA,NS,DMARC,DKIM=s1; WILDCARD asks for a name that nobody made. The
    /// usual ones without it. Registries are not asked.
    #[arg(long, value_name = "TYPES")]
    pub(crate) types: Option<String>,
    /// Questions a second for each resolver; 0 for no limit.
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<u32>,
    /// Ask for the DKIM key of this selector of each domain, too.
    #[arg(long = "dkim", value_name = "SELECTOR", conflicts_with_all = ["file", "types"])]
    pub(crate) selectors: Vec<String>,
    /// Ask every name server of each domain itself, and compare. Whoever runs them sees this computer.
    #[arg(long, conflicts_with_all = ["file", "types"])]
    pub(crate) authorities: bool,
    /// Follow the way from the root to each name. Whoever runs the last servers sees this computer.
    #[arg(long, conflicts_with_all = ["file", "types"])]
    pub(crate) trace: bool,
}

/// Say who provides what for a host, and why.
#[derive(Args)]
pub(crate) struct ProvidersOptions {
    /// Host name, URL or address, defanged or not.
    pub(crate) name: String,
    /// Print the reasons, with the source and date of each rule.
    #[arg(long)]
    pub(crate) explain: bool,
    /// Whom to ask; the system's resolver without it.
    #[arg(long)]
    pub(crate) resolver: Option<String>,
}
