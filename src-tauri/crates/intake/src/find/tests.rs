use expect_test::{Expect, expect};

use super::*;
use crate::observable;

fn check(text: &str, expected: Expect) {
    let rows: Vec<_> = find_observables(text, "body")
        .into_iter()
        .map(|it| {
            let mark = if it.suggested_target { "target" } else { "other" };
            let value = &it.observable.value;
            format!(
                "{} {value} {mark} <{}> {}\n",
                it.observable.kind.word(),
                it.written_as,
                it.n_times
            )
        })
        .collect();
    expected.assert_eq(&rows.concat());
}

#[test]
fn one_value_however_it_is_written() {
    for written in [
        "http://login.bank.test",
        "http://login.bank.test/",
        "hxxp://login[.]bank[.]test/",
        "hXXp://LOGIN(.)bank{.}test:80/",
        "http[:]//login[dot]bank(dot)test.",
        "http[://]login [.] bank [.] test",
        "<http://login.bank.test./>",
        "h**p://login[.bank.]test",
    ] {
        let value = observable(written).map(|it| it.value);
        assert_eq!(value.as_deref(), Some("http://login.bank.test"), "{written}");
        let found = find_observables(&format!("see {written}, please"), "body");
        assert_eq!(found[0].observable.value, "http://login.bank.test", "{written}");
        assert_eq!(found.len(), 1, "{written}");
    }
}

#[test]
fn typed_values_have_one_normal_form() {
    for (written, kind, value) in [
        ("Bank.Example", "domain", "bank.example"),
        ("login.bank.example.", "host", "login.bank.example"),
        ("www.bank.co.uk", "host", "www.bank.co.uk"),
        ("bücher.example", "domain", "xn--bcher-kva.example"),
        ("192.0.2[.]7", "ip", "192.0.2.7"),
        ("192.0.2.7:8080", "ip", "192.0.2.7"),
        ("[2001:DB8:0:0::1]", "ip", "2001:db8::1"),
        ("Fraud[at]bank[.]example", "mail", "fraud@bank.example"),
        ("[the page](https://evil.test/a)", "url", "https://evil.test/a"),
        ("mailto:a@b.example", "mail", "a@b.example"),
        ("evil[.]test/login.php?x=1", "url", "http://evil.test/login.php?x=1"),
        ("https://evil.test:443/?q#f", "url", "https://evil.test/?q#f"),
        ("https://evil.test:8443/", "url", "https://evil.test:8443"),
        ("hxxp://[2001:db8::1]/a", "url", "http://[2001:db8::1]/a"),
        ("https://bank.example@evil.test/", "url", "https://bank.example@evil.test"),
    ] {
        let found = observable(written).unwrap_or_else(|| panic!("{written}"));
        assert_eq!((found.kind.word(), found.value.as_str()), (kind, value), "{written}");
        let again = observable(&found.defanged());
        assert_eq!(again.as_ref(), Some(&found), "defanging and folding give the same value");
    }
    for nothing in [
        "",
        "hello",
        "co.uk",
        "report.pdf",
        "192.0.2.0/24",
        "a b.example",
        "@",
        "://",
        "12:30:45",
        "a.test,b.test",
        "$$$.test",
        "\"evil\".test",
    ] {
        assert_eq!(observable(nothing), None, "{nothing}");
    }
}

#[test]
fn prose_holds_no_hosts() {
    check(
        "See report.pdf, index.html, e.g. this, i.e. that, version 1.2.3 or 1.2.3.4.5, v2.0.1.\n\
         At 12:30:45 (10.30 a.m.) we saw setup.py, readme.md, archive.zip and evidence.v2.zip.\n\
         Done.In the end Node.js and std::fs and 00:11:22:33:44:55 and src/main.rs. And/or...\n\
         Version 10.0.19.4 and C:\\dir\\evil.com and 50.5% of $1.000.000",
        expect![[""]],
    );
}

#[test]
fn punctuation_around_values_is_not_part_of_them() {
    check(
        "(https://a.test/x_(y)) [text](https://b.test/p) 'https://c.test/q' <https://d.test>\n\
         https://e.test/1,https://e.test/2;https://e.test/3. **https://f.test/z**\n\
         URL:https://g.test/ Domain:h.test, i.test/j.test k.test; l.test! m.test?\n\
         https://web.test/archive/https://n.test/o \"p.test\" (q.test) r.test:8080 192.0.2.1, \
         2001:db8::7. [2001:db8::8]:443 a.b@s.test,c@t.test 198.51.100.0/24 203.0.113.4/32 u.test/v.",
        expect![[r#"
            url https://a.test/x_(y) target <https://a.test/x_(y)> 1
            url https://b.test/p target <https://b.test/p> 1
            url https://c.test/q target <https://c.test/q> 1
            url https://d.test target <https://d.test> 1
            url https://e.test/1 target <https://e.test/1> 1
            url https://e.test/2 target <https://e.test/2> 1
            url https://e.test/3 target <https://e.test/3> 1
            url https://f.test/z target <https://f.test/z> 1
            url https://g.test target <https://g.test/> 1
            domain h.test target <h.test> 1
            domain i.test target <i.test> 1
            domain j.test target <j.test> 1
            domain k.test target <k.test> 1
            domain l.test target <l.test> 1
            domain m.test target <m.test> 1
            url https://web.test/archive/https://n.test/o target <https://web.test/archive/https://n.test/o> 1
            domain p.test target <p.test> 1
            domain q.test target <q.test> 1
            domain r.test target <r.test> 1
            ip 192.0.2.1 target <192.0.2.1> 1
            ip 2001:db8::7 target <2001:db8::7> 1
            ip 2001:db8::8 target <2001:db8::8> 1
            mail a.b@s.test other <a.b@s.test> 1
            mail c@t.test other <c@t.test> 1
            ip 203.0.113.4 target <203.0.113.4/32> 1
            url http://u.test/v target <u.test/v> 1
        "#]],
    );
}

#[test]
fn a_url_covers_its_host_and_headers_and_signatures_name_no_targets() {
    check(
        "evil.test and www.evil.test host https://www.evil.test/a; other.evil.test too\n\
         Received: from relay.infra.test ([192.0.2.1])\n\tby mx.infra.test\n\
         X-Originating-IP: 192.0.2.2\n\
         victim@mail.test wrote\n-- \nhttps://company.test/imprint",
        expect![[r#"
            domain evil.test other <evil.test> 1
            host www.evil.test other <www.evil.test> 1
            url https://www.evil.test/a target <https://www.evil.test/a> 1
            host other.evil.test target <other.evil.test> 1
            host relay.infra.test other <relay.infra.test> 1
            ip 192.0.2.1 other <192.0.2.1> 1
            host mx.infra.test other <mx.infra.test> 1
            ip 192.0.2.2 other <192.0.2.2> 1
            mail victim@mail.test other <victim@mail.test> 1
            url https://company.test/imprint other <https://company.test/imprint> 1
        "#]],
    );
}

#[test]
fn adversarial_lines_are_linear() {
    for piece in
        ["a.", "[.", "((((", "http://", "@a.b", "::", "h[.]t", "\u{200b}", "://", "a@", "x[dot]"]
    {
        find_observables(&piece.repeat(200_000 / piece.len()), "body");
    }
}
