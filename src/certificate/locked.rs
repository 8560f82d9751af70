//! The signing key in a file of the signer's own, which only a passphrase opens.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use super::authority::seat;
use super::{AuthorityError, SealedAuthority, SoftSigner, codes};
use crate::kernel::{Entropy, Vault};

/// Slower than signing people in: it happens once at each start.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const SALT_BYTES: usize = 16;

/// The signing key, locked, with the certificates over it and the ledger that its signer believes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedKey {
    salt: String,
    /// The public key of the ledger whose entries are believed.
    pub ledger: String,
    authority: SealedAuthority,
}

impl LockedKey {
    /// Takes the signing key out of the installation's vault and locks it with a passphrase.
    pub fn lock(
        sealed: &SealedAuthority,
        vault: &Vault,
        passphrase: &str,
        ledger: &str,
        entropy: &dyn Entropy,
    ) -> Result<Self, AuthorityError> {
        let key = sealed.signing_key.as_deref().ok_or(AuthorityError::Absent("signing"))?;
        let key = codes::from_base64(key).ok_or(AuthorityError::Sealed("signing"))?;
        let place = seat("signing");
        let key = vault
            .open(&place, &key)
            .map_err(|_| AuthorityError::Sealed("signing"))?;
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        let locked = stretched(passphrase, &salt)?.seal(&place, &key, entropy);
        Ok(Self {
            salt: codes::base64(&salt),
            ledger: ledger.to_owned(),
            authority: SealedAuthority {
                signing_key: Some(codes::base64(&locked)),
                ..sealed.without_keys()
            },
        })
    }

    /// The signer, if this is the passphrase.
    pub fn open(&self, passphrase: &str) -> Result<SoftSigner, AuthorityError> {
        let salt = codes::from_base64(&self.salt).ok_or(AuthorityError::Sealed("signing"))?;
        self.authority.signer(&stretched(passphrase, &salt)?)
    }
}

fn stretched(passphrase: &str, salt: &[u8]) -> Result<Vault, AuthorityError> {
    let mut key = [0; 32];
    let refused = |_| AuthorityError::Sealed("signing");
    let parameters = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(refused)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .map_err(refused)?;
    Ok(Vault::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Authority, Signer as _};
    use crate::kernel::{SeededEntropy, Timestamp};

    #[test]
    fn only_the_passphrase_opens_the_key_and_nothing_else_is_in_the_file() {
        let (dice, vault) = (SeededEntropy::new(3), Vault::new([1; 32]));
        let now = Timestamp::from_millis(1_795_400_000_000);
        let authority = Authority::create("Centre", now, &dice).unwrap();
        let sealed = authority.seal(&vault, &dice).unwrap();
        let locked = LockedKey::lock(&sealed, &vault, "nine grey cranes", "log", &dice).unwrap();
        let text = serde_json::to_string(&locked).unwrap();
        for key in [
            sealed.signing_key,
            sealed.issuing_key,
            sealed.root_key,
            sealed.checking_key,
        ] {
            assert!(!text.contains(&key.unwrap()));
        }
        let locked: LockedKey = serde_json::from_str(&text).unwrap();
        let signer = locked.open("nine grey cranes").unwrap();
        assert_eq!(
            signer.sign(&[7; 32]).unwrap(),
            authority.signer().sign(&[7; 32]).unwrap()
        );
        assert!(matches!(
            locked.open("ten grey cranes"),
            Err(AuthorityError::Sealed("signing"))
        ));
    }
}
