//! What the command line says about sending a response off.

use std::path::PathBuf;

use clap::Args;

use farol_model::{
    id::{DocumentId, EvidenceId},
    time::Timestamp,
};

#[derive(Args)]
pub(crate) struct SendOffOptions {
    /// The response.
    pub(crate) doc: DocumentId,
    /// Another document of the case that goes along, as PDF for the same reader.
    #[arg(long = "attach-doc", value_name = "DOCUMENT")]
    pub(crate) documents: Vec<DocumentId>,
    /// A file of the case that goes along, byte for byte as it came in.
    #[arg(long = "attach-evidence", value_name = "EVIDENCE")]
    pub(crate) evidence: Vec<EvidenceId>,
    /// Look the hosts that the text names up again first.
    #[arg(long)]
    pub(crate) recheck: bool,
    /// Where the draft is written; without it nothing is.
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct SentOptions {
    /// The response.
    pub(crate) doc: DocumentId,
    /// By which way: mail, portal, phone.
    #[arg(long, default_value = "mail")]
    pub(crate) channel: String,
    /// When; now, without it.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// The message id under which it went out, when the mail program changed the draft's.
    #[arg(long)]
    pub(crate) message_id: Option<String>,
    /// Take time and message id from the mail as it was sent, and keep it as evidence.
    #[arg(long, value_name = "MAIL", conflicts_with_all = ["channel", "at", "message_id"])]
    pub(crate) from_mail: Option<PathBuf>,
    /// Until when an answer was asked for; the case waits, with a clock.
    #[arg(long, value_name = "TIME")]
    pub(crate) answer_by: Option<Timestamp>,
}
