//! That what was approved and issued is, word for word, what stands in the record.
//!
//! A review's step names the SHA-256 of the text it is about. Here the text is put together again from
//! the entries, so that neither a step nor the text under it can be another one. What several desks wrote
//! is left out: each issued what it had seen, and the order of all is another one.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use farol_model::{
    document::{Document, PlacedBlock, ReviewState, Standing, needs_second, reviewed_text},
    id::{DocumentId, EntryId, MemberId},
    journal::{Action, Entry, EntryHeader},
    tampering::Tampering,
};

use super::{WrongEntry, signed::Signatures};
use crate::{
    StoreError, read,
    shared::{self, Owner},
    write,
};

/// Whether an entry with this action makes a text, or says who may approve one.
pub(super) fn is_of_texts(action: &str) -> bool {
    matches!(
        action,
        "document_created"
            | "blocks_saved"
            | "envelope_set"
            | "standing_set"
            | "drafts_disposed"
            | "document_sent"
            | "team_set"
    )
}

/// The first entry that approves or issues another text than was written and signed, among the rows of
/// those that [`is_of_texts`] says.
pub(super) fn first_wrong(
    conn: &Connection,
    mut rows: Vec<i64>,
    signatures: &Signatures,
) -> Result<Option<WrongEntry>, StoreError> {
    let own = shared::own_desk(conn)?;
    let shared = shared::owners(conn)?;
    rows.sort_unstable();
    let mut entry = conn.prepare(
        "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key, sealed_with
         FROM entry LEFT JOIN seal ON seal.id = entry.sealed_with WHERE entry.rowid = ?1",
    )?;
    let mut texts = Texts {
        signatures,
        open: BTreeMap::new(),
        gone: BTreeMap::new(),
        closed: BTreeSet::new(),
        legal: None,
    };
    for row in rows {
        let mut found = entry.query([row])?;
        let Some(row) = found.next()? else { continue };
        let (seal, desk): (String, String) = (row.get(9)?, row.get(1)?);
        let header = read::header(row)?;
        if Some(&desk) != own.as_ref() || shared.contains(&Owner::of(&header, &seal)) {
            continue;
        }
        let (body, key): (Vec<u8>, Option<Vec<u8>>) = (row.get(7)?, row.get(8)?);
        let Some(key) = key else {
            texts.pass(&header, &seal);
            continue;
        };
        let entry = read::open(header, &body, &key)?;
        let header = entry.header.clone();
        if let Some(change) = texts.follow(entry) {
            return Ok(Some(WrongEntry { n: header.n, header: Some(header), change }));
        }
    }
    Ok(None)
}

struct Texts<'a> {
    signatures: &'a Signatures,
    /// Documents whose text may still change, with the entry that last changed it.
    open: BTreeMap<DocumentId, (Document, EntryId)>,
    /// Documents whose text can no longer be read, with the entry that last changed it.
    gone: BTreeMap<DocumentId, EntryId>,
    /// Those that were issued or sent.
    closed: BTreeSet<DocumentId>,
    /// Who may approve as legal, since the team said so.
    legal: Option<Vec<MemberId>>,
}

impl Texts<'_> {
    fn follow(&mut self, Entry { header, action }: Entry) -> Option<Tampering> {
        match action {
            Action::TeamSet { after, .. } => self.legal = Some(after.legal),
            Action::DocumentCreated { document } => {
                self.open.insert(document.id, (*document, header.id));
            }
            Action::BlocksSaved { document, changes, .. } => {
                let Some((text, last)) = self.open.get_mut(&document) else {
                    return self.closed.contains(&document).then_some(Tampering::AnotherText);
                };
                let mut placed: Vec<PlacedBlock> = (0..)
                    .zip(std::mem::take(&mut text.blocks))
                    .filter(|(_, block)| !changes.iter().any(|it| it.block == block.id))
                    .map(|(position, block)| PlacedBlock { position, block })
                    .chain(changes.iter().filter_map(|it| it.after.clone()))
                    .collect();
                placed.sort_by_key(|it| it.position);
                text.blocks = placed.into_iter().map(|it| it.block).collect();
                *last = header.id;
            }
            Action::EnvelopeSet { document, after, .. } => {
                let Some((text, last)) = self.open.get_mut(&document) else {
                    return self.closed.contains(&document).then_some(Tampering::AnotherText);
                };
                (text.envelope, *last) = (Some(after), header.id);
            }
            Action::DocumentSent { document, .. } => {
                self.open.remove(&document);
                self.closed.insert(document);
            }
            Action::StandingSet { document, before, after, .. } => {
                return self.stepped(document, &before, &after);
            }
            Action::DraftsDisposed { left, .. } => return self.left(left.document),
            _ => {}
        }
        None
    }

    /// Passes an entry that nobody can open: its seal is gone with its case, or with its document's drafts.
    fn pass(&mut self, header: &EntryHeader, seal: &str) {
        let changes = ["document_created", "blocks_saved", "envelope_set"];
        if let Some(document) = seal.parse().ok().filter(|_| changes.contains(&&*header.action)) {
            self.gone.insert(document, header.id);
        }
    }

    /// Goes on with what was left of a document: those who approved its text signed for the entry that last
    /// changed it.
    fn left(&mut self, document: Document) -> Option<Tampering> {
        let Some(last) = self.gone.remove(&document.id) else {
            return Some(Tampering::AnotherText);
        };
        let text = write::digest(&reviewed_text(&document.blocks, document.envelope.as_ref()));
        let steps = document.standing.steps.iter().rev();
        let approvals = steps.take_while(|it| it.to != ReviewState::Draft).filter(|it| {
            it.text == text && matches!(it.to, ReviewState::Legal | ReviewState::Approved)
        });
        for step in approvals {
            if !self.signatures.has_approved(document.id, last, step.by) {
                return Some(Tampering::ForgedFile);
            }
        }
        // Disposing at issue comes first; when it was issued before, it is about the text that was.
        let issued = document.standing.steps.last().filter(|it| it.to == ReviewState::Issued);
        if issued.is_some_and(|it| it.text != text) {
            return Some(Tampering::AnotherText);
        }
        if !self.closed.contains(&document.id) && issued.is_none() {
            self.open.insert(document.id, (document, last));
        }
        None
    }

    fn stepped(
        &mut self,
        id: DocumentId,
        before: &Standing,
        after: &Standing,
    ) -> Option<Tampering> {
        let step = after.steps.get(before.steps.len())?;
        let (document, last) = self.open.get(&id)?;
        let text = reviewed_text(&document.blocks, document.envelope.as_ref());
        if write::digest(&text) != step.text {
            return Some(Tampering::AnotherText);
        }
        let was = before.steps.last();
        match step.to {
            ReviewState::Legal | ReviewState::Approved => {
                if !self.signatures.has_approved(id, *last, step.by) {
                    return Some(Tampering::ForgedFile);
                }
                let as_legal = was.is_some_and(|it| it.to == ReviewState::Legal);
                let may = self.legal.as_ref().is_none_or(|it| it.contains(&step.by));
                (as_legal && !may).then_some(Tampering::ForgedFile)
            }
            ReviewState::Issued => {
                let approved =
                    was.is_some_and(|it| it.to == ReviewState::Approved && it.text == step.text);
                let wrong = needs_second(document) && !approved;
                self.open.remove(&id);
                self.closed.insert(id);
                wrong.then_some(Tampering::AnotherText)
            }
            ReviewState::Draft | ReviewState::Peer => None,
        }
    }
}
