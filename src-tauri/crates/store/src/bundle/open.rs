//! Reading a bundle: everything in it is checked, and nothing is kept.
//!
//! A bundle is read from the beginning as often as needed and is never in memory as a whole. What
//! comes out of the archive is what the signed manifest announces, in that order, or the reading ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, BufReader, Read},
};

use data_encoding::BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use farol_model::{
    bundle::{ChainMark, EARLIER_FORMAT, FORMAT, Manifest, Part},
    id::{CaseId, DeskId, Digest, MemberId},
    journal::{Action, EntryHeader},
    member::Member,
    signed::{FileKind, Says, SignedFile},
};

use super::{
    JOURNAL, MANIFEST, ORIGINALS,
    lines::{Line, Written, digests},
};
use crate::{
    age::{self, AgeError, Identity},
    digest, is_signed_by, read,
    seal::unhex,
    signed::verifying_key,
    verify,
};

/// A longer manifest names more files than a vault has.
const MAX_MANIFEST: u64 = 64 << 20;
/// No entry is longer.
const MAX_LINE: u64 = 64 << 20;
/// No mail that is taken in is larger, and files are kept in smaller pieces.
const MAX_ORIGINAL: u64 = 64 << 20;

/// Why a bundle was not taken. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file could not be opened.
    #[error(transparent)]
    Locked(#[from] AgeError),
    /// What is in the file is no bundle.
    #[error("no bundle is in the file")]
    NotABundle,
    /// Written by a newer Farol.
    #[error("written by a newer version")]
    Newer,
    /// Something in it is not what it should be; in words without content.
    #[error("{0}")]
    Wrong(String),
    /// Somebody ended it.
    #[error("stopped")]
    Stopped,
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A bundle whose every byte was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedBundle {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Who signed it.
    pub signer: Member,
    /// Everybody who signed something in it, with their cards; the signer first.
    pub people: Vec<(Member, SignedFile)>,
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// Entries that are said.
    pub n_entries: u32,
    /// Originals.
    pub n_originals: u32,
}

/// An entry that is as it was written.
pub(crate) struct CheckedEntry {
    pub(crate) header: EntryHeader,
    pub(crate) seal: String,
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) body: Vec<u8>,
    pub(crate) prev: [u8; 32],
    pub(crate) hash: [u8; 32],
    pub(crate) signature: Option<Vec<u8>>,
    pub(crate) action: Action,
}

/// What is read, in order.
pub(crate) enum Item<'a> {
    /// An entry that is said.
    Entry(&'a CheckedEntry),
    /// Entries that are not: the desk, the number of the first, each with its hash, and the signature
    /// of the last.
    Bare(DeskId, u32, &'a [(Digest, [u8; 32])], Option<&'a [u8]>),
    /// An original.
    Original(&'a [u8]),
}

type Take<'a> = &'a mut dyn FnMut(&Manifest, Item<'_>) -> Result<(), BundleError>;

fn wrong<T>(what: impl Into<String>) -> Result<T, BundleError> {
    Err(BundleError::Wrong(what.into()))
}

/// Reads a bundle from its beginning to its end; gives everything to `take`, checked.
///
/// # Errors
/// See [`BundleError`]; what `take` returns.
pub(crate) fn walk(
    from: &mut dyn Read,
    with: &Identity,
    take: Take<'_>,
) -> Result<OpenedBundle, BundleError> {
    let mut from = HashedReader { from: BufReader::new(from), hasher: Sha256::new() };
    let mut content = age::decrypt(&mut from, with)?;
    let mut opened = walk_archive(&mut content, take)?;
    // To the last piece, which alone tells that the file was not cut off.
    let mut rest = [0; 4096];
    loop {
        match content.read(&mut rest)? {
            0 => break,
            n if rest[..n].iter().any(|it| *it != 0) => return wrong("something follows its end"),
            _ => {}
        }
    }
    opened.sha256 = Digest(from.hasher.finalize().into());
    Ok(opened)
}

/// A file of an archive: its name, its size, and what is in it.
type File<'a> = (String, u64, Box<dyn Read + 'a>);

fn walk_archive(content: &mut dyn Read, take: Take<'_>) -> Result<OpenedBundle, BundleError> {
    let mut archive = tar::Archive::new(content);
    let mut files = archive.entries()?.raw(true);
    let mut next = || -> Result<Option<File<'_>>, BundleError> {
        let Some(file) = files.next() else { return Ok(None) };
        let file = file.map_err(broken)?;
        if !file.header().entry_type().is_file() {
            return wrong("it holds something that is no plain file");
        }
        let name = String::from_utf8_lossy(&file.path_bytes()).into_owned();
        Ok(Some((name, file.size(), Box::new(file))))
    };
    let Some((name, size, mut file)) = next()? else { return Err(BundleError::NotABundle) };
    if name != MANIFEST || size > MAX_MANIFEST {
        return Err(BundleError::NotABundle);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    drop(file);
    let (manifest, people) = read_manifest(&bytes)?;
    let mut journal = None;
    let mut n_originals = 0;
    for part in &manifest.parts {
        let Some((name, size, file)) = next()? else {
            return wrong("files are missing at its end");
        };
        if name != part.name || size != part.size.0 {
            return wrong("its files are not those that its manifest names");
        }
        let mut file = HashedReader { from: file, hasher: Sha256::new() };
        if part.name == JOURNAL {
            journal = Some(Journal::read(&manifest, &people, BufReader::new(&mut file), take)?);
            if Digest(file.hasher.finalize().into()) != part.sha256 {
                return wrong("its journal is not the one that its manifest names");
            }
            continue;
        }
        let mut bytes = Vec::with_capacity(part.size.0 as usize);
        file.read_to_end(&mut bytes)?;
        if digest(&bytes) != part.sha256 || bytes.len() as u64 != part.size.0 {
            return wrong(format!("the original {} is not what came in", part.sha256));
        }
        if !journal.as_ref().is_some_and(|it| it.originals.contains(&part.sha256)) {
            return wrong(format!("no entry names the original {}", part.sha256));
        }
        n_originals += 1;
        take(&manifest, Item::Original(&bytes))?;
    }
    if next()?.is_some() {
        return wrong("it holds more files than its manifest names");
    }
    let journal = journal.ok_or(BundleError::NotABundle)?;
    journal.has_its_originals(&manifest)?;
    Ok(OpenedBundle {
        signer: people[0].0.clone(),
        people,
        sha256: Digest([0; 32]),
        n_entries: journal.n_entries.values().sum::<u32>() + journal.n_of_reports,
        n_originals,
        manifest,
    })
}

/// A file that is no archive, or ends in the middle.
fn broken(error: io::Error) -> BundleError {
    match error.kind() {
        io::ErrorKind::InvalidData => error.into(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => BundleError::NotABundle,
        _ => error.into(),
    }
}

fn read_manifest(bytes: &[u8]) -> Result<(Manifest, Vec<(Member, SignedFile)>), BundleError> {
    let file: SignedFile = serde_json::from_slice(bytes).map_err(|_| BundleError::NotABundle)?;
    if ![FORMAT, EARLIER_FORMAT].contains(&file.format.as_str()) {
        let is_ours = file.format.starts_with("farol bundle ");
        return Err(if is_ours { BundleError::Newer } else { BundleError::NotABundle });
    }
    let manifest: Manifest = serde_json::from_str(&file.says)
        .map_err(|_| BundleError::Wrong("its manifest cannot be read".into()))?;
    let mut people = Vec::new();
    for card in &manifest.cards {
        let Some(Says::Card(member)) = card.statement().map(|it| it.says) else {
            return wrong("a card in it is no card");
        };
        let is_known =
            |(it, _): &(Member, _)| it.id == member.id || it.public_key == member.public_key;
        if card.format != FileKind::Card.format()
            || !is_signed_by(card, &member)
            || people.iter().any(is_known)
        {
            return wrong(format!("the card of {} in it is not good", member.id));
        }
        people.push((member, card.clone()));
    }
    let Some(at) = people.iter().position(|(it, _)| it.id == file.signed_by) else {
        return wrong("the card of who signed it is missing");
    };
    people.swap(0, at);
    if !is_signed_by(&file, &people[0].0) {
        return wrong("its manifest was changed after it was signed");
    }
    check_manifest(&manifest)?;
    Ok((manifest, people))
}

/// Whether a manifest names everything once, and only what has a place in a bundle.
fn check_manifest(manifest: &Manifest) -> Result<(), BundleError> {
    let cases: BTreeSet<CaseId> = manifest.cases.iter().map(|it| it.id).collect();
    let chains: BTreeSet<DeskId> = manifest.chains.iter().map(|it| it.desk).collect();
    let is_original =
        |it: &Part| it.name == format!("{ORIGINALS}{}", it.sha256) && it.size.0 <= MAX_ORIGINAL;
    let Some((journal, originals)) = manifest.parts.split_first() else {
        return wrong("it has no journal");
    };
    let is_good = !cases.is_empty()
        && cases.len() == manifest.cases.len()
        && chains.len() == manifest.chains.len()
        && manifest.chains.first().is_some_and(|it| it.desk == manifest.desk)
        && journal.name == JOURNAL
        && originals.iter().all(is_original)
        && originals.is_sorted_by(|one, other| one.sha256 < other.sha256);
    if is_good { Ok(()) } else { wrong("its manifest contradicts itself") }
}

/// The journal of a bundle, as far as it was read.
struct Journal<'a> {
    manifest: &'a Manifest,
    keys: BTreeMap<MemberId, VerifyingKey>,
    chain: Option<(ChainMark, bool)>,
    /// The chains that were read to their end.
    ended: Vec<ChainMark>,
    seals: BTreeMap<String, Zeroizing<[u8; 32]>>,
    n_entries: BTreeMap<CaseId, u32>,
    n_of_reports: u32,
    originals: BTreeSet<Digest>,
    destroyed: BTreeSet<Digest>,
}

#[derive(Deserialize)]
struct Head {
    format: String,
}

impl<'a> Journal<'a> {
    fn read(
        manifest: &'a Manifest,
        people: &[(Member, SignedFile)],
        mut from: impl BufRead,
        take: Take<'_>,
    ) -> Result<Self, BundleError> {
        let keys =
            people.iter().filter_map(|(it, _)| Some((it.id, verifying_key(&it.public_key)?)));
        let mut journal = Self {
            manifest,
            keys: keys.collect(),
            chain: None,
            ended: Vec::new(),
            seals: BTreeMap::new(),
            n_entries: BTreeMap::new(),
            n_of_reports: 0,
            originals: BTreeSet::new(),
            destroyed: BTreeSet::new(),
        };
        let mut line = Vec::new();
        let mut is_first = true;
        loop {
            line.clear();
            (&mut from).take(MAX_LINE).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                break;
            }
            if line.pop() != Some(b'\n') {
                return wrong("its journal has a line that does not end");
            }
            let unreadable =
                || BundleError::Wrong("its journal has a line that cannot be read".into());
            if std::mem::take(&mut is_first) {
                let head: Head = serde_json::from_slice(&line).map_err(|_| unreadable())?;
                if head.format != "farol bundle journal 1" {
                    return Err(BundleError::Newer);
                }
                continue;
            }
            match serde_json::from_slice(&line).map_err(|_| unreadable())? {
                Written::Entry(line) => {
                    let entry = journal.entry(line)?;
                    take(manifest, Item::Entry(&entry))?;
                }
                Written::Run(run) => {
                    let Some(digests) = digests(&run) else { return Err(unreadable()) };
                    journal.at(run.desk, run.n)?;
                    let mut places = Vec::with_capacity(digests.len());
                    for digest in digests {
                        places.push((digest, journal.follow(&digest.0)));
                    }
                    let signature = run.signature.as_deref().map(decoded).transpose()?;
                    journal.sign(None, signature.as_deref())?;
                    take(manifest, Item::Bare(run.desk, run.n, &places, signature.as_deref()))?;
                }
            }
        }
        journal.end()?;
        Ok(journal)
    }

    /// Goes on with the journal of a desk, or begins it.
    fn at(&mut self, desk: DeskId, n: u32) -> Result<(), BundleError> {
        if self.chain.is_none_or(|(it, _)| it.desk != desk) {
            self.end_chain()?;
            if self.ended.iter().any(|it| it.desk == desk) {
                return wrong("the journals of two desks in it are mixed");
            }
            self.chain = Some((ChainMark { desk, n: 0, hash: Digest([0; 32]) }, false));
        }
        match self.chain {
            Some((it, _)) if it.n.checked_add(1) == Some(n) => Ok(()),
            _ => wrong(format!("an entry is missing before entry {n}")),
        }
    }

    /// One entry further; gives its hash.
    fn follow(&mut self, digest: &[u8; 32]) -> [u8; 32] {
        let Some((mark, is_signed)) = &mut self.chain else { return [0; 32] };
        mark.hash = Digest(verify::entry_hash(&mark.hash.0, digest));
        mark.n = mark.n.saturating_add(1);
        *is_signed = false;
        mark.hash.0
    }

    /// Checks the signature over where the chain stands, by this person or by anybody who is named.
    fn sign(&mut self, by: Option<MemberId>, signature: Option<&[u8]>) -> Result<(), BundleError> {
        let Some((mark, is_signed)) = &mut self.chain else { return Ok(()) };
        let Some(signature) = signature else { return Ok(()) };
        let Ok(signature) = Signature::from_slice(signature) else {
            return wrong(format!("entry {} has no good signature", mark.n));
        };
        let mut keys = self.keys.iter().filter(|(id, _)| by.is_none_or(|by| **id == by));
        if !keys.any(|(_, key)| key.verify_strict(&mark.hash.0, &signature).is_ok()) {
            return wrong(format!("entry {} is not signed by the person it names", mark.n));
        }
        *is_signed = true;
        Ok(())
    }

    fn entry(&mut self, line: Line) -> Result<CheckedEntry, BundleError> {
        let unreadable =
            || BundleError::Wrong("its journal has an entry that cannot be read".into());
        let header: EntryHeader = serde_json::from_str(&line.header).map_err(|_| unreadable())?;
        if verify::header_text(&header) != line.header {
            return Err(unreadable());
        }
        let prev = match self.chain {
            Some((it, _)) if it.desk == header.desk => it.hash.0,
            _ => [0; 32],
        };
        self.at(header.desk, header.n)?;
        let body = decoded(&line.body)?;
        let hash = self.follow(&verify::entry_digest(&header, &line.seal, &body));
        if line.hash != Digest(hash).to_string() {
            return wrong(format!("entry {} was changed", header.n));
        }
        let signature = line.signature.as_deref().map(decoded).transpose()?;
        self.sign(Some(header.actor), signature.as_deref())?;
        let key = line.key.as_deref().and_then(unhex).and_then(|it| it.try_into().ok());
        let key: [u8; 32] = key.ok_or_else(unreadable)?;
        let key = Zeroizing::new(key);
        let plain = read::unseal(&header, &body, &*key).map_err(|_| unreadable())?;
        if line.action.as_deref().map(str::as_bytes) != Some(&plain) {
            return wrong(format!(
                "what entry {} is said to hold is not what was sealed",
                header.n
            ));
        }
        let action: Action = serde_json::from_slice(&plain).map_err(|_| BundleError::Newer)?;
        let entry =
            CheckedEntry { header, seal: line.seal, key, body, prev, hash, signature, action };
        self.belongs(&entry)?;
        Ok(entry)
    }

    /// Checks that an entry is about a case or a report of this bundle, and sealed as one.
    fn belongs(&mut self, entry: &CheckedEntry) -> Result<(), BundleError> {
        let CheckedEntry { header, action, .. } = entry;
        let seal = match (header.case, action.report()) {
            (Some(case), _) if self.manifest.cases.iter().any(|it| it.id == case) => {
                *self.n_entries.entry(case).or_default() += 1;
                let draft = action.draft_of().map(|it| it.to_string());
                Some(draft.filter(|it| *it == entry.seal).unwrap_or_else(|| case.to_string()))
            }
            (None, Some(report)) if self.manifest.reports.contains(&report) => {
                self.n_of_reports += 1;
                Some(report.to_string())
            }
            _ => None,
        };
        let is_ours = seal.as_ref() == Some(&entry.seal)
            && action.word() == header.action
            && action.case() == header.case;
        let known = self.seals.entry(entry.seal.clone()).or_insert_with(|| entry.key.clone());
        if !is_ours || *known != entry.key {
            return wrong(format!("entry {} is about no case in it", header.n));
        }
        if let Action::EvidenceDestroyed { pieces, .. } = action {
            self.destroyed.extend(pieces);
        }
        self.originals.extend(action.originals());
        Ok(())
    }

    fn end_chain(&mut self) -> Result<(), BundleError> {
        match self.chain.take() {
            Some((mark, false)) => wrong(format!("entries after entry {} were cut off", mark.n)),
            Some((mark, true)) => {
                self.ended.push(mark);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), BundleError> {
        self.end_chain()?;
        if self.ended != self.manifest.chains {
            return wrong("its journals do not end where its manifest says");
        }
        let counted = |it: &farol_model::bundle::BundledCase| {
            self.n_entries.get(&it.id).copied().unwrap_or_default() == it.n_entries
                && it.n_entries > 0
        };
        if !self.manifest.cases.iter().all(counted) {
            return wrong("it has not the entries that its manifest counts");
        }
        Ok(())
    }

    /// Checks that every original that entries name is there, unless it was destroyed.
    fn has_its_originals(&self, manifest: &Manifest) -> Result<(), BundleError> {
        let there: BTreeSet<Digest> = manifest.parts.iter().map(|it| it.sha256).collect();
        match self.originals.iter().find(|it| !there.contains(it) && !self.destroyed.contains(it)) {
            Some(missing) => wrong(format!("the original {missing} is missing")),
            None => Ok(()),
        }
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, BundleError> {
    BASE64
        .decode(text.as_bytes())
        .map_err(|_| BundleError::Wrong("its journal has a line that cannot be read".into()))
}

/// Hashes what is read.
struct HashedReader<R> {
    from: R,
    hasher: Sha256,
}

impl<R: Read> Read for HashedReader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(to)?;
        self.hasher.update(&to[..n]);
        Ok(n)
    }
}

/// Checks a bundle from its first byte to its last. Nothing is kept. `go_on` is told how many
/// originals of how many were read, and ends it by saying no.
///
/// # Errors
/// See [`BundleError`].
pub fn open_bundle(
    from: &mut dyn Read,
    with: &Identity,
    go_on: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<OpenedBundle, BundleError> {
    let mut n = 0;
    walk(from, with, &mut |manifest, item| {
        n += u32::from(matches!(item, Item::Original(..)));
        let total = u32::try_from(manifest.parts.len() - 1).unwrap_or(u32::MAX);
        if go_on(n, total) { Ok(()) } else { Err(BundleError::Stopped) }
    })
}
