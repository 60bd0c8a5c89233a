//! Questions over an encrypted connection: DNS over TLS and over HTTPS.
//!
//! One connection is kept and many questions share it; when it breaks, what waits on it is asked again
//! over a new one. There is no way back to plain text: a resolver that cannot prove who it is is not asked.
//! The caller owns the deadline. Sources: RFC 7858, RFC 8484, RFC 8310.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    client::conn::http2,
    header::{ACCEPT, CONTENT_TYPE},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf},
    net::TcpStream,
    sync::{Mutex as AsyncMutex, oneshot},
    task::JoinHandle,
    time::Instant,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{self, pki_types::ServerName},
};

use super::{Exchanged, stream::fitting};
use crate::{
    asking::{Asking, Dice},
    look_up::Stamp,
    resolver::{Resolver, Road},
    trust,
};

/// The media type of a DNS message.
const MESSAGE: &str = "application/dns-message";
/// How long a connection may take to come about.
const CONNECT_PATIENCE: Duration = Duration::from_secs(4);
/// So soon after a failure, connecting is not tried again.
const SAME_FAILURE: Duration = Duration::from_millis(500);
/// The largest message that there is.
const LARGEST: usize = 65_535;

/// An encrypted way to a resolver.
#[derive(Debug)]
pub(super) struct Encrypted {
    resolver: Resolver,
    name: ServerName<'static>,
    tls: Arc<rustls::ClientConfig>,
    known: AsyncMutex<Known>,
}

/// How connecting went.
#[derive(Debug, Default)]
struct Known {
    connection: Option<Connection>,
    /// When connecting failed last, and why: who waits for the same gets the same.
    failed: Option<(Instant, String)>,
}

/// A connection that questions share.
#[derive(Debug, Clone)]
enum Connection {
    Tls(Arc<Pipeline>),
    Https(http2::SendRequest<Full<Bytes>>),
}

/// Why there is no answer.
enum Failed {
    /// The connection broke; another one may do better.
    Broken(String),
    /// Asking again would not help.
    Refused(Box<Exchanged>),
}

impl Encrypted {
    /// None for a resolver that is asked in the clear.
    pub(super) fn new(resolver: &Resolver) -> Option<Self> {
        let (name, alpn) = match &resolver.road {
            Road::Plain => return None,
            Road::Tls { name } => (name.clone(), &b"dot"[..]),
            Road::Https { name, .. } => (name.clone(), &b"h2"[..]),
        };
        let tls = trust::client(resolver.pin.as_ref(), alpn);
        let known = AsyncMutex::default();
        Some(Self { resolver: resolver.clone(), name, tls: Arc::new(tls), known })
    }

    /// How observations name the way.
    pub(super) fn transport(&self) -> &'static str {
        if matches!(self.resolver.road, Road::Https { .. }) { "doh" } else { "dot" }
    }

    /// Asks a question, over a new connection when the old one breaks.
    pub(super) async fn ask(&self, asking: &Asking, stamp: Stamp) -> Exchanged {
        let mut why = String::new();
        for attempt in 0..self.resolver.attempts.max(1) + 1 {
            let connection = match self.connected().await {
                Ok(connection) => connection,
                Err(words) => return Exchanged::nothing(self.transport(), words),
            };
            let asked = match &connection {
                Connection::Tls(pipeline) => {
                    pipeline.ask(asking, stamp, attempt, self.transport()).await
                }
                Connection::Https(sender) => self.ask_over_https(sender.clone(), asking).await,
            };
            match asked {
                Ok(exchanged) => return exchanged,
                Err(Failed::Refused(exchanged)) => return *exchanged,
                Err(Failed::Broken(error)) => {
                    why = error;
                    self.forget(&connection).await;
                }
            }
        }
        Exchanged::nothing(self.transport(), why)
    }

    /// A question that was not answered in time; those that follow get a connection of their own.
    pub(super) async fn fell_silent(&self) -> Exchanged {
        self.known.lock().await.connection = None;
        let words = "the resolver does not answer over its encrypted connection in time";
        Exchanged::nothing(self.transport(), words)
    }

    /// The connection that there is, or a new one; why there is none, in plain words.
    async fn connected(&self) -> Result<Connection, String> {
        let mut known = self.known.lock().await;
        if let Some(connection) = known.connection.as_ref().filter(|it| it.is_alive()) {
            return Ok(connection.clone());
        }
        if let Some((at, words)) = &known.failed
            && at.elapsed() < SAME_FAILURE
        {
            return Err(words.clone());
        }
        let connecting = tokio::time::timeout(CONNECT_PATIENCE, self.connect()).await;
        let connected =
            connecting.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)));
        match connected {
            Ok(connection) => {
                known.connection = Some(connection.clone());
                Ok(connection)
            }
            Err(error) => {
                let words = in_plain_words(&error);
                known.failed = Some((Instant::now(), words.clone()));
                Err(words)
            }
        }
    }

    async fn connect(&self) -> io::Result<Connection> {
        let stream = TcpStream::connect(self.resolver.addr).await?;
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(self.name.clone(), stream).await?;
        if matches!(self.resolver.road, Road::Tls { .. }) {
            return Ok(Connection::Tls(Pipeline::over(stream)));
        }
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(io::Error::other("it does not speak HTTP/2"));
        }
        let executor = TokioExecutor::new();
        let shaken = http2::handshake(executor, TokioIo::new(stream)).await;
        let (sender, conversation) = shaken.map_err(io::Error::other)?;
        // It ends with the last sender.
        tokio::spawn(async { drop(conversation.await) });
        Ok(Connection::Https(sender))
    }

    /// Does not use a connection that broke again.
    async fn forget(&self, broken: &Connection) {
        let mut known = self.known.lock().await;
        if known.connection.as_ref().is_some_and(|it| it.is_same(broken)) {
            known.connection = None;
        }
    }

    async fn ask_over_https(
        &self,
        mut sender: http2::SendRequest<Full<Bytes>>,
        asking: &Asking,
    ) -> Result<Exchanged, Failed> {
        let Road::Https { path, .. } = &self.resolver.road else {
            return Err(Failed::Broken(String::new()));
        };
        let broken = |_| breaks_off();
        let refused = |it: Exchanged| Failed::Refused(Box::new(it));
        // No id, so that equal questions are equal (RFC 8484 §4.1).
        let packet = asking.padded(0);
        let host = match &self.name {
            ServerName::IpAddress(_) => self.resolver.addr.to_string(),
            name if self.resolver.addr.port() == 443 => name.to_str().into_owned(),
            name => format!("{}:{}", name.to_str(), self.resolver.addr.port()),
        };
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("https://{host}{path}"))
            .header(CONTENT_TYPE, MESSAGE)
            .header(ACCEPT, MESSAGE)
            .body(Full::new(Bytes::from(packet.bytes.clone())));
        let request = request.map_err(|_| {
            refused(Exchanged::nothing("doh", "the path of the resolver is not one"))
        })?;
        sender.ready().await.map_err(broken)?;
        let response = sender.send_request(request).await.map_err(broken)?;
        let (status, kind) = (response.status(), response.headers().get(CONTENT_TYPE).cloned());
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        let Ok(body) = body.map(|it| it.to_bytes().to_vec()) else {
            let words = "the resolver's answer breaks off or is larger than any DNS message";
            return Err(refused(Exchanged::nothing("doh", words)));
        };
        let is_message =
            kind.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(MESSAGE.as_bytes()));
        if status != StatusCode::OK || !is_message {
            let words = format!(
                "the resolver answers HTTP {} and no DNS message; what came is kept",
                status.as_u16()
            );
            let wire = Some(body).filter(|it| !it.is_empty());
            return Err(refused(Exchanged { wire, ..Exchanged::nothing("doh", words) }));
        }
        match fitting(body.clone(), &packet, "doh") {
            Some(exchanged) => Ok(exchanged),
            None => {
                let words = "the resolver answers another question; what came is kept";
                let nothing = Exchanged::nothing("doh", words);
                Err(refused(Exchanged { wire: Some(body), ..nothing }))
            }
        }
    }
}

/// The connection ended before the answer.
fn breaks_off() -> Failed {
    Failed::Broken("the encrypted connection to the resolver breaks off".to_owned())
}

impl Connection {
    fn is_alive(&self) -> bool {
        match self {
            Self::Tls(pipeline) => !pipeline.is_over(),
            Self::Https(sender) => !sender.is_closed(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tls(a), Self::Tls(b)) => Arc::ptr_eq(a, b),
            // One that broke says so itself; there is only one at a time.
            (Self::Https(_), Self::Https(_)) => true,
            _ => false,
        }
    }
}

/// Messages that wait for their answers on one connection, by their id.
type Waiting = Arc<Mutex<Option<HashMap<u16, oneshot::Sender<Vec<u8>>>>>>;

/// A connection on which questions follow each other without waiting (RFC 7766 §6.2.1.1).
#[derive(Debug)]
struct Pipeline {
    write: AsyncMutex<WriteHalf<TlsStream<TcpStream>>>,
    waiting: Waiting,
    reading: JoinHandle<()>,
}

impl Pipeline {
    fn over(stream: TlsStream<TcpStream>) -> Arc<Self> {
        let (read, write) = tokio::io::split(stream);
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let reading = tokio::spawn(read_all(read, Arc::clone(&waiting)));
        Arc::new(Self { write: AsyncMutex::new(write), waiting, reading })
    }

    fn is_over(&self) -> bool {
        locked(&self.waiting).is_none()
    }

    async fn ask(
        &self,
        asking: &Asking,
        stamp: Stamp,
        attempt: u32,
        transport: &'static str,
    ) -> Result<Exchanged, Failed> {
        let (packet, answer) = {
            let mut waiting = locked(&self.waiting);
            let waiting = waiting.as_mut().ok_or_else(breaks_off)?;
            let mut throw = attempt;
            let id = loop {
                let id = Dice::throw(stamp.id, throw).id();
                if !waiting.contains_key(&id) {
                    break id;
                }
                throw += 1_000;
            };
            let (told, answer) = oneshot::channel();
            waiting.insert(id, told);
            (asking.padded(id), answer)
        };
        let forget = Forget { waiting: &self.waiting, id: packet.id };
        let length = u16::try_from(packet.bytes.len()).map_err(|_| breaks_off())?;
        let bytes = [&length.to_be_bytes(), packet.bytes.as_slice()].concat();
        {
            let mut write = self.write.lock().await;
            write.write_all(&bytes).await.map_err(|_| breaks_off())?;
            write.flush().await.map_err(|_| breaks_off())?;
        }
        let bytes = answer.await.map_err(|_| breaks_off())?;
        drop(forget);
        match fitting(bytes.clone(), &packet, transport) {
            Some(exchanged) => Ok(exchanged),
            None => {
                let words = "the resolver answers another question; what came is kept";
                let nothing = Exchanged::nothing(transport, words);
                Err(Failed::Refused(Box::new(Exchanged { wire: Some(bytes), ..nothing })))
            }
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// Frees the id of a question that nobody waits for any more.
struct Forget<'a> {
    waiting: &'a Waiting,
    id: u16,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = locked(self.waiting).as_mut() {
            waiting.remove(&self.id);
        }
    }
}

/// Gives each message to whoever waits for it, until the connection ends.
async fn read_all(mut read: ReadHalf<TlsStream<TcpStream>>, waiting: Waiting) {
    while let Ok(length) = read.read_u16().await {
        let mut bytes = vec![0; usize::from(length)];
        if read.read_exact(&mut bytes).await.is_err() {
            break;
        }
        let id = bytes.first_chunk::<2>().map(|id| u16::from_be_bytes(*id));
        let told = id.and_then(|id| locked(&waiting).as_mut()?.remove(&id));
        if let Some(told) = told {
            // Whoever asked may have given up meanwhile.
            told.send(bytes).ok();
        }
    }
    // Whoever still waits hears that nothing comes any more.
    locked(&waiting).take();
}

fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why there is no connection.
fn in_plain_words(error: &io::Error) -> String {
    let of_tls = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    if let Some(error) = of_tls {
        return match error {
            rustls::Error::InvalidCertificate(why) => format!(
                "the resolver does not prove who it is ({}); nothing was asked",
                trust::in_words(why)
            ),
            other => {
                format!("the resolver does not encrypt as expected ({other}); nothing was asked")
            }
        };
    }
    match error.kind() {
        io::ErrorKind::TimedOut => "the resolver does not take an encrypted connection in time",
        io::ErrorKind::ConnectionRefused => "the resolver takes no encrypted connection there",
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "the resolver cannot be reached from here (no route)"
        }
        io::ErrorKind::Other => return format!("the resolver cannot be asked: {error}"),
        _ => "the resolver hangs up before a connection is encrypted",
    }
    .to_owned()
}
