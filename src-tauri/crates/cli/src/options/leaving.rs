//! What the command line says about what leaves this computer.

use std::path::PathBuf;

use clap::{ArgAction, Subcommand};

use farol_model::{
    case::CaseRef,
    id::{ObservationId, WaitingId},
};

#[derive(Subcommand)]
pub(crate) enum OfflineCommand {
    /// Whether the desk is offline, what can be asked and who learns of it.
    Show,
    /// Let nothing out until somebody switches it off again.
    On,
    /// Let look-ups out again; those in the queue wait until they are sent.
    Off,
    /// Choose the resolver that is asked when a look-up names none; without one, the system's.
    Resolver {
        /// ADDRESS or ADDRESS:PORT; encrypted, tls://ADDRESS or https://ADDRESS/dns-query. A name is written with
        /// its address, https://dns.example/dns-query#192.0.2.53; a server that no authority vouches for with
        /// its key, tls://192.0.2.53?pin-sha256=….
        resolver: Option<String>,
    },
    /// Ask Team Cymru about addresses that the table of networks does not know (`on`), or never (`off`).
    Cymru {
        /// `on` or `off`.
        #[arg(action = ArgAction::Set, value_parser = on_or_off)]
        on: bool,
    },
    /// Ask over WHOIS where RDAP fails (`on`), or never (`off`).
    Whois {
        /// `on` or `off`.
        #[arg(action = ArgAction::Set, value_parser = on_or_off)]
        on: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum LookupCommand {
    /// Everything that left this computer, newest first, or the whole of it as CSV.
    Ledger {
        /// Write it into this file.
        #[arg(long)]
        csv: Option<PathBuf>,
    },
    /// Look-ups that were asked for while offline.
    Waiting,
    /// Send those that wait.
    SendWaiting,
    /// Every answer that is kept on a case, oldest first.
    Answers {
        /// The case.
        case: CaseRef,
    },
    /// Write the message of an answer into a file, byte for byte as it came.
    Message {
        /// As `lookup answers` writes it.
        id: ObservationId,
        /// The file.
        file: PathBuf,
    },
    /// Take one out of the queue; it is not sent.
    Forget {
        /// As `lookup waiting` writes it.
        id: WaitingId,
    },
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write on or off".into()),
    }
}
