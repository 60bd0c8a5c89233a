//! Signing files with the member's key, and checking those that others signed.

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use farol_model::{
    id::Digest,
    member::Member,
    signed::{FileKind, SignedFile},
};

use crate::{Store, digest, seal::hex, seal::unhex, slots::BASE32};

/// Letters in a group of a fingerprint, and groups.
const GROUP: usize = 4;
const GROUPS: usize = 5;

impl Store {
    /// Signs a file with the member's key.
    pub fn sign_file(&self, kind: FileKind, says: String) -> SignedFile {
        self.sign_text(kind.format(), says)
    }

    /// Signs a text of any layout.
    pub(crate) fn sign_text(&self, format: &str, says: String) -> SignedFile {
        let format = format.to_owned();
        let unsigned =
            SignedFile { format, says, signed_by: self.member(), signature: String::new() };
        let signature = hex(&self.sign(&unsigned.message()));
        SignedFile { signature, ..unsigned }
    }
}

/// Whether this person's key signed exactly this file.
pub fn is_signed_by(file: &SignedFile, member: &Member) -> bool {
    let signature = unhex(&file.signature).and_then(|it| Signature::from_slice(&it).ok());
    let signed = verifying_key(&member.public_key)
        .zip(signature)
        .is_some_and(|(key, signature)| key.verify_strict(&file.message(), &signature).is_ok());
    signed && file.signed_by == member.id
}

/// The name by which other files speak of this one.
pub fn file_hash(file: &SignedFile) -> Digest {
    digest(&file.message())
}

/// A public key in five groups of four that two people compare by voice: the first 100 bits of its
/// SHA-256, without the letters I, L, O and U. None when it is no key.
pub fn fingerprint(public_key: &str) -> Option<String> {
    let key = verifying_key(public_key)?;
    let mut hasher = Sha256::new();
    hasher.update(b"farol fingerprint 1\n");
    hasher.update(key.as_bytes());
    let letters = BASE32.encode(&hasher.finalize());
    let groups: Vec<&str> = (0..GROUPS).map(|at| &letters[at * GROUP..(at + 1) * GROUP]).collect();
    Some(groups.join(" "))
}

/// An Ed25519 public key as members carry it; none for points that anybody could sign for.
pub(crate) fn verifying_key(public_key: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = unhex(public_key)?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

#[cfg(test)]
mod tests {
    use farol_model::{
        approval::Subject,
        decision::{Granularity, Mitigation, MitigationState, MitigationStep},
        id::{CaseId, MemberId, MitigationId, SignedFileId},
        journal::Action,
        member::Member,
        signed::{FileKind, KeptFile, SignedFile},
        tampering::Tampering,
    };

    use super::{file_hash, fingerprint, is_signed_by};
    use crate::{
        Store, StoreError,
        tests::{new_store, open_case},
    };

    fn member(store: &Store) -> Member {
        store.read(|it| it.member(store.member())).unwrap()
    }

    #[test]
    fn a_file_is_its_signers_until_anything_in_it_is_changed() {
        let ((_a, ana), (_b, bea)) = (new_store(), new_store());
        let file = ana.sign_file(FileKind::Handover, "{}".into());
        assert!(is_signed_by(&file, &member(&ana)));
        assert!(!is_signed_by(&file, &member(&bea)));
        let changes: [fn(&mut SignedFile); 4] = [
            |it| it.says.push(' '),
            |it| it.format = FileKind::Receipt.format().into(),
            |it| {
                it.signature
                    .replace_range(..1, if it.signature.starts_with('0') { "1" } else { "0" });
            },
            |it| it.signature.clear(),
        ];
        for change in changes {
            let mut changed = file.clone();
            change(&mut changed);
            assert!(!is_signed_by(&changed, &member(&ana)), "{changed:?}");
        }
        let somebody = Member { id: MemberId(ana.new_id()), ..member(&ana) };
        assert!(!is_signed_by(&file, &somebody), "the id is checked too");
    }

    #[test]
    fn a_fingerprint_is_five_groups_and_only_of_a_key_that_can_sign_for_one_person() {
        let (_dir, store) = new_store();
        let groups = fingerprint(&member(&store).public_key).unwrap();
        assert_eq!(groups.split(' ').map(str::len).collect::<Vec<_>>(), [4; 5]);
        for key in ["", "00", &"0".repeat(64), &"zz".repeat(32)] {
            assert_eq!(fingerprint(key), None, "{key}");
        }
    }

    fn approved(store: &Store, case: CaseId, by: MemberId) -> Result<(), StoreError> {
        store.write(|tx| {
            let step = |state| MitigationStep { state, at: tx.now(), by };
            let mitigation = Mitigation {
                id: MitigationId(tx.new_id()),
                decision: None,
                what: "zone off".into(),
                target: None,
                granularity: Granularity::Zone,
                needs_second: true,
                steps: vec![step(MitigationState::Proposed), step(MitigationState::Approved)],
            };
            let after = Box::new(mitigation);
            tx.record(&Action::MitigationSet { case, before: None, after }).map(|_| ())
        })
    }

    #[test]
    fn an_approval_without_the_other_persons_signature_is_named() {
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
        approved(&store, case, MemberId(store.new_id())).unwrap();
        let wrong = store.read(|it| it.verify()).unwrap().wrong.unwrap();
        assert_eq!((wrong.n, wrong.change), (4, Tampering::ForgedFile));
    }

    #[test]
    fn a_file_under_another_persons_name_and_an_answer_to_nothing_are_named() {
        let ((_a, ana), (_b, bea)) = (new_store(), new_store());
        let (mine, theirs) = (member(&ana), member(&bea));
        let kept = |file: SignedFile| {
            let (id, hash) = (SignedFileId(ana.new_id()), file_hash(&file));
            Box::new(KeptFile { id, kind: FileKind::Handover, hash, about: String::new(), file })
        };
        let subject = Subject::Mitigation(MitigationId(ana.new_id()));
        let answer = format!(
            r#"{{"id":"01997b5e-0000-7000-8000-000000000000","practice":false,"at":"2026-11-23T14:00:00Z","name":"Bea","says":{{"answer":{{"request":"{}","case":"{}","reference":"ESC-2026-0001","subject":{},"ruling":"approved","reason":""}}}}}}"#,
            "0".repeat(64),
            CaseId(ana.new_id()),
            serde_json::to_string(&subject).unwrap(),
        );
        let answer = bea.sign_file(FileKind::Answer, answer);
        assert!(answer.statement().is_some());
        let own = ana.sign_file(FileKind::Handover, "{}".into());
        let card = ana.sign_file(FileKind::Card, "{}".into());
        let add = |card| Action::MemberAdded { member: theirs.clone(), card };
        let taken =
            |file| Action::FileTaken { case: None, kept: kept(file), signer: theirs.clone() };
        for (n, actions) in [
            (3, vec![add(Some(Box::new(card)))]),
            (3, vec![taken(bea.sign_file(FileKind::Handover, "{}".into()))]),
            (4, vec![add(None), taken(own.clone())]),
            (4, vec![add(None), taken(answer)]),
            (
                3,
                vec![Action::MemberAdded {
                    member: Member { id: mine.id, ..theirs.clone() },
                    card: None,
                }],
            ),
        ] {
            let wrong = ana.write(|tx| {
                for action in &actions {
                    tx.record(action)?;
                }
                let wrong = tx.read().verify()?.wrong.unwrap();
                assert_eq!((wrong.n, wrong.change), (n, Tampering::ForgedFile), "{actions:?}");
                // Nothing of it stays for the next one.
                Err::<(), _>(StoreError::NotFound("next"))
            });
            assert!(matches!(wrong, Err(StoreError::NotFound("next"))));
        }
    }
}
