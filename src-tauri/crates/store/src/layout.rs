//! That `schema.sql`, which people read, is the layout that the migrations make.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};

use crate::connection::in_memory;

/// Each table, index and trigger with the statement that makes it, without comments and spacing.
/// What FTS5 keeps beside a search table is its own business.
fn layout(conn: &Connection) -> BTreeMap<String, String> {
    let mut query = conn
        .prepare(
            "SELECT type || ' ' || name, sql FROM sqlite_schema
             WHERE sql IS NOT NULL
             AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')",
        )
        .unwrap();
    let plain = |sql: String| {
        let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        words.join(" ").replace("( ", "(").replace(" )", ")")
    };
    query
        .query_map([], |row| Ok((row.get(0)?, plain(row.get(1)?))))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "an empty database in memory, no vault")]
fn the_layout_that_people_read_is_the_real_one() {
    let read = Connection::open_with_flags(":memory:", OpenFlags::default()).unwrap();
    read.execute_batch(include_str!("../schema.sql")).unwrap();
    let (read, real) = (layout(&read), layout(&in_memory().unwrap()));
    assert!(real.len() > 30, "{}", real.len());
    for (name, sql) in &real {
        assert_eq!(read.get(name), Some(sql), "schema.sql does not say how {name} is made");
    }
    assert_eq!(read.len(), real.len(), "schema.sql makes what no migration makes");
}
