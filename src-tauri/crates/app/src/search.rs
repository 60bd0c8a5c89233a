//! Finding what is kept. What belongs to a sensitive case is found, never shown.

use farol_model::{
    case::Case,
    id::{CaseId, DocumentId, ReportId},
    search::{Part, Query, SearchKind},
};
use farol_store::{Hit, Reader, StoreError};

use crate::{
    Desk, Failure,
    reports::suggest_category,
    view::{Opens, SearchHit, SearchPage},
};

impl Desk {
    /// What a line of text finds, see [`Query`]; a value is also found in its normal form.
    ///
    /// # Errors
    /// When the vault cannot be read; no text is wrong.
    pub fn search(&self, text: &str) -> Result<SearchPage, Failure> {
        let mut query = Query::parse(text);
        query.also(|word| farol_intake::observable(word).map(|it| it.value));
        Ok(self.store.read(|it| {
            let found = it.search(&query)?;
            let hits = found.hits.into_iter().map(|hit| show(it, hit));
            Ok::<_, StoreError>(SearchPage {
                hits: hits.collect::<Result<_, _>>()?,
                n_hits: found.n_hits,
                newest_first: found.newest_first,
            })
        })?)
    }
}

fn show(it: Reader<'_>, hit: Hit) -> Result<SearchHit, StoreError> {
    let of_case = |id: CaseId| Ok::<_, StoreError>((Opens::Case(id), it.case(id)?));
    let (opens, case, hidden) = match (hit.kind, hit.case) {
        (SearchKind::Response | SearchKind::Document, Some(id)) => {
            let case = it.case(id)?;
            let hidden = case.facts.is_sensitive();
            (Opens::Document(key::<DocumentId>(&hit)?), Some(case), hidden)
        }
        (_, Some(id)) => {
            let (opens, case) = of_case(id)?;
            let hidden = case.facts.is_sensitive();
            (opens, Some(case), hidden)
        }
        (_, None) => {
            let id = key::<ReportId>(&hit)?;
            let cases = it.cases_of(id)?;
            let hidden = match cases.is_empty() {
                true => suggest_category(&it.report(id)?.parsed).is_sensitive(),
                false => cases.iter().any(|case| case.facts.is_sensitive()),
            };
            (Opens::Report(id), cases.into_iter().next(), hidden)
        }
    };
    let shown = |parts| if hidden { Vec::new() } else { parts };
    let title = if hit.title.is_empty() { title_of(case.as_ref()) } else { hit.title };
    Ok(SearchHit {
        kind: hit.kind,
        opens,
        reference: case.as_ref().map(|case| case.reference),
        at: hit.at,
        hidden,
        title: shown(title),
        snippet: shown(hit.snippet),
    })
}

fn title_of(case: Option<&Case>) -> Vec<Part> {
    case.map(|case| Part { text: case.facts.title.clone(), is_match: false }).into_iter().collect()
}

fn key<T: std::str::FromStr>(hit: &Hit) -> Result<T, StoreError> {
    hit.key.parse().map_err(|_| StoreError::Unreadable("id"))
}

#[cfg(test)]
mod tests;
