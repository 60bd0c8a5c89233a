//! One GET, followed through redirects, with a limit on everything.
//!
//! Connects itself instead of using a general HTTP client, so that the address that was looked at is
//! the address that is connected to. No proxy, no cookie, no compression (what comes compressed is
//! kept and not opened), no connection kept. What came before a deadline is kept. Knows nothing of
//! RDAP.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use farol_model::{
    leaving::Left,
    lookup::{Answer, Question},
};
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName,
        HeaderValue, LOCATION, RETRY_AFTER, USER_AGENT,
    },
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, rustls, rustls::pki_types::ServerName};
use url::Url;

use super::reach::{Target, World, is_public, public_name, target};
use crate::{engine::ask_one, look_up::Stamper, questions::dns, resolver::Resolver};

/// Largest body that is read.
pub(super) const MAX_BODY: usize = 1024 * 1024;
/// Most redirects that are followed.
const MAX_REDIRECTS: usize = 3;
/// Largest head of a response.
const MAX_HEAD: usize = 64 * 1024;
/// How long one of several addresses may take to accept a connection.
const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
/// How many of a server's addresses are tried.
const MAX_TRIED: usize = 4;

/// What a question needs to leave the machine.
pub(super) struct Way<'a> {
    pub(super) world: World,
    pub(super) tls: &'a Arc<rustls::ClientConfig>,
    pub(super) resolver: &'a Resolver,
    pub(super) stamp: Stamper<'a>,
    /// Where it is told what leaves beside the question itself.
    pub(super) beside: &'a Mutex<Vec<Left>>,
}

impl Way<'_> {
    /// Tells that a question left beside the one that is being asked.
    pub(super) fn left(&self, question: Question, server: String, transport: &str) {
        let at = (self.stamp)().at;
        let left = Left { at, case: None, question, server, transport: transport.to_owned() };
        self.beside.lock().unwrap_or_else(PoisonError::into_inner).push(left);
    }
}

/// What came, filled while it comes, so that a deadline loses nothing.
#[derive(Debug, Default)]
pub(super) struct Came {
    /// The URLs asked, in order.
    pub(super) urls: Vec<String>,
    pub(super) status: Option<u16>,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) is_compressed: bool,
    /// Whether more came than is read.
    pub(super) is_cut: bool,
    pub(super) body: Vec<u8>,
}

/// Follows a URL to its answer. `may_ask` is told each server before it is asked and says why not.
///
/// # Errors
/// What went wrong, in plain words; what came until then is in `came`.
pub(super) async fn get(
    url: Url,
    way: &Way<'_>,
    came: &mut Came,
    may_ask: &(dyn Fn(&Url) -> Result<Duration, String> + Send + Sync),
) -> Result<(), String> {
    let mut url = url;
    loop {
        let wait = may_ask(&url)?;
        tokio::time::sleep(wait).await;
        came.urls.push(url.to_string());
        let at = came.urls.len();
        let refused = |why: &str| {
            if at == 1 {
                format!("the registry's server was not asked: {why}")
            } else {
                format!("the registry sent us on to an address that was not asked: {why}")
            }
        };
        let goal = target(&url, way.world).map_err(refused)?;
        let addresses = match &goal {
            Target::Address(address) => vec![*address],
            Target::Name(name, port) => {
                addresses(name, *port, way).await.map_err(|why| refused(&why))?
            }
        };
        let stream = connect(&addresses).await?;
        let response = if url.scheme() == "https" {
            ask(encrypt(stream, &url, way.tls).await?, &url).await?
        } else {
            ask(stream, &url).await?
        };
        let header = |name: HeaderName| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        came.status = Some(response.status().as_u16());
        came.content_type = header(CONTENT_TYPE);
        came.retry_after = header(RETRY_AFTER);
        came.is_compressed = header(CONTENT_ENCODING)
            .is_some_and(|it| !it.trim().is_empty() && !it.trim().eq_ignore_ascii_case("identity"));
        let location = header(LOCATION);
        came.body.clear();
        let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
        read_body(response, came).await?;
        if !is_redirect {
            return Ok(());
        }
        let location = location.ok_or("the registry sent us on without saying where")?;
        let next = url.join(&location);
        url = next.map_err(|_| "the registry sent us on to what is no address")?;
        url.set_fragment(None);
        if came.urls.contains(&url.to_string()) {
            return Err("the registry sends us in a circle".to_owned());
        }
        if came.urls.len() > MAX_REDIRECTS {
            return Err(format!("the registry sent us on more than {MAX_REDIRECTS} times"));
        }
    }
}

/// Asks a WHOIS server and reads until it hangs up.
///
/// # Errors
/// What went wrong, in plain words; what came until then is in `came`.
pub(super) async fn whois(
    server: &str,
    line: &str,
    way: &Way<'_>,
    came: &mut Came,
) -> Result<(), String> {
    let addresses = match way.world {
        World::Internet => {
            let name =
                public_name(server).map_err(|why| format!("the server was not asked: {why}"))?;
            addresses(&name, 43, way).await?
        }
        World::Practice { whois: Some(address), .. } => vec![address],
        World::Practice { whois: None, .. } => {
            return Err("the practice internet has no WHOIS server".to_owned());
        }
    };
    let mut stream = connect(&addresses).await?;
    let broken = |error: io::Error| format!("the connection broke off ({})", error.kind());
    stream.write_all(line.as_bytes()).await.map_err(broken)?;
    let mut piece = vec![0; 16 * 1024];
    loop {
        let n = stream.read(&mut piece).await.map_err(broken)?;
        if n == 0 {
            return Ok(());
        }
        if !keep(came, &piece[..n]) {
            return Ok(());
        }
    }
}

/// The addresses of a server, from the resolver that was chosen; all of them public.
pub(super) async fn addresses(
    name: &str,
    port: u16,
    way: &Way<'_>,
) -> Result<Vec<SocketAddr>, String> {
    let mut found: Vec<IpAddr> = Vec::new();
    for record_type in ["A", "AAAA"] {
        let asked = ask_one(dns(name, record_type), way.resolver, way.stamp).await.observation;
        way.left(asked.question, asked.server, &asked.transport);
        if let Answer::Dns { answers, .. } = asked.answer {
            let of_type = answers.iter().filter(|it| it.record_type == record_type);
            found.extend(of_type.filter_map(|it| it.data.parse::<IpAddr>().ok()));
        }
    }
    if found.is_empty() {
        return Err("the resolver knows no address of its name".to_owned());
    }
    // One private address among public ones is no accident: none of them is used.
    if !found.iter().all(|ip| is_public(*ip)) {
        return Err("its name leads to an address that is not a public one".to_owned());
    }
    Ok(found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, String> {
    let mut last = "the registry's server does not answer".to_owned();
    for address in addresses.iter().take(MAX_TRIED) {
        match timeout(CONNECT_PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                last = format!("the registry's server cannot be reached ({})", error.kind());
            }
            Err(_) => {}
        }
    }
    Err(last)
}

pub(super) async fn encrypt(
    stream: TcpStream,
    url: &Url,
    tls: &Arc<rustls::ClientConfig>,
) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static, String> {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|_| "its name is none that a certificate has")?;
    TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|error| {
        let inner = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::InvalidCertificate(_)) => {
                "the server's certificate is not valid for its name; nothing was asked".to_owned()
            }
            _ => "the server does not speak TLS with us; nothing was asked".to_owned(),
        }
    })
}

pub(super) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    url: &Url,
) -> Result<Response<Incoming>, String> {
    let no_http = |_| "the server does not answer in HTTP".to_owned();
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(no_http)?;
    // Ends with the response; dropped with the runtime of this look-up at the latest.
    tokio::spawn(async move { connection.await.ok() });
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = Request::get(path)
        .header(HOST, host)
        .header(ACCEPT, "application/rdap+json, application/json;q=0.9")
        .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
        .header(USER_AGENT, concat!("Farol/", env!("CARGO_PKG_VERSION"), " (abuse desk)"))
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| "this cannot be asked over HTTP".to_owned())?;
    sender.send_request(request).await.map_err(no_http)
}

async fn read_body(response: Response<Incoming>, came: &mut Came) -> Result<(), String> {
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| "the answer broke off; what came is kept".to_owned())?;
        if let Some(data) = frame.data_ref()
            && !keep(came, data)
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Keeps a piece; false when no more is taken.
fn keep(came: &mut Came, data: &[u8]) -> bool {
    let room = MAX_BODY - came.body.len();
    came.is_cut = data.len() > room;
    came.body.extend_from_slice(&data[..data.len().min(room)]);
    !came.is_cut
}
