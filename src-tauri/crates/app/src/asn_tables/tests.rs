use std::fs;

use farol_render::MACHINES;
use tempfile::TempDir;

use crate::{
    Desk, vault,
    view::{AsnTableKind, VaultCreate},
};

/// A real vault, which finds what came with the program in the folder beside it.
fn desk(dir: &TempDir) -> Desk {
    let place = || vault::place(dir.path().join("vault"), "a test");
    let create = VaultCreate {
        passphrase: "lamp oil and salt water".into(),
        member_name: "Ines Farrow".into(),
        use_keyring: false,
    };
    let desk = if dir.path().join("vault").exists() {
        vault::open(place(), Some(&create.passphrase), MACHINES).unwrap()
    } else {
        vault::create(place(), &create, MACHINES).unwrap().0
    };
    desk.with_tables_in(vec![dir.path().join("nowhere"), dir.path().join("brought")])
}

fn bring(dir: &TempDir, csv: &str) {
    let folder = dir.path().join("brought");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("asn.csv"), csv).unwrap();
    let about = r#"{"name":"a package 1.0","as_of":"2026-06-17","licence":"CC BY 4.0",
        "attribution":"Somebody","note":"Mind the gaps.","n_ranges":1}"#;
    fs::write(folder.join("asn.about.json"), about).unwrap();
}

#[track_caller]
fn check(desk: &Desk, ip: &str, expected: &str) {
    let row = &desk.announced(&[ip.to_owned()]).unwrap()[0];
    let said = row.asn.map(|asn| {
        let (range, holder) = (row.range.as_deref().unwrap(), row.holder.as_deref().unwrap());
        format!("{range} AS{asn} {holder}, {}", row.as_of)
    });
    assert_eq!(said.as_deref().unwrap_or("no entry"), expected, "{ip}");
}

#[test]
fn the_table_that_set_up_brought_answers_and_says_whose_it_is() {
    let dir = tempfile::tempdir().unwrap();
    bring(&dir, "192.0.2.0,192.0.2.255,64496,Harbour Edge\n");
    let desk = desk(&dir);
    let view = desk.asn_table_show();
    assert_eq!((view.kind, view.n_ranges), (AsnTableKind::Brought, 1));
    assert_eq!((view.name.as_str(), view.as_of.as_str()), ("a package 1.0", "2026-06-17"));
    assert_eq!(view.licence.as_deref(), Some("CC BY 4.0"));
    assert_eq!(view.attribution.as_deref(), Some("Somebody"));
    assert_eq!(view.note.as_deref(), Some("Mind the gaps."));
    check(&desk, "192[.]0[.]2[.]9", "192.0.2.0/24 AS64496 Harbour Edge, 2026-06-17");
    check(&desk, "198.51.100.1", "no entry");
    assert!(desk.announced(&["harbour.example".into()]).is_err());
    assert_eq!(desk.leaving_show().unwrap().networks_table, desk.asn_table_show());
}

#[test]
fn a_missing_or_damaged_table_is_said_and_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(&dir);
    let view = desk.asn_table_show();
    assert_eq!((view.kind, view.n_ranges, view.problem), (AsnTableKind::Missing, 0, None));
    let refused = desk.announced(&["192.0.2.9".into()]).unwrap_err();
    assert!(refused.message.contains("No IP→ASN table"), "{refused}");
    drop(desk);

    bring(&dir, "192.0.2.0,192.0.2.255,Harbour Edge\n");
    let desk = self::desk(&dir);
    let refused = desk.announced(&["192.0.2.9".into()]).unwrap_err();
    assert!(refused.message.contains("asn table line 1"), "{refused}");
    let view = desk.asn_table_show();
    assert_eq!(view.n_ranges, 0);
    assert!(view.problem.unwrap().contains("a package 1.0"));
}

#[test]
fn the_team_loads_a_newer_table_and_goes_back_to_the_one_that_was_brought() {
    let dir = tempfile::tempdir().unwrap();
    bring(&dir, "192.0.2.0,192.0.2.255,64496,Harbour Edge\n");
    let (v4, v6) = (dir.path().join("v4.csv"), dir.path().join("v6.csv"));
    // IPv4 and IPv6 come apart, and a last line may have no end.
    fs::write(&v4, "192.0.2.0,192.0.2.127,64497,Gull Networks").unwrap();
    fs::write(&v6, "2001:db8::,2001:db8::ff,64498,Tern\n").unwrap();
    let desk = desk(&dir);
    let view = desk.load_asn_table(&[v4, v6]).unwrap();
    assert_eq!((view.kind, view.n_ranges), (AsnTableKind::Own, 2));
    assert_eq!((view.name.as_str(), view.licence), ("v4.csv, v6.csv", None));
    let as_of = view.as_of;
    let gull = format!("192.0.2.0/25 AS64497 Gull Networks, {as_of}");
    check(&desk, "192.0.2.9", &gull);

    let wrong = dir.path().join("wrong.csv");
    for (text, what) in [
        ("192.0.2.0,192.0.2.127,64497", "line 1"),
        ("", "no range"),
        ("\u{1f}\u{8b}\u{8}", "line 1"),
    ] {
        fs::write(&wrong, text).unwrap();
        let refused = desk.load_asn_table(std::slice::from_ref(&wrong)).unwrap_err();
        assert!(refused.message.contains(what) && refused.message.contains("stays"), "{refused}");
    }
    let gone = desk.load_asn_table(&[dir.path().join("gone.csv")]).unwrap_err();
    assert!(gone.message.contains("not found"), "{gone}");
    check(&desk, "192.0.2.9", &gull);
    drop(desk);

    let desk = self::desk(&dir);
    check(&desk, "2001:db8::1", &format!("2001:db8::/120 AS64498 Tern, {as_of}"));
    assert_eq!(desk.forget_asn_table().unwrap().kind, AsnTableKind::Brought);
    check(&desk, "192.0.2.9", "192.0.2.0/24 AS64496 Harbour Edge, 2026-06-17");
}

#[test]
fn a_table_that_an_older_version_kept_still_answers() {
    let dir = tempfile::tempdir().unwrap();
    drop(desk(&dir));
    let vault = dir.path().join("vault");
    fs::write(vault.join("asn.csv"), "192.0.2.0,192.0.2.255,64496,Harbour Edge\n").unwrap();
    fs::write(vault.join("asn.csv.as_of"), "2026-11-01 10:00\n").unwrap();
    let desk = desk(&dir);
    let view = desk.asn_table_show();
    assert_eq!((view.kind, view.n_ranges), (AsnTableKind::Own, 1));
    assert_eq!(view.as_of, "2026-11-01 10:00");
    check(&desk, "192.0.2.9", "192.0.2.0/24 AS64496 Harbour Edge, 2026-11-01 10:00");
}

#[test]
fn a_practice_desk_asks_the_practice_internet_whatever_was_brought() {
    let dir = tempfile::tempdir().unwrap();
    bring(&dir, "192.0.2.0,192.0.2.255,64499,Nobody\n");
    let (_dir, desk) = crate::testing::desk(0);
    let desk = desk.with_tables_in(vec![dir.path().join("brought")]);
    let view = desk.asn_table_show();
    assert_eq!(view.kind, AsnTableKind::Practice);
    assert!(view.n_ranges > 0);
    assert!(desk.announced(&["192.0.2.1".into()]).unwrap()[0].asn != Some(64499));
}
