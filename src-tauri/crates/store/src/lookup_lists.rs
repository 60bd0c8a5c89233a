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

use crate::{Store, StoreError, projection::json};

pub(crate) use erase::forget_case;
pub use read::ListedPart;
use read::{line, read_line};

/// A list that was just made.
#[derive(Debug)]
pub struct NewList<'a> {
    /// The list.
    pub list: &'a LookupList,
    /// Its names in the order in which they are asked.
    pub names: &'a [NewName],
    /// Numbers of names, and the cases that they were brought from.
    pub brought: &'a [(u32, CaseId)],
}

/// A name of a list that was just made.
#[derive(Debug)]
pub struct NewName {
    /// Its place in the list as somebody gave it, from 0.
    pub place: u32,
    /// The name.
    pub name: String,
    /// What a registry is asked about for it; empty for nothing.
    pub subject: String,
}

/// What is said of a name.
#[derive(Debug)]
pub struct Listed {
    /// What came of it.
    pub name: ListedName,
    /// What it shows.
    pub signs: Vec<Shown>,
}

/// A name that was just asked about.
#[derive(Debug)]
pub struct Answered {
    /// What came of it.
    pub listed: Listed,
    /// The answers about it, packed.
    pub answers: Vec<u8>,
    /// Its registrable domain and the answers about that, packed, when none of its names brought them before.
    pub of_domain: Option<(String, Vec<u8>)>,
}

/// What several names of a list share, so that it is kept once.
#[derive(Debug, Clone, Copy)]
pub enum SharedBy<'a> {
    /// The names of a registrable domain.
    Domain(&'a str),
    /// The names about which a registry is asked the same.
    Subject(&'a str),
}

impl SharedBy<'_> {
    fn key(&self) -> String {
        match self {
            Self::Domain(domain) => format!("d:{domain}"),
            Self::Subject(subject) => format!("r:{subject}"),
        }
    }
}

impl Store {
    /// Makes a list; nothing of it was asked yet.
    ///
    /// # Errors
    /// When the database refuses, or the vault is being closed; so for every function here.
    pub fn make_lookup_list(&self, new: &NewList<'_>) -> Result<(), StoreError> {
        self.keep_own(|tx| {
            let mut subjects: Vec<&str> = new.names.iter().map(|it| it.subject.as_str()).collect();
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
                "INSERT INTO listed_name (list, n, place, name, subject, asked, registered, outcome, ours)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 'waiting', 0)",
            )?;
            for (n, NewName { place, name, subject }) in (0_u32..).zip(new.names) {
                insert.execute(params![key, n, place, name, subject, subject.is_empty()])?;
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

    /// Keeps what was answered about names. A name counts as asked with everything about it, or not at all.
    ///
    /// Whoever waits to write goes first.
    ///
    /// # Errors
    /// As for every function here.
    pub fn keep_listed(
        &self,
        id: LookupListId,
        mut answered: Vec<Answered>,
    ) -> Result<(), StoreError> {
        // What is kept near each other is written one after the other.
        answered.sort_unstable_by_key(|it| it.listed.name.n);
        let mut signs: Vec<(&Shown, u32)> = answered
            .iter()
            .flat_map(|it| it.listed.signs.iter().map(|shown| (shown, it.listed.name.n)))
            .collect();
        signs.sort_unstable_by_key(|(it, n)| (it.sign.kind.word(), it.sign.value.as_str(), *n));
        self.let_others_first();
        self.keep_own(|tx| {
            let key = key_of(tx, id)?;
            for it in &answered {
                put_name(tx, key, &it.listed.name, true)?;
                put_line(tx, key, &it.listed.name, &it.answers)?;
            }
            for (domain, answers) in answered.iter().filter_map(|it| it.of_domain.as_ref()) {
                put_shared(tx, key, &SharedBy::Domain(domain), answers)?;
            }
            signs.iter().try_for_each(|(shown, n)| put_sign(tx, key, shown, *n))?;
            count(tx, key, answered.len() as i64, 0)
        })
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
            let mut query = tx.prepare_cached(
                "SELECT n, name, body FROM listed_name LEFT JOIN listed_line USING (list, n)
                 WHERE list = ?1 AND subject = ?2",
            )?;
            let lines =
                query.query_map(params![key, subject], line)?.collect::<Result<Vec<_>, _>>()?;
            for line in lines {
                let it = with(read_line(line)?);
                put_anew(tx, key, &it.name)?;
                it.signs.iter().try_for_each(|shown| put_sign(tx, key, shown, it.name.n))?;
            }
            tx.prepare_cached(
                "UPDATE listed_name SET registered = 1 WHERE list = ?1 AND subject = ?2",
            )?
            .execute(params![key, subject])?;
            put_shared(tx, key, &SharedBy::Subject(subject), packed)?;
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
                put_anew(tx, key, &now.name)?;
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
            for table in
                ["listed_name", "listed_line", "listed_sign", "listed_for", "listed_shared"]
            {
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
        "UPDATE listed_name SET outcome = ?3, ours = ?4, registered_ms = ?5, asked = max(asked, ?6)
         WHERE list = ?1 AND n = ?2",
    )?
    .execute(params![
        key,
        it.n,
        it.outcome.word(),
        it.is_ours(),
        it.registered_at.map(Timestamp::ms),
        is_asked
    ])?;
    Ok(())
}

fn put_line(
    conn: &Connection,
    key: i64,
    it: &ListedName,
    answers: &[u8],
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO listed_line (list, n, body, answers) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (list, n) DO UPDATE SET body = excluded.body, answers = excluded.answers",
    )?
    .execute(params![key, it.n, json(it), answers])?;
    Ok(())
}

/// What else is said of a name from now on; its answers stay.
fn put_anew(conn: &Connection, key: i64, it: &ListedName) -> Result<(), StoreError> {
    put_name(conn, key, it, false)?;
    conn.prepare_cached("UPDATE listed_line SET body = ?3 WHERE list = ?1 AND n = ?2")?
        .execute(params![key, it.n, json(it)])?;
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

fn put_shared(
    conn: &Connection,
    key: i64,
    about: &SharedBy<'_>,
    body: &[u8],
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO listed_shared (list, about, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (list, about) DO UPDATE SET body = excluded.body",
    )?
    .execute(params![key, about.key(), body])?;
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

#[cfg(test)]
mod tests;
