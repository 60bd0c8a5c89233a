use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use farol_model::{
    case::{Account, CaseFacts, Category, Sensitivity, Severity},
    id::CaseId,
    lookup_list::ListChoice,
};

use crate::{
    Desk,
    host_lists::{HostList, ListAsk},
    lookups::Watch,
    testing,
    view::{CaseOpen, ListNames},
};

fn open_case(desk: &Desk) -> CaseId {
    desk.open_case(CaseOpen {
        title: "Phishing against Harbour Bank".into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report: None,
        targets: vec![],
    })
    .unwrap()
}

#[test]
fn what_is_looked_up_onto_a_case_is_judged_there_even_if_nobody_named_it() {
    let (_dir, desk) = testing::desk(1_000);
    let case = open_case(&desk);
    let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
    let judged = || -> Vec<String> {
        desk.case(case).unwrap().verdicts.into_iter().map(|it| it.host).collect()
    };
    let host = "login.harbour-bank.example";
    for _ in 0..2 {
        desk.look_up(Some(case), &[host.into(), "AS64496".into()], None, &watch).unwrap();
    }
    assert_eq!(judged(), ["AS64496", host]);
    assert_eq!(desk.case(case).unwrap().observables.len(), 1, "named once");

    let HostList { hosts, .. } = HostList::read(["www.northwind-shop.example"]);
    let ask = ListAsk { case: Some(case), ..ListAsk::default() };
    desk.look_up_list(hosts, &ask, &mut |_| Ok(()), &|| false).unwrap();
    assert_eq!(judged(), ["AS64496", host, "www.northwind-shop.example"]);

    let facts = desk.case(case).unwrap().case.facts;
    let mut account = Account::new("northwind", "Northwind Shop", "typed", desk.now());
    account.zones = vec!["northwind-shop.example".into()];
    let other =
        Account { id: "other".into(), zones: vec!["shop.example".into()], ..account.clone() };
    let accounts = vec![account, other];
    desk.change_case(case, CaseFacts { accounts, ..facts }).unwrap();
    let concerned = desk.case(case).unwrap().concerned;
    let with_us = |n: usize| -> Vec<_> { concerned[n].accounts.iter().map(|it| &*it.id).collect() };
    assert_eq!((with_us(1), with_us(2)), (vec![], vec!["northwind"]), "whose zone it is in");

    let names =
        ListNames { text: "moor@gannet-mail.example".into(), cases: vec![], keep_on: Some(case) };
    desk.make_lookup_list("", &names, &ListChoice::default()).unwrap();
    assert!(
        desk.case(case)
            .unwrap()
            .observables
            .iter()
            .any(|it| it.defanged == "gannet-mail[.]example")
    );
}

#[test]
fn many_hosts_are_asked_about_together_and_answered_in_their_order() {
    let (_dir, desk) = testing::desk(1_000);
    let case = open_case(&desk);
    let hosts: Vec<String> = (0..30).map(|n| format!("h{n}.gannet-mail.example")).collect();
    let (last, most) = (Mutex::new((0, 0)), Mutex::new(0));
    let progress = |done, all| {
        *last.lock().unwrap() = (done, all);
        let mut most = most.lock().unwrap();
        *most = all.max(*most);
    };
    let watch = Watch { progress: &progress, cancelled: &|| false };
    let done = desk.look_up(Some(case), &hosts, None, &watch).unwrap();
    let judged: Vec<_> = done.verdicts.into_iter().map(|it| it.host).collect();
    assert_eq!(judged, hosts);
    assert_eq!(desk.case(case).unwrap().verdicts.len(), hosts.len());
    let most = *most.lock().unwrap();
    assert_eq!(*last.lock().unwrap(), (most, most), "all that was begun ended");

    // Who cancels after the first answers keeps what is done, and nothing more is begun.
    let other = open_case(&desk);
    let is_over = AtomicBool::new(false);
    let progress = |_, _| is_over.store(true, Ordering::Relaxed);
    let watch = Watch { progress: &progress, cancelled: &|| is_over.load(Ordering::Relaxed) };
    let done = desk.look_up(Some(other), &hosts, None, &watch).unwrap();
    assert!(done.cancelled && done.verdicts.len() < hosts.len(), "{}", done.verdicts.len());
}

#[test]
fn two_who_saw_the_same_change_a_case_and_both_changes_stand() {
    let (_dir, desk) = testing::desk(1_000);
    let case = open_case(&desk);
    let facts = || desk.case(case).unwrap().case.facts;
    let seen = facts();

    let covert = CaseFacts { sensitivity: Sensitivity::Covert, ..seen.clone() };
    desk.change_case_as_seen(case, &seen, &covert).unwrap();
    let critical = CaseFacts { severity: Severity::Critical, ..seen.clone() };
    desk.change_case_as_seen(case, &seen, &critical).unwrap();
    assert_eq!(facts(), CaseFacts { severity: Severity::Critical, ..covert.clone() });

    let nameless = CaseFacts { title: " ".into(), ..seen.clone() };
    assert!(desk.change_case_as_seen(case, &seen, &nameless).is_err());
    assert_eq!(facts(), CaseFacts { severity: Severity::Critical, ..covert });
}
