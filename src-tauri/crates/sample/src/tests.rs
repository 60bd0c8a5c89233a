use std::fs;

use farol_app::{
    Desk,
    lookups::Watch,
    vault,
    view::{DocumentRow, QueueRow},
};
use farol_model::{
    case::Category,
    document::{Audience, DocumentKind},
    export::Format,
    leaving::LookupDepth,
    list::{CaseSort, ListAsk},
};
use farol_render::MACHINES;
use tempfile::TempDir;

fn place(dir: &TempDir) -> vault::Place {
    vault::place(dir.path().join("vault"), "a test")
}

fn sample_desk() -> (TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let desk = super::create(place(&dir), MACHINES).unwrap();
    (dir, desk)
}

#[test]
fn the_sample_desk_shows_every_stage_and_its_record_holds() {
    let (dir, desk) = sample_desk();
    let status = desk.status().unwrap();
    assert!(status.practice);

    let everything = ListAsk::all(CaseSort::Opened);
    let cases = desk.cases(&everything).unwrap().rows;
    assert!(cases.len() >= 16, "{} cases", cases.len());
    for category in [
        Category::Phishing,
        Category::Malware,
        Category::Botnet,
        Category::Copyright,
        Category::Trademark,
        Category::ChildSafety,
        Category::IntimateImages,
        Category::Threats,
        Category::TerroristContent,
        Category::LegalOrder,
        Category::DataRequest,
        Category::RegistrarHijack,
        Category::OurMistake,
        Category::Inquiry,
    ] {
        assert!(cases.iter().any(|it| it.category == category), "no case of {category:?}");
    }
    let queue = desk.queue(&everything).unwrap().rows;
    assert!(queue.iter().any(|it| matches!(it, QueueRow::Report(_))), "nothing to triage");

    let documents = desk.documents().unwrap();
    let n_of = |kind| documents.iter().filter(|it| it.kind == kind).count();
    assert!(n_of(DocumentKind::Rca) >= 2 && n_of(DocumentKind::Readout) >= 1);
    assert!(n_of(DocumentKind::Response) >= 8);

    desk.rebuild_check().unwrap();
    let check = desk.verify_journal(None).unwrap();
    assert_eq!(check.clock_moved, None);
    assert_eq!(check.problem, None);
    assert!(fs::read_dir(dir.path().join("vault/exports")).unwrap().count() >= 3);
}

#[test]
fn what_was_sent_or_exported_has_no_placeholder_left() {
    let (_dir, desk) = sample_desk();
    for row in desk.documents().unwrap() {
        let view = desk.document(row.id).unwrap();
        if row.sent_at.is_none() && view.certificates.is_empty() {
            continue;
        }
        let left: Vec<_> = view
            .findings
            .iter()
            .filter(|it| it.words.starts_with('['))
            .map(|it| &it.words)
            .collect();
        assert!(left.is_empty(), "{} ({}): {left:?}", row.title, view.reference);
        let stopped = desk.check_document(row.id, &row.audience).unwrap();
        assert!(stopped.is_none(), "{}: {stopped:?}", row.title);
    }
}

#[test]
fn every_document_and_every_letter_about_a_customer_can_leave() {
    let (_dir, desk) = sample_desk();
    let stops = |id, reader: &Audience| desk.check_document(id, reader).unwrap();
    let documents = desk.documents().unwrap();
    for row in &documents {
        assert_eq!(stops(row.id, &row.audience), None, "{} {}", row.reference, row.title);
    }
    // The hospital's account is a part of its host's name, which these letters have to name.
    let of_hospital = |it: &&DocumentRow| it.audience.to_string() == "customer:brendan";
    let hospital = documents.iter().find(of_hospital).unwrap();
    let case = desk.document(hospital.id).unwrap().document.case;
    for template in desk.templates().unwrap().into_iter().filter(|it| it.id.ends_with(".calm")) {
        let id = desk.create_document(case, &template.id).unwrap();
        let reader = desk.document(id).unwrap().document.audience;
        assert_eq!(stops(id, &reader), None, "{}", template.id);
    }
}

#[test]
fn a_paper_of_which_nothing_is_for_its_reader_does_not_leave() {
    let (dir, desk) = sample_desk();
    let documents = desk.documents().unwrap();
    let letter = documents.iter().find(|it| it.audience == Audience::Reporter).unwrap();
    let case = desk.document(letter.id).unwrap().document.case;
    let id = desk.create_document(case, "holding-statement").unwrap();
    let path = dir.path().join("statement.pdf");
    let refused = desk.export_document(id, &Audience::Public, Format::Pdf, &path).unwrap_err();
    assert!(refused.message.contains("would be empty"), "{refused:?}");
    assert!(!path.exists());
    let stopped = desk.check_document(id, &Audience::Public).unwrap().unwrap();
    assert_eq!(stopped.failure, refused);
    let inside = desk.document(id).unwrap().document.audience;
    assert!(desk.export_document(id, &inside, Format::Pdf, &path).is_ok());
}

#[test]
fn a_practice_desk_asks_only_the_practice_internet() {
    let (_dir, desk) = sample_desk();
    let refused = desk.plan_lookup(
        &["www.northwind-shop.example".into()],
        Some("192.0.2.53"),
        &LookupDepth::default(),
    );
    assert!(refused.unwrap_err().message.contains("practice"));
    let plan = desk
        .plan_lookup(&["www.northwind-shop.example".into()], None, &LookupDepth::default())
        .unwrap();
    assert!(plan.resolver.starts_with("127.0.0.1:"), "{}", plan.resolver);
}

#[test]
fn registries_are_asked_until_they_are_switched_off_and_it_stays_so() {
    let (dir, desk) = sample_desk();
    let hosts = ["harbour-bank-verify.test".to_owned()];
    let registries = |desk: &Desk| {
        let watch = Watch { progress: &|_, _| {}, cancelled: &|| false };
        let done = desk.look_up(None, &hosts, None, &watch).unwrap();
        done.verdicts[0].registries.clone()
    };
    let n_asked = || desk.registries_show().quotas.iter().map(|it| it.n_asked).sum::<u32>();
    let before = n_asked();
    let said = registries(&desk);
    let domain = said[0].record.as_ref().unwrap();
    assert_eq!(domain.registrar.as_ref().unwrap().name, "Driftnet Names");
    assert_eq!(domain.abuse_email(), Some("abuse@driftnet.test"));
    assert_eq!(
        desk.plan_lookup(&hosts, None, &LookupDepth::default()).unwrap().registries.len(),
        1
    );
    assert_eq!(n_asked(), before + 2, "the domain and the network it is in");

    assert!(!desk.switch_registries(false).unwrap().on);
    assert!(desk.plan_lookup(&hosts, None, &LookupDepth::default()).unwrap().registries.is_empty());
    assert!(registries(&desk).is_empty());
    drop(desk);
    let desk = vault::open(place(&dir), None, MACHINES).unwrap();
    assert!(!desk.registries_show().on, "after a start as well");
}

#[test]
fn a_practice_vault_says_so_before_it_is_opened() {
    let (dir, desk) = sample_desk();
    drop(desk);
    assert!(vault::status(&place(&dir)).practice);
}

#[test]
fn a_reporter_may_read_what_they_wrote_but_not_who_the_customers_are() {
    let (_dir, desk) = sample_desk();
    let cases = desk.cases(&ListAsk::all(CaseSort::Opened)).unwrap().rows;
    let list = cases.into_iter().find(|it| it.title.contains("60 phishing")).unwrap();
    let answer = desk.create_document(list.id, "action-taken-reporter").unwrap();
    let stopped = || desk.check_document(answer, &Audience::Reporter).unwrap();
    // www.northwind-shop.example is in the report; that Northwind Shop is a customer's name, too.
    assert_eq!(stopped(), None);
    desk.add_paragraph(answer, Audience::Reporter, "Kelp Hosting has been told.").unwrap();
    assert!(stopped().unwrap().failure.message.contains("name of another customer"));

    let other = desk.create_document(list.id, "action-taken-reporter").unwrap();
    let where_it_is = "The shop's own machine is 203.0.113.20.";
    desk.add_paragraph(other, Audience::Reporter, where_it_is).unwrap();
    let stopped = desk.check_document(other, &Audience::Reporter).unwrap();
    assert!(stopped.unwrap().failure.message.contains("origin of a customer"));
}
