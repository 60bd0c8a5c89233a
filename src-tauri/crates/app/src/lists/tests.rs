use farol_model::{
    case::{Category, Severity, Status},
    id::CaseId,
    list::{CaseSort, ListAsk},
    report::ReportChannel,
};

use crate::{
    Desk, testing,
    view::{CaseOpen, QueueRow},
};

fn open_case(desk: &Desk, title: &str) -> CaseId {
    desk.open_case(CaseOpen {
        title: title.into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report: None,
        targets: vec![],
    })
    .unwrap()
}

fn queue(desk: &Desk, offset: u32, limit: u32, filter: &str) -> (Vec<String>, u32) {
    let ask = ListAsk { offset, limit, filter: filter.parse().unwrap(), ..everything() };
    let page = desk.queue(&ask).unwrap();
    let name = |it| match it {
        QueueRow::Case(row) => row.title,
        QueueRow::Report(row) => row.excerpt,
    };
    (page.rows.into_iter().map(name).collect(), page.n_rows)
}

fn everything() -> ListAsk {
    ListAsk::all(CaseSort::Due)
}

#[test]
fn reports_without_a_case_stand_before_cases_and_parts_cross_the_border() {
    let (_dir, desk) = testing::desk(1000);
    let report = desk.import_text("lamp report", ReportChannel::Chat).unwrap().report;
    desk.import_text("pier report", ReportChannel::Chat).unwrap();
    let case = open_case(&desk, "harbour");
    open_case(&desk, "kelp");
    assert_eq!(queue(&desk, 0, 10, "").1, 4);
    let (rows, _) = queue(&desk, 1, 2, "");
    assert_eq!(rows, ["lamp report", "harbour"]);
    assert_eq!(queue(&desk, 3, 9, "").0, ["kelp"]);
    assert_eq!(queue(&desk, 0, 9, "severity:high"), (vec!["harbour".into(), "kelp".into()], 2));
    assert_eq!(queue(&desk, 0, 9, "pier").0, ["pier report"]);
    assert_eq!(queue(&desk, 0, 9, "assignee:nobody").1, 0);
    assert_eq!(queue(&desk, 0, 9, "assignee:me").1, 2);

    let at = |id: String| desk.queue(&ListAsk { around: Some(id), ..everything() }).unwrap().at;
    assert_eq!(at(report.to_string()), Some(1));
    assert_eq!(at(case.to_string()), Some(2));
    desk.attach_report(case, report).unwrap();
    assert_eq!(at(report.to_string()), None);
    assert_eq!(at(case.to_string()), Some(1));
}

#[test]
fn a_part_around_a_row_begins_where_parts_of_its_size_begin() {
    let (_dir, desk) = testing::desk(1000);
    let cases: Vec<_> = (0..20).map(|n| open_case(&desk, &format!("case {n}"))).collect();
    let around = Some(cases[13].to_string());
    let page = desk.cases(&ListAsk { limit: 5, around, ..everything() }).unwrap();
    assert_eq!((page.offset, page.at, page.rows.len()), (10, Some(13), 5));
    assert_eq!(page.rows[3].id, cases[13]);
}

#[test]
fn closed_cases_are_in_the_list_and_not_in_the_queue() {
    let (_dir, desk) = testing::desk(1000);
    let case = open_case(&desk, "harbour");
    let mut facts = desk.case(case).unwrap().case.facts;
    facts.status = Status::Closed;
    desk.change_case(case, facts).unwrap();
    assert_eq!(queue(&desk, 0, 9, "").1, 0);
    assert_eq!(desk.cases(&everything()).unwrap().n_rows, 1);
}

#[test]
fn a_stranger_as_assignee_is_refused_in_words() {
    let (_dir, desk) = testing::desk(1000);
    let ask = ListAsk { filter: "assignee:Nemo".parse().unwrap(), ..everything() };
    assert!(desk.queue(&ask).unwrap_err().hint.contains("nobody"));
}
