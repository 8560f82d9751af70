//! An authority at rest: certificates and lists in the open, keys sealed by the vault.

use std::fmt;

use der::DecodePem as _;
use p256::ecdsa::{SigningKey, VerifyingKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde::{Deserialize, Serialize};
use x509_cert::Certificate;

use super::authority::seat;
use super::crl::Crl;
use super::signer::{Chain, SoftSigner};
use super::{AuthorityError, codes};
use crate::kernel::Vault;

/// A signing key that another took the place of. What it signed stays verifiable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierKey {
    /// Its certificate as PEM.
    pub certificate: String,
    /// The certificate of the issuing authority that made it, as PEM.
    pub issuing_certificate: String,
}

/// An issuing authority that another took the place of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuingAtRest {
    /// Its certificate as PEM.
    pub certificate: String,
    /// Its sealed key, absent on a server: it still signs its list of revoked certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// An authority at rest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedAuthority {
    /// The root's certificate as PEM.
    pub root_certificate: String,
    /// The issuing authority's certificate as PEM.
    pub issuing_certificate: String,
    /// The signing key's certificate as PEM.
    pub signing_certificate: String,
    /// The root's sealed key, absent on a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_key: Option<String>,
    /// The issuing authority's sealed key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuing_key: Option<String>,
    /// The signing key, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<String>,
    /// The certificate of the key that signs slips of checks, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checking_certificate: Option<String>,
    /// That key, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checking_key: Option<String>,
    /// The signing keys before this one, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierKey>,
    /// The issuing authorities before this one, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_issuing: Vec<IssuingAtRest>,
    /// The lists of revoked certificates as PEM: one of each authority.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
}

impl SealedAuthority {
    /// What a server needs: without the keys of the authorities above the signing key.
    #[must_use]
    pub fn for_server(&self) -> Self {
        Self {
            root_key: None,
            issuing_key: None,
            earlier_issuing: self.earlier_issuing.iter().map(without_key).collect(),
            ..self.clone()
        }
    }

    /// The certificates alone.
    #[must_use]
    pub fn without_keys(&self) -> Self {
        Self {
            signing_key: None,
            checking_key: None,
            ..self.for_server()
        }
    }

    /// What is left when the signing key has gone to a signer of its own.
    #[must_use]
    pub fn without_signing_key(&self) -> Self {
        Self {
            signing_key: None,
            ..self.clone()
        }
    }

    /// The certificates over the signing key.
    pub fn chain(&self) -> Result<Chain, AuthorityError> {
        self.chain_over(&self.signing_certificate)
    }

    fn chain_over(&self, certificate: &str) -> Result<Chain, AuthorityError> {
        let chain = Chain::new(
            Certificate::from_pem(certificate)?,
            Certificate::from_pem(&self.issuing_certificate)?,
            Certificate::from_pem(&self.root_certificate)?,
        )?;
        Ok(chain.with_lists(&self.lists()?))
    }

    /// The lists of revoked certificates.
    pub fn lists(&self) -> Result<Vec<Crl>, AuthorityError> {
        let mut lists = Vec::with_capacity(self.lists.len());
        for one in &self.lists {
            lists.extend(Crl::all_from_pem(one)?);
        }
        Ok(lists)
    }

    /// All chains: of the key in use first, then of the earlier ones.
    pub fn chains(&self) -> Result<Vec<Chain>, AuthorityError> {
        let mut chains = vec![self.chain()?];
        for one in &self.earlier {
            let chain = Chain::new(
                Certificate::from_pem(&one.certificate)?,
                Certificate::from_pem(&one.issuing_certificate)?,
                Certificate::from_pem(&self.root_certificate)?,
            )?;
            chains.push(chain.with_lists(&self.lists()?));
        }
        Ok(chains)
    }

    /// The keys whose statements are believed, with their ids: of all chains but those that somebody else may have the key of.
    pub fn statement_keys(&self) -> Result<Vec<([u8; 4], VerifyingKey)>, AuthorityError> {
        let chains = self.chains()?;
        let sound = chains.iter().filter(|chain| !chain.is_compromised());
        Ok(sound.map(Chain::statement_key).collect())
    }

    /// Opens the signing key.
    pub fn signer(&self, vault: &Vault) -> Result<SoftSigner, AuthorityError> {
        let sealed = self.signing_key.as_deref().ok_or(AuthorityError::Absent("signing"))?;
        self.open(vault, "signing", sealed, &self.signing_certificate)
    }

    /// Opens the key that signs slips of checks.
    pub fn checker(&self, vault: &Vault) -> Result<SoftSigner, AuthorityError> {
        let parts = self.checking_key.as_deref().zip(self.checking_certificate.as_deref());
        let (sealed, certificate) = parts.ok_or(AuthorityError::Absent("checking"))?;
        self.open(vault, "checking", sealed, certificate)
    }

    fn open(
        &self,
        vault: &Vault,
        place: &'static str,
        sealed: &str,
        certificate: &str,
    ) -> Result<SoftSigner, AuthorityError> {
        let sealed = codes::from_base64(sealed).ok_or(AuthorityError::Sealed(place))?;
        let opened = vault
            .open(&seat(place), &sealed)
            .map_err(|_| AuthorityError::Sealed(place))?;
        let key = SigningKey::from_pkcs8_der(&opened).map_err(|_| AuthorityError::Sealed(place))?;
        let chain = self.chain_over(certificate)?;
        if *key.verifying_key() != chain.statement_key().1 {
            return Err(AuthorityError::Mismatch(place));
        }
        Ok(SoftSigner::new(key, chain))
    }
}

impl fmt::Debug for SealedAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedAuthority(..)")
    }
}

fn without_key(issuing: &IssuingAtRest) -> IssuingAtRest {
    IssuingAtRest {
        key: None,
        ..issuing.clone()
    }
}
