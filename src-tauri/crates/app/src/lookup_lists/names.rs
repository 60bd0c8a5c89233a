//! The names of a list: part by part, in groups, and everything about one.

use farol_lookup::{signs, verdict};
use farol_model::{
    case::CaseRef,
    id::LookupListId,
    lookup_list::{ListedAsk, ListedFilter, ListedName, ListedOutcome, NEW_FOR_DAYS},
    observable::defang,
    refang::plain,
    sign::{Sign, SignKind},
};
use farol_store::{Reader, StoreError};

use super::references;
use crate::{
    Desk, Failure,
    view::{ListedDetail, ListedGroup, ListedGroups, ListedPage, ListedRow, SignKindRow},
};

/// Groups of one kind that are shown.
const MAX_GROUPS: u32 = 200;

impl Desk {
    /// A part of a list's names.
    ///
    /// # Errors
    /// When there is no such list, or the vault cannot be read.
    pub fn listed(&self, id: LookupListId, ask: &ListedAsk) -> Result<ListedPage, Failure> {
        let now = self.store.now();
        let filter = read_filter(&ask.filter);
        Ok(self.store.read(|it| {
            let around = ask.around.as_deref().and_then(|it| it.parse().ok());
            let at = match around {
                Some(n) => it.place_of_listed(id, &filter, ask.sort, n)?,
                None => None,
            };
            let offset = match at {
                Some(at) if ask.limit > 0 => at / ask.limit * ask.limit,
                _ => ask.offset,
            };
            let part = it.listed(id, &filter, ask.sort, offset, ask.limit)?;
            let rows = part.names.into_iter().map(|name| {
                Ok(ListedRow {
                    id: name.n.to_string(),
                    is_new: name.is_new(now),
                    cases: brought_from(it, id, &name)?,
                    name,
                })
            });
            let rows = rows.collect::<Result<_, StoreError>>()?;
            Ok::<_, StoreError>(ListedPage { rows, offset, n_rows: part.n_rows, is_cut: false, at })
        })?)
    }

    /// How many names of a list show what, the most first; of those that the filter lets through.
    ///
    /// # Errors
    /// When there is no such list, or the vault cannot be read.
    pub fn listed_groups(
        &self,
        id: LookupListId,
        filter: &ListedFilter,
        kind: SignKind,
    ) -> Result<ListedGroups, Failure> {
        let filter = read_filter(filter);
        let (groups, n_groups) =
            self.store.read(|it| it.listed_groups(id, &filter, kind, MAX_GROUPS))?;
        let groups = groups.into_iter().map(|(value, n_names)| ListedGroup {
            label: label(kind, &value),
            sign: Sign { kind, value },
            n_names,
        });
        Ok(ListedGroups { kind, groups: groups.collect(), n_groups })
    }

    /// Everything that is kept about one name of a list, judged with the tables of now.
    ///
    /// # Errors
    /// When there is no such list, or its answers cannot be read.
    pub fn listed_detail(&self, id: LookupListId, name: &str) -> Result<ListedDetail, Failure> {
        let observations = self.kept_answers(id, name)?;
        let networks = self.networks();
        let verdict = verdict(name, &observations, &networks);
        let shown = signs(name, &observations, &verdict, &networks);
        Ok(ListedDetail {
            verdict,
            observations,
            signs: shown.into_iter().map(|it| it.sign).collect(),
        })
    }
}

/// What a list can be grouped by.
pub fn sign_kinds() -> Vec<SignKindRow> {
    let row = |kind: &SignKind| SignKindRow { kind: *kind, label: kind.label().to_owned() };
    SignKind::ALL.iter().map(row).collect()
}

/// Words may be defanged, as everything that people copy from here is.
pub(super) fn read_filter(filter: &ListedFilter) -> ListedFilter {
    let mut filter = filter.clone();
    let words = plain(&filter.words).text;
    let host = words.split_whitespace().map(|word| {
        let (_, after) = word.split_once("://").unwrap_or(("", word));
        after.split('/').next().unwrap_or_default().to_owned()
    });
    filter.words = host.collect::<Vec<_>>().join(" ");
    filter
}

/// A value in words; names and addresses are defanged.
pub(super) fn label(kind: SignKind, value: &str) -> String {
    match kind {
        SignKind::Outcome => value
            .parse()
            .map_or_else(|_| value.to_owned(), |it: ListedOutcome| it.label().to_owned()),
        SignKind::Address
        | SignKind::Prefix
        | SignKind::NsSet
        | SignKind::MxSet
        | SignKind::Soa
        | SignKind::Cname
        | SignKind::Account
        | SignKind::CaaAccount
        | SignKind::Domain => defang(value),
        _ => value.to_owned(),
    }
}

fn brought_from(
    it: Reader<'_>,
    id: LookupListId,
    name: &ListedName,
) -> Result<Vec<CaseRef>, StoreError> {
    references(it, &it.brought_from(id, name.n)?)
}

/// The moment after which a registration counts as new.
pub fn new_since(now: farol_model::time::Timestamp) -> farol_model::time::Timestamp {
    now.plus_s(-NEW_FOR_DAYS * 86_400)
}
