//! The server: UDP and TCP on one loopback port, on plain threads.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message, ResponseCode},
    rr::rdata::opt::EdnsOption,
};

use crate::zone::{Misbehaviour, World, ZoneError};

/// What a client without EDNS can take over UDP (RFC 1035).
const PLAIN_UDP: usize = 512;
/// EDNS option code of an extended error (RFC 8914).
const EXTENDED_ERROR: u16 = 15;
/// A TCP client that says nothing for this long is hung up on.
const TCP_PATIENCE: Duration = Duration::from_secs(2);

/// A DNS server for the fictional world; stops when dropped.
#[derive(Debug)]
pub struct Dns {
    /// Where it listens, for UDP and TCP alike.
    pub addr: SocketAddr,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Dns {
    /// Starts a server for a zone text on any free port of `127.0.0.1`.
    ///
    /// # Errors
    /// `Line` when the text cannot be read, `Listen` when loopback has no free port.
    pub fn start(zone: &str) -> Result<Self, ZoneError> {
        Self::start_at(zone, 0)
    }

    /// Starts a server on a given port; 0 is any free one.
    ///
    /// # Errors
    /// `Line` when the text cannot be read, `Listen` when the port is taken.
    pub fn start_at(zone: &str, port: u16) -> Result<Self, ZoneError> {
        let world = Arc::new(World::parse(zone)?);
        let (udp, tcp) = listen(port)?;
        let addr = tcp.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut dns = Self { addr, stop: Arc::clone(&stop), threads: Vec::new() };
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(format!("practice-{name}")).spawn(run)
        };
        let (udp_world, udp_stop) = (Arc::clone(&world), Arc::clone(&stop));
        dns.threads.push(spawn("udp", Box::new(move || serve_udp(&udp, &udp_world, &udp_stop)))?);
        dns.threads.push(spawn("tcp", Box::new(move || serve_tcp(&tcp, &world, &stop)))?);
        Ok(dns)
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Both threads wait for a packet; give each one, so that they see the flag.
        if let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            socket.send_to(&[], self.addr).ok();
        }
        TcpStream::connect(self.addr).ok();
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// Binds both sockets to one port. A free TCP port may be taken for UDP, so "any" tries a few.
fn listen(port: u16) -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..16 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        match UdpSocket::bind(tcp.local_addr()?) {
            Ok(udp) => return Ok((udp, tcp)),
            Err(error) if port != 0 => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn serve_udp(socket: &UdpSocket, world: &World, stop: &AtomicBool) {
    let mut packet = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        let Ok((n, client)) = socket.recv_from(&mut packet) else { continue };
        if let Some(bytes) = answer(&packet[..n], world, Transport::Udp) {
            socket.send_to(&bytes, client).ok();
        }
    }
}

fn serve_tcp(listener: &TcpListener, world: &Arc<World>, stop: &AtomicBool) {
    for stream in listener.incoming() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let world = Arc::clone(world);
        // A client that goes away is no concern of the others.
        thread::spawn(move || converse(stream, &world).ok());
    }
}

fn converse(mut stream: TcpStream, world: &World) -> io::Result<()> {
    stream.set_read_timeout(Some(TCP_PATIENCE))?;
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut packet)?;
        let Some(bytes) = answer(&packet, world, Transport::Tcp) else { continue };
        let Ok(length) = u16::try_from(bytes.len()) else { return Ok(()) };
        stream.write_all(&[&length.to_be_bytes(), bytes.as_slice()].concat())?;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

/// The bytes to send back; none when the server stays silent.
fn answer(packet: &[u8], world: &World, transport: Transport) -> Option<Vec<u8>> {
    let asked = Message::from_vec(packet).ok()?;
    let query = asked.queries.first()?.clone();
    let misbehaviour = world.misbehaviour(query.name());

    let mut message = Message::response(asked.metadata.id, asked.metadata.op_code);
    message.metadata.recursion_desired = asked.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    let mut edns = asked.edns.as_ref().map(|_| Edns::new());
    match misbehaviour {
        Some(Misbehaviour::Silent) => return None,
        Some(Misbehaviour::Servfail) => {
            message.metadata.response_code = ResponseCode::ServFail;
            let mut error = 22_u16.to_be_bytes().to_vec();
            error.extend_from_slice(b"no server of the zone could be reached");
            if let Some(edns) = &mut edns {
                edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_ERROR, error));
            }
        }
        Some(Misbehaviour::Refused) => message.metadata.response_code = ResponseCode::Refused,
        Some(Misbehaviour::WrongId) if transport == Transport::Tcp => return None,
        Some(Misbehaviour::WrongId) => message.metadata.id = !asked.metadata.id,
        Some(Misbehaviour::Truncate | Misbehaviour::Malformed | Misbehaviour::NoFollow) | None => {
            let reply = world.reply(query.name(), query.query_type());
            message.metadata.response_code = reply.rcode;
            message.answers = reply.answers;
            message.authorities = reply.authority;
        }
    }
    if misbehaviour == Some(Misbehaviour::NoFollow) {
        message.metadata.response_code = ResponseCode::NoError;
        message.answers.truncate(1);
        message.authorities.clear();
    }
    message.add_query(query);
    if let Some(edns) = edns {
        message.set_edns(edns);
    }

    let mut bytes = message.to_vec().ok()?;
    if misbehaviour == Some(Misbehaviour::Malformed) {
        bytes.truncate(bytes.len() - 5);
    }
    let room = asked.edns.as_ref().map_or(PLAIN_UDP, |edns| usize::from(edns.max_payload()));
    let is_cut = misbehaviour == Some(Misbehaviour::Truncate) || bytes.len() > room.max(PLAIN_UDP);
    if transport == Transport::Udp && is_cut {
        return message.truncate().to_vec().ok();
    }
    Some(bytes)
}
