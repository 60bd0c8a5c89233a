//! A hundred thousand names: our pool beside other programs, on a server that the bench starts; the same
//! with loss and delay; into a vault; and what follows from the answers.
//!
//! Everything is asked in a network of its own without a way out, where the port of the DNS is free. Each
//! client is a process of its own, so that its processor time and memory are its own; exactness comes
//! first: a result that differs from the zone is printed before any speed.

/// Clients: ours, hickory-resolver, and other programs.
mod clients;
/// Into the vault, verdicts, networks of addresses.
mod kept;
/// A server with delay and loss.
mod responder;
/// Names, what is true of them, and NSD that says so.
mod world;

use std::{net::SocketAddr, path::Path, process::Command, time::Duration};

use farol_lookup::{AsnTable, Depth, Gate, HostLookup, Resolver, Stamp};

use self::{
    clients::{Client, Ran},
    responder::Responder,
    world::{List, Nsd},
};
use crate::figures::{head, say};

/// Runs of each client; the median counts.
const N_RUNS: usize = 3;

/// The word that asks for a measurement, and the measurement, with servers on a port.
type Step = (&'static str, fn(u16));

/// What is measured, in this order, by the word that asks for it alone.
const STEPS: [Step; 6] = [
    ("clients", side_by_side),
    ("loss", |_| loss_and_delay()),
    ("host", |_| one_host()),
    ("vault", |_| kept::into_the_vault()),
    ("verdicts", |_| kept::verdicts()),
    ("networks", |_| kept::networks_of_addresses()),
];

/// The steps there are, as words.
pub(crate) fn steps() -> String {
    STEPS.map(|it| it.0).join(", ")
}

/// Everything or only the steps that are named, in a network of its own when this system allows one.
pub(crate) fn all(only: &[&str]) {
    let program = std::env::current_exe().unwrap();
    let words = only.join(" ");
    let inside = format!("ip link set lo up && exec {} --lookups-here {words}", program.display());
    let unshared =
        Command::new("unshare").args(["--map-root-user", "--net", "sh", "-c", &inside]).status();
    if !unshared.is_ok_and(|it| it.success()) {
        println!("  (no network of its own here: adnshost is left out)");
        here(5300, only);
    }
}

/// The same, with servers on this port.
pub(crate) fn here(port: u16, only: &[&str]) {
    println!("load: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    for (word, measure) in STEPS {
        if only.is_empty() || only.contains(&word) {
            measure(port);
        }
    }
}

/// One client, in a process of its own.
pub(crate) fn client(args: &[&str]) {
    clients::run(args);
}

/// Each list through each client, on the same server.
fn side_by_side(port: u16) {
    let dir = tempfile::tempdir_in(scratch()).unwrap();
    let Some(nsd) = Nsd::start(dir.path(), port) else {
        println!(
            "  (nsd is not here: nothing to compare with; see lists with loss and delay below)"
        );
        return;
    };
    for list in List::ALL {
        let names = list.write(dir.path());
        println!("{}: {} names, NSD on loopback", list.in_words(), world::N_NAMES);
        clients::head();
        let mut ours = None;
        for client in Client::ALL {
            let mut runs = Vec::new();
            for _ in 0..client.n_runs(N_RUNS) {
                runs.extend(client.run(&names, nsd.addr, dir.path()));
            }
            let Some(ran) = Ran::median(runs) else {
                println!("{:<44} not here, or it gave up", client.in_words());
                continue;
            };
            if client == Client::PoolToJsonl {
                ours = Some(ran.rate());
            }
            ran.print(client.in_words(), ours.filter(|_| client != Client::PoolToJsonl));
        }
    }
}

/// Our pool alone, against a server that loses and waits.
fn loss_and_delay() {
    let dir = tempfile::tempdir_in(scratch()).unwrap();
    let names = List::Mixed.write(dir.path());
    println!("{}: {} names, a server that loses and waits", List::Mixed.in_words(), world::N_NAMES);
    clients::head();
    for delay_ms in [0, 20, 100] {
        for loss_percent in [0, 1, 5] {
            let delay = Duration::from_millis(delay_ms);
            let server = Responder::start(delay, loss_percent);
            let Some(ran) = Client::PoolToJsonl.run(&names, server.addr, dir.path()) else {
                continue;
            };
            ran.print(&format!("our pool, {loss_percent} % lost, {delay_ms} ms"), None);
        }
    }
}

/// Everything about one host, with 20 ms between question and answer.
fn one_host() {
    const DELAY: Duration = Duration::from_millis(20);
    let server = Responder::start(DELAY, 0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let resolver = Resolver::at(server.addr);
    let (asn, gate, stamp) = (AsnTable::sample(), Gate::new(false), clients::stamps());
    head();
    let lookup = HostLookup {
        resolver: &resolver,
        asn: &asn,
        registries: None,
        depth: &Depth::default(),
        stamp: &stamp,
    };
    let mut n = 0;
    let mut n_asked = 0;
    let took = crate::figures::measure(
        "one host, full picture, 20 ms to the resolver (aim < 60)",
        20,
        || {
            n += 1;
            let host = format!("c{n}.d{n}.test");
            let pass = gate.pass().unwrap();
            let ask = pass.look_up(&host, &lookup, &|_, _| (), &|| false);
            n_asked = runtime.block_on(ask).asked.len();
        },
    );
    let trips = took.as_secs_f64() / DELAY.as_secs_f64();
    say(&format!("  in round trips, {n_asked} answers"), &format!("{trips:.2}"));
}

/// Where files cost no disk, when there is such a place.
fn scratch() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new("/tmp") }
}

/// An address on this computer.
fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A moment and an id, both fictional, each another one.
fn stamp(n: u64) -> Stamp {
    use sha2::{Digest as _, Sha256};
    let hash: [u8; 32] = Sha256::digest(n.to_le_bytes()).into();
    let mut id: [u8; 16] = *hash.first_chunk().unwrap();
    id[..8].copy_from_slice(&((0x019b << 48) + n).to_be_bytes());
    Stamp {
        at: farol_model::time::Timestamp::from_ms(1_795_442_602_000 + n as i64 / 100),
        id: uuid::Uuid::from_bytes(id),
    }
}
