//! The tree in the form that layouts print: sections, legible words, times as text.
//!
//! Every layout reads this and nothing else, so PDF, HTML, text and mail say the same words. The
//! Typst template gets it as JSON data, never as markup.

/// Timelines.
mod timeline;

use farol_model::{
    document::{Audience, Content, DocumentKind, FactRow, Language, Projected, TimelineRow},
    time::Timestamp,
};
use serde::Serialize;

use self::timeline::timeline;
use crate::{chart::Chart, logo::Logo};

/// A document ready to print.
#[derive(Debug, Serialize)]
pub(crate) struct Paper {
    /// Which look: `response`, `rca`, `readout`.
    pub(crate) look: DocumentKind,
    /// Where on the page the text stands.
    pub(crate) margins: Margins,
    /// The language's tag: `en-GB`.
    pub(crate) lang: &'static str,
    /// Words that the layout adds.
    pub(crate) said: Said,
    /// The kind in words; empty when the title already says it.
    pub(crate) kicker: String,
    /// Title for this reader.
    pub(crate) title: String,
    /// Whose paper it is.
    pub(crate) team: Option<Team>,
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

/// How far the text stays away from the edges of a page, in millimetres.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Margins {
    pub(crate) x: u8,
    pub(crate) top: u8,
    pub(crate) bottom: u8,
}

impl Margins {
    /// A readout has one page, and more of it.
    pub(crate) const fn of(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Readout => Self { x: 20, top: 24, bottom: 19 },
            DocumentKind::Response | DocumentKind::Rca => Self { x: 25, top: 28, bottom: 22 },
        }
    }
}

/// Whose paper it is.
#[derive(Debug, Serialize)]
pub(crate) struct Team {
    pub(crate) name: String,
    pub(crate) has_logo: bool,
    #[serde(skip)]
    pub(crate) logo: Option<Logo>,
}

/// The words that layouts add to a paper, in its language.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Said {
    pub(crate) timeline: [&'static str; 2],
    pub(crate) actions: [&'static str; 3],
    pub(crate) page: &'static str,
    pub(crate) of: &'static str,
    pub(crate) note: &'static str,
    pub(crate) evidence: &'static str,
    pub(crate) decision: &'static str,
}

const ENGLISH: Said = Said {
    timeline: ["Time (UTC)", "What happened"],
    actions: ["Action", "Owner", "Due"],
    page: "Page",
    of: "of",
    note: "Note",
    evidence: "Evidence",
    decision: "Decision",
};

const PORTUGUESE: Said = Said {
    timeline: ["Hora (UTC)", "O que aconteceu"],
    actions: ["Ação", "Responsável", "Prazo"],
    page: "Página",
    of: "de",
    note: "Nota",
    evidence: "Prova",
    decision: "Decisão",
};

/// A heading and what follows it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Section {
    /// None for text before the first heading.
    pub(crate) heading: Option<String>,
    /// What follows, in order.
    pub(crate) parts: Vec<Part>,
    /// The block that each begins with, counted from 0: the heading, then each part. A greeting has none.
    pub(crate) begins: Vec<Option<usize>>,
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
    /// A table; every row has as many cells as there are widths, which are shares of the line.
    Table { widths: Vec<usize>, header: Vec<String>, rows: Vec<Vec<String>> },
    /// Time and text, oldest first; a gap has no time. The head says the zone once.
    Timeline { rows: Vec<[String; 2]> },
    /// What, owner, due; neighbouring action blocks share one table.
    Actions { rows: Vec<[String; 3]> },
    /// Must not be overlooked.
    Callout { text: String },
    /// Figures, drawn and given as a table.
    Chart { chart: Chart },
    /// What the record says of a piece of evidence or a decision.
    Record { evidence: bool, text: String, rows: Vec<[String; 2]> },
}

impl Paper {
    /// Prepares a projected document.
    pub(crate) fn of(document: &Projected) -> Self {
        let title = legible(document.title());
        let language = document.language();
        let label = document.kind().label_in(language);
        // Of a letter it would say no more than that it is one.
        let says_more = document.kind() != DocumentKind::Response && !title.starts_with(label);
        let kicker = if says_more { label.to_owned() } else { String::new() };
        Self {
            look: document.kind(),
            margins: Margins::of(document.kind()),
            lang: language.tag(),
            said: language.pick(ENGLISH, PORTUGUESE),
            kicker,
            title,
            team: document.letterhead().map(|it| Team {
                name: legible(&it.name).replace('\n', " "),
                has_logo: it.logo.is_some(),
                logo: it.logo.as_ref().map(Logo::of),
            }),
            reference: document.reference().to_string(),
            label: audience_label(document.audience(), language),
            dated: document.dated().to_minute(),
            day: day(document.dated()),
            sections: signed(sections(document), document),
        }
    }

    /// The same paper with every text changed by `f`.
    pub(crate) fn with_words(mut self, f: impl Fn(&str) -> String) -> Self {
        self.title = f(&self.title);
        if let Some(team) = &mut self.team {
            team.name = f(&team.name);
        }
        for section in &mut self.sections {
            section.heading = section.heading.as_deref().map(&f);
            section.parts.iter_mut().flat_map(Part::words_mut).for_each(|it| *it = f(it));
        }
        self
    }

    /// Its charts, in order.
    pub(crate) fn charts(&self) -> impl Iterator<Item = &Chart> {
        let parts = self.sections.iter().flat_map(|section| &section.parts);
        parts.filter_map(|part| match part {
            Part::Chart { chart } => Some(chart),
            _ => None,
        })
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
            Self::Chart { chart: Chart { title, header, rows, .. } } => std::iter::once(title)
                .chain(header)
                .chain(rows.iter().flatten())
                .map(String::as_str)
                .collect(),
            Self::Record { text, rows, .. } => {
                std::iter::once(text).chain(rows.iter().flatten()).map(String::as_str).collect()
            }
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
            Self::Chart { chart: Chart { title, header, rows, told, .. } } => {
                let around = [title, told].into_iter();
                around.chain(header).chain(rows.iter_mut().flatten()).collect()
            }
            Self::Record { text, rows, .. } => {
                std::iter::once(text).chain(rows.iter_mut().flatten()).collect()
            }
        }
    }
}

fn sections(document: &Projected) -> Vec<Section> {
    let mut sections = vec![Section { begins: vec![None], ..Section::default() }];
    let mut told: Vec<&TimelineRow<String>> = Vec::new();
    let mut tells_from = 0;
    for (n, block) in document.blocks().iter().enumerate() {
        if let Content::Timeline { rows } = &block.content {
            tells_from = if told.is_empty() { n } else { tells_from };
            told.extend(rows);
            continue;
        }
        put(&mut sections, timeline(&std::mem::take(&mut told), document), tells_from);
        if let Content::Heading { text } = &block.content {
            let heading = Some(legible(text));
            sections.push(Section { heading, parts: Vec::new(), begins: vec![Some(n)] });
        } else {
            put(&mut sections, part(&block.content, document.language()), n);
        }
    }
    put(&mut sections, timeline(&told, document), tells_from);
    sections.retain(|section| section.heading.is_some() || !section.parts.is_empty());
    sections
}

/// Puts a part that begins with a block at the end of the last section; neighbouring actions share one table.
fn put(sections: &mut [Section], part: Option<Part>, block: usize) {
    let (Some(part), Some(section)) = (part, sections.last_mut()) else { return };
    match (part, section.parts.last_mut()) {
        (Part::Actions { rows: more }, Some(Part::Actions { rows })) => rows.extend(more),
        (part, _) => {
            section.parts.push(part);
            section.begins.push(Some(block));
        }
    }
}

/// A letter that goes outside ends with a greeting and with whoever writes it: the team, not a person.
fn signed(mut sections: Vec<Section>, document: &Projected) -> Vec<Section> {
    let is_letter = document.kind() == DocumentKind::Response && !document.audience().is_internal();
    if let (true, Some(last)) = (is_letter, sections.last_mut()) {
        let name = document.letterhead().map(|it| legible(it.name.trim()).replace('\n', " "));
        let name = name.filter(|it| !it.is_empty()).unwrap_or_else(|| "Trust & Safety".to_owned());
        let greeting = document.language().pick("Kind regards,", "Com os melhores cumprimentos,");
        last.parts.push(Part::Paragraph { text: format!("{greeting}\n{name}") });
        last.begins.push(None);
    }
    sections
}

/// None for headings, timelines and content without a single row.
fn part(content: &Content<String>, language: Language) -> Option<Part> {
    Some(match content {
        // Of these, several blocks make one part.
        Content::Heading { .. } | Content::Timeline { .. } => return None,
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
        Content::Action { what, owner, due } => {
            Part::Actions { rows: vec![[legible(what), legible(owner), legible(due)]] }
        }
        Content::Table { header, rows } => {
            let (header, rows) = padded(header, rows)?;
            Part::Table { widths: widths(&header, &rows), header, rows }
        }
        Content::Chart { look, title, header, rows } => {
            let (header, rows) = padded(header, rows)?;
            Part::Chart { chart: Chart::of(*look, legible(title), header, rows, language) }
        }
        Content::Evidence { text, rows, .. } => record(true, text, rows),
        Content::Decision { text, rows, .. } => record(false, text, rows),
    })
}

fn record(evidence: bool, text: &str, rows: &[FactRow<String>]) -> Part {
    let rows = rows.iter().map(|row| [legible(&row.label), legible(&row.value)]).collect();
    Part::Record { evidence, text: legible(text), rows }
}

/// Header and rows of as many cells as the widest; none without a cell.
fn padded(header: &[String], rows: &[Vec<String>]) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let columns = rows.iter().map(Vec::len).chain([header.len()]).max().unwrap_or(0);
    let row = |cells: &[String]| -> Vec<String> {
        let cells = cells.iter().map(|it| legible(it));
        cells.chain(std::iter::repeat(String::new())).take(columns).collect()
    };
    (columns > 0).then(|| (row(header), rows.iter().map(|it| row(it)).collect()))
}

/// How wide each column is, as shares: as its longest text asks for, but neither so narrow that words
/// break nor so wide that it takes the line from the others.
fn widths(header: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    const LEAST: usize = 8;
    const MOST: usize = 44;
    const ADDRESS: usize = 72;
    const BETWEEN: usize = 4;
    let mut widths: Vec<usize> = header.iter().map(|it| it.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut widths: Vec<usize> =
        widths.into_iter().map(|it| it.clamp(LEAST, MOST) + BETWEEN).collect();
    // An address is not broken for the sake of the prose beside it, where there are only the two.
    let is_one_word = |row: &Vec<String>| row.first().is_some_and(|it| !it.contains(' '));
    if let [first, _] = widths.as_mut_slice()
        && rows.iter().all(is_one_word)
    {
        let longest = rows.iter().filter_map(|row| row.first()).map(|it| it.chars().count()).max();
        *first = (longest.unwrap_or(0) * 5 / 4).clamp(LEAST, ADDRESS) + BETWEEN;
    }
    widths
}

/// `2026-11-23 14:03`; the zone stands in the head of the column.
fn minute(at: Timestamp) -> String {
    at.to_minute().trim_end_matches(" UTC").to_owned()
}

/// Text as it is printed: line breaks are `\n`, tabs are spaces, and characters that have no
/// picture but could end a file early or rearrange our own words (controls, direction overrides,
/// noncharacters) are shown by their number, `[U+202E]`: what a report says is not hidden.
pub(crate) fn legible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => out.push('\n'),
            '\t' => out.push(' '),
            c if must_be_named(c) => out.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn must_be_named(c: char) -> bool {
    let is_noncharacter = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    c.is_control()
        || is_noncharacter
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Who may read it. Customers, reporters and hosts are not named: the same words for all of them.
fn audience_label(audience: &Audience, language: Language) -> &'static str {
    let (english, portuguese) = match audience {
        Audience::PrivilegedLegal => {
            ("Privileged and confidential", "Confidencial, sujeito a sigilo profissional")
        }
        Audience::InternalTeam => {
            ("Internal: escalations team only", "Interno: apenas a equipa de escalamentos")
        }
        Audience::InternalCompany => ("Internal", "Interno"),
        Audience::Exec => ("Internal: executives", "Interno: direção"),
        Audience::Customer(_) => ("Confidential: for the customer", "Confidencial: para o cliente"),
        Audience::Reporter => ("For the reporter", "Para quem denunciou"),
        Audience::Host => ("For the provider", "Para o prestador"),
        Audience::Authority => ("For the authority", "Para a autoridade"),
        Audience::Regulator => ("For the regulator", "Para o regulador"),
        Audience::Public => ("Public", "Público"),
    };
    language.pick(english, portuguese)
}

fn day(dated: Timestamp) -> Option<[u16; 3]> {
    let text = dated.to_minute();
    let mut parts = text.split(' ').next()?.splitn(3, '-');
    let mut next = || parts.next()?.parse::<u16>().ok();
    let day = [next()?, next()?, next()?];
    (day[0] <= 9999).then_some(day)
}
