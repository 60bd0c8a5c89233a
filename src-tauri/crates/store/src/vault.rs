//! Opening, reading and the one way to write.
//!
//! The database key is random and raw (no derivation per connection). Everything that changes
//! the shared story goes through [`Store::write`]: the entry and its projection are one
//! transaction, and the hash of its last entry is signed with the member's key.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, config::DbConfig,
    params,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use farol_model::{
    id::{CaseId, DeskId, Digest, EntryId, MemberId},
    journal::{Action, EntryHeader},
    member::Member,
    time::Timestamp,
};

use crate::{
    Reader, StoreError, backup,
    holder::Holder,
    projection,
    seal::{Key, hex, random, unhex},
    search,
    slots::{Cost, Secrets, Slots},
    verify::{entry_digest, entry_hash},
};

/// Every schema there was, oldest first: the tables it adds, and what fills them from those before.
/// A file's `PRAGMA user_version` counts how many it has.
const MIGRATIONS: [Migration; 2] = [
    (include_str!("../migrations/0001_house.sql"), |_| Ok(())),
    (include_str!("../migrations/0002_search.sql"), search::build),
];

type Migration = (&'static str, fn(&Connection) -> Result<(), StoreError>);

/// The newest schema this program knows.
const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// The clock, handed in.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where a vault lies and who asks for it.
#[derive(Clone)]
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// How the asking program calls itself (`the Farol window`, `farolctl`).
    pub who: String,
    /// The clock.
    pub now: Now,
}

/// A vault to be made.
#[derive(Clone, Copy)]
pub struct NewVault<'a> {
    /// Opens it when the keyring cannot.
    pub passphrase: &'a str,
    /// How dear a guess at the passphrase is made.
    pub cost: Cost,
    /// Whether the system keyring gets a key too.
    pub use_keyring: bool,
    /// The person who works in it.
    pub member_name: &'a str,
    /// Whether it is for practice; it stays so for ever.
    pub practice: bool,
}

/// Which of a vault's files exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultFiles {
    /// The database.
    pub database: bool,
    /// `vault.json`.
    pub slots: bool,
}

impl Place {
    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("farol.vault")
    }

    fn unfinished(&self) -> PathBuf {
        self.dir.join("farol.vault.new")
    }

    pub(crate) fn slots_file(&self) -> PathBuf {
        self.dir.join("vault.json")
    }

    /// Which files are there. A creation that was killed after its last write counts as done.
    pub fn files(&self) -> VaultFiles {
        let slots = self.slots_file().exists();
        VaultFiles {
            database: self.database().exists() || (slots && self.unfinished().exists()),
            slots,
        }
    }

    /// The key slots.
    ///
    /// # Errors
    /// When `vault.json` is missing or not ours.
    pub fn slots(&self) -> Result<Slots, StoreError> {
        Slots::load(&self.slots_file())
    }

    pub(crate) fn hold(&self) -> Result<Holder, StoreError> {
        fs::create_dir_all(&self.dir)?;
        Holder::take(&self.dir.join("vault.lock"), &self.who)
    }
}

/// An open vault.
pub struct Store {
    place: Place,
    database_key: Zeroizing<String>,
    // Dropped before the writer: the last one to close folds the WAL in, and readers cannot.
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
    signing_key: SigningKey,
    desk: DeskId,
    member: MemberId,
    _holder: Holder,
}

impl Store {
    /// Makes a vault in an empty place.
    ///
    /// # Errors
    /// [`StoreError::Exists`] or [`StoreError::HalfThere`] when anything is there already: nothing
    /// is ever created over existing data. [`StoreError::Keyring`] when the keyring was asked for
    /// and refuses; no file is left behind then.
    pub fn create(place: Place, new: NewVault<'_>) -> Result<Self, StoreError> {
        let holder = place.hold()?;
        match place.files() {
            VaultFiles { database: false, slots: false } => {}
            VaultFiles { database: true, slots: true } => return Err(StoreError::Exists),
            VaultFiles { slots: false, .. } => return Err(StoreError::HalfThere("vault.json")),
            VaultFiles { .. } => return Err(StoreError::HalfThere("farol.vault")),
        }
        let at = (place.now)();
        let secrets = Secrets {
            database_key: random(),
            signing_key: random(),
            desk: DeskId(mint(at)),
            member: MemberId(mint(at)),
        };
        let mut slots = Slots::new(mint(at), new.practice);
        slots.put_passphrase(&secrets, new.passphrase, new.cost, at)?;
        if new.use_keyring {
            slots.put_keyring(&secrets, at)?;
        }
        let unfinished = place.unfinished();
        if unfinished.exists() {
            // Never opened by anybody: its key was not yet written anywhere.
            fs::remove_file(&unfinished)?;
        }
        {
            let database_key = secrets.key_text();
            let store = Self::connect(place.clone(), &unfinished, database_key, &secrets, holder)?;
            let member = Member {
                id: secrets.member,
                name: new.member_name.to_owned(),
                public_key: hex(store.signing_key.verifying_key().as_bytes()),
            };
            store.write(|tx| {
                tx.record(&Action::VaultCreated { practice: new.practice })?;
                tx.record(&Action::MemberAdded { member: member.clone() })?;
                Ok::<_, StoreError>(())
            })?;
            store.writer().pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        }
        slots.save(&place.slots_file())?;
        Self::open_with(place, &secrets)
    }

    /// Opens a vault with its passphrase or its recovery key.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing is created or deleted.
    pub fn open_with_words(place: Place, words: &str) -> Result<Self, StoreError> {
        let secrets = Self::slots_of(&place)?.open_with_words(words)?;
        Self::open_with(place, &secrets)
    }

    /// Opens a vault with the key in the system keyring.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing is created or deleted.
    pub fn open_with_keyring(place: Place) -> Result<Self, StoreError> {
        let secrets = Self::slots_of(&place)?.open_with_keyring()?;
        Self::open_with(place, &secrets)
    }

    fn slots_of(place: &Place) -> Result<Slots, StoreError> {
        match place.files() {
            VaultFiles { database: true, slots: true } => place.slots(),
            VaultFiles { database: false, slots: false } => Err(StoreError::Absent),
            VaultFiles { slots: false, .. } => Err(StoreError::HalfThere("vault.json")),
            VaultFiles { .. } => Err(StoreError::HalfThere("farol.vault")),
        }
    }

    fn open_with(place: Place, secrets: &Secrets) -> Result<Self, StoreError> {
        let holder = place.hold()?;
        let database = place.database();
        if !database.exists() {
            fs::rename(place.unfinished(), &database)?;
        }
        Self::connect(place, &database, secrets.key_text(), secrets, holder)
    }

    fn connect(
        place: Place,
        database: &Path,
        database_key: Zeroizing<String>,
        secrets: &Secrets,
        holder: Holder,
    ) -> Result<Self, StoreError> {
        let mut writer = connection(database, &database_key, OpenFlags::default())?;
        let found = schema(&writer)?;
        if (1..SCHEMA).contains(&found) {
            backup::make(&place, &writer, &database_key)?;
        }
        migrate(&mut writer)?;
        Ok(Self {
            place,
            database_key,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            signing_key: SigningKey::from_bytes(&secrets.signing_key),
            desk: secrets.desk,
            member: secrets.member,
            _holder: holder,
        })
    }

    /// A connection beside the writer's.
    pub(crate) fn another_connection(&self) -> Result<Connection, StoreError> {
        connection(&self.place.database(), &self.database_key, OpenFlags::default())
    }

    pub(crate) fn database_key(&self) -> Zeroizing<String> {
        self.database_key.clone()
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// What every slot wraps.
    pub(crate) fn secrets(&self) -> Secrets {
        let database_key = unhex(&self.database_key).and_then(|it| it.try_into().ok());
        Secrets {
            database_key: database_key.expect("it was written as 32 bytes in hex"),
            signing_key: self.signing_key.to_bytes(),
            desk: self.desk,
            member: self.member,
        }
    }

    pub(crate) fn desk(&self) -> DeskId {
        self.desk
    }

    /// The person whose key signs here.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// The clock's time.
    pub fn now(&self) -> Timestamp {
        (self.place.now)()
    }

    /// A fresh id for the current time.
    pub fn new_id(&self) -> Uuid {
        mint(self.now())
    }

    /// The one way to write: state is read inside the transaction, rules decide, and each action
    /// is recorded together with its projection. When `f` fails, nothing has happened.
    ///
    /// # Errors
    /// What `f` returns, or a [`StoreError`] of the transaction itself.
    pub fn write<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer();
        let tx = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let mut write = WriteTx::begin(tx, self)?;
        let out = f(&mut write)?;
        write.commit()?;
        Ok(out)
    }

    /// Reads what was committed.
    ///
    /// # Errors
    /// What `f` returns, or a [`StoreError`] when no connection can be had.
    pub fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let pooled = lock(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                connection(&self.place.database(), &self.database_key, flags)?
            }
        };
        // One snapshot for the whole read, so that a screen never mixes two states.
        connection.execute_batch("BEGIN").map_err(StoreError::from)?;
        let out = f(Reader::new(&connection));
        connection.execute_batch("COMMIT").map_err(StoreError::from)?;
        lock(&self.readers).push(connection);
        out
    }

    #[cfg(test)]
    pub(crate) fn for_tests(&self) -> (PathBuf, Zeroizing<String>) {
        (self.place.database(), self.database_key.clone())
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }
}

/// Makes names in a folder survive a power cut; Windows knows no such call.
///
/// # Errors
/// [`StoreError::Io`].
pub fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    fs::File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock rolled its transaction back; the data is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "this is where the vault is opened")]
pub(crate) fn connection(
    path: &Path,
    key: &str,
    flags: OpenFlags,
) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags)?;
    // A file that turns out to be damaged is left as it is: nothing of the WAL goes into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch(&format!(
        "PRAGMA cipher_log_level = NONE;
         PRAGMA cipher_memory_security = ON;
         PRAGMA key = \"x'{key}'\";
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -65536;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA foreign_keys = ON;"
    ))?;
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        connection.execute_batch("PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema;")?;
    } else {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(connection)
}

/// An empty vault's tables in memory, without a key.
#[expect(clippy::disallowed_methods, reason = "nothing of it reaches a disk")]
pub(crate) fn in_memory(flags: OpenFlags) -> Result<Connection, StoreError> {
    let mut connection = Connection::open_with_flags(":memory:", flags)?;
    migrate(&mut connection)?;
    Ok(connection)
}

fn schema(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found = schema(connection)?;
    if found > SCHEMA {
        return Err(StoreError::TooNew { found, known: SCHEMA });
    }
    for (schema, (tables, fill)) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let tx = connection.transaction()?;
        tx.execute_batch(tables)?;
        fill(&tx)?;
        tx.pragma_update(None, "user_version", schema)?;
        tx.commit()?;
    }
    Ok(())
}

/// A UUIDv7 for an instant.
fn mint(at: Timestamp) -> Uuid {
    let ms = u64::try_from(at.ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, &random()).into_uuid()
}

/// A transaction that records actions. Nothing is visible to others before it commits.
pub struct WriteTx<'a> {
    tx: Transaction<'a>,
    store: &'a Store,
    at: Timestamp,
    n: u32,
    head: [u8; 32],
    n_recorded: u32,
}

impl<'a> WriteTx<'a> {
    fn begin(tx: Transaction<'a>, store: &'a Store) -> Result<Self, StoreError> {
        let last = tx
            .prepare_cached("SELECT n, hash FROM entry WHERE desk = ?1 ORDER BY n DESC LIMIT 1")?
            .query_row(params![store.desk.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (n, head) = last.unwrap_or((0, [0; 32]));
        Ok(Self { tx, store, at: store.now(), n, head, n_recorded: 0 })
    }

    /// The time of this transaction: every entry in it carries it.
    pub fn now(&self) -> Timestamp {
        self.at
    }

    /// Who writes.
    pub fn actor(&self) -> MemberId {
        self.store.member
    }

    /// A fresh id.
    pub fn new_id(&self) -> Uuid {
        mint(self.at)
    }

    /// What is there, including what this transaction did.
    pub fn read(&self) -> Reader<'_> {
        Reader::new(&self.tx)
    }

    /// Keeps bytes once, under their hash.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn keep_original(&mut self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = digest(bytes);
        self.tx
            .prepare_cached("INSERT INTO original (hash, size, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING")?
            .execute(params![digest.to_string(), bytes.len() as i64, bytes])?;
        Ok(digest)
    }

    /// Records an action: appends the entry and applies it to what screens read.
    ///
    /// # Errors
    /// When the database refuses; the transaction is then void.
    pub fn record(&mut self, action: &Action) -> Result<EntryId, StoreError> {
        let header = EntryHeader {
            id: EntryId(self.new_id()),
            desk: self.store.desk,
            n: self.n + 1,
            at: self.at,
            actor: self.store.member,
            case: action.case(),
            action: action.word().to_owned(),
        };
        let (seal, key) = self.seal_for(action)?;
        let plain = Zeroizing::new(serde_json::to_vec(action).expect("actions are plain data"));
        let body = key.seal(&plain, header.id.0.as_bytes());
        let hash = entry_hash(&self.head, &entry_digest(&header, &seal, &body));
        self.tx
            .prepare_cached(
                "INSERT INTO entry (id, desk, n, at_ms, actor, case_id, action, sealed_with, body, prev, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                header.id.to_string(),
                header.desk.to_string(),
                header.n,
                header.at.ms(),
                header.actor.to_string(),
                header.case.map(|case| case.to_string()),
                header.action,
                seal,
                body,
                self.head,
                hash,
            ])?;
        projection::apply(&self.tx, &header, action)?;
        search::follow(&self.tx, action)?;
        self.n = header.n;
        self.head = hash;
        self.n_recorded += 1;
        Ok(header.id)
    }

    /// The seal an action's body is closed with: the case's, the report's, or the desk's.
    fn seal_for(&self, action: &Action) -> Result<(String, Key), StoreError> {
        let id = match (action.case(), action.report()) {
            (Some(CaseId(id)), _) => id.to_string(),
            (None, Some(report)) => report.to_string(),
            (None, None) => self.store.desk.to_string(),
        };
        let known: Option<Vec<u8>> = self
            .tx
            .prepare_cached("SELECT key FROM seal WHERE id = ?1")?
            .query_row(params![id], |row| row.get(0))
            .optional()?;
        if let Some(bytes) = known.map(Zeroizing::new) {
            let key = Key::from_slice(&bytes).ok_or(StoreError::Unreadable("seal"))?;
            return Ok((id, key));
        }
        let key = Key::random();
        self.tx
            .prepare_cached("INSERT INTO seal (id, key) VALUES (?1, ?2)")?
            .execute(params![id, key.0])?;
        Ok((id, key))
    }

    fn commit(self) -> Result<(), StoreError> {
        if self.n_recorded > 0 {
            let signature = self.store.signing_key.sign(&self.head);
            self.tx
                .prepare_cached("INSERT INTO signature (desk, n, signature) VALUES (?1, ?2, ?3)")?
                .execute(params![
                    self.store.desk.to_string(),
                    self.n,
                    signature.to_bytes().as_slice()
                ])?;
        }
        self.tx.commit()?;
        Ok(())
    }
}

/// The SHA-256 by which originals and files are named.
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
