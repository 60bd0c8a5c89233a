//! `farolctl lookup-list`: lists of names that are looked up and kept.

use std::path::Path;

use serde_json::json;

use farol_app::{
    Desk, Failure,
    lookup_lists::{ListFormat, ListWatch, new_since},
    view::{ListNames, ListStage, LookupListPlan, LookupListView},
};
use farol_model::{
    id::LookupListId,
    lookup_list::{ListChoice, ListState, ListedAsk, ListedFilter},
    observable::defang,
};

use super::lookups;
use crate::{
    options::lookup_list::{LookupListCommand, StartOptions, WhichOptions},
    output::Output,
};

/// Does what the command line says.
pub(super) fn run(
    desk: &Desk,
    command: LookupListCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        LookupListCommand::Start(options) => start(desk, &options, output),
        LookupListCommand::List => {
            for view in desk.lookup_lists()? {
                output.line(&view, &in_a_line(&view))?;
            }
            Ok(())
        }
        LookupListCommand::Show { id } => tell(&desk.lookup_list(id)?, output),
        LookupListCommand::Names { id, which, limit, offset } => {
            let ask = ListedAsk {
                filter: filter(desk, &which),
                sort: which.sort,
                offset,
                limit,
                around: None,
            };
            for row in desk.listed(id, &ask)?.rows {
                let name = &row.name;
                let new = if row.is_new { "  newly registered" } else { "" };
                let cases: String = row.cases.iter().map(|it| format!("  {it}")).collect();
                let words = format!(
                    "{:<40} {:<21} {}{new}{cases}",
                    defang(&name.name),
                    name.outcome.label(),
                    defang(&name.summary)
                );
                output.line(&row, words.trim_end())?;
            }
            Ok(())
        }
        LookupListCommand::Groups { id, by, filter } => {
            for group in desk.listed_groups(id, &filter, by)?.groups {
                output.line(&group, &format!("{:>7}  {}", group.n_names, group.label))?;
            }
            Ok(())
        }
        LookupListCommand::Pause { id } => tell(&desk.pause_lookup_list(id)?, output),
        LookupListCommand::Resume { id, rate, failed, at_most } => {
            if rate.is_some() {
                desk.choose_list_rate(id, rate)?;
            }
            ask(desk, id, failed, at_most, output)
        }
        LookupListCommand::Cancel { id } => tell(&desk.cancel_lookup_list(id)?, output),
        LookupListCommand::Forget { id } => {
            desk.forget_lookup_list(id)?;
            output.line(&json!({ "forgotten": id }), "thrown away; what cases keep stays")
        }
        LookupListCommand::Export { id, file, format, which } => {
            let format = format.map_or_else(|| by_name(&file), Ok)?;
            let filter = filter(desk, &which);
            let n_names = desk.export_lookup_list(id, &filter, which.sort, format, &file)?;
            let words = format!("{n_names} names written to {}", file.display());
            output.line(&json!({ "n_names": n_names }), &words)
        }
    }
}

/// Lists that wait are asked one after the other.
pub(super) fn send_waiting(desk: &Desk, output: &mut Output) -> Result<(), Failure> {
    for list in desk.leaving_show()?.waiting_lists {
        ask(desk, list.id, false, None, output)?;
    }
    Ok(())
}

/// Keeps the names of a file as a list that waits, because nothing may leave now.
pub(super) fn wait(
    desk: &Desk,
    names: &ListNames,
    choice: &ListChoice,
    output: &mut Output,
) -> Result<(), Failure> {
    let view = desk.make_lookup_list("", names, choice)?;
    let words = format!(
        "offline: nothing was sent. The list waits: {}\n`farolctl offline off`, then `farolctl lookup send-waiting` sends it",
        in_a_line(&view)
    );
    output.line(&view, &words)
}

fn start(desk: &Desk, options: &StartOptions, output: &mut Output) -> Result<(), Failure> {
    let mut text = options.names.join("\n");
    if let Some(file) = &options.file {
        text.push('\n');
        text.push_str(&lookups::read(file)?);
    }
    let cases = options.cases.iter().map(|it| desk.case_id(*it)).collect::<Result<_, _>>()?;
    let keep_on = options.keep_on.map(|it| desk.case_id(it)).transpose()?;
    let names = ListNames { text, cases, keep_on };
    let choice = ListChoice {
        resolvers: options.resolvers.clone(),
        types: options.types.clone(),
        rate: options.rate,
        registries: options.registries,
    };
    let plan = desk.plan_lookup_list(&names, &choice)?;
    let view = desk.make_lookup_list(&options.title, &names, &choice)?;
    eprintln!("farolctl: {}", planned(&plan));
    if options.later || plan.offline {
        return tell(&view, output);
    }
    ask(desk, view.id, false, options.at_most, output)
}

fn ask(
    desk: &Desk,
    id: LookupListId,
    failed: bool,
    at_most: Option<u32>,
    output: &mut Output,
) -> Result<(), Failure> {
    let watch = ListWatch { at_most, ..ListWatch::NOBODY };
    tell(&desk.ask_lookup_list(id, failed, &watch)?, output)
}

fn filter(desk: &Desk, which: &WhichOptions) -> ListedFilter {
    let after = which.new.then(|| new_since(desk.now()));
    ListedFilter { registered_after: after, ..which.filter.clone() }
}

fn by_name(file: &Path) -> Result<ListFormat, Failure> {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    extension.parse().map_err(|_| {
        Failure::bad_input(
            "The file's name says no format. Nothing was written.",
            "Let it end in .csv, .jsonl or .xlsx, or say --format.",
        )
    })
}

fn planned(plan: &LookupListPlan) -> String {
    let mut words = format!(
        "{} names, {} questions to {}",
        plan.n_names,
        plan.n_questions,
        plan.resolvers.join(", ")
    );
    if let Some(seconds) = plan.dns_takes_s {
        words.push_str(&format!(", about {}", lasting(seconds)));
    }
    if !plan.registries.is_empty() {
        let n: u32 = plan.registries.iter().map(|it| it.n_questions).sum();
        words.push_str(&format!(
            "; then {n} questions to registries, about {}",
            lasting(plan.registries_take_s)
        ));
    }
    if plan.n_again > 0 {
        words.push_str(&format!("; {} lines name one again", plan.n_again));
    }
    if plan.n_refused > 0 {
        words.push_str(&format!("; {} lines are no host and are left out", plan.n_refused));
    }
    if plan.n_telling > 0 {
        words.push_str(&format!("; {} names look made for one reader", plan.n_telling));
    }
    words
}

fn tell(view: &LookupListView, output: &mut Output) -> Result<(), Failure> {
    let mut words = in_a_line(view);
    if let Some(why) = &view.why {
        words.push_str(&format!("\n  {why}"));
    }
    output.line(view, &words)
}

pub(super) fn in_a_line(view: &LookupListView) -> String {
    let mut words =
        format!("{}  {}  {}, DNS {}", view.id, view.title, view.state.label(), how_far(&view.dns));
    if view.choice.registries {
        words.push_str(&format!(", registries {}", how_far(&view.registries)));
    }
    if matches!(view.state, ListState::Paused | ListState::Waiting) {
        words.push_str("; `lookup-list resume` asks on");
    }
    words
}

fn how_far(stage: &ListStage) -> String {
    format!("{} of {}", stage.n_done, stage.n_all)
}

fn lasting(seconds: u32) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}
