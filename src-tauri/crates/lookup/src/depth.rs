//! Past the resolver: every name server of a zone asked itself, and the way from the root to a name.
//!
//! Whoever runs the name servers sees the address of this computer, so none of this happens unless
//! somebody asked for it and was told. Only public addresses are asked. Every answer is an observation of its
//! own that names the server; whether they agree is for the verdict.

use std::{
    collections::BTreeSet,
    future::Future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use farol_model::lookup::{Answer, Question, Record};

use crate::{
    engine::{self, Pace, Work},
    look_up::{Asked, Run},
    questions::{dns, registrable},
    rdap::is_public,
    resolver::Resolver,
};

/// Where name servers listen.
const PORT: u16 = 53;
/// Name servers of a zone that are asked, at most.
const MAX_SERVERS: usize = 13;
/// Addresses of one name server that are asked, at most.
const MAX_ADDRESSES: usize = 4;
/// Steps from the root that are followed, at most.
const MAX_STEPS: usize = 16;
/// Servers of one step that are tried, at most.
const MAX_TRIED: usize = 3;
/// How long a name server may take; some never answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The root of the DNS (its operators publish the addresses; read in November 2026).
const ROOT: [(&str, [u8; 4]); 13] = [
    ("a.root-servers.net", [198, 41, 0, 4]),
    ("b.root-servers.net", [170, 247, 170, 2]),
    ("c.root-servers.net", [192, 33, 4, 12]),
    ("d.root-servers.net", [199, 7, 91, 13]),
    ("e.root-servers.net", [192, 203, 230, 10]),
    ("f.root-servers.net", [192, 5, 5, 241]),
    ("g.root-servers.net", [192, 112, 36, 4]),
    ("h.root-servers.net", [198, 97, 190, 53]),
    ("i.root-servers.net", [192, 36, 148, 17]),
    ("j.root-servers.net", [192, 58, 128, 30]),
    ("k.root-servers.net", [193, 0, 14, 129]),
    ("l.root-servers.net", [199, 7, 83, 42]),
    ("m.root-servers.net", [202, 12, 27, 33]),
];

/// What is asked beyond the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Depth {
    /// Selectors of DKIM keys that somebody knows, from the head of a mail.
    pub selectors: Vec<String>,
    /// Every name server of the domain itself. Whoever runs them sees this computer.
    pub authorities: bool,
    /// The way from the root to the name. Whoever runs the last servers on it sees this computer.
    pub trace: bool,
    /// Team Cymru, about addresses that the table does not know.
    pub cymru: bool,
    /// Where name servers are found.
    pub reach: Reach,
}

/// Where name servers are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// At their public addresses.
    #[default]
    Internet,
    /// On this computer, all of them at this port, whatever address they have: the practice internet,
    /// or a test's own servers.
    Loopback(u16),
}

impl Reach {
    /// Whether others may be asked about an address: one that is not public means nothing to them.
    pub(crate) fn is_known_to_others(self, ip: IpAddr) -> bool {
        self != Self::Internet || is_public(ip)
    }

    /// Where a name server with this address is asked; none when it is not asked.
    fn address(self, ip: IpAddr) -> Option<SocketAddr> {
        match self {
            Self::Internet => is_public(ip).then_some(SocketAddr::new(ip, PORT)),
            Self::Loopback(port) if ip.is_loopback() => Some(SocketAddr::new(ip, port)),
            Self::Loopback(port) => Some(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)),
        }
    }
}

/// A name server and where it is asked.
type Server = (String, SocketAddr);

/// Who asks, and how it is watched.
pub(crate) struct Below<'a> {
    pub(crate) run: &'a Run<'a>,
    pub(crate) reach: Reach,
}

impl Below<'_> {
    /// Asks every name server of a host's domain for the host's addresses, and for the domain's own
    /// list of name servers and its version. `asked` has the answers of the resolver.
    pub(crate) async fn ask_authorities(&self, host: &str, asked: &[Asked]) -> Vec<Asked> {
        let domain = registrable(host).to_owned();
        let names: BTreeSet<String> = records(asked, "NS")
            .filter(|it| it.name == domain)
            .map(|it| it.data.clone())
            .take(MAX_SERVERS)
            .collect();
        let (mut all, servers) = self.find(names.into_iter().collect()).await;
        let questions = |server: &str| {
            [(host, "A"), (host, "AAAA"), (&domain, "NS"), (&domain, "SOA")]
                .map(|(name, kind)| authority(name, kind, server))
                .into()
        };
        let asking: Vec<_> = servers
            .iter()
            .map(|(name, addr)| self.ask(questions(name), Resolver::at(*addr)))
            .collect();
        all.extend(Together::all(asking).await.into_iter().flatten());
        all
    }

    /// Follows the way from the root to a name.
    pub(crate) async fn trace(&self, host: &str) -> Vec<Asked> {
        let mut all = Vec::new();
        // Not always the same of the thirteen: the first draw of the stamp says which.
        let start = (self.run.stamp)().id.as_bytes()[15] as usize;
        let mut servers: Vec<Server> = (0..ROOT.len())
            .map(|n| ROOT[(start + n) % ROOT.len()])
            .filter_map(|(name, ip)| Some((name.to_owned(), self.reach.address(ip.into())?)))
            .collect();
        let mut zone = String::new();
        for _ in 0..MAX_STEPS {
            let mut next = None;
            for (name, addr) in servers.iter().take(MAX_TRIED) {
                if (self.run.cancelled)() {
                    return all;
                }
                let question = vec![authority(host, "A", name)];
                let Some(asked) = self.ask(question, Resolver::at(*addr)).await.pop() else {
                    return all;
                };
                let is_said = !matches!(asked.observation.answer, Answer::NoAnswer { .. });
                next = delegation(&asked.observation.answer, host, &zone);
                let is_end = knows_itself(&asked.observation.answer);
                all.push(asked);
                if is_said {
                    // Whoever knows the name itself is asked for the other kind of address, too.
                    if is_end {
                        let question = vec![authority(host, "AAAA", name)];
                        all.extend(self.ask(question, Resolver::at(*addr)).await);
                    }
                    break;
                }
            }
            let Some((deeper, names)) = next else { return all };
            zone = deeper;
            let (found, found_at) = self.find(names).await;
            all.extend(found);
            servers = found_at;
        }
        all
    }

    /// The addresses of name servers, as the resolver knows them, and where they are asked.
    async fn find(&self, names: Vec<String>) -> (Vec<Asked>, Vec<Server>) {
        let questions = names.iter().flat_map(|it| [dns(it, "A"), dns(it, "AAAA")]).collect();
        let asked = self.ask(questions, self.run.resolver.clone()).await;
        let mut servers = Vec::new();
        for name in names {
            let mut known = BTreeSet::new();
            for it in asked.iter().filter(|it| it.observation.question.about() == name) {
                let Answer::Dns { answers, .. } = &it.observation.answer else { continue };
                let ips = answers.iter().filter_map(|it| it.data.parse::<IpAddr>().ok());
                known.extend(ips.filter_map(|ip| self.reach.address(ip)).take(MAX_ADDRESSES));
            }
            servers.extend(known.into_iter().map(|addr| (name.clone(), addr)));
        }
        (asked, servers)
    }

    /// Asks these questions of one server, all at once.
    async fn ask(&self, questions: Vec<Question>, server: Resolver) -> Vec<Asked> {
        struct List<'a> {
            run: &'a Run<'a>,
            waiting: std::iter::Enumerate<std::vec::IntoIter<Question>>,
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
        self.run.expect(questions.len());
        let deadline = if server == *self.run.resolver { server.deadline } else { PATIENCE };
        let server = Resolver { deadline, ..server };
        let waiting = questions.into_iter().enumerate();
        let mut list = List { run: self.run, waiting, done: Vec::new() };
        let one = std::slice::from_ref(&server);
        engine::ask(one, Pace::ONE_HOST, &mut list, self.run.stamp, self.run.cancelled).await;
        list.done.sort_by_key(|(place, _)| *place);
        list.done.into_iter().map(|(_, asked)| asked).collect()
    }
}

fn authority(name: &str, record_type: &str, server: &str) -> Question {
    Question::Authority {
        name: name.to_owned(),
        record_type: record_type.to_owned(),
        server: server.to_owned(),
    }
}

fn records<'a>(asked: &'a [Asked], record_type: &'a str) -> impl Iterator<Item = &'a Record> {
    let answers = asked.iter().filter_map(|it| match &it.observation {
        it if !matches!(it.question, Question::Dns { .. }) => None,
        it => match &it.answer {
            Answer::Dns { answers, .. } => Some(answers),
            _ => None,
        },
    });
    answers.flatten().filter(move |it| it.record_type == record_type)
}

/// The zone and the name servers that an answer sends us on to: towards the name, and deeper than where
/// we are, or nowhere.
fn delegation(answer: &Answer, host: &str, zone: &str) -> Option<(String, Vec<String>)> {
    let Answer::Dns { rcode, answers, authority, .. } = answer else { return None };
    if rcode != "NOERROR" || !answers.is_empty() {
        return None;
    }
    let servers = || authority.iter().filter(|it| it.record_type == "NS");
    let deeper = &servers().next()?.name;
    let is_towards =
        host == deeper || host.strip_suffix(deeper.as_str()).is_some_and(|it| it.ends_with('.'));
    let names = servers().filter(|it| it.name == *deeper).map(|it| it.data.clone());
    let names: Vec<String> = names.take(MAX_SERVERS).collect();
    (is_towards && deeper.len() > zone.len()).then(|| (deeper.clone(), names))
}

/// Whether a server answered for the name and did not send us on.
fn knows_itself(answer: &Answer) -> bool {
    let Answer::Dns { rcode, answers, authority, .. } = answer else { return false };
    let sends_on = authority.iter().any(|it| it.record_type == "NS");
    rcode == "NOERROR" && (!answers.is_empty() || !sends_on)
}

/// Futures that go on side by side until all have ended.
struct Together<F: Future>(Vec<Result<F::Output, Pin<Box<F>>>>);

impl<F: Future> Together<F> {
    fn all(futures: Vec<F>) -> Self {
        Self(futures.into_iter().map(|it| Err(Box::pin(it))).collect())
    }
}

impl<F: Future> Unpin for Together<F> {}

impl<F: Future> Future for Together<F> {
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut is_over = true;
        for one in &mut self.0 {
            if let Err(going) = one {
                match going.as_mut().poll(context) {
                    Poll::Ready(output) => *one = Ok(output),
                    Poll::Pending => is_over = false,
                }
            }
        }
        if !is_over {
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut self.0).into_iter().filter_map(Result::ok).collect())
    }
}
