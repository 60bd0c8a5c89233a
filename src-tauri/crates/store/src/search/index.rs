//! What can be found, kept in step with the projections.
//!
//! An item's texts are taken from the model as they are; the plain spelling is what is looked
//! through. An index of the same projections is always the same.

use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;

use farol_model::{
    case::{Case, Note},
    decision::{Decision, Mitigation},
    document::{Document, DocumentKind, Span, Text},
    id::{CaseId, DocumentId},
    journal::Action,
    observable::Observable,
    refang::plain,
    report::Report,
    search::SearchKind,
    time::Timestamp,
};

use crate::{
    Reader, StoreError,
    read::{id_of, kind_of, parse},
};

/// Stands between the parts of a body; no word, so that words on both sides are no phrase.
const BETWEEN_PARTS: &str = " · ";

/// One thing that can be found.
struct Item {
    kind: SearchKind,
    key: String,
    case: Option<CaseId>,
    at: Timestamp,
    title: String,
    body: Vec<String>,
}

/// Brings the index up to what one action changed; its projection was applied before.
pub(crate) fn follow(conn: &Connection, action: &Action) -> Result<(), StoreError> {
    match action {
        Action::ReportReceived { report } => put(conn, of_report(report)),
        // As it stands here: its number can be another one.
        Action::CaseOpened { case } => put_case(conn, &Reader::new(conn).case(case.id)?),
        Action::CaseChanged { case, .. } => put_case(conn, &Reader::new(conn).case(*case)?),
        Action::ObservableAdded { case, observable } => put_value(conn, *case, observable),
        Action::TargetSet { case, before, after } => after
            .as_ref()
            .or(before.as_ref())
            .map_or(Ok(()), |target| put_value(conn, *case, &target.observable)),
        Action::NoteAdded { case, note } => put(conn, of_note(*case, note)),
        Action::NoteWithdrawn { note, .. } => {
            remove(conn, SearchKind::Note.word(), &note.id.to_string())
        }
        Action::DecisionSet { case, after, .. } => put(conn, of_decision(*case, after)),
        Action::MitigationSet { case, after, .. } => put(conn, of_mitigation(*case, after)),
        Action::DocumentCreated { document } => put(conn, of_document(document)),
        Action::BlocksSaved { document, .. } | Action::EnvelopeSet { document, .. } => {
            put(conn, of_document(&Reader::new(conn).document(*document)?))
        }
        Action::VaultCreated { .. }
        | Action::SlotChanged { .. }
        | Action::DatabaseKeyChanged
        | Action::HoldSet { .. }
        | Action::CaseErased { .. }
        | Action::RetentionSet { .. }
        | Action::EntriesBroughtBack { .. }
        | Action::MemberAdded { .. }
        | Action::FileSigned { .. }
        | Action::FileTaken { .. }
        | Action::ConsentSet { .. }
        | Action::ReportAttached { .. }
        | Action::ReportDetached { .. }
        | Action::Undid { .. }
        | Action::ClockSet { .. }
        | Action::Observed { .. }
        | Action::EvidenceReceived { .. }
        | Action::EvidenceHandled { .. }
        | Action::EvidenceDestroyed { .. }
        | Action::DocumentSent { .. }
        | Action::DocumentExported { .. }
        | Action::BundleLeft { .. }
        | Action::BundleTaken { .. }
        | Action::CaseRenumbered { .. }
        | Action::ConflictSettled { .. } => Ok(()),
    }
}

/// Fills an empty index from the projections.
pub(crate) fn build(conn: &Connection) -> Result<(), StoreError> {
    for_each(conn, "SELECT NULL, body FROM report", |_, report: Report| {
        put(conn, of_report(&report))
    })?;
    for_each(conn, "SELECT NULL, body FROM case_", |_, case: Case| put_case(conn, &case))?;
    let mut values = conn.prepare(
        "SELECT case_id, kind, value FROM target
         UNION SELECT case_id, kind, value FROM observable",
    )?;
    let mut rows = values.query([])?;
    while let Some(row) = rows.next()? {
        let kind = kind_of(&row.get::<_, String>(1)?)?;
        let observable = Observable { kind, value: row.get(2)? };
        put_value(conn, id_of(&row.get::<_, String>(0)?)?, &observable)?;
    }
    for_each(conn, "SELECT case_id, body FROM note", |case, note: Note| {
        put(conn, of_note(id_of(&case)?, &note))
    })?;
    for_each(conn, "SELECT case_id, body FROM decision", |case, decision: Decision| {
        put(conn, of_decision(id_of(&case)?, &decision))
    })?;
    for_each(conn, "SELECT case_id, body FROM mitigation", |case, mitigation: Mitigation| {
        put(conn, of_mitigation(id_of(&case)?, &mitigation))
    })?;
    for_each(conn, "SELECT id, body FROM document", |id, _: Document| {
        let document = Reader::new(conn).document(id_of::<DocumentId>(&id)?)?;
        put(conn, of_document(&document))
    })
}

fn for_each<T: DeserializeOwned>(
    conn: &Connection,
    sql: &str,
    put: impl Fn(String, T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = conn.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let owner: Option<String> = row.get(0)?;
        put(owner.unwrap_or_default(), parse(&row.get::<_, String>(1)?)?)?;
    }
    Ok(())
}

fn of_report(report: &Report) -> Item {
    let parsed = &report.parsed;
    let mut body = vec![parsed.text.clone()];
    for who in [&parsed.sender, &parsed.reporter] {
        body.extend(who.name.iter().chain(&who.address).cloned());
    }
    body.extend(parsed.reporter_reference.clone());
    body.extend(parsed.attachments.iter().map(|it| it.name.clone()));
    body.extend(
        parsed
            .observables
            .iter()
            .filter(|it| {
                let in_text = matches!(it.found_in.as_str(), "body" | "subject");
                !in_text || plain(&it.written_as).text != it.observable.value
            })
            .map(|it| it.observable.defanged()),
    );
    Item {
        kind: SearchKind::Report,
        key: report.id.to_string(),
        case: None,
        at: report.received_at,
        title: parsed.subject.clone(),
        body,
    }
}

/// A case, its people and its accounts.
fn put_case(conn: &Connection, case: &Case) -> Result<(), StoreError> {
    let facts = &case.facts;
    let item = |kind, key, title: &str, body| Item {
        kind,
        key,
        case: Some(case.id),
        at: case.opened_at,
        title: title.to_owned(),
        body,
    };
    let mut body = vec![case.reference.to_string(), facts.severity_reason.clone()];
    body.extend(case.theirs.map(|it| it.to_string()));
    body.extend(
        [&facts.waiting_on, &facts.asked_by, &facts.jurisdiction].into_iter().flatten().cloned(),
    );
    body.extend([&facts.legal_bases, &facts.tickets, &facts.tags].into_iter().flatten().cloned());
    put(conn, item(SearchKind::Case, case.id.to_string(), &facts.title, body))?;

    let mut keys = Vec::new();
    for (n, person) in facts.people.iter().enumerate() {
        let key = format!("{}/{n}", case.id);
        keys.push((SearchKind::Person, key.clone()));
        let mut body = vec![person.role.label().to_owned()];
        body.extend(person.address.clone());
        put(conn, item(SearchKind::Person, key, &person.name, body))?;
    }
    for (n, account) in facts.accounts.iter().enumerate() {
        let key = format!("{}/{n}", case.id);
        keys.push((SearchKind::Account, key.clone()));
        put(conn, item(SearchKind::Account, key, &account.name, vec![account.id.clone()]))?;
    }
    let mut query = conn.prepare_cached(
        "SELECT kind, key FROM search WHERE case_id = ?1 AND kind IN ('person', 'account')",
    )?;
    let known: Vec<(String, String)> = query
        .query_map([case.id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (kind, key) in known {
        if !keys.iter().any(|(k, it)| k.word() == kind && *it == key) {
            remove(conn, &kind, &key)?;
        }
    }
    Ok(())
}

/// A value on a case: a target, or one that a person added, or neither any more.
fn put_value(conn: &Connection, id: CaseId, value: &Observable) -> Result<(), StoreError> {
    let reader = Reader::new(conn);
    let key = format!("{id}/{}/{}", value.kind.word(), value.value);
    let target = reader.target(id, value)?;
    let (kind, other) = match target {
        Some(_) => (SearchKind::Target, SearchKind::Observable),
        None => (SearchKind::Observable, SearchKind::Target),
    };
    remove(conn, other.word(), &key)?;
    if target.is_none() && !reader.added_observables(id)?.contains(value) {
        return remove(conn, kind.word(), &key);
    }
    let outcome = target.map(|it| it.outcome.display());
    put(
        conn,
        Item {
            kind,
            key,
            case: Some(id),
            at: reader.case(id)?.opened_at,
            title: value.defanged(),
            body: outcome.into_iter().collect(),
        },
    )
}

fn of_note(case: CaseId, note: &Note) -> Item {
    Item {
        kind: SearchKind::Note,
        key: note.id.to_string(),
        case: Some(case),
        at: note.written_at,
        title: String::new(),
        body: vec![note.text.clone()],
    }
}

fn of_decision(case: CaseId, decision: &Decision) -> Item {
    let mut body = vec![decision.reason.clone()];
    body.extend(decision.policy.iter().chain(&decision.alternatives).cloned());
    body.push(decision.blast_radius.clone());
    body.extend(decision.target.as_ref().map(Observable::defanged));
    Item {
        kind: SearchKind::Decision,
        key: decision.id.to_string(),
        case: Some(case),
        at: decision.decided_at,
        title: decision.what.clone(),
        body,
    }
}

fn of_mitigation(case: CaseId, mitigation: &Mitigation) -> Item {
    Item {
        kind: SearchKind::Mitigation,
        key: mitigation.id.to_string(),
        case: Some(case),
        at: mitigation.steps.first().map_or(Timestamp::from_ms(0), |step| step.at),
        title: mitigation.what.clone(),
        body: mitigation.target.iter().map(Observable::defanged).collect(),
    }
}

fn of_document(document: &Document) -> Item {
    let texts = document.blocks.iter().flat_map(|block| block.content.texts()).map(words_of);
    let mut body = vec![texts.collect::<Vec<_>>().join("\n")];
    if let Some(envelope) = &document.envelope {
        body.extend([envelope.subject.clone(), envelope.to.clone()]);
    }
    Item {
        kind: match document.kind {
            DocumentKind::Response => SearchKind::Response,
            DocumentKind::Rca | DocumentKind::Readout => SearchKind::Document,
        },
        key: document.id.to_string(),
        case: Some(document.case),
        at: document.created_at,
        title: document.title.clone(),
        body,
    }
}

/// The words of a text; facts are filled in at export and stand elsewhere.
fn words_of(text: &Text) -> String {
    text.0
        .iter()
        .filter_map(|span| match span {
            Span::Plain(text) | Span::Marked { text, .. } => Some(text.as_str()),
            Span::Fact(_) => None,
        })
        .collect()
}

fn put(conn: &Connection, item: Item) -> Result<(), StoreError> {
    let written_title = one_line(&item.title);
    let parts = item.body.iter().map(|it| one_line(it)).filter(|it| !it.is_empty());
    let written_body = parts.collect::<Vec<_>>().join(BETWEEN_PARTS);
    let title = plain(&written_title).text;
    let body = plain(&written_body).text;
    let known: Option<(i64, bool)> = conn
        .prepare_cached(
            "SELECT search.id, title = ?3 AND body = ?4
                AND coalesce(written_title, title) = ?5 AND coalesce(written_body, body) = ?6
             FROM search JOIN search_text ON search_text.id = search.id
             WHERE kind = ?1 AND key = ?2",
        )?
        .query_row(
            params![item.kind.word(), item.key, title, body, written_title, written_body],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((_, true)) = known {
        return Ok(());
    }
    remove(conn, item.kind.word(), &item.key)?;
    conn.prepare_cached("INSERT INTO search (kind, key, case_id, at_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            item.kind.word(),
            item.key,
            item.case.map(|case| case.to_string()),
            item.at.ms()
        ])?;
    let id = conn.last_insert_rowid();
    conn.prepare_cached(
        "INSERT INTO search_text (id, title, body, written_title, written_body)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id,
        title,
        body,
        (written_title != title).then_some(&written_title),
        (written_body != body).then_some(&written_body),
    ])?;
    Ok(())
}

/// Takes out everything that a condition on one value names.
pub(crate) fn forget(conn: &Connection, condition: &str, value: &str) -> Result<(), StoreError> {
    conn.execute(
        &format!("DELETE FROM search_text WHERE id IN (SELECT id FROM search WHERE {condition})"),
        [value],
    )?;
    conn.execute(&format!("DELETE FROM search WHERE {condition}"), [value])?;
    Ok(())
}

fn remove(conn: &Connection, kind: &str, key: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM search_text
         WHERE id = (SELECT id FROM search WHERE kind = ?1 AND key = ?2)",
    )?
    .execute([kind, key])?;
    conn.prepare_cached("DELETE FROM search WHERE kind = ?1 AND key = ?2")?.execute([kind, key])?;
    Ok(())
}

/// The text in one line: white space and control characters are one space.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = String::with_capacity(text.len());
    for word in words.filter(|it| !it.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
