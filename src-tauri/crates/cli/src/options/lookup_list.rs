//! What the command line says about lookup lists.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use farol_app::lookup_lists::ListFormat;
use farol_model::{
    case::CaseRef,
    id::LookupListId,
    lookup_list::{ListedFilter, ListedSort},
    sign::SignKind,
};

#[derive(Subcommand)]
pub(crate) enum LookupListCommand {
    /// Make a list and ask it to its end; offline, or with --later, it waits. Ctrl-C stops it: what was
    /// answered is kept, and `resume` goes on.
    Start(StartOptions),
    /// Every list, the newest first.
    List,
    /// One list: what was chosen for it and how far it is.
    Show {
        /// As `lookup-list list` writes it.
        id: LookupListId,
    },
    /// The names of a list with what came of them.
    Names {
        /// The list.
        id: LookupListId,
        #[command(flatten)]
        which: WhichOptions,
        /// At most so many.
        #[arg(long, default_value_t = u32::MAX, hide_default_value = true)]
        limit: u32,
        /// Leave out so many before them.
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        offset: u32,
    },
    /// How many names show the same, the most first.
    Groups {
        /// The list.
        id: LookupListId,
        /// By what: proxy, host, storage, dns, mail, registrar, address, prefix, asn, ns_set, mx_set, soa,
        /// cname, account, verification, dkim, caa_account, registered, domain or outcome.
        #[arg(long)]
        by: SignKind,
        /// Only names that this lets through.
        #[arg(long, default_value = "")]
        filter: ListedFilter,
    },
    /// Let a list that waits or was stopped wait until somebody says `resume`.
    Pause {
        /// The list.
        id: LookupListId,
    },
    /// Ask a list from where it is.
    Resume {
        /// The list.
        id: LookupListId,
        /// Questions a second for each resolver from now on; 0 for no limit.
        #[arg(long, value_name = "N")]
        rate: Option<u32>,
        /// Ask again what got no usable answer.
        #[arg(long)]
        failed: bool,
        /// Stop after so many more names.
        #[arg(long, value_name = "N")]
        at_most: Option<u32>,
    },
    /// End a list early; what was answered is kept.
    Cancel {
        /// The list.
        id: LookupListId,
    },
    /// Throw a list away with its answers; what cases keep stays.
    Forget {
        /// The list.
        id: LookupListId,
    },
    /// Write the names of a list into a file.
    Export {
        /// The list.
        id: LookupListId,
        /// The file.
        file: PathBuf,
        /// csv, jsonl or xlsx; without it, as the file's name ends.
        #[arg(long)]
        format: Option<ListFormat>,
        #[command(flatten)]
        which: WhichOptions,
    },
}

/// Which names, and in which order.
#[derive(Args)]
pub(crate) struct WhichOptions {
    /// Only these: a piece of the name, outcome:WORD, ours:yes, or a sign such as address:192.0.2.7 or
    /// dns:NAME, in one line; a sign stands last.
    #[arg(long, default_value = "")]
    pub(crate) filter: ListedFilter,
    /// The order: place, name, outcome or registered.
    #[arg(long, default_value = "place")]
    pub(crate) sort: ListedSort,
    /// Only names whose domain is newly registered.
    #[arg(long)]
    pub(crate) new: bool,
}

#[derive(Args)]
pub(crate) struct StartOptions {
    /// Host names, URLs or addresses, defanged or not.
    #[arg(required_unless_present_any = ["file", "cases"])]
    pub(crate) names: Vec<String>,
    /// A file with one name a line, - for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Add the hosts of this case, and keep the answers about them on it; may be given several times.
    #[arg(long = "case", value_name = "CASE")]
    pub(crate) cases: Vec<CaseRef>,
    /// Keep the answers about every name on this case as evidence.
    #[arg(long, value_name = "CASE")]
    pub(crate) keep_on: Option<CaseRef>,
    /// What the list is called.
    #[arg(long, default_value = "")]
    pub(crate) title: String,
    /// Whom to ask, as ADDRESS, ADDRESS:PORT, tls://… or https://…; the desk's own choice without it. Several share the work.
    #[arg(long = "resolver", value_name = "RESOLVER")]
    pub(crate) resolvers: Vec<String>,
    /// Record types, as in A,AAAA,NS,DMARC; the usual ones without it.
    #[arg(long, value_name = "TYPES")]
    pub(crate) types: Option<String>,
    /// Questions a second for each resolver; 0 for no limit.
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<u32>,
    /// Ask the registries afterwards, once for each domain.
    #[arg(long)]
    pub(crate) registries: bool,
    /// Make the list and say what it would ask; nothing leaves.
    #[arg(long)]
    pub(crate) later: bool,
    /// Stop after so many names.
    #[arg(long, value_name = "N")]
    pub(crate) at_most: Option<u32>,
}
