//! What lists have of a case that is erased.

use std::iter;

use rusqlite::{Connection, params};

use super::SharedBy;
use crate::StoreError;

/// Takes away what lists have of a case that is erased: names that were brought from it alone, and
/// what was answered about them.
pub(crate) fn forget_case(conn: &Connection, case: &str) -> Result<(), StoreError> {
    let mut query = conn.prepare(
        "SELECT list, n FROM listed_for WHERE case_id = ?1 AND NOT EXISTS
         (SELECT 1 FROM listed_for AS other WHERE other.list = listed_for.list
          AND other.n = listed_for.n AND other.case_id <> ?1)",
    )?;
    let alone = query
        .query_map([case], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    for (list, n) in &alone {
        let (name, subject): (String, String) = conn.query_row(
            "SELECT name, subject FROM listed_name WHERE list = ?1 AND n = ?2",
            params![list, n],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        for table in ["listed_sign", "listed_line", "listed_name"] {
            let sql = format!("DELETE FROM {table} WHERE list = ?1 AND n = ?2");
            conn.execute(&sql, params![list, n])?;
        }
        let others: bool = conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM listed_name WHERE list = ?1 AND subject = ?2)",
            params![list, subject],
            |row| row.get(0),
        )?;
        if !others {
            let mut forget =
                conn.prepare_cached("DELETE FROM listed_shared WHERE list = ?1 AND about = ?2")?;
            forget.execute(params![list, SharedBy::Subject(&subject).key()])?;
            // What a registry sold may be more or less than the registrable domain; the name ends in both.
            for domain in endings(&name) {
                forget.execute(params![list, SharedBy::Domain(domain).key()])?;
            }
        }
    }
    conn.execute("DELETE FROM listed_for WHERE case_id = ?1", [case])?;
    let mut lists: Vec<i64> = alone.into_iter().map(|(list, _)| list).collect();
    lists.dedup();
    for list in lists {
        conn.execute(
            "UPDATE lookup_list SET
             n_names = (SELECT count(*) FROM listed_name WHERE list = ?1),
             n_asked = (SELECT count(*) FROM listed_name WHERE list = ?1 AND asked = 1),
             n_subjects = (SELECT count(DISTINCT subject) FROM listed_name
                           WHERE list = ?1 AND subject <> ''),
             n_registered = (SELECT count(DISTINCT subject) FROM listed_name
                             WHERE list = ?1 AND subject <> '' AND registered = 1)
             WHERE key = ?1",
            [list],
        )?;
    }
    Ok(())
}

/// A name and every name that it stands under.
fn endings(name: &str) -> impl Iterator<Item = &str> {
    iter::successors(Some(name), |it| it.split_once('.').map(|(_, rest)| rest))
}
