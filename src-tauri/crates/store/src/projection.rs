//! From actions to the tables that screens read.
//!
//! Runs in the transaction that appends the entry. It parses nothing and decides nothing, so that
//! the same journal always gives the same tables.

use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::Serialize;

use farol_model::{
    case::{Case, CaseRef, Outcome, Target},
    document::{Block, BlockChange, Document, PlacedBlock},
    evidence::Handling,
    id::{CaseId, DocumentId},
    journal::{Action, EntryHeader},
    observable::Observable,
    report::Report,
};

use crate::{Reader, StoreError, drafts, erase, evidence, lists, read::parse};

/// Applies one entry.
pub(crate) fn apply(
    conn: &Connection,
    header: &EntryHeader,
    action: &Action,
) -> Result<(), StoreError> {
    let at_ms = header.at.ms();
    match action {
        Action::VaultCreated { practice } => {
            run(conn, "INSERT INTO vault (practice) VALUES (?1)", params![practice])
        }
        // Told in the journal; `vault.json` itself says which ways are open.
        Action::SlotChanged { .. }
        | Action::DatabaseKeyChanged
        | Action::EntriesBroughtBack { .. } => Ok(()),
        Action::HoldSet { case, after: Some(hold), .. } => run(
            conn,
            "INSERT INTO hold (case_id, body) VALUES (?1, ?2)
             ON CONFLICT (case_id) DO UPDATE SET body = excluded.body",
            params![case.to_string(), json(hold)],
        ),
        Action::HoldSet { case, after: None, .. } => {
            run(conn, "DELETE FROM hold WHERE case_id = ?1", [case.to_string()])
        }
        Action::CaseErased { tombstone, reports } => erase::apply(conn, tombstone, reports),
        Action::RetentionSet { after, .. } => {
            run(conn, "DELETE FROM retention", [])?;
            run(conn, "INSERT INTO retention (body) VALUES (?1)", [json(after)])
        }
        Action::TeamSet { after, .. } => put_team(conn, "team", &json(after)),
        Action::TemplateSet { template, after: Some(after), .. } => {
            put_team(conn, &format!("template {template}"), &json(after))
        }
        Action::TemplateSet { template, after: None, .. } => {
            run(conn, "DELETE FROM team WHERE key = ?1", [format!("template {template}")])
        }
        // Its commit holds the entries that change things back.
        Action::Undid { .. } => Ok(()),
        // Told in the story of the case; what they do to conflicts is in `shared`.
        Action::BundleLeft { .. } | Action::BundleTaken { .. } | Action::ConflictSettled { .. } => {
            Ok(())
        }
        Action::CaseRenumbered { case, reference } => run(
            conn,
            "INSERT INTO renumbered (case_id, year, number) VALUES (?1, ?2, ?3)
             ON CONFLICT (case_id) DO NOTHING",
            params![case.to_string(), reference.year, reference.number],
        ),
        Action::MemberAdded { member, .. } => run(
            conn,
            "INSERT INTO member (id, body) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            params![member.id.to_string(), json(member)],
        ),
        Action::FileSigned { case, kept } | Action::FileTaken { case, kept, .. } => run(
            conn,
            "INSERT INTO signed_file (id, hash, kind, about, case_id, at_ms, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            params![
                kept.id.to_string(),
                kept.hash.to_string(),
                kept.kind.word(),
                kept.about,
                case.map(|case| case.to_string()),
                at_ms,
                json(kept),
            ],
        ),
        Action::ReportReceived { report } => {
            put_report(conn, report)?;
            lists::follow_report(conn, report.id)
        }
        Action::ConsentSet { report, after, .. } => {
            let mut report = Reader::new(conn).report(*report)?;
            report.consent = *after;
            put_report(conn, &report)
        }
        Action::CaseOpened { case } => put_case(conn, case),
        Action::CaseChanged { case, before, after } => {
            let mut case = Reader::new(conn).case(*case)?;
            let was = case.facts.status;
            // What another desk changed meanwhile stays.
            case.facts.follow(before, after);
            erase::follow_status(conn, case.id, was, case.facts.status, header.at)?;
            put_case(conn, &case)
        }
        Action::ReportAttached { case, report } => {
            run(
                conn,
                "INSERT INTO case_report (case_id, report_id) VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
                params![case.to_string(), report.to_string()],
            )?;
            lists::follow_report(conn, *report)
        }
        Action::ReportDetached { case, report } => {
            run(
                conn,
                "DELETE FROM case_report WHERE case_id = ?1 AND report_id = ?2",
                params![case.to_string(), report.to_string()],
            )?;
            lists::follow_report(conn, *report)
        }
        Action::NoteWithdrawn { note, .. } => {
            run(conn, "DELETE FROM note WHERE id = ?1", [note.id.to_string()])
        }
        Action::ObservableAdded { case, observable } => run(
            conn,
            "INSERT INTO observable (case_id, kind, value) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
            params![case.to_string(), observable.kind.word(), observable.value],
        ),
        Action::TargetSet { case, before, after } => {
            put_target(conn, *case, before.as_ref(), after.as_ref())
        }
        Action::ClockSet { case, after, .. } => {
            let running = after.stopped.is_none();
            run(
                conn,
                "INSERT INTO clock (id, case_id, running, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO UPDATE SET running = excluded.running, body = excluded.body",
                params![after.id.to_string(), case.to_string(), running, json(after)],
            )?;
            lists::follow_clocks(conn, *case)
        }
        Action::NoteAdded { case, note } => run(
            conn,
            "INSERT INTO note (id, case_id, at_ms, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO NOTHING",
            params![note.id.to_string(), case.to_string(), note.written_at.ms(), json(note)],
        ),
        Action::Observed { case, observations, messages, .. } => {
            let mut insert = conn.prepare_cached(
                "INSERT INTO observation (id, case_id, asked_at_ms, original, body)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for it in observations {
                insert.execute(params![
                    it.id.to_string(),
                    case.to_string(),
                    it.asked_at.ms(),
                    it.wire.map(|wire| messages.unwrap_or(wire).to_string()),
                    json(it),
                ])?;
            }
            Ok(())
        }
        Action::SightingSet { case, after: Some(it), .. } => run(
            conn,
            "INSERT INTO sighting (id, case_id, at_ms, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, body = excluded.body",
            params![it.id.to_string(), case.to_string(), it.seen_at.ms(), json(it)],
        ),
        Action::SightingSet { before, after: None, .. } => match before {
            Some(it) => run(conn, "DELETE FROM sighting WHERE id = ?1", [it.id.to_string()]),
            None => Ok(()),
        },
        Action::EvidenceReceived { case, evidence: it } => evidence::put(conn, *case, it, header),
        Action::EvidenceHandled { evidence: id, handling, .. } => {
            evidence::handle(conn, *id, handling.clone(), header)
        }
        Action::EvidenceDestroyed { evidence: id, reason, .. } => {
            evidence::take_pieces(conn, "evidence_id = ?1", &id.to_string())?;
            let handling = Handling::Destroyed { reason: reason.clone() };
            evidence::handle(conn, *id, handling, header)
        }
        Action::DecisionSet { case, after, .. } => run(
            conn,
            "INSERT INTO decision (id, case_id, at_ms, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            params![after.id.to_string(), case.to_string(), after.decided_at.ms(), json(after)],
        ),
        Action::MitigationSet { case, after, .. } => run(
            conn,
            "INSERT INTO mitigation (id, case_id, at_ms, state, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body",
            params![
                after.id.to_string(),
                case.to_string(),
                after.steps.first().map_or(at_ms, |step| step.at.ms()),
                after.state().word(),
                json(after),
            ],
        ),
        Action::DocumentCreated { document } => {
            put_document(conn, document, at_ms)?;
            for (position, block) in (0..).zip(&document.blocks) {
                put_block(conn, document.id, position, block)?;
            }
            Ok(())
        }
        Action::BlocksSaved { document, changes, .. } => {
            for change in changes {
                match &change.after {
                    Some(placed) => follow_block(conn, *document, change, placed)?,
                    None => run(
                        conn,
                        "DELETE FROM block WHERE document_id = ?1 AND id = ?2",
                        params![document.to_string(), change.block.to_string()],
                    )?,
                }
            }
            change_document(conn, *document, at_ms, |_| ())
        }
        Action::EnvelopeSet { document, after, .. } => {
            change_document(conn, *document, at_ms, |it| it.envelope = Some(after.clone()))
        }
        Action::StandingSet { document, after, .. } => {
            // The text is as old as before; its date is printed.
            let saved_at = Reader::new(conn).document_saved_at(*document)?;
            change_document(conn, *document, saved_at.ms(), |it| it.standing = (**after).clone())
        }
        Action::DocumentSent { document, sent, .. } => {
            let sent = change_document(conn, *document, at_ms, |it| it.sent = Some(sent.clone()));
            match sent {
                // Its drafts were disposed of afterwards: the entry about that has the whole document.
                Err(StoreError::NotFound(_)) => Ok(()),
                done => done,
            }
        }
        Action::DraftsDisposed { left, .. } => drafts::apply(conn, left),
        Action::DocumentExported { certificate, .. } => run(
            conn,
            "INSERT INTO certificate (entry, document_id, at_ms, body) VALUES (?1, ?2, ?3, ?4)",
            params![
                header.id.to_string(),
                certificate.document.to_string(),
                certificate.exported_at.ms(),
                json(certificate),
            ],
        ),
    }
}

/// Sets one thing that the team set for itself.
fn put_team(conn: &Connection, key: &str, body: &str) -> Result<(), StoreError> {
    run(
        conn,
        "INSERT INTO team (key, body) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET body = excluded.body",
        params![key, body],
    )
}

fn run(conn: &Connection, sql: &str, params: impl Params) -> Result<(), StoreError> {
    conn.prepare_cached(sql)?.execute(params)?;
    Ok(())
}

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("model types are plain data")
}

fn put_report(conn: &Connection, report: &Report) -> Result<(), StoreError> {
    run(
        conn,
        "INSERT INTO report (id, received_at_ms, original, message_id, body)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        params![
            report.id.to_string(),
            report.received_at.ms(),
            report.original.to_string(),
            report.parsed.message_id,
            json(report),
        ],
    )
}

fn put_case(conn: &Connection, case: &Case) -> Result<(), StoreError> {
    let here: Option<CaseRef> = conn
        .prepare_cached("SELECT year, number FROM renumbered WHERE case_id = ?1")?
        .query_row([case.id.to_string()], |row| {
            Ok(CaseRef { year: row.get(0)?, number: row.get(1)? })
        })
        .optional()?;
    let case = &match here {
        Some(reference) if case.theirs.is_none() => {
            Case { reference, theirs: Some(case.reference), ..case.clone() }
        }
        _ => case.clone(),
    };
    run(
        conn,
        "INSERT INTO case_ (id, year, number, opened_at_ms, status, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET status = excluded.status, body = excluded.body",
        params![
            case.id.to_string(),
            case.reference.year,
            case.reference.number,
            case.opened_at.ms(),
            case.facts.status.word(),
            json(case),
        ],
    )?;
    put_accounts(conn, case)?;
    lists::put_case(conn, case)
}

fn put_accounts(conn: &Connection, case: &Case) -> Result<(), StoreError> {
    let id = case.id.to_string();
    run(conn, "DELETE FROM case_account WHERE case_id = ?1", [&id])?;
    case.facts.accounts.iter().try_for_each(|it| {
        run(
            conn,
            "INSERT OR IGNORE INTO case_account (case_id, id, name) VALUES (?1, ?2, ?3)",
            [&id, &it.id, &it.name],
        )
    })
}

fn put_target(
    conn: &Connection,
    case: CaseId,
    before: Option<&Target>,
    after: Option<&Target>,
) -> Result<(), StoreError> {
    let Some(Observable { kind, value }) = after.or(before).map(|it| &it.observable) else {
        return Ok(());
    };
    let pending = Outcome::Pending.word();
    let known = Reader::new(conn).outcome_word(case, kind.word(), value)?;
    let was_settled = known.as_ref().is_some_and(|it| it != pending);
    let is_settled = after.is_some_and(|it| it.outcome.word() != pending);
    lists::follow_target(
        conn,
        case,
        i32::from(after.is_some()) - i32::from(known.is_some()),
        i32::from(is_settled) - i32::from(was_settled),
    )?;
    if let Some(target) = after {
        return run(
            conn,
            "INSERT INTO target (case_id, kind, value, outcome, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (case_id, kind, value)
             DO UPDATE SET outcome = excluded.outcome, body = excluded.body",
            params![case.to_string(), kind.word(), value, target.outcome.word(), json(target),],
        );
    }
    run(
        conn,
        "DELETE FROM target WHERE case_id = ?1 AND kind = ?2 AND value = ?3",
        params![case.to_string(), kind.word(), value],
    )
}

pub(crate) fn put_document(
    conn: &Connection,
    document: &Document,
    at_ms: i64,
) -> Result<(), StoreError> {
    let without_blocks = Document { blocks: Vec::new(), ..document.clone() };
    run(
        conn,
        "INSERT INTO document (id, case_id, created_at_ms, saved_at_ms, body)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET saved_at_ms = excluded.saved_at_ms, body = excluded.body",
        params![
            document.id.to_string(),
            document.case.to_string(),
            document.created_at.ms(),
            at_ms,
            json(&without_blocks),
        ],
    )
}

fn change_document(
    conn: &Connection,
    id: DocumentId,
    at_ms: i64,
    change: impl FnOnce(&mut Document),
) -> Result<(), StoreError> {
    let mut document = Reader::new(conn).document_without_blocks(id)?;
    change(&mut document);
    put_document(conn, &document, at_ms)
}

/// Changes of a block what a save changed; what another desk changed of it meanwhile stays.
fn follow_block(
    conn: &Connection,
    document: DocumentId,
    change: &BlockChange,
    after: &PlacedBlock,
) -> Result<(), StoreError> {
    let now: Option<(u32, String)> = conn
        .prepare_cached("SELECT position, body FROM block WHERE document_id = ?1 AND id = ?2")?
        .query_row([document.to_string(), after.block.id.to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (Some(before), Some((position, body))) = (&change.before, now) else {
        return put_block(conn, document, after.position, &after.block);
    };
    let position = if before.position == after.position { position } else { after.position };
    let block = if before.block == after.block { parse(&body)? } else { after.block.clone() };
    put_block(conn, document, position, &block)
}

pub(crate) fn put_block(
    conn: &Connection,
    document: DocumentId,
    position: u32,
    block: &Block,
) -> Result<(), StoreError> {
    run(
        conn,
        "INSERT INTO block (id, document_id, position, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (document_id, id)
         DO UPDATE SET position = excluded.position, body = excluded.body",
        params![block.id.to_string(), document.to_string(), position, json(block)],
    )
}
