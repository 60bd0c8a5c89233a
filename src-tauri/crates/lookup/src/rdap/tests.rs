//! Registries that misbehave, on loopback: always an observation that says what happened.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

use farol_practice::Dns;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::look_up::Stamp;

const NOW_MS: i64 = 1_795_000_000_000;

/// A server that answers however a test wants, and counts who came.
struct Server {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(speak: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let addr = Self::start_raw(move |mut stream| {
            let line = first_line(&mut stream);
            log.lock().unwrap().push(line.clone());
            speak(line.split(' ').nth(1).unwrap_or(&line), &mut stream);
        });
        Self { addr, asked }
    }

    /// One that does what it likes with each connection, on a thread of its own.
    fn start_raw(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream));
            }
        });
        addr
    }

    /// One that sends the same bytes to everybody and hangs up.
    fn sending(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, stream| drop(stream.write_all(&bytes)))
    }

    fn n_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Reads the head of a request, and gives its first line back.
fn first_line(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
        // A WHOIS question is a single line.
        if head.ends_with(b"\r\n") && !head.starts_with(b"GET ") {
            break;
        }
    }
    String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned()
}

fn response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn good() -> Value {
    json!({"objectClassName": "domain", "ldhName": "a.test", "status": ["active"]})
}

const JSON: &str = "content-type: application/rdap+json\r\n";

/// The registries of a practice world at one server, without patience.
fn registries(addr: SocketAddr, whois: Option<SocketAddr>) -> Registries {
    let servers = Servers::none()
        .with_iana(&format!(r#"{{"services": [[["test"], ["http://{addr}/"]]]}}"#))
        .unwrap()
        .with_overrides("[[whois]]\nserver = \"whois.test\"\nsuffixes = [\"test\", \"old\"]")
        .unwrap();
    let world = World::Practice { rdap: addr, whois };
    let mut registries = Registries::new(servers, world, Quotas::default());
    registries.deadline = Duration::from_millis(400);
    registries
}

fn resolver() -> Resolver {
    Resolver::parse("127.0.0.1:9").unwrap()
}

fn ask(registries: &Registries, about: &str, resolver: &Resolver) -> Vec<Asked> {
    let n = AtomicU64::new(1);
    let stamp = || Stamp {
        at: Timestamp::from_ms(NOW_MS),
        id: Uuid::from_u128(u128::from(n.fetch_add(1, Ordering::Relaxed)) * 0x9e37_79b9),
    };
    let asking = registries.ask(RegistryObject::Domain, about, resolver, &stamp);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(asking)
}

fn said(asked: &Asked) -> String {
    let it = &asked.observation;
    assert_eq!(it.wire.is_some(), asked.wire.is_some());
    match &it.answer {
        Answer::Registered { status, .. } => format!("registered ({status})"),
        Answer::NotRegistered { status, .. } => format!("not registered ({status})"),
        Answer::Whois { record, .. } => format!("whois, read: {}", record.is_some()),
        Answer::NoAnswer { reason } => reason.clone(),
        other => panic!("{other:?}"),
    }
}

/// What is observed when the server sends these bytes, and how many of the body's are kept.
fn sent(bytes: impl Into<Vec<u8>>) -> (String, usize) {
    let server = Server::sending(bytes);
    let asked = ask(&registries(server.addr, None), "a.test", &resolver());
    let first = &asked[0];
    (said(first), first.wire.as_ref().map_or(0, Vec::len))
}

#[track_caller]
fn check(bytes: impl Into<Vec<u8>>, expected: &str) {
    assert_eq!(sent(bytes).0, expected);
}

#[test]
fn a_good_answer_and_a_missing_entry_are_answers() {
    let body = good().to_string();
    let (said, n_kept) = sent(response(200, JSON, body.as_bytes()));
    assert_eq!((said.as_str(), n_kept), ("registered (200)", body.len()));
    check(response(404, JSON, br#"{"errorCode": 404}"#), "not registered (404)");
    check(response(404, "", b""), "not registered (404)");
    check(
        response(200, JSON, br#"{"errorCode": 404, "title": "Not Found"}"#),
        "not registered (200)",
    );
}

#[test]
fn what_is_not_rdap_is_never_taken_for_an_answer() {
    let page = b"<html><body>Not found: no such domain</body></html>";
    let html = "content-type: text/html; charset=utf-8\r\n";
    check(response(200, html, page), "the answer cannot be read: it is not JSON, as text/html");
    check(
        response(404, html, page),
        "the server has no such page (HTTP 404, as text/html), which is not the answer of a registry",
    );
    check(
        response(200, JSON, b"{\"ldhName\": \"a.te"),
        "the answer cannot be read: it is not JSON, as application/rdap+json",
    );
    check(response(200, "", b""), "the answer cannot be read: it is not JSON");
    check(response(200, JSON, b"null"), "the answer is JSON, but not an RDAP object");
    check(
        response(200, JSON, br#"{"ldhName": "b.test"}"#),
        "the answer is about another name than the one asked for",
    );
    check(
        response(200, JSON, br#"{"errorCode": 500, "title": "Oops"}"#),
        "the registry refused (error 500: Oops)",
    );
    check(
        response(403, JSON, br#"{"errorCode": 403, "title": "Forbidden"}"#),
        "the registry refused (HTTP 403: Forbidden)",
    );
    check(response(500, html, page), "the server answered HTTP 500, as text/html");
    check(response(204, "", b""), "the server answered HTTP 204");
    check(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), "the server does not answer in HTTP");
    check(Vec::new(), "the server does not answer in HTTP");
    check(vec![0; 100_000], "the server does not answer in HTTP");
    check(
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n".to_vec(),
        "the server does not answer in HTTP",
    );
}

#[test]
fn depth_size_and_compression_are_bounded() {
    let deep = [b"{\"a\":".repeat(200_000), b"1".to_vec(), b"}".repeat(200_000)].concat();
    let (reason, n_kept) = sent(response(200, JSON, &deep[..900_000]));
    assert_eq!(
        (reason.as_str(), n_kept),
        (
            "the answer cannot be read: its JSON is nested too deep, as application/rdap+json",
            900_000
        )
    );
    let (reason, n_kept) = sent(response(200, JSON, &vec![b' '; fetch::MAX_BODY + 5]));
    assert_eq!(
        (reason.as_str(), n_kept),
        (
            "the answer is larger than 1 MiB; the first 1 MiB is kept and was not read",
            fetch::MAX_BODY
        )
    );
    // A gzip bomb is 1 MiB of gzip to us, and stays closed.
    let bomb = [&[0x1f, 0x8b, 8, 0][..], &[0; 1000]].concat();
    let gzip = format!("{JSON}content-encoding: gzip\r\n");
    let (reason, n_kept) = sent(response(200, &gzip, &bomb));
    assert_eq!(
        (reason.as_str(), n_kept),
        ("the answer came compressed, which was not asked for; it was not opened", bomb.len())
    );
    let heads = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(50_000));
    check(heads, "the server does not answer in HTTP");
    let endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let server = Server::start(move |_, stream| {
        drop(stream.write_all(&endless));
        while stream.write_all(format!("8000\r\n{}\r\n", " ".repeat(0x8000)).as_bytes()).is_ok() {}
    });
    let asked = ask(&registries(server.addr, None), "a.test", &resolver());
    assert_eq!(asked[0].wire.as_ref().map(Vec::len), Some(fetch::MAX_BODY));
}

#[test]
fn a_server_that_does_not_finish_is_left_at_the_deadline() {
    for head in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"ldh",
    ] {
        let server = Server::start(move |_, stream| {
            drop(stream.write_all(head.as_bytes()));
            // Never sends more: waits until we hang up.
            drop(stream.read(&mut [0]));
        });
        let started = std::time::Instant::now();
        let asked = ask(&registries(server.addr, None), "a.test", &resolver());
        assert_eq!(said(&asked[0]), "no whole answer within 0.4 s; what came is kept", "{head}");
        assert_eq!(
            asked[0].wire.as_deref().unwrap_or_default().len(),
            if head.ends_with("ldh") { 5 } else { 0 }
        );
        assert!(started.elapsed() < Duration::from_secs(3));
    }
    // A byte now and then keeps nobody waiting longer.
    let server = Server::start(|_, stream| {
        let slow = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".iter().chain(&[b' '; 500]);
        for byte in slow {
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
            thread::park_timeout(Duration::from_millis(10));
        }
    });
    let asked = ask(&registries(server.addr, None), "a.test", &resolver());
    assert_eq!(said(&asked[0]), "no whole answer within 0.4 s; what came is kept");
    check(
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}".to_vec(),
        "the answer broke off; what came is kept",
    );
}

#[test]
fn nobody_at_home_is_an_observation() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let asked = ask(&registries(addr, None), "a.test", &resolver());
    assert_eq!(said(&asked[0]), "the registry's server cannot be reached (connection refused)");
    assert_eq!(asked[0].observation.server, format!("http://{addr}/domain/a.test"));
}

fn moved(to: &str) -> Vec<u8> {
    response(302, &format!("location: {to}\r\n"), b"")
}

#[test]
fn redirects_are_followed_three_times_and_never_in_a_circle() {
    let server = Server::start(|path, stream| {
        let answer = match path {
            "/domain/a.test" => moved("/one"),
            "/one" => moved("two?q=1"),
            "/two?q=1" => moved("//"),
            "/domain/far.test" => moved("/n/1"),
            "/domain/ring.test" => moved("/ring"),
            "/ring" => moved("/domain/ring.test#x"),
            "/domain/self.test" => moved("/domain/self.test"),
            "/domain/lost.test" => response(301, "", b""),
            "/domain/odd.test" => moved("http://["),
            "/domain/found.test" => moved("/found"),
            "/found" => {
                let body = json!({"ldhName": "found.test"}).to_string();
                response(200, JSON, body.as_bytes())
            }
            path => moved(&format!("{path}1")),
        };
        drop(stream.write_all(&answer));
    });
    let registries = registries(server.addr, None);
    let check = |about: &str, expected: &str| {
        let asked = ask(&registries, about, &resolver());
        let said = said(&asked[0]).replace(&format!("http://{}", server.addr), "");
        assert_eq!(said, expected, "{about}");
        asked
    };
    check(
        "far.test",
        "the registry sent us on more than 3 times (/domain/far.test to /n/1 to /n/11 to /n/111)",
    );
    check("ring.test", "the registry sends us in a circle (/domain/ring.test to /ring)");
    check("self.test", "the registry sends us in a circle");
    check("lost.test", "the registry sent us on without saying where");
    check("odd.test", "the registry sent us on to what is no address");
    let found = check("found.test", "registered (200)");
    let Answer::Registered { redirected_by, .. } = &found[0].observation.answer else { panic!() };
    assert_eq!(*redirected_by, [format!("http://{}/domain/found.test", server.addr)]);
    assert_eq!(found[0].observation.server, format!("http://{}/found", server.addr));
}

#[test]
fn a_redirect_never_leaves_what_may_be_reached() {
    let canary = Server::sending(response(200, JSON, good().to_string().as_bytes()));
    let port = canary.addr.port();
    let n_sent = Arc::new(AtomicUsize::new(0));
    let goals: Vec<String> = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "a@127.0.0.1",
        "１２７.０.０.１",
    ]
    .iter()
    .flat_map(|host| {
        ["http", "https"].map(|scheme| format!("{scheme}://{host}:{port}/domain/a.test"))
    })
    .collect();
    let n_goals = goals.len();
    let next = Arc::clone(&n_sent);
    let server = Server::start(move |_, stream| {
        let goal = &goals[next.fetch_add(1, Ordering::Relaxed) % goals.len()];
        drop(stream.write_all(&moved(goal)));
    });
    for n in 0..n_goals {
        let registries = registries(server.addr, None);
        let asked = ask(&registries, &format!("n{n}.test"), &resolver());
        let reason = said(&asked[0]);
        let refused = "the registry sent us on to an address that was not asked: ";
        assert!(reason.starts_with(refused) || reason.ends_with("no address"), "{reason}");
    }
    assert_eq!((canary.n_asked(), server.n_asked()), (0, n_goals));
}

#[test]
fn a_name_that_leads_home_is_not_followed_however_it_turns() {
    let canary = Server::sending(response(200, JSON, good().to_string().as_bytes()));
    let port = canary.addr.port();
    let zone = "home.example.com 0 A 127.0.0.1\nhome6.example.com 0 AAAA ::1\n\
        mixed.example.com 0 A 8.8.8.8\nmixed.example.com 0 A 10.0.0.1\n\
        mapped.example.com 0 AAAA ::ffff:127.0.0.1\nlink.example.com 0 A 169.254.169.254\n\
        alias.example.com 0 CNAME home.example.com\nnone.example.com 0 TXT \"nothing\"\n\
        turn.example.com 0 A 8.8.8.8\nturn.example.com 0 PRACTICE round=2 A 127.0.0.1\n";
    let dns = Dns::start(zone).unwrap();
    let resolver = Resolver::at(dns.addr);
    for name in ["home", "home6", "mixed", "mapped", "link", "alias", "none"] {
        let own = format!(
            "[[rdap]]\nurl = \"https://{name}.example.com:{port}/\"\nsuffixes = [\"test\"]\nsource = \"\"\nas_of = \"\""
        );
        let servers = Servers::none().with_overrides(&own).unwrap();
        let registries = Registries::new(servers, World::Internet, Quotas::default());
        let asked = ask(&registries, "a.test", &resolver);
        let expected = if name == "none" {
            "the registry's server was not asked: the resolver knows no address of its name"
        } else {
            "the registry's server was not asked: its name leads to an address that is not a public one"
        };
        assert_eq!(said(&asked[0]), expected, "{name}");
    }
    // A name that turns home between two questions: it is resolved once, and what was looked at is
    // what is connected to.
    let public = addresses_of("turn.example.com", &resolver);
    assert_eq!(public, Ok(vec!["8.8.8.8:443".parse().unwrap()]));
    dns.next_round();
    assert!(addresses_of("turn.example.com", &resolver).is_err());
    assert_eq!(canary.n_asked(), 0);
}

fn addresses_of(name: &str, resolver: &Resolver) -> Result<Vec<SocketAddr>, String> {
    let registries = Registries::new(Servers::none(), World::Internet, Quotas::default());
    let stamp = || Stamp { at: Timestamp::from_ms(NOW_MS), id: Uuid::from_u128(7) };
    let beside = Mutex::default();
    let way = Way {
        world: registries.world,
        tls: &registries.tls,
        resolver,
        stamp: &stamp,
        beside: &beside,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(fetch::addresses(name, 443, &way))
}

#[test]
fn in_the_internet_plain_http_is_never_spoken() {
    let canary = Server::sending(response(200, JSON, good().to_string().as_bytes()));
    let mut registries = registries(canary.addr, None);
    registries.world = World::Internet;
    let asked = ask(&registries, "a.test", &resolver());
    assert_eq!(said(&asked[0]), "the registry's server was not asked: it is not HTTPS");
    assert_eq!(canary.n_asked(), 0);
}

#[test]
fn a_server_that_throttles_is_left_alone_and_a_restart_forgets_nothing() {
    let too_many = |retry: &str| {
        response(429, &format!("{JSON}{retry}"), br#"{"errorCode": 429, "title": "Slow down"}"#)
    };
    for (retry, expected) in [
        (
            "retry-after: 120\r\n",
            "the registry is busy (HTTP 429); the registry asks us to wait until 2026-11-18 11:08 UTC",
        ),
        (
            "retry-after: Wed, 18 Nov 2026 11:36:40 GMT\r\n",
            "the registry is busy (HTTP 429); the registry asks us to wait until 2026-11-18 11:36 UTC",
        ),
        (
            "retry-after: 99999999999999999999\r\n",
            "the registry is busy (HTTP 429); we wait until 2026-11-18 11:07 UTC",
        ),
        (
            "retry-after: \u{e9}t\u{e9}\r\n",
            "the registry is busy (HTTP 429); we wait until 2026-11-18 11:07 UTC",
        ),
        (
            "retry-after: -5\r\n",
            "the registry is busy (HTTP 429); we wait until 2026-11-18 11:07 UTC",
        ),
        ("", "the registry is busy (HTTP 429); we wait until 2026-11-18 11:07 UTC"),
    ] {
        let server = Server::sending(too_many(retry));
        let first = registries(server.addr, None);
        assert_eq!(said(&ask(&first, "a.test", &resolver())[0]), expected, "{retry}");
        let kept: Quotas =
            serde_json::from_str(&serde_json::to_string(&first.quotas()).unwrap()).unwrap();
        let again = Registries { quotas: Mutex::new(kept), ..registries(server.addr, None) };
        let said = said(&ask(&again, "a.test", &resolver())[0]);
        assert!(said.starts_with("not asked, to keep to the registry's limit"), "{said}");
        assert_eq!(server.n_asked(), 1, "{retry}");
    }
}

#[test]
fn whois_is_asked_last_and_its_text_is_kept() {
    let text = "Domain Name: A.TEST\r\nRegistrar: Granite Names\r\n";
    let whois = Server::sending(text);
    let broken = Server::sending(response(500, "", b""));
    let asked = ask(&registries(broken.addr, Some(whois.addr)), "a.test", &resolver());
    assert_eq!(
        asked.iter().map(said).collect::<Vec<_>>(),
        ["the server answered HTTP 500", "whois, read: true"]
    );
    assert_eq!(asked[1].wire.as_deref(), Some(text.as_bytes()));
    assert_eq!(*whois.asked.lock().unwrap(), ["a.test"]);

    let missing = Server::sending(response(404, JSON, b"{}"));
    let asked = ask(&registries(missing.addr, Some(whois.addr)), "b.test", &resolver());
    assert_eq!(asked.iter().map(said).collect::<Vec<_>>(), ["not registered (404)"]);

    let asked = ask(&registries(missing.addr, Some(whois.addr)), "b.old", &resolver());
    assert_eq!(asked.iter().map(said).collect::<Vec<_>>(), ["whois, read: false"]);

    let silent = Server::sending("");
    let asked = ask(&registries(missing.addr, Some(silent.addr)), "b.old", &resolver());
    assert_eq!(said(&asked[0]), "the WHOIS server said nothing");
    let endless = Server::start(|_, stream| while stream.write_all(&[b'x'; 9999]).is_ok() {});
    let asked = ask(&registries(missing.addr, Some(endless.addr)), "b.old", &resolver());
    assert_eq!(asked[0].wire.as_ref().map(Vec::len), Some(fetch::MAX_BODY));
}

#[test]
fn an_unknown_registry_is_said_to_be_unknown() {
    let registries = Registries::new(Servers::shipped(), World::Internet, Quotas::default());
    let check = |about: &str, expected: &str| {
        let asked = ask(&registries, about, &resolver());
        assert_eq!(
            (said(&asked[0]).as_str(), asked[0].observation.server.as_str()),
            (expected, "nobody")
        );
    };
    check(
        "a.kp",
        "no registry is known for it, so none was asked; IANA's bootstrap files can be loaded",
    );
    check("a.es", "the registry of .es answers on its web page only; it was not asked");
}

/// A TLS server with a certificate of its own making for `rdap.example.com`, and the root to trust.
fn tls_server() -> (SocketAddr, rustls::RootCertStore) {
    let made = rcgen::generate_simple_self_signed(["rdap.example.com".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let server = Server::start_raw(move |mut stream| {
        let mut session = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut tls = rustls::Stream::new(&mut session, &mut stream);
        let mut head = [0; 1000];
        if tls.read(&mut head).is_ok() {
            drop(tls.write_all(&response(200, JSON, good().to_string().as_bytes())));
        }
    });
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    (server, roots)
}

#[test]
fn a_certificate_is_checked_before_anything_is_asked() {
    let (addr, roots) = tls_server();
    let trusting = |roots| {
        Registries::trusting(roots, Servers::none(), World::Internet, Quotas::default()).tls
    };
    let shake = |url: &str, tls: &Arc<rustls::ClientConfig>| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
            let url = Url::parse(url).unwrap();
            let response = fetch::ask(fetch::encrypt(stream, &url, tls).await?, &url).await?;
            Ok::<_, String>(response.status().as_u16())
        })
    };
    let ours = trusting(roots);
    let invalid = "the server's certificate is not valid for its name; nothing was asked";
    assert_eq!(shake("https://rdap.example.com/domain/a.test", &ours), Ok(200));
    assert_eq!(shake("https://rdap.other.example.com/", &ours), Err(invalid.to_owned()));
    assert_eq!(shake("https://127.0.0.1/", &ours), Err(invalid.to_owned()));
    let public = Registries::new(Servers::none(), World::Internet, Quotas::default()).tls;
    assert_eq!(shake("https://rdap.example.com/", &public), Err(invalid.to_owned()));
}

#[test]
fn no_registry_is_asked_about_an_address_inside() {
    let registries = Registries::new(Servers::shipped(), World::Internet, Quotas::default());
    let server = |about: &str| {
        let about = about.to_owned();
        registries.plan(Question::Rdap { object: RegistryObject::Ip, about }).server
    };
    for inside in ["10.1.2.3", "192.168.0.7", "100.64.0.1", "198.51.100.7", "fd00::1", "::1"] {
        assert_eq!(server(inside), None, "{inside}");
    }
    assert!(server("8.8.8.8").is_some() && server("2600::1").is_some());
}

#[tokio::test]
async fn a_server_has_one_question_at_a_time_and_other_servers_do_not_wait_for_it() {
    let registries = Registries::new(Servers::shipped(), World::Internet, Quotas::default());
    let first = registries.turn("rdap.first.example").await;
    let mut next = Box::pin(registries.turn("rdap.first.example"));
    let waits = std::future::poll_fn(|context| {
        std::task::Poll::Ready(next.as_mut().poll(context).is_pending())
    });
    assert!(waits.await);
    drop(registries.turn("rdap.other.example").await);
    drop(first);
    drop(next.await);
}
