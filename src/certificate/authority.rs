//! The authority: a root that people trust, an issuing authority under it, the key that signs certificates, and another that
//! signs slips of checks and nothing else.
//!
//! Keys are ECDSA on P-256. The root's certificate is given away (`root.pem`), its key is kept off the server; all keys
//! rest sealed by the vault.

use std::fmt;
use std::time::Duration;

use der::asn1::{BitString, Ia5String};
use der::pem::LineEnding;
use der::{Decode, Encode, EncodePem};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use x509_cert::Certificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{ObjectIdentifier, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};

use super::crl::Crl;
use super::signer::{Chain, SoftSigner, TrustRoot, common_name};
use super::stamp::TIME_STAMPING;
use super::{SealedAuthority, codes};
use crate::kernel::{DAY, Digest, Entropy, Timestamp, Vault};

/// documentSigning of RFC 9336.
pub(super) const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// emailProtection: without it some readers do not accept the signature of a document.
pub(super) const EMAIL_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4");

/// Before that a new list is due: the keys that sign it are off the server.
pub(super) const LIST_LIFE: i64 = 90 * DAY;
const ROOT_LIFE: i64 = 20 * 365 * DAY;
pub(super) const ISSUING_LIFE: i64 = 10 * 365 * DAY;
pub(super) const SIGNING_LIFE: i64 = 3 * 365 * DAY;

/// Why an authority cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The name cannot stand in a certificate.
    #[error("'{0}' cannot be the name of an authority")]
    Name(String),
    /// A certificate cannot be built or read.
    #[error("a certificate of the authority is not well formed")]
    Certificate(#[source] der::Error),
    /// A sealed key does not open: another vault, another place, or altered.
    #[error("the {0} key does not open: another vault key, or altered")]
    Sealed(&'static str),
    /// The key of this part is not here.
    #[error("the {0} key is not kept here")]
    Absent(&'static str),
    /// A key does not belong to its certificate.
    #[error("the {0} key does not belong to its certificate")]
    Mismatch(&'static str),
    /// It is revoked already.
    #[error("this certificate is revoked already")]
    Revoked,
    /// No such certificate.
    #[error("no certificate of this authority has the serial number {0}")]
    Unknown(String),
}

impl From<der::Error> for AuthorityError {
    fn from(error: der::Error) -> Self {
        Self::Certificate(error)
    }
}

/// An authority with all its keys, as it exists while it is made or renewed.
pub struct Authority {
    root_key: SigningKey,
    issuing_key: SigningKey,
    signing_key: SigningKey,
    checking_key: SigningKey,
    chain: Chain,
    checking: Chain,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({})", common_name(&self.chain.root))
    }
}

impl Authority {
    /// Makes a root, an issuing authority and a signing key for this body. The same dice give the same authority.
    pub fn create(name: &str, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, AuthorityError> {
        Self::make(name, None, now, entropy, Kind::Signing)
    }

    /// The same, with the address of the site that publishes its lists of revoked certificates.
    pub fn create_at(
        name: &str,
        site: Option<&str>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, AuthorityError> {
        Self::make(name, site, now, entropy, Kind::Signing)
    }

    /// An authority whose third certificate is not one for signing documents: what a verifier must refuse.
    #[cfg(test)]
    pub(super) fn of_wrong_purpose(name: &str, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self::make(name, None, now, entropy, Kind::Issuing).unwrap()
    }

    fn make(
        name: &str,
        site: Option<&str>,
        now: Timestamp,
        entropy: &dyn Entropy,
        leaf: Kind,
    ) -> Result<Self, AuthorityError> {
        let subject = |role: &str| distinguished_name(name, role);
        let (root_name, issuing_name, signing_name) = (
            subject("Root")?,
            subject("Issuing Authority")?,
            subject("Certificate Signing")?,
        );
        let (root_key, issuing_key, signing_key) = (throw_key(entropy), throw_key(entropy), throw_key(entropy));
        let certify =
            |role, key: &SigningKey, by: &SigningKey, life| certify(role, key, by, (now, now + life), entropy);
        let (of_root, of_issuing) = (list_address(site, &root_key)?, list_address(site, &issuing_key)?);
        let role = |subject: &Name, issuer: &Name, kind| Role {
            subject: subject.clone(),
            issuer: issuer.clone(),
            lists: match kind {
                Kind::Root => None,
                Kind::Issuing if *issuer == root_name => of_root.clone(),
                Kind::Issuing | Kind::Signing | Kind::Checking | Kind::Clock => of_issuing.clone(),
            },
            kind,
        };
        let root = certify(
            role(&root_name, &root_name, Kind::Root),
            &root_key,
            &root_key,
            ROOT_LIFE,
        )?;
        let issuing = role(&issuing_name, &root_name, Kind::Issuing);
        let issuing = certify(issuing, &issuing_key, &root_key, ISSUING_LIFE)?;
        let signing = role(&signing_name, &issuing_name, leaf);
        let signing = certify(signing, &signing_key, &issuing_key, SIGNING_LIFE)?;
        let checking_key = throw_key(entropy);
        let checking = role(&subject("Checking Slips")?, &issuing_name, Kind::Checking);
        let checking = certify(checking, &checking_key, &issuing_key, SIGNING_LIFE)?;
        let list = |by, key| Crl::issue(by, key, Vec::new(), 1, (now, now + LIST_LIFE));
        let lists = vec![list(&issuing, &issuing_key)?, list(&root, &root_key)?];
        Ok(Self {
            root_key,
            issuing_key,
            signing_key,
            checking_key,
            checking: Chain::new(checking, issuing.clone(), root.clone())?.with_lists(&lists),
            chain: Chain::new(signing, issuing, root)?.with_lists(&lists),
        })
    }

    /// The root's certificate, to be given away.
    pub fn root_pem(&self) -> Result<String, AuthorityError> {
        Ok(self.chain.root.to_pem(LineEnding::LF)?)
    }

    /// The root as someone who trusts it holds it.
    pub fn trust_root(&self) -> TrustRoot {
        self.chain.trust_root()
    }

    /// The signer of this authority.
    pub fn signer(&self) -> SoftSigner {
        SoftSigner::new(self.signing_key.clone(), self.chain.clone())
    }

    /// What signs slips of checks. No certificate that it signs is one.
    pub fn checker(&self) -> SoftSigner {
        SoftSigner::new(self.checking_key.clone(), self.checking.clone())
    }

    /// Everything as it is stored: certificates in the open, keys sealed.
    pub fn seal(&self, vault: &Vault, entropy: &dyn Entropy) -> Result<SealedAuthority, AuthorityError> {
        let seal = |place, key: &SigningKey| -> Result<Option<String>, AuthorityError> {
            let key = key.to_pkcs8_der().map_err(|_| AuthorityError::Absent(place))?;
            Ok(Some(codes::base64(&vault.seal(&seat(place), key.as_bytes(), entropy))))
        };
        Ok(SealedAuthority {
            root_certificate: self.chain.root.to_pem(LineEnding::LF)?,
            issuing_certificate: self.chain.issuing.to_pem(LineEnding::LF)?,
            signing_certificate: self.chain.signing.to_pem(LineEnding::LF)?,
            root_key: seal("root", &self.root_key)?,
            issuing_key: seal("issuing", &self.issuing_key)?,
            signing_key: seal("signing", &self.signing_key)?,
            checking_certificate: Some(self.checking.signing.to_pem(LineEnding::LF)?),
            checking_key: seal("checking", &self.checking_key)?,
            earlier: Vec::new(),
            earlier_issuing: Vec::new(),
            lists: self.chain.lists().iter().map(Crl::to_pem).collect::<Result<_, _>>()?,
        })
    }
}

pub(super) fn seat(key: &str) -> String {
    format!("authority.{key}_key")
}

pub(super) fn throw_key(entropy: &dyn Entropy) -> SigningKey {
    loop {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        // All but one in four thousand million throws are keys.
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            return key;
        }
    }
}

pub(super) fn distinguished_name(organisation: &str, role: &str) -> Result<Name, AuthorityError> {
    let refused = || AuthorityError::Name(organisation.to_owned());
    let sound = |c: char| !c.is_control() && !",+\"\\<>;=#".contains(c);
    let chars = organisation.trim().chars().count();
    if !(1..=40).contains(&chars) || !organisation.chars().all(sound) {
        return Err(refused());
    }
    let organisation = organisation.trim();
    let text = format!("CN={organisation} {role},O={organisation},C=CN");
    text.parse().map_err(|_| refused())
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Root,
    Issuing,
    Signing,
    Checking,
    /// Signs time stamps, in samples.
    Clock,
}

pub(super) struct Role {
    pub(super) subject: Name,
    pub(super) issuer: Name,
    pub(super) kind: Kind,
    /// Where its maker publishes what it revoked.
    pub(super) lists: Option<String>,
}

/// Where an authority with this key publishes its list: named after its key, so that an address never means another list.
pub(super) fn list_address(site: Option<&str>, key: &SigningKey) -> Result<Option<String>, AuthorityError> {
    let spki = SubjectPublicKeyInfoOwned::from_key(key.verifying_key()).map_err(built)?;
    Ok(site.map(|site| format!("{site}/crl/{}.crl", key_name(&spki.to_der().unwrap_or_default()))))
}

/// The first eight bytes of the digest of a public key, in hexadecimal.
pub(super) fn key_name(spki: &[u8]) -> String {
    Digest::of(spki).to_string().chars().take(16).collect()
}

impl BuilderProfile for Role {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        own: SubjectPublicKeyInfoRef<'_>,
        issuers: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let subject = tbs.subject();
        let ca = matches!(self.kind, Kind::Root | Kind::Issuing);
        let usage = if ca {
            KeyUsages::KeyCertSign | KeyUsages::CRLSign
        } else {
            KeyUsages::DigitalSignature | KeyUsages::NonRepudiation
        };
        let path_len_constraint = match self.kind {
            Kind::Root => Some(1),
            Kind::Issuing => Some(0),
            Kind::Signing | Kind::Checking | Kind::Clock => None,
        };
        let constraints = BasicConstraints {
            ca,
            path_len_constraint,
        };
        let mut extensions = vec![
            (&SubjectKeyIdentifier::try_from(own)?).to_extension(subject, &[])?,
            (&AuthorityKeyIdentifier::try_from(issuers)?).to_extension(subject, &[])?,
            (&constraints).to_extension(subject, &[])?,
            (&KeyUsage(usage)).to_extension(subject, &[])?,
        ];
        if !ca {
            let purposes = match self.kind {
                Kind::Clock => vec![TIME_STAMPING],
                Kind::Signing => vec![DOCUMENT_SIGNING, EMAIL_PROTECTION],
                _ => vec![EMAIL_PROTECTION],
            };
            let mut purposes = (&ExtendedKeyUsage(purposes)).to_extension(subject, &extensions)?;
            purposes.critical = matches!(self.kind, Kind::Clock);
            extensions.push(purposes);
        }
        if let Some(address) = &self.lists {
            let name = GeneralName::UniformResourceIdentifier(Ia5String::new(address)?);
            let point = DistributionPoint {
                distribution_point: Some(DistributionPointName::FullName(vec![name])),
                reasons: None,
                crl_issuer: None,
            };
            extensions.push((&CrlDistributionPoints(vec![point])).to_extension(subject, &extensions)?);
        }
        Ok(extensions)
    }
}

pub(super) fn certify(
    role: Role,
    key: &SigningKey,
    by: &SigningKey,
    (from, until): (Timestamp, Timestamp),
    entropy: &dyn Entropy,
) -> Result<Certificate, AuthorityError> {
    let mut serial = [0; 16];
    entropy.fill(&mut serial);
    // Positive and never shorter: the first bits are 01.
    serial[0] = serial[0] & 0x3F | 0x40;
    let spki = SubjectPublicKeyInfoOwned::from_key(key.verifying_key()).map_err(built)?;
    let validity = Validity::new(time(from)?, time(until)?);
    let mut builder = CertificateBuilder::new(role, SerialNumber::new(&serial)?, validity, spki).map_err(built)?;
    let to_sign = builder.finalize(by).map_err(built)?;
    let signature: Signature = by.sign(&to_sign);
    // The other of the two equal signatures would be a second spelling of the same certificate.
    let signature = BitString::from_bytes(signature.normalize_s().to_der().as_bytes())?;
    let certificate = builder.assemble(signature, by).map_err(built)?;
    // Read back, so that what is kept is what others will read.
    Ok(Certificate::from_der(&certificate.to_der()?)?)
}

fn built(_: impl fmt::Debug) -> AuthorityError {
    AuthorityError::Certificate(der::ErrorKind::Failed.into())
}

pub(super) fn time(instant: Timestamp) -> Result<Time, AuthorityError> {
    let seconds = u64::try_from(instant.millis().div_euclid(1000)).unwrap_or(0);
    Ok(Time::from(der::DateTime::from_unix_duration(Duration::from_secs(
        seconds,
    ))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Signer;
    use crate::kernel::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_795_400_000_000);

    #[test]
    fn the_same_dice_make_the_same_authority() {
        let make = |seed| Authority::create("某省职业技能鉴定中心", NOW, &SeededEntropy::new(seed)).unwrap();
        assert_eq!(make(1).root_pem().unwrap(), make(1).root_pem().unwrap());
        assert_ne!(make(1).root_pem().unwrap(), make(2).root_pem().unwrap());
        assert!(make(1).signer().chain().valid_at(NOW));
        assert!(!make(1).signer().chain().valid_at(NOW + (-1000)));
    }

    #[test]
    fn keys_at_rest_open_only_with_their_vault() {
        let entropy = SeededEntropy::new(3);
        let authority = Authority::create("Centre", NOW, &entropy).unwrap();
        let sealed = authority.seal(&Vault::new([1; 32]), &entropy).unwrap().for_server();
        assert!(sealed.root_key.is_none());
        let signer = sealed.signer(&Vault::new([1; 32])).unwrap();
        assert_eq!(
            signer.sign(&[7; 32]).unwrap(),
            authority.signer().sign(&[7; 32]).unwrap()
        );
        assert!(matches!(
            sealed.signer(&Vault::new([2; 32])),
            Err(AuthorityError::Sealed("signing"))
        ));
    }

    #[test]
    fn a_name_that_would_break_the_certificate_is_refused() {
        let entropy = SeededEntropy::new(3);
        for name in ["", "a,O=b", "a\nb", &"长".repeat(41)] {
            assert!(
                matches!(Authority::create(name, NOW, &entropy), Err(AuthorityError::Name(_))),
                "{name}"
            );
        }
    }
}
