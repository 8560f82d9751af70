//! Time stamps (RFC 3161): the word of somebody else that a signature existed at an instant.
//!
//! A token is added to a signature after it was made, so the signature does not protect it. The certificates that a token
//! leads to are therefore put into the file before it is signed: a token by anybody else is refused, like any other
//! alteration. Tokens are kept in one spelling.

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::cms::{CONTENT_TYPE, MESSAGE_DIGEST, SHA_256, SIGNED_DATA};
use super::foreign::{hashed, right};
use super::signer::{common_name, valid_at};
use crate::kernel::{MINUTE, Timestamp};

pub(super) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
pub(super) const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Clocks differ a little; but a signature cannot have existed before it was made.
pub(super) const STAMP_SLACK: i64 = 10 * MINUTE;

/// No chain of certificates is longer.
const LONGEST_CHAIN: usize = 5;

/// Says when a digest existed.
pub trait TimeAuthority: Send + Sync {
    /// The certificates that its tokens carry, as DER: they are signed with the file.
    fn certificates(&self) -> Result<Vec<Vec<u8>>, StampError>;

    /// A token over a SHA-256 digest, with just these certificates.
    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError>;

    /// Whether a file may be signed without its token when it cannot be had.
    fn may_be_left_out(&self, cause: &StampError) -> bool;
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When the signature existed.
    pub at: Timestamp,
    /// Who says so, as their certificate names them.
    pub by: String,
}

/// Why there is no token, or why it is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// Nobody answered, or not in time.
    #[error("the time stamp authority does not answer: {0}")]
    Silent(String),
    /// It gave none.
    #[error("the time stamp authority gave no time stamp: status {0}")]
    Refused(u8),
    /// It carries other certificates than those that were signed with the file.
    #[error("the time stamp authority changed its certificates")]
    Changed,
    /// The token is not in order.
    #[error("the time stamp is not in order: {0}")]
    Unsound(&'static str),
}

use StampError::Unsound;

#[derive(Sequence)]
struct Imprint {
    algorithm: AlgorithmIdentifierOwned,
    hashed: OctetString,
}

#[derive(Sequence)]
struct Query {
    version: u8,
    imprint: Imprint,
    nonce: u64,
    certificates: bool,
}

/// The question for a token over a SHA-256 digest. The answer must have the nonce.
pub fn query(digest: &[u8; 32], nonce: u64) -> Result<Vec<u8>, StampError> {
    let query = Query {
        version: 1,
        imprint: imprint(digest)?,
        nonce,
        certificates: true,
    };
    query.to_der().map_err(|_| Unsound("question"))
}

fn imprint(digest: &[u8; 32]) -> Result<Imprint, StampError> {
    Ok(Imprint {
        algorithm: AlgorithmIdentifierOwned {
            oid: SHA_256,
            parameters: None,
        },
        hashed: OctetString::new(digest.as_slice()).map_err(|_| Unsound("digest"))?,
    })
}

/// The roots of time stamp authorities that an office believes.
#[derive(Debug, Clone)]
pub struct TimeRoots(Vec<Certificate>);

impl TimeRoots {
    /// Reads certificates from PEM, one after the other.
    pub fn from_pem(pem: &str) -> Result<Self, StampError> {
        let roots = Certificate::load_pem_chain(pem.as_bytes());
        let roots = roots.map_err(|_| Unsound("the roots are not certificates in PEM"))?;
        if roots.is_empty() {
            return Err(Unsound("no root"));
        }
        Ok(Self(roots))
    }

    /// From the certificate up to below its root, each vouched for by the next.
    fn path<'c>(&self, from: &'c Certificate, others: &'c [Certificate]) -> Option<Vec<&'c Certificate>> {
        let mut path = vec![from];
        while path.len() <= LONGEST_CHAIN {
            let last = path.last()?;
            if self.0.iter().any(|root| root == *last || vouched(last, root)) {
                return Some(path);
            }
            let next = others.iter().find(|one| !path.contains(one) && vouched(last, one))?;
            path.push(next);
        }
        None
    }
}

fn vouched(below: &Certificate, above: &Certificate) -> bool {
    let tbs = below.tbs_certificate();
    let named = tbs.issuer() == above.tbs_certificate().subject();
    let signature = below.signature().as_bytes().unwrap_or_default();
    let message = tbs.to_der().unwrap_or_default();
    named && right(above, (below.signature_algorithm().oid, SHA_256), &message, signature)
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The token.
    pub token: Vec<u8>,
    /// Its certificates.
    pub certificates: Vec<Vec<u8>>,
}

/// Takes the token out of an answer, once it is in order and leads to a root that is believed.
pub fn receive(answer: &[u8], digest: &[u8; 32], nonce: u64, roots: &TimeRoots) -> Result<Received, StampError> {
    let parts = Vec::<Any>::from_der(answer).map_err(|_| Unsound("answer"))?;
    let status = parts.first().and_then(|status| status.decode_as::<Vec<Any>>().ok());
    let status = status.and_then(|status| status.first()?.decode_as::<u8>().ok());
    let status = status.ok_or(Unsound("status"))?;
    let token = match (status, parts.get(1)) {
        (0 | 1, Some(token)) => token.to_der().map_err(|_| Unsound("answer"))?,
        _ => return Err(StampError::Refused(status)),
    };
    let mut data = signed_data(&token)?;
    let all = certificates(&data)?;
    let mut signer = only_signer(&data)?.clone();
    let own = signing(&signer, &all)?;
    let path = roots.path(own, &all).ok_or(Unsound("no root that is believed"))?;
    let choices = path.iter().map(|one| CertificateChoices::Certificate((*one).clone()));
    let choices: Vec<_> = choices.collect();
    let spelling = |_| Unsound("spelling");
    // What the authority's signature does not cover is put into the one spelling that is accepted.
    signer.unsigned_attrs = None;
    data.version = CmsVersion::V3;
    data.digest_algorithms = SetOfVec::try_from(vec![signer.digest_alg.clone()]).map_err(spelling)?;
    data.certificates = Some(choices.try_into().map_err(spelling)?);
    data.crls = None;
    data.signer_infos = vec![signer].try_into().map_err(spelling)?;
    let token = written(&data)?;
    let certificates: Result<Vec<_>, _> = path.iter().map(|one| one.to_der()).collect();
    let certificates = certificates.map_err(spelling)?;
    read(&token, digest, &certificates)?;
    if info(&data)?.nonce != Some(nonce) {
        return Err(Unsound("not the answer to this question"));
    }
    Ok(Received { token, certificates })
}

/// What a token says of a digest. It must be in the one spelling, with just these certificates.
pub(super) fn read(token: &[u8], digest: &[u8; 32], kept: &[Vec<u8>]) -> Result<Stamp, StampError> {
    let data = signed_data(token)?;
    if written(&data)? != token {
        return Err(Unsound("spelling"));
    }
    let all = certificates(&data)?;
    let carried: Result<Vec<_>, _> = all.iter().map(Encode::to_der).collect();
    let (mut carried, mut kept) = (carried.map_err(|_| Unsound("spelling"))?, kept.to_vec());
    carried.sort();
    kept.sort();
    if carried != kept {
        return Err(StampError::Changed);
    }
    let signer = only_signer(&data)?;
    let usual = data.version == CmsVersion::V3
        && data.crls.is_none()
        && data.digest_algorithms.as_slice() == [signer.digest_alg.clone()]
        && data.encap_content_info.econtent_type == TST_INFO
        && signer.version == CmsVersion::V1
        && signer.unsigned_attrs.is_none();
    if !usual {
        return Err(Unsound("shape"));
    }
    let own = signing(signer, &all)?;
    signed_by(&data, signer, own)?;
    let info = info(&data)?;
    if info.hashed != digest {
        return Err(Unsound("of something else"));
    }
    if !valid_at(own, info.at) {
        return Err(Unsound("its certificate was not valid then"));
    }
    Ok(Stamp {
        at: info.at,
        by: common_name(own),
    })
}

/// The content's digest is among the signed attributes, and the signature over them is by the key of this certificate,
/// which is for time stamps alone.
fn signed_by(data: &SignedData, signer: &SignerInfo, own: &Certificate) -> Result<(), StampError> {
    let purposes = own.tbs_certificate().get_extension::<ExtendedKeyUsage>().ok().flatten();
    if !purposes.is_some_and(|(critical, purposes)| critical && purposes.0 == [TIME_STAMPING]) {
        return Err(Unsound("a certificate that is not for time stamps"));
    }
    let attributes = signer.signed_attrs.as_ref().ok_or(Unsound("shape"))?;
    let value = |oid| {
        let mut named = attributes.iter().filter(|one| one.oid == oid);
        let (one, further) = (named.next()?, named.next());
        (further.is_none() && one.values.len() == 1).then(|| one.values.get(0).cloned())?
    };
    let kind = value(CONTENT_TYPE).and_then(|kind| kind.decode_as::<ObjectIdentifier>().ok());
    let said = value(MESSAGE_DIGEST).and_then(|said| said.decode_as::<OctetString>().ok());
    let digest = hashed(&signer.digest_alg, &content(data)?).ok_or(Unsound("an unknown digest"))?;
    if kind != Some(TST_INFO) || said.is_none_or(|said| said.as_bytes() != digest) {
        return Err(Unsound("altered"));
    }
    let message = attributes.to_der().map_err(|_| Unsound("shape"))?;
    let algorithm = &signer.signature_algorithm;
    let bare = algorithm.parameters.as_ref().is_none_or(|one| one.tag() == Tag::Null);
    let methods = (algorithm.oid, signer.digest_alg.oid);
    if bare && right(own, methods, &message, signer.signature.as_bytes()) {
        Ok(())
    } else {
        Err(Unsound("signature"))
    }
}

fn signed_data(token: &[u8]) -> Result<SignedData, StampError> {
    let info = ContentInfo::from_der(token).ok();
    let info = info.filter(|info| info.content_type == SIGNED_DATA);
    let data = info.and_then(|info| SignedData::from_der(&info.content.to_der().ok()?).ok());
    data.ok_or(Unsound("no token"))
}

fn written(data: &SignedData) -> Result<Vec<u8>, StampError> {
    let info = Any::encode_from(data).map(|content| ContentInfo {
        content_type: SIGNED_DATA,
        content,
    });
    info.and_then(|info| info.to_der()).map_err(|_| Unsound("spelling"))
}

fn certificates(data: &SignedData) -> Result<Vec<Certificate>, StampError> {
    let set = data.certificates.as_ref().ok_or(Unsound("no certificates"))?;
    let plain = |choice: &CertificateChoices| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
        CertificateChoices::Other(_) => None,
    };
    let all: Option<Vec<_>> = set.0.iter().map(plain).collect();
    all.ok_or(Unsound("certificates"))
}

fn only_signer(data: &SignedData) -> Result<&SignerInfo, StampError> {
    match data.signer_infos.0.as_slice() {
        [signer] => Ok(signer),
        _ => Err(Unsound("more than one signature")),
    }
}

fn signing<'c>(signer: &SignerInfo, all: &'c [Certificate]) -> Result<&'c Certificate, StampError> {
    let SignerIdentifier::IssuerAndSerialNumber(id) = &signer.sid else {
        return Err(Unsound("shape"));
    };
    let own = |one: &&Certificate| {
        let tbs = one.tbs_certificate();
        *tbs.issuer() == id.issuer && *tbs.serial_number() == id.serial_number
    };
    all.iter().find(own).ok_or(Unsound("no certificates"))
}

fn content(data: &SignedData) -> Result<Vec<u8>, StampError> {
    let content = data.encap_content_info.econtent.as_ref();
    let content = content.and_then(|content| content.decode_as::<OctetString>().ok());
    Ok(content.ok_or(Unsound("no content"))?.as_bytes().to_vec())
}

struct Info {
    hashed: Vec<u8>,
    at: Timestamp,
    nonce: Option<u64>,
}

fn info(data: &SignedData) -> Result<Info, StampError> {
    let content = content(data)?;
    let parts = Vec::<Any>::from_der(&content).map_err(|_| Unsound("content"))?;
    let [version, _policy, imprint, _serial, time, rest @ ..] = parts.as_slice() else {
        return Err(Unsound("content"));
    };
    let imprint = imprint.decode_as::<Imprint>().map_err(|_| Unsound("content"))?;
    let time = Some(time).filter(|time| time.tag() == Tag::GeneralizedTime);
    let at = time.and_then(|time| instant(time.value())).ok_or(Unsound("time"))?;
    if version.decode_as::<u8>() != Ok(1) || imprint.algorithm.oid != SHA_256 {
        return Err(Unsound("content"));
    }
    let nonce = rest.iter().find(|part| part.tag() == Tag::Integer);
    Ok(Info {
        hashed: imprint.hashed.as_bytes().to_vec(),
        at,
        nonce: nonce.and_then(|nonce| nonce.decode_as::<u64>().ok()),
    })
}

/// `20261123083000Z` or `20261123083000.5Z`, to the second.
fn instant(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let parsed = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    let instant = jiff::tz::TimeZone::UTC.to_timestamp(parsed).ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

/// The digest that a token for this signature is over.
pub(super) fn of_signature(value: &[u8]) -> [u8; 32] {
    Sha256::digest(value).into()
}

/// A digest by the name of its method.
pub(super) fn digest_by(oid: ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
    const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
    match oid {
        SHA_256 => Some(Sha256::digest(bytes).to_vec()),
        SHA_384 => Some(Sha384::digest(bytes).to_vec()),
        SHA_512 => Some(Sha512::digest(bytes).to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
