//! What tests of the hall share.

use crate::Machines;

/// The machine room as it is.
pub(crate) const MACHINES: Machines = Machines {
    render: farol_render::render,
    pages: farol_render::pages,
    check_words: farol_render::check_words,
    unprinted: farol_render::unprinted,
    mail: farol_render::mail,
};
