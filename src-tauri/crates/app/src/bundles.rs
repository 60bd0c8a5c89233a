//! Cases that travel whole between two desks: leaving as a bundle.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use farol_intake::is_readable_text;
use farol_model::{
    bundle::LeftBundle,
    case::{Category, Sensitivity},
    id::{CaseId, Size},
    journal::Action,
    signed::{Says, SignedFile},
};
use farol_store::{Lock, Plan, Reader, StoreError, is_age};

use crate::{
    Code, Desk, Failure,
    lookups::Watch,
    signed_files::words::legible,
    view::{BundleDone, BundleFor, BundlePlan, LeavingCase},
    whole_file,
};

/// Shorter passphrases are guessed by whoever has the file.
const MIN_PASSPHRASE_CHARS: usize = 16;
/// More keys than anybody has colleagues.
const MAX_RECIPIENTS: usize = 100;

impl Desk {
    /// Exactly what would leave if these cases were bundled now. Nothing leaves.
    ///
    /// # Errors
    /// When there is no such case, or it holds what may not leave.
    pub fn plan_bundle(&self, cases: &[CaseId]) -> Result<BundlePlan, Failure> {
        self.may_travel(cases)?;
        let plan = self.store.plan_bundle(cases, "")?;
        self.plan_view(&plan)
    }

    /// Writes cases as one encrypted file that another desk takes in and public tools open. That they
    /// left, for whom, and the file's hash stand on each case.
    ///
    /// # Errors
    /// When nobody is named, nothing or two things lock it, a case holds what may not leave, `watch`
    /// cancels, or the file cannot be written; no file is left then, and nothing recorded.
    pub fn export_bundle(
        &self,
        cases: &[CaseId],
        path: &Path,
        target: &BundleFor,
        watch: &Watch<'_>,
    ) -> Result<BundleDone, Failure> {
        let to = target.to.trim().to_owned();
        if to.is_empty() {
            return Err(Failure::bad_input(
                "The record needs to know for whom the bundle is. Nothing was written.",
                "Name the person and their desk.",
            ));
        }
        let lock = lock(target)?;
        self.may_travel(cases)?;
        let shown = AtomicU64::new(0);
        let mut go_on = |done: u64, total: u64| {
            // In thousandths: that fits every counter and no screen shows more.
            let part = (done * 1000).checked_div(total).unwrap_or(1000);
            if shown.swap(part, Ordering::Relaxed) != part {
                (watch.progress)(part as usize, 1000);
            }
            !(watch.cancelled)()
        };
        let written = whole_file::write(path, |out| {
            let (plan, sha256) = self.store.write_bundle(cases, &to, &lock, out, &mut go_on)?;
            out.flush()?;
            let n_cases = u32::try_from(plan.manifest.cases.len()).unwrap_or(u32::MAX);
            let bundle =
                LeftBundle { sha256, to: to.clone(), recipients: lock.recipients(), n_cases };
            self.store.write(|tx| {
                for case in &plan.manifest.cases {
                    let bundle = bundle.clone();
                    tx.record(&Action::BundleLeft { case: case.id, bundle })?;
                }
                Ok::<_, StoreError>(())
            })?;
            Ok::<_, Stopped>((plan, sha256))
        });
        let (plan, sha256) = written.map_err(|stopped| match stopped {
            Stopped::Store(error) => error.into(),
            Stopped::Disk(error) => Failure::new(
                Code::Failed,
                format!("The bundle could not be written: {}. No file was left.", error.kind()),
                "Choose another folder, or free some space.",
            ),
        })?;
        let plan = self.plan_view(&plan)?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(BundleDone { file_name, sha256, plan })
    }

    fn plan_view(&self, plan: &Plan) -> Result<BundlePlan, Failure> {
        let manifest = &plan.manifest;
        let people = manifest.cards.iter().filter_map(card_name).collect();
        let cases: Vec<LeavingCase> = self.store.read(|it| {
            let cases = manifest.cases.iter().map(|case| {
                let facts = it.case(case.id)?.facts;
                Ok(LeavingCase {
                    id: case.id,
                    reference: case.reference,
                    title: (!facts.is_sensitive()).then_some(facts.title),
                    n_entries: case.n_entries,
                })
            });
            cases.collect::<Result<_, StoreError>>()
        })?;
        let file_name = match cases.as_slice() {
            [one] => format!("{}.farol-bundle.age", one.reference),
            many => {
                format!("{}-cases-{}.farol-bundle.age", many.len(), &manifest.at.to_string()[..10])
            }
        };
        Ok(BundlePlan {
            cases,
            n_entries: plan.n_entries,
            n_reports: u32::try_from(manifest.reports.len()).unwrap_or(u32::MAX),
            n_originals: plan.n_originals,
            n_digests: plan.n_digests,
            n_missing: plan.n_missing,
            people,
            size: Size(plan.bytes),
            file_name,
        })
    }

    /// Cases about child safety keep references only. That nothing else came in is checked when it
    /// comes in; what came in before the case was about that is found here.
    fn may_travel(&self, cases: &[CaseId]) -> Result<(), Failure> {
        if cases.is_empty() {
            return Err(Failure::bad_input("No case was chosen.", "Choose at least one."));
        }
        self.store.read(|it| {
            for id in cases {
                let case = it.case(*id)?;
                if case.facts.sensitivity == Sensitivity::Covert {
                    return Err(Failure::refused(
                        format!("{} is covert: nothing about it leaves this computer. Nothing was written.", case.reference),
                        "When a colleague is to have it, change its sensitivity first; the record says who did.",
                    ));
                }
                if case.facts.category == Category::ChildSafety && holds_more_than_text(it, *id)? {
                    return Err(Failure::refused(
                        format!(
                            "{} is about child safety and holds a file or an attachment that is not readable text. Nothing was written.",
                            case.reference
                        ),
                        "Follow your legal procedure for such material; destroy the evidence here or take the report off the case, then bundle it.",
                    ));
                }
            }
            Ok(())
        })
    }
}

fn holds_more_than_text(it: Reader<'_>, case: CaseId) -> Result<bool, Failure> {
    for held in it.evidence_of(case)? {
        if held.is_destroyed() {
            continue;
        }
        for piece in &held.evidence.pieces {
            if !is_readable_text(&it.original(*piece)?) {
                return Ok(true);
            }
        }
    }
    let kept = |report: farol_model::report::Report| {
        let attachments = report.parsed.attachments;
        attachments.iter().any(|it| it.sha256.is_some() && !it.media_type.starts_with("text/"))
    };
    Ok(it.reports_of(case)?.into_iter().any(kept))
}

fn card_name(card: &SignedFile) -> Option<String> {
    match card.statement()?.says {
        Says::Card(member) => Some(legible(&member.name)),
        _ => None,
    }
}

fn lock(target: &BundleFor) -> Result<Lock, Failure> {
    let recipients: Vec<String> = target
        .recipients
        .iter()
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    let passphrase = target.passphrase.as_deref().filter(|it| !it.is_empty());
    match (passphrase, recipients.len()) {
        (None, 0) => Err(Failure::bad_input(
            "A bundle is always encrypted, and nothing was given to lock it with. Nothing was written.",
            "Give the age key of whoever gets it (age1…), or a passphrase.",
        )),
        (Some(_), 1..) => Err(Failure::bad_input(
            "age does not mix a passphrase with keys. Nothing was written.",
            "Use either, or write two bundles.",
        )),
        (Some(words), 0) if words.chars().count() < MIN_PASSPHRASE_CHARS => {
            Err(Failure::bad_input(
                format!(
                    "This passphrase is shorter than {MIN_PASSPHRASE_CHARS} letters, and whoever has the file can try as long as they like. Nothing was written."
                ),
                "Use five random words, or the age key of whoever gets it.",
            ))
        }
        (Some(words), 0) => Ok(Lock::passphrase(words)),
        (None, n) if n > MAX_RECIPIENTS => Err(Failure::bad_input(
            format!("More than {MAX_RECIPIENTS} keys were given. Nothing was written."),
            "Leave out those who do not need it.",
        )),
        (None, _) => Lock::for_recipients(&recipients).map_err(|wrong| {
            Failure::bad_input(
                format!("“{}” is no age key. Nothing was written.", legible(&wrong)),
                "A public key begins with age1; a secret one (AGE-SECRET-KEY-1…) is never given to anybody.",
            )
        }),
    }
}

/// Whether a file begins as bundles begin.
pub fn is_bundle(path: &Path) -> bool {
    let mut begin = [0; 19];
    File::open(path).and_then(|mut it| it.read_exact(&mut begin)).is_ok() && is_age(&begin)
}

/// Why no bundle was left.
enum Stopped {
    Store(StoreError),
    Disk(io::Error),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Io(error) => Self::Disk(error),
            error => Self::Store(error),
        }
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}
