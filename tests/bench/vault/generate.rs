//! A vault as a team has it after three years, from a seed: always the same but for keys and ids.
//!
//! Each case is one report of 40 to 160 words that names five values, two of them targets; a clock, one
//! or two notes, three answers of the DNS; and for all but one in nine the status closed and the clock
//! stopped: ten entries. Words and hosts are as common as in life (Zipf: the second half as often as
//! the first). It is written through the store's one way to write, a thousand cases a commit, so chain,
//! signatures, projections and search are what the program makes.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use farol_model::{
    case::{
        Account, Case, CaseFacts, CaseRef, Category, Note, Outcome, Person, PersonRole,
        Sensitivity, Severity, Status, Target,
    },
    clock::{Clock, Stop, default_rules, rules_for},
    id::{CaseId, ClockId, Digest, NoteId, ObservationId, ReportId, Size},
    journal::Action,
    lookup::{Answer, Observation, Question, Record},
    observable::{Found, Observable, ObservableKind},
    report::{Consent, Correspondent, Parsed, Report, ReportChannel},
    time::Timestamp,
};
use farol_store::{NewVault, Place, Store, StoreError, WriteTx, digest, slots::Cost};

use crate::PASSPHRASE;

/// The end of the three years.
const NOW_MS: i64 = 1_795_000_000_000;
const YEARS_MS: i64 = 3 * 365 * 24 * 3600 * 1000;
const CASES_A_COMMIT: usize = 1_000;
const N_WORDS: usize = 30_000;
const N_HOSTS: usize = 60_000;

/// A seeded source of numbers (SplitMix64).
pub(super) struct Seeded(pub(super) u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Small numbers often, large ones seldom, as words of a language are used.
    pub(super) fn zipf(&mut self, n: usize) -> usize {
        let unit = self.next() as f64 / u64::MAX as f64;
        ((n as f64).powf(unit) as usize).min(n) - 1
    }
}

/// The word of a rank; the first few are those of the trade.
pub(super) fn word(rank: usize) -> String {
    const TRADE: [&str; 12] = [
        "phishing", "account", "page", "customer", "please", "login", "report", "password",
        "domain", "server", "mail", "bank",
    ];
    const SYLLABLES: [&str; 24] = [
        "ka", "lo", "mir", "ten", "sa", "vor", "pel", "ni", "dra", "qui", "bos", "fen", "gar",
        "hul", "jat", "wex", "yor", "zim", "cro", "ulm", "est", "ond", "ish", "arp",
    ];
    if let Some(word) = TRADE.get(rank) {
        return (*word).to_owned();
    }
    let mut left = rank;
    let mut word = String::new();
    while left > 0 || word.len() < 4 {
        word.push_str(SYLLABLES[left % SYLLABLES.len()]);
        left /= SYLLABLES.len();
    }
    word
}

pub(super) fn host(rank: usize) -> String {
    format!("{}.{}{rank}.example", word(rank % 7), word(rank % 997))
}

fn text(seeded: &mut Seeded, n_words: usize) -> String {
    (0..n_words).map(|_| word(seeded.zipf(N_WORDS))).collect::<Vec<_>>().join(" ")
}

/// Lays a vault of so many cases out in an empty folder.
pub(super) fn lay_out(dir: &Path, n_cases: usize) {
    let clock = Arc::new(AtomicI64::new(NOW_MS - YEARS_MS));
    let now = Arc::clone(&clock);
    let place = Place {
        dir: dir.to_owned(),
        who: "the bench".into(),
        tell: None,
        now: Arc::new(move || Timestamp::from_ms(now.load(Ordering::Relaxed))),
    };
    let store = Store::create(
        place,
        NewVault {
            passphrase: PASSPHRASE,
            // Opening is measured without what a guess costs.
            cost: Cost { memory_kib: 64, passes: 1, lanes: 1 },
            use_keyring: false,
            member_name: "Ines Farrow",
            practice: false,
        },
    )
    .unwrap();
    store.make_recovery_key().unwrap();
    let mut seeded = Seeded(7);
    let mut n = 0;
    while n < n_cases {
        let end = (n + CASES_A_COMMIT).min(n_cases);
        let at = NOW_MS - YEARS_MS + (YEARS_MS as i128 * end as i128 / n_cases as i128) as i64;
        clock.store(at, Ordering::Relaxed);
        store
            .write(|tx| {
                for n in n..end {
                    case(tx, &mut seeded, n, n_cases)?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
        n = end;
        eprint!("\r{n} of {n_cases} cases");
    }
    eprintln!();
    // From here on the second copy is as short as on a desk that makes its daily backup.
    store.back_up().unwrap();
}

fn case(
    tx: &mut WriteTx<'_>,
    seeded: &mut Seeded,
    n: usize,
    n_cases: usize,
) -> Result<(), StoreError> {
    let at = NOW_MS - YEARS_MS + (YEARS_MS as i128 * n as i128 / n_cases as i128) as i64;
    let at = Timestamp::from_ms(at);
    let values: Vec<_> = (0..5).map(|it| value(seeded, n, it)).collect();
    let n_words = 40 + seeded.below(120);
    let title = text(seeded, 6);
    let report = report(tx, seeded, at, &title, n_words, &values)?;
    let category = Category::ALL[seeded.zipf(Category::ALL.len())];
    let severity = Severity::ALL[3 - seeded.zipf(4)];
    let id = CaseId(tx.new_id());
    let reference = CaseRef { year: at.year(), number: u32::try_from(n).unwrap_or(u32::MAX) + 1 };
    let facts = facts(seeded, at, title, category, severity);
    let opened = Case {
        id,
        reference,
        opened_at: at,
        opened_by: tx.actor(),
        theirs: None,
        facts: facts.clone(),
    };
    tx.record(&Action::CaseOpened { case: Box::new(opened) })?;
    tx.record(&Action::ReportAttached { case: id, report })?;
    let is_closed = seeded.below(9) > 0;
    for observable in values.iter().take(2).cloned() {
        let outcome = if is_closed { Outcome::Mitigated } else { Outcome::Pending };
        let after = Some(Target { observable, outcome });
        tx.record(&Action::TargetSet { case: id, before: None, after })?;
    }
    let rules = default_rules();
    let rule = rules_for(&rules, category, severity)[0].clone();
    let clock = Clock {
        id: ClockId(tx.new_id()),
        rule,
        started_at: at,
        pauses: Vec::new(),
        stopped: is_closed.then(|| Stop { at: at.plus_s(3000), reason: "answered".into() }),
    };
    tx.record(&Action::ClockSet { case: id, before: None, after: Box::new(clock) })?;
    for _ in 0..1 + seeded.below(2) {
        let note = Note {
            id: NoteId(tx.new_id()),
            written_at: at.plus_s(600),
            written_by: tx.actor(),
            text: text(seeded, 20),
        };
        tx.record(&Action::NoteAdded { case: id, note })?;
    }
    let host = host(seeded.zipf(N_HOSTS));
    let (observations, messages) = answers(tx, seeded, &host, at)?;
    let batch = digest(host.as_bytes());
    tx.record(&Action::Observed { case: id, batch, observations, messages })?;
    if is_closed {
        let after = Box::new(CaseFacts { status: Status::Closed, ..facts.clone() });
        tx.record(&Action::CaseChanged { case: id, before: Box::new(facts), after })?;
    }
    Ok(())
}

fn facts(
    seeded: &mut Seeded,
    at: Timestamp,
    title: String,
    category: Category,
    severity: Severity,
) -> CaseFacts {
    let person = Person { role: PersonRole::Reporter, name: text(seeded, 2), address: None };
    let id = format!("acc-{}", seeded.below(5_000));
    let account = Account::new(id, text(seeded, 2), "typed", at);
    CaseFacts {
        title,
        category,
        severity,
        severity_reason: text(seeded, 5),
        status: [Status::Triaged, Status::Investigating, Status::Waiting][seeded.below(3)],
        waiting_on: None,
        legal_bases: Vec::new(),
        assignee: None,
        asked_by: None,
        jurisdiction: None,
        sensitivity: Sensitivity::Normal,
        tickets: Vec::new(),
        tags: Vec::new(),
        people: vec![person],
        accounts: if seeded.below(4) == 0 { vec![account] } else { Vec::new() },
    }
}

fn value(seeded: &mut Seeded, n: usize, it: usize) -> Observable {
    let host = host(seeded.zipf(N_HOSTS));
    match it {
        0 | 1 => Observable {
            kind: ObservableKind::Url,
            value: format!("https://{host}/{}/{n}", word(seeded.zipf(N_WORDS))),
        },
        4 => Observable {
            kind: ObservableKind::Ip,
            value: format!("203.0.113.{}", seeded.below(256)),
        },
        _ => Observable { kind: ObservableKind::Host, value: host },
    }
}

fn report(
    tx: &mut WriteTx<'_>,
    seeded: &mut Seeded,
    at: Timestamp,
    subject: &str,
    n_words: usize,
    values: &[Observable],
) -> Result<ReportId, StoreError> {
    let shown: Vec<_> = values.iter().map(Observable::defanged).collect();
    let text = format!("{}\n{}", text(seeded, n_words), shown.join("\n"));
    let bytes = format!("Subject: {subject}\r\n\r\n{text}").into_bytes();
    let id = ReportId(tx.new_id());
    let sender = Correspondent {
        name: Some(word(seeded.zipf(N_WORDS))),
        address: Some(format!("{}@harbour-bank.example", word(seeded.zipf(N_WORDS)))),
    };
    let found = |(observable, written_as): (&Observable, &String)| Found {
        observable: observable.clone(),
        written_as: written_as.clone(),
        found_in: "body".into(),
        n_times: 1,
        suggested_target: false,
    };
    let report = Report {
        id,
        received_at: at,
        channel: ReportChannel::Mail,
        original: tx.keep_original(&bytes)?,
        size: Size(bytes.len() as u64),
        parsed: Parsed {
            reporter: sender.clone(),
            sender,
            subject: subject.to_owned(),
            message_id: Some(format!("{id}@harbour-bank.example")),
            observables: values.iter().zip(&shown).map(found).collect(),
            text,
            ..Parsed::default()
        },
        consent: Consent::Anonymous,
    };
    tx.record(&Action::ReportReceived { report: Box::new(report) })?;
    Ok(id)
}

fn answers(
    tx: &mut WriteTx<'_>,
    seeded: &mut Seeded,
    host: &str,
    at: Timestamp,
) -> Result<(Vec<Observation>, Option<Digest>), StoreError> {
    let (observations, wires): (Vec<_>, Vec<_>) = ["A", "NS", "TXT"]
        .into_iter()
        .map(|record_type| {
            let id = ObservationId(tx.new_id());
            let data = match record_type {
                "A" => format!("198.51.100.{}", seeded.below(256)),
                "NS" => format!("ns{}.harbour-dns.example", seeded.below(40)),
                _ => format!("\"v=spf1 include:{} -all\"", word(seeded.zipf(N_WORDS))),
            };
            answer(id, host, record_type, data, at)
        })
        .unzip();
    let messages = tx.keep_messages(wires.iter().map(Vec::as_slice))?;
    Ok((observations, messages))
}

/// An answer of the DNS, and bytes of the length that such a message has.
pub(super) fn answer(
    id: ObservationId,
    host: &str,
    record_type: &str,
    data: String,
    at: Timestamp,
) -> (Observation, Vec<u8>) {
    let mut wire = format!("{id} {host} {record_type} {data} ").into_bytes();
    wire.resize(140, 7);
    let record =
        Record { name: host.to_owned(), record_type: record_type.into(), ttl_s: 300, data };
    let observation = Observation {
        id,
        question: Question::Dns { name: host.to_owned(), record_type: record_type.into() },
        server: "192.0.2.53:53".into(),
        transport: "udp".into(),
        asked_at: at,
        round_trip_ms: 12,
        answer: Answer::Dns {
            rcode: "NOERROR".into(),
            flags: vec!["rd".into(), "ra".into()],
            answers: vec![record],
            authority: Vec::new(),
            extended_errors: Vec::new(),
        },
        wire: Some(digest(&wire)),
    };
    (observation, wire)
}
