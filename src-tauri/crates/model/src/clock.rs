//! Named deadlines: a start, a length, a calendar, and a stop.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    case::{Category, Severity},
    id::ClockId,
    time::Timestamp,
};

/// Which hours count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// Every hour, day and night.
    Elapsed,
}

/// What ends a clock by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StoppedBy {
    /// A person confirmed that a response to whoever waits went out.
    ResponseSent,
    /// A mitigation went into force.
    Mitigated,
}

/// A rule that starts a clock; the defaults ship as data with source and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClockRule {
    /// Stable id, for example `first-response-critical`.
    pub id: String,
    /// What the deadline is for, in words.
    pub name: String,
    /// Only for this category; any when none.
    pub category: Option<Category>,
    /// Only for this severity; any when none.
    pub severity: Option<Severity>,
    /// How long.
    pub length_s: u32,
    /// Which hours count.
    pub calendar: Calendar,
    /// Set by law: never pauses.
    pub legal: bool,
    /// What ends it; only a person does when none.
    pub stopped_by: Option<StoppedBy>,
    /// Where the rule comes from.
    pub source: String,
    /// Date of the source.
    pub as_of: String,
    /// Who checked it; none means unreviewed, and the screen says so.
    pub reviewed_by: Option<String>,
}

/// The rules that ship, from `clock_rules.json`.
pub fn default_rules() -> Vec<ClockRule> {
    serde_json::from_str(include_str!("clock_rules.json"))
        .expect("the shipped rules are checked by a test")
}

/// The rules that start a clock on a case of this category and severity.
pub fn rules_for(rules: &[ClockRule], category: Category, severity: Severity) -> Vec<&ClockRule> {
    rules
        .iter()
        .filter(|rule| rule.category.is_none_or(|it| it == category))
        .filter(|rule| rule.severity.is_none_or(|it| it == severity))
        .collect()
}

/// Time that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Pause {
    /// From when.
    pub from: Timestamp,
    /// Until when; none while it lasts.
    pub to: Option<Timestamp>,
    /// Why, and who said so.
    pub reason: String,
}

/// The end of a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Stop {
    /// When.
    pub at: Timestamp,
    /// What ended it.
    pub reason: String,
}

impl Stop {
    /// Why a clock ends that its case no longer asks for.
    pub const NOT_ASKED_FOR: &str = "category or severity changed";
    /// Why a clock ends that a response stops.
    pub const BY_A_RESPONSE: &str = "a response was sent";
    /// Why a clock ends that a mitigation stops.
    pub const BY_A_MITIGATION: &str = "a mitigation is in force";
    /// Why the wait for an answer ends.
    pub const ANSWERED: &str = "they answered";
    /// Why a clock ends whose start was taken back.
    pub const START_UNDONE: &str = "the change that started it was undone";

    /// Whether nothing was done about the deadline: it just does not apply any more, and runs again when
    /// it does.
    pub fn is_withdrawn(&self) -> bool {
        [Self::NOT_ASKED_FOR, Self::START_UNDONE].contains(&self.reason.as_str())
    }
}

/// A deadline on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Clock {
    /// Its id.
    pub id: ClockId,
    /// The rule as it was when the clock started.
    pub rule: ClockRule,
    /// When it started.
    pub started_at: Timestamp,
    /// Pauses, oldest first.
    pub pauses: Vec<Pause>,
    /// Its end.
    pub stopped: Option<Stop>,
}

impl Clock {
    /// When it runs out, counting the pauses known at `now`.
    pub fn due_at(&self, now: Timestamp) -> Timestamp {
        let paused: i64 = self
            .pauses
            .iter()
            .map(|pause| pause.to.unwrap_or(now).seconds_since(pause.from).max(0))
            .sum();
        self.started_at.plus_s(i64::from(self.rule.length_s) + paused)
    }

    /// When it runs out by itself: none once it is stopped, and none while it is paused.
    pub fn runs_out_at(&self) -> Option<Timestamp> {
        let is_paused = self.pauses.iter().any(|pause| pause.to.is_none());
        // Every pause has an end, so no time that is asked for changes the answer.
        (self.stopped.is_none() && !is_paused).then(|| self.due_at(self.started_at))
    }

    /// Whether it stopped after its deadline, or runs and the deadline has passed.
    pub fn is_missed(&self, now: Timestamp) -> bool {
        let end = self.stopped.as_ref().map_or(now, |stop| stop.at);
        self.due_at(end) < end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_parse_and_every_severity_has_a_first_response_clock() {
        let rules = default_rules();
        for severity in Severity::ALL {
            let found = rules_for(&rules, Category::Other, *severity);
            assert_eq!(found.len(), 1, "one first-response clock for {severity:?}");
        }
        assert!(rules.iter().all(|rule| !rule.source.is_empty() && !rule.as_of.is_empty()));
    }

    #[test]
    fn a_removal_order_runs_one_hour_of_elapsed_time_through_the_autumn_clock_change() {
        let rules = default_rules();
        let rule = rules_for(&rules, Category::TerroristContent, Severity::Critical)
            .into_iter()
            .find(|rule| rule.legal)
            .expect("the removal order has a rule");
        let started_at: Timestamp = "2026-10-25T00:45:00Z".parse().unwrap();
        let clock = Clock {
            id: ClockId(uuid::Uuid::nil()),
            rule: rule.clone(),
            started_at,
            pauses: vec![],
            stopped: None,
        };
        assert_eq!(clock.due_at(started_at).to_string(), "2026-10-25T01:45:00Z");
        assert!(!clock.is_missed("2026-10-25T01:45:00Z".parse().unwrap()));
        assert!(clock.is_missed("2026-10-25T01:45:01Z".parse().unwrap()));
    }

    #[test]
    fn a_pause_moves_the_deadline_by_its_length() {
        let started_at: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let mut rule = default_rules().remove(0);
        rule.length_s = 3600;
        let mut clock = Clock {
            id: ClockId(uuid::Uuid::nil()),
            rule,
            started_at,
            pauses: vec![],
            stopped: None,
        };
        clock.pauses.push(Pause {
            from: started_at.plus_s(600),
            to: Some(started_at.plus_s(1200)),
            reason: "waiting for the reporter".into(),
        });
        assert_eq!(clock.due_at(started_at).to_string(), "2026-11-23T10:10:00Z");
        assert_eq!(clock.runs_out_at(), Some(clock.due_at(started_at)));
        clock.pauses[0].to = None;
        assert_eq!(clock.runs_out_at(), None);
    }
}
