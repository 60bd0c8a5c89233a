//! Reading a text, mail or HTML file back.

use farol_model::export::RenderError;

use super::Reading;

/// A text file is what it is.
pub(crate) fn read_text(bytes: &[u8]) -> Result<Reading, RenderError> {
    Ok(Reading { shown: utf8(bytes)?, ..Reading::default() })
}

/// Header and body, decoded.
pub(crate) fn read_mail(bytes: &[u8]) -> Result<Reading, RenderError> {
    let text = utf8(bytes)?;
    let (header, body) = text.split_once("\r\n\r\n").ok_or_else(|| void("no end of the header"))?;
    let header = header.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = |name: &str| {
        header.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase())
        })
    };
    let body = match field("Content-Transfer-Encoding").as_deref() {
        Some("base64") => base64(body.as_bytes()),
        Some("quoted-printable") => quoted_printable(body.as_bytes(), false),
        _ => body.as_bytes().to_vec(),
    };
    let header: Vec<String> = header.lines().map(encoded_words).collect();
    let header = header.join("\n");
    Ok(Reading {
        shown: format!("{header}\n{}", utf8(&body)?),
        around: vec![("mail header", header)],
        raw: vec![("mail body", body)],
    })
}

/// The text between the tags, and the whole file as text.
pub(crate) fn read_html(bytes: &[u8]) -> Result<Reading, RenderError> {
    let text = utf8(bytes)?;
    let shown = entities(&without_tags(&text));
    Ok(Reading { shown, around: vec![("markup", entities(&text))], ..Reading::default() })
}

fn utf8(bytes: &[u8]) -> Result<String, RenderError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| void("the text is not UTF-8"))
}

fn void(why: &str) -> RenderError {
    RenderError::CheckVoid(why.to_owned())
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
    let mut out = text.to_owned();
    for (entity, c) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        out = out.replace(entity, c);
    }
    out
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
    let (mut out, mut bits, mut n_bits) = (Vec::new(), 0_u32, 0);
    for byte in bytes {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push((bits >> n_bits) as u8);
            bits &= (1 << n_bits) - 1;
        }
    }
    out
}
