use farol_model::{
    case::{Category, Sensitivity, Severity},
    id::{CaseId, ReportId},
    report::ReportChannel,
    search::SearchKind,
};

use crate::{
    Desk, testing,
    view::{CaseOpen, Opens, SearchHit},
};

fn open_case(desk: &Desk, title: &str, report: Option<ReportId>) -> CaseId {
    desk.open_case(CaseOpen {
        title: title.into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report,
        targets: vec![],
    })
    .unwrap()
}

fn chat(desk: &Desk, text: &str) -> ReportId {
    desk.import_text(text, ReportChannel::Chat).unwrap().report
}

fn find(desk: &Desk, text: &str) -> Vec<SearchHit> {
    desk.search(text).unwrap().hits
}

fn words(hit: &SearchHit) -> String {
    hit.title.iter().chain(&hit.snippet).map(|it| it.text.as_str()).collect()
}

#[test]
fn a_hit_says_what_it_opens_and_a_note_carries_the_title_of_its_case() {
    let (_dir, desk) = testing::desk(0);
    let report = chat(&desk, "lantern page at hxxps://lantern[.]example/login");
    let case = open_case(&desk, "Harbour case", Some(report));
    desk.add_note(case, "the lantern is lit").unwrap();
    let response = desk.create_document(case, "ack-reporter").unwrap();
    let hits = find(&desk, "lantern");
    let note = hits.iter().find(|it| it.kind == SearchKind::Note).unwrap();
    assert_eq!(note.opens, Opens::Case(case));
    assert_eq!(words(note), "Harbour casethe lantern is lit");
    assert_eq!(note.reference.unwrap().to_string(), "ESC-2026-0001");
    let found = hits.iter().find(|it| it.kind == SearchKind::Report).unwrap();
    assert_eq!(found.opens, Opens::Report(report));
    assert_eq!(found.reference, note.reference);
    assert_eq!(find(&desk, "kind:response")[0].opens, Opens::Document(response));
}

#[test]
fn a_unicode_name_and_its_ascii_form_find_each_other() {
    let (_dir, desk) = testing::desk(0);
    let case = open_case(&desk, "one", None);
    desk.add_observable(case, "bücher[.]example").unwrap();
    desk.add_note(case, "seen on bücher.example again").unwrap();
    desk.add_note(case, "resolver says xn--bcher-kva.example").unwrap();
    assert_eq!(find(&desk, "bücher.example").len(), 3);
    assert_eq!(find(&desk, "hxxp://bücher[.]example").len(), 0);
    assert_eq!(find(&desk, "xn--bcher-kva[.]example").len(), 2);
}

#[test]
fn what_belongs_to_a_sensitive_case_is_found_and_not_shown() {
    let (_dir, desk) = testing::desk(0);
    let report = chat(&desk, "canary words about a person");
    let case = open_case(&desk, "canary title", Some(report));
    desk.add_note(case, "canary note").unwrap();
    desk.add_observable(case, "canary.example").unwrap();
    assert!(find(&desk, "canary").iter().all(|it| !it.hidden && words(it).contains("canary")));

    let mut facts = desk.case(case).unwrap().case.facts;
    facts.sensitivity = Sensitivity::Sensitive;
    desk.change_case(case, facts.clone()).unwrap();
    let hits = find(&desk, "canary");
    assert_eq!(hits.len(), 4);
    assert!(hits.iter().all(|it| it.hidden && words(it).is_empty()), "{hits:#?}");
    assert!(hits.iter().all(|it| it.reference.is_some()));

    facts.sensitivity = Sensitivity::Normal;
    facts.category = Category::IntimateImages;
    desk.change_case(case, facts).unwrap();
    assert!(find(&desk, "canary").iter().all(|it| it.hidden));
}

#[test]
fn a_report_whose_words_point_to_something_sensitive_is_hidden_before_it_has_a_case() {
    let (_dir, desk) = testing::desk(0);
    chat(&desk, "canary: somebody posted an intimate image without my consent");
    let hits = find(&desk, "canary");
    assert!(hits.len() == 1 && hits[0].hidden && words(&hits[0]).is_empty());
}
