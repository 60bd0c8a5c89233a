//! Answers that come back: by message id an answer finds the response that it is to, its case, and the wait
//! that it ends.

use std::collections::BTreeMap;

use farol_model::{
    case::{Case, Status},
    clock::{Clock, Stop, StoppedBy, default_rules, rules_for},
    document::{Audience, Document, DocumentKind},
    id::{CaseId, ReportId},
    journal::Action,
    report::Report,
};
use farol_store::WriteTx;

use super::{answer_rule, own_message_id, start};
use crate::{Failure, view::Answered};

/// Puts an answer on the case of the response that it is to. A person's answer ends the wait: the case is
/// ours again, open if it was closed, and a clock starts for what we owe next. A machine's ends nothing.
pub(crate) fn follow(tx: &mut WriteTx<'_>, report: &Report) -> Result<Option<Answered>, Failure> {
    let Some(document) = tx.read().response_with_message(&report.parsed.refers_to)? else {
        return Ok(None);
    };
    let document = tx.read().document(document)?;
    let case = tx.read().case(document.case)?;
    tx.record(&Action::ReportAttached { case: case.id, report: report.id })?;
    let is_automatic = report.parsed.is_automatic;
    if !is_automatic {
        end_wait(tx, &case, &document, report)?;
    }
    let (document, reference) = (document.id, case.reference);
    Ok(Some(Answered { document, case: case.id, reference, is_automatic }))
}

/// Those of a case's reports that answer what we wrote, with whom we had written to.
pub(crate) fn among(documents: &[Document], reports: &[Report]) -> BTreeMap<ReportId, Audience> {
    let mut answers = BTreeMap::new();
    for document in documents.iter().filter(|it| it.kind == DocumentKind::Response) {
        let own = own_message_id(document.id);
        let sent = document.sent.as_ref().and_then(|it| it.message_id.as_deref());
        let is_ours = |id: &String| *id == own || Some(id.as_str()) == sent;
        for report in reports.iter().filter(|it| it.parsed.refers_to.iter().any(is_ours)) {
            answers.insert(report.id, document.audience.clone());
        }
    }
    answers
}

fn end_wait(
    tx: &mut WriteTx<'_>,
    case: &Case,
    document: &Document,
    report: &Report,
) -> Result<(), Failure> {
    if matches!(case.facts.status, Status::Waiting | Status::Resolved | Status::Closed) {
        let before = Box::new(case.facts.clone());
        let mut after = before.clone();
        after.status = Status::Investigating;
        after.waiting_on = None;
        tx.record(&Action::CaseChanged { case: case.id, before, after })?;
    }
    let clocks = tx.read().clocks_of(case.id)?;
    let awaited = answer_rule(document.id);
    for clock in clocks.iter().filter(|it| it.stopped.is_none() && it.rule.id == awaited) {
        stop(tx, case.id, clock)?;
    }
    let owed = clocks
        .iter()
        .any(|it| it.stopped.is_none() && it.rule.stopped_by == Some(StoppedBy::ResponseSent));
    let rules = default_rules();
    let response = rules_for(&rules, case.facts.category, case.facts.severity)
        .into_iter()
        .find(|it| it.stopped_by == Some(StoppedBy::ResponseSent));
    if let Some(rule) = response.filter(|_| !owed) {
        let id = format!("answer-owed-{}", report.id);
        let stopped_by = Some(StoppedBy::ResponseSent);
        start(
            tx,
            case.id,
            id,
            "Answer to their reply",
            rule.length_s,
            report.received_at,
            stopped_by,
        )?;
    }
    Ok(())
}

fn stop(tx: &mut WriteTx<'_>, case: CaseId, clock: &Clock) -> Result<(), Failure> {
    let stopped = Some(Stop { at: tx.now(), reason: Stop::ANSWERED.to_owned() });
    let after = Box::new(Clock { stopped, ..clock.clone() });
    tx.record(&Action::ClockSet { case, before: Some(Box::new(clock.clone())), after })?;
    Ok(())
}
