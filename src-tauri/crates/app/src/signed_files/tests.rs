/// Documents: approval, issue, history.
#[path = "document_tests.rs"]
mod documents;

use std::{fs, path::PathBuf, sync::Arc};

use farol_model::{
    approval::{Ruling, Subject},
    case::{CaseFacts, Category, Outcome, Sensitivity, Severity},
    decision::{Granularity, MitigationState},
    id::{CaseId, DocumentId},
    observable::Observable,
    signed::{FileKind, SignedFile},
    time::Timestamp,
};
use farol_render::MACHINES;
use tempfile::TempDir;

use super::read_signed;
use crate::{
    Desk, Failure, vault,
    view::{CaseOpen, DecisionDraft, FileStep, MitigationDraft},
};

/// Two people, each at their own desk, and a folder that files travel in.
struct Two {
    ana: Desk,
    bea: Desk,
    dir: TempDir,
}

impl Two {
    fn strangers() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (ana, bea) = (desk(&dir, "Ana Investigator"), desk(&dir, "Bea Manager"));
        Self { ana, bea, dir }
    }

    fn colleagues() -> Self {
        let two = Self::strangers();
        let (ana, bea) = (two.card(&two.ana), two.card(&two.bea));
        two.ana.add_member(&bea.0, &bea.1).unwrap();
        two.bea.add_member(&ana.0, &ana.1).unwrap();
        two
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn card(&self, desk: &Desk) -> (SignedFile, String) {
        let path = self.path("card");
        let fingerprint = desk.write_card(&path).unwrap();
        (read_signed(&path).unwrap(), fingerprint)
    }

    fn request(&self, (case, subject): (CaseId, Subject)) -> Result<SignedFile, Failure> {
        self.ana.ask_approval(case, subject, "before noon", &self.path("request"))?;
        read_signed(&self.path("request"))
    }

    fn answer(&self, request: &SignedFile, ruling: Ruling) -> Result<SignedFile, Failure> {
        self.answer_of(&self.bea, request, ruling)
    }

    fn answer_of(
        &self,
        desk: &Desk,
        request: &SignedFile,
        ruling: Ruling,
    ) -> Result<SignedFile, Failure> {
        let path = self.path("answer");
        desk.answer_request(request, ruling, "the zone is theirs alone", &path)?;
        read_signed(&path)
    }

    /// A third person, whom Ana knows and who knows Ana.
    fn third(&self, name: &str) -> Desk {
        let third = desk(&self.dir, name);
        let (ana, card) = (self.card(&self.ana), self.card(&third));
        third.add_member(&ana.0, &ana.1).unwrap();
        self.ana.add_member(&card.0, &card.1).unwrap();
        third
    }
}

fn desk(dir: &TempDir, name: &str) -> Desk {
    let now = Timestamp::from_ms(1_795_000_000_000);
    let dir = dir.path().join(name);
    let place = vault::Place { dir, who: "a test".into(), tell: None, now: Arc::new(move || now) };
    fs::create_dir(&place.dir).unwrap();
    vault::create_practice(place, name, MACHINES).unwrap()
}

fn observable(desk: &Desk) -> Observable {
    desk.read_observable("hxxps://login[.]kelp[.]test/a").unwrap()
}

/// A case with a decision and a mitigation that reach wider than the URL that was reported.
fn wide(desk: &Desk) -> (CaseId, Subject, Subject) {
    let case = desk
        .open_case(CaseOpen {
            title: "Login pages of a bank".into(),
            category: Category::Phishing,
            severity: Severity::High,
            severity_reason: String::new(),
            report: None,
            targets: vec![observable(desk)],
        })
        .unwrap();
    let (target, granularity) = (Some(observable(desk)), Granularity::Zone);
    let decision = DecisionDraft {
        what: "Take the zone off".into(),
        reason: "Every page in it copies the bank".into(),
        policy: None,
        alternatives: None,
        target: target.clone(),
        granularity,
        blast_radius: "nobody".into(),
    };
    let decision = desk.decide(case, decision).unwrap();
    let draft =
        MitigationDraft { what: "zone off".into(), decision: Some(decision), target, granularity };
    let mitigation = desk.propose_mitigation(case, draft).unwrap();
    (case, Subject::Decision(decision), Subject::Mitigation(mitigation))
}

fn state(desk: &Desk, case: CaseId) -> MitigationState {
    desk.case(case).unwrap().mitigations[0].state()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Failure>, expected: &str) {
    let failure = result.expect_err(expected);
    assert!(failure.message.contains(expected), "{expected}: {failure}");
    assert!(failure.message.contains("Nothing was") || failure.message.contains("No file was"));
}

fn is_sound(desk: &Desk) {
    assert_eq!(desk.verify_journal(None).unwrap().problem, None);
    desk.rebuild_check().unwrap();
}

#[test]
fn a_second_person_approves_on_their_own_desk_and_the_mitigation_goes_on() {
    let two = Two::colleagues();
    let (case, decision, mitigation) = wide(&two.ana);
    let Subject::Mitigation(id) = mitigation else { panic!("{mitigation:?}") };
    for direct in [MitigationState::Approved, MitigationState::Active] {
        refused(two.ana.advance_mitigation(case, id, direct), "second person");
    }
    let preview = two.ana.preview_request(case, mitigation, "before noon").unwrap();
    let request = two.request((case, mitigation)).unwrap();
    let opened = two.bea.open_signed(&request).unwrap();
    assert_eq!((opened.step, opened.signer.as_str()), (FileStep::Answer, "Ana Investigator"));
    assert_eq!(opened.facts, preview, "what leaves is what was shown before");
    let words: Vec<_> = opened.facts.iter().map(|it| it.text.as_str()).collect();
    for told in [
        "Login pages of a bank",
        "zone off",
        "Zone, wider than what was reported",
        "hxxps://login[.]kelp[.]test/a",
        "Every page in it copies the bank",
        "before noon",
    ] {
        assert!(words.contains(&told), "{told}: {words:?}");
    }

    let answer = two.answer(&request, Ruling::Approved).unwrap();
    let opened = two.ana.open_signed(&answer).unwrap();
    assert_eq!(opened.step, FileStep::Take);
    assert!(opened.facts.iter().any(|it| it.text == "zone off"), "it says what was asked");
    let taken = two.ana.take_answer(&answer).unwrap();
    assert_eq!((taken.ruling, taken.signer.as_str()), (Ruling::Approved, "Bea Manager"));
    assert_eq!(state(&two.ana, case), MitigationState::Approved);
    let view = two.ana.case(case).unwrap();
    let bea = &two.bea.status().unwrap().member.unwrap();
    assert_eq!(view.mitigations[0].steps[1].by, bea.id);
    assert_eq!(
        view.approvals.last().unwrap().text,
        "Bea Manager approved it, signed: the zone is theirs alone"
    );
    two.ana.advance_mitigation(case, id, MitigationState::Active).unwrap();
    let approval = view.story.iter().find(|it| it.action == "file_taken").unwrap();
    assert!(!approval.can_undo);
    refused(two.ana.undo(approval.entry), "cannot be taken back");

    let request = two.request((case, decision)).unwrap();
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    two.ana.take_answer(&answer).unwrap();
    assert_eq!(two.ana.case(case).unwrap().decisions[0].approved_by, Some(bea.id));
    is_sound(&two.ana);
    is_sound(&two.bea);
}

#[test]
fn a_refusal_is_told_with_its_reason_and_another_request_may_follow() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let request = two.request((case, mitigation)).unwrap();
    let path = two.path("answer");
    refused(two.bea.answer_request(&request, Ruling::Refused, " ", &path), "needs a reason");
    assert!(!path.exists(), "no file stays of what was not signed");
    let answer = two.answer(&request, Ruling::Refused).unwrap();
    two.ana.take_answer(&answer).unwrap();
    assert_eq!(state(&two.ana, case), MitigationState::Proposed);
    let told = two.ana.case(case).unwrap().approvals;
    assert!(told[1].text.contains("refused it, signed: the zone is theirs alone"), "{told:?}");
    let again = two.request((case, mitigation)).unwrap();
    let answer = two.answer(&again, Ruling::Approved).unwrap();
    two.ana.take_answer(&answer).unwrap();
    assert_eq!(state(&two.ana, case), MitigationState::Approved);
    is_sound(&two.ana);
}

#[test]
fn a_request_is_answered_in_one_way_and_again_with_the_same_file() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let request = two.request((case, mitigation)).unwrap();
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    assert_eq!(two.answer(&request, Ruling::Approved).unwrap(), answer);
    refused(two.answer(&request, Ruling::Refused), "You approved it");
    is_sound(&two.bea);
}

#[test]
fn each_misuse_of_an_approval_is_refused_with_its_reason() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let request = two.request((case, mitigation)).unwrap();
    let own = two.ana.answer_request(&request, Ruling::Approved, "", &two.path("own"));
    refused(own, "second person is another one");
    assert_eq!(two.ana.open_signed(&request).unwrap().step, FileStep::Nothing);

    let mut wider = request.clone();
    wider.says = wider.says.replace("zone off", "all off");
    assert_ne!(wider, request);
    refused(two.bea.open_signed(&wider), "changed after it was signed");
    refused(two.answer(&wider, Ruling::Approved), "changed after it was signed");

    let answer = two.answer(&request, Ruling::Approved).unwrap();
    refused(two.ana.take_answer(&request), "another kind of file: request for approval");
    let mut yes = answer.clone();
    yes.says = yes.says.replace("the zone", "each zone");
    refused(two.ana.take_answer(&yes), "changed after it was signed");
    refused(two.bea.take_answer(&answer), "did not make");

    // Somebody who was never added, with the same request in hand.
    let third = Two::strangers();
    refused(third.bea.open_signed(&request), "Nobody on this desk has the key");
    let (card, fingerprint) = two.card(&two.ana);
    third.bea.add_member(&card, &fingerprint).unwrap();
    let strange = third.answer(&request, Ruling::Approved).unwrap();
    refused(two.ana.take_answer(&strange), "Nobody on this desk has the key");

    two.ana.take_answer(&answer).unwrap();
    refused(two.ana.take_answer(&answer), "taken in already");
    refused(two.request((case, mitigation)), "approved and waits for nobody");
    is_sound(&two.ana);
}

#[test]
fn an_approval_of_what_is_no_longer_proposed_counts_for_nothing() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let Subject::Mitigation(id) = mitigation else { panic!("{mitigation:?}") };
    let request = two.request((case, mitigation)).unwrap();
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    two.ana.advance_mitigation(case, id, MitigationState::Lifted).unwrap();
    refused(two.ana.take_answer(&answer), "lifted and waits for nobody");

    // About the case as a whole: another target is another proposal.
    let draft = MitigationDraft {
        what: "account off".into(),
        decision: None,
        target: None,
        granularity: Granularity::Account,
    };
    let whole = Subject::Mitigation(two.ana.propose_mitigation(case, draft).unwrap());
    let request = two.request((case, whole)).unwrap();
    let answer = two.answer(&request, Ruling::Approved).unwrap();
    let another = two.ana.read_observable("reef.test").unwrap();
    two.ana.set_target(case, another, Some(Outcome::Pending)).unwrap();
    refused(two.ana.take_answer(&answer), "not what was signed");
    is_sound(&two.ana);
}

#[test]
fn only_what_waits_for_a_second_person_is_asked_about_and_only_on_its_case() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let (other, ..) = wide(&two.ana);
    assert!(two.request((other, mitigation)).unwrap_err().message.contains("no such"));
    let target = Some(observable(&two.ana));
    let draft = MitigationDraft {
        what: "interstitial".into(),
        decision: None,
        target,
        granularity: Granularity::Url,
    };
    let narrow = Subject::Mitigation(two.ana.propose_mitigation(case, draft).unwrap());
    refused(two.request((case, narrow)), "needs no second person");
}

#[test]
fn a_member_is_added_by_card_and_fingerprint_and_nobody_takes_their_place() {
    let two = Two::strangers();
    let (card, fingerprint) = two.card(&two.bea);
    let opened = two.ana.open_signed(&card).unwrap();
    assert_eq!((opened.step, &opened.fingerprint), (FileStep::AddMember, &fingerprint));
    refused(two.ana.add_member(&card, ""), "has the fingerprint");
    refused(two.ana.add_member(&card, "0000 0000 0000 0000 0000"), "has the fingerprint");
    two.ana.add_member(&card, &fingerprint.to_lowercase().replace('0', "o")).unwrap();
    refused(two.ana.add_member(&card, &fingerprint), "on the desk already");
    let rows = two.ana.members().unwrap();
    assert_eq!(rows.iter().map(|it| it.you).collect::<Vec<_>>(), [true, false]);

    // A stranger's key under the colleague's id, signed by the stranger.
    let (strange, _) = {
        let third = Two::strangers();
        third.card(&third.bea)
    };
    let stranger = strange.signed_by.to_string();
    let mut forged = strange.clone();
    forged.signed_by = card.signed_by;
    forged.says = forged.says.replace(&stranger, &card.signed_by.to_string());
    refused(two.ana.open_signed(&forged), "changed after it was signed");
    // Names may be equal.
    let fingerprint = two.ana.open_signed(&strange).unwrap().fingerprint;
    two.ana.add_member(&strange, &fingerprint).unwrap();
    assert_eq!(two.ana.open_signed(&two.card(&two.ana).0).unwrap().step, FileStep::Nothing);
    is_sound(&two.ana);
}

#[test]
fn a_practice_desk_signs_for_no_real_one() {
    let two = Two::strangers();
    let now = Timestamp::from_ms(1_795_000_000_000);
    let dir = two.path("real");
    fs::create_dir(&dir).unwrap();
    let place = vault::Place { dir, who: "a test".into(), tell: None, now: Arc::new(move || now) };
    let new = farol_store::NewVault {
        passphrase: "lamp oil",
        cost: farol_store::slots::Cost { memory_kib: 64, passes: 1, lanes: 1 },
        use_keyring: false,
        member_name: "Ines Farrow",
        practice: false,
    };
    drop(farol_store::Store::create(place.clone(), new).unwrap());
    let real = vault::open(place, Some("lamp oil"), MACHINES).unwrap();
    refused(real.open_signed(&two.card(&two.bea).0), "practice desk");
    refused(two.ana.open_signed(&two.card(&real).0), "practice desk");
}

#[test]
fn what_is_no_signed_file_is_refused_before_it_is_read_whole() {
    let two = Two::strangers();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(two.path(name), bytes).unwrap();
        two.path(name)
    };
    let huge = two.path("huge");
    fs::File::create(&huge).unwrap().set_len(100_000_000).unwrap();
    let (card, _) = two.card(&two.bea);
    let newer =
        serde_json::to_string(&SignedFile { format: "farol member 2".into(), ..card.clone() });
    let other = serde_json::to_string(&SignedFile { format: "heron 1".into(), ..card.clone() });
    let more = fs::read_to_string(two.path("card")).unwrap().replacen('{', "{\"more\": 1,", 1);
    for (path, expected) in [
        (two.path("missing"), "cannot be read"),
        (two.dir.path().to_owned(), "a folder"),
        (huge, "larger than a signed file"),
        (file("empty", b""), "not a file that Farol signs"),
        (file("text", b"Dear colleague"), "not a file that Farol signs"),
        (file("newer", newer.unwrap().as_bytes()), "newer Farol"),
        (file("other", other.unwrap().as_bytes()), "not a file that Farol signs"),
        (file("more", more.as_bytes()), "not a file that Farol signs"),
    ] {
        refused(read_signed(&path), expected);
    }
    let imported = two.ana.import_file(&two.path("card"));
    refused(imported, "not a report");
    let renamed = SignedFile { format: FileKind::Handover.format().into(), ..card };
    refused(two.ana.open_signed(&renamed), "changed after it was signed");
}

#[test]
fn a_file_that_cannot_be_written_is_not_recorded() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let before = two.ana.verify_journal(None).unwrap().n_entries;
    let nowhere = two.path("no such folder").join("request");
    let failure = two.ana.ask_approval(case, mitigation, "", &nowhere).unwrap_err();
    assert!(failure.message.contains("Nothing was recorded"), "{failure}");
    assert_eq!(two.ana.verify_journal(None).unwrap().n_entries, before);
}

#[test]
fn a_sensitive_case_keeps_its_title_and_its_people_at_home() {
    let two = Two::colleagues();
    let (case, _, mitigation) = wide(&two.ana);
    let facts = two.ana.case(case).unwrap().case.facts;
    let facts = CaseFacts { sensitivity: Sensitivity::Sensitive, ..facts };
    two.ana.change_case(case, facts).unwrap();
    let request = two.request((case, mitigation)).unwrap();
    assert!(two.bea.open_signed(&request).unwrap().sensitive);
    assert!(!request.says.contains("Login pages"), "{}", request.says);
    two.ana.write_handover("quiet night", &two.path("handover")).unwrap();
    let handover = read_signed(&two.path("handover")).unwrap();
    assert!(!handover.says.contains("Login pages"), "{}", handover.says);
}

#[test]
fn a_handover_is_read_and_signed_for() {
    let two = Two::colleagues();
    let _wide = wide(&two.ana);
    let preview = two.ana.preview_handover("watch the bank").unwrap();
    let path = two.path("handover");
    assert_eq!(two.ana.write_handover("watch the bank", &path).unwrap(), 1);
    let handover = read_signed(&path).unwrap();
    let opened = two.bea.open_signed(&handover).unwrap();
    assert_eq!((opened.step, &opened.facts), (FileStep::SignFor, &preview));
    assert!(opened.facts[1].text.contains("Waits for a second person's approval"), "{preview:?}");
    refused(two.ana.sign_handover(&handover, &two.path("own")), "wrote this handover yourself");

    let path = two.path("receipt");
    two.bea.sign_handover(&handover, &path).unwrap();
    let receipt = read_signed(&path).unwrap();
    two.bea.sign_handover(&handover, &path).unwrap();
    assert_eq!(read_signed(&path).unwrap(), receipt);
    assert_eq!(two.ana.take_receipt(&receipt).unwrap(), "Bea Manager");
    refused(two.ana.take_receipt(&receipt), "taken in already");
    refused(two.bea.take_receipt(&receipt), "did not write");
    let rows = [two.ana.handovers().unwrap(), two.bea.handovers().unwrap()];
    for row in rows.iter().map(|rows| &rows[0]) {
        assert_eq!((row.writer.as_str(), row.n_cases), ("Ana Investigator", 1));
        assert_eq!(row.read_by[0].name, "Bea Manager");
    }
    is_sound(&two.ana);
    is_sound(&two.bea);
}
