//! Sending a response off.

use serde_json::json;

use farol_app::{
    Desk, Failure,
    lookups::Watch,
    view::{Attached, Holds, Recheck, SendOffPlan, SentSaid},
};

use crate::{
    options::send_off::{SendOffOptions, SentOptions},
    output::Output,
};

/// Says what leaves, and writes the draft when asked to.
pub(super) fn send_off(
    desk: &Desk,
    options: SendOffOptions,
    output: &mut Output,
) -> Result<(), Failure> {
    let documents = options.documents.into_iter().map(Attached::Document);
    let attached: Vec<_> =
        documents.chain(options.evidence.into_iter().map(Attached::Evidence)).collect();
    let mut plan = desk.plan_send_off(options.doc, &attached)?;
    if options.recheck && !plan.relies_on.is_empty() {
        let hosts = plan.relies_on.iter().map(|it| it.host.clone()).collect();
        let watch = Watch { progress: &|_, _| {}, cancelled: &|| false };
        desk.recheck(&Recheck::Case { case: plan.case, hosts }, None, &watch)?;
        plan = desk.plan_send_off(options.doc, &attached)?;
    }
    match options.output {
        None => output.line(&plan, &words(&plan)),
        Some(path) => {
            let written = desk.write_send_off(options.doc, &attached, &path)?;
            let plain = format!(
                "{}\nwritten: {}\nsha256 {}\nmessage id {}; it is not sent by that",
                words(&plan),
                written.file_name,
                written.sha256,
                written.message_id
            );
            output.line(&written, &plain)
        }
    }
}

/// Records that a response was sent.
pub(super) fn sent(desk: &Desk, options: SentOptions, output: &mut Output) -> Result<(), Failure> {
    let SentOptions { doc, channel, at, message_id, from_mail, answer_by } = options;
    let said = match from_mail {
        Some(path) => desk.confirm_sent_mail(doc, &path, answer_by)?,
        None => {
            let said = SentSaid { channel, at, message_id, answer_by };
            desk.confirm_sent(doc, &said)?;
            said
        }
    };
    let value = json!({
        "document": doc, "channel": said.channel, "at": said.at, "message_id": said.message_id,
    });
    output.line(&value, "recorded")
}

fn words(plan: &SendOffPlan) -> String {
    let mut lines = vec![
        format!("to: {}", if plan.to.is_empty() { "nobody yet" } else { &plan.to }),
        format!("subject: {}", plan.subject),
        format!("version: {}; {} values withheld", plan.version, plan.n_withheld),
    ];
    for it in &plan.attachments {
        lines.push(format!("with: {} ({})", it.name, it.note));
    }
    for it in &plan.relies_on {
        let holds = match it.holds {
            Holds::Yes => "holds",
            Holds::No => "changed",
            Holds::Unchecked => "not checked now",
            Holds::Never => "never looked up",
        };
        lines.push(format!("relies on: {} [{holds}]", it.says));
    }
    for it in &plan.facts {
        let was = it.was.as_ref().map_or_else(String::new, |was| {
            format!(", changed: it was {was} when the text was saved")
        });
        lines.push(format!("relies on: {{{{{}}}}} = {} ({}{was})", it.name, it.value, it.source));
    }
    if plan.offline {
        lines.push("the desk is offline: nothing can be looked up now".to_owned());
    }
    lines.extend(plan.stops.iter().map(|it| format!("stops it: {it}")));
    lines.extend(plan.warns.iter().map(|it| format!("look: {it}")));
    lines.join("\n")
}
