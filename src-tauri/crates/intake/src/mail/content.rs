//! Collects every text and file of a mail, in reading order, also of mails within it.

use std::collections::HashSet;

use mail_parser::Address;

use super::{correspondent, forward, forward::Inner, stripped};
use crate::{
    child_safety::{concerns_a_child, has_magic, looks_like_text},
    decode,
    find::Finds,
    html::{self, Link},
    mime::{self, Encoding, Part, Shape, Tree, walk},
    names,
};

/// How many encoded mails may be inside each other.
const MAX_ENCODED_LEVELS: usize = 3;

/// A text and where its findings are said to be.
struct Piece {
    text: String,
    found_in: String,
    is_shown: bool,
}

/// A part that is a file.
pub(super) struct File {
    /// The part.
    pub(super) part: Part,
    /// The name as written, or a made-up one.
    pub(super) name: String,
    /// The decoded mail that the part is in, when that mail was itself encoded.
    pub(super) nested: Option<std::rc::Rc<[u8]>>,
}

/// What was collected.
#[derive(Default)]
pub(super) struct Content {
    pieces: Vec<Piece>,
    links: Vec<Link>,
    /// Texts of feedback reports (ARF).
    pub(super) feedback: Vec<String>,
    /// Files, in order.
    pub(super) files: Vec<File>,
    /// Attached mails, outermost first.
    pub(super) messages: Vec<Inner>,
    /// The forwarded message that the text quotes.
    pub(super) quoted: Option<Inner>,
    /// Whether any text points to child sexual abuse material.
    pub(super) concerns_a_child: bool,
    /// Problems in plain words.
    pub(super) warnings: Vec<String>,
    nested: Option<std::rc::Rc<[u8]>>,
}

/// Collects the content of a mail.
pub(super) fn collect(mail: &[u8], tree: &Tree, level: usize, content: &mut Content) {
    let mut plain_in = HashSet::new();
    for (at, part) in tree.parts.iter().enumerate() {
        match part.shape {
            Shape::Message => content.note_message(mail, &tree.parts, at),
            Shape::Multipart => {}
            Shape::Gap if !part.is_damaged => {
                content.check(&String::from_utf8_lossy(&mail[part.body.clone()]));
            }
            Shape::Leaf | Shape::Gap => {
                let alternative = alternative(&tree.parts, at);
                let has_plain = alternative.is_some_and(|it| plain_in.contains(&it));
                let is_inner = level > 0 || is_in_message(&tree.parts, at);
                let found_in = if is_inner { "attached message" } else { "body" };
                if content.leaf(mail, part, found_in, has_plain, level) {
                    plain_in.extend(alternative);
                }
            }
        }
    }
}

impl Content {
    /// The readable text of the whole mail.
    pub(super) fn text(&self) -> String {
        let shown = self.pieces.iter().filter(|it| it.is_shown && !it.text.trim().is_empty());
        shown.map(|it| it.text.trim_end()).collect::<Vec<_>>().join("\n\n")
    }

    /// Takes files out that are written into the texts.
    pub(super) fn strip_embedded(&mut self) {
        self.pieces.iter_mut().for_each(|it| it.text = stripped(&it.text));
    }

    /// Searches every text and link.
    pub(super) fn search(&self, finds: &mut Finds) {
        for report in &self.feedback {
            search_feedback(report, finds);
        }
        for piece in &self.pieces {
            if piece.found_in == "html text" {
                let mut extra = Finds::default();
                extra.search(&piece.text, "html text");
                extra.found.retain(|it| !finds.knows(&it.observable));
                for it in extra.found {
                    finds.add(it.observable, &it.written_as, "html text", it.suggested_target);
                }
            } else {
                finds.search(&piece.text, &piece.found_in);
            }
        }
        for link in &self.links {
            if let Some(value) = crate::observable(&link.href) {
                finds.add(value, &link.href, "html link", true);
            }
        }
    }

    fn check(&mut self, text: &str) {
        self.concerns_a_child = self.concerns_a_child || concerns_a_child(text);
    }

    fn warn(&mut self, warning: Option<String>) {
        self.warnings.extend(warning.filter(|it| !self.warnings.contains(it)));
    }

    fn push(&mut self, text: String, found_in: &str, is_shown: bool) {
        self.check(&text);
        self.pieces.push(Piece { text, found_in: found_in.to_owned(), is_shown });
    }

    /// Remembers who wrote an attached mail, and shows a line about it.
    fn note_message(&mut self, mail: &[u8], parts: &[Part], at: usize) {
        let Some(root) = parts.get(at + 1).filter(|it| it.parent == Some(at)) else { return };
        self.note_head(&mail[root.headers.clone()]);
    }

    fn note_head(&mut self, headers: &[u8]) {
        let Some(head) = mime::parse_headers(headers) else { return };
        let from = correspondent(head.from());
        let subject = head.subject().unwrap_or_default().trim().to_owned();
        let to = head.to().and_then(Address::first).and_then(|it| it.address());
        let line = format!("[Attached message from {}: {subject}]", from.display());
        self.push(line, "attached message", true);
        self.messages.push(Inner { from, to: to.map(str::to_owned) });
    }

    /// Reads one leaf; returns whether it is plain text of the mail.
    fn leaf(
        &mut self,
        mail: &[u8],
        part: &Part,
        found_in: &str,
        has_plain: bool,
        level: usize,
    ) -> bool {
        let head = &part.head;
        if let Some(name) = &head.name {
            self.check(name);
        }
        let is_multipart = head.media_type.starts_with("multipart/");
        let is_body = !head.is_attachment && head.name.is_none() || part.depth == 0;
        let is_html = head.media_type == "text/html";
        let is_text = is_html || head.media_type == "text/plain" || is_multipart;
        if is_body
            && is_text
            && let Some(text) = self.decoded(mail, part)
        {
            if is_html {
                self.html(&text, found_in, has_plain);
                return false;
            }
            let is_blank = text.trim().is_empty();
            self.quoted = forward::quoted(&text).or(self.quoted.take());
            self.push(text, found_in, true);
            return !is_blank;
        }
        if head.media_type == "message/feedback-report"
            && let Some(text) = self.decoded(mail, part)
        {
            self.check(&text);
            self.feedback.push(text);
            return false;
        }
        self.file(mail, part, level);
        false
    }

    /// The text of a part; none when it only claims to be text.
    fn decoded(&mut self, mail: &[u8], part: &Part) -> Option<String> {
        let bytes = decode::content(&mail[part.body.clone()], part.head.encoding);
        let (text, guess) = decode::text(&bytes, part.head.charset.as_deref());
        let is_wide = bytes.contains(&0) && !has_magic(&bytes);
        let is_text = looks_like_text(&bytes) || is_wide && looks_like_text(text.as_bytes());
        if !is_text {
            return None;
        }
        self.warn(guess);
        Some(text)
    }

    fn html(&mut self, source: &str, found_in: &str, has_plain: bool) {
        self.check(source);
        let page = html::read(source);
        let misleading = page.links.iter().filter(|it| is_misleading(it)).count();
        if misleading > 0 {
            self.warn(Some(format!(
                "{misleading} link(s) in the HTML show one address and lead to another"
            )));
        }
        self.links.extend(page.links);
        if has_plain {
            self.push(page.text, "html text", false);
        } else {
            self.quoted = forward::quoted(&page.text).or(self.quoted.take());
            self.push(page.text, found_in, true);
        }
    }

    fn file(&mut self, mail: &[u8], part: &Part, level: usize) {
        let head = &part.head;
        let n = self.files.len() + 1;
        let name = head.name.clone().unwrap_or_else(|| format!("part {n}"));
        let is_mail = head.media_type == "message/rfc822" && head.encoding != Encoding::Plain;
        let is_text = head.media_type.starts_with("text/") && head.media_type != "text/html"
            || head.media_type == "application/json";
        let nested = self.nested.clone();
        self.files.push(File { part: part.clone(), name: name.clone(), nested });
        let is_table = head.media_type == "text/csv" || name.to_ascii_lowercase().ends_with(".csv");
        if is_text && let Some(text) = self.decoded(mail, part) {
            let text = if is_table { cells(&text) } else { text };
            self.push(text, &format!("attachment {}", names::clean(&name)), false);
        } else if head.media_type == "text/html"
            && let Some(text) = self.decoded(mail, part)
        {
            self.check(&text);
        } else if is_mail && level < MAX_ENCODED_LEVELS {
            let inner = decode::content(&mail[part.body.clone()], head.encoding);
            let tree = walk(&inner);
            self.note_head(&inner[tree.parts[0].headers.clone()]);
            let outer = self.nested.replace(std::rc::Rc::from(&*inner));
            collect(&inner, &tree, level + 1, self);
            self.nested = outer;
        }
    }
}

/// The nearest `multipart/alternative` around a part.
fn alternative(parts: &[Part], at: usize) -> Option<usize> {
    let mut parent = parts[at].parent;
    while let Some(it) = parent {
        if parts[it].head.media_type == "multipart/alternative" {
            return Some(it);
        }
        parent = parts[it].parent;
    }
    None
}

fn is_in_message(parts: &[Part], at: usize) -> bool {
    let mut parent = parts[at].parent;
    while let Some(it) = parent {
        if parts[it].shape == Shape::Message {
            return true;
        }
        parent = parts[it].parent;
    }
    false
}

/// Whether a link shows an address of another host than the one it leads to.
fn is_misleading(link: &Link) -> bool {
    let (Some(shown), Some(href)) = (crate::observable(&link.shown), crate::observable(&link.href))
    else {
        return false;
    };
    shown.host().is_some() && href.host().is_some() && shown.host() != href.host()
}

/// Source: RFC 5965 §3.
fn search_feedback(report: &str, finds: &mut Finds) {
    for line in report.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let is_named = ["reported-uri", "reported-domain", "source-ip"]
            .iter()
            .any(|it| name.trim().eq_ignore_ascii_case(it));
        if is_named && let Some(found) = crate::observable(value) {
            finds.add(found, value.trim(), "feedback report", true);
        }
    }
}

/// The cells of a table, one a line, so that a separator is never taken for the end of a URL.
/// Lines that are no table come back as they are.
fn cells(table: &str) -> String {
    let first = table.lines().next().unwrap_or_default();
    let delimiter =
        [b',', b';', b'\t'].into_iter().max_by_key(|it| first.matches(*it as char).count());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(table.as_bytes());
    let mut lines = String::with_capacity(table.len());
    for record in reader.records() {
        let Ok(record) = record else { return table.to_owned() };
        for cell in &record {
            lines.push_str(cell);
            lines.push('\n');
        }
    }
    lines
}
