//! The one normal form of a URL, host, address or mail address.
//!
//! Rules: host in lower-case ASCII (IDNA A-labels) without trailing dot; default port removed; a
//! URL whose path is only `/`, with no query and no fragment, loses it, so that
//! `http://example.test` and `hxxp://example[.]test/` are one value. Path, query, fragment and
//! user name are kept. A host followed by a path is a URL of scheme `http`, because losing the
//! path would lose what was reported. Bare hosts need a suffix of the public suffix list or a
//! reserved one (`.test`, `.example`, `.invalid`, `.localhost`).
//!
//! Source: WHATWG URL Standard (crate `url`); public suffix list (crate `psl`); RFC 2606.

use std::net::{Ipv4Addr, Ipv6Addr};

use farol_model::{
    observable::{Observable, ObservableKind},
    refang::{fold, live_scheme},
};
use url::{Host, Url};

/// Longest value that is looked at, in bytes.
pub(crate) const MAX_VALUE_BYTES: usize = 8192;

const RESERVED_SUFFIXES: [&str; 4] = ["test", "example", "invalid", "localhost"];

/// Endings that are file name extensions as well as top-level domains.
const FILE_LIKE_SUFFIXES: [&str; 10] =
    ["zip", "mov", "md", "sh", "py", "rs", "pl", "ps", "so", "cab"];

/// One value that a person typed or pasted, defanged or not: URL, host, IP or mail address.
///
/// Returns none for anything else, also for a host whose suffix nobody knows.
pub fn observable(text: &str) -> Option<Observable> {
    let text = text.trim();
    if text.len() > MAX_VALUE_BYTES {
        return None;
    }
    let folded = fold(text).text;
    // A Markdown link has words before its address.
    let written = folded.rsplit_once("](").map_or(folded.as_str(), |(_, address)| address);
    let value = written.trim_matches(|c: char| c.is_whitespace() || "<>\"'`()".contains(c));
    if value.contains(char::is_whitespace) {
        return None;
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        return url(scheme, rest);
    }
    let value = value.strip_prefix("mailto:").unwrap_or(value);
    if let Some((local, domain)) = value.split_once('@')
        && !local.contains('/')
    {
        return mail(local, domain);
    }
    if let Some((host, path)) = value.split_once('/') {
        return host_with_path(host, path);
    }
    ip(value).or_else(|| host(value))
}

/// A URL from its scheme as written and the rest after `://`.
pub(crate) fn url(scheme: &str, rest: &str) -> Option<Observable> {
    let scheme = live_scheme(scheme)?;
    if rest.is_empty() || rest.len() > MAX_VALUE_BYTES || rest.starts_with(['/', '\\', '?', '#']) {
        return None;
    }
    let mut url = Url::parse(&format!("{scheme}://{rest}")).ok()?;
    let host = url.host_str()?;
    let trimmed = host.trim_end_matches('.').to_owned();
    if trimmed.is_empty() {
        return None;
    }
    if trimmed != host {
        url.set_host(Some(&trimmed)).ok()?;
    }
    let mut value = String::from(url);
    let authority = scheme.len() + "://".len();
    if value.ends_with('/') && value[authority..].find('/') == Some(value.len() - authority - 1) {
        value.pop();
    }
    Some(Observable { kind: ObservableKind::Url, value })
}

/// A bare host with a path, or an address with one; a network in CIDR notation is neither.
pub(crate) fn host_with_path(host_text: &str, path: &str) -> Option<Observable> {
    let known = ip(host_text).or_else(|| host(host_text))?;
    let is_prefix = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_digit());
    match (known.kind, path) {
        (_, "") => Some(known),
        (ObservableKind::Ip, _) if is_prefix => matches!(path, "32" | "128").then_some(known),
        _ => url("http", &format!("{host_text}/{path}")),
    }
}

/// An IP address, with or without brackets and port.
pub(crate) fn ip(text: &str) -> Option<Observable> {
    let address = if let Some(rest) = text.strip_prefix('[') {
        rest.split(']').next()?
    } else {
        match text.split_once(':') {
            Some((before, port)) if is_port(port) => before,
            _ => text,
        }
    };
    let value = match address.parse::<Ipv4Addr>() {
        Ok(v4) => v4.to_string(),
        Err(_) => v6(address)?.to_string(),
    };
    Some(Observable { kind: ObservableKind::Ip, value })
}

fn v6(text: &str) -> Option<Ipv6Addr> {
    let address = text.parse::<Ipv6Addr>().ok()?;
    let is_word = !text.bytes().any(|byte| byte.is_ascii_digit());
    let is_eui64 = text.split(':').count() == 8 && text.split(':').all(|group| group.len() == 2);
    (!is_word && !is_eui64).then_some(address)
}

/// A host or registrable domain, with or without port.
pub(crate) fn host(text: &str) -> Option<Observable> {
    let name = match text.rsplit_once(':') {
        Some((before, port)) if is_port(port) => before,
        Some(_) => return None,
        None => text,
    };
    let value = host_name(name)?;
    match registrable(&value) {
        Some(domain) if domain == value => Some(Observable { kind: ObservableKind::Domain, value }),
        Some(_) => Some(Observable { kind: ObservableKind::Host, value }),
        None => {
            is_private_suffix(&value).then_some(Observable { kind: ObservableKind::Domain, value })
        }
    }
}

/// A mail address from its parts.
pub(crate) fn mail(local: &str, domain: &str) -> Option<Observable> {
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if local.is_empty() || local.len() > 64 || !local.chars().all(is_local) {
        return None;
    }
    let domain = host_name(domain)?;
    let value = format!("{}@{domain}", local.to_lowercase());
    Some(Observable { kind: ObservableKind::Mail, value })
}

/// The registrable domain of a normal host name; none for a public suffix itself.
pub(crate) fn registrable(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

/// Whether a normal host could as well be the name of a file: `archive.zip`, `setup.py`.
pub(crate) fn is_file_like(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    FILE_LIKE_SUFFIXES.contains(&last)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A host name in normal form, when its suffix is known.
fn host_name(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if !text.contains('.') || text.len() > 1024 || text.contains(['%', '@', '/', '[']) {
        return None;
    }
    let Ok(Host::Domain(name)) = Host::parse(text) else { return None };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_*".contains(&it))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = name.len() <= 253 && name.contains('.') && name.split('.').all(is_label);
    (is_name && has_known_suffix(&name)).then_some(name)
}

fn has_known_suffix(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    RESERVED_SUFFIXES.contains(&last)
        || psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

fn is_private_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| {
        suffix.as_bytes() == name.as_bytes() && suffix.typ() == Some(psl::Type::Private)
    })
}
