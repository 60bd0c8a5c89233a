//! Past the resolver: name servers that are asked themselves, the way from the root, made-up names; each
//! server is one of our own on an address of loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    net::{IpAddr, UdpSocket},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use farol_lookup::{AsnTable, Depth, Gate, HostLookup, Networks, Reach, Resolver, Stamp, verdict};
use farol_model::{
    lookup::{Observation, Question},
    time::Timestamp,
};
use uuid::Uuid;

/// A record: section (`answer` or `authority`), owner, type, data.
type Says = (&'static str, &'static str, &'static str, &'static str);

/// What a server knows: a question, and the records it answers with.
type Knows = &'static [(&'static str, &'static str, &'static [Says])];

/// Servers on loopback at one port, which nobody else has.
struct Servers {
    port: u16,
    taken: Vec<UdpSocket>,
}

impl Servers {
    /// One at each of these addresses.
    fn start(all: &[(&str, Knows)]) -> Self {
        loop {
            let first = UdpSocket::bind((all[0].0, 0)).unwrap();
            let port = first.local_addr().unwrap().port();
            let others: Result<Vec<_>, _> =
                all[1..].iter().map(|(ip, _)| UdpSocket::bind((*ip, port))).collect();
            let Ok(others) = others else { continue };
            let sockets: Vec<UdpSocket> = std::iter::once(first).chain(others).collect();
            let taken = sockets.iter().map(|it| it.try_clone().unwrap()).collect();
            for (socket, (_, knows)) in sockets.into_iter().zip(all.to_vec()) {
                thread::spawn(move || serve(&socket, knows));
            }
            return Self { port, taken };
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for socket in &self.taken {
            // An empty packet is the end.
            socket.send_to(&[], socket.local_addr().unwrap()).ok();
        }
    }
}

fn serve(socket: &UdpSocket, knows: Knows) {
    let mut bytes = [0; 1500];
    while let Ok((n, from)) = socket.recv_from(&mut bytes) {
        if n == 0 {
            return;
        }
        if let Some(answer) = answer(&bytes[..n], knows) {
            socket.send_to(&answer, from).unwrap();
        }
    }
}

/// NXDOMAIN for what it does not know; silence when it knows nothing at all.
fn answer(question: &[u8], knows: Knows) -> Option<Vec<u8>> {
    if knows.is_empty() {
        return None;
    }
    let end = 12 + question[12..].iter().position(|it| *it == 0).unwrap() + 1;
    let name = text(&question[12..end]);
    let kind = u16::from_be_bytes([question[end], question[end + 1]]);
    let is_about =
        |(it, of, _): &&(&str, &str, _)| (*it == name || *it == "*") && number(of) == kind;
    let found = knows.iter().find(is_about);
    let records = found.map_or(&[][..], |(.., records)| records);
    let mut answer = question[..end + 4].to_vec();
    let n = |section| records.iter().filter(|it| it.0 == section).count() as u8;
    // An authority says so when it was not asked to find out for us.
    let recursion = question[2] & 1;
    answer[2..12].copy_from_slice(&[
        0x80 | recursion | if recursion == 0 { 4 } else { 0 },
        if found.is_none() { 3 } else { 0 },
        0,
        1,
        0,
        n("answer"),
        0,
        n("authority"),
        0,
        0,
    ]);
    for section in ["answer", "authority"] {
        for (_, owner, kind, data) in records.iter().filter(|it| it.0 == section) {
            let owner = if *owner == "*" { name.as_str() } else { owner };
            answer.extend(wire(owner));
            answer.extend(number(kind).to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 60]);
            let data = match (*kind, data.parse()) {
                (_, Ok(IpAddr::V4(ip))) => ip.octets().to_vec(),
                (_, Ok(IpAddr::V6(ip))) => ip.octets().to_vec(),
                ("SOA", _) => {
                    let mut soa = wire("ns.kelp.test");
                    soa.extend(wire("root.kelp.test"));
                    soa.extend(data.parse::<u32>().unwrap().to_be_bytes());
                    soa.extend([0; 16]);
                    soa
                }
                ("TXT", _) => [&[data.len() as u8], data.as_bytes()].concat(),
                _ => wire(data),
            };
            answer.extend((data.len() as u16).to_be_bytes());
            answer.extend(data);
        }
    }
    Some(answer)
}

fn number(kind: &str) -> u16 {
    match kind {
        "A" => 1,
        "NS" => 2,
        "CNAME" => 5,
        "SOA" => 6,
        "TXT" => 16,
        "AAAA" => 28,
        _ => 0,
    }
}

fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|it| !it.is_empty());
    let mut bytes = Vec::new();
    for label in labels {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn text(mut wire: &[u8]) -> String {
    let mut labels = Vec::new();
    while let Some((length, rest)) = wire.split_first().filter(|(it, _)| **it > 0) {
        let (label, rest) = rest.split_at(usize::from(*length));
        labels.push(String::from_utf8_lossy(label).to_lowercase());
        wire = rest;
    }
    labels.join(".")
}

fn look_up(host: &str, servers: &Servers, depth: Depth) -> Vec<Observation> {
    look_up_watched(host, servers, depth, &|_, _| ())
}

fn look_up_watched(
    host: &str,
    servers: &Servers,
    depth: Depth,
    progress: &(dyn Fn(usize, usize) + Send + Sync),
) -> Vec<Observation> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let resolver = Resolver {
        deadline: Duration::from_millis(1500),
        ..Resolver::parse(&format!("127.0.0.1:{}", servers.port)).unwrap()
    };
    let n = AtomicU64::new(1);
    let stamp = || {
        let n = n.fetch_add(1, Ordering::Relaxed);
        let id = Uuid::from_u128(u128::from(n) * 0x9e37_79b9_7f4a_7c15);
        Stamp { at: Timestamp::from_ms(1_795_442_602_000), id }
    };
    let asn = AsnTable::empty();
    let depth = Depth { reach: Reach::Loopback(servers.port), ..depth };
    let lookup = HostLookup {
        resolver: &resolver,
        asn: &asn,
        registries: None,
        depth: &depth,
        stamp: &stamp,
    };
    let pass = Gate::new(false).pass().unwrap();
    let asking = pass.look_up(host, &lookup, progress, &|| false);
    runtime.block_on(asking).asked.into_iter().map(|it| it.observation).collect()
}

fn notes(host: &str, observations: &[Observation]) -> Vec<String> {
    verdict(host, observations, &Networks::shipped()).notes
}

const HONEST: Knows = &[
    ("www.kelp.test", "A", &[("answer", "www.kelp.test", "A", "192.0.2.9")]),
    (
        "kelp.test",
        "NS",
        &[
            ("answer", "kelp.test", "NS", "ns1.kelp.test"),
            ("answer", "kelp.test", "NS", "ns2.kelp.test"),
        ],
    ),
    ("kelp.test", "SOA", &[("answer", "kelp.test", "SOA", "7")]),
    ("ns1.kelp.test", "A", &[("answer", "ns1.kelp.test", "A", "127.0.0.2")]),
    ("ns2.kelp.test", "A", &[("answer", "ns2.kelp.test", "A", "127.0.0.3")]),
];

#[test]
fn name_servers_that_do_not_agree_are_set_side_by_side() {
    let stale: Knows = &[
        ("www.kelp.test", "A", &[("answer", "www.kelp.test", "A", "203.0.113.5")]),
        (
            "kelp.test",
            "NS",
            &[
                ("answer", "kelp.test", "NS", "ns2.kelp.test"),
                ("answer", "kelp.test", "NS", "ns1.kelp.test"),
            ],
        ),
        ("kelp.test", "SOA", &[("answer", "kelp.test", "SOA", "6")]),
    ];
    let servers =
        Servers::start(&[("127.0.0.1", HONEST), ("127.0.0.2", HONEST), ("127.0.0.3", stale)]);
    let all = look_up("www.kelp.test", &servers, Depth { authorities: true, ..Depth::default() });
    let port = servers.port;
    let said = notes("www.kelp.test", &all);
    let differ = format!(
        "the name servers do not agree on www[.]kelp[.]test A: ns1[.]kelp[.]test \
         (127[.]0[.]0[.]2:{port}) say 192[.]0[.]2[.]9; ns2[.]kelp[.]test (127[.]0[.]0[.]3:{port}) \
         say 203[.]0[.]113[.]5"
    );
    assert!(said.contains(&differ), "{said:#?}");
    let agree = "all 2 name servers that were asked say of kelp[.]test NS: ns1[.]kelp[.]test, \
                 ns2[.]kelp[.]test";
    assert!(said.iter().any(|it| it == agree), "{said:#?}");
    // What one of them says is no answer of the resolver.
    let verdict = verdict("www.kelp.test", &all, &Networks::shipped());
    assert!(!verdict.summary.contains("203"), "{}", verdict.summary);
    assert!(all.iter().any(|it| it.server == format!("127.0.0.3:{port}")));
}

#[test]
fn a_silent_name_server_is_told_from_one_that_answers() {
    let servers =
        Servers::start(&[("127.0.0.1", HONEST), ("127.0.0.2", HONEST), ("127.0.0.3", &[])]);
    let all = look_up("www.kelp.test", &servers, Depth { authorities: true, ..Depth::default() });
    let said = notes("www.kelp.test", &all);
    assert!(said.iter().any(|it| it.contains("nothing (no answer within 3 s")), "{said:#?}");
}

#[test]
fn nobody_is_asked_directly_unless_somebody_wants_it() {
    let servers = Servers::start(&[("127.0.0.1", HONEST), ("127.0.0.2", HONEST)]);
    let all = look_up("www.kelp.test", &servers, Depth::default());
    assert!(all.iter().all(|it| it.server == format!("127.0.0.1:{}", servers.port)));
}

#[test]
fn the_way_from_the_root_is_followed_server_by_server() {
    // Every root server is at the first address, as are those whose names it knows the addresses of.
    let root: Knows = &[
        ("www.kelp.test", "A", &[("authority", "test", "NS", "a.nic.test")]),
        ("a.nic.test", "A", &[("answer", "a.nic.test", "A", "127.0.0.2")]),
        ("ns1.kelp.test", "A", &[("answer", "ns1.kelp.test", "A", "127.0.0.3")]),
    ];
    let nic: Knows =
        &[("www.kelp.test", "A", &[("authority", "kelp.test", "NS", "ns1.kelp.test")])];
    let own: Knows = &[
        ("www.kelp.test", "A", &[("answer", "www.kelp.test", "A", "192.0.2.9")]),
        ("www.kelp.test", "AAAA", &[("answer", "www.kelp.test", "AAAA", "2001:db8::9")]),
    ];
    let servers = Servers::start(&[("127.0.0.1", root), ("127.0.0.2", nic), ("127.0.0.3", own)]);
    let all = look_up("www.kelp.test", &servers, Depth { trace: true, ..Depth::default() });
    let steps: Vec<String> = all
        .iter()
        .filter_map(|it| match &it.question {
            Question::Authority { server, .. } => {
                let at: IpAddr = it.server.rsplit_once(':').unwrap().0.parse().unwrap();
                let server = if server.contains("root") { "root" } else { server };
                Some(format!("{server} at {at}: {}", it.answer.in_one_line()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        steps,
        [
            "root at 127.0.0.1: NOERROR, ask a.nic.test",
            "a.nic.test at 127.0.0.2: NOERROR, ask ns1.kelp.test",
            "ns1.kelp.test at 127.0.0.3: NOERROR A 192.0.2.9",
            "ns1.kelp.test at 127.0.0.3: NOERROR AAAA 2001:db8::9",
        ]
    );
}

#[test]
fn what_is_asked_deeper_is_counted_while_it_is_asked() {
    let servers = Servers::start(&[("127.0.0.1", HONEST), ("127.0.0.2", HONEST)]);
    let told = std::sync::Mutex::new(Vec::new());
    let progress = |done, all| told.lock().unwrap().push((done, all));
    let usual = look_up_watched("www.kelp.test", &servers, Depth::default(), &progress).len();
    assert_eq!(told.lock().unwrap().last(), Some(&(usual, usual)));
    told.lock().unwrap().clear();
    let depth = Depth { authorities: true, trace: true, ..Depth::default() };
    let deeper = look_up_watched("www.kelp.test", &servers, depth, &progress).len();
    assert!(deeper > usual + 4, "{deeper} {usual}");
    let told = told.into_inner().unwrap();
    assert_eq!(told.last(), Some(&(deeper, deeper)));
    assert!(told.iter().all(|(done, all)| done <= all));
}

#[test]
fn servers_that_send_each_other_on_are_left_alone() {
    let upwards: Knows = &[
        ("www.kelp.test", "A", &[("authority", "test", "NS", "a.nic.test")]),
        ("a.nic.test", "A", &[("answer", "a.nic.test", "A", "127.0.0.2")]),
    ];
    let servers = Servers::start(&[("127.0.0.1", upwards), ("127.0.0.2", upwards)]);
    let all = look_up("www.kelp.test", &servers, Depth { trace: true, ..Depth::default() });
    let n = all.iter().filter(|it| matches!(it.question, Question::Authority { .. })).count();
    assert_eq!(n, 2, "the second sends nowhere deeper");
}

#[test]
fn a_name_that_only_a_wildcard_answers_is_said_to_be_one() {
    let wild: Knows = &[("*", "A", &[("answer", "*", "A", "192.0.2.9")])];
    let servers = Servers::start(&[("127.0.0.1", wild)]);
    let all = look_up("login.kelp.test", &servers, Depth::default());
    let said = notes("login.kelp.test", &all);
    assert!(
        said.contains(
            &"any name under kelp[.]test answers (wildcard, leads to 192[.]0[.]2[.]9); this one leads \
              there, too, so that it answers does not show that anybody made it"
                .to_owned()
        ),
        "{said:#?}"
    );
    let made_up = all.iter().find_map(|it| match &it.question {
        Question::Wildcard { label, .. } => Some(label.clone()),
        _ => None,
    });
    assert_eq!(made_up.unwrap().len(), 16);

    let servers = Servers::start(&[("127.0.0.1", HONEST)]);
    let all = look_up("www.kelp.test", &servers, Depth::default());
    let said = notes("www.kelp.test", &all);
    assert!(said.iter().all(|it| !it.contains("wildcard")), "{said:#?}");
}

#[test]
fn keys_of_selectors_are_asked_for_when_somebody_knows_them() {
    let servers = Servers::start(&[("127.0.0.1", HONEST)]);
    let depth = Depth { selectors: vec!["s1".into()], ..Depth::default() };
    let all = look_up("www.kelp.test", &servers, depth);
    let asked = Question::Dns { name: "s1._domainkey.kelp.test".into(), record_type: "TXT".into() };
    assert!(all.iter().any(|it| it.question == asked));
}

#[test]
fn team_cymru_is_asked_when_somebody_switched_it_on_and_says_who_announces() {
    let origin = "9.113.0.203.origin.asn.cymru.com";
    let holder = "as64505.asn.cymru.com";
    let knows: Knows = &[
        ("www.kelp.test", "A", &[("answer", "www.kelp.test", "A", "203.0.113.9")]),
        (
            "9.113.0.203.origin.asn.cymru.com",
            "TXT",
            &[("answer", "*", "TXT", "64505 | 203.0.113.0/24 | PT | ripencc | 2010-07-14")],
        ),
        (
            "as64505.asn.cymru.com",
            "TXT",
            &[("answer", "*", "TXT", "64505 | PT | ripencc | 2010-07-14 | HARBOUR-EDGE, PT")],
        ),
    ];
    let servers = Servers::start(&[("127.0.0.1", knows)]);
    let asked_cymru = |all: &[Observation]| {
        let of_cymru = all.iter().filter(|it| it.question.about().ends_with("asn.cymru.com"));
        of_cymru.map(|it| it.question.about().to_owned()).collect::<Vec<_>>()
    };
    let all = look_up("www.kelp.test", &servers, Depth::default());
    assert_eq!(asked_cymru(&all), [""; 0]);

    let all = look_up("www.kelp.test", &servers, Depth { cymru: true, ..Depth::default() });
    assert_eq!(asked_cymru(&all), [origin, holder]);
    let said = verdict("www.kelp.test", &all, &Networks::shipped());
    let why: Vec<_> =
        said.findings.iter().flat_map(|it| &it.why).map(|it| it.text.as_str()).collect();
    assert!(why.contains(&"203.0.113.9 is announced by AS64505 (HARBOUR-EDGE, PT)"), "{why:?}");

    let all = look_up("203.0.113.9", &servers, Depth { cymru: true, ..Depth::default() });
    assert_eq!(asked_cymru(&all), [origin, holder]);
}

#[test]
fn a_circle_over_two_names_that_the_resolver_leaves_open_is_followed_once_round() {
    const THERE: &[Says] = &[("answer", "www.kelp.test", "CNAME", "edge.kelp.test")];
    const BACK: &[Says] = &[("answer", "edge.kelp.test", "CNAME", "www.kelp.test")];
    let knows: Knows = &[
        ("www.kelp.test", "A", THERE),
        ("www.kelp.test", "AAAA", THERE),
        ("edge.kelp.test", "A", BACK),
        ("edge.kelp.test", "AAAA", BACK),
    ];
    let servers = Servers::start(&[("127.0.0.1", knows)]);
    let all = look_up("www.kelp.test", &servers, Depth::default());
    let asked = |name: &str| all.iter().filter(|it| it.question.about() == name).count();
    assert_eq!((asked("www.kelp.test"), asked("edge.kelp.test")), (4, 2));
    assert_eq!(notes("www.kelp.test", &all), ["CNAME loop"]);
}
