//! The sentences of a verdict: plain, and never more than the evidence carries.
//!
//! Host names in them are defanged, because they end up in mails.

use farol_model::{
    lookup::{Answer, Confidence, Finding, Observation, Role},
    observable::defang,
    registry::RegistryObject,
};

use super::{
    serves,
    trail::{End, Trail, Wildcard},
};
use crate::questions::{as_ip, is_subject};

/// A domain younger than this is worth a word.
const YOUNG_DAYS: i64 = 30;

const ORIGIN: &str = "the origin is not visible from outside";

/// One sentence for the top of the page.
pub(super) fn summary(trail: &Trail<'_>, findings: &[Finding]) -> String {
    if is_subject(trail.host) {
        let said = trail.registries.first().map(|it| it.answer.in_one_line());
        return sentence(&[said.unwrap_or_else(|| "no registry was asked".to_owned())]);
    }
    match &trail.end {
        End::Address => provided(findings),
        End::Missing => "The name does not exist (NXDOMAIN).".to_owned(),
        End::Dangling => "The name points to another name that does not exist.".to_owned(),
        End::Loop => "The name leads in a circle and has no address.".to_owned(),
        End::NoAddress => {
            let rest = clauses(findings, |role| !serves(role));
            if rest.is_empty() {
                "The name has no address.".to_owned()
            } else {
                sentence(&[vec!["the name has no address".to_owned()], rest].concat())
            }
        }
        End::Failed(rcode) => {
            format!("The resolver did not say where the name leads ({rcode}), so that is unknown.")
        }
        End::Silent(_) => {
            "No usable answer came back, so where the name leads is unknown.".to_owned()
        }
        End::NotAsked => "Nobody has asked for its address yet.".to_owned(),
    }
}

fn provided(findings: &[Finding]) -> String {
    let ours = |role| findings.iter().any(|f| f.ours && f.role == role && is_firm(f));
    let mut parts = Vec::new();
    if !findings.iter().any(|f| f.ours) {
        parts.push("no sign of our network".to_owned());
    }
    let is_dns_only = ours(Role::Dns) && !findings.iter().any(|f| f.ours && serves(f.role));
    if is_dns_only {
        parts.push("we only answer its DNS and cannot remove content".to_owned());
    }
    parts.extend(clauses(findings, |role| !is_dns_only || role != Role::Dns));
    if !findings.iter().any(|f| serves(f.role)) {
        parts.push("who serves it is unknown".to_owned());
    }
    if findings.iter().any(|f| f.role == Role::Proxy && is_firm(f)) {
        parts.push(ORIGIN.to_owned());
    }
    sentence(&parts)
}

/// What each provider does: ours first, and who serves it before the rest.
fn clauses(findings: &[Finding], wanted: impl Fn(Role) -> bool) -> Vec<String> {
    let mut wanted: Vec<_> = findings.iter().filter(|f| wanted(f.role)).collect();
    wanted.sort_by_key(|f| !serves(f.role));
    let (ours, theirs): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|f| f.ours);
    let ours_do = ours.iter().filter(|f| is_firm(f)).map(|f| we(f.role)).collect::<Vec<_>>();
    let mut clauses = Vec::new();
    if let [first @ .., last] = ours_do.as_slice() {
        clauses.push(if first.is_empty() {
            format!("we {last}")
        } else {
            format!("we {} and {last}", first.join(", "))
        });
    }
    let is_weak =
        |is_dns: bool| ours.iter().any(|f| !is_firm(f) && (f.role == Role::Dns) == is_dns);
    if is_weak(false) {
        clauses.push("its address is announced by our network, which alone says little".to_owned());
    }
    if is_weak(true) {
        clauses.push("its zone names our servers, which alone says little".to_owned());
    }
    clauses.extend(theirs.iter().map(|f| they(f)));
    clauses
}

fn we(role: Role) -> &'static str {
    match role {
        Role::Registrar => "are its registrar",
        Role::Dns => "answer its DNS",
        Role::Proxy => "are its proxy",
        Role::Host => "host it",
        Role::Storage => "store it",
        Role::Mail => "take its mail",
    }
}

fn they(finding: &Finding) -> String {
    let name = &finding.provider;
    if !is_firm(finding) && finding.role == Role::Dns {
        return format!("its zone names servers of {name}, which alone says little");
    }
    if !is_firm(finding) {
        return format!("its address is announced by {name}");
    }
    match finding.role {
        Role::Registrar => format!("{name} is its registrar"),
        Role::Dns => format!("{name} answers its DNS"),
        Role::Proxy => format!("{name} is its proxy"),
        Role::Host => format!("{name} hosts it"),
        Role::Storage => format!("{name} stores it"),
        Role::Mail => format!("{name} takes its mail"),
    }
}

/// Whether a finding is more than the address's network alone.
pub(super) fn is_firm(finding: &Finding) -> bool {
    finding.confidence > Confidence::Low
}

fn sentence(parts: &[String]) -> String {
    let text = parts.join("; ");
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    // A company's name may bring its own full stop.
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// What we could do, narrowest first; only where our part is more than a guess.
///
/// Nothing for a name that does not exist, and nothing for a bare address: many names share it.
/// `platform` is the customer through whose name the host reaches us; its zone is not the host's.
pub(super) fn we_can(
    trail: &Trail<'_>,
    findings: &[Finding],
    platform: Option<&str>,
) -> Vec<String> {
    let is_anything_ours = findings.iter().any(|f| f.ours && is_firm(f));
    if !is_anything_ours || trail.end == End::Missing || as_ip(trail.host).is_some() {
        return Vec::new();
    }
    let host = defang(trail.host);
    let zone = defang(trail.domain);
    let we_are = |role| findings.iter().any(|f| f.ours && f.role == role && is_firm(f));
    let acts = [
        (Role::Proxy, "URL: show a warning page in front of one address".to_owned()),
        (Role::Storage, "object: take down one stored object".to_owned()),
        (Role::Storage, "bucket: take down everything in its bucket".to_owned()),
        (Role::Proxy, format!("host: stop serving {host} through our proxy")),
        (Role::Host, format!("host: stop serving {host}")),
        (Role::Mail, format!("zone: stop taking mail for {zone}")),
        (Role::Proxy, format!("zone: stop serving every host of {zone}")),
        (
            Role::Dns,
            format!("zone: stop answering its DNS ({zone}; the content stays where it is)"),
        ),
        (Role::Registrar, format!("domain: put {zone} on hold")),
    ];
    let is_theirs = |role: Role, act: &str| {
        platform.is_some() && role == Role::Proxy && act.starts_with("zone")
    };
    acts.into_iter()
        .filter(|(role, act)| we_are(*role) && !is_theirs(*role, act))
        .map(|(_, act)| act)
        .collect()
}

/// What a reader must know besides.
pub(super) fn notes(
    trail: &Trail<'_>,
    findings: &[Finding],
    platform: Option<&str>,
) -> Vec<String> {
    let mut notes = Vec::new();
    let last = trail.names.last().map(|name| defang(&name.value)).unwrap_or_default();
    match &trail.end {
        End::Dangling => notes.push(format!(
            "CNAME leads nowhere: {last} does not exist (dangling; whether anybody could claim \
             it is unverified)"
        )),
        End::Loop => notes.push("CNAME loop".to_owned()),
        End::NoAddress => notes.push("no address".to_owned()),
        End::Failed(rcode) => notes.push(format!("the resolver answered {rcode}")),
        End::Silent(reason) => notes.push(format!("no usable answer from the resolver: {reason}")),
        End::Missing | End::Address | End::NotAsked => {}
    }
    notes.extend(trail.wildcards.iter().map(|it| anything(it, trail)));
    notes.extend(super::authorities::notes(&trail.authorities));
    if let Some(platform) = platform {
        notes.push(format!(
            "reaches us through a name of {}: the account is probably theirs, so there are two \
             parties to contact",
            defang(platform)
        ));
    }
    if as_ip(trail.host).is_some() && findings.iter().any(|f| f.ours) {
        notes.push("many names can share an address: look up the host to act on it".to_owned());
    }
    let mixed = |role| findings.iter().filter(|f| f.role == role).count() > 1;
    if trail.end == End::Address && [Role::Proxy, Role::Host, Role::Storage].into_iter().any(mixed)
    {
        notes.push("more than one provider serves it".to_owned());
    }
    notes.extend(trail.registries.iter().flat_map(|it| registry_notes(it)));
    notes
}

/// That any name under a parent answers, and what that means for this one.
fn anything(wildcard: &Wildcard<'_>, trail: &Trail<'_>) -> String {
    let under = defang(wildcard.under);
    let leads = wildcard.leads.iter().map(|it| defang(it)).collect::<Vec<_>>().join(", ");
    let is_same =
        trail.addresses.iter().any(|it| wildcard.leads.contains(&it.value.to_string().as_str()));
    let so = if trail.host != wildcard.under && is_same {
        "; this one leads there, too, so that it answers does not show that anybody made it"
    } else {
        ""
    };
    format!("any name under {under} answers (wildcard, leads to {leads}){so}")
}

/// What of a registry's answer a reader must know: it does not exist, it is young, it is on hold.
fn registry_notes(observation: &Observation) -> Vec<String> {
    let Some((RegistryObject::Domain, about)) = observation.question.of_registry() else {
        return Vec::new();
    };
    let name = defang(about);
    let record = match &observation.answer {
        Answer::NotRegistered { .. } => {
            return vec![format!("the registry has no entry for {name}")];
        }
        Answer::Registered { record, .. } => record,
        _ => return Vec::new(),
    };
    let mut notes = Vec::new();
    let registered = record.events.iter().find(|it| it.action == "registration");
    if let Some(at) = registered.and_then(|it| it.at) {
        let days = observation.asked_at.seconds_since(at).div_euclid(86_400);
        if (0..YOUNG_DAYS).contains(&days) {
            let ago = match days {
                0 => "less than a day".to_owned(),
                1 => "1 day".to_owned(),
                _ => format!("{days} days"),
            };
            notes.push(format!("{name} was registered {ago} before we asked"));
        }
    }
    let holds: Vec<_> =
        record.statuses.iter().filter(|it| it.to_lowercase().contains("hold")).cloned().collect();
    if !holds.is_empty() {
        notes.push(format!("{name} is on hold at the registry ({})", holds.join(", ")));
    }
    notes
}
