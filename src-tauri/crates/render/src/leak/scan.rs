//! Many values searched for at once: the first bytes of each stand in a table, and a place in a text
//! is looked at closer only when its bytes are in it.
//!
//! An automaton over ten thousand long values takes longer to build than all the rest of an export;
//! this is built in the time that it takes to write the values down. Short values still have an
//! automaton: theirs is small.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

/// So many first bytes of a value are its key.
const KEY: usize = 6;
/// Bits of the sieve that most places in a text do not pass.
const SIEVE_BITS: u32 = 20;

/// One value at one place of a text.
pub(super) struct Found {
    /// Which value, as given.
    pub(super) value: usize,
    /// The first byte.
    pub(super) start: usize,
    /// The byte after the last.
    pub(super) end: usize,
}

/// Values, ready to be searched for.
pub(super) struct Scan {
    long: Vec<(usize, Vec<u8>)>,
    /// Positions in `long` by their key.
    keys: HashMap<u64, Vec<usize>>,
    sieve: Vec<u64>,
    short: AhoCorasick,
    short_values: Vec<usize>,
}

impl Scan {
    /// Takes values; empty ones are never found.
    pub(super) fn of(values: Vec<Vec<u8>>) -> Self {
        let values = values.into_iter().enumerate().filter(|(_, value)| !value.is_empty());
        let (long, short): (Vec<_>, Vec<_>) = values.partition(|(_, value)| value.len() >= KEY);
        let mut keys: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut sieve = vec![0_u64; 1 << (SIEVE_BITS - 6)];
        for (n, (_, value)) in long.iter().enumerate() {
            let key = value[..KEY].iter().fold(0, |key, byte| key << 8 | u64::from(*byte));
            let bit = bit_of(key);
            sieve[bit >> 6] |= 1 << (bit & 63);
            keys.entry(key).or_default().push(n);
        }
        let (short_values, short): (Vec<_>, Vec<_>) = short.into_iter().unzip();
        let short = AhoCorasick::new(short)
            .expect("the short values stay far below the automaton's limit of 2^31 states");
        Self { long, keys, sieve, short, short_values }
    }

    /// Every place of every value, one inside another, too.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        if !self.long.is_empty() {
            self.find_long(text, &mut found);
        }
        if !self.short_values.is_empty() {
            found.extend(self.short.find_overlapping_iter(text).map(|it| Found {
                value: self.short_values[it.pattern().as_usize()],
                start: it.start(),
                end: it.end(),
            }));
        }
        found
    }

    fn find_long(&self, text: &[u8], found: &mut Vec<Found>) {
        const WINDOW: u64 = (1 << (KEY * 8)) - 1;
        let mut key = 0;
        for (n, byte) in text.iter().enumerate() {
            key = (key << 8 | u64::from(*byte)) & WINDOW;
            let bit = bit_of(key);
            if self.sieve[bit >> 6] >> (bit & 63) & 1 == 0 || n + 1 < KEY {
                continue;
            }
            let start = n + 1 - KEY;
            for (value, bytes) in self.keys.get(&key).into_iter().flatten().map(|n| &self.long[*n])
            {
                if text[start..].starts_with(bytes) {
                    found.push(Found { value: *value, start, end: start + bytes.len() });
                }
            }
        }
    }
}

/// Fibonacci hashing: the upper bits of a product with the golden ratio.
fn bit_of(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SIEVE_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::Scan;

    fn check(values: &[&str], text: &str, expected: &[(usize, usize, usize)]) {
        let scan = Scan::of(values.iter().map(|it| it.as_bytes().to_vec()).collect());
        let mut found: Vec<_> =
            scan.find(text.as_bytes()).iter().map(|it| (it.value, it.start, it.end)).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{values:?} in {text:?}");
    }

    #[test]
    fn every_place_is_found_of_short_and_long_values_also_one_in_another() {
        let places = [(0, 1, 4), (0, 8, 11), (1, 1, 8), (2, 3, 6)];
        check(&["abc", "abcdefg", "cde"], "xabcdefgabc", &places);
        let places = [(0, 0, 3), (0, 1, 4), (0, 2, 5), (0, 3, 6), (0, 4, 7), (1, 0, 6), (1, 1, 7)];
        check(&["aaa", "aaaaaa"], "aaaaaaa", &places);
        check(&["https://a.test", "https://b.test"], "see https://b.test", &[(1, 4, 18)]);
        check(&["\0\0\0\0\0\0"], "\0\0", &[]);
        check(&["\0\0\0\0\0\0"], "\0\0\0\0\0\0", &[(0, 0, 6)]);
        check(&["ends in"], "it never ends i", &[]);
        check(&[], "anything", &[]);
        check(&["", "ab"], "cab", &[(1, 1, 3)]);
        check(&["日本", "ção"], "a日本ção", &[(0, 1, 7), (1, 7, 12)]);
    }
}
