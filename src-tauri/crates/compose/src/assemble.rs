//! From a template and a case to blocks.

use farol_model::{
    case::Status,
    decision::MitigationState,
    document::{
        Audience, Block, Content, Document, DocumentKind, Envelope, FactRow, Text, TimelineRow,
    },
    id::{BlockId, DocumentId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    ComposeError, Material, facts,
    fill::Filler,
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
    let template = Template::find(template_id).ok_or(ComposeError::UnknownTemplate)?;
    let account = material.case.facts.accounts.first().map(|it| it.id.as_str());
    let audience = template.audience.audience(account).ok_or(ComposeError::NoAccount)?;
    let writer = Writer {
        material,
        now,
        filler: Filler::new(view::values(material, &audience, now), facts(material)),
        audience,
    };
    let refused = |error: minijinja::Error| ComposeError::Template {
        template: &template.id,
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
        let content = writer.content(&block.content, &audience).map_err(refused)?;
        blocks.extend(content.map(|content| Block { id: BlockId(new_id()), audience, content }));
    }
    Ok(Document {
        id,
        case: material.case.id,
        kind: template.kind,
        title: writer.plain(&template.title).map_err(refused)?,
        template: format!("{} {}", template.id, template.version),
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
        match rows {
            Rows::Story => timeline(self.story(audience)),
            Rows::Milestones => timeline(self.milestones(audience)),
            Rows::Targets => table(["Address", "Outcome"], self.targets()),
            Rows::Clocks => table(["Deadline", "Due", "State"], self.clocks()),
            Rows::Decisions => table(["Decided", "What", "Why"], self.decisions()),
        }
    }

    fn story(&self, audience: &Audience) -> Vec<TimelineRow<Text>> {
        let story = self.material.story.iter();
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
        let mut rows = vec![row(self.material.case.opened_at, "We began to look into this.", None)];
        for step in self.material.mitigations.iter().flat_map(|it| &it.steps) {
            match step.state {
                MitigationState::Active => {
                    rows.push(row(step.at, "A measure of ours took effect.", None));
                }
                MitigationState::Lifted => {
                    rows.push(row(step.at, "A measure of ours ended.", None));
                }
                MitigationState::Proposed | MitigationState::Approved => {}
            }
        }
        let is_resolved =
            matches!(self.material.case.facts.status, Status::Resolved | Status::Closed);
        let resolving = |it: &&crate::StoryRow| it.text.to_lowercase().contains("resolved");
        if is_resolved && let Some(it) = self.material.story.iter().rev().find(resolving) {
            rows.push(row(it.at, "We settled the matter on our side.", Some(it.entry)));
        }
        rows.sort_by_key(|row| row.at);
        rows
    }

    fn targets(&self) -> Vec<Vec<String>> {
        view::targets_for(self.material, &self.audience)
            .into_iter()
            .map(|target| {
                let outcome = view::outcome_for(self.material, &self.audience, &target.outcome);
                vec![target.observable.defanged(), outcome]
            })
            .collect()
    }

    fn clocks(&self) -> Vec<Vec<String>> {
        let clocks = self.material.clocks.iter();
        clocks
            .map(|clock| {
                let due = clock.due_at(self.now);
                let state = match (&clock.stopped, clock.is_missed(self.now)) {
                    (Some(_), false) => "met".to_owned(),
                    (Some(_), true) => "met late".to_owned(),
                    (None, true) => format!("missed by {}", span(self.now.seconds_since(due))),
                    (None, false) => format!("{} left", span(due.seconds_since(self.now))),
                };
                vec![clock.rule.name.clone(), view::minute(due), state]
            })
            .collect()
    }

    fn decisions(&self) -> Vec<Vec<String>> {
        let decisions = self.material.decisions.iter();
        decisions
            .map(|it| vec![view::minute(it.decided_at), it.what.clone(), it.reason.clone()])
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
        let address = report.and_then(|it| it.parsed.reporter.address.clone());
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

/// `2 d 4 h`, `3 h 10 min`, `12 min`.
fn span(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
