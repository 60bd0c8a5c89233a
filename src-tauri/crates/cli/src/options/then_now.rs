//! What the command line says about looking again: `recheck`, `diff`, `watch`.

use clap::{Args, Subcommand};

use farol_model::{
    case::CaseRef,
    document::Audience,
    document::Language,
    id::{DocumentId, WatchId},
    time::Timestamp,
};

/// Look hosts of a case up again, or every open case, and say what is otherwise than before.
///
/// Never asks about what a covert case concerns. `--plan` says what would leave, and sends nothing.
#[derive(Args)]
pub(crate) struct RecheckOptions {
    /// The case.
    #[arg(required_unless_present = "all")]
    pub(crate) case: Option<CaseRef>,
    /// Its hosts; all of its targets and what was looked up before, without any.
    pub(crate) hosts: Vec<String>,
    /// Every open case.
    #[arg(long, conflicts_with_all = ["case", "hosts"])]
    pub(crate) all: bool,
    /// Whom to ask; the desk's own choice without it.
    #[arg(long)]
    pub(crate) resolver: Option<String>,
    /// Say what would leave, and send nothing.
    #[arg(long)]
    pub(crate) plan: bool,
}

/// Say what changed of a host between two look-ups that a case has: the newest two, or those that
/// began last before two moments. Nothing is sent.
#[derive(Args)]
pub(crate) struct DiffOptions {
    /// The case.
    pub(crate) case: CaseRef,
    /// The host, defanged or not.
    pub(crate) host: String,
    /// The earlier look-up: the last that began before this moment.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// The later look-up: the last that began before this moment.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Timestamp>,
    /// The language of the sentence: en or pt.
    #[arg(long, default_value = "en", value_parser = language)]
    pub(crate) language: Language,
    /// Put the sentence into this document, in the document's language.
    #[arg(long, value_name = "DOCUMENT")]
    pub(crate) into: Option<DocumentId>,
    /// For whom the sentence is.
    #[arg(
        long = "for",
        value_name = "AUDIENCE",
        default_value = "internal_team",
        requires = "into"
    )]
    pub(crate) audience: Audience,
}

#[derive(Subcommand)]
pub(crate) enum WatchCommand {
    /// Watch all targets of a case, or one host. Prints what each look-up sends. A watch is this
    /// desk's own: it runs while the desk is open and online, or with `watch run`.
    Add {
        /// The case that keeps the answers.
        case: CaseRef,
        /// One host, instead of all targets.
        #[arg(long)]
        host: Option<String>,
        /// How often: 30m, 6h, 1d.
        #[arg(long, default_value = "1d", value_parser = minutes)]
        every: u32,
        /// Whom to ask; the desk's own choice without it.
        #[arg(long)]
        resolver: Option<String>,
    },
    /// List watches: when each is due, what it sends, and why it rests.
    List,
    /// End a watch; what it brought stays.
    End {
        /// As `watch list` writes it.
        id: WatchId,
    },
    /// Run the watches that are due now.
    Run,
    /// What changed and nobody has seen yet.
    News,
    /// Mark what changed on a case as seen.
    Seen {
        /// The case.
        case: CaseRef,
    },
    /// Judge every open case by the tables of networks as they are now, and say what is otherwise.
    /// Nothing is looked up.
    Judge,
}

fn language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::English),
        "pt" => Ok(Language::Portuguese),
        _ => Err("write en or pt".into()),
    }
}

fn minutes(text: &str) -> Result<u32, String> {
    let wrong = || "write 30m, 6h or 1d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let factor: u32 = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 60 * 24,
        _ => return Err(wrong()),
    };
    let n: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    n.checked_mul(factor).ok_or_else(wrong)
}
