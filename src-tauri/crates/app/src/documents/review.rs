//! From draft to issued, and what was said and promised meanwhile.

use farol_model::{
    document::{
        Audience, Block, Comment, Content, Correction, Document, KeptPromise, ReviewState,
        ReviewStep, Standing, Text, after_approval, due_day, needs_second, reviewed_text,
    },
    id::{BlockId, CommentId, Digest, DocumentId, MemberId},
    journal::Action,
};
use farol_store::{StoreError, WriteTx};

use super::drafts;
use crate::{Desk, Failure, view::PromiseRow};

impl Desk {
    /// Says something about a block; the text stays as it is.
    ///
    /// # Errors
    /// When there is no such document or block, or nothing was said.
    pub fn comment(
        &self,
        id: DocumentId,
        block: BlockId,
        text: &str,
    ) -> Result<CommentId, Failure> {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Err(Failure::bad_input(
                "Nothing was said.",
                "Write what should change, or why.",
            ));
        }
        self.store.write(|tx| {
            let document = tx.read().document(id)?;
            require_block(&document, block)?;
            let comment = Comment {
                id: CommentId(tx.new_id()),
                block,
                at: tx.now(),
                by: tx.actor(),
                text,
                settled_at: None,
            };
            let id = comment.id;
            let mut after = document.standing.clone();
            after.comments.push(comment);
            set(tx, &document, after)?;
            Ok(id)
        })
    }

    /// Settles a comment.
    ///
    /// # Errors
    /// When there is none that is open under this id.
    pub fn settle_comment(&self, id: DocumentId, comment: CommentId) -> Result<(), Failure> {
        self.store.write(|tx| {
            let document = tx.read().document(id)?;
            let mut after = document.standing.clone();
            let now = tx.now();
            let open = after.comments.iter_mut().find(|it| it.id == comment);
            match open.filter(|it| it.settled_at.is_none()) {
                Some(it) => it.settled_at = Some(now),
                None => return Err(Failure::not_found("open comment")),
            }
            set(tx, &document, after)?;
            Ok(())
        })
    }

    /// Issues a document: from now on it stays as it is, and its drafts are kept or disposed of as the team
    /// said ([`Desk::drafts`]). Whatever leaves the company needs the approval of a second person first.
    ///
    /// # Errors
    /// When it was issued, is not approved, or has open comments.
    pub fn issue_document(&self, id: DocumentId) -> Result<Digest, Failure> {
        let (text, disposed) = self.store.write(|tx| {
            let document = tx.read().document(id)?;
            let state = document.standing.state();
            if state == ReviewState::Issued {
                return Err(issued());
            }
            if needs_second(&document) && state != ReviewState::Approved {
                return Err(Failure::refused(
                    format!(
                        "This goes outside and is not approved yet: {}. Nothing was issued.",
                        state.label().to_lowercase()
                    ),
                    "Ask a colleague to approve it; their signed answer is taken in here.",
                ));
            }
            let approved = document.standing.steps.last().map(|it| it.text);
            if needs_second(&document) && approved != Some(text_digest(&document)) {
                return Err(Failure::refused(
                    "The text or the address is not what was approved. Nothing was issued.",
                    "Save it once more and ask again, or undo the change.",
                ));
            }
            let n_open =
                document.standing.comments.iter().filter(|it| it.settled_at.is_none()).count();
            if n_open > 0 {
                return Err(Failure::refused(
                    format!("{n_open} comments are open. Nothing was issued."),
                    "Settle them first; they stay or go with the drafts.",
                ));
            }
            let disposed = drafts::dispose(tx, id)?;
            let document = tx.read().document(id)?;
            let by = tx.actor();
            Ok((step(tx, &document, ReviewState::Issued, by)?, disposed))
        })?;
        if disposed {
            self.end_disposal("The document is issued.")?;
        }
        Ok(text)
    }

    /// Begins a new version of an issued document, which says what changed.
    ///
    /// # Errors
    /// When it was not issued, or nothing is said about what changed.
    pub fn correct_document(&self, id: DocumentId, what: &str) -> Result<DocumentId, Failure> {
        let what = what.trim().to_owned();
        if what.is_empty() {
            return Err(Failure::bad_input(
                "A correction says what changed. Nothing was begun.",
                "Write one sentence that its readers get.",
            ));
        }
        self.store.write(|tx| {
            let before = tx.read().document(id)?;
            let issued = before.standing.steps.last().filter(|it| it.to == ReviewState::Issued);
            let issued_at = match (issued, &before.sent) {
                (Some(step), _) => step.at,
                (None, Some(sent)) => sent.at,
                (None, None) => {
                    return Err(Failure::refused(
                        "This version was not issued and can still be changed. Nothing was begun.",
                        "Change it, or issue it first.",
                    ));
                }
            };
            let version = before.standing.version;
            let said = format!(
                "Version {} corrects version {version} of {}: {what}",
                version + 1,
                issued_at.to_minute()
            );
            let mut blocks = before.blocks.clone();
            blocks.insert(
                0,
                Block {
                    id: BlockId(tx.new_id()),
                    audience: before.audience.clone(),
                    content: Content::Callout { text: Text::plain(said) },
                },
            );
            let document = Document {
                id: DocumentId(tx.new_id()),
                created_at: tx.now(),
                sent: None,
                blocks,
                standing: Standing {
                    version: version + 1,
                    corrects: Some(Correction { document: id, what }),
                    // What was done before stays done.
                    kept: before.standing.kept.clone(),
                    ..Standing::default()
                },
                ..before
            };
            let id = document.id;
            tx.record(&Action::DocumentCreated { document: Box::new(document) })?;
            Ok(id)
        })
    }

    /// What was promised in documents, open first, by when it is due.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn promises(&self) -> Result<Vec<PromiseRow>, Failure> {
        let today = self.store.now().to_minute();
        let today = today.get(..10).unwrap_or_default().to_owned();
        self.store.read(|it| {
            let mut rows = Vec::new();
            let listed = it.documents()?.into_iter().map(|listed| it.document(listed.id));
            let documents = listed.collect::<Result<Vec<_>, _>>()?;
            let corrected: Vec<_> = documents
                .iter()
                .filter_map(|it| it.standing.corrects.as_ref().map(|it| it.document))
                .collect();
            // A correction says again what the version before it promised.
            for document in documents.iter().filter(|it| !corrected.contains(&it.id)) {
                let reference = it.case(document.case)?.reference;
                for block in &document.blocks {
                    let Content::Action { what, owner, due } = &block.content else { continue };
                    let kept = document.standing.kept.iter().find(|it| it.block == block.id);
                    if is_settled(due) {
                        continue;
                    }
                    rows.push(PromiseRow {
                        document: document.id,
                        block: block.id,
                        reference,
                        what: what.to_string(),
                        owner: owner.clone(),
                        due: due.clone(),
                        overdue: kept.is_none()
                            && due_day(due).is_some_and(|it| it.as_str() < today.as_str()),
                        due_day: due_day(due),
                        done_at: kept.map(|it| it.at),
                    });
                }
            }
            // What names no day comes after what does.
            rows.sort_by(|a, b| {
                let by = |it: &PromiseRow| (it.done_at, it.due_day.is_none(), it.due_day.clone());
                (by(a), &a.due).cmp(&(by(b), &b.due))
            });
            Ok::<_, Failure>(rows)
        })
    }

    /// Records that a promised action is done; issued text stays as it is.
    ///
    /// # Errors
    /// When the block promises nothing, or was done before.
    pub fn keep_promise(&self, id: DocumentId, block: BlockId) -> Result<(), Failure> {
        self.store.write(|tx| {
            let document = tx.read().document(id)?;
            let promised = document
                .blocks
                .iter()
                .any(|it| it.id == block && matches!(it.content, Content::Action { .. }));
            if !promised || document.standing.kept.iter().any(|it| it.block == block) {
                return Err(Failure::not_found("open promise"));
            }
            let mut after = document.standing.clone();
            after.kept.push(KeptPromise { block, at: tx.now(), by: tx.actor() });
            set(tx, &document, after)?;
            Ok(())
        })
    }
}

/// Whether the text itself says that nothing is promised any more.
fn is_settled(due: &str) -> bool {
    let due = due.trim().to_lowercase();
    ["done", "feito", "not planned", "não previsto"].contains(&due.as_str())
}

/// A colleague was asked to approve it.
pub(crate) fn asked(tx: &mut WriteTx<'_>, id: DocumentId) -> Result<(), Failure> {
    let document = tx.read().document(id)?;
    if document.standing.state() == ReviewState::Draft {
        let by = tx.actor();
        step(tx, &document, ReviewState::Peer, by)?;
    }
    Ok(())
}

/// A colleague signed that they approve it.
pub(crate) fn approved(
    tx: &mut WriteTx<'_>,
    id: DocumentId,
    signer: MemberId,
) -> Result<(), Failure> {
    let document = tx.read().document(id)?;
    if document.standing.state() == ReviewState::Legal && !tx.read().team()?.legal.contains(&signer)
    {
        return Err(Failure::refused(
            "It waits for legal, and whoever signed is not on the list of those who approve as \
             legal. Nothing was changed.",
            "Ask somebody on the list (Settings, or farolctl team legal), or name them first.",
        ));
    }
    let twice = document.standing.steps.iter().rev().take_while(|it| it.to > ReviewState::Peer);
    if twice.into_iter().any(|it| it.by == signer) {
        return Err(Failure::refused(
            "The same person approved it already; legal is somebody else. Nothing was changed.",
            "Ask somebody of legal.",
        ));
    }
    let to = after_approval(&document);
    step(tx, &document, to, signer)?;
    Ok(())
}

/// Text that changed is a draft again, whoever approved it before.
pub(super) fn changed(tx: &mut WriteTx<'_>, document: &Document) -> Result<(), Failure> {
    if document.standing.state() != ReviewState::Draft {
        let by = tx.actor();
        step(tx, document, ReviewState::Draft, by)?;
    }
    Ok(())
}

/// Why an issued document is not changed.
pub(super) fn issued() -> Failure {
    Failure::refused(
        "This version was issued; it stays as it is.",
        "Begin a correction, which says what changed.",
    )
}

/// SHA-256 of what is read: blocks and address.
pub(crate) fn text_digest(document: &Document) -> Digest {
    farol_store::digest(&reviewed_text(&document.blocks, document.envelope.as_ref()))
}

fn step(
    tx: &mut WriteTx<'_>,
    document: &Document,
    to: ReviewState,
    by: MemberId,
) -> Result<Digest, Failure> {
    let text = text_digest(document);
    let after = document.standing.stepped(ReviewStep { to, at: tx.now(), by, text });
    set(tx, document, after)?;
    Ok(text)
}

fn set(tx: &mut WriteTx<'_>, document: &Document, after: Standing) -> Result<(), StoreError> {
    tx.record(&Action::StandingSet {
        case: document.case,
        document: document.id,
        before: Box::new(document.standing.clone()),
        after: Box::new(after),
    })?;
    Ok(())
}

fn require_block(document: &Document, block: BlockId) -> Result<(), Failure> {
    if document.blocks.iter().any(|it| it.id == block) {
        return Ok(());
    }
    Err(Failure::not_found("block"))
}

/// For whom a document is, in words, when approval is asked for.
pub(crate) fn said(document: &Document) -> String {
    let audience: &Audience = &document.audience;
    format!(
        "{}, version {}, for {audience}; text {}",
        document.kind.label(),
        document.standing.version,
        text_digest(document)
    )
}
