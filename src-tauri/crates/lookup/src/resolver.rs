//! Who is asked, and how: the resolver is a choice, never a default that leaks.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

use crate::{LookupError, trust::Pin};

/// Where resolvers listen unless somebody says otherwise.
const PORT: u16 = 53;
/// Where they listen for encrypted questions (RFC 7858).
const TLS_PORT: u16 = 853;
/// The same over HTTPS (RFC 8484).
const HTTPS_PORT: u16 = 443;
/// The usual path of DNS over HTTPS.
const PATH: &str = "/dns-query";
/// What stands before the key of a resolver that no authority vouches for.
const PIN: &str = "pin-sha256=";

/// Public resolvers whose addresses are known without asking anybody (each publishes its own; read in
/// November 2026).
const KNOWN: [(&str, [u8; 4]); 6] = [
    ("cloudflare-dns.com", [1, 1, 1, 1]),
    ("one.one.one.one", [1, 1, 1, 1]),
    ("dns.google", [8, 8, 8, 8]),
    ("dns.quad9.net", [9, 9, 9, 9]),
    ("dns10.quad9.net", [9, 9, 9, 10]),
    ("dns11.quad9.net", [9, 9, 9, 11]),
];

/// A recursive resolver and how patient we are with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolver {
    /// Its address and port.
    pub addr: SocketAddr,
    /// How questions get there.
    pub road: Road,
    /// SHA-256 of the public key that it has to show when it is asked encrypted; none when an authority
    /// has to vouch for its name.
    pub pin: Option<Pin>,
    /// How long one question may take, all attempts together.
    pub deadline: Duration,
    /// How often a question is sent within the deadline; 0 counts as 1.
    pub attempts: u32,
}

/// How questions get to a resolver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Road {
    /// UDP, and TCP for what was cut: whoever is on the way can read along.
    Plain,
    /// DNS over TLS.
    Tls {
        /// Whose certificate it has to show.
        name: ServerName<'static>,
    },
    /// DNS over HTTPS.
    Https {
        /// Whose certificate it has to show.
        name: ServerName<'static>,
        /// The path on the server.
        path: String,
    },
}

impl Resolver {
    /// A resolver at an address, asked in the clear, with 5 s and two attempts per question.
    pub fn at(addr: SocketAddr) -> Self {
        Self { addr, road: Road::Plain, pin: None, deadline: Duration::from_secs(5), attempts: 2 }
    }

    /// Reads `192.0.2.53`, `192.0.2.53:5300`, `2001:db8::53` or `[2001:db8::53]:53`; encrypted,
    /// `tls://192.0.2.53`, `tls://dns.example#192.0.2.53`, `https://192.0.2.53/dns-query` or
    /// `https://dns.example/dns-query#192.0.2.53`: after the mark stands the address. A resolver that no
    /// public authority vouches for is written with its key, `tls://192.0.2.53?pin-sha256=…`.
    ///
    /// # Errors
    /// `ResolverAddress` for anything else. `ResolverName` for a host name without an address, but for
    /// well-known resolvers: finding it would need a resolver, and that one would learn which one
    /// is asked.
    pub fn parse(text: &str) -> Result<Self, LookupError> {
        let text = text.trim();
        if text.contains("://") {
            return encrypted(text);
        }
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

    /// Whether somebody on the way can read along.
    pub fn is_encrypted(&self) -> bool {
        self.road != Road::Plain
    }
}

/// As [`Resolver::parse`] reads it; also how observations name it.
impl fmt::Display for Resolver {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addr = self.addr;
        let (scheme, name, path, port) = match &self.road {
            Road::Plain => return write!(to, "{addr}"),
            Road::Tls { name } => ("tls", name, "", TLS_PORT),
            Road::Https { name, path } => ("https", name, path.as_str(), HTTPS_PORT),
        };
        let pin =
            self.pin.map_or(String::new(), |it| format!("?{PIN}{}", BASE64URL_NOPAD.encode(&it)));
        match name {
            ServerName::IpAddress(_) if addr.port() != port => {
                write!(to, "{scheme}://{addr}{path}{pin}")
            }
            ServerName::IpAddress(_) => write!(to, "{scheme}://{}{path}{pin}", written(addr.ip())),
            name if addr.port() != port => {
                write!(to, "{scheme}://{}{path}{pin}#{addr}", name.to_str())
            }
            name => write!(to, "{scheme}://{}{path}{pin}#{}", name.to_str(), addr.ip()),
        }
    }
}

/// An address where a port may follow.
fn written(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

fn encrypted(text: &str) -> Result<Resolver, LookupError> {
    let (scheme, rest) = text.split_once("://").ok_or(LookupError::ResolverAddress)?;
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "tls" => TLS_PORT,
        "https" => HTTPS_PORT,
        _ => return Err(LookupError::ResolverAddress),
    };
    // Read as HTTPS in both cases, so that names and addresses have one spelling.
    let url = Url::parse(&format!("https://{rest}")).map_err(|_| LookupError::ResolverAddress)?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || (scheme == "tls" && url.path() != "/") {
        return Err(LookupError::ResolverAddress);
    }
    let pin = url.query().map(|it| pin(it).ok_or(LookupError::ResolverAddress)).transpose()?;
    // Whoever wrote the usual port of the web meant it.
    let wrote_443 =
        scheme == "tls" && rest.split(['#', '/', '?']).next().unwrap_or("").ends_with(":443");
    let port = url.port().unwrap_or(if wrote_443 { HTTPS_PORT } else { usual });
    let fragment = url.fragment().filter(|it| !it.is_empty());
    let given =
        fragment.map(|it| address(it, port).ok_or(LookupError::ResolverAddress)).transpose()?;
    let (name, addr) = match url.host().ok_or(LookupError::ResolverAddress)? {
        url::Host::Ipv4(ip) => {
            (ServerName::from(IpAddr::from(ip)), SocketAddr::new(ip.into(), port))
        }
        url::Host::Ipv6(ip) => {
            (ServerName::from(IpAddr::from(ip)), SocketAddr::new(ip.into(), port))
        }
        url::Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_owned();
            let known = KNOWN.iter().find(|(it, _)| *it == name);
            let known = known.map(|(_, ip)| SocketAddr::new(IpAddr::from(*ip), port));
            let addr = given.or(known).ok_or(LookupError::ResolverName)?;
            let name = ServerName::try_from(name).map_err(|_| LookupError::ResolverAddress)?;
            (name, addr)
        }
    };
    // An address beside an address says the same twice, or two things.
    if matches!(name, ServerName::IpAddress(_)) && given.is_some_and(|given| given != addr) {
        return Err(LookupError::ResolverAddress);
    }
    let road = if scheme == "tls" {
        Road::Tls { name }
    } else {
        let path = if url.path() == "/" { PATH } else { url.path() }.to_owned();
        Road::Https { name, path }
    };
    Ok(Resolver { road, pin, ..Resolver::at(addr) })
}

/// Reads both spellings of base64.
fn pin(query: &str) -> Option<Pin> {
    let text = query.strip_prefix(PIN)?;
    let bytes = BASE64.decode(text.as_bytes());
    let bytes = bytes.or_else(|_| BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()));
    bytes.ok()?.try_into().ok()
}

fn address(text: &str, port: u16) -> Option<SocketAddr> {
    let ip = text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    ip.map(|ip| SocketAddr::new(ip, port)).or_else(|| text.parse().ok())
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
    fn an_encrypted_resolver_is_written_with_its_address() {
        let check = |text: &str, expected: &str| {
            let written = match Resolver::parse(text) {
                Ok(resolver) => {
                    let written = resolver.to_string();
                    assert_eq!(Resolver::parse(&written).unwrap(), resolver, "{text}");
                    format!("{written} at {}", resolver.addr)
                }
                Err(error) => error.to_string(),
            };
            assert_eq!(written, expected, "{text}");
        };
        check("tls://192.0.2.53", "tls://192.0.2.53 at 192.0.2.53:853");
        check("TLS://192.0.2.53:8853", "tls://192.0.2.53:8853 at 192.0.2.53:8853");
        check("tls://192.0.2.53:443", "tls://192.0.2.53:443 at 192.0.2.53:443");
        check("tls://[2001:db8::53]", "tls://[2001:db8::53] at [2001:db8::53]:853");
        check("tls://dns.example#192.0.2.53", "tls://dns.example#192.0.2.53 at 192.0.2.53:853");
        check("tls://dns.google", "tls://dns.google#8.8.8.8 at 8.8.8.8:853");
        check("https://192.0.2.53/q", "https://192.0.2.53/q at 192.0.2.53:443");
        check("https://192.0.2.53", "https://192.0.2.53/dns-query at 192.0.2.53:443");
        check(
            "https://DNS.example/a/b#[2001:db8::53]",
            "https://dns.example/a/b#2001:db8::53 at [2001:db8::53]:443",
        );
        check(
            "https://dns.example:8443/dns-query#192.0.2.53",
            "https://dns.example/dns-query#192.0.2.53:8443 at 192.0.2.53:8443",
        );
        check(
            "https://dns.quad9.net/dns-query",
            "https://dns.quad9.net/dns-query#9.9.9.9 at 9.9.9.9:443",
        );
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        check(
            &format!("tls://192.0.2.53?pin-sha256={key}="),
            &format!("tls://192.0.2.53?pin-sha256={key} at 192.0.2.53:853"),
        );
        let no_address = LookupError::ResolverName.to_string();
        check("https://dns.example/dns-query", &no_address);
        check("tls://dns.example", &no_address);
        let refused = LookupError::ResolverAddress.to_string();
        for wrong in [
            "http://192.0.2.53/dns-query",
            "quic://192.0.2.53",
            "tls://",
            "tls://192.0.2.53/path",
            "tls://user@192.0.2.53",
            "tls://192.0.2.53#192.0.2.54",
            "https://dns.example/#nowhere",
            "tls://192.0.2.53?pin-sha256=short",
            "https://192.0.2.53/dns-query?dns=1",
        ] {
            check(wrong, &refused);
        }
    }

    #[test]
    fn the_first_readable_nameserver_of_the_system_is_taken() {
        let text = "# nameserver 192.0.2.1\nsearch office.example\n\
                    nameserver fe80::1%eth0\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n";
        assert_eq!(first_nameserver(text), Some("192.0.2.53:53".parse().unwrap()));
        assert_eq!(first_nameserver("search office.example"), None);
    }
}
