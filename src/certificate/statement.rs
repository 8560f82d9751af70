//! The statement in the QR code: the least that a stranger needs, signed, readable without any network.
//!
//! `COSE_Sign1` with ES256 over a small CBOR map, in base 32 after the upper-case address, so that a telephone's camera
//! opens the page and a verifier reads the same text offline. The id number is in it only as a salted digest.

use ciborium::Value;
use coset::{CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::{CertificateRecord, JpegPhoto, Signer, SignerError, codes};

/// What a statement claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The certificate's number.
    pub number: String,
    /// The holder's name.
    pub name: String,
    /// The salted digest of the id number.
    pub id_digest: [u8; 16],
    /// The occupation's code.
    pub occupation_code: String,
    /// The level's digit.
    pub level: u8,
    /// The date of issue in days since 1970.
    pub days: i64,
    /// The first half of the photograph's digest.
    pub photo_digest: Option<[u8; 16]>,
}

/// Why a text is not a statement of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not in the form of a statement.
    #[error("the code does not hold a certificate's statement")]
    Shape,
    /// Signed with another key.
    #[error("the code was signed with an unknown key")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the code's statement was altered or is forged")]
    Forged,
}

impl Statement {
    /// The statement of a record.
    pub fn of(record: &CertificateRecord) -> Self {
        let half = |photo: &JpegPhoto| std::array::from_fn(|index| photo.digest().bytes()[index]);
        Self {
            number: record.number.to_string(),
            name: record.name.to_string(),
            id_digest: record.id_digest(),
            occupation_code: record.occupation_code.clone(),
            level: record.level.digit(),
            days: record.issued_on.days(),
            photo_digest: record.photo.as_ref().map(half),
        }
    }

    /// The QR code's text: the address in capitals, then the signed statement.
    pub fn sign(&self, address: &str, signer: &dyn Signer) -> Result<String, SignerError> {
        let header = HeaderBuilder::new()
            .algorithm(iana::Algorithm::ES256)
            .key_id(signer.chain().key_id().to_vec())
            .build();
        let cose = CoseSign1Builder::new()
            .protected(header)
            .payload(self.encode())
            .try_create_signature(&[], |bytes| signer.sign(&Sha256::digest(bytes).into()).map(Vec::from))?
            .build();
        let bytes = cose
            .to_vec()
            .map_err(|_| SignerError::Refused("statement".to_owned()))?;
        Ok(format!("{}{}", address.to_uppercase(), codes::base32(&bytes)))
    }

    /// Reads a QR code's text and checks its signature by the keys given with their ids.
    pub fn check(text: &str, keys: &[([u8; 4], VerifyingKey)]) -> Result<Self, StatementError> {
        let letters = text.rsplit(['/', '#']).next().unwrap_or(text);
        let bytes = codes::from_base32(letters).ok_or(StatementError::Shape)?;
        let cose = CoseSign1::from_slice(&bytes).map_err(|_| StatementError::Shape)?;
        // One spelling only: what we would not write ourselves is not read.
        if cose.clone().to_vec().ok().as_deref() != Some(&bytes) {
            return Err(StatementError::Shape);
        }
        let es256 = coset::Algorithm::Assigned(iana::Algorithm::ES256);
        if cose.protected.header.alg != Some(es256) || !cose.unprotected.is_empty() {
            return Err(StatementError::Shape);
        }
        let known = keys.iter().find(|(id, _)| *id == cose.protected.header.key_id[..]);
        let (_, key) = known.ok_or(StatementError::UnknownKey)?;
        cose.verify_signature(&[], |signature, bytes| {
            let signature = Signature::from_slice(signature).map_err(|_| StatementError::Forged)?;
            if signature.normalize_s() != signature {
                return Err(StatementError::Forged);
            }
            key.verify_prehash(&Sha256::digest(bytes), &signature)
                .map_err(|_| StatementError::Forged)
        })?;
        let payload = cose.payload.as_deref().ok_or(StatementError::Shape)?;
        let statement = Self::decode(payload).ok_or(StatementError::Shape)?;
        (statement.encode() == payload)
            .then_some(statement)
            .ok_or(StatementError::Shape)
    }

    fn encode(&self) -> Vec<u8> {
        let mut map = vec![
            (1.into(), Value::Text(self.number.clone())),
            (2.into(), Value::Text(self.name.clone())),
            (3.into(), Value::Bytes(self.id_digest.to_vec())),
            (4.into(), Value::Text(self.occupation_code.clone())),
            (5.into(), self.level.into()),
            (6.into(), self.days.into()),
        ];
        if let Some(photo) = self.photo_digest {
            map.push((7.into(), Value::Bytes(photo.to_vec())));
        }
        let mut bytes = Vec::new();
        _ = ciborium::into_writer(&Value::Map(map), &mut bytes);
        bytes
    }

    fn decode(payload: &[u8]) -> Option<Self> {
        let value: Value = ciborium::from_reader(payload).ok()?;
        let map = value.into_map().ok()?;
        let find = |key: i64| {
            map.iter()
                .find(|(known, _)| *known == key.into())
                .map(|(_, value)| value.clone())
        };
        let text = |key| find(key)?.into_text().ok();
        let half = |key| <[u8; 16]>::try_from(find(key)?.into_bytes().ok()?).ok();
        Some(Self {
            number: text(1)?,
            name: text(2)?,
            id_digest: half(3)?,
            occupation_code: text(4)?,
            level: find(5)?.into_integer().ok()?.try_into().ok()?,
            days: find(6)?.into_integer().ok()?.try_into().ok()?,
            photo_digest: half(7),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::sample::tests::{one, signer};

    #[test]
    fn a_statement_is_read_from_the_codes_text_alone() {
        let (signer, record) = (signer(), one());
        let statement = Statement::of(&record);
        let text = statement.sign(&record.verify_url, &signer).unwrap();
        let keys = [signer.chain().statement_key()];
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b":/.".contains(&byte))
        );
        assert_eq!(Statement::check(&text, &keys), Ok(statement.clone()));
        assert_eq!(Statement::check(&text.to_lowercase(), &keys), Ok(statement));
        assert_eq!(Statement::check(&text, &[]), Err(StatementError::UnknownKey));
        assert!(crate::document::qr(&text).unwrap().width() < 74.0);
    }

    #[test]
    fn every_changed_letter_is_noticed() {
        let (signer, record) = (signer(), one());
        let text = Statement::of(&record).sign(&record.verify_url, &signer).unwrap();
        let keys = [signer.chain().statement_key()];
        let start = record.verify_url.len();
        for at in start..text.len() {
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let altered = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert!(Statement::check(&altered, &keys).is_err(), "letter {at}");
        }
    }
}
