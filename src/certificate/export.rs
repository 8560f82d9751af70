//! The same claims for machines: a published status list, and a credential that wallets and other systems read.
//!
//! Both are JSON signed as JWS with ES256 by the key that signs certificates; its chain is in the header. The forms are those of
//! W3C's Bitstring Status List and 1EdTech's Open Badges 3.0.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use der::Encode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{CertificateRecord, Signer, SignerError, StatusPlace};
use crate::kernel::{DAY, Timestamp};

/// No list has fewer places, so that a short one does not tell how few there are.
const LEAST_PLACES: usize = 131_072;

/// A signed status list: bit by bit in the order of places, set for a certificate out of force.
pub fn status_list(
    address: &str,
    purpose: &str,
    places: &[u64],
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<String, SignerError> {
    let most = places
        .iter()
        .max()
        .map_or(0, |place| usize::try_from(*place).unwrap_or(0) + 1);
    let mut bits = vec![0_u8; most.max(LEAST_PLACES).div_ceil(8)];
    for place in places {
        let at = usize::try_from(place / 8).unwrap_or(usize::MAX);
        if let Some(byte) = bits.get_mut(at) {
            *byte |= 0x80 >> (place % 8);
        }
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    _ = packed.write_all(&bits);
    let encoded = format!("u{}", URL_SAFE_NO_PAD.encode(packed.finish().unwrap_or_default()));
    let list = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": address.rsplit_once("/status/").map_or(address, |(site, _)| site),
        "validFrom": now.to_string(),
        // Older than this it should be fetched anew.
        "validUntil": (now + DAY).to_string(),
        "credentialSubject": {
            "id": format!("{address}#list"),
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
        },
    });
    sign(&list, "vc+jwt", signer)
}

/// Whether a place is set in a status list's encoded form.
pub fn is_set(encoded: &str, place: u64) -> Option<bool> {
    use std::io::Read as _;
    let packed = URL_SAFE_NO_PAD.decode(encoded.strip_prefix('u')?).ok()?;
    let mut bits = Vec::new();
    // A million places and more: the list of any authority, and not a bomb.
    let mut unpacked = flate2::read::GzDecoder::new(packed.as_slice()).take(16 * 1024 * 1024);
    unpacked.read_to_end(&mut bits).ok()?;
    let byte = bits.get(usize::try_from(place / 8).ok()?)?;
    Some(byte & (0x80 >> (place % 8)) != 0)
}

/// The certificate as an Open Badges 3.0 credential.
pub fn open_badge(
    record: &CertificateRecord,
    site: &str,
    status: &StatusPlace,
    signer: &dyn Signer,
) -> Result<String, SignerError> {
    let id = format!("{:032x}", u128::from_be_bytes(record.id_digest()));
    let start = |date: String| format!("{date}T00:00:00+08:00");
    let mut badge = json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": format!("{site}/verify#{}", record.number),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": record.title,
        "issuer": { "id": site, "type": ["Profile"], "name": record.issuer },
        "validFrom": start(record.issued_on.to_string()),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                { "type": "IdentityObject", "hashed": false, "identityType": "name", "identityHash": record.name },
                {
                    "type": "IdentityObject", "hashed": true, "identityType": "nationalIdentityNumber",
                    "identityHash": format!("sha256-16${id}"), "salt": record.salt,
                },
            ],
            "achievement": {
                "id": format!("{site}/occupations/{}/{}", record.occupation_code, record.level.digit()),
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": format!("{} {}", record.occupation, record.level.chinese()),
                "humanCode": record.number,
                "description": format!("{}, {}", record.occupation_en, record.level.english()),
                "criteria": { "narrative": record.title },
            },
        },
        "credentialStatus": {
            "id": format!("{}#{}", status.list, status.index),
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": status.index.to_string(),
            "statusListCredential": status.list,
        },
    });
    if let Some(until) = record.valid_until {
        badge["validUntil"] = Value::String(format!("{until}T23:59:59+08:00"));
    }
    sign(&badge, "vc+jwt", signer)
}

fn sign(payload: &Value, kind: &str, signer: &dyn Signer) -> Result<String, SignerError> {
    let chain = signer.chain();
    let certificates = [&chain.signing, &chain.issuing, &chain.root].map(|one| one.to_der().unwrap_or_default());
    let certificates: Vec<_> = certificates.iter().map(|der| STANDARD.encode(der)).collect();
    let key_id = format!("{:08x}", u32::from_be_bytes(chain.key_id()));
    let header = json!({ "alg": "ES256", "typ": kind, "kid": key_id, "x5c": certificates });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&header), part(payload));
    let signature = signer.sign(&Sha256::digest(&text).into())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The payload of a JWS by this chain's key; `None` when it was not signed by it.
pub fn opened(jws: &str, chain: &super::Chain) -> Option<Value> {
    use p256::ecdsa::Signature;
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    let (signed, signature) = jws.trim().rsplit_once('.')?;
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    chain
        .statement_key()
        .1
        .verify_prehash(&Sha256::digest(signed), &signature)
        .ok()?;
    let (_, payload) = signed.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::sample::tests::{NOW, one, signer};

    #[test]
    fn the_status_list_has_a_bit_for_each_place() {
        let signer = signer();
        let jws = status_list(
            "https://exam.example/status/1",
            "revocation",
            &[0, 9, 200_000],
            &signer,
            NOW,
        )
        .unwrap();
        let list = opened(&jws, signer.chain()).unwrap();
        assert_eq!(list["credentialSubject"]["statusPurpose"], "revocation");
        let encoded = list["credentialSubject"]["encodedList"].as_str().unwrap();
        let set: Vec<_> = [0, 1, 8, 9, 10, 200_000].map(|place| is_set(encoded, place)).into();
        assert_eq!(
            set,
            [
                Some(true),
                Some(false),
                Some(false),
                Some(true),
                Some(false),
                Some(true)
            ]
        );
        assert_eq!(is_set(encoded, 300_000), None);
        assert!(jws.len() < 6_000);
        let mut forged = jws.into_bytes();
        let at = forged.len() / 2;
        forged[at] ^= 1;
        assert_eq!(opened(&String::from_utf8_lossy(&forged), signer.chain()), None);
    }

    #[test]
    fn a_badge_says_what_the_certificate_says_and_not_the_id() {
        let (signer, record) = (signer(), one());
        let status = StatusPlace {
            list: "https://exam.example/status/1".to_owned(),
            index: 7,
        };
        let jws = open_badge(&record, "https://exam.example", &status, &signer).unwrap();
        let badge = opened(&jws, signer.chain()).unwrap();
        assert_eq!(
            badge["credentialSubject"]["achievement"]["humanCode"],
            record.number.as_str()
        );
        assert_eq!(badge["credentialStatus"]["statusListIndex"], "7");
        assert!(!badge.to_string().contains(record.citizen_id.reveal()));
    }
}
