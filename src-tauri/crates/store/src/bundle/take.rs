//! Taking a bundle in: its entries stand beside this desk's own, as they were written.
//!
//! The originals come first, piece by piece, as those of any file do; the entries come in one
//! transaction, which looks at everything it makes before it commits. The same transaction, taken back,
//! is the preview.

use std::{collections::BTreeSet, io::Read};

use rusqlite::{Connection, OptionalExtension, params};

use farol_model::{
    bundle::{Manifest, TakenBundle},
    case::CaseRef,
    id::{CaseId, DeskId, Digest},
    journal::Action,
};

use super::open::{BundleError, CheckedEntry, Item, OpenedBundle, walk};
use crate::{
    Store, StoreError, WriteTx,
    age::Identity,
    drafts,
    evidence::{self, ArrivedFile},
    read,
    shared::{self, Owner},
    tail::{keep_signature, write_seal},
    verify, write,
};

/// What a bundle brought, or would bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its cases as they stand here.
    pub cases: Vec<TakenCase>,
    /// Entries that this desk did not have.
    pub n_new: u32,
    /// Entries that it had.
    pub n_known: u32,
}

/// A case of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenCase {
    /// Its id.
    pub id: CaseId,
    /// Its number on the desk that left the bundle.
    pub theirs: CaseRef,
    /// Its number here.
    pub reference: CaseRef,
    /// Entries of it that this desk did not have.
    pub n_new: u32,
    /// Whether this desk had none of it before.
    pub is_new: bool,
    /// Facts that have more than one version.
    pub n_conflicts: u32,
    /// Pieces of evidence whose bytes the other desk destroyed, so that they go here, too.
    pub n_destroyed: u32,
    /// Documents whose drafts the other desk disposed of, so that they go here, too.
    pub n_disposed: u32,
}

/// Why a bundle that is good was not taken in. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// It is not good after all.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The vault refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A case in it was erased here.
    #[error("{0} was erased here")]
    Erased(CaseRef),
    /// The journal of a desk in it is not the one that is known here.
    #[error("the journal of desk {desk} parts at entry {n}")]
    Parted {
        /// Whose journal.
        desk: DeskId,
        /// The first entry that differs.
        n: u32,
    },
    /// It has entries of this desk that this desk has not.
    #[error("it has entry {n} of this desk")]
    SetBack {
        /// The first of them.
        n: u32,
    },
    /// Something in it has the id of something else here.
    #[error("an id in it is another thing here")]
    Another,
    /// It destroys evidence, or disposes of drafts, of a case that is on hold here.
    #[error("it destroys evidence or drafts of a case on hold")]
    OnHold(CaseRef),
    /// The entries do not hold together with those that are here.
    #[error("entry {n} does not hold together with what is here")]
    Contradicts {
        /// Its number on its desk.
        n: u32,
    },
}

/// What the entries brought so far.
#[derive(Default)]
struct Entering {
    n_new: u32,
    n_known: u32,
    owners: BTreeSet<Owner>,
    new_of: std::collections::BTreeMap<CaseId, u32>,
    destroyed: Vec<(CaseId, Action)>,
    disposed: Vec<CaseId>,
    /// Documents whose drafts were disposed of here: nobody gets to read them again.
    closed: BTreeSet<String>,
    opened: Vec<farol_model::case::Case>,
}

impl Store {
    /// Takes the originals of a bundle in, each in a transaction of its own, marked until entries name
    /// them. `go_on` is told how many of how many, and ends it by saying no.
    ///
    /// # Errors
    /// See [`TakeError`]; nothing is kept then.
    pub fn take_originals(
        &self,
        from: &mut dyn Read,
        with: &Identity,
        go_on: &mut dyn FnMut(u32, u32) -> bool,
    ) -> Result<ArrivedFile, TakeError> {
        let arrived = self.begin_arriving();
        let mut n = 0;
        let mut failed = None;
        let walked = walk(from, with, &mut |manifest, item| {
            let Item::Original(bytes) = item else { return Ok(()) };
            n += 1;
            let total = u32::try_from(manifest.parts.len() - 1).unwrap_or(u32::MAX);
            if !go_on(n, total) {
                return Err(BundleError::Stopped);
            }
            self.keep_arriving_of(&arrived, bytes).map_err(|error| {
                failed = Some(error);
                BundleError::Stopped
            })
        });
        let Err(error) = walked else { return Ok(arrived) };
        self.let_go(&arrived)?;
        Err(failed.map_or_else(|| error.into(), Into::into))
    }
}

impl WriteTx<'_> {
    /// Takes the entries of a bundle in, and says on each case that it did. When there is nothing new,
    /// nothing is recorded. People who signed in it have to be known before.
    ///
    /// # Errors
    /// See [`TakeError`]; the transaction is then void.
    pub fn take_entries(
        &mut self,
        from: &mut dyn Read,
        with: &Identity,
        bundle: &OpenedBundle,
    ) -> Result<Taken, TakeError> {
        let known: Vec<bool> = bundle
            .manifest
            .cases
            .iter()
            .map(|it| Ok(self.read().case(it.id).is_ok()))
            .collect::<Result<_, StoreError>>()?;
        self.erased_here(&bundle.manifest)?;
        let closed = drafts::disposed_seals(self.connection())?;
        let mut entering = Entering { closed, ..Entering::default() };
        let mut failed = None;
        let walked = walk(from, with, &mut |_, item| {
            let done = match item {
                Item::Entry(entry) => self.enter(entry, &mut entering),
                Item::Bare(desk, n, places, signature) => {
                    self.enter_bare(desk, n, places, signature)
                }
                // The journal stands before the originals.
                Item::Original(..) => return Err(BundleError::Stopped),
            };
            done.map_err(|error| {
                failed = Some(error);
                BundleError::Stopped
            })
        });
        match (walked, failed) {
            (_, Some(error)) => return Err(error),
            (Err(BundleError::Stopped) | Ok(_), None) => {}
            (Err(error), None) => return Err(error.into()),
        }
        if entering.n_new > 0 {
            self.settle(bundle, &entering)?;
        }
        let cases = bundle.manifest.cases.iter().zip(known).map(|(case, known)| {
            let n_destroyed = entering.destroyed.iter().filter(|(it, _)| *it == case.id).count();
            Ok(TakenCase {
                id: case.id,
                theirs: case.reference,
                reference: self.read().case(case.id)?.reference,
                n_new: entering.new_of.get(&case.id).copied().unwrap_or_default(),
                is_new: !known,
                n_conflicts: count(self.read().conflicts(case.id)?.len()),
                n_destroyed: count(n_destroyed),
                n_disposed: count(entering.disposed.iter().filter(|it| **it == case.id).count()),
            })
        });
        let cases = cases.collect::<Result<_, StoreError>>()?;
        Ok(Taken { cases, n_new: entering.n_new, n_known: entering.n_known })
    }

    fn erased_here(&self, manifest: &Manifest) -> Result<(), TakeError> {
        let tombstones = self.read().tombstones()?;
        let erased =
            tombstones.iter().find(|it| manifest.cases.iter().any(|case| case.id == it.id));
        erased.map_or(Ok(()), |it| Err(TakeError::Erased(it.reference)))
    }

    fn enter(&self, entry: &CheckedEntry, entering: &mut Entering) -> Result<(), TakeError> {
        let (conn, header) = (self.connection(), &entry.header);
        if self.is_here(header.desk, header.n, &entry.hash)? == Some(Kept::Entry) {
            entering.n_known += 1;
            return Ok(());
        }
        if let Some(key) = read::seal_key(conn, &entry.seal)?
            && key.0 != *entry.key
        {
            return Err(TakeError::Another);
        }
        let is_taken: bool = conn
            .prepare_cached("SELECT 1 FROM entry WHERE id = ?1")
            .and_then(|mut it| it.exists([header.id.to_string()]))
            .map_err(StoreError::from)?;
        if is_taken || !is_free(conn, entry)? {
            return Err(TakeError::Another);
        }
        if !entering.closed.contains(&entry.seal) {
            write_seal(conn, &entry.seal, &entry.key)?;
        }
        write::insert_entry(conn, header, &entry.seal, &entry.body, &entry.prev, &entry.hash)?;
        if let Some(signature) = &entry.signature {
            keep_signature(conn, header.desk, header.n, signature)?;
        }
        entering.n_new += 1;
        entering.owners.insert(Owner::of(header, &entry.seal));
        if let Some(case) = header.case {
            *entering.new_of.entry(case).or_default() += 1;
        }
        match &entry.action {
            Action::CaseOpened { case } => entering.opened.push((**case).clone()),
            Action::EvidenceDestroyed { case, .. } => {
                entering.destroyed.push((*case, entry.action.clone()));
            }
            Action::DraftsDisposed { case, .. } => entering.disposed.push(*case),
            _ => {}
        }
        Ok(())
    }

    fn enter_bare(
        &self,
        desk: DeskId,
        first: u32,
        places: &[(Digest, [u8; 32])],
        signature: Option<&[u8]>,
    ) -> Result<(), TakeError> {
        let mut insert = self
            .connection()
            .prepare_cached("INSERT INTO bare (desk, n, digest, hash) VALUES (?1, ?2, ?3, ?4)")
            .map_err(StoreError::from)?;
        let mut last = first;
        for (n, (digest, hash)) in (first..).zip(places) {
            last = n;
            if self.is_here(desk, n, hash)?.is_none() {
                insert
                    .execute(params![desk.to_string(), n, digest.0, hash])
                    .map_err(StoreError::from)?;
            }
        }
        if let Some(signature) = signature {
            keep_signature(self.connection(), desk, last, signature)?;
        }
        Ok(())
    }

    /// What is here of a place in a desk's journal.
    fn is_here(&self, desk: DeskId, n: u32, hash: &[u8; 32]) -> Result<Option<Kept>, TakeError> {
        let conn = self.connection();
        let find = |sql: &str| -> Result<Option<[u8; 32]>, StoreError> {
            Ok(conn
                .prepare_cached(sql)?
                .query_row(params![desk.to_string(), n], |row| row.get(0))
                .optional()?)
        };
        let entry = find("SELECT hash FROM entry WHERE desk = ?1 AND n = ?2")?;
        let kept = match entry {
            Some(found) => Some((found, Kept::Entry)),
            None => find("SELECT hash FROM bare WHERE desk = ?1 AND n = ?2")?
                .map(|found| (found, Kept::Digest)),
        };
        match kept {
            Some((found, kept)) if found == *hash => Ok(Some(kept)),
            Some(_) => Err(TakeError::Parted { desk, n }),
            None if desk == self.desk() => Err(TakeError::SetBack { n }),
            None => Ok(None),
        }
    }

    /// Makes the tables of everything that came, records that it came, and looks at the whole.
    fn settle(&mut self, bundle: &OpenedBundle, entering: &Entering) -> Result<(), TakeError> {
        let destroyed = entering.destroyed.iter().map(|(case, _)| case);
        for case in destroyed.chain(&entering.disposed) {
            if self.read().hold(*case)?.is_some() {
                return Err(TakeError::OnHold(self.read().case(*case)?.reference));
            }
        }
        for case in &entering.opened {
            if self.is_number_taken(case.id, case.reference)? {
                let reference = self.read().next_reference(case.reference.year)?;
                self.record(&Action::CaseRenumbered { case: case.id, reference })?;
            }
        }
        let conn = self.connection();
        for owner in &entering.owners {
            if shared::is_shared(conn, owner)? {
                shared::settle(conn, conn, owner)?;
            }
        }
        for (_, action) in &entering.destroyed {
            evidence::follow(conn, action)?;
        }
        let manifest = &bundle.manifest;
        let of_reports_only = entering.new_of.is_empty();
        for case in &manifest.cases {
            let n_entries = entering.new_of.get(&case.id).copied().unwrap_or_default();
            if n_entries == 0 && !of_reports_only {
                continue;
            }
            let taken = TakenBundle {
                sha256: bundle.sha256,
                from: bundle.signer.id,
                name: bundle.signer.name.clone(),
                desk: manifest.desk,
                chains: manifest.chains.clone(),
                reports: manifest.reports.clone(),
                n_entries,
            };
            self.record(&Action::BundleTaken { case: case.id, bundle: Box::new(taken) })?;
        }
        // The commit signs the last entry; everything before it can be looked at now.
        if let Some(wrong) = verify::verify_before_commit(self.connection())? {
            return Err(TakeError::Contradicts { n: wrong.n });
        }
        Ok(())
    }

    fn is_number_taken(&self, id: CaseId, reference: CaseRef) -> Result<bool, StoreError> {
        let taken: bool = self.connection().query_row(
            "SELECT EXISTS (SELECT 1 FROM case_ WHERE year = ?1 AND number = ?2 AND id <> ?3)
                 OR EXISTS (SELECT 1 FROM tombstone WHERE year = ?1 AND number = ?2)
                 OR EXISTS (SELECT 1 FROM renumbered WHERE year = ?1 AND number = ?2)",
            params![reference.year, reference.number, id.to_string()],
            |row| row.get(0),
        )?;
        Ok(taken)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Entry,
    Digest,
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Whether what an entry names by its own id is nothing else here.
fn is_free(conn: &Connection, entry: &CheckedEntry) -> Result<bool, StoreError> {
    let case = entry.header.case.map(|it| it.to_string());
    let here = |table: &str, id: String| -> Result<bool, StoreError> {
        let sql = format!("SELECT case_id FROM {table} WHERE id = ?1");
        let owner: Option<String> =
            conn.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?;
        Ok(owner.is_none_or(|it| Some(it) == case))
    };
    match &entry.action {
        Action::NoteAdded { note, .. } | Action::NoteWithdrawn { note, .. } => {
            here("note", note.id.to_string())
        }
        Action::ClockSet { after, .. } => here("clock", after.id.to_string()),
        Action::SightingSet { before, after, .. } => match after.as_ref().or(before.as_ref()) {
            Some(it) => here("sighting", it.id.to_string()),
            None => Ok(true),
        },
        Action::DecisionSet { after, .. } => here("decision", after.id.to_string()),
        Action::MitigationSet { after, .. } => here("mitigation", after.id.to_string()),
        Action::DocumentCreated { document } => here("document", document.id.to_string()),
        Action::BlocksSaved { document, .. }
        | Action::EnvelopeSet { document, .. }
        | Action::StandingSet { document, .. }
        | Action::DocumentSent { document, .. } => here("document", document.to_string()),
        Action::DraftsDisposed { left, .. } => here("document", left.document.id.to_string()),
        Action::EvidenceReceived { evidence, .. } => here("evidence", evidence.id.to_string()),
        Action::EvidenceHandled { evidence, .. } | Action::EvidenceDestroyed { evidence, .. } => {
            here("evidence", evidence.to_string())
        }
        Action::Observed { observations, .. } => {
            for it in observations {
                if !here("observation", it.id.to_string())? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(true),
    }
}
