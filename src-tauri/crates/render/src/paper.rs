//! The tree in the form that layouts print: sections, legible words, times as text.
//!
//! Every layout reads this and nothing else, so PDF, HTML, text and mail say the same words. The
//! Typst template gets it as JSON data, never as markup.

use farol_model::{
    document::{Audience, Content, DocumentKind, Projected},
    time::Timestamp,
};
use serde::Serialize;

/// A document ready to print.
#[derive(Debug, Serialize)]
pub(crate) struct Paper {
    /// Which look: `response`, `rca`, `readout`.
    pub(crate) look: DocumentKind,
    /// The kind in words; empty when the title already says it.
    pub(crate) kicker: String,
    /// Title for this reader.
    pub(crate) title: String,
    /// Case reference.
    pub(crate) reference: String,
    /// Who may read it, in words that tell outsiders nothing.
    pub(crate) label: &'static str,
    /// `2026-11-23 14:03 UTC`.
    pub(crate) dated: String,
    /// Year, month and day for the document's properties; none outside the years PDF can write.
    pub(crate) day: Option<[u16; 3]>,
    /// The text, section by section.
    pub(crate) sections: Vec<Section>,
}

/// A heading and what follows it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Section {
    /// None for text before the first heading.
    pub(crate) heading: Option<String>,
    /// What follows, in order.
    pub(crate) parts: Vec<Part>,
}

/// One printed piece.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Part {
    /// Running text.
    Paragraph { text: String },
    /// Bulleted points.
    List { items: Vec<String> },
    /// Labels and values.
    Facts { rows: Vec<[String; 2]> },
    /// A table; every row has `columns` cells.
    Table { columns: usize, header: Vec<String>, rows: Vec<Vec<String>> },
    /// Time (UTC) and text.
    Timeline { rows: Vec<[String; 2]> },
    /// What, owner, due; neighbouring action blocks share one table.
    Actions { rows: Vec<[String; 3]> },
    /// Must not be overlooked.
    Callout { text: String },
}

impl Paper {
    /// Prepares a projected document.
    pub(crate) fn of(document: &Projected) -> Self {
        let title = legible(document.title());
        let label = document.kind().label();
        let kicker = if title.starts_with(label) { String::new() } else { label.to_owned() };
        Self {
            look: document.kind(),
            kicker,
            title,
            reference: document.reference().to_string(),
            label: audience_label(document.audience()),
            dated: document.dated().to_minute(),
            day: day(document.dated()),
            sections: sections(document),
        }
    }

    /// The same paper with every text changed by `f`.
    pub(crate) fn with_words(mut self, f: impl Fn(&str) -> String) -> Self {
        self.title = f(&self.title);
        for section in &mut self.sections {
            section.heading = section.heading.as_deref().map(&f);
            section.parts.iter_mut().flat_map(Part::words_mut).for_each(|it| *it = f(it));
        }
        self
    }

    /// Every string from the tree that must be readable in the output, except the title.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().flat_map(|section| {
            section.heading.as_deref().into_iter().chain(section.parts.iter().flat_map(Part::words))
        })
    }
}

impl Part {
    fn words(&self) -> Vec<&str> {
        match self {
            Self::Paragraph { text } | Self::Callout { text } => vec![text],
            Self::List { items } => items.iter().map(String::as_str).collect(),
            Self::Facts { rows } | Self::Timeline { rows } => {
                rows.iter().flatten().map(String::as_str).collect()
            }
            Self::Table { header, rows, .. } => {
                header.iter().chain(rows.iter().flatten()).map(String::as_str).collect()
            }
            Self::Actions { rows } => rows.iter().flatten().map(String::as_str).collect(),
        }
    }

    fn words_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::Paragraph { text } | Self::Callout { text } => vec![text],
            Self::List { items } => items.iter_mut().collect(),
            Self::Facts { rows } | Self::Timeline { rows } => rows.iter_mut().flatten().collect(),
            Self::Table { header, rows, .. } => {
                header.iter_mut().chain(rows.iter_mut().flatten()).collect()
            }
            Self::Actions { rows } => rows.iter_mut().flatten().collect(),
        }
    }
}

fn sections(document: &Projected) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    for block in document.blocks() {
        if let Content::Heading { text } = &block.content {
            sections.push(Section { heading: Some(legible(text)), parts: Vec::new() });
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        match (part(&block.content), section.parts.last_mut()) {
            (Some(Part::Actions { rows: more }), Some(Part::Actions { rows })) => rows.extend(more),
            (Some(part), _) => section.parts.push(part),
            (None, _) => {}
        }
    }
    sections.retain(|section| section.heading.is_some() || !section.parts.is_empty());
    sections
}

/// None for headings and for content without a single row.
fn part(content: &Content<String>) -> Option<Part> {
    Some(match content {
        Content::Heading { .. } => return None,
        Content::Paragraph { text } => Part::Paragraph { text: legible(text) },
        Content::Callout { text } => Part::Callout { text: legible(text) },
        Content::List { items } if items.is_empty() => return None,
        Content::List { items } => {
            Part::List { items: items.iter().map(|it| legible(it)).collect() }
        }
        Content::Facts { rows } if rows.is_empty() => return None,
        Content::Facts { rows } => Part::Facts {
            rows: rows.iter().map(|row| [legible(&row.label), legible(&row.value)]).collect(),
        },
        Content::Timeline { rows } if rows.is_empty() => return None,
        Content::Timeline { rows } => Part::Timeline {
            rows: rows.iter().map(|row| [row.at.to_minute(), legible(&row.text)]).collect(),
        },
        Content::Action { what, owner, due } => {
            Part::Actions { rows: vec![[legible(what), legible(owner), legible(due)]] }
        }
        Content::Table { header, rows } => {
            let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
            if columns == 0 {
                return None;
            }
            let padded = |cells: &[String]| -> Vec<String> {
                let cells = cells.iter().map(|it| legible(it));
                cells.chain(std::iter::repeat(String::new())).take(columns).collect()
            };
            Part::Table {
                columns,
                header: padded(header),
                rows: rows.iter().map(|row| padded(row)).collect(),
            }
        }
    })
}

/// Text as it is printed: line breaks are `\n`, tabs are spaces, and characters that have no
/// picture but could rearrange or hide our own words (controls, direction overrides, soft hyphens,
/// noncharacters) are left out.
fn legible(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => Some('\n'),
            '\t' => Some(' '),
            '\u{ad}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => None,
            '\u{200e}' | '\u{200f}' | '\u{61c}' => None,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fff9}'..='\u{fffb}' => None,
            '\u{e0000}'..='\u{e0fff}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// Who may read it. Customers, reporters and hosts are not named: the same words for all of them.
fn audience_label(audience: &Audience) -> &'static str {
    match audience {
        Audience::PrivilegedLegal => "Privileged and confidential",
        Audience::InternalTeam => "Internal: escalations team only",
        Audience::InternalCompany => "Internal",
        Audience::Exec => "Internal: executives",
        Audience::Customer(_) => "Confidential: for the customer",
        Audience::Reporter => "For the reporter",
        Audience::Host => "For the provider",
        Audience::Authority => "For the authority",
        Audience::Regulator => "For the regulator",
        Audience::Public => "Public",
    }
}

fn day(dated: Timestamp) -> Option<[u16; 3]> {
    let text = dated.to_minute();
    let mut parts = text.split(' ').next()?.splitn(3, '-');
    let mut next = || parts.next()?.parse::<u16>().ok();
    let day = [next()?, next()?, next()?];
    (day[0] <= 9999).then_some(day)
}
