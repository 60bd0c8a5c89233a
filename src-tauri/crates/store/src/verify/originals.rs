//! That the bytes that entries name are there, and are those that came in.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use farol_model::{
    id::Digest,
    journal::{Action, Entry, EntryHeader},
    lookup::messages,
    tampering::Tampering,
};

use super::WrongEntry;
use crate::{StoreError, read, write};

/// What the entries that were read name.
#[derive(Default)]
pub(super) struct Originals {
    named: BTreeMap<Digest, Named>,
    /// What was destroyed is not missed.
    destroyed: BTreeSet<Digest>,
}

struct Named {
    /// The row of the first entry that names it.
    row: i64,
    /// What [`summed`] makes of the messages that have to be in it, when it is a pack.
    messages: Option<[u8; 32]>,
}

impl Originals {
    /// Takes an entry in, and the row it stands in.
    pub(super) fn follow(&mut self, entry: &Entry, row: i64) {
        if let Action::EvidenceDestroyed { pieces, .. } = &entry.action {
            self.destroyed.extend(pieces);
        }
        let messages = match &entry.action {
            Action::Observed { observations, messages: Some(_), .. } => {
                Some(summed(observations.iter().filter_map(|it| it.wire)))
            }
            _ => None,
        };
        for original in entry.action.originals() {
            let named = self.named.entry(original).or_insert(Named { row, messages });
            named.row = row.min(named.row);
        }
    }

    /// Reads all bytes, in the order they stand in the file, and gives the first entry that names some that
    /// are not what came in, or are not there. Told how many were read, `go_on` may end it.
    pub(super) fn first_wrong(
        mut self,
        conn: &Connection,
        go_on: &mut dyn FnMut(u32) -> bool,
    ) -> Result<Option<WrongEntry>, StoreError> {
        let mut query = conn.prepare("SELECT hash, bytes FROM original ORDER BY rowid")?;
        let mut rows = query.query([])?;
        let mut changed: Option<i64> = None;
        let mut n = 0;
        while let Some(row) = rows.next()? {
            n += 1;
            if !go_on(n) {
                return Err(StoreError::Stopped);
            }
            let written = row.get_ref(0)?.as_str().unwrap_or_default();
            // In capitals it is the same digest, but nobody would find it.
            let Some(hash) = written.parse().ok().filter(|it: &Digest| it.to_string() == written)
            else {
                continue;
            };
            let Some(named) = self.named.remove(&hash) else { continue };
            let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
            let has_messages = |wanted| {
                let messages = messages::unpack(bytes).unwrap_or_default();
                summed(messages.into_iter().map(write::digest)) == wanted
            };
            if write::digest(bytes) != hash || !named.messages.is_none_or(has_messages) {
                changed = Some(changed.map_or(named.row, |it| it.min(named.row)));
            }
        }
        if let Some(row) = changed {
            return wrong(conn, row, Tampering::OriginalChanged).map(Some);
        }
        let missing = self.named.iter().filter(|(it, _)| !self.destroyed.contains(it));
        let first = missing.map(|(_, it)| it.row).min();
        first.map(|row| wrong(conn, row, Tampering::OriginalRemoved)).transpose()
    }
}

/// One digest for the digests of many.
fn summed(digests: impl Iterator<Item = Digest>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    digests.for_each(|it| hasher.update(it.0));
    hasher.finalize().into()
}

fn wrong(conn: &Connection, row: i64, change: Tampering) -> Result<WrongEntry, StoreError> {
    let header: EntryHeader = conn
        .prepare("SELECT id, desk, n, at_ms, actor, case_id, action FROM entry WHERE rowid = ?1")?
        .query_row([row], |row| Ok(read::header(row)))??;
    Ok(WrongEntry { n: header.n, header: Some(header), change })
}

#[cfg(test)]
mod tests {
    use farol_model::{
        id::{CaseId, ObservationId},
        lookup::{Answer, Observation, Question},
    };

    use super::*;
    use crate::{
        Store, WriteTx,
        tests::{new_store, open_case, raw},
    };

    /// Keeps messages on a case, each with an observation; together, or each as an original of its own as
    /// older programs did.
    fn observed(
        store: &Store,
        case: CaseId,
        wires: &[&[u8]],
        together: bool,
    ) -> Vec<ObservationId> {
        store
            .write(|tx| {
                let mut messages = None;
                if together {
                    messages = tx.keep_messages(wires.iter().copied())?;
                } else {
                    for wire in wires {
                        tx.keep_original(wire)?;
                    }
                }
                let observations: Vec<_> = wires.iter().map(|wire| seen(tx, wire)).collect();
                let ids = observations.iter().map(|it| it.id).collect();
                let batch = write::digest(b"lines");
                tx.record(&Action::Observed { case, batch, observations, messages })?;
                Ok::<_, StoreError>(ids)
            })
            .unwrap()
    }

    fn seen(tx: &WriteTx<'_>, wire: &[u8]) -> Observation {
        Observation {
            id: ObservationId(tx.new_id()),
            question: Question::Dns { name: "kelp.test".into(), record_type: "A".into() },
            server: "192.0.2.53:53".into(),
            transport: "udp".into(),
            asked_at: tx.now(),
            round_trip_ms: 1,
            answer: Answer::NotInTable,
            wire: Some(write::digest(wire)),
        }
    }

    fn originals(store: &Store) -> u32 {
        raw(store).query_row("SELECT count(*) FROM original", [], |row| row.get(0)).unwrap()
    }

    fn change(store: &Store) -> Option<Tampering> {
        store.read(|it| it.verify()).unwrap().wrong.map(|it| it.change)
    }

    #[test]
    fn messages_of_a_batch_are_one_original_and_each_comes_back() {
        let (_dir, store) = new_store();
        let (one, other) = (open_case(&store, "one"), open_case(&store, "two"));
        let wires: [&[u8]; 3] = [b"first answer", b"second answer", b"third"];
        let ids = observed(&store, one, &wires, true);
        let apart = observed(&store, other, &wires, false);
        assert_eq!(originals(&store), 4);
        for (id, wire) in ids.iter().chain(&apart).zip(wires.iter().cycle()) {
            assert_eq!(store.read(|it| it.message(*id)).unwrap(), *wire);
        }
        observed(&store, other, &wires, true);
        assert_eq!(originals(&store), 4, "the same messages are kept once");
        assert_eq!(change(&store), None);
        assert_eq!(store.rebuild_check().unwrap(), None);

        store.erase(other, "the rules").unwrap();
        assert_eq!(originals(&store), 1, "another case has it");
        store.erase(one, "the rules").unwrap();
        assert_eq!(originals(&store), 0);
        assert_eq!(change(&store), None);
    }

    #[test]
    fn a_pack_without_a_message_that_its_entry_names_is_found() {
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        let ids = observed(&store, case, &[b"first answer", b"second answer"], true);
        raw(&store).execute("UPDATE original SET bytes = ?1", [b"\x01\0\0\0x".as_slice()]).unwrap();
        assert_eq!(change(&store), Some(Tampering::OriginalChanged));
        assert!(store.read(|it| it.message(ids[0])).is_err());

        // Whoever has the key writes what fits together by its hashes, and names other bytes.
        let (_dir, store) = new_store();
        let case = open_case(&store, "one");
        store
            .write(|tx| {
                let messages = tx.keep_messages([b"another answer".as_slice()])?;
                let batch = write::digest(b"lines");
                let observations = vec![seen(tx, b"the answer")];
                tx.record(&Action::Observed { case, batch, observations, messages })?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(change(&store), Some(Tampering::OriginalChanged));
    }
}
