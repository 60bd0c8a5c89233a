//! Labels that may have been made for one reader: looking such a name up tells who was given it.
//!
//! Pure. A wildcard answers every name, and whoever runs the zone sees which one was asked: a name
//! with a token in it is a doorbell.

use crate::questions::{ascii, registrable};

/// Shorter runs of hexadecimal digits are ordinary (`cdn3f2a`).
const HEX: usize = 12;
/// Shorter mixed labels are ordinary.
const MIXED: usize = 16;

/// The labels of a host, left of its registrable domain, that look as if they were made for one
/// reader: a long run of hexadecimal digits, or letters and digits mixed as no person writes them.
pub fn telling_labels(host: &str) -> Vec<String> {
    let host = ascii(host);
    let domain = registrable(&host);
    let Some(before) = host.strip_suffix(domain) else { return Vec::new() };
    before.split('.').filter(|it| is_token(it)).map(str::to_owned).collect()
}

fn is_token(label: &str) -> bool {
    if label.starts_with("xn--") {
        return false;
    }
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let hex = longest(&plain, |c| c.is_ascii_hexdigit());
    let n_digits = plain.chars().filter(char::is_ascii_digit).count();
    let is_hex = hex >= HEX && n_digits >= 2;
    // Words have few digits, and those at an end (`server-room-2024`).
    let changes = plain
        .as_bytes()
        .windows(2)
        .filter(|it| it[0].is_ascii_digit() != it[1].is_ascii_digit())
        .count();
    let is_mixed = plain.len() >= MIXED && n_digits >= 3 && changes >= 4;
    is_hex || is_mixed
}

fn longest(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.split(|c| !is(c)).map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_only_one_reader_got_is_told_from_a_word() {
        let check = |host: &str, expected: &[&str]| {
            assert_eq!(telling_labels(host), expected, "{host}");
        };
        check("login.harbour-bank.example", &[]);
        check("3f9a1c77be02.track.lantern.example", &["3f9a1c77be02"]);
        check("A3F9-1C77-BE02-44D1.lantern.example", &["a3f9-1c77-be02-44d1"]);
        check(
            "0b5f6c1e-9a1d-4f4e-8f55-0c9b6a2d7e10.lantern.example",
            &["0b5f6c1e-9a1d-4f4e-8f55-0c9b6a2d7e10"],
        );
        check("mfzwizltoq2gk3tuon2a.lantern.example", &["mfzwizltoq2gk3tuon2a"]);
        check("x7k2p9qv4m1t8r3w.go.lantern.example", &["x7k2p9qv4m1t8r3w"]);
        check("customer-portal-2024.lantern.example", &[]);
        check("internationalisation.lantern.example", &[]);
        check("deadbeefcafe.lantern.example", &[]);
        check("cdn3f2a.lantern.example", &[]);
        check("ip-203-0-113-77.lantern.example", &[]);
        check("xn--3f9a1c77be02aaa.lantern.example", &[]);
        // The registrable domain itself is one for all.
        check("3f9a1c77be02.example", &[]);
        check("192.0.2.7", &[]);
        check("", &[]);
    }
}
