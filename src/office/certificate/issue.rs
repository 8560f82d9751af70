//! Issuing: a number, a record, a signed file, one entry. One certificate at a time, a whole list in the background.
//!
//! The number is taken first and saved; drawing and signing happen with no transaction open; then certificate and event
//! are saved together. Whatever fails between leaves a number that is spent and says so.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::press::{self, Issuer, Run};
use super::record::{self, Pass};
use super::{passed, ready};
use crate::certificate::{CertificateRecord, IssueError, Issued, issue as draw_and_sign};
use crate::identity::Duty;
use crate::kernel::{ApplicationId, BatchId, CertificateId};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::certificate::{self as rows, NewCertificate};
use crate::store::result::{self as result_rows, BatchRow, ResultRow};

/// Issues the certificates of an approved list, or one of them. Asked again, it goes on with those that are missing.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IssueCertificates {
    /// The batch.
    pub batch: BatchId,
    /// Only this candidate's; else all, in the background.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub application: Option<ApplicationId>,
}

/// What became of the request.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Issuing {
    /// How many certificates the list has.
    pub total: usize,
    /// How many are still to be issued; the list of certificates tells how far they are.
    pub remaining: usize,
    /// The certificate, when one was asked for.
    pub certificate: Option<CertificateId>,
}

/// What all certificates of a batch share.
struct Work {
    batch: BatchRow,
    results: Vec<ResultRow>,
    /// Who passed and has no certificate yet.
    missing: Vec<ApplicationId>,
    total: usize,
}

impl Act for IssueCertificates {
    type Outcome = Issuing;
    const POLICY: Policy = policy::CERTIFICATE_ISSUE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Issuing, Refusal> {
        press::issuer(office).await?;
        let work = work(office, self.batch).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        op.take_duty(self.batch, Duty::CertificateOfficer).await?;
        let asked = json!({ "application": self.application, "missing": work.missing.len() });
        op.commit(Event::of(self.batch).in_batch(self.batch).with(asked))
            .await?;
        let remaining = work.missing.len();
        let certificate = match self.application {
            None => {
                want(office, caller, self.batch, remaining);
                None
            }
            Some(application) if work.missing.contains(&application) => {
                Some(issue_one(office, caller, &work, application).await?)
            }
            Some(_) => return Err(Broken::new("certificate-not-due").into()),
        };
        Ok(Issuing {
            total: work.total,
            remaining: remaining - usize::from(certificate.is_some()),
            certificate,
        })
    }
}

fn want(office: &Office, caller: &Caller, batch: BatchId, remaining: usize) {
    let mut lists = office.press.lists();
    if remaining > 0 && !matches!(lists.get(&batch), Some(Run::Running)) {
        lists.insert(batch, Run::Wanted(caller.clone()));
    }
}

async fn work(office: &Office, id: BatchId) -> Result<Work, Refusal> {
    let mut connection = office.store.read().await?;
    let batch = ready(office, &mut connection, id).await?;
    let list = rows::list(&mut connection, id).await?;
    if list.and_then(|list| list.approved_at).is_none() {
        return Err(Broken::new("certificate-list-not-approved").into());
    }
    let results = result_rows::results(&mut connection, id).await?;
    let applicants = result_rows::applicants(&mut connection, id).await?;
    let passed = passed(&batch, &applicants, &results);
    let issued = rows::of_batch(&mut connection, id).await?;
    let due = passed.iter().map(|applicant| applicant.application_id);
    let missing = due.filter(|one| !issued.iter().any(|row| row.application_id == *one));
    Ok(Work {
        missing: missing.collect(),
        total: passed.len(),
        batch,
        results,
    })
}

/// Begins, in the background, to issue the lists that somebody asked for.
pub fn continue_lists(office: &Arc<Office>) {
    let mut lists = office.press.lists();
    for (batch, run) in lists.iter_mut() {
        if let Run::Wanted(caller) = run {
            let (office, caller, batch) = (office.clone(), caller.clone(), *batch);
            *run = Run::Running;
            tokio::spawn(async move {
                let ended = issue_list(&office, &caller, batch).await;
                let mut lists = office.press.lists();
                match ended {
                    Ok(()) => _ = lists.remove(&batch),
                    Err(refusal) => {
                        tracing::warn!(%batch, %refusal, "issuing stopped");
                        lists.insert(batch, Run::Stopped(refusal));
                    }
                }
            });
        }
    }
}

/// Issues all that are missing of a list. Holds and the list itself are looked at anew before each certificate.
pub async fn issue_list(office: &Office, caller: &Caller, batch: BatchId) -> Result<(), Refusal> {
    let mut first = None;
    let start = work(office, batch).await?;
    for application in &start.missing {
        let mut connection = office.store.read().await?;
        ready(office, &mut connection, batch).await?;
        drop(connection);
        // One candidate's unfit record must not keep the others waiting.
        if let Err(refusal) = issue_one(office, caller, &start, *application).await {
            match refusal {
                Refusal::Invalid(_) | Refusal::Rule(_) => first = first.or(Some(refusal)),
                other => return Err(other),
            }
        }
    }
    first.map_or(Ok(()), Err)
}

async fn issue_one(
    office: &Office,
    caller: &Caller,
    work: &Work,
    application: ApplicationId,
) -> Result<CertificateId, Refusal> {
    let issuer = press::issuer(office).await?;
    let mut connection = office.store.read().await?;
    let holder = rows::holder(&mut connection, application)
        .await?
        .ok_or(Refusal::NotFound)?;
    drop(connection);
    let pass = Pass {
        batch: &work.batch,
        results: &work.results,
        holder: &holder,
        now: office.now(),
    };
    // Whatever can be found wrong is found before a number is spent.
    let trial = pass.record(office, 1)?;
    let findings = crate::certificate::lint(&trial, &office.fonts, signer_chain(&issuer), pass.now);
    if !findings.is_empty() {
        return Err(Refusal::Invalid(record::problems(&holder.name, &findings)));
    }
    let serial = take_number(office, caller, &pass).await?;
    let record = pass.record(office, serial)?;
    let number = record.number.to_string();
    let done = match print(office, issuer, record).await {
        Ok((record, sheet)) => save(office, caller, work, &record, application, &sheet).await,
        Err(refusal) => Err(refusal),
    };
    if let Err(refusal) = &done {
        spoiled(office, caller, work.batch.id, application, &number, refusal).await;
    }
    done
}

fn signer_chain(issuer: &Issuer) -> &crate::certificate::Chain {
    use crate::certificate::Signer as _;
    issuer.signer.chain()
}

async fn take_number(office: &Office, caller: &Caller, pass: &Pass<'_>) -> Result<u32, Refusal> {
    let scheme = record::scheme(pass.batch)?;
    let parts = record::parts(pass.batch, scheme, pass.now)?;
    let scope = record::scope(scheme, &parts)?;
    let mut op = Op::begin_named(office, caller, "certificate.number").await?;
    let serial = rows::next_serial(op.connection(), &scope).await?;
    let serial = u32::try_from(serial).map_err(|_| Refusal::Fault(format!("{scope}: serial {serial}")))?;
    let number = record::number(scheme, &parts, serial)?;
    let event = Event::of(pass.holder.application_id)
        .in_batch(pass.batch.id)
        .with(json!({ "number": number }));
    op.commit(event).await?;
    Ok(serial)
}

/// Draws and signs, away from the threads that serve.
async fn print(
    office: &Office,
    issuer: Arc<Issuer>,
    record: CertificateRecord,
) -> Result<(CertificateRecord, Issued), Refusal> {
    let (fonts, now) = (office.fonts.clone(), office.now());
    let printed = tokio::task::spawn_blocking(move || {
        let sheet = draw_and_sign(&record, &fonts, &issuer.signer, now);
        (record, sheet)
    });
    let (record, sheet) = printed.await.map_err(|error| Refusal::Fault(error.to_string()))?;
    match sheet {
        Ok(sheet) => Ok((record, sheet)),
        Err(IssueError::Findings(findings)) => Err(Refusal::Invalid(record::problems(record.name.as_str(), &findings))),
        Err(other) => Err(Refusal::Fault(other.to_string())),
    }
}

async fn save(
    office: &Office,
    caller: &Caller,
    work: &Work,
    record: &CertificateRecord,
    application: ApplicationId,
    sheet: &Issued,
) -> Result<CertificateId, Refusal> {
    let id = CertificateId::new(office.now(), office.entropy.as_ref());
    let facts = serde_json::to_vec(record).map_err(|error| Refusal::Fault(error.to_string()))?;
    let (vault, entropy) = (&office.keys.vault, office.entropy.as_ref());
    // Both hold the full id number.
    let sealed_record = vault.seal(&super::record_place(id), &facts, entropy);
    let sealed_pdf = vault.seal(&super::pdf_place(id), &sheet.pdf, entropy);
    let mut op = Op::begin_named(office, caller, policy::CERTIFICATE_ISSUE.name).await?;
    let now = op.now;
    let new = NewCertificate {
        id,
        number: record.number.as_str(),
        application_id: application,
        batch_id: work.batch.id,
        scheme: &record.scheme,
        name: record.name.as_str(),
        record: &sealed_record,
        pdf: &sealed_pdf,
        pdf_digest: sheet.digest,
        issued_at: now,
    };
    rows::insert(op.connection(), &new).await?;
    let count = rows::of_batch(op.connection(), work.batch.id).await?.len();
    if count == work.total {
        rows::finish(op.connection(), work.batch.id, now).await?;
    }
    let detail = json!({ "application": application, "number": record.number, "pdf_sha256": sheet.digest });
    op.commit(Event::of(id).in_batch(work.batch.id).with(detail)).await?;
    Ok(id)
}

/// Notes that a number was spent for nothing. If even that fails, the number's own event is left, without a certificate.
async fn spoiled(
    office: &Office,
    caller: &Caller,
    batch: BatchId,
    application: ApplicationId,
    number: &str,
    refusal: &Refusal,
) {
    let cause = match refusal {
        Refusal::Rule(broken) => broken.code,
        Refusal::Invalid(_) => "unfit",
        Refusal::StorageFull => "storage-full",
        _ => "fault",
    };
    let event = Event::of(application)
        .in_batch(batch)
        .with(json!({ "number": number, "cause": cause }));
    if let Ok(op) = Op::begin_named(office, caller, "certificate.spoiled").await
        && let Err(error) = op.commit(event).await
    {
        tracing::error!(number, %error, "spoiled number not noted");
    }
}
