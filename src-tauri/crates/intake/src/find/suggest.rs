//! Which findings a report seems to ask us to act on; a person decides.

use std::collections::HashSet;

use farol_model::observable::{Found, ObservableKind};

use crate::observable::registrable;

/// Whose names are in a report because they wrote or received it.
#[derive(Default)]
pub(crate) struct Own {
    /// Registrable domains of the sender and the reporter: nothing below them is suggested.
    pub(crate) reporter_domains: HashSet<String>,
    /// Domains of the recipients. Only these very hosts are not suggested: what is reported to a
    /// provider often lives below the provider's own domain.
    pub(crate) recipient_hosts: HashSet<String>,
}

impl Own {
    /// Remembers the domain of a mail address as one of the reporter's.
    pub(crate) fn add_reporter(&mut self, address: &str) {
        if let Some(domain) = domain_of(address) {
            let domain = registrable(&domain).unwrap_or(&domain).to_owned();
            self.reporter_domains.insert(domain);
        }
    }

    /// Remembers the domain of a mail address as a recipient's.
    pub(crate) fn add_recipient(&mut self, address: &str) {
        if let Some(domain) = domain_of(address) {
            self.recipient_hosts.insert(format!("www.{domain}"));
            self.recipient_hosts.insert(domain);
        }
    }

    fn covers(&self, host: &str) -> bool {
        self.recipient_hosts.contains(host)
            || registrable(host).is_some_and(|domain| self.reporter_domains.contains(domain))
    }
}

/// Takes back the suggestion of own names, and of hosts and domains that a found URL already
/// covers: acting on the URL is the narrower act.
pub(crate) fn suggest(found: &mut [Found], own: &Own) {
    let mut covered = HashSet::new();
    for found in found.iter().filter(|it| it.observable.kind == ObservableKind::Url) {
        let mut host = found.observable.host();
        while let Some(name) = host {
            covered.insert(name.to_owned());
            host = name.split_once('.').map(|(_, parent)| parent).filter(|it| it.contains('.'));
        }
    }
    for found in found.iter_mut().filter(|it| it.suggested_target) {
        let is_url = found.observable.kind == ObservableKind::Url;
        found.suggested_target = found
            .observable
            .host()
            .is_some_and(|host| !own.covers(host) && (is_url || !covered.contains(host)));
    }
}

fn domain_of(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.trim().trim_end_matches(['>', '.']).to_ascii_lowercase();
    (!domain.is_empty()).then_some(domain)
}
