//! Pieces of the main job, on desks made here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use farol_app::{Desk, lookups::Watch, vault, view::CaseOpen};
use farol_model::{
    case::{Account, Category, Severity},
    document::Audience,
    export::Format,
    id::{CaseId, DocumentId},
    list::{CaseSort, ListAsk},
};
use farol_render::MACHINES;

use crate::{
    figures::{measure, time},
    fill, new_desk, window,
};

pub(crate) fn full_desk() {
    let (dir, desk) = new_desk();
    fill(&desk);
    let first = ListAsk { limit: 64, ..ListAsk::all(CaseSort::Due) };
    measure("queue of 10 000 open cases, asked anew", 20, || drop(desk.queue(&first).unwrap()));
    let case = desk.cases(&ListAsk { offset: 5000, ..first }).unwrap().rows[0].id;
    measure("one case of 10 000, whole page", 50, || drop(desk.case(case).unwrap()));
    for (what, text) in [
        ("search of 10 000 cases: one value", "login777.kelp777"),
        ("search of 10 000 cases: every case", "phishing"),
    ] {
        measure(what, 20, || drop(desk.search(text).unwrap()));
    }
    drop(desk);
    if let Some(program) = window::built() {
        window::full_desk(&program, &dir.path().join("vault"));
    }
}

pub(crate) fn sample_desk() {
    measure("sample desk laid out (21 cases, 60 look-ups, exports)", 5, || {
        let dir = tempfile::tempdir().unwrap();
        let place = vault::place(dir.path().join("vault"), "the bench");
        farol_sample::create(place, MACHINES).unwrap();
    });
    let dir = tempfile::tempdir().unwrap();
    let place = vault::place(dir.path().join("vault"), "the bench");
    let desk = farol_sample::create(place, MACHINES).unwrap();
    let host = ["www.northwind-shop.example".to_owned()];
    let watch = Watch { progress: &|_, _| {}, cancelled: &|| false };
    measure("look-up of one practice host, whole picture", 30, || {
        drop(desk.look_up(None, &host, None, &watch).unwrap());
    });
}

/// A phishing report with sixty URLs, as a bank sends it.
pub(crate) fn mail(n: usize) -> Vec<u8> {
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

pub(crate) fn open_case(desk: &Desk, mail: &[u8]) -> CaseId {
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
    record_account_of(desk, case, "acme");
}

pub(crate) fn record_account_of(desk: &Desk, case: CaseId, id: &str) {
    let mut facts = desk.case(case).unwrap().case.facts;
    facts.accounts.push(Account::new(id, format!("{id} Lanterns"), "bench", desk.now()));
    desk.change_case(case, facts).unwrap();
}

fn export(desk: &Desk, document: DocumentId, path: &Path) {
    let customer = Audience::Customer("acme".into());
    desk.export_document(document, &customer, Format::Pdf, path).unwrap();
}

pub(crate) fn mail_to_case(desk: &Desk) {
    let mails: Vec<_> = (0..200).map(mail).collect();
    let mut mails = mails.iter();
    measure("mail of 60 URLs → committed case with targets (200 mails)", 200, || {
        open_case(desk, mails.next().unwrap());
    });
}

pub(crate) fn mail_to_pdf(desk: &Desk, dir: &Path) {
    let mut n = 1000;
    measure("mail → case → notice to the customer as checked PDF", 20, || {
        n += 1;
        let case = open_case(desk, &mail(n));
        record_account(desk, case);
        let document = desk.create_document(case, "notify-customer").unwrap();
        export(desk, document, &dir.join("notice.pdf"));
    });
}

pub(crate) fn analysis_to_pdf(desk: &Desk, dir: &Path) {
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

fn chromium() -> Option<PathBuf> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
}

/// How long a piece of work takes, and each of the notes that somebody writes meanwhile, every 20 ms.
pub(crate) fn beside_somebody(
    desk: &Desk,
    case: CaseId,
    work: impl FnOnce(),
) -> (Duration, Vec<Duration>) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let notes = scope.spawn(|| {
            let mut times = Vec::new();
            while !done.load(Ordering::Relaxed) {
                times.push(time(|| {
                    desk.add_note(case, "still here").unwrap();
                }));
                thread::sleep(Duration::from_millis(20));
            }
            times
        });
        // Whatever becomes of the work, that somebody stops.
        let worked = catch_unwind(AssertUnwindSafe(|| time(work)));
        done.store(true, Ordering::Relaxed);
        let times = notes.join().unwrap();
        (worked.unwrap_or_else(|failed| resume_unwind(failed)), times)
    })
}
