//! What comes out of the machine room: bytes and the proof that nothing withheld is in them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    document::{Audience, Projected},
    id::{BlockId, Digest, DocumentId, EntryId},
    time::Timestamp,
};

/// A file format that can leave the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PDF by Typst.
    Pdf,
    /// Word (Office Open XML).
    Docx,
    /// Markdown (CommonMark).
    Markdown,
    /// Plain text, UTF-8.
    Text,
    /// A mail draft (RFC 5322).
    Eml,
    /// One self-contained HTML file without scripts.
    Html,
}

impl Format {
    /// The file name extension and the word on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Markdown => "md",
            Self::Text => "txt",
            Self::Eml => "eml",
            Self::Html => "html",
        }
    }
}

/// A file that passed the leak check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many withheld values were searched for.
    pub n_values_searched: u32,
    /// Version of the layout that made it.
    pub template_version: &'static str,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, as the recipient sees it.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A mail draft that passed the leak check, with everything attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailDraft {
    /// The draft.
    pub rendered: Rendered,
    /// What the check could not read in the attachments, for the person who sends it.
    pub notes: Vec<String>,
}

/// A withheld value that was found in the output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Leak {
    /// The block that the value belongs to, or that shows it; none for names from the case.
    pub block: Option<BlockId>,
    /// What kind of value: `withheld sentence`, `marked text`, `name of another customer`.
    pub what: String,
    /// Where in the file: `page text`, `document information`, `outline`.
    pub found_in: String,
}

/// Characters that no font of ours has a picture for: a PDF shows □ in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Unprinted {
    /// The block; none for the title.
    pub block: Option<BlockId>,
    /// The characters, each once.
    pub characters: String,
}

/// Why a document was not rendered. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Withheld values are in the output.
    #[error("{} withheld value(s) would be in the file", .0.len())]
    Leaks(Vec<Leak>),
    /// The check could not read the output well enough to vouch for it.
    #[error("the leak check could not read back what was written, so it proves nothing: {0}")]
    CheckVoid(String),
    /// More pages than this kind of document may have.
    #[error("{pages} pages; this document may have {limit}")]
    TooLong {
        /// Pages it has.
        pages: u32,
        /// Pages it may have.
        limit: u32,
    },
    /// The typesetter refused.
    #[error("the typesetter refused: {0}")]
    Engine(String),
}

/// One value of a list at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FileHit {
    /// Line of the list, counted from 1.
    pub line: u32,
    /// Where in the file.
    pub found_in: String,
}

/// What a file says of a list of values that should be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FileCheck {
    /// What the file is: `PDF`, `Word document`.
    pub kind: String,
    /// How many values were searched for.
    pub n_values_searched: u32,
    /// Lines of the list that are too short to be recognised; they were not searched for.
    pub too_short: Vec<u32>,
    /// What was found, in the order of the list.
    pub hits: Vec<FileHit>,
    /// What the file can do or carries besides being read: tracked changes, comments, scripts.
    pub notes: Vec<String>,
}

/// Renders a projected document and runs the leak check on the bytes.
pub type Render = fn(&Projected, Format) -> Result<Rendered, RenderError>;

/// Renders a mail draft with a message id and attachments and runs the leak check on all of it.
pub type RenderMail = fn(&Projected, &str, &[Attachment]) -> Result<MailDraft, RenderError>;

/// A page for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPage {
    /// What tells it from every other page.
    pub key: String,
    /// Its picture, PNG; none when nobody wanted it.
    pub png: Option<Vec<u8>>,
}

/// Where somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Caret {
    /// The block.
    pub block: BlockId,
    /// How much of the block stands before it, in thousandths.
    pub share: u16,
}

/// A place on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct Place {
    /// The page, from 0.
    pub page: u32,
    /// How far down the page, in thousandths.
    pub down: u16,
}

/// A page about which it is asked whether it is painted.
#[derive(Debug, Clone, Copy)]
pub struct PageAsked<'a> {
    /// Its number, from 0.
    pub number: usize,
    /// What tells it from every other page.
    pub key: &'a str,
    /// Whether somebody writes there.
    pub has_caret: bool,
}

/// Which pages of a document are painted.
pub type Wanted<'a> = &'a dyn Fn(PageAsked<'_>) -> bool;

/// How somebody looks at a document.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// How many pixels wide a page is shown.
    pub width_px: u32,
    /// Which pages are painted.
    pub wanted: Wanted<'a>,
    /// Where they write in it.
    pub caret: Option<Caret>,
}

/// A document as somebody looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its pages.
    pub pages: Vec<SeenPage>,
    /// Where on them somebody writes; none when they do not, or when this reader gets nothing of it.
    pub caret: Option<Place>,
}

/// Lays a projected document out for the screen and paints those of its pages that are wanted.
pub type RenderPages = fn(&Projected, Sight<'_>) -> Result<Seen, RenderError>;

/// Renders the pages of a projected document as PNG pictures for paper.
pub type RenderSheets = fn(&Projected) -> Result<Vec<Vec<u8>>, RenderError>;

/// Says which characters a PDF has no picture for.
pub type UnprintedOf = fn(&Projected) -> Vec<Unprinted>;

/// Searches words that travel with a file, such as its name.
pub type CheckWords = fn(&Projected, &'static str, &str) -> Result<(), RenderError>;

/// Searches any file for values.
pub type CheckFile = fn(&[u8], &[String]) -> Result<FileCheck, RenderError>;

/// The machine room, handed in as plain functions.
#[derive(Clone, Copy)]
pub struct Machines {
    /// Makes a file and checks it.
    pub render: Render,
    /// Makes pictures of pages.
    pub pages: RenderPages,
    /// Makes pictures of pages that are fine enough for paper.
    pub sheets: RenderSheets,
    /// Searches words that travel with a file.
    pub check_words: CheckWords,
    /// Says what a PDF cannot show.
    pub unprinted: UnprintedOf,
    /// Makes a mail draft with files, and checks all of it.
    pub mail: RenderMail,
}

/// The proof that stays with the case when a file leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Certificate {
    /// The document.
    pub document: DocumentId,
    /// For whom it was projected.
    pub audience: Audience,
    /// The format.
    pub format: Format,
    /// When.
    pub exported_at: Timestamp,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Version of the layout.
    pub template_version: String,
    /// The journal's last entry before the export.
    pub journal_head: EntryId,
    /// How many withheld values were searched for.
    pub n_values_searched: u32,
    /// How many were found: always 0, or there is no file.
    pub n_hits: u32,
}

impl Certificate {
    /// What may lie beside the file: counts and checksums, no names and no values.
    pub fn in_words(&self) -> String {
        format!(
            "Leak check of the file with SHA-256 {}\n\
             Format {}, layout {}, made {}\n\
             Withheld values searched for in everything the file holds: {}\n\
             Found: {}\n\
             Journal entry before the export: {}\n\
             The check finds values in many spellings. It does not find a paraphrase.\n",
            self.sha256,
            self.format.extension(),
            self.template_version,
            self.exported_at.to_minute(),
            self.n_values_searched,
            self.n_hits,
            self.journal_head,
        )
    }
}
