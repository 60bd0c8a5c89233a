//! Finding what is kept. What belongs to a sensitive case is found, never shown.

use farol_model::{
    case::Case,
    id::{DocumentId, ReportId},
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
    let (opens, cases) = match (hit.kind, hit.case) {
        (SearchKind::Response | SearchKind::Document, Some(id)) => {
            (Opens::Document(key::<DocumentId>(&hit)?), vec![it.case(id)?])
        }
        (_, Some(id)) => (Opens::Case(id), vec![it.case(id)?]),
        (_, None) => {
            let id = key::<ReportId>(&hit)?;
            (Opens::Report(id), it.cases_of(id)?)
        }
    };
    let hidden = match &opens {
        // Nobody has said yet what it is about: its words decide.
        Opens::Report(id) if cases.is_empty() => {
            suggest_category(&it.report(*id)?.parsed).is_sensitive()
        }
        _ => cases.iter().any(|case| case.facts.is_sensitive()),
    };
    let case = cases.into_iter().next();
    let shown = |parts| if hidden { Vec::new() } else { parts };
    let title = if hit.title.is_empty() { title_of(case.as_ref()) } else { hit.title };
    Ok(SearchHit {
        kind: hit.kind,
        opens,
        case: case.as_ref().map(|case| case.id),
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
