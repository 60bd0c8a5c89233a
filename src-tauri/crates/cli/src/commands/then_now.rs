//! Looking again: `recheck`, `diff` and `watch`.

use serde_json::json;

use farol_app::{
    Desk, Failure,
    lookups::Watch,
    view::{Recheck, RecheckDone, RecheckPlan, WatchDraft, WatchRow},
};
use farol_model::{
    observable::defang,
    then_now::{Facet, HostDiff},
};

use crate::{
    options::then_now::{DiffOptions, RecheckOptions, WatchCommand},
    output::{Output, counted},
};

const NOBODY_WATCHES: Watch<'_> = Watch { progress: &|_, _| (), cancelled: &|| false };

/// Looks up again, or says what would leave.
pub(crate) fn recheck(
    desk: &Desk,
    options: RecheckOptions,
    output: &mut Output,
) -> Result<(), Failure> {
    let what = match options.case {
        Some(case) => Recheck::Case { case: desk.case_id(case)?, hosts: options.hosts },
        None => Recheck::AllOpen,
    };
    let resolver = options.resolver.as_deref();
    if options.plan {
        let plan = desk.plan_recheck(&what, resolver)?;
        return output.line(&plan, &plan_in_words(&plan));
    }
    let done = desk.recheck(&what, resolver, &NOBODY_WATCHES)?;
    output.line(&done, &done_in_words(&done))
}

/// Says what changed of one host.
pub(crate) fn diff(desk: &Desk, options: &DiffOptions, output: &mut Output) -> Result<(), Failure> {
    let case = desk.case_id(options.case)?;
    let diff = desk.diff(case, &options.host, options.from, options.to)?;
    if let Some(document) = options.into {
        desk.tell_change(document, options.audience.clone(), &diff)?;
    }
    output.line(&diff, &diff_in_words(&diff, diff.sentence(options.language)))
}

/// Does what the command line says.
pub(crate) fn watch(
    desk: &Desk,
    command: WatchCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        WatchCommand::Add { case, host, every, resolver } => {
            let case = desk.case_id(case)?;
            let draft = WatchDraft { case, host, every_min: every, resolver };
            let row = desk.set_watch(&draft)?;
            let plan = desk.plan_watch(&draft)?;
            let words =
                format!("watched: {}\neach time: {}", row_in_words(&row), plan_in_words(&plan));
            output.line(&row, &words)
        }
        WatchCommand::List => {
            for row in desk.watches(None)? {
                output.line(&row, &row_in_words(&row))?;
            }
            Ok(())
        }
        WatchCommand::End { id } => {
            desk.end_watch(id)?;
            output.line(&json!({ "ended": id }), "ended; what it brought stays")
        }
        WatchCommand::Run => {
            let done = desk.run_due_watches(&NOBODY_WATCHES)?;
            output.line(&done, &done_in_words(&done))
        }
        WatchCommand::News => {
            for it in desk.news(None)? {
                let reference = desk.case(it.case)?.case.reference;
                output.line(&it, &format!("{}  {reference}  {}", it.at, it.text))?;
            }
            Ok(())
        }
        WatchCommand::Seen { case } => {
            let n = desk.see_news(desk.case_id(case)?)?;
            output.line(&json!({ "n_seen": n }), &format!("{n} marked as seen"))
        }
        WatchCommand::Judge => {
            for it in desk.judge_anew()? {
                output.line(&it, &format!("{}  {}", it.reference, it.text))?;
            }
            for it in desk.judge_lists_anew(&|| false)? {
                let names = if it.n_otherwise == 1 { "name" } else { "names" };
                let text = format!("{}  {} {names} judged otherwise", it.title, it.n_otherwise);
                output.line(&it, &text)?;
            }
            Ok(())
        }
    }
}

fn plan_in_words(plan: &RecheckPlan) -> String {
    let mut lines = Vec::new();
    match &plan.lookup {
        Some(it) => lines.push(format!(
            "{} about {} of {} to {}, and {} to registries. {} {}",
            counted(it.n_questions, "question", "questions"),
            counted(it.hosts.len() as u32, "host", "hosts"),
            counted(plan.cases.len() as u32, "case", "cases"),
            it.resolver,
            it.registries.len(),
            it.seen_by,
            it.registries_seen_by
        )),
        None => lines.push("nothing would be asked".to_owned()),
    }
    lines.extend(plan.lookup.iter().find_map(|it| it.cymru_seen_by.clone()));
    for it in &plan.cases {
        lines.push(format!("  {}: {}", it.reference, defang(&it.hosts.join(", "))));
    }
    lines.extend(plan.left_out.iter().map(|it| format!("  not asked: {it}")));
    let telling = plan.telling.iter();
    lines.extend(telling.map(|it| format!("  looks made for one reader: {}", defang(it))));
    if plan.offline {
        lines.push("the desk is offline: nothing would leave now".to_owned());
    }
    lines.join("\n")
}

fn done_in_words(done: &RecheckDone) -> String {
    let mut lines = vec![format!(
        "{} hosts asked about, {} answers kept; {} changed",
        done.n_hosts,
        done.n_answers,
        done.changes.len()
    )];
    lines.extend(done.changes.iter().map(|it| format!("  {}  {}", it.reference, it.diff.sentence)));
    lines.extend(done.left_out.iter().map(|it| format!("  not asked: {it}")));
    lines.join("\n")
}

fn diff_in_words(diff: &HostDiff, sentence: &str) -> String {
    let values = |facet: &Facet| -> String {
        let texts: Vec<_> = facet.values.iter().map(|it| defang(&it.text)).collect();
        if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
    };
    let mut lines = vec![sentence.to_owned()];
    for it in &diff.changes {
        let (then, now) = (values(&it.then), values(&it.now));
        lines.push(format!("  {}: {then} → {now}", it.aspect.label()));
    }
    lines.extend(diff.unimportant.iter().map(|it| format!("  no change: {it}")));
    if !diff.unanswered.is_empty() {
        let labels: Vec<_> = diff.unanswered.iter().map(|it| it.label()).collect();
        lines.push(format!("  not asked or not answered the second time: {}", labels.join(", ")));
    }
    lines.join("\n")
}

fn row_in_words(row: &WatchRow) -> String {
    let it = &row.watch;
    let what = match &it.host {
        Some(host) => defang(host),
        None => format!("all targets ({})", defang(&row.hosts.join(", "))),
    };
    let rests = row.rests.as_ref().map_or(String::new(), |why| format!("; rests: {why}"));
    let last = it.last.as_ref().map_or(String::new(), |last| format!("; last: {last}"));
    let every = match it.every_min {
        day if day % 1440 == 0 => counted(day / 1440, "day", "days"),
        hour if hour % 60 == 0 => counted(hour / 60, "hour", "hours"),
        minutes => counted(minutes, "minute", "minutes"),
    };
    format!(
        "{}  {}  {what}, every {every}, due {}{last}{rests}",
        it.id,
        row.reference,
        it.next_at.to_minute()
    )
}
