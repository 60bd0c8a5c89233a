//! Resolvers that are asked over TLS and HTTPS, played by servers of our own with certificates made here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use farol_lookup::{AsnTable, Depth, Gate, HostLookup, Resolver, Stamp};
use farol_model::{
    id::Digest,
    lookup::{Answer, Question},
    time::Timestamp,
};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Bytes, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::PublicKeyData as _;
use sha2::Digest as _;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::oneshot,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// How a server misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It does not.
    Honest,
    /// It hangs up after the first answer of each connection.
    HangsUp,
    /// It never says anything.
    Silent,
    /// It answers another question.
    Other,
    /// It answers with a page.
    Page,
}

/// A resolver on loopback.
struct Server {
    addr: SocketAddr,
    /// Its key, as a resolver is written with it.
    pin: String,
    n_connections: Arc<AtomicU32>,
    _stop: oneshot::Sender<()>,
}

impl Server {
    fn start(alpn: &str, manner: Manner) -> Self {
        let made = rcgen::generate_simple_self_signed(["dns.example".to_owned()]).unwrap();
        let spki = made.signing_key.subject_public_key_info();
        let pin = data_encoding::BASE64URL_NOPAD.encode(&sha2::Sha256::digest(spki));
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let n_connections = Arc::new(AtomicU32::new(0));
        let (stop, stopped) = oneshot::channel();
        let (counter, is_https) = (Arc::clone(&n_connections), alpn == "h2");
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                let serve = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        counter.fetch_add(1, Ordering::Relaxed);
                        let acceptor = acceptor.clone();
                        tokio::spawn(async move {
                            let Ok(stream) = acceptor.accept(stream).await else { return };
                            if is_https {
                                over_https(stream, manner).await;
                            } else {
                                over_tls(stream, manner).await;
                            }
                        });
                    }
                };
                tokio::select! { () = serve => {}, _ = stopped => {} }
            });
        });
        Self { addr, pin, n_connections, _stop: stop }
    }
}

type Stream = tokio_rustls::server::TlsStream<tokio::net::TcpStream>;

async fn over_tls(mut stream: Stream, manner: Manner) {
    while let Ok(length) = stream.read_u16().await {
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await.unwrap();
        let Some(answer) = answer(&question, manner) else { continue };
        let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
        stream.write_all(&[&length[..], &answer].concat()).await.ok();
        if manner == Manner::HangsUp {
            // What was not read yet would take the answer with it.
            stream.shutdown().await.ok();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.ok();
            return;
        }
    }
}

async fn over_https(stream: Stream, manner: Manner) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| async move {
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri().path(), "/dns-query");
        assert_eq!(request.headers()["content-type"], "application/dns-message");
        let question = request.into_body().collect().await.unwrap().to_bytes();
        let Some(answer) = answer(&question, manner) else {
            std::future::pending::<()>().await;
            unreachable!();
        };
        let kind = if manner == Manner::Page { "text/html" } else { "application/dns-message" };
        let response = Response::builder()
            .status(if manner == Manner::Page { 404 } else { 200 })
            .header("content-type", kind)
            .body(Full::new(Bytes::from(answer)))
            .unwrap();
        Ok::<_, Infallible>(response)
    });
    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    server.serve_connection(TokioIo::new(stream), service).await.ok();
}

/// `A 192.0.2.9` for questions about addresses, nothing for others.
fn answer(question: &[u8], manner: Manner) -> Option<Vec<u8>> {
    assert!(question.len().is_multiple_of(128), "its length tells: {}", question.len());
    let n_name = question[12..].iter().position(|it| *it == 0).unwrap() + 1;
    let end = 12 + n_name + 4;
    let is_address = question[end - 4..end] == [0, 1, 0, 1];
    let mut answer = question[..end].to_vec();
    let n_records = u8::from(is_address);
    answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, n_records, 0, 0, 0, 0]);
    if is_address {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9]);
    }
    match manner {
        Manner::Silent => return None,
        Manner::Other => answer[13] ^= 1,
        Manner::Page => answer = b"<html>not here".to_vec(),
        Manner::Honest | Manner::HangsUp => {}
    }
    Some(answer)
}

/// Asks all about a name; what each question about it became: type, transport, words, bytes kept.
fn ask(resolver: &Resolver) -> Vec<(String, String, String, Option<Digest>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let n = AtomicU32::new(1);
    let stamp = || {
        let n = n.fetch_add(1, Ordering::Relaxed);
        let at = Timestamp::from_ms(1_795_442_602_000);
        Stamp { at, id: uuid::Uuid::from_u128(u128::from(n) * 0x9e37_79b9_7f4a_7c15) }
    };
    let pass = Gate::new(false).pass().unwrap();
    let asn = AsnTable::empty();
    let lookup = HostLookup {
        resolver,
        asn: &asn,
        registries: None,
        depth: &Depth::default(),
        stamp: &stamp,
    };
    let look_up = pass.look_up("kelp.test", &lookup, &|_, _| (), &|| false);
    let brought = runtime.block_on(look_up);
    let mut all = Vec::new();
    for asked in brought.asked {
        let seen = asked.observation;
        assert_eq!(seen.server, resolver.to_string());
        let digest = asked.wire.as_ref().map(|it| Digest(sha2::Sha256::digest(it).into()));
        assert_eq!(seen.wire, digest, "the bytes are kept as they came");
        let Question::Dns { record_type, .. } = seen.question else { continue };
        let words = match seen.answer {
            Answer::NoAnswer { reason } => reason,
            other => other.in_one_line(),
        };
        all.push((record_type, seen.transport, words, seen.wire));
    }
    all
}

fn resolver(text: &str) -> Resolver {
    Resolver { deadline: std::time::Duration::from_millis(1500), ..Resolver::parse(text).unwrap() }
}

/// How the question for the address ended: transport, words, whether bytes were kept.
#[track_caller]
fn check(resolver: &Resolver, transport: &str, words: &str, keeps_bytes: bool) {
    let all = ask(resolver);
    let (_, by, said, wire) = all.into_iter().find(|(kind, ..)| kind == "A").unwrap();
    assert_eq!((by.as_str(), said.as_str()), (transport, words));
    assert_eq!(wire.is_some(), keeps_bytes, "{said}");
}

fn tls(server: &Server) -> Resolver {
    resolver(&format!("tls://dns.example:853?pin-sha256={}#{}", server.pin, server.addr))
}

fn https(server: &Server) -> Resolver {
    resolver(&format!("https://dns.example/dns-query?pin-sha256={}#{}", server.pin, server.addr))
}

#[test]
fn questions_share_one_connection_over_tls_and_over_https() {
    let server = Server::start("dot", Manner::Honest);
    check(&tls(&server), "dot", "NOERROR A 192.0.2.9", true);
    assert_eq!(server.n_connections.load(Ordering::Relaxed), 1);
    let server = Server::start("h2", Manner::Honest);
    check(&https(&server), "doh", "NOERROR A 192.0.2.9", true);
    assert_eq!(server.n_connections.load(Ordering::Relaxed), 1);
}

#[test]
fn a_server_that_cannot_prove_who_it_is_gets_no_question() {
    let server = Server::start("dot", Manner::Honest);
    let unknown = resolver(&format!("tls://dns.example#{}", server.addr));
    let words = "the resolver does not prove who it is (no authority that is known vouches for it); \
                 nothing was asked";
    check(&unknown, "dot", words, false);
    let other = Server::start("dot", Manner::Honest);
    let swapped = resolver(&format!("tls://dns.example?pin-sha256={}#{}", other.pin, server.addr));
    let words = "the resolver does not prove who it is (its key is not the one that was given); \
                 nothing was asked";
    check(&swapped, "dot", words, false);
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let server = Server::start("dot", Manner::HangsUp);
    let patient = Resolver { attempts: 60, ..tls(&server) };
    let all = ask(&patient);
    assert!(all.iter().all(|(_, _, said, _)| said.starts_with("NOERROR")), "{all:?}");
    assert!(server.n_connections.load(Ordering::Relaxed) > 1);
}

#[test]
fn silence_ends_with_the_deadline() {
    let words = "the resolver does not answer over its encrypted connection in time";
    check(&tls(&Server::start("dot", Manner::Silent)), "dot", words, false);
    check(&https(&Server::start("h2", Manner::Silent)), "doh", words, false);
}

#[test]
fn what_answers_something_else_is_kept_and_not_believed() {
    let words = "the resolver answers another question; what came is kept";
    check(&tls(&Server::start("dot", Manner::Other)), "dot", words, true);
    check(&https(&Server::start("h2", Manner::Other)), "doh", words, true);
    let words = "the resolver answers HTTP 404 and no DNS message; what came is kept";
    check(&https(&Server::start("h2", Manner::Page)), "doh", words, true);
}

#[test]
fn where_nobody_listens_it_says_so_and_never_asks_in_the_clear() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let words = "the resolver takes no encrypted connection there";
    check(&resolver(&format!("tls://dns.example#{addr}")), "dot", words, false);
    // A server that is not encrypted hears no question either.
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = plain.local_addr().unwrap();
    let heard = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = plain.accept().unwrap();
        let mut bytes = vec![0; 4096];
        let n = stream.read(&mut bytes).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        bytes.truncate(n);
        bytes
    });
    let all = ask(&resolver(&format!("https://dns.example/dns-query#{addr}")));
    assert!(all.iter().all(|(_, _, said, _)| said.contains("nothing was asked")), "{all:?}");
    let heard = heard.join().unwrap();
    assert!(!heard.windows(4).any(|it| it == b"kelp"), "only a greeting of TLS");
}

#[test]
fn a_resolver_that_is_no_help_is_made_good_by_another() {
    let (silent, honest) =
        (Server::start("dot", Manner::Page), Server::start("h2", Manner::Honest));
    let resolvers = [tls(&silent), https(&honest)];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let n = AtomicU32::new(1);
    let stamp = || {
        let n = n.fetch_add(1, Ordering::Relaxed);
        let at = Timestamp::from_ms(1_795_442_602_000);
        Stamp { at, id: uuid::Uuid::from_u128(u128::from(n) * 0x9e37_79b9_7f4a_7c15) }
    };
    let (types, asn) = (farol_lookup::Types::parse("A").unwrap(), AsnTable::empty());
    let list = farol_lookup::ListLookup {
        resolvers: &resolvers,
        types: &types,
        speed: farol_lookup::Speed { rate: None, in_flight: 100 },
        asn: &asn,
        seed: [0; 16],
        stamp: &stamp,
    };
    let hosts: Vec<String> = (0..300).map(|n| format!("www{n}.kelp{n}.test")).collect();
    let mut n_right = 0;
    let mut each = |looked: farol_lookup::Looked| {
        let right = looked.asked.iter().all(|it| {
            it.observation.transport == "doh"
                && it.observation.answer.in_one_line() == "NOERROR A 192.0.2.9"
        });
        n_right += usize::from(right);
    };
    let pass = Gate::new(false).pass().unwrap();
    runtime.block_on(pass.look_up_list(&list, hosts, &mut each, &|| false));
    assert_eq!(n_right, 300);
}
