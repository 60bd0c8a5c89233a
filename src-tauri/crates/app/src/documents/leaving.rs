//! Letting a document leave.
//!
//! A file leaves in three steps that stand or fall together: it is rendered and checked, written
//! beside its place, and recorded; only then it gets its name.

use std::{fs, path::Path};

use farol_model::{
    document::{Audience, Document, DocumentKind, Projected},
    export::{Format, RenderError},
    id::DocumentId,
    journal::Action,
};
use farol_store::Reader;

use super::{certified::certificate, places};
use crate::{
    Code, Desk, Failure,
    view::{Exported, Stopped},
};

impl Desk {
    /// Why an export of what is saved would be stopped now; none when it would leave.
    ///
    /// # Errors
    /// When there is no such document, or its facts are not complete.
    pub fn check_document(
        &self,
        id: DocumentId,
        reader: &Audience,
    ) -> Result<Option<Stopped>, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let projected = match self.leaving(it, &document, reader) {
                Ok(projected) => projected,
                Err(failure) => {
                    let file = self.case_facts(it, document.case, document.language())?;
                    let facts = farol_compose::facts(&file.material());
                    let places = places::missing_facts(&document, reader, &facts);
                    return Ok(Some(Stopped { failure, places }));
                }
            };
            let format =
                if projected.kind() == DocumentKind::Response { Format::Eml } else { Format::Pdf };
            Ok((self.machines.render)(&projected, format).err().map(|error| {
                let places = places::of(&error);
                Stopped { failure: stopped(error), places }
            }))
        })
    }

    /// A file name that this reader may see.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn export_name(
        &self,
        id: DocumentId,
        reader: &Audience,
        format: Format,
    ) -> Result<String, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let reference = it.case(document.case)?.reference;
            let kind = match document.kind {
                DocumentKind::Response => "response",
                DocumentKind::Rca => "root-cause-analysis",
                DocumentKind::Readout => "readout",
            };
            let inside = if reader.is_internal() {
                format!("-{}", reader.to_string().replace('_', "-"))
            } else {
                String::new()
            };
            Ok(format!("{reference}-{kind}{inside}.{}", format.extension()))
        })
    }

    /// Writes a checked file and records its certificate.
    ///
    /// # Errors
    /// [`Code::LeakStopped`] when a withheld value would leave or the check is void, [`Code::Refused`]
    /// when a consent forbids it; then no file is written and nothing is recorded.
    pub fn export_document(
        &self,
        id: DocumentId,
        reader: &Audience,
        format: Format,
        path: &Path,
    ) -> Result<Exported, Failure> {
        write_beside(path, |part| {
            self.store.write(|tx| {
                let projected = self.leaving(tx.read(), &tx.read().document(id)?, reader)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (self.machines.check_words)(&projected, "file name", &name).map_err(stopped)?;
                let rendered = (self.machines.render)(&projected, format).map_err(stopped)?;
                let certificate = certificate(tx, id, reader, format, &rendered)?;
                fs::write(part, &rendered.bytes).map_err(|error| cannot_write(&error))?;
                let case = tx.read().document(id)?.case;
                tx.record(&Action::DocumentExported { case, certificate: certificate.clone() })?;
                let file_name = path.display().to_string();
                let words = certificate.in_words();
                let notes = match format {
                    Format::Pdf => (self.machines.unprinted)(&projected),
                    _ => Vec::new(),
                };
                let notes = notes.iter().map(places::unprinted).collect();
                Ok((Exported { file_name, format, certificate, notes }, words))
            })
        })
    }

    /// What a reader gets, where it leaves: a paper of which nothing is theirs is a mistake.
    pub(crate) fn leaving(
        &self,
        it: Reader<'_>,
        document: &Document,
        reader: &Audience,
    ) -> Result<Projected, Failure> {
        let projected = self.projected(it, document, reader)?;
        if projected.blocks().is_empty() {
            return Err(Failure::refused(
                format!(
                    "Nothing in this document is for {reader}: the paper would be empty. No file was written."
                ),
                format!(
                    "Choose another reader, or change who may read its blocks. It was begun for {}.",
                    document.audience
                ),
            ));
        }
        Ok(projected)
    }
}

/// Writes a file beside its place, and gives it its name when it was recorded; the words of its
/// certificate go beside it. Of what was not recorded nothing stays.
pub(crate) fn write_beside<T>(
    path: &Path,
    make: impl FnOnce(&Path) -> Result<(T, String), Failure>,
) -> Result<T, Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    match make(part) {
        Ok((made, words)) => {
            fs::rename(part, path).map_err(|error| cannot_write(&error))?;
            fs::write(beside(path), words).map_err(|error| cannot_write(&error))?;
            Ok(made)
        }
        Err(failure) => {
            // Nothing may stay behind of an export that was not recorded.
            if let Err(error) = fs::remove_file(part)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(cannot_write(&error));
            }
            Err(failure)
        }
    }
}

/// Where the certificate of a file goes: `name.pdf` has `name.pdf.certificate.txt`.
fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".certificate.txt");
    name.into()
}

pub(crate) fn cannot_write(error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Failed,
        format!("The file could not be written: {}.", error.kind()),
        "Choose another folder, or free some space. The document itself is safe.",
    )
}

pub(crate) fn stopped(error: RenderError) -> Failure {
    match error {
        RenderError::Leaks(leaks) => {
            let places: Vec<String> = leaks
                .iter()
                .take(3)
                .map(|leak| match leak.block {
                    Some(block) => {
                        format!("{} (block {block}) in the {}", leak.what, leak.found_in)
                    }
                    None => format!("{} in the {}", leak.what, leak.found_in),
                })
                .collect();
            Failure::new(
                Code::LeakStopped,
                format!(
                    "The export was stopped; no file was written. Found: {}.",
                    places.join("; ")
                ),
                "Take the value out of the text this reader sees, or mark it with [[…]].",
            )
        }
        RenderError::CheckVoid(why) => Failure::new(
            Code::LeakStopped,
            format!("The leak check could not vouch for the file, so none was written: {why}."),
            "Export another format, and report this with the document's id.",
        ),
        RenderError::TooLong { pages, limit } => Failure::bad_input(
            format!("This makes {pages} pages; it may have {limit}. No file was written."),
            "Shorten it, or move detail to the analysis.",
        ),
        RenderError::Engine(why) => Failure::new(
            Code::Failed,
            format!("The typesetter refused: {why}. No file was written; the document is safe."),
            "Export as text, and report this with the document's id.",
        ),
    }
}
