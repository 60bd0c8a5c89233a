//! Reading a text, mail or HTML file back.

use farol_model::export::{Attachment, RenderError};

use super::{Reading, Rigour, picture, views, void};

/// How a picture begins that stands in an HTML file.
pub(crate) const PNG_INSIDE: &str = "data:image/png;base64,";

/// A text file is what it is.
pub(crate) fn read_text(bytes: &[u8]) -> Result<Reading, RenderError> {
    Ok(Reading { shown: utf8(bytes)?, ..Reading::default() })
}

/// Header and body, decoded.
pub(crate) fn read_mail(bytes: &[u8]) -> Result<Reading, RenderError> {
    let text = utf8(bytes)?;
    let (header, body) = part(&text)?;
    let body = decoded(&header, body);
    reading(&header, body)
}

/// The header and the text of a mail of ours, and what is attached to it.
pub(crate) fn read_mixed(bytes: &[u8]) -> Result<(Reading, Vec<Attachment>), RenderError> {
    let text = utf8(bytes)?;
    let (header, body) = part(&text)?;
    let Some(boundary) = parameter(&header, "boundary") else {
        let body = decoded(&header, body);
        return Ok((reading(&header, body)?, Vec::new()));
    };
    let line = format!("\r\n--{boundary}");
    let body = format!("\r\n{}", body.trim_start());
    let mut pieces = body.split(&line);
    let before = pieces.next().unwrap_or_default();
    let mut parts = Vec::new();
    let mut after = None;
    for piece in pieces {
        match piece.strip_prefix("\r\n") {
            Some(piece) if after.is_none() => parts.push(part(piece)?),
            _ if after.is_none() => after = piece.strip_prefix("--"),
            _ => return Err(void("the mail goes on behind its end")),
        }
    }
    let framed = before.trim().is_empty() && after.is_some_and(|it| it.trim().is_empty());
    let mut parts = parts.into_iter();
    let (Some((text_header, text)), true) = (parts.next(), framed) else {
        return Err(void("the parts of the mail do not add up"));
    };
    let reading = reading(&format!("{header}\n{text_header}"), decoded(&text_header, text))?;
    let attachments = parts.map(|(header, body)| Attachment {
        name: parameter(&header, "filename").unwrap_or_default(),
        bytes: decoded(&header, body),
    });
    Ok((reading, attachments.collect()))
}

/// The header, unfolded, and what is behind it.
fn part(text: &str) -> Result<(String, &str), RenderError> {
    let (header, body) = text.split_once("\r\n\r\n").ok_or_else(|| void("no end of the header"))?;
    Ok((header.replace("\r\n ", " ").replace("\r\n\t", " "), body))
}

fn decoded(header: &str, body: &str) -> Vec<u8> {
    let field = header.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field
            .eq_ignore_ascii_case("Content-Transfer-Encoding")
            .then(|| value.trim().to_ascii_lowercase())
    });
    match field.as_deref() {
        Some("base64") => base64(body.as_bytes()),
        Some("quoted-printable") => quoted_printable(body.as_bytes(), false),
        _ => body.as_bytes().to_vec(),
    }
}

/// A parameter of a header line, whole or in sections, plain or percent-encoded (RFC 2231).
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut found = false;
    for piece in quoted_pieces(header) {
        let Some((key, value)) = piece.split_once('=') else { continue };
        let key = key.trim().to_ascii_lowercase();
        let Some(rest) = key.strip_prefix(name) else { continue };
        if !rest.is_empty() && !rest.starts_with('*') {
            continue;
        }
        let value = value.trim().trim_matches('"').replace("\\\"", "\"").replace("\\\\", "\\");
        if rest.ends_with('*') {
            let encoded = if found { &value[..] } else { value.rsplit('\'').next().unwrap_or("") };
            bytes.extend(views::percent_decoded(encoded.as_bytes()));
        } else {
            bytes.extend(value.bytes());
        }
        found = true;
    }
    found.then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// The pieces between semicolons and line ends that stand outside quotation marks.
fn quoted_pieces(header: &str) -> Vec<String> {
    let (mut pieces, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in header.chars() {
        match c {
            ';' | '\n' if !quoted => pieces.push(String::new()),
            c => {
                quoted ^= c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                pieces.last_mut().expect("there is always one").push(c);
            }
        }
    }
    pieces
}

fn reading(header: &str, body: Vec<u8>) -> Result<Reading, RenderError> {
    let header: Vec<String> = header.lines().map(encoded_words).collect();
    let header = header.join("\n");
    Ok(Reading {
        shown: format!("{header}\n{}", utf8(&body)?),
        around: vec![("mail header".into(), header)],
        raw: vec![("mail body".into(), body)],
        ..Reading::default()
    })
}

/// What a reader of the rendered Markdown sees, and the whole file as text.
pub(crate) fn read_markdown(bytes: &[u8]) -> Result<Reading, RenderError> {
    let text = utf8(bytes)?;
    let lines = text.replace("<br>", "\n").replace("\\\n> ", "\n");
    let shown = as_rendered(&lines);
    Ok(Reading { shown, around: vec![("markup".into(), text)], ..Reading::default() })
}

/// A backslash before punctuation or at the end of a line is not shown, and the character behind it
/// begins no entity (CommonMark §2.4, §2.5).
fn as_rendered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let next = rest[c.len_utf8()..].chars().next();
        match (c, next) {
            ('\\', Some(next)) if next.is_ascii_punctuation() || next == '\n' => {
                out.push(next);
                rest = &rest[2..];
            }
            ('&', _) => {
                let (c, length) = views::entity_at(rest).unwrap_or(('&', 1));
                out.push(c);
                rest = &rest[length..];
            }
            (c, _) => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// The text between the tags, its pictures, and the whole file as text.
pub(crate) fn read_html(bytes: &[u8], rigour: Rigour) -> Result<Reading, RenderError> {
    let text = utf8(bytes)?;
    let shown = entities(&without_tags(&text));
    let mut reading = Reading { shown, ..Reading::default() };
    let markup = without_pixels(&text, rigour, &mut reading)?;
    reading.around.push(("markup".into(), markup));
    Ok(reading)
}

/// A file whose pictures are read as pictures. The digits of one of ours, once it is known to be nothing but
/// pixels, are no text: a short value would be in them by chance.
fn without_pixels(
    html: &str,
    rigour: Rigour,
    reading: &mut Reading,
) -> Result<String, RenderError> {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(PNG_INSIDE) {
        let (before, inside) = rest.split_at(at + PNG_INSIDE.len());
        let (digits, after) = inside.split_at(inside.find('"').unwrap_or(inside.len()));
        out.push_str(before);
        let bytes = base64(digits.as_bytes());
        picture::read(&bytes, &"picture".into(), rigour, reading)?;
        if rigour == Rigour::Anybodys || !picture::is_png(&bytes) {
            out.push_str(digits);
        }
        rest = after;
    }
    Ok(out + rest)
}

fn utf8(bytes: &[u8]) -> Result<String, RenderError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| void("the text is not UTF-8"))
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        out.push('\n');
        let tag = &rest[open..];
        let end = if tag.starts_with("<!--") {
            tag.find("-->").map(|at| at + 3)
        } else if tag.starts_with("<style") {
            tag.find("</style>").map(|at| at + 8)
        } else {
            tag.find('>').map(|at| at + 1)
        };
        rest = end.map_or("", |end| &tag[end..]);
    }
    out.push_str(rest);
    out
}

fn entities(text: &str) -> String {
    views::entities(text).unwrap_or_else(|| text.to_owned())
}

/// Decodes `=?utf-8?Q?…?=` and `=?utf-8?B?…?=` (RFC 2047); white space between two is dropped.
fn encoded_words(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let mut parts = rest[start + 2..].splitn(4, '?');
        let (Some(_charset), Some(kind), Some(data), Some(after)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            break;
        };
        if !(after_word && rest[..start].trim().is_empty()) {
            out.push_str(&rest[..start]);
        }
        let bytes = match kind {
            "B" | "b" => base64(data.as_bytes()),
            _ => quoted_printable(data.as_bytes(), true),
        };
        out.push_str(&String::from_utf8_lossy(&bytes));
        rest = after.strip_prefix('=').unwrap_or(after);
        after_word = true;
    }
    out + rest
}

fn quoted_printable(bytes: &[u8], in_header: bool) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'=' if bytes[at..].starts_with(b"=\r\n") => at += 3,
            b'=' if bytes[at..].starts_with(b"=\n") => at += 2,
            b'=' if digit(at + 1).is_some() && digit(at + 2).is_some() => {
                let value = |n| digit(n).unwrap_or_default();
                out.push((value(at + 1) * 16 + value(at + 2)) as u8);
                at += 3;
            }
            b'_' if in_header => {
                out.push(b' ');
                at += 1;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes
        .iter()
        .filter(|byte| !b"-_".contains(byte))
        .filter_map(|byte| views::base64_digit(*byte))
        .collect();
    views::from_digits(&digits)
}
