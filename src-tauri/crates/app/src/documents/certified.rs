//! The proof of a file that was made and searched.

use farol_model::{
    document::Audience,
    export::{Certificate, Format, Rendered},
    id::DocumentId,
};
use farol_store::WriteTx;

use crate::Failure;

/// What is recorded of a file before it leaves: its hash, and that nothing withheld is in it.
pub(crate) fn certificate(
    tx: &WriteTx<'_>,
    document: DocumentId,
    reader: &Audience,
    format: Format,
    made: &Rendered,
) -> Result<Certificate, Failure> {
    Ok(Certificate {
        document,
        audience: reader.clone(),
        format,
        exported_at: tx.now(),
        sha256: farol_store::digest(&made.bytes),
        template_version: made.template_version.to_owned(),
        journal_head: tx.read().head()?,
        n_values_searched: made.n_values_searched,
        n_hits: 0,
    })
}
