//! One question over a connection.
//!
//! Whoever sees the question alone can answer here, and nothing has to be cut. The caller owns the
//! deadline: a server that drips is hung up on.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

use super::Exchanged;
use crate::asking::{Fit, Packet, read};

/// Asks over TCP.
pub(super) async fn ask(addr: SocketAddr, packet: &Packet) -> io::Result<Exchanged> {
    let mut stream = TcpStream::connect(addr).await?;
    converse(&mut stream, packet, "tcp").await
}

/// Sends a question with its length before it, and reads until the answer comes (RFC 7766 §8).
pub(super) async fn converse(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    packet: &Packet,
    transport: &'static str,
) -> io::Result<Exchanged> {
    let length = u16::try_from(packet.bytes.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), packet.bytes.as_slice()].concat()).await?;
    stream.flush().await?;
    loop {
        let length = stream.read_u16().await?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await?;
        if let Some(exchanged) = fitting(bytes, packet, transport) {
            return Ok(exchanged);
        }
    }
}

/// What a message from a connection says; none when it answers something else.
pub(super) fn fitting(
    bytes: Vec<u8>,
    packet: &Packet,
    transport: &'static str,
) -> Option<Exchanged> {
    match packet.fit_stream(&bytes) {
        Fit::Ours(message) => {
            Some(Exchanged { answer: read(&message), transport, wire: Some(bytes) })
        }
        Fit::Malformed | Fit::Cut => Some(Exchanged::malformed(transport, bytes)),
        Fit::Stray | Fit::OtherCase => None,
    }
}
