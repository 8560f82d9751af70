//! The signature's envelope: CMS as PAdES baseline B wants it, in exactly one spelling.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence};
use p256::ecdsa::Signature;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::kernel::Digest;

pub(super) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(super) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const TIME_STAMP_TOKEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(super) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(super) const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

#[derive(Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

/// The hash algorithm is SHA-256 and therefore left out.
#[derive(Sequence)]
struct EssCertIdV2 {
    cert_hash: OctetString,
    issuer_serial: IssuerSerial,
}

#[derive(Sequence)]
struct IssuerSerial {
    issuer: Vec<GeneralName>,
    serial_number: SerialNumber,
}

/// The attributes that are signed, for the digest of the covered bytes and the signer's certificate.
pub(super) fn signed_attributes(digest: &[u8], signing: &Certificate) -> der::Result<SetOfVec<Attribute>> {
    SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, &DATA)?,
        attribute(MESSAGE_DIGEST, &OctetString::new(digest)?)?,
        certificate_attribute(signing)?,
    ])
}

/// The attribute that binds a signature to its certificate.
pub(super) fn certificate_attribute(signing: &Certificate) -> der::Result<Attribute> {
    let tbs = signing.tbs_certificate();
    let certificate = SigningCertificateV2 {
        certs: vec![EssCertIdV2 {
            cert_hash: OctetString::new(Digest::of(&signing.to_der()?).bytes().as_slice())?,
            issuer_serial: IssuerSerial {
                issuer: vec![GeneralName::DirectoryName(tbs.issuer().clone())],
                serial_number: tbs.serial_number().clone(),
            },
        }],
    };
    attribute(SIGNING_CERTIFICATE_V2, &certificate)
}

pub(super) fn attribute(oid: ObjectIdentifier, value: &impl Encode) -> der::Result<Attribute> {
    let value = Any::from_der(&value.to_der()?)?;
    Ok(Attribute {
        oid,
        values: SetOfVec::try_from(vec![value])?,
    })
}

/// The signature's bytes as they stand in the envelope.
pub(super) fn signature_value(signature: &[u8; 64]) -> der::Result<Vec<u8>> {
    let signature = Signature::from_slice(signature).map_err(|_| der::ErrorKind::Failed)?;
    Ok(signature.to_der().as_bytes().to_vec())
}

/// The whole envelope as DER: signature, signed attributes and certificates, and the time stamp if there is one.
pub(super) fn envelope(
    attributes: SetOfVec<Attribute>,
    certificates: &[&Certificate],
    signature: &[u8; 64],
    token: Option<&[u8]>,
) -> der::Result<Vec<u8>> {
    let signing = certificates.first().ok_or(der::ErrorKind::Failed)?;
    let tbs = signing.tbs_certificate();
    let sha_256 = algorithm(SHA_256);
    let stamped = |token| attribute(TIME_STAMP_TOKEN, &Any::from_der(token)?);
    let stamped = token.map(stamped).transpose()?;
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: tbs.issuer().clone(),
            serial_number: tbs.serial_number().clone(),
        }),
        digest_alg: sha_256.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
        signature: OctetString::new(signature_value(signature)?)?,
        unsigned_attrs: stamped.map(|one| SetOfVec::try_from(vec![one])).transpose()?,
    };
    let certificates = certificates
        .iter()
        .map(|one| CertificateChoices::Certificate((*one).clone()));
    let data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha_256])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(certificates.collect::<Vec<_>>().try_into()?),
        crls: None,
        signer_infos: vec![signer].try_into()?,
    };
    ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&data)?,
    }
    .to_der()
}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

/// What an envelope says: its certificates in no order, who signed, and the signature as r and s.
pub(super) struct Opened {
    pub(super) certificates: Vec<Certificate>,
    pub(super) signing: usize,
    pub(super) attributes: SetOfVec<Attribute>,
    pub(super) signature: [u8; 64],
    pub(super) token: Option<Vec<u8>>,
}

impl Opened {
    /// The digest that was signed.
    pub(super) fn message_digest(&self) -> Option<Vec<u8>> {
        let attribute = self
            .attributes
            .iter()
            .find(|attribute| attribute.oid == MESSAGE_DIGEST)?;
        let value = attribute.values.get(0)?.to_der().ok()?;
        Some(OctetString::from_der(&value).ok()?.as_bytes().to_vec())
    }
}

/// Reads an envelope; `None` when it has not the one form that [`envelope`] writes.
pub(super) fn open(der: &[u8]) -> Option<Opened> {
    let info = ContentInfo::from_der(der).ok()?;
    let data = SignedData::from_der(&info.content.to_der().ok()?).ok()?;
    let [signer] = data.signer_infos.0.as_slice() else {
        return None;
    };
    let SignerIdentifier::IssuerAndSerialNumber(id) = &signer.sid else {
        return None;
    };
    let certificates: Option<Vec<Certificate>> = data
        .certificates?
        .0
        .into_vec()
        .into_iter()
        .map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate),
            CertificateChoices::Other(_) => None,
        })
        .collect();
    let certificates = certificates?;
    let signing = certificates.iter().position(|certificate| {
        let tbs = certificate.tbs_certificate();
        *tbs.issuer() == id.issuer && *tbs.serial_number() == id.serial_number
    })?;
    let signature = Signature::from_der(signer.signature.as_bytes()).ok()?;
    let token = match signer.unsigned_attrs.as_ref().map(SetOfVec::as_slice) {
        None => None,
        Some([one]) if one.oid == TIME_STAMP_TOKEN => Some(one.values.get(0)?.to_der().ok()?),
        Some(_) => return None,
    };
    Some(Opened {
        token,
        signing,
        attributes: signer.signed_attrs.clone()?,
        signature: signature.to_bytes().into(),
        certificates,
    })
}
