//! What the desk knows of a case, for its documents.

use std::collections::BTreeMap;

use farol_compose::{Material, StoryRow, Templates};
use farol_model::{
    case::{Case, Target},
    clock::Clock,
    decision::{Decision, Mitigation},
    document::{Audience, Language},
    evidence::HeldEvidence,
    id::{CaseId, ReportId},
    lookup::ProviderVerdict,
    member::Member,
    report::Report,
};
use farol_store::{Reader, StoreError};

use super::history;
use crate::{Desk, send_off::replies};

/// Everything that a template, a fact or the leak check may need of a case.
pub(crate) struct CaseFile {
    pub(crate) language: Language,
    pub(crate) case: Case,
    pub(crate) reports: Vec<Report>,
    /// Who wrote those of the reports that are answers to us.
    pub(crate) answered: BTreeMap<ReportId, Audience>,
    pub(crate) targets: Vec<Target>,
    pub(crate) verdicts: Vec<ProviderVerdict>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) mitigations: Vec<Mitigation>,
    pub(crate) evidence: Vec<HeldEvidence>,
    pub(crate) clocks: Vec<Clock>,
    pub(crate) story: Vec<StoryRow>,
    pub(crate) members: Vec<Member>,
    pub(crate) templates: Templates,
}

impl CaseFile {
    pub(crate) fn material(&self) -> Material<'_> {
        Material {
            language: self.language,
            case: &self.case,
            reports: &self.reports,
            targets: &self.targets,
            verdicts: &self.verdicts,
            decisions: &self.decisions,
            mitigations: &self.mitigations,
            evidence: &self.evidence,
            clocks: &self.clocks,
            story: &self.story,
            members: &self.members,
            templates: &self.templates,
            previous: None,
        }
    }
}

impl Desk {
    /// A case for documents in one language.
    pub(crate) fn case_file(
        &self,
        it: Reader<'_>,
        id: CaseId,
        language: Language,
    ) -> Result<CaseFile, StoreError> {
        let story = it.story(id)?.into_iter().map(|entry| StoryRow {
            entry: entry.header.id,
            at: entry.header.at,
            text: entry.action.describe_in(language),
            routine: history::is_routine(&entry.action),
            resolves: history::resolves(&entry.action),
        });
        Ok(CaseFile { story: story.collect(), ..self.case_facts(it, id, language)? })
    }

    /// A case without its story, which grows with every save and says nothing to a reader's version.
    pub(crate) fn case_facts(
        &self,
        it: Reader<'_>,
        id: CaseId,
        language: Language,
    ) -> Result<CaseFile, StoreError> {
        let targets = it.targets_of(id)?;
        let observations = it.observations_of(id)?;
        let mut hosts: Vec<_> =
            targets.iter().filter_map(|target| target.observable.host()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let verdicts = hosts
            .into_iter()
            .map(|host| farol_lookup::verdict(host, &observations, &self.networks()))
            .filter(|verdict| verdict.as_of.is_some())
            .collect();
        let reports = it.reports_of(id)?;
        Ok(CaseFile {
            language,
            case: it.case(id)?,
            answered: replies::among(&it.documents_of(id)?, &reports),
            reports,
            verdicts,
            decisions: it.decisions_of(id)?,
            mitigations: it.mitigations_of(id)?,
            evidence: it.evidence_of(id)?,
            clocks: it.clocks_of(id)?,
            members: it.members()?,
            templates: Templates::with(&it.team_templates()?),
            story: Vec::new(),
            targets,
        })
    }
}
