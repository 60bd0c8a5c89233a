//! Facts with the record they stand in, for the chips of the editor.

use farol_model::time::Timestamp;

use super::CaseFile;
use crate::view::NamedFact;

/// Every fact that texts of this case may use.
pub(super) fn named(file: &CaseFile, changed_at: Timestamp) -> Vec<NamedFact> {
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
        Some("target") => ("the case's targets".into(), changed_at),
        Some("mitigation") => ("the case's mitigations".into(), changed_at),
        _ => (format!("case {}", file.case.reference), changed_at),
    }
}
