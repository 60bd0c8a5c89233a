//! The recovery key: 152 random bits and a check byte, in eight groups that survive being printed
//! and typed again (Crockford's base 32: no I, L, O or U; <https://www.crockford.com/base32.html>).

use std::{fmt, sync::LazyLock};

use data_encoding::{Encoding, Specification};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::seal::{Key, random};

const SECRET_BYTES: usize = 19;
const GROUP: usize = 4;

pub(crate) static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut alphabet = Specification::new();
    alphabet.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    alphabet.translate.from.push_str("abcdefghjkmnpqrstvwxyzoOiIlL");
    alphabet.translate.to.push_str("ABCDEFGHJKMNPQRSTVWXYZ001111");
    alphabet.ignore.push_str(" -");
    alphabet.encoding().expect("32 different symbols")
});

/// Opens the vault when the passphrase is lost. Shown once, never kept.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryKey([u8; SECRET_BYTES]);

/// What a text that should be a recovery key is.
pub(super) enum Typed {
    Key(RecoveryKey),
    /// As long as one and of its letters, and the check byte is wrong.
    Mistyped,
    /// Something else, for example a passphrase.
    Other,
}

impl RecoveryKey {
    pub(super) fn random() -> Self {
        Self(random())
    }

    pub(super) fn read(text: &str) -> Typed {
        let Ok(mut bytes) = BASE32.decode(text.trim().as_bytes()) else { return Typed::Other };
        let typed = match bytes.split_first_chunk::<SECRET_BYTES>() {
            Some((secret, [check])) if *check == check_byte(secret) => Typed::Key(Self(*secret)),
            Some((_, [_])) => Typed::Mistyped,
            _ => Typed::Other,
        };
        bytes.zeroize();
        typed
    }

    /// The key that the slot is closed with. The secret is random, so one hash is enough.
    pub(super) fn key(&self) -> Key {
        let mut hasher = Sha256::new();
        hasher.update(b"farol recovery key 1\n");
        hasher.update(self.0);
        Key(hasher.finalize().into())
    }
}

fn check_byte(secret: &[u8; SECRET_BYTES]) -> u8 {
    Sha256::digest(secret)[0]
}

/// Eight groups of four, as it is printed.
impl fmt::Display for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = BASE32.encode(&[self.0.as_slice(), &[check_byte(&self.0)]].concat());
        for (n, letter) in text.chars().enumerate() {
            if n > 0 && n % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{RecoveryKey, Typed};

    #[test]
    fn a_key_comes_back_however_it_is_typed() {
        let key = RecoveryKey([7; 19]);
        let printed = key.to_string();
        assert_eq!(printed.len(), 8 * 4 + 7);
        let sloppy = printed.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for typed in [printed.clone(), sloppy, printed.replace('-', "")] {
            let Typed::Key(read) = RecoveryKey::read(&typed) else { panic!("{typed}") };
            assert_eq!(read.0, key.0);
        }
    }

    #[test]
    fn a_wrong_letter_is_told_from_another_text() {
        let printed = RecoveryKey([7; 19]).to_string();
        let last = if printed.ends_with('0') { "1" } else { "0" };
        let wrong = format!("{}{last}", &printed[..printed.len() - 1]);
        assert!(matches!(RecoveryKey::read(&wrong), Typed::Mistyped));
        for other in ["", "correct lamp battery", "ABCD-EFGH", "\0", "ключ"] {
            assert!(matches!(RecoveryKey::read(other), Typed::Other), "{other}");
        }
    }
}
