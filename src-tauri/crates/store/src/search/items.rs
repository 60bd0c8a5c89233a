//! What can be found of each thing, as texts.

use farol_model::{
    case::{Case, Note},
    decision::{Decision, Mitigation},
    document::{Document, DocumentKind, Span, Text},
    id::CaseId,
    lookup::Answer,
    observable::{Observable, defang},
    refang::plain,
    report::Report,
    search::SearchKind,
    sighting::Sighting,
    time::Timestamp,
};

/// Stands between the parts of a body; no word, so that words on both sides are no phrase.
pub(super) const BETWEEN_PARTS: &str = " · ";

/// One thing that can be found.
pub(super) struct Item {
    pub(super) kind: SearchKind,
    pub(super) key: String,
    pub(super) case: Option<CaseId>,
    pub(super) at: Timestamp,
    pub(super) title: String,
    pub(super) body: Vec<String>,
}

pub(super) fn of_report(report: &Report) -> Item {
    let parsed = &report.parsed;
    let mut body = vec![parsed.text.clone()];
    for who in [&parsed.sender, &parsed.reporter] {
        body.extend(who.name.iter().chain(&who.address).cloned());
    }
    body.extend(parsed.reporter_reference.clone());
    body.extend(parsed.attachments.iter().map(|it| it.name.clone()));
    body.extend(
        parsed
            .observables
            .iter()
            .filter(|it| {
                let in_text = matches!(it.found_in.as_str(), "body" | "subject");
                !in_text || plain(&it.written_as).text != it.observable.value
            })
            .map(|it| it.observable.defanged()),
    );
    Item {
        kind: SearchKind::Report,
        key: report.id.to_string(),
        case: None,
        at: report.received_at,
        title: parsed.subject.clone(),
        body,
    }
}

/// A case, its people and its accounts.
pub(super) fn of_case_facts(case: &Case) -> Vec<Item> {
    let facts = &case.facts;
    let item = |kind, key, title: &str, body| Item {
        kind,
        key,
        case: Some(case.id),
        at: case.opened_at,
        title: title.to_owned(),
        body,
    };
    let mut body = vec![case.reference.to_string(), facts.severity_reason.clone()];
    body.extend(case.theirs.map(|it| it.to_string()));
    body.extend(
        [&facts.waiting_on, &facts.asked_by, &facts.jurisdiction].into_iter().flatten().cloned(),
    );
    body.extend([&facts.legal_bases, &facts.tickets, &facts.tags].into_iter().flatten().cloned());
    let mut items = vec![item(SearchKind::Case, case.id.to_string(), &facts.title, body)];
    for (n, person) in facts.people.iter().enumerate() {
        let mut body = vec![person.role.label().to_owned()];
        body.extend(person.address.clone());
        items.push(item(SearchKind::Person, format!("{}/{n}", case.id), &person.name, body));
    }
    for (n, account) in facts.accounts.iter().enumerate() {
        let body = vec![account.id.clone()];
        items.push(item(SearchKind::Account, format!("{}/{n}", case.id), &account.name, body));
    }
    items
}

pub(super) fn of_note(case: CaseId, note: &Note) -> Item {
    Item {
        kind: SearchKind::Note,
        key: note.id.to_string(),
        case: Some(case),
        at: note.written_at,
        title: String::new(),
        body: vec![note.text.clone()],
    }
}

pub(super) fn of_sighting(case: CaseId, it: &Sighting) -> Item {
    let how = [&it.seen_from, &it.device, &it.language].into_iter().cloned();
    let body = [it.seen.label().to_owned(), it.words.clone()].into_iter().chain(how);
    Item {
        kind: SearchKind::Sighting,
        key: it.id.to_string(),
        case: Some(case),
        at: it.seen_at,
        title: it.observable.defanged(),
        body: body.chain(it.seen_by.clone()).filter(|it| !it.is_empty()).collect(),
    }
}

pub(super) fn of_decision(case: CaseId, decision: &Decision) -> Item {
    let mut body = vec![decision.reason.clone()];
    body.extend(decision.policy.iter().chain(&decision.alternatives).cloned());
    body.push(decision.blast_radius.clone());
    body.extend(decision.target.as_ref().map(Observable::defanged));
    Item {
        kind: SearchKind::Decision,
        key: decision.id.to_string(),
        case: Some(case),
        at: decision.decided_at,
        title: decision.what.clone(),
        body,
    }
}

pub(super) fn of_mitigation(case: CaseId, mitigation: &Mitigation) -> Item {
    Item {
        kind: SearchKind::Mitigation,
        key: mitigation.id.to_string(),
        case: Some(case),
        at: mitigation.steps.first().map_or(Timestamp::from_ms(0), |step| step.at),
        title: mitigation.what.clone(),
        body: mitigation.target.iter().map(Observable::defanged).collect(),
    }
}

pub(super) fn of_document(document: &Document) -> Item {
    let texts = document.blocks.iter().flat_map(|block| block.content.texts()).map(words_of);
    let mut body = vec![texts.collect::<Vec<_>>().join("\n")];
    if let Some(envelope) = &document.envelope {
        body.extend([envelope.subject.clone(), envelope.to.clone()]);
    }
    Item {
        kind: match document.kind {
            DocumentKind::Response => SearchKind::Response,
            DocumentKind::Rca | DocumentKind::Readout => SearchKind::Document,
        },
        key: document.id.to_string(),
        case: Some(document.case),
        at: document.created_at,
        title: document.title.clone(),
        body,
    }
}

/// The words of a text; facts are filled in at export and stand elsewhere.
fn words_of(text: &Text) -> String {
    text.0
        .iter()
        .filter_map(|span| match span {
            Span::Plain(text) | Span::Marked { text, .. } => Some(text.as_str()),
            Span::Fact(_) => None,
        })
        .collect()
}

/// What is looked through, and what is shown of it.
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) written_title: String,
    pub(super) written_body: String,
}

impl Texts {
    pub(super) fn of(item: &Item) -> Self {
        let written_title = one_line(&item.title);
        let parts = item.body.iter().map(|it| one_line(it)).filter(|it| !it.is_empty());
        let written_body = parts.collect::<Vec<_>>().join(BETWEEN_PARTS);
        let (title, body) = (plain(&written_title).text, plain(&written_body).text);
        Self { title, body, written_title, written_body }
    }
}

/// What an answer says that somebody may look for: names, addresses, texts, holders.
pub(super) fn words_of_answer(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::Dns { answers, .. } => answers.iter().map(|it| defang(&it.data)).collect(),
        Answer::Asn { .. } | Answer::Registered { .. } | Answer::Whois { record: Some(_), .. } => {
            vec![defang(&answer.in_one_line())]
        }
        Answer::Whois { record: None, .. }
        | Answer::NotInTable
        | Answer::NotRegistered { .. }
        | Answer::NoAnswer { .. } => Vec::new(),
    }
}

/// The text in one line: white space and control characters are one space.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = String::with_capacity(text.len());
    for word in words.filter(|it| !it.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
