use farol_model::{
    id::{CaseId, LookupListId},
    lookup_list::{
        ListChoice, ListState, ListedFilter, ListedName, ListedOutcome, ListedSort, LookupList,
    },
    sign::{Shown, Sign, SignKind},
    time::Timestamp,
};
use uuid::Uuid;

use super::{Answered, Listed, NewList, NewName, SharedBy};
use crate::{
    Store, StoreError,
    tests::{PASSPHRASE, new_store, place, raw},
};

/// Names in the order in which they are asked, with their places.
const NAMES: [(u32, &str); 3] = [(2, "moor.test"), (0, "kelp.test"), (1, "a.kelp.test")];

fn list(store: &Store) -> LookupList {
    LookupList {
        id: LookupListId(Uuid::from_u128(7)),
        title: "Three names".into(),
        made_at: Timestamp::from_ms(1),
        made_by: store.member(),
        cases: Vec::new(),
        choice: ListChoice::default(),
        state: ListState::Waiting,
        why: None,
        refused: Vec::new(),
        n_refused: 0,
        judged_by: None,
        judged_anew: None,
    }
}

fn make(store: &Store) -> LookupListId {
    let list = list(store);
    let names = NAMES.map(|(place, name)| NewName {
        place,
        name: name.into(),
        subject: name.trim_start_matches("a.").into(),
    });
    store.make_lookup_list(&NewList { list: &list, names: &names, brought: &[] }).unwrap();
    list.id
}

/// An answer that leads to an address.
fn answered(n: u32, address: &str, of_domain: Option<&str>) -> Answered {
    let name = NAMES[n as usize].1.to_owned();
    let sign = Sign { kind: SignKind::Address, value: address.into() };
    let outcome = ListedOutcome::Answers;
    Answered {
        listed: Listed {
            name: ListedName { outcome, ..ListedName::waiting(n, name) },
            signs: vec![Shown { sign, is_common: false }],
        },
        answers: address.into(),
        of_domain: of_domain.map(|it| (it.to_owned(), b"about it".to_vec())),
    }
}

fn shown(store: &Store, id: LookupListId, filter: &str, sort: ListedSort) -> Vec<String> {
    let filter = filter.parse().unwrap();
    let part = store.read(|it| it.listed(id, &filter, sort, 0, 10)).unwrap();
    assert_eq!(part.n_rows as usize, part.names.len());
    part.names.into_iter().map(|it| format!("{} {}", it.name, it.outcome.word())).collect()
}

fn groups(store: &Store, id: LookupListId) -> Vec<(String, u32)> {
    let all = ListedFilter::default();
    store.read(|it| it.listed_groups(id, &all, SignKind::Address, 10)).unwrap().0
}

#[test]
fn names_are_asked_in_one_order_and_shown_in_another() {
    let (_dir, store) = new_store();
    let id = make(&store);
    let left = store.read(|it| it.names_to_ask(id)).unwrap();
    assert_eq!(left.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), NAMES.map(|it| it.1));
    store.keep_listed(id, vec![answered(1, "192.0.2.1", Some("kelp.test"))]).unwrap();
    let as_given = ["kelp.test answers", "a.kelp.test waiting", "moor.test waiting"];
    assert_eq!(shown(&store, id, "", ListedSort::Place), as_given);
    assert_eq!(shown(&store, id, "kelp", ListedSort::Place), as_given[..2]);
    assert_eq!(shown(&store, id, "outcome:waiting", ListedSort::Place), as_given[1..]);
    assert_eq!(shown(&store, id, "", ListedSort::Name)[0], "a.kelp.test waiting");
    let at = |n, filter: &str, sort| {
        let filter = filter.parse().unwrap();
        store.read(|it| it.place_of_listed(id, &filter, sort, n)).unwrap()
    };
    assert_eq!([0, 1, 2].map(|n| at(n, "", ListedSort::Place)), [Some(2), Some(0), Some(1)]);
    assert_eq!([0, 1, 2].map(|n| at(n, "", ListedSort::Name)), [Some(2), Some(1), Some(0)]);
    assert_eq!([0, 1, 2].map(|n| at(n, "kelp", ListedSort::Place)), [None, Some(0), Some(1)]);
    let names = store.read(|it| it.listed_names(id)).unwrap();
    assert_eq!(names.iter().map(|it| it.0).collect::<Vec<_>>(), [1, 2, 0]);
}

#[test]
fn a_name_is_kept_with_everything_about_it_or_not_at_all() {
    let (_dir, store) = new_store();
    let id = make(&store);
    // Whatever is written last, the vault refuses it.
    for table in ["listed_line", "listed_shared", "listed_sign", "lookup_list"] {
        let refusal = format!("BEFORE INSERT ON {table}");
        let refusal =
            if table == "lookup_list" { refusal.replace("INSERT", "UPDATE") } else { refusal };
        raw(&store)
            .execute_batch(&format!(
                "CREATE TRIGGER refused {refusal} BEGIN SELECT raise(ABORT, 'no'); END"
            ))
            .unwrap();
        let both = vec![
            answered(0, "192.0.2.1", Some("moor.test")),
            answered(1, "192.0.2.2", Some("kelp.test")),
        ];
        assert!(store.keep_listed(id, both).is_err(), "{table}");
        raw(&store).execute_batch("DROP TRIGGER refused").unwrap();
        assert_eq!(store.read(|it| it.names_to_ask(id)).unwrap().len(), 3, "{table}");
        assert_eq!(groups(&store, id), [], "{table}");
        assert_eq!(store.read(|it| it.listed_answers(id, "moor.test")).unwrap(), None, "{table}");
    }
    store.keep_listed(id, vec![answered(0, "192.0.2.3", None)]).unwrap();
    assert_eq!(groups(&store, id), [("192.0.2.3".to_owned(), 1)]);
    assert_eq!(store.read(|it| it.lookup_list(id)).unwrap().1.n_asked, 1);
}

#[test]
fn what_a_list_has_of_an_erased_case_goes_and_what_only_looks_like_it_stays() {
    let (_dir, store) = new_store();
    let list = list(&store);
    let of = |place, name: &str, subject: &str| NewName {
        place,
        name: name.into(),
        subject: subject.into(),
    };
    // To a pattern, `_` is any letter.
    let names = [of(0, "a.moor.test", "moor.test"), of(1, "m_or.test", "m_or.test")];
    let case = CaseId(Uuid::from_u128(9));
    let new = NewList { list: &list, names: &names, brought: &[(0, case)] };
    store.make_lookup_list(&new).unwrap();
    let of_domain = |n, domain| answered(n, "192.0.2.1", Some(domain));
    let both = vec![of_domain(0, "moor.test"), of_domain(1, "m_or.test")];
    store.keep_listed(list.id, both).unwrap();
    super::erase::forget_case(&raw(&store), &case.to_string()).unwrap();
    let is_there = |domain| {
        store.read(|it| it.listed_shared(list.id, &SharedBy::Domain(domain))).unwrap().is_some()
    };
    assert_eq!([is_there("moor.test"), is_there("m_or.test")], [false, true]);
    assert_eq!(store.read(|it| it.lookup_list(list.id)).unwrap().1.n_names, 1);
}

#[test]
fn a_list_of_an_earlier_schema_keeps_its_answers_and_its_order() {
    let (dir, store) = new_store();
    let of = list(&store);
    let line = |n: u32, outcome| {
        let name = NAMES[n as usize].1.to_owned();
        crate::projection::json(&ListedName { outcome, ..ListedName::waiting(n, name) })
    };
    {
        let raw = raw(&store);
        raw.execute_batch(
            "DROP TABLE lookup_list; DROP TABLE listed_name; DROP TABLE listed_sign;
             DROP TABLE listed_for; DROP TABLE listed_line; DROP TABLE listed_shared;",
        )
        .unwrap();
        raw.execute_batch(include_str!("../../migrations/0011_lookup_lists.sql")).unwrap();
        raw.execute(
            "INSERT INTO lookup_list VALUES (1, ?1, 3, 1, 2, 0, ?2)",
            [of.id.to_string(), crate::projection::json(&of)],
        )
        .unwrap();
        for (n, (_, name)) in (0_u32..).zip(NAMES) {
            let outcome = if n == 1 { ListedOutcome::Answers } else { ListedOutcome::Waiting };
            let asked = n == 1;
            raw.execute(
                "INSERT INTO listed_name VALUES (1, ?1, ?2, ?2, ?3, 0, ?4, 0, NULL, ?5)",
                rusqlite::params![n, name, asked, outcome.word(), line(n, outcome)],
            )
            .unwrap();
            // The first is one that a kill left behind.
            raw.execute("INSERT INTO listed_sign VALUES (1, 'address', '192.0.2.1', ?1, 0)", [n])
                .unwrap();
        }
        raw.execute_batch(
            "INSERT INTO listed_answer (list, about, body) VALUES
             (1, 'h:moor.test', x'00'), (1, 'h:kelp.test', x'01'), (1, 'd:kelp.test', x'02'),
             (1, 'r:kelp.test', x'03');
             PRAGMA user_version = 15;",
        )
        .unwrap();
    }
    drop(store);
    let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
    let id = of.id;
    assert_eq!(
        shown(&store, id, "", ListedSort::Place),
        ["moor.test waiting", "kelp.test answers", "a.kelp.test waiting"]
    );
    assert_eq!(groups(&store, id), [("192.0.2.1".to_owned(), 1)]);
    let kept = store.read(|it| {
        Ok::<_, StoreError>([
            it.listed_answers(id, "kelp.test")?,
            it.listed_shared(id, &SharedBy::Domain("kelp.test"))?,
            it.listed_shared(id, &SharedBy::Subject("kelp.test"))?,
            it.listed_answers(id, "moor.test")?,
        ])
    });
    assert_eq!(kept.unwrap(), [Some(vec![1]), Some(vec![2]), Some(vec![3]), None]);
    store.keep_listed(id, vec![answered(0, "192.0.2.3", None)]).unwrap();
    assert_eq!(shown(&store, id, "outcome:answers", ListedSort::Place).len(), 2);
    assert_eq!(store.rebuild_check().unwrap(), None);
}
