//! What leaves this computer: the gate, who may see what, what waits, and what left.
//!
//! Every way to the network begins with [`Desk::pass_out`]. The switch lies beside the vault, so that a
//! desk that was offline opens offline; the queue and the ledger name hosts and lie in the vault.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use farol_lookup::{Asked, Gate, Pass, telling_labels};
use farol_model::{
    case::CaseRef,
    id::{CaseId, WaitingId},
    leaving::{Left, LookupDepth, WaitingLookup},
    observable::defang,
    time::Timestamp,
};
use farol_store::{Reader, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    Code, Desk, Failure,
    lookups::{Watch, read_hosts},
    spreadsheet,
    view::{LeavingView, LeftRow, MayLeave, Source, WaitingRow, WaitingSent, WhoSees},
    whole_file,
};

const KEPT: &str = "leaving.json";

/// What the next start has to know.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    offline: bool,
    resolver: Option<String>,
    /// Whether Team Cymru is asked about addresses that the table does not know.
    #[serde(default)]
    cymru: bool,
}

impl Kept {
    /// What holds when the choices cannot be read: nothing leaves.
    fn unread() -> Self {
        Self { offline: true, ..Self::default() }
    }
}

/// The gate of an open desk, and its resolver.
pub(crate) struct Leaving {
    gate: Arc<Gate>,
    kept: RwLock<Kept>,
}

impl Leaving {
    pub(crate) fn open(dir: &Path) -> Self {
        let kept = match fs::read(dir.join(KEPT)) {
            // Nobody switched anything.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Kept::default(),
            // A switch that cannot be read lets nothing out.
            Err(_) => Kept::unread(),
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| Kept::unread()),
        };
        Self { gate: Gate::new(kept.offline), kept: RwLock::new(kept) }
    }

    fn kept(&self) -> Kept {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Desk {
    /// Leave to use the network for a case and these hosts: the one way out.
    ///
    /// # Errors
    /// When the desk is offline, or a case that must not be noticed is concerned.
    pub(crate) fn pass_out(&self, case: Option<CaseId>, hosts: &[String]) -> Result<Pass, Failure> {
        if let Some(why) = self.store.read(|it| forbidden(it, case, hosts))? {
            return Err(Failure::refused(
                format!("{why} Nothing was sent."),
                "What this computer knows without asking stays available. Whoever leads the case can change how closely it is held.",
            ));
        }
        self.leaving.gate.pass().ok_or_else(|| {
            Failure::refused(
                "The desk is offline: nothing was sent.",
                "Put the look-up into the queue, or go online (`farolctl offline off`).",
            )
        })
    }

    /// Why nothing may leave for these cases and hosts; none when it may.
    pub(crate) fn why_forbidden(
        &self,
        cases: &[CaseId],
        hosts: &[String],
    ) -> Result<Option<String>, Failure> {
        Ok(self.store.read(|it| {
            for case in cases {
                if let Some(why) = forbidden(it, Some(*case), &[])? {
                    return Ok(Some(why));
                }
            }
            forbidden(it, None, hosts)
        })?)
    }

    /// Whether nothing may leave.
    pub fn is_offline(&self) -> bool {
        self.leaving.gate.is_shut()
    }

    /// Whether Team Cymru is asked about addresses that the table does not know.
    pub(crate) fn asks_cymru(&self) -> bool {
        self.leaving.kept().cymru
    }

    /// The desk's own choice of a resolver.
    pub(crate) fn own_resolver(&self) -> Option<String> {
        // A practice desk asks the practice internet, whatever a real one beside it chose.
        if self.practice.is_some() { None } else { self.leaving.kept().resolver }
    }

    /// The switches, who may see what, and what waits.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn leaving_show(&self) -> Result<LeavingView, Failure> {
        let registries = self.registries_show();
        Ok(LeavingView {
            offline: self.is_offline(),
            resolver: self.own_resolver(),
            resolver_now: self.choose_resolver(None).ok().map(|it| it.to_string()),
            rows: who_sees(registries.on, registries.whois, self.asks_cymru()),
            networks_table: self.asn_table_show(),
            waiting: self.store.read(|it| {
                let waiting = it.waiting()?;
                waiting
                    .into_iter()
                    .map(|row| waiting_row(it, row))
                    .collect::<Result<_, StoreError>>()
            })?,
            waiting_lists: self.waiting_lists()?,
        })
    }

    /// Takes the desk offline or online again. Offline is kept first and then waited for: when this
    /// returns, what was on its way has stopped, and nothing leaves until somebody goes online.
    ///
    /// # Errors
    /// When the switch cannot be kept. Going offline holds until the desk is closed even then.
    pub fn switch_offline(&self, offline: bool) -> Result<LeavingView, Failure> {
        if offline {
            self.leaving.gate.shut();
        }
        self.keep_leaving(Kept { offline, ..self.leaving.kept() })?;
        if !offline {
            self.leaving.gate.open();
        }
        self.leaving_show()
    }

    /// Chooses whom the desk asks unless a look-up says otherwise; none is the system's resolver.
    ///
    /// # Errors
    /// When it is no resolver, this is a practice desk, or the choice cannot be kept.
    pub fn choose_own_resolver(&self, resolver: Option<&str>) -> Result<LeavingView, Failure> {
        let resolver = resolver.map(str::trim).filter(|it| !it.is_empty());
        if let Some(text) = resolver {
            self.choose_resolver(Some(text))?;
        }
        let resolver = resolver.map(str::to_owned);
        self.keep_leaving(Kept { resolver, ..self.leaving.kept() })?;
        self.leaving_show()
    }

    /// Switches a source on or off.
    ///
    /// # Errors
    /// When the switch cannot be kept.
    pub fn switch_source(&self, source: Source, on: bool) -> Result<LeavingView, Failure> {
        match source {
            Source::Rdap => self.switch_registries(on)?,
            Source::Whois => self.switch_whois(on)?,
            Source::Cymru => {
                self.keep_leaving(Kept { cymru: on, ..self.leaving.kept() })?;
                return self.leaving_show();
            }
        };
        self.leaving_show()
    }

    /// Whether a look-up may leave, and which of its names tell who got them. Nothing leaves.
    ///
    /// # Errors
    /// When a host cannot be understood, or the vault cannot be read.
    pub fn may_leave(&self, case: Option<CaseId>, hosts: &[String]) -> Result<MayLeave, Failure> {
        let hosts = read_hosts(hosts)?;
        let telling = hosts.iter().filter(|it| !telling_labels(it).is_empty()).cloned().collect();
        Ok(MayLeave {
            offline: self.is_offline(),
            forbidden: self.store.read(|it| forbidden(it, case, &hosts))?,
            telling,
        })
    }

    /// Puts a look-up into the queue, where it waits until somebody sends the queue.
    ///
    /// # Errors
    /// When a host, the resolver or a selector cannot be understood, or a case that must not be noticed
    /// is concerned.
    pub fn wait_with_lookup(
        &self,
        case: Option<CaseId>,
        hosts: &[String],
        resolver: Option<&str>,
        depth: &LookupDepth,
    ) -> Result<WaitingRow, Failure> {
        self.read_depth(depth)?;
        let resolver = resolver.map(str::trim).filter(|it| !it.is_empty());
        if resolver.is_some() {
            self.choose_resolver(resolver)?;
        }
        let hosts = read_hosts(hosts)?;
        if let Some(why) = self.store.read(|it| forbidden(it, case, &hosts))? {
            return Err(Failure::refused(
                format!("{why} It was not put into the queue."),
                "Whoever leads the case can change how closely it is held.",
            ));
        }
        let waiting = WaitingLookup {
            id: WaitingId(self.store.new_id()),
            asked_at: self.store.now(),
            case,
            hosts,
            resolver: resolver.map(str::to_owned),
            depth: depth.clone(),
        };
        self.store.keep_waiting(&waiting)?;
        Ok(self.store.read(|it| waiting_row(it, waiting))?)
    }

    /// Takes a look-up out of the queue; it is not sent.
    ///
    /// # Errors
    /// When it is not in the queue.
    pub fn forget_waiting(&self, id: WaitingId) -> Result<(), Failure> {
        if self.store.forget_waiting(id)? {
            Ok(())
        } else {
            Err(Failure::not_found("waiting look-up"))
        }
    }

    /// Sends the queue, one look-up after the other. Each leaves the queue when it was asked to the
    /// end; what is refused stays in it. Blocks until done or cancelled.
    ///
    /// # Errors
    /// When the desk is offline, or the vault refuses.
    pub fn send_waiting(&self, watch: &Watch<'_>) -> Result<WaitingSent, Failure> {
        drop(self.pass_out(None, &[])?);
        let waiting = self.store.read(|it| it.waiting())?;
        let mut sent = WaitingSent { n_sent: 0, n_answers: 0, still_waiting: Vec::new() };
        for it in waiting {
            let about = defang(&it.hosts.join(", "));
            if (watch.cancelled)() {
                sent.still_waiting.push(format!("{about}: stopped before it was sent."));
                continue;
            }
            match self.look_up_deeper(it.case, &it.hosts, it.resolver.as_deref(), &it.depth, watch)
            {
                Ok(done) => {
                    sent.n_answers += done.observations.len() as u32;
                    if done.cancelled {
                        sent.still_waiting
                            .push(format!("{about}: stopped; what was answered is kept."));
                    } else {
                        self.store.forget_waiting(it.id)?;
                        sent.n_sent += 1;
                    }
                }
                Err(failure) => sent.still_waiting.push(format!("{about}: {}", failure.message)),
            }
        }
        Ok(sent)
    }

    /// What left this computer, newest first, before a moment.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn ledger(&self, before: Option<Timestamp>, n: u32) -> Result<Vec<LeftRow>, Failure> {
        Ok(self.store.read(|it| {
            let mut references: BTreeMap<CaseId, Option<CaseRef>> = BTreeMap::new();
            let left = it.left(before, n as usize)?.into_iter();
            let rows = left.map(|left| {
                let reference_of = |case| it.case(case).ok().map(|it| it.reference);
                let known = |case| *references.entry(case).or_insert_with(|| reference_of(case));
                let reference = left.case.and_then(known);
                left_row(left, reference)
            });
            Ok::<_, StoreError>(rows.collect())
        })?)
    }

    /// Writes the whole ledger as CSV, oldest first. Returns how many lines it has.
    ///
    /// # Errors
    /// When the file cannot be written; none is left then.
    pub fn export_ledger(&self, path: &Path) -> Result<u32, Failure> {
        let rows = self.ledger(None, u32::MAX)?;
        let lines = rows.iter().rev().map(|row| {
            let reference = row.reference.map(|it| it.to_string()).unwrap_or_default();
            [
                row.at.to_string(),
                reference,
                row.question.clone(),
                row.server.clone(),
                row.transport.clone(),
            ]
        });
        let head = ["at", "case", "question", "server", "transport"];
        whole_file::write(path, |to| spreadsheet::write(to, head, lines)).map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("The ledger could not be written: {}. No file is left.", error.kind()),
                "Choose another folder, or free some space.",
            )
        })?;
        Ok(rows.len() as u32)
    }

    /// Writes down what left and no case keeps.
    pub(crate) fn note_left(
        &self,
        case: Option<CaseId>,
        asked: &[Asked],
        mut left: Vec<Left>,
    ) -> Result<(), Failure> {
        if case.is_none() {
            let observed = asked.iter().map(|it| &it.observation);
            left.extend(observed.filter(|it| Left::is_outside(&it.transport)).map(|it| Left {
                at: it.asked_at,
                case: None,
                question: it.question.clone(),
                server: it.server.clone(),
                transport: it.transport.clone(),
            }));
        }
        Ok(self.store.note_left(&left)?)
    }

    /// The numbers from 0 to `n` in an order that nobody can foretell.
    pub(crate) fn shuffled(&self, n: usize) -> Vec<usize> {
        let mut order: Vec<_> = (0..n).map(|n| (self.store.new_id().as_u128() as u64, n)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, n)| n).collect()
    }

    fn keep_leaving(&self, kept: Kept) -> Result<(), Failure> {
        whole_file::write(&self.dir.join(KEPT), |to| {
            serde_json::to_writer(to, &kept).map_err(std::io::Error::from)
        })
        .map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("The choice could not be kept: {}.", error.kind()),
                "Check free space and permissions of the vault's folder, then try again.",
            )
        })?;
        *self.leaving.kept.write().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(())
    }
}

/// Why nothing may leave for a case and these hosts: it is covert, or one that is concerns them.
pub(crate) fn forbidden(
    it: Reader<'_>,
    case: Option<CaseId>,
    hosts: &[String],
) -> Result<Option<String>, StoreError> {
    if let Some(case) = case
        && it.case(case)?.facts.is_covert()
    {
        return Ok(Some("This case is covert: nobody outside may notice it.".to_owned()));
    }
    for case in it.open_cases()?.into_iter().filter(|it| it.facts.is_covert()) {
        if concerns(it, case.id, hosts)? {
            // Its number says nothing of what it is about.
            return Ok(Some(format!("The covert case {} concerns this.", case.reference)));
        }
    }
    Ok(None)
}

/// Whether a case names one of these hosts, or something above or below it.
fn concerns(it: Reader<'_>, case: CaseId, hosts: &[String]) -> Result<bool, StoreError> {
    let mut named: Vec<String> = Vec::new();
    for report in it.reports_of(case)? {
        named.extend(
            report
                .parsed
                .observables
                .iter()
                .filter_map(|it| Some(it.observable.host()?.to_owned())),
        );
    }
    let targets = it.targets_of(case)?.into_iter().map(|it| it.observable);
    let values = targets.chain(it.added_observables(case)?);
    named.extend(values.filter_map(|it| Some(it.host()?.to_owned())));
    let is_below = |one: &str, other: &str| {
        one.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    Ok(hosts.iter().any(|host| named.iter().any(|it| is_below(host, it) || is_below(it, host))))
}

fn waiting_row(it: Reader<'_>, waiting: WaitingLookup) -> Result<WaitingRow, StoreError> {
    let case = waiting.case.map(|id| it.case(id)).transpose()?;
    Ok(WaitingRow {
        id: waiting.id,
        asked_at: waiting.asked_at,
        case: waiting.case,
        reference: case.map(|it| it.reference),
        hosts: waiting.hosts,
        resolver: waiting.resolver,
        deeper: waiting.depth.words(),
    })
}

fn left_row(left: Left, reference: Option<CaseRef>) -> LeftRow {
    LeftRow {
        at: left.at,
        case: left.case,
        reference,
        question: defang(&left.question.display()),
        server: left.server,
        transport: left.transport,
    }
}

/// What can be asked and who learns of it. What Farol never does stands there, too: a person has to
/// be able to say so to others.
fn who_sees(rdap: bool, whois: bool, cymru: bool) -> Vec<WhoSees> {
    let row = |what: &str, who: &str, rule: &str, on, switch| WhoSees {
        what: what.to_owned(),
        who: who.to_owned(),
        rule: rule.to_owned(),
        on,
        switch,
    };
    vec![
        row(
            "DNS questions to the resolver",
            "The resolver's operator sees this computer and the name. When the answer is not in its memory, the name servers of the reported domain see the resolver, the name and the time.",
            "Asked when you say so, in random order. A name that looks made for one reader is marked before it is sent. Beside each name, one that nobody has is asked for under its parents: does anything answer there?",
            Some(true),
            None,
        ),
        row(
            "This computer's network, passed on by the resolver (ECS)",
            "The name servers of the reported domain would see roughly where you sit.",
            "Every question says /0: do not pass it on.",
            None,
            None,
        ),
        row(
            "The reported domain's own name servers",
            "They see this computer, the name and the time.",
            "The resolver stands between, unless a look-up is told to ask every name server, or to follow the way from the root.",
            Some(true),
            None,
        ),
        row(
            "The name of an address (PTR)",
            "As any DNS question; the zone belongs mostly to the hoster.",
            "Asked for an address that you look up.",
            Some(true),
            None,
        ),
        row(
            "Registries over RDAP",
            "The registry sees this computer and what is asked about, and may tell the registrar.",
            "Asked with a look-up while switched on.",
            Some(rdap),
            Some(Source::Rdap),
        ),
        row(
            "Registries over WHOIS, where RDAP fails",
            "The same, and everybody on the way: WHOIS is not encrypted.",
            "Asked where RDAP gives nothing, while switched on.",
            Some(rdap && whois),
            Some(Source::Whois),
        ),
        row(
            "The registrar's own RDAP server",
            "A registrar that is part of it would be warned.",
            "Never followed; its address is shown.",
            None,
            None,
        ),
        row(
            "Which network an address is in, of the table on this computer",
            "Nobody.",
            "Never leaves.",
            None,
            None,
        ),
        row(
            "The same, of Team Cymru, over DNS",
            "Its name servers see the resolver and the address, not the reported name. The resolver's operator sees both.",
            "Off unless you switch it on. Then asked about at most four addresses of a host that the table does not know; never for a list.",
            Some(cymru),
            Some(Source::Cymru),
        ),
        row(
            "The reported site itself: web, mail, TLS, ping",
            "Whoever runs it.",
            "Never. Links and pictures of reports are not loaded either, and nothing is resolved in advance.",
            None,
            None,
        ),
    ]
}

#[cfg(test)]
mod tests;
