//! Taking things in: bytes become a report that is kept as it came.

use std::{fs, path::Path};

pub use farol_intake::MAX_REPORT_BYTES;
use farol_intake::{IntakeError, Taken};
use farol_model::{
    case::Category,
    id::{ReportId, Size},
    journal::Action,
    report::{Consent, Parsed, Report, ReportChannel},
};
use farol_store::StoreError;

use crate::{
    Code, Desk, Failure,
    send_off::replies,
    signed_files::is_signed,
    view::{ImportResult, Imported, ReportView},
};

/// How much of an original the raw view shows.
const RAW_VIEW_BYTES: usize = 256 * 1024;

impl Desk {
    /// Takes in a file.
    ///
    /// # Errors
    /// When it cannot be read or is nothing we can take; nothing is added then.
    pub fn import_file(&self, path: &Path) -> Result<Imported, Failure> {
        let meta = fs::metadata(path).map_err(|error| unreadable(&error))?;
        if meta.is_dir() {
            return Err(Failure::bad_input(
                "This is a folder, not a file. Nothing was added.",
                "Choose the mail or text file inside it.",
            ));
        }
        if meta.len() > MAX_REPORT_BYTES as u64 {
            return Err(
                IntakeError::TooLarge { size: meta.len(), limit: MAX_REPORT_BYTES as u64 }.into()
            );
        }
        self.import_bytes(&fs::read(path).map_err(|error| unreadable(&error))?)
    }

    /// Takes in several files; each stands for itself.
    pub fn import_files(&self, paths: &[impl AsRef<Path>]) -> Vec<ImportResult> {
        paths
            .iter()
            .map(|path| {
                let path = path.as_ref();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                match self.import_file(path) {
                    Ok(imported) => ImportResult { name, imported: Some(imported), failure: None },
                    Err(failure) => ImportResult { name, imported: None, failure: Some(failure) },
                }
            })
            .collect()
    }

    /// Takes in bytes: a mail, or text.
    ///
    /// # Errors
    /// When they are empty, too many, or neither mail nor text.
    pub fn import_bytes(&self, bytes: &[u8]) -> Result<Imported, Failure> {
        if is_signed(bytes) {
            return Err(Failure::refused(
                "This is a file that a colleague signed, not a report. Nothing was added.",
                "Open it with Ctrl Shift O, or with `farolctl member`, `approval` or `handover`.",
            ));
        }
        let taken = farol_intake::read(bytes)?;
        self.take_in(taken)
    }

    /// Takes in pasted text: the source of a mail, a chat line, a phone note.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn import_text(&self, text: &str, channel: ReportChannel) -> Result<Imported, Failure> {
        let taken = match channel {
            ReportChannel::Mail => farol_intake::read(text.as_bytes())?,
            ReportChannel::Chat | ReportChannel::Phone | ReportChannel::Other => {
                farol_intake::read_note(text, channel)?
            }
        };
        self.take_in(taken)
    }

    fn take_in(&self, taken: Taken) -> Result<Imported, Failure> {
        self.store.write(|tx| {
            let original = tx.keep_original(&taken.keep)?;
            if let Some(known) = tx.read().report_with_original(original)? {
                return Ok(Imported {
                    report: known.id,
                    subject: known.parsed.subject,
                    known: true,
                    sha256: original,
                    refused: taken.refused,
                    answers: None,
                });
            }
            let report = Report {
                id: ReportId(tx.new_id()),
                received_at: tx.now(),
                channel: taken.channel,
                original,
                size: Size(taken.keep.len() as u64),
                parsed: taken.parsed,
                consent: Consent::NotAsked,
            };
            let mut imported = Imported {
                report: report.id,
                subject: report.parsed.subject.clone(),
                known: false,
                sha256: original,
                refused: taken.refused,
                answers: None,
            };
            tx.record(&Action::ReportReceived { report: Box::new(report.clone()) })?;
            imported.answers = replies::follow(tx, &report)?;
            Ok(imported)
        })
    }

    /// A report on its page.
    ///
    /// # Errors
    /// When there is no such report.
    pub fn report(&self, id: ReportId) -> Result<ReportView, Failure> {
        let now = self.store.now();
        self.store.read(|it| {
            let report = it.report(id)?;
            let cases = it
                .cases_of(id)?
                .into_iter()
                .map(|case| self.case_row(it, case, now))
                .collect::<Result<_, StoreError>>()?;
            Ok(ReportView {
                defanged: report
                    .parsed
                    .observables
                    .iter()
                    .map(|found| found.observable.defanged())
                    .collect(),
                suggested_category: suggest_category(&report.parsed),
                cases,
                report,
            })
        })
    }

    /// The bytes of a report exactly as they came.
    ///
    /// # Errors
    /// When there is no such report.
    pub fn report_bytes(&self, id: ReportId) -> Result<Vec<u8>, Failure> {
        Ok(self.store.read(|it| it.original(it.report(id)?.original))?)
    }

    /// The beginning of an original as text; what is not text is replaced.
    ///
    /// # Errors
    /// When there is no such report.
    pub fn report_source(&self, id: ReportId) -> Result<String, Failure> {
        let bytes = self.report_bytes(id)?;
        let shown = &bytes[..bytes.len().min(RAW_VIEW_BYTES)];
        Ok(String::from_utf8_lossy(shown).into_owned())
    }

    /// Records what the reporter allows.
    ///
    /// # Errors
    /// When there is no such report.
    pub fn set_consent(&self, id: ReportId, consent: Consent) -> Result<(), Failure> {
        self.store.write(|tx| {
            let before = tx.read().report(id)?.consent;
            if before != consent {
                tx.record(&Action::ConsentSet { report: id, before, after: consent })?;
            }
            Ok(())
        })
    }
}

fn unreadable(error: &std::io::Error) -> Failure {
    use std::io::ErrorKind as Kind;
    let (message, hint) = match error.kind() {
        Kind::NotFound => ("There is no such file.", "Check the path."),
        Kind::PermissionDenied => {
            ("This file may not be read.", "Ask for permission, or copy it somewhere you may read.")
        }
        _ => {
            ("The file could not be read.", "Check that the disk or share is there, and try again.")
        }
    };
    Failure::bad_input(format!("{message} Nothing was added."), hint)
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Empty => Self::bad_input(
                "There is nothing in it. Nothing was added.",
                "Check that the file was saved completely.",
            ),
            IntakeError::TooLarge { size, limit } => Self::bad_input(
                format!(
                    "It is larger than a report may be ({}; at most {}). Nothing was added.",
                    Size(size),
                    Size(limit)
                ),
                "Ask for the mail without its large attachments.",
            ),
            IntakeError::NotReadable => Self::new(
                Code::BadInput,
                "This is neither a mail nor text. Nothing was added.",
                "Save the message as .eml, or paste its source or text.",
            ),
        }
    }
}

/// The category that a report's words point to; a person decides.
pub(crate) fn suggest_category(parsed: &Parsed) -> Category {
    const SIGNS: &[(Category, &[&str])] = &[
        (Category::ChildSafety, &["csam", "child sexual", "child abuse", "cybertip", "ncmec"]),
        (Category::TerroristContent, &["removal order", "2021/784", "terrorist"]),
        (
            Category::IntimateImages,
            &["intimate image", "ncii", "revenge porn", "without my consent"],
        ),
        (
            Category::OurMistake,
            &["wrongly blocked", "blocked by you", "false positive", "your mistake"],
        ),
        (Category::Phishing, &["phish", "credential", "fake login"]),
        (Category::Botnet, &["botnet", "command and control", "command-and-control", "c2 server"]),
        (Category::Malware, &["malware", "trojan", "ransomware", "malicious file"]),
        (Category::Copyright, &["dmca", "512(c)", "copyright"]),
        (Category::Trademark, &["trademark"]),
        (Category::RegistrarHijack, &["hijack", "unauthorised transfer", "unauthorized transfer"]),
        (Category::LegalOrder, &["court order", "injunction", "hereby ordered"]),
        (Category::DataRequest, &["subpoena", "emergency disclosure", "subscriber information"]),
        (Category::Threats, &["doxx", "death threat", "harass", "threaten"]),
        (Category::Inquiry, &["journalist", "comment for", "press enquiry", "press inquiry"]),
    ];
    let words = format!("{}\n{}", parsed.subject, parsed.text).to_lowercase();
    SIGNS
        .iter()
        .find(|(_, signs)| signs.iter().any(|sign| words.contains(sign)))
        .map_or(Category::Other, |(category, _)| *category)
}
