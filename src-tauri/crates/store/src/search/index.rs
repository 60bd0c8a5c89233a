//! What can be found, kept in step with the projections.
//!
//! An item's texts are taken from the model as they are; the plain spelling is what is looked
//! through. An index of the same projections is always the same. Ids of items grow with their time, so
//! that the newest of very many are found without looking at the others, and end with the number of their
//! kind, so that those of other kinds are passed by without a look.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use farol_model::{
    case::Case,
    id::CaseId,
    journal::Action,
    lookup::Observation,
    observable::{Observable, defang},
    search::SearchKind,
    time::Timestamp,
};

use super::{
    items::{
        BETWEEN_PARTS, Item, Texts, of_case_facts, of_decision, of_document, of_mitigation,
        of_note, of_report, of_sighting, one_line, words_of_answer,
    },
    texts, vocabulary,
};
use crate::{Reader, StoreError};

/// Items of one second; with more than these, ids go on in the next.
const ITEMS_A_SECOND: i64 = 1024;

/// Ids that one item takes: the one with its kind's number is its own.
const KINDS: i64 = 16;

/// The number by which an id says what kind of thing it is of. Kept in vaults: a number is never given to
/// another kind.
fn number(kind: SearchKind) -> i64 {
    match kind {
        SearchKind::Case => 0,
        SearchKind::Report => 1,
        SearchKind::Note => 2,
        SearchKind::Sighting => 3,
        SearchKind::Decision => 4,
        SearchKind::Mitigation => 5,
        SearchKind::Response => 6,
        SearchKind::Document => 7,
        SearchKind::Target => 8,
        SearchKind::Answer => 9,
        SearchKind::Observable => 10,
        SearchKind::Person => 11,
        SearchKind::Account => 12,
    }
}

/// A condition on ids: of one of some kinds, of any when there are none.
pub(super) fn is_of(id: &str, kinds: &[SearchKind]) -> String {
    if kinds.is_empty() {
        return "TRUE".into();
    }
    let numbers: Vec<_> = kinds.iter().map(|it| number(*it).to_string()).collect();
    format!("{id} % {KINDS} IN ({})", numbers.join(", "))
}

/// What a transaction has to change in the index. It is done at the commit, so that an item that
/// changes often is written once, and in the order of ids, because the full-text index writes a piece
/// of its own each time they go back.
#[derive(Default)]
pub(crate) struct Changes(BTreeMap<(&'static str, String), Option<Item>>);

impl Changes {
    /// Takes what one action changed; its projection was applied before.
    pub(crate) fn follow(&mut self, conn: &Connection, action: &Action) -> Result<(), StoreError> {
        match action {
            Action::ReportReceived { report } => self.put(of_report(report)),
            // As it stands here: its number can be another one.
            Action::CaseOpened { case } => {
                self.put_case(conn, &Reader::new(conn).case(case.id)?)?;
            }
            Action::CaseChanged { case, .. } => {
                self.put_case(conn, &Reader::new(conn).case(*case)?)?;
            }
            Action::ObservableAdded { case, observable } => {
                self.put_value(conn, *case, observable)?;
            }
            Action::TargetSet { case, before, after } => {
                if let Some(target) = after.as_ref().or(before.as_ref()) {
                    self.put_value(conn, *case, &target.observable)?;
                }
            }
            Action::NoteAdded { case, note } => self.put(of_note(*case, note)),
            Action::NoteWithdrawn { note, .. } => {
                self.remove(SearchKind::Note, note.id.to_string());
            }
            Action::SightingSet { case, after: Some(it), .. } => self.put(of_sighting(*case, it)),
            Action::SightingSet { before, after: None, .. } => {
                if let Some(it) = before {
                    self.remove(SearchKind::Sighting, it.id.to_string());
                }
            }
            Action::DecisionSet { case, after, .. } => self.put(of_decision(*case, after)),
            Action::MitigationSet { case, after, .. } => self.put(of_mitigation(*case, after)),
            Action::DocumentCreated { document } => self.put(of_document(document)),
            Action::BlocksSaved { document, .. } | Action::EnvelopeSet { document, .. } => {
                self.put(of_document(&Reader::new(conn).document(*document)?));
            }
            Action::DraftsDisposed { left, .. } => self.put(of_document(&left.document)),
            Action::Observed { case, observations, .. } => {
                for it in observations {
                    self.put_answer(conn, *case, it)?;
                }
            }
            Action::VaultCreated { .. }
            | Action::SlotChanged { .. }
            | Action::DatabaseKeyChanged
            | Action::HoldSet { .. }
            | Action::CaseErased { .. }
            | Action::RetentionSet { .. }
            | Action::TeamSet { .. }
            | Action::TemplateSet { .. }
            | Action::BundleLeft { .. }
            | Action::BundleTaken { .. }
            | Action::CaseRenumbered { .. }
            | Action::ConflictSettled { .. }
            | Action::EntriesBroughtBack { .. }
            | Action::MemberAdded { .. }
            | Action::FileSigned { .. }
            | Action::FileTaken { .. }
            | Action::ConsentSet { .. }
            | Action::ReportAttached { .. }
            | Action::ReportDetached { .. }
            | Action::Undid { .. }
            | Action::ClockSet { .. }
            | Action::EvidenceReceived { .. }
            | Action::EvidenceHandled { .. }
            | Action::EvidenceDestroyed { .. }
            | Action::StandingSet { .. }
            | Action::DocumentSent { .. }
            | Action::DocumentExported { .. } => {}
        }
        Ok(())
    }

    /// Changes the index, and the vocabulary with it.
    pub(crate) fn apply(self, conn: &Connection) -> Result<(), StoreError> {
        let Changed { gone, new } = self.apply_texts(conn)?;
        vocabulary::learn(conn, &new)?;
        vocabulary::unlearn(conn, &gone)
    }

    pub(super) fn apply_texts(self, conn: &Connection) -> Result<Changed, StoreError> {
        let (mut gone, mut new) = (BTreeMap::new(), Vec::new());
        let mut changed = Changed::default();
        for ((kind, key), item) in self.0 {
            let texts = item.map(|item| (Texts::of(&item), item));
            match (known(conn, kind, &key, texts.as_ref())?, texts) {
                (Some((_, true)), _) => {}
                (known, texts) => {
                    if let Some((id, _)) = known {
                        gone.insert(id, texts.is_some().then_some(new.len()));
                    }
                    new.extend(texts.map(|(texts, item)| New { texts, item, replaces: false }));
                }
            }
        }
        for (id, by) in gone {
            let before = texts::take(conn, id)?.unwrap_or_default();
            conn.prepare_cached("DELETE FROM search WHERE id = ?1")?.execute([id])?;
            changed.replace(before, by.map(|at| &mut new[at]));
        }
        new.sort_by_key(|it| it.item.at);
        for New { texts, item, replaces } in new {
            insert(conn, &item, &texts)?;
            if !replaces {
                changed.new.extend([texts.title, texts.body]);
            }
        }
        Ok(changed)
    }

    /// How many items change.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn put(&mut self, item: Item) {
        self.0.insert((item.kind.word(), item.key.clone()), Some(item));
    }

    fn remove(&mut self, kind: SearchKind, key: String) {
        self.0.insert((kind.word(), key), None);
    }

    /// A case, its people and its accounts.
    pub(super) fn put_case(&mut self, conn: &Connection, case: &Case) -> Result<(), StoreError> {
        let of_case = format!("{}/", case.id);
        let parts = [SearchKind::Person, SearchKind::Account];
        for ((kind, key), item) in &mut self.0 {
            if parts.iter().any(|it| it.word() == *kind) && key.starts_with(&of_case) {
                *item = None;
            }
        }
        let mut query =
            conn.prepare_cached("SELECT key FROM search WHERE case_id = ?1 AND kind = ?2")?;
        for part in parts {
            let known = query.query_map([&case.id.to_string(), part.word()], |row| row.get(0))?;
            for key in known.collect::<Result<Vec<String>, _>>()? {
                self.remove(part, key);
            }
        }
        of_case_facts(case).into_iter().for_each(|item| self.put(item));
        Ok(())
    }

    /// A value on a case: a target, or one that a person added, or neither any more.
    pub(super) fn put_value(
        &mut self,
        conn: &Connection,
        id: CaseId,
        value: &Observable,
    ) -> Result<(), StoreError> {
        let reader = Reader::new(conn);
        let key = format!("{id}/{}/{}", value.kind.word(), value.value);
        let target = reader.target(id, value)?;
        let (kind, other) = match target {
            Some(_) => (SearchKind::Target, SearchKind::Observable),
            None => (SearchKind::Observable, SearchKind::Target),
        };
        self.remove(other, key.clone());
        if target.is_none() && !reader.is_added(id, value)? {
            self.remove(kind, key);
            return Ok(());
        }
        let outcome = target.map(|it| it.outcome.display());
        self.put(Item {
            kind,
            key,
            case: Some(id),
            at: reader.opened_at(id)?,
            title: value.defanged(),
            body: outcome.into_iter().collect(),
        });
        Ok(())
    }

    /// What was answered about one host of a case: one item, however often and for what it was asked.
    pub(super) fn put_answer(
        &mut self,
        conn: &Connection,
        case: CaseId,
        it: &Observation,
    ) -> Result<(), StoreError> {
        let said = words_of_answer(&it.answer);
        if said.is_empty() {
            return Ok(());
        }
        let about = it.question.about();
        let (kind, key) = (SearchKind::Answer, format!("{case}/{about}"));
        let mut item = match self.0.remove(&(kind.word(), key.clone())).flatten() {
            Some(item) => item,
            None => {
                let (at, body) = answered(conn, &key)?.unwrap_or((it.asked_at, String::new()));
                let body = body.split(BETWEEN_PARTS).filter(|it| !it.is_empty());
                let body = body.map(str::to_owned).collect();
                Item { kind, key, case: Some(case), at, title: defang(about), body }
            }
        };
        let parts = said.iter().flat_map(|it| it.split(BETWEEN_PARTS));
        let parts = parts.map(one_line).filter(|it| !it.is_empty());
        let all: BTreeSet<String> = item.body.into_iter().chain(parts).collect();
        item.body = all.into_iter().collect();
        item.at = item.at.min(it.asked_at);
        self.put(item);
        Ok(())
    }
}

/// When a host was first asked about on a case, and what is kept of the answers.
fn answered(conn: &Connection, key: &str) -> Result<Option<(Timestamp, String)>, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT at_ms, coalesce(written_body, body)
             FROM search JOIN search_text ON search_text.id = search.id
             WHERE kind = 'answer' AND key = ?1",
        )?
        .query_row([key], |row| Ok((Timestamp::from_ms(row.get(0)?), row.get(1)?)))
        .optional()?)
}

/// What is put into the index.
struct New {
    texts: Texts,
    item: Item,
    /// Whether it stands for texts that go.
    replaces: bool,
}

/// What a change of texts does to the vocabulary.
#[derive(Default)]
pub(super) struct Changed {
    /// Words that were in texts that went.
    gone: BTreeSet<String>,
    /// Texts that came.
    new: Vec<String>,
}

impl Changed {
    /// Texts go, and others come in their place: of a long text of which one paragraph changed only the words
    /// there are looked at.
    fn replace(&mut self, before: [String; 2], by: Option<&mut New>) {
        let now = by.map(|it| {
            it.replaces = true;
            [it.texts.title.as_str(), &it.texts.body]
        });
        for (before, now) in before.iter().zip(now.unwrap_or_default()) {
            let (before, now) = vocabulary::apart(before, now);
            self.gone.extend(vocabulary::words(before));
            self.new.push(now.to_owned());
        }
    }
}

/// The id of an item that the index has, and whether it stands there as it is now.
fn known(
    conn: &Connection,
    kind: &str,
    key: &str,
    now: Option<&(Texts, Item)>,
) -> Result<Option<(i64, bool)>, StoreError> {
    let known: Option<(i64, i64)> = conn
        .prepare_cached("SELECT id, at_ms FROM search WHERE kind = ?1 AND key = ?2")?
        .query_row([kind, key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (id, it) = match (known, now) {
        (None, _) => return Ok(None),
        (Some((id, at_ms)), Some((texts, item))) if at_ms == item.at.ms() => (id, texts),
        (Some((id, _)), _) => return Ok(Some((id, false))),
    };
    let is_same = conn
        .prepare_cached(
            "SELECT title = ?2 AND body = ?3
                AND coalesce(written_title, title) = ?4 AND coalesce(written_body, body) = ?5
             FROM search_text WHERE id = ?1",
        )?
        .query_row(params![id, it.title, it.body, it.written_title, it.written_body], |row| {
            row.get(0)
        })?;
    Ok(Some((id, is_same)))
}

fn insert(conn: &Connection, item: &Item, texts: &Texts) -> Result<(), StoreError> {
    let id = free_id(conn, item.at, item.kind)?;
    conn.prepare_cached(
        "INSERT INTO search (id, kind, key, case_id, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id,
        item.kind.word(),
        item.key,
        item.case.map(|case| case.to_string()),
        item.at.ms()
    ])?;
    texts::put(conn, id, texts)
}

/// An id that nothing has, at the place of an instant.
fn free_id(conn: &Connection, at: Timestamp, kind: SearchKind) -> Result<i64, StoreError> {
    let mut last = conn.prepare_cached("SELECT max(id) FROM search WHERE id >= ?1 AND id < ?2")?;
    let mut from = at.ms().div_euclid(1000) * ITEMS_A_SECOND * KINDS;
    loop {
        let before = from + ITEMS_A_SECOND * KINDS;
        let last: Option<i64> = last.query_row([from, before], |row| row.get(0))?;
        let free = last.map_or(from, |it| (it.div_euclid(KINDS) + 1) * KINDS);
        if free < before {
            return Ok(free + number(kind));
        }
        from = before;
    }
}

/// Takes out everything that a condition on one value names.
pub(crate) fn forget(conn: &Connection, condition: &str, value: &str) -> Result<(), StoreError> {
    let mut gone = BTreeSet::new();
    let sql = format!("SELECT id FROM search WHERE {condition} ORDER BY id");
    let ids =
        conn.prepare(&sql)?.query_map([value], |row| row.get(0))?.collect::<Result<Vec<_>, _>>()?;
    for id in ids {
        let texts = texts::take(conn, id)?.unwrap_or_default();
        gone.extend(texts.iter().flat_map(|text| vocabulary::words(text)));
    }
    conn.execute(&format!("DELETE FROM search WHERE {condition}"), [value])?;
    vocabulary::unlearn(conn, &gone)
}
