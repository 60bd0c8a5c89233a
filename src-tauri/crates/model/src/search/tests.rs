use expect_test::{Expect, expect};

use super::{Query, Term};

/// The query in one line: `~evil` anywhere, `=is` a word, `=is*` a beginning.
fn check(text: &str, expected: Expect) {
    let query = Query::parse(text);
    let mut out: Vec<String> = query
        .terms
        .iter()
        .map(|term| match term {
            Term::Anywhere(spellings) => format!("~{}", spellings.join("|")),
            Term::Words { text, is_beginning: true } => format!("={text}*"),
            Term::Words { text, .. } => format!("={text}"),
        })
        .collect();
    out.extend(query.kinds.iter().map(|it| format!("kind:{}", it.word())));
    out.extend(query.categories.iter().map(|it| format!("category:{}", it.word())));
    out.extend(query.severities.iter().map(|it| format!("severity:{}", it.word())));
    out.extend(query.statuses.iter().map(|it| format!("status:{}", it.word())));
    out.extend(query.cases.iter().map(|it| format!("case:{it}")));
    out.extend(query.after.iter().map(|it| format!("after:{it}")));
    out.extend(query.before.iter().map(|it| format!("before:{it}")));
    if query.is_void {
        out.push("void".into());
    }
    expected.assert_eq(&out.join(" "));
}

#[test]
fn words_phrases_and_beginnings() {
    check("", expect![""]);
    check("  \t ", expect![""]);
    check("contoso bank", expect!["~contoso ~bank"]);
    check("bank bank", expect!["~bank"]);
    check("is up", expect!["=is =up*"]);
    check("is up ", expect!["=is =up"]);
    check("\"pay pal\" login", expect!["=pay pal ~login"]);
    check("“pay pal”", expect!["=pay pal"]);
    check("\"pay pa", expect!["=pay pa*"]);
    check("login\"pay pal\"", expect!["~login =pay pal"]);
    check("\"\" \"  \" word", expect!["~word"]);
    check("\"://\"", expect!["~://"]);
}

#[test]
fn spellings_are_folded_while_they_are_typed() {
    check("hxxps://evil[.]example/a", expect!["~https://evil.example/a"]);
    check("evil [.] example", expect!["~evil.example"]);
    check("abuse[at]host(dot)example", expect!["~abuse@host.example"]);
    check("https://evil.example/", expect!["~https://evil.example"]);
    for typed in ["evil[", "evil[.", "evil(d", "evil(dot"] {
        check(typed, expect!["~evil"]);
    }
    for typed in ["hxxps", "hxxps:", "hxxps:/", "hxxps://"] {
        check(typed, expect!["~https"]);
    }
    check("[urgent", expect!["~[urgent"]);
}

#[test]
fn filters_narrow_and_what_is_no_filter_is_text() {
    check("kind:note bank", expect!["~bank kind:note"]);
    check("KIND:Case status:Waiting", expect!["kind:case status:waiting"]);
    check("category:phishing severity:high", expect!["category:phishing severity:high"]);
    check("status:new status:triaged", expect!["status:new status:triaged"]);
    check("case:esc-2026-0042", expect!["case:ESC-2026-0042"]);
    check(
        "after:2026-10-01 before:2026-11-01",
        expect!["after:2026-10-01T00:00:00Z before:2026-11-01T00:00:00Z"],
    );
    check("foo:bar", expect!["~foo:bar"]);
    check("kind:nonsense", expect!["~kind:nonsense"]);
    check("after:tomorrow before:2026-13-01", expect!["~after:tomorrow ~before:2026-13-01"]);
    check("case:", expect!["~case:"]);
    check("\"kind:note\"", expect!["=kind:note"]);
    check("10:30 https://a.example", expect!["~10:30 ~https://a.example"]);
}

#[test]
fn any_text_is_a_query() {
    check("-", expect!["void"]);
    check("* ^", expect!["void"]);
    check("bank - login", expect!["~bank ~login"]);
    check("a\0b", expect!["=a =b*"]);
    check("NEAR(a b, 5) OR NOT", expect!["~NEAR(a =b, =5) =OR ~NOT"]);
    check("title:x' OR 1=1 --", expect!["~title:x' =OR ~1=1"]);
    check("\"\"\"", expect![""]);
    check("مرحبا بالعالم", expect!["~مرحبا ~بالعالم"]);
    check("\u{202e}elpmaxe.live", expect!["~\u{202e}elpmaxe.live"]);
    let long = Query::parse(&"x".repeat(1_000_000));
    assert!(matches!(&long.terms[..], [Term::Anywhere(it)] if it[0].len() == 200));
    assert_eq!(Query::parse(&"ab cd ".repeat(200_000)).terms.len(), 2);
    assert!(Query::parse(&"é\"".repeat(400_000)).terms.len() <= 2);
    let many: String = (0..1000).map(|n| format!("word{n} ")).collect();
    assert_eq!(Query::parse(&many).terms.len(), 16);
}

#[test]
fn a_word_is_also_found_in_the_spelling_that_somebody_knows() {
    let mut query = Query::parse("bücher.example is \"bücher.example\"");
    query.also(|word| (word == "bücher.example").then(|| "xn--bcher-kva.example".to_owned()));
    let Term::Anywhere(spellings) = &query.terms[0] else { panic!() };
    assert_eq!(spellings, &["bücher.example", "xn--bcher-kva.example"]);
}
