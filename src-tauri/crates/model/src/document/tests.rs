use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use uuid::Uuid;

use super::*;

fn block(n: u128, audience: &str, text: &str) -> Block {
    Block {
        id: BlockId(Uuid::from_u128(n)),
        audience: audience.parse().unwrap(),
        content: Content::Paragraph { text: Text::parse(text) },
    }
}

fn document(blocks: Vec<Block>) -> Document {
    Document {
        id: DocumentId(Uuid::nil()),
        case: CaseId(Uuid::nil()),
        kind: DocumentKind::Rca,
        title: "Acme blocked by our phishing rule".into(),
        template: "rca 1".into(),
        audience: Audience::InternalTeam,
        created_at: Timestamp::from_ms(0),
        envelope: None,
        sent: None,
        blocks,
        standing: Standing::default(),
    }
}

fn projected(blocks: Vec<Block>, reader: &str) -> Result<Projected, MissingFact> {
    let facts = BTreeMap::from([("case.reference".to_owned(), "ESC-2026-0001".to_owned())]);
    let reference = "ESC-2026-0001".parse().unwrap();
    let dated = Timestamp::from_ms(0);
    project(&document(blocks), reference, dated, &reader.parse().unwrap(), &facts, &[])
}

fn check(blocks: Vec<Block>, reader: &str, expected: &Expect) {
    let it = projected(blocks, reader).unwrap();
    let mut out = it.visible().collect::<Vec<_>>().join("\n");
    for withheld in it.withheld() {
        out.push_str(&format!("\n- {}: {}", withheld.what, withheld.value));
    }
    expected.assert_eq(&out);
}

#[test]
fn nothing_in_a_title_subject_or_heading_can_be_clicked() {
    let check = |text: &str, expected: &str| {
        assert_eq!(crate::observable::inert(text, &["shop.test"]), expected);
    };
    check("Re: http://shop.test/a.b?c=d!", "Re: hxxp://shop[.]test/a.b?c=d!");
    check("(see https://evil[.]example/x)", "(see hxxps://evil[.]example/x)");
    check("hxxps://evil[.]example", "hxxps://evil[.]example");
    check("shop.test, www.shop.test", "shop[.]test, www[.]shop[.]test");
    check("ask abuse@shop.test.", "ask abuse[@]shop[.]test.");
    check("eshop.test and v1.2 of rules.json", "eshop.test and v1.2 of rules.json");
    check("www.other.example  two  spaces", "www[.]other[.]example  two  spaces");
    check("HTTP://X.example", "HXXP://X[.]example");

    let mut it = document(vec![Block {
        id: BlockId(Uuid::from_u128(1)),
        audience: Audience::Public,
        content: Content::Heading { text: Text::plain("What https://evil.example did") },
    }]);
    it.title = "https://evil.example".into();
    let seen = project(
        &it,
        "ESC-2026-0001".parse().unwrap(),
        Timestamp::from_ms(0),
        &Audience::InternalTeam,
        &BTreeMap::new(),
        &[],
    );
    let seen = seen.unwrap();
    let visible: Vec<_> = seen.visible().collect();
    assert_eq!(visible, ["hxxps://evil[.]example", "What hxxps://evil[.]example did"]);
}

#[test]
fn the_table_of_who_sees_what() {
    let all = [
        "privileged_legal",
        "internal_team",
        "internal_company",
        "exec",
        "customer:a",
        "customer:b",
        "reporter",
        "host",
        "authority",
        "regulator",
        "public",
    ];
    let mut table = String::new();
    for reader in all {
        let reader: Audience = reader.parse().unwrap();
        let row: String = all
            .iter()
            .map(|it| if sees(&reader, &it.parse().unwrap()) { " x" } else { " ." })
            .collect();
        table.push_str(&format!("{:<17}{row}\n", reader.to_string()));
    }
    expect![[r#"
        privileged_legal  x x x x x x x x x x x
        internal_team     . x x x x x x x x x x
        internal_company  . . x . x x . x . x x
        exec              . . x x x x x x . x x
        customer:a        . . . . x . . . . . x
        customer:b        . . . . . x . . . . x
        reporter          . . . . . . x . . . x
        host              . . . . . . . x . . x
        authority         . . . . . . . . x . x
        regulator         . . . . . . . . . x x
        public            . . . . . . . . . . x
    "#]]
    .assert_eq(&table);
}

#[test]
fn a_customer_reads_only_their_own_text_and_the_rest_is_listed_as_withheld() {
    check(
        vec![
            block(1, "customer:acme", "Your zone answered with an error page."),
            block(2, "internal_team", "Rule 7 also hit Borealis Bank. Dana merged it at night."),
            block(3, "customer:borealis", "Borealis was down for nine minutes."),
        ],
        "customer:acme",
        &expect![[r#"
            Root-cause analysis ESC-2026-0001
            Your zone answered with an error page.
            - withheld sentence: Rule 7 also hit Borealis Bank.
            - withheld sentence: Dana merged it at night.
            - withheld sentence: Borealis was down for nine minutes.
            - withheld sentence: Acme blocked by our phishing rule"#]],
    );
}

#[test]
fn a_marked_span_is_replaced_by_a_constant() {
    check(
        vec![block(1, "public", "A rule written by [[Dana Reyes]] hit {{case.reference}}.")],
        "public",
        &expect![[r#"
            Root-cause analysis ESC-2026-0001
            A rule written by [withheld] hit ESC-2026-0001.
            - marked text: Dana Reyes
            - withheld sentence: Acme blocked by our phishing rule"#]],
    );
}

#[test]
fn a_timeline_keeps_only_the_rows_the_reader_may_see() {
    let row = |text: &str, audience: &str| TimelineRow {
        at: Timestamp::from_ms(0),
        text: Text::plain(text),
        audience: audience.parse().unwrap(),
        source: None,
        kind: None,
    };
    let rows = vec![
        row("We removed the rule.", "public"),
        row("The rule was never reviewed.", "internal_team"),
    ];
    let timeline = Block {
        id: BlockId(Uuid::nil()),
        audience: Audience::Public,
        content: Content::Timeline { rows },
    };
    check(
        vec![timeline],
        "public",
        &expect![[r#"
            Root-cause analysis ESC-2026-0001
            We removed the rule.
            - withheld sentence: The rule was never reviewed.
            - withheld sentence: Acme blocked by our phishing rule"#]],
    );
}

#[test]
fn a_time_alone_is_no_sentence_that_could_be_withheld() {
    for (text, expected) in [
        ("2026-11-23 14:03 UTC", 0),
        ("As of 2026-11-23 14:03 UTC. 2026-11-23 14:04 UTC.", 1),
        ("2026-11-23 14:03 UTC, rule seven", 1),
        ("rule seven UTC", 1),
    ] {
        assert_eq!(sentences(text).count(), expected, "{text}");
    }
}

#[test]
fn a_missing_fact_stops_the_projection_and_names_its_block() {
    let missing =
        projected(vec![block(9, "public", "See {{case.nonsense}}.")], "public").unwrap_err();
    assert_eq!(missing.name, "case.nonsense");
    assert_eq!(missing.block, BlockId(Uuid::from_u128(9)));
}

#[test]
fn the_notation_survives_a_round_trip() {
    for source in [
        "plain",
        "a [[b]] c",
        "[[exec|forty]] of {{case.reference}}",
        r"\[[not marked]] and \{{not a fact}}",
        "open [[ never closes",
        r"a backslash \\[[before a mark]]",
        r"two \\\\{{case.reference}}",
        r"C:\\path and \\\[[plain",
        "[[nobody|kept whole]]",
        "[[internal_team|kept | whole]]",
        "[[personal|Dana]] of [[exec,third_party|Borealis]] at [[live|http://a.example]]",
    ] {
        let text = Text::parse(source);
        assert_eq!(Text::parse(&text.to_string()), text, "{source}");
    }
}

#[test]
fn a_span_that_ends_in_a_backslash_stays_what_it_is() {
    let text = Text(vec![
        Span::Plain("a \\".into()),
        Span::Marked { audience: Audience::InternalTeam, mark: None, text: "b".into() },
        Span::Plain(r"\[[c \".into()),
    ]);
    assert_eq!(Text::parse(&text.to_string()), text);
}

#[test]
fn a_save_lists_only_the_blocks_that_changed() {
    let before = vec![block(1, "public", "one"), block(2, "public", "two")];
    let after = vec![block(1, "public", "one"), block(3, "public", "three")];
    let changed: Vec<_> = changes(&before, &after)
        .into_iter()
        .map(|it| (it.block.0.as_u128(), it.before.is_some(), it.after.is_some()))
        .collect();
    assert_eq!(changed, [(3, false, true), (2, true, false)]);
}

#[test]
fn a_mark_says_why_and_a_live_indicator_is_shown_defanged() {
    check(
        vec![block(1, "public", "[[personal|Dana Reyes]] saw [[live|http://bad.example/x]].")],
        "public",
        &expect![[r#"
            Root-cause analysis ESC-2026-0001
            [withheld] saw hxxp://bad[.]example/x.
            - personal data: Dana Reyes
            - withheld sentence: Acme blocked by our phishing rule"#]],
    );
}

#[test]
fn joined_text_is_for_those_who_may_read_both_halves() {
    let all = [
        "privileged_legal",
        "internal_team",
        "exec",
        "customer:a",
        "customer:b",
        "reporter",
        "public",
    ];
    let all: Vec<Audience> = all.iter().map(|it| it.parse().unwrap()).collect();
    for one in &all {
        for other in &all {
            let joined = stricter(one, other);
            for reader in all.iter().filter(|it| sees(it, &joined)) {
                assert!(sees(reader, one) && sees(reader, other), "{reader}: {one} and {other}");
            }
        }
    }
    assert_eq!(stricter(&Audience::Public, &Audience::Exec), Audience::Exec);
    let customer = |id: &str| Audience::Customer(id.into());
    assert_eq!(stricter(&customer("a"), &customer("b")), Audience::InternalTeam);
}

#[test]
fn what_the_record_says_of_hidden_evidence_and_decisions_is_withheld_by_its_values() {
    let id = Uuid::from_u128(7);
    let row = |label: &str, name: &str| FactRow {
        label: label.into(),
        value: Text(vec![Span::Fact(name.into())]),
    };
    let hidden = |n, content| Block {
        id: BlockId(Uuid::from_u128(n)),
        audience: Audience::InternalTeam,
        content,
    };
    let blocks = vec![
        hidden(
            1,
            Content::Evidence {
                evidence: crate::id::EvidenceId(id),
                text: Text::parse("Shows the page"),
                rows: vec![row("File", "evidence.7.name"), row("SHA-256", "evidence.7.sha256")],
            },
        ),
        hidden(
            2,
            Content::Decision {
                decision: crate::id::DecisionId(id),
                text: Text::default(),
                rows: vec![row("Why", "decision.7.reason"), row("At", "decision.7.decided_at")],
            },
        ),
    ];
    let facts = [
        ("evidence.7.name", "panel.png"),
        ("evidence.7.sha256", "ab12"),
        ("decision.7.reason", "They asked us twice. Yes."),
        ("decision.7.decided_at", "2026-11-23 14:03 UTC"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (reference, dated) = ("ESC-2026-0001".parse().unwrap(), Timestamp::from_ms(0));
    let it = document(blocks);
    let seen = project(&it, reference, dated, &Audience::Public, &facts.into(), &[]).unwrap();
    let values: Vec<_> = seen.withheld().iter().map(|it| it.value.as_str()).collect();
    assert_eq!(values[..4], ["Shows the page", "panel.png", "ab12", "They asked us twice."]);
    assert!(!values.contains(&"2026-11-23 14:03 UTC"));
    let missing = project(&it, reference, dated, &Audience::InternalTeam, &BTreeMap::new(), &[]);
    assert_eq!(missing.unwrap_err().name, "evidence.7.name");
}

#[test]
fn names_and_numbers_of_withheld_text_are_searched_for_unless_they_are_visible() {
    let check = |hidden: &str, shown: &str, expected: &[&str]| {
        let blocks = vec![block(1, "internal_team", hidden), block(2, "public", shown)];
        let seen = projected(blocks, "public").unwrap();
        let names: Vec<_> = seen.names().iter().map(|it| it.value.as_str()).collect();
        assert_eq!(names, expected, "{hidden}");
    };
    let told = "Maro pressed disable_gateway on gw7.corp (198.51.100.77), see OPS-5512.";
    check(told, "Nothing.", &["disable_gateway", "gw7.corp", "198.51.100.77", "OPS-5512"]);
    check(
        told,
        "The gateway 198[.]51[.]100[.]77 failed.",
        &["disable_gateway", "gw7.corp", "OPS-5512"],
    );
    check("From 2026-02-06 08:14 to 09:13, 11204 requests, half-hour by half-hour.", "Hello.", &[]);
    check(
        "Write to ana@desk.example: https://a.test/b",
        "Hello.",
        &["ana@desk.example", "https://a.test/b"],
    );
    check("About ESC-2026-0001.", "Hello.", &[]);
}
