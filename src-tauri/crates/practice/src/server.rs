//! The DNS server: UDP and TCP on one loopback port.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hickory_proto::{
    op::{Edns, Message},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, opt::EdnsOption},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
};

use crate::{
    loopback::Loopback,
    misbehaviour::{Lie, Misbehaviour},
    zone::{Reply, World, ZoneError},
};

/// What a client without EDNS can take over UDP (RFC 1035).
const PLAIN_UDP: usize = 512;
/// EDNS option code of an extended error (RFC 8914).
const EXTENDED_ERROR: u16 = 15;
/// A TCP client that says nothing for this long is hung up on.
const TCP_PATIENCE: Duration = Duration::from_secs(2);
/// Time to live of an address that is a lie, in seconds.
const LIE_TTL_S: u32 = 60;

/// A DNS server for the fictional world; stops when dropped.
#[derive(Debug)]
pub struct Dns {
    /// Where it listens, for UDP and TCP alike.
    pub addr: SocketAddr,
    world: Arc<World>,
    _running: Loopback,
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
        let known = Arc::clone(&world);
        let running = Loopback::run("dns", move || {
            let udp = Arc::new(UdpSocket::from_std(udp)?);
            let tcp = TcpListener::from_std(tcp)?;
            Ok(async move {
                tokio::join!(serve_udp(udp, &known), serve_tcp(&tcp, &known));
            })
        })?;
        Ok(Self { addr, world, _running: running })
    }

    /// Lets time pass in the world: a name that moves is elsewhere from the next question on.
    pub fn next_round(&self) {
        self.world.next_round();
    }
}

/// Binds both sockets to one port. A free TCP port may be taken for UDP, so "any" tries a few.
fn listen(port: u16) -> io::Result<(std::net::UdpSocket, std::net::TcpListener)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..16 {
        let tcp = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        match std::net::UdpSocket::bind(tcp.local_addr()?) {
            Ok(udp) => {
                tcp.set_nonblocking(true)?;
                udp.set_nonblocking(true)?;
                return Ok((udp, tcp));
            }
            Err(error) if port != 0 => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn serve_udp(socket: Arc<UdpSocket>, world: &World) {
    let mut packet = [0; 4096];
    loop {
        let Ok((n, client)) = socket.recv_from(&mut packet).await else { continue };
        let Some(said) = answer(&packet[..n], world, Transport::Udp) else { continue };
        if said.delay.is_zero() {
            socket.send_to(&said.bytes, client).await.ok();
            continue;
        }
        // The others do not wait for a slow name.
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            tokio::time::sleep(said.delay).await;
            socket.send_to(&said.bytes, client).await.ok();
        });
    }
}

async fn serve_tcp(listener: &TcpListener, world: &Arc<World>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let world = Arc::clone(world);
        // A client that goes away is no concern of the others.
        tokio::spawn(async move { converse(stream, &world).await.ok() });
    }
}

async fn converse(mut stream: TcpStream, world: &World) -> io::Result<()> {
    loop {
        let packet = tokio::time::timeout(TCP_PATIENCE, read_packet(&mut stream)).await??;
        let Some(said) = answer(&packet, world, Transport::Tcp) else { continue };
        let Ok(length) = u16::try_from(said.bytes.len()) else { return Ok(()) };
        tokio::time::sleep(said.delay).await;
        stream.write_all(&[&length.to_be_bytes(), said.bytes.as_slice()].concat()).await?;
    }
}

async fn read_packet(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut packet = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut packet).await?;
    Ok(packet)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

/// What is sent back, and how long after the question.
struct Said {
    bytes: Vec<u8>,
    delay: Duration,
}

/// The answer to a packet; none when the server stays silent.
fn answer(packet: &[u8], world: &World, transport: Transport) -> Option<Said> {
    let asked = Message::from_vec(packet).ok()?;
    let mut query = asked.queries.first()?.clone();
    let honest = Misbehaviour::default();
    let misbehaviour = world.misbehaviour(query.name()).unwrap_or(&honest);
    let is_udp = transport == Transport::Udp;
    if misbehaviour.silent
        || (misbehaviour.wrong_id && !is_udp)
        || (is_udp && misbehaviour.loses_this_one())
    {
        return None;
    }

    let id = if misbehaviour.wrong_id { !asked.metadata.id } else { asked.metadata.id };
    let mut message = Message::response(id, asked.metadata.op_code);
    message.metadata.recursion_desired = asked.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    if let Some(Lie::Name(other)) = &misbehaviour.lie {
        query.set_name(other.clone());
    }
    let reply = reply(query.name(), query.query_type(), world, misbehaviour);
    message.metadata.response_code = reply.rcode;
    message.answers = reply.answers;
    message.authorities = reply.authority;
    message.add_query(query);
    if asked.edns.is_some() {
        message.set_edns(edns(misbehaviour));
    }

    let mut bytes = message.to_vec().ok()?;
    if misbehaviour.malformed {
        bytes.truncate(bytes.len() - 5);
    }
    let room = asked.edns.as_ref().map_or(PLAIN_UDP, |edns| usize::from(edns.max_payload()));
    if is_udp && (misbehaviour.truncate || bytes.len() > room.max(PLAIN_UDP)) {
        bytes = message.truncate().to_vec().ok()?;
    }
    Some(Said { bytes, delay: misbehaviour.delay })
}

/// What the world says, less what the misbehaviour keeps to itself.
fn reply(name: &Name, asked: RecordType, world: &World, misbehaviour: &Misbehaviour) -> Reply {
    if let Some(rcode) = misbehaviour.rcode {
        return Reply { rcode, ..Reply::default() };
    }
    if let Some(ip) = misbehaviour.lie.as_ref().and_then(|lie| lie.address_for(asked)) {
        let data = match ip {
            IpAddr::V4(ip) => RData::A(A(ip)),
            IpAddr::V6(ip) => RData::AAAA(AAAA(ip)),
        };
        let answers = vec![Record::from_rdata(name.clone(), LIE_TTL_S, data)];
        return Reply { answers, ..Reply::default() };
    }
    let mut reply = world.reply(name, asked);
    if misbehaviour.no_follow {
        reply.answers.truncate(1);
        return Reply { answers: reply.answers, ..Reply::default() };
    }
    reply
}

fn edns(misbehaviour: &Misbehaviour) -> Edns {
    let mut edns = Edns::new();
    if let Some((code, text)) = &misbehaviour.extended_error {
        let error = [code.to_be_bytes().as_slice(), text.as_bytes()].concat();
        edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_ERROR, error));
    }
    edns
}
