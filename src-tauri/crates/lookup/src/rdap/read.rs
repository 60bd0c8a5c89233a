//! An RDAP answer in the words of the trade.
//!
//! Pure. An answer counts only when it is about what was asked: a registry that answers about
//! something else has answered nothing. Fields that are wrong are passed over and named as oddities;
//! the body is kept as it came beside this. Source: RFC 9083, RFC 9537 (redactions).

use std::net::IpAddr;

use farol_model::registry::{Registrar, RegistryEvent, RegistryObject, RegistryRecord};
use serde_json::Value;

use super::contact::{self, Card, has_role};
use crate::{
    networks::Range,
    questions::{as_ip, ascii},
};

/// Longest text taken from an answer, in characters.
const MAX_TEXT: usize = 300;
/// Longest list taken from an answer.
const MAX_LIST: usize = 100;

/// Reads the answer to a question about `about`; the error says why it is not one.
pub(super) fn read(
    answer: &Value,
    object: RegistryObject,
    about: &str,
) -> Result<RegistryRecord, String> {
    if !answer.is_object() {
        return Err("the answer is JSON, but not an RDAP object".to_owned());
    }
    let mut oddities = Vec::new();
    check_class(answer, object, &mut oddities)?;
    let name = match object {
        RegistryObject::Domain | RegistryObject::Nameserver => about_name(answer, about)?,
        RegistryObject::Ip => about_address(answer, about)?,
        RegistryObject::Autnum => about_autnum(answer, about, &mut oddities)?,
    };
    let (abuse, more) = contact::abuse(answer);
    oddities.extend(more);
    let label =
        text(answer, "unicodeName").filter(|it| *it != name).or_else(|| text(answer, "name"));
    let entities = contact::entities(answer);
    let of_role = |role: &str| entities.iter().find(|it| has_role(it.entity, role));
    let holder = of_role("registrant").and_then(|it| Card::of(it.entity).name);
    let registrar = of_role("registrar").filter(|_| object == RegistryObject::Domain);
    Ok(RegistryRecord {
        label,
        handle: text(answer, "handle"),
        holder,
        registrar: registrar.and_then(|it| registrar_of(it.entity)),
        events: events(answer, &mut oddities),
        statuses: strings(answer, "status"),
        nameservers: nameservers(answer),
        dnssec: answer["secureDNS"]["delegationSigned"].as_bool(),
        redacted: redacted(answer, &entities),
        abuse,
        related: related(answer),
        oddities,
        ..RegistryRecord::about(object, name)
    })
}

fn check_class(
    answer: &Value,
    object: RegistryObject,
    oddities: &mut Vec<String>,
) -> Result<(), String> {
    let expected = match object {
        RegistryObject::Domain => "domain",
        RegistryObject::Nameserver => "nameserver",
        RegistryObject::Ip => "ip network",
        RegistryObject::Autnum => "autnum",
    };
    match answer["objectClassName"].as_str() {
        Some(class) if class.eq_ignore_ascii_case(expected) => Ok(()),
        Some(class) => {
            Err(format!("the answer is about a thing of another kind ({})", clean(class)))
        }
        None => {
            oddities.push("the answer does not say what kind of thing it is about".to_owned());
            Ok(())
        }
    }
}

fn about_name(answer: &Value, about: &str) -> Result<String, String> {
    let named = text(answer, "ldhName").or_else(|| text(answer, "unicodeName"));
    let named = named.ok_or("the answer does not say which name it is about")?;
    if ascii(&named) == ascii(about) {
        Ok(ascii(&named))
    } else {
        Err("the answer is about another name than the one asked for".to_owned())
    }
}

fn about_address(answer: &Value, about: &str) -> Result<String, String> {
    let ip = as_ip(about).ok_or("no address was asked for")?;
    let end = |key: &str| answer[key].as_str().and_then(as_ip);
    let (name, is_inside) = match (end("startAddress"), end("endAddress")) {
        (Some(first), Some(last)) => (format!("{first} - {last}"), is_between(first, ip, last)),
        _ => {
            let prefix = list(answer, "cidr0_cidrs").find_map(prefix);
            let prefix = prefix.ok_or("the answer does not say which network it is about")?;
            let range =
                Range::parse(&prefix).map_err(|_| "the answer names a network that is none")?;
            (prefix, range.contains(ip))
        }
    };
    if is_inside {
        Ok(name)
    } else {
        Err("the answer is about a network without the address asked for".to_owned())
    }
}

fn is_between(first: IpAddr, ip: IpAddr, last: IpAddr) -> bool {
    first.is_ipv4() == ip.is_ipv4() && last.is_ipv4() == ip.is_ipv4() && first <= ip && ip <= last
}

fn prefix(cidr: &Value) -> Option<String> {
    let network = cidr["v4prefix"].as_str().or(cidr["v6prefix"].as_str())?;
    Some(format!("{network}/{}", cidr["length"].as_u64()?))
}

fn about_autnum(answer: &Value, about: &str, oddities: &mut Vec<String>) -> Result<String, String> {
    let asked = u64::from(super::autnum(about).ok_or("no autonomous system was asked for")?);
    let range = answer["startAutnum"].as_u64().zip(answer["endAutnum"].as_u64());
    let is_it = match range {
        Some((first, last)) => (first..=last).contains(&asked),
        None => {
            oddities.push("the answer has no numbers, only a handle".to_owned());
            text(answer, "handle").is_some_and(|it| it.eq_ignore_ascii_case(&format!("AS{asked}")))
        }
    };
    if is_it {
        Ok(format!("AS{asked}"))
    } else {
        Err("the answer is about another autonomous system".to_owned())
    }
}

fn registrar_of(entity: &Value) -> Option<Registrar> {
    let iana_id = list(entity, "publicIds").find_map(|id| {
        let is_iana = id["type"].as_str()?.to_lowercase().contains("iana");
        let number =
            text(id, "identifier").or_else(|| Some(id["identifier"].as_u64()?.to_string()));
        number.filter(|it| is_iana && it.chars().all(|c| c.is_ascii_digit()))
    });
    let name = Card::of(entity).name.or_else(|| text(entity, "handle"))?;
    Some(Registrar { name, iana_id })
}

fn events(answer: &Value, oddities: &mut Vec<String>) -> Vec<RegistryEvent> {
    let events: Vec<_> = list(answer, "events")
        .filter_map(|event| {
            let (action, written) = (text(event, "eventAction")?, text(event, "eventDate")?);
            Some(RegistryEvent { action, at: written.parse().ok(), written })
        })
        .collect();
    for event in events.iter().filter(|it| it.at.is_none()) {
        oddities.push(format!("the date of \u{201c}{}\u{201d} cannot be read", event.action));
    }
    events
}

fn nameservers(answer: &Value) -> Vec<String> {
    list(answer, "nameservers")
        .filter_map(|it| text(it, "ldhName").or_else(|| text(it, "unicodeName")))
        .map(|name| ascii(&name))
        .collect()
}

/// What is withheld: the marks of RFC 9537, and the older remarks that say so.
fn redacted(answer: &Value, entities: &[contact::Placed<'_>]) -> Vec<String> {
    let marked = list(answer, "redacted")
        .filter_map(|it| text(&it["name"], "type").or_else(|| text(&it["name"], "description")));
    let remarked = entities.iter().flat_map(|it| {
        let remarks = list(it.entity, "remarks");
        remarks.filter_map(|remark| {
            let title = text(remark, "title")?;
            title.to_uppercase().contains("REDACTED").then(|| format!("{}: {title}", it.way))
        })
    });
    marked.chain(remarked).take(MAX_LIST).collect()
}

/// The registrar's own answer, for a person who wants to ask there.
fn related(answer: &Value) -> Option<String> {
    let link = list(answer, "links").find(|it| {
        it["rel"] == "related" && it["type"].as_str().is_some_and(|it| it.contains("rdap+json"))
    })?;
    text(link, "href")
}

/// The elements of a list; nothing when it is none.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[key].as_array().into_iter().flatten().take(MAX_LIST)
}

fn strings(value: &Value, key: &str) -> Vec<String> {
    let one = value[key].as_str();
    let all = one.into_iter().chain(list(value, key).filter_map(Value::as_str));
    all.map(clean).filter(|it| !it.is_empty()).collect()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(clean).filter(|it| !it.is_empty())
}

/// A stranger's text without control characters, at most 300 characters of it.
pub(super) fn clean(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use RegistryObject::{Autnum, Domain, Ip, Nameserver};
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_about_something_else_is_no_answer() {
        let domain = json!({"objectClassName": "domain", "ldhName": "A.TEST."});
        assert_eq!(read(&domain, Domain, "a.test").unwrap().name, "a.test");
        for (answer, object, about, expected) in [
            (&domain, Domain, "b.test", "the answer is about another name than the one asked for"),
            (
                &domain,
                Domain,
                "x.a.test",
                "the answer is about another name than the one asked for",
            ),
            (&domain, Nameserver, "a.test", "the answer is about a thing of another kind (domain)"),
            (&json!({}), Domain, "a.test", "the answer does not say which name it is about"),
            (&json!([]), Domain, "a.test", "the answer is JSON, but not an RDAP object"),
            (&json!("x"), Domain, "a.test", "the answer is JSON, but not an RDAP object"),
            (
                &json!({"ldhName": {}}),
                Domain,
                "a.test",
                "the answer does not say which name it is about",
            ),
            (
                &json!({"startAddress": "192.0.2.0", "endAddress": "192.0.2.9"}),
                Ip,
                "192.0.2.10",
                "the answer is about a network without the address asked for",
            ),
            (
                &json!({"startAddress": "::", "endAddress": "ffff::"}),
                Ip,
                "192.0.2.10",
                "the answer is about a network without the address asked for",
            ),
            (
                &json!({"cidr0_cidrs": [{"v4prefix": "192.0.2.0", "length": 99}]}),
                Ip,
                "192.0.2.1",
                "the answer names a network that is none",
            ),
            (
                &json!({"startAutnum": 1, "endAutnum": 9}),
                Autnum,
                "AS10",
                "the answer is about another autonomous system",
            ),
            (
                &json!({"handle": "AS11"}),
                Autnum,
                "AS10",
                "the answer is about another autonomous system",
            ),
        ] {
            assert_eq!(read(answer, object, about).unwrap_err(), expected, "{answer}");
        }
    }

    #[test]
    fn a_name_in_its_own_script_is_the_same_name() {
        let answer = json!({"objectClassName": "domain", "unicodeName": "Bücher.test"});
        assert_eq!(read(&answer, Domain, "xn--bcher-kva.test").unwrap().name, "xn--bcher-kva.test");
        let both = json!({"ldhName": "xn--bcher-kva.test", "unicodeName": "bücher.test"});
        assert_eq!(
            read(&both, Domain, "xn--bcher-kva.test").unwrap().label.unwrap(),
            "bücher.test"
        );
    }

    #[test]
    fn wrong_fields_are_passed_over_and_named() {
        let answer = json!({
            "ldhName": "a.test", "status": "active", "secureDNS": {"delegationSigned": "yes"},
            "events": [{"eventAction": "registration", "eventDate": "yesterday"},
                {"eventAction": "expiration"}, 7, {"eventAction": "transfer", "eventDate": "2026-01-02T03:04:05Z"}],
            "nameservers": [{"ldhName": "NS1.A.TEST."}, {}, "ns2.a.test"],
            "entities": [{"roles": ["registrar"], "handle": "R-1", "publicIds": [{"type": "IANA Registrar ID", "identifier": 9996}]}],
            "redacted": [{"name": {"description": "Phone"}}, {}],
        });
        let record = read(&answer, Domain, "a.test").unwrap();
        assert_eq!(record.statuses, ["active"]);
        assert_eq!(record.dnssec, None);
        assert_eq!(record.nameservers, ["ns1.a.test"]);
        assert_eq!(record.redacted, ["Phone"]);
        let registrar = record.registrar.unwrap();
        assert_eq!((registrar.name.as_str(), registrar.iana_id.as_deref()), ("R-1", Some("9996")));
        assert_eq!(record.events.len(), 2);
        assert_eq!(
            record.oddities,
            [
                "the answer does not say what kind of thing it is about",
                "the date of \u{201c}registration\u{201d} cannot be read",
            ]
        );
    }

    #[test]
    fn any_json_at_all_is_read_without_panic() {
        let keys = [
            "ldhName",
            "events",
            "entities",
            "status",
            "links",
            "redacted",
            "vcardArray",
            "publicIds",
            "nameservers",
            "secureDNS",
            "remarks",
            "startAddress",
            "roles",
            "name",
        ];
        let mut state = 7_u64;
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for _ in 0..4000 {
            let mut value = json!({"ldhName": "a.test"});
            for _ in 0..next(12) {
                let inner = match next(5) {
                    0 => json!(null),
                    1 => json!(7),
                    2 => json!("a.test"),
                    3 => json!([value.clone(), "vcard", 1]),
                    _ => value.clone(),
                };
                value = json!({"ldhName": "a.test", keys[next(keys.len())]: inner});
            }
            for object in [Domain, Nameserver, Ip, Autnum] {
                read(&value, object, "a.test").ok();
            }
        }
    }
}
