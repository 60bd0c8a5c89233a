//! Where a vault lies.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use farol_model::time::Timestamp;

use crate::{
    StoreError,
    holder::Holder,
    slots::{Slots, copy_of},
};

/// The clock, handed in.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What takes long when a vault is opened: it was written by an earlier Farol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// A backup is made before anything is changed.
    BackingUp,
    /// Its tables are brought up to date.
    Migrating,
    /// What can be searched for is read anew.
    Indexing {
        /// Texts read.
        done: u32,
        /// Of how many.
        total: u32,
    },
}

/// Who is told what opening does, handed in.
pub type Tell = Arc<dyn Fn(Opening) + Send + Sync>;

/// Where a vault lies and who asks for it.
#[derive(Clone)]
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// How the asking program calls itself (`the Farol window`, `farolctl`).
    pub who: String,
    /// The clock.
    pub now: Now,
    /// Who is told when opening it takes long.
    pub tell: Option<Tell>,
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
    pub(crate) fn tell(&self, opening: Opening) {
        if let Some(tell) = &self.tell {
            tell(opening);
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("farol.vault")
    }

    pub(crate) fn unfinished(&self) -> PathBuf {
        self.dir.join("farol.vault.new")
    }

    /// Where tables that are made again stand until they are compared.
    pub(crate) fn rebuilt(&self) -> PathBuf {
        self.dir.join("rebuild.new")
    }

    pub(crate) fn slots_file(&self) -> PathBuf {
        self.dir.join("vault.json")
    }

    pub(crate) fn tail(&self) -> PathBuf {
        self.dir.join("farol.tail")
    }

    /// The time, as names of files have it.
    pub(crate) fn stamp(&self) -> String {
        (self.now)().instant().strftime("%Y-%m-%dT%H%M%SZ").to_string()
    }

    /// Which files are there. A creation that was killed after its last write counts as done.
    pub fn files(&self) -> VaultFiles {
        if self.is_swapping() {
            return VaultFiles { database: true, slots: true };
        }
        let slots = self.slots_file().exists() || copy_of(&self.slots_file()).exists();
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
        let holder = Holder::take(&self.dir.join("vault.lock"), &self.who)?;
        self.finish_swap()?;
        Ok(holder)
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
