//! That what rests on another person's signature has it.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::VerifyingKey;

use farol_model::{
    approval::{Ruling, Subject},
    decision::MitigationState,
    id::{Digest, MemberId},
    journal::{Action, Entry},
    member::Member,
    signed::{KeptFile, Says},
    tampering::Tampering,
};

use crate::signed::{file_hash, is_signed_by, verifying_key};

/// The people that a desk's entries named so far, and what they approved.
#[derive(Default)]
pub(super) struct Signatures {
    members: BTreeMap<MemberId, (Member, VerifyingKey)>,
    asked: BTreeMap<Digest, Subject>,
    approved: BTreeSet<Subject>,
}

impl Signatures {
    /// The key of a person who was named before.
    pub(super) fn key(&self, member: MemberId) -> Option<&VerifyingKey> {
        self.members.get(&member).map(|(_, key)| key)
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
                self.is_genuine(kept, entry.header.actor) && self.remember(kept, None)
            }
            Action::FileTaken { kept, signer, .. } => {
                let known = self.members.get(&signer.id).is_some_and(|(it, _)| it == signer);
                known && self.is_genuine(kept, signer.id) && self.remember(kept, Some(signer.id))
            }
            Action::MitigationSet { after, .. } => {
                let beyond =
                    matches!(after.state(), MitigationState::Approved | MitigationState::Active);
                !(after.needs_second && beyond)
                    || self.approved.contains(&Subject::Mitigation(after.id))
            }
            Action::DecisionSet { after, .. } => {
                after.approved_by.is_none() || self.approved.contains(&Subject::Decision(after.id))
            }
            _ => true,
        };
        (!right).then_some(Tampering::ForgedFile)
    }

    /// Whether a file is the one it is kept as, signed by this person.
    fn is_genuine(&self, kept: &KeptFile, signer: MemberId) -> bool {
        self.members.get(&signer).is_some_and(|(member, _)| is_signed_by(&kept.file, member))
            && file_hash(&kept.file) == kept.hash
    }

    /// Remembers what was asked here, and what `signer` says to it; false when the answer is to
    /// nothing that was asked.
    fn remember(&mut self, kept: &KeptFile, signer: Option<MemberId>) -> bool {
        match (kept.file.statement().map(|it| it.says), signer) {
            (Some(Says::Request(request)), None) => {
                self.asked.insert(kept.hash, request.proposal.subject);
            }
            (Some(Says::Answer(answer)), Some(_)) => {
                if self.asked.get(&answer.request) != Some(&answer.subject) {
                    return false;
                }
                if answer.ruling == Ruling::Approved {
                    self.approved.insert(answer.subject);
                }
            }
            _ => {}
        }
        true
    }
}
