//! What machines read: the status list, and a certificate as an Open Badge.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::press;
use crate::certificate::{StatusPlace, open_badge, status_list};
use crate::kernel::CertificateId;
use crate::office::{Act, Caller, Download, Office, Policy, Refusal, policy};
use crate::store::certificate::{self as rows, change};

/// Gives the signed status list of all certificates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StatusList {
    /// 1: voided for ever; 2: suspended.
    pub list: u8,
}

/// A signed list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignedList {
    /// The list as JWS.
    pub jws: String,
}

impl Act for StatusList {
    type Outcome = SignedList;
    const POLICY: Policy = policy::STATUS_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<SignedList, Refusal> {
        let purpose = match self.list {
            1 => "revocation",
            2 => "suspension",
            _ => return Err(Refusal::NotFound),
        };
        let issuer = press::issuer(office).await?;
        let mut connection = office.store.read().await?;
        let set = change::set_bits(&mut connection).await?;
        let wanted = |voided: i64| (voided > 0) == (self.list == 1);
        let places = set.into_iter().filter(|(_, voided)| wanted(*voided));
        let places: Vec<u64> = places.filter_map(|(slot, _)| u64::try_from(slot).ok()).collect();
        let address = format!("{}/status/{}", office.base_url, self.list);
        let jws = status_list(&address, purpose, &places, &issuer.signer, office.now());
        Ok(SignedList {
            jws: jws.map_err(|error| Refusal::Fault(error.to_string()))?,
        })
    }
}

/// Gives a certificate as an Open Badges 3.0 credential.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CertificateBadge {
    /// The certificate.
    pub certificate: CertificateId,
}

impl Act for CertificateBadge {
    type Outcome = Download;
    const POLICY: Policy = policy::CERTIFICATE_BADGE;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Download, Refusal> {
        let issuer = press::issuer(office).await?;
        let mut connection = office.store.read().await?;
        let row = rows::by_id(&mut connection, self.certificate)
            .await?
            .ok_or(Refusal::NotFound)?;
        let record = super::open_record(office, &mut connection, row.id).await?;
        let status = StatusPlace {
            list: format!("{}/status/1", office.base_url),
            index: u64::try_from(row.slot).unwrap_or(0),
        };
        let badge = open_badge(&record, &office.base_url, &status, &issuer.signer);
        let badge = badge.map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok(Download::new(
            format!("{}.jwt", row.number),
            "application/vc+jwt",
            badge.as_bytes(),
        ))
    }
}
