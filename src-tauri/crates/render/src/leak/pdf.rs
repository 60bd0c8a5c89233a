//! Reading a PDF back: page text through the fonts' own tables, and everything around it.
//!
//! Reads every object, whether a page needs it or not, and refuses files that can do more than be
//! read: scripts, attachments, layers, actions, a second version behind the first.

/// From character codes to text.
mod glyphs;

use std::collections::{BTreeMap, BTreeSet};

use farol_model::export::RenderError;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, content::Content};

use self::glyphs::CodeMap;
use super::{Reading, Rigour, void};

/// A stream that unpacks to more is not one of ours.
const MAX_STREAM_BYTES: usize = 64 << 20;
/// Forms inside forms; ours have none.
const MAX_DEPTH: usize = 6;
/// Keys and names that only a file with abilities has.
const ABILITIES: &[&[u8]] = &[
    b"AA",
    b"AcroForm",
    b"EF",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"Encrypt",
    b"Filespec",
    b"ImportData",
    b"JS",
    b"JavaScript",
    b"Launch",
    b"OCGs",
    b"OCProperties",
    b"OpenAction",
    b"RichMedia",
    b"SubmitForm",
    b"Thumb",
    b"XFA",
];

/// Reads a PDF.
///
/// # Errors
/// `CheckVoid` when a part cannot be read, or one of our own files has a part that a paper does not
/// need.
pub(crate) fn read(bytes: &[u8], rigour: Rigour) -> Result<Reading, RenderError> {
    let mut reading = Reading::default();
    if count(bytes, b"%%EOF") != 1 || count(bytes, b"startxref") != 1 {
        reading
            .ability(rigour, "the PDF does not end exactly once: older versions may be in it")?;
        older_streams(bytes, &mut reading);
    }
    let pdf = Document::load_mem(bytes).map_err(|_| void("the PDF does not open"))?;
    if pdf.is_encrypted() || pdf.was_encrypted() {
        return Err(void("the PDF is encrypted"));
    }
    let mut walk = Walk {
        pdf: &pdf,
        rigour,
        fonts: BTreeMap::new(),
        names: BTreeSet::new(),
        reading: &mut reading,
    };
    for (page, n) in pdf.page_iter().zip(1..) {
        let before = walk.reading.shown.len();
        walk.page(page)?;
        if rigour == Rigour::Anybodys {
            let text = walk.reading.shown[before..].to_owned();
            walk.reading.around.push((format!("page {n}").into(), text));
        }
    }
    let info = pdf.trailer.get(b"Info").and_then(Object::as_reference).ok();
    for (id, object) in &pdf.objects {
        let place = (Some(*id) == info).then_some("document information");
        walk.object(object, place)?;
    }
    walk.dictionary(&pdf.trailer, None)?;
    Ok(reading)
}

/// What stands between `stream` and `endstream` anywhere in the bytes, also in versions of a file
/// that the newest one has replaced.
fn older_streams(bytes: &[u8], reading: &mut Reading) {
    let mut rest = bytes;
    while let Some(at) = find(rest, b"stream") {
        rest = &rest[at + 6..];
        let start = rest.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1).min(2);
        let Some(end) = find(rest, b"endstream") else { return };
        let packed = rest[start.min(end)..end].to_vec();
        rest = &rest[end + 9..];
        let plain = super::office::inflated(&packed).unwrap_or(packed);
        let mut text = String::from_utf8_lossy(&plain).into_owned();
        text.push('\n');
        if let Ok(content) = Content::decode(&plain) {
            content
                .operations
                .iter()
                .flat_map(|it| &it.operands)
                .for_each(|it| spell(it, &mut text));
        }
        reading.around.push(("stream of any version".into(), text));
        reading.raw.push(("stream of any version".into(), plain));
    }
}

/// The strings of an operand one after another, whatever kerning stands between them.
fn spell(operand: &Object, out: &mut String) {
    match operand {
        Object::String(bytes, _) => out.extend(bytes.iter().map(|byte| char::from(*byte))),
        Object::Array(items) => items.iter().for_each(|it| spell(it, out)),
        _ => {}
    }
}

fn find(bytes: &[u8], marker: &[u8]) -> Option<usize> {
    bytes.windows(marker.len()).position(|window| window == marker)
}

fn count(bytes: &[u8], marker: &[u8]) -> usize {
    bytes.windows(marker.len()).filter(|window| window == &marker).count()
}

fn unpacked(stream: &Stream) -> Result<Vec<u8>, RenderError> {
    stream
        .get_plain_content_with_limit(MAX_STREAM_BYTES)
        .map_err(|_| void("a stream of the PDF cannot be unpacked"))
}

struct Walk<'a> {
    pdf: &'a Document,
    rigour: Rigour,
    fonts: BTreeMap<ObjectId, CodeMap>,
    names: BTreeSet<Vec<u8>>,
    reading: &'a mut Reading,
}

impl<'a> Walk<'a> {
    fn page(&mut self, page: ObjectId) -> Result<(), RenderError> {
        let dictionary = self.pdf.get_dictionary(page).map_err(|_| void("a page is missing"))?;
        let resources = self.inherited(dictionary, b"Resources");
        let mut content = Vec::new();
        for id in self.pdf.get_page_contents(page) {
            let stream = self.pdf.get_object(id).and_then(Object::as_stream);
            content.extend(unpacked(stream.map_err(|_| void("a page has no content"))?)?);
            content.push(b'\n');
        }
        self.content(&content, resources, 0)
    }

    fn inherited(&self, page: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        let mut node = page;
        for _ in 0..32 {
            if let Ok(found) = node.get_deref(key, self.pdf).and_then(Object::as_dict) {
                return Some(found);
            }
            node = node.get_deref(b"Parent", self.pdf).and_then(Object::as_dict).ok()?;
        }
        None
    }

    /// Follows the operators that show text. What is marked as an artifact (the lines at the head
    /// and foot of a page) is kept apart, because it interrupts the running text.
    fn content(
        &mut self,
        bytes: &[u8],
        resources: Option<&'a Dictionary>,
        depth: usize,
    ) -> Result<(), RenderError> {
        let content = Content::decode(bytes).map_err(|_| void("a page cannot be parsed"))?;
        let mut font = CodeMap::default();
        let mut marks: Vec<Mark> = Vec::new();
        let (mut shown, mut artifacts) = (String::new(), String::new());
        for operation in &content.operations {
            let artifact = marks.iter().any(|mark| mark.artifact);
            let replaced = marks.iter().any(|mark| mark.replaced);
            let out = if artifact { &mut artifacts } else { &mut shown };
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "BT" | "Td" | "TD" | "Tm" | "T*" => out.push('\n'),
                "Tf" => font = self.font(operands.first(), resources)?,
                "Tj" | "TJ" | "'" | "\"" if replaced => {}
                "Tj" | "'" | "\"" => font.read(operands.last(), out)?,
                "TJ" => {
                    let parts = operands.first().and_then(|it| it.as_array().ok());
                    for part in parts.into_iter().flatten() {
                        if matches!(part, Object::String(..)) {
                            font.read(Some(part), out)?;
                        }
                    }
                }
                "BMC" | "BDC" => {
                    let name = operands.first().and_then(|it| it.as_name().ok());
                    let text = operands.get(1).and_then(|it| self.replacement(it, resources));
                    if let Some(text) = &text {
                        out.push_str(text);
                    }
                    let artifact = name == Some(b"Artifact".as_slice());
                    marks.push(Mark { artifact, replaced: text.is_some() });
                }
                "EMC" => {
                    marks.pop();
                }
                "Do" if depth < MAX_DEPTH => {
                    self.reading.shown.push_str(&std::mem::take(&mut shown));
                    self.form(operands.first(), resources, depth)?;
                }
                "Do" => return Err(void("forms are nested too deeply")),
                _ => {}
            }
        }
        self.reading.shown.push_str(&shown);
        self.reading.around.push(("page header or footer".into(), artifacts));
        Ok(())
    }

    fn replacement(&self, operand: &Object, resources: Option<&'a Dictionary>) -> Option<String> {
        let properties = match operand {
            Object::Dictionary(inline) => inline,
            Object::Name(name) => self.resource(resources, b"Properties", name)?.as_dict().ok()?,
            _ => return None,
        };
        let text = properties.get_deref(b"ActualText", self.pdf).and_then(Object::as_str).ok()?;
        Some(text_string(text))
    }

    fn resource(
        &self,
        resources: Option<&'a Dictionary>,
        kind: &[u8],
        name: &[u8],
    ) -> Option<&'a Object> {
        let group = resources?.get_deref(kind, self.pdf).and_then(Object::as_dict).ok()?;
        group.get_deref(name, self.pdf).ok()
    }

    fn form(
        &mut self,
        name: Option<&Object>,
        resources: Option<&'a Dictionary>,
        depth: usize,
    ) -> Result<(), RenderError> {
        let Some(name) = name.and_then(|it| it.as_name().ok()) else { return Ok(()) };
        let Some(Object::Stream(form)) = self.resource(resources, b"XObject", name) else {
            return Ok(());
        };
        if form.dict.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"Form") {
            return Ok(());
        }
        let own = form.dict.get_deref(b"Resources", self.pdf).and_then(Object::as_dict).ok();
        self.content(&unpacked(form)?, own.or(resources), depth + 1)
    }

    fn font(
        &mut self,
        name: Option<&Object>,
        resources: Option<&'a Dictionary>,
    ) -> Result<CodeMap, RenderError> {
        let name =
            name.and_then(|it| it.as_name().ok()).ok_or_else(|| void("a font has no name"))?;
        let font = self
            .resource(resources, b"Font", name)
            .and_then(|it| it.as_dict().ok())
            .ok_or_else(|| void("a font is missing"))?;
        let id = font.get(b"ToUnicode").and_then(Object::as_reference).ok();
        if let Some(map) = id.and_then(|id| self.fonts.get(&id)) {
            return Ok(map.clone());
        }
        let map = match font.get_deref(b"ToUnicode", self.pdf).and_then(Object::as_stream) {
            Ok(stream) => CodeMap::parse(&unpacked(stream)?),
            // Our own fonts all say what they show.
            Err(_) if self.rigour == Rigour::Ours => {
                return Err(void("a font of the PDF does not say what it shows"));
            }
            Err(_) => CodeMap::latin(),
        };
        self.reading.around.push(("font table".into(), map.everything()));
        if let Some(id) = id {
            self.fonts.insert(id, map.clone());
        }
        Ok(map)
    }

    fn object(&mut self, object: &Object, place: Option<&'static str>) -> Result<(), RenderError> {
        match object {
            Object::String(bytes, _) => {
                let text = text_string(bytes);
                self.reading.around.push((place.unwrap_or("object text").into(), text));
            }
            Object::Name(name) => {
                self.ability(name)?;
                self.name(name);
            }
            Object::Array(items) => {
                for item in items {
                    self.object(item, place)?;
                }
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary, place)?,
            Object::Stream(stream) => self.stream(stream)?,
            _ => {}
        }
        Ok(())
    }

    fn dictionary(
        &mut self,
        dictionary: &Dictionary,
        place: Option<&'static str>,
    ) -> Result<(), RenderError> {
        for (key, value) in dictionary {
            self.ability(key)?;
            self.name(key);
            self.object(value, place.or_else(|| place_of(key)))?;
        }
        Ok(())
    }

    fn stream(&mut self, stream: &Stream) -> Result<(), RenderError> {
        self.dictionary(&stream.dict, None)?;
        let bytes = match unpacked(stream) {
            Ok(bytes) => bytes,
            // A picture in a format of its own, or damage: its bytes as they stand.
            Err(_) if self.rigour == Rigour::Anybodys => stream.content.clone(),
            Err(error) => return Err(error),
        };
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let metadata = stream.dict.has_type(b"Metadata");
            let place = if metadata { "document metadata" } else { "stream text" };
            self.reading.around.push((place.into(), text.to_owned()));
        }
        self.reading.raw.push(("stream".into(), bytes));
        Ok(())
    }

    fn name(&mut self, name: &[u8]) {
        // Short and standard names are the grammar of the format.
        if name.len() > 6 && self.names.insert(name.to_vec()) {
            let text = String::from_utf8_lossy(name).into_owned();
            self.reading.around.push(("names".into(), text));
            self.reading.raw.push(("names".into(), name.to_vec()));
        }
    }

    fn ability(&mut self, name: &[u8]) -> Result<(), RenderError> {
        if !ABILITIES.contains(&name) {
            return Ok(());
        }
        if self.rigour == Rigour::Ours {
            return Err(void("the PDF can do more than be read"));
        }
        let what = format!("the PDF has {}", String::from_utf8_lossy(name));
        self.reading.ability(self.rigour, &what)
    }
}

/// What one marked stretch of a page does to the text in it.
struct Mark {
    artifact: bool,
    /// Its text was given once for all its glyphs.
    replaced: bool,
}

fn place_of(key: &[u8]) -> Option<&'static str> {
    Some(match key {
        b"Title" => "outline",
        b"Alt" | b"ActualText" | b"E" | b"T" => "structure tree",
        b"Contents" | b"URI" | b"RC" | b"TU" => "annotation",
        b"Dests" | b"Names" | b"Dest" => "named destination",
        _ => return None,
    })
}

/// A PDF text string: UTF-16 or UTF-8 with a mark, otherwise one byte a character.
fn text_string(bytes: &[u8]) -> String {
    if let Some(units) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return glyphs::utf16(units);
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
