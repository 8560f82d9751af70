//! Secrets: one-time codes that people type, and the vault that seals personal data at rest.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

use super::Entropy;

/// Letters and digits that cannot be mistaken for each other on paper (no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V).
const CODE_ALPHABET: &[u8; 24] = b"34679ACDEFGHJKMNPQRTVWXY";
const CODE_GROUPS: usize = 4;
const CODE_GROUP: usize = 4;

/// A code for one use, made of four groups of four characters from an alphabet of 24: 73 bits. Only its keyed digest is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// Throws a new code.
    pub fn throw(entropy: &dyn Entropy) -> Self {
        let mut code = String::with_capacity(CODE_GROUPS * CODE_GROUP);
        while code.len() < CODE_GROUPS * CODE_GROUP {
            let mut byte = [0];
            entropy.fill(&mut byte);
            // 240 is the largest multiple of 24 in a byte: larger bytes would favour the first letters.
            if byte[0] < 240 {
                code.push(char::from(CODE_ALPHABET[usize::from(byte[0]) % CODE_ALPHABET.len()]));
            }
        }
        Self(code)
    }

    /// Reads what a person typed: case, blanks and hyphens do not matter. `None` when it cannot be a code.
    pub fn typed(text: &str) -> Option<Self> {
        let code: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-' && *c != '－')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let fits = code.len() == CODE_GROUPS * CODE_GROUP && code.bytes().all(|byte| CODE_ALPHABET.contains(&byte));
        fits.then_some(Self(code))
    }

    /// The characters without hyphens: what is digested.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As printed on a ticket: four groups with hyphens.
impl fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.chars().enumerate() {
            if index > 0 && index % CODE_GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(..)")
    }
}

/// Seals and opens personal data with a key that is not in the database (ChaCha20-Poly1305).
#[derive(Clone)]
pub struct Vault(Key);

/// The sealed bytes were not made by this vault for this place, or were altered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sealed data cannot be opened: another key, another place, or altered")]
pub struct VaultError;

const NONCE_BYTES: usize = 12;

impl Vault {
    /// The vault of this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Key::from(key))
    }

    /// Seals `plain`; `place` (table, column and row) is bound in, so that sealed values cannot be swapped.
    pub fn seal(&self, place: &str, plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        #[expect(clippy::expect_used, reason = "sealing fails only beyond 256 GiB")]
        let sealed = ChaCha20Poly1305::new(&self.0)
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: place.as_bytes(),
                },
            )
            .expect("personal data is smaller than 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Vault::seal`] made for the same place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError)?;
        ChaCha20Poly1305::new(&self.0)
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: place.as_bytes(),
                },
            )
            .map_err(|_| VaultError)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SeededEntropy;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = OneTimeCode::throw(&SeededEntropy::new(3));
        let printed = code.to_string();
        assert_eq!(printed.len(), 19);
        assert_eq!(
            OneTimeCode::typed(&format!(" {} ", printed.to_lowercase())),
            Some(code.clone())
        );
        assert_eq!(OneTimeCode::typed(&printed.replace('-', " ")), Some(code));
        assert_eq!(OneTimeCode::typed("0000-0000-0000-0000"), None);
    }

    #[test]
    fn sealed_data_opens_only_in_its_place() {
        let vault = Vault::new([1; 32]);
        let sealed = vault.seal(
            "candidate.citizen_id/can_1",
            b"11010519491231002X",
            &SeededEntropy::new(1),
        );
        assert_eq!(
            vault.open("candidate.citizen_id/can_1", &sealed).unwrap(),
            b"11010519491231002X"
        );
        assert_eq!(vault.open("candidate.citizen_id/can_2", &sealed), Err(VaultError));
        assert_eq!(
            Vault::new([2; 32]).open("candidate.citizen_id/can_1", &sealed),
            Err(VaultError)
        );
    }
}
