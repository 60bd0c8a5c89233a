use std::{collections::BTreeSet, fs, path::Path};

use rusqlite::types::Value;

use farol_model::{
    document::{
        Audience, Block, Comment, Content, Document, DocumentKind, Envelope, ReviewState,
        ReviewStep, Sent, Standing, Text, changes, reviewed_text,
    },
    id::{BlockId, CaseId, CommentId, DocumentId},
    journal::Action,
    tampering::Tampering,
};

use crate::{
    Store, StoreError, digest, tail,
    tests::{PASSPHRASE, new_store, open_case, place, raw},
};

/// Words that stand in drafts alone.
const CANARY: &str = "cormorant";

pub(crate) fn begun(store: &Store, case: CaseId, text: &str) -> DocumentId {
    store
        .write(|tx| {
            let document = Document {
                id: DocumentId(tx.new_id()),
                case,
                kind: DocumentKind::Response,
                title: "Answer to the reporter".into(),
                template: "acknowledgement 1".into(),
                audience: Audience::InternalTeam,
                created_at: tx.now(),
                envelope: None,
                sent: None,
                blocks: vec![block(BlockId(tx.new_id()), text)],
                standing: Standing::default(),
            };
            let id = document.id;
            tx.record(&Action::DocumentCreated { document: Box::new(document) })?;
            Ok::<_, StoreError>(id)
        })
        .unwrap()
}

fn block(id: BlockId, text: &str) -> Block {
    let content = Content::Paragraph { text: Text::plain(text) };
    Block { id, audience: Audience::InternalTeam, content }
}

/// Writes the first paragraph anew, or adds one.
pub(crate) fn write(store: &Store, id: DocumentId, text: &str, adds: bool) {
    store
        .write(|tx| {
            let before = tx.read().document(id)?;
            let mut after = before.blocks.clone();
            if adds {
                after.push(block(BlockId(tx.new_id()), text));
            } else {
                after[0] = block(after[0].id, text);
            }
            let changes = changes(&before.blocks, &after);
            tx.record(&Action::BlocksSaved { case: before.case, document: id, changes })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn addressed(store: &Store, id: DocumentId, subject: &str) {
    store
        .write(|tx| {
            let it = tx.read().document(id)?;
            let after = Envelope {
                to: "ana@lantern.example".into(),
                subject: subject.into(),
                in_reply_to: None,
            };
            let (case, before) = (it.case, it.envelope);
            tx.record(&Action::EnvelopeSet { case, document: id, before, after })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn commented(store: &Store, id: DocumentId, text: &str) {
    stands(store, id, |it, tx| {
        it.standing.comments.push(Comment {
            id: CommentId(tx.new_id()),
            block: it.blocks[0].id,
            at: tx.now(),
            by: tx.actor(),
            text: text.into(),
            settled_at: Some(tx.now()),
        });
    });
}

fn stands(store: &Store, id: DocumentId, change: impl FnOnce(&mut Document, &crate::WriteTx<'_>)) {
    store
        .write(|tx| {
            let mut document = tx.read().document(id)?;
            let before = Box::new(document.standing.clone());
            change(&mut document, tx);
            let (case, after) = (document.case, Box::new(document.standing));
            tx.record(&Action::StandingSet { case, document: id, before, after })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

/// Disposes of the drafts and issues the document, in one commit, as the hall does.
pub(crate) fn issue_without_forgetting(store: &Store, id: DocumentId) {
    store
        .write(|tx| {
            tx.dispose_of_drafts(id)?;
            let document = tx.read().document(id)?;
            let text = digest(&reviewed_text(&document.blocks, document.envelope.as_ref()));
            let step = ReviewStep { to: ReviewState::Issued, at: tx.now(), by: tx.actor(), text };
            let after = Box::new(document.standing.stepped(step));
            let (case, before) = (document.case, Box::new(document.standing));
            tx.record(&Action::StandingSet { case, document: id, before, after })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

fn issue(store: &Store, id: DocumentId) {
    issue_without_forgetting(store, id);
    store.forget_drafts().unwrap();
}

/// A document whose text, address and comments had the canary, and have it no more.
fn written(store: &Store, case: CaseId) -> DocumentId {
    let id = begun(store, case, &format!("begun with a {CANARY}"));
    write(store, id, &format!("and a {CANARY} in it"), false);
    addressed(store, id, &format!("about the {CANARY}"));
    commented(store, id, &format!("leave the {CANARY} out"));
    write(store, id, "what is issued", false);
    addressed(store, id, "about your report");
    id
}

fn holds_together(store: &Store) {
    assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
    assert_eq!(store.read(|it| it.verify_chain(&[])).unwrap().wrong, None);
    assert_eq!(store.rebuild_check().unwrap(), None);
}

/// Every value of every table, and every body that a key in the vault opens.
fn all_that_can_be_read(store: &Store) -> String {
    let conn = raw(store);
    let mut text = String::new();
    let tables = conn
        .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main'")
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    for table in tables.iter().filter(|it| !it.starts_with("search_piece_")) {
        let Ok(mut query) = conn.prepare(&format!("SELECT * FROM \"{table}\"")) else { continue };
        let n_columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Ok(Some(row)) = rows.next() {
            for n in 0..n_columns {
                match row.get::<_, Value>(n).unwrap() {
                    Value::Text(it) => text += &it,
                    Value::Blob(it) => text += &String::from_utf8_lossy(&it),
                    _ => {}
                }
            }
        }
    }
    let keys: Vec<Vec<u8>> = conn
        .prepare("SELECT key FROM seal")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut query =
        conn.prepare("SELECT id, desk, n, at_ms, actor, case_id, action, body FROM entry").unwrap();
    let mut rows = query.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (header, body) = (crate::read::header(row).unwrap(), row.get::<_, Vec<u8>>(7).unwrap());
        for key in &keys {
            if let Ok(plain) = crate::read::unseal(&header, &body, key) {
                text += &String::from_utf8_lossy(&plain);
            }
        }
    }
    text.to_lowercase()
}

/// The keys that lie in a tail.
fn keys_in_tail(store: &Store, dir: &Path) -> BTreeSet<String> {
    let key = tail::key(&store.secrets().database_key);
    let found = tail::Found::read(&dir.join("farol.tail"), &key).unwrap().unwrap();
    let mut ids = BTreeSet::new();
    found
        .rows_after(0, &mut |row| {
            if let tail::Row::Seal { id, .. } = row {
                ids.insert(id);
            }
            Ok(())
        })
        .unwrap();
    ids
}

#[test]
fn what_was_disposed_of_is_nowhere_and_the_issued_text_stays() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    assert!(all_that_can_be_read(&store).contains(CANARY), "or the test looks in the wrong places");
    let before = store.read(|it| it.document(id)).unwrap();
    assert_eq!(store.read(|it| it.n_draft_entries(id)).unwrap(), Some(6));
    issue(&store, id);

    assert!(!all_that_can_be_read(&store).contains(CANARY));
    assert!(!keys_in_tail(&store, dir.path()).contains(&id.to_string()));
    assert_eq!(fs::metadata(dir.path().join("farol.vault-wal")).unwrap().len(), 0);
    let secure: i64 = store.writer().query_row("PRAGMA secure_delete", [], |it| it.get(0)).unwrap();
    assert_eq!(secure, 1, "freed pages are written over");
    let after = store.read(|it| it.document(id)).unwrap();
    assert_eq!((&after.blocks, &after.envelope), (&before.blocks, &before.envelope));
    assert_eq!(after.standing.state(), ReviewState::Issued);
    assert!(after.standing.comments.is_empty());
    holds_together(&store);

    let words: Vec<_> =
        store.read(|it| it.story(case)).unwrap().into_iter().map(|it| it.header.action).collect();
    assert_eq!(words, ["case_opened", "drafts_disposed", "standing_set"]);
    let (header, left) = store.read(|it| it.disposed_drafts(case, id)).unwrap().unwrap();
    assert_eq!((header.actor, left.n_entries, left.again), (store.member(), 6, false));
    assert_eq!(store.read(|it| it.n_draft_entries(id)).unwrap(), None);
    let again = store.write(|tx| tx.dispose_of_drafts(id));
    assert!(matches!(again, Err(StoreError::NotFound("draft"))));

    // What is done to it from now on is closed with the key of the case.
    stands(&store, id, |it, _| it.standing.version += 0);
    store.export_journal(&mut Vec::new(), false).unwrap();
    store.rebuild().unwrap();
    drop(store);
    let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
    assert!(store.findings().is_empty());
    assert_eq!(store.read(|it| it.document(id)).unwrap(), after);
    holds_together(&store);
    store.erase(case, "an order").unwrap();
    holds_together(&store);
}

#[test]
fn an_erased_case_takes_its_drafts_with_it() {
    let (_dir, store) = new_store();
    let (one, other) = (open_case(&store, "one"), open_case(&store, "two"));
    written(&store, one);
    let stays = begun(&store, other, "stays");
    store.erase(one, "an order").unwrap();
    assert!(!all_that_can_be_read(&store).contains(CANARY));
    assert_eq!(store.read(|it| it.n_draft_entries(stays)).unwrap(), Some(1));
    holds_together(&store);
}

#[test]
fn a_response_that_was_sent_before_is_sent_after_everything_is_made_again() {
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    store
        .write(|tx| {
            let sent = Sent {
                at: tx.now(),
                channel: "portal".into(),
                confirmed_by: tx.actor(),
                to: None,
                message_id: None,
                sha256: None,
            };
            tx.record(&Action::DocumentSent { case, document: id, sent })?;
            tx.dispose_of_drafts(id)
        })
        .unwrap();
    store.forget_drafts().unwrap();
    holds_together(&store);
    store.rebuild().unwrap();
    assert!(store.read(|it| it.document(id)).unwrap().sent.is_some());
    holds_together(&store);
}

#[test]
fn a_backup_that_is_put_back_loses_the_drafts_again() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    let backup = store.back_up().unwrap();
    write(&store, id, &format!("one more {CANARY}"), true);
    write(&store, id, "one more", false);
    let text = store.read(|it| it.document(id)).unwrap().blocks;
    let last = text.last().unwrap().id;
    store
        .write(|tx| {
            let after: Vec<_> = text.iter().filter(|it| it.id != last).cloned().collect();
            let changes = changes(&text, &after);
            tx.record(&Action::BlocksSaved { case, document: id, changes })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    issue(&store, id);
    let issued = store.read(|it| it.document(id)).unwrap();
    drop(store);
    for without_tail in [false, true] {
        if without_tail {
            fs::remove_file(dir.path().join("farol.tail")).unwrap();
        }
        place(dir.path()).put_back(&backup.name, PASSPHRASE).unwrap();
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert!(!all_that_can_be_read(&store).contains(CANARY), "without tail: {without_tail}");
        assert!(!keys_in_tail(&store, dir.path()).contains(&id.to_string()));
        holds_together(&store);
        let (_, left) = store.read(|it| it.disposed_drafts(case, id)).unwrap().unwrap();
        assert_eq!(left.again, without_tail);
        let now = store.read(|it| it.document(id)).unwrap();
        if without_tail {
            // Its issue is gone with the tail; it can be written on and issued anew.
            assert_eq!(now.standing.state(), ReviewState::Draft);
            write(&store, id, "written on", false);
            holds_together(&store);
        } else {
            assert_eq!(now, issued);
        }
    }
}

#[test]
fn what_is_recovered_has_no_drafts_either() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    store.back_up().unwrap();
    issue(&store, id);
    let issued = store.read(|it| it.document(id)).unwrap();
    drop(store);
    fs::write(dir.path().join("farol.vault"), [0x5a; 9_000]).unwrap();
    place(dir.path()).recover(PASSPHRASE).unwrap();
    let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
    assert!(!all_that_can_be_read(&store).contains(CANARY));
    assert_eq!(store.read(|it| it.document(id)).unwrap(), issued);
    holds_together(&store);
}

#[test]
fn a_kill_in_the_middle_of_disposing_leaves_no_key_behind() {
    let (dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    issue_without_forgetting(&store, id);
    let killed = tempfile::tempdir().unwrap();
    for file in ["farol.vault", "farol.vault-wal", "farol.tail", "vault.json"] {
        fs::copy(dir.path().join(file), killed.path().join(file)).unwrap();
    }
    assert!(keys_in_tail(&store, killed.path()).contains(&id.to_string()));
    let killed_store = Store::open_with_words(place(killed.path()), PASSPHRASE).unwrap();
    assert!(!keys_in_tail(&store, killed.path()).contains(&id.to_string()));
    assert_eq!(fs::metadata(killed.path().join("farol.vault-wal")).unwrap().len(), 0);
    assert!(killed_store.place().slots().unwrap().disposed.contains(&id.0));
    assert!(!all_that_can_be_read(&killed_store).contains(CANARY));
    holds_together(&killed_store);
}

#[test]
fn a_key_that_somebody_took_away_or_a_text_that_is_another_one_is_found() {
    let change = |store: &Store| store.read(|it| it.verify()).unwrap().wrong.map(|it| it.change);
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    raw(&store).execute("DELETE FROM seal WHERE id = ?1", [id.to_string()]).unwrap();
    assert_eq!(change(&store), Some(Tampering::SealRemoved));

    // Whoever has the vault's keys leaves another text than was issued.
    let (_dir, store) = new_store();
    let case = open_case(&store, "one");
    let id = written(&store, case);
    stands(&store, id, |document, tx| {
        let text = digest(&reviewed_text(&document.blocks, document.envelope.as_ref()));
        let step = ReviewStep { to: ReviewState::Issued, at: tx.now(), by: tx.actor(), text };
        document.standing = document.standing.stepped(step);
    });
    store
        .write(|tx| {
            let mut document = tx.read().document(id)?;
            let saved_at = tx.read().document_saved_at(id)?;
            document.blocks[0] = block(document.blocks[0].id, "another text");
            let left = farol_model::document::DisposedDrafts::of(document, saved_at, 6, false);
            tx.record(&Action::DraftsDisposed { case, left: Box::new(left) })?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(change(&store), Some(Tampering::AnotherText));
}
