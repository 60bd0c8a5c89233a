//! Then and now: what changed between two look-ups, noticed, told, and put into texts.
//!
//! Changes are not recorded: they follow from observations. What nobody has seen yet is the desk's own.

use std::collections::BTreeMap;

use farol_lookup::History;
use farol_model::{
    document::{Audience, Block, Content, Language, Text},
    id::{BlockId, CaseId, DocumentId, EntryId, NoticeId},
    journal::{Action, Entry},
    lookup::{Observation, ProviderVerdict},
    then_now::{HostDiff, HostPicture, NewsKind, Notice, ThenNow},
    time::Timestamp,
};
use farol_store::{Reader, StoreError};

use crate::{Desk, Failure, lookups::read_hosts, view::ChangeSaid};

/// So many changes of a host are shown.
const SHOWN: usize = 20;

impl Desk {
    /// What of each host changed from look-up to look-up, for the case page.
    pub(crate) fn then_now(
        &self,
        verdicts: &[ProviderVerdict],
        observations: &[Observation],
    ) -> Vec<ThenNow> {
        let (history, networks) = (History::of(observations), self.networks());
        verdicts.iter().filter_map(|it| history.then_now(&it.host, &networks, SHOWN)).collect()
    }

    /// Every picture of a host that a case has, the oldest first.
    ///
    /// # Errors
    /// When there is no such case, or the host cannot be understood.
    pub fn pictures(&self, case: CaseId, host: &str) -> Result<Vec<HostPicture>, Failure> {
        let host = one_host(host)?;
        let observations = self.store.read(|it| {
            it.case(case)?;
            it.observations_of(case)
        })?;
        Ok(History::of(&observations).pictures(&host, &self.networks()))
    }

    /// What changed of a host between two look-ups: those that began last before two moments, or the
    /// newest two.
    ///
    /// # Errors
    /// When the case has no two look-ups of the host to compare.
    pub fn diff(
        &self,
        case: CaseId,
        host: &str,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<HostDiff, Failure> {
        let pictures = self.pictures(case, host)?;
        let until = |moment: Option<Timestamp>| {
            pictures.iter().rposition(|it| moment.is_none_or(|moment| it.at <= moment))
        };
        let now = until(to);
        let then = match from {
            Some(_) => until(from),
            None => now.and_then(|it| it.checked_sub(1)),
        };
        let (Some(then), Some(now)) = (then, now) else {
            let n = pictures.len();
            return Err(Failure::bad_input(
                format!(
                    "There is nothing to compare: the case has {n} {} of this host then.",
                    if n == 1 { "look-up" } else { "look-ups" }
                ),
                "Look it up again (`farolctl recheck`), or choose later moments.",
            ));
        };
        Ok(farol_lookup::diff(&pictures[then], &pictures[now], &self.networks()))
    }

    /// Writes down what a look-up of these hosts changed, until somebody has seen it.
    pub(crate) fn notice_changes(
        &self,
        case: CaseId,
        hosts: &[String],
    ) -> Result<Vec<HostDiff>, Failure> {
        let observations = self.store.read(|it| it.observations_of(case))?;
        let (history, networks) = (History::of(&observations), self.networks());
        let changed: Vec<HostDiff> = hosts
            .iter()
            .filter_map(|host| {
                let known = history.then_now(host, &networks, 1)?;
                known.diffs.into_iter().next().filter(|it| it.now_at == known.last_at)
            })
            .collect();
        let notices: Vec<_> = changed
            .iter()
            .map(|it| Notice {
                id: NoticeId(self.store.new_id()),
                case,
                host: it.host.clone(),
                at: self.store.now(),
                kind: NewsKind::World,
                text: it.sentence.clone(),
            })
            .collect();
        self.store.keep_notices(&notices)?;
        Ok(changed)
    }

    /// What changed and nobody has seen, the newest first; of every case, or of one.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn news(&self, case: Option<CaseId>) -> Result<Vec<Notice>, Failure> {
        Ok(self.store.read(|it| case.map_or_else(|| it.notices(), |case| it.notices_of(case)))?)
    }

    /// Somebody has seen what changed on a case.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn see_news(&self, case: CaseId) -> Result<u32, Failure> {
        self.store.read(|it| it.case(case).map(|_| ()))?;
        Ok(u32::try_from(self.store.forget_notices(case)?).unwrap_or(u32::MAX))
    }

    /// The changes that a document of a case may tell, the newest first.
    pub(crate) fn changes_said(
        &self,
        it: Reader<'_>,
        case: CaseId,
        verdicts: &[ProviderVerdict],
        language: Language,
    ) -> Result<Vec<ChangeSaid>, StoreError> {
        let observations = it.observations_of(case)?;
        let mut said: Vec<_> = self
            .then_now(verdicts, &observations)
            .into_iter()
            .flat_map(|it| it.diffs)
            .map(|it| ChangeSaid {
                at: it.now_at,
                text: it.sentence(language).to_owned(),
                host: it.host,
            })
            .collect();
        said.sort_by_key(|it| std::cmp::Reverse(it.at));
        Ok(said)
    }

    /// Puts what changed of a host into a document, as a paragraph at its end, in its language.
    ///
    /// # Errors
    /// As [`Desk::diff`] and [`Desk::save_document`]; when nothing changed.
    pub fn tell_change(
        &self,
        document: DocumentId,
        audience: Audience,
        diff: &HostDiff,
    ) -> Result<Timestamp, Failure> {
        if diff.changes.is_empty() {
            return Err(Failure::bad_input(
                "Nothing changed, so nothing was put into the document.",
                "Choose two look-ups that differ (`farolctl diff`).",
            ));
        }
        let mut it = self.store.read(|it| it.document(document))?;
        let language = it.language();
        it.blocks.push(Block {
            id: BlockId(self.store.new_id()),
            audience,
            content: Content::Paragraph { text: Text::plain(diff.sentence(language)) },
        });
        self.save_document(document, &it.blocks, None)
    }

    /// What each entry of a story brought to light; entries that changed nothing are not among them.
    pub(crate) fn brought(
        &self,
        entries: &[Entry],
        language: Language,
    ) -> BTreeMap<EntryId, String> {
        let observed = || {
            entries.iter().filter_map(|entry| match &entry.action {
                Action::Observed { observations, .. } => Some((entry.header.id, observations)),
                _ => None,
            })
        };
        let all: Vec<Observation> = observed().flat_map(|(_, it)| it.iter().cloned()).collect();
        let (history, networks) = (History::of(&all), self.networks());
        let mut texts: BTreeMap<EntryId, String> = BTreeMap::new();
        for host in history.hosts() {
            let Some(known) = history.then_now(&host, &networks, usize::MAX) else { continue };
            for diff in known.diffs {
                let Some(by) = diff.changes.iter().flat_map(|it| &it.now.observations).next()
                else {
                    continue;
                };
                let entry = observed().find(|(_, it)| it.iter().any(|it| it.id == *by));
                let Some((entry, _)) = entry else { continue };
                let text = texts.entry(entry).or_default();
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(diff.sentence(language));
            }
        }
        texts
    }
}

fn one_host(text: &str) -> Result<String, Failure> {
    let hosts = read_hosts(&[text.to_owned()])?;
    Ok(hosts.into_iter().next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
