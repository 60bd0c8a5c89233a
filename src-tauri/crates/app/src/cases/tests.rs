use farol_model::case::{CaseFacts, Category, Sensitivity, Severity};

use crate::{testing, view::CaseOpen};

#[test]
fn two_who_saw_the_same_change_a_case_and_both_changes_stand() {
    let (_dir, desk) = testing::desk(1_000);
    let case = desk
        .open_case(CaseOpen {
            title: "Phishing against Harbour Bank".into(),
            category: Category::Phishing,
            severity: Severity::High,
            severity_reason: String::new(),
            report: None,
            targets: vec![],
        })
        .unwrap();
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
