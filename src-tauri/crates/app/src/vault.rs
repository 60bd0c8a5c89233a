//! Making, opening and describing a vault.

use std::{
    path::Path,
    sync::{Arc, Mutex, RwLock},
};

use farol_model::{finding::Finding, slot::SlotKind};
use farol_practice::Practice;
use farol_store::{
    KeyringProblem, NewVault, Store, StoreError, VaultFiles,
    slots::{Cost, Slots},
};

pub use farol_store::{Opening, Place, Tell};

use crate::{
    Code, Desk, Failure, Machines,
    asn_tables::AsnTables,
    connections::Remembered,
    leaving::Leaving,
    lookup_lists::Runs,
    networks,
    registries::Desked,
    view::{VaultCreate, VaultMade, VaultState, VaultStatus},
};

/// Shorter passphrases are refused.
const MIN_PASSPHRASE: usize = 8;

/// How often, and how long at a time, closing waits for lookup lists to keep what they have.
const CLOSING_TRIES: u32 = 100;
const CLOSING_REST: std::time::Duration = std::time::Duration::from_millis(20);

/// Opens every practice vault: nothing in it is secret.
pub const PRACTICE_PASSPHRASE: &str = "practice";

/// What the first screen should offer; opens nothing.
pub fn status(place: &Place) -> VaultStatus {
    let state = match place.files() {
        VaultFiles { database: true, slots: true } => VaultState::Locked,
        VaultFiles { database: false, slots: false } => VaultState::Absent,
        VaultFiles { database: true, slots: false } => VaultState::SlotsMissing,
        VaultFiles { database: false, slots: true } => VaultState::DatabaseMissing,
    };
    let slots = place.slots().ok();
    VaultStatus {
        state,
        dir: place.dir.display().to_string(),
        has_keyring_slot: slots.as_ref().is_some_and(|it| it.has(SlotKind::Keyring)),
        has_recovery_slot: slots.as_ref().is_some_and(|it| it.has(SlotKind::Recovery)),
        practice: slots.as_ref().is_some_and(Slots::is_practice),
        member: None,
        findings: Vec::new(),
    }
}

/// Makes a vault with a passphrase and a recovery key, and opens it.
///
/// # Errors
/// When anything is there already, the passphrase is too short, or the keyring refuses.
pub fn create(
    place: Place,
    create: &VaultCreate,
    machines: Machines,
) -> Result<(Desk, VaultMade), Failure> {
    let name = create.member_name.trim();
    if name.is_empty() {
        return Err(Failure::bad_input(
            "A vault needs the name of the person who works in it.",
            "Write your name as colleagues know it; it signs what you do.",
        ));
    }
    accept_passphrase(&create.passphrase)?;
    let desk = make(
        place,
        NewVault {
            passphrase: &create.passphrase,
            cost: dear()?,
            use_keyring: create.use_keyring,
            member_name: name,
            practice: false,
        },
        machines,
    )?;
    let recovery_key = desk.make_recovery_key()?;
    let status = desk.status()?;
    Ok((desk, VaultMade { status, recovery_key }))
}

/// How dear a guess is on this computer. The project's own tests open hundreds of vaults: only what is built
/// for them, and never what leaves the house, knows how to ask for cheap ones.
pub(crate) fn dear() -> Result<Cost, StoreError> {
    #[cfg(debug_assertions)]
    if std::env::var_os("FAROL_CHEAP_KEYS").is_some() {
        return Ok(Cost { memory_kib: 64, passes: 1, lanes: 1 });
    }
    Cost::calibrated()
}

/// Refuses what is guessed too easily.
pub(crate) fn accept_passphrase(passphrase: &str) -> Result<(), Failure> {
    if passphrase.chars().count() >= MIN_PASSPHRASE {
        return Ok(());
    }
    Err(Failure::bad_input(
        "The passphrase is too short. Nothing was changed.",
        "Use at least 8 characters; four or five unrelated words are good.",
    ))
}

/// Makes a vault for practice and opens it. It stays one for ever: its lookups ask the practice
/// internet and nothing else, and anybody may open it with [`PRACTICE_PASSPHRASE`].
///
/// # Errors
/// When anything is there already, or the disk refuses.
pub fn create_practice(
    place: Place,
    member_name: &str,
    machines: Machines,
) -> Result<Desk, Failure> {
    let passphrase = PRACTICE_PASSPHRASE;
    let new =
        NewVault { passphrase, cost: Cost::FLOOR, use_keyring: false, member_name, practice: true };
    make(place, new, machines)
}

fn make(place: Place, new: NewVault<'_>, machines: Machines) -> Result<Desk, Failure> {
    let dir = place.dir.clone();
    Desk::new(Store::create(place, new)?, &dir, machines)
}

/// Opens a vault: with words, which are the passphrase or the recovery key, or with the system
/// keyring when there are none. A practice vault needs neither.
///
/// # Errors
/// See [`Code`]; nothing is created or deleted.
pub fn open(place: Place, words: Option<&str>, machines: Machines) -> Result<Desk, Failure> {
    let dir = place.dir.clone();
    let store = match words {
        Some(words) => Store::open_with_words(place, words)?,
        None if place.slots().is_ok_and(|it| it.is_practice()) => {
            Store::open_with_words(place, PRACTICE_PASSPHRASE)?
        }
        None => Store::open_with_keyring(place)?,
    };
    Desk::new(store, &dir, machines)
}

impl Desk {
    fn new(store: Store, dir: &Path, machines: Machines) -> Result<Self, Failure> {
        let practice =
            if store.read(|it| it.is_practice())? { Some(start_practice()?) } else { None };
        Ok(Self {
            store,
            machines,
            dir: dir.to_owned(),
            networks: RwLock::new(Arc::new(networks::read(dir, practice.is_some())?)),
            registries: Desked::open(dir, practice.as_ref())?,
            leaving: Leaving::open(dir),
            runs: Runs::default(),
            shown: Remembered::default(),
            asn: AsnTables::default(),
            practice,
            backup_problem: Mutex::default(),
        })
    }

    /// Checks the whole vault behind the work; what is wrong stands in [`Desk::status`]. A vault that
    /// cannot be read, or is locked meanwhile, is told by whatever is done next.
    pub fn check_behind(&self) {
        if self.practice.is_none() {
            drop(self.store.check_behind());
        }
    }

    /// Ends the work that goes on behind, so that dropping the desk takes the key from memory.
    ///
    /// Lookup lists that are being asked keep what they have, and go on when somebody says so.
    pub fn begin_closing(&self) {
        for _ in 0..CLOSING_TRIES {
            if self.runs.stop_all() {
                break;
            }
            std::thread::sleep(CLOSING_REST);
        }
        self.store.begin_closing();
    }

    /// Whether the vault is being closed: what goes on behind has to end.
    pub fn is_closing(&self) -> bool {
        self.store.is_closing()
    }

    /// The desk's time.
    pub fn now(&self) -> farol_model::time::Timestamp {
        self.store.now()
    }

    /// The open vault, for the status line.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn status(&self) -> Result<VaultStatus, Failure> {
        let member = self.store.read(|it| it.member(self.store.member()))?;
        let slots = self.store.slots()?;
        Ok(VaultStatus {
            state: VaultState::Open,
            dir: self.dir.display().to_string(),
            has_keyring_slot: slots.iter().any(|it| it.kind == SlotKind::Keyring),
            has_recovery_slot: slots.iter().any(|it| it.kind == SlotKind::Recovery),
            practice: self.practice.is_some(),
            member: Some(member),
            findings: self.store.findings().into_iter().map(Finding::words).collect(),
        })
    }
}

/// The practice internet on loopback.
fn start_practice() -> Result<Practice, Failure> {
    Practice::start().map_err(|error| {
        Failure::new(
            Code::Failed,
            format!("The practice internet could not be started: {error}."),
            "It listens on 127.0.0.1 only; see what forbids that, then open the desk again.",
        )
    })
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        const NOTHING_LOST: &str = "Nothing was changed.";
        match error {
            StoreError::Held { by } => Self::new(
                Code::VaultHeld,
                format!("The vault is open elsewhere: {by}."),
                "Close or lock it there, then try again.",
            ),
            StoreError::Exists => Self::refused(
                "There is a vault here already; it was left as it is.",
                "Open it, or choose another folder.",
            ),
            StoreError::Absent => Self::new(
                Code::NotFound,
                "There is no vault in this folder.",
                "Make one (`farolctl vault create`), or give the folder it is in.",
            ),
            StoreError::HalfThere(missing) => Self::refused(
                format!("Only half of a vault is here: {missing} is missing. Nothing was changed."),
                "Bring the missing file back from a backup of this folder before anything else.",
            ),
            StoreError::WrongPassphrase => Self::new(
                Code::WrongPassphrase,
                "This passphrase does not open the vault. Nothing was changed.",
                "Check the keyboard layout and capitals, and try again.",
            ),
            StoreError::MistypedRecoveryKey => Self::new(
                Code::WrongPassphrase,
                "This looks like a recovery key, but a letter in it is wrong. Nothing was changed.",
                "Compare it with the paper, group by group; there is no letter I, L, O or U in it.",
            ),
            StoreError::LastSlots => Self::refused(
                "A vault keeps at least two ways to its key. Nothing was taken away.",
                "Make another one first.",
            ),
            StoreError::Keyring(problem) => Self::new(
                Code::KeyringUnavailable,
                match problem {
                    KeyringProblem::NoService => "No system keyring answers.",
                    KeyringProblem::Locked => "The system keyring stayed locked.",
                    KeyringProblem::NoEntry => "The system keyring has no key for this vault.",
                    KeyringProblem::Unsupported => "This system has no keyring that Farol knows.",
                },
                "Use the passphrase, or unlock the keyring and try again.",
            ),
            StoreError::BadSlots => Self::new(
                Code::Failed,
                format!("The file vault.json cannot be read as Farol wrote it. {NOTHING_LOST}"),
                "Put the newest backup back: it has a vault.json of its own, and what was saved since is brought back with it.",
            ),
            StoreError::Damaged => Self::new(
                Code::Damaged,
                "The key is right, but the database is damaged. It was left as it is.",
                "Bring back what can still be read (`farolctl vault recover`), or a backup (`farolctl backup put-back`): the damaged files are set aside, not deleted.",
            ),
            StoreError::SetBack { n, remembered } => Self::new(
                Code::Damaged,
                format!(
                    "The vault's database was replaced by another one: it has {n} entries of this desk, and does not go through entry {remembered}, which the file farol.tail beside it remembers. It was left as it is."
                ),
                "Put the newest backup back: what was saved after it is then brought back from farol.tail. To open the database as it is, move farol.tail out of the folder.",
            ),
            StoreError::TooNew { found, known } => Self::refused(
                format!(
                    "This vault was written by a newer Farol (schema {found}; this one knows {known}). {NOTHING_LOST}"
                ),
                "Open it with the newer version.",
            ),
            StoreError::KeyChangeUnfinished => Self::refused(
                "A change of the database key was interrupted, and this way in does not open what is there now. Nothing was changed.",
                "Open the vault with its passphrase: that finishes the change.",
            ),
            StoreError::Closing => {
                Self::new(Code::Locked, "The vault is being locked.", "Unlock it to go on.")
            }
            StoreError::Stopped => {
                Self::refused("Stopped. Nothing was changed.", "Do it again when you want it.")
            }
            StoreError::DiskFull => Self::new(
                Code::Failed,
                "The disk is full. The last step was not saved; everything before it is.",
                "Free some space, then do it again.",
            ),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Unreadable(what) => Self::new(
                Code::Failed,
                format!("A stored {what} cannot be read. {NOTHING_LOST}"),
                "Check the journal (`farolctl journal verify`), and keep a copy of the folder.",
            ),
            StoreError::Io(_) | StoreError::Database(_) => Self::new(
                Code::Failed,
                format!("The disk or the database refused: {error}. {NOTHING_LOST}"),
                "Check free space and permissions of the vault's folder, then try again.",
            ),
        }
    }
}

/// Where a vault lies when nobody says otherwise.
///
/// # Errors
/// When this system names no folder for an application's data.
pub fn default_dir() -> Result<std::path::PathBuf, Failure> {
    dirs::data_dir().map(|dir| dir.join("farol")).ok_or_else(|| {
        Failure::bad_input("This system names no folder for data.", "Give one with --data-dir.")
    })
}

/// Where the sample desk lies: beside a vault, in a folder of its own.
pub fn practice_dir(dir: &Path) -> std::path::PathBuf {
    dir.join("practice")
}

/// A vault's place with the system's clock.
#[expect(clippy::disallowed_methods, reason = "the porches get their clock here, once")]
pub fn place(dir: std::path::PathBuf, who: &str) -> Place {
    Place { dir, who: who.to_owned(), tell: None, now: Arc::new(|| jiff::Timestamp::now().into()) }
}
