//! What goes to a printer: the pages of the checked PDF, and the record that they left.

use farol_model::{
    document::Audience,
    export::{Certificate, Format},
    id::DocumentId,
    journal::Action,
};

use super::stopped;
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
            let projected = self.projected(tx.read(), &document, reader)?;
            (self.machines.check_words)(&projected, "name of the print job", &name)
                .map_err(stopped)?;
            let rendered = (self.machines.render)(&projected, Format::Pdf).map_err(stopped)?;
            let sheets = (self.machines.sheets)(&projected).map_err(stopped)?;
            let certificate = Certificate {
                document: id,
                audience: reader.clone(),
                format: Format::Pdf,
                exported_at: tx.now(),
                sha256: farol_store::digest(&rendered.bytes),
                template_version: rendered.template_version.to_owned(),
                journal_head: tx.read().head()?,
                n_values_searched: rendered.n_values_searched,
                n_hits: 0,
            };
            tx.record(&Action::DocumentExported { case: document.case, certificate })?;
            Ok((sheets, name))
        })
    }
}
