//! Which rules a name, an address or a system may match, without looking at all of them: a list of a
//! hundred thousand hosts asks millions of times.
//!
//! Says too much rather than too little: whoever asks still looks at the rule itself, in the order of the
//! tables.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

use super::{Network, On, Pattern, Range};

/// A rule by the places of its network and of itself.
pub(super) type Place = (u16, u16);

/// Where to look.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// By the kind of name, then by its last labels, two or one; under nothing what may match any name.
    names: BTreeMap<On, HashMap<String, Vec<Place>>>,
    numbers: HashMap<(On, u32), Vec<Place>>,
    /// By what they are ranges of.
    ranges: BTreeMap<On, Vec<(Range, Place)>>,
}

impl Index {
    pub(super) fn of(networks: &[Network]) -> Self {
        let mut index = Self::default();
        for (at, network) in networks.iter().enumerate() {
            for (n, rule) in network.rules.iter().enumerate() {
                let place = (at as u16, n as u16);
                for pattern in &rule.patterns {
                    match pattern {
                        Pattern::Range(range) => {
                            index.ranges.entry(rule.on).or_default().push((*range, place));
                        }
                        Pattern::Asn(number) | Pattern::Registrar(number) => {
                            index.numbers.entry((rule.on, *number)).or_default().push(place);
                        }
                        Pattern::Suffix(suffix) => {
                            let ends = index.names.entry(rule.on).or_default();
                            ends.entry(plain_end(suffix).to_owned()).or_default().push(place);
                        }
                    }
                }
            }
        }
        index
    }

    /// Rules that a name may match.
    pub(super) fn for_name(&self, on: On, name: &str) -> Vec<Place> {
        let Some(ends) = self.names.get(&on) else { return Vec::new() };
        let has_capitals = name.bytes().any(|it| it.is_ascii_uppercase());
        let name =
            if has_capitals { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) };
        let one = name.rfind('.').map_or(0, |at| at + 1);
        let two = name[..one.saturating_sub(1)].rfind('.').map_or(0, |at| at + 1);
        let mut found = Vec::new();
        for end in [&name[two..], &name[one..], ""] {
            found.extend(ends.get(end).into_iter().flatten());
        }
        sorted(found)
    }

    /// Rules for a number.
    pub(super) fn for_number(&self, on: On, number: u32) -> Vec<Place> {
        sorted(self.numbers.get(&(on, number)).cloned().unwrap_or_default())
    }

    /// Ranges that hold an address.
    pub(super) fn for_address(&self, on: On, ip: IpAddr) -> impl Iterator<Item = (Range, Place)> {
        let of_kind = self.ranges.get(&on).into_iter().flatten();
        of_kind.copied().filter(move |(range, _)| range.contains(ip))
    }
}

fn sorted(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_unstable();
    places.dedup();
    places
}

/// The last labels of a pattern that stand for themselves, two at most.
fn plain_end(suffix: &str) -> &str {
    let mut start = suffix.len();
    for _ in 0..2 {
        let before = suffix[..start].trim_end_matches('.');
        let label = before.rfind('.').map_or(0, |at| at + 1);
        if before.is_empty() || suffix[label..start].contains('*') {
            break;
        }
        start = label;
    }
    &suffix[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_by_what_of_its_end_stands_for_itself() {
        assert_eq!(plain_end("*.cdn.harbour.example"), "harbour.example");
        assert_eq!(plain_end("harbour.example"), "harbour.example");
        assert_eq!(plain_end("ns-*.dns-*.com"), "com");
        assert_eq!(plain_end("*.example"), "example");
        assert_eq!(plain_end("dns.*"), "");
    }
}
