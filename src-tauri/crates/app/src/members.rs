//! People whose signatures this desk can check, and the cards by which they become known.

use std::path::Path;

use farol_model::{
    journal::Action,
    member::Member,
    signed::{FileKind, Says, SignedFile},
};
use farol_store::{Reader, fingerprint};

use crate::{
    Desk, Failure,
    signed_files::{another_kind, words::legible},
    view::MemberRow,
};

/// Longer names are refused.
const MAX_NAME_CHARS: usize = 100;

impl Desk {
    /// Everybody whose signature this desk can check: the person at the desk, then the others by name.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn members(&self) -> Result<Vec<MemberRow>, Failure> {
        let members = self.store.read(|it| it.members())?;
        let mut rows: Vec<_> = members.into_iter().map(|it| self.member_row(it)).collect();
        rows.sort_by(|a, b| (!a.you, &a.member.name).cmp(&(!b.you, &b.member.name)));
        Ok(rows)
    }

    fn member_row(&self, member: Member) -> MemberRow {
        MemberRow {
            fingerprint: fingerprint(&member.public_key).unwrap_or_default(),
            you: member.id == self.store.member(),
            member,
        }
    }

    /// A file name for this person's card.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn card_name(&self) -> Result<String, Failure> {
        let name = self.store.read(|it| it.member(self.store.member()))?.name;
        let letters = name.chars().map(|it| if it.is_alphanumeric() { it } else { '-' });
        Ok(format!("{}-member-card.json", letters.collect::<String>().to_lowercase()))
    }

    /// Writes this person's card: name and public key, nothing of any case. Gives the fingerprint that
    /// a colleague compares by voice.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_card(&self, path: &Path) -> Result<String, Failure> {
        let member = self.store.read(|it| it.member(self.store.member()))?;
        let fingerprint = fingerprint(&member.public_key).unwrap_or_default();
        self.leave(path, |tx| Ok(self.sign(tx, Says::Card(member))?.file))?;
        Ok(fingerprint)
    }

    /// Adds the member whose card this is. `compared` is the fingerprint as they told it, by voice or
    /// in person; a card alone could be anybody's.
    ///
    /// # Errors
    /// When the card was changed, the fingerprint is another, or the id or the key is somebody else's.
    pub fn add_member(&self, card: &SignedFile, compared: &str) -> Result<MemberRow, Failure> {
        self.store.write(|tx| {
            let checked = self.check(tx.read(), card)?;
            let Says::Card(member) = checked.statement.says else {
                return Err(another_kind(checked.statement.says.kind(), FileKind::Card));
            };
            let new = self.can_add(tx.read(), &member)?;
            let row = self.member_row(member.clone());
            if letters(compared) != letters(&row.fingerprint) {
                return Err(another_fingerprint(&row.member.name, &row.fingerprint));
            }
            if !new {
                return Err(Failure::refused(
                    "This member is on the desk already. Nothing was added.",
                    "Nothing is left to do: their signature can be checked.",
                ));
            }
            tx.record(&Action::MemberAdded { member, card: Some(Box::new(card.clone())) })?;
            Ok(row)
        })
    }

    /// Whether a card adds somebody; false when they are known as they are.
    ///
    /// # Errors
    /// When its id or its key is known as somebody else's, or its name is none.
    pub(crate) fn can_add(&self, it: Reader<'_>, member: &Member) -> Result<bool, Failure> {
        let name = &member.name;
        if name.trim().is_empty()
            || name.chars().count() > MAX_NAME_CHARS
            || legible(name) != *name
            || name.contains('\n')
        {
            return Err(Failure::refused(
                "The name on this card cannot be shown on one line. Nothing was added.",
                "Ask for a card with a plain name.",
            ));
        }
        let members = it.members()?;
        if members.contains(member) {
            return Ok(false);
        }
        if members.iter().any(|it| it.id == member.id) {
            return Err(Failure::refused(
                format!(
                    "This card has the id of a member who has another key or name ({}). Nothing was added.",
                    member.id
                ),
                "Call the person: either their desk was made anew, or somebody pretends to be them.",
            ));
        }
        if let Some(known) = members.iter().find(|it| it.public_key == member.public_key) {
            return Err(Failure::refused(
                format!(
                    "The key on this card is already known under another id ({}). Nothing was added.",
                    known.id
                ),
                "One key is one person: ask them for the card of their own desk.",
            ));
        }
        Ok(true)
    }
}

/// A fingerprint as it was typed: spaces and capitals do not count, and look-alikes are read as meant.
pub(crate) fn letters(fingerprint: &str) -> String {
    let letters = fingerprint.chars().filter(char::is_ascii_alphanumeric);
    letters
        .map(|it| match it.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            it => it,
        })
        .collect()
}

pub(crate) fn another_fingerprint(name: &str, fingerprint: &str) -> Failure {
    Failure::refused(
        format!("The card of {name} has the fingerprint {fingerprint}. Nothing was added."),
        "Have them read theirs to you, by voice or in person, and add the card with what they read.",
    )
}
