//! A batch's certificates as the office looks at them: the list, the register as a workbook, the signed files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::press::Run;
use super::{passed, pdf_place};
use crate::kernel::{ApplicationId, BatchId, CertificateId, Digest, Timestamp};
use crate::office::input::{PDF, XLSX};
use crate::office::{Act, Broken, Caller, Download, Office, Policy, Refusal, ledger, policy};
use crate::result::ResultState;
use crate::spreadsheet;
use crate::store::certificate::{self as rows, CertificateRow};
use crate::store::result::{self as result_rows, ApplicantRow};

/// Lists a batch's certificates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListCertificates {
    /// The batch.
    pub batch: BatchId,
}

/// A batch's certificates, and how far issuing is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CertificateList {
    /// The batch.
    pub batch: BatchId,
    /// The plan's title.
    pub plan: String,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level's digit.
    pub level: i64,
    /// When the publicity ends or ended, once results are published.
    pub publicity_until: Option<Timestamp>,
    /// Whether results are final and no hold stands.
    pub ready: bool,
    /// How many holds stand against the release.
    pub holds: usize,
    /// When the list was prepared.
    pub prepared_at: Option<Timestamp>,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// When the last certificate was issued.
    pub finished_at: Option<Timestamp>,
    /// Whether certificates are being issued now.
    pub running: bool,
    /// Why issuing stopped, if it did.
    #[serde(skip)]
    pub stopped: Vec<Broken>,
    /// How many certificates there are.
    pub issued: usize,
    /// How many passed.
    pub total: usize,
    /// How many of them have no certificate yet.
    pub missing: usize,
    /// Those who passed, with their certificates.
    pub rows: Vec<ListedCertificate>,
}

/// Somebody who passed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ListedCertificate {
    /// The application.
    pub application: ApplicationId,
    /// The ticket's number.
    pub ticket: String,
    /// The name.
    pub name: String,
    /// The certificate, once issued.
    pub certificate: Option<CertificateView>,
}

/// An issued certificate.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CertificateView {
    /// Its id.
    pub id: CertificateId,
    /// Its number.
    pub number: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The file's digest.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// When it was voided.
    pub revoked_at: Option<Timestamp>,
    /// Since when it is suspended.
    pub suspended_at: Option<Timestamp>,
    /// When its last sheet was printed, if there is a later one than the first.
    pub reprinted_at: Option<Timestamp>,
}

impl ListedCertificate {
    fn of(applicant: &ApplicantRow, issued: &[CertificateRow]) -> Self {
        let own = issued.iter().find(|row| row.application_id == applicant.application_id);
        Self {
            application: applicant.application_id,
            ticket: applicant.ticket_number.clone().unwrap_or_default(),
            name: applicant.name.clone(),
            certificate: own.map(|row| CertificateView {
                id: row.id,
                number: row.number.clone(),
                issued_at: row.issued_at,
                digest: row.pdf_digest,
                revoked_at: row.revoked_at,
                suspended_at: row.suspended(),
                reprinted_at: row.reprinted_at,
            }),
        }
    }
}

fn told(refusal: &Refusal) -> Vec<Broken> {
    match refusal {
        Refusal::Rule(broken) => vec![broken.clone()],
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.broken.clone()).collect(),
        Refusal::StorageFull => vec![Broken::new("storage-full")],
        Refusal::Busy { .. } => vec![Broken::new("busy")],
        _ => vec![Broken::new("certificate-stopped")],
    }
}

impl Act for ListCertificates {
    type Outcome = CertificateList;
    const POLICY: Policy = policy::CERTIFICATE_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<CertificateList, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = super::batch_row(&mut connection, self.batch).await?;
        let results = result_rows::results(&mut connection, self.batch).await?;
        let applicants = result_rows::applicants(&mut connection, self.batch).await?;
        let holds = result_rows::open_holds(&mut connection, self.batch).await?;
        let list = rows::list(&mut connection, self.batch).await?;
        let issued = rows::of_batch(&mut connection, self.batch).await?;
        let state = super::state_of(&batch);
        let published = matches!(state, Some(ResultState::Published { .. }));
        let due = if published {
            passed(&batch, &applicants, &results)
        } else {
            Vec::new()
        };
        let ready = state.is_some_and(|state| state.finish(office.now(), &holds).is_ok());
        let (running, stopped) = match office.press.lists().get(&self.batch) {
            Some(Run::Wanted(_) | Run::Running) => (true, Vec::new()),
            Some(Run::Stopped(refusal)) => (false, told(refusal)),
            None => (false, Vec::new()),
        };
        Ok(CertificateList {
            batch: batch.id,
            plan: batch.plan_title,
            occupation: batch.occupation_name,
            occupation_en: batch.occupation_name_en,
            level: batch.level,
            publicity_until: batch.publicity_until,
            ready,
            holds: holds.len(),
            prepared_at: list.as_ref().map(|list| list.prepared_at),
            approved_at: list.as_ref().and_then(|list| list.approved_at),
            finished_at: list.as_ref().and_then(|list| list.finished_at),
            running,
            stopped,
            issued: issued.len(),
            total: due.len(),
            missing: due.len().saturating_sub(issued.len()),
            rows: due
                .iter()
                .map(|applicant| ListedCertificate::of(applicant, &issued))
                .collect(),
        })
    }
}

/// Gives the register of a batch's certificates as a workbook.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExportCertificates {
    /// The batch.
    pub batch: BatchId,
}

const HEADERS: [&str; 7] = [
    "证书编号",
    "姓名",
    "准考证号",
    "职业",
    "等级",
    "状态",
    "文件摘要（SHA-256）",
];

impl Act for ExportCertificates {
    type Outcome = Download;
    const POLICY: Policy = policy::CERTIFICATE_EXPORT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Download, Refusal> {
        let list = ListCertificates { batch: self.batch };
        let list = list.perform(office, caller).await?;
        let line = |row: &ListedCertificate| {
            let (number, status, digest) = match &row.certificate {
                None => (String::new(), "未签发", String::new()),
                Some(issued) if issued.revoked_at.is_some() => {
                    (issued.number.clone(), "已作废", issued.digest.to_string())
                }
                Some(issued) if issued.suspended_at.is_some() => {
                    (issued.number.clone(), "暂停", issued.digest.to_string())
                }
                Some(issued) => (issued.number.clone(), "有效", issued.digest.to_string()),
            };
            vec![
                number,
                row.name.clone(),
                row.ticket.clone(),
                list.occupation.clone(),
                list.level.to_string(),
                status.to_owned(),
                digest,
            ]
        };
        let lines: Vec<_> = list.rows.iter().map(line).collect();
        let bytes = spreadsheet::write("证书", &HEADERS, &lines).map_err(|error| Refusal::Fault(error.to_string()))?;
        let name = format!("证书-{}-{}级.xlsx", list.occupation, list.level);
        Ok(Download::new(name, XLSX, &bytes))
    }
}

/// Gives a certificate's signed file; of several sheets the last.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CertificatePdf {
    /// The certificate.
    pub certificate: CertificateId,
}

impl Act for CertificatePdf {
    type Outcome = Download;
    const POLICY: Policy = policy::CERTIFICATE_PDF;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Download, Refusal> {
        // Nothing is given out that the published ledger does not have.
        ledger::publish(office).await?;
        let mut connection = office.store.read().await?;
        let row = rows::by_id(&mut connection, self.certificate).await?;
        let row = row.ok_or(Refusal::NotFound)?;
        let prints = rows::prints(&mut connection, row.id).await?;
        let (sealed, place, digest) = if let Some(print) = prints.first() {
            let sealed = rows::print_pdf(&mut connection, &print.id).await?;
            (sealed, super::print_pdf_place(&print.id), print.pdf_digest)
        } else {
            let sealed = rows::pdf(&mut connection, row.id).await?;
            (sealed, pdf_place(row.id), row.pdf_digest)
        };
        let broken = |cause: String| Refusal::Fault(format!("certificate {}: {cause}", row.id));
        let opened = office.keys.vault.open(&place, &sealed);
        let pdf = opened.map_err(|error| broken(error.to_string()))?;
        if Digest::of(&pdf) != digest {
            return Err(broken("the stored file is not the one that was issued".to_owned()));
        }
        Ok(Download::new(format!("{}.pdf", row.number), PDF, &pdf))
    }
}
