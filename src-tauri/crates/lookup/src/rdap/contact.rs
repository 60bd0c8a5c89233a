//! Contacts in an RDAP answer, wherever and however they stand.
//!
//! Registries nest the abuse contact in the registrar, put it beside it, write it into a remark, or
//! break the card around it. A card is read property by property; what is not one is passed over, and
//! mail addresses are looked for in the whole card when its shape is wrong. Numbers and addresses
//! stay as written. Sources: RFC 7095 (jCard), RFC 9553 (JSContact), RFC 9083 §5.1.

use farol_model::registry::AbuseContact;
use serde_json::Value;

use super::read::{clean, list};

/// How many entities of an answer are looked at, nested ones included.
const MAX_ENTITIES: usize = 300;

/// An entity and the way to it.
pub(super) struct Placed<'a> {
    pub(super) entity: &'a Value,
    /// `registrar Granite Names › abuse`.
    pub(super) way: String,
}

/// All entities below an object, outer ones first.
pub(super) fn entities(object: &Value) -> Vec<Placed<'_>> {
    let mut found: Vec<Placed<'_>> = Vec::new();
    let mut waiting: std::collections::VecDeque<Placed<'_>> =
        list(object, "entities").map(|entity| Placed { entity, way: step(entity) }).collect();
    while let Some(placed) = waiting.pop_front() {
        if found.len() == MAX_ENTITIES {
            break;
        }
        waiting.extend(
            list(placed.entity, "entities")
                .map(|entity| Placed {
                    entity, way: format!("{} › {}", placed.way, step(entity))
                }),
        );
        found.push(placed);
    }
    found
}

/// `registrar Granite Names`, `abuse`.
fn step(entity: &Value) -> String {
    let roles: Vec<_> = roles(entity).collect();
    let roles = if roles.is_empty() { "entity".to_owned() } else { roles.join(" and ") };
    match Card::of(entity).name.filter(|_| !has_role(entity, "abuse")) {
        Some(name) => format!("{roles} {name}"),
        None => roles,
    }
}

/// Whether an entity has a role; some servers write a single role without a list.
pub(super) fn has_role(entity: &Value, role: &str) -> bool {
    roles(entity).any(|it| it == role)
}

fn roles(entity: &Value) -> impl Iterator<Item = String> {
    let one = entity["roles"].as_str();
    let many = entity["roles"].as_array().into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many).map(|role| clean(role).to_lowercase())
}

/// What a contact card says.
#[derive(Debug, Default)]
pub(super) struct Card {
    pub(super) name: Option<String>,
    pub(super) emails: Vec<String>,
    pub(super) phones: Vec<String>,
    /// What is wrong with it.
    pub(super) problem: Option<&'static str>,
}

impl Card {
    /// The card of an entity; an empty one when it has none.
    pub(super) fn of(entity: &Value) -> Self {
        let mut card = Self::default();
        if let Some(contact) = ["jscard", "jscontact_card", "jsContact", "jscontact"]
            .iter()
            .map(|key| &entity[*key])
            .find(|it| it.is_object())
        {
            card.read_jscontact(contact);
        }
        let jcard = &entity["vcardArray"];
        if !jcard.is_null() {
            card.read_jcard(jcard);
        }
        for (key, into) in [("email", &mut card.emails), ("phone", &mut card.phones)] {
            add(into, entity[key].as_str());
        }
        card.emails.retain_mut(|it| {
            *it = it.trim_start_matches("mailto:").to_owned();
            is_mail(it)
        });
        card
    }

    fn read_jcard(&mut self, jcard: &Value) {
        let Some(properties) = jcard[1].as_array().filter(|_| jcard[0] == "vcard") else {
            self.problem = Some("its contact card has not the form of one");
            return self.search(jcard, 0);
        };
        for property in properties {
            let Some(name) = property[0].as_str().filter(|_| property.is_array()) else {
                self.problem = Some("its contact card has a property that is none");
                self.search(property, 0);
                continue;
            };
            let values = property.as_array().into_iter().flatten().skip(3);
            match name.to_lowercase().as_str() {
                "fn" => {
                    self.name = self.name.take().or_else(|| values.flat_map(texts).find_map(said));
                }
                "org" if self.name.is_none() => self.name = values.flat_map(texts).find_map(said),
                "email" => values.flat_map(texts).for_each(|it| add(&mut self.emails, Some(it))),
                "tel" => values.flat_map(texts).for_each(|it| add(&mut self.phones, Some(it))),
                _ => {}
            }
        }
    }

    fn read_jscontact(&mut self, contact: &Value) {
        let each = |key: &str| contact[key].as_object().into_iter().flat_map(|it| it.values());
        let name = contact["name"]["full"].as_str().or(contact["fullName"].as_str());
        let organisation = each("organizations").find_map(|it| it["name"].as_str());
        self.name = name.and_then(said).or(organisation.and_then(said));
        each("emails").for_each(|it| add(&mut self.emails, it["address"].as_str()));
        each("phones").for_each(|it| add(&mut self.phones, it["number"].as_str()));
    }

    /// Mail addresses in whatever this is.
    fn search(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) if is_mail(text.trim_start_matches("mailto:")) => {
                add(&mut self.emails, Some(text));
            }
            Value::Array(values) if depth < 8 => {
                values.iter().for_each(|it| self.search(it, depth + 1));
            }
            Value::Object(values) if depth < 8 => {
                values.values().for_each(|it| self.search(it, depth + 1));
            }
            _ => {}
        }
    }
}

/// The abuse contacts of an answer, nearest first, and what was odd on the way.
pub(super) fn abuse(object: &Value) -> (Vec<AbuseContact>, Vec<String>) {
    let mut found: Vec<AbuseContact> = Vec::new();
    let mut oddities = Vec::new();
    let all = entities(object);
    for Placed { entity, way } in all.iter().filter(|it| has_role(it.entity, "abuse")) {
        let card = Card::of(entity);
        oddities.extend(card.problem.map(|problem| format!("{way}: {problem}")));
        if !card.emails.is_empty() || !card.phones.is_empty() {
            found.push(AbuseContact {
                name: card.name,
                emails: card.emails,
                phones: card.phones,
                found_in: way.clone(),
            });
        }
    }
    if found.iter().any(|it| !it.emails.is_empty()) {
        return (found, oddities);
    }
    // Nobody has the role: an address that calls itself abuse is the next best thing.
    for Placed { entity, way } in &all {
        let Card { name, emails, .. } = Card::of(entity);
        let emails: Vec<_> = emails.into_iter().filter(|it| is_abuse(it)).collect();
        if !emails.is_empty() {
            let found_in = format!("{way}, by the address's own name");
            found.push(AbuseContact { name, emails, phones: Vec::new(), found_in });
        }
    }
    let remarked = || {
        ["remarks", "notices"].into_iter().flat_map(|key| {
            let own = list(object, key);
            let below = all.iter().flat_map(move |it| list(it.entity, key));
            own.chain(below)
        })
    };
    if found.is_empty() {
        let texts = remarked().flat_map(|it| texts(&it["description"]));
        let mut emails: Vec<String> = Vec::new();
        for word in texts
            .flat_map(|text| text.split(|c: char| c.is_whitespace() || "'\"<>(),;".contains(c)))
        {
            let word = word.trim_start_matches("mailto:").trim_end_matches(['.', ':']);
            if is_mail(word) && is_abuse(word) {
                add(&mut emails, Some(word));
            }
        }
        if !emails.is_empty() {
            let found_in = "a remark in the answer".to_owned();
            found.push(AbuseContact { name: None, emails, phones: Vec::new(), found_in });
        }
    }
    (found, oddities)
}

/// The texts in a value: itself, or those of its list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    value.as_str().into_iter().chain(many)
}

fn said(text: &str) -> Option<String> {
    Some(clean(text)).filter(|it| !it.is_empty())
}

fn add(into: &mut Vec<String>, text: Option<&str>) {
    if let Some(text) = text.and_then(said)
        && into.len() < 20
        && !into.contains(&text)
    {
        into.push(text);
    }
}

fn is_abuse(email: &str) -> bool {
    email.to_lowercase().starts_with("abuse") || email.to_lowercase().contains("-abuse@")
}

fn is_mail(text: &str) -> bool {
    text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"',;".contains(c))
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(object: &Value, expected: Expect) {
        let (found, oddities) = abuse(object);
        let said: Vec<_> = found
            .iter()
            .map(|it| {
                let name = it.name.as_deref().unwrap_or("-");
                format!("{name} {:?} {:?} in {}", it.emails, it.phones, it.found_in)
            })
            .chain(oddities)
            .collect();
        expected.assert_eq(&said.join("\n"));
    }

    fn card(properties: Value) -> Value {
        json!(["vcard", properties])
    }

    #[test]
    fn a_contact_is_found_beside_the_registrar_and_within_it() {
        let abuse = |email: &str| {
            json!({"roles": ["abuse"], "vcardArray": card(json!([
                ["fn", {}, "text", "Desk"], ["email", {}, "text", email]]))})
        };
        check(
            &json!({"entities": [abuse("abuse@a.test")]}),
            expect![[r#"Desk ["abuse@a.test"] [] in abuse"#]],
        );
        let nested = json!({"entities": [{"roles": ["registrar"],
            "vcardArray": card(json!([["fn", {}, "text", "Granite"]])),
            "entities": [{"roles": ["technical"], "entities": [abuse("abuse@b.test")]}]}]});
        check(
            &nested,
            expect![[r#"Desk ["abuse@b.test"] [] in registrar Granite › technical › abuse"#]],
        );
    }

    #[test]
    fn a_number_broken_in_three_stays_as_it_was_written() {
        check(
            &json!({"entities": [{"roles": "abuse", "vcardArray": card(json!([
                ["tel", {}, "uri", "tel:+7"], ["tel", {}, "uri", "tel:495"],
                ["tel", {}, "uri", "tel:5801111"], ["EMAIL", {}, "text", ["abuse@a.test", 7]]]))}]}),
            expect![[r#"- ["abuse@a.test"] ["tel:+7", "tel:495", "tel:5801111"] in abuse"#]],
        );
    }

    #[test]
    fn jscontact_is_read_as_well() {
        check(
            &json!({"entities": [{"roles": ["abuse"], "jscontact_card": {
                "organizations": {"o": {"name": "Desk"}},
                "emails": {"e": {"address": "abuse@a.test"}},
                "phones": {"p": {"number": "tel:+1.5550100100"}}}}]}),
            expect![[r#"Desk ["abuse@a.test"] ["tel:+1.5550100100"] in abuse"#]],
        );
    }

    #[test]
    fn a_broken_card_still_gives_its_address() {
        for (jcard, problem) in [
            (json!(["vcrad", [["email", {}, "text", "abuse@a.test"]]]), "has not the form of one"),
            (json!({"email": "mailto:abuse@a.test"}), "has not the form of one"),
            (json!(["vcard", "abuse@a.test"]), "has not the form of one"),
            (json!("abuse@a.test"), "has not the form of one"),
            (json!([[["email", {}, "text", "abuse@a.test"]]]), "has not the form of one"),
            (json!(["vcard", [{"email": "abuse@a.test"}]]), "has a property that is none"),
            (json!(["vcard", [[7, {}, "text", "abuse@a.test"]]]), "has a property that is none"),
            (json!(["vcard", ["abuse@a.test"]]), "has a property that is none"),
            (json!(["vcard", [[["email"], [["abuse@a.test"]]]]]), "has a property that is none"),
        ] {
            let (found, oddities) =
                abuse(&json!({"entities": [{"roles": ["abuse"], "vcardArray": jcard}]}));
            assert_eq!(found[0].emails, ["abuse@a.test"], "{jcard}");
            assert_eq!(oddities, [format!("abuse: its contact card {problem}")], "{jcard}");
        }
    }

    #[test]
    fn what_is_no_card_and_no_address_is_nothing() {
        for entities in [
            json!(null),
            json!("abuse@a.test"),
            json!([null, 7, "x", []]),
            json!({"roles": ["abuse"]}),
            json!([{"roles": ["abuse"]}]),
            json!([{"roles": ["abuse"], "vcardArray": null}]),
            json!([{"roles": [7, null], "vcardArray": card(json!([["email"]]))}]),
            json!([{"roles": ["abuse"], "vcardArray": card(json!([["email", {}, "text", "nobody"],
                ["email", {}, "text", "a b@c.test"], ["email", {}, "text", "a@b@c.test"]]))}]),
        ] {
            let (found, _) = abuse(&json!({"entities": entities}));
            assert_eq!(found, Vec::new(), "{entities}");
        }
    }

    #[test]
    fn without_the_role_an_address_that_says_abuse_is_taken() {
        check(
            &json!({"entities": [{"roles": ["registrar"], "vcardArray": card(json!([
                ["fn", {}, "text", "Granite"], ["email", {}, "text", "office@a.test"],
                ["email", {}, "text", "Abuse-Desk@a.test"]]))}]}),
            expect![[
                r#"Granite ["Abuse-Desk@a.test"] [] in registrar Granite, by the address's own name"#
            ]],
        );
        check(
            &json!({"remarks": [{"description": ["Abuse contact for this network is 'abuse@a.test'."]}]}),
            expect![[r#"- ["abuse@a.test"] [] in a remark in the answer"#]],
        );
    }

    #[test]
    fn an_answer_full_of_entities_ends() {
        let mut entity = json!({"roles": ["technical"]});
        for _ in 0..60 {
            entity = json!({"roles": ["technical"], "entities": [entity, {"roles": ["abuse"]}]});
        }
        let many: Vec<_> = (0..5000).map(|_| entity.clone()).take(200).collect();
        assert!(entities(&json!({"entities": many})).len() <= MAX_ENTITIES);
    }
}
