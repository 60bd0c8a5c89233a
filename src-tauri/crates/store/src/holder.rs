//! One holder at a time: an exclusive lock on a file beside the vault.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use crate::StoreError;

/// Holds the vault until dropped; the operating system releases it if the process dies.
#[derive(Debug)]
pub(crate) struct Holder {
    _file: File,
}

impl Holder {
    /// Takes the lock and writes down who holds it.
    ///
    /// # Errors
    /// [`StoreError::Held`] with what the other holder wrote.
    pub(crate) fn take(path: &Path, who: &str) -> Result<Self, StoreError> {
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                // On Windows a locked file cannot be read; the holder then stays unnamed.
                if file.read_to_string(&mut by).is_err() || by.trim().is_empty() {
                    by = "another program".into();
                }
                return Err(StoreError::Held { by: by.trim().to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{who} (process {})", std::process::id())?;
        file.flush()?;
        Ok(Self { _file: file })
    }
}
