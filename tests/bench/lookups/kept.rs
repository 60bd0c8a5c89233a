//! Answers that are kept, and what follows from those that were: into the vault, verdicts, networks.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};

use farol_app::{
    Desk,
    host_lists::ListAsk,
    lookup_lists::ListWatch,
    view::{CaseOpen, ListNames},
};
use farol_lookup::{AsnTable, Networks, verdict};
use farol_model::{
    case::{Category, Severity},
    id::{CaseId, LookupListId, ObservationId},
    lookup::{Answer, Observation, Question, Record},
    lookup_list::{ListChoice, ListedAsk, ListedSort},
    time::Timestamp,
};

use super::{
    Responder, clients,
    world::{List, N_NAMES},
};
use crate::{
    figures::{head, report, say, time},
    walks::beside_somebody,
};

/// A desk in a new vault, with a server that answers at once.
fn asking(
    what: &str,
    ask: impl FnOnce(&Desk, CaseId, &str, Vec<String>),
    afterwards: impl FnOnce(&Desk),
) {
    let server = Responder::start(Duration::ZERO, 0);
    let (dir, desk) = crate::new_desk();
    let (case, other) = (new_case(&desk), new_case(&desk));
    let names: Vec<String> = List::Mixed.names().collect();
    let (took, times) = beside_somebody(&desk, other, || {
        ask(&desk, case, &server.addr.to_string(), names);
    });
    let rate = f64::from(N_NAMES) / took.as_secs_f64();
    say(&format!("{what} (aim ≥ 10 000 a second)"), &format!("{rate:.0} /s"));
    report("  notes that somebody writes meanwhile (aim p95 < 50)", times);
    let megabytes = clients::most_memory() / 1024;
    say("  most memory of the process so far (aim < 150)", &format!("{megabytes} MB"));
    afterwards(&desk);
    drop((desk, dir));
}

/// Both roads into the vault: onto a case, and as a list of the desk's own.
pub(super) fn into_the_vault() {
    head();
    let as_list = |desk: &Desk, _, server: &str, names: Vec<String>| {
        let choice = ListChoice {
            resolvers: vec![server.to_owned()],
            types: Some("A".into()),
            rate: Some(0),
            registries: false,
        };
        let names = ListNames { text: names.join("\n"), cases: Vec::new(), keep_on: None };
        let list = desk.make_lookup_list("bench", &names, &choice).unwrap();
        let done = desk.ask_lookup_list(list.id, false, &ListWatch::NOBODY).unwrap();
        assert_eq!(done.dns.n_done, N_NAMES);
    };
    asking("names asked as a lookup list, lines and answers kept", as_list, |desk| {
        pages(desk, desk.lookup_lists().unwrap()[0].id);
    });
    let on_a_case = |desk: &Desk, case, server: &str, names: Vec<String>| {
        let resolvers = [server.to_owned()];
        let ask =
            ListAsk { case: Some(case), resolvers: &resolvers, types: Some("A"), rate: Some(0) };
        let mut n = 0;
        let mut each = |_| {
            n += 1;
            Ok(())
        };
        desk.look_up_list(names, &ask, &mut each, &|| false).unwrap();
        assert_eq!(n, N_NAMES);
    };
    asking("names asked, every answer kept on a case", on_a_case, |_| ());
}

/// A page of fifty names of a list that was asked, as the table asks for it.
fn pages(desk: &Desk, id: LookupListId) {
    let sorts = [ListedSort::Place, ListedSort::Name, ListedSort::Outcome];
    for filter in ["", "outcome:absent"] {
        for sort in sorts {
            let ask = |offset| ListedAsk {
                filter: filter.parse().unwrap(),
                sort,
                offset,
                limit: 50,
                around: None,
            };
            let once = |n: u32| time(|| drop(desk.listed(id, &ask(n * 500)).unwrap()));
            let shown = if filter.is_empty() { "all" } else { filter };
            report(
                &format!("  a page of it, {shown}, by {}", sort.word()),
                (0..20).map(once).collect(),
            );
        }
    }
}

fn new_case(desk: &Desk) -> CaseId {
    let open = CaseOpen {
        title: "Phishing list".into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report: None,
        targets: vec![],
    };
    desk.open_case(open).unwrap()
}

/// A hundred thousand hosts with the whole set of answers, judged.
pub(super) fn verdicts() {
    const N_SHAPES: usize = 2_000;
    let networks = Networks::shipped();
    let all: Vec<(String, Vec<Observation>)> = (0..N_SHAPES).map(picture).collect();
    let n_answers: usize = all.iter().map(|(_, it)| it.len()).sum();
    head();
    let once = || {
        let mut n_findings = 0;
        for _ in 0..N_NAMES as usize / N_SHAPES {
            for (host, observations) in &all {
                n_findings += verdict(host, observations, &networks).findings.len();
            }
        }
        assert!(n_findings > N_NAMES as usize);
    };
    crate::figures::measure("verdicts for 100 000 hosts (aim < 1 500)", 3, once);
    say("  answers that each rests on", &format!("{:.1}", n_answers as f64 / N_SHAPES as f64));
}

/// What the usual look-up brings of a host, in one of the shapes that providers give.
fn picture(n: usize) -> (String, Vec<Observation>) {
    let (host, domain) = (format!("www.kelp{n}.test"), format!("kelp{n}.test"));
    let mut all = Vec::new();
    let mut see = |question: Question, answer: Answer| {
        all.push(Observation {
            id: ObservationId(uuid::Uuid::from_u128(all.len() as u128 + 1)),
            question,
            server: "192.0.2.53:53".into(),
            transport: "udp".into(),
            asked_at: Timestamp::from_ms(n as i64),
            round_trip_ms: 1,
            answer,
            wire: None,
        });
    };
    let dns = |name: &str, kind: &str, data: &[(&str, String)]| {
        let mut at = name.to_owned();
        let mut answers = Vec::new();
        for (kind, data) in data {
            let record_type = (*kind).to_owned();
            answers.push(Record { name: at.clone(), record_type, ttl_s: 300, data: data.clone() });
            if *kind == "CNAME" {
                at.clone_from(data);
            }
        }
        let question = Question::Dns { name: name.to_owned(), record_type: kind.to_owned() };
        let answer = Answer::Dns {
            rcode: "NOERROR".into(),
            flags: vec!["rd".into(), "ra".into()],
            answers,
            authority: Vec::new(),
            extended_errors: Vec::new(),
        };
        (question, answer)
    };
    let (leads, ip, servers, asn) = match n % 5 {
        0 => (None, "104.16.1.1", ["ada.ns.cloudflare.com", "ben.ns.cloudflare.com"], 13335),
        1 => {
            (Some("kelp.pages.dev"), "172.66.44.1", ["ns1.granite.test", "ns2.granite.test"], 13335)
        }
        2 => (
            Some("d1.cloudfront.net"),
            "198.51.100.9",
            ["ns-1.awsdns-2.com", "ns-3.awsdns-4.org"],
            16509,
        ),
        3 => (
            Some("someone.github.io"),
            "185.199.108.153",
            ["dns1.p01.nsone.net", "dns2.p01.nsone.net"],
            54113,
        ),
        _ => (None, "203.0.113.9", ["ns1.granite.test", "ns2.granite.test"], 64500),
    };
    let chain: Vec<_> = leads.map(|it| ("CNAME", it.to_owned())).into_iter().collect();
    let with = |kind, data: String| chain.iter().cloned().chain([(kind, data)]).collect::<Vec<_>>();
    let mut answers = vec![
        dns(&host, "A", &with("A", ip.to_owned())),
        dns(&host, "AAAA", &chain),
        dns(&host, "CNAME", &chain),
        dns(&host, "HTTPS", &chain),
        dns(&domain, "NS", &servers.map(|it| ("NS", it.to_owned()))),
        dns(&domain, "SOA", &[("SOA", format!("{} root.{domain} 1 2 3 4 5", servers[0]))]),
        dns(&domain, "MX", &[("MX", format!("10 mx.{domain}"))]),
        dns(&domain, "TXT", &[("TXT", "\"v=spf1 include:_spf.granite.test -all\"".into())]),
        dns(&domain, "CAA", &[]),
        dns(&domain, "DS", &[]),
        dns(&format!("_dmarc.{domain}"), "TXT", &[("TXT", "\"v=DMARC1; p=none\"".into())]),
    ];
    answers.push((
        Question::Asn { ip: ip.to_owned() },
        Answer::Asn { asn, holder: "Somebody".into(), range: None },
    ));
    answers.into_iter().for_each(|(question, answer)| see(question, answer));
    (host, all)
}

/// A table of the size that the internet has, asked at random.
pub(super) fn networks_of_addresses() {
    const N_RANGES: u32 = 400_000;
    const N_ASKED: u32 = 2_000_000;
    let mut csv = String::new();
    for n in 0..N_RANGES {
        let first = n * 10_000 + n % 7 * 100;
        let last = first + 8_000;
        csv += &format!(
            "{},{},{},Holder {}\n",
            Ipv4Addr::from(first),
            Ipv4Addr::from(last),
            n % 80_000 + 1,
            n % 80_000
        );
    }
    let mut table = AsnTable::empty();
    let took = time(|| table = AsnTable::parse(csv.as_bytes(), "2026-11-01").unwrap());
    let mut dice = 1_u32;
    let addresses: Vec<IpAddr> = (0..N_ASKED)
        .map(|_| {
            dice ^= dice << 13;
            dice ^= dice >> 17;
            dice ^= dice << 5;
            Ipv4Addr::from(dice).into()
        })
        .collect();
    let started = Instant::now();
    let n_known = addresses.iter().filter(|ip| table.lookup(**ip).is_some()).count();
    let each = started.elapsed().as_nanos() / u128::from(N_ASKED);
    assert!(n_known > 0);
    say(
        &format!(
            "IP→ASN, {} ranges, read in {:.0} ms (aim < 150)",
            table.len(),
            crate::figures::ms(took)
        ),
        &format!("{each} ns"),
    );
}
