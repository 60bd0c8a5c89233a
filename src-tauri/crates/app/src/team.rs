//! What the team sets for itself.

use std::path::Path;

use farol_model::{
    id::MemberId,
    journal::Action,
    team::{Logo, Team},
};

use crate::{Desk, Failure};

/// Makes a logo from a file's bytes, or says why not.
pub type CleanLogo = fn(&[u8]) -> Result<Logo, &'static str>;

/// Longer names do not fit beside a title.
const MAX_NAME_CHARS: usize = 60;
/// Larger files are not even read.
const MAX_LOGO_BYTES: u64 = 4 << 20;

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

    /// What the team calls itself on paper; nothing with an empty name.
    ///
    /// # Errors
    /// When the name is too long for the head of a paper.
    pub fn set_team_name(&self, name: &str) -> Result<Team, Failure> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(Failure::bad_input(
                format!("The name has more than {MAX_NAME_CHARS} letters. Nothing was changed."),
                "Give one that fits beside a title.",
            ));
        }
        self.change_team(|_, after| {
            after.name = name;
            Ok(())
        })
    }

    /// The picture at the head of papers, from a PNG or JPEG file. Only its pixels are kept.
    ///
    /// # Errors
    /// When the file cannot be a logo; it says why.
    pub fn set_logo(&self, clean: CleanLogo, file: &Path) -> Result<Team, Failure> {
        let refused = |why: &str| {
            Failure::bad_input(
                format!("This cannot be the logo: {why}. Nothing was changed."),
                "Give a PNG or JPEG file of a few hundred pixels.",
            )
        };
        let size = std::fs::metadata(file).map_err(|_| refused("the file cannot be read"))?.len();
        if size > MAX_LOGO_BYTES {
            return Err(refused("the file is larger than 4 MiB"));
        }
        let bytes = std::fs::read(file).map_err(|_| refused("the file cannot be read"))?;
        let logo = clean(&bytes).map_err(refused)?;
        self.change_team(|_, after| {
            after.logo = Some(logo);
            Ok(())
        })
    }

    /// Papers without a picture.
    ///
    /// # Errors
    /// When the vault refuses.
    pub fn remove_logo(&self) -> Result<Team, Failure> {
        self.change_team(|_, after| {
            after.logo = None;
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
