//! Members, approvals and handovers: files that people sign.

use std::path::Path;

use serde_json::json;

use farol_app::{
    Desk, Failure,
    signed_files::read_signed,
    view::{MemberRow, OpenedFile, ToldFact},
};
use farol_model::approval::Ruling;

use crate::{
    options::{ApprovalCommand, HandoverCommand, MemberCommand},
    output::Output,
};

pub(super) fn member(
    desk: &Desk,
    command: MemberCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        MemberCommand::Card { out } => {
            let fingerprint = desk.write_card(&out)?;
            let words = format!(
                "your card is in {}\nfingerprint, to be read to your colleague: {fingerprint}",
                out.display()
            );
            output.line(&json!({ "fingerprint": fingerprint }), &words)
        }
        MemberCommand::Show { file } => show(desk, &file, output),
        MemberCommand::Add { file, fingerprint } => {
            let row = desk.add_member(&read_signed(&file)?, &fingerprint)?;
            output.line(&row, &format!("added: {}", line(&row)))
        }
        MemberCommand::List => {
            for row in desk.members()? {
                output.line(&row, &line(&row))?;
            }
            Ok(())
        }
    }
}

fn line(row: &MemberRow) -> String {
    let you = if row.you { " (you)" } else { "" };
    format!("{}  {}{you}", row.fingerprint, row.member.name)
}

pub(super) fn approval(
    desk: &Desk,
    command: ApprovalCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        ApprovalCommand::Request { case, id, note, out } => {
            let case = desk.case_id(case)?;
            let subject = desk.subject(case, &id)?;
            let Some(out) = out else {
                return told(&desk.preview_request(case, subject, &note)?, output);
            };
            desk.ask_approval(case, subject, &note, &out)?;
            left("the request", &out, output)
        }
        ApprovalCommand::Show { file } => show(desk, &file, output),
        ApprovalCommand::Sign { file, out, refuse, reason } => {
            let ruling = if refuse { Ruling::Refused } else { Ruling::Approved };
            desk.answer_request(&read_signed(&file)?, ruling, &reason, &out)?;
            left(&format!("{}; the answer", ruling.word()), &out, output)
        }
        ApprovalCommand::Take { file } => {
            let taken = desk.take_answer(&read_signed(&file)?)?;
            let ruling = taken.ruling.word();
            let words =
                format!("{}: {} {ruling} it. {}", taken.reference, taken.signer, taken.reason);
            output.line(&taken, words.trim_end())
        }
    }
}

pub(super) fn handover(
    desk: &Desk,
    command: HandoverCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        HandoverCommand::Write { text, out: None } => told(&desk.preview_handover(&text)?, output),
        HandoverCommand::Write { text, out: Some(out) } => {
            let n_cases = desk.write_handover(&text, &out)?;
            let words = format!("the handover is in {}; open cases: {n_cases}", out.display());
            output.line(&json!({ "n_cases": n_cases }), &words)
        }
        HandoverCommand::Read { file } => show(desk, &file, output),
        HandoverCommand::Sign { file, out } => {
            desk.sign_handover(&read_signed(&file)?, &out)?;
            left("the receipt", &out, output)
        }
        HandoverCommand::Take { file } => {
            let name = desk.take_receipt(&read_signed(&file)?)?;
            output.line(&json!({ "read_by": name }), &format!("{name} read the handover"))
        }
        HandoverCommand::List => {
            for row in desk.handovers()? {
                let readers: Vec<_> = row.read_by.iter().map(|it| it.name.as_str()).collect();
                let readers = match readers.as_slice() {
                    [] => "nobody yet".into(),
                    some => some.join(", "),
                };
                let at = row.written_at.to_minute();
                let words =
                    format!("{at}  {}, open cases: {}, read by {readers}", row.writer, row.n_cases);
                output.line(&row, &words)?;
            }
            Ok(())
        }
    }
}

fn show(desk: &Desk, file: &Path, output: &mut Output) -> Result<(), Failure> {
    let opened = desk.open_signed(&read_signed(file)?)?;
    output.line(&opened, &described(&opened))
}

fn described(opened: &OpenedFile) -> String {
    let mut lines = vec![opened.title.clone()];
    if opened.sensitive {
        lines.push("the case is sensitive".into());
    }
    lines.extend(opened.facts.iter().map(plain));
    lines.push(format!(
        "signed by {}, {}, fingerprint {}",
        opened.signer,
        opened.signed_at.to_minute(),
        opened.fingerprint
    ));
    if !opened.note.is_empty() {
        lines.push(opened.note.clone());
    }
    lines.join("\n")
}

fn told(facts: &[ToldFact], output: &mut Output) -> Result<(), Failure> {
    let lines: Vec<String> = facts.iter().map(plain).collect();
    output.line(&facts, &lines.join("\n"))
}

fn plain(fact: &ToldFact) -> String {
    format!("{}: {}", fact.label, fact.text.replace('\n', "\n    "))
}

fn left(what: &str, path: &Path, output: &mut Output) -> Result<(), Failure> {
    let words = format!("{what} is in {}", path.display());
    output.line(&json!({ "file": path.display().to_string() }), &words)
}
