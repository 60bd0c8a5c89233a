use farol_model::{
    document::{Audience, Block, Content, Document, ReviewState, ReviewStep, Text, changes},
    id::{BlockId, MemberId},
    journal::Action,
    retention::DraftRule,
    tampering::Tampering,
};
use farol_store::{StoreError, WriteTx};

use super::*;
use crate::view::{Drafts, SentSaid};

/// A response that goes outside, on a case of Ana's.
fn response(two: &Two) -> (CaseId, DocumentId) {
    let (case, ..) = wide(&two.ana);
    (case, two.ana.create_document(case, "action-taken-reporter").unwrap())
}

fn review(desk: &Desk, id: DocumentId) -> ReviewState {
    desk.document(id).unwrap().document.standing.state()
}

#[test]
fn a_document_that_goes_outside_is_approved_by_a_second_person_and_then_stays_as_it_is() {
    let two = Two::colleagues();
    let (case, id) = response(&two);
    refused(two.ana.issue_document(id), "not approved yet");
    let request = two.request((case, Subject::Document(id))).unwrap();
    assert_eq!(review(&two.ana, id), ReviewState::Peer);
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    two.ana.take_answer(&answer).unwrap();
    let document = two.ana.document(id).unwrap().document;
    let bea = two.bea.status().unwrap().member.unwrap();
    let step = document.standing.steps.last().unwrap();
    assert_eq!((step.to, step.by), (ReviewState::Approved, bea.id));

    assert_eq!(two.ana.issue_document(id).unwrap(), step.text, "what was approved is issued");
    let late = two.ana.add_paragraph(id, Audience::Reporter, "One more thing.").unwrap_err();
    assert!(late.message.contains("issued"), "{late}");

    let second = two.ana.correct_document(id, "the time was wrong").unwrap();
    let corrected = two.ana.document(second).unwrap().document;
    assert_eq!(corrected.standing.version, 2);
    assert_eq!(corrected.blocks[0].audience, corrected.audience);
    let said = corrected.blocks[0].content.texts()[0].to_string();
    assert!(said.contains("Version 2 corrects version 1"), "{said}");
    assert!(said.ends_with("the time was wrong"), "{said}");
    is_sound(&two.ana);
    is_sound(&two.bea);
}

#[test]
fn text_that_changes_after_somebody_was_asked_is_a_draft_again_and_the_answer_does_not_fit() {
    let two = Two::colleagues();
    let (case, id) = response(&two);
    let request = two.request((case, Subject::Document(id))).unwrap();
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    two.ana.add_paragraph(id, Audience::Reporter, "One more thing.").unwrap();
    assert_eq!(review(&two.ana, id), ReviewState::Draft);
    refused(two.ana.take_answer(&answer), "not what was signed");
    assert_eq!(review(&two.ana, id), ReviewState::Draft);
}

#[test]
fn a_block_has_its_history_and_comes_back_as_it_was() {
    let two = Two::colleagues();
    let (_, id) = response(&two);
    two.ana.add_paragraph(id, Audience::Reporter, "first words").unwrap();
    let mut blocks = two.ana.document(id).unwrap().document.blocks;
    let last = blocks.last_mut().unwrap();
    let block = last.id;
    last.content = Content::Paragraph { text: Text::plain("other words") };
    two.ana.save_document(id, &blocks, None).unwrap();
    blocks.pop();
    two.ana.save_document(id, &blocks, None).unwrap();

    let versions = two.ana.block_history(id, block).unwrap();
    let words: Vec<_> = versions
        .iter()
        .map(|it| it.block.as_ref().map(|it| it.content.texts()[0].to_string()))
        .collect();
    assert_eq!(words, [None, Some("other words".into()), Some("first words".into())]);
    two.ana.restore_block(id, block, versions[2].entry).unwrap();
    let back = two.ana.document(id).unwrap().document.blocks.pop().unwrap();
    assert_eq!((back.id, Some(back)), (block, versions[2].block.clone()));
    is_sound(&two.ana);
}

#[test]
fn open_comments_hold_an_issue_up_and_never_become_text() {
    let two = Two::colleagues();
    let (case, ..) = wide(&two.ana);
    let id = two.ana.create_document(case, "readout").unwrap();
    let before = two.ana.document(id).unwrap();
    let comment = two.ana.comment(id, before.document.blocks[0].id, "Is this so?").unwrap();
    let after = two.ana.document(id).unwrap();
    assert_eq!((before.saved_at, before.document.blocks), (after.saved_at, after.document.blocks));
    refused(two.ana.issue_document(id), "comments are open");
    two.ana.settle_comment(id, comment).unwrap();
    two.ana.issue_document(id).unwrap();
    is_sound(&two.ana);
}

#[test]
fn moments_of_the_record_go_into_the_timeline_once_and_keep_their_source() {
    let two = Two::colleagues();
    let (case, id) = response(&two);
    let moments = two.ana.moments(case).unwrap();
    let entries: Vec<_> = moments.iter().map(|it| it.entry).collect();
    two.ana.add_moments(id, &entries[..2]).unwrap();
    two.ana.add_moments(id, &entries[..3]).unwrap();
    let document = two.ana.document(id).unwrap().document;
    let rows = document.blocks.iter().find_map(|it| match &it.content {
        Content::Timeline { rows } => Some(rows),
        _ => None,
    });
    let sources: Vec<_> = rows.unwrap().iter().filter_map(|it| it.source).collect();
    assert_eq!(sources, entries[..3]);
    assert!(rows.unwrap().iter().all(|it| it.audience == Audience::InternalTeam));
}

fn me(desk: &Desk) -> MemberId {
    desk.status().unwrap().member.unwrap().id
}

/// What `journal verify` says of entries that somebody with the desk's keys wrote.
fn forged(
    desk: &Desk,
    write: impl FnOnce(&mut WriteTx<'_>) -> Result<(), StoreError>,
) -> Option<Tampering> {
    desk.store.write(write).unwrap();
    desk.store.read(|it| it.verify()).unwrap().wrong.map(|it| it.change)
}

fn other_words(tx: &mut WriteTx<'_>, document: &Document) -> Result<Document, StoreError> {
    let mut after = document.clone();
    after.blocks.push(Block {
        id: BlockId(tx.new_id()),
        audience: Audience::Reporter,
        content: Content::Paragraph { text: Text::plain("It was nobody's fault.") },
    });
    let changes = changes(&document.blocks, &after.blocks);
    tx.record(&Action::BlocksSaved { case: document.case, document: document.id, changes })?;
    Ok(after)
}

fn step(
    tx: &mut WriteTx<'_>,
    document: &Document,
    to: ReviewState,
    by: MemberId,
    text: farol_model::id::Digest,
) -> Result<(), StoreError> {
    let before = Box::new(document.standing.clone());
    let after = Box::new(before.stepped(ReviewStep { to, at: tx.now(), by, text }));
    let (case, document) = (document.case, document.id);
    tx.record(&Action::StandingSet { case, document, before, after }).map(|_| ())
}

/// A response of Ana's that Bea was asked about, and her answer.
fn answered(two: &Two) -> (DocumentId, SignedFile) {
    let (case, id) = response(two);
    let request = two.request((case, Subject::Document(id))).unwrap();
    (id, two.answer(&request, Ruling::Approved).unwrap())
}

#[test]
fn the_journal_proves_that_what_was_issued_is_the_text_that_was_approved() {
    use crate::documents::review::text_digest as digest;
    type Forgery = fn(&mut WriteTx<'_>, &Document, [MemberId; 2]) -> Result<(), StoreError>;
    let forgeries: [(&str, bool, Tampering, Forgery); 6] = [
        ("approved before anybody answered", false, Tampering::ForgedFile, |tx, it, [_, bea]| {
            step(tx, it, ReviewState::Approved, bea, digest(it))
        }),
        (
            "issued with the digest of other words",
            true,
            Tampering::AnotherText,
            |tx, it, [ana, _]| {
                let after = other_words(tx, it)?;
                step(tx, &after, ReviewState::Issued, ana, digest(&after))
            },
        ),
        ("issued with the approved digest", true, Tampering::AnotherText, |tx, it, [ana, _]| {
            let after = other_words(tx, it)?;
            step(tx, &after, ReviewState::Issued, ana, digest(it))
        }),
        (
            "approved by a signature for other words",
            true,
            Tampering::ForgedFile,
            |tx, it, [_, bea]| {
                let after = other_words(tx, it)?;
                step(tx, &after, ReviewState::Approved, bea, digest(&after))
            },
        ),
        ("approved by whoever did not sign", true, Tampering::ForgedFile, |tx, it, [ana, _]| {
            step(tx, it, ReviewState::Approved, ana, digest(it))
        }),
        ("changed after it was issued", true, Tampering::AnotherText, |tx, it, [ana, _]| {
            step(tx, it, ReviewState::Issued, ana, digest(it))?;
            other_words(tx, it).map(|_| ())
        }),
    ];
    for (what, taken, expected, forgery) in forgeries {
        let two = Two::colleagues();
        let (id, answer) = answered(&two);
        if taken {
            two.ana.take_answer(&answer).unwrap();
        }
        is_sound(&two.ana);
        let document = two.ana.document(id).unwrap().document;
        let people = [me(&two.ana), me(&two.bea)];
        let found = forged(&two.ana, |tx| forgery(tx, &document, people));
        assert_eq!(found, Some(expected), "{what}");
    }
}

#[test]
fn only_who_is_named_for_it_approves_as_legal() {
    let two = Two::colleagues();
    let cleo = two.third("Cleo Counsel");
    let (case, ..) = wide(&two.ana);
    let id = two.ana.create_document(case, "law-enforcement").unwrap();
    let subject = (case, Subject::Document(id));
    let request = two.request(subject).unwrap();
    two.ana.take_answer(&two.answer(&request, Ruling::Approved).unwrap()).unwrap();
    assert_eq!(review(&two.ana, id), ReviewState::Legal);

    let request = two.request(subject).unwrap();
    let answer = two.answer_of(&cleo, &request, Ruling::Approved).unwrap();
    refused(two.ana.take_answer(&answer), "not on the list of those who approve as legal");
    assert_eq!(review(&two.ana, id), ReviewState::Legal);
    two.ana.set_legal(me(&two.bea), true).unwrap();
    refused(two.ana.take_answer(&answer), "not on the list of those who approve as legal");

    two.ana.set_legal(me(&cleo), true).unwrap();
    two.ana.take_answer(&answer).unwrap();
    assert_eq!(review(&two.ana, id), ReviewState::Approved);
    two.ana.set_legal(me(&cleo), false).unwrap();
    two.ana.issue_document(id).unwrap();
    assert_eq!(two.ana.team().unwrap().legal, [me(&two.bea)]);
    let nobody = MemberId(two.ana.store.new_id());
    assert!(two.ana.set_legal(nobody, true).is_err());
    is_sound(&two.ana);
}

#[test]
fn promises_stand_in_the_order_of_their_days_and_those_without_a_day_last() {
    let two = Two::colleagues();
    let (_, id) = response(&two);
    let mut blocks = two.ana.document(id).unwrap().document.blocks;
    for due in ["next week", "4 December 2026", "2027-01-02", "2026-11-30 16:00 UTC", "done"] {
        blocks.push(Block {
            id: BlockId(two.ana.store.new_id()),
            audience: Audience::Reporter,
            content: Content::Action {
                what: Text::plain("Write again"),
                owner: "Desk".into(),
                due: due.into(),
            },
        });
    }
    two.ana.save_document(id, &blocks, None).unwrap();
    let promises = two.ana.promises().unwrap();
    let due: Vec<_> = promises.iter().map(|it| it.due.as_str()).collect();
    assert_eq!(due, ["2026-11-30 16:00 UTC", "4 December 2026", "2027-01-02", "next week"]);
}

/// What becomes of the drafts of Ana's document.
fn drafts(two: &Two, id: DocumentId) -> Drafts {
    two.ana.drafts(id).unwrap()
}

#[test]
fn drafts_are_disposed_of_at_issue_when_the_team_says_so_and_the_approved_text_stays() {
    let two = Two::colleagues();
    let (case, id) = response(&two);
    two.ana.add_paragraph(id, Audience::Reporter, "words of a draft").unwrap();
    let mut blocks = two.ana.document(id).unwrap().document.blocks;
    let last = blocks.last_mut().unwrap();
    let block = last.id;
    last.content = Content::Paragraph { text: Text::plain("words that are issued") };
    two.ana.save_document(id, &blocks, None).unwrap();
    let before = two.ana.block_history(id, block).unwrap();
    let comment = two.ana.comment(id, block, "words of a comment").unwrap();
    two.ana.settle_comment(id, comment).unwrap();
    assert_eq!(drafts(&two, id), Drafts::Kept);
    two.ana.set_draft_rule(DraftRule::Dispose).unwrap();
    let request = two.request((case, Subject::Document(id))).unwrap();
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    two.ana.take_answer(&answer).unwrap();
    let Drafts::Goes { n_comments, elsewhere, .. } = drafts(&two, id) else { panic!() };
    assert_eq!((n_comments, elsewhere.len()), (1, 0));
    let backup = two.ana.back_up().unwrap();
    let Drafts::Goes { elsewhere, .. } = drafts(&two, id) else { panic!() };
    assert_eq!(elsewhere, [format!("Backup of {}", backup.made_at.to_minute())]);

    let text = two.ana.issue_document(id).unwrap();
    let Drafts::Gone { by, n_entries, .. } = drafts(&two, id) else { panic!() };
    assert!(by == "Ana Investigator" && n_entries > 4, "{by} {n_entries}");
    let issued = two.ana.document(id).unwrap().document;
    assert_eq!(issued.blocks, blocks);
    assert_eq!(issued.standing.steps.last().unwrap().text, text);
    assert!(issued.standing.comments.is_empty());
    is_sound(&two.ana);
    let versions = two.ana.block_history(id, block).unwrap();
    assert_eq!((versions.len(), versions[0].block.as_ref()), (1, blocks.last()));
    refused(two.ana.restore_block(id, block, before[1].entry), "drafts of this document were");
    let told = two.ana.history(case).unwrap();
    assert!(told.iter().any(|it| it.text.contains("disposed of")));
    assert!(!serde_json::to_string(&told).unwrap().contains("words of a"));

    // A correction begins with what was issued, and has drafts of its own.
    let second = two.ana.correct_document(id, "the time was wrong").unwrap();
    assert_eq!(two.ana.document(second).unwrap().document.blocks[1..], issued.blocks);
    assert!(matches!(drafts(&two, second), Drafts::Goes { .. }));
    is_sound(&two.ana);
}

#[test]
fn a_hold_keeps_drafts_whatever_the_team_says() {
    let two = Two::colleagues();
    let (case, ..) = wide(&two.ana);
    two.ana.set_draft_rule(DraftRule::Dispose).unwrap();
    two.ana.set_hold(case, "litigation").unwrap();
    let id = two.ana.create_document(case, "readout").unwrap();
    two.ana.add_paragraph(id, Audience::InternalTeam, "words of a draft").unwrap();
    assert_eq!(drafts(&two, id), Drafts::Held { reason: "litigation".into() });
    let block = two.ana.document(id).unwrap().document.blocks.last().unwrap().id;
    two.ana.issue_document(id).unwrap();
    assert_eq!(drafts(&two, id), Drafts::Kept);
    assert!(!two.ana.block_history(id, block).unwrap().is_empty());
    is_sound(&two.ana);
}

#[test]
fn a_response_that_was_sent_loses_its_drafts_as_one_that_is_issued() {
    let two = Two::colleagues();
    let (case, id) = response(&two);
    two.ana.set_draft_rule(DraftRule::Dispose).unwrap();
    two.ana.add_paragraph(id, Audience::Reporter, "words that went out").unwrap();
    let said = SentSaid { at: None, channel: "portal".into(), message_id: None, answer_by: None };
    two.ana.confirm_sent(id, &said).unwrap();
    assert!(matches!(drafts(&two, id), Drafts::Gone { .. }));
    let there = two.ana.document(id).unwrap().document;
    assert!(there.sent.is_some());
    assert!(two.ana.case(case).is_ok());
    is_sound(&two.ana);
}
