//! One self-contained HTML file: escaped text, a style sheet and drawings in it; no scripts, no links,
//! nothing that is loaded.

/// Charts.
mod drawing;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    leak::PNG_INSIDE,
    paper::{Paper, Part, Said, Team},
};

const STYLE: &str = include_str!("templates/page.css");

/// The file.
pub(crate) fn page(paper: &Paper) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'{pictures}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n",
        pictures =
            if paper.team.as_ref().is_some_and(|it| it.has_logo) { "; img-src data:" } else { "" },
        lang = paper.lang,
        title = escaped(&paper.title),
    );
    if let Some(team) = &paper.team {
        out.push_str(&letterhead(team));
    }
    if !paper.kicker.is_empty() {
        out.push_str(&element("p class=\"kicker\"", &paper.kicker));
    }
    out.push_str(&element("h1", &paper.title));
    let line = format!("{} · {} · {}", paper.reference, paper.dated, paper.label);
    out.push_str(&element("p class=\"meta\"", &line));
    out.push_str("</header>\n<main>\n");
    for section in &paper.sections {
        out.push_str("<section>\n");
        if let Some(heading) = &section.heading {
            out.push_str(&element("h2", heading));
        }
        for it in &section.parts {
            out.push_str(&part(it, &paper.said));
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The team's logo, or its name.
fn letterhead(team: &Team) -> String {
    let Some(logo) = &team.logo else {
        return if team.name.is_empty() {
            String::new()
        } else {
            element("p class=\"team\"", &team.name)
        };
    };
    let told = if team.name.is_empty() { "Logo" } else { &team.name };
    format!(
        "<p class=\"team\"><img alt=\"{}\" src=\"{PNG_INSIDE}{}\"></p>\n",
        escaped(told),
        STANDARD.encode(&logo.png)
    )
}

fn part(part: &Part, said: &Said) -> String {
    match part {
        Part::Paragraph { text } => element("p", text),
        Part::Callout { text } => element("aside", text),
        Part::List { items } => {
            let items: String = items.iter().map(|it| element("li", it)).collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Part::Facts { rows } => {
            let rows: String = rows
                .iter()
                .map(|[label, value]| element("dt", label) + &element("dd", value))
                .collect();
            format!("<dl>\n{rows}</dl>\n")
        }
        Part::Record { evidence, text, rows } => {
            let label = if *evidence { said.evidence } else { said.decision };
            let rows: String = rows
                .iter()
                .map(|[label, value]| element("dt", label) + &element("dd", value))
                .collect();
            let head = element("strong", label) + &element("p", text);
            format!("<div class=\"record\">\n{head}<dl>\n{rows}</dl>\n</div>\n")
        }
        Part::Chart { chart } => drawing::figure(chart),
        Part::Timeline { rows } => {
            table(&said.timeline, rows.iter().map(<[String; 2]>::as_slice), "timeline")
        }
        Part::Actions { rows } => {
            table(&said.actions, rows.iter().map(<[String; 3]>::as_slice), "actions")
        }
        Part::Table { header, rows, .. } => {
            let header: Vec<&str> = header.iter().map(String::as_str).collect();
            table(&header, rows.iter().map(Vec::as_slice), "plain")
        }
    }
}

fn table<'a>(header: &[&str], rows: impl Iterator<Item = &'a [String]>, class: &str) -> String {
    let head: String = header.iter().map(|it| element("th", it)).collect();
    let body: String = rows
        .map(|row| format!("<tr>{}</tr>\n", row.iter().map(|it| cell(it)).collect::<String>()))
        .collect();
    format!(
        "<div class=\"wide\">\n<table class=\"{class}\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n\
         {body}</tbody>\n</table>\n</div>\n"
    )
}

/// A date, a word or two are never broken; what is longer leaves them their room.
fn cell(text: &str) -> String {
    let is_short = text.chars().count() <= "2026-11-26 02:52".len();
    element(if is_short { "td class=\"short\"" } else { "td" }, text)
}

/// `tag` may carry attributes of ours; `text` is data.
fn element(tag: &str, text: &str) -> String {
    let name = tag.split(' ').next().unwrap_or(tag);
    format!("<{tag} dir=\"auto\">{}</{name}>\n", escaped(text).replace('\n', "<br>"))
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
