//! The other side of the wire: a stub resolver and an HTTP client that hide nothing.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query},
    rr::{Name, Record, rdata::opt::EdnsOption},
};

/// The id of every question.
pub(crate) const ID: u16 = 4711;
/// Long enough for any answer that comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The packet of a question like `www.northwind-shop.example A`, with EDNS.
pub(crate) fn packet(question: &str) -> Vec<u8> {
    let (name, record_type) = question.split_once(' ').unwrap();
    let mut message = Message::new(ID, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    let mut name = Name::from_ascii(name).unwrap();
    name.set_fqdn(true);
    message.add_query(Query::query(name, record_type.parse().unwrap()));
    message.set_edns(Edns::new());
    message.to_vec().unwrap()
}

/// A socket that waits for what comes.
pub(crate) fn socket() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// The next packet on a socket.
pub(crate) fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let n = socket.recv(&mut bytes).unwrap();
    bytes.truncate(n);
    bytes
}

/// The answer over UDP.
pub(crate) fn ask(server: SocketAddr, question: &str) -> Message {
    let socket = socket();
    socket.send_to(&packet(question), server).unwrap();
    Message::from_vec(&receive(&socket)).unwrap()
}

/// The answer over TCP.
pub(crate) fn ask_tcp(server: SocketAddr, question: &str) -> Message {
    first_over_tcp(server, &[question])
}

/// The first answer over TCP to questions asked one behind the other.
pub(crate) fn first_over_tcp(server: SocketAddr, questions: &[&str]) -> Message {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    for question in questions {
        let packet = packet(question);
        let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
        stream.write_all(&[&length, packet.as_slice()].concat()).unwrap();
    }
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes).unwrap();
    Message::from_vec(&bytes).unwrap()
}

/// What a message says, on one line: code, answers, flag TC, extended errors.
pub(crate) fn shown(message: &Message) -> String {
    let mut out = message.metadata.response_code.to_string();
    if message.metadata.response_code.low() == 0 {
        out = "NOERROR".into();
    }
    for record in &message.answers {
        write!(out, " {}", data(record)).unwrap();
    }
    if message.metadata.truncation {
        out.push_str(" TC");
    }
    for option in message.edns.iter().flat_map(|edns| edns.options().as_ref()) {
        if let (_, EdnsOption::Unknown(15, error)) = option {
            let code = u16::from_be_bytes([error[0], error[1]]);
            write!(out, " EDE {code} {:?}", String::from_utf8_lossy(&error[2..])).unwrap();
        }
    }
    out
}

/// The data of a record; names without the dot at their end.
fn data(record: &Record) -> String {
    let data = record.data.to_string();
    data.strip_suffix('.').unwrap_or(&data).to_owned()
}

/// An HTTP answer.
pub(crate) struct Fetched {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Fetched {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The answer to an HTTP request without body.
pub(crate) fn request(server: SocketAddr, method: &str, path: &str) -> Fetched {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Fetched { status, head: head.to_lowercase(), body: body.to_owned() }
}
