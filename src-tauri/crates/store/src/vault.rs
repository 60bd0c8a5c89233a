//! Opening, creating, reading.

use std::{
    fs,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ed25519_dalek::{Signer, SigningKey};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use uuid::Uuid;
use zeroize::Zeroizing;

use farol_model::{
    id::{DeskId, MemberId},
    journal::Action,
    member::Member,
    time::Timestamp,
};

use crate::{
    Place, Reader, StoreError, VaultFiles, WriteTx, backup,
    connection::{Memory, SCHEMA, connection_with, migrate, schema},
    holder::Holder,
    seal::{hex, random, unhex},
    slots::{Cost, Secrets, Slots},
    write::mint,
};

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
    memory: Memory,
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
        let practice = place.slots()?.is_practice();
        Self::connect(place, &database, secrets, practice, holder)
    }

    fn connect(
        place: Place,
        database: &Path,
        secrets: &Secrets,
        practice: bool,
        holder: Holder,
    ) -> Result<Self, StoreError> {
        let database_key = secrets.key_text();
        let memory = if practice { Memory::Plain } else { Memory::Guarded };
        let mut writer = connection_with(database, &database_key, OpenFlags::default(), memory)?;
        let found = schema(&writer)?;
        if (1..SCHEMA).contains(&found) {
            backup::make(&place, &writer, &database_key)?;
        }
        migrate(&mut writer)?;
        Ok(Self {
            place,
            memory,
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
        connection_with(
            &self.place.database(),
            &self.database_key,
            OpenFlags::default(),
            self.memory,
        )
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
                connection_with(&self.place.database(), &self.database_key, flags, self.memory)?
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
    pub(crate) fn for_tests(&self) -> (std::path::PathBuf, Zeroizing<String>) {
        (self.place.database(), self.database_key.clone())
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock rolled its transaction back; the data is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
