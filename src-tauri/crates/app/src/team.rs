//! What the team sets for itself.

use farol_model::{id::MemberId, journal::Action, team::Team};

use crate::{Desk, Failure};

impl Desk {
    /// The team as it set itself up.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn team(&self) -> Result<Team, Failure> {
        Ok(self.store.read(|it| it.team())?)
    }

    /// Names somebody who may approve as legal, or (`may` false) takes them off the list. Approvals
    /// that were given before stay as they are.
    ///
    /// # Errors
    /// When this desk knows nobody of that id.
    pub fn set_legal(&self, member: MemberId, may: bool) -> Result<Team, Failure> {
        self.change_team(|it, after| {
            if !it.members()?.iter().any(|it| it.id == member) {
                return Err(Failure::not_found("member"));
            }
            after.legal.retain(|it| *it != member);
            if may {
                after.legal.push(member);
            }
            Ok(())
        })
    }

    pub(crate) fn change_team(
        &self,
        change: impl FnOnce(farol_store::Reader<'_>, &mut Team) -> Result<(), Failure>,
    ) -> Result<Team, Failure> {
        self.store.write(|tx| {
            let before = tx.read().team()?;
            let mut after = before.clone();
            change(tx.read(), &mut after)?;
            if before != after {
                let (before, after) = (Box::new(before), Box::new(after.clone()));
                tx.record(&Action::TeamSet { before, after })?;
            }
            Ok(after)
        })
    }
}
