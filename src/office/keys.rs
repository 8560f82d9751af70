//! The installation's secret, and the keys made from it: for sealed columns, for look-up digests, for API tokens.

use crate::certificate::{ReceiptKey, ReceiptKeyError};
use crate::kernel::{Digest, KeyedDigest, Vault};

/// Keys made from one 32-byte secret that is kept outside the database.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Seals personal data and papers at rest.
    pub vault: Vault,
    keyed: KeyedDigest,
    token: [u8; 32],
    receipt: [u8; 32],
}

impl Keys {
    /// The keys of this secret.
    pub fn from_secret(secret: [u8; 32]) -> Self {
        let derive = |purpose: &str| *KeyedDigest::new(secret).of(purpose, b"jianding").bytes();
        Self {
            vault: Vault::new(derive("vault")),
            keyed: KeyedDigest::new(derive("digest")),
            token: derive("token"),
            receipt: derive("receipt"),
        }
    }

    /// What stands in the database for a secret or an id that must not be readable there.
    pub fn digest(&self, purpose: &str, text: &str) -> Digest {
        self.keyed.of(purpose, text.as_bytes())
    }

    /// The key that signs receipts.
    pub fn receipt_key(&self) -> Result<ReceiptKey, ReceiptKeyError> {
        ReceiptKey::from_bytes(&self.receipt)
    }

    /// The key that signs API tokens.
    pub fn token_key(&self) -> &[u8; 32] {
        &self.token
    }
}
