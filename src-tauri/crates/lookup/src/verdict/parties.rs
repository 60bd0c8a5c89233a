//! Whom a verdict concerns, and what each of them may be told.
//!
//! Default deny: nobody outside learns whose account it is, and what the reporter allows binds. A
//! proposal in words; that nothing else leaves is checked when a letter leaves.

use farol_model::{
    lookup::{Finding, Party, ProviderVerdict, Role},
    observable::defang,
    registry::RegistryObject,
    report::Consent,
};

use super::{serves, words::is_firm};

const ADDRESS: &str = "the exact address, what it shows, and when that was seen";
const DOMAIN: &str = "the domain, what it is used for, and what was found";

/// Our customer first, then whoever else has a part in it, then whoever reported it.
///
/// `consent` is the strictest that the reporters of a case gave; none when there is no report.
pub fn whom_to_tell(verdict: &ProviderVerdict, consent: Option<Consent>) -> Vec<Party> {
    let ours: Vec<_> = verdict.findings.iter().filter(|it| it.ours && is_firm(it)).collect();
    let reporter = of_reporter(consent);
    let mut parties = Vec::new();
    if !ours.is_empty() {
        let platform = verdict.platform.as_deref().map(defang);
        let told = match consent {
            Some(Consent::DoNotForward) => "what you found yourself, and what we do about it",
            _ => "which address was reported, for what, and what we do about it",
        };
        parties.push(party(
            &platform
                .as_deref()
                .map_or("Our customer".to_owned(), |it| format!("{it}, our customer")),
            "holds the account",
            None,
            format!("{told}; {reporter}"),
        ));
        if let Some(platform) = platform {
            let told = format!("is told by {platform}, not by us");
            parties.push(party("Whoever runs the page there", "is their customer", None, told));
        }
    }
    parties.extend(others(verdict, consent, !ours.is_empty(), reporter));
    parties.push(party(
        "Whoever reported it",
        "waits for an answer",
        None,
        to_reporter(verdict, &ours),
    ));
    parties
}

/// Everybody but us who has a part in it, each once, in the order of their first role.
fn others<'a>(
    verdict: &'a ProviderVerdict,
    consent: Option<Consent>,
    is_ours: bool,
    reporter: &'a str,
) -> impl Iterator<Item = Party> + 'a {
    let theirs: Vec<&Finding> = verdict.findings.iter().filter(|it| !it.ours).collect();
    let of_address = verdict.registries.iter().find_map(|it| {
        let record = it.record.as_ref().filter(|_| it.object == RegistryObject::Ip)?;
        record.abuse_email()
    });
    let firsts = theirs.clone().into_iter().enumerate().filter({
        let theirs = theirs.clone();
        move |(n, it)| theirs[..*n].iter().all(|before| before.provider != it.provider)
    });
    firsts.map(move |(_, first)| {
        let all: Vec<_> = theirs.iter().filter(|it| it.provider == first.provider).collect();
        let serving = all.iter().find(|it| serves(it.role));
        let contact = all.iter().find_map(|it| it.abuse_contact.as_deref());
        let contact = contact.or_else(|| of_address.filter(|_| serving.is_some() && !is_ours));
        let does: Vec<_> = all.iter().map(|it| part(it.role)).collect();
        let mut told = match serving {
            _ if consent == Some(Consent::DoNotForward) => "what you found yourself".to_owned(),
            Some(it) if is_firm(it) => ADDRESS.to_owned(),
            Some(_) => {
                format!("{ADDRESS}, as a question: only the network of its address speaks for them")
            }
            None => DOMAIN.to_owned(),
        };
        told = format!("{told}; {reporter}");
        if is_ours {
            told.push_str("; not whose account it is with us");
        }
        party(&first.provider, &does.join(" and "), contact, told)
    })
}

fn part(role: Role) -> &'static str {
    match role {
        Role::Registrar => "is its registrar",
        Role::Dns => "answers its DNS",
        Role::Proxy => "is its proxy",
        Role::Host => "hosts it",
        Role::Storage => "stores it",
        Role::Mail => "takes its mail",
    }
}

fn of_reporter(consent: Option<Consent>) -> &'static str {
    match consent {
        None => "who reported it only if they allow it",
        Some(Consent::Named) => "who reported it as well, they allow it",
        Some(Consent::Anonymous) => "not who reported it",
        Some(Consent::NotAsked) => "not who reported it, nobody asked them yet",
        Some(Consent::DoNotForward) => "nothing of the report",
    }
}

fn to_reporter(verdict: &ProviderVerdict, ours: &[&Finding]) -> String {
    let is_served = verdict.findings.iter().any(|it| serves(it.role));
    if ours.iter().any(|it| serves(it.role)) {
        "that it is on our network, what we did and when; not whose account it is, and no origin that only our \
         systems know"
    } else if !is_served {
        "that nothing answered under the name when we asked"
    } else if ours.is_empty() {
        "that it is not on our network, who serves it, and where to report it"
    } else {
        "that what we do for it cannot remove content, who serves it, and where to report it; not whose account \
         it is"
    }
    .to_owned()
}

fn party(who: &str, part: &str, contact: Option<&str>, may_be_told: String) -> Party {
    Party {
        who: who.to_owned(),
        part: part.to_owned(),
        contact: contact.map(str::to_owned),
        may_be_told,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use farol_model::lookup::Confidence;

    use super::*;
    use crate::networks::Networks;

    fn finding(role: Role, provider: &str, confidence: Confidence) -> Finding {
        Finding {
            role,
            provider: provider.into(),
            service: None,
            ours: provider == "us",
            abuse_contact: Some(format!("abuse@{provider}.example")),
            confidence,
            why: Vec::new(),
        }
    }

    #[track_caller]
    fn check(
        findings: Vec<Finding>,
        platform: Option<&str>,
        consent: Option<Consent>,
        expected: Expect,
    ) {
        let ours = findings.iter().any(|it| it.ours);
        let platform = platform.map(str::to_owned);
        let unknown = crate::verdict("kelp.test", &[], &Networks::shipped());
        let parties =
            whom_to_tell(&ProviderVerdict { findings, ours, platform, ..unknown }, consent);
        let lines = parties.iter().map(|it| {
            let contact = it.contact.as_deref().unwrap_or("nobody");
            format!("{} ({}, {contact}): {}\n", it.who, it.part, it.may_be_told)
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn behind_us_everybody_hears_their_own_part_and_nobody_whose_account_it_is() {
        let findings = vec![
            finding(Role::Registrar, "granite", Confidence::High),
            finding(Role::Dns, "granite", Confidence::High),
            finding(Role::Proxy, "us", Confidence::High),
        ];
        check(
            findings.clone(),
            None,
            Some(Consent::Anonymous),
            expect![[r#"
            Our customer (holds the account, nobody): which address was reported, for what, and what we do about it; not who reported it
            granite (is its registrar and answers its DNS, abuse@granite.example): the domain, what it is used for, and what was found; not who reported it; not whose account it is with us
            Whoever reported it (waits for an answer, nobody): that it is on our network, what we did and when; not whose account it is, and no origin that only our systems know
        "#]],
        );
        check(
            findings,
            Some("mart.example"),
            Some(Consent::DoNotForward),
            expect![[r#"
            mart[.]example, our customer (holds the account, nobody): what you found yourself, and what we do about it; nothing of the report
            Whoever runs the page there (is their customer, nobody): is told by mart[.]example, not by us
            granite (is its registrar and answers its DNS, abuse@granite.example): what you found yourself; nothing of the report; not whose account it is with us
            Whoever reported it (waits for an answer, nobody): that it is on our network, what we did and when; not whose account it is, and no origin that only our systems know
        "#]],
        );
    }

    #[test]
    fn elsewhere_a_weak_sign_is_only_asked_about() {
        let findings = vec![
            finding(Role::Dns, "us", Confidence::High),
            finding(Role::Host, "driftnet", Confidence::Low),
        ];
        check(
            findings,
            None,
            None,
            expect![[r#"
            Our customer (holds the account, nobody): which address was reported, for what, and what we do about it; who reported it only if they allow it
            driftnet (hosts it, abuse@driftnet.example): the exact address, what it shows, and when that was seen, as a question: only the network of its address speaks for them; who reported it only if they allow it; not whose account it is with us
            Whoever reported it (waits for an answer, nobody): that what we do for it cannot remove content, who serves it, and where to report it; not whose account it is
        "#]],
        );
        check(
            vec![finding(Role::Host, "driftnet", Confidence::High)],
            None,
            Some(Consent::Named),
            expect![[r#"
            driftnet (hosts it, abuse@driftnet.example): the exact address, what it shows, and when that was seen; who reported it as well, they allow it
            Whoever reported it (waits for an answer, nobody): that it is not on our network, who serves it, and where to report it
        "#]],
        );
        check(
            Vec::new(),
            None,
            None,
            expect![[r#"
            Whoever reported it (waits for an answer, nobody): that nothing answered under the name when we asked
        "#]],
        );
    }
}
