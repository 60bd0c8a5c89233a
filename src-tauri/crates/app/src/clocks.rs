//! Clocks: started by what a case is, stopped by what ends them.

use farol_model::{
    clock::{Clock, ClockRule, Stop, StoppedBy, default_rules, rules_for},
    id::{CaseId, ClockId},
    journal::Action,
    time::Timestamp,
};
use farol_store::{StoreError, WriteTx};

use crate::{Desk, Failure, view::ClockLine};

impl Desk {
    /// Stops a clock by hand.
    ///
    /// # Errors
    /// When it does not run, or no reason is given.
    pub fn stop_clock(&self, case: CaseId, clock: ClockId, reason: &str) -> Result<(), Failure> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Failure::bad_input(
                "Stopping a clock needs a reason. It still runs.",
                "Write what ended it.",
            ));
        }
        self.store.write(|tx| {
            let clocks = tx.read().clocks_of(case)?;
            let clock = clocks
                .iter()
                .find(|it| it.id == clock && it.stopped.is_none())
                .ok_or_else(|| Failure::not_found("running clock"))?;
            Ok(stop(tx, case, clock, reason)?)
        })
    }
}

/// Starts a clock. Desks that start the same one without knowing of each other start one clock, not two.
pub(crate) fn start(
    tx: &mut WriteTx<'_>,
    case: CaseId,
    rule: &ClockRule,
    started_at: Timestamp,
) -> Result<(), StoreError> {
    let what = ["clock", &case.to_string(), &rule.id, &started_at.ms().to_string()];
    let id = ClockId(tx.id_of(&what));
    let clock = Clock { id, rule: rule.clone(), started_at, pauses: Vec::new(), stopped: None };
    tx.record(&Action::ClockSet { case, before: None, after: Box::new(clock) }).map(|_| ())
}

/// Starts the clocks that the category and severity of a case ask for, and stops those that they no
/// longer ask for. What was met stays met: whoever has an answer does not wait for a first one again.
pub(crate) fn retime(tx: &mut WriteTx<'_>, id: CaseId) -> Result<(), StoreError> {
    let case = tx.read().case(id)?;
    let rules = default_rules();
    let wanted = rules_for(&rules, case.facts.category, case.facts.severity);
    let clocks = tx.read().clocks_of(id)?;
    let started_at = clocks.iter().map(|it| it.started_at).min().unwrap_or(case.opened_at);
    for clock in clocks.iter().filter(|it| it.stopped.is_none()) {
        if !wanted.iter().any(|rule| rule.id == clock.rule.id) {
            stop(tx, id, clock, Stop::NOT_ASKED_FOR)?;
        }
    }
    for rule in wanted {
        let is_met = |it: &Clock| {
            it.rule.stopped_by == rule.stopped_by
                && it.stopped.as_ref().is_some_and(|stop| !stop.is_withdrawn())
        };
        let same = clocks.iter().find(|it| it.rule.id == rule.id);
        match same {
            Some(clock) if clock.stopped.as_ref().is_some_and(Stop::is_withdrawn) => {
                let after = Box::new(Clock { stopped: None, ..clock.clone() });
                let before = Some(Box::new(clock.clone()));
                tx.record(&Action::ClockSet { case: id, before, after })?;
            }
            Some(_) => {}
            None if clocks.iter().any(is_met) => {}
            None => start(tx, id, rule, started_at)?,
        }
    }
    Ok(())
}

fn stop(tx: &mut WriteTx<'_>, case: CaseId, clock: &Clock, reason: &str) -> Result<(), StoreError> {
    let stopped = Some(Stop { at: tx.now(), reason: reason.to_owned() });
    let after = Box::new(Clock { stopped, ..clock.clone() });
    tx.record(&Action::ClockSet { case, before: Some(Box::new(clock.clone())), after }).map(|_| ())
}

/// Stops the running clocks of a case that this event ends.
pub(crate) fn stop_by(
    tx: &mut WriteTx<'_>,
    case: CaseId,
    event: StoppedBy,
    reason: &str,
) -> Result<(), StoreError> {
    for clock in tx.read().clocks_of(case)? {
        if clock.stopped.is_none() && clock.rule.stopped_by == Some(event) {
            stop(tx, case, &clock, reason)?;
        }
    }
    Ok(())
}

/// The clocks of a case as they stand now: those that run first, the soonest on top.
pub(crate) fn lines(clocks: Vec<Clock>, now: Timestamp) -> Vec<ClockLine> {
    let mut lines: Vec<_> = clocks
        .into_iter()
        .map(|clock| {
            let withdrawn = clock.stopped.as_ref().is_some_and(Stop::is_withdrawn);
            let missed = !withdrawn && clock.is_missed(now);
            ClockLine { due_at: clock.due_at(now), missed, withdrawn, clock }
        })
        .collect();
    // A clock that is paused does not run out by itself: those that do come first.
    lines.sort_by_key(|line| {
        (line.clock.stopped.is_some(), line.clock.runs_out_at().is_none(), line.due_at)
    });
    lines
}

#[cfg(test)]
mod tests;
