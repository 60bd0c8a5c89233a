//! From a list of hosts to the observations about each, as they come.
//!
//! What concerns a registrable domain is asked once for all of its hosts, so hosts of one domain go
//! together; the domains go in an order that looks random, because a sorted burst over one actor's
//! domains is a tell. Only what is on its way is in memory: whoever calls takes each host as soon as it is done.
//! Knows nothing of packets.

use std::{collections::VecDeque, net::IpAddr, sync::Arc};

use farol_model::lookup::{Observation, Question};
use sha2::{Digest as _, Sha256};

use crate::{
    asn::AsnTable,
    engine::{self, Pace, Work},
    look_up::{Asked, MAX_FOLLOWED, Stamper, addresses, from_table, open_ends},
    questions::{Types, about_domain, about_host, as_ip, ascii, registrable},
    resolver::Resolver,
};

/// Hosts that are on their way at a time: enough that no resolver waits, few enough for memory.
const MAX_OPEN: usize = 2048;
/// Sockets for each resolver.
const N_LINES: usize = 8;

/// How fast a list is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// Questions a second for each resolver; none is as fast as the answers come.
    pub rate: Option<u32>,
    /// Questions that wait for an answer at a time.
    pub in_flight: usize,
}

/// A host of the list, looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Its place in the list.
    pub place: usize,
    /// The host.
    pub host: String,
    /// What was asked about it, and who announces the addresses found.
    pub asked: Vec<Asked>,
    /// What was asked about its registrable domain; the same for all hosts of it.
    pub of_domain: Arc<Vec<Asked>>,
    /// Whether no earlier host of the list brought the same `of_domain`.
    pub is_first_of_domain: bool,
}

impl Looked {
    /// Everything that speaks about the host, for a verdict.
    pub fn observations(&self) -> Vec<Observation> {
        self.asked.iter().chain(self.of_domain.iter()).map(|it| it.observation.clone()).collect()
    }

    /// What was not kept yet: its own answers, and those of its domain the first time.
    pub fn fresh(&self) -> impl Iterator<Item = &Asked> {
        let of_domain = if self.is_first_of_domain { self.of_domain.as_slice() } else { &[] };
        self.asked.iter().chain(of_domain)
    }
}

/// Who is asked about a list, for what, and how fast.
#[derive(Clone, Copy)]
pub struct ListLookup<'a> {
    /// The resolvers; with several, a question that was not answered goes to another one.
    pub resolvers: &'a [Resolver],
    /// Record types.
    pub types: &'a Types,
    /// How fast.
    pub speed: Speed,
    /// Who announces which addresses.
    pub asn: &'a AsnTable,
    /// What the order of the domains, which looks random, is made from.
    pub seed: [u8; 16],
    /// Clock and randomness.
    pub stamp: Stamper<'a>,
}

impl ListLookup<'_> {
    /// Asks about every host of a list, in the [`asking_order`].
    ///
    /// `each` gets a host when all its questions ended. A host that was on its way when somebody
    /// cancelled is not given: it was not looked up; what had left for it by then comes back, so that
    /// it can be written down. Registries are not asked.
    pub(crate) async fn ask(
        &self,
        hosts: Vec<String>,
        each: &mut (dyn FnMut(Looked) + Send),
        cancelled: &(dyn Fn() -> bool + Send + Sync),
    ) -> Vec<Asked> {
        let order = by_domain(&hosts, self.seed);
        let mut list = List {
            hosts,
            order: order.into_iter(),
            types: self.types,
            asn: self.asn,
            stamp: self.stamp,
            each,
            cancelled,
            ready: VecDeque::new(),
            open: Places::default(),
            domains: Places::default(),
            current: None,
            unfinished: Vec::new(),
        };
        let pace = Pace {
            in_flight: self.speed.in_flight,
            rate: self.speed.rate,
            n_lines: N_LINES,
            persists: true,
        };
        engine::ask(self.resolvers, pace, &mut list, self.stamp, cancelled).await;
        list.what_is_left()
    }
}

/// Places of the hosts in the order in which they are asked: those of a domain together, the domains as if
/// at random. The same `seed` gives the same order again, also of the hosts that are left after a pause.
pub fn asking_order(hosts: &[String], seed: [u8; 16]) -> Vec<usize> {
    by_domain(hosts, seed).into_iter().map(|(place, _)| place).collect()
}

/// The same with what tells one domain from the next.
fn by_domain(hosts: &[String], seed: [u8; 16]) -> Vec<(usize, u64)> {
    let domain_key = |host: &String| {
        let host = ascii(host);
        let domain = if as_ip(&host).is_some() { &host } else { registrable(&host) };
        let hash: [u8; 32] = Sha256::new_with_prefix(seed).chain_update(domain).finalize().into();
        u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default())
    };
    let mut order: Vec<_> = hosts.iter().map(domain_key).enumerate().collect();
    order.sort_by_key(|(place, domain)| (*domain, *place));
    order
}

/// Things with a place of their own, which is used again.
#[derive(Debug)]
struct Places<T> {
    things: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self { things: Vec::new(), free: Vec::new() }
    }
}

impl<T> Places<T> {
    fn put(&mut self, thing: T) -> usize {
        if let Some(place) = self.free.pop() {
            self.things[place] = Some(thing);
            return place;
        }
        self.things.push(Some(thing));
        self.things.len() - 1
    }

    fn get(&mut self, place: usize) -> Option<&mut T> {
        self.things.get_mut(place)?.as_mut()
    }

    fn take(&mut self, place: usize) -> Option<T> {
        let thing = self.things.get_mut(place)?.take()?;
        self.free.push(place);
        Some(thing)
    }

    fn len(&self) -> usize {
        self.things.len() - self.free.len()
    }
}

/// A host on its way.
struct Host {
    place: usize,
    host: String,
    domain: usize,
    asked: Vec<Asked>,
    n_waiting: usize,
    n_followed: usize,
}

/// A registrable domain, as long as hosts of it are on their way or to come.
struct Domain {
    key: u64,
    asked: Vec<Asked>,
    n_waiting: usize,
    /// What was asked about it, once that is whole.
    whole: Option<Arc<Vec<Asked>>>,
    is_given: bool,
    /// Hosts that are done and wait for it.
    done: Vec<Host>,
    /// Hosts that were begun and not given.
    n_hosts: usize,
}

struct List<'a> {
    hosts: Vec<String>,
    order: std::vec::IntoIter<(usize, u64)>,
    types: &'a Types,
    asn: &'a AsnTable,
    stamp: Stamper<'a>,
    each: &'a mut (dyn FnMut(Looked) + Send),
    cancelled: &'a (dyn Fn() -> bool + Send + Sync),
    /// Questions that may leave.
    ready: VecDeque<(usize, Question)>,
    open: Places<Host>,
    domains: Places<Domain>,
    /// The domain whose hosts are being begun.
    current: Option<usize>,
    /// Questions that had left and were not waited for.
    unfinished: Vec<Asked>,
}

/// Marks tell hosts and domains apart by their last bit.
fn mark_of_host(place: usize) -> usize {
    place << 1
}

fn mark_of_domain(place: usize) -> usize {
    place << 1 | 1
}

impl Work for List<'_> {
    fn next(&mut self) -> Option<(usize, Question)> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            if self.open.len() >= MAX_OPEN || !self.begin_host() {
                return None;
            }
        }
    }

    fn ended(&mut self, mark: usize, asked: Asked) {
        if (self.cancelled)() {
            self.unfinished.push(asked);
            return;
        }
        let place = mark >> 1;
        if mark & 1 == 1 {
            let Some(domain) = self.domains.get(place) else { return };
            domain.asked.push(asked);
            domain.n_waiting -= 1;
            self.give_domain(place);
        } else {
            let Some(host) = self.open.get(place) else { return };
            host.asked.push(asked);
            host.n_waiting -= 1;
            if host.n_waiting == 0 {
                self.go_on(place);
            }
        }
    }
}

impl List<'_> {
    /// Begins the next host; false when there is none.
    fn begin_host(&mut self) -> bool {
        let Some((place, key)) = self.order.next() else { return false };
        let host = std::mem::take(&mut self.hosts[place]);
        let domain = self.domain(&host, key);
        let questions = about_host(&host, self.types);
        let n_waiting = questions.len();
        let begun = Host { place, host, domain, asked: Vec::new(), n_waiting, n_followed: 0 };
        let at = self.open.put(begun);
        self.ready.extend(questions.into_iter().map(|question| (mark_of_host(at), question)));
        if n_waiting == 0 {
            self.go_on(at);
        }
        true
    }

    /// The domain of a host that begins; its questions leave with the first one.
    fn domain(&mut self, host: &str, key: u64) -> usize {
        if let Some(current) = self.current
            && let Some(domain) = self.domains.get(current)
        {
            if domain.key == key {
                domain.n_hosts += 1;
                return current;
            }
            self.forget_domain(current);
        }
        let host = ascii(host);
        let is_name = as_ip(&host).is_none() && !crate::questions::is_subject(&host);
        let questions =
            if is_name { about_domain(registrable(&host), self.types) } else { Vec::new() };
        let n_waiting = questions.len();
        let at = self.domains.put(Domain {
            key,
            asked: Vec::new(),
            n_waiting,
            whole: None,
            is_given: false,
            done: Vec::new(),
            n_hosts: 1,
        });
        self.current = Some(at);
        self.ready.extend(questions.into_iter().map(|question| (mark_of_domain(at), question)));
        self.give_domain(at);
        at
    }

    /// Follows the chains that were left open, then says who announces the addresses.
    fn go_on(&mut self, at: usize) {
        let Some(host) = self.open.get(at) else { return };
        let open_ends = if host.n_followed < MAX_FOLLOWED {
            open_ends(&ascii(&host.host), &host.asked)
        } else {
            Vec::new()
        };
        if !open_ends.is_empty() {
            host.n_followed += 1;
            host.n_waiting = open_ends.len();
            self.ready.extend(open_ends.into_iter().map(|it| (mark_of_host(at), it)));
            return;
        }
        let Some(mut host) = self.open.take(at) else { return };
        let given: Option<IpAddr> = as_ip(&host.host);
        let found = addresses(&host.host, &host.asked).into_iter().filter(|ip| Some(*ip) != given);
        let found = found.filter(|_| !self.asn.is_empty()).chain(given);
        let announced: Vec<_> = found.map(|ip| from_table(ip, self.asn, (self.stamp)())).collect();
        let name = ascii(&host.host);
        host.asked.sort_by_key(|it| self.types.rank(&it.observation.question, &name));
        host.asked.extend(announced);
        let at = host.domain;
        if let Some(domain) = self.domains.get(at) {
            domain.done.push(host);
        }
        self.give_domain(at);
    }

    /// Gives the hosts that are done, once their domain is.
    fn give_domain(&mut self, at: usize) {
        let Some(domain) = self.domains.get(at) else { return };
        if domain.n_waiting > 0 {
            return;
        }
        let whole = domain.whole.get_or_insert_with(|| {
            let mut asked = std::mem::take(&mut domain.asked);
            asked.sort_by_key(|it| self.types.rank(&it.observation.question, ""));
            Arc::new(asked)
        });
        let whole = Arc::clone(whole);
        for host in std::mem::take(&mut domain.done) {
            domain.n_hosts -= 1;
            (self.each)(Looked {
                place: host.place,
                host: host.host,
                asked: host.asked,
                of_domain: Arc::clone(&whole),
                is_first_of_domain: !std::mem::replace(&mut domain.is_given, true),
            });
        }
        if domain.n_hosts == 0 && self.current != Some(at) {
            self.domains.take(at);
        }
    }

    /// What had left for hosts that were not given.
    fn what_is_left(mut self) -> Vec<Asked> {
        for domain in self.domains.things.into_iter().flatten().filter(|it| !it.is_given) {
            self.unfinished.extend(domain.asked);
            self.unfinished.extend(domain.whole.iter().flat_map(|it| it.iter().cloned()));
            self.unfinished.extend(domain.done.into_iter().flat_map(|it| it.asked));
        }
        self.unfinished.extend(self.open.things.into_iter().flatten().flat_map(|it| it.asked));
        self.unfinished
    }

    /// No more hosts of this domain will begin.
    fn forget_domain(&mut self, at: usize) {
        self.current = None;
        if self.domains.get(at).is_some_and(|domain| domain.n_hosts == 0) {
            self.domains.take(at);
        }
    }
}
