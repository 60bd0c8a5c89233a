//! PDF and page pictures by Typst, in this process.
//!
//! The typesetter sees our templates, one JSON file, a logo and nine fonts, all from memory; there is no
//! file system, network, package or date behind it. The document's words arrive as JSON strings,
//! so Typst syntax in them is text like any other.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use farol_model::export::{PageAsked, Place, RenderError, SeenPage, Sight};
use image::{
    ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use serde::Serialize;
use typst::{
    Library, LibraryExt, World, comemo,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::{LazyHash, Scalar, hash128},
};
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};
use typst_render::RenderOptions;

use unicode_normalization::UnicodeNormalization;

use crate::{
    chart::Chart,
    logo::Logo,
    paper::{Paper, legible},
};

const TEMPLATES: [(&str, &str); 3] = [
    ("house.typ", include_str!("templates/house.typ")),
    ("picture.typ", include_str!("templates/picture.typ")),
    ("chart.typ", include_str!("templates/chart.typ")),
];
const PICTURE_PIXELS_PER_POINT: f64 = 2.0;
/// The same of a page that is printed.
const PRINTED_PIXELS_PER_POINT: f64 = 2.8;
/// No page on a screen is narrower or wider.
const WIDTHS_PX: [u32; 2] = [64, 4096];
/// Painted pages by their hash and how wide they are.
type Painted = HashMap<(u128, u32), Arc<[u8]>>;
/// The pages that were painted last: while somebody writes, most of them stay as they are.
static PAINTED: LazyLock<Mutex<Painted>> = LazyLock::new(Mutex::default);
/// Layout results that this many further documents did not use are forgotten.
const MEMORY_IN_RENDERS: usize = 8;

/// What never changes between documents.
struct House {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// Whole papers, pictures, and what both use.
    templates: [Source; 3],
    data: FileId,
    logo: FileId,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let fonts: Vec<Font> = [
        include_bytes!("../fonts/Inter-Regular.ttf").as_slice(),
        include_bytes!("../fonts/Inter-Italic.ttf"),
        include_bytes!("../fonts/Inter-SemiBold.ttf"),
        include_bytes!("../fonts/Inter-Bold.ttf"),
        include_bytes!("../fonts/JetBrainsMono-Regular.ttf"),
        // For scripts that Inter does not have; who reads them reads words, not boxes.
        include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
        include_bytes!("../fonts/NotoSansHebrew-Regular.ttf"),
        include_bytes!("../fonts/NotoSansThai-Regular.ttf"),
        include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"),
    ]
    .into_iter()
    .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
    .collect();
    House {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        templates: TEMPLATES.map(|(name, text)| Source::new(file(name), text.to_owned())),
        data: file("paper.json"),
        logo: file("logo.png"),
    }
});

fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("all names are plain file names");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The world as the typesetter sees it for one document.
struct Desk {
    data: Bytes,
    logo: Option<Bytes>,
    main: FileId,
}

impl Desk {
    fn compiled(
        data: &impl Serialize,
        logo: Option<&Logo>,
        main: usize,
    ) -> Result<PagedDocument, RenderError> {
        let data = serde_json::to_vec(data).map_err(|_| RenderError::Engine("no JSON".into()))?;
        let logo = logo.map(|it| Bytes::new(it.png.clone()));
        let desk = Self { data: Bytes::new(data), logo, main: HOUSE.templates[main].id() };
        let result = typst::compile::<PagedDocument>(&desk).output;
        comemo::evict(MEMORY_IN_RENDERS);
        result.map_err(|errors| refused(&errors))
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &HOUSE.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &HOUSE.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = HOUSE.templates.iter().find(|it| it.id() == id);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.logo {
            _ if id == HOUSE.data => Ok(self.data.clone()),
            Some(logo) if id == HOUSE.logo => Ok(logo.clone()),
            _ => Err(FileError::AccessDenied),
        }
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
    if text.bytes().all(is_plain) {
        return text.to_owned();
    }
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

/// The characters of a text that become `□`, each once, in order.
pub(crate) fn without_picture(text: &str) -> String {
    let mut out = String::new();
    if text.bytes().all(is_plain) {
        return out;
    }
    for c in legible(text).chars() {
        let may_lack = c != '□' && !u8::try_from(c).is_ok_and(is_plain) && !out.contains(c);
        if may_lack && printable(c.encode_utf8(&mut [0; 4])).contains('□') {
            out.push(c);
        }
    }
    out
}

/// What every text is made of, and every font has.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n')
}

/// Lays a paper out on pages.
pub(crate) fn layout(paper: &Paper) -> Result<PagedDocument, RenderError> {
    let logo = paper.team.as_ref().and_then(|it| it.logo.as_ref());
    Desk::compiled(paper, logo, 0)
}

/// A chart, painted.
pub(crate) struct Picture {
    /// Its pixels.
    pub(crate) png: Vec<u8>,
    /// How wide it is on paper.
    pub(crate) width_pt: f64,
    /// How high.
    pub(crate) height_pt: f64,
}

/// Paints one chart, without its title.
pub(crate) fn picture(chart: &Chart, lang: &str) -> Result<Picture, RenderError> {
    #[derive(Serialize)]
    struct Data<'a> {
        chart: Chart,
        lang: &'a str,
    }
    let mut chart = chart.clone();
    let words = chart.header.iter_mut().chain(chart.rows.iter_mut().flatten());
    words.for_each(|it| *it = printable(it));
    let pages = Desk::compiled(&Data { chart, lang }, None, 1)?;
    let page = pages.pages().first().ok_or_else(|| RenderError::Engine("no page".into()))?;
    let size = page.frame.size();
    let png = painted(page, PICTURE_PIXELS_PER_POINT)?;
    Ok(Picture { png, width_pt: size.x.to_pt(), height_pt: size.y.to_pt() })
}

/// Writes the pages as a tagged PDF without dates or tool names of its own: for the archive (PDF/A-2a,
/// ISO 19005-2) wherever the text allows it.
pub(crate) fn pdf(pages: &PagedDocument) -> Result<Vec<u8>, RenderError> {
    let options =
        |standards| PdfOptions { creator: Smart::Custom(None), standards, ..PdfOptions::default() };
    let archive = PdfStandards::new(&[PdfStandard::A_2a])
        .ok()
        .and_then(|archive| typst_pdf::pdf(pages, &options(archive)).ok());
    match archive {
        Some(bytes) => Ok(bytes),
        None => typst_pdf::pdf(pages, &options(PdfStandards::default()))
            .map_err(|errors| refused(&errors)),
    }
}

/// The pages with their keys; those that are wanted are painted as PNG, unless they were a moment ago.
pub(crate) fn seen(
    pages: &PagedDocument,
    sight: Sight<'_>,
    caret: Option<Place>,
) -> Result<Vec<SeenPage>, RenderError> {
    let width_px = sight.width_px.clamp(WIDTHS_PX[0], WIDTHS_PX[1]);
    let mut before = PAINTED.lock().unwrap_or_else(PoisonError::into_inner);
    let mut now = HashMap::new();
    let mut seen = Vec::with_capacity(pages.pages().len());
    for (number, page) in pages.pages().iter().enumerate() {
        let hash = hash128(page);
        let key = format!("{hash:032x}");
        let known = before.get(&(hash, width_px)).map(Arc::clone);
        let has_caret = caret.is_some_and(|it| it.page as usize == number);
        let is_wanted = (sight.wanted)(PageAsked { number, key: &key, has_caret });
        let picture: Option<Arc<[u8]>> = match known {
            None if is_wanted => Some(picture_on_screen(page, width_px)?.into()),
            known => known,
        };
        let png = picture.as_ref().filter(|_| is_wanted).map(|it| it.to_vec());
        now.extend(picture.map(|it| ((hash, width_px), it)));
        seen.push(SeenPage { key, png });
    }
    *before = now;
    Ok(seen)
}

/// One page as a picture for a printer.
pub(crate) fn sheet(page: &Page) -> Result<Vec<u8>, RenderError> {
    painted(page, PRINTED_PIXELS_PER_POINT)
}

/// A picture that somebody waits for: written in the quickest way, not in the smallest.
fn picture_on_screen(page: &Page, width_px: u32) -> Result<Vec<u8>, RenderError> {
    let fine = f64::from(width_px) / page.frame.width().to_pt();
    let picture = typst_render::render(page, &at(fine));
    // Paper is white; nothing shines through.
    let pixels = picture.pixels().iter().flat_map(|it| [it.red(), it.green(), it.blue()]);
    let pixels: Vec<u8> = pixels.collect();
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Up)
        .write_image(&pixels, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|_| no_picture())?;
    Ok(png)
}

fn at(pixel_per_pt: f64) -> RenderOptions {
    RenderOptions { pixel_per_pt: Scalar::new(pixel_per_pt), ..RenderOptions::default() }
}

fn no_picture() -> RenderError {
    RenderError::Engine("a picture could not be written".into())
}

fn painted(page: &Page, pixel_per_pt: f64) -> Result<Vec<u8>, RenderError> {
    typst_render::render(page, &at(pixel_per_pt)).encode_png().map_err(|_| no_picture())
}

/// Diagnostics name template constructs; only their kind of words may leave, so the message is
/// cut at the first quotation mark, behind which a value could stand.
fn refused(errors: &[SourceDiagnostic]) -> RenderError {
    let message = errors.first().map_or("unknown reason", |it| it.message.as_str());
    let kind = message.split(['"', '`', '“']).next().unwrap_or_default().trim();
    RenderError::Engine(kind.to_owned())
}
