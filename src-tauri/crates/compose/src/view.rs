//! What a template may say about a case, already safe for its reader.
//!
//! The rules of consent stand here: whoever writes to a host or a customer gets no word of a
//! report that must not be forwarded and no reporter who did not agree to be named; whoever writes
//! to a reporter gets no customer.

use std::collections::BTreeSet;

use farol_model::{
    case::{Outcome, PersonRole, Target},
    decision::{Mitigation, MitigationState},
    document::{Audience, Language},
    lookup::{Finding, ProviderVerdict, Role},
    registry::RegistryObject,
    report::{Consent, Report},
    time::Timestamp,
};
use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::{Material, reasons, words::finds};

#[derive(Serialize)]
struct View<'a> {
    case: CaseView<'a>,
    account: Option<AccountView<'a>>,
    other_accounts: Vec<&'a str>,
    reporter: Option<ReporterView>,
    /// Whether some target is left out because its report must not be forwarded.
    targets_omitted: bool,
    n_targets: usize,
    n_mitigated: usize,
    n_pending: usize,
    n_gone: usize,
    /// Targets that whoever hosts them may still act on, and how many hosts they are with.
    n_standing: usize,
    n_standing_hosts: usize,
    n_mitigations: usize,
    /// Whether one mitigation alone was in force, so that its times are those of the case; whether it ended.
    in_force: bool,
    lifted: bool,
    n_reports: usize,
    n_clocks: usize,
    n_clocks_missed: usize,
    n_decisions: usize,
    n_evidence: usize,
    n_story: usize,
    hosts: Vec<&'a str>,
    now: String,
    /// The category's stable word, for conditions.
    category: &'a str,
    category_words: &'a str,
    severity_words: &'a str,
    status_words: &'a str,
    /// When the document of the same template before this one was begun.
    previous: Option<String>,
}

#[derive(Serialize)]
struct CaseView<'a> {
    title: &'a str,
    severity_reason: &'a str,
    legal_bases: &'a [String],
    tickets: &'a [String],
    waiting_on: Option<&'a str>,
    jurisdiction: Option<&'a str>,
    status: &'a str,
    severity: &'a str,
}

#[derive(Serialize)]
struct AccountView<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct ReporterView {
    name: Option<String>,
    reference: Option<String>,
}

/// The values for one document.
pub(crate) fn values(
    material: &Material,
    reader: &Audience,
    language: Language,
    now: Timestamp,
) -> Value {
    let facts = &material.case.facts;
    let targets = targets_for(material, reader);
    let with_outcome =
        |outcome: &Outcome| targets.iter().filter(|it| it.outcome == *outcome).count();
    Value::from(Serde(View {
        case: CaseView {
            title: &facts.title,
            // The sentence that it stands in ends by itself.
            severity_reason: facts.severity_reason.trim_end().trim_end_matches('.'),
            legal_bases: &facts.legal_bases,
            tickets: &facts.tickets,
            waiting_on: facts.waiting_on.as_deref(),
            jurisdiction: facts.jurisdiction.as_deref(),
            status: facts.status.label(),
            severity: facts.severity.label(),
        },
        account: facts.accounts.first().map(|it| AccountView { name: &it.name }),
        other_accounts: facts.accounts.iter().skip(1).map(|it| it.name.as_str()).collect(),
        reporter: reporter_for(material, reader),
        targets_omitted: targets.len() < material.targets.len(),
        n_targets: targets.len(),
        n_mitigated: with_outcome(&Outcome::Mitigated),
        n_pending: with_outcome(&Outcome::Pending),
        n_gone: with_outcome(&Outcome::AlreadyGone),
        n_standing: standing_for(material, reader).len(),
        n_standing_hosts: hosts_of(material, &standing_for(material, reader)).len(),
        n_mitigations: material.mitigations.len(),
        in_force: in_force(material).is_some(),
        lifted: in_force(material).is_some_and(|(_, until)| until.is_some()),
        n_reports: material.reports.len(),
        n_clocks: material.clocks.len(),
        n_clocks_missed: material.clocks.iter().filter(|it| it.is_missed(now)).count(),
        n_decisions: material.decisions.len(),
        n_evidence: material.evidence.len(),
        n_story: material.story.iter().filter(|it| !it.routine).count(),
        hosts: material.verdicts.iter().map(|it| it.host.as_str()).collect(),
        now: now.to_minute(),
        category: facts.category.word(),
        category_words: facts.category.label_in(language),
        severity_words: facts.severity.label_in(language),
        status_words: facts.status.label_in(language),
        previous: material.previous.map(|it| it.created_at.to_minute()),
    }))
}

/// From when until when the one mitigation of a case was in force; none when there was none, or several.
pub(crate) fn in_force(material: &Material) -> Option<(Timestamp, Option<Timestamp>)> {
    let at =
        |it: &Mitigation, state| it.steps.iter().find(|step| step.state == state).map(|it| it.at);
    let all = material.mitigations.iter();
    let mut began = all.filter_map(|it| Some((it, at(it, MitigationState::Active)?)));
    let (mitigation, from) = began.next().filter(|_| began.next().is_none())?;
    Some((from, at(mitigation, MitigationState::Lifted)))
}

/// Whether text for this reader leaves towards the operator's side.
pub(crate) fn is_operator_side(reader: &Audience) -> bool {
    matches!(reader, Audience::Host | Audience::Customer(_) | Audience::Public)
}

fn reporter_for(material: &Material, reader: &Audience) -> Option<ReporterView> {
    let report = material.reports.first()?;
    if is_operator_side(reader) && report.consent != Consent::Named {
        return None;
    }
    Some(ReporterView {
        name: report.parsed.reporter.name.clone(),
        reference: report.parsed.reporter_reference.clone(),
    })
}

/// The targets that this reader may be told of, in order.
pub(crate) fn targets_for<'a>(material: &Material<'a>, reader: &Audience) -> Vec<&'a Target> {
    let targets = material.targets.iter();
    if !is_operator_side(reader) {
        return targets.collect();
    }
    targets
        .filter(|target| {
            let mut naming =
                material.reports.iter().filter(|report| names(report, target)).peekable();
            naming.peek().is_none() || naming.any(|it| it.consent != Consent::DoNotForward)
        })
        .filter(|target| !mentions_any(&target.observable.value, &unnamed_reporters(material)))
        .collect()
}

/// Of those, what whoever hosts it may still act on: not what is gone, nor
/// what we looked at and left, nor what does not pass through us.
pub(crate) fn standing_for<'a>(material: &Material<'a>, reader: &Audience) -> Vec<&'a Target> {
    let mut targets = targets_for(material, reader);
    targets.retain(|it| {
        !matches!(it.outcome, Outcome::NotOurs | Outcome::AlreadyGone | Outcome::Declined(_))
    });
    targets
}

/// Of those, what we acted on; all while the record names none.
pub(crate) fn restricted_for<'a>(material: &Material<'a>, reader: &Audience) -> Vec<&'a Target> {
    let mut targets = targets_for(material, reader);
    if targets.iter().any(|it| it.outcome == Outcome::Mitigated) {
        targets.retain(|it| it.outcome == Outcome::Mitigated);
    }
    targets
}

/// What look-ups say of targets, and who runs the machines that each is on.
fn hosting<'a>(
    material: &Material<'a>,
    targets: &[&Target],
) -> Vec<(&'a ProviderVerdict, Vec<&'a Finding>)> {
    let is_about = |it: &&ProviderVerdict| {
        targets.iter().any(|target| target.observable.host() == Some(it.host.as_str()))
    };
    let hosts = |it: &&Finding| matches!(it.role, Role::Host | Role::Storage) && !it.ours;
    let verdicts = material.verdicts.iter().filter(is_about);
    verdicts.map(|it| (it, it.findings.iter().filter(hosts).collect())).collect()
}

/// Who runs the machines that targets are on, as far as look-ups say.
fn hosts_of<'a>(material: &Material<'a>, targets: &[&Target]) -> BTreeSet<&'a str> {
    let found = hosting(material, targets).into_iter();
    found.flat_map(|(_, hosts)| hosts).map(|it| it.provider.as_str()).collect()
}

/// Where the one host of the targets that it can act on takes reports of abuse: as its table says, or the
/// registry of its addresses. None when there are several hosts, or nobody says.
pub(crate) fn host_contact(material: &Material, reader: &Audience) -> Option<String> {
    let targets = standing_for(material, reader);
    if hosts_of(material, &targets).len() != 1 {
        return None;
    }
    let mut contacts = BTreeSet::new();
    for (verdict, hosts) in hosting(material, &targets) {
        let by_table = hosts.iter().find_map(|it| it.abuse_contact.as_deref());
        // Behind a proxy the addresses are the proxy's, and so is their registry's entry.
        let is_direct =
            !hosts.is_empty() && verdict.findings.iter().all(|it| it.role != Role::Proxy);
        let of_addresses = verdict.registries.iter().filter(|it| it.object == RegistryObject::Ip);
        let by_registry =
            || of_addresses.filter(|_| is_direct).find_map(|it| it.record.as_ref()?.abuse_email());
        contacts.extend(by_table.or_else(by_registry));
    }
    let mut contacts = contacts.into_iter();
    contacts.next().filter(|_| contacts.next().is_none()).map(str::to_owned)
}

fn names(report: &Report, target: &Target) -> bool {
    report.parsed.observables.iter().any(|found| found.observable == target.observable)
}

/// What became of a target, in words for this reader.
pub(crate) fn outcome_for(
    material: &Material,
    reader: &Audience,
    language: Language,
    outcome: &Outcome,
) -> String {
    let hidden = hidden_from(material, reader);
    let may_say = |text: &str| !text.trim().is_empty() && !mentions_any(text, &hidden);
    let said = match outcome {
        Outcome::Pending => ("we are still looking at it", "ainda estamos a analisar"),
        Outcome::Mitigated => ("we acted on it", "agimos"),
        Outcome::NotOurs => ("it does not use our network", "não usa a nossa rede"),
        Outcome::AlreadyGone => ("it was gone when we looked", "já não existia quando vimos"),
        Outcome::Forwarded(to) if is_own_name(material, reader, to) => {
            ("we passed it on to you", "passámos-vos a denúncia")
        }
        Outcome::Forwarded(to) if may_say(to) => {
            let passed = language.pick("we passed it on to", "passámos a denúncia a");
            return format!("{passed} {to}");
        }
        Outcome::Forwarded(_) => {
            ("we passed it on to the party that can act", "passámos a denúncia a quem pode agir")
        }
        Outcome::Declined(why) if may_say(why) => {
            let declined = language.pick("we did not act", "não agimos");
            return match reasons::sentence(why, language) {
                Some(sentence) => format!("{declined}. {sentence}"),
                None => format!("{declined}: {why}"),
            };
        }
        Outcome::Declined(_) => ("we did not act on it", "não agimos"),
    };
    language.pick(said.0, said.1).to_owned()
}

fn is_own_name(material: &Material, reader: &Audience, name: &str) -> bool {
    let Audience::Customer(id) = reader else { return false };
    let own = material.case.facts.accounts.iter().filter(|it| it.id == *id);
    // Behind a name may stand what they did: `Tidemart, who removed it`.
    own.map(|it| it.name.trim()).any(|it| {
        let (begins, rest) = name.trim().split_at_checked(it.len()).unwrap_or_default();
        begins.eq_ignore_ascii_case(it) && !rest.starts_with(char::is_alphanumeric)
    })
}

/// Names and addresses that this reader must not learn from a letter.
fn hidden_from(material: &Material, reader: &Audience) -> Vec<String> {
    let facts = &material.case.facts;
    let mut hidden: Vec<String> = Vec::new();
    if reader.is_internal() {
        return hidden;
    }
    let own = |id: &str| matches!(reader, Audience::Customer(account) if account == id);
    for account in facts.accounts.iter().filter(|it| !own(&it.id)) {
        hidden.extend([account.name.clone(), account.id.clone()]);
    }
    for person in &facts.people {
        let known = match reader {
            Audience::Reporter => person.role == PersonRole::Reporter,
            Audience::Customer(_) => person.role == PersonRole::Customer,
            _ => false,
        };
        if !known {
            hidden.push(person.name.clone());
            hidden.extend(person.address.clone());
        }
    }
    if is_operator_side(reader) {
        hidden.extend(unnamed_reporters(material));
    }
    hidden.extend(material.members.iter().map(|it| it.name.clone()));
    hidden.retain(|it| it.trim().chars().count() >= 3);
    hidden
}

/// Names and addresses of reporters, and of who forwarded for them, that did not agree to be named.
fn unnamed_reporters(material: &Material) -> Vec<String> {
    let reports = material.reports.iter().filter(|it| it.consent != Consent::Named);
    let who = reports.flat_map(|it| [&it.parsed.reporter, &it.parsed.sender]);
    who.flat_map(|it| [it.name.clone(), it.address.clone()]).flatten().collect()
}

fn mentions_any(text: &str, hidden: &[String]) -> bool {
    hidden.iter().any(|it| !finds(text, it).is_empty())
}
