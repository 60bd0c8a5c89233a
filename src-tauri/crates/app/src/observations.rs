//! Keeping answers: many at a time, and never so many that somebody who writes has to wait for them.

use farol_lookup::Asked;
use farol_model::{id::CaseId, journal::Action};

use crate::{Desk, Failure};

/// Answers in one commit, and in one entry of the journal.
const IN_A_COMMIT: usize = 150;

/// Bytes of messages in one commit, unless one message alone has more, or the last host has a few more.
const BYTES_IN_A_COMMIT: usize = 1 << 20;

impl Desk {
    /// Keeps answers on a case, in the order they came: the bytes as received, and entries that hold
    /// their digest. Whoever else wants to write goes first.
    ///
    /// # Errors
    /// When the vault refuses; what was kept before stays.
    pub fn keep_observations(&self, case: CaseId, asked: &[Asked]) -> Result<(), Failure> {
        for asked in commits(asked) {
            let mut lines = Vec::new();
            for it in asked {
                serde_json::to_writer(&mut lines, &it.observation)
                    .expect("observations are plain data");
                lines.push(b'\n');
            }
            let batch = farol_store::digest(&lines);
            let observations = asked.iter().map(|it| it.observation.clone()).collect();
            self.store.write_behind(|tx| {
                let messages =
                    tx.keep_messages(asked.iter().filter_map(|it| it.wire.as_deref()))?;
                tx.record(&Action::Observed { case, batch, observations, messages })?;
                Ok::<_, Failure>(())
            })?;
        }
        Ok(())
    }
}

/// Pieces of about [`IN_A_COMMIT`], cut where another host begins if that is near: what is found of a host
/// is written once then. Long messages, such as those of registries, make shorter pieces.
fn commits(mut asked: &[Asked]) -> impl Iterator<Item = &[Asked]> {
    std::iter::from_fn(move || {
        let about = |at: usize| asked[at].observation.question.about();
        let mut n_bytes = 0;
        let fits = asked.iter().take(IN_A_COMMIT).take_while(|it| {
            n_bytes += it.wire.as_ref().map_or(0, Vec::len);
            n_bytes <= BYTES_IN_A_COMMIT
        });
        let mut end = fits.count().max(1).min(asked.len());
        let most = asked.len().min(end + IN_A_COMMIT / 4);
        while end > 0 && end < most && about(end - 1) == about(end) {
            end += 1;
        }
        let (piece, rest) = asked.split_at(end);
        asked = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
