//! What to do next on a case: the first thing on the way that is not done.

use farol_model::{
    case::{Category, Outcome, Status},
    decision::MitigationState,
    document::DocumentKind,
    report::{Consent, Report},
};

use crate::view::{CaseView, NextStep, Step};

/// A step that asks for nothing.
pub(crate) fn nothing() -> NextStep {
    step(Step::Nothing, "", "")
}

fn step(step: Step, label: &str, why: &str) -> NextStep {
    NextStep { step, label: label.into(), why: why.into() }
}

/// The next step; depends on nothing but the case as it stands.
pub(crate) fn next_step(view: &CaseView) -> NextStep {
    match view.case.facts.status {
        Status::Closed => nothing(),
        Status::Resolved => step(Step::Close, "Close the case", "Everything is answered."),
        _ if view.case.facts.category == Category::OurMistake => own_mistake(view),
        _ => report_to_response(view),
    }
}

fn report_to_response(view: &CaseView) -> NextStep {
    let targets = || view.observables.iter().filter_map(|it| Some((it, it.target.as_ref()?)));
    let asks = |it: &Report| it.consent == Consent::NotAsked && !view.answers.contains(&it.id);
    if view.reports.iter().any(asks) {
        return step(
            Step::AskConsent,
            "Record the reporter's consent",
            "Until somebody asked, the reporter counts as anonymous.",
        );
    }
    if targets().next().is_none() && !view.observables.is_empty() {
        return step(
            Step::ChooseTargets,
            "Choose the targets",
            "The reports name values, and none is marked as what we are asked to act on.",
        );
    }
    let asked = |host: &str| view.verdicts.iter().any(|verdict| verdict.host == host);
    if targets().any(|(it, _)| it.host.as_deref().is_some_and(|host| !asked(host))) {
        return step(
            Step::LookUp,
            "Look up who provides what",
            "At least one target's host was never looked up.",
        );
    }
    if view.decisions.is_empty() {
        return step(Step::Decide, "Record a decision", "Nothing was decided yet.");
    }
    if targets().any(|(_, target)| target.outcome == Outcome::Pending) {
        let in_force = view.mitigations.iter().any(|it| it.state() == MitigationState::Active);
        let ours = view.verdicts.iter().any(|verdict| verdict.ours);
        if ours && !in_force {
            return step(
                Step::Mitigate,
                "Carry the decision out",
                "A target is on our network and no mitigation is in force.",
            );
        }
        return step(
            Step::SettleTargets,
            "Settle the targets",
            "At least one target has no outcome.",
        );
    }
    if !response_sent(view) {
        return step(Step::Respond, "Write to the reporter", "Nobody was answered yet.");
    }
    step(Step::Close, "Close the case", "Targets are settled and the answer is out.")
}

fn own_mistake(view: &CaseView) -> NextStep {
    if view.case.facts.accounts.is_empty() {
        return step(
            Step::RecordAccount,
            "Record the customer's account",
            "A customer version needs to know which customer it is for.",
        );
    }
    let rca = view.documents.iter().find(|it| it.kind == DocumentKind::Rca);
    match rca {
        None => step(
            Step::WriteRca,
            "Begin the root-cause analysis",
            "The customer is owed an explanation.",
        ),
        Some(_) if !response_sent(view) => step(
            Step::Respond,
            "Write to the customer",
            "The analysis is begun; the customer has not heard from us.",
        ),
        Some(_) => step(Step::Close, "Close the case", "The analysis is written and sent."),
    }
}

fn response_sent(view: &CaseView) -> bool {
    view.documents.iter().any(|it| it.sent_at.is_some())
}
