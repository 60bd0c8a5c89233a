//! Which autonomous system announces an address, offline.
//!
//! A table of disjoint ranges, sorted, searched by halving among those that share their first sixteen
//! bits: faster than any prefix tree on this data and nothing to depend on. Looking here tells nobody anything.

use std::{collections::HashMap, net::IpAddr};

use crate::LookupError;

/// An IP→ASN table.
#[derive(Debug, Clone, Default)]
pub struct AsnTable {
    v4: Vec<Range<u32>>,
    /// For each pair of first bytes, the first range that begins there or later; one more at the end.
    v4_from: Vec<u32>,
    v6: Vec<Range<u128>>,
    holders: Vec<String>,
    as_of: String,
}

#[derive(Debug, Clone, Copy)]
struct Range<T> {
    first: T,
    last: T,
    asn: u32,
    holder: u32,
}

impl AsnTable {
    /// A table that knows nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The fictional networks of the practice internet, on documentation addresses.
    pub fn sample() -> Self {
        Self::parse(include_bytes!("asn/sample.csv"), "2026-11-23")
            .expect("the shipped sample table parses; a test reads it")
    }

    /// Reads lines of `first,last,asn,holder`: addresses as people write them, IPv4 and IPv6
    /// mixed in any order, the holder in quotes when it contains a comma. Empty lines are skipped.
    ///
    /// `as_of` is the date of the data; it is named in every observation.
    ///
    /// # Errors
    /// `AsnLine` for a line that cannot be read, or whose range overlaps another one.
    pub fn parse(bytes: &[u8], as_of: &str) -> Result<Self, LookupError> {
        let mut table = Self { as_of: as_of.to_owned(), ..Self::default() };
        let mut known = HashMap::new();
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (i, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let refuse = |problem| LookupError::AsnLine { line: i + 1, problem };
            let line = std::str::from_utf8(line).map_err(|_| refuse("not UTF-8"))?.trim();
            if line.is_empty() {
                continue;
            }
            let (first, last, asn, holder) = fields(line).map_err(refuse)?;
            let holder = *known.entry(holder).or_insert_with_key(|holder| {
                table.holders.push(holder.clone());
                table.holders.len() as u32 - 1
            });
            match (first, last) {
                (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => {
                    v4.push((Range { first: first.into(), last: last.into(), asn, holder }, i + 1));
                }
                (IpAddr::V6(first), IpAddr::V6(last)) if first <= last => {
                    v6.push((Range { first: first.into(), last: last.into(), asn, holder }, i + 1));
                }
                _ => return Err(refuse("the range does not go from first to last")),
            }
        }
        table.v4 = disjoint(v4)?;
        table.v4_from = index(&table.v4);
        table.v6 = disjoint(v6)?;
        Ok(table)
    }

    /// The system that announces an address, and its holder; none when the table has no entry.
    pub fn lookup(&self, ip: IpAddr) -> Option<(u32, &str)> {
        let (asn, holder) = match ip {
            IpAddr::V4(ip) => self.find_v4(ip.into())?,
            IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
                Some(ip) => self.find_v4(ip.into())?,
                None => find(&self.v6, ip.into())?,
            },
        };
        Some((asn, self.holders.get(holder as usize)?))
    }

    fn find_v4(&self, ip: u32) -> Option<(u32, u32)> {
        let place = (ip >> 16) as usize;
        let from = *self.v4_from.get(place)? as usize;
        let to = *self.v4_from.get(place + 1)? as usize;
        let after = from + self.v4.get(from..to)?.partition_point(|range| range.first <= ip);
        let range = self.v4.get(after.checked_sub(1)?)?;
        (ip <= range.last).then_some((range.asn, range.holder))
    }

    /// Number of ranges.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether the table knows nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The date of the data; empty for the empty table.
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// How an observation names this table: `asn table of 2026-06-17`.
    pub(crate) fn server(&self) -> String {
        if self.is_empty() { "no asn table".into() } else { format!("{SERVER}{}", self.as_of) }
    }
}

/// What stands before the date in [`AsnTable::server`].
pub(crate) const SERVER: &str = "asn table of ";

fn fields(line: &str) -> Result<(IpAddr, IpAddr, u32, String), &'static str> {
    let mut fields = line.splitn(4, ',');
    let mut next = || fields.next().ok_or("expected first, last, asn, holder");
    let (first, last, asn, holder) = (next()?, next()?, next()?, next()?);
    let ip = |text: &str| text.trim().parse().map_err(|_| "not an address");
    let asn = asn.trim().parse().map_err(|_| "not an asn")?;
    Ok((ip(first)?, ip(last)?, asn, unquoted(holder.trim())?))
}

fn unquoted(text: &str) -> Result<String, &'static str> {
    let Some(rest) = text.strip_prefix('"') else {
        return if text.contains(['"', ',']) {
            Err("stray quote or comma")
        } else {
            Ok(text.into())
        };
    };
    let inner = rest.strip_suffix('"').ok_or("the quoted holder does not end")?;
    let plain = inner.replace("\"\"", "\u{0}");
    if plain.contains('"') { Err("stray quote") } else { Ok(plain.replace('\u{0}', "\"")) }
}

fn disjoint<T: Ord + Copy>(
    mut ranges: Vec<(Range<T>, usize)>,
) -> Result<Vec<Range<T>>, LookupError> {
    ranges.sort_by_key(|(range, line)| (range.first, *line));
    let overlap = ranges.windows(2).find(|pair| pair[0].0.last >= pair[1].0.first);
    if let Some(pair) = overlap {
        let line = pair[0].1.max(pair[1].1);
        return Err(LookupError::AsnLine { line, problem: "the range overlaps another line" });
    }
    Ok(ranges.into_iter().map(|(range, _)| range).collect())
}

fn index(ranges: &[Range<u32>]) -> Vec<u32> {
    if ranges.is_empty() {
        return Vec::new();
    }
    let mut index = Vec::with_capacity((1 << 16) + 1);
    for (place, range) in ranges.iter().enumerate() {
        // What lies between the one before and this one begins with this one.
        let end = (range.first >> 16) as usize + 1;
        if index.len() < end {
            index.resize(end, place as u32);
        }
    }
    index.resize((1 << 16) + 1, ranges.len() as u32);
    index
}

fn find<T: Ord + Copy>(ranges: &[Range<T>], ip: T) -> Option<(u32, u32)> {
    let after = ranges.partition_point(|range| range.first <= ip);
    let range = ranges.get(after.checked_sub(1)?)?;
    (ip <= range.last).then_some((range.asn, range.holder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: &AsnTable, ip: &str, expected: Option<(u32, &str)>) {
        assert_eq!(table.lookup(ip.parse().unwrap()), expected, "{ip}");
    }

    #[test]
    fn an_address_is_found_at_the_edges_of_its_range_and_not_beside_it() {
        let csv = b"203.0.113.16,203.0.113.31,64501,\"Cinnabar, \"\"Cloud\"\"\"\n\
                    2001:db8::,2001:db8::ff,64502,Driftnet\n\
                    192.0.2.0,192.0.2.255,64496,Harbour Edge\n";
        let table = AsnTable::parse(csv, "2026-11-23").unwrap();
        assert_eq!(table.len(), 3);
        check(&table, "192.0.2.0", Some((64496, "Harbour Edge")));
        check(&table, "192.0.2.255", Some((64496, "Harbour Edge")));
        check(&table, "192.0.3.0", None);
        check(&table, "203.0.113.15", None);
        check(&table, "203.0.113.20", Some((64501, "Cinnabar, \"Cloud\"")));
        check(&table, "2001:db8::80", Some((64502, "Driftnet")));
        check(&table, "2001:db8::1:0", None);
        check(&table, "::ffff:192.0.2.9", Some((64496, "Harbour Edge")));
        check(&AsnTable::empty(), "192.0.2.0", None);
    }

    #[test]
    fn every_address_is_found_as_by_looking_at_every_range() {
        let mut csv = String::new();
        let mut first = 0_u32;
        let mut n = 0;
        while first < u32::MAX - 40_000_000 {
            // Some begin and end within sixteen bits, some reach over many.
            let last = first + [9, 70_000, 3_000_000, 255, 20_000_000][n % 5];
            let (a, b) = (std::net::Ipv4Addr::from(first), std::net::Ipv4Addr::from(last));
            csv += &format!("{a},{b},{},X\n", n + 1);
            first = last + [1, 1, 500_000, 65_536, 2][n % 5];
            n += 1;
        }
        let table = AsnTable::parse(csv.as_bytes(), "").unwrap();
        let edges = table.v4.iter().flat_map(|it| {
            [it.first.wrapping_sub(1), it.first, it.first / 2 + it.last / 2, it.last, it.last + 1]
        });
        for ip in edges.chain([0, u32::MAX]) {
            let range = table.v4.iter().find(|it| it.first <= ip && ip <= it.last);
            let found = table.lookup(std::net::Ipv4Addr::from(ip).into()).map(|it| it.0);
            assert_eq!(found, range.map(|it| it.asn), "{ip}");
        }
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused_with_the_line() {
        let error = |csv: &str| AsnTable::parse(csv.as_bytes(), "").unwrap_err().to_string();
        assert_eq!(
            error("192.0.2.0,192.0.2.9,64496,A\n192.0.2.9,192.0.2.20,64497,B"),
            "asn table line 2: the range overlaps another line"
        );
        assert_eq!(
            error("\n192.0.2.0,192.0.2.9,64496"),
            "asn table line 2: expected first, last, asn, holder"
        );
        assert_eq!(error("3221225984,192.0.2.9,64496,A"), "asn table line 1: not an address");
        assert_eq!(error("192.0.2.0,192.0.2.9,many,A"), "asn table line 1: not an asn");
        assert_eq!(
            error("192.0.2.9,192.0.2.0,64496,A"),
            "asn table line 1: the range does not go from first to last"
        );
        assert_eq!(
            error("192.0.2.0,2001:db8::,64496,A"),
            "asn table line 1: the range does not go from first to last"
        );
        assert_eq!(
            error("192.0.2.0,192.0.2.9,64496,\"A"),
            "asn table line 1: the quoted holder does not end"
        );
    }

    #[test]
    fn the_sample_table_knows_the_practice_internet() {
        check(&AsnTable::sample(), "203.0.113.10", Some((64501, "Cinnabar Cloud")));
    }
}
