//! Lists of cases, part by part: what they are sorted and filtered by stands in lines of its own,
//! kept in step by the projection.
//!
//! A line has no texts. Words are looked for in the search; a list that is filtered by words ends
//! after [`MAX_FOUND`] cases.

use rusqlite::{Connection, OptionalExtension, Params, Row, ToSql, params, params_from_iter};

use farol_model::{
    case::{Case, Category, Severity, Status},
    clock::Clock,
    id::{CaseId, MemberId, ReportId},
    list::CaseSort,
    report::Report,
    search::Query,
    time::Timestamp,
};

use crate::{Reader, StoreError, read::parse, search};

/// Most cases that a list filtered by words has.
pub const MAX_FOUND: u32 = 2_000;

/// Stands for a deadline that there is not.
const NO_DEADLINE: i64 = i64::MAX;

/// Which cases, in the words of the record.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Whether closed cases are left out.
    pub open_only: bool,
    /// One of these, when there are any.
    pub statuses: Vec<Status>,
    /// One of these, when there are any.
    pub severities: Vec<Severity>,
    /// One of these, when there are any.
    pub categories: Vec<Category>,
    /// Whose: a member's, or nobody's.
    pub assignee: Option<Option<MemberId>>,
    /// What has to be found in it.
    pub words: Option<Query>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPart<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// How many rows the whole list has.
    pub n_rows: u32,
    /// Whether there are more, and the list ends at [`MAX_FOUND`].
    pub is_cut: bool,
}

/// A case with what its line counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCase {
    /// The case.
    pub case: Case,
    /// How many targets it has.
    pub n_targets: u32,
    /// How many of them are settled.
    pub n_settled: u32,
}

/// Puts or changes a case's line; its deadline and targets stay as they are.
pub(crate) fn put_case(conn: &Connection, case: &Case) -> Result<(), StoreError> {
    let facts = &case.facts;
    conn.prepare_cached(
        "INSERT INTO case_line (case_id, closed, due_ms, work_left, severity, opened_at_ms, status,
                                category, assignee, n_targets, n_settled)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0)
         ON CONFLICT (case_id) DO UPDATE SET
             closed = excluded.closed, work_left = excluded.work_left,
             severity = excluded.severity, status = excluded.status,
             category = excluded.category, assignee = excluded.assignee",
    )?
    .execute(params![
        case.id.to_string(),
        facts.status == Status::Closed,
        NO_DEADLINE,
        facts.status.work_left(),
        facts.severity as u8,
        case.opened_at.ms(),
        facts.status.word(),
        facts.category.word(),
        facts.assignee.map_or_else(String::new, |it| it.to_string()),
    ])?;
    Ok(())
}

/// Follows a case's clocks.
pub(crate) fn follow_clocks(conn: &Connection, case: CaseId) -> Result<(), StoreError> {
    let clocks = Reader::new(conn).clocks_of(case)?;
    let due = clocks.iter().filter_map(Clock::runs_out_at).min();
    conn.prepare_cached("UPDATE case_line SET due_ms = ?2 WHERE case_id = ?1")?
        .execute(params![case.to_string(), due.map_or(NO_DEADLINE, Timestamp::ms)])?;
    Ok(())
}

/// Follows a case's targets: how many more there are, and how many more of them are settled.
pub(crate) fn follow_target(
    conn: &Connection,
    case: CaseId,
    n_more: i32,
    n_more_settled: i32,
) -> Result<(), StoreError> {
    if n_more != 0 || n_more_settled != 0 {
        conn.prepare_cached(
            "UPDATE case_line SET n_targets = n_targets + ?2, n_settled = n_settled + ?3
             WHERE case_id = ?1",
        )?
        .execute(params![case.to_string(), n_more, n_more_settled])?;
    }
    Ok(())
}

/// Gives a report a line while no case has it.
pub(crate) fn follow_report(conn: &Connection, report: ReportId) -> Result<(), StoreError> {
    let report = report.to_string();
    conn.prepare_cached("DELETE FROM report_line WHERE report_id = ?1")?.execute([&report])?;
    conn.prepare_cached(
        "INSERT INTO report_line (report_id, received_at_ms)
         SELECT id, received_at_ms FROM report
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM case_report WHERE report_id = report.id)",
    )?
    .execute([&report])?;
    Ok(())
}

/// Fills the lines from the other projections, for vaults from before there were any.
pub(crate) fn fill(conn: &Connection) -> Result<(), StoreError> {
    let mut cases = conn.prepare("SELECT body FROM case_")?;
    let mut rows = cases.query([])?;
    while let Some(row) = rows.next()? {
        let case: Case = parse(&row.get::<_, String>(0)?)?;
        put_case(conn, &case)?;
        follow_clocks(conn, case.id)?;
    }
    conn.execute_batch(
        "UPDATE case_line SET
             n_targets = (SELECT count(*) FROM target WHERE target.case_id = case_line.case_id),
             n_settled = (SELECT count(*) FROM target WHERE target.case_id = case_line.case_id
                          AND outcome <> 'pending');
         INSERT INTO report_line (report_id, received_at_ms)
         SELECT id, received_at_ms FROM report
         WHERE NOT EXISTS (SELECT 1 FROM case_report WHERE report_id = report.id);",
    )?;
    Ok(())
}

/// An order, as all columns of one index, so that nothing is ever sorted. `rowid` makes it whole; it
/// stands there, too.
struct Order {
    index: &'static str,
    columns: &'static str,
    descending: bool,
}

fn order(sort: CaseSort) -> Order {
    match sort {
        CaseSort::Due => Order {
            index: "case_line_by_due",
            columns: "closed, due_ms, work_left, severity, opened_at_ms, status, category, assignee, rowid",
            descending: false,
        },
        CaseSort::Opened => Order {
            index: "case_line_by_opened",
            columns: "opened_at_ms, closed, severity, status, category, assignee, rowid",
            descending: true,
        },
        CaseSort::Severity => Order {
            index: "case_line_by_severity",
            columns: "closed, severity, opened_at_ms, status, category, assignee, rowid",
            descending: false,
        },
    }
}

impl Order {
    fn by(&self) -> String {
        if !self.descending {
            return self.columns.to_owned();
        }
        let columns: Vec<_> = self.columns.split(", ").map(|it| format!("{it} DESC")).collect();
        columns.join(", ")
    }
}

/// A condition on lines, and what is bound to it.
struct Asked {
    condition: String,
    values: Vec<Box<dyn ToSql>>,
    /// Whether it names its cases one by one, so that no walk along an index is needed.
    is_few: bool,
    is_cut: bool,
}

impl Asked {
    fn new(conn: &Connection, which: &Which, order: &Order) -> Result<Self, StoreError> {
        let mut it =
            Self { condition: "TRUE".into(), values: Vec::new(), is_few: false, is_cut: false };
        if which.open_only {
            // Cases that words name are looked at one by one, not along the order.
            let begins_with_it = order.columns.starts_with("closed") && which.words.is_none();
            it.condition.push_str(if begins_with_it {
                " AND closed = 0"
            } else {
                " AND +closed = 0"
            });
        }
        it.one_of("status", which.statuses.iter().map(|it| it.word()));
        it.one_of("severity", which.severities.iter().map(|it| *it as u8));
        it.one_of("category", which.categories.iter().map(|it| it.word()));
        if let Some(assignee) = which.assignee {
            it.one_of("assignee", [assignee.map_or_else(String::new, |it| it.to_string())]);
        }
        if let Some(words) = &which.words {
            let mut found = search::cases_with(conn, words, MAX_FOUND + 1)?;
            it.is_cut = found.len() > MAX_FOUND as usize;
            found.truncate(MAX_FOUND as usize);
            it.is_few = true;
            let found = serde_json::Value::from(found).to_string();
            it.condition.push_str(" AND case_id IN (SELECT value FROM json_each(?))");
            it.values.push(Box::new(found));
        }
        Ok(it)
    }

    fn one_of<T: ToSql + 'static>(&mut self, column: &str, values: impl IntoIterator<Item = T>) {
        let n_before = self.values.len();
        self.values.extend(values.into_iter().map(|it| Box::new(it) as Box<dyn ToSql>));
        let n = self.values.len() - n_before;
        if n > 0 {
            let marks = vec!["?"; n].join(", ");
            // With the plus: a column that may have one value only would be no part of the order any
            // more, and SQLite would sort what stands in order already.
            self.condition.push_str(&format!(" AND +{column} IN ({marks})"));
        }
    }

    fn lines(&self, order: &Order) -> String {
        if self.is_few {
            return "case_line".into();
        }
        format!("case_line INDEXED BY {}", order.index)
    }

    /// One part of the lines in this order; its length and what is before it are to be bound.
    fn walk(&self, order: &Order, by: &str) -> String {
        let (lines, condition) = (self.lines(order), &self.condition);
        format!("SELECT rowid FROM {lines} WHERE {condition} ORDER BY {by} LIMIT ? OFFSET ?")
    }

    fn ask<T>(
        &self,
        conn: &Connection,
        sql: &str,
        more: &[&dyn ToSql],
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let values = self.values.iter().map(|it| &**it).chain(more.iter().copied());
        let mut query = conn.prepare_cached(sql)?;
        Ok(query.query_map(params_from_iter(values), row)?.collect::<Result<_, _>>()?)
    }

    fn count(&self, conn: &Connection, order: &Order) -> Result<u32, StoreError> {
        let sql = format!("SELECT count(*) FROM {} WHERE {}", self.lines(order), self.condition);
        Ok(self.ask(conn, &sql, &[], |row| row.get(0))?.pop().unwrap_or(0))
    }
}

/// Cases of some lines in an order, with what their lines count.
fn cases_of(
    conn: &Connection,
    lines: &str,
    by: &str,
    values: impl Params,
) -> Result<Vec<ListedCase>, StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT (SELECT body FROM case_ WHERE id = case_id), n_targets, n_settled
         FROM case_line WHERE rowid IN ({lines}) ORDER BY {by}",
    ))?;
    let mut rows = query.query(values)?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        let case = parse(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        cases.push(ListedCase { case, n_targets: row.get(1)?, n_settled: row.get(2)? });
    }
    Ok(cases)
}

impl Reader<'_> {
    /// A part of a list of cases.
    ///
    /// # Errors
    /// When the database cannot be read; so for every function here.
    pub fn listed_cases(
        &self,
        which: &Which,
        sort: CaseSort,
        offset: u32,
        limit: u32,
    ) -> Result<ListPart<ListedCase>, StoreError> {
        let conn = self.connection();
        let order = order(sort);
        let asked = Asked::new(conn, which, &order)?;
        if asked.is_few {
            // Its cases are looked up once, and counted and cut here.
            let by = order.by();
            let sql =
                format!("SELECT rowid FROM case_line WHERE {} ORDER BY {by}", asked.condition);
            let lines: Vec<i64> = asked.ask(conn, &sql, &[], |row| row.get(0))?;
            let n_rows = lines.len() as u32;
            let part: Vec<i64> =
                lines.into_iter().skip(offset as usize).take(limit as usize).collect();
            let part = serde_json::Value::from(part).to_string();
            let rows = cases_of(conn, "SELECT value FROM json_each(?)", &by, [part])?;
            return Ok(ListPart { rows, n_rows, is_cut: asked.is_cut });
        }
        let n_rows = asked.count(conn, &order)?;
        // The nearer end is walked from, so that the last part costs no more than the first.
        let limit = limit.min(n_rows.saturating_sub(offset));
        let from_end = u64::from(offset) * 2 > u64::from(n_rows);
        let (skipped, by) = if from_end {
            let turned = Order { descending: !order.descending, ..order };
            (n_rows - offset.min(n_rows) - limit, turned.by())
        } else {
            (offset, order.by())
        };
        // What is passed by is counted along the index alone; only the part itself is read.
        let more: [&dyn ToSql; 2] = [&limit, &skipped];
        let values = params_from_iter(asked.values.iter().map(|it| &**it).chain(more));
        let mut rows = cases_of(conn, &asked.walk(&order, &by), &by, values)?;
        if from_end {
            rows.reverse();
        }
        Ok(ListPart { rows, n_rows, is_cut: asked.is_cut })
    }

    /// How many rows stand before a case in a list; none when the list does not have it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn place_of_case(
        &self,
        which: &Which,
        sort: CaseSort,
        case: &str,
    ) -> Result<Option<u32>, StoreError> {
        let conn = self.connection();
        let order = order(sort);
        let asked = Asked::new(conn, which, &order)?;
        let sql = format!("SELECT 1 FROM case_line WHERE {} AND case_id = ?", asked.condition);
        if asked.ask(conn, &sql, &[&case], |_| Ok(()))?.is_empty() {
            return Ok(None);
        }
        let sign = if order.descending { '>' } else { '<' };
        let columns = order.columns;
        let sql = format!(
            "SELECT count(*) FROM {} WHERE {} AND ({columns}) {sign}
             (SELECT {columns} FROM case_line WHERE case_id = ?)",
            asked.lines(&order),
            asked.condition,
        );
        Ok(asked.ask(conn, &sql, &[&case], |row| row.get(0))?.pop())
    }

    /// A part of the reports that no case has, newest first; with words, those that have them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn listed_reports(
        &self,
        words: Option<&Query>,
        offset: u32,
        limit: u32,
    ) -> Result<ListPart<Report>, StoreError> {
        let (conn, asked) = (self.connection(), self.asked_reports(words)?);
        let condition = &asked.condition;
        let sql = format!("SELECT count(*) FROM report_line WHERE {condition}");
        let n_rows = asked.ask(conn, &sql, &[], |row| row.get(0))?.pop().unwrap_or(0);
        let sql = format!(
            "SELECT (SELECT body FROM report WHERE id = report_id) FROM report_line
             WHERE {condition} ORDER BY received_at_ms DESC, report_id DESC LIMIT ? OFFSET ?"
        );
        let bodies = asked.ask(conn, &sql, &[&limit, &offset], |row| row.get::<_, String>(0))?;
        let rows = bodies.iter().map(|it| parse(it)).collect::<Result<_, _>>()?;
        Ok(ListPart { rows, n_rows, is_cut: asked.is_cut })
    }

    /// How many reports stand before one in that list; none when the list does not have it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn place_of_report(
        &self,
        words: Option<&Query>,
        report: &str,
    ) -> Result<Option<u32>, StoreError> {
        let (conn, asked) = (self.connection(), self.asked_reports(words)?);
        let condition = &asked.condition;
        let sql = format!("SELECT 1 FROM report_line WHERE {condition} AND report_id = ?");
        if asked.ask(conn, &sql, &[&report], |_| Ok(()))?.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT count(*) FROM report_line WHERE {condition} AND (received_at_ms, report_id) >
             (SELECT received_at_ms, report_id FROM report_line WHERE report_id = ?)"
        );
        Ok(asked.ask(conn, &sql, &[&report], |row| row.get(0))?.pop())
    }

    fn asked_reports(&self, words: Option<&Query>) -> Result<Asked, StoreError> {
        let mut asked =
            Asked { condition: "TRUE".into(), values: Vec::new(), is_few: true, is_cut: false };
        let has_any = self.connection().prepare_cached("SELECT 1 FROM report_line")?.exists([])?;
        if let Some(words) = words.filter(|_| has_any) {
            let found = search::reports_with(self.connection(), words, MAX_FOUND)?;
            let found = serde_json::Value::from(found).to_string();
            asked.condition.push_str(" AND report_id IN (SELECT value FROM json_each(?))");
            asked.values.push(Box::new(found));
        }
        Ok(asked)
    }

    /// The running clocks of a case.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn running_clocks_of(&self, case: CaseId) -> Result<Vec<Clock>, StoreError> {
        let mut query = self
            .connection()
            .prepare_cached("SELECT body FROM clock WHERE case_id = ?1 AND running = 1")?;
        let bodies = query.query_map([case.to_string()], |row| row.get::<_, String>(0))?;
        bodies.map(|it| parse(&it?)).collect()
    }

    /// The outcome of a target, if it is one; its word.
    pub(crate) fn outcome_word(
        &self,
        case: CaseId,
        kind: &str,
        value: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT outcome FROM target WHERE case_id = ?1 AND kind = ?2 AND value = ?3",
            )?
            .query_row(params![case.to_string(), kind, value], |row| row.get(0))
            .optional()?)
    }
}

#[cfg(test)]
mod tests;
