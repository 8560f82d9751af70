//! What machines read: the status list, and a certificate as an Open Badge.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::press;
use super::signing::{self, Order};
use crate::kernel::CertificateId;
use crate::office::{Act, Caller, Download, Office, Policy, Refusal, policy};
use crate::store::certificate as rows;

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
        let issuer = press::issuer(office).await?;
        let order = Order::StatusList { list: self.list };
        Ok(SignedList {
            jws: signing::text(office, &issuer, order).await?,
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
        drop(connection);
        let badge = signing::text(office, &issuer, Order::Badge { id: row.id }).await?;
        Ok(Download::new(
            format!("{}.jwt", row.number),
            "application/vc+jwt",
            badge.as_bytes(),
        ))
    }
}
