//! Filling our own templates: minijinja, strict, without loader or files.
//!
//! A value is wrapped in two marks while the template runs and becomes a plain span afterwards, so
//! that nothing a report says can turn into a marked span or a fact, wherever it is put.

use std::collections::BTreeMap;

use farol_model::document::{Span, Text};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

const OPEN: char = '\u{f0000}';
const CLOSE: char = '\u{f0001}';
/// Far more than our longest template needs.
const FUEL: u64 = 200_000;

/// Templates with one set of values.
pub(crate) struct Filler {
    environment: Environment<'static>,
    values: Value,
}

impl Filler {
    /// `facts` are the names that `fact(…)` may refer to.
    pub(crate) fn new(values: Value, facts: BTreeMap<String, String>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, _state, value| {
            if value.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            if value.is_safe() {
                return write!(out, "{value}").map_err(Error::from);
            }
            write!(out, "{OPEN}{}{CLOSE}", one_line(&value.to_string())).map_err(Error::from)
        });
        environment.add_function("fact", move |name: String| {
            if facts.contains_key(&name) {
                Ok(Value::from_safe_string(format!("{{{{{name}}}}}")))
            } else {
                Err(Error::from(ErrorKind::UndefinedError))
            }
        });
        Self { environment, values }
    }

    /// Fills one string of a template.
    pub(crate) fn text(&self, template: &str) -> Result<Text, Error> {
        let filled = self.environment.render_str(template, &self.values)?;
        let mut spans: Vec<Span> = Vec::new();
        let mut rest = filled.as_str();
        while let Some((ours, after)) = rest.split_once(OPEN) {
            spans.extend(Text::parse(ours).0);
            let (value, after) = after.split_once(CLOSE).unwrap_or((after, ""));
            spans.push(Span::Plain(value.to_owned()));
            rest = after;
        }
        spans.extend(Text::parse(rest).0);
        Ok(Text(joined(spans)))
    }

    /// Fills one string that is not a [`Text`]: owners, dates, subjects.
    pub(crate) fn line(&self, template: &str) -> Result<String, Error> {
        let filled = self.environment.render_str(template, &self.values)?;
        Ok(filled.chars().filter(|c| ![OPEN, CLOSE].contains(c)).collect())
    }

    /// Whether an expression of a template is true.
    pub(crate) fn holds(&self, expression: &str) -> Result<bool, Error> {
        Ok(self.environment.compile_expression(expression)?.eval(&self.values)?.is_true())
    }
}

/// Neighbouring plain spans as one: the notation escapes within a span only.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match (span, out.last_mut()) {
            (Span::Plain(more), Some(Span::Plain(text))) => text.push_str(&more),
            (Span::Plain(text), _) if text.is_empty() => {}
            (span, _) => out.push(span),
        }
    }
    out
}

fn one_line(value: &str) -> String {
    let clean = value.chars().filter(|c| ![OPEN, CLOSE].contains(c));
    let spaced: String = clean.map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn filler(value: &str) -> Filler {
        let facts = BTreeMap::from([("case.reference".to_owned(), String::new())]);
        Filler::new(context! { value }, facts)
    }

    #[test]
    fn a_value_never_becomes_a_marked_span_a_fact_or_a_template() {
        for hostile in [
            "[[Contoso]]",
            "{{case.reference}}",
            "{% raw %}",
            "[",
            "[[",
            "]]",
            "{",
            "\\",
            "{{ 7*7 }}",
            "[[exec|x]]",
            "a\u{f0001}[[b]]",
        ] {
            for template in
                ["{{ value }}", "a [{{ value }}] b", "{{ value }}{{ value }}", "{{{ value }}} "]
            {
                let Ok(text) = filler(hostile).text(template) else { continue };
                assert!(
                    text.0.iter().all(|it| matches!(it, Span::Plain(_))),
                    "{template} {hostile}"
                );
                assert_eq!(Text::parse(&text.to_string()), text, "{template} {hostile}");
            }
        }
    }

    #[test]
    fn a_fact_is_a_span_and_an_unknown_fact_or_value_is_refused() {
        let it = filler("x");
        let text = it.text("see {{ fact('case.reference') }} and [[quietly]]").unwrap();
        assert_eq!(text.to_string(), "see {{case.reference}} and [[quietly]]");
        assert!(it.text("{{ fact('case.nonsense') }}").is_err());
        assert!(it.text("{{ nothing }}").is_err());
        assert!(it.holds("value == 'x'").unwrap());
    }
}
