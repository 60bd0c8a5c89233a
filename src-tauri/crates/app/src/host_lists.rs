//! Asking the world about many hosts: a pasted list, a file, the hosts of a case.
//!
//! Hosts come back one by one as they are done, in no particular order, and are not kept in memory.
//! With a case, answers are kept on it in batches, one journal entry a batch.

/// Keeping beside asking.
mod beside;
/// A host that was looked up.
mod looked_up;

use std::{
    collections::HashSet, mem, net::IpAddr, sync::mpsc::sync_channel, thread, time::Duration,
};

use farol_lookup::{Asked, ListLookup, Looked, Pass, Resolver, Speed, Stamp, Types};
use farol_model::{
    id::CaseId,
    lookup::{Observation, ProviderVerdict},
};

pub(crate) use beside::keep_beside;
pub use looked_up::{Address, LookedUp, Observed, Provides};

use crate::{Desk, Failure, lookups};

/// Observations in one journal entry.
const BATCH: usize = 2_000;
/// Questions a second for a resolver that is not on this computer, unless somebody chooses.
const USUAL_RATE: u32 = 300;
/// Questions that wait for an answer at a time.
const IN_FLIGHT: usize = 1_000;
/// How long one question of a list may take, all attempts together: nobody waits for a single one,
/// and of a hundred thousand none should be missing because five packets were lost.
const PATIENCE: Duration = Duration::from_secs(8);
const ATTEMPTS: u32 = 5;
/// Hosts that are done and wait to be taken.
const MAX_WAITING: usize = 1_024;

/// Who is asked about a list, for what, and how fast.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListAsk<'a> {
    /// Keeps every answer on this case.
    pub case: Option<CaseId>,
    /// Resolvers; the system's when there is none.
    pub resolvers: &'a [String],
    /// Record types as in `A,AAAA,NS`; the usual ones without.
    pub types: Option<&'a str>,
    /// Questions a second for each resolver, nought for as fast as the answers come; without, 300
    /// for a resolver elsewhere, and no limit for one on this computer.
    pub rate: Option<u32>,
}

/// A list, read: what can be looked up and what is no host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostList {
    /// Hosts in normal form, each once, in the order given.
    pub hosts: Vec<String>,
    /// Lines that are none, as they were written.
    pub refused: Vec<String>,
    /// How many lines name a host again.
    pub n_again: u32,
}

impl HostList {
    /// Reads hosts, URLs, addresses and subjects of registries, defanged or not, one a line or several
    /// of one kind. Of a table's line the first field counts; empty lines and those that begin with `#`
    /// are passed over.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = HashSet::new();
        let mut list = Self { hosts: Vec::new(), refused: Vec::new(), n_again: 0 };
        for line in lines {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (hosts, none) = read_line(line);
            list.refused.extend(none.into_iter().map(str::to_owned));
            for host in hosts {
                if known.insert(host.clone()) {
                    list.hosts.push(host);
                } else {
                    list.n_again += 1;
                }
            }
        }
        list
    }
}

/// The hosts of a line, and what of it is none.
fn read_line(line: &str) -> (Vec<String>, Vec<&str>) {
    let is_several = line.contains([',', ';', '\t']);
    if let Some(one) = host(line).filter(|_| !is_several) {
        return (vec![one], Vec::new());
    }
    let words: Vec<_> = line.split(' ').filter(|it| !it.is_empty()).map(in_fields).collect();
    if words.iter().all(|it| !it.is_empty()) {
        return (words.concat(), Vec::new());
    }
    // People put a space behind a comma; tables do not, and what else stands in them is no host.
    let is_prose = line.contains(", ") || line.contains("; ");
    let of_prose: Vec<_> = fields(line).filter(|_| is_prose).map(|it| (host(it), it)).collect();
    if of_prose.iter().any(|(host, _)| host.is_some()) {
        let none = of_prose.iter().filter(|(host, _)| host.is_none()).map(|(_, it)| *it).collect();
        return (of_prose.into_iter().filter_map(|(host, _)| host).collect(), none);
    }
    let hosts = in_fields(line);
    let none = if hosts.is_empty() { vec![line] } else { Vec::new() };
    (hosts, none)
}

fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', ';', '\t']).map(str::trim).filter(|it| !it.is_empty())
}

/// The hosts of a line between commas, semicolons and tabs: all of them when all are of one kind,
/// otherwise it is a table's line, whose first field counts.
fn in_fields(line: &str) -> Vec<String> {
    let all: Vec<Option<String>> = fields(line).map(host).collect();
    let is_address = |it: &Option<String>| it.as_ref().map(|it| it.parse::<IpAddr>().is_ok());
    let is_of_one_kind = all.windows(2).all(|it| is_address(&it[0]) == is_address(&it[1]));
    let n_taken = if is_of_one_kind { all.len() } else { 1 };
    all.into_iter().take(n_taken).flatten().collect()
}

fn host(text: &str) -> Option<String> {
    lookups::named(text.trim().trim_matches('"'))
}

/// How a list is asked about, with everything that was chosen checked.
pub(crate) struct Prepared {
    pub(crate) resolvers: Vec<Resolver>,
    pub(crate) types: Types,
    pub(crate) speed: Speed,
}

impl Desk {
    /// Looks a list of hosts up; `each` gets a host as soon as it is done. Registries are not asked.
    /// Blocks until done or cancelled; a host that was on its way then is not given.
    ///
    /// # Errors
    /// When something that was chosen cannot be understood, the vault refuses, or `each` does; what
    /// was kept by then stays kept.
    pub fn look_up_list(
        &self,
        hosts: Vec<String>,
        ask: &ListAsk<'_>,
        each: &mut dyn FnMut(LookedUp) -> Result<(), Failure>,
        cancelled: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<(), Failure> {
        let prepared = self.prepare_list(ask)?;
        let pass = self.pass_out(ask.case, &hosts)?;
        if let Some(case) = ask.case {
            self.name_on(case, &hosts)?;
        }
        let networks = self.networks();
        let asn = self.asn_table();
        let keep = |batch: Vec<Asked>| {
            self.note_left(ask.case, &batch, Vec::new())?;
            ask.case.map_or(Ok(()), |case| self.keep_observations(case, &batch))
        };
        let asked = keep_beside(keep, |due| {
            let mut batch: Vec<Asked> = Vec::new();
            let mut take = |looked: Looked| {
                let observations = looked.observations();
                let verdict = farol_lookup::verdict(&looked.host, &observations, &networks);
                batch.extend(looked.fresh().cloned());
                if batch.len() >= BATCH {
                    due(mem::take(&mut batch))?;
                }
                each(LookedUp::of(&observations, verdict, &asn))
            };
            let seed = self.store.new_id().into_bytes();
            let asked = self.ask_list(&pass, hosts, &prepared, seed, &mut take, cancelled);
            // Also when something went wrong: what was answered is kept, and what left is written down.
            due(batch).unwrap_or_default();
            asked
        })?;
        self.note_left(None, &asked?, Vec::new())
    }

    /// A host as scripts read it, from what was observed and the verdict.
    pub fn looked_up(&self, observations: &[Observation], verdict: ProviderVerdict) -> LookedUp {
        LookedUp::of(observations, verdict, &self.asn_table())
    }

    /// Checks what was chosen for a list.
    pub(crate) fn prepare_list(&self, ask: &ListAsk<'_>) -> Result<Prepared, Failure> {
        let mut resolvers = Vec::new();
        for text in ask.resolvers {
            resolvers.push(self.choose_resolver(Some(text))?);
        }
        if resolvers.is_empty() {
            resolvers.push(self.choose_resolver(None)?);
        }
        for resolver in &mut resolvers {
            (resolver.deadline, resolver.attempts) = (PATIENCE, ATTEMPTS);
        }
        let types = ask.types.map_or(Ok(Types::usual()), Types::parse).map_err(|error| {
            Failure::bad_input(
                format!("The record types cannot be understood: {error}. Nothing was sent."),
                "Write them like A,AAAA,CNAME,NS,MX,TXT; DMARC is the policy of the domain.",
            )
        })?;
        let is_here = resolvers.iter().all(|it| it.addr.ip().is_loopback());
        let rate = match ask.rate {
            Some(0) => None,
            None if is_here => None,
            None => Some(USUAL_RATE),
            chosen => chosen,
        };
        Ok(Prepared { resolvers, types, speed: Speed { rate, in_flight: IN_FLIGHT } })
    }

    /// Asks on a thread of its own, so that writing does not keep packets waiting. Gives what had left
    /// for hosts that were not given.
    pub(crate) fn ask_list(
        &self,
        pass: &Pass,
        hosts: Vec<String>,
        prepared: &Prepared,
        seed: [u8; 16],
        take: &mut dyn FnMut(Looked) -> Result<(), Failure>,
        cancelled: &(dyn Fn() -> bool + Send + Sync),
    ) -> Result<Vec<Asked>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| lookups::no_network(&error))?;
        let stamp = || Stamp { at: self.store.now(), id: self.store.new_id() };
        let asn = self.asn_table();
        let (done, came) = sync_channel(MAX_WAITING);
        let is_over = std::sync::atomic::AtomicBool::new(false);
        let stopped = || cancelled() || is_over.load(std::sync::atomic::Ordering::Relaxed);
        thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let done = done;
                let list = ListLookup {
                    resolvers: &prepared.resolvers,
                    types: &prepared.types,
                    speed: prepared.speed,
                    asn: &asn,
                    seed,
                    stamp: &stamp,
                };
                // Nobody takes any more when writing failed.
                let mut each = |looked| done.send(looked).unwrap_or_default();
                runtime.block_on(pass.look_up_list(&list, hosts, &mut each, &stopped))
            });
            for looked in came {
                if let Err(failure) = take(looked) {
                    is_over.store(true, std::sync::atomic::Ordering::Relaxed);
                    return Err(failure);
                }
            }
            Ok(asking.join().unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line_and_nothing_is_lost() {
        let text = "\u{feff}hxxps://login[.]kelp[.]test/a\n# a comment\n\nKELP.test,seen 3 times\n\
                    login.kelp.test\nnot a host\nas64496\n192.0.2.7\t8\n\"quoted.kelp.test\";x\n";
        let list = HostList::read(text.lines());
        assert_eq!(
            list.hosts,
            ["login.kelp.test", "kelp.test", "AS64496", "192.0.2.7", "quoted.kelp.test"]
        );
        assert_eq!(list.refused, ["not a host"]);
        assert_eq!(list.n_again, 1);
    }

    #[test]
    fn several_hosts_on_a_line_are_all_read_and_of_a_tables_line_the_first_field() {
        for (line, expected) in [
            ("a.kelp.test, b.kelp.test; c.kelp.test", "a.kelp.test b.kelp.test c.kelp.test"),
            ("a.kelp.test,b.kelp.test", "a.kelp.test b.kelp.test"),
            ("a[.]kelp[.]test b[.]kelp[.]test", "a.kelp.test b.kelp.test"),
            ("a [.] kelp [.] test", "a.kelp.test"),
            ("192.0.2.7,192.0.2.8", "192.0.2.7 192.0.2.8"),
            ("a.kelp.test, 192.0.2.7", "a.kelp.test 192.0.2.7"),
            ("a.kelp.test,192.0.2.7,2026-11-27", "a.kelp.test"),
            ("a.kelp.test,192.0.2.7", "a.kelp.test"),
            ("https://a.kelp.test/x, seen 3 times", "a.kelp.test"),
            ("a.kelp.test, b.kelp.test, and c.kelp.test", "a.kelp.test b.kelp.test"),
            ("Moor <moor@kelp[.]test>", ""),
            ("moor@kelp[.]test", "kelp.test"),
            ("[the page](https://a.kelp.test/x)", "a.kelp.test"),
            ("have a look at a.kelp.test", ""),
            (", ;", ""),
        ] {
            assert_eq!(HostList::read([line]).hosts.join(" "), expected, "{line}");
        }
        let said = HostList::read(["a.kelp.test, b.kelp.test, and c.kelp.test", ", ;"]).refused;
        assert_eq!(said, ["and c.kelp.test", ", ;"], "nothing is left out in silence");
    }
}
