//! Evidence and decisions of the record, as blocks whose rows are facts: they say what the record says,
//! and an export stops when the record has it no more.

use farol_model::{
    decision::Decision,
    document::{Content, FactRow, Language, Span, Text},
    evidence::Evidence,
};

/// A block that names a file of the case.
pub fn evidence_block(it: &Evidence, language: Language) -> Content<Text> {
    let row =
        |english, portuguese, name| row(language, english, portuguese, "evidence", it.id, name);
    Content::Evidence {
        evidence: it.id,
        text: Text::default(),
        rows: vec![
            row("File", "Ficheiro", "name"),
            row("SHA-256", "SHA-256", "sha256"),
            row("Received", "Recebido", "received_at"),
        ],
    }
}

/// A block that tells a decision.
pub fn decision_block(it: &Decision, language: Language) -> Content<Text> {
    let row =
        |english, portuguese, name| row(language, english, portuguese, "decision", it.id, name);
    let mut rows = vec![
        row("Decided", "Decidido", "what"),
        row("When", "Quando", "decided_at"),
        row("Why", "Porquê", "reason"),
    ];
    if it.policy.is_some() {
        rows.push(row("Policy", "Política", "policy"));
    }
    rows.push(row("Reach", "Alcance", "granularity"));
    if !it.blast_radius.trim().is_empty() {
        rows.push(row("Also hit", "Também atingidos", "blast_radius"));
    }
    if it.approved_by.is_some() {
        rows.push(row("Approved by", "Aprovado por", "approved_by"));
    }
    Content::Decision { decision: it.id, text: Text::default(), rows }
}

fn row(
    language: Language,
    english: &str,
    portuguese: &str,
    kind: &str,
    id: impl std::fmt::Display,
    name: &str,
) -> FactRow<Text> {
    FactRow {
        label: language.pick(english, portuguese).to_owned(),
        value: Text(vec![Span::Fact(format!("{kind}.{id}.{name}"))]),
    }
}
