use farol_model::document::{Audience, Language};

use super::check::{FACTS, VALUES, lint_template};
use super::*;
use crate::{
    facts,
    samples::{Sample, at},
    view,
};

fn stops(source: &str) -> Vec<String> {
    let findings = lint_template(source).into_iter().filter(|it| it.stops);
    findings.map(|it| format!("{}: {}", it.words, it.why)).collect()
}

fn letter(block: &str) -> String {
    format!(
        r#"{{"id":"mine","kind":"response","label":"Mine","audience":"reporter","version":1,"title":"Mine","blocks":[{block}]}}"#
    )
}

#[test]
fn every_template_that_ships_can_be_saved() {
    for (source, template) in TEMPLATES.iter() {
        assert_eq!(stops(source), [""; 0], "{}", template.id);
    }
}

#[test]
fn what_would_stop_a_letter_later_stops_the_save() {
    for (block, expected) in [
        (r#"{"audience":"reporter","paragraph":"Hello {{ reporter.nam }}"}"#, "no such case"),
        (
            r#"{"audience":"reporter","paragraph":"Hello {{ password }}"}"#,
            "No case has a value password",
        ),
        (r#"{"audience":"reporter","paragraph":"Hello {{ reporter.name"}"#, "cannot be filled"),
        (
            r#"{"audience":"reporter","paragraph":"{% for a in hosts %}{{ a }}"}"#,
            "cannot be filled",
        ),
        (r#"{"audience":"reporter","paragraph":"{% include 'x' %}"}"#, "cannot be filled"),
        (r#"{"audience":"reporter","paragraph":"{{ fact('case.secret') }}"}"#, "no such fact"),
        (
            r#"{"audience":"reporter","when":"n_targets >","paragraph":"x"}"#,
            "condition cannot be read",
        ),
        (
            r#"{"audience":"reporter","when":"n_tragets > 0","paragraph":"x"}"#,
            "No case has a value n_tragets",
        ),
        (r#"{"audience":"everybody","paragraph":"x"}"#, "no such reader"),
        (r#"{"audience":"reporter","paragraf":"x"}"#, "cannot be read"),
        (r#"{"audience":"reporter","paragraph":"x","onlyif":"n_targets"}"#, "no such key"),
        (
            r#"{"audience":"reporter","calm":{"paragraph":"{{ nothing }}"},"paragraph":"x"}"#,
            "No case has a value nothing",
        ),
        (
            r#"{"audience":"reporter","table":{"header":["a","b"],"rows":[["1"]]}}"#,
            "not as many cells",
        ),
        (r#"{"audience":"reporter","rows":"passwords"}"#, "cannot be read"),
        ("", "no blocks"),
    ] {
        let found = stops(&letter(block));
        let expected = expected.replace("no such case", "No case has a value reporter.nam");
        assert!(found.iter().any(|it| it.contains(&expected)), "{block}: {found:?}");
    }
    assert_eq!(
        stops(&letter(
            r#"{"audience":"reporter","paragraph":"{% for it in hosts %}{{ it }}{% endfor %} {% if account %}{{ account.name }}{% endif %} {{ case.legal_bases|join(', ') }}"}"#
        )),
        [""; 0]
    );
    assert!(stops("{").iter().any(|it| it.contains("line 1")));
    assert!(!stops(&letter("").replace("mine", "Mine!")).is_empty());
    assert!(!stops(&letter("").replace("\"mine\"", "\"mine-pt\"")).is_empty());
    assert!(!stops(&" ".repeat(300 << 10)).is_empty());
}

#[test]
fn what_reads_badly_is_a_suggestion() {
    let findings = lint_template(&letter(
        r#"{"audience":"reporter","paragraph":"You obviously failed to read https://live.example/rules."}"#,
    ));
    assert!(findings.len() >= 2 && findings.iter().all(|it| !it.stops), "{findings:?}");
}

#[test]
fn the_names_that_templates_may_use_are_those_that_a_case_has() {
    fn paths(value: &minijinja::Value, at: &str, out: &mut Vec<String>) {
        let is_map = value.kind() == minijinja::value::ValueKind::Map;
        let keys = value.try_iter().into_iter().flatten().filter(|_| is_map);
        let keys: Vec<String> = keys.map(|it| it.to_string()).collect();
        if !is_map {
            out.push(at.to_owned());
        }
        for key in keys {
            let deeper = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
            paths(&value.get_attr(&key).unwrap(), &deeper, out);
        }
    }
    let sample = Sample::new();
    let values = view::values(&sample.material(), &Audience::Reporter, Language::English, at(0));
    let mut found = Vec::new();
    paths(&values, "", &mut found);
    found.sort();
    assert_eq!(found, VALUES);
    let facts = facts(&sample.material());
    for name in facts.keys().filter(|it| !it.starts_with("decision.")) {
        assert!(FACTS.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn the_teams_template_stands_in_place_of_what_ships_and_one_that_cannot_be_read_does_not() {
    let change = |id: &str, version: &str, source: String| {
        (id.to_owned(), TeamTemplate { version: version.into(), source })
    };
    let ours = letter(r#"{"audience":"reporter","paragraph":"Ours"}"#);
    let templates = Templates::with(&[
        change("ack-reporter", "2+1", ours.replace("mine", "ack-reporter")),
        change("mine", "0+1", ours.clone()),
        change("put-back", "1+1", "{ of the future".into()),
    ]);
    let of = |id: &str| templates.infos().into_iter().find(|it| it.id == id);
    let ack = of("ack-reporter").unwrap();
    assert_eq!((ack.version.as_str(), ack.team), ("2+1", true));
    assert!(
        of("ack-reporter.calm").is_none(),
        "ours has no wording of its own for hard recipients"
    );
    assert!(of("mine").unwrap().team);
    assert!(!of("put-back").unwrap().team);
    assert_eq!(templates.find("ack-reporter 2+1").unwrap().2, "2+1");
    assert_eq!(Templates::shipped().infos().len() - 1 + 1, templates.infos().len());
}
