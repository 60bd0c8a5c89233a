//! PDF and page pictures by Typst, in this process.
//!
//! The typesetter sees one template, one JSON file and five fonts, all from memory; there is no
//! file system, network, package or date behind it. The document's words arrive as JSON strings,
//! so Typst syntax in them is text like any other.

use std::sync::LazyLock;

use farol_model::export::RenderError;
use typst::{
    Library, LibraryExt, World, comemo,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::{LazyHash, Scalar},
};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use typst_render::RenderOptions;

use unicode_normalization::UnicodeNormalization;

use crate::paper::Paper;

const TEMPLATE: &str = include_str!("templates/house.typ");
const PIXELS_PER_POINT: f64 = 1.6;
/// Layout results that this many further documents did not use are forgotten.
const MEMORY_IN_RENDERS: usize = 8;

/// What never changes between documents.
struct House {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    data: FileId,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let fonts: Vec<Font> = [
        include_bytes!("../fonts/Inter-Regular.ttf").as_slice(),
        include_bytes!("../fonts/Inter-Italic.ttf"),
        include_bytes!("../fonts/Inter-SemiBold.ttf"),
        include_bytes!("../fonts/Inter-Bold.ttf"),
        include_bytes!("../fonts/JetBrainsMono-Regular.ttf"),
    ]
    .into_iter()
    .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
    .collect();
    House {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        main: Source::new(file("house.typ"), TEMPLATE.to_owned()),
        data: file("paper.json"),
    }
});

fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the two names are plain file names");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The world as the typesetter sees it for one document.
struct Desk {
    data: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &HOUSE.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &HOUSE.book
    }

    fn main(&self) -> FileId {
        HOUSE.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == HOUSE.main.id() { Ok(HOUSE.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == HOUSE.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        HOUSE.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Text of which every character has a picture in the bundled fonts; others become `□`, also for
/// whoever copies from the page, so that the file says no more than the page shows.
pub(crate) fn printable(text: &str) -> String {
    let has_picture = |c: char| HOUSE.fonts.iter().any(|it| it.info().coverage.contains(c.into()));
    text.nfc()
        .filter_map(|c| match c {
            '\n' | ' ' => Some(c),
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2065}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' => None,
            c if has_picture(c) => Some(c),
            _ => Some('□'),
        })
        .collect()
}

/// Lays a paper out on pages.
pub(crate) fn layout(paper: &Paper) -> Result<PagedDocument, RenderError> {
    let data = serde_json::to_vec(paper).map_err(|_| RenderError::Engine("no JSON".into()))?;
    let result = typst::compile::<PagedDocument>(&Desk { data: Bytes::new(data) }).output;
    comemo::evict(MEMORY_IN_RENDERS);
    result.map_err(|errors| refused(&errors))
}

/// Writes the pages as a tagged PDF without dates or tool names of its own.
pub(crate) fn pdf(pages: &PagedDocument) -> Result<Vec<u8>, RenderError> {
    let options = PdfOptions { creator: Smart::Custom(None), ..PdfOptions::default() };
    typst_pdf::pdf(pages, &options).map_err(|errors| refused(&errors))
}

/// Paints every page as a PNG.
pub(crate) fn pictures(pages: &PagedDocument) -> Result<Vec<Vec<u8>>, RenderError> {
    let options =
        RenderOptions { pixel_per_pt: Scalar::new(PIXELS_PER_POINT), ..RenderOptions::default() };
    pages
        .pages()
        .iter()
        .map(|page| {
            typst_render::render(page, &options)
                .encode_png()
                .map_err(|_| RenderError::Engine("a page picture could not be written".into()))
        })
        .collect()
}

/// Diagnostics name template constructs; only their kind of words may leave, so the message is
/// cut at the first quotation mark, behind which a value could stand.
fn refused(errors: &[SourceDiagnostic]) -> RenderError {
    let message = errors.first().map_or("unknown reason", |it| it.message.as_str());
    let kind = message.split(['"', '`', '“']).next().unwrap_or_default().trim();
    RenderError::Engine(kind.to_owned())
}
