//! What goes to a printer: the pages of the checked PDF, and the record that they left.

use farol_model::{document::Audience, export::Format, id::DocumentId, journal::Action};

use super::{certificate, stopped};
use crate::{Desk, Failure};

impl Desk {
    /// The pages for a printer, as PNG pictures, and a name for the job that its reader may see.
    ///
    /// The PDF of the same tree is made and searched first, and its certificate is recorded: what is
    /// printed has left.
    ///
    /// # Errors
    /// As [`Desk::export_document`]; then nothing is printed and nothing recorded.
    pub fn print_document(
        &self,
        id: DocumentId,
        reader: &Audience,
    ) -> Result<(Vec<Vec<u8>>, String), Failure> {
        let name = self.export_name(id, reader, Format::Pdf)?;
        let name = name.trim_end_matches(".pdf").to_owned();
        self.store.write(|tx| {
            let document = tx.read().document(id)?;
            let projected = self.leaving(tx.read(), &document, reader)?;
            (self.machines.check_words)(&projected, "name of the print job", &name)
                .map_err(stopped)?;
            let rendered = (self.machines.render)(&projected, Format::Pdf).map_err(stopped)?;
            let sheets = (self.machines.sheets)(&projected).map_err(stopped)?;
            let certificate = certificate(tx, id, reader, Format::Pdf, &rendered)?;
            tx.record(&Action::DocumentExported { case: document.case, certificate })?;
            Ok((sheets, name))
        })
    }
}
