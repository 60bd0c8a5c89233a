//! Signed files between two desks: reading, checking, keeping and writing them.
//!
//! A file counts when it is whole, signed by somebody whose card is on this desk, and comes from the
//! same kind of vault, real or practice. Nothing of it is shown before that.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use farol_model::{
    approval::Request,
    id::{Digest, MemberId, SignedFileId},
    member::Member,
    signed::{FileKind, KeptFile, Says, SignedFile, Statement},
};
use farol_store::{Reader, StoreError, WriteTx, file_hash, fingerprint, is_signed_by};

use crate::{
    Code, Desk, Failure,
    view::{FileStep, OpenedFile},
    whole_file,
};

/// What a file says, in words.
pub(crate) mod words;

/// A longer file is none that Farol writes.
pub const MAX_SIGNED_BYTES: u64 = 1024 * 1024;

/// Reads a signed file; its signature is not checked yet.
///
/// # Errors
/// When it cannot be read, is too large, or is not a file that Farol signs.
pub fn read_signed(path: &Path) -> Result<SignedFile, Failure> {
    let meta = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if meta.is_dir() {
        return Err(Failure::bad_input(
            "This is a folder, not a file. Nothing was changed.",
            "Choose the signed file inside it.",
        ));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    file.take(MAX_SIGNED_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_SIGNED_BYTES {
        return Err(Failure::bad_input(
            "This file is larger than a signed file may be (1 MiB). Nothing was changed.",
            "Choose the file that your colleague's Farol wrote.",
        ));
    }
    let file: SignedFile = serde_json::from_slice(&bytes).map_err(|_| not_ours())?;
    match FileKind::ALL.iter().any(|kind| kind.format() == file.format) {
        true => Ok(file),
        false if file.format.starts_with("farol ") => Err(Failure::refused(
            "This signed file was written by a newer Farol. Nothing was changed.",
            "Open it with the newer version.",
        )),
        false => Err(not_ours()),
    }
}

/// Whether bytes are a signed file, of whatever version.
pub(crate) fn is_signed(bytes: &[u8]) -> bool {
    // Mails of many megabytes are not parsed for it.
    bytes.len() as u64 <= MAX_SIGNED_BYTES
        && bytes.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<SignedFile>(bytes)
            .is_ok_and(|file| file.format.starts_with("farol "))
}

/// A file whose signature is good.
pub(crate) struct Checked {
    pub(crate) statement: Statement,
    pub(crate) signer: Member,
    pub(crate) hash: Digest,
}

impl Desk {
    /// Checks a signed file and says in words what it is and what can be done with it here.
    ///
    /// # Errors
    /// When it was changed, its signer is unknown, it comes from another kind of vault, or it answers
    /// what this desk never asked.
    pub fn open_signed(&self, file: &SignedFile) -> Result<OpenedFile, Failure> {
        self.store.read(|it| {
            let checked = self.check(it, file)?;
            let (step, note) = self.next_with(it, &checked)?;
            let members = it.members()?;
            let says = &checked.statement.says;
            let mut facts = words::facts(says, &members);
            let request = match says {
                Says::Request(request) => Some((**request).clone()),
                Says::Answer(answer) => self.asked(it, answer).ok(),
                _ => None,
            };
            if let (Says::Answer(_), Some(request)) = (says, &request) {
                facts.extend(words::subject(&request.proposal));
            }
            Ok(OpenedFile {
                file: file.clone(),
                kind: says.kind(),
                title: words::title(says),
                sensitive: request.is_some_and(|it| it.sensitive),
                signer: words::legible(&checked.signer.name),
                fingerprint: fingerprint(&checked.signer.public_key).unwrap_or_default(),
                signed_at: checked.statement.at,
                facts,
                step,
                note,
            })
        })
    }

    /// Checks that a file is whole, signed by a known member (a card: by the key on it), and from the
    /// same kind of vault.
    pub(crate) fn check(&self, it: Reader<'_>, file: &SignedFile) -> Result<Checked, Failure> {
        let statement = file.statement().ok_or_else(changed)?;
        let signer = match &statement.says {
            Says::Card(member) => member.clone(),
            _ => match it.member(file.signed_by) {
                Err(StoreError::NotFound(_)) => return Err(unknown_signer(file.signed_by)),
                member => member?,
            },
        };
        if !is_signed_by(file, &signer) {
            return Err(changed());
        }
        if statement.practice != self.practice.is_some() {
            return Err(Failure::refused(
                "A practice desk and a real one do not sign for each other. Nothing was changed.",
                "Use files from desks of the same kind.",
            ));
        }
        Ok(Checked { statement, signer, hash: file_hash(file) })
    }

    /// What can be done with a good file, and what is to be said about that.
    fn next_with(&self, it: Reader<'_>, checked: &Checked) -> Result<(FileStep, String), Failure> {
        let own = checked.signer.id == self.store.member();
        let nothing = |note: &str| Ok((FileStep::Nothing, note.to_owned()));
        match &checked.statement.says {
            Says::Card(_) if own => nothing("This is your own card."),
            Says::Card(member) if self.can_add(it, member)? => {
                Ok((FileStep::AddMember, String::new()))
            }
            Says::Card(_) => nothing("This member is on the desk already."),
            Says::Request(_) if own => {
                nothing("You asked this yourself. Give the file to a colleague.")
            }
            Says::Request(request) => {
                require_proposer(request, &checked.signer)?;
                let answered = self.answered(it, checked.hash)?;
                Ok((FileStep::Answer, answered.map(|(_, words)| words).unwrap_or_default()))
            }
            Says::Answer(_) if own => {
                nothing("You signed this yourself. Give the file to who asked.")
            }
            Says::Answer(answer) => {
                self.asked(it, answer)?;
                match it.signed_file(checked.hash)? {
                    Some(_) => nothing("This answer was taken in already."),
                    None => Ok((FileStep::Take, String::new())),
                }
            }
            Says::Handover(_) if own => {
                nothing("You wrote this yourself. Give the file to the next shift.")
            }
            Says::Handover(_) => {
                let signed = self.receipt_for(it, checked.hash)?.is_some();
                let note = if signed { "You signed for it already." } else { "" };
                Ok((FileStep::SignFor, note.to_owned()))
            }
            Says::Receipt(_) if own => {
                nothing("You signed this yourself. Give the file to who wrote the handover.")
            }
            Says::Receipt(receipt) => {
                self.own_handover(it, receipt)?;
                match it.signed_file(checked.hash)? {
                    Some(_) => nothing("This receipt was taken in already."),
                    None => Ok((FileStep::Take, String::new())),
                }
            }
        }
    }

    /// Signs a statement for another desk.
    pub(crate) fn sign(&self, tx: &WriteTx<'_>, says: Says) -> Result<KeptFile, Failure> {
        let kind = says.kind();
        let statement = Statement {
            id: SignedFileId(tx.new_id()),
            practice: self.practice.is_some(),
            at: tx.now(),
            name: tx.read().member(tx.actor())?.name,
            says,
        };
        let text = serde_json::to_string(&statement).expect("statements are plain data");
        let file = self.store.sign_file(kind, text);
        if written(&file).len() as u64 > MAX_SIGNED_BYTES {
            return Err(Failure::bad_input(
                "This is longer than a signed file may be (1 MiB). No file was written.",
                "Shorten the text.",
            ));
        }
        Ok(keep(tx, file, &statement.says))
    }

    /// Writes the file that `f` signs and records: recorded only when its bytes are on the disk, and
    /// under its name only when it is recorded.
    pub(crate) fn leave(
        &self,
        path: &Path,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<SignedFile, Failure>,
    ) -> Result<SignedFile, Failure> {
        let left = whole_file::write(path, |to| {
            self.store.write(|tx| {
                let file = f(tx)?;
                to.write_all(&written(&file))?;
                to.flush()?;
                Ok(file)
            })
        });
        left.map_err(|stopped| match stopped {
            Stopped::Refused(failure) => failure,
            Stopped::Disk(error) => Failure::new(
                Code::Failed,
                format!("The file could not be written: {}. Nothing was recorded.", error.kind()),
                "Choose another folder, or free some space.",
            ),
        })
    }
}

/// Why no file was left.
pub(crate) enum Stopped {
    Refused(Failure),
    Disk(io::Error),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// A file as the journal keeps it.
pub(crate) fn keep(tx: &WriteTx<'_>, file: SignedFile, says: &Says) -> KeptFile {
    let (id, hash) = (SignedFileId(tx.new_id()), file_hash(&file));
    KeptFile { id, kind: says.kind(), hash, about: says.about(), file }
}

/// A file as it is written.
fn written(file: &SignedFile) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(file).expect("signed files are plain data");
    bytes.push(b'\n');
    bytes
}

/// Nobody asks for what somebody else proposed.
pub(crate) fn require_proposer(request: &Request, signer: &Member) -> Result<(), Failure> {
    if request.proposal.proposed_by == signer.id {
        return Ok(());
    }
    Err(Failure::refused(
        "This request is not signed by the person who proposed it. Nothing was signed.",
        "Ask whoever proposed it for a request of their own.",
    ))
}

/// The file is of another kind than is needed here.
pub(crate) fn another_kind(found: FileKind, needed: FileKind) -> Failure {
    Failure::bad_input(
        format!(
            "This is another kind of file: {}. Needed is: {}. Nothing was changed.",
            found.label(),
            needed.label()
        ),
        "Choose the other file.",
    )
}

fn not_ours() -> Failure {
    Failure::bad_input(
        "This is not a file that Farol signs. Nothing was changed.",
        "Choose the file that your colleague's Farol wrote, as it was written.",
    )
}

fn changed() -> Failure {
    Failure::refused(
        "This file was changed after it was signed, or somebody else signed it. Nothing was changed here.",
        "Ask whoever sent it for the file again, and tell them.",
    )
}

fn unknown_signer(signer: MemberId) -> Failure {
    Failure::refused(
        format!("Nobody on this desk has the key of the signer ({signer}). Nothing was changed."),
        "Add their member card first, and compare its fingerprint by voice.",
    )
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::bad_input(
        format!("The file cannot be read: {}. Nothing was changed.", error.kind()),
        "Check the path and its permissions.",
    )
}

#[cfg(test)]
mod tests;
