use expect_test::{Expect, expect};
use farol_model::document::Text;
use uuid::Uuid;

use super::*;
use crate::{
    compose,
    samples::{Sample, at},
};

fn block(n: u128, audience: &str, content: Content<Text>) -> Block {
    Block { id: BlockId(Uuid::from_u128(n)), audience: audience.parse().unwrap(), content }
}

fn findings(audience: &str, heading: &str, words: &str) -> Vec<LintFinding> {
    let sample = Sample::new();
    let mut document =
        compose("readout", &sample.material(), at(0), &mut Uuid::nil).expect("it composes");
    document.template = "free".into();
    document.blocks = vec![
        block(1, audience, Content::Heading { text: Text::parse(heading) }),
        block(2, audience, Content::Paragraph { text: Text::parse(words) }),
    ];
    lint(&document, &sample.material())
}

fn check(audience: &str, heading: &str, words: &str, expected: &Expect) {
    let lines = findings(audience, heading, words)
        .iter()
        .map(|it| format!("{:?}: {}", it.kind, it.words))
        .collect::<Vec<_>>();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn blame_is_found_in_any_case_and_only_as_whole_words() {
    check(
        "internal_team",
        "Impact",
        "Human Error. Dana SHOULD HAVE asked. A careless careful lazybones.",
        &expect![[r#"
            Blame: Human Error
            Blame: SHOULD HAVE
            Blame: careless"#]],
    );
}

#[test]
fn the_same_words_in_one_block_are_told_once() {
    let words = "Careless here, Careless there.";
    check("internal_team", "Impact", words, &expect!["Blame: Careless"]);
}

#[test]
fn a_gap_in_the_subject_is_told_and_the_number_of_the_case_is_none() {
    let sample = Sample::new();
    let document = compose("law-enforcement", &sample.material(), at(0), &mut Uuid::nil).unwrap();
    let found = lint(&document, &sample.material());
    let around: Vec<_> = found.iter().take_while(|it| it.block.is_none()).collect();
    assert_eq!(around.len(), 1, "{around:?}");
    assert_eq!(around[0].words, "[your reference]");
}

#[test]
fn what_no_mail_program_sends_to_and_an_empty_subject_are_told() {
    let sample = Sample::new();
    let mut document = compose("notify-host", &sample.material(), at(0), &mut Uuid::nil).unwrap();
    let mut around = |to: &str, subject: &str| {
        let envelope = document.envelope.as_mut().unwrap();
        (envelope.to, envelope.subject) = (to.to_owned(), subject.to_owned());
        let found = lint(&document, &sample.material());
        let around = found.into_iter().take_while(|it| it.block.is_none());
        around.map(|it| it.words).collect::<Vec<_>>()
    };
    let sound = "Abuse Desk <abuse@hosting.example>, noc@hosting.example";
    assert!(around(sound, "Please act").is_empty());
    assert!(around("", "Please act").is_empty());
    assert_eq!(around("the host; a@b.example", " "), ["the host", "subject"]);
    let folded = "a@b.example\r\nBcc: x@y.example";
    assert_eq!(around(folded, "Please act"), [folded]);
}

#[test]
fn a_mark_or_fact_that_is_not_closed_is_told() {
    let words = "[[Borealis] lost, see {{case.title}.";
    check(
        "internal_team",
        "Impact",
        words,
        &expect![[r#"
        Placeholder: [[
        Placeholder: {{"#]],
    );
}

#[test]
fn speculation_is_fine_with_a_confidence_word() {
    check(
        "exec",
        "Impact",
        "It probably was the cache. It probably was the cache (low confidence).",
        &expect!["Speculation: probably"],
    );
}

#[test]
fn an_admission_is_found_except_in_counsels_block() {
    check(
        "customer:pages",
        "Impact",
        "We were negligent and in breach.",
        &expect![[r#"
        Admission: negligent
        Admission: breach"#]],
    );
    check(
        "privileged_legal",
        "Impact",
        "We were negligent; see [notes].",
        &expect!["Placeholder: [notes]"],
    );
}

#[test]
fn live_links_and_hosts_are_found_and_defanged_ones_are_not() {
    check(
        "host",
        "Impact",
        "See https://login.pages.example/bank. And login.pages.example, old[.]pages[.]example, \
         hxxps://login[.]pages[.]example/bank, 198.51.100.7 but not 198.51.100.77.",
        &expect![[r#"
            LiveIndicator: https://login.pages.example/bank
            LiveIndicator: login.pages.example
            LiveIndicator: 198.51.100.7"#]],
    );
}

#[test]
fn a_name_counts_where_the_cause_is_explained() {
    check(
        "internal_team",
        "Why it happened",
        "Dana merged it after Olga Operator asked. Bandana.",
        &expect![[r#"
            NameInCause: Dana
            NameInCause: Olga Operator"#]],
    );
    check("internal_team", "Timeline", "Dana merged it.", &expect![[r#""#]]);
}

#[test]
fn other_customers_and_the_reporter_are_found_in_text_that_leaves() {
    check(
        "customer:pages",
        "Impact",
        "Like Borealis, Pages Hosting Example was hit; Rita Reporter saw it.",
        &expect![[r#"
            OtherAccount: Borealis
            ReporterIdentity: Rita Reporter"#]],
    );
    check("internal_team", "Impact", "Like Borealis; Rita Reporter saw it.", &expect![[r#""#]]);
}

#[test]
fn gaps_and_unknown_facts_are_found() {
    check(
        "exec",
        "Impact",
        "[describe it] at [date], TBD; [withheld] a[.]b [1] {{case.reference}} {{case.cost}}",
        &expect![[r#"
            UnknownFact: case.cost
            Placeholder: [describe it]
            Placeholder: [date]
            Placeholder: TBD"#]],
    );
}

#[test]
fn a_fresh_analysis_has_gaps_only_and_a_shortened_one_misses_sections() {
    let sample = Sample::new();
    let mut document = compose("rca", &sample.material(), at(0), &mut Uuid::nil).unwrap();
    let found = lint(&document, &sample.material());
    let other: Vec<_> = found.iter().filter(|it| it.kind != LintKind::Placeholder).collect();
    assert!(other.is_empty(), "{other:#?}");
    assert!(found.len() > 15);
    document.blocks.truncate(4);
    document.blocks.retain(|it| !matches!(it.content, Content::Paragraph { .. }));
    let missing: Vec<_> = lint(&document, &sample.material())
        .into_iter()
        .filter(|it| it.kind == LintKind::MissingSection)
        .map(|it| it.words)
        .collect();
    expect![[r#"
        Summary
        Impact to you
        Timeline
        Why it happened
        What we have done and are doing
        What you need to do
        Open questions and next update
        Contact"#]]
    .assert_eq(&missing.join("\n"));
}

#[test]
fn long_sentences_and_long_letters_are_pointed_out() {
    let long = format!("We {} looked.", "and then we ".repeat(14));
    check("internal_team", "Impact", &long, &expect!["HardToRead: We and then we and then …"]);

    let sample = Sample::new();
    let mut letter =
        compose("ack-reporter", &sample.material(), at(0), &mut Uuid::nil).expect("it composes");
    assert!(lint(&letter, &sample.material()).iter().all(|it| it.kind != LintKind::TooLong));
    let words = Text::parse(&"We looked at it again. ".repeat(60));
    letter.blocks.push(block(9, "reporter", Content::Paragraph { text: words.clone() }));
    let found = lint(&letter, &sample.material());
    assert!(found.iter().any(|it| it.kind == LintKind::TooLong), "{found:?}");
    // What the reader does not get is not counted.
    letter.blocks.pop();
    letter.blocks.push(block(9, "internal_team", Content::Paragraph { text: words }));
    assert!(lint(&letter, &sample.material()).iter().all(|it| it.kind != LintKind::TooLong));
}

#[test]
fn a_letter_outside_is_read_for_its_tone_and_a_note_inside_is_not() {
    let sample = Sample::new();
    let tone = |template: &str| {
        let mut letter =
            compose(template, &sample.material(), at(0), &mut Uuid::nil).expect("it composes");
        let audience = letter.audience.to_string();
        let words = Text::parse("Unfortunately, as previously stated, we decided so.");
        letter.blocks = vec![block(1, &audience, Content::Paragraph { text: words })];
        let found = lint(&letter, &sample.material());
        found.iter().filter(|it| it.kind == LintKind::Tone).count()
    };
    assert_eq!(tone("no-action-reporter"), 2);
    assert_eq!(tone("handover-note"), 0);
}

#[test]
fn shipped_templates_are_written_as_lint_wants() {
    let sample = Sample::new();
    for template in crate::Templates::shipped().infos() {
        let document =
            compose(&template.id, &sample.material(), at(0), &mut Uuid::nil).expect("it composes");
        for it in lint(&document, &sample.material()) {
            let expected = match it.kind {
                // Gaps are there to be filled; a statement of reasons has to name the ground.
                LintKind::Placeholder => true,
                LintKind::Admission => template.id.starts_with("statement-of-reasons"),
                _ => false,
            };
            assert!(expected, "{}: {:?} {}", template.id, it.kind, it.words);
        }
    }
}
