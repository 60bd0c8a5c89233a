//! Sending a response off: exactly what leaves, whether what it relies on still holds, the draft with its
//! files, and what a person says about it afterwards.
//!
//! Saving a draft is not sending it. Only a person knows that something was sent, when and by which way.

/// What the text relies on, and whether it still holds.
mod relied;
/// Answers that come back.
pub(crate) mod replies;

use std::{fs, path::Path};

use farol_compose::LintKind;
use farol_model::{
    case::{Category, Status},
    clock::{Calendar, Clock, ClockRule, Stop, StoppedBy},
    document::{Audience, Document, DocumentKind, Projected, ReviewState, Sent, needs_legal, sees},
    evidence::Handling,
    export::{Attachment, Format},
    id::{BlockId, CaseId, ClockId, DocumentId, Size},
    journal::Action,
    report::Consent,
    time::Timestamp,
};
use farol_store::{Reader, WriteTx};

use crate::{
    Desk, Failure, clocks,
    documents::{cannot_write, certificate, drafts, stopped, write_beside},
    lookups::Watch,
    view::{Attached, AttachmentRow, Holds, SendOffPlan, SentOff, SentSaid},
};

/// Mail programs refuse more.
const MAX_ATTACHED: u64 = 20 << 20;
/// How far a person's clock may be ahead.
const AHEAD_S: i64 = 300;

impl Desk {
    /// Exactly what leaves if a response is sent off with these files. Nothing leaves, nothing is recorded.
    ///
    /// # Errors
    /// When it is no response, or a fact in it is missing.
    pub fn plan_send_off(
        &self,
        id: DocumentId,
        attached: &[Attached],
    ) -> Result<SendOffPlan, Failure> {
        let now = self.store.now();
        self.store.read(|it| {
            let document = it.document(id)?;
            is_response(&document)?;
            let case = it.case(document.case)?;
            let reader = document.audience.clone();
            let (mut stops, mut warns) = (Vec::new(), Vec::new());
            let projected = self.leaving(it, &document, &reader);
            let rendered = projected.as_ref().map_err(Clone::clone).and_then(|it| {
                let text = (self.machines.render)(it, Format::Text).map_err(stopped)?;
                (self.machines.render)(it, Format::Eml).map_err(stopped)?;
                Ok((text, it.withheld().len()))
            });
            let (text, n_withheld) = match &rendered {
                Ok((text, n)) => (String::from_utf8_lossy(&text.bytes).into_owned(), *n),
                Err(failure) => {
                    stops.push(failure.message.clone());
                    (String::new(), 0)
                }
            };
            if document.sent.is_some() {
                stops.push("This response was sent; a correction is a new response.".to_owned());
            }
            let leaves = projected.as_ref().ok().and_then(|it| it.envelope().cloned());
            let envelope = leaves.or(document.envelope.clone()).unwrap_or_else(empty_envelope);
            if envelope.to.trim().is_empty() {
                warns.push("Nobody is named as recipient; the mail program will ask.".to_owned());
            }
            warns.extend(self.gaps(it, &document)?);
            match document.standing.state() {
                ReviewState::Approved | ReviewState::Issued => {}
                ReviewState::Draft if !needs_legal(&document) => {}
                ReviewState::Draft => warns.push("Legal has not approved it.".to_owned()),
                ReviewState::Peer | ReviewState::Legal => {
                    warns.push("Its review is not finished.".to_owned());
                }
            }
            let offered = self.offered(it, &document, &reader)?;
            let chosen = |row: &&AttachmentRow| attached.contains(&row.attached);
            let attachments: Vec<_> = offered.iter().filter(chosen).cloned().collect();
            stops.extend(attachments.iter().filter_map(|it| it.stopped.clone()));
            warns.extend(attachments.iter().filter_map(not_shown));
            let relies_on = self.relies_on(it, &case, &document, &text, now)?;
            if relies_on.iter().any(|it| it.holds == Holds::No) {
                warns.push(
                    "A host that the text names is not as it was when the text was saved.".into(),
                );
            }
            let facts = self.facts_relied_on(it, &document)?;
            if facts.iter().any(|it| it.was.is_some()) {
                warns.push(
                    "A fact that the text refers to is otherwise than when the text was saved; read the words around it again.".into(),
                );
            }
            let saved_at = it.document_saved_at(id)?;
            let n_before = it.certificates_of(id)?.len();
            Ok(SendOffPlan {
                case: case.id,
                reference: case.reference,
                to: envelope.to,
                subject: envelope.subject,
                in_reply_to: envelope.in_reply_to,
                version: version(&document, saved_at, n_before),
                text,
                n_withheld: u32::try_from(n_withheld).unwrap_or(u32::MAX),
                offered: offered
                    .into_iter()
                    .filter(|it| !attached.contains(&it.attached))
                    .collect(),
                attachments,
                relies_on,
                facts,
                offline: self.is_offline(),
                stops,
                warns,
                clocks: if ends_wait(&reader) { running(it, case.id)? } else { Vec::new() },
                message_id: own_message_id(id),
                reader,
            })
        })
    }

    /// Says what its reader would get unfilled.
    fn gaps(&self, it: Reader<'_>, document: &Document) -> Result<Option<String>, Failure> {
        let file = self.case_facts(it, document.case, document.language())?;
        let read = |id: BlockId| {
            let block = document.blocks.iter().find(|it| it.id == id);
            block.is_some_and(|it| sees(&document.audience, &it.audience))
        };
        let mut gaps = farol_compose::lint(document, &file.material());
        gaps.retain(|it| {
            it.kind == LintKind::Placeholder
                && it.words.starts_with('[')
                && it.block.is_none_or(read)
        });
        Ok(gaps.first().map(|first| match gaps.len() {
            1 => format!("One place still has to be filled in: {}", first.words),
            n => format!("{n} places still have to be filled in, the first: {}", first.words),
        }))
    }

    /// Writes the draft with its files, each checked or byte for byte as it came in, and records what left:
    /// a certificate for every document, a line of custody for every file. It is not sent by that.
    ///
    /// # Errors
    /// As [`Desk::export_document`]; when a file cannot go along or all together are too large. Then
    /// nothing is written and nothing recorded.
    pub fn write_send_off(
        &self,
        id: DocumentId,
        attached: &[Attached],
        path: &Path,
    ) -> Result<SentOff, Failure> {
        let message_id = own_message_id(id);
        let wanted = self.plan_send_off(id, attached)?;
        if wanted.attachments.len() != attached.len() {
            return Err(Failure::not_found("file to go along"));
        }
        if let Some(why) = wanted.stops.first() {
            return Err(Failure::refused(
                format!("{why} Nothing was written."),
                "Correct what is named, then look at the preview again.",
            ));
        }
        write_beside(path, |part| {
            self.store.write(|tx| {
                let document = tx.read().document(id)?;
                let reader = document.audience.clone();
                let projected = self.leaving(tx.read(), &document, &reader)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (self.machines.check_words)(&projected, "file name", &name).map_err(stopped)?;
                let mut files = Vec::new();
                for row in &wanted.attachments {
                    (self.machines.check_words)(&projected, "file name", &row.name)
                        .map_err(stopped)?;
                    files.push(self.enclosed(tx, row, &document, &wanted.to)?);
                }
                let size: u64 = files.iter().map(|it| it.bytes.len() as u64).sum();
                if size > MAX_ATTACHED {
                    return Err(too_large(size));
                }
                let made =
                    (self.machines.mail)(&projected, &message_id, &files).map_err(stopped)?;
                let draft = made.rendered;
                let certificate = certificate(tx, id, &reader, Format::Eml, &draft)?;
                fs::write(part, &draft.bytes).map_err(|error| cannot_write(&error))?;
                let case = document.case;
                tx.record(&Action::DocumentExported { case, certificate: certificate.clone() })?;
                let written = SentOff {
                    file_name: path.display().to_string(),
                    sha256: certificate.sha256,
                    message_id: message_id.clone(),
                    n_attachments: u32::try_from(files.len()).unwrap_or(u32::MAX),
                    notes: wanted
                        .attachments
                        .iter()
                        .filter_map(not_shown)
                        .chain(made.notes)
                        .collect(),
                };
                Ok((written, certificate.in_words()))
            })
        })
    }

    /// One file that goes along, and the record of it.
    fn enclosed(
        &self,
        tx: &mut WriteTx<'_>,
        row: &AttachmentRow,
        response: &Document,
        to: &str,
    ) -> Result<Attachment, Failure> {
        match row.attached {
            Attached::Document(other) => {
                let other = tx.read().document(other)?;
                let reader = &response.audience;
                let projected = self.leaving(tx.read(), &other, reader)?;
                let made = (self.machines.render)(&projected, Format::Pdf).map_err(stopped)?;
                let certificate = certificate(tx, other.id, reader, Format::Pdf, &made)?;
                tx.record(&Action::DocumentExported { case: other.case, certificate })?;
                Ok(Attachment { name: row.name.clone(), bytes: made.bytes })
            }
            Attached::Evidence(evidence) => {
                let held = tx.read().evidence_of(response.case)?;
                let held = held.into_iter().find(|it| it.evidence.id == evidence);
                let held = held.ok_or_else(|| Failure::not_found("file on this case"))?;
                if held.evidence.size.0 > MAX_ATTACHED {
                    return Err(too_large(held.evidence.size.0));
                }
                let mut bytes = Vec::new();
                for piece in &held.evidence.pieces {
                    bytes.extend(tx.read().original(*piece)?);
                }
                if farol_store::digest(&bytes) != held.evidence.sha256 {
                    return Err(Failure::refused(
                        "A file is not what came in any more. Nothing was written.",
                        "Check the record (`farolctl journal verify`).",
                    ));
                }
                let to = if to.trim().is_empty() {
                    response.audience.to_string()
                } else {
                    to.to_owned()
                };
                let handling = Handling::Exported { file_name: row.name.clone(), to };
                let case = response.case;
                tx.record(&Action::EvidenceHandled { case, evidence, handling })?;
                Ok(Attachment { name: row.name.clone(), bytes })
            }
        }
    }

    /// Records that a person sent a response: when, by which way and under which message id. Stops the
    /// clocks that wait for a response, and does with its drafts what the team said; with a date until which
    /// an answer was asked for, a clock starts that waits for it.
    ///
    /// # Errors
    /// When it is no response, was sent before, or the time is to come or before it was begun.
    pub fn confirm_sent(&self, id: DocumentId, said: &SentSaid) -> Result<(), Failure> {
        let channel = said.channel.trim().to_owned();
        if channel.is_empty() {
            return Err(Failure::bad_input(
                "Say how it was sent. Nothing was recorded.",
                "For example: mail, portal, phone.",
            ));
        }
        let disposed = self.store.write(|tx| {
            let document = tx.read().document(id)?;
            is_response(&document)?;
            if document.sent.is_some() {
                return Err(Failure::refused(
                    "This response is already marked as sent.",
                    "Begin a new response for a correction.",
                ));
            }
            let now = tx.now();
            let at = said.at.unwrap_or(now);
            if at > now.plus_s(AHEAD_S) || at.seconds_since(document.created_at) < -60 {
                return Err(Failure::bad_input(
                    "It cannot have been sent then: that is to come, or before it was begun. Nothing was recorded.",
                    "Write when it left, with its zone, for example 2026-11-23T14:03:00Z.",
                ));
            }
            if said.answer_by.is_some_and(|by| by <= at) {
                return Err(Failure::bad_input(
                    "An answer cannot be due before the response was sent. Nothing was recorded.",
                    "Choose a later day, or none.",
                ));
            }
            let case = document.case;
            let certificates = tx.read().certificates_of(id)?;
            let exported = certificates.iter().find(|it| it.audience == document.audience);
            let to = document.envelope.as_ref().map(|it| it.to.trim().to_owned());
            let sent = Sent {
                at,
                channel,
                confirmed_by: tx.actor(),
                to: to.filter(|it| !it.is_empty()),
                message_id: said.message_id.as_deref().and_then(plain_id),
                sha256: exported.map(|it| it.sha256),
            };
            tx.record(&Action::DocumentSent { case, document: id, sent })?;
            if ends_wait(&document.audience) {
                clocks::stop_by(tx, case, StoppedBy::ResponseSent, Stop::BY_A_RESPONSE)?;
            }
            if let Some(by) = said.answer_by {
                wait_for_answer(tx, &document, at, by)?;
            }
            Ok::<_, Failure>(drafts::dispose(tx, id)?)
        })?;
        if disposed {
            self.end_disposal("It is recorded as sent.")?;
        }
        Ok(())
    }

    /// Records that a response was sent, from the mail as it was sent: its time and its message id. The
    /// mail is kept as evidence.
    ///
    /// # Errors
    /// When it cannot be read as a mail, has no message id or is another mail; as [`Desk::confirm_sent`].
    pub fn confirm_sent_mail(
        &self,
        id: DocumentId,
        path: &Path,
        answer_by: Option<Timestamp>,
    ) -> Result<SentSaid, Failure> {
        let size = fs::metadata(path).map_or(0, |it| it.len());
        if size > crate::reports::MAX_REPORT_BYTES as u64 {
            return Err(too_large(size));
        }
        let bytes = fs::read(path).map_err(|error| {
            Failure::bad_input(
                format!("The mail cannot be read: {}. Nothing was recorded.", error.kind()),
                "Save it from the folder of sent mails as .eml.",
            )
        })?;
        let parsed = farol_intake::read(&bytes)?.parsed;
        let document = self.store.read(|it| it.document(id))?;
        let subject = document.envelope.as_ref().map(|it| plain(&it.subject)).unwrap_or_default();
        let Some(message_id) = parsed.message_id.as_deref().and_then(plain_id) else {
            return Err(Failure::bad_input(
                "This mail has no message id. Nothing was recorded.",
                "Save the mail from the folder of sent mails, or write down how it was sent.",
            ));
        };
        if message_id != own_message_id(id) && plain(&parsed.subject) != subject {
            return Err(Failure::bad_input(
                "This is another mail: its subject is not that of the response. Nothing was recorded.",
                "Choose the mail as it was sent, or write down how it was sent.",
            ));
        }
        let said = SentSaid {
            channel: "mail".into(),
            at: parsed.dated,
            message_id: Some(message_id),
            answer_by,
        };
        let category = self.store.read(|it| it.case(document.case))?.facts.category;
        self.confirm_sent(id, &said)?;
        if category != Category::ChildSafety {
            let watch = Watch { progress: &|_, _| (), cancelled: &|| false };
            self.add_evidence(document.case, path, "the mail as it was sent", None, &watch)?;
        }
        Ok(said)
    }

    /// The characters that a PDF of it cannot show, each once.
    fn unprinted(&self, projected: &Projected) -> String {
        let mut characters = String::new();
        for c in (self.machines.unprinted)(projected).iter().flat_map(|it| it.characters.chars()) {
            if !characters.contains(c) {
                characters.push(c);
            }
        }
        characters
    }

    /// What of the case can go along with a response.
    fn offered(
        &self,
        it: Reader<'_>,
        response: &Document,
        reader: &Audience,
    ) -> Result<Vec<AttachmentRow>, Failure> {
        let reference = it.case(response.case)?.reference;
        let mut rows = Vec::new();
        let others = it
            .documents_of(response.case)?
            .into_iter()
            .filter(|it| it.kind != DocumentKind::Response);
        for (n, other) in others.enumerate() {
            let other = it.document(other.id)?;
            let checked = self.leaving(it, &other, reader).and_then(|projected| {
                let made = (self.machines.render)(&projected, Format::Pdf).map_err(stopped)?;
                Ok((made, self.unprinted(&projected)))
            });
            let word = match other.kind {
                DocumentKind::Rca => "root-cause-analysis",
                _ => "readout",
            };
            let issued = other.standing.state() == ReviewState::Issued;
            rows.push(AttachmentRow {
                attached: Attached::Document(other.id),
                name: format!("{reference}-{word}-{}.pdf", n + 1),
                size: checked.as_ref().ok().map(|(it, _)| Size(it.bytes.len() as u64)),
                note: format!(
                    "{}; the version for this reader, searched for what is withheld.{}",
                    other.title,
                    if issued { "" } else { " It is not issued." }
                ),
                unprinted: checked.as_ref().map(|(_, it)| it.clone()).unwrap_or_default(),
                stopped: checked.err().map(|it| it.message),
            });
        }
        let bound =
            it.reports_of(response.case)?.iter().any(|it| it.consent == Consent::DoNotForward);
        for held in it.evidence_of(response.case)?.into_iter().filter(|it| !it.is_destroyed()) {
            let large = held.evidence.size.0 > MAX_ATTACHED;
            let outward =
                matches!(reader, Audience::Host | Audience::Customer(_) | Audience::Public);
            rows.push(AttachmentRow {
                attached: Attached::Evidence(held.evidence.id),
                name: held.evidence.file_name(),
                size: Some(held.evidence.size),
                note: "Byte for byte as it came in; searched for what is withheld when the draft is written.".to_owned(),
                unprinted: String::new(),
                stopped: if large {
                    Some("The file is larger than a mail takes.".to_owned())
                } else if outward && bound {
                    Some("A reporter of this case said: do not forward.".to_owned())
                } else {
                    None
                },
            });
        }
        Ok(rows)
    }
}

/// The message id that our drafts of a response carry: always the same, and it tells nothing.
pub(crate) fn own_message_id(id: DocumentId) -> String {
    // The last bits of the id are random; its first ones would tell when it was begun.
    let hex = id.0.simple().to_string();
    format!("{}@farol.invalid", &hex[16..])
}

/// A message id without brackets and spaces; none when nothing is left.
pub(crate) fn plain_id(text: &str) -> Option<String> {
    let id: String = text.chars().filter(|c| c.is_ascii_graphic() && !"<>".contains(*c)).collect();
    (!id.is_empty()).then_some(id)
}

/// A subject without what mail programs put before it.
fn plain(subject: &str) -> String {
    let words: Vec<_> = subject.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What a document that goes along as PDF does not show, in a sentence.
fn not_shown(row: &AttachmentRow) -> Option<String> {
    (!row.unprinted.is_empty()).then(|| {
        format!(
            "{}: □ stands for characters that no font of ours has: {}.",
            row.name, row.unprinted
        )
    })
}

fn is_response(document: &Document) -> Result<(), Failure> {
    if document.kind == DocumentKind::Response {
        return Ok(());
    }
    Err(Failure::refused(
        "Only a response is sent; an analysis or readout is exported.",
        "Begin a response that carries it.",
    ))
}

fn empty_envelope() -> farol_model::document::Envelope {
    farol_model::document::Envelope { to: String::new(), subject: String::new(), in_reply_to: None }
}

/// Whether somebody of this audience waits for us.
fn ends_wait(audience: &Audience) -> bool {
    matches!(
        audience,
        Audience::Reporter | Audience::Customer(_) | Audience::Authority | Audience::Regulator
    )
}

fn running(it: Reader<'_>, case: CaseId) -> Result<Vec<String>, Failure> {
    let running = it.running_clocks_of(case)?.into_iter();
    let waits = running.filter(|it| it.rule.stopped_by == Some(StoppedBy::ResponseSent));
    Ok(waits.map(|it| it.rule.name).collect())
}

fn version(document: &Document, saved_at: Timestamp, n_before: usize) -> String {
    let exported = match n_before {
        0 => "never exported before".to_owned(),
        1 => "exported once before".to_owned(),
        n => format!("exported {n} times before"),
    };
    format!(
        "For {}, as saved {}; {}; begun from {}; {exported}",
        document.audience,
        saved_at.to_minute(),
        document.standing.state().label().to_lowercase(),
        document.template
    )
}

/// We wait for whoever got it, with a clock that says until when.
fn wait_for_answer(
    tx: &mut WriteTx<'_>,
    document: &Document,
    at: Timestamp,
    by: Timestamp,
) -> Result<(), Failure> {
    let whom = document.envelope.as_ref().map(|it| it.to.trim().to_owned());
    let whom = whom.filter(|it| !it.is_empty()).unwrap_or_else(|| document.audience.to_string());
    let case = tx.read().case(document.case)?;
    let before = case.facts.clone();
    let mut after = case.facts;
    after.status = Status::Waiting;
    after.waiting_on = Some(whom);
    if before != after {
        let (before, after) = (Box::new(before), Box::new(after));
        tx.record(&Action::CaseChanged { case: document.case, before, after })?;
    }
    let length_s = u32::try_from(by.seconds_since(at)).unwrap_or(u32::MAX);
    start(tx, document.case, answer_rule(document.id), "Answer awaited", length_s, at, None)
}

/// The rule of the clock that waits for an answer to a response.
pub(crate) fn answer_rule(id: DocumentId) -> String {
    format!("answer-awaited-{id}")
}

/// Starts a clock that no rule of the team asks for.
pub(crate) fn start(
    tx: &mut WriteTx<'_>,
    case: CaseId,
    rule: String,
    name: &str,
    length_s: u32,
    started_at: Timestamp,
    stopped_by: Option<StoppedBy>,
) -> Result<(), Failure> {
    let rule = ClockRule {
        id: rule,
        name: name.to_owned(),
        category: None,
        severity: None,
        length_s,
        calendar: Calendar::Elapsed,
        legal: false,
        stopped_by,
        source: "asked for when a response was sent".to_owned(),
        as_of: started_at.to_minute().get(..10).unwrap_or_default().to_owned(),
        reviewed_by: None,
    };
    let id = ClockId(tx.new_id());
    let clock = Clock { id, rule, started_at, pauses: Vec::new(), stopped: None };
    tx.record(&Action::ClockSet { case, before: None, after: Box::new(clock) })?;
    Ok(())
}

fn too_large(size: u64) -> Failure {
    Failure::bad_input(
        format!(
            "This is larger than a mail takes ({}; at most {}). Nothing was written.",
            Size(size),
            Size(MAX_ATTACHED)
        ),
        "Leave a file out, or hand it over by another way.",
    )
}

#[cfg(test)]
mod tests;
