//! What `PRACTICE` words do, rounds, and the life of the server.

use std::{
    net::{TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use farol_practice::{Dns, ZoneError, sample_zone};
use hickory_proto::op::Message;

use crate::client::{ID, ask, ask_tcp, first_over_tcp, packet, receive, shown, socket};

const ZONE: &str = r#"
test              300 SOA a.test hostmaster.test 1 2 3 4 5
plain.test        300 A 192.0.2.1
cut.test          300 PRACTICE truncate
cut.test          300 A 192.0.2.2
id.test           300 PRACTICE wrong-id
id.test           300 A 192.0.2.3
slow.test         300 PRACTICE delay=300
slow.test         300 A 192.0.2.4
never.test        300 PRACTICE delay=3600000
lossy.test        300 PRACTICE loss=2
lossy.test        300 A 192.0.2.5
gone.test         300 PRACTICE loss=1
gone.test         300 A 192.0.2.6
lie.test          300 PRACTICE lie=203.0.113.9
lie.test          300 A 192.0.2.7
lie.test          300 TXT "the truth"
lie6.test         300 PRACTICE lie=2001:db8::9
lie6.test         300 A 192.0.2.8
other.test        300 PRACTICE lie=plain.test
other.test        300 A 192.0.2.9
stale.test        300 PRACTICE ede=3
stale.test        300 A 192.0.2.10
lame.test         300 PRACTICE servfail ede=22:"nobody answers; try later"
servfail.test     300 PRACTICE servfail
filtered.test     300 PRACTICE refused
filtered.test     300 PRACTICE ede=17:"filtered"
malformed.test    300 PRACTICE malformed
malformed.test    300 A 192.0.2.11
silent.test       300 PRACTICE silent
many.test          20 PRACTICE rotate
many.test          20 A 192.0.2.21
many.test          20 A 192.0.2.22
many.test          20 A 192.0.2.23
many.test          20 TXT "only one"
alias.test        300 CNAME many.test
moved.test        300 A 192.0.2.31
moved.test        300 TXT "stays"
moved.test        300 PRACTICE round=2 A 203.0.113.31
moved.test        300 PRACTICE round=4 A 203.0.113.32
moved.test        300 PRACTICE round=4 A 203.0.113.33
later.test        300 PRACTICE round=2 A 203.0.113.34
"#;

#[track_caller]
fn check(dns: &Dns, question: &str, expected: &str) {
    assert_eq!(shown(&ask(dns.addr, question)), expected, "{question}");
}

fn world() -> Dns {
    Dns::start(ZONE).unwrap()
}

#[test]
fn a_cut_answer_is_whole_over_tcp() {
    let dns = world();
    check(&dns, "cut.test A", "NOERROR TC");
    assert_eq!(shown(&ask_tcp(dns.addr, "cut.test A")), "NOERROR 192.0.2.2");
    assert_eq!(shown(&ask_tcp(dns.addr, "plain.test A")), "NOERROR 192.0.2.1");
}

#[test]
fn a_wrong_id_comes_over_udp_alone() {
    let dns = world();
    assert_eq!(ask(dns.addr, "plain.test A").metadata.id, ID);
    assert_eq!(ask(dns.addr, "id.test A").metadata.id, !ID);
    let first = first_over_tcp(dns.addr, &["id.test A", "plain.test A"]);
    assert_eq!(shown(&first), "NOERROR 192.0.2.1");
}

#[test]
fn a_slow_name_holds_up_nobody_else() {
    let dns = world();
    let socket = socket();
    let started = Instant::now();
    socket.send_to(&packet("slow.test A"), dns.addr).unwrap();
    socket.send_to(&packet("plain.test A"), dns.addr).unwrap();
    let first = Message::from_vec(&receive(&socket)).unwrap();
    let second = Message::from_vec(&receive(&socket)).unwrap();
    assert_eq!(
        (shown(&first), shown(&second)),
        ("NOERROR 192.0.2.1".into(), "NOERROR 192.0.2.4".into())
    );
    assert!(started.elapsed() >= Duration::from_millis(300));
    let started = Instant::now();
    assert_eq!(shown(&ask_tcp(dns.addr, "slow.test A")), "NOERROR 192.0.2.4");
    assert!(started.elapsed() >= Duration::from_millis(300));
}

/// Of packets sent in a row to a name, the ones that were answered: the last answer is that of
/// another name, asked behind them on the same socket.
fn answered(dns: &Dns, question: &str, n_asked: u16) -> Vec<u16> {
    let socket = socket();
    for n in 1..=n_asked {
        let mut packet = packet(question);
        packet[..2].copy_from_slice(&n.to_be_bytes());
        socket.send_to(&packet, dns.addr).unwrap();
    }
    socket.send_to(&packet("plain.test A"), dns.addr).unwrap();
    let ids =
        std::iter::from_fn(|| Some(Message::from_vec(&receive(&socket)).unwrap().metadata.id));
    ids.take_while(|id| *id != ID).collect()
}

#[test]
fn every_nth_packet_is_lost_and_none_over_tcp() {
    let dns = world();
    assert_eq!(answered(&dns, "lossy.test A", 5), [1, 3, 5]);
    assert!(answered(&dns, "gone.test A", 3).is_empty());
    assert!(answered(&dns, "silent.test A", 3).is_empty());
    assert_eq!(shown(&ask_tcp(dns.addr, "gone.test A")), "NOERROR 192.0.2.6");
}

#[test]
fn a_liar_gives_another_address_or_the_answer_of_another_name() {
    let dns = world();
    check(&dns, "lie.test A", "NOERROR 203.0.113.9");
    check(&dns, "lie.test AAAA", "NOERROR");
    check(&dns, "lie.test TXT", "NOERROR the truth");
    check(&dns, "lie6.test A", "NOERROR 192.0.2.8");
    check(&dns, "lie6.test AAAA", "NOERROR 2001:db8::9");

    let other = ask(dns.addr, "other.test A");
    assert_eq!(shown(&other), "NOERROR 192.0.2.1");
    assert_eq!(other.queries[0].name().to_ascii(), "plain.test.");
    assert_eq!(other.answers[0].name.to_ascii(), "plain.test.");
}

#[test]
fn extended_errors_go_to_clients_that_speak_edns() {
    let dns = world();
    check(&dns, "stale.test A", r#"NOERROR 192.0.2.10 EDE 3 """#);
    check(&dns, "lame.test A", r#"Server Failure EDE 22 "nobody answers; try later""#);
    check(
        &dns,
        "servfail.test A",
        r#"Server Failure EDE 22 "no server of the zone could be reached""#,
    );
    check(&dns, "filtered.test A", r#"Query Refused EDE 17 "filtered""#);

    let mut plain = Message::from_vec(&packet("lame.test A")).unwrap();
    plain.edns = None;
    let socket = socket();
    socket.send_to(&plain.to_vec().unwrap(), dns.addr).unwrap();
    assert!(Message::from_vec(&receive(&socket)).unwrap().edns.is_none());
}

#[test]
fn a_malformed_answer_breaks_off() {
    let dns = world();
    let socket = socket();
    socket.send_to(&packet("malformed.test A"), dns.addr).unwrap();
    assert!(Message::from_vec(&receive(&socket)).is_err());
}

#[test]
fn a_fast_name_has_another_address_at_each_ask() {
    let dns = world();
    let (one, two, three) = ("NOERROR 192.0.2.21", "NOERROR 192.0.2.22", "NOERROR 192.0.2.23");
    for expected in [one, two, three, one] {
        check(&dns, "many.test A", expected);
        check(&dns, "many.test TXT", "NOERROR only one");
    }
    check(&dns, "alias.test A", "NOERROR many.test 192.0.2.22");
}

#[test]
fn a_name_moves_between_two_rounds() {
    let dns = world();
    check(&dns, "moved.test A", "NOERROR 192.0.2.31");
    check(&dns, "later.test A", "Non-Existent Domain");
    dns.next_round();
    check(&dns, "moved.test A", "NOERROR 203.0.113.31");
    check(&dns, "moved.test TXT", "NOERROR stays");
    check(&dns, "later.test A", "NOERROR 203.0.113.34");
    dns.next_round();
    check(&dns, "moved.test A", "NOERROR 203.0.113.31");
    dns.next_round();
    check(&dns, "moved.test A", "NOERROR 203.0.113.32 203.0.113.33");
}

#[test]
fn a_word_that_cannot_be_read_is_named() {
    let error = |words: &str| match Dns::start(&format!("a.test 60 PRACTICE {words}")) {
        Err(error @ ZoneError::Line { line: 1, .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(error("delay=soon"), "zone line 1: the delay is not a number of milliseconds");
    assert_eq!(error("loss=0"), "zone line 1: the loss is not a number from 1");
    assert_eq!(error("lie=..."), "zone line 1: not a domain name");
    assert_eq!(error("ede=lame"), "zone line 1: the extended error is not a number");
    assert_eq!(error("round=two A 192.0.2.1"), "zone line 1: the round is not a number");
    assert_eq!(error("round=2 A somewhere"), "zone line 1: not an IPv4 address");
    assert_eq!(error("round=2"), "zone line 1: unknown misbehaviour");
    assert_eq!(error("sulk=2"), "zone line 1: unknown misbehaviour");
    assert_eq!(error(""), "zone line 1: expected a misbehaviour");
}

#[test]
fn a_dropped_server_leaves_its_port_at_once() {
    let dns = world();
    let addr = dns.addr;
    assert!(addr.ip().is_loopback());
    let idle = TcpStream::connect(addr).unwrap();
    // An answer is still held back for an hour when the server goes.
    socket().send_to(&packet("never.test A"), addr).unwrap();
    check(&dns, "plain.test A", "NOERROR 192.0.2.1");
    drop(dns);
    drop(UdpSocket::bind(addr).unwrap());
    assert!(TcpStream::connect(addr).is_err());
    drop(idle);
}

#[test]
fn a_taken_port_is_an_error_and_a_given_one_is_used() {
    let dns = world();
    let taken = Dns::start_at(sample_zone(), dns.addr.port());
    assert!(matches!(taken, Err(ZoneError::Listen(_))), "{taken:?}");
}
