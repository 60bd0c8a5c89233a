//! What the house measures of itself: `make bench` prints one table.
//!
//! Figures are medians (p50) and 95th percentiles on fictional data made here; ratios compare
//! within one run. Nothing here passes or fails.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on should say where")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use farol_app::{
    Desk, Machines, vault,
    view::{CaseOpen, VaultCreate},
};
use farol_model::{
    case::{Account, Category, Severity},
    document::Audience,
    export::Format,
    id::{CaseId, DocumentId},
};
use tempfile::TempDir;

const MACHINES: Machines = Machines { render: farol_render::render, pages: farol_render::pages };

fn main() {
    println!("{:<58} {:>10} {:>10}", "what", "p50", "p95");
    let (dir, desk) = new_desk();
    mail_to_case(&desk);
    mail_to_pdf(&desk, dir.path());
    analysis_to_pdf(&desk, dir.path());
    window_to_first_screen();
}

fn new_desk() -> (TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let create = VaultCreate {
        passphrase: "lamp oil and salt water".into(),
        member_name: "Ines Farrow".into(),
        use_keyring: false,
    };
    let place = vault::place(dir.path().join("vault"), "the bench");
    let desk = vault::create(place, &create, MACHINES).unwrap();
    (dir, desk)
}

/// A phishing report with sixty URLs, as a bank sends it.
fn mail(n: usize) -> Vec<u8> {
    let urls: String =
        (0..60).map(|it| format!("hxxps://login{it}[.]kelp{n}[.]test/session/{it}\r\n")).collect();
    format!(
        "From: Fraud desk <fraud@harbour-bank.example>\r\nTo: abuse@harbour-edge.example\r\n\
         Subject: Phishing list {n}\r\nDate: Mon, 23 Nov 2026 08:11:02 +0000\r\n\
         Message-ID: <{n}@harbour-bank.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Please act on these pages:\r\n\r\n{urls}\r\n"
    )
    .into_bytes()
}

fn open_case(desk: &Desk, mail: &[u8]) -> CaseId {
    let report = desk.import_bytes(mail).unwrap().report;
    let targets = desk
        .report(report)
        .unwrap()
        .report
        .parsed
        .observables
        .into_iter()
        .filter(|it| it.suggested_target)
        .map(|it| it.observable)
        .collect();
    desk.open_case(CaseOpen {
        title: "Phishing list".into(),
        category: Category::Phishing,
        severity: Severity::High,
        severity_reason: String::new(),
        report: Some(report),
        targets,
    })
    .unwrap()
}

fn record_account(desk: &Desk, case: CaseId) {
    let mut facts = desk.case(case).unwrap().case.facts;
    facts.accounts.push(Account {
        id: "acme".into(),
        name: "Acme Lanterns".into(),
        internal: false,
        source: "bench".into(),
        as_of: desk.now(),
    });
    desk.change_case(case, facts).unwrap();
}

fn export(desk: &Desk, document: DocumentId, path: &Path) {
    let customer = Audience::Customer("acme".into());
    desk.export_document(document, &customer, Format::Pdf, path).unwrap();
}

fn mail_to_case(desk: &Desk) {
    let mails: Vec<_> = (0..200).map(mail).collect();
    let mut mails = mails.iter();
    measure("mail of 60 URLs → committed case with targets (200 mails)", 200, || {
        open_case(desk, mails.next().unwrap());
    });
}

fn mail_to_pdf(desk: &Desk, dir: &Path) {
    let mut n = 1000;
    measure("mail → case → notice to the customer as checked PDF", 20, || {
        n += 1;
        let case = open_case(desk, &mail(n));
        record_account(desk, case);
        let document = desk.create_document(case, "notify-customer").unwrap();
        export(desk, document, &dir.join("notice.pdf"));
    });
}

fn analysis_to_pdf(desk: &Desk, dir: &Path) {
    let case = open_case(desk, &mail(5000));
    record_account(desk, case);
    let document = desk.create_document(case, "rca").unwrap();
    for n in 0..25 {
        let text =
            format!("Finding {n}: the rule matched more than was reported, and it was lifted.");
        desk.add_paragraph(document, Audience::Customer("acme".into()), &text).unwrap();
        let text = format!("Kept inside {n}: the review of rule seven was skipped that night.");
        desk.add_paragraph(document, Audience::InternalTeam, &text).unwrap();
    }
    let path = dir.join("rca.pdf");
    export(desk, document, &path);
    let ours =
        measure("analysis → PDF with leak check, warm", 30, || export(desk, document, &path));

    let html = dir.join("rca.html");
    let customer = Audience::Customer("acme".into());
    desk.export_document(document, &customer, Format::Html, &html).unwrap();
    let Some(chromium) = chromium() else {
        println!("  (no chromium here to compare with)");
        return;
    };
    let theirs = measure("  the same text as HTML → PDF by chromium", 5, || {
        let status = Command::new(&chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
            ])
            .args(["--no-first-run", "--disable-sync", "--no-pdf-header-footer"])
            .arg(format!("--user-data-dir={}", dir.join("chromium").display()))
            .arg(format!("--print-to-pdf={}", dir.join("theirs.pdf").display()))
            .arg(format!("file://{}", html.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    });
    println!("  ratio: {:.1} times as fast", theirs.as_secs_f64() / ours.as_secs_f64());
}

/// From starting the program to the first answer that its first screen got.
fn window_to_first_screen() {
    let dir = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let program = dir.join("farol");
    if !program.exists() {
        println!("  (no window built beside the bench)");
        return;
    }
    let data = tempfile::tempdir().unwrap();
    measure("window → first usable screen (new process)", 7, || {
        let status = Command::new(&program)
            .arg("--data-dir")
            .arg(data.path())
            .env("FAROL_EXIT_AT_FIRST_SCREEN", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "the window ended with {status}");
    });
}

fn chromium() -> Option<PathBuf> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
}

fn measure(what: &str, n: usize, mut f: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..n)
        .map(|_| {
            let started = Instant::now();
            f();
            started.elapsed()
        })
        .collect();
    times.sort();
    let p50 = times[n / 2];
    let p95 = times[(n * 95 / 100).min(n - 1)];
    println!("{what:<58} {:>7.1} ms {:>7.1} ms", ms(p50), ms(p95));
    p50
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
