//! A throw-away time stamp authority, for samples and tests. It believes its own clock, so nobody should believe it.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, GeneralizedTime, ObjectIdentifier, OctetString, SetOfVec};
use der::pem::LineEnding;
use der::{Decode, Encode, EncodePem, Sequence};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::authority::{Kind, Role, SIGNING_LIFE, certify, distinguished_name, throw_key};
use super::cms::{
    CONTENT_TYPE, ECDSA_WITH_SHA_256, MESSAGE_DIGEST, SHA_256, SIGNED_DATA, attribute, certificate_attribute,
};
use super::stamp::{self, StampError, TST_INFO, TimeAuthority, TimeRoots};
use super::{AuthorityError, Signer};
use crate::kernel::{Entropy, Timestamp};

/// A throw-away time stamp authority with a root of its own.
pub struct SampleClock {
    key: SigningKey,
    certificate: Certificate,
    root: Certificate,
    now: Timestamp,
}

#[derive(Sequence)]
struct Status {
    status: u8,
}

#[derive(Sequence)]
struct Answer {
    status: Status,
    token: ContentInfo,
}

#[derive(Sequence)]
struct Info {
    version: u8,
    policy: ObjectIdentifier,
    imprint: Any,
    serial: u64,
    time: GeneralizedTime,
    nonce: u64,
}

/// A policy of the kind that everybody may make up (2.25, a UUID's branch).
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.25.1");

impl SampleClock {
    /// Makes an authority whose clock stands at this instant.
    pub fn create(name: &str, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, AuthorityError> {
        let (root_key, key) = (throw_key(entropy), throw_key(entropy));
        let (above, own) = (distinguished_name(name, "Root")?, distinguished_name(name, "Clock")?);
        let role = |subject: &x509_cert::name::Name, kind| Role {
            subject: subject.clone(),
            issuer: above.clone(),
            kind,
            lists: None,
        };
        let life = (now, now + SIGNING_LIFE);
        Ok(Self {
            root: certify(role(&above, Kind::Root), &root_key, &root_key, life, entropy)?,
            certificate: certify(role(&own, Kind::Clock), &key, &root_key, life, entropy)?,
            key,
            now,
        })
    }

    /// The root's certificate, to be given away.
    pub fn root_pem(&self) -> Result<String, AuthorityError> {
        Ok(self.root.to_pem(LineEnding::LF)?)
    }

    /// The same authority with its clock at another instant.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The answer to a question.
    pub fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let parts = Vec::<Any>::from_der(query).ok()?;
        let nonce = parts.get(2)?.decode_as::<u64>().ok()?;
        let seconds = u64::try_from(self.now.millis().div_euclid(1000)).ok()?;
        let info = Info {
            version: 1,
            policy: POLICY,
            imprint: parts.get(1)?.clone(),
            serial: nonce >> 1,
            time: GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds)).ok()?,
            nonce,
        };
        let answer = Answer {
            status: Status { status: 0 },
            token: self.token(&info.to_der().ok()?).ok()?,
        };
        answer.to_der().ok()
    }

    fn token(&self, info: &[u8]) -> der::Result<ContentInfo> {
        let attributes = SetOfVec::try_from(vec![
            attribute(CONTENT_TYPE, &TST_INFO)?,
            attribute(MESSAGE_DIGEST, &OctetString::new(Sha256::digest(info).as_slice())?)?,
            certificate_attribute(&self.certificate)?,
        ])?;
        let digest = Sha256::digest(attributes.to_der()?);
        let signature: Signature = self.key.sign_prehash(&digest).map_err(|_| der::ErrorKind::Failed)?;
        let algorithm = |oid| AlgorithmIdentifierOwned { oid, parameters: None };
        let tbs = self.certificate.tbs_certificate();
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: tbs.issuer().clone(),
                serial_number: tbs.serial_number().clone(),
            }),
            digest_alg: algorithm(SHA_256),
            signed_attrs: Some(attributes),
            signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
            signature: OctetString::new(signature.normalize_s().to_der().as_bytes())?,
            unsigned_attrs: None,
        };
        let data = SignedData {
            version: CmsVersion::V3,
            digest_algorithms: SetOfVec::try_from(vec![algorithm(SHA_256)])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: TST_INFO,
                econtent: Some(Any::encode_from(&OctetString::new(info)?)?),
            },
            certificates: Some(vec![CertificateChoices::Certificate(self.certificate.clone())].try_into()?),
            crls: None,
            signer_infos: vec![signer].try_into()?,
        };
        Ok(ContentInfo {
            content_type: SIGNED_DATA,
            content: Any::encode_from(&data)?,
        })
    }
}

impl TimeAuthority for SampleClock {
    fn certificates(&self) -> Result<Vec<Vec<u8>>, StampError> {
        let der = self.certificate.to_der();
        Ok(vec![der.map_err(|_| StampError::Unsound("certificates"))?])
    }

    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError> {
        let nonce = u64::from_be_bytes(std::array::from_fn(|index| digest[index])) | 1;
        let answer = self.answer(&stamp::query(digest, nonce)?);
        let answer = answer.ok_or_else(|| StampError::Silent("no answer".to_owned()))?;
        let roots = self.root_pem().map_err(|_| StampError::Unsound("root"))?;
        Ok(stamp::receive(&answer, digest, nonce, &TimeRoots::from_pem(&roots)?)?.token)
    }

    fn may_be_left_out(&self, _cause: &StampError) -> bool {
        false
    }
}

/// A signer with the word of a time stamp authority for each of its signatures.
pub struct Stamping<S, T> {
    /// Who signs.
    pub signer: S,
    /// Who says when.
    pub time: T,
}

impl<S: Signer, T: TimeAuthority> Signer for Stamping<S, T> {
    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], super::SignerError> {
        self.signer.sign(digest)
    }

    fn chain(&self) -> &super::Chain {
        self.signer.chain()
    }

    fn time(&self) -> Option<&dyn TimeAuthority> {
        Some(&self.time)
    }
}
