//! Judging anew: when the tables of networks change, what is kept is judged by them, and what is otherwise
//! is said. Nothing is looked up.
//!
//! What was judged last lies in the vault as the desk's own; a host with a newer answer since is not
//! compared, because then the world may have changed and not the tables.

use std::fs;

use farol_model::{
    id::{CaseId, NoticeId},
    lookup::{ProviderVerdict, Role},
    observable::defang,
    then_now::{Judged, NewsKind, Notice},
};

use crate::{Desk, Failure, view::JudgedAnew, whole_file};

/// Beside the vault: the tables by which everything was judged last. Tables are public, so is their hash.
const JUDGED_BY: &str = "judged-by";

impl Desk {
    /// Judges every open case by the tables as they are now, and says what is otherwise.
    ///
    /// # Errors
    /// When the vault refuses.
    pub fn judge_anew(&self) -> Result<Vec<JudgedAnew>, Failure> {
        let rules = self.rules();
        let cases = self.store.read(|it| it.open_cases())?;
        let mut anew = Vec::new();
        for case in cases {
            let (known, observations) = self.store.read(|it| {
                Ok::<_, Failure>((it.judged_of(case.id)?, it.observations_of(case.id)?))
            })?;
            if observations.is_empty() {
                continue;
            }
            let hosts = self.store.read(|it| self.hosts_of(it, case.id))?;
            let networks = self.networks();
            let verdicts =
                hosts.iter().map(|it| farol_lookup::verdict(it, &observations, &networks));
            let now = judged(case.id, &rules, verdicts);
            let (mut fresh, mut notices) = (Vec::new(), Vec::new());
            for it in now {
                let before = known.iter().find(|before| before.host == it.host);
                if before.is_some_and(|before| before.rules == it.rules && before.as_of == it.as_of)
                {
                    continue;
                }
                let before = before.filter(|before| before.as_of == it.as_of);
                if let Some(text) = before.and_then(|before| otherwise(before, &it)) {
                    notices.push(Notice {
                        id: NoticeId(self.store.new_id()),
                        case: case.id,
                        host: it.host.clone(),
                        at: self.store.now(),
                        kind: NewsKind::Rules,
                        text: text.clone(),
                    });
                    let (case, reference, host) = (case.id, case.reference, it.host.clone());
                    anew.push(JudgedAnew { case, reference, host, text });
                }
                fresh.push(it);
            }
            self.store.keep_notices(&notices)?;
            self.store.keep_judged(&fresh)?;
        }
        // When this cannot be kept, the next start compares again and finds nothing.
        drop(whole_file::write(&self.dir.join(JUDGED_BY), |to| to.write_all(rules.as_bytes())));
        Ok(anew)
    }

    /// Judges anew when the tables are not those by which everything was judged last.
    ///
    /// # Errors
    /// As [`Desk::judge_anew`].
    pub fn judge_anew_if_needed(&self) -> Result<Vec<JudgedAnew>, Failure> {
        let by = fs::read_to_string(self.dir.join(JUDGED_BY)).unwrap_or_default();
        if by == self.rules() { Ok(Vec::new()) } else { self.judge_anew() }
    }

    /// Remembers what a look-up led to.
    pub(crate) fn remember_judged(&self, case: CaseId) -> Result<(), Failure> {
        let (observations, hosts) = self
            .store
            .read(|it| Ok::<_, Failure>((it.observations_of(case)?, self.hosts_of(it, case)?)))?;
        let networks = self.networks();
        let verdicts = hosts.iter().map(|it| farol_lookup::verdict(it, &observations, &networks));
        let judged: Vec<_> = judged(case, &self.rules(), verdicts).collect();
        Ok(self.store.keep_judged(&judged)?)
    }

    /// The tables by which is judged now, by their hash.
    pub(crate) fn rules(&self) -> String {
        farol_store::digest(self.networks().in_full().as_bytes()).to_string()
    }
}

fn judged(
    case: CaseId,
    rules: &str,
    verdicts: impl Iterator<Item = ProviderVerdict>,
) -> impl Iterator<Item = Judged> {
    verdicts.filter_map(move |it| {
        let roles = it.findings.iter().map(|found| {
            let us = if found.ours { " (us)" } else { "" };
            (word(found.role).to_owned(), format!("{}{us}", found.provider))
        });
        Some(Judged {
            case,
            host: it.host.clone(),
            rules: rules.to_owned(),
            as_of: it.as_of?,
            roles: roles.collect(),
        })
    })
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Registrar => "registrar",
        Role::Dns => "DNS",
        Role::Proxy => "proxy",
        Role::Host => "host",
        Role::Storage => "storage",
        Role::Mail => "mail",
    }
}

/// What is judged otherwise, in a sentence; none when nothing is.
fn otherwise(before: &Judged, now: &Judged) -> Option<String> {
    let of = |judged: &Judged, role: &str| -> Vec<String> {
        let mut names: Vec<_> =
            judged.roles.iter().filter(|(it, _)| it == role).map(|(_, it)| it.clone()).collect();
        names.sort();
        names
    };
    let or_unknown = |names: &[String]| {
        if names.is_empty() { "unknown".to_owned() } else { names.join(" and ") }
    };
    let mut parts = Vec::new();
    for role in ["proxy", "host", "storage", "DNS", "mail", "registrar"] {
        let (was, is) = (of(before, role), of(now, role));
        if was != is {
            parts.push(format!("{role} {} (was {})", or_unknown(&is), or_unknown(&was)));
        }
    }
    (!parts.is_empty()).then(|| {
        format!(
            "{} is judged anew by the tables of networks: {}.",
            defang(&now.host),
            parts.join("; ")
        )
    })
}
