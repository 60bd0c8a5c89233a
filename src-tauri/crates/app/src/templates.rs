//! Templates: what ships, and what the team made of it.

use farol_compose::{
    Material, TemplateFinding, TemplateInfo, Templates, lint_template, shipped_source, template_id,
};
use farol_model::{
    document::{Document, Language, project},
    export::Sight,
    id::{CaseId, EntryId},
    journal::Action,
    team::TeamTemplate,
};
use farol_store::Reader;

use crate::{
    Desk, Failure,
    view::{TemplatePreview, TemplateVersion, TemplateView},
};

impl Desk {
    /// What templates there are, letters first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn templates(&self) -> Result<Vec<TemplateInfo>, Failure> {
        self.store.read(|it| Ok(Templates::with(&it.team_templates()?).infos()))
    }

    /// A template with all its versions, the newest first; what ships is the last.
    ///
    /// # Errors
    /// When there is no such template.
    pub fn template(&self, id: &str) -> Result<TemplateView, Failure> {
        self.store.read(|it| {
            let shipped = shipped_source(id);
            let team = of_team(it, id)?;
            let members = it.members()?;
            let mut versions: Vec<TemplateVersion> = it
                .template_changes(id)?
                .into_iter()
                .map(|change| TemplateVersion {
                    entry: Some(change.entry),
                    at: Some(change.at),
                    by: members.iter().find(|it| it.id == change.by).map(|it| it.name.clone()),
                    version: change.after.as_ref().map_or_else(
                        || shipped.map_or_else(|| "removed".into(), shipped_version),
                        |it| it.version.clone(),
                    ),
                    source: change.after.map(|it| it.source).or(shipped.map(str::to_owned)),
                })
                .collect();
            if let Some(shipped) = shipped {
                versions.push(TemplateVersion {
                    entry: None,
                    at: None,
                    by: None,
                    version: shipped_version(shipped),
                    source: Some(shipped.to_owned()),
                });
            }
            let source = team.as_ref().map(|it| it.source.clone()).or(shipped.map(str::to_owned));
            let Some(source) = source else { return Err(Failure::not_found("template")) };
            Ok(TemplateView {
                id: id.to_owned(),
                version: team.as_ref().map_or_else(
                    || shipped.map_or_else(String::new, shipped_version),
                    |it| it.version.clone(),
                ),
                findings: lint_template(&source),
                source,
                ships: shipped.is_some(),
                team: team.is_some(),
                versions,
            })
        })
    }

    /// What is wrong with a template, what stops it first, and what could be better.
    pub fn lint_template(&self, source: &str) -> Vec<TemplateFinding> {
        lint_template(source)
    }

    /// Saves a template under the id that it gives itself: in place of what ships, or as one of the
    /// team's own. Documents that were begun before keep the version they were begun from.
    ///
    /// # Errors
    /// When it could not be filled for any case; what stops it is said, and nothing was saved.
    pub fn set_template(&self, source: &str) -> Result<TemplateView, Failure> {
        let findings = lint_template(source);
        if let Some(first) = findings.iter().find(|it| it.stops) {
            return Err(refused(first));
        }
        let Some(id) = template_id(source) else {
            return Err(Failure::bad_input(
                "This is no template. Nothing was saved.",
                "Correct it.",
            ));
        };
        self.store.write(|tx| {
            let before = of_team(tx.read(), &id)?;
            let as_it_is = before.as_ref().map(|it| it.source.as_str()).or(shipped_source(&id));
            if as_it_is == Some(source) {
                return Ok(());
            }
            let n = tx.read().template_changes(&id)?.iter().filter(|it| it.after.is_some()).count();
            let base = shipped_source(&id).map_or_else(|| "0".into(), shipped_version);
            let version = format!("{base}+{}", n + 1);
            let after = TeamTemplate { version, source: source.to_owned() };
            tx.record(&Action::TemplateSet {
                template: id.clone(),
                before: before.map(Box::new),
                after: Some(Box::new(after)),
            })?;
            Ok::<_, Failure>(())
        })?;
        self.template(&id)
    }

    /// Takes what ships again; one of the team's own goes away. Every version stays in the journal.
    ///
    /// # Errors
    /// When the team did not change it.
    pub fn reset_template(&self, id: &str) -> Result<(), Failure> {
        self.store.write(|tx| {
            let Some(before) = of_team(tx.read(), id)? else {
                return Err(Failure::refused(
                    "The team did not change this template. Nothing was changed.",
                    "It is as it ships.",
                ));
            };
            let (template, before) = (id.to_owned(), Some(Box::new(before)));
            tx.record(&Action::TemplateSet { template, before, after: None })?;
            Ok(())
        })
    }

    /// Puts a template back as it was at one of its versions.
    ///
    /// # Errors
    /// When there is no such version, or it cannot be filled any more.
    pub fn restore_template(&self, id: &str, entry: EntryId) -> Result<TemplateView, Failure> {
        let versions = self.template(id)?.versions;
        let wanted = versions.into_iter().find(|it| it.entry == Some(entry));
        match wanted.and_then(|it| it.source) {
            Some(source) => self.set_template(&source),
            None => Err(Failure::not_found("version of this template")),
        }
    }

    /// The pages that a case would get from a template as it is written now, for the template's own
    /// reader, painted `width_px` wide. Nothing is saved.
    ///
    /// # Errors
    /// When it cannot be filled for this case.
    pub fn preview_template(
        &self,
        source: &str,
        calm: bool,
        case: CaseId,
        width_px: u32,
    ) -> Result<TemplatePreview, Failure> {
        let findings = lint_template(source);
        if let Some(first) = findings.iter().find(|it| it.stops) {
            return Err(refused(first));
        }
        let id = template_id(source).unwrap_or_default();
        let wanted = if calm { format!("{id}.calm") } else { id.clone() };
        let projected = self.store.read(|it| {
            let draft = TeamTemplate { version: "0".into(), source: source.to_owned() };
            let templates = Templates::with(&[(id, draft)]);
            let language = Language::of_template(&wanted);
            let file = self.case_file(it, case, language)?;
            let material = Material { templates: &templates, ..file.material() };
            let now = self.store.now();
            let document: Document =
                farol_compose::compose(&wanted, &material, now, &mut || self.store.new_id())
                    .map_err(|error| {
                        Failure::bad_input(
                            format!("This case cannot be written to from it: {error}."),
                            "Choose another case, or a condition for the block.",
                        )
                    })?;
            let facts = farol_compose::facts(&material);
            let reference = file.case.reference;
            let team = it.team()?;
            let projected = project(&document, reference, now, &document.audience, &facts, &[]);
            projected.map(|it| it.on_paper_of(&team)).map_err(|error| {
                Failure::bad_input(
                    format!("{error}."),
                    "Choose another case, or a condition for the block.",
                )
            })
        })?;
        let sight = Sight { width_px, wanted: &|_| true, caret: None };
        let seen = (self.machines.pages)(&projected, sight).map_err(crate::documents::stopped)?;
        let pages = seen.pages.into_iter().filter_map(|it| it.png);
        Ok(TemplatePreview { pages: pages.collect(), findings })
    }
}

/// The template as the team has it now; none when it is as it ships.
fn of_team(it: Reader<'_>, id: &str) -> Result<Option<TeamTemplate>, farol_store::StoreError> {
    Ok(it.team_templates()?.into_iter().find(|(known, _)| known == id).map(|(_, it)| it))
}

fn shipped_version(source: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(source).unwrap_or_default();
    value.get("version").map_or_else(String::new, ToString::to_string)
}

fn refused(it: &TemplateFinding) -> Failure {
    let place = it.block.map_or_else(String::new, |n| format!("Block {n}: "));
    let words = if it.words.is_empty() { String::new() } else { format!("“{}”: ", it.words) };
    Failure::bad_input(
        format!("{place}{words}{} Nothing was saved.", it.why),
        "Correct it and save again; the template is as it was.",
    )
}
