//! Whether the name servers of a zone agree: what each said itself, side by side.

use std::collections::BTreeMap;

use farol_model::{
    lookup::{Answer, Observation, Question},
    observable::defang,
};

/// What a reader must know of what the name servers said; nothing when none was asked.
pub(super) fn notes(asked: &[&Observation]) -> Vec<String> {
    let mut of_question: BTreeMap<(&str, &str), Vec<(String, &Observation)>> = BTreeMap::new();
    for it in asked {
        let Question::Authority { name, record_type, server } = &it.question else { continue };
        // A server of a parent only says who knows.
        if !is_referral(&it.answer) {
            let said = of_question.entry((name, record_type)).or_default();
            said.push((server.clone(), it));
        }
    }
    let mut notes = Vec::new();
    for ((name, record_type), said) in of_question {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (server, observation) in &said {
            let who = format!("{} ({})", defang(server), defang(&observation.server));
            groups.entry(in_words(&observation.answer, record_type)).or_default().push(who);
        }
        if said.len() < 2 {
            continue;
        }
        let name = defang(name);
        if groups.len() == 1 {
            let what = groups.into_keys().next().unwrap_or_default();
            notes.push(format!(
                "all {} name servers that were asked say of {name} {record_type}: {what}",
                said.len()
            ));
        } else {
            let each = groups.iter().map(|(what, who)| format!("{} say {what}", who.join(", ")));
            let each: Vec<_> = each.collect();
            notes.push(format!(
                "the name servers do not agree on {name} {record_type}: {}",
                each.join("; ")
            ));
        }
    }
    notes
}

fn is_referral(answer: &Answer) -> bool {
    matches!(answer, Answer::Dns { rcode, answers, authority, .. }
        if rcode == "NOERROR"
            && answers.is_empty()
            && authority.iter().any(|it| it.record_type == "NS"))
}

/// An answer so that two that mean the same read the same.
fn in_words(answer: &Answer, record_type: &str) -> String {
    match answer {
        Answer::Dns { rcode, answers, .. } if answers.is_empty() => {
            if rcode == "NOERROR" {
                "nothing".to_owned()
            } else {
                rcode.clone()
            }
        }
        Answer::Dns { answers, .. } => {
            let mut values: Vec<_> = answers
                .iter()
                .filter(|it| it.record_type == record_type || it.record_type == "CNAME")
                .map(|it| defang(&it.data))
                .collect();
            values.sort();
            values.join(", ")
        }
        other => format!("nothing ({})", other.in_one_line()),
    }
}
