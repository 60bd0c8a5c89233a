//! A second person's approval: asked for, given and taken in as signed files.

use std::path::Path;

use farol_model::{
    approval::{Answer, Grounds, Proposal, Request, Ruling, Subject},
    case::Case,
    decision::{Decision, Granularity, MitigationState, MitigationStep},
    document::{Document, ReviewState, needs_second},
    id::{CaseId, Digest, MemberId},
    journal::{Action, Entry},
    member::Member,
    signed::{FileKind, KeptFile, Says, SignedFile},
};
use farol_store::{Reader, StoreError, WriteTx};

use crate::{
    Desk, Failure,
    documents::review,
    signed_files::{another_kind, keep, require_proposer, words},
    view::{ApprovalLine, TakenAnswer, ToldFact},
};

impl Desk {
    /// What a request would say, word for word.
    ///
    /// # Errors
    /// When nothing there waits for a second person.
    pub fn preview_request(
        &self,
        case: CaseId,
        subject: Subject,
        note: &str,
    ) -> Result<Vec<ToldFact>, Failure> {
        self.store.read(|it| {
            let request = self.request(it, case, subject, note)?;
            Ok(words::facts(&Says::Request(Box::new(request)), &it.members()?))
        })
    }

    /// What waits under this id, a mitigation or a decision of the case.
    ///
    /// # Errors
    /// When there is neither.
    pub fn subject(&self, case: CaseId, id: &str) -> Result<Subject, Failure> {
        self.store.read(|it| {
            let mitigations = it.mitigations_of(case)?.into_iter();
            let decisions = it.decisions_of(case)?.into_iter();
            mitigations
                .map(|it| Subject::Mitigation(it.id))
                .chain(decisions.map(|it| Subject::Decision(it.id)))
                .chain(it.documents_of(case)?.into_iter().map(|it| Subject::Document(it.id)))
                .find(|it| it.id() == id)
                .ok_or_else(|| Failure::not_found("mitigation, decision or document"))
        })
    }

    /// A file name for a request on this case.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn request_name(&self, case: CaseId) -> Result<String, Failure> {
        let reference = self.store.read(|it| it.case(case))?.reference;
        Ok(format!("{reference}-approval-request.json"))
    }

    /// A file name for the answer to this request.
    ///
    /// # Errors
    /// When the file is no request that can be answered.
    pub fn answer_name(&self, request: &SignedFile) -> Result<String, Failure> {
        self.store.read(|it| match self.check(it, request)?.statement.says {
            Says::Request(request) => Ok(format!("{}-approval-answer.json", request.reference)),
            other => Err(another_kind(other.kind(), FileKind::Request)),
        })
    }

    /// Writes a request that a second person can answer, and records that it left. It carries the
    /// targets and the reasons, readable to whoever has the file.
    ///
    /// # Errors
    /// When nothing there waits for a second person, somebody else proposed it, or the file cannot be
    /// written; nothing is recorded then.
    pub fn ask_approval(
        &self,
        case: CaseId,
        subject: Subject,
        note: &str,
        path: &Path,
    ) -> Result<(), Failure> {
        self.leave(path, |tx| {
            let request = self.request(tx.read(), case, subject, note)?;
            if request.proposal.proposed_by != tx.actor() {
                return Err(Failure::refused(
                    "Somebody else proposed this. No file was written.",
                    "Whoever proposed it asks for the approval.",
                ));
            }
            let kept = self.sign(tx, Says::Request(Box::new(request)))?;
            let file = kept.file.clone();
            tx.record(&Action::FileSigned { case: Some(case), kept: Box::new(kept) })?;
            if let Subject::Document(id) = subject {
                review::asked(tx, id)?;
            }
            Ok(file)
        })?;
        Ok(())
    }

    fn request(
        &self,
        it: Reader<'_>,
        id: CaseId,
        subject: Subject,
        note: &str,
    ) -> Result<Request, Failure> {
        let Case { reference, facts, .. } = it.case(id)?;
        Ok(Request {
            case: id,
            reference,
            category: facts.category,
            severity: facts.severity,
            sensitive: facts.is_sensitive(),
            title: (!facts.is_sensitive()).then_some(facts.title),
            proposal: proposal(it, id, subject)?,
            note: note.trim().to_owned(),
        })
    }

    /// Signs an answer to a request of another desk and writes it. Both are recorded here. The same
    /// answer again writes the same file again.
    ///
    /// # Errors
    /// When the request is one's own, was changed, comes from nobody known, or was answered otherwise; a
    /// refusal needs a reason.
    pub fn answer_request(
        &self,
        request: &SignedFile,
        ruling: Ruling,
        reason: &str,
        path: &Path,
    ) -> Result<(), Failure> {
        let reason = reason.trim().to_owned();
        if ruling == Ruling::Refused && reason.is_empty() {
            return Err(Failure::bad_input(
                "A refusal needs a reason. Nothing was signed.",
                "Write what would have to change.",
            ));
        }
        self.leave(path, |tx| {
            let checked = self.check(tx.read(), request)?;
            let Says::Request(asked) = &checked.statement.says else {
                return Err(another_kind(checked.statement.says.kind(), FileKind::Request));
            };
            if checked.signer.id == tx.actor() || asked.proposal.proposed_by == tx.actor() {
                return Err(own_signature());
            }
            require_proposer(asked, &checked.signer)?;
            if let Some((known, words)) = self.answered(tx.read(), checked.hash)? {
                return same_answer(known, ruling, &words);
            }
            let kept = keep(tx, request.clone(), &checked.statement.says);
            let signer = checked.signer;
            tx.record(&Action::FileTaken { case: None, kept: Box::new(kept), signer })?;
            let answer = Answer {
                request: checked.hash,
                case: asked.case,
                reference: asked.reference,
                subject: asked.proposal.subject,
                ruling,
                reason,
            };
            let kept = self.sign(tx, Says::Answer(answer))?;
            let file = kept.file.clone();
            tx.record(&Action::FileSigned { case: None, kept: Box::new(kept) })?;
            Ok(file)
        })?;
        Ok(())
    }

    /// What this person answered to a request, and the words for it.
    pub(crate) fn answered(
        &self,
        it: Reader<'_>,
        request: Digest,
    ) -> Result<Option<(KeptFile, String)>, StoreError> {
        let mut known = it.signed_files_about(FileKind::Answer, &request.to_string())?;
        known.retain(|(_, kept)| kept.file.signed_by == self.store.member());
        Ok(known.pop().and_then(|(at, kept)| {
            let Says::Answer(answer) = kept.file.statement()?.says else { return None };
            Some((kept, format!("You {} it, {}.", answer.ruling.word(), at.to_minute())))
        }))
    }

    /// Takes an answer in. An approval is recorded with its signature, and what waited goes on.
    ///
    /// # Errors
    /// When the answer was changed, is one's own, comes from nobody known, was taken in before, is to
    /// nothing that this desk asked, or what is proposed now is something else.
    pub fn take_answer(&self, file: &SignedFile) -> Result<TakenAnswer, Failure> {
        self.store.write(|tx| {
            let checked = self.check(tx.read(), file)?;
            let Says::Answer(answer) = &checked.statement.says else {
                return Err(another_kind(checked.statement.says.kind(), FileKind::Answer));
            };
            let request = self.asked(tx.read(), answer)?;
            if [tx.actor(), request.proposal.proposed_by].contains(&checked.signer.id) {
                return Err(own_signature());
            }
            if tx.read().signed_file(checked.hash)?.is_some() {
                return Err(Failure::refused(
                    "This answer was taken in already. Nothing was changed.",
                    "The case shows what came of it.",
                ));
            }
            if proposal(tx.read(), request.case, answer.subject)? != request.proposal {
                return Err(Failure::refused(
                    "What is proposed now is not what was signed. Nothing was changed.",
                    "Ask again, for what is proposed now.",
                ));
            }
            let taken = TakenAnswer {
                case: request.case,
                reference: request.reference,
                subject: answer.subject,
                ruling: answer.ruling,
                signer: checked.signer.name.clone(),
                reason: words::legible(&answer.reason),
            };
            let kept = keep(tx, file.clone(), &checked.statement.says);
            tx.record(&Action::FileTaken {
                case: Some(request.case),
                kept: Box::new(kept),
                signer: checked.signer.clone(),
            })?;
            if answer.ruling == Ruling::Approved {
                approve(tx, request.case, answer.subject, &checked.signer)?;
            }
            Ok(taken)
        })
    }

    /// The request of this desk that an answer is to.
    pub(crate) fn asked(&self, it: Reader<'_>, answer: &Answer) -> Result<Request, Failure> {
        let kept = it.signed_file(answer.request)?;
        let kept = kept.filter(|it| it.file.signed_by == self.store.member());
        match kept.and_then(|it| it.file.statement()).map(|it| it.says) {
            Some(Says::Request(request))
                if (request.case, request.proposal.subject) == (answer.case, answer.subject) =>
            {
                Ok(*request)
            }
            _ => Err(Failure::refused(
                "This answers a request that this desk did not make. Nothing was changed.",
                "Take it in on the desk that asked.",
            )),
        }
    }
}

/// The approval itself; its signature was recorded in the entry before.
fn approve(
    tx: &mut WriteTx<'_>,
    case: CaseId,
    subject: Subject,
    signer: &Member,
) -> Result<(), Failure> {
    match subject {
        Subject::Document(id) => review::approved(tx, id, signer.id)?,
        Subject::Mitigation(id) => {
            let before = tx.read().mitigation(id)?;
            let mut after = before.clone();
            let state = MitigationState::Approved;
            after.steps.push(MitigationStep { state, at: tx.now(), by: signer.id });
            let (before, after) = (Some(Box::new(before)), Box::new(after));
            tx.record(&Action::MitigationSet { case, before, after })?;
        }
        Subject::Decision(id) => {
            let before = tx.read().decision(id)?;
            let after = Decision { approved_by: Some(signer.id), ..before.clone() };
            let (before, after) = (Some(Box::new(before)), Box::new(after));
            tx.record(&Action::DecisionSet { case, before, after })?;
        }
    }
    Ok(())
}

/// What was asked for and answered on a case, oldest first.
pub(crate) fn lines(
    it: Reader<'_>,
    subjects: impl Iterator<Item = Subject>,
    members: &[Member],
) -> Result<Vec<ApprovalLine>, StoreError> {
    let name = |id: MemberId| {
        members.iter().find(|it| it.id == id).map_or("somebody", |it| it.name.as_str())
    };
    let mut lines = Vec::new();
    for subject in subjects {
        for (at, request) in it.signed_files_about(FileKind::Request, &subject.id())? {
            lines.push(ApprovalLine { subject, at, text: "A second person was asked".into() });
            for (at, kept) in it.signed_files_about(FileKind::Answer, &request.hash.to_string())? {
                let Some(Says::Answer(answer)) = kept.file.statement().map(|it| it.says) else {
                    continue;
                };
                let mut text =
                    format!("{} {} it, signed", name(kept.file.signed_by), answer.ruling.word());
                if !answer.reason.is_empty() {
                    text.push_str(&format!(": {}", words::legible(&answer.reason)));
                }
                lines.push(ApprovalLine { subject, at, text });
            }
        }
    }
    Ok(lines)
}

fn same_answer(known: KeptFile, ruling: Ruling, words: &str) -> Result<SignedFile, Failure> {
    let said = known.file.statement().map(|it| it.says);
    match said {
        Some(Says::Answer(answer)) if answer.ruling == ruling => Ok(known.file),
        _ => Err(Failure::refused(
            format!("{words} Nothing was signed."),
            "Tell whoever asked; for another answer they ask again.",
        )),
    }
}

/// What waits for a second person, exactly as it is proposed now.
fn proposal(it: Reader<'_>, case: CaseId, subject: Subject) -> Result<Proposal, Failure> {
    let Entry { header, action } = proposing(it, case, subject)?;
    let (what, target, granularity, decision) = match subject {
        Subject::Document(id) => {
            let now = it.document(id)?;
            require_outside(&now)?;
            if now.standing.state() >= ReviewState::Approved {
                return Err(settled(&now.standing.state().label().to_lowercase()));
            }
            (review::said(&now), None, Granularity::Object, None)
        }
        Subject::Mitigation(id) => {
            let now = it.mitigation(id)?;
            require_second(now.needs_second)?;
            if now.state() != MitigationState::Proposed {
                return Err(settled(now.state().word()));
            }
            let decision = now.decision.map(|id| it.decision(id)).transpose()?;
            (now.what, now.target, now.granularity, decision)
        }
        Subject::Decision(id) => {
            let now = it.decision(id)?;
            require_second(now.needs_second)?;
            if now.approved_by.is_some() {
                return Err(settled("approved"));
            }
            (now.what.clone(), now.target.clone(), now.granularity, Some(now))
        }
    };
    let whole_case = target.is_none();
    let targets = match target {
        None if matches!(subject, Subject::Document(_)) => Vec::new(),
        Some(target) => vec![target],
        None => it.targets_of(case)?.into_iter().map(|it| it.observable).collect(),
    };
    Ok(Proposal {
        subject,
        entry: header.id,
        entry_hash: it.entry_hash(header.id)?,
        proposed_by: proposer(&action).unwrap_or(header.actor),
        proposed_at: header.at,
        what,
        targets,
        whole_case,
        granularity,
        grounds: decision.map(|it| Grounds {
            what: it.what,
            reason: it.reason,
            policy: it.policy,
            alternatives: it.alternatives,
            blast_radius: it.blast_radius,
        }),
    })
}

/// The entry of this case that proposed it.
fn proposing(it: Reader<'_>, case: CaseId, subject: Subject) -> Result<Entry, Failure> {
    // A document is as its last change left it; anything else as it was proposed.
    if let Subject::Document(id) = subject {
        let changed = it.story(case)?.into_iter().rfind(|entry| match &entry.action {
            Action::DocumentCreated { document } => document.id == id,
            Action::BlocksSaved { document, .. } | Action::EnvelopeSet { document, .. } => {
                *document == id
            }
            _ => false,
        });
        return changed.ok_or_else(|| Failure::not_found("document"));
    }
    let entry = it.story(case)?.into_iter().find(|entry| match &entry.action {
        Action::MitigationSet { before: None, after, .. } => {
            subject == Subject::Mitigation(after.id)
        }
        Action::DecisionSet { before: None, after, .. } => subject == Subject::Decision(after.id),
        _ => false,
    });
    entry.ok_or_else(|| Failure::not_found("mitigation or decision"))
}

fn proposer(action: &Action) -> Option<MemberId> {
    match action {
        Action::MitigationSet { after, .. } => after.steps.first().map(|step| step.by),
        Action::DecisionSet { after, .. } => Some(after.decided_by),
        _ => None,
    }
}

fn require_second(needs_second: bool) -> Result<(), Failure> {
    if needs_second {
        return Ok(());
    }
    Err(Failure::refused(
        "This reaches no wider than what was reported and needs no second person. Nothing was changed.",
        "Go on with it.",
    ))
}

fn require_outside(document: &Document) -> Result<(), Failure> {
    if needs_second(document) {
        return Ok(());
    }
    Err(Failure::refused(
        "This stays inside the company and needs no second person. Nothing was changed.",
        "Issue it as it is.",
    ))
}

fn settled(state: &str) -> Failure {
    Failure::refused(
        format!("This is {state} and waits for nobody any more. Nothing was changed."),
        "The case shows how it came to that.",
    )
}

fn own_signature() -> Failure {
    Failure::refused(
        "A second person is another one than who proposed it. Nothing was changed.",
        "Give the request to a colleague, to be signed on their own desk.",
    )
}
