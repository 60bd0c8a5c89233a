//! Lists of names that are looked up, and every answer about them.
//!
//! The desk's own, like the queue: no entry of the journal is made of a list. A hundred thousand names
//! are read and written piece by piece, and a screen asks for the part that is in sight.

/// What lists have of a case that is erased.
mod erase;
/// Asking for lists.
mod read;

use rusqlite::{Connection, OptionalExtension, params};

use farol_model::{
    id::{CaseId, LookupListId},
    lookup_list::{ListedName, LookupList},
    sign::{Shown, SignKind},
    time::Timestamp,
};

use crate::{Store, StoreError, projection::json, read::parse};

pub(crate) use erase::forget_case;
pub use read::ListedPart;

/// Rows that are written while the writer is held: some milliseconds.
const AT_ONCE: usize = 500;

/// A list that was just made.
#[derive(Debug)]
pub struct NewList<'a> {
    /// The list.
    pub list: &'a LookupList,
    /// Its names, each with what a registry is asked about for it; empty for nothing.
    pub names: &'a [(String, String)],
    /// Places of names, and the cases that they were brought from.
    pub brought: &'a [(u32, CaseId)],
}

/// A name that was just asked about.
#[derive(Debug)]
pub struct Listed {
    /// What came of it.
    pub name: ListedName,
    /// What it shows.
    pub signs: Vec<Shown>,
}

impl Store {
    /// Makes a list; nothing of it was asked yet.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed; so for every function here.
    pub fn make_lookup_list(&self, new: &NewList<'_>) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            let mut subjects: Vec<&str> = new.names.iter().map(|(_, it)| it.as_str()).collect();
            subjects.sort_unstable();
            subjects.dedup();
            let n_subjects = subjects.iter().filter(|it| !it.is_empty()).count();
            tx.execute(
                "INSERT INTO lookup_list (id, n_names, n_asked, n_subjects, n_registered, body)
                 VALUES (?1, ?2, 0, ?3, 0, ?4)",
                params![
                    new.list.id.to_string(),
                    new.names.len() as i64,
                    n_subjects as i64,
                    json(new.list)
                ],
            )?;
            let key = tx.last_insert_rowid();
            let mut insert = tx.prepare_cached(
                "INSERT INTO listed_name (list, n, name, subject, asked, registered, outcome, ours, body)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, 'waiting', 0, ?6)",
            )?;
            for (n, (name, subject)) in (0_u32..).zip(new.names) {
                let body = json(&ListedName::waiting(n, name.clone()));
                insert.execute(params![key, n, name, subject, subject.is_empty(), body])?;
            }
            let mut insert = tx
                .prepare_cached("INSERT INTO listed_for (list, n, case_id) VALUES (?1, ?2, ?3)")?;
            for (n, case) in new.brought {
                insert.execute(params![key, n, case.to_string()])?;
            }
            Ok(())
        })
    }

    /// Keeps what a list says of itself.
    ///
    /// # Errors
    /// As for every function here.
    pub fn change_lookup_list(&self, list: &LookupList) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            tx.execute(
                "UPDATE lookup_list SET body = ?2 WHERE id = ?1",
                params![list.id.to_string(), json(list)],
            )?;
            Ok(())
        })
    }

    /// Keeps what was answered about names, and the answers, packed, under what they are about.
    ///
    /// Many at once take the least work a name, because they meet on the same pages; each kind goes in in the
    /// order it is kept in. The writer is free again after every few, so that nobody waits for all of them.
    /// A name counts as asked after everything about it is kept.
    ///
    /// # Errors
    /// As for every function here. What was kept by then stays, and its names are asked again.
    pub fn keep_listed(
        &self,
        id: LookupListId,
        mut names: Vec<Listed>,
        mut answers: Vec<(String, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        let mut signs: Vec<(&'static str, Shown, u32)> = Vec::new();
        for Listed { name, signs: shown } in &mut names {
            signs.extend(shown.drain(..).map(|it| (it.sign.kind.word(), it, name.n)));
        }
        signs.sort_unstable_by(|(kind, a, n), (other, b, m)| {
            (kind, &a.sign.value, n).cmp(&(other, &b.sign.value, m))
        });
        for some in signs.chunks(AT_ONCE) {
            self.let_others_first();
            self.keep_own(|tx| {
                let key = key_of(tx, id)?;
                some.iter().try_for_each(|(_, shown, n)| put_sign(tx, key, shown, *n))
            })?;
        }
        answers.sort_unstable();
        for some in answers.chunks(AT_ONCE) {
            self.let_others_first();
            self.keep_own(|tx| {
                let key = key_of(tx, id)?;
                some.iter().try_for_each(|(about, body)| put_answer(tx, key, about, body))
            })?;
        }
        names.sort_unstable_by_key(|it| it.name.n);
        for some in names.chunks(AT_ONCE) {
            self.let_others_first();
            self.keep_own(|tx| {
                let key = key_of(tx, id)?;
                some.iter().try_for_each(|it| put_name(tx, key, &it.name, true))?;
                count(tx, key, some.len() as i64, 0)
            })?;
        }
        Ok(())
    }

    /// Keeps what a registry answered about a subject; `with` says what follows for each of its names.
    ///
    /// # Errors
    /// As for every function here.
    pub fn keep_registered(
        &self,
        id: LookupListId,
        subject: &str,
        packed: &[u8],
        with: &dyn Fn(ListedName) -> Listed,
    ) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            let key = key_of(tx, id)?;
            let mut query =
                tx.prepare_cached("SELECT body FROM listed_name WHERE list = ?1 AND subject = ?2")?;
            let bodies = query
                .query_map(params![key, subject], |row| row.get::<_, String>(0))?
                .collect::<Result<Vec<_>, _>>()?;
            for body in bodies {
                let it = with(parse(&body)?);
                put_name(tx, key, &it.name, false)?;
                it.signs.iter().try_for_each(|shown| put_sign(tx, key, shown, it.name.n))?;
            }
            tx.prepare_cached(
                "UPDATE listed_name SET registered = 1 WHERE list = ?1 AND subject = ?2",
            )?
            .execute(params![key, subject])?;
            put_answer(tx, key, &format!("r:{subject}"), packed)?;
            count(tx, key, 0, 1)
        })
    }

    /// Keeps what other tables say of names, in place of what was said. The answers stay.
    ///
    /// # Errors
    /// As for every function here.
    pub fn keep_listed_anew(
        &self,
        id: LookupListId,
        names: &[(ListedName, Listed)],
    ) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            let key = key_of(tx, id)?;
            let mut forget = tx.prepare_cached(
                "DELETE FROM listed_sign WHERE list = ?1 AND kind = ?2 AND value = ?3 AND n = ?4",
            )?;
            for (was, now) in names {
                // Who provides what follows from the tables; everything else that a name shows, from answers.
                for role in &was.roles {
                    let kind = SignKind::of_role(role.role).word();
                    forget.execute(params![key, kind, role.provider, was.n])?;
                }
                put_name(tx, key, &now.name, false)?;
                now.signs.iter().try_for_each(|shown| put_sign(tx, key, shown, now.name.n))?;
            }
            Ok(())
        })
    }

    /// Lets names that got no usable answer be asked again; gives how many.
    ///
    /// # Errors
    /// As for every function here.
    pub fn ask_failed_again(&self, id: LookupListId) -> Result<u32, StoreError> {
        self.keep_own(|tx| {
            let key = key_of(tx, id)?;
            let n = tx.execute(
                "UPDATE listed_name SET asked = 0 WHERE list = ?1 AND outcome = 'failed'",
                [key],
            )?;
            tx.execute(
                "DELETE FROM listed_sign WHERE list = ?1 AND n IN
                 (SELECT n FROM listed_name WHERE list = ?1 AND asked = 0)",
                [key],
            )?;
            count(tx, key, -(n as i64), 0)?;
            Ok(n as u32)
        })
    }

    /// Throws a list away, with its answers; what cases keep stays.
    ///
    /// # Errors
    /// As for every function here.
    pub fn forget_lookup_list(&self, id: LookupListId) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            let key = key_of(tx, id)?;
            for table in ["listed_name", "listed_sign", "listed_for", "listed_answer"] {
                tx.execute(&format!("DELETE FROM {table} WHERE list = ?1"), [key])?;
            }
            tx.execute("DELETE FROM lookup_list WHERE key = ?1", [key])?;
            Ok(())
        })
    }
}

fn key_of(conn: &Connection, id: LookupListId) -> Result<i64, StoreError> {
    conn.prepare_cached("SELECT key FROM lookup_list WHERE id = ?1")?
        .query_row([id.to_string()], |row| row.get(0))
        .optional()?
        .ok_or(StoreError::NotFound("lookup list"))
}

/// `is_asked` when it was asked just now; otherwise that stays as it is.
fn put_name(
    conn: &Connection,
    key: i64,
    it: &ListedName,
    is_asked: bool,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE listed_name SET outcome = ?3, ours = ?4, registered_ms = ?5, body = ?6,
             asked = max(asked, ?7)
         WHERE list = ?1 AND n = ?2",
    )?
    .execute(params![
        key,
        it.n,
        it.outcome.word(),
        it.is_ours(),
        it.registered_at.map(Timestamp::ms),
        json(it),
        is_asked
    ])?;
    Ok(())
}

fn put_sign(conn: &Connection, key: i64, shown: &Shown, n: u32) -> Result<(), StoreError> {
    let Shown { sign, is_common } = shown;
    conn.prepare_cached(
        "INSERT INTO listed_sign (list, kind, value, n, common) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (list, kind, value, n) DO UPDATE SET common = excluded.common",
    )?
    .execute(params![key, sign.kind.word(), sign.value, n, is_common])?;
    Ok(())
}

fn put_answer(conn: &Connection, key: i64, about: &str, body: &[u8]) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO listed_answer (list, about, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (list, about) DO UPDATE SET body = excluded.body",
    )?
    .execute(params![key, about, body])?;
    Ok(())
}

fn count(conn: &Connection, key: i64, asked: i64, registered: i64) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE lookup_list SET n_asked = n_asked + ?2, n_registered = n_registered + ?3
         WHERE key = ?1",
    )?
    .execute(params![key, asked, registered])?;
    Ok(())
}
