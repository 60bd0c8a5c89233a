//! From a host to the observations about it.
//!
//! Decides what is asked next and in which order, keeps a few questions in flight, and stops when
//! told to without losing what is done. Knows nothing of packets and nothing of what follows.

use std::{
    collections::BTreeSet,
    iter::Enumerate,
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
    vec,
};

use farol_model::{
    id::ObservationId,
    lookup::{Answer, Observation, Question, Record},
    registry::RegistryObject,
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    asn::AsnTable,
    cymru,
    depth::{Below, Depth},
    engine::{self, Pace, Work},
    questions::{
        Types, as_ip, ascii, dns, is_subject, questions_of, registrable, registry_questions,
    },
    rdap::{Registries, not_asked},
    resolver::Resolver,
};

/// How often a CNAME chain that the resolver left open is followed by a question of our own.
pub(crate) const MAX_FOLLOWED: usize = 8;
/// Name servers with names in the host's own domain whose addresses are asked for.
const MAX_OWN_SERVERS: usize = 4;
/// How many of the addresses found have their registry asked.
const MAX_NETWORKS: usize = 2;
/// How soon a cancellation is noticed while a question is in flight.
const CANCEL_NOTICED: Duration = Duration::from_millis(50);

/// An observation and the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What was asked and how it ended; its `wire` is the SHA-256 of the bytes.
    pub observation: Observation,
    /// The wire message as received; none when nothing came, or for an offline table.
    pub wire: Option<Vec<u8>>,
}

/// A moment and an id for one observation, handed in by whoever owns clock and randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Now.
    pub at: Timestamp,
    /// A new id (UUIDv7); its last bits also become the id of the DNS message, so they must not
    /// be guessable.
    pub id: Uuid,
}

/// Where stamps come from.
pub type Stamper<'a> = &'a (dyn Fn() -> Stamp + Send + Sync);

/// Who is asked about a host, and what.
#[derive(Clone, Copy)]
pub struct HostLookup<'a> {
    /// The resolver.
    pub resolver: &'a Resolver,
    /// Who announces which addresses.
    pub asn: &'a AsnTable,
    /// The registries, when they are asked.
    pub registries: Option<&'a Registries>,
    /// What is asked beyond the usual.
    pub depth: &'a Depth,
    /// Clock and randomness.
    pub stamp: Stamper<'a>,
}

/// Asks everything about a host: DNS from a resolver, who announces the addresses found, and, when
/// there are any, the registries.
///
/// Questions are those of [`questions`] and [`registry_questions`]; a CNAME chain that the resolver
/// left open is followed, and of the addresses found the registries of the first two networks are
/// asked, when they are known.
/// `progress` is told how many are done of how many; `cancelled` is asked often, and what is done
/// by then is returned. The order of the result is that of the questions, whatever came first.
/// Leaves the machine only towards `resolver` and the registries, and towards name servers where `depth`
/// says so; everything about the answer, silence included, is in the observations.
pub(crate) async fn look_up(
    host: &str,
    lookup: &HostLookup<'_>,
    progress: &(dyn Fn(usize, usize) + Send + Sync),
    cancelled: &(dyn Fn() -> bool + Send + Sync),
) -> Vec<Asked> {
    let HostLookup { resolver, asn, registries, depth, stamp } = *lookup;
    let run = Run {
        resolver,
        stamp,
        progress,
        cancelled,
        n_done: AtomicUsize::new(0),
        n_total: AtomicUsize::new(0),
    };
    let types = Types::usual().with_selectors(&depth.selectors);
    let (offline, over_dns): (Vec<_>, Vec<_>) = questions_of(host, &types)
        .into_iter()
        .partition(|question| matches!(question, Question::Asn { .. }));
    let of_registries = registries.map(|it| (it, registry_questions(host)));
    run.expect(
        over_dns.len() + offline.len() + of_registries.as_ref().map_or(0, |(_, it)| it.len()),
    );

    let planned = async {
        match &of_registries {
            Some((registries, questions)) => run.ask_planned(registries, questions).await,
            None => Vec::new(),
        }
    };
    // A registry that is slow, or a resolver that is silent, is waited for once.
    let (mut asked, said) = tokio::join!(run.ask_dns(host, over_dns), planned);

    let found = addresses(host, &asked);
    let given = as_ip(host);
    // Without a table only an address that was asked for by name gets an answer: that there is none.
    let wanted =
        found.iter().copied().filter(|ip| !asn.is_empty() && Some(*ip) != given).chain(given);
    for ip in wanted {
        if cancelled() {
            break;
        }
        asked.push(from_table(ip, asn, stamp()));
        if Some(ip) == given {
            run.finish_one();
        }
    }
    if depth.cymru {
        let said = run
            .ask_cymru(
                &asked,
                found.into_iter().chain(given).filter(|ip| depth.reach.is_known_to_others(*ip)),
            )
            .await;
        asked.extend(said);
    }
    asked.extend(said);
    if let Some((registries, _)) = of_registries {
        run.ask_networks(host, registries, &mut asked).await;
    }
    if as_ip(host).is_none() && !is_subject(host) && !cancelled() {
        let below = Below { run: &run, reach: depth.reach };
        let name = ascii(host);
        if depth.authorities {
            let said = below.ask_authorities(&name, &asked).await;
            asked.extend(said);
        }
        if depth.trace && !cancelled() {
            asked.extend(below.trace(&name).await);
        }
    }
    asked
}

/// One look-up on its way.
pub(crate) struct Run<'a> {
    pub(crate) resolver: &'a Resolver,
    pub(crate) stamp: Stamper<'a>,
    progress: &'a (dyn Fn(usize, usize) + Send + Sync),
    pub(crate) cancelled: &'a (dyn Fn() -> bool + Send + Sync),
    n_done: AtomicUsize,
    n_total: AtomicUsize,
}

impl Run<'_> {
    /// So many questions came up on the way.
    pub(crate) fn expect(&self, n_more: usize) {
        let n_total = self.n_total.fetch_add(n_more, Ordering::Relaxed) + n_more;
        (self.progress)(self.n_done.load(Ordering::Relaxed), n_total);
    }

    /// A question ended.
    pub(crate) fn finish_one(&self) {
        let n_done = self.n_done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.progress)(n_done, self.n_total.load(Ordering::Relaxed));
    }

    /// Asks the questions, all at once: what a person waits for is the slowest answer alone.
    async fn ask_all(&self, questions: Vec<Question>) -> Vec<Asked> {
        let mut list =
            List { run: self, waiting: questions.into_iter().enumerate(), done: Vec::new() };
        let resolver = std::slice::from_ref(self.resolver);
        engine::ask(resolver, Pace::ONE_HOST, &mut list, self.stamp, self.cancelled).await;
        let mut done = list.done;
        done.sort_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, asked)| asked).collect()
    }

    /// Asks the resolver, and follows a CNAME chain that it left open.
    async fn ask_dns(&self, host: &str, questions: Vec<Question>) -> Vec<Asked> {
        let mut asked = self.ask_all(questions).await;
        let servers = self.ask_more(servers_of_its_own(host, &asked)).await;
        asked.extend(servers);
        for _ in 0..MAX_FOLLOWED {
            let followed = self.ask_more(open_ends(&ascii(host), &asked)).await;
            if followed.is_empty() {
                break;
            }
            asked.extend(followed);
        }
        asked
    }

    /// Asks the registries what they are asked whatever the resolver says.
    async fn ask_planned(&self, registries: &Registries, questions: &[Question]) -> Vec<Asked> {
        let mut asked = Vec::new();
        for question in questions {
            if (self.cancelled)() {
                break;
            }
            asked.extend(self.ask_registry(registries, question).await);
            self.finish_one();
        }
        asked
    }

    /// Asks the registries of the first networks that the host turned out to be in.
    async fn ask_networks(&self, host: &str, registries: &Registries, asked: &mut Vec<Asked>) {
        let mut n_networks = 0;
        for ip in addresses(host, asked) {
            let question = Question::Rdap { object: RegistryObject::Ip, about: ip.to_string() };
            if n_networks == MAX_NETWORKS || (self.cancelled)() {
                return;
            }
            if is_covered(ip, asked) || registries.plan(question.clone()).server.is_none() {
                continue;
            }
            n_networks += 1;
            self.expect(1);
            asked.extend(self.ask_registry(registries, &question).await);
            self.finish_one();
        }
    }

    async fn ask_registry(&self, registries: &Registries, question: &Question) -> Vec<Asked> {
        let Some((object, about)) = question.of_registry() else { return Vec::new() };
        tokio::select! {
            asked = registries.ask(object, about, self.resolver, self.stamp) => asked,
            () = self.until_cancelled() => {
                let reason = "cancelled while waiting for the registry".to_owned();
                vec![not_asked(object, about, reason, self.stamp)]
            }
        }
    }

    /// Asks about the addresses that the table did not know.
    async fn ask_cymru(&self, asked: &[Asked], found: impl Iterator<Item = IpAddr>) -> Vec<Asked> {
        let is_known = |ip: &IpAddr| {
            asked.iter().any(|it| {
                matches!(it.observation.answer, Answer::Asn { .. })
                    && as_ip(it.observation.question.about()) == Some(*ip)
            })
        };
        let unknown = found.filter(|ip| !is_known(ip)).collect::<BTreeSet<_>>();
        let questions: Vec<_> =
            unknown.into_iter().take(cymru::MAX_ADDRESSES).map(cymru::origin_question).collect();
        let mut said = self.ask_more(questions).await;
        let holders = cymru::holder_questions(said.iter().map(|it| &it.observation));
        said.extend(self.ask_more(holders).await);
        said
    }

    /// Asks what came up on the way.
    async fn ask_more(&self, questions: Vec<Question>) -> Vec<Asked> {
        if questions.is_empty() || (self.cancelled)() {
            return Vec::new();
        }
        self.expect(questions.len());
        self.ask_all(questions).await
    }

    async fn until_cancelled(&self) {
        while !(self.cancelled)() {
            tokio::time::sleep(CANCEL_NOTICED).await;
        }
    }
}

/// The questions of one host that are for the resolver.
struct List<'a> {
    run: &'a Run<'a>,
    waiting: Enumerate<vec::IntoIter<Question>>,
    done: Vec<(usize, Asked)>,
}

impl Work for List<'_> {
    fn next(&mut self) -> Option<(usize, Question)> {
        self.waiting.next()
    }

    fn ended(&mut self, place: usize, asked: Asked) {
        self.done.push((place, asked));
        self.run.finish_one();
    }
}

/// What the offline table says of an address.
pub(crate) fn from_table(ip: IpAddr, table: &AsnTable, stamp: Stamp) -> Asked {
    let answer = match table.lookup(ip) {
        Some(it) => {
            Answer::Asn { asn: it.asn, holder: it.holder.to_owned(), range: Some(it.range()) }
        }
        None if table.is_empty() => {
            Answer::NoAnswer { reason: "no asn table is loaded".to_owned() }
        }
        None => Answer::NotInTable,
    };
    let observation = Observation {
        id: ObservationId(stamp.id),
        question: Question::Asn { ip: ip.to_string() },
        server: table.server(),
        transport: "table".to_owned(),
        asked_at: stamp.at,
        round_trip_ms: 0,
        answer,
        wire: None,
    };
    Asked { observation, wire: None }
}

/// Where name servers stand that have names in the domain itself: the names do not say whose they are.
fn servers_of_its_own(host: &str, asked: &[Asked]) -> Vec<Question> {
    let host = ascii(host);
    let domain = registrable(&host);
    let records = asked.iter().filter_map(|it| match &it.observation.answer {
        Answer::Dns { answers, .. } => Some(answers),
        _ => None,
    });
    let servers = records.flatten().filter(|it| it.record_type == "NS" && it.name == domain);
    let own: BTreeSet<&str> =
        servers.map(|it| it.data.as_str()).filter(|it| registrable(it) == domain).collect();
    let questions = own.into_iter().take(MAX_OWN_SERVERS).map(|it| dns(it, "A"));
    questions.filter(|it| !asked.iter().any(|known| known.observation.question == *it)).collect()
}

/// Questions that finish the chains which a resolver did not follow to the end.
pub(crate) fn open_ends(host: &str, asked: &[Asked]) -> Vec<Question> {
    let is_asked = |question: &Question| asked.iter().any(|a| a.observation.question == *question);
    ["A", "AAAA"]
        .into_iter()
        .filter(|record_type| is_asked(&dns(host, record_type)))
        .filter_map(|record_type| {
            let mut name = host.to_owned();
            let mut seen = BTreeSet::new();
            while seen.insert(name.clone()) {
                let question = dns(&name, record_type);
                if !is_asked(&question) {
                    return Some(question);
                }
                let answer = asked.iter().find(|a| a.observation.question == question)?;
                let Answer::Dns { rcode, answers, authority, .. } = &answer.observation.answer
                else {
                    return None;
                };
                let is_final = rcode == "NXDOMAIN"
                    || authority.iter().any(|record| record.record_type == "SOA")
                    || answers.iter().any(|record| record.record_type == record_type);
                if is_final {
                    return None;
                }
                name = last_name(&name, answers);
            }
            None
        })
        .collect()
}

/// Where the CNAME records of an answer lead; the start itself when they form a circle.
fn last_name(start: &str, answers: &[Record]) -> String {
    let mut name = start;
    for _ in 0..=answers.len() {
        let next = answers.iter().find(|r| r.record_type == "CNAME" && r.name == name);
        match next {
            Some(record) => name = &record.data,
            None => return name.to_owned(),
        }
    }
    start.to_owned()
}

/// Whether a registry's answer was about the network of this address already.
fn is_covered(ip: IpAddr, asked: &[Asked]) -> bool {
    asked.iter().any(|it| {
        let Answer::Registered { record, .. } = &it.observation.answer else { return false };
        let ends = record.name.split_once(" - ");
        let ends = ends.and_then(|(first, last)| Some((as_ip(first)?, as_ip(last)?)));
        ends.is_some_and(|(first, last)| {
            first.is_ipv4() == ip.is_ipv4() && first <= ip && ip <= last
        })
    })
}

/// The addresses that answers about a host brought; not those of its mail or name servers.
pub(crate) fn addresses(host: &str, asked: &[Asked]) -> BTreeSet<IpAddr> {
    let host = ascii(host);
    let records = || {
        let of_resolver =
            asked.iter().filter(|it| matches!(it.observation.question, Question::Dns { .. }));
        of_resolver
            .filter_map(|asked| match &asked.observation.answer {
                Answer::Dns { answers, .. } => Some(answers),
                _ => None,
            })
            .flatten()
    };
    let mut names = BTreeSet::from([host.as_str()]);
    let mut name = Some(host.as_str());
    while let Some(known) = name {
        let next = records().find(|it| it.record_type == "CNAME" && it.name == known);
        name = next.map(|it| it.data.as_str()).filter(|it| names.insert(it));
    }
    records()
        .filter(|record| names.contains(record.name.as_str()))
        .filter(|record| matches!(record.record_type.as_str(), "A" | "AAAA"))
        .filter_map(|record| record.data.parse().ok())
        .collect()
}
