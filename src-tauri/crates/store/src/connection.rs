//! Connections to the database, and what brings an older one up to date.
//!
//! The key is random and raw: no derivation per connection.

use std::{fs, io, path::Path};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use zeroize::Zeroizing;

use crate::{
    StoreError, erase, lists,
    place::Opening,
    seal::{hex, random},
    search,
};

/// Every schema there was, oldest first: the tables it adds, and what fills them from those before.
/// A file's `PRAGMA user_version` counts how many it has.
const MIGRATIONS: [Migration; 17] = [
    (include_str!("../migrations/0001_house.sql"), nothing),
    (include_str!("../migrations/0002_search.sql"), nothing),
    (include_str!("../migrations/0003_signed_files.sql"), nothing),
    (include_str!("../migrations/0004_retention.sql"), |it, _| erase::fill(it)),
    (include_str!("../migrations/0005_evidence.sql"), nothing),
    (include_str!("../migrations/0006_leaving.sql"), nothing),
    (include_str!("../migrations/0007_bundles.sql"), nothing),
    (include_str!("../migrations/0008_lists.sql"), |it, _| lists::fill(it)),
    (include_str!("../migrations/0009_search_by_time.sql"), nothing),
    (include_str!("../migrations/0010_team.sql"), nothing),
    (include_str!("../migrations/0011_lookup_lists.sql"), nothing),
    (include_str!("../migrations/0012_then_now.sql"), nothing),
    (include_str!("../migrations/0013_vocabulary.sql"), nothing),
    // What is found is indexed once, however old the vault is.
    (include_str!("../migrations/0014_packed.sql"), |it, tell| {
        search::build(it, &|done, total| tell(Opening::Indexing { done, total }))
    }),
    (include_str!("../migrations/0015_drafts.sql"), nothing),
    (include_str!("../migrations/0016_asked_in_order.sql"), nothing),
    (include_str!("../migrations/0017_without_triggers.sql"), nothing),
];

type Migration = (&'static str, Fill);

/// What fills new tables; told what takes long.
type Fill = fn(&Connection, &dyn Fn(Opening)) -> Result<(), StoreError>;

fn nothing(_: &Connection, _: &dyn Fn(Opening)) -> Result<(), StoreError> {
    Ok(())
}

/// Statements that a connection keeps ready. A commit runs some twenty, which would drive one another out of
/// the usual sixteen, so that each was read anew every time.
const STATEMENTS: usize = 128;

/// The newest schema this program knows.
pub(crate) const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// Opens a database.
///
/// SQLCipher always keeps the key itself in locked memory. `cipher_memory_security`, which would lock and
/// wipe every page and every piece of text as well, stays off: it costs two system calls an allocation,
/// and most systems let a process lock 8 MiB, less than the pages
/// that are held here. What is read from a vault is on the screen and in the window's memory anyway;
/// only an encrypted swap keeps it off the disk.
#[expect(clippy::disallowed_methods, reason = "this is where the vault is opened")]
pub(crate) fn connection(
    path: &Path,
    key: &str,
    flags: OpenFlags,
) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A file that turns out to be damaged is left as it is: nothing of the WAL goes into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    let said = Zeroizing::new(format!("PRAGMA key = \"x'{key}'\""));
    connection.execute_batch(&said)?;
    // A statement of the same length that does nothing is meant to take the places in memory where the key stood.
    for _ in 0..4 {
        connection.execute_batch(&format!("PRAGMA kez = \"x'{}'\"", "0".repeat(key.len())))?;
    }
    connection.execute_batch(
        "PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -65536;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA foreign_keys = ON;",
    )?;
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.execute_batch("PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema;")?;
    } else {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        // A batch of answers changes more pages than the usual 1 000, and would write each of them twice and wait
        // for the disk twice; four times as many are still soon in the file when it is closed.
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000;",
        )?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(connection)
}

/// An empty vault's tables in a file that nobody else sees, under a key that nobody keeps: a large vault's
/// would not fit in the memory of a small computer.
pub(crate) fn unkept(path: &Path) -> Result<Connection, StoreError> {
    let remove = || match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    remove()?;
    let key = Zeroizing::new(hex(&random::<32>()));
    let mut connection = connection(path, &key, OpenFlags::default())?;
    // No WAL, which would be a second file. What a crash would leave of this one is noise.
    connection.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = OFF")?;
    migrate(&mut connection, &|_| ())?;
    // Where a file that is open cannot lose its name, the next one takes its place.
    remove().unwrap_or_default();
    Ok(connection)
}

/// An empty vault's tables in memory, without a key.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "nothing of it reaches a disk")]
pub(crate) fn in_memory() -> Result<Connection, StoreError> {
    let mut connection = Connection::open_with_flags(":memory:", OpenFlags::default())?;
    migrate(&mut connection, &|_| ())?;
    Ok(connection)
}

pub(crate) fn schema(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

pub(crate) fn migrate(
    connection: &mut Connection,
    tell: &dyn Fn(Opening),
) -> Result<(), StoreError> {
    let found = schema(connection)?;
    if found > SCHEMA {
        return Err(StoreError::TooNew { found, known: SCHEMA });
    }
    for (schema, (tables, fill)) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let tx = connection.transaction()?;
        tx.execute_batch(tables)?;
        fill(&tx, tell)?;
        tx.pragma_update(None, "user_version", schema)?;
        tx.commit()?;
    }
    Ok(())
}
