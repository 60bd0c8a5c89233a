//! What may belong together, and what looks like a brand.

use farol_app::{
    Desk, Failure,
    connections::ConnectionsOf,
    lookalikes::{judge_lookalikes, make_lookalikes},
    view::JudgedNames,
};
use farol_model::observable::defang;

use super::lookups;
use crate::{
    options::connections::{ConnectionsOptions, LookalikesOptions},
    output::Output,
};

pub(super) fn connections(
    desk: &Desk,
    options: &ConnectionsOptions,
    output: &mut Output,
) -> Result<(), Failure> {
    let case = options.case.map(|it| desk.case_id(it)).transpose()?;
    let view = desk.connections(&ConnectionsOf { case, list: options.list })?;
    for cluster in &view.clusters {
        let mut lines = vec![cluster.sentence.clone()];
        for host in &cluster.hosts {
            let mut marks: Vec<String> = host.cases.iter().map(ToString::to_string).collect();
            marks.extend(host.in_list.then(|| "in the list".to_owned()));
            marks.extend(host.is_dangling.then(|| "dangling, unverified".to_owned()));
            marks.extend(host.is_new.then(|| "newly registered".to_owned()));
            lines.push(format!("  {}  {}", defang(&host.host), marks.join(", ")));
        }
        output.line(cluster, &lines.join("\n"))?;
    }
    eprintln!(
        "farolctl: {} found among {} hosts of {} open cases{}",
        view.n_clusters,
        view.n_hosts,
        view.n_cases,
        if options.list.is_some() { " and the list" } else { "" }
    );
    if view.n_unknown > 0 {
        eprintln!(
            "farolctl: of {} of them nothing is known; look them up to see what they share",
            view.n_unknown
        );
    }
    Ok(())
}

/// Whether the vault is needed: only to judge what is in it.
pub(super) fn needs_desk(options: &LookalikesOptions) -> bool {
    options.judge_list.is_some()
}

pub(super) fn lookalikes(
    desk: Option<&Desk>,
    options: &LookalikesOptions,
    output: &mut Output,
) -> Result<(), Failure> {
    let brands = [options.brand.clone()];
    if let (Some(desk), Some(list)) = (desk, options.judge_list) {
        return judged(&desk.judge_list(list, &brands)?, output);
    }
    if !options.judge.is_empty() || options.judge_file.is_some() {
        let mut text = options.judge.join("\n");
        if let Some(file) = &options.judge_file {
            text.push('\n');
            text.push_str(&lookups::read(file)?);
        }
        return judged(&judge_lookalikes(&brands, &text)?, output);
    }
    let made = make_lookalikes(&options.brand, &options.kinds)?;
    if options.count {
        for kind in made.kinds {
            let words = format!("{:>7}  {:<14} {}", kind.n_names, kind.kind, kind.label);
            output.line(&kind, &words)?;
        }
        return Ok(());
    }
    // One name a line goes straight into `lookup-list start --file -`.
    for name in &made.names {
        output.line(name, name)?;
    }
    Ok(())
}

fn judged(found: &JudgedNames, output: &mut Output) -> Result<(), Failure> {
    for it in &found.names {
        let how = if it.is_close { "looks like" } else { "has in it" };
        let words =
            format!("{}  {how} {}: it {}", it.readable, defang(&it.brand), it.reasons.join("; "));
        output.line(it, &words)?;
    }
    eprintln!("farolctl: {} of {} names", found.names.len(), found.n_judged);
    Ok(())
}
