//! A mail, read: who, when, what it says, what came along.
//!
//! The structure comes from [`crate::mime`], header values from `mail-parser`. Text is read first;
//! files are only decoded and hashed once the child-safety rule has been asked.

/// Every text and file of a mail, also of mails within it.
mod content;
/// The original complainant of a forwarded mail.
mod forward;
/// The reporter's own reference.
mod reference;
/// What is cut out when the child-safety rule applies.
mod refuse;

use farol_model::{
    id::{Digest, Size},
    observable::ObservableKind,
    report::{Attachment, Correspondent, Parsed, ReportChannel},
    time::Timestamp,
};
use mail_parser::{Address, HeaderValue, Message};
use sha2::{Digest as _, Sha256};

use self::content::{Content, File, collect};
use crate::{
    Taken, cap_text, child_safety, decode,
    embedded::embedded,
    find::{Finds, Own},
    mime::{self, Tree},
    names, settle,
};

/// Field names that only a mail has in its first lines.
const FIELDS: [&str; 12] = [
    "from",
    "to",
    "subject",
    "date",
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "delivered-to",
    "content-type",
    "reply-to",
    "dkim-signature",
];

/// Most references to earlier mails that are kept.
const MAX_REFERENCES: usize = 100;

/// Whether bytes begin with at least two header fields that mails have.
pub(crate) fn is_mail(bytes: &[u8]) -> bool {
    let bytes = without_leading_noise(bytes);
    let (mut at, mut n_known) = (0, 0);
    for n_line in 0..200 {
        if at >= bytes.len() {
            break;
        }
        let end = mime::line_end(bytes, at);
        let line = mime::trim_line(&bytes[at..end]);
        let continues = n_line > 0 && line.first().is_some_and(u8::is_ascii_whitespace);
        if line.is_empty() || !(continues || mime::is_field(line) || line.starts_with(b"From ")) {
            break;
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
        let is_known = FIELDS.iter().any(|it| name.eq_ignore_ascii_case(it.as_bytes()));
        n_known += usize::from(is_known && !continues);
        at = end;
    }
    n_known >= 2
}

fn without_leading_noise(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start()
}

/// Reads a mail.
pub(crate) fn read(bytes: &[u8]) -> Taken {
    let mail = without_leading_noise(bytes);
    let tree = mime::walk(mail);
    let mut content = Content::default();
    collect(mail, &tree, 0, &mut content);
    let head = mime::parse_headers(&mail[tree.parts[0].headers.clone()]).unwrap_or_default();
    let mut warnings = structure_warnings(&tree, &head);
    warnings.append(&mut content.warnings);

    let subject = head.subject().unwrap_or_default().trim().to_owned();
    let sender = correspondent(head.from().or_else(|| head.sender()));
    let is_about_a_child = child_safety::concerns_a_child(&subject)
        || child_safety::concerns_a_child(&sender.display())
        || content.concerns_a_child;
    let (keep, refused) = if is_about_a_child {
        let (keep, refused) = refuse::refuse(mail, &tree);
        content.strip_embedded();
        warnings.extend(child_safety::warning(refused.len()));
        let noise = &bytes[..bytes.len() - mail.len()];
        ([noise, keep.as_slice()].concat(), refused)
    } else {
        (bytes.to_vec(), vec![])
    };

    let reporter = reporter(&sender, &content, &mut warnings);
    let mut own = Own::default();
    let reply_to = head.reply_to().and_then(Address::first).and_then(|it| it.address());
    for address in [sender.address.as_deref(), reporter.address.as_deref(), reply_to] {
        address.into_iter().for_each(|it| own.add_reporter(it));
    }
    for recipients in [head.to(), head.cc()].into_iter().flatten() {
        recipients.iter().filter_map(|it| it.address()).for_each(|it| own.add_recipient(it));
    }

    let mut finds = Finds::default();
    finds.search(&subject, "subject");
    content.search(&mut finds);
    if let Some(address) = reply_to.filter(|it| Some(*it) != sender.address.as_deref())
        && let Some(value) = crate::observable(address)
        && value.kind == ObservableKind::Mail
    {
        finds.add(value, address, "header Reply-To", false);
    }
    let attachments =
        content.files.iter().map(|file| attachment(mail, file, is_about_a_child)).collect();
    let text = content.text();
    let parsed = Parsed {
        reporter_reference: reference::reference(&subject, head.headers_raw(), &text),
        observables: settle(finds, &own, &mut warnings),
        sender,
        reporter,
        dated: head
            .date()
            .filter(|it| it.is_valid())
            .map(|it| Timestamp::from_ms(it.to_timestamp().saturating_mul(1000))),
        message_id: head.message_id().map(str::to_owned),
        refers_to: refers_to(&head),
        is_automatic: is_automatic(&head),
        subject,
        text: cap_text(text, &mut warnings),
        attachments,
        warnings,
    };
    Taken { channel: ReportChannel::Mail, keep, parsed, refused }
}

/// The inner complainant of a forwarded mail when it is clear who that is, else the sender.
fn reporter(
    sender: &Correspondent,
    content: &Content,
    warnings: &mut Vec<String>,
) -> Correspondent {
    let attached = content.messages.iter().rev().find(|inner| inner.is_to_a_desk());
    let inner = attached.or(content.quoted.as_ref());
    let is_known = |it: &&forward::Inner| {
        let is_own = it.is_to(sender.address.as_deref()) && !it.is_to_a_desk();
        it.from.address.is_some() && it.from.address != sender.address && !is_own
    };
    match inner.filter(is_known).filter(|_| content.feedback.is_empty()) {
        Some(inner) => {
            warnings.push("the reporter was taken from the forwarded message; please check".into());
            inner.from.clone()
        }
        None => sender.clone(),
    }
}

fn structure_warnings(tree: &Tree, head: &Message<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |applies: bool, text: &str| {
        if applies {
            warnings.push(text.to_owned());
        }
    };
    warn(head.from().is_none(), "the From header is missing");
    warn(head.date().is_none(), "the Date header is missing or cannot be read");
    warn(head.message_id().is_none(), "the Message-ID header is missing");
    warn(tree.is_unclosed, "the mail seems truncated: a MIME boundary is never closed");
    warn(tree.parts.iter().any(|it| it.is_damaged), "the MIME structure is damaged");
    warn(tree.has_odd_headers, "a header block ends without an empty line");
    warn(tree.is_too_deep, "parts are nested more than 20 deep; deeper ones were not read");
    warn(tree.has_too_many_parts, "there are more than 1000 parts; the rest was not read");
    warn(tree.has_too_many_headers, "there are too many header fields; the rest was not read");
    warnings
}

fn correspondent(address: Option<&Address<'_>>) -> Correspondent {
    let first = address.and_then(Address::first);
    let clean = |text: &str| {
        let text: String = text.chars().filter(|c| !c.is_control()).take(320).collect();
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    Correspondent {
        name: first.and_then(|it| it.name()).and_then(clean),
        address: first.and_then(|it| it.address()).and_then(clean),
    }
}

/// Whether a machine answered (RFC 3834), so that nobody has read what it answers.
fn is_automatic(head: &Message<'_>) -> bool {
    let says = |name: &str| head.header_raw(name).map(|it| it.trim().to_lowercase());
    says("Auto-Submitted").is_some_and(|it| !it.starts_with("no"))
        || says("X-Autoreply").is_some_and(|it| it != "no")
        || says("Precedence").is_some_and(|it| it == "auto_reply")
}

fn refers_to(head: &Message<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for value in [head.in_reply_to(), head.references()] {
        let list = match value {
            HeaderValue::Text(one) => std::slice::from_ref(one),
            HeaderValue::TextList(many) => many.as_slice(),
            _ => &[],
        };
        for id in list.iter().take(MAX_REFERENCES) {
            if ids.len() < MAX_REFERENCES && !ids.iter().any(|it| it == id) {
                ids.push(id.clone().into_owned());
            }
        }
    }
    ids
}

/// Lists a file. Under the child-safety rule only readable text is decoded and hashed.
fn attachment(mail: &[u8], file: &File, is_about_a_child: bool) -> Attachment {
    let raw = file.nested.as_deref().unwrap_or(mail);
    let part = &file.part;
    let body = &raw[part.body.clone()];
    let media_type = refuse::media_type(&part.head.media_type);
    let is_refused = is_about_a_child
        && (file.nested.is_some() || part.is_damaged || refuse::in_part(raw, part).is_some());
    if is_refused {
        let size = Size(refuse::decoded_size(body, part.head.encoding));
        return Attachment { name: "refused part".into(), media_type, size, sha256: None };
    }
    let content = decode::content(body, part.head.encoding);
    Attachment {
        name: names::clean(&file.name),
        media_type,
        size: Size(content.len() as u64),
        sha256: Some(Digest(Sha256::digest(&content).into())),
    }
}

/// Text without files written into it.
fn stripped(text: &str) -> String {
    let ranges = embedded(text.as_bytes());
    String::from_utf8_lossy(&child_safety::cut(text.as_bytes(), ranges)).into_owned()
}
