//! Whether a name looks like a brand, and why.

use std::collections::BTreeSet;

use unicode_security::{MixedScript as _, confusable_detection::skeleton};

use super::{Brand, LURES, readable};
use crate::questions::{as_ip, ascii, registrable};

/// Shorter brands stand in too many words by chance.
const MIN_CONTAINED: usize = 5;
/// From these lengths on, one letter or two may differ.
const MIN_ONE_OFF: usize = 5;
const MIN_TWO_OFF: usize = 9;
/// What digits are read as.
const DIGITS: [(char, char); 8] = [
    ('0', 'o'),
    ('1', 'l'),
    ('3', 'e'),
    ('4', 'a'),
    ('5', 's'),
    ('7', 't'),
    ('8', 'b'),
    ('9', 'g'),
];
/// Pairs that are read as one letter.
const PAIRS: [(&str, &str); 4] = [("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m")];

/// A name that looks like a brand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LookAlike {
    /// The name, in ASCII.
    pub name: String,
    /// The same as people read it.
    pub readable: String,
    /// The brand's domain.
    pub brand: String,
    /// Whether people take one for the other at a glance; otherwise it only has the brand in it.
    pub is_close: bool,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// Whether a name looks like one of the brands; the closest counts. None when it does not, or when it
/// is the brand's own.
pub fn judge(name: &str, brands: &[Brand]) -> Option<LookAlike> {
    let name = ascii(name);
    if as_ip(&name).is_some() {
        return None;
    }
    let is_own = |brand: &Brand| !brand.suffix.is_empty() && registrable(&name) == brand.domain;
    if brands.iter().any(is_own) {
        return None;
    }
    let found = brands.iter().filter_map(|brand| judge_one(&name, brand));
    found.max_by_key(|it| (it.is_close, it.reasons.len()))
}

fn judge_one(name: &str, brand: &Brand) -> Option<LookAlike> {
    let domain = registrable(name);
    let (label, suffix) = domain.split_once('.').unwrap_or((domain, ""));
    let before = name.strip_suffix(domain).unwrap_or_default().trim_end_matches('.');
    let shown = &brand.label;
    let wanted = Forms::of(shown);
    let own = Forms::of(label);
    let mut reasons = Vec::new();
    let mut is_close = true;
    if own.plain == wanted.plain {
        reasons.push(if suffix == brand.suffix {
            format!("is {shown}")
        } else {
            format!("is {shown} under another ending (.{suffix})")
        });
    } else if own.skeleton == wanted.skeleton {
        reasons.push(format!("is written with letters that cannot be told from those of {shown}"));
    } else if own.folded == wanted.folded {
        reasons.push(format!(
            "reads as {shown}, with digits, marks or pairs of letters in place of others"
        ));
    } else if own.joined == wanted.joined {
        reasons.push(format!("is {shown} with hyphens elsewhere"));
    } else {
        let distance = distance(&own.folded, &wanted.folded);
        let length = wanted.folded.chars().count();
        if distance == 1 && length >= MIN_ONE_OFF {
            reasons.push(format!("differs from {shown} in one letter"));
        } else if distance == 2 && length >= MIN_TWO_OFF {
            reasons.push(format!("differs from {shown} in two letters"));
        } else {
            is_close = false;
        }
    }
    if !is_close && contains(&own, &wanted) {
        let lures = lures(&own.plain, &wanted);
        reasons.push(if lures.is_empty() {
            format!("has {shown} in it")
        } else {
            // A brand with a lure is what a victim is meant to read.
            is_close = true;
            format!("has {shown} in it, with {}", lures.join(" and "))
        });
    }
    for part in before.split('.').filter(|it| !it.is_empty()) {
        let part = Forms::of(part);
        if part.folded == wanted.folded || contains(&part, &wanted) {
            reasons.push(format!("has {shown} before the domain {domain}"));
            break;
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let readable = name.split('.').map(readable).collect::<Vec<_>>().join(".");
    let is_mixed = !own.plain.is_ascii() && !own.plain.is_single_script();
    if is_mixed {
        reasons.push("mixes scripts within one label".to_owned());
    }
    Some(LookAlike {
        name: name.to_owned(),
        readable,
        brand: brand.domain.clone(),
        is_close,
        reasons,
    })
}

/// A label in the forms that are compared.
struct Forms {
    /// As people read it.
    plain: String,
    /// What it cannot be told from (UTS 39).
    skeleton: String,
    /// The same with digits and pairs read as letters, and without marks.
    folded: String,
    /// The same without hyphens.
    joined: String,
}

impl Forms {
    fn of(label: &str) -> Self {
        let plain = readable(label);
        // A skeleton reads `m` as `rn` already, so that what follows sees one spelling of both.
        let skeleton: String = skeleton(&plain).collect();
        let bare: String = skeleton.chars().filter(|it| !is_mark(*it)).collect();
        let bare = bare.to_lowercase();
        let digits =
            |c| DIGITS.iter().find(|(digit, _)| *digit == c).map_or(c, |(_, letter)| *letter);
        let mut folded: String = bare.chars().map(digits).collect();
        for (pair, letter) in PAIRS {
            folded = folded.replace(pair, letter);
        }
        // `i`, `l` and `1` are one shape in most fonts.
        folded = folded.replace('i', "l");
        let joined = folded.replace('-', "");
        Self { plain, skeleton, folded, joined }
    }
}

/// Marks over and under letters.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f)
}

fn contains(label: &Forms, brand: &Forms) -> bool {
    label.joined != brand.joined
        && brand.joined.chars().count() >= MIN_CONTAINED
        && label.joined.contains(&brand.joined)
}

/// Words that lure, beside the brand.
fn lures(label: &str, brand: &Forms) -> Vec<&'static str> {
    let rest = label.replace('-', "").replacen(&brand.plain.replace('-', ""), "-", 1);
    let parts: BTreeSet<&str> = rest.split('-').collect();
    let mut found: Vec<&str> = LURES
        .into_iter()
        .filter(|it| parts.iter().any(|part| part.contains(it) && it.len() > 2 || part == it))
        .collect();
    // `account` stands in `accounts`.
    let all = found.clone();
    found.retain(|it| !all.iter().any(|other| other.len() > it.len() && other.contains(it)));
    found
}

/// Letters to add, leave out, change or swap to get from one to the other; more than two are three.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 2 {
        return 3;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        (before, last) = (last, row);
    }
    last[other.len()].min(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookalikes::permutations;

    fn brands() -> Vec<Brand> {
        ["harbour-bank.example", "cloudloft.example"]
            .iter()
            .filter_map(|it| Brand::read(it))
            .collect()
    }

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let said = judge(name, &brands()).map_or_else(
            || "no".to_owned(),
            |it| {
                format!(
                    "{}{}: {}",
                    if it.is_close { "" } else { "far, " },
                    it.brand,
                    it.reasons.join("; ")
                )
            },
        );
        assert_eq!(said, expected, "{name}");
    }

    #[test]
    fn a_name_is_judged_with_reasons() {
        check("login.harbour-bank.example", "no");
        check("kelp.test", "no");
        check("192.0.2.7", "no");
        check(
            "harbour-bank.test",
            "harbour-bank.example: is harbour-bank under another ending (.test)",
        );
        check(
            "xn--hrbour-bank-k7a.test",
            "harbour-bank.example: reads as harbour-bank, with digits, marks or pairs of letters in place of others",
        );
        check(
            "harb0ur-bank.test",
            "harbour-bank.example: reads as harbour-bank, with digits, marks or pairs of letters in place of others",
        );
        check("harbourbank.test", "harbour-bank.example: is harbour-bank with hyphens elsewhere");
        check("harbor-bank.test", "harbour-bank.example: differs from harbour-bank in one letter");
        check("cluodloft.test", "cloudloft.example: differs from cloudloft in one letter");
        check(
            "harbour-bank-verify.test",
            "harbour-bank.example: has harbour-bank in it, with verify",
        );
        check(
            "secureharbourbank.test",
            "harbour-bank.example: has harbour-bank in it, with secure",
        );
        check("old-harbour-bank-museum.test", "far, harbour-bank.example: has harbour-bank in it");
        check(
            "harbour-bank.login.kelp.test",
            "far, harbour-bank.example: has harbour-bank before the domain kelp.test",
        );
    }

    #[test]
    fn letters_of_another_script_are_seen_through() {
        // Cyrillic а and о.
        let name = ascii("hаrbоur-bank.test");
        let found = judge(&name, &brands()).unwrap();
        assert!(found.reasons[0].contains("cannot be told"), "{found:?}");
        assert!(found.reasons.iter().any(|it| it.contains("mixes scripts")), "{found:?}");
        assert_eq!(found.readable, "hаrbоur-bank.test");
    }

    #[test]
    fn what_can_be_made_of_a_brand_is_mostly_recognised() {
        let brand = Brand::read("harbour-bank.example").unwrap();
        let made = permutations(&brand, &[]);
        let seen =
            made.keys().filter(|it| judge(it, std::slice::from_ref(&brand)).is_some()).count();
        let share = seen as f64 / made.len() as f64;
        assert!(share > 0.97, "{seen} of {}", made.len());
    }

    #[test]
    fn innocent_names_are_left_alone() {
        for name in [
            "harbour.test",
            "bank.test",
            "cloud.test",
            "loft.test",
            "harbour-pilots.test",
            "river-bank.test",
            "cloudberry.test",
            "labour-rank.test",
            "harvest-bank.test",
        ] {
            check(name, "no");
        }
    }

    #[test]
    fn a_distance_counts_swaps_as_one() {
        for (one, other, expected) in [
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("abc", "ab", 1),
            ("abcd", "badc", 2),
            ("a", "wxyz", 3),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
