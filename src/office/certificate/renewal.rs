//! New keys and revoked keys, as a running installation takes them up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::tests::codes;
use super::*;
use crate::certificate::{
    Authority, Crl, Keyring, NotGenuine, Revocation, RevokedKey, Scheme, SealedAuthority, Statement, TrustRoot, issue,
    samples, verify,
};
use crate::kernel::SeededEntropy;
use crate::office::testing::office;
use crate::office::verification::{IssuerKeys, RevokedCertificates, VerifyStatement};
use crate::store::ledger as entries;

async fn ground() -> (Office, Keyring, tempfile::TempDir) {
    let (office, folder) = office().await;
    let sealed = create_authority(&office, "第七鉴定所").await.unwrap().unwrap();
    let ring = Keyring::open(&sealed, &office.keys.vault, Some(&office.base_url)).unwrap();
    (office, ring, folder)
}

fn caller() -> Caller {
    Caller::system("test")
}

/// The code of a certificate that the key in use signed.
async fn code(office: &Office) -> String {
    let issuer = issuer(office).await.unwrap();
    let Desk::Here(signer) = &issuer.desk else {
        panic!("the key is here")
    };
    let scheme = Scheme::find("vocational-skill-level").unwrap();
    let record = samples(scheme, 1, &SeededEntropy::new(1), office.now())
        .unwrap()
        .remove(0);
    let text = Statement::of(&record)
        .sign(&record.verify_url, signer.as_ref())
        .unwrap();
    text.rsplit('/').next().unwrap().to_owned()
}

async fn says(office: &Office, statement: &str) -> &'static str {
    let act = VerifyStatement {
        statement: statement.to_owned(),
    };
    office.perform(act, &caller()).await.unwrap().reason
}

async fn renew(office: &Office, ring: &Keyring, act: &'static str) {
    renew_authority(office, ring.sealed(), act).await.unwrap();
    let mut connection = office.store.read().await.unwrap();
    let place = entries::place_of(&mut connection, act, "authority").await.unwrap();
    assert!(place.is_some(), "the ledger says {act}");
}

/// The address of its maker's list, as it stands in a certificate.
fn list_named_in(pem: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64.decode(body).unwrap();
    let text = String::from_utf8_lossy(&der).into_owned();
    let (_, rest) = text.split_once("https://exam.example/crl/").unwrap();
    rest.split_once(".crl").unwrap().0.to_owned()
}

async fn published(office: &Office, name: String) -> Crl {
    let list = office.perform(RevokedCertificates { name }, &caller()).await.unwrap();
    Crl::from_der(&BASE64.decode(list.der).unwrap()).unwrap()
}

#[tokio::test]
async fn new_keys_are_taken_up_at_once_and_what_the_old_ones_signed_is_still_believed() {
    let (office, mut ring, _folder) = ground().await;
    let old = code(&office).await;
    let before = issuer(&office).await.unwrap().chain.key_id();
    let (vault, dice) = (&office.keys.vault, office.entropy.as_ref());
    ring.rotate(true, vault, office.now(), dice).unwrap();
    renew(&office, &ring, "authority.rotate").await;

    assert_ne!(issuer(&office).await.unwrap().chain.key_id(), before);
    let new = code(&office).await;
    for statement in [&old, &new] {
        assert_ne!(says(&office, statement).await, "untrusted");
    }
    let known = office.perform(IssuerKeys {}, &caller()).await.unwrap();
    assert_eq!((known.keys.len(), known.revoked.len()), (2, 0));
    // The server has no key above the signing key.
    let stored = stored_authority(&office).await.unwrap();
    assert_eq!(stored, ring.sealed().for_server());
    assert!(!serde_json::to_string(&stored).unwrap().contains("issuing_key"));
    assert!(stored.earlier_issuing.iter().all(|one| one.key.is_none()));
}

#[tokio::test]
async fn a_key_that_others_have_is_no_longer_believed_and_the_list_at_its_address_says_so() {
    let (office, mut ring, _folder) = ground().await;
    let (old, name) = (code(&office).await, list_named_in(&ring.sealed().signing_certificate));
    let signer = ring.sealed().signer(&office.keys.vault).unwrap();
    let record = samples(
        Scheme::find("vocational-skill-level").unwrap(),
        1,
        &SeededEntropy::new(1),
        office.now(),
    );
    let pdf = issue(&record.unwrap()[0], &office.fonts, &signer, office.now())
        .unwrap()
        .pdf;
    let root = TrustRoot::from_pem(&ring.sealed().root_certificate).unwrap();
    let trust = |list: Crl| [root.clone().with_lists(vec![list])];
    verify(&pdf, &trust(published(&office, name.clone()).await)).unwrap();

    ring.revoke(&RevokedKey::Signing, Revocation::Compromised, office.now())
        .unwrap();
    renew(&office, &ring, "authority.revoke").await;
    let list = published(&office, name).await;
    assert_eq!(verify(&pdf, &trust(list)), Err(NotGenuine::Revoked));
    assert_eq!(says(&office, &old).await, "untrusted");
    let known = office.perform(IssuerKeys {}, &caller()).await.unwrap();
    assert_eq!((known.keys.len(), known.revoked.len()), (0, 1));
    let missing = RevokedCertificates {
        name: "0123456789abcdef".to_owned(),
    };
    assert!(matches!(
        office.perform(missing, &caller()).await,
        Err(Refusal::NotFound)
    ));
}

#[tokio::test]
async fn keys_under_another_root_are_not_taken() {
    let (office, _ring, _folder) = ground().await;
    let other = Authority::create("第七鉴定所", office.now(), &SeededEntropy::new(5)).unwrap();
    let other: SealedAuthority = other.seal(&office.keys.vault, office.entropy.as_ref()).unwrap();
    let refused = renew_authority(&office, &other, "authority.rotate").await;
    assert_eq!(codes(refused.unwrap_err()), ["authority-other-root"]);
}
