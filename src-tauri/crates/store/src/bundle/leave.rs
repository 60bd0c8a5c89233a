//! Writing a bundle: what would leave, and the file, piece by piece.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use farol_model::{
    bundle::{BundledCase, ChainMark, FORMAT, Manifest, Part},
    id::{CaseId, DeskId, Digest, MemberId, ReportId, SignedFileId, Size},
    journal::Action,
    signed::{FileKind, Says, SignedFile, Statement},
    time::Timestamp,
};

use super::{
    Hashed, JOURNAL, Lock, MANIFEST, ORIGINALS,
    lines::{At, Stored, Writer, each, write_line},
};
use crate::{Reader, Store, StoreError, projection::json, read, verify};

/// A block of an archive.
const BLOCK: usize = 512;

/// What would leave: everything is known, nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the bundle's first file would say.
    pub manifest: Manifest,
    /// Entries that would be said, of cases and reports.
    pub n_entries: u32,
    /// Entries of which only the digest would be given.
    pub n_digests: u32,
    /// Files and messages that would go with them.
    pub n_originals: u32,
    /// Bytes of the archive, before it is encrypted.
    pub bytes: u64,
    /// Originals that entries name and that are not here any more.
    pub n_missing: u32,
}

/// Which entries are said.
struct Said {
    cases: BTreeSet<CaseId>,
    reports: BTreeSet<ReportId>,
}

/// What the entries that are said name.
#[derive(Default)]
struct Named {
    n_entries: BTreeMap<CaseId, u32>,
    n_of_reports: u32,
    n_digests: u32,
    actors: BTreeSet<MemberId>,
    originals: BTreeSet<Digest>,
    chains: Vec<ChainMark>,
}

impl Said {
    /// What was disposed of is not said by anybody any more.
    fn has(&self, entry: &Stored) -> bool {
        entry.key.is_some() && self.names(entry)
    }

    fn names(&self, entry: &Stored) -> bool {
        match entry.header.case {
            Some(case) => self.cases.contains(&case),
            None => entry.seal.parse().is_ok_and(|it| self.reports.contains(&it)),
        }
    }
}

impl Store {
    /// What would leave if these cases were bundled now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Damaged`] when the journal was changed.
    pub fn plan_bundle(&self, cases: &[CaseId], to: &str) -> Result<Plan, StoreError> {
        self.read(|it| self.planned(it, cases, to))
    }

    /// Writes a bundle of cases, encrypted. `go_on` is told how many bytes of how many are written,
    /// and ends it by saying no. Gives what is in it and the hash of the file.
    ///
    /// # Errors
    /// As [`Self::plan_bundle`]; [`StoreError::Io`]; [`StoreError::Stopped`]. What was written until
    /// then is no bundle.
    pub fn write_bundle(
        &self,
        cases: &[CaseId],
        to: &str,
        lock: &Lock,
        out: &mut dyn Write,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<(Plan, Digest), StoreError> {
        // One moment of the vault, whatever is written meanwhile.
        self.read(|it| {
            let plan = self.planned(it, cases, to)?;
            let mut out = Hashed::new(out);
            let mut archive = lock.encrypt(&mut out)?;
            self.write_archive(it.connection(), &plan, &mut archive, go_on)?;
            archive.finish()?;
            Ok((plan, out.sha256()))
        })
    }

    fn planned(&self, it: Reader<'_>, cases: &[CaseId], to: &str) -> Result<Plan, StoreError> {
        let conn = it.connection();
        if verify::verify(conn, &[])?.wrong.is_some() {
            return Err(StoreError::Damaged);
        }
        let mut said = Said { cases: BTreeSet::new(), reports: BTreeSet::new() };
        for case in cases {
            said.cases.insert(it.case(*case)?.id);
            said.reports.extend(it.reports_of(*case)?.iter().map(|it| it.id));
        }
        let mut named = Named::default();
        let mut journal = Hashed::new(io::sink());
        write_journal(conn, self.desk(), &said, &mut journal, Some(&mut named))?;
        let mut parts = vec![Part {
            name: JOURNAL.into(),
            size: Size(journal.n_bytes),
            sha256: journal.sha256(),
        }];
        let n_named = named.originals.len();
        for original in &named.originals {
            let size: Option<i64> = conn
                .prepare_cached("SELECT size FROM original WHERE hash = ?1")?
                .query_row([original.to_string()], |row| row.get(0))
                .optional()?;
            let Some(size) = size else { continue };
            parts.push(Part {
                name: format!("{ORIGINALS}{original}"),
                size: Size(size.unsigned_abs()),
                sha256: *original,
            });
        }
        let n_originals = parts.len() - 1;
        let bytes = parts.iter().map(|it| padded(it.size.0) + BLOCK as u64).sum();
        let bundled = said.cases.iter().map(|id| {
            let reference = it.case(*id)?.reference;
            let n_entries = named.n_entries.get(id).copied().unwrap_or_default();
            Ok(BundledCase { id: *id, reference, n_entries })
        });
        let manifest = Manifest {
            practice: it.is_practice()?,
            at: self.now(),
            name: it.member(self.member())?.name,
            vault: self.place().slots()?.vault(),
            desk: self.desk(),
            to: to.to_owned(),
            cases: bundled.collect::<Result<_, StoreError>>()?,
            reports: said.reports.iter().copied().collect(),
            chains: named.chains,
            cards: self.cards(it, &named.actors)?,
            parts,
        };
        Ok(Plan {
            n_entries: named.n_entries.values().sum::<u32>() + named.n_of_reports,
            n_digests: named.n_digests,
            n_originals: u32::try_from(n_originals).unwrap_or(u32::MAX),
            n_missing: u32::try_from(n_named - n_originals).unwrap_or(u32::MAX),
            bytes,
            manifest,
        })
    }

    /// The cards of everybody who signed something that is said, and of whoever makes the bundle.
    fn cards(
        &self,
        it: Reader<'_>,
        signers: &BTreeSet<MemberId>,
    ) -> Result<Vec<SignedFile>, StoreError> {
        let own = it.member(self.member())?;
        let statement = Statement {
            id: SignedFileId(self.new_id()),
            practice: it.is_practice()?,
            at: self.now(),
            name: own.name.clone(),
            says: Says::Card(own),
        };
        let mut cards = vec![self.sign_file(FileKind::Card, json(&statement))];
        let mut query = it.connection().prepare(
            "SELECT entry.id, desk, n, at_ms, actor, case_id, action, body, seal.key
             FROM entry JOIN seal ON seal.id = entry.sealed_with
             WHERE action = 'member_added' ORDER BY n",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (body, key): (Vec<u8>, Vec<u8>) = (row.get(7)?, row.get(8)?);
            let entry = read::open(read::header(row)?, &body, &key)?;
            let Action::MemberAdded { member, card: Some(card) } = entry.action else { continue };
            if signers.contains(&member.id) && member.id != self.member() {
                cards.push(*card);
            }
        }
        Ok(cards)
    }

    fn write_archive(
        &self,
        conn: &Connection,
        plan: &Plan,
        out: &mut dyn Write,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<(), StoreError> {
        let manifest = &plan.manifest;
        let signed = self.sign_text(FORMAT, json(manifest));
        let mut first = serde_json::to_vec_pretty(&signed).map_err(io::Error::from)?;
        first.push(b'\n');
        write_part(out, MANIFEST, first.len() as u64, manifest.at, |out| {
            Ok(out.write_all(&first)?)
        })?;
        let mut done = 0;
        for part in &manifest.parts {
            if !go_on(done, plan.bytes) {
                return Err(StoreError::Stopped);
            }
            write_part(out, &part.name, part.size.0, manifest.at, |out| {
                if part.name != JOURNAL {
                    return Ok(out.write_all(&Reader::new(conn).original(part.sha256)?)?);
                }
                let said = Said {
                    cases: manifest.cases.iter().map(|it| it.id).collect(),
                    reports: manifest.reports.iter().copied().collect(),
                };
                write_journal(conn, self.desk(), &said, out, None)
            })?;
            done += padded(part.size.0) + BLOCK as u64;
        }
        out.write_all(&[0; 2 * BLOCK])?;
        go_on(done, plan.bytes);
        Ok(())
    }
}

/// The first line of the journal of a bundle.
#[derive(Serialize)]
struct Head {
    format: &'static str,
}

/// Writes the journals of every desk that wrote something that is said; that of `own` always, and
/// first.
fn write_journal(
    conn: &Connection,
    own: DeskId,
    said: &Said,
    to: &mut dyn Write,
    mut named: Option<&mut Named>,
) -> Result<(), StoreError> {
    write_line(to, &Head { format: "farol bundle journal 1" })?;
    let mut writer = Writer::new(to);
    let mut desks = verify::desks(conn)?;
    desks.sort_by_key(|it| *it != own.to_string());
    for desk in desks {
        if desk != own.to_string() && !wrote(conn, &desk, said)? {
            continue;
        }
        let id: DeskId = read::id_of(&desk)?;
        writer.begin(id)?;
        let mut mark = None;
        let mut head = [0; 32];
        each(conn, &desk, &mut |n, at| {
            match at {
                At::Entry(entry) if said.has(&entry) => {
                    head = entry.hash;
                    if let Some(named) = &mut named {
                        named.take(&entry)?;
                    }
                    writer.entry(&entry, true)?;
                }
                At::Entry(entry) => {
                    head = entry.hash;
                    let digest = verify::entry_digest(&entry.header, &entry.seal, &entry.body);
                    writer.bare(n, digest, entry.signature)?;
                }
                At::Bare(digest, signature) => {
                    head = verify::entry_hash(&head, &digest);
                    writer.bare(n, digest, signature)?;
                }
            }
            mark = Some(ChainMark { desk: id, n, hash: Digest(head) });
            Ok(())
        })?;
        if let (Some(named), Some(mark)) = (&mut named, mark) {
            named.n_digests += mark.n;
            named.chains.push(mark);
        }
    }
    writer.end()?;
    if let Some(named) = named {
        named.n_digests -= named.n_entries.values().sum::<u32>() + named.n_of_reports;
    }
    Ok(())
}

/// Whether a desk wrote something that is said.
fn wrote(conn: &Connection, desk: &str, said: &Said) -> Result<bool, StoreError> {
    let mut of_case =
        conn.prepare_cached("SELECT 1 FROM entry WHERE desk = ?1 AND case_id = ?2")?;
    for case in &said.cases {
        if of_case.exists([desk, &case.to_string()])? {
            return Ok(true);
        }
    }
    let mut of_report = conn.prepare_cached(
        "SELECT 1 FROM entry WHERE desk = ?1 AND +case_id IS NULL AND sealed_with = ?2",
    )?;
    for report in &said.reports {
        if of_report.exists([desk, &report.to_string()])? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Named {
    fn take(&mut self, entry: &Stored) -> Result<(), StoreError> {
        let key = entry.key.as_ref().ok_or(StoreError::Unreadable("entry"))?;
        let action = read::open(entry.header.clone(), &entry.body, key)?.action;
        match entry.header.case {
            Some(case) => *self.n_entries.entry(case).or_default() += 1,
            None => self.n_of_reports += 1,
        }
        self.actors.insert(entry.header.actor);
        if let Action::FileTaken { signer, .. } = &action {
            self.actors.insert(signer.id);
        }
        self.originals.extend(action.originals());
        Ok(())
    }
}

/// Writes one file of an archive.
fn write_part(
    out: &mut dyn Write,
    name: &str,
    size: u64,
    at: Timestamp,
    write: impl FnOnce(&mut dyn Write) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(size);
    header.set_mtime(u64::try_from(at.ms() / 1000).unwrap_or(0));
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    let mut content = Hashed::new(&mut *out);
    write(&mut content)?;
    // What the header announced and what follows must be the same, or nobody can read the rest.
    if content.n_bytes != size {
        return Err(StoreError::Unreadable("original"));
    }
    let padding = padded(size) - size;
    out.write_all(&[0; BLOCK][..padding as usize])?;
    Ok(())
}

fn padded(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64)
}
