//! The signer: what signs, and the chain of certificates that vouches for it.
//!
//! A signer shows only what a hardware module could: it signs digests and knows its chain.

use std::fmt;

use der::{DecodePem, Encode};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use x509_cert::Certificate;
use x509_cert::time::Time;

use super::authority::key_name;
use super::crl::Crl;
use super::{AuthorityError, TimeAuthority};
use crate::kernel::{Digest, Timestamp};

/// Signs digests. One implementor so far; a hardware module (PKCS#11) is the second that the interface is cut for.
pub trait Signer: Send + Sync {
    /// The signature over a SHA-256 digest: r and s, 32 bytes each, s in the lower half.
    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], SignerError>;

    /// The certificates from the signing key's up to the root.
    fn chain(&self) -> &Chain;

    /// Who says when its signatures existed, if anybody does.
    fn time(&self) -> Option<&dyn TimeAuthority> {
        None
    }
}

/// Why a signer did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// It refused or could not.
    #[error("the signer did not sign: {0}")]
    Refused(String),
}

/// A root certificate that someone decided to trust, and what they know of revoked certificates under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustRoot {
    certificate: Certificate,
    lists: Vec<Crl>,
}

impl TrustRoot {
    /// Reads `root.pem`.
    pub fn from_pem(pem: &str) -> Result<Self, AuthorityError> {
        Ok(Self::of(Certificate::from_pem(pem)?))
    }

    fn of(certificate: Certificate) -> Self {
        Self {
            certificate,
            lists: Vec::new(),
        }
    }

    /// The same root with these lists of revoked certificates. Lists that the chain of a file did not sign say nothing of it.
    #[must_use]
    pub fn with_lists(mut self, lists: Vec<Crl>) -> Self {
        self.lists.extend(lists);
        self
    }

    pub(super) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(super) fn lists(&self) -> &[Crl] {
        &self.lists
    }
}

/// The certificates from a signing key's up to the root, parsed once.
#[derive(Debug, Clone)]
pub struct Chain {
    pub(super) signing: Certificate,
    pub(super) issuing: Certificate,
    pub(super) root: Certificate,
    key: VerifyingKey,
    key_id: [u8; 4],
    lists: Vec<Crl>,
}

/// Whether what these keys signed at an instant stands, by lists of revoked certificates.
pub(super) fn revoked(chain: [&Certificate; 3], lists: &[Crl], at: Timestamp) -> bool {
    let [signing, issuing, root] = chain;
    [(signing, issuing), (issuing, root)].into_iter().any(|(below, above)| {
        let told = lists
            .iter()
            .filter_map(|list| list.tells(below).map(|told| (list, told)));
        let mut told = told.filter(|(_, told)| told.always || told.at <= at);
        told.any(|(list, _)| list.is_of(above))
    })
}

impl Chain {
    pub(super) fn new(signing: Certificate, issuing: Certificate, root: Certificate) -> Result<Self, AuthorityError> {
        let spki = signing.tbs_certificate().subject_public_key_info().to_der()?;
        let key = VerifyingKey::from_public_key_der(&spki).map_err(|_| AuthorityError::Mismatch("signing"))?;
        let digest = Digest::of(&spki);
        Ok(Self {
            signing,
            issuing,
            root,
            key,
            key_id: std::array::from_fn(|index| digest.bytes()[index]),
            lists: Vec::new(),
        })
    }

    /// The same chain with the lists of revoked certificates of its authorities.
    pub(super) fn with_lists(mut self, lists: &[Crl]) -> Self {
        for authority in [&self.issuing, &self.root] {
            let own = self.lists.iter().chain(lists).filter(|list| list.is_of(authority));
            let Some(last) = own.max_by_key(|list| list.number()).cloned() else {
                continue;
            };
            self.lists.retain(|list| !list.is_of(authority));
            self.lists.push(last);
        }
        self
    }

    /// The lists of revoked certificates of its authorities.
    pub fn lists(&self) -> &[Crl] {
        &self.lists
    }

    /// The list of one of its authorities, by the name in its address.
    pub fn list_named(&self, name: &str) -> Option<&Crl> {
        let authorities = [&self.issuing, &self.root];
        let named = authorities.into_iter().find(|one| {
            let spki = one.tbs_certificate().subject_public_key_info().to_der();
            key_name(&spki.unwrap_or_default()) == name
        })?;
        self.lists.iter().find(|list| list.is_of(named))
    }

    /// Whether one of its certificates was revoked by this instant.
    pub fn revoked_at(&self, instant: Timestamp) -> bool {
        revoked([&self.signing, &self.issuing, &self.root], &self.lists, instant)
    }

    /// Whether somebody else may have one of its keys, so that dates before the revocation say nothing.
    pub fn is_compromised(&self) -> bool {
        self.revoked_at(Timestamp::from_millis(0))
    }

    /// The serial number of the signing key's certificate, DER in hexadecimal.
    pub fn serial_hex(&self) -> String {
        let serial = self.signing.tbs_certificate().serial_number().to_der();
        super::codes::hex(&serial.unwrap_or_default())
    }

    /// The serial numbers of its revoked certificates, DER in hexadecimal, since when, and whether the date says nothing.
    pub fn revocations(&self) -> Vec<(String, Timestamp, bool)> {
        let below = [&self.signing, &self.issuing];
        let told = |one: &Certificate| {
            let told = self.lists.iter().find_map(|list| list.tells(one))?;
            let serial = one.tbs_certificate().serial_number().to_der().ok()?;
            Some((super::codes::hex(&serial), told.at, told.always))
        };
        below.into_iter().filter_map(told).collect()
    }

    /// Four bytes that name the signing key in statements: the start of its public key's SHA-256.
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// The key that checks statements, with its id.
    pub fn statement_key(&self) -> ([u8; 4], VerifyingKey) {
        (self.key_id, self.key)
    }

    /// The root as someone who trusts it holds it.
    pub fn trust_root(&self) -> TrustRoot {
        TrustRoot::of(self.root.clone())
    }

    /// The root's certificate as DER.
    pub fn root_der(&self) -> Vec<u8> {
        self.root.to_der().unwrap_or_default()
    }

    /// The signing key's public key as DER.
    pub fn public_key_der(&self) -> Vec<u8> {
        let spki = self.signing.tbs_certificate().subject_public_key_info();
        spki.to_der().unwrap_or_default()
    }

    /// Who signs, as the certificate names it.
    pub fn signer_name(&self) -> String {
        common_name(&self.signing)
    }

    /// The body that signs, as the root names it.
    pub fn organisation(&self) -> String {
        common_name(&self.root).trim_end_matches(" Root").to_owned()
    }

    /// Whether all three certificates are valid at this instant, and none is revoked.
    pub fn valid_at(&self, instant: Timestamp) -> bool {
        !self.revoked_at(instant) && self.within(instant)
    }

    fn within(&self, instant: Timestamp) -> bool {
        [&self.signing, &self.issuing, &self.root]
            .into_iter()
            .all(|certificate| valid_at(certificate, instant))
    }
}

/// Both ends belong to the time of validity, as RFC 5280 has it.
pub(super) fn valid_at(certificate: &Certificate, instant: Timestamp) -> bool {
    let validity = certificate.tbs_certificate().validity();
    let seconds = instant.millis().div_euclid(1000);
    let second = |time: Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    second(validity.not_before) <= seconds && seconds <= second(validity.not_after)
}

pub(super) fn common_name(certificate: &Certificate) -> String {
    let name = certificate.tbs_certificate().subject().common_name();
    name.ok()
        .flatten()
        .map(|name| name.value().into_owned())
        .unwrap_or_default()
}

/// A signer whose key is in this program's memory.
pub struct SoftSigner {
    key: SigningKey,
    chain: Chain,
}

impl SoftSigner {
    pub(super) fn new(key: SigningKey, chain: Chain) -> Self {
        Self { key, chain }
    }
}

impl SoftSigner {
    /// The same with later lists of revoked certificates.
    #[must_use]
    pub fn with_lists(self, lists: &[Crl]) -> Self {
        Self {
            chain: self.chain.with_lists(lists),
            ..self
        }
    }
}

impl fmt::Debug for SoftSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftSigner({})", self.chain.signer_name())
    }
}

impl Signer for SoftSigner {
    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], SignerError> {
        let signature: Signature = self
            .key
            .sign_prehash(digest)
            .map_err(|error| SignerError::Refused(error.to_string()))?;
        Ok(signature.normalize_s().to_bytes().into())
    }

    fn chain(&self) -> &Chain {
        &self.chain
    }
}
