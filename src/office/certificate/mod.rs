//! Preparing, approving and issuing certificates, and what becomes of them afterwards.
//!
//! One person prepares the list of those who passed, once the publicity is over and no hold stands; another approves it;
//! then certificates are issued from it.

mod change;
mod examine;
mod integrity;
mod issue;
#[cfg(test)]
mod kill;
mod press;
mod print;
mod publish;
mod record;
#[cfg(test)]
mod renewal;
mod show;
mod signer_room;
mod signing;
#[cfg(test)]
mod tests;
mod time;

pub use change::{
    AskChange, Asked, Change, ChangeList, ChangeView, DecideChange, Decision, ListChanges, continue_prints,
};
pub(super) use change::{request_place, standing};
pub use integrity::{ExportIntegrity, IntegrityReport, ReportIntegrity};
pub use issue::{IssueCertificates, Issuing, continue_lists, issue_list};
pub use press::{
    Issuer, Press, create_authority, ensure_authority, give_up_key, issuer, renew_authority, stored_authority,
};
pub use print::{ListSpoiled, NoteSpoiled, PrintCertificates, PrintSet, SpoilCause, SpoiledBlank, feed_print_set};
pub use publish::{CertificateBadge, SignedList, StatusList};
pub use show::{
    CertificateList, CertificatePdf, CertificateView, ExportCertificates, ListCertificates, ListedCertificate,
};

pub use signer_room::SignerRoom;
pub use signing::{Desk, Order, SigningFailure};
pub use time::TimeStamps;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::result::{Done, batch as batch_row, outcome_of, state_of};
use super::{Act, Broken, Caller, Event, Office, Op, Policy, Problem, Refusal, policy};
use crate::certificate::{CertificateRecord, lint};
use crate::identity::Duty;
use crate::kernel::{BatchId, CertificateId, Timestamp};
use crate::result::Outcome;
use crate::store::Connection;
use crate::store::certificate as rows;
use crate::store::result::{self as result_rows, ApplicantRow, BatchRow, ResultRow};

/// So many problems are told at once.
const TOLD: usize = 40;

pub(super) fn record_place(id: CertificateId) -> String {
    format!("certificate.record/{id}")
}

pub(super) fn pdf_place(id: CertificateId) -> String {
    format!("certificate.pdf/{id}")
}

pub(super) fn print_record_place(print: &str) -> String {
    format!("certificate.print.record/{print}")
}

pub(super) fn print_pdf_place(print: &str) -> String {
    format!("certificate.print.pdf/{print}")
}

/// The batch, if its results are final and nothing stands against their release.
async fn ready(office: &Office, connection: &mut Connection, id: BatchId) -> Result<BatchRow, Refusal> {
    let batch = batch_row(connection, id).await?;
    let holds = result_rows::open_holds(connection, id).await?;
    let state = state_of(&batch).ok_or_else(|| Broken::new("result-not-published"))?;
    state.finish(office.now(), &holds)?;
    Ok(batch)
}

/// Those who passed every component.
fn passed<'a>(batch: &BatchRow, applicants: &'a [ApplicantRow], results: &[ResultRow]) -> Vec<&'a ApplicantRow> {
    let has_passed = |applicant: &&ApplicantRow| {
        matches!(
            outcome_of(batch, applicant.application_id, results),
            Outcome::Passed { .. }
        )
    };
    applicants.iter().filter(has_passed).collect()
}

/// The record of a certificate as its last sheet has it.
pub(super) async fn open_record(
    office: &Office,
    connection: &mut Connection,
    id: CertificateId,
) -> Result<CertificateRecord, Refusal> {
    if let Some(print) = rows::prints(connection, id).await?.first() {
        return unseal(office, &print_record_place(&print.id), &print.record);
    }
    open_first_record(office, connection, id).await
}

/// The record of a certificate as it was first issued.
pub(super) async fn open_first_record(
    office: &Office,
    connection: &mut Connection,
    id: CertificateId,
) -> Result<CertificateRecord, Refusal> {
    let sealed = rows::record(connection, id).await?;
    unseal(office, &record_place(id), &sealed)
}

pub(super) fn unseal(office: &Office, place: &str, sealed: &[u8]) -> Result<CertificateRecord, Refusal> {
    let broken = |cause: String| Refusal::Fault(format!("{place}: {cause}"));
    let opened = office.keys.vault.open(place, sealed);
    let plain = opened.map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&plain).map_err(|error| broken(error.to_string()))
}

fn seal(office: &Office, place: &str, record: &CertificateRecord) -> Result<Vec<u8>, Refusal> {
    let plain = serde_json::to_vec(record).map_err(|error| Refusal::Fault(error.to_string()))?;
    Ok(office.keys.vault.seal(place, &plain, office.entropy.as_ref()))
}

/// The next print serial: the year and eight digits, never given out again.
async fn print_serial(connection: &mut Connection, now: Timestamp) -> Result<String, Refusal> {
    let year = crate::certificate::IssueDate::of(now).date().year();
    let serial = rows::next_serial(connection, &format!("print/{year}")).await?;
    Ok(format!("{year:04}{serial:08}"))
}

/// Prepares the list of those who passed, or prepares it anew while nobody has approved it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PrepareCertificates {
    /// The batch.
    pub batch: BatchId,
}

impl Act for PrepareCertificates {
    type Outcome = Done;
    const POLICY: Policy = policy::CERTIFICATE_PREPARE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let by = caller.account()?;
        let total = self.check(office).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        op.take_duty(self.batch, Duty::CertificateOfficer).await?;
        if rows::list(op.connection(), self.batch)
            .await?
            .is_some_and(|list| list.approved_at.is_some())
        {
            return Err(Broken::new("certificate-list-approved").into());
        }
        let count = i64::try_from(total).unwrap_or(i64::MAX);
        rows::prepare(op.connection(), self.batch, by, count, now).await?;
        let event = Event::of(self.batch)
            .in_batch(self.batch)
            .with(json!({ "total": total }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

impl PrepareCertificates {
    /// How many are due; refuses with everything that would keep one of them from being printed.
    async fn check(&self, office: &Office) -> Result<usize, Refusal> {
        let issuer = issuer(office).await?;
        let mut connection = office.store.read().await?;
        let batch = ready(office, &mut connection, self.batch).await?;
        let results = result_rows::results(&mut connection, self.batch).await?;
        let applicants = result_rows::applicants(&mut connection, self.batch).await?;
        let due = passed(&batch, &applicants, &results);
        if due.is_empty() {
            return Err(Broken::new("certificate-nobody").into());
        }
        let mut problems: Vec<Problem> = Vec::new();
        for applicant in &due {
            let holder = rows::holder(&mut connection, applicant.application_id).await?;
            let holder = holder.ok_or(Refusal::NotFound)?;
            let pass = record::Pass {
                batch: &batch,
                results: &results,
                holder: &holder,
                now: office.now(),
            };
            let trial = pass.record(office, 1)?;
            let findings = lint(&trial, &office.fonts, &issuer.chain, pass.now);
            problems.extend(record::problems(&holder.name, &findings));
            if problems.len() >= TOLD {
                break;
            }
        }
        if problems.is_empty() {
            Ok(due.len())
        } else {
            Err(Refusal::Invalid(problems))
        }
    }
}

/// Approves a list that another person prepared.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ApproveCertificates {
    /// The batch.
    pub batch: BatchId,
}

impl Act for ApproveCertificates {
    type Outcome = Done;
    const POLICY: Policy = policy::CERTIFICATE_APPROVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let by = caller.account()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        ready(office, op.connection(), self.batch).await?;
        let list = rows::list(op.connection(), self.batch).await?;
        let list = list.ok_or_else(|| Broken::new("certificate-list-missing"))?;
        if list.approved_at.is_some() {
            return Err(Broken::new("certificate-list-approved").into());
        }
        if list.prepared_by == by {
            return Err(Broken::new("certificate-same-person").into());
        }
        op.take_duty(self.batch, Duty::CertificateApprover).await?;
        rows::approve(op.connection(), &list, by, now).await?;
        let event = Event::of(self.batch)
            .in_batch(self.batch)
            .with(json!({ "total": list.total, "prepared_at": list.prepared_at }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}
