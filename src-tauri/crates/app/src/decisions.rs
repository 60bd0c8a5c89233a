//! Decisions and mitigations: what was decided, how wide it reaches, what was done.

use farol_model::{
    clock::{Stop, StoppedBy},
    decision::{Decision, Granularity, Mitigation, MitigationState, MitigationStep},
    id::{CaseId, DecisionId, MitigationId},
    journal::Action,
    observable::Observable,
};
use farol_store::{Reader, StoreError};

use crate::{
    Desk, Failure, clocks,
    view::{DecisionDraft, MitigationDraft},
};

impl Desk {
    /// Records a decision. One that reaches wider than what was reported is marked as needing a
    /// second person.
    ///
    /// # Errors
    /// When there is no such case, or what and why are not both said.
    pub fn decide(&self, case: CaseId, draft: DecisionDraft) -> Result<DecisionId, Failure> {
        if draft.what.trim().is_empty() || draft.reason.trim().is_empty() {
            return Err(Failure::bad_input(
                "A decision needs what was decided and why. Nothing was recorded.",
                "Write both, in words that will still be clear in a year.",
            ));
        }
        self.store.write(|tx| {
            tx.read().case(case)?;
            let blast_radius = match draft.blast_radius.trim() {
                "" => "unknown".to_owned(),
                known => known.to_owned(),
            };
            let decision = Decision {
                id: DecisionId(tx.new_id()),
                decided_at: tx.now(),
                decided_by: tx.actor(),
                what: draft.what.trim().to_owned(),
                reason: draft.reason.trim().to_owned(),
                policy: said(draft.policy),
                alternatives: said(draft.alternatives),
                needs_second: is_wider(tx.read(), case, draft.target.as_ref(), draft.granularity)?,
                target: draft.target,
                granularity: draft.granularity,
                blast_radius,
                approved_by: None,
            };
            let id = decision.id;
            tx.record(&Action::DecisionSet { case, before: None, after: Box::new(decision) })?;
            Ok(id)
        })
    }

    /// Proposes a mitigation.
    ///
    /// # Errors
    /// When there is no such case or decision, or nothing is said.
    pub fn propose_mitigation(
        &self,
        case: CaseId,
        draft: MitigationDraft,
    ) -> Result<MitigationId, Failure> {
        let what = draft.what.trim().to_owned();
        if what.is_empty() {
            return Err(Failure::bad_input(
                "A mitigation needs to say what is done. Nothing was recorded.",
                "For example: phishing interstitial on the URL.",
            ));
        }
        self.store.write(|tx| {
            tx.read().case(case)?;
            draft.decision.map(|id| tx.read().decision(id)).transpose()?;
            let needs_second = is_wider(tx.read(), case, draft.target.as_ref(), draft.granularity)?;
            let step =
                MitigationStep { state: MitigationState::Proposed, at: tx.now(), by: tx.actor() };
            let mitigation = Mitigation {
                id: MitigationId(tx.new_id()),
                decision: draft.decision,
                what,
                target: draft.target,
                granularity: draft.granularity,
                needs_second,
                steps: vec![step],
            };
            let id = mitigation.id;
            tx.record(&Action::MitigationSet { case, before: None, after: Box::new(mitigation) })?;
            Ok(id)
        })
    }

    /// Takes a mitigation a step further. In force, it stops the clocks that wait for it.
    ///
    /// # Errors
    /// When the step is not the next one, or a second person has to sign first.
    pub fn advance_mitigation(
        &self,
        case: CaseId,
        id: MitigationId,
        state: MitigationState,
    ) -> Result<(), Failure> {
        self.store.write(|tx| {
            let before = tx.read().mitigation(id)?;
            // Approved is what somebody else signed: `take_answer`.
            if state == MitigationState::Approved && before.needs_second {
                return Err(second_person());
            }
            if !before.state().may_become(state, before.needs_second) {
                if before.needs_second && before.state() == MitigationState::Proposed {
                    return Err(second_person());
                }
                return Err(Failure::refused(
                    format!(
                        "A mitigation that is {} cannot become {}. Nothing was changed.",
                        before.state().word(),
                        state.word()
                    ),
                    "It goes from proposed to approved, active and lifted.",
                ));
            }
            let mut after = before.clone();
            after.steps.push(MitigationStep { state, at: tx.now(), by: tx.actor() });
            tx.record(&Action::MitigationSet {
                case,
                before: Some(Box::new(before)),
                after: Box::new(after),
            })?;
            if state == MitigationState::Active {
                clocks::stop_by(tx, case, StoppedBy::Mitigated, Stop::BY_A_MITIGATION)?;
            }
            Ok(())
        })
    }
}

fn second_person() -> Failure {
    Failure::refused(
        "This reaches wider than what was reported and needs a second person's signature. Nothing was changed.",
        "Ask a colleague with a request that they sign, or choose something narrower.",
    )
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty())
}

/// Whether an act reaches wider than the target, or than the widest target of the case.
fn is_wider(
    it: Reader<'_>,
    case: CaseId,
    target: Option<&Observable>,
    granularity: Granularity,
) -> Result<bool, StoreError> {
    let reported = match target {
        Some(target) => Granularity::of(target),
        None => it
            .targets_of(case)?
            .iter()
            .map(|target| Granularity::of(&target.observable))
            .max()
            .unwrap_or(Granularity::Host),
    };
    Ok(granularity > reported)
}
