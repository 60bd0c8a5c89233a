//! Cases, decisions and mitigations.

use serde_json::json;

use farol_app::{
    Desk, Failure,
    view::{CaseOpen, CaseView, DecisionDraft, MitigationDraft},
};
use farol_model::{
    case::{Account, CaseFacts, CaseRef, Category, Outcome, Person},
    decision::{Granularity, MitigationState},
    id::{CaseId, MitigationId},
    observable::{Observable, defang},
};

use crate::{
    commands::lists,
    options::{CaseCommand, Reach},
    output::{Output, counted},
};

pub(super) fn run(desk: &Desk, command: CaseCommand, output: &mut Output) -> Result<(), Failure> {
    match command {
        CaseCommand::Hold { case, reason } => {
            desk.set_hold(desk.case_id(case)?, &reason)?;
            output.line(&json!({ "held": case }), &format!("{case} is on legal hold"))
        }
        CaseCommand::Release { case } => {
            desk.release_hold(desk.case_id(case)?)?;
            output.line(&json!({ "released": case }), &format!("{case} is no longer on hold"))
        }
        CaseCommand::Erase { case, confirm: None, .. } => {
            let preview = desk.erase_preview(desk.case_id(case)?)?;
            let mut words = format!(
                "{case}: {}, {} and {} would be erased, for ever",
                counted(preview.n_entries, "entry", "entries"),
                counted(preview.n_reports, "report", "reports"),
                counted(preview.n_documents, "document", "documents")
            );
            for it in &preview.elsewhere {
                words.push_str(&format!("\n  may still have some of it: {it}"));
            }
            words
                .push_str(&format!("\nto erase it: case erase {case} --reason … --confirm {case}"));
            output.line(&preview, &words)
        }
        CaseCommand::Erase { case, reason, confirm: Some(typed) } => {
            let tombstone = desk.erase_case(desk.case_id(case)?, &reason, &typed)?;
            output.line(&tombstone, &format!("{case} is erased"))
        }
        CaseCommand::History { case, csv: Some(path) } => {
            let n_lines = desk.export_history(desk.case_id(case)?, &path)?;
            let words = format!("{n_lines} changes written to {}", path.display());
            output.line(&json!({ "n_lines": n_lines }), &words)
        }
        CaseCommand::History { case, csv: None } => {
            for line in desk.history(desk.case_id(case)?)? {
                let words = format!("{}  {}  {}  {}", line.entry, line.at, line.actor, line.text);
                output.line(&line, &words)?;
            }
            Ok(())
        }
        CaseCommand::Undo { entry } => {
            desk.undo(entry)?;
            output.line(&json!({ "undone": entry }), "it is taken back")
        }
        CaseCommand::Open {
            report,
            title,
            category,
            severity,
            reason,
            target,
            suggested_targets,
        } => {
            let view = report.map(|id| desk.report(id)).transpose()?;
            let mut targets = target
                .iter()
                .map(|text| desk.read_observable(text))
                .collect::<Result<Vec<_>, _>>()?;
            if suggested_targets {
                let found = view.iter().flat_map(|it| &it.report.parsed.observables);
                targets
                    .extend(found.filter(|it| it.suggested_target).map(|it| it.observable.clone()));
            }
            let subject = view.as_ref().map(|it| it.report.parsed.subject.clone());
            let suggested = view.as_ref().map(|it| it.suggested_category);
            let id = desk.open_case(CaseOpen {
                title: title.or(subject).unwrap_or_default(),
                category: category.or(suggested).unwrap_or(Category::Other),
                severity,
                severity_reason: reason,
                report,
                targets,
            })?;
            let case = desk.case(id)?.case;
            output.line(&case, &case.reference.to_string())
        }
        CaseCommand::List(list) => lists::cases(desk, list, output),
        CaseCommand::Show { case } => {
            let view = desk.case(desk.case_id(case)?)?;
            output.line(&view, &describe(&view))
        }
        CaseCommand::Set {
            case,
            title,
            category,
            severity,
            reason,
            status,
            waiting_on,
            sensitivity,
            account,
            zone,
            plan,
            origin,
            person,
            outcome,
            note,
        } => {
            let id = desk.case_id(case)?;
            let mut facts = desk.case(id)?.case.facts;
            facts.title = title.unwrap_or(facts.title);
            facts.category = category.unwrap_or(facts.category);
            facts.severity = severity.unwrap_or(facts.severity);
            facts.severity_reason = reason.unwrap_or(facts.severity_reason);
            facts.status = status.unwrap_or(facts.status);
            facts.waiting_on = waiting_on.or(facts.waiting_on);
            facts.sensitivity = sensitivity.unwrap_or(facts.sensitivity);
            for (account, name) in account {
                facts.accounts.retain(|it| it.id != account);
                facts.accounts.push(Account::new(account, name, "typed in farolctl", desk.now()));
            }
            for (account, zone) in zone {
                let known = account_of(&mut facts, &account)?;
                known.zones.extend(desk.read_observable(&zone)?.host().map(str::to_owned));
            }
            for (account, plan) in plan {
                account_of(&mut facts, &account)?.plan = Some(plan);
            }
            for (account, origin) in origin {
                account_of(&mut facts, &account)?.origin = Some(origin);
            }
            facts.people.extend(person.into_iter().map(|(role, name)| Person {
                role,
                name,
                address: None,
            }));
            desk.change_case(id, facts)?;
            for (value, outcome) in outcome {
                set_outcome(desk, id, &value, outcome)?;
            }
            if let Some(note) = note {
                desk.add_note(id, &note)?;
            }
            output.line(&json!({ "case": case }), "recorded")
        }
    }
}

fn set_outcome(desk: &Desk, case: CaseId, value: &str, outcome: Outcome) -> Result<(), Failure> {
    desk.set_target(case, desk.read_observable(value)?, Some(outcome))
}

fn describe(view: &CaseView) -> String {
    let facts = &view.case.facts;
    let mut out = format!(
        "{}  {}\n{} · {} · {}\nnext: {} {}\n",
        view.case.reference,
        facts.title,
        facts.category.label(),
        facts.severity.label(),
        facts.status.label(),
        view.next.label,
        view.next.why,
    );
    for line in &view.clocks {
        let state = match (&line.clock.stopped, line.missed) {
            (Some(stop), missed) => {
                format!("stopped {}{}", stop.at.to_minute(), if missed { ", late" } else { "" })
            }
            (None, true) => "missed".into(),
            (None, false) => "running".into(),
        };
        out.push_str(&format!(
            "clock   {} due {} ({state})\n",
            line.clock.rule.name,
            line.due_at.to_minute()
        ));
    }
    for it in view.observables.iter().filter(|it| it.target.is_some()) {
        let outcome =
            it.target.as_ref().map_or_else(String::new, |target| target.outcome.display());
        out.push_str(&format!("target  {}  {outcome}\n", it.defanged));
    }
    for verdict in &view.verdicts {
        out.push_str(&format!("who     {}: {}\n", defang(&verdict.host), verdict.summary));
    }
    for it in view.decisions.iter().filter(|it| it.needs_second) {
        let state = if it.approved_by.is_some() { "approved" } else { "waits for approval" };
        out.push_str(&format!("decided {} {} ({state})\n", it.id, it.what));
    }
    for it in &view.mitigations {
        let waits = it.needs_second && it.state() == MitigationState::Proposed;
        let waits = if waits { ", waits for approval" } else { "" };
        out.push_str(&format!("action  {} {} ({}{waits})\n", it.id, it.what, it.state().word()));
    }
    for it in &view.approvals {
        out.push_str(&format!(
            "asked   {}  {} ({})\n",
            it.at.to_minute(),
            it.text,
            it.subject.id()
        ));
    }
    for it in &view.documents {
        out.push_str(&format!("doc     {} {} for {}\n", it.id, it.kind.label(), it.audience));
    }
    for line in view.story.iter().rev() {
        out.push_str(&format!("{}  {}: {}\n", line.at.to_minute(), line.actor, line.text));
    }
    out.trim_end().to_owned()
}

/// The words of a decision.
pub(super) struct Said {
    pub(super) what: String,
    pub(super) reason: String,
    pub(super) policy: Option<String>,
    pub(super) alternatives: Option<String>,
    pub(super) blast_radius: String,
}

pub(super) fn decide(
    desk: &Desk,
    case: CaseRef,
    said: Said,
    reach: &Reach,
    output: &mut Output,
) -> Result<(), Failure> {
    let (target, granularity) = read_reach(desk, reach)?;
    let draft = DecisionDraft {
        what: said.what,
        reason: said.reason,
        policy: said.policy,
        alternatives: said.alternatives,
        target,
        granularity,
        blast_radius: said.blast_radius,
    };
    let id = desk.decide(desk.case_id(case)?, draft)?;
    output.line(&json!({ "decision": id }), &id.to_string())
}

pub(super) fn mitigate(
    desk: &Desk,
    case: CaseRef,
    what: Option<String>,
    step: Option<(MitigationId, MitigationState)>,
    reach: &Reach,
    output: &mut Output,
) -> Result<(), Failure> {
    let case = desk.case_id(case)?;
    if let Some((id, state)) = step {
        desk.advance_mitigation(case, id, state)?;
        return output.line(&json!({ "mitigation": id, "state": state }), state.word());
    }
    let (target, granularity) = read_reach(desk, reach)?;
    let decision = desk.case(case)?.decisions.last().map(|it| it.id);
    let what = what.unwrap_or_default();
    let id =
        desk.propose_mitigation(case, MitigationDraft { what, decision, target, granularity })?;
    output.line(&json!({ "mitigation": id }), &id.to_string())
}

fn account_of<'a>(facts: &'a mut CaseFacts, id: &str) -> Result<&'a mut Account, Failure> {
    facts.accounts.iter_mut().find(|it| it.id == id).ok_or_else(|| {
        Failure::bad_input(
            "This account is not on the case. Nothing was changed.",
            "Name it with --account ID=NAME, in the same command or before.",
        )
    })
}

fn read_reach(desk: &Desk, reach: &Reach) -> Result<(Option<Observable>, Granularity), Failure> {
    let target = reach.target.as_deref().map(|text| desk.read_observable(text)).transpose()?;
    let own = target.as_ref().map_or(Granularity::Host, Granularity::of);
    Ok((target, reach.granularity.unwrap_or(own)))
}
