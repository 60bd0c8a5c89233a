//! From a template and a case to blocks.

use farol_model::{
    case::{Category, Status, Target},
    decision::MitigationState,
    document::{
        Audience, Block, Content, Document, DocumentKind, Envelope, FactRow, Language, Text,
        TimelineRow,
    },
    id::{BlockId, DocumentId},
    portuguese::clock_name,
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    ComposeError, Material, facts,
    fill::Filler,
    reasons,
    template::{Rows, Template, TemplateContent},
    view,
};

/// Begins a document from a template.
///
/// Every block carries its audience; values from the case are data and never become marks or
/// facts. `now` dates the document and its clocks; `new_id` gives the ids of document and blocks.
///
/// # Errors
/// `UnknownTemplate`; `NoAccount` when it writes to a customer and the case has no account;
/// `Template` when a template asks for what is not there (a fault of the template).
pub fn compose(
    template_id: &str,
    material: &Material,
    now: Timestamp,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Document, ComposeError> {
    let found = material.templates.find(template_id);
    let (template, calm, version) = found.ok_or(ComposeError::UnknownTemplate)?;
    let language = template.language;
    let account = material.case.facts.accounts.first().map(|it| it.id.as_str());
    let audience = template.audience.audience(account).ok_or(ComposeError::NoAccount)?;
    let material = &Material { language, ..*material };
    let writer = Writer {
        material,
        now,
        language,
        filler: Filler::new(view::values(material, &audience, language, now), facts(material)),
        audience,
    };
    let refused = |error: minijinja::Error| ComposeError::Template {
        template: template.id.clone(),
        reason: error.kind().to_string(),
    };

    let id = DocumentId(new_id());
    let mut blocks = Vec::new();
    for block in &template.blocks {
        if let Some(condition) = &block.when
            && !writer.filler.holds(condition).map_err(refused)?
        {
            continue;
        }
        let audience = block.audience.audience(account).ok_or(ComposeError::NoAccount)?;
        let content = block.calm.as_ref().filter(|_| calm).unwrap_or(&block.content);
        let mut content = writer.content(content, &audience).map_err(refused)?;
        if block.compare
            && let Some(Content::Facts { rows }) = &mut content
        {
            writer.compare(rows);
        }
        blocks.extend(content.map(|content| Block { id: BlockId(new_id()), audience, content }));
    }
    Ok(Document {
        id,
        case: material.case.id,
        kind: template.kind,
        title: writer.plain(&template.title).map_err(refused)?,
        template: format!("{template_id} {version}"),
        envelope: writer.envelope(template).map_err(refused)?,
        audience: writer.audience,
        created_at: now,
        sent: None,
        standing: farol_model::document::Standing::default(),
        blocks,
    })
}

struct Writer<'a> {
    material: &'a Material<'a>,
    now: Timestamp,
    language: Language,
    filler: Filler,
    audience: Audience,
}

impl Writer<'_> {
    /// None when nothing is left to say.
    fn content(
        &self,
        content: &TemplateContent,
        audience: &Audience,
    ) -> Result<Option<Content<Text>>, minijinja::Error> {
        let text = |it: &String| self.filler.text(it);
        let texts = |them: &[String]| them.iter().map(text).collect::<Result<Vec<_>, _>>();
        Ok(Some(match content {
            TemplateContent::Heading(it) => Content::Heading { text: text(it)? },
            TemplateContent::Paragraph(it) => Content::Paragraph { text: text(it)? },
            TemplateContent::Callout(it) => Content::Callout { text: text(it)? },
            TemplateContent::List(items) => {
                let mut items = texts(items)?;
                items.retain(|it| !it.0.is_empty());
                Content::List { items }
            }
            TemplateContent::Facts(rows) => {
                let row = |[label, value]: &[String; 2]| {
                    Ok::<_, minijinja::Error>(FactRow { label: label.clone(), value: text(value)? })
                };
                let mut rows = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
                rows.retain(|row| !row.value.0.is_empty());
                Content::Facts { rows }
            }
            TemplateContent::Table { header, rows } => Content::Table {
                header: texts(header)?,
                rows: rows.iter().map(|row| texts(row)).collect::<Result<_, _>>()?,
            },
            TemplateContent::Action { what, owner, due } => Content::Action {
                what: text(what)?,
                owner: self.filler.line(owner)?,
                due: self.filler.line(due)?,
            },
            TemplateContent::Rows(rows) => return Ok(self.rows(*rows, audience)),
        }))
    }

    fn rows(&self, rows: Rows, audience: &Audience) -> Option<Content<Text>> {
        let language = self.language;
        match rows {
            Rows::Story => timeline(self.story(audience)),
            Rows::Evidence => table(
                language.pick(
                    ["File", "Received (UTC)", "SHA-256"],
                    ["Ficheiro", "Recebido (UTC)", "SHA-256"],
                ),
                self.evidence(),
            ),
            Rows::Milestones => timeline(self.milestones(audience)),
            Rows::Addresses => self.addresses(view::targets_for(self.material, &self.audience)),
            Rows::Standing => self.addresses(view::standing_for(self.material, &self.audience)),
            Rows::Restricted => self.addresses(view::restricted_for(self.material, &self.audience)),
            Rows::Targets => table(
                language.pick(["Address", "Outcome"], ["Endereço", "Resultado"]),
                self.targets(),
            ),
            Rows::Clocks => {
                let header = language
                    .pick(["Deadline", "Due (UTC)", "State"], ["Prazo", "Até (UTC)", "Estado"]);
                table(header, self.clocks())
            }
            Rows::Decisions => {
                let header = language.pick(
                    ["Decided (UTC)", "What", "Why"],
                    ["Decidido em (UTC)", "O quê", "Porquê"],
                );
                table(header, self.decisions())
            }
            Rows::Reasons => {
                let items = reasons::reasons(self.material, self.language);
                Some(Content::List { items: items.into_iter().map(Text::plain).collect() })
            }
            Rows::Changes => {
                let since = self.material.previous?.created_at;
                let rows = self.story(audience).into_iter().filter(|row| row.at > since);
                timeline(rows.collect()).or_else(|| {
                    let none =
                        language.pick("Nothing is new on the record.", "Nada de novo no registo.");
                    Some(Content::Paragraph { text: Text::plain(none) })
                })
            }
        }
    }

    /// Says behind a value what the document before this one had under the same label.
    fn compare(&self, rows: &mut [FactRow<Text>]) {
        let Some(previous) = self.material.previous else { return };
        let before: Vec<_> = previous
            .blocks
            .iter()
            .filter_map(|block| match &block.content {
                Content::Facts { rows } => Some(rows),
                _ => None,
            })
            .flatten()
            .collect();
        for row in rows {
            let Some(old) = before.iter().find(|it| it.label == row.label) else { continue };
            // What an update said it was before is not part of what it is.
            let was = self.language.pick(" (was ", " (era ");
            let old = old.value.to_string();
            let old = old.split(was).next().unwrap_or_default();
            let new = row.value.to_string();
            if old != new {
                row.value = Text::parse(&format!("{new}{was}{old})"));
            }
        }
    }

    fn story(&self, audience: &Audience) -> Vec<TimelineRow<Text>> {
        let story = self.material.story.iter().filter(|it| !it.routine);
        story
            .map(|row| TimelineRow {
                at: row.at,
                text: Text::plain(&row.text),
                audience: audience.clone(),
                source: Some(row.entry),
                kind: None,
            })
            .collect()
    }

    /// Opened, in force, lifted, resolved: times from the record, words that name nobody.
    fn milestones(&self, audience: &Audience) -> Vec<TimelineRow<Text>> {
        let row = |at, text: &str, source| TimelineRow {
            at,
            text: Text::plain(text),
            audience: audience.clone(),
            source,
            kind: None,
        };
        let pick = |english, portuguese| self.language.pick(english, portuguese);
        // The record tells the same moment in its own words; whoever sees both is told it once.
        let told_at = |at| {
            let mut story = self.material.story.iter().filter(|it| !it.routine);
            story.find(|it| it.at == at).map(|it| it.entry)
        };
        let opened_at = self.material.case.opened_at;
        let began = pick("We began to look into this.", "Começámos a analisar o assunto.");
        let mut rows = vec![row(opened_at, began, told_at(opened_at))];
        for step in self.material.mitigations.iter().flat_map(|it| &it.steps) {
            match step.state {
                // What is done about a mistake of ours is its correction.
                MitigationState::Active
                    if self.material.case.facts.category == Category::OurMistake =>
                {
                    let text =
                        pick("Our correction took effect.", "A nossa correção entrou em vigor.");
                    rows.push(row(step.at, text, told_at(step.at)));
                }
                MitigationState::Active => {
                    let text =
                        pick("A measure of ours took effect.", "Uma medida nossa entrou em vigor.");
                    rows.push(row(step.at, text, told_at(step.at)));
                }
                MitigationState::Lifted => {
                    let text = pick("A measure of ours ended.", "Uma medida nossa terminou.");
                    rows.push(row(step.at, text, told_at(step.at)));
                }
                MitigationState::Proposed | MitigationState::Approved => {}
            }
        }
        let is_resolved =
            matches!(self.material.case.facts.status, Status::Resolved | Status::Closed);
        let resolving = |it: &&crate::StoryRow| it.resolves;
        if is_resolved && let Some(it) = self.material.story.iter().rev().find(resolving) {
            let text = pick(
                "We settled the matter on our side.",
                "Do nosso lado, o assunto ficou resolvido.",
            );
            rows.push(row(it.at, text, Some(it.entry)));
        }
        rows.sort_by_key(|row| row.at);
        rows
    }

    fn addresses(&self, targets: Vec<&Target>) -> Option<Content<Text>> {
        let rows = targets.iter().map(|it| vec![it.observable.defanged()]);
        table(self.language.pick(["Address"], ["Endereço"]), rows.collect())
    }

    fn targets(&self) -> Vec<Vec<String>> {
        view::targets_for(self.material, &self.audience)
            .into_iter()
            .map(|target| {
                let outcome = view::outcome_for(
                    self.material,
                    &self.audience,
                    self.language,
                    &target.outcome,
                );
                vec![target.observable.defanged(), outcome]
            })
            .collect()
    }

    fn clocks(&self) -> Vec<Vec<String>> {
        let pick = |english, portuguese| self.language.pick(english, portuguese);
        let clocks = self.material.clocks.iter();
        clocks
            .map(|clock| {
                let due = clock.due_at(self.now);
                let state = match (&clock.stopped, clock.is_missed(self.now)) {
                    (Some(_), false) => pick("met", "cumprido").to_owned(),
                    (Some(_), true) => pick("met late", "cumprido tarde").to_owned(),
                    (None, true) => {
                        let by = span(self.now.seconds_since(due));
                        format!("{} {by}", pick("missed by", "falhado por"))
                    }
                    (None, false) => {
                        let left = span(due.seconds_since(self.now));
                        match self.language {
                            Language::English => format!("{left} left"),
                            Language::Portuguese => format!("faltam {left}"),
                        }
                    }
                };
                vec![
                    clock_name(&clock.rule.name, self.language).to_owned(),
                    bare_minute(due),
                    state,
                ]
            })
            .collect()
    }

    fn decisions(&self) -> Vec<Vec<String>> {
        let decisions = self.material.decisions.iter();
        decisions
            .map(|it| vec![bare_minute(it.decided_at), it.what.clone(), it.reason.clone()])
            .collect()
    }

    /// Names, times and hashes; what was destroyed stays listed, because the analysis rests on it.
    fn evidence(&self) -> Vec<Vec<String>> {
        let held = self.material.evidence.iter();
        held.map(|it| {
            let received = it.custody.first().map_or_else(String::new, |it| bare_minute(it.at));
            vec![it.evidence.name.clone(), received, it.evidence.sha256.to_string()]
        })
        .collect()
    }

    fn envelope(&self, template: &Template) -> Result<Option<Envelope>, minijinja::Error> {
        if template.kind != DocumentKind::Response {
            return Ok(None);
        }
        let report = self.material.reports.first().filter(|_| template.answers_report);
        let reference = self.material.case.reference;
        let subject = match (report.map(|it| it.parsed.subject.trim()), &template.subject) {
            (Some(subject), _) if !subject.is_empty() => {
                let has_re = subject.get(..3).is_some_and(|it| it.eq_ignore_ascii_case("re:"));
                format!("{}{subject} [{reference}]", if has_re { "" } else { "Re: " })
            }
            (_, Some(subject)) => self.plain(subject)?,
            (_, None) => reference.to_string(),
        };
        let address = match &self.audience {
            Audience::Host => view::host_contact(self.material, &self.audience),
            _ => report.and_then(|it| it.parsed.reporter.address.clone()),
        };
        Ok(Some(Envelope {
            to: address.unwrap_or_default(),
            subject,
            in_reply_to: report.and_then(|it| it.parsed.message_id.clone()),
        }))
    }

    /// A string without facts or marks; facts stand as their values.
    fn plain(&self, template: &str) -> Result<String, minijinja::Error> {
        let line = self.filler.line(template)?;
        Ok(line.replace("{{case.reference}}", &self.material.case.reference.to_string()))
    }
}

fn timeline(rows: Vec<TimelineRow<Text>>) -> Option<Content<Text>> {
    (!rows.is_empty()).then_some(Content::Timeline { rows })
}

fn table<const N: usize>(header: [&str; N], rows: Vec<Vec<String>>) -> Option<Content<Text>> {
    let plain = |row: Vec<String>| row.into_iter().map(Text::plain).collect();
    (!rows.is_empty()).then(|| Content::Table {
        header: header.map(Text::plain).into(),
        rows: rows.into_iter().map(plain).collect(),
    })
}

/// `2026-11-23 14:03`; the head of the column says the zone.
fn bare_minute(at: Timestamp) -> String {
    at.to_minute().trim_end_matches(" UTC").to_owned()
}

/// `2 d 4 h`, `3 h 10 min`, `12 min`.
fn span(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
