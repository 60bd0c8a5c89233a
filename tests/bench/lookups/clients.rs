//! Who asks: our pool in three dresses, hickory-resolver, and other programs, each in a process of its own.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{BufWriter, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use farol_lookup::{AsnTable, Gate, ListLookup, Looked, Resolver, Speed, Stamp, Types};
use farol_model::lookup::{Answer, Observation};
use serde_json::Value;

use super::world::{Truth, truth};
use crate::PASSPHRASE;

/// Questions that wait for an answer at a time, for every client that can be told.
pub(super) const IN_FLIGHT: usize = 1_000;
/// Names that are enough for who asks one after the other, or takes longer the more there are.
const N_SERIAL: usize = 10_000;

/// A client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// Our pool: decodes every message and writes every observation.
    PoolToJsonl,
    /// The same without writing.
    Pool,
    /// `farolctl lookup --file`: one object a name, with its verdict.
    Farolctl,
    /// massdns, writing JSON.
    Massdns,
    /// dnsperf, which writes nothing.
    Dnsperf,
    /// adnshost, writing a line each.
    Adnshost,
    /// `dig -f`, one after the other.
    Dig,
    /// hickory-resolver, writing a line each.
    Hickory,
}

/// Reads a line that a client wrote: the name, and what it says of it; none of both when it says nothing.
type ReadLine = fn(&str) -> Option<(String, Option<Truth>)>;

/// How a run went.
#[derive(Debug)]
pub(super) struct Ran {
    n_names: usize,
    wall: Duration,
    cpu: Duration,
    memory: Option<u64>,
    /// Names without a usable answer, and with a wrong one, where that can be told.
    off: Option<(usize, usize)>,
}

pub(super) fn head() {
    println!(
        "{:<44} {:>9} {:>9} {:>8} {:>14} {:>8}",
        "who", "names/s", "µs CPU", "memory", "missing, wrong", "beside us"
    );
}

/// Clock and randomness, both fictional.
pub(super) fn stamps() -> impl Fn() -> Stamp + Send + Sync {
    let n = AtomicU64::new(1);
    move || super::stamp(n.fetch_add(1, Ordering::Relaxed))
}

impl Client {
    pub(super) const ALL: [Self; 8] = [
        Self::PoolToJsonl,
        Self::Pool,
        Self::Farolctl,
        Self::Massdns,
        Self::Dnsperf,
        Self::Adnshost,
        Self::Dig,
        Self::Hickory,
    ];

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::PoolToJsonl => "our pool, every observation as JSONL",
            Self::Pool => "our pool, nothing written",
            Self::Farolctl => "farolctl lookup --file, verdicts as JSONL",
            Self::Massdns => "massdns, JSON",
            Self::Dnsperf => "dnsperf, nothing written",
            Self::Adnshost => "adnshost, a line each",
            Self::Dig => "dig -f, one after the other",
            Self::Hickory => "hickory-resolver, a line each",
        }
    }

    pub(super) fn n_runs(self, n: usize) -> usize {
        if matches!(self, Self::Dig | Self::Adnshost | Self::Hickory) { 1 } else { n }
    }

    /// Asks for the address of each name of a file; none when there is no such program, or it failed.
    pub(super) fn run(self, names: &Path, server: SocketAddr, dir: &Path) -> Option<Ran> {
        let out = dir.join("out");
        let mut command = self.command(names, server, dir, &out)?;
        let before = cpu_of_children();
        let started = Instant::now();
        let output = command.stderr(Stdio::null()).output().ok()?;
        let wall = started.elapsed();
        let cpu = cpu_of_children().saturating_sub(before);
        if !output.status.success() {
            return None;
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let mut words = said.split_whitespace().map(str::parse::<u64>);
        // A program of ours says how long the asking alone took, and its memory.
        let (wall, memory) = match self {
            Self::PoolToJsonl | Self::Pool | Self::Hickory => {
                let us = words.next()?.ok()?;
                (Duration::from_micros(us), words.next()?.ok())
            }
            _ => (wall, None),
        };
        let is_slow = matches!(self, Self::Dig | Self::Adnshost);
        let n_names = if is_slow { N_SERIAL } else { super::world::N_NAMES as usize };
        Some(Ran { n_names, wall, cpu, memory, off: self.check(names, &out) })
    }

    fn command(self, names: &Path, server: SocketAddr, dir: &Path, out: &Path) -> Option<Command> {
        let (ip, port) = (server.ip().to_string(), server.port().to_string());
        let at_a_time = IN_FLIGHT.to_string();
        let here = std::env::current_exe().unwrap();
        let mut command = match self {
            Self::PoolToJsonl | Self::Pool => {
                let mut command = Command::new(here);
                let how = if self == Self::Pool { "pool" } else { "jsonl" };
                command.args(["--ask", how, &server.to_string()]).arg(names).arg(out);
                command
            }
            Self::Hickory => {
                let mut command = beside("ask-with-hickory")?;
                command.arg(server.to_string()).arg(names).arg(out);
                command
            }
            Self::Farolctl => {
                let mut command = beside("farolctl")?;
                let vault = dir.join("vault");
                if !vault.exists() {
                    drop(crate::new_desk_in(vault.clone()));
                    fs::write(dir.join("passphrase"), PASSPHRASE).unwrap();
                }
                command.arg("--data-dir").arg(vault);
                command.arg("--passphrase-file").arg(dir.join("passphrase"));
                command.args(["--json", "lookup", "--types", "A", "--rate", "0", "--resolver"]);
                command.arg(server.to_string()).arg("--file").arg(names);
                command.stdout(File::create(out).unwrap());
                command
            }
            Self::Massdns => {
                let mut command = Command::new("massdns");
                fs::write(dir.join("resolvers"), server.to_string()).unwrap();
                command.arg("-r").arg(dir.join("resolvers")).args(["-t", "A", "-o", "J", "-q"]);
                command.args(["-s", &at_a_time]).arg("-w").arg(out).arg(names);
                command
            }
            Self::Dnsperf => {
                let questions = fs::read_to_string(names).unwrap().replace('\n', " A\n");
                fs::write(dir.join("questions"), questions).unwrap();
                let mut command = Command::new("dnsperf");
                command.args(["-s", &ip, "-p", &port, "-c", "8", "-q", &at_a_time, "-n", "1"]);
                command.arg("-d").arg(dir.join("questions"));
                command
            }
            Self::Adnshost => {
                if server.port() != 53 {
                    return None;
                }
                let mut command = Command::new("adnshost");
                command.args(["--config", &format!("nameserver {ip}"), "-a", "-Cl", "-ta", "-f"]);
                let some = some(names, dir);
                command.stdin(File::open(some).unwrap()).stdout(File::create(out).unwrap());
                command
            }
            Self::Dig => {
                let mut command = Command::new("dig");
                command.args([&format!("@{ip}"), "-p", &port, "+noall", "+answer", "-f"]);
                command.arg(some(names, dir)).stdout(File::create(out).unwrap());
                command
            }
        };
        if self != Self::Adnshost {
            command.stdin(Stdio::null());
        }
        Some(command)
    }

    /// Compares what was written with the truth.
    fn check(self, names: &Path, out: &Path) -> Option<(usize, usize)> {
        let read: ReadLine = match self {
            Self::PoolToJsonl => from_observation,
            Self::Farolctl => from_looked_up,
            Self::Massdns => from_massdns,
            Self::Hickory => from_line,
            _ => return None,
        };
        let text = fs::read_to_string(out).unwrap();
        let mut said: HashMap<String, Option<Truth>> = HashMap::new();
        let mut n_wrong = 0;
        for (name, answer) in text.lines().filter_map(read) {
            // Twice is as wrong as otherwise.
            n_wrong += usize::from(said.insert(name, answer).is_some());
        }
        let mut n_missing = 0;
        for name in fs::read_to_string(names).unwrap().lines() {
            match said.get(name) {
                Some(Some(answer)) => n_wrong += usize::from(*answer != truth(name)),
                Some(None) | None => n_missing += 1,
            }
        }
        Some((n_missing, n_wrong))
    }
}

impl Ran {
    /// The run in the middle; none without runs.
    pub(super) fn median(mut runs: Vec<Self>) -> Option<Self> {
        runs.sort_by_key(|it| it.wall);
        let off = runs.iter().filter_map(|it| it.off).max();
        let middle = runs.len() / 2;
        // The worst result counts, whichever run was the fastest.
        (middle < runs.len()).then(|| Self { off, ..runs.swap_remove(middle) })
    }

    /// Names a second.
    pub(super) fn rate(&self) -> f64 {
        self.n_names as f64 / self.wall.as_secs_f64()
    }

    pub(super) fn print(&self, who: &str, ours: Option<f64>) {
        let cpu = self.cpu.as_secs_f64() * 1e6 / self.n_names as f64;
        let memory = self.memory.map_or("-".to_owned(), |it| format!("{} MB", it / 1024));
        let off = self.off.map_or("-".to_owned(), |(missing, wrong)| format!("{missing}, {wrong}"));
        let beside = ours.map_or(String::new(), |ours| format!("{:.1} ×", ours / self.rate()));
        println!("{who:<44} {:>9.0} {cpu:>9.1} {memory:>8} {off:>14} {beside:>8}", self.rate());
    }
}

/// The first names of a list, in a file of their own.
fn some(names: &Path, dir: &Path) -> PathBuf {
    let text = fs::read_to_string(names).unwrap();
    let some: Vec<_> = text.lines().take(N_SERIAL).collect();
    let path = dir.join("some");
    fs::write(&path, some.join("\n") + "\n").unwrap();
    path
}

/// A program that was built beside the bench.
fn beside(name: &str) -> Option<Command> {
    let path: PathBuf = std::env::current_exe().unwrap().with_file_name(name);
    path.exists().then(|| Command::new(path))
}

/// Processor time of all children that ended.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// In a process of its own: asks with our pool, and says microseconds and memory.
pub(super) fn run(args: &[&str]) {
    let [how, server, names, out] = args else { return };
    let resolver = Resolver {
        deadline: Duration::from_secs(8),
        attempts: 5,
        ..Resolver::parse(server).unwrap()
    };
    let hosts: Vec<String> =
        fs::read_to_string(names).unwrap().lines().map(str::to_owned).collect();
    let (types, asn, stamp) = (Types::parse("A").unwrap(), AsnTable::empty(), stamps());
    let list = ListLookup {
        resolvers: std::slice::from_ref(&resolver),
        types: &types,
        speed: Speed { rate: None, in_flight: IN_FLIGHT },
        asn: &asn,
        seed: [0; 16],
        stamp: &stamp,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let pass = Gate::new(false).pass().unwrap();
    let mut file = BufWriter::with_capacity(1 << 16, File::create(out).unwrap());
    let is_written = *how == "jsonl";
    let mut each = |looked: Looked| {
        for asked in looked.fresh().filter(|_| is_written) {
            serde_json::to_writer(&mut file, &asked.observation).unwrap();
            file.write_all(b"\n").unwrap();
        }
    };
    let started = Instant::now();
    runtime.block_on(pass.look_up_list(&list, hosts, &mut each, &|| false));
    file.flush().unwrap();
    println!("{} {}", started.elapsed().as_micros(), most_memory());
}

/// The most memory that this process had, in KiB.
pub(super) fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

/// `CNAME` and `A` records as the truth has them; the first address counts.
fn from_records<'a>(
    rcode: &str,
    records: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<Truth> {
    let (mut leads, mut address) = (None, None);
    for (kind, data) in records {
        match kind {
            "CNAME" => leads = Some(data.trim_end_matches('.').to_ascii_lowercase()),
            "A" => address = data.parse().ok(),
            _ => {}
        }
    }
    match (rcode, leads, address) {
        ("NOERROR", None, Some(ip)) => Some(Truth::Address(ip)),
        ("NOERROR", Some(name), Some(ip)) => Some(Truth::Leads(name, ip)),
        ("NXDOMAIN", None, None) => Some(Truth::Absent),
        _ => None,
    }
}

fn from_observation(line: &str) -> Option<(String, Option<Truth>)> {
    let seen: Observation = serde_json::from_str(line).ok()?;
    let name = seen.question.about().to_owned();
    let Answer::Dns { rcode, answers, .. } = &seen.answer else { return Some((name, None)) };
    let records = answers.iter().map(|it| (it.record_type.as_str(), it.data.as_str()));
    Some((name, from_records(rcode, records)))
}

fn from_looked_up(line: &str) -> Option<(String, Option<Truth>)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let name = value["name"].as_str()?.to_owned();
    let seen = &value["observations"][0];
    let chain = seen["chain"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let chain = chain.filter(|it| *it != name).map(|it| ("CNAME", it));
    let answers = seen["answers"].as_array().into_iter().flatten();
    let answers =
        answers.filter_map(|it| Some((it["record_type"].as_str()?, it["data"].as_str()?)));
    let records: Vec<_> = chain.chain(answers).collect();
    Some((name, from_records(seen["rcode"].as_str().unwrap_or_default(), records.into_iter())))
}

fn from_massdns(line: &str) -> Option<(String, Option<Truth>)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let name = value["name"].as_str()?.trim_end_matches('.').to_owned();
    let answers = value["data"]["answers"].as_array().into_iter().flatten();
    let records = answers.filter_map(|it| Some((it["type"].as_str()?, it["data"].as_str()?)));
    Some((name, from_records(value["status"].as_str().unwrap_or_default(), records)))
}

/// `name rcode address`: which name it leads to is not told (see lookups by hickory-resolver).
fn from_line(line: &str) -> Option<(String, Option<Truth>)> {
    let mut words = line.split(' ');
    let (name, rcode) = (words.next()?, words.next()?);
    let records: Vec<_> = words.filter_map(|it| it.split_once('=')).collect();
    Some((name.to_owned(), from_records(rcode, records.into_iter())))
}
