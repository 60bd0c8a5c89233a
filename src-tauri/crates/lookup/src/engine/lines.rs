//! UDP sockets, each connected to one resolver, read and written many packets at a time.
//!
//! A connected socket takes packets from its resolver alone. After some thousand questions it is
//! replaced by one on another port, so that a port is not worth guessing for long. On Linux a
//! batch is one system call; elsewhere a packet is.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    task::{Context, Poll},
};

use tokio::{io::Interest, net::UdpSocket};

/// Questions after which a socket is replaced.
const WORN_AFTER: u32 = 10_000;
/// Packets in one batch.
const BATCH: usize = 32;
/// The largest packet that UDP can carry: what comes is evidence, whole.
const LARGEST: usize = 65_535;

/// One socket.
#[derive(Debug)]
pub(super) struct Line {
    socket: UdpSocket,
    pub(super) upstream: usize,
    /// Packets that have not left yet.
    outbox: Vec<Vec<u8>>,
    n_sent: u32,
    /// Questions that wait for an answer here.
    pub(super) n_open: u32,
}

impl Line {
    pub(super) fn open(upstream: usize, addr: SocketAddr) -> io::Result<Self> {
        let any: IpAddr = match addr {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = std::net::UdpSocket::bind((any, 0))?;
        socket.connect(addr)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket)?;
        Ok(Self { socket, upstream, outbox: Vec::new(), n_sent: 0, n_open: 0 })
    }

    /// Whether a fresh port should take over.
    pub(super) fn is_worn(&self) -> bool {
        self.n_sent >= WORN_AFTER
    }

    pub(super) fn post(&mut self, packet: Vec<u8>) {
        self.outbox.push(packet);
        self.n_sent += 1;
        self.n_open += 1;
    }

    /// Sends what waits, as far as the system takes it now.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while !self.outbox.is_empty() {
            let batch = &self.outbox[..self.outbox.len().min(BATCH)];
            match self.socket.try_io(Interest::WRITABLE, || send(&self.socket, batch)) {
                Ok(n) => drop(self.outbox.drain(..n)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => {
                    // Whoever waits for these sends them again.
                    self.outbox.clear();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        self.socket.poll_recv_ready(context).map(|_| ())
    }

    /// Whether packets wait that the system did not take yet.
    pub(super) fn is_full(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Takes a batch of packets; gives how many came.
    pub(super) fn receive(&self, room: &mut Room) -> io::Result<usize> {
        match self.socket.try_io(Interest::READABLE, || receive(&self.socket, room)) {
            // A refusal (ICMP) is no readable packet: it is found when somebody looks.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.socket.try_io(Interest::ERROR, || receive(&self.socket, room))
            }
            came => came,
        }
    }
}

/// Where a batch of packets is put.
#[derive(Debug, Default)]
pub(super) struct Room {
    bytes: Vec<u8>,
    sizes: [usize; BATCH],
}

impl Room {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; LARGEST * BATCH], sizes: [0; BATCH] }
    }

    /// The first `n` packets of the last batch.
    pub(super) fn packets(&self, n: usize) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(LARGEST).zip(self.sizes).take(n).map(|(it, size)| &it[..size])
    }
}

#[cfg(target_os = "linux")]
thread_local! {
    /// What the system is told of each packet of a batch that leaves, used again and again.
    static LEAVING: std::cell::RefCell<Headers> =
        std::cell::RefCell::new(Headers::preallocate(BATCH, None));
    /// The same of a batch that comes.
    static COMING: std::cell::RefCell<Headers> =
        std::cell::RefCell::new(Headers::preallocate(BATCH, None));
}

#[cfg(target_os = "linux")]
type Headers = nix::sys::socket::MultiHeaders<nix::sys::socket::SockaddrStorage>;

#[cfg(target_os = "linux")]
fn send(socket: &UdpSocket, batch: &[Vec<u8>]) -> io::Result<usize> {
    use std::{io::IoSlice, os::fd::AsRawFd};

    use nix::sys::socket::{MsgFlags, sendmmsg};

    if let [one] = batch {
        return nix::sys::socket::send(socket.as_raw_fd(), one, MsgFlags::MSG_DONTWAIT)
            .map(|_| 1)
            .map_err(io::Error::from);
    }
    let nowhere = [None; BATCH];
    let flags = MsgFlags::MSG_DONTWAIT;
    LEAVING.with_borrow_mut(|headers| {
        let slices: Vec<[IoSlice<'_>; 1]> =
            batch.iter().map(|bytes| [IoSlice::new(bytes)]).collect();
        let sent = sendmmsg(socket.as_raw_fd(), headers, &slices, nowhere, [], flags)?;
        Ok(sent.count())
    })
}

#[cfg(target_os = "linux")]
fn receive(socket: &UdpSocket, room: &mut Room) -> io::Result<usize> {
    use std::{io::IoSliceMut, os::fd::AsRawFd};

    use nix::sys::socket::{MsgFlags, recvmmsg};

    let flags = MsgFlags::MSG_DONTWAIT;
    COMING.with_borrow_mut(|headers| {
        let mut slices: Vec<[IoSliceMut<'_>; 1]> =
            room.bytes.chunks_exact_mut(LARGEST).map(|bytes| [IoSliceMut::new(bytes)]).collect();
        let came = recvmmsg(socket.as_raw_fd(), headers, slices.iter_mut(), flags, None)?;
        let mut n = 0;
        for (message, size) in came.zip(&mut room.sizes) {
            *size = message.bytes;
            n += 1;
        }
        Ok(n)
    })
}

#[cfg(not(target_os = "linux"))]
fn send(socket: &UdpSocket, batch: &[Vec<u8>]) -> io::Result<usize> {
    for (n, packet) in batch.iter().enumerate() {
        match socket.try_send(packet) {
            Ok(_) => {}
            Err(_) if n > 0 => return Ok(n),
            Err(error) => return Err(error),
        }
    }
    Ok(batch.len())
}

#[cfg(not(target_os = "linux"))]
fn receive(socket: &UdpSocket, room: &mut Room) -> io::Result<usize> {
    for (n, bytes) in room.bytes.chunks_exact_mut(LARGEST).enumerate() {
        match socket.try_recv(bytes) {
            Ok(size) => room.sizes[n] = size,
            Err(_) if n > 0 => return Ok(n),
            Err(error) => return Err(error),
        }
    }
    Ok(BATCH)
}
