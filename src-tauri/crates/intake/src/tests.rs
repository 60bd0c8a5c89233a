//! Whole reports: what a mail or a note becomes.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use farol_model::report::ReportChannel;

use super::*;

const PHISHING: &[u8] = include_bytes!("testdata/phishing.eml");
const CHILD_SAFETY: &[u8] = include_bytes!("testdata/child_safety.eml");

fn shown(taken: &Taken) -> String {
    let parsed = &taken.parsed;
    let mut out = String::new();
    let mut line = |name: &str, value: &str| writeln!(out, "{name}: {value}").unwrap();
    line("from", &parsed.sender.display());
    line("reporter", &parsed.reporter.display());
    line("subject", &parsed.subject);
    line("reference", parsed.reporter_reference.as_deref().unwrap_or("-"));
    line("dated", &parsed.dated.map_or("-".into(), |it| it.to_string()));
    line("id", parsed.message_id.as_deref().unwrap_or("-"));
    line("refers to", &parsed.refers_to.join(", "));
    for it in &parsed.attachments {
        let hash = if it.sha256.is_some() { "hashed" } else { "not hashed" };
        line("file", &format!("{}, {}, {}, {hash}", it.name, it.media_type, it.size));
    }
    for it in &parsed.observables {
        let mark = if it.suggested_target { "target" } else { "other" };
        let value = it.observable.defanged();
        line(mark, &format!("{value} {}x in {}", it.n_times, it.found_in));
    }
    for it in &taken.refused {
        line("refused", it);
    }
    for it in &parsed.warnings {
        line("warning", it);
    }
    out
}

fn check(bytes: &[u8], expected: Expect) -> Taken {
    let taken = read(bytes).unwrap();
    expected.assert_eq(&shown(&taken));
    taken
}

#[test]
fn a_phishing_report_names_its_targets_once_each_however_they_are_written() {
    let taken = check(
        PHISHING,
        expect![[r#"
        from: Harbour Bank Fraud Desk <fraud@harbour-bank.example>
        reporter: Harbour Bank Fraud Desk <fraud@harbour-bank.example>
        subject: [HB-2026-0117] Phishing against Harbour Bank – 6 URLs
        reference: HB-2026-0117
        dated: 2026-11-23T09:12:00Z
        id: hb-0117@harbour-bank.example
        refers to: older@harbour-bank.example, first@harbour-bank.example
        file: list.csv, text/csv, 83 B, hashed
        target: hxxps://login-harbour[.]test/session?id=1 2x in body
        target: hxxps://login-harbour[.]test/session?id=2 1x in body
        target: hxxp://secure[.]harbour-bank[.]invalid 2x in body
        target: hxxps://pages[.]cdn[.]example/harbour_(bank)/index.html 1x in body
        target: hxxp://198[.]51[.]100[.]7:8080/kit/ 1x in body
        target: 203[.]0[.]113[.]9 1x in body
        target: collector[.]drop-zone[.]test 1x in body
        other: alerts[@]login-harbour[.]test 1x in body
        other: hxxps://www[.]harbour-bank[.]example 1x in body
        other: hxxps://social[.]example/harbour 1x in body
        target: hxxps://mirror[.]login-harbour[.]test/x 1x in attachment list.csv
        other: soc[@]harbour-bank[.]example 1x in header Reply-To
    "#]],
    );
    assert_eq!(taken.channel, ReportChannel::Mail);
    assert_eq!(taken.keep, PHISHING);
    assert!(taken.parsed.text.starts_with("Hello,\n\nplease take down"));
    let first = &taken.parsed.observables[0];
    assert_eq!(first.written_as, "hxxps://login-harbour[.]test/session?id=1");
}

#[test]
fn a_feedback_report_gives_its_fields_and_its_sender_stays_the_reporter() {
    check(
        include_bytes!("testdata/arf.eml"),
        expect![[r#"
        from: feedback@mailbox.example
        reporter: feedback@mailbox.example
        subject: FW: You won a prize
        reference: -
        dated: 2026-11-23T08:00:00Z
        id: arf-1@mailbox.example
        refers to: 
        target: 192[.]0[.]2[.]55 2x in feedback report
        other: prize-wheel[.]test 1x in feedback report
        target: hxxp://spin[.]prize-wheel[.]test/claim?u=1 2x in feedback report
        other: win[@]prize-wheel[.]test 1x in attached message
    "#]],
    );
}

#[test]
fn the_reporter_of_a_forwarded_complaint_is_the_first_complainant() {
    check(
        include_bytes!("testdata/forwarded.eml"),
        expect![[r#"
        from: Partner NOC <noc@partner-hosting.example>
        reporter: Ines Sample <ines@cert.example>
        subject: Fwd: Malware on your customer's site
        reference: CERT-88421
        dated: 2026-11-23T11:00:00Z
        id: fwd-1@partner-hosting.example
        refers to: 
        other: ines[@]cert[.]example 1x in body
        other: abuse[@]partner-hosting[.]example 1x in body
        target: hxxp://updates[.]freeware[.]test/setup.exe 1x in body
        warning: the reporter was taken from the forwarded message; please check
    "#]],
    );
}

#[test]
fn links_in_html_are_found_also_where_they_show_something_else() {
    let taken = check(
        include_bytes!("testdata/html_only.eml"),
        expect![[r#"
        from: reporter@shop.example
        reporter: reporter@shop.example
        subject: fake shop
        reference: -
        dated: 2026-11-23T12:00:00Z
        id: html-1@shop.example
        refers to: 
        other: hxxps://www[.]shop[.]example 1x in body
        target: hxxp://fake-shop[.]test/pay?a=1&b=2 1x in html link
        target: hxxps://mirror[.]fake-shop[.]test 1x in html link
        warning: 1 link(s) in the HTML show one address and lead to another
    "#]],
    );
    assert_eq!(taken.parsed.text, "They link to https://www.shop.example\nand to the mirror.");
}

#[test]
fn a_truncated_mail_is_read_as_far_as_it_goes() {
    let bytes = include_bytes!("testdata/truncated.eml");
    assert_eq!(
        check(
            bytes,
            expect![[r#"
                from: Harbour Bank Fraud Desk <fraud@harbour-bank.example>
                reporter: Harbour Bank Fraud Desk <fraud@harbour-bank.example>
                subject: [HB-2026-0117] Phishing against Harbour Bank – 6 URLs
                reference: HB-2026-0117
                dated: 2026-11-23T09:12:00Z
                id: hb-0117@harbour-bank.example
                refers to: older@harbour-bank.example, first@harbour-bank.example
                file: list.csv, text/csv, 22 B, hashed
                target: hxxps://login-harbour[.]test/session?id=1 1x in body
                target: hxxps://login-harbour[.]test/session?id=2 1x in body
                target: hxxp://secure[.]harbour-bank[.]invalid 2x in body
                target: hxxps://pages[.]cdn[.]example/harbour_(bank)/index.html 1x in body
                target: hxxp://198[.]51[.]100[.]7:8080/kit/ 1x in body
                target: 203[.]0[.]113[.]9 1x in body
                target: collector[.]drop-zone[.]test 1x in body
                other: alerts[@]login-harbour[.]test 1x in body
                other: hxxps://www[.]harbour-bank[.]example 1x in body
                other: hxxps://social[.]example/harbour 1x in body
                other: soc[@]harbour-bank[.]example 1x in header Reply-To
                warning: the mail seems truncated: a MIME boundary is never closed
            "#]]
        )
        .keep,
        bytes
    );
}

#[test]
fn a_mail_without_headers_is_still_text() {
    let taken = check(
        include_bytes!("testdata/no_headers.eml"),
        expect![[r#"
        from: unknown
        reporter: unknown
        subject: Please look at hxxp://kit[.]no-headers[.]test/a
        reference: -
        dated: -
        id: -
        refers to: 
        target: hxxp://kit[.]no-headers[.]test/a 1x in body
        warning: there are no mail headers; the file was read as plain text
    "#]],
    );
    assert_eq!(taken.channel, ReportChannel::Other);
}

#[test]
fn latin_1_is_decoded_and_unicode_hosts_become_ascii() {
    let taken = check(
        include_bytes!("testdata/latin1.eml"),
        expect![[r#"
        from: Jörg Müller <joerg@kaufhaus.example>
        reporter: Jörg Müller <joerg@kaufhaus.example>
        subject: Gefälschter Laden
        reference: -
        dated: 2026-11-23T12:00:00Z
        id: latin-1@kaufhaus.example
        refers to: 
        target: hxxp://xn--mller-kaufhaus-gsb[.]test 1x in body
    "#]],
    );
    assert!(taken.parsed.text.contains("gefälscht"));
}

#[test]
fn child_safety_media_is_neither_kept_nor_hashed() {
    let taken = check(
        CHILD_SAFETY,
        expect![[r#"
            from: Hotline Analyst <analyst@hotline.example>
            reporter: Hotline Analyst <analyst@hotline.example>
            subject: CSAM report 2026-5511
            reference: -
            dated: 2026-11-23T14:00:00Z
            id: cs-1@hotline.example
            refers to: 
            file: refused part, image/jpeg, 410 B, not hashed
            file: refused part, application/octet-stream, 204 B, not hashed
            file: urls.csv, text/csv, 29 B, hashed
            file: refused part, text/plain, 410 B, not hashed
            target: hxxps://files[.]bad-host[.]test/a 1x in body
            target: hxxps://files[.]bad-host[.]test/b 1x in attachment urls.csv
            other: someone[@]mailbox[.]example 1x in attached message
            refused: a part of type image/jpeg was refused: 410 B
            refused: a part of type application/octet-stream was refused: 204 B
            refused: a part of type text/plain was refused: 410 B
            warning: the text points to child sexual abuse material: 3 part(s) were refused; they were neither kept nor hashed
        "#]],
    );
    let keep = String::from_utf8(taken.keep).unwrap();
    let original = String::from_utf8(CHILD_SAFETY.to_vec()).unwrap();
    let media: Vec<_> = original.lines().filter(|it| it.len() == 76).collect();
    assert!(media.len() > 10);
    assert!(media.iter().all(|line| !keep.contains(*line)), "no base64 line is kept");
    assert!(!keep.contains("/9j/"), "not even the first bytes of the picture");
    assert_eq!(keep.matches(child_safety::REFUSED_LINE).count(), 3);
    assert!(keep.contains("name=\"one.jpg\""), "headers of a refused part stay");
    assert!(keep.contains("https://files.bad-host.test/b"), "lists of addresses stay");
    assert!(keep.ends_with("--outer--\r\n"), "the structure stays");
}

#[test]
fn truncations_never_panic_and_never_keep_child_safety_media() {
    for sample in [PHISHING, CHILD_SAFETY, include_bytes!("testdata/arf.eml")] {
        for end in (1..sample.len()).step_by(97) {
            if let Ok(taken) = read(&sample[..end]) {
                let is_about_a_child = child_safety::concerns_a_child(&taken.parsed.subject);
                assert!(is_about_a_child || taken.keep == sample[..end]);
                let keep = String::from_utf8_lossy(&taken.keep).into_owned();
                assert!(!keep.contains("/9j/4AAQ"), "truncated at {end}");
                assert!(!taken.parsed.text.contains("/9j/4AAQ"), "truncated at {end}");
            }
        }
    }
}

#[test]
fn a_damaged_child_safety_mail_is_cut_to_its_end() {
    let mail = String::from_utf8(CHILD_SAFETY.to_vec()).unwrap();
    for damaged in [
        mail.replace("boundary=\"outer\"", "boundary=\"other\""),
        mail.replace("boundary=\"inner\"", "boundary=\"other\""),
        mail.replace("; boundary=\"outer\"", ""),
        mail.replace("--inner\r\n", "--inner x\r\n"),
        mail.replace("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 7bit"),
        mail.replace("Content-Type: image/jpeg; name=\"one.jpg\"", "Content-Type: text/plain"),
    ] {
        let taken = read(damaged.as_bytes()).unwrap();
        let keep = String::from_utf8(taken.keep).unwrap();
        assert!(!keep.contains("/9j/4AAQ") && !keep.contains("UEsDB"), "{keep}");
        assert!(!taken.parsed.text.contains("/9j/4AAQ"));
        assert!(!taken.refused.is_empty());
    }
}

#[test]
fn a_picture_folded_into_a_header_is_cut_out() {
    let picture = "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAIBAQIBAQICAgICAgICAwUDAwMDAwYEBAMF";
    let folded = format!(" {picture}\r\n").repeat(20);
    let mail = format!("From: a@x.example\r\nSubject: CSAM\r\nX-Face:\r\n{folded}\r\nhello");
    let taken = read(mail.as_bytes()).unwrap();
    assert!(!String::from_utf8(taken.keep).unwrap().contains("/9j/"));
    assert_eq!(taken.refused.len(), 1);
}

#[test]
fn a_mail_inside_an_encoded_mail_is_read_and_refused_with_it() {
    let inner = "RnJvbTogYUB4LmV4YW1wbGUNClN1YmplY3Q6IENTQU0NCg0KaHh4cDovL2JhZFsuXXRlc3QvYQ==";
    let body = format!(
        "--b\r\n\r\nsee attached\r\n--b\r\nContent-Type: message/rfc822\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{inner}\r\n--b--\r\n"
    );
    let taken = read(&mail_with("multipart/mixed; boundary=b", &body)).unwrap();
    assert!(!String::from_utf8(taken.keep).unwrap().contains(inner));
    assert_eq!(taken.parsed.observables[1].observable.value, "http://bad.test/a");
    assert_eq!(taken.parsed.attachments[0].sha256, None);
}

#[test]
fn pictures_written_into_a_note_about_a_child_are_cut_out() {
    let picture =
        "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAIBAQIBAQICAgICAgICAwUDAwMDAwYEBAMF\n".repeat(5);
    let text = format!("CSAM seen at hxxp://bad[.]test/x\n{picture}thanks");
    let taken = read_note(&text, ReportChannel::Chat).unwrap();
    assert!(!String::from_utf8(taken.keep).unwrap().contains("/9j/"));
    assert_eq!(taken.refused.len(), 1);
    let harmless = format!("Phishing at hxxp://bad[.]test/x\n{picture}thanks");
    assert_eq!(read_note(&harmless, ReportChannel::Chat).unwrap().keep, harmless.as_bytes());
}

#[test]
fn a_phone_note_takes_its_first_line_as_subject() {
    let taken =
        read_note("\n  Bank called about bank[.]test  \nwants a call back", ReportChannel::Phone);
    let taken = taken.unwrap();
    assert_eq!(taken.parsed.subject, "Bank called about bank[.]test");
    assert_eq!(taken.channel, ReportChannel::Phone);
    assert!(taken.parsed.warnings.is_empty());
}

#[test]
fn what_is_no_report_is_said_plainly() {
    assert_eq!(read(b" \r\n").unwrap_err(), IntakeError::Empty);
    assert_eq!(read_note("", ReportChannel::Chat).unwrap_err(), IntakeError::Empty);
    let error = read(&vec![0; 200 * 1024 * 1024]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the report has 200.0 MiB, more than the 25.0 MiB that can be taken in"
    );
    for binary in [b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01".as_slice(), b"MZ\x90\0\x03\0\0\0\x04\0\0"] {
        assert_eq!(read(binary).unwrap_err(), IntakeError::NotReadable);
    }
}

fn mail_with(content_type: &str, body: &str) -> Vec<u8> {
    format!("From: a@x.example\r\nSubject: s\r\nContent-Type: {content_type}\r\n\r\n{body}")
        .into_bytes()
}

#[test]
fn hostile_structures_are_read_to_a_limit_and_said_so() {
    let deep: String = (0..200)
        .map(|n| format!("--b{n}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", n + 1))
        .collect();
    let forwards = "Content-Type: message/rfc822\r\n\r\n".repeat(5000);
    let many = "--b0\r\nContent-Type: text/plain; name=x\r\n\r\nhello\r\n".repeat(20_000);
    let headers = format!("{}\r\nhi", "X-Bomb: 1\r\n".repeat(200_000));
    let bomb = [b"From: a@x.example\r\nSubject: s\r\n", headers.as_bytes()].concat();
    for (bytes, warning) in [
        (mail_with("multipart/mixed; boundary=b0", &deep), "more than 20 deep"),
        (mail_with("message/rfc822", &forwards), "more than 20 deep"),
        (mail_with("multipart/mixed; boundary=b0", &many), "more than 1000 parts"),
        (bomb, "too many header fields"),
    ] {
        let taken = read(&bytes).unwrap();
        assert!(taken.parsed.warnings.iter().any(|it| it.contains(warning)), "{warning}");
        assert!(taken.keep == bytes, "every byte is kept");
    }
}

#[test]
fn long_texts_and_endless_lists_are_capped() {
    let list: String = (0..12_000).fold(String::new(), |mut list, n| {
        writeln!(list, "http://h{n}.flood.test/").unwrap();
        list
    });
    let text = format!("{list}{}", "lorem ipsum ".repeat(100_000));
    let parsed = read_note(&text, ReportChannel::Other).unwrap().parsed;
    assert_eq!(parsed.observables.len(), 10_000);
    assert_eq!(parsed.text.len(), 1024 * 1024);
    assert_eq!(parsed.warnings.len(), 2);
}

#[test]
fn a_mail_of_twenty_megabytes_is_read() {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n";
    let body = format!(
        "--b\r\n\r\nhxxp://big[.]test/a\r\n--b\r\nContent-Type: video/mp4; name=v.mp4\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}--b--\r\n",
        line.repeat(20 * 1024 * 1024 / line.len())
    );
    let taken = read(&mail_with("multipart/mixed; boundary=b", &body)).unwrap();
    assert_eq!(taken.parsed.observables.len(), 1);
    assert!(taken.parsed.attachments[0].size.0 > 14 * 1024 * 1024);
}

#[test]
fn damaged_bytes_never_panic() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let marks = b"\0\xff\r\n-=<>[]().:/@\"'&;\xc3\xe3\x80 {";
    for sample in [PHISHING, CHILD_SAFETY, include_bytes!("testdata/html_only.eml")] {
        for _ in 0..400 {
            let mut bytes = sample.to_vec();
            for _ in 0..20 {
                let at = random(bytes.len());
                bytes[at] = marks[random(marks.len())];
            }
            drop(read(&bytes));
            drop(read_note(&String::from_utf8_lossy(&bytes), ReportChannel::Other));
        }
    }
}
