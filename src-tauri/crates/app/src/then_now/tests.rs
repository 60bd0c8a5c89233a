use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use farol_model::{
    case::{CaseFacts, Category, Sensitivity, Severity, Status},
    document::{Audience, Content},
    id::CaseId,
    list::{CaseSort, ListAsk},
    then_now::{Aspect, NewsKind},
    time::Timestamp,
};
use farol_render::MACHINES;
use tempfile::TempDir;

use crate::{
    Desk,
    lookups::Watch,
    vault,
    view::{CaseOpen, QueueRow, Recheck, WatchDraft},
};

const MOVED: &str = "plover-tools.test";
const HIJACKED: &str = "petrel-insurance.example";
const STAYS: &str = "login.harbour-bank.example";
const HOUR_MS: i64 = 3_600_000;

/// A practice desk whose clock the test moves.
struct Clocked {
    _dir: TempDir,
    desk: Desk,
    now_ms: Arc<AtomicI64>,
}

impl Clocked {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now_ms = Arc::new(AtomicI64::new(1_795_000_000_000));
        let clock = Arc::clone(&now_ms);
        let place = vault::Place {
            dir: dir.path().to_owned(),
            who: "a test".into(),
            tell: None,
            now: Arc::new(move || Timestamp::from_ms(clock.fetch_add(1, Ordering::Relaxed))),
        };
        let desk = vault::create_practice(place, "Ana Investigator", MACHINES).unwrap();
        Self { _dir: dir, desk, now_ms }
    }

    fn later(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    fn case(&self, targets: &[&str]) -> CaseId {
        let (category, severity) = (Category::Phishing, Severity::High);
        let targets = targets.iter().map(|it| farol_intake::observable(it).unwrap()).collect();
        let (title, severity_reason) = (String::from("A case"), String::new());
        self.desk
            .open_case(CaseOpen {
                title,
                category,
                severity,
                severity_reason,
                report: None,
                targets,
            })
            .unwrap()
    }

    fn facts(&self, case: CaseId, change: impl FnOnce(&mut CaseFacts)) {
        let mut facts = self.desk.case(case).unwrap().case.facts;
        change(&mut facts);
        self.desk.change_case(case, facts).unwrap();
    }

    fn recheck(&self, what: &Recheck) -> crate::view::RecheckDone {
        self.desk.recheck(what, None, &unwatched()).unwrap()
    }

    fn news_in_queue(&self) -> Vec<Option<String>> {
        let ask = ListAsk::all(CaseSort::Due);
        let rows = self.desk.queue(&ask).unwrap().rows;
        rows.into_iter()
            .filter_map(|it| match it {
                QueueRow::Case(row) => Some(row.news),
                QueueRow::Report(_) => None,
            })
            .collect()
    }
}

fn unwatched() -> Watch<'static> {
    Watch { progress: &|_, _| (), cancelled: &|| false }
}

fn of(case: CaseId) -> Recheck {
    Recheck::Case { case, hosts: vec![] }
}

#[test]
fn looking_a_case_up_again_says_what_moved_and_the_queue_says_so_until_it_is_seen() {
    let it = Clocked::new();
    let case = it.case(&[MOVED, STAYS]);
    assert_eq!(it.recheck(&of(case)).changes, [], "there is nothing to compare with yet");
    it.later(24 * HOUR_MS);
    it.desk.next_practice_round();
    let done = it.recheck(&of(case));
    assert_eq!((done.n_hosts, done.changes.len()), (2, 1));
    let diff = &done.changes[0].diff;
    assert_eq!(diff.host, MOVED);
    assert!(diff.changes.iter().any(|it| it.aspect == Aspect::Addresses), "{diff:?}");
    assert!(diff.sentence.starts_with("plover-tools[.]test "), "{}", diff.sentence);

    let view = it.desk.case(case).unwrap();
    assert_eq!(view.then_now.len(), 2);
    assert_eq!(view.then_now.iter().filter(|it| !it.diffs.is_empty()).count(), 1);
    assert_eq!(view.news.len(), 1);
    assert!(
        view.story.iter().any(|line| line.text.ends_with(&diff.sentence)),
        "the story tells it"
    );
    assert_eq!(it.news_in_queue(), [Some(diff.sentence.clone())]);
    assert_eq!(it.desk.diff(case, "hxxp://plover-tools[.]test/a", None, None).unwrap(), *diff);
    let quiet = it.desk.diff(case, STAYS, None, None).unwrap();
    assert_eq!(quiet.changes, []);
    assert_eq!(it.desk.see_news(case).unwrap(), 1);
    assert_eq!(it.news_in_queue(), [None]);
    let too_early = it.desk.diff(case, MOVED, None, Some(view.then_now[0].first_at)).unwrap_err();
    assert!(too_early.message.contains("nothing to compare"), "{too_early}");
}

#[test]
fn a_change_can_be_told_in_a_response_and_chosen_for_a_timeline() {
    let it = Clocked::new();
    let case = it.case(&[HIJACKED]);
    it.recheck(&of(case));
    it.later(HOUR_MS);
    it.desk.next_practice_round();
    let diff = it.recheck(&of(case)).changes.remove(0).diff;
    let aspects: Vec<_> = diff.changes.iter().map(|it| it.aspect).collect();
    for aspect in [Aspect::Proxy, Aspect::NameServers, Aspect::MailServers] {
        assert!(aspects.contains(&aspect), "{aspects:?}");
    }
    let document = it.desk.create_document(case, "ack-reporter-pt").unwrap();
    let offered = it.desk.document(document).unwrap().changes;
    assert_eq!(offered.iter().map(|it| &it.text).collect::<Vec<_>>(), [&diff.sentence_pt]);
    it.desk.tell_change(document, Audience::Reporter, &diff).unwrap();
    let blocks = it.desk.document(document).unwrap().document.blocks;
    let last = blocks.last().unwrap();
    let Content::Paragraph { text } = &last.content else { panic!("{last:?}") };
    assert!(format!("{text:?}").contains("mudou de Harbour Edge"), "{text:?}");
    assert_eq!(last.audience, Audience::Reporter);

    let moments = it.desk.moments(case).unwrap();
    let moment = moments.iter().find(|it| it.text == diff.sentence).expect("the move is a moment");
    it.desk.add_moments(document, &[moment.entry]).unwrap();
    let blocks = it.desk.document(document).unwrap().document.blocks;
    let told = format!("{blocks:?}");
    assert_eq!(told.matches("mudou de Harbour Edge").count(), 2, "in the language of the letter");
}

#[test]
fn all_open_cases_but_covert_ones_are_looked_up_again() {
    let it = Clocked::new();
    let (open, covert, closed) =
        (it.case(&[MOVED, HIJACKED]), it.case(&[HIJACKED]), it.case(&[STAYS]));
    it.facts(covert, |it| it.sensitivity = Sensitivity::Covert);
    it.facts(closed, |it| it.status = Status::Closed);
    let plan = it.desk.plan_recheck(&Recheck::AllOpen, None).unwrap();
    assert_eq!(
        plan.cases.iter().map(|it| (it.case, it.hosts.clone())).collect::<Vec<_>>(),
        [(open, vec![MOVED.to_owned()])]
    );
    assert_eq!(plan.left_out.len(), 2, "{:?}", plan.left_out);
    let asked = it.desk.ledger(None, 1000).unwrap();
    assert_eq!(asked, [], "a plan sends nothing");
    it.recheck(&Recheck::AllOpen);
    let asked = it.desk.ledger(None, 1000).unwrap();
    assert!(!asked.is_empty() && asked.iter().all(|it| !it.question.contains("petrel")));
    let refused = it.desk.recheck(&of(covert), None, &unwatched()).unwrap_err();
    assert!(refused.message.contains("covert"), "{refused}");
    it.desk.switch_offline(true).unwrap();
    assert!(it.desk.recheck(&Recheck::AllOpen, None, &unwatched()).is_err());
}

#[test]
fn a_watch_runs_when_it_is_due_and_only_while_it_may() {
    let it = Clocked::new();
    let case = it.case(&[MOVED]);
    let draft = WatchDraft { case, host: None, every_min: 60, resolver: None };
    let too_often = WatchDraft { every_min: 1, ..draft.clone() };
    assert!(it.desk.set_watch(&too_often).is_err());
    let row = it.desk.set_watch(&draft).unwrap();
    assert_eq!((row.hosts.as_slice(), row.rests.as_deref()), (&[MOVED.to_owned()][..], None));
    assert!(it.desk.set_watch(&draft).is_err(), "the same twice");
    let run = || it.desk.run_due_watches(&unwatched()).unwrap();

    assert!(run().n_answers > 0, "nothing is known of it, so it is due at once");
    let registries = || {
        let asked = it.desk.ledger(None, 1000).unwrap();
        asked.iter().filter(|it| it.question.ends_with("RDAP")).count()
    };
    let n_registries = registries();
    assert!(n_registries > 0);
    assert_eq!(run().n_answers, 0);
    it.later(HOUR_MS);
    it.desk.next_practice_round();
    it.desk.switch_offline(true).unwrap();
    let rested = run();
    assert_eq!((rested.n_answers, rested.left_out.len()), (0, 1));
    assert_eq!(
        it.desk.watches(Some(case)).unwrap()[0].rests.as_deref(),
        Some("The desk is offline.")
    );
    it.desk.switch_offline(false).unwrap();
    let done = run();
    assert_eq!(done.changes.len(), 1);
    assert_eq!(it.news_in_queue(), [Some(done.changes[0].diff.sentence.clone())]);
    assert_eq!(it.desk.watches(None).unwrap()[0].watch.last.as_deref(), Some("1 host changed"));
    assert_eq!(registries(), n_registries, "registries are asked once a day");

    it.later(2 * HOUR_MS);
    it.facts(case, |it| it.sensitivity = Sensitivity::Covert);
    let rested = run();
    assert_eq!((rested.n_answers, rested.left_out.len()), (0, 1));
    assert!(it.desk.set_watch(&WatchDraft { host: Some(STAYS.into()), ..draft }).is_err());
    it.desk.end_watch(row.watch.id).unwrap();
    assert!(it.desk.end_watch(row.watch.id).is_err());
    assert_eq!(it.desk.watches(None).unwrap(), []);
}

#[test]
fn other_tables_judge_what_is_kept_anew_without_asking_anybody() {
    let it = Clocked::new();
    let case = it.case(&[STAYS, MOVED]);
    it.recheck(&of(case));
    let n_asked = it.desk.ledger(None, 1000).unwrap().len();
    assert_eq!(it.desk.judge_anew().unwrap(), []);
    let fewer = it.desk.networks().with("id = \"harbour\"\nname = \"Harbour Edge\"").unwrap();
    *it.desk.networks.write().unwrap() = Arc::new(fewer);
    let anew = it.desk.judge_anew_if_needed().unwrap();
    assert_eq!(anew.iter().map(|it| it.host.as_str()).collect::<Vec<_>>(), [STAYS]);
    assert!(anew[0].text.contains("(was Harbour Edge (us))"), "{}", anew[0].text);
    assert_eq!(it.desk.judge_anew_if_needed().unwrap(), [], "it is said once");
    let news = it.desk.news(Some(case)).unwrap();
    assert_eq!(news.iter().map(|it| it.kind).collect::<Vec<_>>(), [NewsKind::Rules]);
    assert_eq!(it.desk.ledger(None, 1000).unwrap().len(), n_asked, "nothing left");
    it.desk.rebuild_check().unwrap();
}
