//! Archives that somebody made by hand: each is refused with a reason, and nothing of it is kept.

use std::io::{Cursor, Read, Write};

use farol_model::{
    bundle::{EARLIER_FORMAT, FORMAT, Manifest},
    id::{CaseId, Size},
    signed::{FileKind, SignedFile},
};
use serde_json::Value;
use tar::{EntryType, Header};

use super::{Desk, WORDS, words};
use crate::{
    Identity,
    age::{decrypt, encrypt_with},
    digest,
    tests::{note, open_case, open_case_as},
};

/// A file of an archive.
#[derive(Clone)]
struct Held {
    name: String,
    kind: EntryType,
    bytes: Vec<u8>,
}

fn unpacked(bundle: &[u8]) -> Vec<Held> {
    let with = Identity::Passphrase(WORDS.to_owned().into());
    let mut content = Vec::new();
    decrypt(bundle, &with).unwrap().read_to_end(&mut content).unwrap();
    let mut archive = tar::Archive::new(content.as_slice());
    let files = archive.entries().unwrap().map(|file| {
        let mut file = file.unwrap();
        let name = file.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        Held { name, kind: EntryType::Regular, bytes }
    });
    files.collect()
}

fn packed(files: &[Held]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = Header::new_ustar();
        // By hand: a path that climbs out is refused by the library that writes.
        header.as_old_mut().name[..file.name.len()].copy_from_slice(file.name.as_bytes());
        header.set_entry_type(file.kind);
        if file.kind.is_symlink() || file.kind.is_hard_link() {
            header.set_link_name("/etc/hostname").unwrap();
        }
        header.set_size(file.bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        archive.append(&header, file.bytes.as_slice()).unwrap();
    }
    let mut to = encrypt_with(WORDS, Vec::new()).unwrap();
    to.write_all(&archive.into_inner().unwrap()).unwrap();
    to.finish().unwrap()
}

/// The manifest with something else in it, signed again by the desk that left it: what a colleague
/// could send, who means harm.
fn with_manifest(desk: &Desk, files: &[Held], change: impl FnOnce(&mut Manifest)) -> Vec<Held> {
    let file: SignedFile = serde_json::from_slice(&files[0].bytes).unwrap();
    let mut manifest: Manifest = serde_json::from_str(&file.says).unwrap();
    change(&mut manifest);
    let signed = desk.store().sign_text(FORMAT, serde_json::to_string(&manifest).unwrap());
    let mut files = files.to_vec();
    files[0].bytes = serde_json::to_vec(&signed).unwrap();
    files
}

/// Another journal, which the signed manifest names as if it were the right one.
fn with_journal(desk: &Desk, files: &[Held], change: impl FnOnce(&mut Vec<Value>)) -> Vec<Held> {
    let mut lines: Vec<Value> = files[1]
        .bytes
        .split(|it| *it == b'\n')
        .filter(|it| !it.is_empty())
        .map(|it| serde_json::from_slice(it).unwrap())
        .collect();
    change(&mut lines);
    let journal: String = lines.iter().map(|it| format!("{it}\n")).collect();
    let mut files = with_manifest(desk, files, |manifest| {
        manifest.parts[0].size = Size(journal.len() as u64);
        manifest.parts[0].sha256 = digest(journal.as_bytes());
    });
    files[1].bytes = journal.into_bytes();
    files
}

struct Sent {
    ana: Desk,
    bea: Desk,
    case: CaseId,
    files: Vec<Held>,
}

fn sent() -> Sent {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "travels");
    open_case(ana.store(), "stays");
    note(ana.store(), case, "one");
    note(ana.store(), case, "two");
    super::evidence(&ana, case, b"a picture of the page");
    let files = unpacked(&ana.bundle(&[case]));
    assert_eq!(files.len(), 3, "manifest, journal and an original");
    Sent { ana, bea, case, files }
}

impl Sent {
    fn refused(&self, files: &[Held], what: &str) -> String {
        let n = |desk: &Desk| desk.store().read(|it| it.verify()).unwrap().n_entries;
        let before = n(&self.bea);
        let refused = self.bea.take(&packed(files)).expect_err(what);
        assert_eq!(n(&self.bea), before, "{what}: nothing is kept");
        words(&refused)
    }
}

#[test]
fn what_was_not_touched_is_taken() {
    let sent = sent();
    sent.bea.take(&packed(&sent.files)).unwrap();
    sent.bea.holds_together();
}

#[test]
fn a_bundle_in_the_layout_before_is_taken_and_one_of_a_layout_to_come_is_not() {
    let Sent { ana, bea, files, .. } = &sent();
    let named = |format: &str| {
        let file: SignedFile = serde_json::from_slice(&files[0].bytes).unwrap();
        let mut files = files.clone();
        files[0].bytes = serde_json::to_vec(&ana.store().sign_text(format, file.says)).unwrap();
        packed(&files)
    };
    assert!(bea.take(&named("farol bundle 3")).is_err());
    bea.take(&named(EARLIER_FORMAT)).unwrap();
    bea.holds_together();
}

#[test]
fn an_archive_holds_what_its_manifest_names_and_nothing_else() {
    let sent = sent();
    let file = |name: &str, kind| Held { name: name.into(), kind, bytes: Vec::new() };
    for name in ["../../autostart", "/etc/passwd", "originals/../x", "vault.json", "."] {
        let mut files = sent.files.clone();
        files[2].name = name.into();
        let told = sent.refused(&files, name);
        assert!(told.contains("not those that its manifest names"), "{name}: {told}");
        let mut files = sent.files.clone();
        files.push(Held { bytes: b"x".into(), ..file(name, EntryType::Regular) });
        assert!(sent.refused(&files, name).contains("more files"), "{name}");
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Fifo,
        EntryType::Char,
        EntryType::XHeader,
        EntryType::GNULongName,
    ] {
        for at in 0..=sent.files.len() {
            let mut files = sent.files.clone();
            files.insert(at, file("originals/link", kind));
            let told = sent.refused(&files, &format!("{kind:?} at {at}"));
            assert!(told.contains("no plain file"), "{kind:?} at {at}: {told}");
        }
    }
    for (one, other) in [(0, 1), (1, 2)] {
        let mut files = sent.files.clone();
        files.swap(one, other);
        sent.refused(&files, "another order");
    }
    for at in 0..sent.files.len() {
        let mut files = sent.files.clone();
        files.remove(at);
        sent.refused(&files, "a file less");
        let mut files = sent.files.clone();
        files.insert(at, files[at].clone());
        sent.refused(&files, "a file twice");
        for byte in [0, sent.files[at].bytes.len() / 2, sent.files[at].bytes.len() - 1] {
            let mut files = sent.files.clone();
            files[at].bytes[byte] ^= 1;
            sent.refused(&files, &format!("a bit of {} at {byte}", files[at].name));
        }
    }
}

#[test]
fn a_size_that_lies_reserves_no_memory() {
    let sent = sent();
    let huge = with_manifest(&sent.ana, &sent.files, |it| it.parts[1].size = Size(u64::MAX));
    assert!(sent.refused(&huge, "an original without end").contains("contradicts itself"));
    let long = with_manifest(&sent.ana, &sent.files, |it| it.parts[1].size = Size(64 << 20));
    sent.refused(&long, "an original that is shorter than it says");
}

#[test]
fn a_manifest_says_the_truth_of_its_journal() {
    let sent = sent();
    let stranger = Desk::new("Mallory");
    let other_case = open_case(stranger.store(), "theirs");
    type Change<'a> = Box<dyn FnOnce(&mut Manifest) + 'a>;
    let changes: [(&str, Change<'_>); 8] = [
        ("no case", Box::new(|it| it.cases.clear())),
        ("a case twice", Box::new(|it| it.cases.push(it.cases[0].clone()))),
        ("another case", Box::new(|it| it.cases[0].id = other_case)),
        ("fewer entries", Box::new(|it| it.cases[0].n_entries -= 1)),
        ("a longer chain", Box::new(|it| it.chains[0].n += 1)),
        ("another head", Box::new(|it| it.chains[0].hash = digest(b"x"))),
        ("no card", Box::new(|it| it.cards.clear())),
        ("a part twice", Box::new(|it| it.parts.push(it.parts[1].clone()))),
    ];
    for (what, change) in changes {
        sent.refused(&with_manifest(&sent.ana, &sent.files, change), what);
    }
    // Somebody else signs it, without or with a card of their own.
    let forged = with_manifest(&stranger, &sent.files, |_| ());
    assert!(sent.refused(&forged, "a stranger's").contains("card of who signed it is missing"));
    let forged = with_manifest(&sent.ana, &sent.files, |it| {
        it.cards[0].signature = stranger.store().sign_file(FileKind::Card, "x".into()).signature;
    });
    assert!(sent.refused(&forged, "a forged card").contains("is not good"));
}

#[test]
fn a_journal_that_was_rewritten_is_refused_although_the_manifest_names_it() {
    let sent = sent();
    type Change<'a> = Box<dyn Fn(&mut Vec<Value>) + 'a>;
    let at = |lines: &[Value]| {
        let is_it = |it: &Value| it["action"].as_str().is_some_and(|it| it.contains("two"));
        lines.iter().position(is_it).unwrap()
    };
    let changes: [(&str, Change<'_>); 8] = [
        (
            "words",
            Box::new(|it| {
                let at = at(it);
                it[at]["action"] = it[at]["action"].as_str().unwrap().replace("two", "2").into();
            }),
        ),
        (
            "a key that is not its own",
            Box::new(|it| {
                let at = at(it);
                it[at]["key"] = "00".repeat(32).into();
            }),
        ),
        (
            "a key that is none",
            Box::new(|it| {
                let at = at(it);
                it[at]["key"] = "zz".into();
            }),
        ),
        (
            "a hash",
            Box::new(|it| {
                let at = at(it);
                it[at]["hash"] = "00".repeat(32).into();
            }),
        ),
        (
            "an entry less",
            Box::new(|it| {
                it.remove(at(it));
            }),
        ),
        (
            "an entry twice",
            Box::new(|it| {
                let at = at(it);
                it.insert(at, it[at].clone());
            }),
        ),
        (
            "a signature of nobody",
            Box::new(|it| {
                let at = at(it);
                it[at]["signature"] = "AAAA".into();
            }),
        ),
        (
            "something more in a line",
            Box::new(|it| {
                let at = at(it);
                it[at]["note"] = "x".into();
            }),
        ),
    ];
    for (what, change) in changes {
        let files = with_journal(&sent.ana, &sent.files, |lines| change(lines));
        sent.refused(&files, what);
    }
    for bytes in [
        &b""[..],
        b"\n",
        b"{}\n",
        b"[1]",
        b"\xff\xfe\n",
        "{\"format\":\"farol bundle journal 9\"}\n".as_bytes(),
    ] {
        let mut files = with_manifest(&sent.ana, &sent.files, |it| {
            it.parts[0].size = Size(bytes.len() as u64);
            it.parts[0].sha256 = digest(bytes);
        });
        files[1].bytes = bytes.to_vec();
        sent.refused(&files, &format!("{:?}", String::from_utf8_lossy(bytes)));
    }
}

#[test]
fn an_id_that_is_something_else_here_is_not_overwritten() {
    let sent = sent();
    sent.bea.take(&packed(&sent.files)).unwrap();
    // Another desk names its own case with the id that Bea knows from Ana.
    let stranger = Desk::new("Mallory");
    let theirs = open_case_as(stranger.store(), sent.case, "not what it was");
    let refused = sent.bea.take(&stranger.bundle(&[theirs])).unwrap_err();
    assert!(!words(&refused).is_empty());
    let title = sent.bea.store().read(|it| it.case(sent.case)).unwrap().facts.title;
    assert_eq!(title, "travels");
    sent.bea.holds_together();
}

#[test]
fn noise_is_no_bundle() {
    let sent = sent();
    let whole = packed(&sent.files);
    for n in 0..200_u32 {
        // Positions all over the file, and every bit of a byte.
        let at = (n as usize * 7919) % whole.len();
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (n % 8);
        assert!(sent.bea.take(&bytes).is_err(), "a bit at {at}");
    }
    let mut nothing = Cursor::new(vec![0_u8; 1 << 16]);
    let with = Identity::Passphrase(WORDS.to_owned().into());
    assert!(super::open_bundle(&mut nothing, &with, &mut |_, _| true).is_err());
}
