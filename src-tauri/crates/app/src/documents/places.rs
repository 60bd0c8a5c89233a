//! Where in a document something stands in the way of its leaving.

use std::collections::BTreeMap;

use farol_model::{
    document::{Audience, Document, Span, sees},
    export::{RenderError, Unprinted},
};

use crate::view::StoppedPlace;

/// The blocks that hold or show what stopped an export.
pub(super) fn of(error: &RenderError) -> Vec<StoppedPlace> {
    let RenderError::Leaks(leaks) = error else { return Vec::new() };
    let mut places: Vec<StoppedPlace> = Vec::new();
    for leak in leaks {
        let Some(block) = leak.block else { continue };
        let place =
            StoppedPlace { block, what: format!("{}, in the {}", leak.what, leak.found_in) };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The blocks whose text names a fact that the case does not have.
pub(super) fn missing_facts(
    document: &Document,
    reader: &Audience,
    facts: &BTreeMap<String, String>,
) -> Vec<StoppedPlace> {
    let mut places = Vec::new();
    for block in document.blocks.iter().filter(|it| sees(reader, &it.audience)) {
        for span in block.content.texts().into_iter().flat_map(|text| &text.0) {
            if let Span::Fact(name) = span
                && !facts.contains_key(name)
            {
                places.push(StoppedPlace { block: block.id, what: format!("{{{{{name}}}}}") });
            }
        }
    }
    places
}

/// What a PDF does not show, in a sentence.
pub(super) fn unprinted(it: &Unprinted) -> String {
    let place = it.block.map_or_else(|| "the title".into(), |block| format!("block {block}"));
    format!(
        "□ stands for characters that no font of ours has, in {place}: {}. Word and HTML show them.",
        it.characters
    )
}
