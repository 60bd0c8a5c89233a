//! Cases that travel whole between two desks.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use farol_model::{case::CaseRef, id::EntryId};

#[derive(Subcommand)]
pub(crate) enum BundleCommand {
    /// Write cases as one encrypted file: entries, reports, answers and evidence, with proof. `age -d`
    /// and `tar` open it, and another desk takes it in.
    Export {
        /// The cases.
        #[arg(required = true)]
        cases: Vec<CaseRef>,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// Who gets it; the record says so.
        #[arg(long = "for")]
        to: String,
        /// An age key that opens it (age1…); can be given more than once.
        #[arg(long)]
        recipient: Vec<String>,
        /// A file whose first line is the passphrase that opens it, in place of keys.
        #[arg(long, conflicts_with = "recipient")]
        bundle_passphrase_file: Option<PathBuf>,
    },
    /// Say exactly what a bundle of these cases would carry; nothing is written.
    Plan {
        /// The cases.
        #[arg(required = true)]
        cases: Vec<CaseRef>,
    },
    /// Open a bundle and check every hash and signature in it; nothing of it is kept.
    Show {
        /// The bundle.
        file: PathBuf,
        #[command(flatten)]
        key: KeyOptions,
    },
    /// Take a bundle in: same entries, same hashes, nothing twice. With --preview, say what it would
    /// bring.
    Import {
        /// The bundle.
        file: PathBuf,
        #[command(flatten)]
        key: KeyOptions,
        /// The fingerprint of somebody who signed in it and is unknown here, as they told it to you; can
        /// be given more than once.
        #[arg(long)]
        fingerprint: Vec<String>,
        /// Only say what it would bring.
        #[arg(long)]
        preview: bool,
    },
    /// Facts of a case that two desks changed without knowing of each other.
    Conflicts {
        /// The case.
        case: CaseRef,
    },
    /// Choose between the versions of such a fact.
    Choose {
        /// The case.
        case: CaseRef,
        /// Which fact, as `bundle conflicts` prints it.
        key: String,
        /// The entry whose version stands, as `bundle conflicts` prints it.
        entry: EntryId,
    },
}

/// What opens a bundle.
#[derive(Args)]
pub(crate) struct KeyOptions {
    /// A file whose first line is the passphrase of the bundle.
    #[arg(long, required_unless_present = "identity")]
    pub(crate) bundle_passphrase_file: Option<PathBuf>,
    /// A file with a secret age key, as age-keygen writes it, in place of a passphrase.
    #[arg(long, conflicts_with = "bundle_passphrase_file")]
    pub(crate) identity: Option<PathBuf>,
}
