//! What observations mean for a line of a list.

use farol_lookup::{AsnTable, Networks, signs, verdict};
use farol_model::{
    lookup::{Answer, Observation, Role},
    lookup_list::{ListedName, ListedOutcome, ListedRole},
};
use farol_store::Listed;

use crate::host_lists::LookedUp;

/// Addresses that a line shows.
const SHOWN_ADDRESSES: usize = 4;

/// What observations mean for a line of a list.
pub(in crate::lookup_lists) struct Judge<'a> {
    pub(in crate::lookup_lists) networks: &'a Networks,
    pub(in crate::lookup_lists) asn: &'a AsnTable,
}

impl Judge<'_> {
    pub(in crate::lookup_lists) fn listed(
        &self,
        n: u32,
        host: &str,
        observations: &[Observation],
    ) -> Listed {
        let verdict = verdict(host, observations, self.networks);
        let signs = signs(host, observations, &verdict, self.networks);
        let registered = verdict.registries.iter().find_map(|it| it.record.as_ref());
        let registered_at = registered.and_then(|it| {
            it.events.iter().find(|event| event.action == "registration").and_then(|it| it.at)
        });
        let roles: Vec<_> = verdict
            .findings
            .iter()
            .map(|it| ListedRole {
                role: it.role,
                provider: it.provider.clone(),
                ours: it.ours,
                confidence: it.confidence,
            })
            .collect();
        let registrar = roles.iter().find(|it| it.role == Role::Registrar);
        let registrar = registrar.map(|it| it.provider.clone());
        let looked = LookedUp::of(observations, verdict, self.asn);
        let name = ListedName {
            n,
            name: host.to_owned(),
            outcome: outcome(host, observations, &looked),
            summary: looked.summary,
            addresses: looked
                .addresses
                .iter()
                .take(SHOWN_ADDRESSES)
                .map(|it| it.ip.to_string())
                .collect(),
            n_addresses: looked.addresses.len() as u32,
            roles,
            registrar,
            registered_at,
            problem: looked.error,
        };
        Listed { name, signs }
    }
}

fn outcome(host: &str, observations: &[Observation], looked: &LookedUp) -> ListedOutcome {
    let says = |wanted: &str| {
        observations.iter().any(
            |it| matches!(&it.answer, Answer::Dns { rcode, .. } if it.question.about() == host && rcode == wanted),
        )
    };
    if farol_lookup::is_subject(host) {
        ListedOutcome::RegistryOnly
    } else if looked.dangling {
        ListedOutcome::Dangling
    } else if !looked.addresses.is_empty() {
        ListedOutcome::Answers
    } else if says("NXDOMAIN") {
        ListedOutcome::Absent
    } else if looked.error.is_some() || !says("NOERROR") {
        ListedOutcome::Failed
    } else {
        ListedOutcome::NoAddress
    }
}
