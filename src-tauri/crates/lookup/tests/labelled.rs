//! A labelled table: what a verdict must say for answers in the shapes that providers give.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use farol_lookup::{Networks, verdict};
use farol_model::{
    id::ObservationId,
    lookup::{Answer, Confidence, Observation, Question, Record},
    registry::{Registrar, RegistryObject, RegistryRecord},
    time::Timestamp,
};
use uuid::Uuid;

const TABLE: &str = include_str!("labelled.txt");

/// The observations of one line: records of one type are one answer, a CNAME moves the name on.
fn observations(host: &str, answers: &str) -> Vec<Observation> {
    let mut name = host.to_owned();
    let mut chain: Vec<Record> = Vec::new();
    let mut found: Vec<Observation> = Vec::new();
    let mut last_ip = String::new();
    for (n, answer) in answers.split("; ").enumerate() {
        let (kind, data) = answer.trim().split_once(' ').unwrap();
        let record = |name: &str| Record {
            name: name.to_owned(),
            record_type: kind.to_owned(),
            ttl_s: 60,
            data: if kind == "MX" { format!("10 {data}") } else { data.to_owned() },
        };
        let (question, answer) = match kind {
            "ASN" => {
                let answer = Answer::Asn {
                    asn: data.parse().unwrap(),
                    holder: "Somebody".into(),
                    range: None,
                };
                (Question::Asn { ip: last_ip.clone() }, answer)
            }
            "REGISTRAR" => {
                let (id, name) = data.split_once(' ').unwrap();
                let mut record = RegistryRecord::about(RegistryObject::Domain, host);
                record.registrar =
                    Some(Registrar { name: name.to_owned(), iana_id: Some(id.to_owned()) });
                let question =
                    Question::Rdap { object: RegistryObject::Domain, about: host.to_owned() };
                let record = Box::new(record);
                (question, Answer::Registered { status: 200, redirected_by: Vec::new(), record })
            }
            // Where a name server stands: `AT ns1.kelp.test 192.0.2.1`.
            "AT" => {
                let (server, ip) = data.split_once(' ').unwrap();
                let at =
                    Record { data: ip.to_owned(), record_type: "A".to_owned(), ..record(server) };
                let question =
                    Question::Dns { name: server.to_owned(), record_type: "A".to_owned() };
                (question, answered(vec![at]))
            }
            "CNAME" => {
                chain.push(record(&name));
                name = data.to_owned();
                continue;
            }
            _ => {
                let question =
                    Question::Dns { name: host.to_owned(), record_type: kind.to_owned() };
                let known = found.iter_mut().find(|it| it.question == question);
                if let Some(Observation { answer: Answer::Dns { answers, .. }, .. }) = known {
                    answers.push(record(&name));
                    continue;
                }
                if matches!(kind, "A" | "AAAA") {
                    data.clone_into(&mut last_ip);
                }
                (question, answered(chain.iter().cloned().chain([record(&name)]).collect()))
            }
        };
        let is_table = matches!(question, Question::Asn { .. });
        found.push(Observation {
            id: ObservationId(Uuid::from_u128(n as u128 + 1)),
            question,
            server: if is_table { "asn table of 2026-06-17" } else { "192.0.2.53:53" }.into(),
            transport: if is_table { "table" } else { "udp" }.into(),
            asked_at: Timestamp::from_ms(n as i64 + 1),
            round_trip_ms: 1,
            answer,
            wire: None,
        });
    }
    found
}

fn answered(answers: Vec<Record>) -> Answer {
    Answer::Dns {
        rcode: "NOERROR".into(),
        flags: Vec::new(),
        answers,
        authority: Vec::new(),
        extended_errors: Vec::new(),
    }
}

#[test]
fn every_line_of_the_labelled_table_is_judged_as_it_says() {
    let networks = Networks::shipped();
    let word = |it: Confidence| match it {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    let (mut n_right, mut n_undecided, mut wrong) = (0, 0, Vec::new());
    for [host, answers, expected] in lines() {
        let said = verdict(host, &observations(host, answers), &networks);
        let findings: Vec<_> = said
            .findings
            .iter()
            .map(|it| {
                let role = serde_json::to_value(it.role).unwrap();
                format!("{}={} {}", role.as_str().unwrap(), it.provider, word(it.confidence))
            })
            .collect();
        let findings = if findings.is_empty() { "undecided".into() } else { findings.join(", ") };
        if findings != expected.trim() {
            wrong.push(format!("{host} | {answers} | {findings}"));
        } else if findings == "undecided" {
            n_undecided += 1;
        } else {
            n_right += 1;
        }
    }
    let certain = wrong.iter().filter(|it| it.contains(" high")).count();
    println!("{n_right} right, {n_undecided} undecided, {} wrong ({certain} certain)", wrong.len());
    assert!(n_right + n_undecided >= 200, "{n_right} and {n_undecided} lines");
    assert!(wrong.is_empty(), "{} are judged otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

/// Host, answers and what is expected of each line.
fn lines() -> impl Iterator<Item = [&'static str; 3]> {
    TABLE.lines().filter(|it| !it.is_empty() && !it.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split(" | ").collect();
        columns.try_into().unwrap_or_else(|_| panic!("three columns: {line}"))
    })
}

#[test]
fn every_network_of_the_tables_is_somewhere_in_the_labelled_table() {
    let networks = Networks::shipped();
    let is_named =
        |name: &str| lines().any(|[.., expected]| expected.contains(&format!("={name} ")));
    let missing: Vec<_> = networks
        .all()
        .into_iter()
        .filter(|(id, name, _)| *id != "harbour" && !is_named(name))
        .map(|(_, name, _)| name)
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
