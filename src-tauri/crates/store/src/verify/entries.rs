//! A desk's entries, one after the other. Most of reading is opening pages, so where the vault can be opened
//! once more, two threads read: each takes the next rows that nobody reads, and finds what follows from them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use rusqlite::{Connection, params};

use super::{
    Depth,
    rows::{Part, Seen, Stored},
    seals::Seals,
};
use crate::StoreError;

/// So many rows are read before they are looked at: few in tests, whose journals are short.
const AT_ONCE: u32 = if cfg!(test) { 5 } else { 1_000 };

/// Parts that are read, or wait to be taken, at a time.
const MAX_AHEAD: usize = 6;

/// A desk's entries, to be read in parts.
pub(super) struct Entries<'a> {
    pub(super) desk: &'a str,
    pub(super) seals: &'a Seals,
    pub(super) depth: Depth,
}

/// Rows after a number, up to another one.
type Range = (i64, i64);

/// How far reading came.
struct Reading<'a> {
    of: &'a Entries<'a>,
    /// The last number that there was when reading began: the other connection may see what came since.
    last: Option<i64>,
    parts: Mutex<Parts>,
    /// A part came, or was taken.
    moved: Condvar,
}

struct Parts {
    /// Where those begin that nobody reads yet.
    after: i64,
    /// Whether there are none.
    is_over: bool,
    /// What was left by parts that could not take all they were to.
    left: BTreeSet<Range>,
    n_read_now: usize,
    /// Those that are looked at, by the number they come after, each with the last that it was to take.
    ready: BTreeMap<i64, (Part, i64)>,
    /// Those that were taken, to be filled again.
    spare: Vec<Part>,
    /// Whether nobody takes any more.
    is_enough: bool,
}

impl Entries<'_> {
    /// Gives out every entry in order until there are none, or one is enough.
    pub(super) fn each(
        &self,
        here: &Connection,
        beside: Option<&mut Connection>,
        mut take: impl FnMut(Stored<'_>, Seen) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let reading = Reading::new(self, here)?;
        thread::scope(|scope| {
            if let Some(beside) = beside {
                let reading = &reading;
                scope.spawn(move || reading.help(beside));
            }
            let _enough = Enough(&reading);
            let mut after = i64::MIN;
            while let Some((mut part, end)) = reading.next(here, after)? {
                for (stored, seen) in part.take() {
                    if take(stored, seen)?.is_break() {
                        return Ok(());
                    }
                }
                if let Some(failure) = part.failure.take() {
                    return Err(failure);
                }
                reading.parts().spare.push(part);
                after = end;
            }
            Ok(())
        })
    }
}

impl<'a> Reading<'a> {
    fn new(of: &'a Entries<'a>, here: &Connection) -> Result<Self, StoreError> {
        let last = here
            .prepare_cached("SELECT max(n) FROM entry WHERE desk = ?1")?
            .query_row([of.desk], |row| row.get(0))?;
        let parts = Parts {
            after: i64::MIN,
            is_over: false,
            left: BTreeSet::new(),
            n_read_now: 0,
            ready: BTreeMap::new(),
            spare: Vec::new(),
            is_enough: false,
        };
        Ok(Self { of, last, parts: Mutex::new(parts), moved: Condvar::new() })
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'p>(&self, parts: MutexGuard<'p, Parts>) -> MutexGuard<'p, Parts> {
        self.moved.wait(parts).unwrap_or_else(PoisonError::into_inner)
    }

    /// The part that comes after a number, and where it ends; none at the end. While another thread reads
    /// it, those after it are read.
    fn next(&self, conn: &Connection, after: i64) -> Result<Option<(Part, i64)>, StoreError> {
        let mut parts = self.parts();
        loop {
            if let Some(part) = parts.ready.remove(&after) {
                self.moved.notify_all();
                return Ok(Some(part));
            }
            let is_asked_for = |range: &Range| range.0 == after;
            match self.claim(&mut parts, conn, is_asked_for)? {
                Some(range) => {
                    drop(parts);
                    self.read(conn, range);
                    parts = self.parts();
                }
                None if parts.n_read_now > 0 => parts = self.wait(parts),
                None => return Ok(None),
            }
        }
    }

    /// Reads until there is nothing left, or it is enough.
    fn help(&self, conn: &Connection) {
        let mut parts = self.parts();
        while !parts.is_enough {
            match self.claim(&mut parts, conn, |_| false) {
                Ok(Some(range)) => {
                    drop(parts);
                    self.read(conn, range);
                    parts = self.parts();
                }
                Ok(None) if parts.is_over => break,
                Ok(None) => parts = self.wait(parts),
                // Whoever takes reads alone, and is told what is wrong.
                Err(_) => break,
            }
        }
    }

    /// The next rows that nobody reads; none when there are none, or enough wait to be taken and these are
    /// not waited for.
    fn claim(
        &self,
        parts: &mut Parts,
        conn: &Connection,
        is_waited_for: impl Fn(&Range) -> bool,
    ) -> Result<Option<Range>, StoreError> {
        let has_room = parts.ready.len() + parts.n_read_now < MAX_AHEAD;
        let may = |range: &Range| has_room || is_waited_for(range);
        if let Some(range) = parts.left.first().copied() {
            if !may(&range) {
                return Ok(None);
            }
            parts.left.remove(&range);
            parts.n_read_now += 1;
            return Ok(Some(range));
        }
        if parts.is_over || !may(&(parts.after, i64::MAX)) {
            return Ok(None);
        }
        let Some(end) = self.end_of_part(conn, parts.after)? else {
            parts.is_over = true;
            self.moved.notify_all();
            return Ok(None);
        };
        let range = (parts.after, end);
        parts.after = end;
        parts.n_read_now += 1;
        Ok(Some(range))
    }

    fn read(&self, conn: &Connection, (after, until): Range) {
        let mut part = self.parts().spare.pop().unwrap_or_default();
        part.read(conn, self.of.desk, after, until);
        part.look_at(self.of.seals, self.of.depth);
        let mut parts = self.parts();
        let end = match part.is_cut_after() {
            Some(end) => {
                parts.left.insert((end, until));
                end
            }
            None => until,
        };
        parts.ready.insert(after, (part, end));
        parts.n_read_now -= 1;
        self.moved.notify_all();
    }

    /// The number of the last of the next rows that make a part.
    fn end_of_part(&self, conn: &Connection, after: i64) -> Result<Option<i64>, StoreError> {
        let mut query = conn.prepare_cached(
            "SELECT max(n) FROM
             (SELECT n FROM entry WHERE desk = ?1 AND n > ?2 AND n <= ?3 ORDER BY n LIMIT ?4)",
        )?;
        Ok(query.query_row(params![self.of.desk, after, self.last, AT_ONCE], |row| row.get(0))?)
    }
}

/// Tells that nobody takes any more.
struct Enough<'a>(&'a Reading<'a>);

impl Drop for Enough<'_> {
    fn drop(&mut self) {
        self.0.parts().is_enough = true;
        self.0.moved.notify_all();
    }
}
