//! Answers as evidence: what was asked of whom, what came, and the message itself.

use std::path::Path;

use serde::Serialize;
use specta::Type;

use farol_model::{
    id::{CaseId, Digest, ObservationId},
    lookup::Observation,
    observable::defang,
    time::Timestamp,
};

use crate::{Code, Desk, Failure, whole_file};

/// One answer, for whoever wants to see what a sentence rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct AnswerRow {
    /// Its id.
    pub id: ObservationId,
    /// What was asked, defanged: `kelp[.]example A`.
    pub asked: String,
    /// What came, in one line, defanged.
    pub said: String,
    /// Who was asked: `192.0.2.53:53`, a table, the address of a registry.
    pub server: String,
    /// How: `udp`, `tcp`, `dot`, `doh`, `table`, `https`, `http`, `whois`.
    pub transport: String,
    /// When the question left.
    pub at: Timestamp,
    /// SHA-256 of the message as it came; none when nothing came, or a table answered.
    pub sha256: Option<Digest>,
}

impl AnswerRow {
    fn of(it: &Observation) -> Self {
        Self {
            id: it.id,
            asked: defang(&it.question.display()),
            said: defang(&it.answer.in_one_line()),
            server: it.server.clone(),
            transport: it.transport.clone(),
            at: it.asked_at,
            sha256: it.wire,
        }
    }
}

impl Desk {
    /// Some answers, in the order in which they are asked for.
    ///
    /// # Errors
    /// When one is not there.
    pub fn answers(&self, ids: &[ObservationId]) -> Result<Vec<AnswerRow>, Failure> {
        self.store
            .read(|it| ids.iter().map(|id| Ok(AnswerRow::of(&it.observation(*id)?))).collect())
    }

    /// Every answer on a case, oldest first.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn answers_on(&self, case: CaseId) -> Result<Vec<AnswerRow>, Failure> {
        self.store.read(|it| {
            it.case(case)?;
            Ok(it.observations_of(case)?.iter().map(AnswerRow::of).collect())
        })
    }

    /// A name for a file with an answer's message.
    ///
    /// # Errors
    /// When there is no such answer, or no message came.
    pub fn message_file_name(&self, id: ObservationId) -> Result<String, Failure> {
        let row = AnswerRow::of(&self.store.read(|it| it.observation(id))?);
        let hash = row.sha256.ok_or_else(no_message)?.to_string();
        let ending = match row.transport.as_str() {
            "https" | "http" => "json",
            "whois" => "txt",
            _ => "dns",
        };
        Ok(format!("message-{}.{ending}", &hash[..12]))
    }

    /// Writes an answer's message into a file, byte for byte as it came. Returns how many bytes it has.
    ///
    /// # Errors
    /// When no message came, or the file cannot be written; none is left then.
    pub fn save_message(&self, id: ObservationId, path: &Path) -> Result<u64, Failure> {
        let message =
            self.store.read(|it| it.observation(id)?.wire.map(|_| it.message(id)).transpose())?;
        let message = message.ok_or_else(no_message)?;
        whole_file::write(path, |to| to.write_all(&message)).map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("The message could not be written: {}. No file is left.", error.kind()),
                "Choose another folder, or free some space.",
            )
        })?;
        Ok(message.len() as u64)
    }
}

fn no_message() -> Failure {
    Failure::new(
        Code::NotFound,
        "No message came: nobody answered, or a table on this computer did.",
        "The answer itself is in the case.",
    )
}
