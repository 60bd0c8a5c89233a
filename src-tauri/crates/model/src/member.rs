//! People who work at a desk.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::id::MemberId;

/// A person with a signing key of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// Their name, as colleagues write it.
    pub name: String,
    /// Ed25519 public key, 64 hex digits.
    pub public_key: String,
}
