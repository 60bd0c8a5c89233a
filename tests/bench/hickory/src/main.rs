//! Asks for the address of each name of a file with hickory-resolver: `ask-with-hickory ADDR NAMES OUT`.
//!
//! Set up as somebody would who wants speed and nothing from this computer: one thread, a hundred
//! questions at a time (more is slower), no hosts file, one server a question.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use hickory_resolver::{
    TokioResolver,
    config::{NameServerConfig, ResolveHosts, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::{Name, RData, RecordType},
};
use tokio::{sync::Semaphore, task::JoinSet};

const IN_FLIGHT: usize = 100;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [server, names, out] = args.as_slice() else { panic!("ask-with-hickory ADDR NAMES OUT") };
    let server: SocketAddr = server.parse().expect("an address and a port");
    let names = fs::read_to_string(names).expect("a file of names");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut file = BufWriter::new(File::create(out).expect("a place to write to"));
    let started = Instant::now();
    runtime.block_on(ask(server, &names, &mut file));
    file.flush().expect("room");
    println!("{} {}", started.elapsed().as_micros(), most_memory());
}

async fn ask(server: SocketAddr, names: &str, file: &mut impl std::io::Write) {
    let mut upstream = NameServerConfig::udp_and_tcp(server.ip());
    upstream.connections.iter_mut().for_each(|it| it.port = server.port());
    let config = ResolverConfig::from_name_servers(vec![upstream]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.use_hosts_file = ResolveHosts::Never;
    options.num_concurrent_reqs = 1;
    options.timeout = Duration::from_secs(2);
    options.attempts = 5;
    let resolver = builder.build().expect("a resolver");
    let at_a_time = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut asking = JoinSet::new();
    for name in names.lines() {
        let one = Arc::clone(&at_a_time).acquire_owned().await.expect("never closed");
        let (resolver, name) = (resolver.clone(), name.to_owned());
        asking.spawn(async move {
            let line = said(&resolver, &name).await;
            drop(one);
            line
        });
        while let Some(Ok(line)) = asking.try_join_next() {
            writeln!(file, "{line}").expect("room");
        }
    }
    while let Some(Ok(line)) = asking.join_next().await {
        writeln!(file, "{line}").expect("room");
    }
}

async fn said(resolver: &TokioResolver, name: &str) -> String {
    let asked = Name::from_ascii(format!("{name}.")).expect("a name");
    match resolver.lookup(asked, RecordType::A).await {
        Ok(found) => {
            let mut line = format!("{name} NOERROR");
            for record in found.answers() {
                match &record.data {
                    RData::A(ip) => line.push_str(&format!(" A={}", ip.0)),
                    RData::CNAME(to) => line.push_str(&format!(" CNAME={}", to.0)),
                    _ => {}
                }
            }
            line
        }
        Err(error) if error.is_nx_domain() => format!("{name} NXDOMAIN"),
        Err(_) => format!("{name} FAILED"),
    }
}

fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}
