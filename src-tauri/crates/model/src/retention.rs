//! How long cases are kept, what stops their erasing, and what stays of them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::{Case, CaseFacts, CaseRef, Category, Severity},
    id::{CaseId, MemberId},
    time::Timestamp,
};

/// How long a case of one kind is kept after it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CategoryRule {
    /// The kind.
    pub category: Category,
    /// Calendar months after closing.
    pub months: u16,
}

/// How long a case that rests on a statute or policy is kept after it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BasisRule {
    /// Words that one of the case's legal bases has, whatever their capitals.
    pub basis: String,
    /// Calendar months after closing.
    pub months: u16,
}

/// What becomes of a document's drafts when it is issued: of everything that was written on the way to it,
/// and of the comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DraftRule {
    /// They stay in the record with the case.
    #[default]
    Keep,
    /// Nobody can read them any more; the issued text stays.
    Dispose,
}

impl DraftRule {
    /// Whether it is what ships, which older vaults do not say.
    fn ships(&self) -> bool {
        *self == Self::Keep
    }
}

/// The team's rules. The longest that fits a case counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct RetentionRules {
    /// Where they come from.
    pub source: String,
    /// The day they were agreed, ISO 8601.
    pub as_of: String,
    /// By kind; a kind without a rule is kept for ever.
    pub categories: Vec<CategoryRule>,
    /// By statute or policy.
    pub bases: Vec<BasisRule>,
    /// What becomes of drafts.
    #[serde(default, skip_serializing_if = "DraftRule::ships")]
    pub drafts: DraftRule,
}

impl RetentionRules {
    /// What a vault begins with.
    ///
    /// # Panics
    /// Never: the data is part of the program, and a test reads it.
    pub fn shipped() -> Self {
        serde_json::from_str(include_str!("../retention.json")).expect("the shipped rules are JSON")
    }

    /// How many months after closing a case is kept; none for ever.
    pub fn months(&self, facts: &CaseFacts) -> Option<u16> {
        let category = self.categories.iter().filter(|it| it.category == facts.category);
        let fits = |rule: &&BasisRule| {
            let words = rule.basis.to_lowercase();
            facts.legal_bases.iter().any(|it| it.to_lowercase().contains(&words))
        };
        let bases = self.bases.iter().filter(fits).map(|it| it.months);
        let category = category.map(|it| it.months).max()?;
        bases.chain([category]).max()
    }

    /// When a case that was closed at an instant may be erased, in UTC; none never.
    pub fn due(&self, facts: &CaseFacts, closed_at: Timestamp) -> Option<Timestamp> {
        let months = i32::from(self.months(facts)?);
        let closed = jiff::tz::Offset::UTC.to_datetime(closed_at.instant());
        let due = closed.checked_add(jiff::Span::new().months(months)).ok()?;
        Some(jiff::tz::Offset::UTC.to_timestamp(due).ok()?.into())
    }
}

/// Why a case must be kept whatever the rules say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Hold {
    /// Why: litigation, an order, a request of counsel.
    pub reason: String,
    /// Since when.
    pub set_at: Timestamp,
    /// By whom.
    pub set_by: MemberId,
}

/// What stays of an erased case, so that metrics stay true and its number is not given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Tombstone {
    /// Its id.
    pub id: CaseId,
    /// Its number for people.
    pub reference: CaseRef,
    /// What kind of trouble it was.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed for the last time; none when it was erased open.
    pub closed_at: Option<Timestamp>,
    /// When it was erased.
    pub erased_at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Tombstone {
    /// What stays of a case.
    pub fn of(case: &Case, closed_at: Option<Timestamp>, at: Timestamp, reason: &str) -> Self {
        Self {
            id: case.id,
            reference: case.reference,
            category: case.facts.category,
            severity: case.facts.severity,
            opened_at: case.opened_at,
            closed_at,
            erased_at: at,
            reason: reason.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BasisRule, RetentionRules};
    use crate::{
        case::{CaseFacts, Category, Sensitivity, Severity, Status},
        time::Timestamp,
    };

    fn facts(category: Category, legal_bases: &[&str]) -> CaseFacts {
        CaseFacts {
            title: String::new(),
            category,
            severity: Severity::Low,
            severity_reason: String::new(),
            status: Status::Closed,
            waiting_on: None,
            legal_bases: legal_bases.iter().map(|it| (*it).to_owned()).collect(),
            assignee: None,
            asked_by: None,
            jurisdiction: None,
            sensitivity: Sensitivity::Normal,
            tickets: vec![],
            tags: vec![],
            people: vec![],
            accounts: vec![],
        }
    }

    #[test]
    fn every_kind_has_a_shipped_rule() {
        let rules = RetentionRules::shipped();
        for category in Category::ALL {
            assert!(rules.months(&facts(*category, &[])).is_some(), "{category:?}");
        }
    }

    #[test]
    fn the_longest_rule_counts() {
        let mut rules = RetentionRules::shipped();
        rules.bases = vec![
            BasisRule { basis: "dsa".into(), months: 6 },
            BasisRule { basis: "Court order".into(), months: 120 },
        ];
        assert_eq!(rules.months(&facts(Category::Phishing, &["DSA Art. 16"])), Some(24));
        assert_eq!(rules.months(&facts(Category::Phishing, &["court order 7/26"])), Some(120));
        rules.categories.clear();
        assert_eq!(rules.months(&facts(Category::Phishing, &["DSA"])), None);
    }

    #[test]
    fn months_are_of_the_calendar() {
        let closed: Timestamp = "2026-01-31T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        let mut rules = RetentionRules::shipped();
        rules.categories.retain(|it| it.category == Category::Phishing);
        rules.categories[0].months = 1;
        let due = rules.due(&facts(Category::Phishing, &[]), closed).unwrap();
        assert_eq!(due.to_string(), "2026-02-28T12:00:00Z");
    }
}
