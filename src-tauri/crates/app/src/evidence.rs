//! Files that cases rest on: taking in, looking at, handing out and destroying, each a line of custody.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use farol_intake::is_readable_text;
use farol_model::{
    case::Category,
    evidence::{Evidence, Handling, HeldEvidence, PIECE_BYTES},
    id::{CaseId, EvidenceId},
    journal::Action,
    member::Member,
};
use farol_store::ArrivedFile;

use crate::{
    Code, Desk, Failure,
    lookups::Watch,
    view::{CustodyLine, EvidenceAdded, EvidenceStart, EvidenceView},
    whole_file,
};

/// Larger files are kept elsewhere: every backup of the vault has them whole.
const MAX_BYTES: u64 = 4 << 30;
/// How much of a text is shown.
const SHOWN_TEXT: usize = 64 << 10;
/// How much of anything else is shown, as numbers.
const SHOWN_BYTES: usize = 2 << 10;

impl Desk {
    /// Takes a file in as evidence, piece by piece: `watch` is told how many of how many there are.
    /// A file that the case has already is not added again.
    ///
    /// A case about child safety keeps references only: of files, readable text is taken, and
    /// anything else is refused when its first bytes show it, before any of them is kept or hashed.
    ///
    /// # Errors
    /// When it cannot be read, is too large, is refused, or `watch` cancels; nothing is kept then.
    pub fn add_evidence(
        &self,
        case: CaseId,
        path: &Path,
        origin: &str,
        redacted_from: Option<EvidenceId>,
        watch: &Watch<'_>,
    ) -> Result<EvidenceAdded, Failure> {
        let category = self.store.read(|it| it.case(case))?.facts.category;
        if let Some(source) = redacted_from {
            self.evidence_on(source, Some(case))?;
        }
        let (mut file, size) = open(path)?;
        let n_pieces = size.div_ceil(PIECE_BYTES as u64) as usize;
        let arrived = self.store.take_in(&mut file, |piece, at| {
            if category == Category::ChildSafety && !is_readable_text(piece) {
                return Err(Failure::refused(
                    "Cases about child safety keep references only, and this file is not readable text. \
                     Nothing of it was kept or hashed.",
                    "Write down where it is, and follow your legal procedure for such material.",
                ));
            }
            if at + piece.len() as u64 > MAX_BYTES {
                return Err(too_large());
            }
            if (watch.cancelled)() {
                return Err(Failure::refused(
                    "Stopped. Nothing of the file was kept.",
                    "Add it again when you want it.",
                ));
            }
            (watch.progress)(at as usize / PIECE_BYTES, n_pieces);
            Ok(())
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let added = self.name_file(case, name, origin.trim(), redacted_from, &arrived);
        if !matches!(added, Ok(EvidenceAdded { known: false, .. })) {
            self.store.let_go(&arrived)?;
        }
        added
    }

    fn name_file(
        &self,
        case: CaseId,
        name: String,
        origin: &str,
        redacted_from: Option<EvidenceId>,
        arrived: &ArrivedFile,
    ) -> Result<EvidenceAdded, Failure> {
        self.store.write(|tx| {
            let held = tx.read().evidence_of(case)?;
            let same = held
                .into_iter()
                .find(|it| !it.is_destroyed() && it.evidence.sha256 == arrived.sha256);
            if let Some(HeldEvidence { evidence, .. }) = same {
                let Evidence { id, name, sha256, .. } = evidence;
                return Ok(EvidenceAdded { id, name, sha256, known: true });
            }
            let evidence = Box::new(Evidence {
                id: EvidenceId(tx.new_id()),
                name,
                size: arrived.size,
                sha256: arrived.sha256,
                pieces: arrived.pieces.clone(),
                origin: origin.to_owned(),
                redacted_from,
            });
            let Evidence { id, name, sha256, .. } = (*evidence).clone();
            tx.record(&Action::EvidenceReceived { case, evidence })?;
            if let Some(source) = redacted_from {
                let handling = Handling::Redacted { copy: id };
                tx.record(&Action::EvidenceHandled { case, evidence: source, handling })?;
            }
            Ok(EvidenceAdded { id, name, sha256, known: false })
        })
    }

    /// The beginning of a file, as text or as numbers, never as a picture or a page. That somebody
    /// looked stands in its custody.
    ///
    /// # Errors
    /// When there is no such file, or it was destroyed.
    pub fn open_evidence(&self, id: EvidenceId) -> Result<EvidenceStart, Failure> {
        let (case, held) = self.evidence_on(id, None)?;
        let first = match held.evidence.pieces.first() {
            Some(piece) => self.store.read(|it| it.original(*piece))?,
            None => Vec::new(),
        };
        let is_text = is_readable_text(&first);
        let shown = first.len().min(if is_text { SHOWN_TEXT } else { SHOWN_BYTES });
        let text = if is_text {
            String::from_utf8_lossy(&first[..shown]).into_owned()
        } else {
            in_numbers(&first[..shown])
        };
        let handling = Handling::Opened;
        let handled = Action::EvidenceHandled { case, evidence: id, handling };
        self.store.write(|tx| tx.record(&handled))?;
        Ok(EvidenceStart { text, is_text, is_cut: held.evidence.size.0 > shown as u64 })
    }

    /// Writes a copy, byte for byte as it came in, and who gets it into the custody.
    ///
    /// # Errors
    /// When nobody is named, the file is gone or is not what came in, or the copy cannot be written;
    /// no copy is left then.
    pub fn export_evidence(&self, id: EvidenceId, path: &Path, to: &str) -> Result<(), Failure> {
        let to = to.trim().to_owned();
        if to.is_empty() {
            return Err(Failure::bad_input(
                "Custody needs to know who gets the copy. Nothing was written.",
                "Name the person or the authority.",
            ));
        }
        let (case, held) = self.evidence_on(id, None)?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        whole_file::write(path, |out| self.store.write_out(&held.evidence, out))?;
        let handling = Handling::Exported { file_name, to };
        let handled = Action::EvidenceHandled { case, evidence: id, handling };
        let kept: Result<_, Failure> = self.store.write(|tx| Ok(tx.record(&handled)?));
        // A copy that no custody knows of must not be there.
        kept.map(|_| ()).inspect_err(|_| drop(fs::remove_file(path)))
    }

    /// The name under which a copy is offered: that of the file, without what an operating system
    /// could stumble over.
    ///
    /// # Errors
    /// When there is no such file, or it was destroyed.
    pub fn evidence_file_name(&self, id: EvidenceId) -> Result<String, Failure> {
        Ok(self.evidence_on(id, None)?.1.evidence.file_name())
    }

    /// Destroys the bytes of a file. Its name, hash and custody stay.
    ///
    /// # Errors
    /// When no reason is given, the case is on hold, or the file is gone already.
    pub fn destroy_evidence(&self, id: EvidenceId, reason: &str) -> Result<(), Failure> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Failure::bad_input(
                "Destroying evidence needs a reason. Nothing was changed.",
                "Name the rule or the order.",
            ));
        }
        let (case, _) = self.evidence_on(id, None)?;
        if self.store.read(|it| it.hold(case))?.is_some() {
            return Err(Failure::refused(
                "The case is on legal hold: its evidence stays. Nothing was changed.",
                "Release the hold first, when whoever asked for it agrees.",
            ));
        }
        Ok(self.store.destroy(id, reason)?)
    }

    /// The files of a case with their custody, oldest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn evidence(&self, case: CaseId) -> Result<Vec<EvidenceView>, Failure> {
        Ok(self.store.read(|it| {
            let members = it.members()?;
            Ok::<_, farol_store::StoreError>(views(it.evidence_of(case)?, &members))
        })?)
    }

    /// A file that is still there, and its case: the given one, when one is given.
    fn evidence_on(
        &self,
        id: EvidenceId,
        on: Option<CaseId>,
    ) -> Result<(CaseId, HeldEvidence), Failure> {
        let (case, held) = self.store.read(|it| it.evidence(id))?;
        if on.is_some_and(|on| on != case) {
            return Err(Failure::not_found("evidence on this case"));
        }
        if held.is_destroyed() {
            return Err(Failure::refused(
                "This evidence was destroyed; only its name, hash and custody are left.",
                "A backup from before may still have it.",
            ));
        }
        Ok((case, held))
    }
}

pub(crate) fn views(held: Vec<HeldEvidence>, members: &[Member]) -> Vec<EvidenceView> {
    let who = |id| members.iter().find(|it| it.id == id).map(|it| it.name.clone());
    held.into_iter()
        .map(|it| EvidenceView {
            destroyed: it.is_destroyed(),
            custody: it
                .custody
                .iter()
                .map(|line| CustodyLine {
                    at: line.at,
                    who: who(line.by).unwrap_or_default(),
                    words: line.handling.describe(),
                })
                .collect(),
            id: it.evidence.id,
            name: it.evidence.name,
            size: it.evidence.size,
            sha256: it.evidence.sha256,
            origin: it.evidence.origin,
            redacted_from: it.evidence.redacted_from,
        })
        .collect()
}

fn open(path: &Path) -> Result<(impl Read, u64), Failure> {
    let cannot = |what: String| {
        Failure::bad_input(
            format!("The file cannot be read: {what}. Nothing was added."),
            "Check that it is a file, that it is there, and that you may read it.",
        )
    };
    let file = File::open(path).map_err(|error| cannot(error.kind().to_string()))?;
    let about = file.metadata().map_err(|error| cannot(error.kind().to_string()))?;
    if !about.is_file() {
        return Err(cannot("it is no file".into()));
    }
    if about.len() > MAX_BYTES {
        return Err(too_large());
    }
    Ok((file, about.len()))
}

fn too_large() -> Failure {
    Failure::new(
        Code::BadInput,
        "The file is larger than 4 GiB. Nothing of it was kept.",
        "Keep it where your team keeps large evidence, and note its hash and place on the case.",
    )
}

/// Sixteen bytes a line, as numbers and as letters.
fn in_numbers(bytes: &[u8]) -> String {
    let line = |(at, bytes): (usize, &[u8])| {
        let numbers: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let letter = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
        let letters: String = bytes.iter().map(letter).collect();
        format!("{:08x}  {:<47}  {letters}\n", at * 16, numbers.join(" "))
    };
    bytes.chunks(16).enumerate().map(line).collect()
}
