//! Which autonomous system announces an address, offline.
//!
//! A table of disjoint ranges, sorted, searched by halving among those that share their first sixteen
//! bits: faster than any prefix tree on this data and nothing to depend on. Looking here tells nobody anything.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    io::{self, BufRead},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

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
    n_contradicted: u32,
}

/// One line in so many may contradict another.
const FEW: usize = 100;

#[derive(Debug, Clone, Copy)]
struct Range<T> {
    first: T,
    last: T,
    asn: u32,
    holder: u32,
}

/// Who announces an address, and the range of the table that the address is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced<'a> {
    /// The first address of the range.
    pub first: IpAddr,
    /// The last one.
    pub last: IpAddr,
    /// The autonomous system.
    pub asn: u32,
    /// Its holder, as the table names it.
    pub holder: &'a str,
}

impl Announced<'_> {
    /// `203.0.113.0/24` when the range is a prefix, else `203.0.113.0–203.0.115.255`. A table may hold
    /// neighbours of one holder as one range, so that it can be wider than what is announced.
    pub fn range(&self) -> String {
        let ones = |first: u128, last: u128, bits: u32| {
            let beyond = first ^ last;
            let fits = beyond & (beyond + 1) == 0 && first & beyond == 0;
            fits.then(|| bits - beyond.count_ones())
        };
        let length = match (self.first, self.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                ones(first.to_bits().into(), last.to_bits().into(), 32)
            }
            // The whole of IPv6 is nobody's; adding one to its last address would not fit.
            (IpAddr::V6(first), IpAddr::V6(last))
                if first.to_bits() ^ last.to_bits() != u128::MAX =>
            {
                ones(first.to_bits(), last.to_bits(), 128)
            }
            _ => None,
        };
        match length {
            Some(length) => format!("{}/{length}", self.first),
            None => format!("{}–{}", self.first, self.last),
        }
    }
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
    /// `AsnLine` for a line that cannot be read; when more than a few ranges overlap, for one of them.
    pub fn parse(bytes: &[u8], as_of: &str) -> Result<Self, LookupError> {
        Self::read(bytes, as_of).unwrap_or_else(|_| Ok(Self::empty()))
    }

    /// As [`AsnTable::parse`], line by line from a file: half a million lines need not be in memory
    /// twice.
    ///
    /// # Errors
    /// When reading fails; inside, those of [`AsnTable::parse`].
    pub fn read(mut from: impl BufRead, as_of: &str) -> io::Result<Result<Self, LookupError>> {
        let mut reading = Reading::default();
        let mut line = Vec::new();
        while {
            line.clear();
            from.read_until(b'\n', &mut line)? > 0
        } {
            if let Err(error) = reading.take(&line) {
                return Ok(Err(error));
            }
        }
        Ok(reading.end(as_of))
    }

    /// Who announces an address; none when the table has no entry.
    pub fn lookup(&self, ip: IpAddr) -> Option<Announced<'_>> {
        match ip {
            IpAddr::V4(ip) => self.find_v4(ip),
            IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
                Some(ip) => self.find_v4(ip),
                None => {
                    let range = find(&self.v6, ip.into())?;
                    let ends = [range.first, range.last].map(|it| Ipv6Addr::from(it).into());
                    self.announced(ends, range.asn, range.holder)
                }
            },
        }
    }

    fn find_v4(&self, ip: Ipv4Addr) -> Option<Announced<'_>> {
        let ip = u32::from(ip);
        let place = (ip >> 16) as usize;
        let from = *self.v4_from.get(place)? as usize;
        let to = *self.v4_from.get(place + 1)? as usize;
        let after = from + self.v4.get(from..to)?.partition_point(|range| range.first <= ip);
        let range = self.v4.get(after.checked_sub(1)?).filter(|it| ip <= it.last)?;
        let ends = [range.first, range.last].map(|it| Ipv4Addr::from(it).into());
        self.announced(ends, range.asn, range.holder)
    }

    fn announced(
        &self,
        [first, last]: [IpAddr; 2],
        asn: u32,
        holder: u32,
    ) -> Option<Announced<'_>> {
        Some(Announced { first, last, asn, holder: self.holders.get(holder as usize)? })
    }

    /// Number of ranges.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether the table knows nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lines that another contradicts: what two of them claim counts as not in the table.
    pub fn n_contradicted(&self) -> u32 {
        self.n_contradicted
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

/// Lines that were read so far.
#[derive(Default)]
struct Reading {
    n_lines: usize,
    v4: Vec<(Range<u32>, usize)>,
    v6: Vec<(Range<u128>, usize)>,
    known: HashMap<String, u32>,
}

impl Reading {
    fn take(&mut self, line: &[u8]) -> Result<(), LookupError> {
        self.n_lines += 1;
        let n = self.n_lines;
        let refuse = |problem| LookupError::AsnLine { line: n, problem };
        let line = std::str::from_utf8(line).map_err(|_| refuse("not UTF-8"))?.trim();
        if line.is_empty() {
            return Ok(());
        }
        let (first, last, asn, name) = fields(line).map_err(refuse)?;
        let holder = match self.known.get(name.as_ref()) {
            Some(holder) => *holder,
            None => {
                let holder = self.known.len() as u32;
                self.known.insert(name.into_owned(), holder);
                holder
            }
        };
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => {
                self.v4.push((Range { first: first.into(), last: last.into(), asn, holder }, n));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) if first <= last => {
                self.v6.push((Range { first: first.into(), last: last.into(), asn, holder }, n));
            }
            _ => return Err(refuse("the range does not go from first to last")),
        }
        Ok(())
    }

    fn end(self, as_of: &str) -> Result<AsnTable, LookupError> {
        let mut known: Vec<_> = self.known.into_iter().collect();
        known.sort_unstable_by_key(|(_, place)| *place);
        let holders = known.into_iter().map(|(name, _)| name).collect();
        let (v4, n_v4) = disjoint(self.v4)?;
        let (v6, n_v6) = disjoint(self.v6)?;
        let (as_of, n_contradicted) = (as_of.to_owned(), n_v4 + n_v6);
        Ok(AsnTable { v4_from: index(&v4), v4, v6, holders, as_of, n_contradicted })
    }
}

fn fields(line: &str) -> Result<(IpAddr, IpAddr, u32, Cow<'_, str>), &'static str> {
    let mut fields = line.splitn(4, ',');
    let mut next = || fields.next().ok_or("expected first, last, asn, holder");
    let (first, last, asn, holder) = (next()?, next()?, next()?, next()?);
    let ip = |text: &str| text.trim().parse().map_err(|_| "not an address");
    let asn = asn.trim().parse().map_err(|_| "not an asn")?;
    Ok((ip(first)?, ip(last)?, asn, unquoted(holder.trim())?))
}

fn unquoted(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let Some(rest) = text.strip_prefix('"') else {
        return if text.contains(['"', ',']) {
            Err("stray quote or comma")
        } else {
            Ok(text.into())
        };
    };
    let inner = rest.strip_suffix('"').ok_or("the quoted holder does not end")?;
    if !inner.contains('"') {
        return Ok(inner.into());
    }
    let plain = inner.replace("\"\"", "\u{0}");
    if plain.contains('"') { Err("stray quote") } else { Ok(plain.replace('\u{0}', "\"").into()) }
}

/// Ranges in order, none over another; and how many lines another contradicts.
///
/// Large tables have a handful of those. What two lines claim is then left out, because nobody can say
/// which of them is right; a table with many of them is another kind of table, and is refused.
fn disjoint<T: Ord + Copy + Into<u128> + TryFrom<u128>>(
    mut lines: Vec<(Range<T>, usize)>,
) -> Result<(Vec<Range<T>>, u32), LookupError> {
    lines.sort_by_key(|(range, line)| (range.first, *line));
    let mut contradicted = BTreeSet::new();
    let mut farthest: Option<(T, usize)> = None;
    for (range, line) in &lines {
        if let Some((last, before)) = farthest
            && last >= range.first
        {
            contradicted.extend([before, *line]);
        }
        if farthest.is_none_or(|(last, _)| last < range.last) {
            farthest = Some((range.last, *line));
        }
    }
    let n_contradicted = contradicted.len();
    if n_contradicted * FEW > lines.len()
        && let Some(line) = contradicted.into_iter().nth(1)
    {
        return Err(LookupError::AsnLine { line, problem: "the range overlaps another line" });
    }
    let ranges = lines.into_iter().map(|(range, _)| range);
    let ranges =
        if n_contradicted == 0 { ranges.collect() } else { claimed_once(ranges.collect()) };
    Ok((ranges, n_contradicted as u32))
}

/// What exactly one range claims, in order.
fn claimed_once<T: Copy + Into<u128> + TryFrom<u128>>(ranges: Vec<Range<T>>) -> Vec<Range<T>> {
    // Where a range begins, and behind which address it ends.
    let mut edges: Vec<(u128, bool, usize)> = Vec::with_capacity(2 * ranges.len());
    for (place, range) in ranges.iter().enumerate() {
        edges.extend([(range.first.into(), false, place), (range.last.into(), true, place)]);
    }
    edges.sort_unstable();
    let mut open: BTreeSet<usize> = BTreeSet::new();
    let mut once = Vec::with_capacity(ranges.len());
    for (n, (at, is_end, place)) in edges.iter().enumerate() {
        if *is_end {
            open.remove(place)
        } else {
            open.insert(*place)
        };
        let (Some(only), Some((to, ends, _))) = (open.first(), edges.get(n + 1)) else { continue };
        let first = if *is_end { at.checked_add(1) } else { Some(*at) };
        let last = if *ends { Some(*to) } else { to.checked_sub(1) };
        let piece = first.zip(last).filter(|(first, last)| first <= last && open.len() == 1);
        if let Some((first, last)) = piece
            && let (Ok(first), Ok(last)) = (T::try_from(first), T::try_from(last))
        {
            once.push(Range { first, last, ..ranges[*only] });
        }
    }
    once
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

fn find<T: Ord + Copy>(ranges: &[Range<T>], ip: T) -> Option<&Range<T>> {
    let after = ranges.partition_point(|range| range.first <= ip);
    ranges.get(after.checked_sub(1)?).filter(|range| ip <= range.last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: &AsnTable, ip: &str, expected: Option<(u32, &str)>) {
        let found = table.lookup(ip.parse().unwrap()).map(|it| (it.asn, it.holder));
        assert_eq!(found, expected, "{ip}");
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
    fn a_range_is_written_as_a_prefix_when_it_is_one() {
        let csv =
            b"0.0.0.0,127.255.255.255,1,A\n192.0.2.0,192.0.2.255,2,B\n192.0.3.7,192.0.3.7,3,C\n\
                    203.0.113.0,203.0.115.255,4,D\n198.51.100.1,198.51.100.2,5,E\n\
                    2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,6,F\n\
                    2001:db9::,2001:db9::2,7,G\n";
        let table = AsnTable::parse(csv, "").unwrap();
        let range = |ip: &str| table.lookup(ip.parse().unwrap()).unwrap().range();
        assert_eq!(range("10.0.0.1"), "0.0.0.0/1");
        assert_eq!(range("192.0.2.9"), "192.0.2.0/24");
        assert_eq!(range("192.0.3.7"), "192.0.3.7/32");
        assert_eq!(range("203.0.114.1"), "203.0.113.0–203.0.115.255");
        assert_eq!(range("198.51.100.1"), "198.51.100.1–198.51.100.2");
        assert_eq!(range("2001:db8::1"), "2001:db8::/32");
        assert_eq!(range("2001:db9::1"), "2001:db9::–2001:db9::2");
        let whole = AsnTable::parse(b"::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,8,H", "").unwrap();
        let range = whole.lookup("2001:db8::1".parse().unwrap()).unwrap().range();
        assert_eq!(range, "::–ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
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
            let found = table.lookup(std::net::Ipv4Addr::from(ip).into()).map(|it| it.asn);
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
    fn what_two_lines_of_a_large_table_claim_is_in_neither() {
        let mut csv = String::from(
            "10.0.0.0,10.0.0.99,1,A\n10.0.0.50,10.0.1.255,2,B\n\
             10.1.0.0,10.1.0.255,3,C\n10.1.0.100,10.1.0.199,4,D\n10.1.0.150,10.1.0.160,5,E\n",
        );
        for n in 0..500 {
            csv += &format!("11.{}.{}.0,11.{}.{}.255,6,F\n", n / 256, n % 256, n / 256, n % 256);
        }
        csv += "2001:db8::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,7,G\n";
        let table = AsnTable::parse(csv.as_bytes(), "").unwrap();
        assert_eq!(table.n_contradicted(), 5);
        check(&table, "10.0.0.49", Some((1, "A")));
        check(&table, "10.0.0.50", None);
        check(&table, "10.0.0.99", None);
        check(&table, "10.0.0.100", Some((2, "B")));
        check(&table, "10.1.0.99", Some((3, "C")));
        check(&table, "10.1.0.155", None);
        check(&table, "10.1.0.165", None);
        check(&table, "10.1.0.200", Some((3, "C")));
        check(&table, "11.1.3.7", Some((6, "F")));
        check(&table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some((7, "G")));
    }

    #[test]
    fn the_sample_table_knows_the_practice_internet() {
        check(&AsnTable::sample(), "203.0.113.10", Some((64501, "Cinnabar Cloud")));
    }
}
