//! What a person may ask of a list of cases: which of them, in which order, and which part of it.
//!
//! A filter is also one line, for the command line: `severity:high status:new kelp`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::{Category, Severity, Status, words},
    id::Malformed,
};

words! {
    /// The order of a list.
    CaseSort {
        /// Open ones first, then by the clock that ends first.
        Due = "due", "Next deadline";
        /// The newest first.
        Opened = "opened", "Newest";
        /// Open ones first, then the worst, then those that wait longest.
        Severity = "severity", "Severity";
    }
}

/// Which cases: for each field that is filled one of its values, and all of the words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CaseFilter {
    /// Where they stand.
    pub statuses: Vec<Status>,
    /// How bad.
    pub severities: Vec<Severity>,
    /// What kind of trouble.
    pub categories: Vec<Category>,
    /// Who works on them: a member's name or id, `me`, or `nobody`.
    pub assignee: Option<String>,
    /// What has to stand in number, title, reasons, people or accounts; looked for as a search does.
    pub words: String,
}

impl CaseFilter {
    /// Whether it asks for something that only a case has.
    pub fn is_of_cases(&self) -> bool {
        !(self.statuses.is_empty() && self.severities.is_empty() && self.categories.is_empty())
            || self.assignee.is_some()
    }
}

impl FromStr for CaseFilter {
    type Err = Malformed;

    /// Reads `status:new severity:high assignee:me` and words, in any order.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut filter = Self::default();
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            match word.split_once(':') {
                Some(("status", value)) => filter.statuses.push(value.parse()?),
                Some(("severity", value)) => filter.severities.push(value.parse()?),
                Some(("category", value)) => filter.categories.push(value.parse()?),
                Some(("assignee", value)) => filter.assignee = Some(value.to_owned()),
                _ => words.push(word),
            }
        }
        filter.words = words.join(" ");
        Ok(filter)
    }
}

/// A part of a list of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ListAsk {
    /// Which cases.
    pub filter: CaseFilter,
    /// In which order.
    pub sort: CaseSort,
    /// How many rows stand before the part.
    pub offset: u32,
    /// How many rows it has at most.
    pub limit: u32,
    /// The id of a row that the part should have, wherever it is now; `offset` counts when the list
    /// does not have it.
    pub around: Option<String>,
}

impl ListAsk {
    /// Everything, in one part.
    pub fn all(sort: CaseSort) -> Self {
        Self { filter: CaseFilter::default(), sort, offset: 0, limit: u32::MAX, around: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_from_one_line() {
        let filter: CaseFilter =
            "severity:high kelp severity:low assignee:me 0042".parse().unwrap();
        assert_eq!(filter.severities, [Severity::High, Severity::Low]);
        assert_eq!(filter.assignee.as_deref(), Some("me"));
        assert_eq!(filter.words, "kelp 0042");
        assert!(filter.is_of_cases());
        // A URL has a colon, too.
        let filter: CaseFilter = "hxxps://kelp[.]test".parse().unwrap();
        assert_eq!(filter.words, "hxxps://kelp[.]test");
        assert!(!filter.is_of_cases());
    }

    #[test]
    fn a_word_that_no_case_can_have_is_named() {
        let error = "severity:dire".parse::<CaseFilter>().unwrap_err();
        assert!(error.to_string().contains("critical"), "{error}");
    }
}
