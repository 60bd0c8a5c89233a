//! Asking the world, and keeping what it said.

/// Several hosts at a time.
mod together;

use farol_lookup::{
    Brought, Depth, HostLookup, Reach, Resolver, Stamp, is_selector, is_subject, registry_questions,
};
use farol_model::{
    id::CaseId,
    leaving::LookupDepth,
    lookup::{Observation, ProviderVerdict},
};

use crate::{
    Code, Desk, Failure,
    host_lists::HostList,
    view::{LookupDone, LookupPlan},
};
use together::{Steps, Together};

/// How far a lookup is, and whether it should go on.
pub struct Watch<'a> {
    /// Called with questions answered and questions in all.
    pub progress: &'a (dyn Fn(usize, usize) + Send + Sync),
    /// Asked between questions; what is answered by then is kept.
    pub cancelled: &'a (dyn Fn() -> bool + Send + Sync),
}

impl Desk {
    /// What would leave the machine, about hosts as a person pasted them. Nothing leaves.
    ///
    /// # Errors
    /// When there is no host, or the resolver cannot be understood.
    pub fn plan_lookup(
        &self,
        hosts: &[String],
        resolver: Option<&str>,
        depth: &LookupDepth,
    ) -> Result<LookupPlan, Failure> {
        self.read_depth(depth)?;
        let resolver = self.choose_resolver(resolver)?;
        let HostList { hosts, refused, .. } =
            HostList::read(hosts.iter().flat_map(|it| it.lines()));
        if hosts.is_empty() {
            return Err(no_host());
        }
        let n_questions =
            hosts.iter().map(|host| n_questions(host) as u32 + depth.selectors.len() as u32).sum();
        Ok(LookupPlan {
            seen_directly: (depth.authorities || depth.trace).then(|| {
                if self.practice.is_some() {
                    "The practice internet plays the name servers, too.".to_owned()
                } else {
                    "Name servers are asked past the resolver: whoever runs those of the reported \
                     domain sees this computer's address, and that somebody looks."
                        .to_owned()
                }
            }),
            seen_by: if self.practice.is_some() {
                "The practice internet on this computer answers; nothing leaves it.".into()
            } else {
                let on_the_way = if resolver.is_encrypted() {
                    "nobody on the way to it does"
                } else {
                    "so does whoever is on the way to it, because it is not asked encrypted"
                };
                format!(
                    "{} sees the names, {on_the_way}; it may pass them on to the name servers of the \
                     reported domain.",
                    resolver.addr
                )
            },
            resolver: resolver.to_string(),
            n_questions,
            registries: self.plan_registries(&hosts),
            cymru_seen_by: self.asks_cymru().then(|| {
                if self.practice.is_some() {
                    "The practice internet answers for Team Cymru, too.".into()
                } else {
                    "Addresses that the table of networks does not know are asked of Team Cymru through the \
                     same resolver: its name servers see the resolver and the address."
                        .into()
                }
            }),
            registries_seen_by: if self.practice.is_some() {
                "Its registries answer on this computer, too.".into()
            } else {
                "Each registry sees this computer's address and what is asked about, and may tell \
                 the registrar. Those of at most two networks that the host turns out to be in are \
                 asked as well."
                    .into()
            },
            hosts,
            refused,
            networks_table: self.asn_table_show(),
        })
    }

    /// Looks hosts up. With a case, every answer is kept on it as evidence; without one, nothing
    /// is kept. Blocks until done or cancelled.
    ///
    /// # Errors
    /// When a host or the resolver cannot be understood, or the vault refuses. A resolver that does
    /// not answer is an observation, not an error.
    pub fn look_up(
        &self,
        case: Option<CaseId>,
        hosts: &[String],
        resolver: Option<&str>,
        watch: &Watch<'_>,
    ) -> Result<LookupDone, Failure> {
        self.look_up_deeper(case, hosts, resolver, &LookupDepth::default(), watch)
    }

    /// As [`Desk::look_up`], and what lies deeper: DKIM keys, every name server of the domain, the way
    /// from the root.
    ///
    /// # Errors
    /// Those of [`Desk::look_up`]; when a selector is none.
    pub fn look_up_deeper(
        &self,
        case: Option<CaseId>,
        hosts: &[String],
        resolver: Option<&str>,
        depth: &LookupDepth,
        watch: &Watch<'_>,
    ) -> Result<LookupDone, Failure> {
        let depth = self.read_depth(depth)?;
        self.look_up_as(case, hosts, resolver, true, &depth, watch)
    }

    /// Checks what was chosen beyond the usual.
    pub(crate) fn read_depth(&self, chosen: &LookupDepth) -> Result<Depth, Failure> {
        let words = chosen.selectors.iter().flat_map(|it| it.split([',', ' ']));
        let selectors: Vec<String> =
            words.map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty()).collect();
        if let Some(wrong) = selectors.iter().find(|it| !is_selector(it)) {
            return Err(Failure::bad_input(
                format!("{wrong:?} is no DKIM selector. Nothing was sent."),
                "It stands behind s= in the DKIM-Signature of a mail, for example s1 or google.",
            ));
        }
        let practice = self.practice.as_ref().map(|it| Reach::Loopback(it.dns.addr.port()));
        Ok(Depth {
            selectors,
            authorities: chosen.authorities,
            trace: chosen.trace,
            cymru: false,
            reach: practice.unwrap_or_default(),
        })
    }

    /// As [`Desk::look_up_deeper`], with registries or without.
    pub(crate) fn look_up_as(
        &self,
        case: Option<CaseId>,
        hosts: &[String],
        resolver: Option<&str>,
        with_registries: bool,
        depth: &Depth,
        watch: &Watch<'_>,
    ) -> Result<LookupDone, Failure> {
        let resolver = self.choose_resolver(resolver)?;
        let depth = &Depth { cymru: self.asks_cymru(), ..depth.clone() };
        let hosts = read_hosts(hosts)?;
        let pass = self.pass_out(case, &hosts)?;
        if let Some(case) = case {
            self.name_on(case, &hosts)?;
        }
        let asn = self.asn_table();
        let stamp = || Stamp { at: self.store.now(), id: self.store.new_id() };
        let registries = self.registries().filter(|_| with_registries);
        let lookup = HostLookup {
            resolver: &resolver,
            asn: &asn,
            registries: registries.as_deref(),
            depth,
            stamp: &stamp,
        };
        let count = |host: &String| {
            let n_registries = registries.as_ref().map_or(0, |_| registry_questions(host).len());
            n_questions(host) + depth.selectors.len() + n_registries
        };
        let mut observations: Vec<Observation> = Vec::new();
        let mut verdicts: Vec<(usize, ProviderVerdict)> = Vec::new();
        let mut take = |n: usize, Brought { asked, beside }: Brought| {
            self.keep_quotas();
            self.note_left(case, &asked, beside)?;
            if let Some(case) = case {
                self.keep_observations(case, &asked)?;
            }
            let answered: Vec<Observation> = asked.into_iter().map(|it| it.observation).collect();
            verdicts.push((n, farol_lookup::verdict(&hosts[n], &answered, &self.networks())));
            observations.extend(answered);
            Ok(())
        };
        let together = Together {
            pass: &pass,
            hosts: &hosts,
            // In no order that says what belongs together: a sorted list over one person's domains would.
            order: self.shuffled(hosts.len()),
            steps: hosts.iter().map(|it| Steps::of(count(it))).collect(),
            watch,
        };
        together.ask(&lookup, &mut take)?;
        verdicts.sort_by_key(|(n, _)| *n);
        let verdicts: Vec<_> = verdicts.into_iter().map(|(_, it)| it).collect();
        let cancelled = (watch.cancelled)() || pass.is_over();
        drop(pass);
        let changes = match case {
            Some(case) => {
                self.remember_judged(case)?;
                self.notice_changes(case, &hosts)?
            }
            None => Vec::new(),
        };
        Ok(LookupDone { observations, verdicts, changes, cancelled })
    }

    /// Moves the practice internet on to its next round, where some names answer otherwise; a real
    /// vault has none.
    pub fn next_practice_round(&self) {
        if let Some(practice) = &self.practice {
            practice.dns.next_round();
        }
    }

    pub(crate) fn choose_resolver(&self, text: Option<&str>) -> Result<Resolver, Failure> {
        let own = self.own_resolver();
        let text = text.map(str::trim).filter(|it| !it.is_empty()).or(own.as_deref());
        let practice = self.practice.as_ref().map(|it| it.dns.addr.to_string());
        let chosen = match (text, &practice) {
            (Some(text), Some(practice)) if text != practice => {
                return Err(Failure::refused(
                    "This is a practice desk: it asks the practice internet only. Nothing was sent.",
                    "Leave the resolver empty, or open your own vault for real lookups.",
                ));
            }
            (_, Some(practice)) => Resolver::parse(practice),
            (Some(text), None) => Resolver::parse(text),
            (None, None) => Resolver::system(),
        };
        chosen.map_err(|error| {
            Failure::bad_input(
                format!("No resolver to ask: {error}. Nothing was sent."),
                "Give one as 192.0.2.53 or 192.0.2.53:53, or encrypted as tls://192.0.2.53 or \
                 https://192.0.2.53/dns-query.",
            )
        })
    }
}

/// Questions that the resolver, and the table of networks, are asked about a host.
fn n_questions(host: &str) -> usize {
    farol_lookup::questions(host).len()
}

/// Hosts in normal form, each once, in the order given; what only registries know (`AS64496`,
/// `ns:ns1.example.test`) is among them.
pub(crate) fn read_hosts(texts: &[String]) -> Result<Vec<String>, Failure> {
    let mut hosts: Vec<String> = Vec::new();
    for text in texts {
        let host = named(text).ok_or_else(no_host)?;
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts.is_empty() {
        return Err(Failure::bad_input("There is no host to look up.", "Name at least one."));
    }
    Ok(hosts)
}

/// What a text asks about, in normal form: a host, an address, the domain of a mail address, or what
/// only registries know. None for anything else.
pub(crate) fn named(text: &str) -> Option<String> {
    subject(text.trim()).or_else(|| farol_intake::observable(text)?.asked_host().map(str::to_owned))
}

/// Something that was to be looked up is nothing that can be.
pub fn no_host() -> Failure {
    Failure::bad_input(
        "One of these is not a host name, URL, IP address or mail address. Nothing was sent.",
        "Check the spelling; defanged forms are fine. An autonomous system is written AS64496, a \
         name server ns:ns1.example.",
    )
}

/// `as64496` and `ns:NS1[.]example[.]test` in normal form; none for anything else.
pub(crate) fn subject(text: &str) -> Option<String> {
    let normal = match text.split_once(':') {
        Some((kind, name)) if kind.eq_ignore_ascii_case("ns") => {
            format!("ns:{}", farol_intake::observable(name)?.host()?)
        }
        _ => text.to_uppercase(),
    };
    is_subject(&normal).then_some(normal)
}

/// The network cannot be used at all.
pub(crate) fn no_network(error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Failed,
        format!("The network cannot be used: {}. Nothing was sent.", error.kind()),
        "Check the connection, then try again.",
    )
}
