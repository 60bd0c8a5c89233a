//! Responses, analyses and readouts: begun, read, written, and left to go.

/// Charts, evidence, decisions and actions, put in one by one.
mod blocks;
/// What the desk knows of a case.
pub(crate) mod case_file;
/// The proof of a file that was made.
mod certified;
/// What becomes of drafts.
pub(crate) mod drafts;
/// Facts with the record they stand in.
pub(crate) mod facts;
/// What became of a block, and the moments that a timeline may tell.
mod history;
/// Files for one reader.
mod leaving;
/// Where in a document something stands in the way.
mod places;
/// What goes to a printer.
mod printing;
/// From draft to issued.
pub(crate) mod review;
/// What one reader gets.
mod seen;
/// What should perhaps be withheld.
mod suggest;
/// What a version withholds, with the reason.
mod withheld;
/// Saving what is written.
mod writing;

pub use self::{
    blocks::{chart_from_csv, table_from_csv},
    writing::Draft,
};
use farol_compose::{ComposeError, Material};
pub use farol_compose::{LintFinding, TemplateFinding, TemplateInfo};
use farol_model::{
    document::{Document, Language, needs_legal, needs_second},
    id::{CaseId, DocumentId},
    journal::Action,
};
use farol_store::StoreError;

pub(crate) use self::{
    case_file::CaseFile,
    certified::certificate,
    leaving::{cannot_write, stopped, write_beside},
};
use crate::{
    Desk, Failure,
    cases::document_row,
    view::{DocumentRow, DocumentView},
};

impl Desk {
    /// All documents, newest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn documents(&self) -> Result<Vec<DocumentRow>, Failure> {
        self.store.read(|it| {
            let rows = it.documents()?;
            let rows = rows.iter().map(|row| Ok(document_row(row, &it.case(row.case)?)));
            Ok(rows.collect::<Result<_, StoreError>>()?)
        })
    }

    /// Begins a document from a template, filled with what the case knows.
    ///
    /// # Errors
    /// When the case or template does not exist, or lacks what the template needs.
    pub fn create_document(&self, case: CaseId, template: &str) -> Result<DocumentId, Failure> {
        self.store.write(|tx| {
            let file = self.case_file(tx.read(), case, Language::of_template(template))?;
            let now = tx.now();
            let began = |it: &Document| it.template.split([' ', '.']).next() == Some(template);
            let before =
                tx.read().documents()?.into_iter().filter(|it| it.case == case && began(it));
            let previous = before.max_by_key(|it| it.created_at);
            let material = Material { previous: previous.as_ref(), ..file.material() };
            let document = farol_compose::compose(template, &material, now, &mut || tx.new_id())
                .map_err(|error| {
                    let hint = match error {
                        ComposeError::UnknownTemplate => {
                            "Choose one of those that are listed (`farolctl doc templates`)."
                        }
                        _ => "Add what is missing to the case, or choose another template.",
                    };
                    Failure::bad_input(format!("The document was not begun: {error}."), hint)
                })?;
            let id = document.id;
            tx.record(&Action::DocumentCreated { document: Box::new(document) })?;
            Ok(id)
        })
    }

    /// A document in the editor.
    ///
    /// # Errors
    /// When there is no such document.
    pub fn document(&self, id: DocumentId) -> Result<DocumentView, Failure> {
        self.store.read(|it| {
            let document = it.document(id)?;
            let file = self.case_file(it, document.case, document.language())?;
            let changed_at = file.story.last().map_or(file.case.opened_at, |it| it.at);
            let audiences = seen::audiences(&file);
            Ok(DocumentView {
                reference: file.case.reference,
                case_title: file.case.facts.title.clone(),
                saved_at: it.document_saved_at(id)?,
                findings: farol_compose::lint(&document, &file.material()),
                certificates: it.certificates_of(id)?,
                readers: seen::readers(&document, &audiences),
                audiences,
                facts: facts::named(&file, changed_at),
                records: blocks::of_record(&file),
                changes: self.changes_said(
                    it,
                    document.case,
                    &file.verdicts,
                    document.language(),
                )?,
                needs_second: needs_second(&document),
                needs_legal: needs_legal(&document),
                writers: file.members.iter().map(|it| (it.id, it.name.clone())).collect(),
                document,
            })
        })
    }
}
