//! Who is asked: the resolver is a choice, never a default that leaks.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use crate::LookupError;

/// Where resolvers listen unless somebody says otherwise.
const PORT: u16 = 53;

/// A recursive resolver and how patient we are with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolver {
    /// Its address and port.
    pub addr: SocketAddr,
    /// How long one question may take, all attempts together.
    pub deadline: Duration,
    /// How often a question is sent within the deadline; 0 counts as 1.
    pub attempts: u32,
}

impl Resolver {
    /// A resolver at an address, with 5 s and two attempts per question.
    pub fn at(addr: SocketAddr) -> Self {
        Self { addr, deadline: Duration::from_secs(5), attempts: 2 }
    }

    /// Reads `192.0.2.53`, `192.0.2.53:5300`, `2001:db8::53` or `[2001:db8::53]:53`.
    ///
    /// # Errors
    /// `ResolverAddress` for anything else; host names are refused, because finding their
    /// address would need a resolver.
    pub fn parse(text: &str) -> Result<Self, LookupError> {
        let text = text.trim();
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(Self::at(SocketAddr::new(ip, PORT)));
        }
        match text.parse::<SocketAddr>() {
            Ok(addr) if addr.port() != 0 => Ok(Self::at(addr)),
            _ => Err(LookupError::ResolverAddress),
        }
    }

    /// The first usable name server of `/etc/resolv.conf`.
    ///
    /// # Errors
    /// `NoSystemResolver` when there is no such file (Windows) or it names none.
    pub fn system() -> Result<Self, LookupError> {
        let text = std::fs::read_to_string("/etc/resolv.conf")
            .map_err(|_| LookupError::NoSystemResolver)?;
        first_nameserver(&text).map(Self::at).ok_or(LookupError::NoSystemResolver)
    }
}

fn first_nameserver(resolv_conf: &str) -> Option<SocketAddr> {
    resolv_conf.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        if words.next() != Some("nameserver") {
            return None;
        }
        words.next()?.parse().ok().map(|ip| SocketAddr::new(ip, PORT))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_or_without_a_port_is_a_resolver() {
        let check = |text: &str, expected: &str| {
            let parsed = Resolver::parse(text).map(|r| r.addr.to_string());
            assert_eq!(parsed.unwrap_or_else(|_| "refused".into()), expected, "{text}");
        };
        check("192.0.2.53", "192.0.2.53:53");
        check(" 192.0.2.53:5300 ", "192.0.2.53:5300");
        check("2001:db8::53", "[2001:db8::53]:53");
        check("[2001:db8::53]", "[2001:db8::53]:53");
        check("[2001:db8::53]:5353", "[2001:db8::53]:5353");
        check("192.0.2.53:0", "refused");
        check("dns.example", "refused");
        check("", "refused");
    }

    #[test]
    fn the_first_readable_nameserver_of_the_system_is_taken() {
        let text = "# nameserver 192.0.2.1\nsearch office.example\n\
                    nameserver fe80::1%eth0\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n";
        assert_eq!(first_nameserver(text), Some("192.0.2.53:53".parse().unwrap()));
        assert_eq!(first_nameserver("search office.example"), None);
    }
}
