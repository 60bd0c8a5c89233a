use farol_model::{
    case::{CaseFacts, Category, Sensitivity, Severity, Status},
    id::CaseId,
    lookup_list::ListChoice,
};

use super::ConnectionsOf;
use crate::{
    Desk,
    lookup_lists::ListWatch,
    lookups::Watch,
    testing,
    view::{CaseOpen, ListNames},
};

fn case_about(desk: &Desk, target: &str) -> CaseId {
    let case = desk
        .open_case(CaseOpen {
            title: format!("About {target}"),
            category: Category::Phishing,
            severity: Severity::High,
            severity_reason: String::new(),
            report: None,
            targets: vec![farol_intake::observable(target).unwrap()],
        })
        .unwrap();
    let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
    desk.look_up(Some(case), &[target.to_owned()], None, &watch).unwrap();
    case
}

#[test]
fn a_case_is_told_which_others_it_touches_and_why() {
    let (_dir, desk) = testing::desk(100);
    let one = case_about(&desk, "harbour-bank-verify.test");
    let other = case_about(&desk, "secure-harbour-bank.test");
    case_about(&desk, "portal.granite-freight.example");
    let of = ConnectionsOf { case: Some(one), list: None };
    let view = desk.connections(&of).unwrap();
    assert_eq!((view.n_cases, view.n_unknown), (3, 0));
    assert_eq!(view.clusters.len(), 1, "{:?}", view.clusters);
    let cluster = &view.clusters[0];
    let said = &cluster.sentence;
    assert!(said.contains("2 hosts in 2 open cases look like one actor"), "{said}");
    assert!(said.contains("203[.]0[.]113[.]166"), "{said}");
    assert_eq!(cluster.cases.iter().map(|it| it.id).collect::<Vec<_>>(), [other]);
    assert!(cluster.cases[0].title.is_some());

    // A sensitive case says its number only, and what was closed is not open any more.
    let facts = desk.case(other).unwrap().case.facts;
    let sensitivity = Sensitivity::Sensitive;
    desk.change_case(other, CaseFacts { sensitivity, ..facts.clone() }).unwrap();
    assert_eq!(desk.connections(&of).unwrap().clusters[0].cases[0].title, None);
    desk.change_case(other, CaseFacts { status: Status::Closed, ..facts }).unwrap();
    assert_eq!(desk.connections(&of).unwrap().clusters, []);
}

#[test]
fn a_list_is_connected_with_open_cases() {
    let (_dir, desk) = testing::desk(100);
    case_about(&desk, "harbour-bank-verify.test");
    let text =
        "harbour-bank-login.test\nportal.granite-freight.example\nbeta.sandpiper-labs.example";
    let names = ListNames { text: text.into(), ..ListNames::default() };
    let list = desk.make_lookup_list("", &names, &ListChoice::default()).unwrap().id;
    let of = ConnectionsOf { case: None, list: Some(list) };
    assert_eq!(desk.connections(&of).unwrap().n_unknown, 3, "nothing of it was asked yet");
    desk.ask_lookup_list(list, false, &ListWatch::NOBODY).unwrap();
    let view = desk.connections(&of).unwrap();
    assert_eq!((view.clusters.len(), view.n_unknown), (1, 0));
    let hosts: Vec<_> =
        view.clusters[0].hosts.iter().map(|it| (it.host.as_str(), it.in_list)).collect();
    assert_eq!(hosts, [("harbour-bank-login.test", true), ("harbour-bank-verify.test", false)]);
    assert_eq!(view.clusters[0].cases.len(), 1);
}
