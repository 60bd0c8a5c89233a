//! The words of a zone line, and the data of a record.

use hickory_proto::rr::{
    Name, RData,
    rdata::{
        A, AAAA, CAA, CNAME, HTTPS, MX, NS, PTR, SOA, SVCB, TXT,
        svcb::{Alpn, IpHint, SvcParamKey, SvcParamValue},
    },
};

/// Splits a line at white space; a quoted word keeps its spaces and loses its quotes.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None::<String>;
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ';' if !is_quoted => break,
            c if c.is_whitespace() && !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A name in lower case, from the root.
pub(crate) fn absolute(name: &str) -> Result<Name, &'static str> {
    let mut name = Name::from_ascii(name).map_err(|_| "not a domain name")?;
    name.set_fqdn(true);
    Ok(name.to_lowercase())
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, &'static str> {
    word.parse().map_err(|_| "not a number in range")
}

/// The data of a record, from its type and words.
pub(super) fn parse_data(record_type: &str, data: &[String]) -> Result<RData, &'static str> {
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    Ok(match (record_type, data.as_slice()) {
        ("A", [ip]) => RData::A(A(ip.parse().map_err(|_| "not an IPv4 address")?)),
        ("AAAA", [ip]) => RData::AAAA(AAAA(ip.parse().map_err(|_| "not an IPv6 address")?)),
        ("CNAME", [name]) => RData::CNAME(CNAME(absolute(name)?)),
        ("NS", [name]) => RData::NS(NS(absolute(name)?)),
        ("PTR", [name]) => RData::PTR(PTR(absolute(name)?)),
        ("MX", [preference, name]) => RData::MX(MX::new(number(preference)?, absolute(name)?)),
        ("TXT", strings @ [_, ..]) if strings.iter().all(|string| string.len() <= 255) => {
            RData::TXT(TXT::new(strings.iter().copied().map(str::to_owned).collect()))
        }
        ("SOA", [mname, rname, serial, refresh, retry, expire, minimum]) => RData::SOA(SOA::new(
            absolute(mname)?,
            absolute(rname)?,
            number(serial)?,
            number(refresh)?,
            number(retry)?,
            number(expire)?,
            number(minimum)?,
        )),
        ("CAA", ["0", "issue", issuer]) => {
            RData::CAA(CAA::new_issue(false, Some(absolute(issuer)?), Vec::new()))
        }
        ("HTTPS", [priority, target, params @ ..]) => {
            let params = params.iter().map(|param| svc_param(param)).collect::<Result<_, _>>()?;
            RData::HTTPS(HTTPS(SVCB::new(number(priority)?, absolute(target)?, params)))
        }
        _ => return Err("unknown type, or data that does not fit it"),
    })
}

fn svc_param(text: &str) -> Result<(SvcParamKey, SvcParamValue), &'static str> {
    match text.split_once('=') {
        Some(("alpn", ids)) => {
            let ids = ids.split(',').map(str::to_owned).collect();
            Ok((SvcParamKey::Alpn, SvcParamValue::Alpn(Alpn(ids))))
        }
        Some(("ipv4hint", ips)) => {
            let ips = ips.split(',').map(|ip| ip.parse().map(A)).collect::<Result<_, _>>();
            let ips = ips.map_err(|_| "not an IPv4 address")?;
            Ok((SvcParamKey::Ipv4Hint, SvcParamValue::Ipv4Hint(IpHint(ips))))
        }
        _ => Err("unknown service parameter"),
    }
}
