//! Where on its pages a document is written.
//!
//! The layout leaves a mark where each block begins; between two marks a caret stands as far down as it stands
//! in the words between them.

use farol_model::{
    document::Projected,
    export::{Caret, Place},
};
use typst::{
    foundations::{NativeElement, Selector, Value},
    introspection::{Introspector, MetadataElem},
};
use typst_layout::PagedDocument;

use crate::paper::Margins;

/// Height of a page of A4.
const PAGE_MM: f64 = 297.0;
/// What begins this near to the top of a page begins there.
const NEAR: f64 = 0.01;

/// Where the first of some blocks begins: its number, the page from 0, and the share of the page above it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    block: usize,
    page: usize,
    down: f64,
}

/// Where a caret stands; none when its block is not on the pages.
pub(crate) fn of(caret: Caret, document: &Projected, pages: &PagedDocument) -> Option<Place> {
    let blocks = document.blocks();
    let block = blocks.iter().position(|it| it.id == caret.block)?;
    let margins = Margins::of(document.kind());
    let body = [f64::from(margins.top) / PAGE_MM, 1.0 - f64::from(margins.bottom) / PAGE_MM];
    let at = block as f64 + f64::from(caret.share.min(1000)) / 1000.0;
    let (page, down) = between(&marks(pages, blocks.len()), at, body)?;
    Some(Place { page: u32::try_from(page).ok()?, down: (down * 1000.0).round() as u16 })
}

/// In the order of the document, the last one at its end.
fn marks(pages: &PagedDocument, n_blocks: usize) -> Vec<Mark> {
    let introspector = pages.introspector();
    let found = introspector.query(&Selector::Elem(MetadataElem::ELEM, None));
    let marks = found.iter().filter_map(|it| {
        let block = match &it.to_packed::<MetadataElem>()?.value {
            Value::Int(block) => usize::try_from(*block).ok()?,
            Value::Str(it) if it.as_str() == "end" => n_blocks,
            _ => return None,
        };
        let at = introspector.position(it.location()?)?;
        let page = at.page.get() - 1;
        let height = pages.pages().get(page)?.frame.height();
        Some(Mark { block, page, down: at.point.y / height })
    });
    marks.collect()
}

/// The page and how far down it something is that stands `at` blocks from the beginning.
fn between(marks: &[Mark], at: f64, [top, bottom]: [f64; 2]) -> Option<(usize, f64)> {
    let n = marks.iter().rposition(|it| it.block as f64 <= at)?;
    let from = marks[n];
    // Behind the last word: at the end of what it ends, not where the next thing begins.
    let (from, to) = match marks.get(n + 1) {
        Some(next) => (from, *next),
        None => (*marks.get(n.checked_sub(1)?)?, from),
    };
    let n_blocks = to.block.saturating_sub(from.block).max(1);
    let share = ((at - from.block as f64) / n_blocks as f64).clamp(0.0, 1.0);
    let to = if to.page > from.page && to.down <= top + NEAR {
        Mark { page: to.page - 1, down: bottom, ..to }
    } else {
        to
    };
    let n_pages = to.page.saturating_sub(from.page);
    let height = if n_pages == 0 {
        to.down - from.down
    } else {
        bottom - from.down + (n_pages - 1) as f64 * (bottom - top) + to.down - top
    };
    let (mut page, mut down) = (from.page, from.down + share * height.max(0.0));
    while down > bottom && page < to.page {
        down = top + down - bottom;
        page += 1;
    }
    Some((page, down.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: [f64; 2] = [0.1, 0.9];

    fn check(at: f64, expected: (usize, f64)) {
        let mark = |block, page, down| Mark { block, page, down };
        // The second block goes on for two pages, the third begins a page, the fourth and fifth are one.
        let marks =
            [mark(0, 0, 0.1), mark(1, 0, 0.5), mark(2, 2, 0.1), mark(3, 2, 0.5), mark(5, 2, 0.9)];
        let (page, down) = between(&marks, at, BODY).unwrap();
        assert_eq!((page, (down * 1000.0).round() / 1000.0), expected, "at {at}");
    }

    #[test]
    fn a_caret_stands_as_far_down_as_in_its_words() {
        check(0.0, (0, 0.1));
        check(0.5, (0, 0.3));
        check(1.25, (0, 0.8));
        check(1.5, (1, 0.3));
        check(2.0, (2, 0.1));
        check(4.0, (2, 0.7));
        check(5.0, (2, 0.9));
    }

    #[test]
    fn behind_the_last_word_of_a_page_is_that_page() {
        check(1.999, (1, 0.899));
    }
}
