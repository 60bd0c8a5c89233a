use std::sync::Arc;

use farol_model::{
    case::{Category, Sensitivity, Severity},
    id::CaseId,
    leaving::LookupDepth,
    observable::Observable,
    time::Timestamp,
};
use farol_render::MACHINES;
use tempfile::TempDir;

use crate::{
    Desk, Failure,
    lookups::Watch,
    vault,
    view::{CaseOpen, Source},
};

const HOST: &str = "login.harbour-bank.example";

fn place(dir: &TempDir) -> vault::Place {
    let now = Timestamp::from_ms(1_795_000_000_000);
    vault::Place {
        dir: dir.path().to_owned(),
        who: "a test".into(),
        tell: None,
        now: Arc::new(move || now),
    }
}

fn new_desk() -> (TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let desk = vault::create_practice(place(&dir), "Ana Investigator", MACHINES).unwrap();
    (dir, desk)
}

fn open_case(desk: &Desk, target: &str) -> CaseId {
    let (category, severity) = (Category::Phishing, Severity::High);
    let targets = vec![farol_intake::observable(target).unwrap()];
    let (title, severity_reason) = (String::from("A case"), String::new());
    desk.open_case(CaseOpen { title, category, severity, severity_reason, report: None, targets })
        .unwrap()
}

fn hold(desk: &Desk, case: CaseId, sensitivity: Sensitivity) {
    let facts = desk.case(case).unwrap().case.facts;
    desk.change_case(case, farol_model::case::CaseFacts { sensitivity, ..facts }).unwrap();
}

fn ask(desk: &Desk, case: Option<CaseId>, host: &str) -> Result<usize, Failure> {
    let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
    desk.look_up(case, &[host.to_owned()], None, &watch).map(|it| it.observations.len())
}

#[test]
fn offline_nothing_is_asked_and_what_waits_is_sent_when_somebody_says_so() {
    let (dir, desk) = new_desk();
    let case = open_case(&desk, HOST);
    assert!(desk.switch_offline(true).unwrap().offline);
    let refused = ask(&desk, Some(case), HOST).unwrap_err();
    assert!(refused.message.contains("offline"), "{refused}");
    let depth = LookupDepth { selectors: vec!["s1".into()], trace: true, ..Default::default() };
    desk.wait_with_lookup(Some(case), &[HOST.to_owned()], None, &depth).unwrap();
    let wrong = LookupDepth { selectors: vec!["no selector!".into()], ..Default::default() };
    assert!(desk.wait_with_lookup(Some(case), &[HOST.to_owned()], None, &wrong).is_err());
    let other = desk
        .wait_with_lookup(
            None,
            &["hxxp://plover-tools[.]test/".into()],
            None,
            &LookupDepth::default(),
        )
        .unwrap();
    desk.forget_waiting(other.id).unwrap();
    assert!(desk.forget_waiting(other.id).is_err(), "it is gone already");
    let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
    assert!(desk.send_waiting(&watch).is_err(), "offline is offline");
    assert_eq!(desk.ledger(None, 100).unwrap(), []);
    drop(desk);

    // A desk that was offline opens offline, with what waited.
    let desk = vault::open(place(&dir), None, MACHINES).unwrap();
    let view = desk.leaving_show().unwrap();
    assert!(view.offline);
    assert_eq!(view.waiting.len(), 1);
    assert_eq!(view.waiting[0].hosts, [HOST]);
    let deeper = view.waiting[0].deeper.as_deref();
    assert_eq!(deeper, Some("DKIM keys s1; the way from the root"));
    desk.switch_offline(false).unwrap();
    let sent = desk.send_waiting(&watch).unwrap();
    assert_eq!((sent.n_sent, sent.still_waiting.len()), (1, 0));
    assert!(!desk.case(case).unwrap().verdicts.is_empty());
    let asked = desk.ledger(None, 1_000).unwrap();
    assert!(asked.iter().any(|it| it.question.contains("s1[.]_domainkey")), "{asked:?}");
    assert_eq!(desk.leaving_show().unwrap().waiting, []);
    assert_eq!(desk.store.rebuild_check().unwrap(), None);
}

#[test]
fn a_switch_that_cannot_be_read_lets_nothing_out() {
    let (dir, desk) = new_desk();
    drop(desk);
    std::fs::write(dir.path().join("leaving.json"), "{\"offl").unwrap();
    let desk = vault::open(place(&dir), None, MACHINES).unwrap();
    assert!(desk.is_offline());
    assert!(ask(&desk, None, HOST).is_err());
}

#[test]
fn the_ledger_has_every_question_that_left_with_a_case_and_without() {
    let (dir, desk) = new_desk();
    let case = open_case(&desk, HOST);
    let kept = ask(&desk, Some(case), HOST).unwrap();
    let n_with = desk.ledger(None, 1000).unwrap().len();
    // What tables on this computer answered did not leave.
    assert!(0 < n_with && n_with < kept, "{n_with} of {kept}");
    assert!(desk.ledger(None, 1000).unwrap().iter().all(|it| it.reference.is_some()));
    ask(&desk, None, "plover-tools.test").unwrap();
    let all = desk.ledger(None, 1000).unwrap();
    assert!(all.iter().any(|it| it.case.is_none() && it.question == "plover-tools[.]test A"));
    let path = dir.path().join("ledger.csv");
    assert_eq!(desk.export_ledger(&path).unwrap() as usize, all.len());
    let csv = std::fs::read_to_string(path).unwrap();
    assert_eq!(csv.lines().count(), all.len() + 1);
    assert!(csv.contains("ESC-2026-0001,login[.]harbour-bank[.]example A,127.0.0.1:"), "{csv}");
}

#[test]
fn nothing_about_a_covert_case_leaves_whoever_asks() {
    let (_dir, desk) = new_desk();
    let case = open_case(&desk, HOST);
    let other = open_case(&desk, "plover-tools.test");
    hold(&desk, case, Sensitivity::Covert);
    for asked_for in [Some(case), Some(other), None] {
        let refused = ask(&desk, asked_for, HOST).unwrap_err();
        assert!(refused.message.contains("covert"), "{refused}");
        assert!(!refused.message.contains("harbour"), "a number says nothing of the case");
    }
    let above = ask(&desk, None, "harbour-bank.example").unwrap_err();
    assert!(above.message.contains("ESC-2026-0001"), "{above}");
    assert!(
        desk.wait_with_lookup(Some(case), &[HOST.to_owned()], None, &LookupDepth::default())
            .is_err()
    );
    assert!(ask(&desk, Some(other), "plover-tools.test").is_ok());
    let may = desk.may_leave(Some(case), &[HOST.to_owned()]).unwrap();
    assert!(may.forbidden.is_some());
    hold(&desk, case, Sensitivity::Normal);
    assert!(ask(&desk, Some(case), HOST).is_ok());
}

#[test]
fn a_name_made_for_one_reader_is_told_before_it_is_asked() {
    let (_dir, desk) = new_desk();
    let token = "3f9a1c77be02.harbour-verify.test".to_owned();
    let may = desk.may_leave(None, &[HOST.to_owned(), token.clone()]).unwrap();
    assert_eq!((may.offline, may.forbidden, may.telling), (false, None, vec![token]));
}

#[test]
fn observables_are_told_by_what_they_name() {
    // The guard of a covert case goes by hosts; a URL among its targets guards its host.
    let (_dir, desk) = new_desk();
    let case = open_case(&desk, "hxxps://pay[.]lantern-parcel[.]example/a");
    hold(&desk, case, Sensitivity::Covert);
    let url: Observable = farol_intake::observable("http://pay.lantern-parcel.example/b").unwrap();
    assert!(ask(&desk, None, &url.value).is_err());
}

#[test]
fn team_cymru_is_asked_once_somebody_switched_it_on_and_the_plan_says_so() {
    let (_dir, desk) = crate::testing::desk(1);
    let hosts = ["2001:db8:99::7".to_owned()];
    let depth = LookupDepth::default();
    let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
    let asked = || {
        desk.look_up(None, &hosts, None, &watch).unwrap();
        let left = desk.ledger(None, 1000).unwrap();
        left.iter().filter(|it| it.question.contains("cymru")).count()
    };
    assert_eq!(desk.plan_lookup(&hosts, None, &depth).unwrap().cymru_seen_by, None);
    assert_eq!(asked(), 0);
    let view = desk.switch_source(Source::Cymru, true).unwrap();
    let row = view.rows.into_iter().find(|it| it.switch == Some(Source::Cymru)).unwrap();
    assert_eq!(row.on, Some(true));
    assert!(desk.plan_lookup(&hosts, None, &depth).unwrap().cymru_seen_by.is_some());
    assert_eq!(asked(), 1);
}
