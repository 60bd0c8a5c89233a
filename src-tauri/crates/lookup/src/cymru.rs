//! Who announces an address, asked of Team Cymru over DNS: `9.2.0.192.origin.asn.cymru.com TXT` says
//! `64496 | 192.0.2.0/24 | PT | ripencc | 2010-07-14`, and `AS64496.asn.cymru.com TXT` ends with the holder.
//!
//! Asked only when the desk switched it on, and only for what the table on this computer does not know. It
//! sees the resolver and the address. For many addresses it wants to be asked otherwise, so lists never ask.
//! Source: <https://www.team-cymru.com/ip-asn-mapping>.

use std::{collections::BTreeSet, net::IpAddr};

use farol_model::lookup::{Answer, Observation, Question};

use crate::questions::dns;

const ORIGIN: &str = ".origin.asn.cymru.com";
const ORIGIN6: &str = ".origin6.asn.cymru.com";
const NAMES: &str = ".asn.cymru.com";

/// Addresses of one host that are asked about, at most.
pub(crate) const MAX_ADDRESSES: usize = 4;

/// A network that announces an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin<'a> {
    pub(crate) ip: IpAddr,
    pub(crate) asn: u32,
    /// The prefix that is announced.
    pub(crate) prefix: &'a str,
}

/// Which networks announce an address.
pub(crate) fn origin_question(ip: IpAddr) -> Question {
    let name = match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}{ORIGIN}")
        }
        IpAddr::V6(ip) => {
            let digits = format!("{:032x}", ip.to_bits());
            let mut name = String::with_capacity(digits.len() * 2 + ORIGIN6.len());
            for digit in digits.chars().rev() {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push(digit);
            }
            name + ORIGIN6
        }
    };
    dns(&name, "TXT")
}

/// Who holds the networks that answers name, each once.
pub(crate) fn holder_questions<'a>(
    observations: impl IntoIterator<Item = &'a Observation>,
) -> Vec<Question> {
    let numbers: BTreeSet<u32> =
        observations.into_iter().flat_map(origins).map(|it| it.asn).collect();
    numbers.into_iter().map(holder_question).collect()
}

fn holder_question(asn: u32) -> Question {
    dns(&format!("as{asn}{NAMES}"), "TXT")
}

/// The networks that an answer says announce an address; none when it is no such answer. Of several prefixes
/// the narrowest counts, as it does for routers.
pub(crate) fn origins(observation: &Observation) -> Vec<Origin<'_>> {
    let Question::Dns { name, .. } = &observation.question else { return Vec::new() };
    let Some(ip) = asked_about(name) else { return Vec::new() };
    let said = texts(observation).filter_map(|text| {
        let mut fields = text.split('|').map(str::trim);
        let (numbers, prefix) = (fields.next()?, fields.next()?);
        let (net, length) = prefix.split_once('/')?;
        net.parse::<IpAddr>().ok().filter(|it| it.is_ipv4() == ip.is_ipv4())?;
        Some((length.parse::<u8>().ok()?, numbers, prefix))
    });
    let Some((_, numbers, prefix)) = said.max_by_key(|it| it.0) else { return Vec::new() };
    // Several networks may announce one prefix.
    let numbers = numbers.split_ascii_whitespace().filter_map(|it| it.parse().ok());
    numbers.map(|asn| Origin { ip, asn, prefix }).collect()
}

/// Who holds a network, as answers name it.
pub(crate) fn holder<'a>(observations: &[&'a Observation], asn: u32) -> Option<&'a str> {
    let question = holder_question(asn);
    let said = observations.iter().find(|it| it.question == question)?;
    texts(said).find_map(|text| text.rsplit('|').next()).map(str::trim).filter(|it| !it.is_empty())
}

/// The address that a name of the origin zones is about.
fn asked_about(name: &str) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(ORIGIN6) {
        let digits: String = labels.rsplit('.').collect();
        let is_whole = digits.len() == 32 && labels.len() == 63;
        return is_whole
            .then(|| u128::from_str_radix(&digits, 16).ok())?
            .map(|it| IpAddr::from(it.to_be_bytes()));
    }
    let octets: Vec<&str> = name.strip_suffix(ORIGIN)?.rsplit('.').collect();
    octets.join(".").parse().ok()
}

/// The strings of an answer's TXT records, without the quotes they are shown in.
fn texts(observation: &Observation) -> impl Iterator<Item = &str> {
    let answers = match &observation.answer {
        Answer::Dns { answers, .. } => answers.as_slice(),
        _ => &[],
    };
    let of_type = answers.iter().filter(|it| it.record_type == "TXT");
    of_type.filter_map(|it| it.data.strip_prefix('"')?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use farol_model::{id::ObservationId, lookup::Record, time::Timestamp};
    use uuid::Uuid;

    use super::*;

    fn said(question: Question, texts: &[&str]) -> Observation {
        let record = |text: &&str| Record {
            name: question.about().to_owned(),
            record_type: "TXT".into(),
            ttl_s: 60,
            data: format!("\"{text}\""),
        };
        Observation {
            id: ObservationId(Uuid::from_u128(1)),
            server: "192.0.2.53:53".into(),
            transport: "udp".into(),
            asked_at: Timestamp::from_ms(7),
            round_trip_ms: 1,
            answer: Answer::Dns {
                rcode: "NOERROR".into(),
                flags: Vec::new(),
                answers: texts.iter().map(record).collect(),
                authority: Vec::new(),
                extended_errors: Vec::new(),
            },
            question,
            wire: None,
        }
    }

    #[test]
    fn an_address_is_asked_about_backwards_and_found_again_in_the_name() {
        for (ip, name) in [
            ("192.0.2.9", "9.2.0.192.origin.asn.cymru.com"),
            (
                "2001:db8::1",
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com",
            ),
        ] {
            let ip: IpAddr = ip.parse().unwrap();
            assert_eq!(origin_question(ip), dns(name, "TXT"));
            assert_eq!(asked_about(name), Some(ip));
        }
        for other in [
            "www.kelp.test",
            "origin.asn.cymru.com",
            "9.2.0.origin.asn.cymru.com",
            "x.origin6.asn.cymru.com",
        ] {
            assert_eq!(asked_about(other), None, "{other}");
        }
    }

    #[test]
    fn the_narrowest_prefix_counts_and_nonsense_says_nothing() {
        let about = |texts: &[&str]| said(origin_question("192.0.2.9".parse().unwrap()), texts);
        let two = about(&[
            "64496 | 192.0.0.0/16 | PT | ripencc | 2010-07-14",
            "64497 64498 | 192.0.2.0/24 | PT | ripencc | 2010-07-14",
        ]);
        let numbers: Vec<_> = origins(&two).iter().map(|it| (it.asn, it.prefix)).collect();
        assert_eq!(numbers, [(64497, "192.0.2.0/24"), (64498, "192.0.2.0/24")]);
        for text in ["", "|", "x | y", "64496 | 2001:db8::/32 | PT", "64496", "AS1 | 192.0.2.0/24"]
        {
            assert_eq!(origins(&about(&[text])), [], "{text}");
        }
        let names = said(
            dns("as64497.asn.cymru.com", "TXT"),
            &["64497 | PT | ripencc | 2010-07-14 | HARBOUR-EDGE, PT"],
        );
        assert_eq!(
            holder_questions([&two]),
            [dns("as64497.asn.cymru.com", "TXT"), dns("as64498.asn.cymru.com", "TXT")]
        );
        assert_eq!(holder(&[&two, &names], 64497), Some("HARBOUR-EDGE, PT"));
        assert_eq!(holder(&[&two, &names], 64498), None);
    }
}
