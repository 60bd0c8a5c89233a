//! The house that commands find behind the door: a vault's place, and the desk while it is open.

use std::{
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use farol_app::{
    Code, Desk, Failure,
    asn_tables::brought_in,
    backups, keys,
    look::{self, Look},
    lookups::Watch,
    vault,
    view::{BackupRow, PutBack, Recovered, VaultCreate, VaultMade, VaultState, VaultStatus},
};
use farol_render::MACHINES;

/// How often it is looked whether a watch is due.
const WATCHES_EVERY: Duration = Duration::from_secs(15);

/// Shared by all commands; cheap to clone.
#[derive(Clone)]
pub(crate) struct House(Arc<Rooms>);

struct Rooms {
    dir: PathBuf,
    desk: Mutex<Option<Arc<Desk>>>,
    cancelled: AtomicBool,
    /// The bundle that somebody chose; its path never reaches the page.
    bundle: Mutex<Option<PathBuf>>,
    checked: OnceLock<Box<dyn Fn() + Send + Sync>>,
    opening: OnceLock<vault::Tell>,
    /// Whether somebody set a watch that may be due at once.
    watches: (Mutex<bool>, Condvar),
}

/// Waits until nobody else works on a desk that is being closed.
fn wait_until_free(desk: &Arc<Desk>) {
    let since = Instant::now();
    while Arc::strong_count(desk) > 1 && since.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl House {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self(Arc::new(Rooms {
            dir,
            desk: Mutex::new(None),
            cancelled: AtomicBool::new(false),
            bundle: Mutex::default(),
            checked: OnceLock::new(),
            opening: OnceLock::new(),
            watches: (Mutex::new(false), Condvar::new()),
        }))
    }

    /// Calls `checked` whenever something became known behind the work: that a vault was checked, or
    /// what a watch brought.
    pub(crate) fn when_checked(&self, checked: impl Fn() + Send + Sync + 'static) {
        drop(self.0.checked.set(Box::new(checked)));
    }

    /// Calls `tell` when opening a vault takes long.
    pub(crate) fn when_opening(&self, tell: impl Fn(vault::Opening) + Send + Sync + 'static) {
        drop(self.0.opening.set(Arc::new(tell)));
    }

    /// A desk that was just opened; it is checked, and its daily backup made, behind the work.
    fn opened(&self, desk: Desk) -> Arc<Desk> {
        let desk = Arc::new(desk.with_tables_in(brought_in()));
        let (house, behind) = (self.clone(), Arc::downgrade(&desk));
        std::thread::spawn(move || {
            let Some(desk) = behind.upgrade() else { return };
            desk.check_behind();
            desk.back_up_daily();
            drop(desk);
            if let Some(checked) = house.0.checked.get() {
                checked();
            }
        });
        self.watch_behind(&desk);
        desk
    }

    /// Judges a desk that was opened by the tables of this program, and runs its watches for as long as
    /// it is open.
    fn watch_behind(&self, desk: &Arc<Desk>) {
        let (house, behind) = (self.clone(), Arc::downgrade(desk));
        std::thread::spawn(move || {
            let tell = || house.0.checked.get().into_iter().for_each(|it| it());
            let judged = behind.upgrade().map(|desk| desk.judge_anew_if_needed());
            if judged.is_some_and(|it| it.is_ok_and(|it| !it.is_empty())) {
                tell();
            }
            while let Some(desk) = behind.upgrade().filter(|it| !it.is_closing()) {
                let cancelled = || desk.is_closing();
                let done =
                    desk.run_due_watches(&Watch { progress: &|_, _| (), cancelled: &cancelled });
                let anew = desk.judge_lists_anew(&cancelled);
                drop(desk);
                if done.is_ok_and(|it| it.n_answers > 0) || anew.is_ok_and(|it| !it.is_empty()) {
                    tell();
                }
                house.wait_for_watches();
            }
        });
    }

    /// Looks now whether a watch is due.
    pub(crate) fn run_watches_soon(&self) {
        let (soon, told) = &self.0.watches;
        *soon.lock().unwrap_or_else(PoisonError::into_inner) = true;
        told.notify_all();
    }

    fn wait_for_watches(&self) {
        let (soon, told) = &self.0.watches;
        let waits = soon.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = told.wait_timeout_while(waits, WATCHES_EVERY, |soon| !*soon);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// Remembers the bundle that somebody chose, and gives its name without folders.
    pub(crate) fn choose_bundle(&self, path: PathBuf) -> String {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        *self.0.bundle.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
        name
    }

    /// The bundle that somebody chose last.
    pub(crate) fn bundle(&self) -> Option<PathBuf> {
        self.0.bundle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Desk>>> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn desk(&self) -> Result<Arc<Desk>, Failure> {
        self.slot().clone().ok_or_else(|| {
            Failure::new(Code::Locked, "The vault is locked.", "Unlock it to go on.")
        })
    }

    pub(crate) fn status(&self) -> Result<VaultStatus, Failure> {
        match self.slot().as_ref() {
            Some(desk) => desk.status(),
            None => Ok(vault::status(&self.place())),
        }
    }

    pub(crate) fn create(&self, create: &VaultCreate) -> Result<VaultMade, Failure> {
        let mut slot = self.slot();
        let (desk, made) = vault::create(self.place(), create, MACHINES)?;
        *slot = Some(self.opened(desk));
        Ok(made)
    }

    pub(crate) fn unlock(&self, passphrase: Option<&str>) -> Result<VaultStatus, Failure> {
        if let Some(desk) = self.slot().as_ref() {
            return desk.status();
        }
        // A keyring may keep us waiting, and the passphrase may be typed meanwhile.
        let opened = vault::open(self.place(), passphrase, MACHINES);
        let mut slot = self.slot();
        match slot.as_ref() {
            Some(desk) => desk.status(),
            None => slot.insert(self.opened(opened?)).status(),
        }
    }

    /// The backups beside the vault.
    pub(crate) fn backups(&self) -> Vec<BackupRow> {
        backups::list(&self.place())
    }

    /// Puts a backup in the place of the locked vault, and opens it.
    pub(crate) fn put_back(&self, name: &str, words: &str) -> Result<PutBack, Failure> {
        let mut slot = self.slot();
        let put_back = backups::put_back(&self.place(), name, words)?;
        *slot = Some(self.opened(vault::open(self.place(), Some(words), MACHINES)?));
        Ok(put_back)
    }

    /// Makes the most of a damaged vault, and opens it.
    pub(crate) fn recover(&self, words: &str) -> Result<Recovered, Failure> {
        let mut slot = self.slot();
        let recovered = backups::recover(&self.place(), words)?;
        *slot = Some(self.opened(vault::open(self.place(), Some(words), MACHINES)?));
        Ok(recovered)
    }

    /// Gives the open vault another database key, for which it is closed and opened again. When that
    /// fails, it stays closed, and opens as before.
    pub(crate) fn change_database_key(&self, passphrase: &str) -> Result<String, Failure> {
        keys::check_passphrase(&self.place(), passphrase)?;
        let mut slot = self.slot();
        if let Some(desk) = slot.take() {
            desk.begin_closing();
            wait_until_free(&desk);
        }
        let changed = keys::change_database_key(&self.place(), passphrase);
        *slot = Some(self.opened(vault::open(self.place(), Some(passphrase), MACHINES)?));
        changed
    }

    /// Opens the sample desk, laying it out the first time. It lies beside the vault, which it never
    /// touches.
    pub(crate) fn open_sample(&self) -> Result<VaultStatus, Failure> {
        let mut slot = self.slot();
        if let Some(desk) = slot.as_ref() {
            return desk.status();
        }
        let place = vault::Place { dir: vault::practice_dir(&self.0.dir), ..self.place() };
        let desk = match vault::status(&place).state {
            VaultState::Absent => farol_sample::create(place, MACHINES)?,
            _ => vault::open(place, None, MACHINES)?,
        };
        let desk = Arc::new(desk);
        self.watch_behind(&desk);
        slot.insert(desk).status()
    }

    /// Closes the vault; a lookup that still runs keeps what it has and ends.
    pub(crate) fn lock(&self) {
        self.cancel();
        if let Some(desk) = self.slot().take() {
            desk.begin_closing();
        }
    }

    pub(crate) fn begin_work(&self) {
        self.0.cancelled.store(false, Ordering::Relaxed);
    }

    pub(crate) fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    pub(crate) fn look(&self) -> Look {
        look::load(&self.0.dir)
    }

    pub(crate) fn keep_look(&self, kept: Look) -> Result<(), Failure> {
        look::keep(&self.0.dir, kept)
    }

    fn place(&self) -> vault::Place {
        let place = vault::place(self.0.dir.clone(), "the Farol window");
        vault::Place { tell: self.0.opening.get().cloned(), ..place }
    }
}
