//! Plain text: what a person would type into a mail, wrapped at 78 columns.

use crate::paper::{Paper, Part, Said};

const WIDTH: usize = 78;

/// The whole paper with its title.
pub(crate) fn letter(paper: &Paper) -> String {
    let mut out = String::new();
    if let Some(team) = paper.team.as_ref().filter(|it| !it.name.is_empty()) {
        out.push_str(&format!("{}\n\n", team.name));
    }
    if !paper.kicker.is_empty() {
        out.push_str(&format!("{}\n", paper.kicker.to_uppercase()));
    }
    out.push_str(&wrapped(&paper.title, "", ""));
    out.push_str(&format!("{}\n", "=".repeat(paper.title.chars().count().clamp(1, WIDTH))));
    out.push_str(&format!("{} · {} · {}\n\n", paper.reference, paper.dated, paper.label));
    out.push_str(&body(paper));
    out
}

/// The sections only, as the body of a mail has them.
pub(crate) fn body(paper: &Paper) -> String {
    let mut pieces = Vec::new();
    for section in &paper.sections {
        if let Some(heading) = &section.heading {
            let rule = "-".repeat(heading.chars().count().clamp(1, WIDTH));
            pieces.push(format!("{}{rule}\n", wrapped(heading, "", "")));
        }
        pieces.extend(section.parts.iter().map(|it| part(it, &paper.said)));
    }
    pieces.join("\n")
}

fn part(part: &Part, said: &Said) -> String {
    match part {
        Part::Paragraph { text } => wrapped(text, "", ""),
        Part::Callout { text } => wrapped(text, &format!("{}: ", said.note), "      "),
        Part::List { items } => items.iter().map(|item| wrapped(item, "- ", "  ")).collect(),
        Part::Facts { rows } => rows
            .iter()
            .map(|[label, value]| wrapped(&format!("{label}: {value}"), "", "  "))
            .collect(),
        Part::Timeline { rows } => {
            let rows = rows.iter().map(|[at, text]| match at.as_str() {
                // A silence has no time.
                "" => wrapped(&format!("({text})"), "  ", "  "),
                at => wrapped(text, &format!("{at}  "), "  "),
            });
            wrapped(&said.timeline.join(", "), "", "") + &rows.collect::<String>()
        }
        Part::Actions { rows } => rows
            .iter()
            .map(|[what, owner, due]| {
                wrapped(what, "- ", "  ")
                    + &wrapped(
                        &format!("{}: {owner}. {}: {due}", said.actions[1], said.actions[2]),
                        "  ",
                        "  ",
                    )
            })
            .collect(),
        Part::Table { header, rows, .. } => table(header, rows),
        Part::Chart { chart } => wrapped(&chart.title, "", "") + &table(&chart.header, &chart.rows),
        Part::Record { evidence, text, rows } => {
            let label = if *evidence { said.evidence } else { said.decision };
            let rows = rows
                .iter()
                .map(|[label, value]| wrapped(&format!("{label}: {value}"), "  ", "    "));
            wrapped(text, &format!("{label}: "), "  ") + &rows.collect::<String>()
        }
    }
}

fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let cells = |row: &[String]| wrapped(&row.join(" | "), "", "  ");
    let head = if header.iter().all(String::is_empty) { String::new() } else { cells(header) };
    head + &rows.iter().map(|row| cells(row)).collect::<String>()
}

/// `text` in lines of at most [`WIDTH`] characters where its words allow; its own line breaks stay.
fn wrapped(text: &str, first: &str, next: &str) -> String {
    let mut out = String::new();
    for (n, line) in text.split('\n').enumerate() {
        let mut current = if n == 0 { first } else { next }.to_owned();
        let mut width = current.chars().count();
        let mut empty = true;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if !empty && width + 1 + length > WIDTH {
                out.push_str(&current);
                out.push('\n');
                current = next.to_owned();
                width = current.chars().count();
                empty = true;
            }
            if !empty {
                current.push(' ');
                width += 1;
            }
            current.push_str(word);
            width += length;
            empty = false;
        }
        out.push_str(current.trim_end());
        out.push('\n');
    }
    out
}
