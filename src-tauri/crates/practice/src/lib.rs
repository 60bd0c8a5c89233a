//! A small fictional internet on loopback: for tests, demonstrations and training.
//!
//! Speaks DNS like a recursive resolver that knows the whole (fictional) world, and RDAP like
//! every registry at once. Knows nothing of Farol, listens on `127.0.0.1` alone, and never sends
//! a packet to anything but the client that asked.

/// How the server treats a name: what tests and lessons need to go wrong.
mod misbehaviour;

/// The zone text, parsed: what the fictional world answers.
mod zone;

/// A thread with an event loop, which ends when it is dropped.
mod loopback;

/// The DNS server that says it on loopback.
mod server;

/// The registries and their HTTP server.
mod rdap;

pub use rdap::Rdap;
pub use server::Dns;
pub use zone::ZoneError;

/// The whole practice internet: name servers and registries, until it is dropped.
#[derive(Debug)]
pub struct Practice {
    /// The resolver.
    pub dns: Dns,
    /// The registries.
    pub rdap: Rdap,
}

impl Practice {
    /// Starts the sample world on free ports of `127.0.0.1`.
    ///
    /// # Errors
    /// `Listen` when loopback has no free port.
    pub fn start() -> Result<Self, ZoneError> {
        Ok(Self { dns: Dns::start(sample_zone())?, rdap: Rdap::start()? })
    }
}

/// The fictional world of the sample desk: one host for every situation an investigator meets.
///
/// Names end in `.example` or `.test`, addresses are documentation addresses (RFC 5737, RFC 3849).
pub fn sample_zone() -> &'static str {
    concat!(
        include_str!("../world/networks.zone"),
        "\n",
        include_str!("../world/ours.zone"),
        "\n",
        include_str!("../world/elsewhere.zone"),
        "\n",
        include_str!("../world/trouble.zone"),
    )
}

/// Which fictional network announces which address: lines of `start,end,asn,name`, no header.
///
/// Disjoint ranges of documentation addresses, IPv4 and IPv6, with the autonomous system numbers
/// kept for documentation (64496 to 64511, RFC 5398).
pub fn asn_csv() -> &'static str {
    include_str!("../world/asn.csv")
}
