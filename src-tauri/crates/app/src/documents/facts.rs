//! Facts with the record they stand in, for the chips of the editor.

use farol_model::time::Timestamp;

use super::CaseFile;
use crate::view::NamedFact;

/// Every fact that texts of this case may use.
pub(crate) fn named(file: &CaseFile, changed_at: Timestamp) -> Vec<NamedFact> {
    farol_compose::facts(&file.material())
        .into_iter()
        .map(|(name, value)| {
            let (source, as_of) = source(file, &name, changed_at);
            NamedFact { name, value, source, as_of }
        })
        .collect()
}

/// The record that a fact stands in, and when that was made.
fn source(file: &CaseFile, name: &str, changed_at: Timestamp) -> (String, Timestamp) {
    match name.split('.').next() {
        Some("account") => match file.case.facts.accounts.first() {
            Some(it) => (format!("account {}, read from {}", it.id, it.source), it.as_of),
            None => ("the case's accounts".into(), changed_at),
        },
        Some("report") => match file.reports.first() {
            Some(it) => ("the first report".into(), it.received_at),
            None => ("the case's reports".into(), changed_at),
        },
        Some("evidence") => {
            let named = |id: String| name.split('.').nth(1) == Some(id.as_str());
            match file.evidence.iter().find(|it| named(it.evidence.id.to_string())) {
                Some(it) => {
                    let at = it.custody.first().map_or(changed_at, |it| it.at);
                    (format!("evidence {}", it.evidence.name), at)
                }
                None => ("the case's evidence".into(), changed_at),
            }
        }
        Some("decision") => {
            let named = |id: String| name.split('.').nth(1) == Some(id.as_str());
            match file.decisions.iter().find(|it| named(it.id.to_string())) {
                Some(it) => (format!("the decision: {}", it.what), it.decided_at),
                None => ("the case's decisions".into(), changed_at),
            }
        }
        Some("target") => ("the case's targets".into(), changed_at),
        Some("mitigation") => ("the case's mitigations".into(), changed_at),
        _ => (format!("case {}", file.case.reference), changed_at),
    }
}
