//! Life after issue: voided, suspended, reinstated, corrected, issued again after loss, renewed. One person asks, another
//! decides; both are in the ledger.
//!
//! What prints a new sheet keeps the number and gets a new print serial. The new record is fixed when somebody asks, so that
//! the second person decides on exactly what will be printed, and a stop in between changes nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::issue::evidence;
use super::signing::{self, Order};
use super::{press, record};
use crate::certificate::{CertificateRecord, ENTERED, Edition, IssueDate, Salt, Standing, lint};
use crate::identity::Duty;
use crate::kernel::{BatchId, CertificateId, Digest, RequestId, Timestamp};
use crate::office::result::Done;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, ledger, policy};
use crate::store::Connection;
use crate::store::certificate::change::{self, RequestRow};
use crate::store::certificate::{self as rows, CertificateRow, NewPrint};
use crate::store::ledger as ledger_rows;

pub use crate::certificate::Change;

/// Asks for a change to a certificate; another person decides.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AskChange {
    /// The certificate.
    pub certificate: CertificateId,
    /// What.
    pub change: Change,
    /// Why.
    pub reason: String,
    /// The right name, for a correction.
    #[serde(default)]
    pub name: String,
    /// The right id number, for a correction.
    #[serde(default)]
    pub citizen_id: String,
    /// The new last day of validity, for a renewal.
    #[serde(default)]
    pub until: String,
}

/// A request that waits for its decision.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Asked {
    /// The request.
    pub request: RequestId,
}

pub(in crate::office) fn standing(row: &CertificateRow) -> Standing {
    match (row.revoked_at, row.suspended()) {
        (Some(_), _) => Standing::Void,
        (None, Some(_)) => Standing::Suspended,
        (None, None) => Standing::Valid,
    }
}

pub(in crate::office) fn request_place(id: RequestId) -> String {
    format!("certificate.request/{id}")
}

impl Act for AskChange {
    type Outcome = Asked;
    const POLICY: Policy = policy::CERTIFICATE_ASK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Asked, Refusal> {
        let by = caller.account()?;
        if self.reason.trim().is_empty() {
            return Err(Broken::new("change-reason-missing").at("reason").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = rows::by_id(op.connection(), self.certificate)
            .await?
            .ok_or(Refusal::NotFound)?;
        allowed(op.connection(), &row, self.change).await?;
        let id = RequestId::new(now, office.entropy.as_ref());
        let detail = match self.change {
            Change::Void | Change::Suspend | Change::Reinstate => Vec::new(),
            Change::Correct | Change::Reissue | Change::Renew => {
                let record = self.record(office, &mut op, &row).await?;
                super::seal(office, &request_place(id), &record)?
            }
        };
        let facts = json!({
            "certificate": row.id, "number": row.number, "change": self.change, "detail_sha256": Digest::of(&detail),
        });
        let request = RequestRow {
            id,
            certificate_id: row.id,
            change: self.change.name().to_owned(),
            reason: self.reason.trim().to_owned(),
            detail,
            asked_by: by,
            asked_at: now,
        };
        change::insert(op.connection(), &request).await?;
        let event = Event::of(id)
            .in_batch(row.batch_id)
            .because(&request.reason)
            .with(facts);
        op.commit(event).await?;
        Ok(Asked { request: id })
    }
}

async fn allowed(connection: &mut Connection, row: &CertificateRow, change: Change) -> Result<(), Refusal> {
    if !standing(row).allows(change) {
        return Err(Broken::new("change-not-now").with("change", change.name()).into());
    }
    if change::is_asked(connection, row.id).await? {
        return Err(Broken::new("change-already-asked").into());
    }
    Ok(())
}

impl AskChange {
    /// The record that will be printed.
    async fn record(
        &self,
        office: &Office,
        op: &mut Op<'_>,
        row: &CertificateRow,
    ) -> Result<CertificateRecord, Refusal> {
        let now = op.now;
        let mut record = super::open_record(office, op.connection(), row.id).await?;
        record.print_serial = Some(super::print_serial(op.connection(), now).await?);
        record.salt = Salt::throw(office.entropy.as_ref());
        match self.change {
            Change::Correct => {
                if self.name.trim().is_empty() && self.citizen_id.trim().is_empty() {
                    return Err(Broken::new("change-nothing").at("name").into());
                }
                if !self.name.trim().is_empty() {
                    record.name = self.name.parse().map_err(|_| Broken::new("change-name").at("name"))?;
                }
                if !self.citizen_id.trim().is_empty() {
                    let parsed = self.citizen_id.parse();
                    record.citizen_id = parsed.map_err(|_| Broken::new("change-citizen-id").at("citizen_id"))?;
                }
                record.edition = Some(Edition::Corrected);
            }
            Change::Renew => {
                let until: IssueDate = self
                    .until
                    .trim()
                    .parse()
                    .map_err(|_| Broken::new("change-until").at("until"))?;
                if until <= IssueDate::of(now) {
                    return Err(Broken::new("change-until").at("until").into());
                }
                record.valid_until = Some(until);
                record.edition = Some(Edition::Renewed);
            }
            Change::Reissue | Change::Void | Change::Suspend | Change::Reinstate => {
                record.edition = Some(Edition::Reissued);
            }
        }
        let issuer = press::issuer(office).await?;
        let findings = lint(&record, &office.fonts, &issuer.chain, now);
        if findings.is_empty() {
            Ok(record)
        } else {
            Err(Refusal::Invalid(record::problems(record.name.as_str(), &findings)))
        }
    }
}

/// Grants or declines a change that another person asked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DecideChange {
    /// The request.
    pub request: RequestId,
    /// What is decided.
    pub decision: Decision,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The change is made.
    Grant,
    /// It is not.
    Decline,
}

impl Act for DecideChange {
    type Outcome = Done;
    const POLICY: Policy = policy::CERTIFICATE_DECIDE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let by = caller.account()?;
        let granted = self.decision == Decision::Grant;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let request = change::undecided(op.connection(), self.request).await?;
        let request = request.ok_or_else(|| Broken::new("change-decided"))?;
        if request.asked_by == by {
            return Err(Broken::new("change-same-person").into());
        }
        let row = rows::by_id(op.connection(), request.certificate_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        op.take_duty(row.batch_id, Duty::CertificateApprover).await?;
        change::decide(op.connection(), request.id, granted, by, now).await?;
        let facts =
            json!({ "certificate": row.id, "number": row.number, "change": request.change, "granted": granted });
        let event = Event::of(request.id)
            .in_batch(row.batch_id)
            .because(&request.reason)
            .with(facts);
        let at = op.commit(event).await?;
        if granted && !request.detail.is_empty() {
            // If this stops, the jobs go on.
            print(office, &request).await?;
        }
        // Revoked on the page at once, and in the ledger with this very answer.
        ledger::publish(office).await?;
        Ok(Done { at })
    }
}

/// Prints sheets that were granted and not printed, because something stopped in between.
pub async fn continue_prints(office: &Office) -> Result<(), Refusal> {
    let mut connection = office.store.read().await?;
    let open = change::unprinted(&mut connection).await?;
    drop(connection);
    for request in open {
        print(office, &request).await?;
    }
    Ok(())
}

/// The same order of writes as for a first sheet: entered, signed with the proof inside, saved, published.
async fn print(office: &Office, request: &RequestRow) -> Result<(), Refusal> {
    let _turn = office.press.turn().await;
    let caller = Caller::system("certificate.print");
    let id = request.id.to_string();
    let record = super::unseal(office, &request_place(request.id), &request.detail)?;
    let mut op = Op::begin_named(office, &caller, ENTERED).await?;
    let row = rows::by_id(op.connection(), request.certificate_id)
        .await?
        .ok_or(Refusal::NotFound)?;
    if rows::prints(op.connection(), row.id)
        .await?
        .iter()
        .any(|print| print.id == id)
    {
        return Ok(());
    }
    if ledger_rows::place_of(op.connection(), ENTERED, &id).await?.is_none() {
        let event = Event::of(&id)
            .in_batch(row.batch_id)
            .about(record.claims_digest())
            .with(json!({ "number": row.number }));
        op.commit(event).await?;
    } else {
        drop(op);
    }
    let ledger = evidence(office, &id).await?;
    let issuer = press::issuer(office).await?;
    let order = Order::LaterSheet { id: request.id, ledger };
    let sheet = signing::sheets(office, &issuer, &[order]).await?.pop();
    let sheet = sheet.ok_or_else(|| Refusal::Fault(format!("{id}: no sheet")))?;
    let sheet = sheet.map_err(|failure| failure.told(record.name.as_str()))?;
    let sealed_record = super::seal(office, &super::print_record_place(&id), &record)?;
    let sealed_pdf = office
        .keys
        .vault
        .seal(&super::print_pdf_place(&id), &sheet.pdf, office.entropy.as_ref());
    let mut op = Op::begin_named(office, &caller, "certificate.print").await?;
    let new = NewPrint {
        id: &id,
        certificate_id: row.id,
        request_id: request.id,
        print_serial: record.print_serial.as_deref().unwrap_or_default(),
        record: &sealed_record,
        pdf: &sealed_pdf,
        pdf_digest: sheet.digest,
        printed_at: op.now,
    };
    rows::insert_print(op.connection(), &new).await?;
    let facts = json!({ "certificate": row.id, "number": row.number, "print_serial": record.print_serial });
    op.commit(Event::of(&id).in_batch(row.batch_id).about(sheet.digest).with(facts))
        .await?;
    Ok(())
}

/// Lists the changes that were asked for on a batch's certificates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListChanges {
    /// The batch.
    pub batch: BatchId,
}

/// The changes, the last first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangeList {
    /// The changes.
    pub changes: Vec<ChangeView>,
}

/// A change that was asked for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangeView {
    /// The request.
    pub request: RequestId,
    /// The certificate.
    pub certificate: CertificateId,
    /// Its number.
    pub number: String,
    /// The holder's name.
    pub name: String,
    /// What.
    pub change: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Whether the caller may decide: they did not ask.
    pub may_decide: bool,
    /// Whether it was granted, once it was decided.
    pub granted: Option<bool>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

impl Act for ListChanges {
    type Outcome = ChangeList;
    const POLICY: Policy = policy::CERTIFICATE_CHANGES;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ChangeList, Refusal> {
        let own = caller.account().ok();
        let mut connection = office.store.read().await?;
        let listed = change::of_batch(&mut connection, self.batch).await?;
        let view = |row: change::ListedRow| ChangeView {
            request: row.id,
            certificate: row.certificate_id,
            number: row.number,
            name: row.name,
            change: row.change,
            reason: row.reason,
            may_decide: row.granted.is_none() && own != Some(row.asked_by),
            asked_by: row.asked_name,
            asked_at: row.asked_at,
            granted: row.granted.map(|granted| granted == 1),
            decided_by: row.decided_name,
            decided_at: row.decided_at,
        };
        Ok(ChangeList {
            changes: listed.into_iter().map(view).collect(),
        })
    }
}
