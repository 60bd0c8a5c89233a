use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use farol_model::{
    case::{Category, Outcome, Severity, Status},
    document::{Audience, Block, Content, Document, Envelope, Text},
    id::{BlockId, CaseId, DocumentId},
    report::ReportChannel,
    time::Timestamp,
};
use farol_render::MACHINES;
use tempfile::TempDir;

use super::relied::names;
use crate::{
    Desk,
    lookups::Watch,
    vault,
    view::{Attached, CaseOpen, Holds, Recheck, SentSaid},
};

const HOST: &str = "plover-tools.test";
const UNWATCHED: Watch<'_> = Watch { progress: &|_, _| (), cancelled: &|| false };
const HOUR_MS: i64 = 3_600_000;

struct Clocked {
    dir: TempDir,
    desk: Desk,
    now_ms: Arc<AtomicI64>,
}

impl Clocked {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now_ms = Arc::new(AtomicI64::new(1_795_000_000_000));
        let clock = Arc::clone(&now_ms);
        let place = vault::Place {
            dir: dir.path().join("vault"),
            who: "a test".into(),
            tell: None,
            now: Arc::new(move || Timestamp::from_ms(clock.fetch_add(1, Ordering::Relaxed))),
        };
        let desk = vault::create_practice(place, "Ana Investigator", MACHINES).unwrap();
        Self { dir, desk, now_ms }
    }

    fn later(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    fn case(&self) -> CaseId {
        let (category, severity) = (Category::Phishing, Severity::High);
        let targets = vec![farol_intake::observable(HOST).unwrap()];
        let (title, severity_reason) = (String::from("A case"), String::new());
        self.desk
            .open_case(CaseOpen {
                title,
                category,
                severity,
                severity_reason,
                report: None,
                targets,
            })
            .unwrap()
    }

    fn look(&self, case: CaseId) {
        self.desk.recheck(&Recheck::Case { case, hosts: vec![] }, None, &UNWATCHED).unwrap();
    }

    /// A response to the host, with words of our own only.
    fn response(&self, case: CaseId) -> DocumentId {
        let id = self.desk.create_document(case, "notify-host").unwrap();
        let Document { audience, .. } = self.desk.document(id).unwrap().document;
        let block = Block {
            id: BlockId(self.desk.store.new_id()),
            audience,
            content: Content::Paragraph {
                text: Text::plain("Please look at plover-tools[.]test, which copies a login form."),
            },
        };
        let envelope = Envelope {
            to: "abuse@driftnet.example".into(),
            subject: "Report of abuse".into(),
            in_reply_to: None,
        };
        self.desk.save_document(id, &[block], Some(envelope)).unwrap();
        id
    }

    fn mail(&self, headers: &str) -> String {
        format!(
            "From: Desk <abuse@driftnet.example>\r\nTo: us@harbour.example\r\nMessage-ID: <r{}@driftnet.example>\r\n\
             Date: Thu, 19 Nov 2026 12:00:00 +0000\r\n{headers}\r\n\r\nWe took it down.\r\n",
            self.now_ms.load(Ordering::Relaxed)
        )
    }
}

fn said(channel: &str) -> SentSaid {
    SentSaid { channel: channel.into(), ..SentSaid::default() }
}

#[test]
fn the_preview_says_whether_the_look_ups_still_hold_and_offline_it_says_that() {
    let it = Clocked::new();
    let case = it.case();
    let id = it.response(case);
    let holds = |expected: Holds| {
        let plan = it.desk.plan_send_off(id, &[]).unwrap();
        let [relied] = plan.relies_on.as_slice() else { panic!("{:?}", plan.relies_on) };
        assert_eq!((relied.host.as_str(), relied.holds), (HOST, expected), "{}", relied.says);
        plan
    };
    holds(Holds::Never);
    it.look(case);
    let plan = holds(Holds::Yes);
    assert_eq!((plan.to.as_str(), plan.reader), ("abuse@driftnet.example", Audience::Host));
    assert!(plan.text.contains("plover-tools[.]test") && plan.stops.is_empty(), "{:?}", plan.stops);
    it.later(2 * HOUR_MS);
    it.desk.switch_offline(true).unwrap();
    assert!(holds(Holds::Unchecked).offline);
    it.desk.switch_offline(false).unwrap();
    it.desk.next_practice_round();
    it.look(case);
    let changed = holds(Holds::No);
    assert!(
        changed.relies_on[0].says.contains("changed its addresses")
            || changed.relies_on[0].says.contains("moved")
    );
    assert!(changed.warns.iter().any(|it| it.contains("not as it was")));
    assert!(it.desk.plan_send_off(it.desk.create_document(case, "readout").unwrap(), &[]).is_err());
}

#[test]
fn the_preview_says_which_facts_the_text_refers_to_and_what_changed_since() {
    let it = Clocked::new();
    let case = it.case();
    let id = it.response(case);
    let mut blocks = it.desk.document(id).unwrap().document.blocks;
    let says = "{{case.reference}} is {{case.status}}; {{target.count}} address.";
    blocks[0].content = Content::Paragraph { text: Text::parse(says) };
    it.desk.save_document(id, &blocks, None).unwrap();
    let facts = |expected: &[(&str, &str, Option<&str>)]| {
        let plan = it.desk.plan_send_off(id, &[]).unwrap();
        let facts = plan.facts.iter();
        let facts: Vec<_> =
            facts.map(|it| (it.name.as_str(), it.value.as_str(), it.was.as_deref())).collect();
        assert_eq!(facts, expected);
        plan.warns.iter().any(|it| it.contains("A fact that the text refers to"))
    };
    assert!(!facts(&[("case.status", "Triaged", None), ("target.count", "1", None)]));
    it.later(HOUR_MS);
    let mut changed = it.desk.case(case).unwrap().case.facts;
    changed.status = Status::Mitigated;
    it.desk.change_case(case, changed).unwrap();
    let more = farol_intake::observable("plover-login.test").unwrap();
    it.desk.set_target(case, more, Some(Outcome::Pending)).unwrap();
    assert!(facts(&[
        ("case.status", "Mitigated", Some("Triaged")),
        ("target.count", "2", Some("1"))
    ]));
    it.later(HOUR_MS);
    it.desk.save_document(id, &[], None).unwrap();
    it.desk.save_document(id, &blocks, None).unwrap();
    assert!(!facts(&[("case.status", "Mitigated", None), ("target.count", "2", None)]));
}

#[test]
fn a_subject_carries_no_link_and_an_enclosed_pdf_says_what_it_cannot_show() {
    let it = Clocked::new();
    let case = it.case();
    let site = farol_intake::observable("https://www.teasel.test/a").unwrap();
    it.desk.set_target(case, site, Some(Outcome::Pending)).unwrap();
    let id = it.response(case);
    let document = it.desk.document(id).unwrap().document;
    let subject =
        "Re: plover-tools.test and teasel.test copy https://bank.example/login, see www.other.test";
    let envelope = Envelope { subject: subject.into(), ..document.envelope.unwrap() };
    it.desk.save_document(id, &document.blocks, Some(envelope)).unwrap();
    let rca = it.desk.create_document(case, "readout").unwrap();
    let reader = document.audience.clone();
    let action = Content::Action {
        what: Text::plain("Look"),
        owner: "Chief 𒀀 of staff".into(),
        due: "done".into(),
    };
    let block = Block { id: BlockId(it.desk.store.new_id()), audience: reader, content: action };
    it.desk.save_document(rca, &[block], None).unwrap();
    let attached = [Attached::Document(rca)];
    let plan = it.desk.plan_send_off(id, &attached).unwrap();
    let inert = "Re: plover-tools[.]test and teasel[.]test copy hxxps://bank[.]example/login, see www[.]other[.]test";
    assert_eq!(plan.subject, inert);
    assert!(plan.warns.iter().any(|it| it.contains('𒀀')), "{:?}", plan.warns);
    let path = it.dir.path().join("draft.eml");
    let written = it.desk.write_send_off(id, &attached, &path).unwrap();
    assert!(written.notes.iter().any(|it| it.contains('𒀀')), "{:?}", written.notes);
    let read = farol_intake::read(&fs::read(&path).unwrap()).unwrap().parsed;
    assert_eq!(read.subject, inert);
}

#[test]
fn the_draft_has_its_files_and_what_left_stands_in_record_and_custody() {
    let it = Clocked::new();
    let case = it.case();
    let id = it.response(case);
    let file = it.dir.path().join("capture.txt");
    fs::write(&file, "what was seen").unwrap();
    let evidence = it.desk.add_evidence(case, &file, "", None, &UNWATCHED).unwrap().id;
    let path = it.dir.path().join("draft.eml");
    let attached = [Attached::Evidence(evidence)];
    let written = it.desk.write_send_off(id, &attached, &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(farol_store::digest(&bytes), written.sha256);
    let read = farol_intake::read(&bytes).unwrap().parsed;
    assert_eq!(read.message_id.as_deref(), Some(written.message_id.as_str()));
    assert_eq!(read.attachments.len(), 1);
    assert_eq!(read.attachments[0].sha256, Some(farol_store::digest(b"what was seen")));
    assert!(read.text.contains("copies a login form"), "{}", read.text);
    let view = it.desk.case(case).unwrap();
    let custody = &view.evidence[0].custody;
    assert!(
        custody.iter().any(|it| it.words.contains("for abuse@driftnet.example")),
        "{custody:?}"
    );
    assert_eq!(it.desk.document(id).unwrap().certificates.len(), 1);
    assert!(it.dir.path().join("draft.eml.certificate.txt").exists());

    let stranger = Attached::Document(it.response(it.case()));
    let other = it.dir.path().join("other.eml");
    assert!(it.desk.write_send_off(id, &[stranger], &other).is_err());
    assert!(!other.exists());
    assert_eq!(view.documents[0].sent_at, None, "a draft is not sent");
}

#[test]
fn an_answer_finds_its_response_and_ends_the_wait_but_a_machine_ends_nothing() {
    let it = Clocked::new();
    let case = it.case();
    let id = it.response(case);
    let awaits = |by_ms| SentSaid { answer_by: Some(Timestamp::from_ms(by_ms)), ..said("mail") };
    let now_ms = it.now_ms.load(Ordering::Relaxed);
    assert!(it.desk.confirm_sent(id, &awaits(now_ms - HOUR_MS)).is_err());
    let to_come = SentSaid { at: Some(it.desk.now().plus_s(7200)), ..said("mail") };
    assert!(it.desk.confirm_sent(id, &to_come).is_err());
    it.desk.confirm_sent(id, &awaits(now_ms + 72 * HOUR_MS)).unwrap();
    let view = it.desk.case(case).unwrap();
    assert_eq!(view.case.facts.status, Status::Waiting);
    assert_eq!(view.case.facts.waiting_on.as_deref(), Some("abuse@driftnet.example"));
    let awaited = |view: &crate::view::CaseView| {
        view.clocks
            .iter()
            .filter(|it| it.clock.rule.name == "Answer awaited" && it.clock.stopped.is_none())
            .count()
    };
    assert_eq!(awaited(&view), 1);

    let own = super::own_message_id(id);
    let absent = it.mail(&format!("In-Reply-To: <{own}>\r\nAuto-Submitted: auto-replied"));
    let imported = it.desk.import_text(&absent, ReportChannel::Mail).unwrap();
    assert!(imported.answers.unwrap().is_automatic);
    let view = it.desk.case(case).unwrap();
    assert_eq!((view.case.facts.status, view.reports.len()), (Status::Waiting, 1));

    it.later(HOUR_MS);
    let answer = it.mail(&format!("References: <other@x.test> <{own}>"));
    let imported = it.desk.import_text(&answer, ReportChannel::Mail).unwrap();
    assert_eq!(imported.answers.unwrap().document, id);
    let view = it.desk.case(case).unwrap();
    assert_eq!((view.case.facts.status, view.answers.len()), (Status::Investigating, 2));
    assert_eq!(awaited(&view), 0);
    assert!(
        it.desk
            .import_text(&it.mail("In-Reply-To: <nobody@x.test>"), ReportChannel::Mail)
            .unwrap()
            .answers
            .is_none()
    );
    // Whoever answered may be written to again; others must not learn who they are.
    let again = it.response(case);
    assert_eq!(it.desk.plan_send_off(again, &[]).unwrap().stops, Vec::<String>::new());
    assert_eq!(it.desk.store.rebuild_check().unwrap(), None);
}

#[test]
fn the_mail_as_it_was_sent_says_when_and_under_which_message_id() {
    let it = Clocked::new();
    let case = it.case();
    let id = it.response(case);
    it.later(48 * HOUR_MS);
    let path = it.dir.path().join("sent.eml");
    fs::write(&path, it.mail("Subject: Something else")).unwrap();
    let refused = it.desk.confirm_sent_mail(id, &path, None).unwrap_err();
    assert!(refused.message.contains("another mail"), "{refused}");
    fs::write(&path, it.mail("Subject: Report of abuse")).unwrap();
    let said = it.desk.confirm_sent_mail(id, &path, None).unwrap();
    let sent = it.desk.document(id).unwrap().document.sent.unwrap();
    assert_eq!((Some(sent.at), sent.message_id.clone()), (said.at, said.message_id));
    assert_eq!(sent.to.as_deref(), Some("abuse@driftnet.example"));
    assert_eq!(it.desk.case(case).unwrap().evidence.len(), 1, "the mail is kept");
    let answer = it.mail(&format!("In-Reply-To: <{}>", sent.message_id.unwrap()));
    let imported = it.desk.import_text(&answer, ReportChannel::Mail).unwrap();
    assert_eq!(imported.answers.unwrap().case, case);
    assert!(it.desk.confirm_sent_mail(id, &path, None).is_err(), "it was sent already");
}

#[test]
fn a_text_names_a_host_as_a_whole_plainly_or_defanged() {
    let check = |text: &str, expected: bool| {
        assert_eq!(names(text, "shop.test"), expected, "{text}");
    };
    check("see shop[.]test.", true);
    check("http://shop.test/a", true);
    check("shop.test", true);
    check("www.shop.test is another", false);
    check("eshop.test", false);
    check("shop.test.evil.test", false);
    check("shop[.]test[.]evil", false);
    check("shop.tests", false);
}

#[test]
fn a_letter_with_gaps_says_so_before_it_leaves() {
    let it = Clocked::new();
    let case = it.case();
    let says = |id: DocumentId| {
        let warns = it.desk.plan_send_off(id, &[]).unwrap().warns;
        warns.into_iter().find(|it| it.contains("filled in"))
    };
    assert_eq!(says(it.response(case)), None);
    let id = it.desk.create_document(case, "law-enforcement").unwrap();
    let expected = "13 places still have to be filled in, the first: [your reference]";
    assert_eq!(says(id).as_deref(), Some(expected));
    let document = it.desk.document(id).unwrap().document;
    let block = |audience, words: &str| Block {
        id: BlockId(it.desk.store.new_id()),
        audience,
        content: Content::Paragraph { text: Text::plain(words) },
    };
    let blocks = [
        block(Audience::Authority, "We answer [on which day]."),
        block(Audience::InternalTeam, "Ask [who knows]."),
    ];
    let envelope = Envelope { subject: "Your order".into(), ..document.envelope.unwrap() };
    it.desk.save_document(id, &blocks, Some(envelope)).unwrap();
    let one = "One place still has to be filled in: [on which day]";
    assert_eq!(says(id).as_deref(), Some(one));
}
