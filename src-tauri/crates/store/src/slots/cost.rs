//! How dear a guess at the passphrase is made: Argon2id (RFC 9106).

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::{StoreError, seal::Key};

/// Each guess shall take at least this long on the computer that made the slot.
const DEAR: Duration = Duration::from_millis(500);

/// How dear a guess at the passphrase is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// RFC 9106's second choice: 64 MiB, three passes. The floor of the design.
    pub const FLOOR: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// As many passes over 64 MiB as half a second takes on this computer, never under the floor.
    ///
    /// # Errors
    /// When there is no memory for one derivation.
    pub fn calibrated() -> Result<Self, StoreError> {
        let one = Self { passes: 1, ..Self::FLOOR };
        let started = Instant::now();
        derive("calibration", &[0; 16], one)?;
        let fit = DEAR.as_millis() / started.elapsed().as_millis().max(1);
        let passes = u32::try_from(fit + 1).unwrap_or(u32::MAX);
        Ok(Self { passes: passes.clamp(Self::FLOOR.passes, 100), ..Self::FLOOR })
    }
}

pub(super) fn derive(passphrase: &str, salt: &[u8], cost: Cost) -> Result<Key, StoreError> {
    let params = argon2::Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| StoreError::BadSlots)?;
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut key = Key([0; 32]);
    argon
        .hash_password_into(passphrase.as_bytes(), salt, &mut key.0)
        .map_err(|_| StoreError::BadSlots)?;
    Ok(key)
}
