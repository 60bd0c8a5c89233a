//! The HTTP server of the registries (RFC 7480), on loopback.
//!
//! Knows paths, status codes and headers; what is registered stands in `registry`.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use hyper::{
    HeaderMap, Method, Request, Response, StatusCode,
    body::Incoming,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::{
    loopback::Loopback,
    rdap::registry::{Answer, Registry},
    zone::ZoneError,
};

mod registry;

/// How long a throttled client is asked to wait, in seconds.
const RETRY_AFTER_S: &str = "30";

/// The RDAP servers of the fictional world, all on one port; stop when dropped.
///
/// `GET domain/NAME`, `nameserver/NAME`, `ip/ADDRESS` and `autnum/NUMBER` answer with objects of RFC 9083;
/// `dns.json`, `ipv4.json`, `ipv6.json` and `asn.json` are the bootstrap files (RFC 9224) that
/// lead here.
#[derive(Debug)]
pub struct Rdap {
    /// Where it listens, for HTTP.
    pub addr: SocketAddr,
    _running: Loopback,
}

impl Rdap {
    /// Starts the registries of the sample world on any free port of `127.0.0.1`.
    ///
    /// # Errors
    /// `Listen` when loopback has no free port.
    pub fn start() -> Result<Self, ZoneError> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let registry = Arc::new(Registry::sample(&base_url(addr)));
        let running = Loopback::run("rdap", move || {
            let listener = TcpListener::from_std(listener)?;
            Ok(serve(listener, registry))
        })?;
        Ok(Self { addr, _running: running })
    }

    /// The bootstrap files that lead here: `dns.json`, `ipv4.json`, `ipv6.json` and `asn.json`.
    pub fn bootstrap(&self) -> Vec<String> {
        registry::bootstrap(&self.url())
    }

    /// The base URL, with a slash at its end: `http://127.0.0.1:40123/`.
    pub fn url(&self) -> String {
        base_url(self.addr)
    }
}

fn base_url(addr: SocketAddr) -> String {
    format!("http://{addr}/")
}

async fn serve(listener: TcpListener, registry: Arc<Registry>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let registry = Arc::clone(&registry);
        // A client that goes away is no concern of the others.
        tokio::spawn(async move { converse(stream, &registry).await.ok() });
    }
}

async fn converse(stream: TcpStream, registry: &Registry) -> Result<(), hyper::Error> {
    let service = service_fn(async |request| Ok::<_, Infallible>(respond(&request, registry)));
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
}

fn respond(request: &Request<Incoming>, registry: &Registry) -> Response<String> {
    let mut headers = HeaderMap::new();
    let answer = if matches!(*request.method(), Method::GET | Method::HEAD) {
        registry.answer(request.uri().path())
    } else {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        Answer::error(405, "Method Not Allowed", "registries are only read here")
    };
    let media_type = if answer.is_rdap { "application/rdap+json" } else { "application/json" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
    }
    let mut response = Response::new(answer.body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
