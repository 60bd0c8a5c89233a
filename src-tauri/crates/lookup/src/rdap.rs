//! RDAP: what the registries say about a domain, a name server, an address or a system.
//!
//! Asks one question, keeps what came, and reads it. Whatever a server does is an observation that
//! says what happened: an answer counts only when it is JSON, an RDAP object, and about what was asked.
//! WHOIS is the last resort. Knows nothing of cases or storage. Sources: RFC 7480 to 7485, 9082, 9083.

/// Contacts, wherever they stand.
mod contact;
/// One GET with a limit on everything.
mod fetch;
/// JSON from strangers.
pub(crate) mod json;
/// How often a registry may be asked.
mod quota;
/// What may be reached.
mod reach;
/// An answer in the words of the trade.
mod read;
/// Which registry to ask.
mod servers;
/// The last resort.
mod whois;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use farol_model::{
    id::{Digest, ObservationId},
    leaving::Left,
    lookup::{Answer, Observation, Question},
    registry::RegistryObject,
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use tokio_rustls::rustls;
use url::Url;

pub use quota::{Quota, Quotas, token_ms};
pub use reach::World;
pub(crate) use reach::is_public;
pub use servers::{Servers, TableAge};

use crate::{
    look_up::{Asked, Stamper},
    questions::as_ip,
    resolver::Resolver,
};
use fetch::{Came, Way};
use servers::{Server, Whom};

/// How long we wait for a token of a server's bucket rather than leave the question out.
const QUOTA_PATIENCE_MS: i64 = 8000;

/// The registries: who is asked, what may be reached, and how often.
pub struct Registries {
    servers: Servers,
    world: World,
    quotas: Mutex<Quotas>,
    /// Who asks a server waits for its turn here, however long, and then for a token.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    tls: Arc<rustls::ClientConfig>,
    asks_whois: bool,
    /// What left beside the questions themselves and was not told yet.
    beside: Mutex<Vec<Left>>,
    /// How long one question may take, redirects included.
    pub deadline: Duration,
}

/// A question, and where it would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRegistry {
    /// What would be asked.
    pub question: Question,
    /// The name of the server; none when no registry is known.
    pub server: Option<String>,
}

impl Registries {
    /// The registries of a world, with what earlier look-ups left of their quotas.
    pub fn new(servers: Servers, world: World, quotas: Quotas) -> Self {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::trusting(roots, servers, world, quotas)
    }

    fn trusting(
        roots: rustls::RootCertStore,
        servers: Servers,
        world: World,
        quotas: Quotas,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            servers,
            world,
            quotas: Mutex::new(quotas),
            turns: Mutex::default(),
            tls: Arc::new(tls),
            asks_whois: true,
            beside: Mutex::default(),
            deadline: Duration::from_secs(10),
        }
    }

    /// The same, asking over WHOIS where RDAP fails, or not: WHOIS is not encrypted.
    #[must_use]
    pub fn asking_whois(mut self, yes: bool) -> Self {
        self.asks_whois = yes;
        self
    }

    /// Whether WHOIS is asked where RDAP fails.
    pub fn asks_whois(&self) -> bool {
        self.asks_whois
    }

    /// The same registries with what is left of their quotas, asking over WHOIS or not.
    #[must_use]
    pub fn again(&self, asks_whois: bool) -> Self {
        Self {
            servers: self.servers.clone(),
            world: self.world,
            quotas: Mutex::new(self.quotas()),
            turns: Mutex::default(),
            tls: Arc::clone(&self.tls),
            asks_whois,
            beside: Mutex::default(),
            deadline: self.deadline,
        }
    }

    /// What left beside the questions themselves since the last time: the addresses of the
    /// registries' servers, and the servers that sent us on.
    pub(crate) fn take_beside(&self) -> Vec<Left> {
        std::mem::take(&mut self.beside.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The tables in use.
    pub fn servers(&self) -> &Servers {
        &self.servers
    }

    /// What is left with each server, to be kept for the next start.
    pub fn quotas(&self) -> Quotas {
        self.quotas_now().clone()
    }

    /// Where a question would go; it is not asked.
    pub fn plan(&self, question: Question) -> PlannedRegistry {
        let server =
            question.of_registry().and_then(|(object, about)| match self.whom(object, about) {
                Whom::Rdap(server, _) => Some(host_of(&server.url)),
                Whom::Whois(server) if self.asks_whois => Some(server),
                Whom::Whois(_) | Whom::WebOnly(_) | Whom::Nobody | Whom::Unknown => None,
            });
        PlannedRegistry { question, server }
    }

    /// Asks a registry; one observation for RDAP, and one more when WHOIS had to help.
    pub(crate) async fn ask(
        &self,
        object: RegistryObject,
        about: &str,
        resolver: &Resolver,
        stamp: Stamper<'_>,
    ) -> Vec<Asked> {
        let way = Way { world: self.world, tls: &self.tls, resolver, stamp, beside: &self.beside };
        match self.whom(object, about) {
            Whom::Rdap(server, whois) => {
                let asked = self.ask_rdap(&server, object, about, &way).await;
                let said_nothing = matches!(asked.observation.answer, Answer::NoAnswer { .. });
                match whois.filter(|_| said_nothing && self.asks_whois) {
                    Some(whois) => vec![asked, self.ask_whois(&whois, about, &way).await],
                    None => vec![asked],
                }
            }
            Whom::Whois(_) if !self.asks_whois => vec![not_asked(
                object,
                about,
                "its registry answers over WHOIS only, which is switched off; it was not asked"
                    .to_owned(),
                stamp,
            )],
            Whom::Whois(server) => vec![self.ask_whois(&server, about, &way).await],
            Whom::WebOnly(suffix) => vec![not_asked(
                object,
                about,
                format!("the registry of .{suffix} answers on its web page only; it was not asked"),
                stamp,
            )],
            Whom::Nobody => vec![not_asked(
                object,
                about,
                "the address is none of the public internet; no registry was asked".to_owned(),
                stamp,
            )],
            Whom::Unknown => vec![not_asked(
                object,
                about,
                "no registry is known for it, so none was asked; IANA's bootstrap files can be loaded"
                    .to_owned(),
                stamp,
            )],
        }
    }

    /// Whom to ask in this world. What address a desk has inside is nobody's business outside.
    fn whom(&self, object: RegistryObject, about: &str) -> Whom {
        let is_inside = self.world == World::Internet
            && object == RegistryObject::Ip
            && as_ip(about).is_some_and(|ip| !reach::is_public(ip));
        if is_inside { Whom::Nobody } else { self.servers.whom(object, about) }
    }

    async fn ask_rdap(
        &self,
        server: &Server,
        object: RegistryObject,
        about: &str,
        way: &Way<'_>,
    ) -> Asked {
        let stamp = (way.stamp)();
        let started = Instant::now();
        let mut came = Came::default();
        let answer = match url(server, object, about) {
            Some(url) => self.fetch(url, object, about, way, &mut came).await,
            None => nothing("the registry's address cannot be used"),
        };
        let server = came.urls.last().cloned().unwrap_or_else(|| server.url.clone());
        let transport = match server.starts_with("https:") {
            _ if came.urls.is_empty() => "none",
            true => "https",
            false => "http",
        };
        let question = Question::Rdap { object, about: about.to_owned() };
        let of = Of { question, server, transport, stamp, started };
        of.asked(answer, came.body)
    }

    async fn fetch(
        &self,
        url: Url,
        object: RegistryObject,
        about: &str,
        way: &Way<'_>,
        came: &mut Came,
    ) -> Answer {
        let first = self.bucket(&url, about);
        // Waiting for our own bucket is no fault of the server: its time begins afterwards.
        let _turn = self.turn(&first).await;
        let wait = match self.take(&first, (way.stamp)().at) {
            Ok(wait) => wait,
            Err(reason) => return nothing(reason),
        };
        tokio::time::sleep(wait).await;
        // A redirect within a server belongs to the question that is paid for.
        let may_ask = |url: &Url| match self.bucket(url, about) {
            bucket if bucket == first => Ok(Duration::ZERO),
            bucket => self.take(&bucket, (way.stamp)().at),
        };
        let fetched =
            tokio::time::timeout(self.deadline, fetch::get(url, way, came, &may_ask)).await;
        // The last server stands in the observation; those that sent us on are told here.
        for sent_us_on in came.urls.iter().rev().skip(1) {
            let question = Question::Rdap { object, about: about.to_owned() };
            let transport = if sent_us_on.starts_with("https:") { "https" } else { "http" };
            way.left(question, sent_us_on.clone(), transport);
        }
        match fetched {
            Ok(Ok(())) => self.judge(object, about, way, came),
            Ok(Err(reason)) => nothing(through(came, reason)),
            Err(_) => {
                let seconds = self.deadline.as_secs_f32();
                nothing(through(
                    came,
                    format!("no whole answer within {seconds} s; what came is kept"),
                ))
            }
        }
    }

    /// What a whole response means.
    fn judge(&self, object: RegistryObject, about: &str, way: &Way<'_>, came: &Came) -> Answer {
        let status = came.status.unwrap_or_default();
        let parsed = json::parse(&came.body);
        let redirected_by =
            came.urls.split_last().map(|(_, before)| before.to_vec()).unwrap_or_default();
        let title = parsed.as_ref().ok().and_then(|it| it["title"].as_str()).map(read::clean);
        let reason = match status {
            _ if came.is_compressed => {
                "the answer came compressed, which was not asked for; it was not opened".to_owned()
            }
            _ if came.is_cut => {
                "the answer is larger than 1 MiB; the first 1 MiB is kept and was not read"
                    .to_owned()
            }
            200 => match parsed {
                Ok(value) if value["errorCode"].as_u64() == Some(404) => {
                    return Answer::NotRegistered { status, redirected_by };
                }
                Ok(value) if value["errorCode"].is_number() => format!(
                    "the registry refused (error {}: {})",
                    value["errorCode"],
                    title.unwrap_or_default()
                ),
                Ok(value) => match read::read(&value, object, about) {
                    Ok(record) => {
                        let record = Box::new(record);
                        return Answer::Registered { status, redirected_by, record };
                    }
                    Err(reason) => reason,
                },
                Err(problem) => format!("the answer cannot be read: {problem}{}", kind(came)),
            },
            404 if came.body.is_empty() || parsed.is_ok_and(|it| it.is_object()) => {
                return Answer::NotRegistered { status, redirected_by };
            }
            404 => format!(
                "the server has no such page (HTTP 404{}), which is not the answer of a registry",
                kind(came)
            ),
            429 | 503 => self.put_off(status, about, way, came),
            _ => match title {
                Some(title) => format!("the registry refused (HTTP {status}: {title})"),
                None => format!("the server answered HTTP {status}{}", kind(came)),
            },
        };
        nothing(through(came, reason))
    }

    /// Remembers that the server wants to be left alone.
    fn put_off(&self, status: u16, about: &str, way: &Way<'_>, came: &Came) -> String {
        let now = (way.stamp)().at;
        let asked_for = came.retry_after.as_deref().and_then(|it| retry_after_s(it, now));
        let Some(url) = came.urls.last().and_then(|it| Url::parse(it).ok()) else {
            return format!("the server answered HTTP {status}");
        };
        // Without a word of its own, a server that throttles gets a minute.
        let bucket = self.bucket(&url, about);
        let until = self.quotas_now().stay_away(&bucket, now, asked_for.unwrap_or(60));
        let who = if asked_for.is_some() { "the registry asks us to wait" } else { "we wait" };
        format!("the registry is busy (HTTP {status}); {who} until {}", until.to_minute())
    }

    async fn ask_whois(&self, server: &str, about: &str, way: &Way<'_>) -> Asked {
        let stamp = (way.stamp)();
        let started = Instant::now();
        let mut came = Came::default();
        let _turn = self.turn(server).await;
        let answer = match self.take(server, (way.stamp)().at) {
            Err(reason) => nothing(reason),
            Ok(wait) => {
                tokio::time::sleep(wait).await;
                let line = whois::question(server, about);
                let asking = fetch::whois(server, &line, way, &mut came);
                match tokio::time::timeout(self.deadline, asking).await {
                    Ok(Ok(())) if came.body.is_empty() => nothing("the WHOIS server said nothing"),
                    Ok(Ok(())) => {
                        let text = whois::text(&came.body);
                        let record = whois::read(&text, about).map(Box::new);
                        Answer::Whois { text, record }
                    }
                    Ok(Err(reason)) => nothing(reason),
                    Err(_) => nothing("the WHOIS server did not finish in time; what came is kept"),
                }
            }
        };
        let question = Question::Whois { about: about.to_owned() };
        let of =
            Of { question, server: format!("{server}:43"), transport: "whois", stamp, started };
        of.asked(answer, came.body)
    }

    /// One question at a time is with a server, so that hosts that are asked about together wait for one
    /// another rather than find its bucket empty.
    async fn turn(&self, bucket: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(bucket.to_owned()).or_default())
        };
        turn.lock_owned().await
    }

    /// Takes a token from a server's bucket, and says how long to wait before using it.
    fn take(&self, bucket: &str, now: Timestamp) -> Result<Duration, String> {
        let taken = self.quotas_now().take(bucket, now, QUOTA_PATIENCE_MS);
        taken.map(|ms| Duration::from_millis(ms.unsigned_abs())).map_err(|until| {
            format!(
                "not asked, to keep to the registry's limit; it can be asked from {} on",
                until.to_minute()
            )
        })
    }

    /// The server whose quota a question uses. The practice internet is every registry at once, so
    /// there each object has its own.
    fn bucket(&self, url: &Url, about: &str) -> String {
        match self.world {
            World::Internet => host_of(url.as_str()),
            World::Practice { .. } => format!("practice {about}"),
        }
    }

    fn quotas_now(&self) -> MutexGuard<'_, Quotas> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The question of an observation that is being made.
struct Of {
    question: Question,
    server: String,
    transport: &'static str,
    stamp: crate::look_up::Stamp,
    started: Instant,
}

impl Of {
    fn asked(self, answer: Answer, body: Vec<u8>) -> Asked {
        let wire = Some(body).filter(|body| !body.is_empty());
        let observation = Observation {
            id: ObservationId(self.stamp.id),
            question: self.question,
            server: self.server,
            transport: self.transport.to_owned(),
            asked_at: self.stamp.at,
            round_trip_ms: u32::try_from(self.started.elapsed().as_millis()).unwrap_or(u32::MAX),
            answer,
            wire: wire.as_deref().map(|bytes| Digest(Sha256::digest(bytes).into())),
        };
        Asked { observation, wire }
    }
}

/// An observation of a question that went nowhere.
pub(crate) fn not_asked(
    object: RegistryObject,
    about: &str,
    reason: String,
    stamp: Stamper<'_>,
) -> Asked {
    let of = Of {
        question: Question::Rdap { object, about: about.to_owned() },
        server: "nobody".to_owned(),
        transport: "none",
        stamp: stamp(),
        started: Instant::now(),
    };
    of.asked(nothing(reason), Vec::new())
}

/// The number in `AS64496`.
pub(crate) fn autnum(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as"))?;
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn url(server: &Server, object: RegistryObject, about: &str) -> Option<Url> {
    let (path, about) = match object {
        RegistryObject::Domain => ("domain", about),
        RegistryObject::Nameserver => ("nameserver", about),
        RegistryObject::Ip => ("ip", about),
        RegistryObject::Autnum => ("autnum", about.trim_start_matches(['A', 'S', 'a', 's'])),
    };
    let mut url = Url::parse(&server.url).ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend([path, about]);
    Some(url)
}

fn host_of(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    host.trim_end_matches('.').to_owned()
}

fn nothing(reason: impl Into<String>) -> Answer {
    Answer::NoAnswer { reason: reason.into() }
}

/// `, as text/html`.
fn kind(came: &Came) -> String {
    let kind = came.content_type.as_deref().and_then(|it| it.split(';').next()).map(read::clean);
    kind.filter(|it| !it.is_empty()).map_or_else(String::new, |it| format!(", as {it}"))
}

/// A reason with the way that led to it.
fn through(came: &Came, reason: String) -> String {
    if came.urls.len() < 2 {
        return reason;
    }
    format!(
        "{reason} ({})",
        came.urls.iter().map(|it| read::clean(it)).collect::<Vec<_>>().join(" to ")
    )
}

/// Seconds in a `Retry-After`: a number, or a date (RFC 9110 §10.2.3).
fn retry_after_s(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from(date).seconds_since(now))
}

#[cfg(test)]
mod tests;
