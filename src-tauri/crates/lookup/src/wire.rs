//! A DNS message in the words of the trade.
//!
//! Pure. The bytes are hostile: whatever decodes is presented, nothing is dropped, and what has
//! no presentation form is shown in hexadecimal (RFC 3597). Values are never concatenated: two
//! TXT strings stay two.

use std::fmt::Write;

use data_encoding::BASE64;
use farol_model::lookup::{Answer, Record};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        self, RData, RecordType,
        rdata::{
            SVCB,
            opt::EdnsOption,
            svcb::{SvcParamKey, SvcParamValue},
        },
    },
};

use crate::questions::plain;

/// EDNS option code of an extended error (RFC 8914).
const EXTENDED_ERROR: u16 = 15;

/// The answer that a message is.
pub(crate) fn read(message: &Message) -> Answer {
    let options = message.edns.as_ref().map_or(&[][..], |edns| edns.options().options.as_slice());
    let extended_errors = options.iter().filter_map(|(_, option)| extended_error(option));
    Answer::Dns {
        rcode: rcode(message.metadata.response_code),
        flags: flags(message),
        answers: message.answers.iter().map(record).collect(),
        authority: message.authorities.iter().map(record).collect(),
        extended_errors: extended_errors.collect(),
    }
}

fn flags(message: &Message) -> Vec<String> {
    let header = &message.metadata;
    [
        ("aa", header.authoritative),
        ("tc", header.truncation),
        ("rd", header.recursion_desired),
        ("ra", header.recursion_available),
        ("ad", header.authentic_data),
        ("cd", header.checking_disabled),
    ]
    .into_iter()
    .filter(|(_, is_set)| *is_set)
    .map(|(flag, _)| flag.to_owned())
    .collect()
}

/// The mnemonic of a response code (IANA DNS RCODEs).
fn rcode(code: ResponseCode) -> String {
    let word = match u16::from(code) {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        16 => "BADVERS",
        23 => "BADCOOKIE",
        other => return format!("RCODE{other}"),
    };
    word.to_owned()
}

/// `22: no server of the zone could be reached`; the text may be missing.
fn extended_error(option: &EdnsOption) -> Option<String> {
    let EdnsOption::Unknown(EXTENDED_ERROR, data) = option else { return None };
    let (code, text) = data.split_first_chunk::<2>()?;
    let text: String = String::from_utf8_lossy(text).chars().filter(|c| !c.is_control()).collect();
    Some(format!("{}: {text}", u16::from_be_bytes(*code)))
}

fn record(record: &rr::Record) -> Record {
    Record {
        name: plain(&record.name),
        record_type: type_word(record.record_type()),
        ttl_s: record.ttl,
        data: data(&record.data),
    }
}

fn type_word(record_type: RecordType) -> String {
    match record_type {
        RecordType::Unknown(code) => format!("TYPE{code}"),
        known => known.to_string(),
    }
}

fn data(data: &RData) -> String {
    match data {
        RData::CNAME(name) => plain(name),
        RData::NS(name) => plain(name),
        RData::PTR(name) => plain(name),
        RData::MX(mx) => format!("{} {}", mx.preference, plain(&mx.exchange)),
        RData::SOA(soa) => format!(
            "{} {} {} {} {} {} {}",
            plain(&soa.mname),
            plain(&soa.rname),
            soa.serial,
            soa.refresh,
            soa.retry,
            soa.expire,
            soa.minimum
        ),
        RData::TXT(txt) => {
            txt.txt_data.iter().map(|string| quoted(string)).collect::<Vec<_>>().join(" ")
        }
        RData::CAA(caa) => format!("{} {} {}", caa.flags(), caa.tag, quoted(&caa.value)),
        RData::HTTPS(https) => service(&https.0),
        RData::SVCB(svcb) => service(svcb),
        RData::Unknown { code: RecordType::DS, rdata } => {
            delegation_signer(&rdata.anything).unwrap_or_else(|| opaque(&rdata.anything))
        }
        RData::Unknown { code: RecordType::DNSKEY, rdata } => {
            zone_key(&rdata.anything).unwrap_or_else(|| opaque(&rdata.anything))
        }
        RData::Unknown { rdata, .. } => opaque(&rdata.anything),
        other => {
            let mut text = String::new();
            // Some types have no text form at all and say so by failing.
            if write!(text, "{other}").is_err() { opaque(&[]) } else { text }
        }
    }
}

/// A character string in quotes; anything but printable ASCII as `\DDD` (RFC 1035 §5.1).
fn quoted(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03}")),
        }
    }
    out.push('"');
    out
}

/// `1 . alpn=h3,h2 ipv4hint=192.0.2.10` (RFC 9460).
fn service(svcb: &SVCB) -> String {
    let mut out = format!("{} {}", svcb.svc_priority, plain(&svcb.target_name));
    for (key, value) in &svcb.svc_params {
        let key = match key {
            SvcParamKey::Unknown(code) | SvcParamKey::Key(code) => format!("key{code}"),
            known => known.to_string(),
        };
        let value = match value {
            SvcParamValue::Mandatory(keys) => {
                joined(keys.0.iter().map(ToString::to_string).collect())
            }
            SvcParamValue::Alpn(ids) => {
                joined(ids.0.iter().map(|id| id.escape_default().to_string()).collect())
            }
            SvcParamValue::Ipv4Hint(ips) => joined(ips.0.iter().map(ToString::to_string).collect()),
            SvcParamValue::Ipv6Hint(ips) => joined(ips.0.iter().map(ToString::to_string).collect()),
            SvcParamValue::NoDefaultAlpn => String::new(),
            SvcParamValue::Port(port) => port.to_string(),
            SvcParamValue::EchConfigList(ech) => hex(&ech.0),
            SvcParamValue::Unknown(unknown) => hex(&unknown.0),
        };
        out.push(' ');
        out.push_str(&key);
        if !value.is_empty() {
            out.push('=');
            out.push_str(&value);
        }
    }
    out
}

fn joined(values: Vec<String>) -> String {
    values.join(",")
}

/// `12345 13 2 49fd…` (RFC 4034 §5.3).
fn delegation_signer(bytes: &[u8]) -> Option<String> {
    let ([tag @ .., algorithm, digest_type], digest) = bytes.split_first_chunk::<4>()?;
    let tag = u16::from_be_bytes(*tag);
    Some(format!("{tag} {algorithm} {digest_type} {}", hex(digest)))
}

/// `257 3 13 mdsswUyr…` (RFC 4034 §2.2).
fn zone_key(bytes: &[u8]) -> Option<String> {
    let ([flags @ .., protocol, algorithm], key) = bytes.split_first_chunk::<4>()?;
    let flags = u16::from_be_bytes(*flags);
    Some(format!("{flags} {protocol} {algorithm} {}", BASE64.encode(key)))
}

/// `\# 3 0a0b0c` (RFC 3597 §5).
fn opaque(bytes: &[u8]) -> String {
    format!("\\# {} {}", bytes.len(), hex(bytes)).trim_end().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        out.push_str(&format!("{byte:02x}"));
        out
    })
}
