//! Who complained first, when a colleague or a partner forwards a complaint.

use std::sync::LazyLock;

use farol_model::report::Correspondent;
use regex::Regex;

static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:-{3,}\s*(?:forwarded message|original message|forwarded by|weitergeleitete nachricht|ursprüngliche nachricht|message transféré|mensaje reenviado|mensagem encaminhada)|begin forwarded message)")
        .expect("a valid pattern")
});

/// Mailboxes that receive complaints: a message to one of them is a complaint, not its subject.
const DESKS: [&str; 12] = [
    "abuse", "security", "noc", "support", "legal", "trust", "dmca", "cert", "csirt", "soc",
    "phishing", "report",
];

/// The few fields that a forwarded message shows.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// `From`.
    pub(super) from: Correspondent,
    /// First address in `To`.
    pub(super) to: Option<String>,
}

impl Inner {
    /// Whether it was sent to a desk that takes complaints.
    pub(super) fn is_to_a_desk(&self) -> bool {
        let local = self.to.as_deref().and_then(|it| it.split_once('@')).map(|(local, _)| local);
        local.is_some_and(|local| {
            let local = local.to_ascii_lowercase();
            DESKS.iter().any(|desk| local.split(['-', '.', '+', '_']).any(|word| word == *desk))
        })
    }

    /// Whether it only went to `address`: then that person got it and complains about it.
    pub(super) fn is_to(&self, address: Option<&str>) -> bool {
        match (&self.to, address) {
            (Some(to), Some(address)) => to.eq_ignore_ascii_case(address),
            _ => false,
        }
    }
}

/// The innermost message that a text quotes after a forwarding line.
pub(super) fn quoted(text: &str) -> Option<Inner> {
    let mut found: Option<Inner> = None;
    let mut n_left = 0;
    for line in text.lines() {
        let line = line.trim_start_matches(['>', ' ']).trim_end();
        if MARKER.is_match(line) {
            n_left = 15;
            continue;
        }
        if n_left == 0 {
            continue;
        }
        n_left -= 1;
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.trim_matches(['*', ' ']).to_lowercase().as_str() {
            "from" | "von" | "de" => {
                let from = correspondent(value);
                if from.address.is_some() {
                    found = Some(Inner { from, to: None });
                }
            }
            "to" | "an" | "à" | "para" => {
                if let Some(inner) = &mut found {
                    inner.to = correspondent(value).address;
                }
            }
            _ => {}
        }
    }
    found
}

/// A name and an address from `Name <address>`, `Name [mailto:address]` or `address`.
fn correspondent(text: &str) -> Correspondent {
    let text = text.trim().trim_start_matches('*').trim();
    let at = text.split(['<', '>', '[', ']', '(', ')', ' ', ',', ';']).find_map(|word| {
        let word = word.trim_start_matches("mailto:");
        word.contains('@').then_some(word)
    });
    let name = text.split(['<', '[']).next().unwrap_or_default().trim_matches(['"', ' ', '*']);
    let name = (!name.is_empty() && !name.contains('@')).then(|| name.to_owned());
    Correspondent { name, address: at.map(str::to_owned) }
}
