//! What the command line says about documents.

use std::path::PathBuf;

use clap::Subcommand;
use farol_model::{case::CaseRef, document::Audience, export::Format, id::DocumentId};

#[derive(Subcommand)]
pub(crate) enum DocCommand {
    #[command(flatten)]
    Write(super::writing::WritingCommand),
    /// What templates there are.
    Templates,
    /// All documents, newest first.
    List,
    /// Begin a document; prints its id.
    New {
        /// The case.
        #[arg(long)]
        case: CaseRef,
        /// The template, for example rca or readout.
        #[arg(long)]
        template: String,
    },
    /// Add a paragraph.
    Add {
        /// The document.
        doc: DocumentId,
        /// Who may see it.
        #[arg(long)]
        audience: Audience,
        /// The words.
        #[arg(long)]
        text: String,
    },
    /// Put in a heading, chart, piece of evidence, decision or action.
    Put(super::blocks::PutOptions),
    /// Change a text or the audience of a block, or where a response goes.
    Set {
        /// The document.
        doc: DocumentId,
        /// The block and the text in it, as `doc show` numbers them: 3, or 3.2 in a list or table.
        #[arg(long, value_parser = position)]
        at: Option<(usize, usize)>,
        /// The words in their place.
        #[arg(long, requires = "at")]
        text: Option<String>,
        /// Who may see the block.
        #[arg(long, requires = "at")]
        audience: Option<Audience>,
        /// The role that owns an action.
        #[arg(long, requires = "at")]
        owner: Option<String>,
        /// Until when an action is promised.
        #[arg(long, requires = "at")]
        due: Option<String>,
        /// The mail address that a response goes to.
        #[arg(long)]
        to: Option<String>,
        /// The subject of a response.
        #[arg(long)]
        subject: Option<String>,
    },
    /// Show blocks with their numbers, audiences and suggestions.
    Show {
        /// The document.
        doc: DocumentId,
    },
    /// Read a document again for words that do harm; suggestions only.
    Lint {
        /// The document.
        doc: DocumentId,
    },
    /// Write a checked file and its certificate beside it; prints the certificate.
    Export {
        /// The document.
        doc: DocumentId,
        /// For whom.
        #[arg(long)]
        audience: Audience,
        /// pdf, docx, md, txt, eml or html.
        #[arg(long, value_parser = format)]
        format: Format,
        /// Where to.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Search any PDF, Word document, HTML, mail or text file for values that must not be in it.
    /// Needs no vault. Exit code 1 when one is found or the file cannot be read. It finds values,
    /// in many spellings, and no paraphrases.
    Check {
        /// The file.
        file: PathBuf,
        /// The values, one a line.
        #[arg(long, value_name = "LIST")]
        withheld: PathBuf,
    },
    /// Say exactly what leaves with a response, and whether the look-ups it relies on still hold; with
    /// an output, write the draft with its files. It is not sent by that.
    SendOff(super::send_off::SendOffOptions),
    /// Confirm that a response was sent.
    Sent(super::send_off::SentOptions),
}

fn format(word: &str) -> Result<Format, String> {
    match word {
        "pdf" => Ok(Format::Pdf),
        "docx" => Ok(Format::Docx),
        "md" | "markdown" => Ok(Format::Markdown),
        "txt" | "text" => Ok(Format::Text),
        "eml" => Ok(Format::Eml),
        "html" => Ok(Format::Html),
        _ => Err("one of: pdf, docx, md, txt, eml, html".into()),
    }
}

fn position(text: &str) -> Result<(usize, usize), String> {
    let (block, part) = text.split_once('.').unwrap_or((text, "1"));
    let number = |it: &str| it.parse().ok().filter(|it: &usize| *it > 0);
    number(block)
        .zip(number(part))
        .ok_or_else(|| "it is BLOCK or BLOCK.TEXT, for example 3.2".into())
}
