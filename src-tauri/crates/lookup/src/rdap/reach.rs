//! What may be reached: public addresses over HTTPS, and nothing else.
//!
//! The check and the connection use the same address: a name is resolved once, every address is
//! looked at, and the caller connects to exactly those. A name server that answers differently the
//! second time is never asked a second time. Sources: RFC 6890 and its registries; RFC 6598
//! (shared addresses), RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// Which servers may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Public addresses, over HTTPS.
    Internet,
    /// These servers on this computer and no other, over plain HTTP: the practice internet, or a
    /// test's own server.
    Practice {
        /// The RDAP server.
        rdap: SocketAddr,
        /// The WHOIS server, when there is one.
        whois: Option<SocketAddr>,
    },
}

/// Where a URL leads, as far as that is known without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// To an address that may be reached.
    Address(SocketAddr),
    /// To a name whose addresses have to be looked up and looked at.
    Name(String, u16),
}

/// Looks at a URL; the error says in plain words why it is not followed.
pub(crate) fn target(url: &Url, world: World) -> Result<Target, &'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address carries a user name");
    }
    let port = url.port_or_known_default().ok_or("it is not a web address")?;
    let address = match url.host() {
        Some(Host::Ipv4(ip)) => Some(SocketAddr::from((ip, port))),
        Some(Host::Ipv6(ip)) => Some(SocketAddr::from((ip, port))),
        Some(Host::Domain(_)) => None,
        None => return Err("it is not a web address"),
    };
    if let World::Practice { rdap, .. } = world {
        let is_practice = url.scheme() == "http" && address == Some(rdap);
        return if is_practice {
            Ok(Target::Address(rdap))
        } else {
            Err("it is not in the practice internet")
        };
    }
    if url.scheme() != "https" {
        return Err("it is not HTTPS");
    }
    if port != 443 && port < 1024 {
        return Err("its port belongs to another service");
    }
    match (address, url.host_str()) {
        (Some(address), _) if is_public(address.ip()) => Ok(Target::Address(address)),
        (Some(_), _) => Err("its address is not a public one"),
        (None, Some(name)) => public_name(name).map(|name| Target::Name(name, port)),
        (None, None) => Err("it is not a web address"),
    }
}

/// A name that somebody in the internet may have; the addresses are what counts in the end.
pub(crate) fn public_name(name: &str) -> Result<String, &'static str> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_local = !name.contains('.')
        || matches!(last, "localhost" | "local" | "internal" | "lan" | "home" | "onion" | "arpa");
    if is_local { Err("its name is not a public one") } else { Ok(name) }
}

/// Whether an address belongs to somebody in the public internet.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast is `2000::/3`. Whatever carries an IPv4 address inside, or is a tunnel, is out,
/// wherever the inner address may lead.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every spelling of somewhere that is none of a registry's business.
    pub(crate) const PRIVATE: [&str; 76] = [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://127.255.255.254/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://0177.0x0.0.01/",
        "https://00000177.1/",
        "https://127.0.0.1./",
        "https://127.0.0.1:8443/",
        "https://１２７.０.０.１/",
        "https://127。0。0。1/",
        "https://%31%32%37.0.0.1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://0x0/",
        "https://00/",
        "https://0.1.2.3/",
        "https://10.0.0.1/",
        "https://167772161/",
        "https://012.0.0.1/",
        "https://0xa.1/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2852039166/",
        "https://0xA9FEA9FE/",
        "https://0251.0376.0251.0376/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.0.0.8/",
        "https://192.0.2.1/",
        "https://192.88.99.1/",
        "https://192.168.1.1/",
        "https://3232235777/",
        "https://192.168.257/",
        "https://198.18.0.1/",
        "https://198.19.255.255/",
        "https://198.51.100.7/",
        "https://203.0.113.7/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[0000:0000:0000:0000:0000:0000:0000:0001]:443/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:c0a8:101::1]/",
        "https://[2001:0:7f00:1::1]/",
        "https://[2001:db8::1]/",
        "https://[2001:20::1]/",
        "https://[3fff::1]/",
        "https://[100::1]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[febf::1]/",
        "https://[fec0::1]/",
        "https://[fc00::1]/",
        "https://[fd12:3456:789a::1]/",
        "https://[ff02::1]/",
        "https://rdap.example.com@127.0.0.1/",
        "https://user:secret@rdap.example.com/",
        "https://127.0.0.1#@rdap.example.com/",
    ];

    const NO_PUBLIC_NAME: [&str; 17] = [
        "https://localhost/",
        "https://LOCALHOST./",
        "https://ｌｏｃａｌｈｏｓｔ/",
        "https://a.localhost/",
        "https://router/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://nas.lan./",
        "https://1.0.0.127.in-addr.arpa/",
        "http://rdap.example.com/",
        "ftp://rdap.example.com/",
        "file:///etc/passwd",
        "data:application/json,{}",
        "gopher://rdap.example.com/",
        "https://rdap.example.com:22/",
        "https://rdap.example.com:25/",
        "https://",
    ];

    fn is_allowed(text: &str, world: World) -> bool {
        Url::parse(text).is_ok_and(|url| target(&url, world).is_ok())
    }

    #[test]
    fn no_spelling_of_a_private_address_is_reached() {
        let reached: Vec<_> = PRIVATE
            .into_iter()
            .chain(NO_PUBLIC_NAME)
            .filter(|text| is_allowed(text, World::Internet))
            .collect();
        assert_eq!(reached, Vec::<&str>::new());
    }

    #[test]
    fn a_public_server_is_reached() {
        for text in [
            "https://rdap.example.com/domain/a.example.com",
            "https://rdap.example.com./",
            "https://RDAP.EXAMPLE.COM:8443/",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://192.0.1.1/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
        ] {
            assert!(is_allowed(text, World::Internet), "{text}");
        }
    }

    #[test]
    fn a_practice_world_reaches_its_own_server_only() {
        let rdap: SocketAddr = "127.0.0.1:40123".parse().unwrap();
        let world = World::Practice { rdap, whois: None };
        assert!(is_allowed("http://127.0.0.1:40123/domain/a.test", world));
        for text in PRIVATE.into_iter().chain(NO_PUBLIC_NAME).chain([
            "http://127.0.0.1:40124/",
            "http://127.0.0.2:40123/",
            "http://localhost:40123/",
            "https://127.0.0.1:40123/",
            "http://a@127.0.0.1:40123/",
            "https://rdap.verisign.com/com/v1/",
        ]) {
            assert!(!is_allowed(text, world), "{text}");
        }
    }
}
