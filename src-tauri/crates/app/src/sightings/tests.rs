use std::fs;

use farol_model::{
    case::{Category, Severity},
    id::CaseId,
    journal::Action,
    sighting::{Cloaked, Seen},
};

use crate::{
    Desk, Failure,
    lookups::Watch,
    testing,
    view::{CaseOpen, SightingDraft},
};

const UNWATCHED: Watch<'_> = Watch { progress: &|_, _| (), cancelled: &|| false };

fn open_case(desk: &Desk, category: Category) -> CaseId {
    let (title, severity_reason) = (String::from("A case"), String::new());
    let (severity, targets) = (Severity::High, vec![]);
    desk.open_case(CaseOpen { title, category, severity, severity_reason, report: None, targets })
        .unwrap()
}

fn draft() -> SightingDraft {
    SightingDraft {
        address: "hxxps://login[.]harbour-bank[.]test/verify".into(),
        seen_at: None,
        seen_by: Some("the reporter, on the phone".into()),
        seen_from: "Lisbon, a mobile network".into(),
        device: "Android phone".into(),
        language: "pt-PT".into(),
        seen: Seen::Content,
        words: "the bank's login form".into(),
        cloaked: Cloaked::Yes,
        capture: None,
    }
}

fn add(desk: &Desk, case: CaseId, draft: &SightingDraft) -> Result<(), Failure> {
    desk.add_sighting(case, draft, None, &UNWATCHED).map(|_| ())
}

#[test]
fn a_sighting_stands_on_the_case_in_its_story_and_in_the_search_and_can_be_undone() {
    let (dir, desk) = testing::desk(0);
    let case = open_case(&desk, Category::Phishing);
    let capture = dir.path().join("capture.warc");
    fs::write(&capture, b"WARC/1.1").unwrap();
    desk.add_sighting(case, &draft(), Some(&capture), &UNWATCHED).unwrap();
    let view = desk.case(case).unwrap();
    let [sighting] = view.sightings.as_slice() else { panic!("{:?}", view.sightings) };
    assert_eq!(sighting.capture, view.evidence.first().map(|it| it.id));
    assert!(view.observables.iter().any(|it| it.observable == sighting.observable));
    let says = "Seen at hxxps://login[.]harbour-bank[.]test/verify: The reported content – the bank's login form \
                (Lisbon, a mobile network, Android phone, pt-PT); 2026-11-18 11:06 UTC; others see something else";
    let line = view.story.iter().find(|it| it.text == says).expect("the story tells it");
    assert!(desk.moments(case).unwrap().iter().any(|it| it.text == says));
    assert_eq!(desk.search("kind:sighting lisbon").unwrap().n_hits, 1);
    assert_eq!(desk.search("kind:sighting login.harbour-bank.test").unwrap().n_hits, 1);

    desk.undo(line.entry).unwrap();
    assert_eq!(desk.case(case).unwrap().sightings, []);
    assert_eq!(desk.search("kind:sighting lisbon").unwrap().n_hits, 0);
    add(&desk, case, &draft()).unwrap();
    let again = desk.sightings(case).unwrap()[0].id;
    desk.withdraw_sighting(again).unwrap();
    assert!(desk.withdraw_sighting(again).is_err(), "it is gone");
    let taken_back = |it: &farol_model::journal::Entry| {
        matches!(it.action, Action::SightingSet { after: None, .. })
    };
    assert!(desk.store.read(|it| it.story(case)).unwrap().iter().any(taken_back));
    assert_eq!(desk.store.rebuild_check().unwrap(), None);
}

#[test]
fn what_cannot_be_a_sighting_is_refused_and_child_safety_keeps_no_capture() {
    let (dir, desk) = testing::desk(0);
    let case = open_case(&desk, Category::ChildSafety);
    let capture = dir.path().join("capture.txt");
    fs::write(&capture, b"words").unwrap();
    let refused = desk.add_sighting(case, &draft(), Some(&capture), &UNWATCHED).unwrap_err();
    assert!(refused.message.contains("references only"), "{refused}");
    assert_eq!(desk.case(case).unwrap().evidence, []);
    add(&desk, case, &draft()).unwrap();

    let wrong = [
        SightingDraft { address: "nothing".into(), ..draft() },
        SightingDraft { address: "somebody@shop.test".into(), ..draft() },
        SightingDraft { seen_at: Some(desk.now().plus_s(3600)), ..draft() },
        SightingDraft { seen: Seen::Other, words: " ".into(), ..draft() },
    ];
    for it in wrong {
        let failure = add(&desk, case, &it).unwrap_err();
        assert!(failure.message.contains("Nothing was added"), "{failure}");
    }
    let of_another = desk
        .add_evidence(open_case(&desk, Category::Phishing), &capture, "", None, &UNWATCHED)
        .unwrap();
    let case = open_case(&desk, Category::Malware);
    assert!(add(&desk, case, &SightingDraft { capture: Some(of_another.id), ..draft() }).is_err());
    assert_eq!(desk.sightings(case).unwrap(), []);
}
