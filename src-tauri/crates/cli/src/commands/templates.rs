//! Templates.

use std::{fs, path::Path};

use serde_json::json;

use farol_app::{Code, Desk, Failure, documents::TemplateFinding, view::TemplateView};

use crate::{options::templates::TemplateCommand, output::Output};

/// How many pixels wide a page is that is written to a file.
const PAGE_PX: u32 = 952;

pub(super) fn run(
    desk: &Desk,
    command: TemplateCommand,
    output: &mut Output,
) -> Result<(), Failure> {
    match command {
        TemplateCommand::List => list(desk, output),
        TemplateCommand::Show { id } => {
            let view = desk.template(&id)?;
            output.line(&view, view.source.trim_end())
        }
        TemplateCommand::Edit { file } => {
            let view = desk.set_template(&read(&file)?)?;
            saved(&view, output)
        }
        TemplateCommand::Lint { template } => {
            let findings = desk.lint_template(&source(desk, &template)?);
            for it in &findings {
                output.line(it, &line(it))?;
            }
            if findings.iter().any(|it| it.stops) {
                return Err(Failure::new(
                    Code::BadInput,
                    "This template could not be saved.",
                    "Correct what stops it.",
                ));
            }
            Ok(())
        }
        TemplateCommand::Preview { template, case, calm, output: folder } => {
            let source = source(desk, &template)?;
            let preview = desk.preview_template(&source, calm, desk.case_id(case)?, PAGE_PX)?;
            for (page, n) in preview.pages.iter().zip(1..) {
                let path = folder.join(format!("page-{n}.png"));
                fs::write(&path, page).map_err(|error| {
                    Failure::bad_input(
                        format!("The page could not be written: {}.", error.kind()),
                        "Choose a folder that exists.",
                    )
                })?;
                let path = path.display().to_string();
                output.line(&json!({ "page": path }), &path)?;
            }
            Ok(())
        }
        TemplateCommand::History { id } => {
            for it in desk.template(&id)?.versions {
                let entry = it.entry.map_or_else(|| "-".into(), |it| it.to_string());
                let at = it
                    .at
                    .map_or_else(|| "as it ships".into(), farol_model::time::Timestamp::to_minute);
                let by = it.by.clone().unwrap_or_default();
                output.line(&it, &format!("{entry}  {:<8} {at}  {by}", it.version))?;
            }
            Ok(())
        }
        TemplateCommand::Restore { id, entry } => {
            let view = desk.restore_template(&id, entry)?;
            saved(&view, output)
        }
        TemplateCommand::Default { id } => {
            desk.reset_template(&id)?;
            output.line(&json!({ "template": id }), "as it ships")
        }
    }
}

/// The list of templates, also for `doc templates`.
pub(super) fn list(desk: &Desk, output: &mut Output) -> Result<(), Failure> {
    for it in desk.templates()? {
        let team = if it.team { "  the team's" } else { "" };
        output.line(&it, &format!("{:<30} {:<6} {}{team}", it.id, it.version, it.label))?;
    }
    Ok(())
}

fn saved(view: &TemplateView, output: &mut Output) -> Result<(), Failure> {
    let mut words = format!("saved {} as version {}", view.id, view.version);
    for it in &view.findings {
        words.push('\n');
        words.push_str(&line(it));
    }
    output.line(view, &words)
}

fn line(it: &TemplateFinding) -> String {
    let kind = if it.stops { "stops" } else { "suggestion" };
    let place = it.block.map_or_else(String::new, |n| format!(" block {n}:"));
    format!("{kind}:{place} {} {}", it.words, it.why)
}

/// A file of that name, or the template of that id.
fn source(desk: &Desk, template: &str) -> Result<String, Failure> {
    let path = Path::new(template);
    if path.is_file() { read(path) } else { Ok(desk.template(template)?.source) }
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| {
        Failure::bad_input(
            format!("The file cannot be read: {}.", error.kind()),
            "Check the path, and that it is UTF-8 text.",
        )
    })
}
