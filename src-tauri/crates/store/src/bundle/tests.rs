use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use tempfile::TempDir;

use farol_model::{
    case::{CaseFacts, Outcome, Severity, Target},
    evidence::{Evidence, PIECE_BYTES},
    id::{CaseId, EvidenceId},
    journal::Action,
    observable::{Observable, ObservableKind},
    signed::SignedFile,
    tampering::Tampering,
    time::Timestamp,
};

use super::{BundleError, Lock, TakeError, Taken, open_bundle};
use crate::{
    Identity, NewVault, Place, Store, StoreError,
    drafts::tests as drafts,
    tests::{NEW, PASSPHRASE, note, open_case, place, raw},
};

/// Archives that somebody made by hand.
mod hostile;

const WORDS: &str = "five words that open it";

/// A desk whose clock the test moves.
struct Desk {
    dir: TempDir,
    store: Option<Store>,
    clock: Arc<AtomicI64>,
}

impl Desk {
    fn new(name: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(1_795_000_000_000));
        let store = Store::create(Self::place(&dir, &clock), NewVault { member_name: name, ..NEW })
            .unwrap();
        Self { dir, store: Some(store), clock }
    }

    fn place(dir: &TempDir, clock: &Arc<AtomicI64>) -> Place {
        let clock = Arc::clone(clock);
        let now = Arc::new(move || Timestamp::from_ms(clock.load(Ordering::Relaxed)));
        Place { now, ..place(dir.path()) }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        self.store = None;
        let place = Self::place(&self.dir, &self.clock);
        self.store = Some(Store::open_with_words(place, PASSPHRASE).unwrap());
    }

    fn later(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    fn bundle(&self, cases: &[CaseId]) -> Vec<u8> {
        let mut file = Vec::new();
        let lock = Lock::passphrase(WORDS);
        self.store().write_bundle(cases, "somebody", &lock, &mut file, &mut |_, _| true).unwrap();
        file
    }

    fn take(&self, file: &[u8]) -> Result<Taken, TakeError> {
        let with = Identity::Passphrase(WORDS.to_owned().into());
        let opened = open_bundle(&mut &*file, &with, &mut |_, _| true)?;
        let arrived = self.store().take_originals(&mut &*file, &with, &mut |_, _| true)?;
        let taken = self.store().write(|tx| {
            for (member, card) in &opened.people {
                if !tx.read().members()?.contains(member) {
                    let card = Some(Box::new(SignedFile::clone(card)));
                    tx.record(&Action::MemberAdded { member: member.clone(), card })?;
                }
            }
            tx.take_entries(&mut &*file, &with, &opened)
        });
        self.store().let_go(&arrived)?;
        taken
    }

    fn exchange(&self, other: &Self, case: CaseId) {
        other.take(&self.bundle(&[case])).unwrap();
        self.take(&other.bundle(&[case])).unwrap();
    }

    fn change(&self, case: CaseId, change: impl FnOnce(&mut CaseFacts)) {
        self.store()
            .write(|tx| {
                let before = Box::new(tx.read().case(case)?.facts);
                let mut after = before.clone();
                change(&mut after);
                tx.record(&Action::CaseChanged { case, before, after })?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }

    fn settle_target(&self, case: CaseId, host: &str, outcome: Outcome) {
        let observable = Observable { kind: ObservableKind::Host, value: host.into() };
        self.store()
            .write(|tx| {
                let before = tx.read().target(case, &observable)?;
                let after = Some(Target { observable: observable.clone(), outcome });
                tx.record(&Action::TargetSet { case, before, after })?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }

    fn holds_together(&self) {
        assert_eq!(self.store().read(|it| it.verify()).unwrap().wrong, None);
        assert_eq!(self.store().rebuild_check().unwrap(), None);
    }

    /// Everything that screens read of a case, but its number, which is each desk's own.
    fn seen(&self, case: CaseId) -> Vec<String> {
        let conn = raw(self.store());
        let mut all = vec![format!("{:?}", self.store().read(|it| it.case(case)).unwrap().facts)];
        for (table, owner) in [
            ("target", "case_id"),
            ("note", "case_id"),
            ("clock", "case_id"),
            ("evidence", "case_id"),
            ("case_report", "case_id"),
            ("closing", "case_id"),
            ("conflict", "owner"),
        ] {
            let columns: String = conn
                .query_row(
                    &format!("SELECT group_concat(name, ' || \" \" || ') FROM pragma_table_info('{table}')"),
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            let columns = columns.replace('"', "'");
            let mut query = conn
                .prepare(&format!("SELECT {columns} FROM {table} WHERE {owner} = ?1 ORDER BY 1"))
                .unwrap();
            let rows = query.query_map([case.to_string()], |row| row.get::<_, String>(0)).unwrap();
            all.extend(rows.map(|it| format!("{table} {}", it.unwrap())));
        }
        all
    }
}

/// A file that a case rests on.
fn evidence(desk: &Desk, case: CaseId, bytes: &[u8]) -> EvidenceId {
    let file = desk.store().take_in(&mut &*bytes, |_, _| Ok::<_, StoreError>(())).unwrap();
    desk.store()
        .write(|tx| {
            let id = EvidenceId(tx.new_id());
            let evidence = Box::new(Evidence {
                id,
                name: "capture.bin".into(),
                size: file.size,
                sha256: file.sha256,
                pieces: file.pieces.clone(),
                origin: "the registrar".into(),
                redacted_from: None,
            });
            tx.record(&Action::EvidenceReceived { case, evidence })?;
            Ok::<_, StoreError>(id)
        })
        .unwrap()
}

fn words(error: &TakeError) -> String {
    error.to_string()
}

#[test]
fn a_case_comes_whole_with_the_same_hashes_and_nothing_twice() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "travels");
    let stays = open_case(ana.store(), "stays");
    note(ana.store(), stays, "canary");
    note(ana.store(), case, "one");
    let taken = bea.take(&ana.bundle(&[case])).unwrap();
    assert_eq!((taken.n_new, taken.cases[0].is_new, taken.cases[0].n_conflicts), (2, true, 0));
    bea.holds_together();
    assert_eq!(bea.seen(case), ana.seen(case));
    let hashes = |desk: &Desk| {
        let conn = raw(desk.store());
        let mut query = conn
            .prepare("SELECT hash FROM entry WHERE case_id = ?1 AND action <> 'bundle_taken' AND action <> 'bundle_left' ORDER BY n")
            .unwrap();
        let rows = query.query_map([case.to_string()], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    assert_eq!(hashes(&bea), hashes(&ana));
    assert!(bea.store().read(|it| it.case(stays)).is_err());

    let again = bea.take(&ana.bundle(&[case])).unwrap();
    assert_eq!((again.n_new, again.n_known), (0, 2));
    note(ana.store(), case, "two");
    let more = bea.take(&ana.bundle(&[case])).unwrap();
    assert_eq!((more.n_new, more.n_known), (1, 2));
    // What was a digest until now becomes an entry.
    let other = bea.take(&ana.bundle(&[stays])).unwrap();
    assert_eq!(other.n_new, 2);
    bea.holds_together();
    assert_eq!(bea.seen(stays), ana.seen(stays));
}

#[test]
fn a_large_file_comes_with_it_and_is_gone_when_nothing_names_it() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "travels");
    let bytes: Vec<u8> = (0..2 * PIECE_BYTES + 77).map(|n| (n / 251 + n % 239) as u8).collect();
    let id = evidence(&ana, case, &bytes);
    bea.take(&ana.bundle(&[case])).unwrap();
    bea.holds_together();
    let mut there = Vec::new();
    let held = bea.store().read(|it| it.evidence(id)).unwrap().1;
    bea.store().write_out(&held.evidence, &mut there).unwrap();
    assert!(there == bytes);
    let originals = |desk: &Desk| -> (u32, u32) {
        raw(desk.store())
            .query_row(
                "SELECT (SELECT count(*) FROM original), (SELECT count(*) FROM arriving)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap()
    };
    assert_eq!(originals(&bea), (3, 0));
    // Destroyed on one desk, it is destroyed on the other with the next bundle; not while it is held.
    ana.store().destroy(id, "an order").unwrap();
    let later = ana.bundle(&[case]);
    let hold = farol_model::retention::Hold {
        reason: "litigation".into(),
        set_at: bea.store().now(),
        set_by: bea.store().member(),
    };
    let set = |before: Option<_>, after: Option<_>| {
        bea.store().write(|tx| tx.record(&Action::HoldSet { case, before, after })).unwrap();
    };
    set(None, Some(hold.clone()));
    assert!(matches!(bea.take(&later), Err(TakeError::OnHold(_))));
    assert_eq!(originals(&bea), (3, 0));
    set(Some(hold), None);
    assert_eq!(bea.take(&later).unwrap().cases[0].n_destroyed, 1);
    assert_eq!(originals(&bea), (0, 0));
    bea.holds_together();
    // An erased case takes its entries' key with it, and does not come back.
    bea.store().erase(case, "an order").unwrap();
    bea.holds_together();
    assert!(matches!(bea.take(&later), Err(TakeError::Erased(_))));
    bea.store().rebuild().unwrap();
    bea.holds_together();
}

#[test]
fn what_does_not_touch_is_merged_and_what_does_is_kept_twice() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "shared");
    ana.settle_target(case, "a.example", Outcome::Pending);
    ana.exchange(&bea, case);
    ana.later(1000);
    bea.later(2000);
    ana.change(case, |it| it.severity = Severity::Critical);
    ana.change(case, |it| it.tags.push("from ana".into()));
    ana.settle_target(case, "a.example", Outcome::Mitigated);
    bea.change(case, |it| it.severity = Severity::Low);
    bea.change(case, |it| it.tags.push("from bea".into()));
    bea.change(case, |it| it.title = "another title".into());
    bea.settle_target(case, "b.example", Outcome::NotOurs);
    note(ana.store(), case, "ana's");
    note(bea.store(), case, "bea's");
    let (from_ana, from_bea) = (ana.bundle(&[case]), bea.bundle(&[case]));
    bea.take(&from_ana).unwrap();
    assert_eq!(ana.take(&from_bea).unwrap().cases[0].n_conflicts, 1);
    for desk in [&ana, &bea] {
        desk.holds_together();
        let facts = desk.store().read(|it| it.case(case)).unwrap().facts;
        assert_eq!(facts.title, "another title");
        assert_eq!(facts.tags, ["from ana", "from bea"]);
        assert_eq!(facts.severity, Severity::Low, "the later one, until somebody chooses");
        assert_eq!(desk.store().read(|it| it.notes_of(case)).unwrap().len(), 2);
        assert_eq!(desk.store().read(|it| it.targets_of(case)).unwrap().len(), 2);
    }
    assert_eq!(ana.seen(case), bea.seen(case));
    let conflicts = ana.store().read(|it| it.conflicts(case)).unwrap();
    let (_, conflict) = &conflicts[0];
    assert_eq!((conflicts.len(), conflict.key.as_str()), (1, "case/severity"));
    let is: Vec<_> = conflict.versions.iter().map(|it| it.is.split(':').next().unwrap()).collect();
    assert_eq!(is, ["Critical", "Low"]);

    // Chosen on one desk, it is chosen on both.
    let kept = conflict.versions[0].entry;
    ana.store()
        .write(|tx| {
            tx.record(&Action::ConflictSettled {
                case: Some(case),
                report: None,
                key: conflict.key.clone(),
                label: conflict.label.clone(),
                kept,
                is: "Critical".into(),
            })
        })
        .unwrap();
    ana.change(case, |it| it.severity = Severity::Critical);
    assert!(ana.store().read(|it| it.conflicts(case)).unwrap().is_empty());
    ana.holds_together();
    ana.exchange(&bea, case);
    for desk in [&ana, &bea] {
        desk.holds_together();
        assert!(desk.store().read(|it| it.conflicts(case)).unwrap().is_empty());
    }
    assert_eq!(ana.seen(case), bea.seen(case));
    assert_eq!(bea.store().read(|it| it.case(case)).unwrap().facts.severity, Severity::Critical);
}

/// Three desks, clocks that disagree, random work and random exchanges: once everybody has every entry,
/// everybody sees the same.
#[test]
fn desks_with_the_same_entries_see_the_same_whatever_the_order() {
    for seed in 1..=3_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = |n: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % n
        };
        let desks = [Desk::new("Ana"), Desk::new("Bea"), Desk::new("Cem")];
        let case = open_case(desks[0].store(), "shared");
        let first = desks[0].bundle(&[case]);
        desks[1].take(&first).unwrap();
        desks[2].take(&first).unwrap();
        for step in 0..24 {
            let desk = &desks[random(3) as usize];
            desk.later(random(5000) as i64 - 1500);
            match random(6) {
                0 => desk.change(case, |it| it.severity = Severity::ALL[random(4) as usize]),
                1 => desk.change(case, |it| it.title = format!("title {step}")),
                2 => desk.change(case, |it| it.tags.push(format!("tag {}", random(5)))),
                3 => {
                    let outcome = [Outcome::Mitigated, Outcome::NotOurs, Outcome::Pending]
                        [random(3) as usize]
                        .clone();
                    desk.settle_target(
                        case,
                        ["a.example", "b.example"][random(2) as usize],
                        outcome,
                    );
                }
                4 => note(desk.store(), case, &format!("note {step}")),
                _ => {
                    let other = &desks[random(3) as usize];
                    desk.take(&other.bundle(&[case])).unwrap();
                    desk.holds_together();
                }
            }
        }
        // Everything to the first, from there to the others, and their entries about that once more.
        for _ in 0..3 {
            for from in 1..3 {
                desks[0].take(&desks[from].bundle(&[case])).unwrap();
            }
            for to in 1..3 {
                desks[to].take(&desks[0].bundle(&[case])).unwrap();
            }
        }
        let seen = desks[0].seen(case);
        for desk in &desks {
            desk.holds_together();
            assert_eq!(desk.seen(case), seen, "seed {seed}");
        }
    }
}

#[test]
fn a_number_that_is_taken_here_becomes_another_and_stays_findable() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let ours = open_case(bea.store(), "ours");
    let case = open_case(ana.store(), "theirs");
    let taken = bea.take(&ana.bundle(&[case])).unwrap();
    let (theirs, here) = (taken.cases[0].theirs.to_string(), taken.cases[0].reference.to_string());
    assert_eq!((theirs.as_str(), here.as_str()), ("ESC-2026-0001", "ESC-2026-0002"));
    assert_eq!(bea.store().read(|it| it.case(case)).unwrap().theirs, Some(taken.cases[0].theirs));
    assert_eq!(bea.store().read(|it| it.case(ours)).unwrap().reference.number, 1);
    let query = farol_model::search::Query::parse("ESC-2026-0001");
    assert_eq!(bea.store().read(|it| it.search(&query)).unwrap().n_hits, 2);
    bea.holds_together();
    // Back on the desk that opened it, it has the number it always had.
    bea.change(case, |it| it.title = "changed".into());
    ana.take(&bea.bundle(&[case])).unwrap();
    let back = ana.store().read(|it| it.case(case)).unwrap();
    assert_eq!(
        (back.reference.number, back.theirs, back.facts.title.as_str()),
        (1, None, "changed")
    );
    ana.holds_together();
}

#[test]
fn the_tail_backups_and_recovery_know_the_entries_of_other_desks() {
    let (ana, mut bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "travels");
    let stays = open_case(ana.store(), "stays");
    note(ana.store(), stays, "canary");
    note(ana.store(), case, "one");
    open_case(bea.store(), "bea's own");
    let backup = bea.store().back_up().unwrap();
    bea.take(&ana.bundle(&[case])).unwrap();
    bea.change(case, |it| it.title = "bea's".into());
    let seen = bea.seen(case);
    bea.reopen();
    bea.holds_together();

    // The database is lost, and backup and tail bring everything back.
    bea.store = None;
    let at = Desk::place(&bea.dir, &bea.clock);
    at.put_back(&backup.name, PASSPHRASE).unwrap();
    bea.reopen();
    bea.holds_together();
    assert_eq!(bea.seen(case), seen);

    bea.store = None;
    std::fs::write(bea.dir.path().join("farol.vault"), [0x5a; 9_000]).unwrap();
    at.recover(PASSPHRASE).unwrap();
    bea.reopen();
    bea.holds_together();
    assert_eq!(bea.seen(case), seen);
    bea.store().back_up().unwrap();
    assert_eq!(bea.take(&ana.bundle(&[case])).unwrap().n_new, 0);
}

#[test]
fn what_is_not_honest_is_refused_and_nothing_of_it_is_kept() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "travels");
    let file = ana.bundle(&[case]);
    let with = Identity::Passphrase("other words".to_owned().into());
    let refused = open_bundle(&mut &*file, &with, &mut |_, _| true).unwrap_err();
    assert!(matches!(refused, BundleError::Locked(crate::AgeError::WrongKey)), "{refused}");
    for len in [0, 20, file.len() / 2, file.len() - 1] {
        assert!(bea.take(&file[..len]).is_err(), "cut to {len}");
    }
    // Somebody at the other desk puts another history in place of the one that is known here.
    bea.take(&file).unwrap();
    let backup = ana.store().back_up().unwrap();
    note(ana.store(), case, "one");
    bea.take(&ana.bundle(&[case])).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let at = place(ana.dir.path());
    at.restore_to(&backup.name, &dir.path().join("v"), PASSPHRASE).unwrap();
    let forked = Store::open_with_words(place(&dir.path().join("v")), PASSPHRASE).unwrap();
    note(&forked, case, "another one");
    let mut other = Vec::new();
    let lock = Lock::passphrase(WORDS);
    forked.write_bundle(&[case], "b", &lock, &mut other, &mut |_, _| true).unwrap();
    let refused = bea.take(&other).unwrap_err();
    assert!(matches!(refused, TakeError::Parted { .. }), "{}", words(&refused));
    // And a desk that was set back is told by what others have of it.
    let theirs = bea.bundle(&[case]);
    let with = Identity::Passphrase(WORDS.to_owned().into());
    let opened = open_bundle(&mut &*theirs, &with, &mut |_, _| true).unwrap();
    let told = forked.write(|tx| tx.take_entries(&mut &*theirs, &with, &opened)).unwrap_err();
    assert!(matches!(told, TakeError::Parted { .. } | TakeError::SetBack { .. }), "{told}");
    bea.holds_together();
}

#[test]
fn a_commit_of_which_only_a_part_is_here_is_not_given_as_a_whole() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let (case, other) = (open_case(ana.store(), "travels"), open_case(ana.store(), "stays"));
    note(ana.store(), case, "alone");
    ana.store()
        .write(|tx| {
            for (it, title) in [(case, "one"), (other, "two")] {
                let before = Box::new(tx.read().case(it)?.facts);
                let after = Box::new(CaseFacts { title: title.into(), ..*before.clone() });
                tx.record(&Action::CaseChanged { case: it, before, after })?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    bea.take(&ana.bundle(&[case])).unwrap();
    let commit = |desk: &Desk, action: &str| {
        let story = desk.store().read(|it| it.story(case)).unwrap();
        let entry = story.iter().rfind(|it| it.header.action == action).unwrap().header.id;
        desk.store().read(|it| it.commit_of(entry)).unwrap().map(|it| it.len())
    };
    assert_eq!(commit(&ana, "case_changed"), Some(2));
    assert_eq!(commit(&bea, "case_changed"), None);
    assert_eq!(commit(&bea, "note_added"), Some(1));
    ana.store().erase(other, "an order").unwrap();
    assert_eq!(commit(&ana, "case_changed"), None);
}

#[test]
fn an_entry_that_somebody_hides_behind_its_digest_is_missed() {
    let (ana, bea) = (Desk::new("Ana"), Desk::new("Bea"));
    let case = open_case(ana.store(), "travels");
    note(ana.store(), case, "inconvenient");
    bea.take(&ana.bundle(&[case])).unwrap();
    let (desk, n, hash): (String, u32, Vec<u8>) = raw(bea.store())
        .query_row("SELECT desk, n, hash FROM entry WHERE action = 'note_added'", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    let conn = raw(bea.store());
    let (header, seal, body) = conn
        .query_row(
            "SELECT id, desk, n, at_ms, actor, case_id, action, sealed_with, body FROM entry
             WHERE desk = ?1 AND n = ?2",
            rusqlite::params![desk, n],
            |row| {
                let header = crate::read::header(row).map_err(|_| rusqlite::Error::InvalidQuery)?;
                Ok((header, row.get::<_, String>(7)?, row.get::<_, Vec<u8>>(8)?))
            },
        )
        .unwrap();
    let digest = crate::verify::entry_digest(&header, &seal, &body);
    conn.execute_batch(
        "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE action = 'note_added'",
    )
    .unwrap();
    conn.execute(
        "INSERT INTO bare (desk, n, digest, hash) VALUES (?1, ?2, ?3, ?4)",
        rusqlite::params![desk, n, digest, hash],
    )
    .unwrap();
    let wrong = bea.store().read(|it| it.verify()).unwrap().wrong.unwrap();
    assert_eq!(wrong.change, Tampering::Removed);
}

/// What both desks see of a document.
fn document_seen(desk: &Desk, id: farol_model::id::DocumentId) -> (String, u32) {
    let text = serde_json::to_string(&desk.store().read(|it| it.document(id)).unwrap()).unwrap();
    let keys = raw(desk.store())
        .query_row("SELECT count(*) FROM seal WHERE id = ?1", [id.to_string()], |row| row.get(0))
        .unwrap();
    (text, keys)
}

#[test]
fn drafts_that_were_disposed_of_on_one_desk_go_on_the_other_and_do_not_come_back() {
    let (ana, bea, cleo) = (Desk::new("Ana"), Desk::new("Bea"), Desk::new("Cleo"));
    let case = open_case(ana.store(), "shared");
    let id = drafts::begun(ana.store(), case, "first words");
    drafts::write(ana.store(), id, "words of a draft", false);
    drafts::write(ana.store(), id, "words that are issued", false);
    ana.exchange(&bea, case);
    assert_eq!(document_seen(&ana, id), document_seen(&bea, id));
    // Bea writes on, and Ana issues without having seen it.
    bea.later(1_000);
    ana.later(2_000);
    drafts::write(bea.store(), id, "words of another draft", true);
    let from_bea = bea.bundle(&[case]);
    drafts::issue_without_forgetting(ana.store(), id);
    ana.store().forget_drafts().unwrap();
    ana.holds_together();
    let (issued, _) = document_seen(&ana, id);
    assert!(!issued.contains("another draft"));

    // Her entries come, and nobody can read them.
    assert_eq!(ana.take(&from_bea).unwrap().n_new, 1);
    assert_eq!(document_seen(&ana, id), (issued.clone(), 0));
    ana.holds_together();
    let hold = farol_model::retention::Hold {
        reason: "litigation".into(),
        set_at: bea.store().now(),
        set_by: bea.store().member(),
    };
    let set = |before: Option<_>, after: Option<_>| {
        bea.store().write(|tx| tx.record(&Action::HoldSet { case, before, after })).unwrap();
    };
    set(None, Some(hold.clone()));
    let from_ana = ana.bundle(&[case]);
    assert!(matches!(bea.take(&from_ana), Err(TakeError::OnHold(_))));
    set(Some(hold), None);
    let taken = bea.take(&from_ana).unwrap();
    assert_eq!(taken.cases[0].n_disposed, 1);
    assert_eq!(document_seen(&bea, id), (issued.clone(), 0));
    bea.holds_together();
    ana.take(&bea.bundle(&[case])).unwrap();
    ana.holds_together();
    assert_eq!(document_seen(&ana, id), (issued.clone(), 0));

    // Whoever had none of it gets the issued text and digests of the rest.
    cleo.take(&ana.bundle(&[case])).unwrap();
    cleo.holds_together();
    assert_eq!(document_seen(&cleo, id), (issued.clone(), 0));
    for desk in [&ana, &bea, &cleo] {
        desk.store().rebuild().unwrap();
        desk.holds_together();
        assert_eq!(document_seen(desk, id), (issued.clone(), 0));
        desk.store().erase(case, "an order").unwrap();
        desk.holds_together();
    }
}
