//! The keys above the signing key, opened off the server: they make new keys, and lists of revoked ones.

use std::fmt;

use der::pem::LineEnding;
use der::{DecodePem as _, EncodePem as _};
use p256::ecdsa::SigningKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use x509_cert::Certificate;

use super::authority::{
    ISSUING_LIFE, Kind, LIST_LIFE, Role, SIGNING_LIFE, certify, distinguished_name, list_address, seat, throw_key,
};
use super::crl::{self, Crl, Revocation};
use super::sealed::{EarlierKey, IssuingAtRest};
use super::signer::common_name;
use super::{AuthorityError, SealedAuthority, codes};
use crate::kernel::{Entropy, Timestamp, Vault};

/// An authority with the keys of its root and its issuing authorities.
pub struct Keyring {
    sealed: SealedAuthority,
    root: Held,
    /// The last is in use.
    issuing: Vec<Held>,
    /// Where lists of revoked certificates are published.
    site: Option<String>,
}

struct Held {
    certificate: Certificate,
    key: SigningKey,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({})", common_name(&self.root.certificate))
    }
}

/// What is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokedKey {
    /// The signing key in use.
    Signing,
    /// The key in use for slips.
    Checking,
    /// The issuing authority in use, and with it every key under it.
    Issuing,
    /// The certificate with this serial number, in hexadecimal.
    Serial(String),
}

impl Keyring {
    /// Opens the keys that `authority init` wrote.
    pub fn open(sealed: &SealedAuthority, vault: &Vault, site: Option<&str>) -> Result<Self, AuthorityError> {
        let held = |place: &'static str, certificate: &str, key: Option<&str>| {
            let key = key.ok_or(AuthorityError::Absent(place))?;
            let key = codes::from_base64(key).ok_or(AuthorityError::Sealed(place))?;
            let key = vault.open(&seat(place), &key);
            let key = key.map_err(|_| AuthorityError::Sealed(place))?;
            let key = SigningKey::from_pkcs8_der(&key).map_err(|_| AuthorityError::Sealed(place))?;
            let certificate = Certificate::from_pem(certificate)?;
            Ok::<_, AuthorityError>(Held { certificate, key })
        };
        let earlier = sealed.earlier_issuing.iter();
        let mut issuing = earlier
            .map(|one| held("issuing", &one.certificate, one.key.as_deref()))
            .collect::<Result<Vec<_>, _>>()?;
        issuing.push(held(
            "issuing",
            &sealed.issuing_certificate,
            sealed.issuing_key.as_deref(),
        )?);
        Ok(Self {
            root: held("root", &sealed.root_certificate, sealed.root_key.as_deref())?,
            issuing,
            sealed: sealed.clone(),
            site: site.map(ToOwned::to_owned),
        })
    }

    /// Everything as it is stored off the server.
    pub fn sealed(&self) -> &SealedAuthority {
        &self.sealed
    }

    fn in_use(&self) -> Result<&Held, AuthorityError> {
        self.issuing.last().ok_or(AuthorityError::Absent("issuing"))
    }

    /// Makes new keys for signing certificates and slips, and a new issuing authority too if that is wanted. What the earlier
    /// keys signed stays verifiable; they themselves are gone.
    pub fn rotate(
        &mut self,
        issuing: bool,
        vault: &Vault,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<(), AuthorityError> {
        let name = common_name(&self.root.certificate);
        let name = name.trim_end_matches(" Root").to_owned();
        let earlier = EarlierKey {
            certificate: self.sealed.signing_certificate.clone(),
            issuing_certificate: self.sealed.issuing_certificate.clone(),
        };
        self.sealed.earlier.push(earlier);
        if issuing {
            self.replace_issuing(&name, vault, now, entropy)?;
        }
        let signing = self.leaf(&name, "Certificate Signing", Kind::Signing, now, entropy)?;
        let checking = self.leaf(&name, "Checking Slips", Kind::Checking, now, entropy)?;
        let seal = |place, key| sealed_key(place, key, vault, entropy);
        self.sealed.signing_key = Some(seal("signing", &signing.key)?);
        self.sealed.checking_key = Some(seal("checking", &checking.key)?);
        self.sealed.signing_certificate = signing.certificate.to_pem(LineEnding::LF)?;
        self.sealed.checking_certificate = Some(checking.certificate.to_pem(LineEnding::LF)?);
        self.renew_lists(now)
    }

    fn leaf(
        &self,
        name: &str,
        role: &str,
        kind: Kind,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Held, AuthorityError> {
        let by = self.in_use()?;
        let role = Role {
            subject: distinguished_name(name, role)?,
            issuer: by.certificate.tbs_certificate().subject().clone(),
            lists: list_address(self.site.as_deref(), &by.key)?,
            kind,
        };
        let key = throw_key(entropy);
        let certificate = certify(role, &key, &by.key, (now, now + SIGNING_LIFE), entropy)?;
        Ok(Held { certificate, key })
    }

    fn replace_issuing(
        &mut self,
        name: &str,
        vault: &Vault,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<(), AuthorityError> {
        let earlier = IssuingAtRest {
            certificate: self.sealed.issuing_certificate.clone(),
            key: self.sealed.issuing_key.clone(),
        };
        self.sealed.earlier_issuing.push(earlier);
        let role = Role {
            subject: distinguished_name(name, &format!("Issuing Authority {}", self.issuing.len() + 1))?,
            issuer: self.root.certificate.tbs_certificate().subject().clone(),
            lists: list_address(self.site.as_deref(), &self.root.key)?,
            kind: Kind::Issuing,
        };
        let key = throw_key(entropy);
        let certificate = certify(role, &key, &self.root.key, (now, now + ISSUING_LIFE), entropy)?;
        self.sealed.issuing_key = Some(sealed_key("issuing", &key, vault, entropy)?);
        self.sealed.issuing_certificate = certificate.to_pem(LineEnding::LF)?;
        self.issuing.push(Held { certificate, key });
        Ok(())
    }

    /// Revokes a certificate from this instant on, and makes the lists anew.
    pub fn revoke(&mut self, what: &RevokedKey, why: Revocation, now: Timestamp) -> Result<(), AuthorityError> {
        let certificate = self.named(what)?;
        let by = self.maker(&certificate)?;
        let last = self.last_list(&by.certificate)?;
        let told = last.as_ref().and_then(|list| list.tells(&certificate));
        if told.is_some() {
            return Err(AuthorityError::Revoked);
        }
        let mut entries = last.as_ref().map_or_else(Vec::new, |list| list.entries().to_vec());
        entries.push(crl::entry(&certificate, why, now)?);
        let number = last.as_ref().map_or(1, |list| list.number() + 1);
        let made = Crl::issue(&by.certificate, &by.key, entries, number, (now, now + LIST_LIFE))?;
        let own = by.certificate.clone();
        self.keep(&own, &made)?;
        self.renew_lists(now)
    }

    fn named(&self, what: &RevokedKey) -> Result<Certificate, AuthorityError> {
        let pem = match what {
            RevokedKey::Signing => &self.sealed.signing_certificate,
            RevokedKey::Issuing => &self.sealed.issuing_certificate,
            RevokedKey::Checking => {
                let own = self.sealed.checking_certificate.as_ref();
                own.ok_or(AuthorityError::Absent("checking"))?
            }
            RevokedKey::Serial(serial) => return self.of_serial(serial),
        };
        Ok(Certificate::from_pem(pem)?)
    }

    fn of_serial(&self, serial: &str) -> Result<Certificate, AuthorityError> {
        let sealed = &self.sealed;
        let mut known = vec![sealed.signing_certificate.as_str(), sealed.issuing_certificate.as_str()];
        known.extend(sealed.checking_certificate.as_deref());
        known.extend(sealed.earlier.iter().map(|one| one.certificate.as_str()));
        known.extend(sealed.earlier_issuing.iter().map(|one| one.certificate.as_str()));
        for pem in known {
            let certificate = Certificate::from_pem(pem)?;
            let own = certificate.tbs_certificate().serial_number().as_bytes();
            if codes::hex(own).eq_ignore_ascii_case(&serial.replace(':', "")) {
                return Ok(certificate);
            }
        }
        Err(AuthorityError::Unknown(serial.to_owned()))
    }

    /// The authority that made a certificate.
    fn maker(&self, certificate: &Certificate) -> Result<&Held, AuthorityError> {
        let issuer = certificate.tbs_certificate().issuer();
        let all = self.issuing.iter().chain([&self.root]);
        let own = |held: &&Held| held.certificate.tbs_certificate().subject() == issuer;
        all.into_iter().find(own).ok_or(AuthorityError::Absent("issuing"))
    }

    fn last_list(&self, authority: &Certificate) -> Result<Option<Crl>, AuthorityError> {
        let lists = self.sealed.lists()?;
        Ok(lists.into_iter().find(|list| list.is_of(authority)))
    }

    /// Keeps a list in the place of the one before.
    fn keep(&mut self, authority: &Certificate, list: &Crl) -> Result<(), AuthorityError> {
        let mut kept = Vec::new();
        for one in self.sealed.lists()?.iter().filter(|one| !one.is_of(authority)) {
            kept.push(one.to_pem()?);
        }
        kept.push(list.to_pem()?);
        self.sealed.lists = kept;
        Ok(())
    }

    /// Makes all lists anew, with what they say already.
    pub fn renew_lists(&mut self, now: Timestamp) -> Result<(), AuthorityError> {
        let mut made = Vec::new();
        for held in self.issuing.iter().chain([&self.root]) {
            let last = self.last_list(&held.certificate)?;
            let entries = last.as_ref().map_or_else(Vec::new, |list| list.entries().to_vec());
            let number = last.map_or(1, |list| list.number() + 1);
            let renewed = Crl::issue(&held.certificate, &held.key, entries, number, (now, now + LIST_LIFE))?;
            made.push(renewed.to_pem()?);
        }
        self.sealed.lists = made;
        Ok(())
    }
}

fn sealed_key(
    place: &'static str,
    key: &SigningKey,
    vault: &Vault,
    entropy: &dyn Entropy,
) -> Result<String, AuthorityError> {
    let key = key.to_pkcs8_der().map_err(|_| AuthorityError::Absent(place))?;
    Ok(codes::base64(&vault.seal(&seat(place), key.as_bytes(), entropy)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::sample::tests::{NOW, one};
    use crate::certificate::{Authority, NotGenuine, Signer as _, SoftSigner, TrustRoot, issue, verify};
    use crate::document::tests::FONTS;
    use crate::kernel::{DAY, SeededEntropy};

    const NAME: &str = "某省职业技能鉴定指导中心";

    struct Ground {
        vault: Vault,
        dice: SeededEntropy,
        ring: Keyring,
    }

    fn ground() -> Ground {
        let (vault, dice) = (Vault::new([1; 32]), SeededEntropy::new(5));
        let authority = Authority::create_at(NAME, Some("https://exam.example"), NOW, &dice).unwrap();
        let sealed = authority.seal(&vault, &dice).unwrap();
        let ring = Keyring::open(&sealed, &vault, Some("https://exam.example")).unwrap();
        Ground { vault, dice, ring }
    }

    impl Ground {
        fn signer(&self) -> SoftSigner {
            self.ring.sealed().signer(&self.vault).unwrap()
        }

        fn pdf(&self, at: Timestamp) -> Vec<u8> {
            issue(&one(), &FONTS, &self.signer(), at).unwrap().pdf
        }

        /// The root with the lists as they are now.
        fn trust(&self) -> [TrustRoot; 1] {
            let root = TrustRoot::from_pem(&self.ring.sealed().root_certificate).unwrap();
            [root.with_lists(self.ring.sealed().lists().unwrap())]
        }
    }

    #[test]
    fn after_a_rotation_old_certificates_stay_verifiable_under_the_same_root() {
        let mut ground = ground();
        let first = ground.pdf(NOW);
        let before = ground.signer().chain().key_id();
        for issuing in [false, true] {
            ground
                .ring
                .rotate(issuing, &ground.vault, NOW + DAY, &ground.dice)
                .unwrap();
        }
        assert_ne!(ground.signer().chain().key_id(), before);
        let second = ground.pdf(NOW + DAY);
        for pdf in [&first, &second] {
            verify(pdf, &ground.trust()).unwrap();
        }
        let keys = ground.ring.sealed().statement_keys().unwrap();
        assert_eq!(keys.len(), 3);
        assert!(keys.iter().any(|(id, _)| *id == before));
        // What was rotated opens again, with the keys of both issuing authorities.
        let again = Keyring::open(ground.ring.sealed(), &ground.vault, None).unwrap();
        assert_eq!((again.issuing.len(), again.sealed().lists.len()), (2, 3));
    }

    #[test]
    fn an_authority_from_before_there_were_slips_gets_a_key_for_them() {
        let mut ground = ground();
        ground.ring.sealed.checking_key = None;
        ground.ring.sealed.checking_certificate = None;
        ground.ring.sealed.lists.clear();
        let text = serde_json::to_string(ground.ring.sealed()).unwrap();
        let mut old = Keyring::open(&serde_json::from_str(&text).unwrap(), &ground.vault, None).unwrap();
        old.rotate(false, &ground.vault, NOW, &ground.dice).unwrap();
        old.sealed().checker(&ground.vault).unwrap();
    }

    #[test]
    fn what_a_superseded_key_signs_after_its_revocation_is_refused_and_what_it_signed_before_is_not() {
        let mut ground = ground();
        let (before, after) = (ground.pdf(NOW), ground.pdf(NOW + DAY));
        ground
            .ring
            .revoke(&RevokedKey::Signing, Revocation::Superseded, NOW + DAY)
            .unwrap();
        verify(&before, &ground.trust()).unwrap();
        assert_eq!(verify(&after, &ground.trust()), Err(NotGenuine::Revoked));
        let again = ground
            .ring
            .revoke(&RevokedKey::Signing, Revocation::Superseded, NOW + DAY);
        assert!(matches!(again, Err(AuthorityError::Revoked)));
        // Whoever trusts the root alone does not know it.
        let root = TrustRoot::from_pem(&ground.ring.sealed().root_certificate).unwrap();
        verify(&after, &[root]).unwrap();
        // And nothing new is signed.
        let refused = issue(&one(), &FONTS, &ground.signer(), NOW + DAY);
        assert!(refused.is_err());
    }

    #[test]
    fn a_date_before_the_revocation_does_not_help_a_key_that_others_have() {
        let mut ground = ground();
        let backdated = ground.pdf(NOW);
        ground
            .ring
            .revoke(&RevokedKey::Signing, Revocation::Compromised, NOW + DAY)
            .unwrap();
        assert_eq!(verify(&backdated, &ground.trust()), Err(NotGenuine::Revoked));
        ground
            .ring
            .rotate(false, &ground.vault, NOW + DAY, &ground.dice)
            .unwrap();
        verify(&ground.pdf(NOW + DAY), &ground.trust()).unwrap();
        assert!(
            ground.ring.sealed().statement_keys().unwrap().len() == 1,
            "its codes are refused too"
        );
    }

    #[test]
    fn a_revoked_issuing_authority_takes_its_keys_with_it() {
        let mut ground = ground();
        let pdf = ground.pdf(NOW);
        ground
            .ring
            .revoke(&RevokedKey::Issuing, Revocation::Compromised, NOW + DAY)
            .unwrap();
        assert_eq!(verify(&pdf, &ground.trust()), Err(NotGenuine::Revoked));
        ground
            .ring
            .rotate(true, &ground.vault, NOW + DAY, &ground.dice)
            .unwrap();
        verify(&ground.pdf(NOW + DAY), &ground.trust()).unwrap();
    }

    #[test]
    fn a_list_of_somebody_else_revokes_nothing() {
        let ground = ground();
        let mut other = Keyring::open(ground.ring.sealed(), &ground.vault, None).unwrap();
        let stranger = Authority::create(NAME, NOW, &SeededEntropy::new(77)).unwrap();
        let stranger = stranger.seal(&ground.vault, &ground.dice).unwrap();
        let stranger = Keyring::open(&stranger, &ground.vault, None).unwrap();
        other.issuing[0].key = stranger.issuing[0].key.clone();
        other
            .revoke(&RevokedKey::Signing, Revocation::Compromised, NOW)
            .unwrap();
        let root = TrustRoot::from_pem(&ground.ring.sealed().root_certificate).unwrap();
        let pdf = ground.pdf(NOW);
        verify(&pdf, &[root.with_lists(other.sealed().lists().unwrap())]).unwrap();
        let unknown = RevokedKey::Serial("00ff".to_owned());
        let refused = Keyring::open(ground.ring.sealed(), &ground.vault, None)
            .unwrap()
            .revoke(&unknown, Revocation::Ended, NOW);
        assert!(matches!(refused, Err(AuthorityError::Unknown(_))));
    }
}
