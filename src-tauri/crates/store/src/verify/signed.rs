//! That what rests on another person's signature has it.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::{Signature, VerifyingKey};

use farol_model::{
    approval::{Proposal, Ruling, Subject},
    decision::MitigationState,
    document::ReviewState,
    id::{Digest, DocumentId, EntryId, MemberId},
    journal::{Action, Entry, EntryHeader},
    member::Member,
    signed::{KeptFile, Says},
    tampering::Tampering,
};

use super::WrongEntry;
use crate::signed::{file_hash, is_signed_by, verifying_key};

/// The people that a desk's entries named so far, and what they approved.
#[derive(Default)]
pub(super) struct Signatures {
    members: BTreeMap<MemberId, (Member, VerifyingKey)>,
    /// What was asked, and the entry that proposed it.
    asked: BTreeMap<Digest, (Subject, EntryId)>,
    approved: BTreeSet<Subject>,
    /// Which document, as its last change left it, and by whom.
    texts: BTreeSet<(DocumentId, EntryId, MemberId)>,
    /// Whether other desks wrote here, too: what one desk rests on, another may have.
    others: bool,
    /// What rests on an approval, or answers a request, that was not seen yet.
    waiting: Vec<(Waiting, EntryHeader)>,
}

enum Waiting {
    Approval(Subject),
    Request(Digest, Subject),
}

impl Signatures {
    /// To be followed through the journals of so many desks.
    pub(super) fn among(n_desks: usize) -> Self {
        Self { others: n_desks > 1, ..Self::default() }
    }

    /// The first entry that rests on what no desk has.
    pub(super) fn missing(&self) -> Option<WrongEntry> {
        let there = |it: &Waiting| match it {
            Waiting::Approval(subject) => self.approved.contains(subject),
            Waiting::Request(request, subject) => {
                self.asked.get(request).is_some_and(|(asked, _)| asked == subject)
            }
        };
        let (_, header) = self.waiting.iter().find(|(it, _)| !there(it))?;
        let change = Tampering::ForgedFile;
        Some(WrongEntry { n: header.n, header: Some(header.clone()), change })
    }

    /// Whether this person signed for a document as this entry left it.
    pub(super) fn has_approved(&self, document: DocumentId, entry: EntryId, by: MemberId) -> bool {
        self.texts.contains(&(document, entry, by))
    }

    /// Whether anybody who is named signed this.
    pub(super) fn is_by_somebody(&self, message: &[u8], signature: &Signature) -> bool {
        self.members.values().any(|(_, key)| key.verify_strict(message, signature).is_ok())
    }

    /// Whether a person who was named before signed this.
    pub(super) fn has_signed(&self, member: MemberId, message: &[u8], signature: &[u8]) -> bool {
        self.members
            .get(&member)
            .zip(Signature::from_slice(signature).ok())
            .is_some_and(|((_, key), signature)| key.verify_strict(message, &signature).is_ok())
    }

    /// Takes an entry in; what is wrong with it when it rests on a signature that is not there.
    pub(super) fn follow(&mut self, entry: &Entry) -> Option<Tampering> {
        let right = match &entry.action {
            Action::MemberAdded { member, card } => {
                let Some(key) = verifying_key(&member.public_key) else {
                    return Some(Tampering::Edited);
                };
                let known = self.members.get(&member.id).is_none_or(|(it, _)| it == member);
                let signed = card.as_deref().is_none_or(|card| is_signed_by(card, member));
                self.members.insert(member.id, (member.clone(), key));
                known && signed
            }
            Action::FileSigned { kept, .. } => {
                self.is_genuine(kept, entry.header.actor)
                    && self.remember(kept, None, &entry.header)
            }
            Action::FileTaken { kept, signer, .. } => {
                let known = self
                    .members
                    .get(&signer.id)
                    .is_some_and(|(it, _)| it.public_key == signer.public_key);
                known
                    && self.is_genuine(kept, signer.id)
                    && self.remember(kept, Some(signer.id), &entry.header)
            }
            Action::MitigationSet { after, .. } => {
                let beyond =
                    matches!(after.state(), MitigationState::Approved | MitigationState::Active);
                !(after.needs_second && beyond)
                    || self.has_approval(Subject::Mitigation(after.id), &entry.header)
            }
            Action::StandingSet { document, before, after, .. } => {
                let approved = after.steps.len() > before.steps.len()
                    && matches!(after.state(), ReviewState::Legal | ReviewState::Approved);
                !approved || self.approved.contains(&Subject::Document(*document))
            }
            Action::DecisionSet { after, .. } => {
                after.approved_by.is_none()
                    || self.has_approval(Subject::Decision(after.id), &entry.header)
            }
            _ => true,
        };
        (!right).then_some(Tampering::ForgedFile)
    }

    /// Whether this was approved, or may turn out to be on another desk.
    fn has_approval(&mut self, subject: Subject, header: &EntryHeader) -> bool {
        if self.approved.contains(&subject) {
            return true;
        }
        self.waiting.push((Waiting::Approval(subject), header.clone()));
        self.others
    }

    /// Whether a file is the one it is kept as, signed by this person.
    fn is_genuine(&self, kept: &KeptFile, signer: MemberId) -> bool {
        self.members.get(&signer).is_some_and(|(member, _)| is_signed_by(&kept.file, member))
            && file_hash(&kept.file) == kept.hash
    }

    /// Remembers what was asked here, and what `signer` says to it; false when the answer is to
    /// nothing that was asked.
    fn remember(
        &mut self,
        kept: &KeptFile,
        signer: Option<MemberId>,
        header: &EntryHeader,
    ) -> bool {
        match (kept.file.statement().map(|it| it.says), signer) {
            (Some(Says::Request(request)), None) => {
                let Proposal { subject, entry, .. } = request.proposal;
                self.asked.insert(kept.hash, (subject, entry));
            }
            (Some(Says::Answer(answer)), Some(signer)) => {
                let asked = self.asked.get(&answer.request).copied();
                if asked.map(|(subject, _)| subject) != Some(answer.subject) {
                    if !self.others {
                        return false;
                    }
                    let waiting = Waiting::Request(answer.request, answer.subject);
                    self.waiting.push((waiting, header.clone()));
                }
                if answer.ruling == Ruling::Approved {
                    self.approved.insert(answer.subject);
                    if let Some((Subject::Document(id), entry)) = asked {
                        self.texts.insert((id, entry, signer));
                    }
                }
            }
            _ => {}
        }
        true
    }
}
