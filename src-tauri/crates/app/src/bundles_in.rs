//! Bundles that come in: opened, checked and shown before anything of them is kept.

use std::{fs::File, io, path::Path};

use farol_model::member::Member;
use farol_store::{AgeError, BundleError, Identity, OpenedBundle, fingerprint, open_bundle};

use crate::{
    Code, Desk, Failure,
    lookups::Watch,
    signed_files::words::legible,
    view::{BundleCase, BundleKey, BundlePerson, BundleShown},
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
