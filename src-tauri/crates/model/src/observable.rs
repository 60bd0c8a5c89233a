//! Values from the world: URLs, hosts, addresses.
//!
//! One value however it was written: `hxxp://example[.]test/` and `http://example.test` are the
//! same observable. Finding them in text is the work of `intake`.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What kind of value an observable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ObservableKind {
    /// An absolute URL.
    Url,
    /// A host name below a registrable domain.
    Host,
    /// A registrable domain.
    Domain,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A mail address.
    Mail,
}

impl ObservableKind {
    /// The word on screen and in SQL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Host => "host",
            Self::Domain => "domain",
            Self::Ip => "ip",
            Self::Mail => "mail",
        }
    }
}

/// A value in its one normal form: lower-case ASCII host, no trailing dot, no defanging.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
pub struct Observable {
    /// What it is.
    pub kind: ObservableKind,
    /// The normal form, live. Show and copy [`Observable::defanged`] instead.
    pub value: String,
}

impl Observable {
    /// The form that is safe to show, copy and mail: `hxxps://login.example[.]test/a`.
    pub fn defanged(&self) -> String {
        defang(&self.value)
    }

    /// The host whose provider can act on this value; none for mail addresses.
    pub fn host(&self) -> Option<&str> {
        match self.kind {
            ObservableKind::Host | ObservableKind::Domain | ObservableKind::Ip => Some(&self.value),
            ObservableKind::Url => {
                let (_, rest) = self.value.split_once("://")?;
                let authority = rest.split(['/', '?', '#']).next()?;
                let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
                if let Some(v6) = host.strip_prefix('[') {
                    return v6.split(']').next();
                }
                Some(host.split(':').next().unwrap_or(host))
            }
            ObservableKind::Mail => None,
        }
    }

    /// The host that a look-up of this value is about: as [`Observable::host`], and of a mail address its domain.
    pub fn asked_host(&self) -> Option<&str> {
        self.host().or_else(|| self.value.rsplit_once('@').map(|(_, domain)| domain))
    }
}

/// A text without some values, live or defanged: what a value has in it is not what stands beside it.
pub fn beside(text: &str, values: &[&str]) -> String {
    let written = values.iter().flat_map(|it| [defang(it), (*it).to_owned()]);
    let mut written: Vec<String> = written.filter(|it| text.contains(it.as_str())).collect();
    // A host is a part of its own address.
    written.sort_by_key(|it| std::cmp::Reverse(it.len()));
    written.iter().fold(text.to_owned(), |text, it| text.replace(it, " "))
}

/// Makes a URL, host, address or mail address inert: the scheme is `hxxp`, dots of the host and
/// the at sign are bracketed. The path is left alone so that it stays readable, and so is what is
/// inert already.
pub fn defang(value: &str) -> String {
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, value),
    };
    let end = if scheme.is_some() {
        rest.find(['/', '?', '#']).unwrap_or(rest.len())
    } else {
        rest.len()
    };
    let (host, path) = rest.split_at(end);
    let mut out = String::with_capacity(value.len() + 8);
    if let Some(scheme) = scheme {
        out.push_str(&scheme.replace("tt", "xx").replace("TT", "XX"));
        out.push_str("://");
    }
    for (at, c) in host.char_indices() {
        let is_inert = || host[..at].ends_with('[') && host[at + 1..].starts_with(']');
        match c {
            '.' if !is_inert() => out.push_str("[.]"),
            '@' if !is_inert() => out.push_str("[@]"),
            c => out.push(c),
        }
    }
    out.push_str(path);
    out
}

/// A text whose links, and the `hosts` it names as whole words, are inert; other words stay as they are.
pub fn inert(text: &str, hosts: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        let opens =
            word.len() - word.trim_start_matches(['(', '<', '"', '\'', '[', '„', '“', '«']).len();
        let (before, rest) = word.split_at(opens);
        let core =
            rest.trim_end_matches([')', '>', '"', '\'', '.', ',', ';', ':', '!', '?', '”', '»']);
        let after = &rest[core.len()..];
        out.push_str(before);
        if is_live(core, hosts) {
            out.push_str(&defang(&core.replace("[.]", ".").replace("[@]", "@")));
        } else {
            out.push_str(core);
        }
        out.push_str(after);
        out.push_str(space);
    }
    out
}

/// Whether a mail program would make a link of it, or it names one of the hosts.
fn is_live(word: &str, hosts: &[&str]) -> bool {
    let lower = word.to_ascii_lowercase();
    let scheme = lower.split_once("://").map(|(scheme, _)| scheme);
    let linked = matches!(scheme, Some("http" | "https" | "ftp" | "ftps" | "ws" | "wss"));
    let bare = lower.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let named = scheme.is_none()
        && hosts.iter().any(|host| {
            let end = bare.strip_suffix(&host.to_ascii_lowercase());
            end.is_some_and(|it| it.is_empty() || it.ends_with(['.', '@']))
        });
    linked || named || (lower.starts_with("www.") && lower.matches('.').count() > 1)
}

/// An observable as a report named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Found {
    /// The value.
    pub observable: Observable,
    /// How the report wrote it first.
    pub written_as: String,
    /// Where: `body`, `subject`, `header Reply-To`, `html link`, `attachment list.txt`.
    pub found_in: String,
    /// How often it occurs.
    pub n_times: u32,
    /// Whether the report seems to ask us to act on it; a person decides.
    pub suggested_target: bool,
}

#[cfg(test)]
mod tests {
    use super::{beside, defang};

    #[test]
    fn what_stands_beside_a_value_stays_and_all_of_the_value_goes() {
        let values = ["kelp.test", "https://kelp.test/shop"];
        assert_eq!(beside("hxxps://kelp[.]test/shop of kelp", &values), "  of kelp");
        assert_eq!(beside("kelp at kelp.test and KELP", &values), "kelp at   and KELP");
        assert_eq!(beside("kelp", &[]), "kelp");
    }

    #[test]
    fn what_is_inert_is_left_as_it_is() {
        for (value, inert) in [
            ("https://kelp.test/a.b", "hxxps://kelp[.]test/a.b"),
            ("moor@kelp.test", "moor[@]kelp[.]test"),
            ("moor@kelp[.]test", "moor[@]kelp[.]test"),
            ("kelp.test].", "kelp[.]test][.]"),
        ] {
            assert_eq!(defang(value), inert);
            assert_eq!(defang(inert), inert);
        }
    }
}
