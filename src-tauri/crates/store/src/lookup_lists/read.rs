//! Asking for lists: themselves, the part of their names that is in sight, groups, and answers.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter, types::Value};

use farol_model::{
    id::{CaseId, LookupListId},
    lookup_list::{ListCounts, ListedFilter, ListedName, ListedSort, LookupList},
    sign::{Shown, Sign, SignKind},
    time::Timestamp,
};

use super::{SharedBy, key_of};
use crate::{
    Reader, StoreError,
    read::{id_of, parse},
};

/// A part of a list's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPart {
    /// The names.
    pub names: Vec<ListedName>,
    /// How many there are in all.
    pub n_rows: u32,
}

impl Reader<'_> {
    /// Every list, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read; so for every function here.
    pub fn lookup_lists(&self) -> Result<Vec<(LookupList, ListCounts)>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT body, n_names, n_asked, n_subjects, n_registered
             FROM lookup_list ORDER BY key DESC",
        )?;
        let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, counts(row)?)))?;
        rows.map(|row| {
            let (body, counts) = row?;
            Ok((parse(&body)?, counts))
        })
        .collect()
    }

    /// One list.
    ///
    /// # Errors
    /// As for every function here, and when there is none.
    pub fn lookup_list(&self, id: LookupListId) -> Result<(LookupList, ListCounts), StoreError> {
        let row = self
            .connection()
            .prepare_cached(
                "SELECT body, n_names, n_asked, n_subjects, n_registered
                 FROM lookup_list WHERE id = ?1",
            )?
            .query_row([id.to_string()], |row| Ok((row.get::<_, String>(0)?, counts(row)?)))
            .optional()?;
        let (body, counts) = row.ok_or(StoreError::NotFound("lookup list"))?;
        Ok((parse(&body)?, counts))
    }

    /// Names whose DNS questions did not end yet, with their numbers.
    ///
    /// # Errors
    /// As for every function here.
    pub fn names_to_ask(&self, id: LookupListId) -> Result<Vec<(u32, String)>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT n, name FROM listed_name WHERE list = ?1 AND asked = 0 ORDER BY n",
        )?;
        let rows = query
            .query_map([key_of(self.connection(), id)?], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What registries were not asked about yet.
    ///
    /// # Errors
    /// As for every function here.
    pub fn subjects_to_ask(&self, id: LookupListId) -> Result<Vec<String>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT DISTINCT subject FROM listed_name WHERE list = ?1 AND registered = 0",
        )?;
        let rows = query.query_map([key_of(self.connection(), id)?], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A part of a list's names.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed(
        &self,
        id: LookupListId,
        filter: &ListedFilter,
        sort: ListedSort,
        offset: u32,
        limit: u32,
    ) -> Result<ListedPart, StoreError> {
        let which = Which::of(self.connection(), id, filter)?;
        let n_rows = if which.is_whole {
            self.lookup_list(id)?.1.n_names
        } else {
            which.count(self.connection())?
        };
        let order = order(sort);
        // The few rows of the part are found by their numbers, not by walking through an order again.
        let again = order.replace("name", "+name").replace("place", "+place");
        // Where names are left out, one walk through all of them and a sort take less than reading row
        // after row in the order.
        let order = if which.is_whole { order } else { &again };
        let sql = format!(
            "SELECT n, name, body FROM listed_name LEFT JOIN listed_line USING (list, n)
             WHERE list = ?1 AND n IN (
                 SELECT n FROM listed_name WHERE {} ORDER BY {order} LIMIT {limit} OFFSET {offset})
             ORDER BY {again}",
            which.sql
        );
        let mut query = self.connection().prepare_cached(&sql)?;
        let rows = query.query_map(params_from_iter(&which.values), line)?;
        let names = rows.map(|row| read_line(row?)).collect::<Result<_, StoreError>>()?;
        Ok(ListedPart { names, n_rows })
    }

    /// How many names of a part stand before one of them; none when it is not among them.
    ///
    /// # Errors
    /// As for every function here.
    pub fn place_of_listed(
        &self,
        id: LookupListId,
        filter: &ListedFilter,
        sort: ListedSort,
        n: u32,
    ) -> Result<Option<u32>, StoreError> {
        let which = Which::of(self.connection(), id, filter)?;
        let (which_sql, order) = (&which.sql, order(sort));
        let sql = if sort == ListedSort::Place {
            format!(
                "SELECT (SELECT count(*) FROM listed_name WHERE {which_sql} AND place <
                    (SELECT place FROM listed_name WHERE list = ?1 AND n = {n}))
                 WHERE EXISTS (SELECT 1 FROM listed_name WHERE {which_sql} AND n = {n})"
            )
        } else {
            format!(
                "SELECT at FROM (SELECT n, row_number() OVER (ORDER BY {order}) - 1 AS at
                 FROM listed_name WHERE {which_sql}) WHERE n = {n}"
            )
        };
        let mut query = self.connection().prepare_cached(&sql)?;
        Ok(query.query_row(params_from_iter(&which.values), |row| row.get(0)).optional()?)
    }

    /// How many names of a list show which value of a kind, the most first, and how many values there
    /// are. Names that the filter leaves out do not count.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_groups(
        &self,
        id: LookupListId,
        filter: &ListedFilter,
        kind: SignKind,
        limit: u32,
    ) -> Result<(Vec<(String, u32)>, u32), StoreError> {
        let which = Which::of(self.connection(), id, filter)?;
        let of_names = format!("FROM listed_name WHERE {}", which.sql);
        let grouped = match kind {
            SignKind::Outcome => {
                format!("SELECT outcome AS value, count(*) AS n_names {of_names} GROUP BY outcome")
            }
            SignKind::Domain => format!(
                "SELECT subject AS value, count(*) AS n_names {of_names} AND subject <> ''
                 GROUP BY subject"
            ),
            _ if which.is_whole => format!(
                "SELECT value, count(*) AS n_names FROM listed_sign
                 WHERE list = ?1 AND kind = '{}' GROUP BY value",
                kind.word()
            ),
            _ => format!(
                "SELECT value, count(*) AS n_names FROM listed_sign
                 WHERE list = ?1 AND kind = '{}' AND n IN (SELECT n {of_names}) GROUP BY value",
                kind.word()
            ),
        };
        let sql = format!(
            "SELECT value, n_names, count(*) OVER () FROM ({grouped})
             ORDER BY n_names DESC, value LIMIT {limit}"
        );
        let mut query = self.connection().prepare_cached(&sql)?;
        let rows = query.query_map(params_from_iter(&which.values), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let mut groups = Vec::new();
        let mut n_groups = 0;
        for row in rows {
            let (value, n_names, all): (String, u32, u32) = row?;
            groups.push((value, n_names));
            n_groups = all;
        }
        Ok((groups, n_groups))
    }

    /// Calls `each` with every sign of a list and the number of the name that shows it; those of one
    /// value come together.
    ///
    /// # Errors
    /// As for every function here.
    pub fn each_listed_sign(
        &self,
        id: LookupListId,
        each: &mut dyn FnMut(Shown, u32),
    ) -> Result<(), StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT kind, value, common, n FROM listed_sign WHERE list = ?1 ORDER BY kind, value, n",
        )?;
        let mut rows = query.query([key_of(self.connection(), id)?])?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            let kind = kind.parse().map_err(|_| StoreError::Unreadable("sign"))?;
            let sign = Sign { kind, value: row.get(1)? };
            each(Shown { sign, is_common: row.get(2)? }, row.get(3)?);
        }
        Ok(())
    }

    /// The names of a list with their numbers, as they were given, each with what a registry is asked about
    /// for it.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_names(&self, id: LookupListId) -> Result<Vec<(u32, String, String)>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT n, name, subject FROM listed_name WHERE list = ?1 ORDER BY place",
        )?;
        let rows = query.query_map([key_of(self.connection(), id)?], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Names that were asked about, from a number on.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_from(
        &self,
        id: LookupListId,
        from: u32,
        limit: u32,
    ) -> Result<Vec<ListedName>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT n, name, body FROM listed_name LEFT JOIN listed_line USING (list, n)
             WHERE list = ?1 AND n >= ?2 AND asked = 1 ORDER BY n LIMIT ?3",
        )?;
        let rows = query.query_map(params![key_of(self.connection(), id)?, from, limit], line)?;
        rows.map(|row| read_line(row?)).collect()
    }

    /// The cases that names of a list were brought from, by number.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_for(&self, id: LookupListId) -> Result<BTreeMap<u32, Vec<CaseId>>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT n, case_id FROM listed_for WHERE list = ?1 ORDER BY n, case_id",
        )?;
        let mut rows = query.query([key_of(self.connection(), id)?])?;
        let mut brought: BTreeMap<u32, Vec<CaseId>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let case: String = row.get(1)?;
            brought.entry(row.get(0)?).or_default().push(id_of(&case)?);
        }
        Ok(brought)
    }

    /// Numbers of names that dangle, or whose domain's registration is known.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_marks(
        &self,
        id: LookupListId,
    ) -> Result<Vec<(u32, bool, Option<Timestamp>)>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT n, outcome = 'dangling', registered_ms FROM listed_name
             WHERE list = ?1 AND (outcome = 'dangling' OR registered_ms IS NOT NULL)",
        )?;
        let rows = query.query_map([key_of(self.connection(), id)?], |row| {
            let at: Option<i64> = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, at.map(Timestamp::from_ms)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many answers a case has.
    ///
    /// # Errors
    /// As for every function here.
    pub fn n_observations_of(&self, case: CaseId) -> Result<u64, StoreError> {
        let n: i64 = self
            .connection()
            .prepare_cached("SELECT count(*) FROM observation WHERE case_id = ?1")?
            .query_row([case.to_string()], |row| row.get(0))?;
        Ok(n.unsigned_abs())
    }

    /// The cases that one name of a list was brought from.
    ///
    /// # Errors
    /// As for every function here.
    pub fn brought_from(&self, id: LookupListId, n: u32) -> Result<Vec<CaseId>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT case_id FROM listed_for WHERE list = ?1 AND n = ?2 ORDER BY case_id",
        )?;
        let rows = query
            .query_map(params![key_of(self.connection(), id)?, n], |row| row.get::<_, String>(0))?;
        rows.map(|case| id_of(&case?)).collect()
    }

    /// The packed answers of a list about one of its names.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_answers(
        &self,
        id: LookupListId,
        name: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT answers FROM lookup_list
             JOIN listed_name ON listed_name.list = lookup_list.key AND name = ?2
             JOIN listed_line USING (list, n)
             WHERE lookup_list.id = ?1",
        )?;
        Ok(query.query_row(params![id.to_string(), name], |row| row.get(0)).optional()?)
    }

    /// The packed answers of a list about what several of its names share.
    ///
    /// # Errors
    /// As for every function here.
    pub fn listed_shared(
        &self,
        id: LookupListId,
        about: &SharedBy<'_>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut query = self.connection().prepare_cached(
            "SELECT listed_shared.body FROM lookup_list
             JOIN listed_shared ON listed_shared.list = lookup_list.key AND about = ?2
             WHERE lookup_list.id = ?1",
        )?;
        Ok(query.query_row(params![id.to_string(), about.key()], |row| row.get(0)).optional()?)
    }
}

/// A row of a name, as it is kept.
pub(super) type Line = (u32, String, Option<String>);

pub(super) fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<Line> {
    Ok((row.get("n")?, row.get("name")?, row.get("body")?))
}

/// What came of a name, or that it waits.
pub(super) fn read_line((n, name, body): Line) -> Result<ListedName, StoreError> {
    body.map_or_else(|| Ok(ListedName::waiting(n, name)), |body| parse(&body))
}

/// Which names of a list.
struct Which {
    sql: String,
    values: Vec<Value>,
    /// Whether no name is left out.
    is_whole: bool,
}

impl Which {
    fn of(conn: &Connection, id: LookupListId, filter: &ListedFilter) -> Result<Self, StoreError> {
        let key = key_of(conn, id)?;
        let mut sql = String::from("list = ?1");
        let mut values = vec![Value::Integer(key)];
        let mut and = |condition: &str, value: Option<Value>| {
            values.extend(value);
            sql.push_str(" AND ");
            sql.push_str(&condition.replace('?', &format!("?{}", values.len())));
        };
        for word in filter.words.split_whitespace() {
            and("instr(name, ?) > 0", Some(Value::Text(word.to_lowercase())));
        }
        if let Some(outcome) = filter.outcome {
            and("outcome = ?", Some(Value::Text(outcome.word().to_owned())));
        }
        if filter.ours {
            and("ours = 1", None);
        }
        if let Some(after) = filter.registered_after {
            and("registered_ms > ?", Some(Value::Integer(after.ms())));
        }
        match &filter.sign {
            None => {}
            Some(Sign { kind: SignKind::Outcome, value }) => {
                and("outcome = ?", Some(Value::Text(value.clone())));
            }
            Some(Sign { kind: SignKind::Domain, value }) => {
                and("subject = ?", Some(Value::Text(value.clone())));
            }
            Some(Sign { kind, value }) => and(
                &format!(
                    "n IN (SELECT n FROM listed_sign WHERE list = {key} AND kind = '{}' AND value = ?)",
                    kind.word()
                ),
                Some(Value::Text(value.clone())),
            ),
        }
        let is_whole = values.len() == 1 && !filter.ours;
        Ok(Self { sql, values, is_whole })
    }

    fn count(&self, conn: &Connection) -> Result<u32, StoreError> {
        let sql = format!("SELECT count(*) FROM listed_name WHERE {}", self.sql);
        Ok(conn
            .prepare_cached(&sql)?
            .query_row(params_from_iter(&self.values), |row| row.get(0))?)
    }
}

fn order(sort: ListedSort) -> &'static str {
    match sort {
        ListedSort::Place => "place",
        ListedSort::Name => "name, n",
        ListedSort::Outcome => "outcome, name, n",
        ListedSort::Registered => "registered_ms IS NULL, registered_ms DESC, place",
    }
}

fn counts(row: &rusqlite::Row<'_>) -> rusqlite::Result<ListCounts> {
    Ok(ListCounts {
        n_names: row.get("n_names")?,
        n_asked: row.get("n_asked")?,
        n_subjects: row.get("n_subjects")?,
        n_registered: row.get("n_registered")?,
    })
}
