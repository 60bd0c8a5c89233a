//! Bundles that come in: opened, checked and shown before anything of them is kept.

use std::{fs::File, io, path::Path};

use farol_model::{journal::Action, member::Member};
use farol_store::{
    AgeError, BundleError, Identity, OpenedBundle, StoreError, TakeError, Taken, WriteTx,
    fingerprint, open_bundle,
};

use crate::{
    Code, Desk, Failure,
    lookups::Watch,
    members::{another_fingerprint, letters},
    signed_files::words::legible,
    view::{BundleCase, BundleKey, BundlePerson, BundleShown, Incoming, IncomingCase},
};

impl Desk {
    /// Opens a bundle and checks every hash and signature in it. Nothing of it is kept.
    ///
    /// # Errors
    /// When it cannot be opened with this key, is no bundle, was changed or cut off, or comes from
    /// another kind of vault.
    pub fn show_bundle(
        &self,
        path: &Path,
        key: &BundleKey,
        watch: &Watch<'_>,
    ) -> Result<BundleShown, Failure> {
        let opened = self.opened_bundle(path, key, watch)?;
        let members = self.store.read(|it| it.members())?;
        Ok(shown(opened, &members))
    }

    /// What taking a bundle in would bring: the bundle is checked, and taken in by a transaction that is
    /// taken back. Nothing of it is kept.
    ///
    /// # Errors
    /// As [`Self::show_bundle`], and when it cannot be taken in.
    pub fn preview_import(
        &self,
        path: &Path,
        key: &BundleKey,
        watch: &Watch<'_>,
    ) -> Result<Incoming, Failure> {
        let opened = self.opened_bundle(path, key, watch)?;
        let identity = identity(key)?;
        let mut found = None;
        let members = self.store.read(|it| it.members())?;
        let tried: Result<(), Tried> = self.store.write(|tx| {
            for (member, card) in self.unknown(tx, &opened)? {
                tx.record(&Action::MemberAdded { member, card: Some(Box::new(card)) })?;
            }
            found = Some(tx.take_entries(&mut open(path)?, &identity, &opened)?);
            Err(Tried::Seen)
        });
        match (tried, found) {
            (Err(Tried::Seen), Some(taken)) => Ok(incoming(opened, &members, taken)),
            (Err(Tried::Failed(failure)), _) => Err(failure),
            _ => Err(Failure::not_found("bundle")),
        }
    }

    /// Takes a bundle in: its entries stand beside this desk's own, with the hashes and signatures of
    /// those who wrote them. What is here already is not taken again. `compared` are the fingerprints
    /// of everybody who signed something in it and is unknown here, as they told them.
    ///
    /// # Errors
    /// As [`Self::preview_import`], and when somebody unknown was not compared; nothing is kept then.
    pub fn import_bundle(
        &self,
        path: &Path,
        key: &BundleKey,
        compared: &[String],
        watch: &Watch<'_>,
    ) -> Result<Incoming, Failure> {
        self.require_two_ways()?;
        let opened = self.opened_bundle(path, key, watch)?;
        let identity = identity(key)?;
        let members = self.store.read(|it| it.members())?;
        self.store.write(|tx| {
            for (member, _) in self.unknown(tx, &opened)? {
                must_be_compared(&member, compared)?;
            }
            Ok::<_, Failure>(())
        })?;
        let mut go_on = |done: u32, total: u32| {
            (watch.progress)(done as usize, total as usize);
            !(watch.cancelled)()
        };
        let arrived = self.store.take_originals(&mut open(path)?, &identity, &mut go_on)?;
        let taken: Result<Taken, Tried> = self.store.write(|tx| {
            for (member, card) in self.unknown(tx, &opened)? {
                must_be_compared(&member, compared)?;
                tx.record(&Action::MemberAdded { member, card: Some(Box::new(card)) })?;
            }
            let taken = tx.take_entries(&mut open(path)?, &identity, &opened)?;
            if taken.n_new == 0 { Err(Tried::Nothing(taken)) } else { Ok(taken) }
        });
        // What entries name by now stays; the rest goes again.
        self.store.let_go(&arrived)?;
        if taken.as_ref().is_ok_and(|it| it.cases.iter().any(|it| it.n_disposed > 0)) {
            self.end_disposal("The bundle is taken in, and with it that drafts were disposed of.")?;
        }
        match taken {
            Ok(taken) | Err(Tried::Nothing(taken)) => Ok(incoming(opened, &members, taken)),
            Err(Tried::Failed(failure)) => Err(failure),
            Err(Tried::Seen) => Err(Failure::not_found("bundle")),
        }
    }

    /// People who signed something in a bundle and are unknown here.
    fn unknown(
        &self,
        tx: &WriteTx<'_>,
        opened: &OpenedBundle,
    ) -> Result<Vec<(Member, farol_model::signed::SignedFile)>, Failure> {
        let mut unknown = Vec::new();
        for (member, card) in &opened.people {
            if self.can_add(tx.read(), member)? {
                unknown.push((member.clone(), card.clone()));
            }
        }
        Ok(unknown)
    }

    pub(crate) fn opened_bundle(
        &self,
        path: &Path,
        key: &BundleKey,
        watch: &Watch<'_>,
    ) -> Result<OpenedBundle, Failure> {
        let identity = identity(key)?;
        let mut file = open(path)?;
        let mut go_on = |done: u32, total: u32| {
            (watch.progress)(done as usize, total as usize);
            !(watch.cancelled)()
        };
        let opened = open_bundle(&mut file, &identity, &mut go_on)?;
        if opened.manifest.practice != self.practice.is_some() {
            return Err(Failure::refused(
                "A practice desk and a real one do not exchange cases. Nothing was changed.",
                "Use bundles from desks of the same kind.",
            ));
        }
        Ok(opened)
    }
}

/// Why a transaction about a bundle was taken back.
enum Tried {
    /// It was only to be seen.
    Seen,
    /// There was nothing new in it.
    Nothing(Taken),
    Failed(Failure),
}

impl From<Failure> for Tried {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StoreError> for Tried {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<TakeError> for Tried {
    fn from(error: TakeError) -> Self {
        Self::Failed(error.into())
    }
}

/// A key that nobody vouched for is not taken in with a bundle.
fn must_be_compared(member: &Member, compared: &[String]) -> Result<(), Failure> {
    let own = fingerprint(&member.public_key).unwrap_or_default();
    if compared.iter().any(|it| letters(it) == letters(&own)) {
        return Ok(());
    }
    Err(another_fingerprint(&legible(&member.name), &own))
}

fn incoming(opened: OpenedBundle, members: &[Member], taken: Taken) -> Incoming {
    let cases = taken.cases.into_iter().map(|it| IncomingCase {
        id: it.id,
        theirs: it.theirs,
        reference: it.reference,
        n_new: it.n_new,
        is_new: it.is_new,
        n_conflicts: it.n_conflicts,
        n_destroyed: it.n_destroyed,
        n_disposed: it.n_disposed,
    });
    Incoming {
        cases: cases.collect(),
        bundle: shown(opened, members),
        n_new: taken.n_new,
        n_known: taken.n_known,
    }
}

fn shown(opened: OpenedBundle, members: &[Member]) -> BundleShown {
    let people = opened.people.iter().map(|(it, _)| BundlePerson {
        name: legible(&it.name),
        fingerprint: fingerprint(&it.public_key).unwrap_or_default(),
        known: members.contains(it),
    });
    let cases = opened.manifest.cases.iter();
    BundleShown {
        people: people.collect(),
        at: opened.manifest.at,
        to: legible(&opened.manifest.to),
        cases: cases
            .map(|it| BundleCase { reference: it.reference, n_entries: it.n_entries })
            .collect(),
        n_entries: opened.n_entries,
        n_reports: u32::try_from(opened.manifest.reports.len()).unwrap_or(u32::MAX),
        n_originals: opened.n_originals,
        sha256: opened.sha256,
    }
}

pub(crate) fn identity(key: &BundleKey) -> Result<Identity, Failure> {
    let said = |text: &Option<String>| text.clone().filter(|it| !it.trim().is_empty());
    match (said(&key.passphrase), said(&key.identity)) {
        (Some(words), None) => Ok(Identity::Passphrase(words.into())),
        (None, Some(text)) => Identity::read_key(&text).ok_or_else(|| {
            Failure::bad_input(
                "This is no secret age key. Nothing was changed.",
                "It begins with AGE-SECRET-KEY-1, as age-keygen writes it.",
            )
        }),
        _ => Err(Failure::bad_input(
            "A bundle is opened with its passphrase or with a secret age key. Nothing was changed.",
            "Give one of the two.",
        )),
    }
}

pub(crate) fn open(path: &Path) -> Result<File, Failure> {
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    if file.metadata().map_err(|error| unreadable(&error))?.is_file() {
        return Ok(file);
    }
    Err(Failure::bad_input(
        "This is no file. Nothing was changed.",
        "Choose the bundle as your colleague's Farol wrote it.",
    ))
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::bad_input(
        format!("The file cannot be read: {}. Nothing was changed.", error.kind()),
        "Check the path and its permissions.",
    )
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Locked(AgeError::WrongKey) => Self::new(
                Code::WrongPassphrase,
                "This does not open the bundle. Nothing was changed.",
                "Check the passphrase, or ask for whose key the bundle is.",
            ),
            BundleError::Locked(AgeError::Otherwise { passphrase: true }) => Self::new(
                Code::WrongPassphrase,
                "This bundle is opened with a passphrase, not with a key. Nothing was changed.",
                "Ask whoever left it for the passphrase.",
            ),
            BundleError::Locked(AgeError::Otherwise { passphrase: false }) => Self::new(
                Code::WrongPassphrase,
                "This bundle is opened with an age key, not with a passphrase. Nothing was changed.",
                "Give the secret key of one of those it is for.",
            ),
            BundleError::Locked(AgeError::NotAge) | BundleError::NotABundle => Self::bad_input(
                "This is not a bundle that Farol writes. Nothing was changed.",
                "Choose the file as your colleague's Farol wrote it.",
            ),
            BundleError::Newer | BundleError::Locked(AgeError::Newer) => Self::refused(
                "This bundle was written by a newer Farol. Nothing was changed.",
                "Open it with the newer version.",
            ),
            BundleError::Locked(AgeError::TooDear) => Self::refused(
                "Trying the passphrase on this file would take longer than any that Farol writes. Nothing was changed.",
                "Ask for a bundle as Farol writes it.",
            ),
            BundleError::Wrong(what) => Self::new(
                Code::Damaged,
                format!("This bundle is not what its signer wrote: {what}. Nothing was changed."),
                "Ask whoever sent it for the file again, and tell them.",
            ),
            BundleError::Stopped => {
                Self::refused("Stopped. Nothing was changed.", "Open it again when you want it.")
            }
            BundleError::Io(error) | BundleError::Locked(AgeError::Io(error)) => cut_off_or(&error),
            BundleError::Locked(AgeError::Header) => Self::new(
                Code::Damaged,
                "The beginning of this file was changed. Nothing was changed here.",
                "Ask whoever sent it for the file again.",
            ),
        }
    }
}

impl From<TakeError> for Failure {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Bundle(error) => error.into(),
            TakeError::Store(error) => error.into(),
            TakeError::Erased(reference) => Self::refused(
                format!(
                    "{reference} was erased on this desk, and this bundle has it. Nothing was taken in."
                ),
                "What was erased stays erased; ask for a bundle without it.",
            ),
            TakeError::Parted { desk, n } => Self::new(
                Code::Damaged,
                format!(
                    "The journal of desk {desk} in this bundle is not the one that is known here: it parts at entry {n}. Nothing was taken in."
                ),
                "That desk was set back to an older backup, or two computers write as one desk. Talk to whoever left the bundle.",
            ),
            TakeError::SetBack { n } => Self::new(
                Code::Damaged,
                format!(
                    "This bundle has entry {n} of this desk, which this desk has not: it was set back. Nothing was taken in."
                ),
                "Put the newest backup back first (Settings, or `farolctl backup list`).",
            ),
            TakeError::Another => Self::new(
                Code::Damaged,
                "Something in this bundle has the id of something else on this desk. Nothing was taken in.",
                "Ask whoever left it, and tell them: an honest desk does not write that.",
            ),
            TakeError::OnHold(reference) => Self::refused(
                format!(
                    "In this bundle evidence of {reference} was destroyed, or drafts were disposed of, and the case is on legal hold here. Nothing was taken in."
                ),
                "Talk to whoever set the hold; evidence and drafts stay here as long as it lasts.",
            ),
            TakeError::Contradicts { n } => Self::new(
                Code::Damaged,
                format!(
                    "Entry {n} of this bundle does not hold together with what is here: a signature that it rests on is missing. Nothing was taken in."
                ),
                "Ask whoever left it for a bundle with everything the case rests on.",
            ),
        }
    }
}

fn cut_off_or(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Failure::new(
            Code::Damaged,
            "This file was changed, or its end is missing. Nothing was changed here.",
            "Copy it again, whole, or ask whoever sent it.",
        ),
        _ => unreadable(error),
    }
}
