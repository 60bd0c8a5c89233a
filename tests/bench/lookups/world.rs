//! Names of which the truth is in the name itself: `a17.d5.test` has an address, `c17.d5.test` leads to
//! another name, `x17.d5.test` does not exist. From it NSD gets its zone, and every result is checked.

use std::{
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Names of a list.
pub(super) const N_NAMES: u32 = 100_000;
/// Hosts of a registrable domain.
const HOSTS_A_DOMAIN: u32 = 5;

/// What is true of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    /// It has this address.
    Address(Ipv4Addr),
    /// It leads to the name, which has the address.
    Leads(String, Ipv4Addr),
    /// There is no such name.
    Absent,
}

/// What is true of a name of ours.
pub(super) fn truth(name: &str) -> Truth {
    let number = || name.split('.').next()?.get(1..)?.parse::<u32>().ok();
    let Some(n) = number() else { return Truth::Absent };
    let [_, b, c, d] = n.to_be_bytes();
    let address = Ipv4Addr::new(198, 18 + b % 2, c, d);
    match name.as_bytes()[0] {
        b'a' => Truth::Address(address),
        b'c' => Truth::Leads(format!("a{}", &name[1..]), address),
        _ => Truth::Absent,
    }
}

/// A list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Everything has an address.
    Addresses,
    /// 60 % addresses, 20 % lead on, 20 % do not exist.
    Mixed,
    /// 70 % do not exist, as of a list of dead phishing sites.
    MostlyGone,
}

impl List {
    pub(super) const ALL: [Self; 3] = [Self::Addresses, Self::Mixed, Self::MostlyGone];

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Addresses => "all have addresses",
            Self::Mixed => "60 % addresses, 20 % CNAME, 20 % absent",
            Self::MostlyGone => "30 % addresses, 70 % absent",
        }
    }

    fn letter(self, n: u32) -> char {
        match (self, n % 10) {
            (Self::Addresses, _) => 'a',
            (Self::Mixed, 0..=5) | (Self::MostlyGone, 0..=2) => 'a',
            (Self::Mixed, 6 | 7) => 'c',
            _ => 'x',
        }
    }

    /// Its names, in an order that looks random and is always the same.
    pub(super) fn names(self) -> impl Iterator<Item = String> {
        // A step that has no factor in common with the number of names visits each once.
        (0..N_NAMES).map(move |n| {
            let n = (n * 7_919 + 13) % N_NAMES;
            format!("{}{n}.d{}.test", self.letter(n), n / HOSTS_A_DOMAIN)
        })
    }

    /// Writes them to a file, one a line.
    pub(super) fn write(self, dir: &Path) -> PathBuf {
        let path = dir.join("names");
        let text = self.names().fold(String::new(), |text, name| text + &name + "\n");
        fs::write(&path, text).unwrap();
        path
    }
}

/// NSD with all of these names.
pub(super) struct Nsd {
    child: Child,
    pub(super) addr: SocketAddr,
}

impl Nsd {
    /// Starts it; none when it is not installed, or does not come up.
    pub(super) fn start(dir: &Path, port: u16) -> Option<Self> {
        let addr = super::loopback(port);
        fs::write(dir.join("test.zone"), zone()).unwrap();
        let at = dir.display();
        let config = format!(
            "server:\n ip-address: {}@{port}\n server-count: 1\n username: \"\"\n chroot: \"\"\n \
             zonesdir: \"{at}\"\n pidfile: \"{at}/nsd.pid\"\n database: \"\"\n \
             xfrdfile: \"{at}/xfrd\"\n zonelistfile: \"{at}/zones\"\n cookie-secret-file: \"\"\n \
             rrl-ratelimit: 0\n rrl-whitelist-ratelimit: 0\n\
             remote-control:\n control-enable: no\n\
             zone:\n name: test\n zonefile: test.zone\n",
            addr.ip()
        );
        let path = dir.join("nsd.conf");
        fs::write(&path, config).unwrap();
        let child = ["nsd", "/usr/sbin/nsd"].into_iter().find_map(|program| {
            let mut command = Command::new(program);
            command.arg("-d").arg("-c").arg(&path);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
        })?;
        let nsd = Self { child, addr };
        nsd.answers().then_some(nsd)
    }

    fn answers(&self) -> bool {
        let socket = UdpSocket::bind(super::loopback(0)).unwrap();
        socket.connect(self.addr).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let question = b"\0\x01\0\0\0\x01\0\0\0\0\0\0\x04test\0\0\x06\0\x01";
        (0..100).any(|_| {
            let came = socket.send(question).and_then(|_| socket.recv(&mut [0; 512]));
            came.is_ok() || {
                thread::sleep(Duration::from_millis(50));
                false
            }
        })
    }
}

impl Drop for Nsd {
    fn drop(&mut self) {
        // It has processes of its own, which end with the first when that is asked to.
        let pid = self.child.id().to_string();
        Command::new("kill").arg(&pid).status().ok();
        self.child.wait().ok();
    }
}

fn zone() -> String {
    let mut zone = String::from(
        "$ORIGIN test.\n$TTL 300\n@ SOA ns1 root 1 3600 600 86400 60\n@ NS ns1\nns1 A 127.0.0.1\n",
    );
    for n in 0..N_NAMES {
        let d = n / HOSTS_A_DOMAIN;
        if let Truth::Address(ip) = truth(&format!("a{n}.")) {
            writeln!(zone, "a{n}.d{d} A {ip}\nc{n}.d{d} CNAME a{n}.d{d}").unwrap();
        }
    }
    zone
}
