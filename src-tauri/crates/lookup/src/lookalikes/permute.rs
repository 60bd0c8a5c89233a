//! Names that could be taken for a brand.

use std::collections::BTreeMap;

use super::{Brand, LURES};
use crate::questions::ascii;

/// Longest label of a name.
const MAX_LABEL: usize = 63;
/// Endings under which a brand is imitated most.
const ENDINGS: [&str; 24] = [
    "com", "net", "org", "info", "biz", "co", "io", "app", "dev", "xyz", "top", "online", "site",
    "shop", "store", "club", "live", "icu", "vip", "support", "help", "cc", "me", "us",
];
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
/// Rows of keys; a neighbour stands beside it or, nearly, above or below.
const KEYS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// What reads alike in Latin letters and digits.
const ALIKE: [(&str, &[&str]); 18] = [
    ("a", &["4"]),
    ("b", &["d", "lb"]),
    ("c", &["e"]),
    ("cl", &["d"]),
    ("d", &["b", "cl"]),
    ("e", &["c", "3"]),
    ("g", &["q", "9"]),
    ("h", &["lh"]),
    ("i", &["1", "l"]),
    ("l", &["1", "i"]),
    ("m", &["rn", "nn"]),
    ("n", &["r"]),
    ("o", &["0"]),
    ("q", &["g"]),
    ("rn", &["m"]),
    ("s", &["5"]),
    ("u", &["v"]),
    ("w", &["vv"]),
];
/// What reads alike in other letters: Latin with marks, Cyrillic, Greek.
const ALIKE_IDN: [(char, &str); 20] = [
    ('a', "àáâãäåąạа"),
    ('b', "ḃƅ"),
    ('c', "çćčс"),
    ('d', "ďđḍԁ"),
    ('e', "èéêëęěẹе"),
    ('g', "ğġģɡ"),
    ('h', "ĥħһ"),
    ('i', "ìíîïıіị"),
    ('j', "ĵј"),
    ('k', "ķкκ"),
    ('l', "ĺļľłḷ"),
    ('n', "ñńňņṇ"),
    ('o', "òóôõöøọоο"),
    ('p', "рṗ"),
    ('r', "ŕřŗṛ"),
    ('s', "śšşșѕṣ"),
    ('t', "ťţțṭ"),
    ('u', "ùúûüůųụ"),
    ('y', "ýÿуỵ"),
    ('z', "źžżẓ"),
];

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $label:literal;)*) => {
        /// How a name was made from a brand's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum PermutationKind {
            $($(#[$doc])* $variant,)*
        }

        impl PermutationKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The words on screen.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }
        }
    };
}

kinds! {
    /// The same name under another ending.
    Ending = "ending", "Another ending";
    /// A lure before or after it.
    Lure = "lure", "With a word such as login";
    /// Letters that read alike.
    Homoglyph = "homoglyph", "Letters that read alike";
    /// Letters of other scripts, or with marks.
    Idn = "idn", "Letters of other scripts";
    /// A letter is missing.
    Omission = "omission", "A letter missing";
    /// Two letters change places.
    Transposition = "transposition", "Two letters swapped";
    /// A letter twice.
    Repetition = "repetition", "A letter twice";
    /// A key beside the right one.
    Replacement = "replacement", "A key beside the right one";
    /// A key beside the right one as well.
    Insertion = "insertion", "A key too many";
    /// A letter or digit at the end.
    Addition = "addition", "A letter or digit at the end";
    /// Another vowel.
    Vowel = "vowel", "Another vowel";
    /// A hyphen more, or one less.
    Hyphenation = "hyphenation", "A hyphen more or less";
    /// A dot within it.
    Subdomain = "subdomain", "A dot within it";
    /// One bit of memory is wrong.
    Bit = "bit", "One bit wrong";
    /// `www` grown on, or an ending within it.
    Glued = "glued", "With www or its ending grown on";
}

/// Names that could be taken for a brand, each with the first way in which it can be made.
///
/// Names are in ASCII, as they would be asked; the brand's own is not among them. `kinds` chooses; none
/// is all. A brand without an ending is made under `com` and other endings.
pub fn permutations(brand: &Brand, kinds: &[PermutationKind]) -> BTreeMap<String, PermutationKind> {
    let label = &brand.label;
    let suffix = if brand.suffix.is_empty() { "com" } else { &brand.suffix };
    let chosen = if kinds.is_empty() { PermutationKind::ALL } else { kinds };
    let mut names = BTreeMap::new();
    for kind in PermutationKind::ALL.iter().filter(|it| chosen.contains(it)) {
        let mut add = |name: String| {
            let name = ascii(&name);
            if name != brand.domain && is_name(&name) {
                names.entry(name).or_insert(*kind);
            }
        };
        match kind {
            PermutationKind::Ending => {
                ENDINGS
                    .iter()
                    .filter(|it| **it != suffix)
                    .for_each(|it| add(format!("{label}.{it}")));
            }
            PermutationKind::Glued => {
                for made in [
                    format!("www{label}"),
                    format!("www-{label}"),
                    format!("{label}{}", suffix.replace('.', "")),
                    format!("{label}-{}", suffix.replace('.', "-")),
                    format!("m-{label}"),
                ] {
                    add(format!("{made}.{suffix}"));
                }
            }
            PermutationKind::Subdomain => {
                for (at, _) in label.char_indices().skip(1) {
                    add(format!("{}.{}.{suffix}", &label[..at], &label[at..]));
                }
            }
            _ => labels(label, *kind, &mut |it| add(format!("{it}.{suffix}"))),
        }
    }
    names
}

/// Labels that are made letter by letter.
fn labels(label: &str, kind: PermutationKind, add: &mut dyn FnMut(String)) {
    let letters: Vec<char> = label.chars().collect();
    let with = |at: usize, n: usize, new: &str| -> String {
        letters[..at].iter().collect::<String>()
            + new
            + &letters[at + n..].iter().collect::<String>()
    };
    match kind {
        PermutationKind::Lure => {
            for lure in LURES {
                for made in [
                    format!("{label}-{lure}"),
                    format!("{lure}-{label}"),
                    format!("{label}{lure}"),
                    format!("{lure}{label}"),
                ] {
                    add(made);
                }
            }
            return;
        }
        PermutationKind::Addition => {
            ('a'..='z').chain('0'..='9').for_each(|it| add(format!("{label}{it}")));
            return;
        }
        PermutationKind::Homoglyph => {
            let once = alike(label);
            // Twice, as in `rnicros0ft`; of a long name that would be too many to be of use.
            for made in &once {
                alike(made).into_iter().for_each(&mut *add);
            }
            once.into_iter().for_each(add);
            return;
        }
        _ => {}
    }
    for (at, letter) in letters.iter().enumerate() {
        match kind {
            PermutationKind::Omission => add(with(at, 1, "")),
            PermutationKind::Repetition => add(with(at, 0, &letter.to_string())),
            PermutationKind::Transposition => {
                if let Some(next) = letters.get(at + 1) {
                    add(with(at, 2, &format!("{next}{letter}")));
                }
            }
            PermutationKind::Replacement => {
                beside(*letter).for_each(|it| add(with(at, 1, &it.to_string())));
            }
            PermutationKind::Insertion => {
                for it in beside(*letter) {
                    add(with(at, 0, &it.to_string()));
                    add(with(at + 1, 0, &it.to_string()));
                }
            }
            PermutationKind::Vowel if VOWELS.contains(letter) => {
                VOWELS.iter().for_each(|it| add(with(at, 1, &it.to_string())));
            }
            PermutationKind::Hyphenation => {
                if *letter == '-' {
                    add(with(at, 1, ""));
                } else if at > 0 {
                    add(with(at, 0, "-"));
                }
            }
            PermutationKind::Bit => {
                for bit in 0..8 {
                    let flipped = char::from((*letter as u8) ^ (1 << bit));
                    if flipped.is_ascii_lowercase() || flipped.is_ascii_digit() || flipped == '-' {
                        add(with(at, 1, &flipped.to_string()));
                    }
                }
            }
            PermutationKind::Idn => {
                let found = ALIKE_IDN.iter().find(|(latin, _)| latin == letter);
                if let Some((_, others)) = found {
                    others.chars().for_each(|it| add(with(at, 1, &it.to_string())));
                    // And in every place at once.
                    for it in others.chars() {
                        add(label.replace(*letter, &it.to_string()));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Labels with one piece that reads alike.
fn alike(label: &str) -> Vec<String> {
    let mut made = Vec::new();
    for (piece, others) in ALIKE {
        for (at, _) in label.match_indices(piece) {
            for other in others {
                made.push(format!("{}{other}{}", &label[..at], &label[at + piece.len()..]));
            }
        }
    }
    made
}

/// Keys beside a key.
fn beside(letter: char) -> impl Iterator<Item = char> {
    let at = KEYS.iter().enumerate().find_map(|(row, keys)| Some((row, keys.find(letter)?)));
    let near = at.into_iter().flat_map(|(row, place)| {
        [
            (row, place.wrapping_sub(1)),
            (row, place + 1),
            (row.wrapping_sub(1), place),
            (row + 1, place),
        ]
    });
    near.filter_map(|(row, place)| KEYS.get(row)?.chars().nth(place))
}

fn is_name(name: &str) -> bool {
    name.len() < 254
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= MAX_LABEL
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(brand: &str, kind: PermutationKind) -> Vec<String> {
        permutations(&Brand::read(brand).unwrap(), &[kind]).into_keys().collect()
    }

    #[test]
    fn each_kind_makes_what_it_says() {
        use PermutationKind as Kind;
        let check = |kind, expected: &str| {
            let made = made("moor.example", kind);
            assert!(made.iter().any(|it| it == expected), "{kind:?}: {made:?}");
        };
        check(Kind::Ending, "moor.com");
        check(Kind::Lure, "moor-login.example");
        check(Kind::Homoglyph, "rno0r.example");
        check(Kind::Idn, "xn--mor-sed.example");
        check(Kind::Omission, "mor.example");
        check(Kind::Transposition, "omor.example");
        check(Kind::Repetition, "mooor.example");
        check(Kind::Replacement, "mior.example");
        check(Kind::Insertion, "mopor.example");
        check(Kind::Addition, "moor7.example");
        check(Kind::Vowel, "muor.example");
        check(Kind::Hyphenation, "mo-or.example");
        check(Kind::Subdomain, "mo.or.example");
        check(Kind::Bit, "ioor.example");
        check(Kind::Glued, "wwwmoor.example");
    }

    #[test]
    fn the_brand_itself_is_no_look_alike_and_every_name_can_be_asked() {
        let brand = Brand::read("www.harbour-bank.example").unwrap();
        let all = permutations(&brand, &[]);
        assert!((400..20_000).contains(&all.len()), "{}", all.len());
        assert!(!all.contains_key("harbour-bank.example"));
        assert!(all.keys().all(|it| is_name(it)));
        assert!(
            all.contains_key("harbourbank.example")
                && all.contains_key("harbour-bank-verify.example")
        );
    }

    #[test]
    fn what_is_no_brand_is_not_read() {
        assert_eq!(Brand::read("moor").unwrap().domain, "moor");
        assert!(permutations(&Brand::read("moor").unwrap(), &[]).contains_key("rnoor.com"));
        for wrong in ["", "192.0.2.7", "two words", "co.uk"] {
            assert_eq!(Brand::read(wrong), None, "{wrong}");
        }
    }
}
