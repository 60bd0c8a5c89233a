use clap::Subcommand;

use farol_model::{
    case::CaseRef,
    document::Audience,
    id::{BlockId, CommentId, DocumentId, EntryId},
};

#[derive(Subcommand)]
pub(crate) enum WritingCommand {
    /// Every version of a block, newest first.
    History {
        /// The document.
        doc: DocumentId,
        /// The block, as `show --json` names it.
        block: BlockId,
    },
    /// Put a block back as it was at an entry of its history.
    Restore {
        /// The document.
        doc: DocumentId,
        /// The block.
        block: BlockId,
        /// The entry, as `history` names it.
        entry: EntryId,
    },
    /// What a reader does not get, with reasons, and what should perhaps be withheld, too.
    Withheld {
        /// The document.
        doc: DocumentId,
        /// For whom.
        #[arg(long)]
        audience: Audience,
    },
    /// The moments of a case that a timeline may tell.
    Moments {
        /// The case.
        case: CaseRef,
    },
    /// Add moments of the case's record to the document's timeline, for the team.
    Timeline {
        /// The document.
        doc: DocumentId,
        /// Their entries, as `moments` names them.
        #[arg(required = true)]
        entries: Vec<EntryId>,
    },
    /// Say something about a block; prints the comment's id.
    Comment {
        /// The document.
        doc: DocumentId,
        /// The block.
        block: BlockId,
        /// The words.
        #[arg(long)]
        text: String,
    },
    /// Settle a comment.
    Settle {
        /// The document.
        doc: DocumentId,
        /// The comment.
        comment: CommentId,
    },
    /// What becomes of a document's drafts when it is issued or sent (`retention drafts`), or what became of
    /// them.
    Drafts {
        /// The document.
        doc: DocumentId,
    },
    /// Issue a document: it stays as it is. What goes outside is approved first, by
    /// `approval ask` and a colleague's signed answer.
    Issue {
        /// The document.
        doc: DocumentId,
    },
    /// Begin a new version of an issued document; prints its id.
    Correct {
        /// The issued document.
        doc: DocumentId,
        /// What changed, in a sentence that its readers get.
        #[arg(long)]
        what: String,
    },
    /// What documents promised, open first.
    Promises,
    /// Record that a promised action is done.
    Keep {
        /// The document.
        doc: DocumentId,
        /// The action's block.
        block: BlockId,
    },
}
