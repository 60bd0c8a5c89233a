//! Keeping what comes on a thread of its own, so that whoever takes it does not wait for the vault.

use std::{sync::mpsc::sync_channel, thread};

use crate::{Code, Failure};

/// Pieces that wait to be kept while another one is.
const MAX_WAITING: usize = 1;

/// Does `work`, which gives pieces to be kept, and keeps them beside it, in their order. Gives what the work
/// gave once all is kept.
///
/// # Errors
/// What the vault says; nothing more is kept then, and the next piece that the work gives is refused.
pub(crate) fn keep_beside<T: Send, R>(
    keep: impl FnMut(T) -> Result<(), Failure> + Send,
    work: impl FnOnce(&dyn Fn(T) -> Result<(), Failure>) -> R,
) -> Result<R, Failure> {
    let (due, pieces) = sync_channel(MAX_WAITING);
    thread::scope(|scope| {
        let keeping = scope.spawn(move || pieces.into_iter().try_for_each(keep));
        let out = work(&|piece| due.send(piece).map_err(|_| not_kept()));
        drop(due);
        keeping.join().unwrap_or_else(|_| Err(not_kept()))?;
        Ok(out)
    })
}

/// Why work stops when keeping did; what the vault said is told in its place.
fn not_kept() -> Failure {
    Failure::new(
        Code::Failed,
        "Answers could not be kept. What was kept before stays.",
        "Look at Health, then go on from where it was.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_kept_in_their_order_before_the_work_counts_as_done() {
        let mut kept = Vec::new();
        let keep = |n: u32| {
            kept.push(n);
            Ok(())
        };
        let given = keep_beside(keep, |due| (0..50).filter(|n| due(*n).is_ok()).count());
        assert_eq!(given.unwrap(), 50);
        assert_eq!(kept, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn what_the_vault_says_is_told_and_the_work_ends() {
        let mut kept = Vec::new();
        let keep = |n: u32| {
            if n == 2 {
                return Err(Failure::refused("The disk is full.", "Make room."));
            }
            kept.push(n);
            Ok(())
        };
        let told = keep_beside(keep, |due| (0..).find(|n| due(*n).is_err())).unwrap_err();
        assert_eq!(told.message, "The disk is full.");
        assert_eq!(kept, [0, 1]);
    }
}
