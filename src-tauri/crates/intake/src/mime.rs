//! The structure of a mail as byte ranges: which bytes are headers, which are a part's body.
//!
//! One walk over the lines, no recursion, no copies, so that hostile nesting costs nothing. What
//! is read and what is cut out are the same ranges. Headers are decoded by `mail-parser`; bodies
//! are decoded elsewhere.
//!
//! Source: RFC 5322, RFC 2046 §5.1.

use std::ops::Range;

use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders};

/// Deepest nesting that is followed.
pub(crate) const MAX_DEPTH: usize = 20;
/// Most parts that are told apart.
pub(crate) const MAX_PARTS: usize = 1000;
/// Most header fields that are read.
pub(crate) const MAX_HEADERS: usize = 10_000;

/// Longest header block that is decoded, in bytes.
const MAX_HEAD_BYTES: usize = 256 * 1024;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Parts between boundaries.
    Multipart,
    /// A whole message; its one child is the message's own entity.
    Message,
    /// Content.
    Leaf,
    /// Bytes that stand between parts: preamble, epilogue.
    Gap,
}

/// How a body is encoded for transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// As it is.
    #[default]
    Plain,
    /// Base64.
    Base64,
    /// Quoted-printable.
    QuotedPrintable,
}

/// What the headers of a part say about its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    /// Lower-case `type/subtype`; `text/plain` when nothing is said.
    pub(crate) media_type: String,
    /// Charset as labelled.
    pub(crate) charset: Option<String>,
    /// File name as written.
    pub(crate) name: Option<String>,
    /// Whether it is marked as an attachment.
    pub(crate) is_attachment: bool,
    /// Transport encoding.
    pub(crate) encoding: Encoding,
    boundary: Option<String>,
}

/// One piece of a mail.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The multipart or message around it.
    pub(crate) parent: Option<usize>,
    /// How deep it is nested; 0 for the mail itself.
    pub(crate) depth: usize,
    /// What it is.
    pub(crate) shape: Shape,
    /// What its headers say.
    pub(crate) head: Head,
    /// Its header fields.
    pub(crate) headers: Range<usize>,
    /// Its body; only meaningful for leaves and gaps.
    pub(crate) body: Range<usize>,
    /// Whether its structure could not be followed.
    pub(crate) is_damaged: bool,
}

/// The pieces of a mail in the order of their bytes; the first is the mail itself.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The pieces.
    pub(crate) parts: Vec<Part>,
    /// A boundary was opened and never closed.
    pub(crate) is_unclosed: bool,
    /// Nesting deeper than [`MAX_DEPTH`].
    pub(crate) is_too_deep: bool,
    /// More parts than [`MAX_PARTS`].
    pub(crate) has_too_many_parts: bool,
    /// More header fields than [`MAX_HEADERS`], or a longer block than is decoded.
    pub(crate) has_too_many_headers: bool,
    /// A header block that ends without an empty line.
    pub(crate) has_odd_headers: bool,
}

impl Head {
    fn read(bytes: &[u8]) -> Self {
        let Some(message) = parse_headers(bytes) else {
            return Self { media_type: "text/plain".into(), ..Self::default() };
        };
        let Some(part) = message.parts.first() else {
            return Self { media_type: "text/plain".into(), ..Self::default() };
        };
        let content_type = part.content_type();
        let encoding = part.content_transfer_encoding().unwrap_or_default().trim();
        let encoding = match encoding.to_ascii_lowercase().as_str() {
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => Encoding::Plain,
        };
        let attribute = |name: &str| {
            content_type.and_then(|it| it.attribute(name)).map(|value| value.trim().to_owned())
        };
        Self {
            media_type: content_type.map_or_else(
                || "text/plain".into(),
                |it| format!("{}/{}", it.ctype(), it.subtype().unwrap_or("unknown")).to_lowercase(),
            ),
            charset: attribute("charset"),
            boundary: attribute("boundary").filter(|it| !it.is_empty()),
            name: part.attachment_name().map(str::to_owned),
            is_attachment: part
                .content_disposition()
                .is_some_and(mail_parser::ContentType::is_attachment),
            encoding,
        }
    }
}

/// Decodes the first header block of `bytes`, up to a limit.
pub(crate) fn parse_headers(bytes: &[u8]) -> Option<Message<'static>> {
    let mut block = bytes[..bytes.len().min(MAX_HEAD_BYTES)].to_vec();
    block.extend_from_slice(b"\r\n\r\n");
    MessageParser::new()
        .with_mime_headers()
        .with_date_headers()
        .with_address_headers()
        .with_message_ids()
        .header_text(HeaderName::Subject)
        .parse_headers(&block)
        .map(Message::into_owned)
}

/// Finds the pieces of a mail.
pub(crate) fn walk(bytes: &[u8]) -> Tree {
    let mut walker = Walker { bytes, tree: Tree::default(), frames: vec![], n_headers: 0, open: 0 };
    walker.tree.parts.push(part(None, 0, Shape::Leaf, 0));
    walker.run();
    walker.tree
}

fn part(parent: Option<usize>, depth: usize, shape: Shape, at: usize) -> Part {
    let head = Head { media_type: "text/plain".into(), ..Head::default() };
    Part { parent, depth, shape, head, headers: at..at, body: at..at, is_damaged: false }
}

struct Frame {
    boundary: Vec<u8>,
    part: usize,
    n_children: usize,
}

struct Walker<'a> {
    bytes: &'a [u8],
    tree: Tree,
    frames: Vec<Frame>,
    n_headers: usize,
    /// The part whose headers or body are being read: always the last one.
    open: usize,
}

impl Walker<'_> {
    fn run(&mut self) {
        let mut in_headers = true;
        let mut at = 0;
        while at < self.bytes.len() {
            let end = line_end(self.bytes, at);
            let line = trim_line(&self.bytes[at..end]);
            if let Some((frame, closes)) = self.boundary(line) {
                self.finish(in_headers, at);
                in_headers = self.cross(frame, closes, end);
                if self.tree.has_too_many_parts {
                    break;
                }
            } else if in_headers {
                let is_first = self.tree.parts[self.open].headers.start == at;
                if line.is_empty() {
                    in_headers = self.begin_body(at, end);
                } else if is_field(line) || (!is_first && line[0].is_ascii_whitespace()) {
                    self.n_headers += 1;
                } else if !(is_first && line.starts_with(b"From ")) {
                    self.tree.has_odd_headers = true;
                    in_headers = self.begin_body(at, at);
                }
            }
            at = end;
        }
        self.finish(in_headers, self.bytes.len());
        self.tree.is_unclosed |= !self.frames.is_empty();
        for frame in std::mem::take(&mut self.frames) {
            self.close(&frame);
        }
        self.tree.has_too_many_headers |= self.n_headers > MAX_HEADERS;
    }

    /// The innermost open boundary that a line is, and whether it closes it.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?.trim_ascii_end();
        self.frames.iter().enumerate().rev().find_map(|(at, frame)| {
            match rest.strip_prefix(frame.boundary.as_slice())? {
                b"" => Some((at, false)),
                b"--" => Some((at, true)),
                _ => None,
            }
        })
    }

    /// Ends the part that is open before the line at `at`.
    fn finish(&mut self, in_headers: bool, at: usize) {
        if in_headers {
            let part = &mut self.tree.parts[self.open];
            part.headers.end = at;
            part.head = Head::read(&self.bytes[part.headers.clone()]);
            part.body = at..at;
            return;
        }
        let part = &mut self.tree.parts[self.open];
        let mut end = at;
        if at < self.bytes.len() || self.bytes.ends_with(b"\n") && !self.frames.is_empty() {
            end -= usize::from(self.bytes[..end].ends_with(b"\n"));
            end -= usize::from(self.bytes[..end].ends_with(b"\r"));
        }
        part.body.end = end.max(part.body.start);
    }

    /// Goes on after a boundary line; returns whether headers follow.
    fn cross(&mut self, frame: usize, closes: bool, at: usize) -> bool {
        let keep = if closes { frame } else { frame + 1 };
        let dropped = self.frames.split_off(keep);
        self.tree.is_unclosed |= dropped.len() > usize::from(closes);
        for frame in &dropped {
            self.close(frame);
        }
        let is_full = self.tree.parts.len() >= MAX_PARTS;
        let (parent, shape) = if closes {
            (dropped.first().map(|it| it.part), Shape::Gap)
        } else {
            let frame = &mut self.frames[frame];
            frame.n_children += 1;
            (Some(frame.part), Shape::Leaf)
        };
        let depth = parent.map_or(0, |it| self.tree.parts[it].depth + 1);
        self.push(part(parent, depth, shape, at));
        if is_full {
            self.tree.has_too_many_parts = true;
            self.tree.parts[self.open].is_damaged = true;
            self.tree.parts[self.open].body = at..self.bytes.len();
        }
        !closes && !is_full
    }

    /// A multipart without a single part is damaged: what follows its headers is all there is.
    fn close(&mut self, frame: &Frame) {
        if frame.n_children == 0
            && let Some(gap) =
                self.tree.parts[frame.part..].iter_mut().find(|it| it.parent == Some(frame.part))
        {
            gap.is_damaged = true;
        }
    }

    /// Decides what a part is once its headers end; returns whether headers follow.
    fn begin_body(&mut self, headers_end: usize, at: usize) -> bool {
        let part_id = self.open;
        let headers = self.tree.parts[part_id].headers.start..headers_end;
        self.tree.has_too_many_headers |= headers.len() > MAX_HEAD_BYTES;
        let head = Head::read(&self.bytes[headers.clone()]);
        let depth = self.tree.parts[part_id].depth;
        let is_multipart = head.media_type.starts_with("multipart/");
        let is_message = head.encoding == Encoding::Plain
            && matches!(head.media_type.as_str(), "message/rfc822" | "message/global");
        let boundary = head.boundary.clone();
        let open = &mut self.tree.parts[part_id];
        (open.head, open.headers, open.body) = (head, headers, at..at);
        if (is_multipart || is_message) && depth >= MAX_DEPTH {
            self.tree.is_too_deep = true;
            open.is_damaged = true;
            return false;
        }
        if is_multipart {
            let Some(boundary) = boundary else {
                open.is_damaged = true;
                return false;
            };
            open.shape = Shape::Multipart;
            self.frames.push(Frame {
                boundary: boundary.into_bytes(),
                part: part_id,
                n_children: 0,
            });
            self.push(part(Some(part_id), depth + 1, Shape::Gap, at));
        } else if is_message {
            open.shape = Shape::Message;
            self.push(part(Some(part_id), depth + 1, Shape::Leaf, at));
            return true;
        }
        false
    }

    fn push(&mut self, part: Part) {
        self.open = self.tree.parts.len();
        self.tree.parts.push(part);
    }
}

/// One past the line break of the line that begins at `at`.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n + 1)
}

/// A line without its line break.
pub(crate) fn trim_line(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a line begins a header field.
pub(crate) fn is_field(line: &[u8]) -> bool {
    let n_name = line.iter().take_while(|byte| matches!(byte, b'!'..=b'9' | b';'..=b'~')).count();
    n_name > 0 && line[n_name..].trim_ascii_start().starts_with(b":")
}
