//! One DNS question and its answer, over UDP and TCP.
//!
//! Sends and matches packets itself, because an answer is evidence: the bytes as they came, a
//! CNAME chain that ends in NXDOMAIN, the extended errors. Packets that do not fit the question
//! (another id, another name) are ignored until the deadline. Knows nothing of what an answer
//! means.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use farol_model::lookup::Answer;
use hickory_proto::{
    op::{Edns, Header, Message, MessageType, OpCode, Query, ResponseCode},
    rr::{
        Name, RecordType,
        rdata::opt::{ClientSubnet, EdnsOption},
    },
    serialize::binary::{BinDecodable, BinDecoder},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::{Instant, timeout_at},
};

use crate::{resolver::Resolver, wire};

/// Largest answer we take over UDP; fits everywhere without fragments (DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;

/// How a question ended.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) answer: Answer,
    pub(crate) transport: &'static str,
    pub(crate) wire: Option<Vec<u8>>,
}

impl Exchanged {
    /// Nothing usable came back.
    pub(crate) fn nothing(transport: &'static str, reason: impl Into<String>) -> Self {
        Self { answer: Answer::NoAnswer { reason: reason.into() }, transport, wire: None }
    }

    fn malformed(transport: &'static str, wire: Vec<u8>) -> Self {
        let reason = "the answer is malformed; its bytes are kept".to_owned();
        Self { answer: Answer::NoAnswer { reason }, transport, wire: Some(wire) }
    }
}

/// A question, ready to be sent.
struct Asking {
    id: u16,
    query: Query,
    packet: Vec<u8>,
}

/// Asks a resolver and waits for the answer, at most until its deadline.
pub(crate) async fn exchange(
    name: &str,
    record_type: &str,
    id: u16,
    resolver: &Resolver,
) -> Exchanged {
    let Some(asking) = Asking::new(name, record_type, id) else {
        return Exchanged::nothing("udp", "this is not a name that DNS can carry");
    };
    let deadline = Instant::now() + resolver.deadline;
    let over_udp = match ask_udp(&asking, resolver, deadline).await {
        Ok(exchanged) => exchanged,
        Err(error) => Exchanged::nothing("udp", plain_words(&error)),
    };
    if !is_truncated(&over_udp.answer) {
        return over_udp;
    }
    match timeout_at(deadline, ask_tcp(&asking, resolver)).await {
        Ok(Ok(over_tcp)) => over_tcp,
        // The cut answer is still evidence, and its flags say that it was cut.
        Ok(Err(_)) | Err(_) => over_udp,
    }
}

impl Asking {
    fn new(name: &str, record_type: &str, id: u16) -> Option<Self> {
        let mut name = Name::from_ascii(name).ok().filter(|_| !name.is_empty())?;
        name.set_fqdn(true);
        let record_type: RecordType = record_type.parse().ok()?;
        let query = Query::query(name.to_lowercase(), record_type);

        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD);
        // A subnet of length nought asks the resolver not to pass ours on (RFC 7871 §7.1.2).
        let no_subnet = ClientSubnet::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0, 0);
        edns.options_mut().insert(EdnsOption::Subnet(no_subnet));

        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        // Asks for the AD flag without asking for signatures (RFC 6840 §5.7).
        message.metadata.authentic_data = true;
        message.add_query(query.clone());
        message.set_edns(edns);
        Some(Self { id, query, packet: message.to_vec().ok()? })
    }
}

async fn ask_udp(asking: &Asking, resolver: &Resolver, deadline: Instant) -> io::Result<Exchanged> {
    let any: IpAddr = match resolver.addr {
        std::net::SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        std::net::SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(resolver.addr).await?;

    let attempts = resolver.attempts.max(1);
    let mut n_strays = 0;
    let mut packet = vec![0; usize::from(u16::MAX)];
    for attempt in 1..=attempts {
        socket.send(&asking.packet).await?;
        let patience = deadline - resolver.deadline / attempts * (attempts - attempt);
        while let Ok(received) = timeout_at(patience, socket.recv(&mut packet)).await {
            let bytes = &packet[..received?];
            match fit(bytes, asking) {
                Fit::Ours(message) => {
                    return Ok(Exchanged {
                        answer: wire::read(&message),
                        transport: "udp",
                        wire: Some(bytes.to_vec()),
                    });
                }
                Fit::Malformed => return Ok(Exchanged::malformed("udp", bytes.to_vec())),
                Fit::Stray => n_strays += 1,
            }
        }
    }
    Ok(Exchanged::nothing("udp", waited(resolver.deadline, attempts, n_strays)))
}

async fn ask_tcp(asking: &Asking, resolver: &Resolver) -> io::Result<Exchanged> {
    let mut stream = TcpStream::connect(resolver.addr).await?;
    let length = u16::try_from(asking.packet.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), asking.packet.as_slice()].concat()).await?;
    loop {
        let length = stream.read_u16().await?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await?;
        match fit(&bytes, asking) {
            Fit::Ours(message) => {
                let answer = wire::read(&message);
                return Ok(Exchanged { answer, transport: "tcp", wire: Some(bytes) });
            }
            Fit::Malformed => return Ok(Exchanged::malformed("tcp", bytes)),
            Fit::Stray => {}
        }
    }
}

/// Whether a packet answers a question.
enum Fit {
    /// It does.
    Ours(Box<Message>),
    /// It carries our id, but cannot be read.
    Malformed,
    /// It belongs to another question, or to nobody.
    Stray,
}

fn fit(bytes: &[u8], asking: &Asking) -> Fit {
    if bytes.first_chunk::<2>() != Some(&asking.id.to_be_bytes()) {
        return Fit::Stray;
    }
    let mut decoder = BinDecoder::new(bytes);
    let Ok(header) = Header::read(&mut decoder) else { return Fit::Malformed };
    if header.metadata.message_type != MessageType::Response {
        return Fit::Stray;
    }
    match header.counts.queries {
        // A server that could not read the question has nothing to repeat.
        0 if header.metadata.response_code != ResponseCode::NoError => {}
        1 => match Query::read(&mut decoder) {
            Ok(query) if query == asking.query => {}
            Ok(_) => return Fit::Stray,
            Err(_) => return Fit::Malformed,
        },
        _ => return Fit::Malformed,
    }
    Message::from_vec(bytes).map_or(Fit::Malformed, |message| Fit::Ours(Box::new(message)))
}

fn is_truncated(answer: &Answer) -> bool {
    matches!(answer, Answer::Dns { flags, .. } if flags.iter().any(|flag| flag == "tc"))
}

fn waited(deadline: Duration, attempts: u32, n_strays: u32) -> String {
    let ms = deadline.as_millis();
    let waited =
        if ms.is_multiple_of(1000) { format!("{} s", ms / 1000) } else { format!("{ms} ms") };
    let tried = if attempts == 1 { "1 attempt".into() } else { format!("{attempts} attempts") };
    match n_strays {
        0 => format!("no answer within {waited} ({tried})"),
        1 => format!("no answer within {waited} ({tried}); 1 packet did not fit the question"),
        n => format!("no answer within {waited} ({tried}); {n} packets did not fit the question"),
    }
}

fn plain_words(error: &io::Error) -> &'static str {
    match error.kind() {
        // Windows reports the refusal of an earlier packet as a reset.
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
            "nothing listens at the resolver's address (connection refused)"
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "the resolver cannot be reached from here (no route)"
        }
        io::ErrorKind::PermissionDenied => "this machine does not allow asking the resolver",
        _ => "the question could not be sent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small, repeatable source of bytes (xorshift).
    fn noise(seed: u64) -> impl FnMut() -> u8 {
        let mut state = seed | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[3]
        }
    }

    fn read_hostile(bytes: &[u8], asking: &Asking) {
        if let Fit::Ours(message) = fit(bytes, asking) {
            wire::read(&message);
        }
    }

    #[test]
    fn random_bytes_never_panic() {
        let asking = Asking::new("login.harbour-bank.example", "A", 7).unwrap();
        for seed in 0..20_000 {
            let mut next = noise(seed * 2654435761 + 1);
            let length = usize::from(next());
            let mut bytes: Vec<u8> = (0..length).map(|_| next()).collect();
            read_hostile(&bytes, &asking);
            // The same again with the right id and question, so that the records are reached.
            let mut fitting = asking.packet[..asking.packet.len() - 15].to_vec();
            fitting[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1]);
            fitting.append(&mut bytes);
            read_hostile(&fitting, &asking);
        }
    }

    #[test]
    fn records_of_every_type_with_random_data_never_panic() {
        let asking = Asking::new("a.test", "A", 7).unwrap();
        let question = &asking.packet[12..12 + 8 + 4];
        for record_type in 0..=270_u16 {
            for seed in 0..150 {
                let mut next = noise(seed * 7919 + u64::from(record_type) * 104_729 + 3);
                let length = usize::from(next() % 48);
                let mut bytes = vec![0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
                bytes.extend_from_slice(question);
                bytes.extend_from_slice(&[0xc0, 12]);
                bytes.extend_from_slice(&record_type.to_be_bytes());
                bytes.extend_from_slice(&[0, 1, 0, 0, 0, 60, 0, length as u8]);
                // Half of them look like names, so that more decoders get past their first byte.
                bytes.extend((0..length).map(|_| if seed % 2 == 0 { next() } else { next() % 4 }));
                read_hostile(&bytes, &asking);
            }
        }
    }

    #[test]
    fn an_answer_to_another_question_is_a_stray() {
        let asking = Asking::new("a.test", "A", 7).unwrap();
        let answer = |name: &str, id: u16| {
            let other = Asking::new(name, "A", id).unwrap();
            let mut bytes = other.packet;
            bytes[2] |= 0x80;
            bytes
        };
        assert!(matches!(fit(&answer("a.test", 7), &asking), Fit::Ours(_)));
        assert!(matches!(fit(&answer("A.TEST", 7), &asking), Fit::Ours(_)));
        assert!(matches!(fit(&answer("b.test", 7), &asking), Fit::Stray));
        assert!(matches!(fit(&answer("a.test", 8), &asking), Fit::Stray));
        assert!(matches!(fit(&asking.packet, &asking), Fit::Stray), "our own question echoed");
        assert!(matches!(fit(&[0, 7, 0x81], &asking), Fit::Malformed));
    }
}
