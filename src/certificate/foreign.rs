//! Signatures by the keys of others: RSA and ECDSA, as time stamp authorities have them.

use der::asn1::ObjectIdentifier;
use der::{Encode, Tag, Tagged};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::cms::SHA_256;
use super::stamp::digest_by;

const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// Methods of signing, the kind of key that they need, and the digest that they fix.
const METHODS: [(ObjectIdentifier, ObjectIdentifier, Option<ObjectIdentifier>); 7] = [
    (RSA, RSA, None),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"),
        RSA,
        Some(SHA_256),
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"),
        RSA,
        Some(SHA_384),
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"),
        RSA,
        Some(SHA_512),
    ),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), EC, Some(SHA_256)),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), EC, Some(SHA_384)),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), EC, Some(SHA_512)),
];

/// A digest by its algorithm, which has no parameters or the empty ones.
pub(super) fn hashed(algorithm: &AlgorithmIdentifierOwned, bytes: &[u8]) -> Option<Vec<u8>> {
    let bare = |one: &der::Any| one.tag() == Tag::Null && one.value().is_empty();
    let bare = algorithm.parameters.as_ref().is_none_or(bare);
    bare.then(|| digest_by(algorithm.oid, bytes))?
}

/// Whether the key in a certificate made this signature, by a method of signing and of digesting.
pub(super) fn right(
    by: &Certificate,
    (method, digest): (ObjectIdentifier, ObjectIdentifier),
    message: &[u8],
    signature: &[u8],
) -> bool {
    checked(by, method, digest, message, signature).is_some()
}

fn checked(
    by: &Certificate,
    method: ObjectIdentifier,
    digest: ObjectIdentifier,
    message: &[u8],
    signature: &[u8],
) -> Option<()> {
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    let (_, kind, fixed) = METHODS.iter().find(|(one, _, _)| *one == method)?;
    let digest = fixed.unwrap_or(digest);
    let hash = digest_by(digest, message)?;
    let spki = by.tbs_certificate().subject_public_key_info();
    let key = spki.subject_public_key.as_bytes()?;
    if spki.algorithm.oid != *kind {
        return None;
    }
    if *kind == RSA {
        let key = RsaPublicKey::from_pkcs1_der(key).ok()?;
        return key.verify(with_prefix(digest, hash.len())?, &hash, signature).ok();
    }
    let curve = spki
        .algorithm
        .parameters
        .as_ref()?
        .decode_as::<ObjectIdentifier>()
        .ok()?;
    match curve {
        P_256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
            let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
            key.verify_prehash(&hash, &signature).ok()
        }
        P_384 => {
            use p384::ecdsa::signature::hazmat::PrehashVerifier as _;
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
            let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
            key.verify_prehash(&hash, &signature).ok()
        }
        _ => None,
    }
}

/// PKCS #1 puts the digest's name before the digest.
fn with_prefix(digest: ObjectIdentifier, length: usize) -> Option<Pkcs1v15Sign> {
    let name = digest.to_der().ok()?;
    let short = |number: usize| u8::try_from(number).ok();
    let algorithm = name.len() + 2;
    let mut prefix = vec![0x30, short(algorithm + length + 4)?, 0x30, short(algorithm)?];
    prefix.extend(name);
    prefix.extend([5, 0, 4, short(length)?]);
    Some(Pkcs1v15Sign {
        hash_len: Some(length),
        prefix: prefix.into(),
    })
}
