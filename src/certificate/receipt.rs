//! The signature under receipts: with a key of its own, so that handing in never touches the key of certificates.

use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};

use super::codes;
use crate::kernel::Digest;

/// How many letters of its digest name a receipt: 80 bits.
const CODE: usize = 16;

/// The key under which receipts are signed (ECDSA on P-256 with SHA-256).
#[derive(Clone)]
pub struct ReceiptKey(SigningKey);

/// The bytes are no private key, or signing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receipt key cannot be used")]
pub struct ReceiptKeyError;

impl ReceiptKey {
    /// The key of these 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, ReceiptKeyError> {
        SigningKey::from_slice(bytes).map(Self).map_err(|_| ReceiptKeyError)
    }

    /// The signature under a statement: the same statement has the same signature.
    pub fn sign(&self, statement: &str) -> Result<String, ReceiptKeyError> {
        let digest = Digest::of(statement.as_bytes());
        let signature: Signature = self.0.sign_prehash(digest.bytes()).map_err(|_| ReceiptKeyError)?;
        Ok(codes::base64(&signature.normalize_s().to_bytes()))
    }

    /// Whether this signature is ours under this statement.
    pub fn is_ours(&self, statement: &str, signature: &str) -> bool {
        let bytes = codes::from_base64(signature).unwrap_or_default();
        let Ok(signature) = Signature::from_slice(&bytes) else {
            return false;
        };
        let digest = Digest::of(statement.as_bytes());
        self.0
            .verifying_key()
            .verify_prehash(digest.bytes(), &signature)
            .is_ok()
    }

    /// The public key, with which anybody can check a receipt.
    pub fn public_pem(&self) -> Result<String, ReceiptKeyError> {
        self.0
            .verifying_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|_| ReceiptKeyError)
    }
}

/// The short code by which a receipt is found again.
pub fn receipt_code(statement: &str) -> String {
    let mut text = codes::base32(Digest::of(statement.as_bytes()).bytes());
    text.truncate(CODE);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_was_changed_is_not_ours_any_more() {
        let key = ReceiptKey::from_bytes(&[7; 32]).unwrap();
        let signature = key.sign("answered 41").unwrap();
        assert!(key.is_ours("answered 41", &signature));
        assert!(!key.is_ours("answered 42", &signature));
        assert!(!key.is_ours("answered 41", "AAAA"));
        let other = ReceiptKey::from_bytes(&[8; 32]).unwrap();
        assert!(!other.is_ours("answered 41", &signature));
        assert_eq!(key.sign("answered 41").unwrap(), signature);
        assert!(key.public_pem().unwrap().starts_with("-----BEGIN PUBLIC KEY-----"));
    }

    #[test]
    fn a_receipts_code_is_short_and_of_letters_that_people_can_read() {
        let code = receipt_code("answered 41");
        assert_eq!(code.len(), 16);
        assert!(
            code.bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        );
        assert_ne!(code, receipt_code("answered 42"));
    }
}
