//! A small fictional internet on loopback: for tests, demonstrations and training.
//!
//! Speaks DNS like a recursive resolver that knows the whole (fictional) world. Knows nothing of
//! Farol, and never sends a packet to anything but the client that asked.

/// The zone text, parsed: what the fictional world answers.
mod zone;

/// The server that says it on loopback.
mod server;

pub use server::Dns;
pub use zone::ZoneError;

/// The fictional world of the sample desk: one host for every situation an investigator meets.
///
/// Names end in `.example` or `.test`, addresses are documentation addresses (RFC 5737, RFC 3849).
pub fn sample_zone() -> &'static str {
    include_str!("sample.zone")
}
