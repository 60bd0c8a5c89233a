//! The queue and the list of cases, part by part.

use farol_model::{
    id::MemberId,
    list::{CaseFilter, ListAsk},
    report::Report,
    search::Query,
    time::Timestamp,
};
use farol_store::{ListedCase, Reader, StoreError, Which};

use crate::{
    Desk, Failure, cases,
    view::{CasePage, CaseRow, QueuePage, QueueRow, ReportRow},
};

/// How much of a report a list shows.
const EXCERPT_CHARS: usize = 140;

impl Desk {
    /// What needs somebody: new reports, the newest on top, then open cases in the order asked for.
    /// Reports are left out when the filter asks for something that only a case has.
    ///
    /// # Errors
    /// When the filter names somebody who does not work here, or the vault cannot be read.
    pub fn queue(&self, ask: &ListAsk) -> Result<QueuePage, Failure> {
        let now = self.store.now();
        self.store.read(|it| {
            let which = self.which(it, &ask.filter, true)?;
            let words = which.words.as_ref();
            let reports = |offset, limit| {
                if ask.filter.is_of_cases() {
                    return Ok(None);
                }
                it.listed_reports(words, offset, limit).map(Some)
            };
            let n_reports = reports(0, 0)?.map_or(0, |it| it.n_rows);
            let at = match &ask.around {
                None => None,
                Some(id) => match it.place_of_case(&which, ask.sort, id)? {
                    Some(at) => Some(n_reports + at),
                    None if n_reports > 0 => it.place_of_report(words, id)?,
                    None => None,
                },
            };
            let offset = begins_at(ask, at);
            let mut rows = Vec::new();
            if offset < n_reports {
                let part = reports(offset, ask.limit)?;
                rows.extend(part.into_iter().flat_map(|it| it.rows).map(report_row));
            }
            let left = ask.limit - u32::try_from(rows.len()).unwrap_or(ask.limit);
            let part = it.listed_cases(&which, ask.sort, offset.saturating_sub(n_reports), left)?;
            for listed in part.rows {
                rows.push(QueueRow::Case(Box::new(listed_row(it, listed, now)?)));
            }
            let n_rows = n_reports + part.n_rows;
            Ok(QueuePage { rows, offset, n_rows, is_cut: part.is_cut, at })
        })
    }

    /// A part of all cases, closed ones too.
    ///
    /// # Errors
    /// When the filter names somebody who does not work here, or the vault cannot be read.
    pub fn cases(&self, ask: &ListAsk) -> Result<CasePage, Failure> {
        let now = self.store.now();
        self.store.read(|it| {
            let which = self.which(it, &ask.filter, false)?;
            let at = match &ask.around {
                Some(id) => it.place_of_case(&which, ask.sort, id)?,
                None => None,
            };
            let offset = begins_at(ask, at);
            let part = it.listed_cases(&which, ask.sort, offset, ask.limit)?;
            let rows = part.rows.into_iter().map(|listed| listed_row(it, listed, now));
            let rows = rows.collect::<Result<_, _>>()?;
            Ok(CasePage { rows, offset, n_rows: part.n_rows, is_cut: part.is_cut, at })
        })
    }

    fn which(
        &self,
        it: Reader<'_>,
        filter: &CaseFilter,
        open_only: bool,
    ) -> Result<Which, Failure> {
        let words = Some(filter.words.trim()).filter(|it| !it.is_empty());
        let words = words.map(|words| {
            let mut query = Query::parse(words);
            query.also(|word| farol_intake::observable(word).map(|it| it.value));
            query
        });
        let assignee = match filter.assignee.as_deref().map(str::trim) {
            None | Some("") => None,
            Some("nobody") => Some(None),
            Some("me") => Some(Some(self.store.member())),
            Some(name) => Some(Some(member(it, name)?)),
        };
        Ok(Which {
            open_only,
            statuses: filter.statuses.clone(),
            severities: filter.severities.clone(),
            categories: filter.categories.clone(),
            assignee,
            words,
        })
    }
}

/// The member with a name or an id.
fn member(it: Reader<'_>, name: &str) -> Result<MemberId, Failure> {
    let members = it.members()?;
    let found = members
        .iter()
        .find(|it| it.id.to_string() == name || it.name.to_lowercase() == name.to_lowercase());
    found.map(|it| it.id).ok_or_else(|| {
        Failure::bad_input(
            "Nobody of that name works here, so no case was looked for.",
            "Write a member's whole name, or me, or nobody.",
        )
    })
}

/// Where a part begins: parts of one size never overlap, whatever row they are asked to have.
fn begins_at(ask: &ListAsk, at: Option<u32>) -> u32 {
    at.map_or(ask.offset, |at| at - at % ask.limit.max(1))
}

fn listed_row(it: Reader<'_>, listed: ListedCase, now: Timestamp) -> Result<CaseRow, StoreError> {
    let clocks = it.running_clocks_of(listed.case.id)?;
    let news = cases::news_in_words(&it.notices_of(listed.case.id)?);
    let row = cases::row(listed.case, clocks, (listed.n_targets, listed.n_settled), now);
    Ok(CaseRow { news, ..row })
}

fn report_row(report: Report) -> QueueRow {
    let excerpt: String = report
        .parsed
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(EXCERPT_CHARS)
        .collect();
    QueueRow::Report(ReportRow {
        id: report.id,
        sender: report.parsed.sender.display(),
        subject: report.parsed.subject,
        received_at: report.received_at,
        excerpt,
    })
}

#[cfg(test)]
mod tests;
