use farol_model::{
    case::{Category, Severity},
    id::CaseId,
};
use tempfile::TempDir;

use crate::{Desk, testing, view::CaseOpen};

fn desk_with_case(category: Category) -> (TempDir, Desk, CaseId) {
    let (dir, desk) = testing::desk(0);
    let case = desk
        .open_case(CaseOpen {
            title: "Phishing".into(),
            category,
            severity: Severity::Low,
            severity_reason: String::new(),
            report: None,
            targets: vec![],
        })
        .unwrap();
    (dir, desk, case)
}

fn set(desk: &Desk, case: CaseId, severity: Severity) {
    let mut facts = desk.case(case).unwrap().case.facts;
    facts.severity = severity;
    desk.change_case(case, facts).unwrap();
}

/// Every clock of a case: its rule, and why it stopped.
fn clocks(desk: &Desk, case: CaseId) -> Vec<(String, Option<String>)> {
    let lines = desk.case(case).unwrap().clocks.into_iter();
    lines.map(|it| (it.clock.rule.id, it.clock.stopped.map(|it| it.reason))).collect()
}

fn running(desk: &Desk, case: CaseId) -> Vec<String> {
    let clocks = clocks(desk, case).into_iter();
    clocks.filter(|(_, stopped)| stopped.is_none()).map(|(rule, _)| rule).collect()
}

#[test]
fn a_severity_that_goes_there_and_back_goes_on_with_the_clock_it_had() {
    let (_dir, desk, case) = desk_with_case(Category::Phishing);
    set(&desk, case, Severity::High);
    assert_eq!(running(&desk, case), ["first-response-high"]);
    set(&desk, case, Severity::Low);
    assert_eq!(running(&desk, case), ["first-response-low"]);
    set(&desk, case, Severity::High);
    assert_eq!(running(&desk, case), ["first-response-high"]);
    assert_eq!(clocks(&desk, case).len(), 2, "no clock is started twice");
}

#[test]
fn a_change_that_was_undone_can_be_made_again() {
    let (_dir, desk, case) = desk_with_case(Category::Phishing);
    set(&desk, case, Severity::Critical);
    let change = desk.history(case).unwrap().into_iter().rfind(|it| it.action == "case_changed");
    desk.undo(change.unwrap().entry).unwrap();
    assert_eq!(running(&desk, case), ["first-response-low"]);
    set(&desk, case, Severity::Critical);
    assert_eq!(running(&desk, case), ["first-response-critical"]);
}

#[test]
fn who_has_an_answer_does_not_wait_for_a_first_one_again() {
    let (_dir, desk, case) = desk_with_case(Category::TerroristContent);
    let first = desk.case(case).unwrap().clocks.into_iter();
    let first = first.map(|it| it.clock).find(|it| it.rule.id == "first-response-low").unwrap();
    desk.stop_clock(case, first.id, "answered by phone").unwrap();
    set(&desk, case, Severity::Critical);
    assert_eq!(running(&desk, case), ["tco-removal-order"], "the legal clock runs on");
}
