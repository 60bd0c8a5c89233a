//! Values by name, for text that refers to a record instead of repeating it.

use std::collections::BTreeMap;

use farol_model::time::Timestamp;

use crate::{Material, view};

/// The names that `{{…}}` in a text of this case may use, with their values.
///
/// A name is there only when the case has the value, so that a hole stops the export. Words are those of
/// the material's language; times are UTC to the minute; counts are decimal.
pub fn facts(material: &Material) -> BTreeMap<String, String> {
    let (case, language) = (material.case, material.language);
    let mut facts = BTreeMap::new();
    let mut set = |name: &str, value: String| {
        if !value.trim().is_empty() {
            facts.insert(name.to_owned(), value);
        }
    };
    set("case.reference", case.reference.to_string());
    set("case.opened_at", case.opened_at.to_minute());
    set("case.title", case.facts.title.clone());
    set("case.category", case.facts.category.label_in(language).to_owned());
    set("case.severity", case.facts.severity.label_in(language).to_owned());
    set("case.status", case.facts.status.label_in(language).to_owned());
    set("case.jurisdiction", case.facts.jurisdiction.clone().unwrap_or_default());
    set("target.count", material.targets.len().to_string());
    set("report.count", material.reports.len().to_string());
    set("mitigation.count", material.mitigations.len().to_string());
    if let Some((from, until)) = view::in_force(material) {
        set("mitigation.from", from.to_minute());
        set("mitigation.until", until.map_or_else(String::new, Timestamp::to_minute));
    }
    set("account.count", case.facts.accounts.len().to_string());
    if let Some(account) = case.facts.accounts.first() {
        set("account.name", account.name.clone());
        set("account.id", account.id.clone());
    }
    for it in material.evidence {
        let mut of =
            |name: &str, value: String| set(&format!("evidence.{}.{name}", it.evidence.id), value);
        of("name", it.evidence.name.clone());
        of("sha256", it.evidence.sha256.to_string());
        of("size", it.evidence.size.to_string());
        of("origin", it.evidence.origin.clone());
        if let Some(received) = it.custody.first() {
            of("received_at", received.at.to_minute());
        }
    }
    let name_of = |id| {
        let found = material.members.iter().find(|it| it.id == id);
        found.map_or_else(String::new, |it| it.name.clone())
    };
    for it in material.decisions {
        let mut of = |name: &str, value: String| set(&format!("decision.{}.{name}", it.id), value);
        of("what", it.what.clone());
        of("reason", it.reason.clone());
        of("decided_at", it.decided_at.to_minute());
        of("decided_by", name_of(it.decided_by));
        of("policy", it.policy.clone().unwrap_or_default());
        of("alternatives", it.alternatives.clone().unwrap_or_default());
        of("granularity", it.granularity.word_in(language).to_owned());
        of("blast_radius", it.blast_radius.clone());
        of(
            "target",
            it.target
                .as_ref()
                .map_or_else(String::new, farol_model::observable::Observable::defanged),
        );
        of("approved_by", it.approved_by.map_or_else(String::new, name_of));
    }
    if let Some(report) = material.reports.first() {
        set("report.received_at", report.received_at.to_minute());
        set("report.reference", report.parsed.reporter_reference.clone().unwrap_or_default());
    }
    facts
}
