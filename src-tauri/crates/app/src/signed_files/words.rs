//! What a signed file says, in words: the same for who writes it and for who gets it.

use farol_model::{
    approval::{Answer, Proposal, Request, Subject},
    handover::{Handover, HandoverCase},
    id::MemberId,
    member::Member,
    observable::Observable,
    signed::Says,
};

use crate::view::ToldFact;

/// What it is, in one line.
pub(crate) fn title(says: &Says) -> String {
    match says {
        Says::Card(member) => format!("Member card of {}", legible(&member.name)),
        Says::Request(request) => format!("Request for approval on {}", request.reference),
        Says::Answer(answer) => format!("Answer to a request on {}", answer.reference),
        Says::Handover(_) => "Handover".into(),
        Says::Receipt(_) => "Receipt of a handover".into(),
    }
}

/// Everything it says; ids of members are shown as names.
pub(crate) fn facts(says: &Says, members: &[Member]) -> Vec<ToldFact> {
    match says {
        Says::Card(member) => {
            vec![told("Name", &member.name), told("Member id", &member.id.to_string())]
        }
        Says::Request(request) => of_request(request, members),
        Says::Answer(answer) => of_answer(answer),
        Says::Handover(handover) => of_handover(handover),
        Says::Receipt(receipt) => {
            vec![told("Handover written", &receipt.written_at.to_minute())]
        }
    }
}

fn of_request(request: &Request, members: &[Member]) -> Vec<ToldFact> {
    let Request { proposal, .. } = request;
    let mut facts = vec![
        told(
            "Case",
            &format!(
                "{}, {}, {}",
                request.reference,
                request.category.label(),
                request.severity.label()
            ),
        ),
        told(
            "Title",
            request.title.as_deref().unwrap_or("Not told, because the case is sensitive"),
        ),
    ];
    facts.extend(subject(proposal));
    match &proposal.grounds {
        Some(grounds) => {
            if grounds.what != proposal.what {
                facts.push(told("Decision", &grounds.what));
            }
            facts.push(told("Why", &grounds.reason));
            facts.push(told("Who else is hit", &grounds.blast_radius));
            facts.extend(grounds.policy.as_deref().map(|it| told("Policy", it)));
            facts.extend(grounds.alternatives.as_deref().map(|it| told("Alternatives", it)));
        }
        None if matches!(proposal.subject, Subject::Document(_)) => {}
        None => facts.push(told("Why", "No decision says why")),
    }
    let proposer = name(proposal.proposed_by, members);
    facts.push(told("Proposed", &format!("{}, {proposer}", proposal.proposed_at.to_minute())));
    if !request.note.is_empty() {
        facts.push(told("Message", &request.note));
    }
    facts.push(told("Journal entry", &format!("{}, {}", proposal.entry, proposal.entry_hash)));
    facts
}

/// What is to be approved, how wide and on what.
pub(crate) fn subject(proposal: &Proposal) -> Vec<ToldFact> {
    if matches!(proposal.subject, Subject::Document(_)) {
        let read = "Read the file that came with this request; its text has the digest above";
        return vec![told("To be issued", &proposal.what), told("What to do", read)];
    }
    vec![
        told(
            match proposal.subject {
                Subject::Decision(_) => "To be decided",
                Subject::Mitigation(_) => "To be done",
                Subject::Document(_) => "To be issued",
            },
            &proposal.what,
        ),
        told(
            "How wide",
            &format!("{}, wider than what was reported", capital(proposal.granularity.word())),
        ),
        told(if proposal.whole_case { "The whole case" } else { "Target" }, &targets(proposal)),
    ]
}

fn targets(proposal: &Proposal) -> String {
    match proposal.targets.as_slice() {
        [] => "no target is named".into(),
        some => some.iter().map(Observable::defanged).collect::<Vec<_>>().join("\n"),
    }
}

fn of_answer(answer: &Answer) -> Vec<ToldFact> {
    let mut facts = vec![
        told("Case", &answer.reference.to_string()),
        told("Answer", &capital(answer.ruling.word())),
    ];
    if !answer.reason.is_empty() {
        facts.push(told("Reason", &answer.reason));
    }
    facts
}

fn of_handover(handover: &Handover) -> Vec<ToldFact> {
    let mut facts = Vec::new();
    if !handover.text.is_empty() {
        facts.push(told("Note", &handover.text));
    }
    facts.extend(
        handover.cases.iter().map(|case| told(&case.reference.to_string(), &of_case(case))),
    );
    if handover.cases.is_empty() {
        facts.push(told("Cases", "none is open"));
    }
    facts
}

fn of_case(case: &HandoverCase) -> String {
    let mut text = case.title.clone().unwrap_or_else(|| "Sensitive case".into());
    let mut line = |words: String| {
        text.push('\n');
        text.push_str(&words);
    };
    line(format!(
        "{} · {} · {}",
        case.severity.label(),
        case.category.label(),
        case.status.label()
    ));
    if let Some(clock) = &case.clock {
        line(format!("{}: due {}", clock.name, clock.due_at.to_minute()));
    }
    if !case.waits.is_empty() {
        line(case.waits.clone());
    }
    if case.waits_for_approval {
        line("Waits for a second person's approval".into());
    }
    if !case.next.is_empty() {
        line(format!("Next: {}", case.next));
    }
    text
}

fn name(id: MemberId, members: &[Member]) -> String {
    members.iter().find(|it| it.id == id).map_or_else(|| id.to_string(), |it| it.name.clone())
}

fn told(label: &str, text: &str) -> ToldFact {
    ToldFact { label: label.to_owned(), text: legible(text) }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
}

/// Another desk's words as they may be shown and printed: what steers a terminal or turns the order
/// of reading around is made visible.
pub(crate) fn legible(text: &str) -> String {
    text.chars()
        .map(|it| match it {
            '\n' => it,
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
            it if it.is_control() => '\u{FFFD}',
            it => it,
        })
        .collect()
}
