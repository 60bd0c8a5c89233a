use farol_model::{
    case::{Category, Outcome, Severity, Status, Target},
    clock::{Clock, Pause, Stop, default_rules},
    id::{CaseId, ClockId},
    journal::Action,
    list::CaseSort,
    observable::{Observable, ObservableKind},
    search::Query,
    time::Timestamp,
};

use super::{Asked, order};
use crate::{
    Store, StoreError, Which,
    tests::{new_store, open_case},
};

fn change(store: &Store, id: CaseId, severity: Severity, status: Status) {
    store
        .write(|tx| {
            let before = Box::new(tx.read().case(id)?.facts);
            let mut after = before.clone();
            (after.severity, after.status) = (severity, status);
            tx.record(&Action::CaseChanged { case: id, before, after })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn start_clock(store: &Store, case: CaseId, length_s: u32) -> Clock {
    let mut rule = default_rules().remove(0);
    rule.length_s = length_s;
    let id = ClockId(store.new_id());
    let clock = Clock { id, rule, started_at: store.now(), pauses: vec![], stopped: None };
    set_clock(store, case, clock.clone());
    clock
}

fn set_clock(store: &Store, case: CaseId, after: Clock) {
    store
        .write(|tx| {
            tx.record(&Action::ClockSet { case, before: None, after: Box::new(after) })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn titles(store: &Store, which: &Which, sort: CaseSort) -> Vec<String> {
    let part = store.read(|it| it.listed_cases(which, sort, 0, 100)).unwrap();
    assert_eq!(part.n_rows as usize, part.rows.len());
    part.rows.into_iter().map(|it| it.case.facts.title).collect()
}

fn open_only() -> Which {
    Which { open_only: true, ..Which::default() }
}

#[test]
fn open_cases_stand_by_the_clock_that_runs_out_first_then_by_the_work_left() {
    let (_dir, store) = new_store();
    let names = ["late", "soon", "none, waiting", "none, ours", "closed", "paused"];
    let [late, soon, waiting, _ours, closed, paused] = names.map(|it| open_case(&store, it));
    start_clock(&store, late, 7200);
    start_clock(&store, soon, 9000);
    let first = start_clock(&store, soon, 60);
    start_clock(&store, closed, 10);
    change(&store, closed, Severity::High, Status::Closed);
    change(&store, waiting, Severity::Critical, Status::Waiting);
    let mut clock = start_clock(&store, paused, 5);
    clock.pauses.push(Pause { from: store.now(), to: None, reason: "weekend".into() });
    set_clock(&store, paused, clock);

    let due = |which: &Which| titles(&store, which, CaseSort::Due);
    assert_eq!(due(&open_only()), ["soon", "late", "none, ours", "paused", "none, waiting"]);
    assert_eq!(due(&Which::default()).last().unwrap(), "closed");
    let stopped = Some(Stop { at: Timestamp::from_ms(1), reason: "done".into() });
    set_clock(&store, soon, Clock { stopped, ..first });
    assert_eq!(due(&open_only())[..2], ["late", "soon"]);
    assert_eq!(store.rebuild_check().unwrap(), None);
}

#[test]
fn parts_join_without_gap_from_either_end_and_a_case_is_found_in_its_place() {
    let (_dir, store) = new_store();
    let all: Vec<_> = (0..11).map(|n| open_case(&store, &format!("case {n}"))).collect();
    for sort in CaseSort::ALL.iter().copied() {
        let whole = titles(&store, &Which::default(), sort);
        for size in 1..12 {
            let mut joined = Vec::new();
            for offset in (0..11).step_by(size) {
                let which = Which::default();
                let part = store.read(|it| it.listed_cases(&which, sort, offset, size as u32));
                joined.extend(part.unwrap().rows.into_iter().map(|it| it.case.facts.title));
            }
            assert_eq!(joined, whole, "{sort:?} in parts of {size}");
        }
        for (n, id) in all.iter().enumerate() {
            let at = store.read(|it| it.place_of_case(&open_only(), sort, &id.to_string()));
            let place = whole.iter().position(|it| *it == format!("case {n}")).unwrap();
            assert_eq!(at.unwrap(), Some(place as u32), "{sort:?}");
        }
    }
    change(&store, all[3], Severity::Low, Status::Closed);
    let id = all[3].to_string();
    let at = store.read(|it| it.place_of_case(&open_only(), CaseSort::Due, &id)).unwrap();
    assert_eq!(at, None);
}

#[test]
fn a_filter_asks_for_every_field_and_any_value_of_it() {
    let (_dir, store) = new_store();
    let [harbour, pier, lamp] = ["harbour", "pier", "lamp"].map(|it| open_case(&store, it));
    change(&store, harbour, Severity::Critical, Status::Waiting);
    change(&store, pier, Severity::Low, Status::Waiting);
    change(&store, lamp, Severity::Low, Status::New);
    let find = |which| titles(&store, &which, CaseSort::Severity);
    let waiting = Which { statuses: vec![Status::Waiting], ..open_only() };
    assert_eq!(find(waiting.clone()), ["harbour", "pier"]);
    assert_eq!(find(Which { severities: vec![Severity::Low], ..waiting.clone() }), ["pier"]);
    let both = vec![Severity::Low, Severity::Critical];
    assert_eq!(find(Which { severities: both, ..waiting }), ["harbour", "pier"]);
    assert_eq!(find(Which { categories: vec![Category::Malware], ..open_only() }).len(), 0);
    assert_eq!(find(Which { assignee: Some(None), ..open_only() }).len(), 3);
    let mine = Which { assignee: Some(Some(store.member())), ..open_only() };
    assert_eq!(find(mine).len(), 0);
    let words = |text| Which { words: Some(Query::parse(text)), ..open_only() };
    assert_eq!(find(words("arbo")), ["harbour"]);
    assert_eq!(find(words("esc-")).len(), 3);
    assert_eq!(find(words("0003")), ["lamp"]);
    assert_eq!(find(words("-")).len(), 0);
}

#[test]
fn targets_are_counted_however_they_change() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "harbour");
    let target = |value: &str, outcome| Target {
        observable: Observable { kind: ObservableKind::Host, value: value.into() },
        outcome,
    };
    let set = |before: Option<Target>, after: Option<Target>| {
        let action = Action::TargetSet { case, before, after };
        store.write(|tx| tx.record(&action).map(drop)).unwrap();
        let which = Which::default();
        let part = store.read(|it| it.listed_cases(&which, CaseSort::Due, 0, 1)).unwrap();
        (part.rows[0].n_targets, part.rows[0].n_settled)
    };
    let (one, other) = ("kelp.test", "pier.test");
    assert_eq!(set(None, Some(target(one, Outcome::Pending))), (1, 0));
    assert_eq!(set(None, Some(target(other, Outcome::NotOurs))), (2, 1));
    let pending = Some(target(one, Outcome::Pending));
    assert_eq!(set(pending, Some(target(one, Outcome::Mitigated))), (2, 2));
    assert_eq!(set(Some(target(other, Outcome::NotOurs)), None), (1, 1));
    assert_eq!(store.rebuild_check().unwrap(), None);
}

#[test]
fn a_part_is_one_walk_along_an_index_and_nothing_is_sorted() {
    let (_dir, store) = new_store();
    let two = Which { severities: vec![Severity::High, Severity::Low], ..open_only() };
    let one = Which { severities: vec![Severity::High], assignee: Some(None), ..Which::default() };
    store
        .read(|it| {
            let conn = it.connection();
            for which in [Which::default(), open_only(), two, one] {
                for sort in [CaseSort::Due, CaseSort::Opened, CaseSort::Severity] {
                    let order = order(sort);
                    let asked = Asked::new(conn, &which, &order)?;
                    let sql = asked.walk(&order, &order.by());
                    let plan = asked.ask(
                        conn,
                        &format!("EXPLAIN QUERY PLAN {sql}"),
                        &[&64, &64],
                        |row| row.get::<_, String>(3),
                    )?;
                    let plan = plan.join("; ");
                    assert!(plan.contains("COVERING INDEX"), "{sort:?} {which:?}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{sort:?} {which:?}: {plan}");
                }
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}
