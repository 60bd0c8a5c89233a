//! Files that cases rest on: in piece by piece, out piece by piece, never in memory as a whole.
//!
//! A piece is an original like any other, so backup, tail and recovery need to know nothing of files.
//! Pieces come in before the entry that names them, each in a transaction of its own, so that nobody
//! who writes meanwhile waits for a large file; `arriving` remembers them until that entry is there.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use farol_model::{
    evidence::{Custody, Evidence, Handling, HeldEvidence, PIECE_BYTES},
    id::{CaseId, Digest, EvidenceId, Size},
    journal::{Action, EntryHeader},
};

use crate::{
    Reader, Store, StoreError, digest,
    projection::json,
    read::{id_of, parse},
    write,
};

/// The bytes of a file that came in whole, before an entry names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivedFile {
    /// Marks its pieces until an entry names them.
    arriving: String,
    /// How many bytes.
    pub size: Size,
    /// SHA-256 of the whole.
    pub sha256: Digest,
    /// The originals it is made of, in order.
    pub pieces: Vec<Digest>,
}

impl Store {
    /// Takes a file in. `look` sees every piece before it is kept, with the number of bytes in front
    /// of it, and can refuse the file.
    ///
    /// # Errors
    /// What `look` returns, or when the file cannot be read or kept; nothing of it is kept then.
    pub fn take_in<E: From<StoreError>>(
        &self,
        from: &mut dyn Read,
        mut look: impl FnMut(&[u8], u64) -> Result<(), E>,
    ) -> Result<ArrivedFile, E> {
        let arriving = self.new_id().to_string();
        let mut whole = Sha256::new();
        let mut size = 0;
        let mut pieces = Vec::new();
        let mut take = || -> Result<(), E> {
            let mut piece = zeroize::Zeroizing::new(vec![0; PIECE_BYTES]);
            loop {
                let n = fill(from, &mut piece)?;
                if n == 0 {
                    return Ok(());
                }
                look(&piece[..n], size)?;
                whole.update(&piece[..n]);
                pieces.push(self.keep_arriving(&arriving, &piece[..n])?);
                size += n as u64;
            }
        };
        if let Err(error) = take() {
            forget_arriving(&self.writer(), Some(&arriving))?;
            return Err(error);
        }
        let sha256 = Digest(whole.finalize().into());
        Ok(ArrivedFile { arriving, size: Size(size), sha256, pieces })
    }

    /// Lets a file go again that no entry came to name.
    ///
    /// # Errors
    /// When the database refuses; the next opening tries again.
    pub fn let_go(&self, file: &ArrivedFile) -> Result<(), StoreError> {
        forget_arriving(&self.writer(), Some(&file.arriving))
    }

    /// A coming-in whose originals are not pieces of one file.
    pub(crate) fn begin_arriving(&self) -> ArrivedFile {
        let arriving = self.new_id().to_string();
        ArrivedFile { arriving, size: Size(0), sha256: Digest([0; 32]), pieces: Vec::new() }
    }

    pub(crate) fn keep_arriving_of(
        &self,
        it: &ArrivedFile,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.keep_arriving(&it.arriving, bytes).map(|_| ())
    }

    fn keep_arriving(&self, file: &str, piece: &[u8]) -> Result<Digest, StoreError> {
        if self.is_closing() {
            return Err(StoreError::Closing);
        }
        let digest = digest(piece);
        let mut writer = self.writer();
        let tx = writer.transaction()?;
        tx.prepare_cached("INSERT OR IGNORE INTO arriving (file, original) VALUES (?1, ?2)")?
            .execute(params![file, digest.to_string()])?;
        write::keep(&tx, &digest.to_string(), piece)?;
        tx.commit()?;
        Ok(digest)
    }

    /// Writes a file out as it came in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when bytes of it are missing, [`StoreError::Unreadable`] when they are
    /// not those that came in; what was written until then is no evidence.
    pub fn write_out(&self, evidence: &Evidence, to: &mut dyn Write) -> Result<(), StoreError> {
        let mut whole = Sha256::new();
        for piece in &evidence.pieces {
            let bytes = self.read(|it| it.original(*piece))?;
            whole.update(&bytes);
            to.write_all(&bytes)?;
        }
        if evidence.sha256 != Digest(whole.finalize().into()) {
            return Err(StoreError::Unreadable("original"));
        }
        Ok(())
    }

    /// Destroys the bytes of a file, unless something else names the same bytes. Name, hash and
    /// custody stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]. Whoever calls looks for holds first.
    pub fn destroy(&self, id: EvidenceId, reason: &str) -> Result<(), StoreError> {
        self.write(|tx| {
            let (case, held) = tx.read().evidence(id)?;
            let (pieces, reason) = (held.evidence.pieces, reason.to_owned());
            tx.record(&Action::EvidenceDestroyed { case, evidence: id, pieces, reason })?;
            Ok::<_, StoreError>(())
        })?;
        self.forget_traces()
    }
}

impl Reader<'_> {
    /// A file, its custody, and the case it is on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn evidence(&self, id: EvidenceId) -> Result<(CaseId, HeldEvidence), StoreError> {
        let row: Option<(String, String)> = self
            .connection()
            .prepare_cached("SELECT case_id, body FROM evidence WHERE id = ?1")?
            .query_row([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (case, body) = row.ok_or(StoreError::NotFound("evidence"))?;
        Ok((id_of(&case)?, parse(&body)?))
    }

    /// The files of a case, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn evidence_of(&self, case: CaseId) -> Result<Vec<HeldEvidence>, StoreError> {
        let mut query = self
            .connection()
            .prepare_cached("SELECT body FROM evidence WHERE case_id = ?1 ORDER BY at_ms, id")?;
        let rows = query.query_map([case.to_string()], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse(&body?)).collect()
    }
}

/// Reads until a piece is full or the file ends.
fn fill(from: &mut dyn Read, piece: &mut [u8]) -> Result<usize, StoreError> {
    let mut n = 0;
    while n < piece.len() {
        match from.read(&mut piece[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

/// What an entry about a file does beside the tables that screens read: pieces have arrived, or go.
pub(crate) fn follow(conn: &Connection, action: &Action) -> Result<(), StoreError> {
    match action {
        Action::EvidenceReceived { evidence, .. } => {
            for piece in &evidence.pieces {
                conn.prepare_cached("DELETE FROM arriving WHERE original = ?1")?
                    .execute([piece.to_string()])?;
            }
            Ok(())
        }
        Action::EvidenceDestroyed { pieces, .. } => {
            pieces.iter().try_for_each(|piece| forget_unnamed(conn, &piece.to_string()))
        }
        _ => Ok(()),
    }
}

/// Puts a file that came in.
pub(crate) fn put(
    conn: &Connection,
    case: CaseId,
    evidence: &Evidence,
    header: &EntryHeader,
) -> Result<(), StoreError> {
    let handling = Handling::Received { origin: evidence.origin.clone() };
    let received = Custody { at: header.at, by: header.actor, handling };
    let held = HeldEvidence { evidence: evidence.clone(), custody: vec![received] };
    let id = evidence.id.to_string();
    conn.prepare_cached("INSERT INTO evidence (id, case_id, at_ms, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, case.to_string(), header.at.ms(), json(&held)])?;
    let mut insert = conn.prepare_cached(
        "INSERT INTO evidence_piece (evidence_id, n, original) VALUES (?1, ?2, ?3)",
    )?;
    for (n, piece) in (0_i64..).zip(&evidence.pieces) {
        insert.execute(params![id, n, piece.to_string()])?;
    }
    Ok(())
}

/// Adds a line to a file's custody.
pub(crate) fn handle(
    conn: &Connection,
    id: EvidenceId,
    handling: Handling,
    header: &EntryHeader,
) -> Result<(), StoreError> {
    let (_, mut held) = Reader::new(conn).evidence(id)?;
    held.custody.push(Custody { at: header.at, by: header.actor, handling });
    conn.prepare_cached("UPDATE evidence SET body = ?2 WHERE id = ?1")?
        .execute(params![id.to_string(), json(&held)])?;
    Ok(())
}

/// Takes the pieces of files away, and gives the originals that they were.
pub(crate) fn take_pieces(
    conn: &Connection,
    of: &str,
    param: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let mut taken =
        conn.prepare(&format!("DELETE FROM evidence_piece WHERE {of} RETURNING original"))?;
    let originals = taken.query_map([param], |row| row.get(0))?;
    Ok(originals.collect::<Result<_, _>>()?)
}

/// Forgets an original, unless something names it.
pub(crate) fn forget_unnamed(conn: &Connection, hash: &str) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM original WHERE hash = ?1
         AND NOT EXISTS (SELECT 1 FROM report WHERE original = ?1)
         AND NOT EXISTS (SELECT 1 FROM observation
                         WHERE substr(original, 1, 12) = substr(?1, 1, 12) AND original = ?1)
         AND NOT EXISTS (SELECT 1 FROM evidence_piece WHERE original = ?1)
         AND NOT EXISTS (SELECT 1 FROM arriving WHERE original = ?1)",
    )?
    .execute([hash])?;
    Ok(())
}

/// Takes away what is left of a file that never came in whole; of every one when none is named.
pub(crate) fn forget_arriving(conn: &Connection, file: Option<&str>) -> Result<(), StoreError> {
    let mut left =
        conn.prepare("DELETE FROM arriving WHERE ?1 IS NULL OR file = ?1 RETURNING original")?;
    let originals = left.query_map([file], |row| row.get(0))?;
    for hash in originals.collect::<Result<BTreeSet<String>, _>>()? {
        forget_unnamed(conn, &hash)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use farol_model::{id::EvidenceId, tampering::Tampering};

    use super::*;
    use crate::{
        digest,
        tests::{PASSPHRASE, new_store, open_case, place, raw},
    };

    /// Two pieces and a rest, no two alike.
    fn large() -> Vec<u8> {
        (0..2 * PIECE_BYTES + 77).map(|n| (n / 251 + n % 239) as u8).collect()
    }

    fn any(_: &[u8], _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn received(store: &Store, case: CaseId, bytes: &[u8]) -> EvidenceId {
        let file = store.take_in(&mut &*bytes, any).unwrap();
        store
            .write(|tx| {
                let evidence = Box::new(Evidence {
                    id: EvidenceId(tx.new_id()),
                    name: "capture.bin".into(),
                    size: file.size,
                    sha256: file.sha256,
                    pieces: file.pieces.clone(),
                    origin: "the registrar, by mail".into(),
                    redacted_from: None,
                });
                let id = evidence.id;
                tx.record(&Action::EvidenceReceived { case, evidence })?;
                Ok::<_, StoreError>(id)
            })
            .unwrap()
    }

    fn count(store: &Store, table: &str) -> u32 {
        raw(store)
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap()
    }

    fn written(store: &Store, id: EvidenceId) -> Result<Vec<u8>, StoreError> {
        let held = store.read(|it| it.evidence(id))?.1;
        let mut out = Vec::new();
        store.write_out(&held.evidence, &mut out)?;
        Ok(out)
    }

    fn holds_together(store: &Store) {
        assert_eq!(store.read(|it| it.verify()).unwrap().wrong, None);
        assert_eq!(store.rebuild_check().unwrap(), None);
    }

    #[test]
    fn a_file_comes_out_as_it_came_in() {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        let bytes = large();
        let id = received(&store, case, &bytes);
        assert_eq!(store.read(|it| it.evidence(id)).unwrap().1.evidence.sha256, digest(&bytes));
        assert_eq!(count(&store, "arriving"), 0);
        holds_together(&store);
        drop(store);
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert_eq!(written(&store, id).unwrap(), bytes);
        assert_eq!(written(&store, received(&store, case, b"")).unwrap(), b"");
    }

    #[test]
    fn the_same_bytes_are_kept_once() {
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        let before = count(&store, "original");
        let first = received(&store, case, &large());
        received(&store, case, &large());
        assert_eq!(count(&store, "original"), before + 3);
        store.destroy(first, "an order").unwrap();
        assert_eq!(count(&store, "original"), before + 3, "the second still needs them");
        holds_together(&store);
    }

    #[test]
    fn a_file_that_is_refused_or_cut_short_leaves_nothing() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                if self.0 == 0 {
                    return Err(std::io::Error::other("the stick was pulled out"));
                }
                let n = buffer.len().min(self.0);
                self.0 -= n;
                buffer[..n].fill(7);
                Ok(n)
            }
        }
        let (_dir, store) = new_store();
        let before = count(&store, "original");
        assert!(store.take_in(&mut Broken(PIECE_BYTES + 5), any).is_err());
        let refuse = |_: &[u8], at| {
            if at > 0 { Err(StoreError::NotFound("reason")) } else { Ok(()) }
        };
        assert!(store.take_in(&mut &*large(), refuse).is_err());
        assert_eq!((count(&store, "original"), count(&store, "arriving")), (before, 0));
    }

    #[test]
    fn a_file_that_was_coming_in_when_the_program_was_killed_is_gone_at_the_next_start() {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        let kept = received(&store, case, b"the same first bytes");
        let before = count(&store, "original");
        store.take_in(&mut &*large(), any).unwrap();
        store.take_in(&mut &b"the same first bytes"[..], any).unwrap();
        assert_eq!(count(&store, "original"), before + 3);
        drop(store);
        let store = Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap();
        assert_eq!((count(&store, "original"), count(&store, "arriving")), (before, 0));
        assert_eq!(written(&store, kept).unwrap(), b"the same first bytes");
    }

    #[test]
    fn destroyed_bytes_are_gone_and_their_custody_stays() {
        let (dir, store) = new_store();
        let case = open_case(&store, "one");
        let before = count(&store, "original");
        let id = received(&store, case, &large());
        store.destroy(id, "retention").unwrap();
        let gone = |store: &Store| {
            assert_eq!(count(store, "original"), before);
            let held = store.read(|it| it.evidence(id)).unwrap().1;
            assert!(held.is_destroyed());
            assert_eq!(held.custody.len(), 2);
            assert!(matches!(written(store, id), Err(StoreError::NotFound("original"))));
            holds_together(store);
        };
        gone(&store);
        store.rebuild().unwrap();
        gone(&store);
        drop(store);
        gone(&Store::open_with_words(place(dir.path()), PASSPHRASE).unwrap());
    }

    #[test]
    fn a_file_goes_with_its_case() {
        let (_dir, store) = new_store();
        let (one, other) = (open_case(&store, "one"), open_case(&store, "other"));
        let before = count(&store, "original");
        received(&store, one, &large());
        let shared = received(&store, one, b"shared");
        let kept = received(&store, other, b"shared");
        store.erase(one, "an order").unwrap();
        assert_eq!(count(&store, "original"), before + 1);
        assert!(store.read(|it| it.evidence(shared)).is_err());
        assert_eq!(written(&store, kept).unwrap(), b"shared");
        holds_together(&store);
    }

    #[test]
    fn bytes_that_were_changed_or_removed_by_somebody_with_the_key_are_told() {
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        received(&store, case, &large());
        let told = || store.read(|it| it.verify()).unwrap().wrong.map(|it| it.change);
        let do_it = |sql: &str| raw(&store).execute_batch(sql).unwrap();
        do_it(
            "UPDATE original SET bytes = zeroblob(77) WHERE hash =
             (SELECT original FROM evidence_piece WHERE n = 2)",
        );
        assert_eq!(told(), Some(Tampering::OriginalChanged));
        do_it(
            "DELETE FROM original WHERE hash = (SELECT original FROM evidence_piece WHERE n = 2)",
        );
        assert_eq!(told(), Some(Tampering::OriginalRemoved));
    }
}
