//! A vault of 100 000 cases: opening it, its lists, its cases, its search, its record; and commits beside
//! plain SQLite and bare SQLCipher.

/// The same rows without a vault around them.
mod beside;
/// The vault, from a seed.
mod generate;

use std::{fs, path::Path, process::Command, thread, time::Duration};

use farol_app::{
    Desk,
    vault::{open, place},
    view::CaseOpen,
};
use farol_lookup::Asked;
use farol_model::{
    case::{Category, Severity},
    id::{CaseId, ObservationId},
    list::{CaseSort, ListAsk},
};
use farol_render::MACHINES;

use self::generate::{Seeded, answer, host, lay_out, word};
use crate::{
    PASSPHRASE,
    figures::{head, measure, ms, report, say, time},
    walks::beside_somebody,
};

/// Cases of the vault that is measured.
pub(crate) const CASES: usize = 100_000;

/// Rows that the window asks for at once.
const PART: u32 = 64;

/// Answers of the bulk look-up that is imitated.
const N_ANSWERS: usize = 40_000;

/// The word that asks for a measurement, and the measurement.
type Step = (&'static str, fn(&Desk));

/// What is measured of an open desk, in this order, by the word that asks for it alone.
const STEPS: [Step; 6] = [
    ("lists", lists),
    ("cases", cases),
    ("searches", searches),
    ("commits", commits_here),
    ("answers", answers_beside_people),
    ("record", record),
];

/// The steps there are, as words.
pub(crate) fn steps() -> String {
    let words = STEPS.map(|it| it.0).join(", ");
    format!("opening, locking, {words}, beside")
}

/// Everything about a vault in a folder, or only the steps that are named; it is laid out there first
/// when there is none.
pub(crate) fn all(dir: &Path, n_cases: usize, only: &[&str]) {
    if !dir.join("vault.json").exists() {
        let took = time(|| lay_out(dir, n_cases));
        println!("{n_cases} cases laid out in {:.0} s", took.as_secs_f64());
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load: {}", load.trim());
    head();
    let is_asked = |step: &str| only.is_empty() || only.contains(&step);
    if is_asked("opening") {
        opening(dir);
    }
    if is_asked("locking") {
        locking(dir);
    }
    let desk = desk(dir);
    for (_, measure) in STEPS.iter().filter(|(step, _)| is_asked(step)) {
        measure(&desk);
        say("  memory of the process then", &memory());
    }
    let locked = time(|| drop(desk));
    say("lock: key dropped, file closed", &format!("{:.0} ms", ms(locked)));
    if is_asked("beside") {
        beside::commits();
    }
}

fn desk(dir: &Path) -> Desk {
    open(place(dir.to_owned(), "the bench"), Some(PASSPHRASE), MACHINES).unwrap()
}

fn first() -> ListAsk {
    ListAsk { limit: PART, ..ListAsk::all(CaseSort::Due) }
}

/// In a process of its own: opens a vault, begins the full checks, and shows the first of the queue.
pub(crate) fn first_page(dir: &Path) {
    let desk = desk(dir);
    thread::scope(|scope| {
        scope.spawn(|| desk.check_behind());
        let n_rows = desk.queue(&first()).unwrap().rows.len();
        println!("{n_rows} {}", memory());
        desk.begin_closing();
    });
    // The rest of closing is no part of opening.
    std::process::exit(0);
}

fn opening(dir: &Path) {
    let program = std::env::current_exe().unwrap();
    let mut said = String::new();
    measure("open, until the first of the queue is there (new process; aim < 400)", 11, || {
        let output = Command::new(&program).arg("--first-page").arg(dir).output().unwrap();
        said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    });
    say("  its rows, and memory then", &said);
}

/// Somebody locks the desk while the checks behind it are anywhere in their minute.
fn locking(dir: &Path) {
    let mut seeded = Seeded(5);
    let mut lock = || {
        let desk = desk(dir);
        thread::scope(|scope| {
            let checks = scope.spawn(|| desk.check_behind());
            thread::sleep(Duration::from_micros(seeded.below(4_000_000) as u64));
            time(|| {
                desk.begin_closing();
                checks.join().unwrap();
            })
        })
    };
    let times = (0..20).map(|_| lock()).collect();
    report("lock while everything is checked, until nobody reads (aim < 300)", times);
}

fn lists(desk: &Desk) {
    let n_open = desk.queue(&first()).unwrap().n_rows;
    let n_all = desk.cases(&first()).unwrap().n_rows;
    say("cases, and rows of the queue", &format!("{n_all}, {n_open}"));
    let queue = |what: &str, ask: &ListAsk| {
        measure(&format!("queue: {what} (aim p95 < 16)"), 60, || drop(desk.queue(ask).unwrap()));
    };
    let cases = |what: &str, ask: &ListAsk| {
        measure(&format!("cases: {what}"), 60, || drop(desk.cases(ask).unwrap()));
    };
    let filtered = |line: &str| ListAsk { filter: line.parse().unwrap(), ..first() };
    queue("first part", &first());
    queue("a part from the middle", &ListAsk { offset: n_open / 2, ..first() });
    queue("last part", &ListAsk { offset: n_open - PART, ..first() });
    queue("by severity", &ListAsk { sort: CaseSort::Severity, ..first() });
    queue("severity and status", &filtered("severity:high status:waiting"));
    queue("category", &filtered("category:trademark"));
    queue("words, a common one", &filtered("phishing"));
    queue("words, a rare one", &filtered(&word(20_000)));
    cases("first part", &ListAsk { sort: CaseSort::Opened, ..first() });
    cases("a part from the middle", &ListAsk { offset: n_all / 2, ..first() });
    cases(
        "by severity, from the middle",
        &ListAsk { sort: CaseSort::Severity, offset: n_all / 2, ..first() },
    );
    cases("severity and category", &filtered("severity:high category:trademark"));
    let row = desk.cases(&ListAsk { offset: n_all / 3, ..first() }).unwrap().rows.remove(0);
    cases("around a row", &ListAsk { around: Some(row.id.to_string()), ..first() });
}

fn cases(desk: &Desk) {
    let n = desk.cases(&first()).unwrap().n_rows;
    let mut seeded = Seeded(3);
    let ids: Vec<CaseId> = (0..200)
        .map(|_| {
            let offset = u32::try_from(seeded.below(n as usize)).unwrap();
            desk.cases(&ListAsk { offset, limit: 1, ..first() }).unwrap().rows[0].id
        })
        .collect();
    let mut ids = ids.iter();
    measure("open a case, another each time (aim p95 < 30)", 200, || {
        drop(desk.case(*ids.next().unwrap()).unwrap());
    });
}

/// The published mix, each kind with words from all over the language.
fn searches(desk: &Desk) {
    let mut all = Vec::new();
    let mut kind = |what: &str, text: &dyn Fn(usize) -> String| {
        let times: Vec<_> =
            (0..20).map(|n| time(|| drop(desk.search(&text(n)).unwrap()))).collect();
        all.extend(times.clone());
        report(&format!("search: {what}"), times);
    };
    kind("a common word", &|n| word(n % 6));
    kind("a rare word", &|n| word(9_000 + n * 700));
    kind("a phrase", &|n| format!("\"{} {}\"", word(n), word(n + 1)));
    kind("a beginning", &|n| word(30 + n)[..2].to_owned());
    kind("a host", &|n| host(n * n * 100));
    kind("a defanged URL", &|n| format!("hxxps://{}/", host(n * n * 90).replace('.', "[.]")));
    kind("three letters from inside a word", &|n| word(40 + n * 3)[1..4].to_owned());
    report("search: all of these (aim p95 < 60)", all);
}

fn new_case(desk: &Desk) -> CaseId {
    desk.open_case(CaseOpen {
        title: "Phishing list".into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report: None,
        targets: vec![],
    })
    .unwrap()
}

fn commits_here(desk: &Desk) {
    let case = new_case(desk);
    measure("commit of a note in this vault, with the second copy", 200, || {
        desk.add_note(case, "The reporter called once more").unwrap();
    });
    let mut mails: Vec<_> = (0..60).map(|n| crate::walks::mail(70_000 + n)).collect();
    measure("mail of 60 URLs → case with 60 targets, in this vault", 60, || {
        crate::walks::open_case(desk, &mails.pop().unwrap());
    });
}

/// Answers kept as fast as they come, while somebody writes a note every 20 ms.
fn answers_beside_people(desk: &Desk) {
    let (case, other) = (new_case(desk), new_case(desk));
    let at = desk.now();
    let asked: Vec<Asked> = (0..N_ANSWERS)
        .map(|n| {
            // Others each time: the same vault is measured again.
            let id = ObservationId(uuid::Uuid::from_u128(((at.ms() as u128) << 80) + n as u128));
            let kind = ["A", "AAAA", "NS", "MX", "TXT", "CAA", "SOA", "HTTPS"][n % 8];
            let name = format!("bulk{}.kelp.example", n / 8);
            let data = format!("198.51.100.{}", n % 256);
            let (observation, wire) = answer(id, &name, kind, data, at);
            Asked { observation, wire: Some(wire) }
        })
        .collect();
    let (took, times) = beside_somebody(desk, other, || {
        for asked in asked.chunks(2_000) {
            desk.keep_observations(case, asked).unwrap();
        }
    });
    let rate = N_ANSWERS as f64 / took.as_secs_f64();
    say("answers kept, while somebody writes (aim ≥ 10 000 a second)", &format!("{rate:.0} /s"));
    report("  the notes of that somebody (aim p95 < 50)", times);
}

fn record(desk: &Desk) {
    let took = time(|| assert_eq!(desk.verify_chain(None).unwrap().problem, None));
    let what = "verify every entry along the newest signature (aim < 6 s)";
    say(what, &format!("{:.1} s", took.as_secs_f64()));
    let mut n_entries = 0;
    let took = time(|| {
        let check = desk.verify_journal(None).unwrap();
        assert_eq!(check.problem, None);
        n_entries = check.n_entries;
    });
    let what = format!("verify {n_entries} entries, every signature and original (aim < 60 s)");
    say(&what, &format!("{:.1} s", took.as_secs_f64()));
    let took = time(|| desk.rebuild_check().unwrap());
    say("tables made again and compared", &format!("{:.1} s", took.as_secs_f64()));
}

fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0);
    format!("{} MB", kib / 1024)
}
