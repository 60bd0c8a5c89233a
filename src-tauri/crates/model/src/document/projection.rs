//! From a document to what one reader may see.

use std::collections::BTreeMap;

use super::{
    Audience, Block, Content, Document, DocumentKind, Envelope, FactRow, Language, Mark, Span,
    Text, sees,
};
use crate::{
    case::CaseRef,
    id::BlockId,
    observable::{defang, inert},
    team::{Logo, Team},
    time::Timestamp,
};

/// What stands where a span was withheld; always the same width, so that its length says nothing.
pub const WITHHELD: &str = "[withheld]";

/// Shorter pieces of a withheld text are common words, not values.
const MIN_SENTENCE_WORDS: usize = 3;

/// A value of the case that this reader must not find in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// What it is: `name of another customer`.
    pub what: String,
    /// The value.
    pub value: String,
    /// Whether it may stand as a part of an address that this reader is written to about.
    pub in_told: bool,
}

/// A value that must be absent from the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The block it stands in; none for values of the case.
    pub block: Option<BlockId>,
    /// What it is.
    pub what: String,
    /// The value.
    pub value: String,
    /// Whether it may stand as a part of [`Projected::told`].
    pub in_told: bool,
}

/// A fact that the text refers to does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text refers to {{{{{name}}}}}, which this case does not have")]
pub struct MissingFact {
    /// The block.
    pub block: BlockId,
    /// Its name as written.
    pub name: String,
}

/// A block as one reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectedBlock {
    /// The block it comes from.
    pub id: BlockId,
    /// Its words.
    pub content: Content<String>,
}

/// A document as one reader may see it. Only [`project`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projected {
    kind: DocumentKind,
    language: Language,
    audience: Audience,
    reference: CaseRef,
    title: String,
    dated: Timestamp,
    envelope: Option<Envelope>,
    blocks: Vec<ProjectedBlock>,
    withheld: Vec<Withheld>,
    names: Vec<Withheld>,
    told: Vec<String>,
    has_whole_timeline: bool,
    letterhead: Option<Letterhead>,
}

/// Whose paper it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// What the team calls itself.
    pub name: String,
    /// Its picture.
    pub logo: Option<Logo>,
}

impl Projected {
    /// The same on the team's paper.
    #[must_use]
    pub fn on_paper_of(mut self, team: &Team) -> Self {
        let there = !team.name.trim().is_empty() || team.logo.is_some();
        self.letterhead =
            there.then(|| Letterhead { name: team.name.clone(), logo: team.logo.clone() });
        self
    }

    /// Whose paper it is.
    pub fn letterhead(&self) -> Option<&Letterhead> {
        self.letterhead.as_ref()
    }

    /// What kind of document it is.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// What it is written in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// For whom it was projected.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// The case's number.
    pub fn reference(&self) -> CaseRef {
        self.reference
    }

    /// A title that this reader may see.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The date to print; the same for every export of the same version.
    pub fn dated(&self) -> Timestamp {
        self.dated
    }

    /// Where it goes, when it is a response.
    pub fn envelope(&self) -> Option<&Envelope> {
        self.envelope.as_ref()
    }

    /// What is left of the blocks.
    pub fn blocks(&self) -> &[ProjectedBlock] {
        &self.blocks
    }

    /// What must be absent from the output.
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// The same with these hosts and addresses made inert in the title, the subject and the headings:
    /// mail programs make links of what stands there, and nobody marks words in a subject.
    #[must_use]
    pub fn with_inert(mut self, hosts: &[&str]) -> Self {
        let calm = |text: &mut String| *text = inert(text, hosts);
        calm(&mut self.title);
        if let Some(envelope) = &mut self.envelope {
            calm(&mut envelope.subject);
        }
        for block in &mut self.blocks {
            if let Content::Heading { text } = &mut block.content {
                calm(text);
            }
        }
        self
    }

    /// The same, where the reader is written to about these addresses: what may stand in one of them is no
    /// leak there, and one everywhere else.
    #[must_use]
    pub fn told_of(mut self, addresses: &[&str]) -> Self {
        self.told = addresses.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    /// The addresses that this reader is written to about.
    pub fn told(&self) -> &[String] {
        &self.told
    }

    /// Hosts, addresses, ids and numbers that stand in withheld text and nowhere in what this reader gets:
    /// absent from the paper too, though a file that goes along may have them of its own.
    pub fn names(&self) -> &[Withheld] {
        &self.names
    }

    /// Whether this reader sees every moment that the document tells.
    pub fn has_whole_timeline(&self) -> bool {
        self.has_whole_timeline
    }

    /// Every text that must be readable in the output, in reading order.
    pub fn visible(&self) -> impl Iterator<Item = &str> {
        let printed = self.blocks.iter().flat_map(|block| block.content.printed());
        std::iter::once(self.title.as_str()).chain(printed.map(String::as_str))
    }
}

/// Removes from `document` what `reader` may not see, and fills in the facts.
///
/// `facts` maps the names that texts may use to their values. `entities` are values of the case
/// that this reader must not see wherever they come from. `dated` is printed on the paper.
///
/// # Errors
/// [`MissingFact`] when visible text names a fact that is not there.
pub fn project(
    document: &Document,
    reference: CaseRef,
    dated: Timestamp,
    reader: &Audience,
    facts: &BTreeMap<String, String>,
    entities: &[Entity],
) -> Result<Projected, MissingFact> {
    let language = document.language();
    let mut blocks = Vec::new();
    let mut withheld: Vec<Withheld> = entities
        .iter()
        .map(|it| Withheld {
            block: None,
            what: it.what.clone(),
            value: it.value.clone(),
            in_told: it.in_told,
        })
        .collect();

    for block in &document.blocks {
        if !sees(reader, &block.audience) {
            for text in block.content.texts() {
                withhold_text(&mut withheld, block.id, text);
            }
            match &block.content {
                Content::Action { owner, due, .. } => {
                    withhold_sentences(&mut withheld, Some(block.id), owner);
                    withhold_sentences(&mut withheld, Some(block.id), due);
                }
                Content::Evidence { rows, .. } | Content::Decision { rows, .. } => {
                    withhold_record(&mut withheld, block.id, rows, facts);
                }
                Content::Facts { rows } => {
                    for row in rows {
                        withhold_sentences(&mut withheld, Some(block.id), &row.label);
                    }
                }
                _ => {}
            }
            continue;
        }
        let visible = without_hidden_rows(block, reader, language, &mut withheld);
        let content = visible.try_map(|text| {
            fill(text, reader, facts, block.id, &mut withheld)
                .map_err(|name| MissingFact { block: block.id, name })
        })?;
        blocks.push(ProjectedBlock { id: block.id, content });
    }

    let title = if reader.is_internal() {
        document.title.clone()
    } else {
        withhold_sentences(&mut withheld, None, &document.title);
        match &document.envelope {
            Some(envelope) => envelope.subject.clone(),
            None => format!("{} {reference}", document.kind.label_in(language)),
        }
    };
    let mut projected = Projected {
        kind: document.kind,
        language,
        audience: reader.clone(),
        reference,
        title,
        dated,
        envelope: document.envelope.clone(),
        blocks,
        withheld,
        names: Vec::new(),
        told: Vec::new(),
        has_whole_timeline: has_whole_timeline(document, reader),
        letterhead: None,
    }
    .with_inert(&[]);
    projected.names = names(document, &projected);
    Ok(projected)
}

fn has_whole_timeline(document: &Document, reader: &Audience) -> bool {
    document.blocks.iter().all(|block| match &block.content {
        Content::Timeline { rows } => {
            sees(reader, &block.audience) && rows.iter().all(|it| sees(reader, &it.audience))
        }
        _ => true,
    })
}

/// What tells something in the blocks and rows that the reader does not get, unless it is visible, too.
fn names(document: &Document, projected: &Projected) -> Vec<Withheld> {
    let envelope = projected.envelope.iter();
    let around = envelope.flat_map(|it| [Some(&it.to), Some(&it.subject), it.in_reply_to.as_ref()]);
    let mut visible: String = projected
        .visible()
        .chain(around.flatten().map(String::as_str))
        .map(|it| it.to_lowercase() + "\n")
        .collect();
    visible.push_str(&projected.reference.to_string().to_lowercase());
    let visible = visible.replace("[.]", ".").replace("[@]", "@").replace("hxxp", "http");
    let reader = &projected.audience;
    let mut names: Vec<Withheld> = Vec::new();
    for block in &document.blocks {
        let hidden: Vec<&Text> = match &block.content {
            Content::Timeline { rows } if sees(reader, &block.audience) => {
                rows.iter().filter(|it| !sees(reader, &it.audience)).map(|it| &it.text).collect()
            }
            _ if sees(reader, &block.audience) => continue,
            content => content.texts(),
        };
        let plain = hidden.into_iter().flat_map(|it| &it.0).filter_map(|span| match span {
            Span::Plain(text) => Some(text.as_str()),
            _ => None,
        });
        for word in plain.flat_map(telling) {
            let is_known = names.iter().any(|it| it.value == word);
            if !is_known && !visible.contains(&word.to_lowercase()) {
                names.push(Withheld {
                    block: Some(block.id),
                    what: "name or number from withheld text".into(),
                    value: word.to_owned(),
                    in_told: false,
                });
            }
        }
    }
    names
}

/// The words of a text that name one thing for certain: hosts, addresses, links, ids such as `OPS-5512`.
/// Dates, plain numbers and ordinary words are none.
pub fn telling(text: &str) -> impl Iterator<Item = &str> {
    const MIN_CHARS: usize = 6;
    text.split(|c: char| c.is_whitespace() || ",;()<>\"'“”„«»".contains(c))
        .map(|word| word.trim_matches(['.', ':', '!', '?', '/']))
        .filter(|word| {
            let has = |f: fn(&char) -> bool| word.chars().any(|c| f(&c));
            let joined = |sign: char| {
                word.split_once(sign).is_some_and(|(before, after)| {
                    before.ends_with(char::is_alphanumeric)
                        && after.starts_with(char::is_alphanumeric)
                })
            };
            let has_letter = has(|c| c.is_alphabetic());
            let is_address = word.parse::<std::net::IpAddr>().is_ok();
            let is_id = has_letter && has(char::is_ascii_digit) && (joined('-') || joined('#'));
            word.chars().count() >= MIN_CHARS
                && (is_address
                    || joined('_')
                    || is_id
                    || (has_letter && (joined('@') || joined('.') || word.contains("://"))))
        })
}

fn without_hidden_rows(
    block: &Block,
    reader: &Audience,
    language: Language,
    withheld: &mut Vec<Withheld>,
) -> Content<Text> {
    let Content::Timeline { rows } = &block.content else { return block.content.clone() };
    let (shown, hidden): (Vec<_>, Vec<_>) =
        rows.iter().cloned().partition(|row| sees(reader, &row.audience));
    for row in &hidden {
        withhold_text(withheld, block.id, &row.text);
    }
    // On paper the kind stands in words before the text.
    let rows = shown
        .into_iter()
        .map(|mut row| {
            if let Some(kind) = row.kind.take() {
                row.text.0.insert(0, Span::Plain(format!("{}: ", kind.label_in(language))));
            }
            row
        })
        .collect();
    Content::Timeline { rows }
}

fn fill(
    text: &Text,
    reader: &Audience,
    facts: &BTreeMap<String, String>,
    block: BlockId,
    withheld: &mut Vec<Withheld>,
) -> Result<String, String> {
    let mut out = String::new();
    for span in &text.0 {
        match span {
            Span::Plain(text) => out.push_str(text),
            Span::Marked { audience, mark, text } if sees(reader, audience) => {
                if *mark == Some(Mark::Live) {
                    out.push_str(&defang(text));
                } else {
                    out.push_str(text);
                }
            }
            Span::Marked { mark, text, .. } => {
                withhold_mark(withheld, block, *mark, text);
                out.push_str(WITHHELD);
            }
            Span::Fact(name) => out.push_str(facts.get(name).ok_or_else(|| name.clone())?),
        }
    }
    Ok(out)
}

fn withhold_mark(withheld: &mut Vec<Withheld>, block: BlockId, mark: Option<Mark>, text: &str) {
    withheld.push(Withheld {
        block: Some(block),
        what: mark.map_or("marked text", Mark::label).into(),
        value: text.trim().to_owned(),
        in_told: false,
    });
}

fn withhold_text(withheld: &mut Vec<Withheld>, block: BlockId, text: &Text) {
    let mut whole = String::new();
    for span in &text.0 {
        match span {
            Span::Plain(text) => whole.push_str(text),
            Span::Marked { mark, text, .. } => {
                whole.push_str(text);
                // A live indicator is no secret by itself: other text may name it.
                if *mark != Some(Mark::Live) {
                    withhold_mark(withheld, block, *mark, text);
                }
            }
            // A fact's value belongs to the case, not to this sentence: the sentence ends here.
            Span::Fact(_) => whole.push('\n'),
        }
    }
    withhold_sentences(withheld, Some(block), &whole);
}

/// What the record says of a piece of evidence or a decision that this reader is not shown: its name and
/// hash, and its reasons, sentence by sentence. Times and sizes are nobody's secret.
fn withhold_record(
    withheld: &mut Vec<Withheld>,
    block: BlockId,
    rows: &[FactRow<Text>],
    facts: &BTreeMap<String, String>,
) {
    for span in rows.iter().flat_map(|row| &row.value.0) {
        let Span::Fact(name) = span else { continue };
        let Some(value) = facts.get(name) else { continue };
        match name.rsplit('.').next() {
            Some("name" | "sha256") => withheld.push(Withheld {
                block: Some(block),
                what: "name or hash of evidence".into(),
                value: value.clone(),
                in_told: false,
            }),
            Some("what" | "reason" | "alternatives" | "blast_radius" | "policy" | "origin") => {
                withhold_sentences(withheld, Some(block), value);
            }
            _ => {}
        }
    }
}

fn withhold_sentences(withheld: &mut Vec<Withheld>, block: Option<BlockId>, text: &str) {
    withheld.extend(sentences(text).map(|sentence| Withheld {
        block,
        what: "withheld sentence".into(),
        value: sentence.to_owned(),
        in_told: false,
    }));
}

/// The sentences of a text that say enough to be recognised: three words or more. A time alone is none:
/// everybody may know when.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = sentence_end(rest);
        let (sentence, after) = rest.split_at(end);
        rest = after;
        Some(sentence.trim())
    })
    .filter(|it| it.split_whitespace().count() >= MIN_SENTENCE_WORDS && !is_time(it))
}

/// Whether a text is `2026-11-23 14:03 UTC` and no more.
fn is_time(text: &str) -> bool {
    text.trim_end_matches('.')
        .strip_suffix(" UTC")
        .is_some_and(|it| it.parse::<jiff::civil::DateTime>().is_ok())
}

/// The byte after the first sentence: after a line break, or a full stop, question or exclamation
/// mark with white space behind it.
fn sentence_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let ends =
            c == '\n' || (matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace));
        if ends {
            return at + c.len_utf8();
        }
    }
    text.len()
}
