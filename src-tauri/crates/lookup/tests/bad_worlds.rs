//! Servers that misbehave on purpose: never a panic, never a hang past the deadline, never a wrong
//! answer taken for right, and always an observation that says what happened.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use farol_lookup::{Asked, AsnTable, Gate, ListLookup, Resolver, Speed, Stamp, Types};
use farol_model::{lookup::Answer, time::Timestamp};
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_millis(600);
const HEADER: usize = 12;

/// What a server sends for a question; nothing is silence.
type Says = fn(&[u8]) -> Vec<Vec<u8>>;

/// A server on loopback that says over UDP and TCP what it is told to.
struct Server {
    addr: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl Server {
    /// `over_tcp` none: nobody listens there. Its bytes leave one by one when `drips`.
    fn start(over_udp: Says, over_tcp: Option<Says>, drips: bool) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
            let at = udp.local_addr().unwrap();
            match over_tcp {
                None => break (udp, None),
                Some(_) => {
                    if let Ok(tcp) = TcpListener::bind(at) {
                        break (udp, Some(tcp));
                    }
                }
            }
        };
        let addr = udp.local_addr().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        udp.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let over = Arc::clone(&is_over);
        thread::spawn(move || {
            let mut packet = [0; 4096];
            while !over.load(Ordering::Relaxed) {
                let Ok((n, client)) = udp.recv_from(&mut packet) else { continue };
                for said in over_udp(&packet[..n]) {
                    udp.send_to(&said, client).ok();
                }
            }
        });
        if let (Some(tcp), Some(says)) = (tcp, over_tcp) {
            thread::spawn(move || {
                while let Ok((mut stream, _)) = tcp.accept() {
                    let mut length = [0; 2];
                    if stream.read_exact(&mut length).is_err() {
                        continue;
                    }
                    let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
                    stream.read_exact(&mut packet).unwrap();
                    for said in says(&packet) {
                        let length = u16::try_from(said.len()).unwrap().to_be_bytes();
                        let bytes = [&length, said.as_slice()].concat();
                        if drips {
                            for byte in bytes {
                                if stream.write_all(&[byte]).is_err() {
                                    break;
                                }
                                thread::sleep(Duration::from_millis(40));
                            }
                        } else {
                            stream.write_all(&bytes).ok();
                        }
                    }
                }
            });
        }
        Self { addr, is_over }
    }
}

/// Asks for the address of a name and gives what was observed.
fn ask(resolvers: &[Resolver]) -> Vec<Asked> {
    let n = AtomicU64::new(0);
    let stamp = || {
        let id = u128::from(n.fetch_add(1, Ordering::Relaxed)) * 0x9e37_79b9_7f4a_7c15 + 1;
        Stamp { at: Timestamp::from_ms(1_795_000_000_000), id: Uuid::from_u128(id) }
    };
    let types = Types::parse("A").unwrap();
    let speed = Speed { rate: None, in_flight: 10 };
    let asn = AsnTable::empty();
    let list =
        ListLookup { resolvers, types: &types, speed, asn: &asn, seed: [0; 16], stamp: &stamp };
    let mut asked = Vec::new();
    let mut each = |it: farol_lookup::Looked| asked.extend(it.asked);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    let pass = Gate::new(false).pass().unwrap();
    let hosts = vec!["login.kelp.test".to_owned()];
    runtime.block_on(pass.look_up_list(&list, hosts, &mut each, &|| false));
    assert!(started.elapsed() < DEADLINE * 3, "it went on after the deadline");
    asked
}

fn resolver(server: &Server) -> Resolver {
    Resolver { deadline: DEADLINE, attempts: 2, ..Resolver::at(server.addr) }
}

/// One question, and how it must have ended: transport, words, whether bytes were kept.
#[track_caller]
fn check(server: &Server, transport: &str, words: &str, keeps_bytes: bool) {
    let asked = ask(&[resolver(server)]);
    let [Asked { observation, wire }] = asked.as_slice() else { panic!("{asked:?}") };
    let said = match &observation.answer {
        Answer::Dns { flags, extended_errors, .. } => {
            let flags = flags.join(" ");
            let errors = extended_errors.join(", ");
            format!("{} [{flags}] {errors}", observation.answer.in_one_line())
        }
        other => other.in_one_line(),
    };
    assert_eq!(said.trim_end(), words);
    assert_eq!(observation.transport, transport);
    assert_eq!(observation.server, server.addr.to_string());
    assert_eq!(wire.is_some(), keeps_bytes);
    assert_eq!(observation.wire.is_some(), keeps_bytes);
}

/// Length of the question section of what was asked.
fn n_question(asked: &[u8]) -> usize {
    let name = asked[HEADER..].iter().position(|byte| *byte == 0).unwrap();
    name + 5
}

/// An answer of one record with these flags, data of the question's name.
fn answer(asked: &[u8], flags: u16, record_type: u16, data: &[u8]) -> Vec<u8> {
    let mut out = asked[..HEADER + n_question(asked)].to_vec();
    out[2..4].copy_from_slice(&flags.to_be_bytes());
    out[4..HEADER].copy_from_slice(&[0, 1, 0, 1, 0, 0, 0, 0]);
    out.extend([0xc0, 12]);
    out.extend(record_type.to_be_bytes());
    out.extend([0, 1, 0, 0, 0, 60]);
    out.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    out.extend(data);
    out
}

/// The header and question alone, with a response code.
fn bare(asked: &[u8], rcode: u8) -> Vec<u8> {
    let mut out = asked[..HEADER + n_question(asked)].to_vec();
    out[2..HEADER].copy_from_slice(&[0x81, 0x80 | rcode, 0, 1, 0, 0, 0, 0, 0, 0]);
    out
}

fn good(asked: &[u8]) -> Vec<u8> {
    answer(asked, 0x8180, 1, &[192, 0, 2, 7])
}

fn lower(message: Vec<u8>, asked: &[u8]) -> Vec<u8> {
    let end = HEADER + n_question(asked);
    [&message[..HEADER], &message[HEADER..end].to_ascii_lowercase(), &message[end..]].concat()
}

const SAID: &str = "NOERROR A 192.0.2.7 [rd ra]";
const STRAY: &str = "no answer within 600 ms (2 attempts); 2 packets did not fit the question";

#[test]
fn an_honest_server_is_believed() {
    check(&Server::start(|asked| vec![good(asked)], None, false), "udp", SAID, true);
}

#[test]
fn a_packet_with_another_id_is_no_answer_and_the_right_one_after_it_is() {
    fn forged(asked: &[u8]) -> Vec<u8> {
        let mut said = answer(asked, 0x8180, 1, &[203, 0, 113, 66]);
        said[0] ^= 0x55;
        said
    }
    check(&Server::start(|asked| vec![forged(asked)], None, false), "udp", STRAY, false);
    let after = Server::start(|asked| vec![forged(asked), good(asked)], None, false);
    check(&after, "udp", SAID, true);
}

#[test]
fn an_answer_to_another_question_is_no_answer() {
    fn other(asked: &[u8]) -> Vec<u8> {
        let mut said = good(asked);
        said[HEADER + 1] ^= 1;
        said
    }
    check(&Server::start(|asked| vec![other(asked)], None, false), "udp", STRAY, false);
}

#[test]
fn a_server_that_changes_the_case_is_believed_over_a_connection_only() {
    fn mangled(asked: &[u8]) -> Vec<Vec<u8>> {
        vec![lower(answer(asked, 0x8180, 1, &[203, 0, 113, 66]), asked)]
    }
    fn in_lower_case(asked: &[u8]) -> Vec<Vec<u8>> {
        vec![lower(good(asked), asked)]
    }
    check(&Server::start(mangled, Some(in_lower_case), false), "tcp", SAID, true);
    let words = "the resolver changes the case of names, so that its answers cannot be told from \
                 forged ones, and does not listen on TCP";
    check(&Server::start(mangled, None, false), "tcp", words, false);
}

#[test]
fn a_message_that_breaks_off_is_kept_and_not_believed() {
    fn cut(asked: &[u8]) -> Vec<Vec<u8>> {
        let mut said = good(asked);
        said.truncate(said.len() - 2);
        vec![said]
    }
    let words = "the answer is malformed; its bytes are kept";
    check(&Server::start(cut, None, false), "udp", words, true);
    fn header(asked: &[u8]) -> Vec<Vec<u8>> {
        vec![bare(asked, 0)[..HEADER].to_vec()]
    }
    check(&Server::start(header, None, false), "udp", words, true);
    fn says_cut(asked: &[u8]) -> Vec<Vec<u8>> {
        let mut said = bare(asked, 0);
        said[2] |= 0x02;
        vec![said]
    }
    check(&Server::start(says_cut, Some(cut), false), "tcp", words, true);
}

#[test]
fn a_cut_answer_that_cannot_be_completed_says_that_it_was_cut() {
    fn says_cut(asked: &[u8]) -> Vec<Vec<u8>> {
        let mut said = bare(asked, 0);
        said[2] |= 0x02;
        vec![said]
    }
    check(&Server::start(says_cut, None, false), "udp", "NOERROR [tc rd ra]", true);
    let drips = Server::start(says_cut, Some(|asked| vec![good(asked)]), true);
    check(&drips, "udp", "NOERROR [tc rd ra]", true);
}

#[test]
fn an_empty_packet_is_no_answer() {
    check(&Server::start(|_| vec![Vec::new()], None, false), "udp", STRAY, false);
    let after = Server::start(|asked| vec![Vec::new(), good(asked)], None, false);
    check(&after, "udp", SAID, true);
}

#[test]
fn sixty_four_kilobytes_are_read_whole() {
    /// As many records as fit.
    fn huge(asked: &[u8], most: usize) -> Vec<u8> {
        let mut said = bare(asked, 0);
        let n = (most - said.len()) / 16;
        said[6..8].copy_from_slice(&u16::try_from(n).unwrap().to_be_bytes());
        for n in 0..n {
            said.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0]);
            said.extend(u16::try_from(n).unwrap().to_be_bytes());
        }
        said
    }
    fn says_cut(asked: &[u8]) -> Vec<Vec<u8>> {
        let mut said = bare(asked, 0);
        said[2] |= 0x02;
        vec![said]
    }
    let count = |server: &Server| {
        let asked = ask(&[resolver(server)]);
        let Answer::Dns { answers, .. } = &asked[0].observation.answer else { panic!("{asked:?}") };
        (
            asked[0].observation.transport.clone(),
            answers.len(),
            asked[0].wire.as_ref().unwrap().len(),
        )
    };
    let over_udp = Server::start(|asked| vec![huge(asked, 65_507)], None, false);
    assert_eq!(count(&over_udp), ("udp".to_owned(), 4092, 65_505));
    let over_tcp = Server::start(says_cut, Some(|asked| vec![huge(asked, 65_535)]), false);
    assert_eq!(count(&over_tcp), ("tcp".to_owned(), 4093, 65_521));
}

#[test]
fn a_refusal_and_its_reason_are_an_answer() {
    check(
        &Server::start(|asked| vec![bare(asked, 5)], None, false),
        "udp",
        "REFUSED [rd ra]",
        true,
    );
    fn explained(asked: &[u8]) -> Vec<Vec<u8>> {
        let mut said = bare(asked, 2);
        said[11] = 1;
        said.extend([0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 12, 0, 15, 0, 8, 0, 22]);
        said.extend(b"nobody");
        vec![said]
    }
    let words = "SERVFAIL [rd ra] 22: nobody";
    check(&Server::start(explained, None, false), "udp", words, true);
}

#[test]
fn a_right_answer_from_another_port_or_address_is_not_taken_and_a_lie_on_the_way_is_kept_with_its_server()
 {
    /// Knows the id and the question, but does not sit where the question went.
    fn beside(from: &str) -> (UdpSocket, SocketAddr) {
        let (asked, liar) =
            (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind(from).unwrap());
        let at = asked.local_addr().unwrap();
        let tells = asked.try_clone().unwrap();
        tells.set_read_timeout(Some(DEADLINE * 4)).unwrap();
        thread::spawn(move || {
            let mut packet = [0; 4096];
            while let Ok((n, client)) = tells.recv_from(&mut packet) {
                let asked = &packet[..n];
                // First the lie, then the truth: whoever took the first would be deceived.
                liar.send_to(&answer(asked, 0x8180, 1, &[203, 0, 113, 66]), client).unwrap();
                tells.send_to(&good(asked), client).unwrap();
            }
        });
        (asked, at)
    }
    for from in ["127.0.0.1:0", "127.0.0.2:0"] {
        let (_listens, at) = beside(from);
        let asked = ask(&[Resolver { deadline: DEADLINE, attempts: 2, ..Resolver::at(at) }]);
        let observation = &asked[0].observation;
        assert_eq!(observation.answer.in_one_line(), "NOERROR A 192.0.2.7", "{from}");
        assert_eq!(observation.server, at.to_string());
    }
    // Who answers from the right place is believed by everybody: so it is said who it was.
    let lies =
        Server::start(|asked| vec![answer(asked, 0x8180, 1, &[203, 0, 113, 66])], None, false);
    check(&lies, "udp", "NOERROR A 203.0.113.66 [rd ra]", true);
}

#[test]
fn a_circle_of_names_ends() {
    fn circle(asked: &[u8]) -> Vec<Vec<u8>> {
        vec![answer(asked, 0x8180, 5, &[0xc0, 12])]
    }
    let words = "NOERROR CNAME login.kelp.test [rd ra]";
    check(&Server::start(circle, None, false), "udp", words, true);
}

#[test]
fn silence_at_one_resolver_is_made_good_by_another() {
    let silent = Server::start(|_| Vec::new(), None, false);
    let honest = Server::start(|asked| vec![good(asked)], None, false);
    for resolvers in [[&silent, &honest], [&honest, &silent]] {
        let asked = ask(&resolvers.map(resolver));
        assert_eq!(asked[0].observation.server, honest.addr.to_string());
        assert!(asked[0].wire.is_some());
    }
    check(&silent, "udp", "no answer within 600 ms (2 attempts)", false);
}

#[test]
fn a_refusal_is_made_good_by_another_resolver_and_stands_when_nobody_knows_better() {
    let refusing = Server::start(|asked| vec![bare(asked, 5)], None, false);
    let failing = Server::start(|asked| vec![bare(asked, 2)], None, false);
    let silent = Server::start(|_| Vec::new(), None, false);
    let honest = Server::start(|asked| vec![good(asked)], None, false);
    for bad in [&refusing, &failing] {
        for resolvers in [[bad, &honest], [&honest, bad]] {
            let asked = ask(&resolvers.map(resolver));
            assert_eq!(asked[0].observation.server, honest.addr.to_string());
            assert!(asked[0].observation.answer.in_one_line().starts_with("NOERROR"));
        }
        // Whoever refused is named, not whoever was silent afterwards.
        let asked = ask(&[bad, &silent].map(resolver));
        assert_eq!(asked[0].observation.server, bad.addr.to_string());
        assert!(asked[0].wire.is_some());
    }
    let asked = ask(&[&refusing, &failing].map(resolver));
    assert!(!asked[0].observation.answer.in_one_line().starts_with("NOERROR"));
}

#[test]
fn a_malformed_answer_is_made_good_by_another_resolver() {
    fn cut(asked: &[u8]) -> Vec<Vec<u8>> {
        let mut said = good(asked);
        said.truncate(said.len() - 2);
        vec![said]
    }
    let broken = Server::start(cut, None, false);
    let honest = Server::start(|asked| vec![good(asked)], None, false);
    let asked = ask(&[resolver(&broken), resolver(&honest)]);
    assert_eq!(asked[0].observation.server, honest.addr.to_string());
}
