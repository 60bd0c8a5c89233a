//! HTML reduced to text and links, in one pass over its tags.
//!
//! Builds no tree: misnested or endless markup costs no more than its length. Nothing is
//! rendered, nothing is fetched.

/// What is left of an HTML page.
#[derive(Default)]
pub(crate) struct Page {
    /// Readable text.
    pub(crate) text: String,
    /// Links in order of appearance.
    pub(crate) links: Vec<Link>,
}

/// Where a link leads and what it shows.
pub(crate) struct Link {
    /// The `href`, entities decoded.
    pub(crate) href: String,
    /// The text that a reader sees.
    pub(crate) shown: String,
}

const BLOCKS: [&str; 19] = [
    "address",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tr",
    "ul",
];

/// Elements whose content is not text.
const SILENT: [&str; 3] = ["script", "style", "title"];

/// Reads a page.
pub(crate) fn read(html: &str) -> Page {
    let mut page = Page::default();
    let mut open_link: Option<(String, usize)> = None;
    let mut rest = html;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            append(&mut page.text, rest);
            break;
        };
        append(&mut page.text, &rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let name = tag_name(rest);
        if name.is_empty() {
            page.text.push('<');
            rest = &rest[1..];
            continue;
        }
        let (tag, after) = split_tag(rest);
        rest = after;
        let name = name.to_ascii_lowercase();
        if BLOCKS.contains(&name.trim_start_matches('/')) && !page.text.ends_with('\n') {
            page.text.push('\n');
        }
        match name.as_str() {
            "a" | "area" | "/a" => {
                close_link(&mut page, open_link.take());
                open_link = attribute(tag, "href").map(|href| (href, page.text.len()));
            }
            "form" => {
                let action = attribute(tag, "action").map(|href| (href, page.text.len()));
                close_link(&mut page, action);
            }
            "td" | "th" => append(&mut page.text, " "),
            _ if SILENT.contains(&name.as_str()) => rest = after_close(rest, &name),
            _ => {}
        }
    }
    close_link(&mut page, open_link);
    page.text = page.text.trim().to_owned();
    page
}

fn close_link(page: &mut Page, link: Option<(String, usize)>) {
    let Some((href, from)) = link else { return };
    let shown = page.text.get(from..).unwrap_or_default().trim();
    let shown: String = shown.chars().take(2048).collect();
    page.links.push(Link { href, shown });
}

fn tag_name(tag: &str) -> &str {
    let body = &tag[1..];
    let slash = usize::from(body.starts_with('/'));
    let n = body[slash..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len() - slash);
    match body.as_bytes().first() {
        Some(b'!' | b'?') => &body[..1],
        _ if n == 0 => "",
        _ => &body[..slash + n],
    }
}

/// A tag with its attributes, and what follows; quotes may hold `>`.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate().take(64 * 1024) {
        match (quote, byte) {
            (None, b'>') => return (&text[..at], &text[at + 1..]),
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    match text.find('>') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    }
}

/// The text after the closing tag of a silent element.
fn after_close<'a>(text: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = text[from..].find("</").map(|n| from + n) {
        let body = &text[at + 2..];
        if body.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)) {
            return &text[at..];
        }
        from = at + 2;
    }
    ""
}

/// The value of an attribute, entities decoded.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = &tag[1..];
    while let Some(at) = rest.find('=') {
        let key = rest[..at].trim_end();
        let is_key = key.len() >= name.len()
            && key.get(key.len() - name.len()..).is_some_and(|it| it.eq_ignore_ascii_case(name))
            && key[..key.len() - name.len()]
                .ends_with(|c: char| c.is_whitespace() || "\"'/".contains(c));
        let value = rest[at + 1..].trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        if is_key {
            let mut out = String::new();
            decode_entities(&mut out, value.trim());
            return Some(out);
        }
        rest = after;
    }
    None
}

/// Adds text with white space collapsed.
fn append(out: &mut String, text: &str) {
    let mut decoded = String::with_capacity(text.len());
    decode_entities(&mut decoded, text);
    for c in decoded.chars() {
        if !matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{a0}') {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

fn decode_entities(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(rest.get(1..end)?)?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "period" => '.',
        "colon" => ':',
        "sol" => '/',
        "commat" => '@',
        "shy" => '\u{ad}',
        "zwnj" => '\u{200c}',
        "copy" => '©',
        "reg" => '®',
        "euro" => '€',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "middot" => '·',
        "laquo" => '«',
        "raquo" => '»',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "aacute" => 'á',
        "ccedil" => 'ç',
        "ntilde" => 'ñ',
        "atilde" => 'ã',
        "otilde" => 'õ',
        "oacute" => 'ó',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_where_it_leads_and_what_it_shows() {
        let page = read(
            "<p>Dear user,<br>please <a class=\"x\" HREF='http://evil.test/a?b=1&amp;c=2'>\
             https://bank.example</a>&nbsp;now</p><style>.a{}</style><script>x<y</script>Bye",
        );
        assert_eq!(page.text, "Dear user,\nplease https://bank.example now\nBye");
        assert_eq!(page.links[0].href, "http://evil.test/a?b=1&c=2");
        assert_eq!(page.links[0].shown, "https://bank.example");
    }

    #[test]
    fn endless_markup_costs_no_more_than_its_length() {
        let page = read(&"<b id=1><a href=x><div ".repeat(40_000));
        assert!(page.text.is_empty());
        assert!(read(&"<".repeat(300_000)).links.is_empty());
        assert!(read(&"<script></".repeat(30_000)).text.is_empty());
    }
}
