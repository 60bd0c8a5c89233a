//! A mail draft (RFC 5322): a text and what is attached to it, opened by a mail program as unsent.
//!
//! Carries no `Date`: the program that sends it writes it, and the draft stays the same on every export.
//! A `Message-ID` stands in it only when it is sent off from here, so that an answer finds its way back.

use farol_model::{
    document::{Projected, addressee},
    export::Attachment,
};
use mail_builder::{
    MessageBuilder,
    headers::{
        Header, HeaderType, address::Address, content_type::ContentType, message_id::MessageId,
        text::Text,
    },
    mime::{BodyPart, MimePart},
};
use sha2::{Digest, Sha256};

use crate::{paper::Paper, plain};

/// The draft's bytes.
pub(crate) fn draft(
    document: &Projected,
    paper: &Paper,
    own_id: Option<&str>,
    attachments: &[Attachment],
) -> Vec<u8> {
    let mut out = Vec::new();
    let envelope = document.envelope();
    let to: Vec<Address<'_>> = envelope.map(|it| addresses(&it.to)).unwrap_or_default();
    if !to.is_empty() {
        write(&mut out, "To", Address::new_list(to).into());
    }
    write(&mut out, "Subject", Text::new(subject(document, paper)).into());
    if let Some(id) = envelope.and_then(|it| it.in_reply_to.as_deref()).and_then(message_id) {
        write(&mut out, "In-Reply-To", MessageId::new(id.clone()).into());
        write(&mut out, "References", MessageId::new(id).into());
    }
    if let Some(id) = own_id.and_then(message_id) {
        write(&mut out, "Message-ID", MessageId::new(id).into());
    }
    write(&mut out, "X-Unsent", Text::new("1").into());
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    if attachments.is_empty() {
        MessageBuilder::new().text_body(plain::body(paper)).serialize_body(&mut out);
    } else {
        mixed(plain::body(paper), attachments).write_part(&mut out);
    }
    out
}

/// The text and the files, between lines that are made from them: the same again for the same mail.
fn mixed(text: String, attachments: &[Attachment]) -> MimePart<'_> {
    let mut hasher = Sha256::new();
    for part in std::iter::once(text.as_bytes()).chain(attachments.iter().map(|it| &it.bytes[..])) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let boundary: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut parts = vec![MimePart::new("text/plain", text)];
    parts.extend(attachments.iter().map(|it| {
        MimePart::new(media_type(&it.bytes), BodyPart::Binary(it.bytes.as_slice().into()))
            .attachment(file_name(&it.name))
    }));
    let kind = ContentType::new("multipart/mixed").attribute("boundary", format!("={boundary}="));
    MimePart::new(kind, parts)
}

/// Only kinds that are always encoded byte for byte; for anything else a mail program goes by the name.
fn media_type(bytes: &[u8]) -> &'static str {
    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    match bytes {
        _ if bytes.starts_with(b"%PDF-") => "application/pdf",
        _ if bytes.starts_with(b"PK\x03\x04") => DOCX,
        _ if bytes.starts_with(b"\x89PNG\r\n") => "image/png",
        _ if bytes.starts_with(&[0xff, 0xd8, 0xff]) => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// A name in one line, without folders and without marks that turn it around.
pub(crate) fn file_name(name: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = name.chars().filter(|c| !turns(*c)).collect();
    let name = one_line(&plain.replace(['/', '\\'], " "));
    if name.is_empty() { "attachment".into() } else { name }
}

/// The subject line: the envelope's, or the title when it is no letter.
pub(crate) fn subject(document: &Projected, paper: &Paper) -> String {
    let subject = document.envelope().map(|it| it.subject.trim()).filter(|it| !it.is_empty());
    one_line(subject.unwrap_or(&paper.title))
}

fn write(out: &mut Vec<u8>, name: &str, value: HeaderType<'_>) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    value.write_header(out, name.len() + 2);
}

/// Reads `Name <address>` and `address`, separated by commas. Whatever is not an address of plain
/// visible characters is left out: a person fills it in.
fn addresses(to: &str) -> Vec<Address<'static>> {
    one_line(to)
        .split([',', ';'])
        .filter_map(addressee)
        .map(|(name, address)| {
            let name = (!name.is_empty()).then(|| name.to_owned());
            Address::new_address(name, address.to_owned())
        })
        .collect()
}

fn message_id(id: &str) -> Option<String> {
    let id: String = id.chars().filter(|c| c.is_ascii_graphic() && !"<>".contains(*c)).collect();
    (!id.is_empty()).then_some(id)
}

fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
