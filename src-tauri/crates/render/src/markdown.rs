//! Markdown (CommonMark, with the tables of GitHub): text that stays text in every viewer.
//!
//! Whatever a viewer could take for markup, a link or HTML has a backslash before it, so that the
//! rendered page says what the document says.

use crate::paper::{Paper, Part, Said};

/// The file.
pub(crate) fn page(paper: &Paper) -> String {
    let mut out = String::new();
    if let Some(team) = paper.team.as_ref().filter(|it| !it.name.is_empty()) {
        out.push_str(&format!("{}\n\n", line(&team.name)));
    }
    if !paper.kicker.is_empty() {
        out.push_str(&format!("*{}*\n\n", line(&paper.kicker)));
    }
    out.push_str(&format!("# {}\n\n", line(&paper.title)));
    let meta = format!("{} · {} · {}", paper.reference, paper.dated, paper.label);
    out.push_str(&format!("{}\n", line(&meta)));
    for section in &paper.sections {
        if let Some(heading) = &section.heading {
            out.push_str(&format!("\n## {}\n", line(heading)));
        }
        for it in &section.parts {
            out.push('\n');
            out.push_str(&part(it, &paper.said));
        }
    }
    out
}

fn part(part: &Part, said: &Said) -> String {
    match part {
        Part::Paragraph { text } => format!("{}\n", lines(text, "")),
        Part::Callout { text } => format!("> {}\n", lines(text, "> ")),
        Part::List { items } => {
            items.iter().map(|item| format!("- {}\n", lines(item, "  "))).collect()
        }
        Part::Facts { rows } => rows.iter().map(|row| fact(row, "")).collect(),
        Part::Record { evidence, text, rows } => {
            let label = if *evidence { said.evidence } else { said.decision };
            let rows: String = rows.iter().map(|row| fact(row, "> ")).collect();
            format!("> **{label}** {}\n>\n{rows}", lines(text, "> "))
        }
        Part::Chart { chart } => {
            let header: Vec<&str> = chart.header.iter().map(String::as_str).collect();
            let rows = table(&header, chart.rows.iter().map(Vec::as_slice));
            format!("**{}**\n\n{rows}", line(&chart.title))
        }
        Part::Timeline { rows } => table(&said.timeline, rows.iter().map(<[String; 2]>::as_slice)),
        Part::Actions { rows } => table(&said.actions, rows.iter().map(<[String; 3]>::as_slice)),
        Part::Table { header, rows, .. } => {
            let header: Vec<&str> = header.iter().map(String::as_str).collect();
            table(&header, rows.iter().map(Vec::as_slice))
        }
    }
}

fn fact([label, value]: &[String; 2], indent: &str) -> String {
    let label =
        if label.trim().is_empty() { String::new() } else { format!("**{}:** ", line(label)) };
    format!("{indent}- {label}{}\n", lines(value, &format!("{indent}  ")))
}

fn table<'a>(header: &[&str], rows: impl Iterator<Item = &'a [String]>) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = row(header.iter().map(|it| line(it)).collect());
    out.push_str(&row(vec!["---".to_owned(); header.len()]));
    for cells in rows {
        out.push_str(&row(cells.iter().map(|it| line(it)).collect()));
    }
    out
}

/// Text in one line: its own line breaks become `<br>`.
fn line(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("<br>")
}

/// Text in lines of its own, each but the last with a hard break.
fn lines(text: &str, indent: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join(&format!("\\\n{indent}"))
}

/// One line, with a backslash before whatever means something.
pub(crate) fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let bytes = line.as_bytes();
    let first = line.find(|c: char| !c.is_whitespace()).unwrap_or(line.len());
    let end = line.trim_end().len();
    let n_digits = line[first..].bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in line.char_indices() {
        let next = bytes.get(at + 1).copied();
        let previous = at.checked_sub(1).map(|it| bytes[it]);
        let ends_number = n_digits > 0 && at == first + n_digits;
        let special = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' | '{' | '}' => {
                true
            }
            // Addresses become links by themselves in many viewers.
            '@' => true,
            ':' => next == Some(b'/') || at == first,
            '.' => ends_number || at >= 3 && bytes[at - 3..at].eq_ignore_ascii_case(b"www"),
            ')' => ends_number,
            '#' => at == first || matches!(previous, Some(b' ' | b'#')),
            '+' | '-' | '=' => at == first,
            '!' => next == Some(b'['),
            _ => false,
        };
        match c {
            // Four of them would begin a block of code, two at the end a hard break.
            ' ' if at < first || at >= end => out.push_str("&#32;"),
            _ if special => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
