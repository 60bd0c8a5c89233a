use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use farol_model::{
    case::{CaseFacts, Category, Sensitivity, Severity, Status},
    id::{CaseId, LookupListId},
    lookup_list::{ListChoice, ListState, ListedAsk, ListedFilter, ListedOutcome, ListedSort},
    sign::SignKind,
    time::Timestamp,
};
use farol_render::MACHINES;
use tempfile::TempDir;

use farol_store::SharedBy;

use super::{ListFormat, ListWatch, file_name};
use crate::{
    Desk, vault,
    view::{CaseOpen, ListNames},
};

/// One that we proxy, two of one phisher, one that dangles, one that is gone, and one that is no host.
const NAMES: &str = "hxxps://login[.]harbour-bank[.]example/x\nharbour-bank-verify.test\n\
                     secure-harbour-bank.test\nbeta.sandpiper-labs.example\nnobody.quiet-cove.test\n\
                     secure-harbour-bank.test\nnot a host\n";

fn place(dir: &TempDir) -> vault::Place {
    // Every look at the clock is a tenth of a second later, so that registries give tokens.
    let ms = AtomicI64::new(1_795_000_000_000);
    let now = move || Timestamp::from_ms(ms.fetch_add(100, Ordering::Relaxed));
    vault::Place {
        dir: dir.path().to_owned(),
        who: "a test".into(),
        tell: None,
        now: Arc::new(now),
    }
}

fn new_desk() -> (TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let desk = vault::create_practice(place(&dir), "Ana Investigator", MACHINES).unwrap();
    (dir, desk)
}

fn names(text: &str) -> ListNames {
    ListNames { text: text.into(), ..ListNames::default() }
}

fn make(desk: &Desk, text: &str) -> LookupListId {
    desk.make_lookup_list("", &names(text), &ListChoice::default()).unwrap().id
}

fn ask(filter: &str) -> ListedAsk {
    ListedAsk {
        filter: filter.parse().unwrap(),
        sort: ListedSort::Place,
        offset: 0,
        limit: 100,
        around: None,
    }
}

fn shown(desk: &Desk, id: LookupListId, filter: &str) -> Vec<String> {
    let page = desk.listed(id, &ask(filter)).unwrap();
    page.rows.into_iter().map(|it| format!("{} {}", it.name.name, it.name.outcome.word())).collect()
}

fn open_case(desk: &Desk, target: &str) -> CaseId {
    desk.open_case(CaseOpen {
        title: "A case".into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report: None,
        targets: vec![farol_intake::observable(target).unwrap()],
    })
    .unwrap()
}

#[test]
fn a_list_is_asked_and_kept_and_can_be_filtered_and_grouped() {
    let (_dir, desk) = new_desk();
    let plan = desk.plan_lookup_list(&names(NAMES), &ListChoice::default()).unwrap();
    assert_eq!((plan.n_names, plan.n_again, plan.n_refused), (5, 1, 1));
    assert_eq!(plan.refused, ["not a host"]);
    assert!(plan.n_questions > 30, "{}", plan.n_questions);
    let id = make(&desk, NAMES);
    assert_eq!(desk.lookup_list(id).unwrap().state, ListState::Waiting);
    assert_eq!(desk.ledger(None, 10).unwrap(), [], "making it sends nothing");

    let view = desk.ask_lookup_list(id, false, &ListWatch::NOBODY).unwrap();
    assert_eq!((view.state, view.dns.n_done, view.title.as_str()), (ListState::Done, 5, "5 names"));
    assert_eq!(
        shown(&desk, id, ""),
        [
            "login.harbour-bank.example answers",
            "harbour-bank-verify.test answers",
            "secure-harbour-bank.test answers",
            "beta.sandpiper-labs.example dangling",
            "nobody.quiet-cove.test absent",
        ]
    );
    assert_eq!(shown(&desk, id, "ours:yes"), ["login.harbour-bank.example answers"]);
    assert_eq!(shown(&desk, id, "secure-harbour[.]").len(), 0, "a dot is a dot");
    assert_eq!(shown(&desk, id, "hxxp://secure-harbour-bank[.]test/x").len(), 1);
    assert_eq!(shown(&desk, id, "address:203.0.113.166").len(), 2);
    assert_eq!(shown(&desk, id, "outcome:absent"), ["nobody.quiet-cove.test absent"]);

    let groups = |kind, filter: &str| {
        let filter: ListedFilter = filter.parse().unwrap();
        let found = desk.listed_groups(id, &filter, kind).unwrap();
        found
            .groups
            .into_iter()
            .map(|it| format!("{} {}", it.n_names, it.label))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        groups(SignKind::Outcome, ""),
        ["3 Resolves", "1 Does not exist", "1 Dangling, unverified"]
    );
    assert_eq!(groups(SignKind::Address, "harbour")[0], "2 203[.]0[.]113[.]166");
    assert_eq!(groups(SignKind::NsSet, "")[0], "2 ns1[.]driftnet[.]test");

    let detail = desk.listed_detail(id, "secure-harbour-bank.test").unwrap();
    assert!(detail.observations.len() > 8 && detail.verdict.as_of.is_some());
    assert!(
        !desk.ledger(None, 1000).unwrap().is_empty(),
        "what left and no case keeps is written down"
    );
    assert_eq!(desk.store.rebuild_check().unwrap(), None);
}

#[test]
fn a_list_goes_on_from_where_it_was_after_a_restart() {
    let (dir, desk) = new_desk();
    let many: String = (0..600).map(|n| format!("n{n}.quiet-cove.test\n")).collect();
    let id = make(&desk, &many);
    let watch = ListWatch { at_most: Some(100), ..ListWatch::NOBODY };
    let view = desk.ask_lookup_list(id, false, &watch).unwrap();
    assert_eq!(view.state, ListState::Paused);
    let n_done = view.dns.n_done;
    assert_eq!(n_done, 100);
    // As if it had been killed in the middle.
    desk.change_list(id, |list| list.state = ListState::Asking).unwrap();
    drop(desk);

    let desk = vault::open(place(&dir), None, MACHINES).unwrap();
    let view = desk.lookup_list(id).unwrap();
    assert_eq!((view.state, view.dns.n_done), (ListState::Paused, n_done));
    assert!(view.why.unwrap().contains("closed"));
    let view = desk.ask_lookup_list(id, false, &ListWatch::NOBODY).unwrap();
    assert_eq!((view.state, view.dns.n_done), (ListState::Done, 600));
    assert_eq!(shown(&desk, id, "outcome:waiting"), Vec::<String>::new());
}

#[test]
fn offline_a_list_waits_and_a_cancelled_one_ends() {
    let (_dir, desk) = new_desk();
    desk.switch_offline(true).unwrap();
    let id = make(&desk, NAMES);
    let refused = desk.ask_lookup_list(id, false, &ListWatch::NOBODY).unwrap_err();
    assert!(refused.message.contains("offline"), "{refused}");
    assert_eq!(desk.leaving_show().unwrap().waiting_lists.len(), 1);
    assert_eq!(desk.ledger(None, 10).unwrap(), []);
    desk.switch_offline(false).unwrap();
    let view = desk.cancel_lookup_list(id).unwrap();
    assert_eq!(view.state, ListState::Cancelled);
    assert!(desk.ask_lookup_list(id, false, &ListWatch::NOBODY).is_err());
    assert_eq!(desk.leaving_show().unwrap().waiting_lists.len(), 0);
    desk.forget_lookup_list(id).unwrap();
    assert!(desk.lookup_list(id).is_err());
    assert!(desk.forget_lookup_list(id).is_err(), "it is gone already");
}

#[test]
fn answers_about_a_cases_hosts_are_kept_on_it_and_go_when_it_is_erased() {
    let (_dir, desk) = new_desk();
    let one = open_case(&desk, "secure-harbour-bank.test");
    let other = open_case(&desk, "https://secure-harbour-bank.test/login");
    let mut from = names("quiet-cove.test");
    from.cases = vec![one, other];
    let view = desk.make_lookup_list("", &from, &ListChoice::default()).unwrap();
    assert_eq!(view.title, "Hosts of 2 cases");
    desk.ask_lookup_list(view.id, false, &ListWatch::NOBODY).unwrap();
    for case in [one, other] {
        let verdicts = desk.case(case).unwrap().verdicts;
        assert!(verdicts.iter().any(|it| it.host == "secure-harbour-bank.test"), "{verdicts:?}");
    }
    let page = desk.listed(view.id, &ask("secure")).unwrap();
    assert_eq!(page.rows[0].cases.len(), 2);
    let left = desk.ledger(None, 1000).unwrap();
    assert!(left.iter().any(|it| it.case.is_none()) && left.iter().any(|it| it.case == Some(one)));

    let n_names = || desk.lookup_list(view.id).unwrap().dns.n_all;
    assert_eq!(n_names(), 2);
    for (case, left) in [(one, 2), (other, 1)] {
        let facts = desk.case(case).unwrap().case.facts;
        desk.change_case(case, CaseFacts { status: Status::Closed, ..facts }).unwrap();
        let reference = desk.case(case).unwrap().case.reference;
        desk.erase_case(case, "a rule", &reference.to_string()).unwrap();
        assert_eq!(n_names(), left, "what another case names stays");
    }
    let answers = |name: &str| desk.store.read(|it| it.listed_answers(view.id, name)).unwrap();
    let of_domain = |domain: &str| {
        desk.store.read(|it| it.listed_shared(view.id, &SharedBy::Domain(domain))).unwrap()
    };
    assert!(answers("secure-harbour-bank.test").is_none());
    assert!(of_domain("secure-harbour-bank.test").is_none());
    assert!(answers("quiet-cove.test").is_some() && of_domain("quiet-cove.test").is_some());
    assert_eq!(desk.store.rebuild_check().unwrap(), None);
}

#[test]
fn what_a_covert_case_concerns_is_in_no_list() {
    let (_dir, desk) = new_desk();
    let id = make(&desk, NAMES);
    let case = open_case(&desk, "secure-harbour-bank.test");
    let facts = desk.case(case).unwrap().case.facts;
    desk.change_case(case, CaseFacts { sensitivity: Sensitivity::Covert, ..facts }).unwrap();
    let plan = desk.plan_lookup_list(&names(NAMES), &ListChoice::default()).unwrap();
    assert!(plan.forbidden.unwrap().contains("covert"));
    assert!(desk.make_lookup_list("", &names(NAMES), &ListChoice::default()).is_err());
    assert!(desk.ask_lookup_list(id, false, &ListWatch::NOBODY).is_err(), "made before");
    assert_eq!(desk.ledger(None, 10).unwrap(), []);
}

#[test]
fn registries_are_asked_once_for_each_domain() {
    let (_dir, desk) = new_desk();
    let choice = ListChoice { registries: true, ..ListChoice::default() };
    let text = "a.harbour-bank-verify.test\nb.harbour-bank-verify.test\nharbour-verify.test\n";
    let plan = desk.plan_lookup_list(&names(text), &choice).unwrap();
    assert_eq!(plan.registries.iter().map(|it| it.n_questions).sum::<u32>(), 2);
    let id = desk.make_lookup_list("Verify", &names(text), &choice).unwrap().id;
    let view = desk.ask_lookup_list(id, false, &ListWatch::NOBODY).unwrap();
    assert_eq!((view.registries.n_done, view.registries.n_all), (2, 2));
    let page = desk.listed(id, &ask("")).unwrap();
    let registrar = page.rows[2].name.registrar.clone();
    assert!(registrar.is_some(), "{:?}", page.rows);
    let groups = desk.listed_groups(id, &ListedFilter::default(), SignKind::Registrar).unwrap();
    assert!(!groups.groups.is_empty());
}

#[test]
fn other_tables_judge_a_list_anew_from_the_answers_it_keeps() {
    let (_dir, desk) = new_desk();
    let id = make(&desk, NAMES);
    desk.ask_lookup_list(id, false, &ListWatch::NOBODY).unwrap();
    let n_left = desk.ledger(None, 1000).unwrap().len();
    let ours = || desk.listed(id, &ask("ours:yes")).unwrap().n_rows;
    let proxies = || {
        let groups = desk.listed_groups(id, &ListedFilter::default(), SignKind::Proxy).unwrap();
        groups.groups.into_iter().map(|it| it.label).collect::<Vec<_>>()
    };
    let before = (ours(), proxies());
    assert!(before.0 > 0 && before.1.contains(&"Harbour Edge".to_owned()), "{before:?}");
    assert_eq!(desk.judge_lists_anew(&|| false).unwrap(), []);

    let fewer = desk.networks().with("id = \"harbour\"\nname = \"Harbour Edge\"").unwrap();
    *desk.networks.write().unwrap() = Arc::new(fewer);
    assert_eq!(desk.judge_lists_anew(&|| true).unwrap(), [], "stopped before the first");
    let anew = desk.judge_lists_anew(&|| false).unwrap();
    assert_eq!(anew.iter().map(|it| (it.id, it.n_otherwise)).collect::<Vec<_>>(), [(id, before.0)]);
    assert_eq!(ours(), 0);
    assert!(!proxies().contains(&"Harbour Edge".to_owned()), "{:?}", proxies());
    assert_eq!(desk.lookup_list(id).unwrap().judged_anew, anew.into_iter().next());
    assert_eq!(desk.judge_lists_anew(&|| false).unwrap(), [], "it is said once");
    assert_eq!(desk.ledger(None, 1000).unwrap().len(), n_left, "nothing left");
}

#[test]
fn a_list_is_exported_in_three_forms() {
    let (dir, desk) = new_desk();
    let id = make(&desk, NAMES);
    desk.ask_lookup_list(id, false, &ListWatch::NOBODY).unwrap();
    let write = |format: ListFormat, filter: &str| {
        let path = dir.path().join(file_name("5 names!", format));
        let filter = filter.parse().unwrap();
        let n = desk.export_lookup_list(id, &filter, ListedSort::Name, format, &path).unwrap();
        (n, fs::read(path).unwrap())
    };
    let (n, csv) = write(ListFormat::Csv, "");
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!((n, csv.lines().count()), (5, 6));
    assert!(csv.contains("beta.sandpiper-labs.example,\"Dangling, unverified\""), "{csv}");
    let (n, jsonl) = write(ListFormat::Jsonl, "outcome:answers");
    assert_eq!(n, 3);
    for line in String::from_utf8(jsonl).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["observations"].as_array().unwrap().len() > 4, "{line}");
    }
    let (n, xlsx) = write(ListFormat::Xlsx, "");
    assert_eq!((n, &xlsx[..2]), (5, b"PK".as_slice()));
    assert_eq!(
        file_name("Hosts of ESC-2026-0001", ListFormat::Xlsx),
        "hosts-of-esc-2026-0001.xlsx"
    );
    let nowhere = dir.path().join("no/such/folder.csv");
    let all = ListedFilter::default();
    assert!(
        desk.export_lookup_list(id, &all, ListedSort::Place, ListFormat::Csv, &nowhere).is_err()
    );
}

#[test]
fn bad_lists_are_refused_with_what_to_do() {
    let (_dir, desk) = new_desk();
    let refused = |text: &str, choice: ListChoice| {
        desk.make_lookup_list("", &names(text), &choice).unwrap_err().message
    };
    assert!(refused("# nothing\n", ListChoice::default()).contains("no name"));
    let many: String = (0..100_001).map(|n| format!("n{n}.test\n")).collect();
    assert!(refused(&many, ListChoice::default()).contains("100001"));
    let types = ListChoice { types: Some("NOPE".into()), ..ListChoice::default() };
    assert!(refused("kelp.test", types).contains("record types"));
    let resolvers = ListChoice { resolvers: vec!["nonsense".into()], ..ListChoice::default() };
    assert!(!refused("kelp.test", resolvers).is_empty());
    assert_eq!(desk.lookup_lists().unwrap(), []);
    assert_eq!(ListedOutcome::ALL.len(), 7);
}
