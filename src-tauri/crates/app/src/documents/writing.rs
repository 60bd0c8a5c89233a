//! Saving what is written.

use std::collections::BTreeMap;

use farol_model::{
    document::{Audience, Block, Content, Document, Envelope, ReviewState, Text, changes},
    id::{BlockId, DocumentId},
    journal::Action,
    time::Timestamp,
};
use farol_store::WriteTx;
use serde::Deserialize;
use specta::Type;

use super::review;
use crate::{Desk, Failure};

/// What is written and not saved yet. Blocks that are as they are saved are only named: a long document
/// does not travel at every pause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct Draft {
    /// Every block, in order.
    pub order: Vec<BlockId>,
    /// Those that are not as they are saved.
    pub changed: Vec<Block>,
    /// Where it goes.
    pub envelope: Option<Envelope>,
}

impl Draft {
    /// All blocks, with those that are saved.
    ///
    /// # Errors
    /// When a block is neither here nor saved.
    pub(super) fn over(self, saved: Vec<Block>) -> Result<(Vec<Block>, Option<Envelope>), Failure> {
        let by_id = |blocks: Vec<Block>| blocks.into_iter().map(|it| (it.id, it));
        let mut blocks: BTreeMap<BlockId, Block> =
            by_id(saved).chain(by_id(self.changed)).collect();
        let order = self.order.iter();
        let written: Option<Vec<_>> = order.map(|id| blocks.remove(id)).collect();
        Ok((written.ok_or_else(|| Failure::not_found("block"))?, self.envelope))
    }
}

impl Desk {
    /// Saves blocks and envelope; returns the time of the commit.
    ///
    /// # Errors
    /// When there is no such document, it was sent, or the vault refuses.
    pub fn save_document(
        &self,
        id: DocumentId,
        blocks: &[Block],
        envelope: Option<Envelope>,
    ) -> Result<Timestamp, Failure> {
        self.store.write(|tx| {
            let before = tx.read().document(id)?;
            save(tx, before, blocks, envelope)
        })
    }

    /// Saves what is written; returns the time of the commit.
    ///
    /// # Errors
    /// When a block is neither here nor saved, or as [`Desk::save_document`].
    pub fn save_draft(&self, id: DocumentId, draft: Draft) -> Result<Timestamp, Failure> {
        self.store.write(|tx| {
            let before = tx.read().document(id)?;
            let (blocks, envelope) = draft.over(before.blocks.clone())?;
            save(tx, before, &blocks, envelope)
        })
    }

    /// Adds a paragraph at the end of a document.
    ///
    /// # Errors
    /// When there are no words, or as [`Desk::save_document`].
    pub fn add_paragraph(
        &self,
        id: DocumentId,
        audience: Audience,
        text: &str,
    ) -> Result<Timestamp, Failure> {
        if text.trim().is_empty() {
            return Err(Failure::bad_input(
                "There are no words. Nothing was added.",
                "Write what the paragraph says.",
            ));
        }
        let mut document = self.store.read(|it| it.document(id))?;
        document.blocks.push(Block {
            id: BlockId(self.store.new_id()),
            audience,
            content: Content::Paragraph { text: Text::parse(text) },
        });
        self.save_document(id, &document.blocks, None)
    }
}

/// Records what differs from what is saved.
fn save(
    tx: &mut WriteTx<'_>,
    before: Document,
    blocks: &[Block],
    envelope: Option<Envelope>,
) -> Result<Timestamp, Failure> {
    let Document { id, case, .. } = before;
    if before.sent.is_some() {
        return Err(Failure::refused(
            "This response was sent; what was sent stays as it is.",
            "Begin a new response for a correction.",
        ));
    }
    if before.standing.state() == ReviewState::Issued {
        return Err(review::issued());
    }
    let changes = changes(&before.blocks, blocks);
    let envelope = envelope.filter(|it| before.envelope.as_ref() != Some(it));
    if !changes.is_empty() || envelope.is_some() {
        review::changed(tx, &before)?;
    }
    if !changes.is_empty() {
        tx.record(&Action::BlocksSaved { case, document: id, changes })?;
    }
    if let Some(after) = envelope {
        let before = before.envelope;
        tx.record(&Action::EnvelopeSet { case, document: id, before, after })?;
    }
    Ok(tx.now())
}
