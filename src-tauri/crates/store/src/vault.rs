//! Opening, creating, reading.

use std::{
    fs,
    path::Path,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use uuid::Uuid;
use zeroize::Zeroizing;

use farol_model::{
    finding::Finding,
    id::{DeskId, MemberId},
    journal::Action,
    member::Member,
    time::Timestamp,
};

use crate::{
    Place, Reader, StoreError, VaultFiles, WriteTx, backup,
    behind::Closing,
    connection::{SCHEMA, connection, migrate, schema},
    evidence,
    holder::Holder,
    place::Opening,
    restore::WAL,
    seal::{hex, random, unhex},
    slots::{Cost, Secrets, Slots},
    tail::{self, Compared, Mark, Tail},
    write::mint,
};

/// How long work of many commits rests when somebody waits, and how often at most.
const BEHIND_REST: Duration = Duration::from_millis(1);
const BEHIND_TRIES: u32 = 100;

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

/// An open vault.
pub struct Store {
    place: Place,
    database_key: Zeroizing<String>,
    // Dropped before the writer: the last one to close folds the WAL in, and readers cannot.
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
    /// How many people wait for the writer; work of many commits lets them go first.
    n_waiting: AtomicU32,
    /// None in a practice vault: what is laid out anew needs no second copy.
    tail: Option<Mutex<Tail>>,
    findings: Mutex<Vec<Finding>>,
    pub(crate) closing: Closing,
    /// Whether the system keyring answered since the vault was opened.
    pub(crate) keyring_answers: AtomicBool,
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
        if place.tail().exists() {
            place.set_tail_aside()?;
        }
        {
            let store = Self::connect(place.clone(), &unfinished, &secrets, new.practice, holder)?;
            let member = Member {
                id: secrets.member,
                name: new.member_name.to_owned(),
                public_key: hex(store.signing_key.verifying_key().as_bytes()),
            };
            store.write(|tx| {
                tx.record(&Action::VaultCreated { practice: new.practice })?;
                tx.record(&Action::MemberAdded { member: member.clone(), card: None })?;
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
        let slots = Self::slots_of(&place)?;
        let secrets = if slots.has_next() {
            match (slots.open_with_words(words), slots.next().open_with_words(words)) {
                (Err(error), Err(_)) => return Err(error),
                (old, new) => place.settle_keys(&slots, old.ok(), new.ok())?,
            }
        } else {
            slots.open_with_words(words)?
        };
        Self::open_with(place, &secrets)
    }

    /// Opens a vault with the key in the system keyring.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing is created or deleted.
    pub fn open_with_keyring(place: Place) -> Result<Self, StoreError> {
        let slots = Self::slots_of(&place)?;
        let mut secrets = slots.open_with_keyring()?;
        if slots.has_next() {
            secrets = place.settle_keys(&slots, Some(secrets), None)?;
        }
        let store = Self::open_with(place, &secrets)?;
        // It just answered, so asking it again makes nobody wait.
        store.compare_with_keyring(&store.writer())?;
        Ok(store)
    }

    fn slots_of(place: &Place) -> Result<Slots, StoreError> {
        if place.is_swapping() {
            drop(place.hold()?);
        }
        match place.files() {
            VaultFiles { database: true, slots: true } => place.slots(),
            VaultFiles { database: false, slots: false } => Err(StoreError::Absent),
            VaultFiles { slots: false, .. } => Err(StoreError::HalfThere("vault.json")),
            VaultFiles { .. } => Err(StoreError::HalfThere("farol.vault")),
        }
    }

    pub(crate) fn open_with(place: Place, secrets: &Secrets) -> Result<Self, StoreError> {
        let holder = place.hold()?;
        let database = place.database();
        if !database.exists() {
            fs::rename(place.unfinished(), &database)?;
        }
        let mended = Slots::mend(&place.slots_file(), &place.stamp())?;
        let practice = place.slots()?.is_practice();
        let was_killed = fs::metadata(place.dir.join(WAL)).is_ok_and(|wal| wal.len() > 0);
        let store = Self::connect(place, &database, secrets, practice, holder)?;
        if mended {
            store.find(Finding::SlotsMended);
        }
        evidence::forget_arriving(&store.writer(), None)?;
        store.erase_again()?;
        store.dispose_again()?;
        if was_killed {
            store.forget_what_was_left()?;
        }
        Ok(store)
    }

    fn connect(
        place: Place,
        database: &Path,
        secrets: &Secrets,
        practice: bool,
        holder: Holder,
    ) -> Result<Self, StoreError> {
        let database_key = secrets.key_text();
        let mut writer = connection(database, &database_key, OpenFlags::default())?;
        let found = schema(&writer)?;
        let is_older = (1..SCHEMA).contains(&found);
        if is_older {
            place.tell(Opening::BackingUp);
            backup::make(&place, &writer, &database_key, &Closing::default())?;
            place.tell(Opening::Migrating);
        }
        migrate(&mut writer, &|it| place.tell(it))?;
        if is_older {
            // A migration can write the file anew: the next start would read all of it from the WAL.
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        let mut findings = Vec::new();
        let tail = if practice {
            None
        } else {
            Some(Mutex::new(open_tail(&place, secrets, &mut writer, &mut findings)?))
        };
        let store = Self {
            place,
            database_key,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            n_waiting: AtomicU32::new(0),
            tail,
            findings: Mutex::new(findings),
            closing: Closing::default(),
            keyring_answers: AtomicBool::new(false),
            signing_key: SigningKey::from_bytes(&secrets.signing_key),
            desk: secrets.desk,
            member: secrets.member,
            _holder: holder,
        };
        if let Some(&Finding::BroughtBack { n_entries }) = store.findings().first() {
            let action = Action::EntriesBroughtBack { n_entries };
            store.write(|tx| tx.record(&action))?;
        }
        Ok(store)
    }

    /// Closes the readers that wait to be used again.
    pub(crate) fn drop_readers(&self) {
        lock(&self.readers).clear();
    }

    pub(crate) fn find(&self, finding: Finding) {
        self.findings_found().push(finding);
    }

    pub(crate) fn findings_found(&self) -> MutexGuard<'_, Vec<Finding>> {
        lock(&self.findings)
    }

    pub(crate) fn tail(&self) -> Option<MutexGuard<'_, Tail>> {
        self.tail.as_ref().map(lock)
    }

    /// Writes the tail anew, with what was saved after a place in the journal.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the old one is kept then.
    pub(crate) fn begin_tail(&self, base: Mark) -> Result<(), StoreError> {
        let writer = self.writer();
        let Some(mut tail) = self.tail() else { return Ok(()) };
        let key = tail::key(&self.secrets().database_key);
        *tail = Tail::begin(&self.place.tail(), key, &writer, self.desk, base)?;
        Ok(())
    }

    /// A connection beside the writer's, for work that ends when the vault is to be closed.
    pub(crate) fn another_connection(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::default();
        self.closing.ends(connection(&self.place.database(), &self.database_key, flags)?)
    }

    /// The same, only to read.
    pub(crate) fn reading_connection(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        self.closing.ends(connection(&self.place.database(), &self.database_key, flags)?)
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

    /// The member's signature: of a commit's hash, or of a file, whose first bytes name what it is.
    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.signing_key.sign(bytes).to_bytes()
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
        self.n_waiting.fetch_add(1, Ordering::AcqRel);
        let mut writer = self.writer();
        self.n_waiting.fetch_sub(1, Ordering::AcqRel);
        let tx = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let mut write = WriteTx::begin(tx, self)?;
        let out = f(&mut write)?;
        write.commit()?;
        if let Some(mut tail) = self.tail() {
            tail.follow(&writer);
        }
        Ok(out)
    }

    /// One of many commits of a long piece of work, each short: whoever else waits to write goes first.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_behind<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.let_others_first();
        self.write(f)
    }

    /// Rests while somebody waits to write, but not for ever.
    pub(crate) fn let_others_first(&self) {
        for _ in 0..BEHIND_TRIES {
            if self.n_waiting.load(Ordering::Acquire) == 0 {
                break;
            }
            thread::sleep(BEHIND_REST);
        }
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
        let reader = match pooled {
            Some(reader) => reader,
            None => self.reading_connection()?,
        };
        // One snapshot for the whole read, so that a screen never mixes two states.
        reader.execute_batch("BEGIN").map_err(StoreError::from)?;
        let out = f(Reader::of(self, &reader));
        reader.execute_batch("COMMIT").map_err(StoreError::from)?;
        lock(&self.readers).push(reader);
        out
    }

    #[cfg(test)]
    pub(crate) fn for_tests(&self) -> (std::path::PathBuf, Zeroizing<String>) {
        (self.place.database(), self.database_key.clone())
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }
}

/// Compares the tail with the database, brings back what the database lost, and goes on with it.
fn open_tail(
    place: &Place,
    secrets: &Secrets,
    writer: &mut Connection,
    findings: &mut Vec<Finding>,
) -> Result<Tail, StoreError> {
    let (path, key, desk) = (place.tail(), tail::key(&secrets.database_key), secrets.desk);
    let found = match tail::Found::read(&path, &key) {
        Ok(found) => found,
        Err(StoreError::Damaged) => {
            findings.push(Finding::TailDamaged);
            place.set_tail_aside()?;
            None
        }
        Err(error) => return Err(error),
    };
    let Some(found) = found else {
        let base = place.newest_mark_in(writer, desk)?;
        return Tail::begin(&path, key, writer, desk, base);
    };
    let compared = found.compare(writer, desk)?;
    if let Compared::Apart(remembered) = compared {
        let n = Mark::of(writer, desk)?.n;
        return Err(StoreError::SetBack { n, remembered: remembered.n });
    }
    if compared == Compared::Ahead {
        let n_entries = found.bring_back(writer, desk)?;
        findings.push(Finding::BroughtBack { n_entries });
    }
    if found.is_damaged() {
        findings.push(Finding::TailDamaged);
    } else if compared == Compared::Same {
        return Tail::go_on(&path, key, &found, writer);
    }
    Tail::begin(&path, key, writer, desk, found.base())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock rolled its transaction back; the data is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
