//! Lists of revoked certificates: which keys of the authority no longer stand for it, and since when.
//!
//! There is one for the root and one for each issuing authority, signed with their keys, off the server. An empty one says
//! as much as a full one: nothing was revoked until its date.

use std::fmt;

use der::asn1::BitString;
use der::pem::LineEnding;
use der::referenced::OwnedToRef;
use der::{Decode, DecodePem, Encode, EncodePem};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::spki::{AlgorithmIdentifierOwned, ObjectIdentifier};
use x509_cert::time::Time;
use x509_cert::{Certificate, Version};

use super::AuthorityError;
use super::authority::time;
use crate::kernel::Timestamp;

const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const BEGIN: &str = "-----BEGIN X509 CRL-----";
const END: &str = "-----END X509 CRL-----";

/// Why a certificate of the authority was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// Somebody else has the key, or may have: what it signed cannot be told from what they signed, whatever date it bears.
    Compromised,
    /// Another key took its place: what it signed before stands.
    Superseded,
    /// It is no longer used: what it signed before stands.
    Ended,
}

impl Revocation {
    fn reason(self) -> CrlReason {
        match self {
            Self::Compromised => CrlReason::KeyCompromise,
            Self::Superseded => CrlReason::Superseded,
            Self::Ended => CrlReason::CessationOfOperation,
        }
    }
}

/// A signed list of revoked certificates.
#[derive(Clone, PartialEq, Eq)]
pub struct Crl {
    list: CertificateList,
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({} revoked)", self.entries().len())
    }
}

/// What a list says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Revoked {
    /// Since when.
    pub(super) at: Timestamp,
    /// Whether nothing that its key signed can be trusted, whatever date it bears.
    pub(super) always: bool,
}

impl Crl {
    /// A list of this authority, with these entries, until the next is due.
    pub(super) fn issue(
        by: &Certificate,
        key: &SigningKey,
        entries: Vec<RevokedCert>,
        number: u64,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self, AuthorityError> {
        let tbs = by.tbs_certificate();
        let spki = tbs.subject_public_key_info().owned_to_ref();
        let extensions = vec![
            (&AuthorityKeyIdentifier::try_from(spki)?).to_extension(tbs.subject(), &[])?,
            (&CrlNumber::try_from(number)?).to_extension(tbs.subject(), &[])?,
        ];
        let algorithm = AlgorithmIdentifierOwned {
            oid: ECDSA_WITH_SHA_256,
            parameters: None,
        };
        let tbs_cert_list = TbsCertList {
            version: Version::V2,
            signature: algorithm.clone(),
            issuer: tbs.subject().clone(),
            this_update: time(from)?,
            next_update: Some(time(until)?),
            revoked_certificates: (!entries.is_empty()).then_some(entries),
            crl_extensions: Some(extensions),
        };
        let signature: Signature = key.sign(&tbs_cert_list.to_der()?);
        let list = CertificateList {
            tbs_cert_list,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(signature.normalize_s().to_der().as_bytes())?,
        };
        // Read back, so that what is kept is what others will read.
        Self::from_der(&list.to_der()?)
    }

    /// Reads a list.
    pub fn from_der(der: &[u8]) -> Result<Self, AuthorityError> {
        Ok(Self {
            list: CertificateList::from_der(der)?,
        })
    }

    /// Reads all lists of a text.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, AuthorityError> {
        let mut found = Vec::new();
        let mut rest = text;
        while let Some(begin) = rest.find(BEGIN) {
            let end = rest[begin..]
                .find(END)
                .ok_or(der::ErrorKind::Failed)
                .map_err(der::Error::from)?;
            let (one, after) = rest[begin..].split_at(end + END.len());
            found.push(Self {
                list: CertificateList::from_pem(one)?,
            });
            rest = after;
        }
        Ok(found)
    }

    /// The list as PEM.
    pub fn to_pem(&self) -> Result<String, AuthorityError> {
        Ok(self.list.to_pem(LineEnding::LF)?)
    }

    /// The list as DER.
    pub fn to_der(&self) -> Result<Vec<u8>, AuthorityError> {
        Ok(self.list.to_der()?)
    }

    /// When the next list is due.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.list.tbs_cert_list.next_update.map(instant)
    }

    /// Whether this authority signed the list.
    pub(super) fn is_of(&self, authority: &Certificate) -> bool {
        let tbs = authority.tbs_certificate();
        let key = tbs.subject_public_key_info().to_der().ok();
        let key = key.and_then(|spki| VerifyingKey::from_public_key_der(&spki).ok());
        let signature = Signature::from_der(self.list.signature.as_bytes().unwrap_or_default()).ok();
        let bytes = self.list.tbs_cert_list.to_der().ok();
        let right = |key: VerifyingKey| Some(key.verify(&bytes?, &signature?).is_ok());
        self.list.tbs_cert_list.issuer == *tbs.subject() && key.and_then(right) == Some(true)
    }

    /// What the list says of a certificate that its authority made.
    pub(super) fn tells(&self, certificate: &Certificate) -> Option<Revoked> {
        let serial = certificate.tbs_certificate().serial_number();
        let entry = self.entries().iter().find(|entry| entry.serial_number == *serial)?;
        Some(Revoked {
            at: instant(entry.revocation_date),
            always: compromised(entry),
        })
    }

    /// Its entries.
    pub(super) fn entries(&self) -> &[RevokedCert] {
        self.list
            .tbs_cert_list
            .revoked_certificates
            .as_deref()
            .unwrap_or_default()
    }

    /// Its number: a later list has a higher one.
    pub(super) fn number(&self) -> u64 {
        let extensions = self.list.tbs_cert_list.crl_extensions.as_deref().unwrap_or_default();
        let number = extensions.iter().find(|one| one.extn_id == NUMBER);
        let number = number.and_then(|one| u64::from_der(one.extn_value.as_bytes()).ok());
        number.unwrap_or(0)
    }
}

const NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");

/// An entry for a certificate.
pub(super) fn entry(certificate: &Certificate, why: Revocation, at: Timestamp) -> Result<RevokedCert, AuthorityError> {
    let tbs = certificate.tbs_certificate();
    let reason: Extension = (&why.reason()).to_extension(tbs.subject(), &[])?;
    Ok(RevokedCert {
        serial_number: tbs.serial_number().clone(),
        revocation_date: time(at)?,
        crl_entry_extensions: Some(vec![reason]),
    })
}

/// A reason that is not understood counts as the gravest.
fn compromised(entry: &RevokedCert) -> bool {
    let extensions = entry.crl_entry_extensions.as_deref().unwrap_or_default();
    let reason = extensions.iter().find(|one| one.extn_id == REASON);
    let reason = reason.and_then(|one| CrlReason::from_der(one.extn_value.as_bytes()).ok());
    !matches!(
        reason,
        Some(CrlReason::Superseded | CrlReason::CessationOfOperation | CrlReason::AffiliationChanged)
    )
}

fn instant(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX / 1000);
    Timestamp::from_millis(seconds.saturating_mul(1000))
}
